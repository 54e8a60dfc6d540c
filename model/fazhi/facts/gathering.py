"""Spans to facts: the records that tables, the page and users in Python are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fazhi.facts import Count, Facts, Indicator, Law, Rate, ReportData, Section, flatten
from fazhi.facts.consistency import find_checks
from fazhi.facts.indicators import find_indicators
from fazhi.facts.laws import Gazetteer
from fazhi.facts.numbers import dimension, normal_unit
from fazhi.facts.rates import rate_kind
from fazhi.facts.report_data import read_report_data
from fazhi.facts.resolving import law_context
from fazhi.facts.sections import split_mark
from fazhi.reports import Report, Span

_DEEPEST = 20  # level of a heading; deeper ones are taken for siblings


def gather(report: Report) -> Facts:
    """Everything that the resolved spans of a report say, and what does not add up in it.

    Left aside are spans of other labels, headings without a level, and amounts without a number.
    """
    text = report.text
    headings = [s for s in report.spans if s.label == "SECTION" and "level" in s.attributes]
    data = read_report_data(text, [(span.start, span.end) for span in headings])
    indicators = find_indicators(text, report.spans)
    laws: list[Law] = []
    counts: list[Count] = []
    rates: list[Rate] = []
    above: list[Span] = []  # the headings that the span stands under, outermost first
    path: tuple[str, ...] = ()  # their texts, one tuple for all facts that they hold
    for span in report.spans:
        place = _place(span, above, path)
        match span.label:
            case "SECTION" if "level" in span.attributes:
                outer = _outer(above, span)
                above = [*outer, span]
                path = (*path[: len(outer)], flatten(span.text))
            case "LAW" if "name" in span.attributes:
                laws.append(_law(span, text, data, place))
            case "COUNT" if "value" in span.attributes and _has_number(span.text):
                counts.append(_count(span, indicators.get(span.start), place))
            case "RATE" if "value" in span.attributes and _has_number(span.text):
                rates.append(_rate(span, text, indicators.get(span.start), place))
    facts = Facts(data, tree(headings, text), tuple(laws), tuple(counts), tuple(rates))
    return replace(facts, checks=find_checks(text, facts))


def tree(headings: Sequence[Span], text: str) -> tuple[Section, ...]:
    """The parts of a report, each with those below it.

    A part goes up to the next heading that is no deeper than its own. ``headings`` are SECTION
    spans with ``level`` and ``role``, in order.
    """
    waiting: list[Section] = []  # those that no heading holds yet, the first of the text at the end
    for span in reversed(headings):
        level = _level(span)
        children = []
        while waiting and waiting[-1].level > level:
            children.append(waiting.pop())
        _, number, title = split_mark(text[span.start : span.end])
        section = Section(
            number=flatten(number),
            title=flatten(title),
            level=level,
            role=str(span.attributes.get("role", "other")),
            start=span.start,
            heading_end=span.end,
            end=waiting[-1].start if waiting else len(text),
            children=tuple(children),
        )
        waiting.append(section)
    return tuple(reversed(waiting))


def _level(span: Span) -> int:
    return min(int(span.attributes["level"] or 1), _DEEPEST)


def _outer(above: Sequence[Span], span: Span) -> list[Span]:
    """Of the headings above, those that hold a heading of this level."""
    return [heading for heading in above if _level(heading) < _level(span)]


def _place(span: Span, above: Sequence[Span], path: tuple[str, ...]) -> dict[str, Any]:
    """What every fact has."""
    return {
        "start": span.start,
        "end": span.end,
        "text": span.text,
        "score": span.score,
        "path": path,
        "role": str(above[-1].attributes.get("role", "other")) if above else None,
    }


def _law(span: Span, text: str, data: ReportData, place: dict[str, Any]) -> Law:
    gazetteer = Gazetteer.load()
    title = str(span["name"])
    about: dict[str, Any] = {"kind": None, "level": None, "date": None, "candidates": ()}
    if norm := gazetteer.norms.get(title):
        about |= {"kind": norm.kind, "level": norm.level, "date": norm.date}
    else:
        context = law_context(text, span)
        match = gazetteer.resolve(span.text, province=data.province, context=context)
        about["candidates"] = match.candidates
    return Law(**place, title=title, known=norm is not None, **about)


def _count(span: Span, indicator: Indicator | None, place: dict[str, Any]) -> Count:
    unit = normal_unit(str(span.attributes.get("unit", "")))
    return Count(
        **place, **_amount(span), unit=unit, dimension=dimension(unit), indicator=indicator
    )


def _rate(span: Span, text: str, indicator: Indicator | None, place: dict[str, Any]) -> Rate:
    kind = rate_kind(text, span.start, span.end)
    return Rate(**place, kind=kind, **_amount(span), indicator=indicator)


def _has_number(text: str) -> bool:
    """Whether any character is a digit or a numeral; of ``（件`` none is."""
    return any(char.isnumeric() or char in "两半" for char in text)


def _amount(span: Span) -> dict[str, Any]:
    attributes = span.attributes
    return {
        "value": attributes["value"],
        "upper": attributes.get("upper"),
        "approx": attributes.get("approx", "none"),
        "reason": attributes.get("reason"),
    }
