"""Spans to resolved spans: each gets the attributes that its label's guidelines ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from fazhi.facts.law_names import normalise_name
from fazhi.facts.laws import Gazetteer
from fazhi.facts.numbers import Quantity, parse_count, parse_rate
from fazhi.facts.report_data import read_report_data
from fazhi.facts.sections import Heading, resolve_sections
from fazhi.reports import Attribute, Span

CONTEXT_CHARS = 100  # before a law's name: enough for the law that a bare 实施条例 belongs to
Attributes = dict[str, Attribute]

# （以下简称《条例》）, (以下统称“办法”), （国务院令第713号，以下简称：《规定》）
_DEFINITION = re.compile(
    r"[（(](?:[^（）()]{0,30}[,，])?(?:以下)?[简统]称(?:为)?[:：]?\s*[“\"‘《]*(?P<name>[^“”\"‘’《》（）()\s]{1,30})[”\"’》]*[）)]"
)
_DEFINED_WITHIN = 30  # characters between a law's name and where its short name is defined
_JOINED_WITHIN = 6  # characters between a law's name and the 实施条例 that belongs to it
_IMPLEMENTING = re.compile("实施(?:条例|细则|办法)")


def resolve(text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
    """The same spans of ``text``, in order, with their attributes.

    SECTION gets ``level`` and ``role``; LAW ``name``, and ``known`` (False) when no list of norms
    has it; COUNT ``value``, ``unit`` and ``approx``; RATE ``value`` and ``approx``; a range also
    ``upper``. A number that can't be read has the value None and a ``reason``. Other labels stay as
    they are.
    """
    places = [(span.start, span.end) for span in spans if span.label == "SECTION"]
    headings = iter(resolve_sections(text, places))
    names = iter(_law_names(text, spans, read_report_data(text, places).province))
    return tuple(replace(span, attributes=_attributes(span, headings, names)) for span in spans)


def law_context(text: str, span: Span) -> str:
    """The text before a law's name that may decide what it stands for."""
    return text[max(0, span.start - CONTEXT_CHARS) : span.start]


def _attributes(span: Span, headings: Iterator[Heading], names: Iterator[Attributes]) -> Attributes:
    match span.label:
        case "SECTION":
            heading = next(headings)
            return {"level": heading.level, "role": heading.role}
        case "LAW":
            return next(names)
        case "COUNT":
            quantity = parse_count(span.text)
            return {"value": quantity.value, "unit": quantity.unit} | _shared(quantity)
        case "RATE":
            quantity = parse_rate(span.text)
            return {"value": quantity.value} | _shared(quantity)
        case _:
            return {}


def _law_names(text: str, spans: Sequence[Span], province: str | None) -> Iterator[Attributes]:
    """``name`` of each LAW span in order, and ``known`` where it is False.

    A short name that the report defines (``以下简称《条例》``) is that of the law before it, from
    there on.
    """
    gazetteer = Gazetteer.load()
    definitions = [(m.start(), normalise_name(m["name"])) for m in _DEFINITION.finditer(text)]
    defined: dict[str, Attributes] = {}
    before: tuple[int, Attributes] | None = None
    for span in spans:
        if span.label != "LAW":
            continue
        while definitions and definitions[0][0] <= span.start:
            place, short = definitions.pop(0)
            if before and place - before[0] <= _DEFINED_WITHIN:
                defined[short] = before[1]
        found = defined.get(normalise_name(span.text))
        if found is None:
            context, law = law_context(text, span), ""
            if before and span.start - before[0] <= _JOINED_WITHIN:
                law = str(before[1]["name"])
                context += f"《{law}》"  # 烟草专卖法及其实施条例
            match = gazetteer.resolve(span.text, province=province, context=context)
            name = match.title or span.text
            if not match.known and _IMPLEMENTING.fullmatch(name):
                name = law + name
            found = {"name": name} | ({} if match.known else {"known": False})
        yield found
        before = span.end, found


def _shared(quantity: Quantity) -> Attributes:
    attributes: Attributes = {"approx": quantity.approx}
    if quantity.upper is not None:
        attributes["upper"] = quantity.upper
    if quantity.reason is not None:
        attributes["reason"] = quantity.reason
    return attributes
