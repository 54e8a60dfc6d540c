"""Edits of an annotated report, and what the augmentation steps ask about its lines and spans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from fazhi.reports import Report, Span

LINE = re.compile(r"[^\n]+")
_NUMERALS = "零一二三四五六七八九"
_SENTENCE_END = "。！？!?.：:；;”』）)》|…"


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace characters ``[start, end)`` of a report's text by ``text``.

    ``spans`` are those of the replacement, with offsets into ``text``. An edit lies inside one
    span, whose surface it changes; or outside all spans; or it covers whole spans, which it takes
    away and replaces by its own. An edit of exactly one span with a text and no spans changes its
    surface. An insertion at the edge of a span stays outside it.
    """

    start: int
    end: int
    text: str
    spans: tuple[Span, ...] = ()


def apply(report: Report, edits: Iterable[Edit]) -> Report:
    """The report after the edits, in time linear in its text, spans and edits (but for sorting).

    Raises ValueError where edits overlap or cut the edge of a span.
    """
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.end))
    if not ordered:
        return report
    shifts = [0, *accumulate(len(edit.text) - (edit.end - edit.start) for edit in ordered)]
    text = _rewritten(report.text, ordered)
    spans = [
        _moved(span, edit.start + shift, edit.start + shift, text)
        for edit, shift in zip(ordered, shifts, strict=False)
        for span in edit.spans
    ]
    passed = 0  # edits that lie before the place looked at
    for span in report.spans:
        while passed < len(ordered) and ordered[passed].end <= span.start:
            passed += 1
        if passed < len(ordered) and _takes_away(ordered[passed], span):
            continue
        before = shifts[passed]
        while passed < len(ordered) and ordered[passed].start < span.end:
            edit = ordered[passed]
            if edit.start < span.start or edit.end > span.end or edit.spans:
                raise ValueError(f"{edit} cuts the edge of {span}")
            passed += 1
        moved = _moved(span, before, shifts[passed], text)
        if moved.start < moved.end:
            spans.append(moved)
    return replace(report, text=text, spans=tuple(sorted(spans, key=lambda span: span.start)))


def _rewritten(text: str, ordered: Sequence[Edit]) -> str:
    pieces: list[str] = []
    cursor = 0
    for edit in ordered:
        if not cursor <= edit.start <= edit.end <= len(text):
            raise ValueError(f"{edit} overlaps the edit before it or lies outside the text")
        pieces += (text[cursor : edit.start], edit.text)
        cursor = edit.end
    return "".join((*pieces, text[cursor:]))


def _takes_away(edit: Edit, span: Span) -> bool:
    if edit.start > span.start or edit.end < span.end:
        return False
    exact = (edit.start, edit.end) == (span.start, span.end)
    return not exact or not edit.text or bool(edit.spans)


def _moved(span: Span, before: int, after: int, text: str) -> Span:
    start, end = span.start + before, span.end + after
    return replace(span, start=start, end=end, text=text[start:end])


def spans_by_character(report: Report) -> list[Span | None]:
    """The span that each character lies in."""
    found: list[Span | None] = [None] * len(report.text)
    for span in report.spans:
        found[span.start : span.end] = [span] * (span.end - span.start)
    return found


def cutting_edges(report: Report) -> set[int]:
    """The places strictly inside a span, where a cut would part it."""
    return {place for span in report.spans for place in range(span.start + 1, span.end)}


def lines(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each line that holds more than white space, without edge white space."""
    for match in LINE.finditer(text):
        line = match[0]
        if line.strip():
            start = match.start() + len(line) - len(line.lstrip())
            yield start, start + len(line.strip())


def spans_within(report: Report, start: int, end: int) -> tuple[Span, ...]:
    """The spans that lie in a stretch of the text, with offsets into it."""
    return tuple(
        replace(span, start=span.start - start, end=span.end - start)
        for span in report.spans
        if start <= span.start and span.end <= end
    )


def is_wrapped(report: Report) -> bool:
    """Whether lines of the report are those of a page, not its paragraphs."""
    headings = {span.end for span in report.spans if span.label == "SECTION"}
    long = [end for start, end in lines(report.text) if end - start >= 18 and end not in headings]
    broken = [end for end in long if report.text[end - 1] not in _SENTENCE_END]
    return len(broken) > 0.4 * len(long)


def chinese(number: int) -> str:
    """A whole number below 10**8 in Chinese numerals: 2, 12, 20300 are 二, 十二, 二万零三百."""
    if number >= 10_000:
        head, rest = divmod(number, 10_000)
        gap = "零" if 0 < rest < 1000 else ""
        return f"{chinese(head)}万{gap}{_below_myriad(rest)}"
    return re.sub(r"^一十", "十", _below_myriad(number))


def _below_myriad(number: int) -> str:
    text = ""
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        text += _NUMERALS[digit] + name if digit else "零"
    return re.sub("零+", "零", text).strip("零")
