"""A report's facts as lines for a terminal: its outline, and what stands under each heading."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fazhi.facts import flatten
from fazhi.reports import Report, Span

_APPROX = {"none": "", "about": "about ", "over": "over ", "under": "under "}


def summarise(report: Report) -> Iterator[str]:
    """Lines without line breaks: a head line, then headings indented by level with their facts."""
    counts = dict.fromkeys(sorted({span.label for span in report.spans}), 0)
    for span in report.spans:
        counts[span.label] += 1
    found = ", ".join(f"{number} {label}" for label, number in counts.items()) or "nothing found"
    yield f"{_flat(report.id)}: {len(report.text):,} characters, {found}"
    depth = 0
    for span in report.spans:
        if span.label == "SECTION":
            level = span["level"]
            depth = level if isinstance(level, int) else 1
            yield "  " * depth + f"{_flat(span.text)}  [{span['role']}]"
        else:
            yield "  " * (depth + 1) + f"· {_fact(span)}"


def _fact(span: Span) -> str:
    surface, attributes = _flat(span.text), span.attributes
    match span.label:
        case "LAW":
            unknown = "" if attributes.get("known", True) else "  (in no list of norms)"
            return f"LAW    {surface} = {attributes['name']}{unknown}"
        case "COUNT":
            return f"COUNT  {surface} = {_number(span)} {attributes['unit']}".rstrip()
        case "RATE":
            return f"RATE   {surface} = {_number(span)}"
        case label:
            return f"{label}  {surface}"


def _number(span: Span) -> str:
    attributes = span.attributes
    if attributes["value"] is None:
        return f"? ({attributes.get('reason', 'not read')})"
    upper = f" to {attributes['upper']:,}" if "upper" in attributes else ""
    return f"{_APPROX[str(attributes['approx'])]}{attributes['value']:,}{upper}"


def _flat(surface: str) -> str:
    """On one line, without characters that a terminal would obey."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f]", "\ufffd", flatten(surface))
