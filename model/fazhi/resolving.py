"""Spans to facts: each span gets the attributes that its label's guidelines ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from fazhi.laws import Gazetteer
from fazhi.numbers import Quantity, parse_count, parse_rate
from fazhi.reports import Attribute, Span
from fazhi.sections import Heading, resolve_sections

CONTEXT_CHARS = 100  # before a law's name: enough for the law that a bare 实施条例 belongs to
Attributes = dict[str, Attribute]


def resolve(text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """The same spans of ``text``, in order, with their attributes.

    SECTION gets ``level`` and ``role``; LAW ``name``, and ``known`` (False) when no list of norms
    has it; COUNT ``value``, ``unit`` and ``approx``; RATE ``value`` and ``approx``; a range also
    ``upper``. A number that can't be read has the value None and a ``reason``. Other labels stay as
    they are.
    """
    places = [(span.start, span.end) for span in spans if span.label == "SECTION"]
    headings = iter(resolve_sections(text, places))
    return tuple(replace(span, attributes=_attributes(text, span, headings)) for span in spans)


def _attributes(text: str, span: Span, headings: Iterator[Heading]) -> Attributes:
    match span.label:
        case "SECTION":
            heading = next(headings)
            return {"level": heading.level, "role": heading.role}
        case "LAW":
            before = text[max(0, span.start - CONTEXT_CHARS) : span.start]
            found = Gazetteer.load().resolve(span.text, context=before)
            return {"name": found.title or span.text} | ({} if found.known else {"known": False})
        case "COUNT":
            quantity = parse_count(span.text)
            return {"value": quantity.value, "unit": quantity.unit} | _shared(quantity)
        case "RATE":
            quantity = parse_rate(span.text)
            return {"value": quantity.value} | _shared(quantity)
        case _:
            return {}


def _shared(quantity: Quantity) -> Attributes:
    attributes: Attributes = {"approx": quantity.approx}
    if quantity.upper is not None:
        attributes["upper"] = quantity.upper
    if quantity.reason is not None:
        attributes["reason"] = quantity.reason
    return attributes
