"""Augmentation of headings: their numbers, the mark that closes them, the break beside them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fazhi.facts.sections import split_mark
from fazhi.reports import Report, Span
from fazhi_training.augmentation_edits import Edit, apply, chinese, lines, spans_by_character

# Ways to write a number's mark, by its kind; {} is the number. Common ones stand twice.
_STYLES: dict[str, tuple[str, ...]] = {
    "cjk": ("{}、", "{}、", "{}.", "{}，", "{}．", "{}、 "),
    "cjk-bracket": ("（{}）", "({})", "({})", "{}）", "{})", "（{}）、", "({}) "),
    "arabic": ("{}.", "{}、", "{}. ", "{}．", "（{}）", "({})"),
}
_CLOSING = "。：；，.:;,"
# What stands after a run-in title in place of its 。 and how often.
_REPLACEMENTS = {"": 5, "：": 3, ":": 1, "；": 1, " ": 1, "，": 1}
_ONE_CLAUSE = re.compile(r"[^，,、；;。]+")
_NUMBER = re.compile(r"[一二三四五六七八九十百]+|\d+")
_RUN_IN_CHARS = 45  # the longest title of a run-in heading
_FOLLOWING = re.compile(r"[^\S\n]*\n\s*")


@dataclass(frozen=True, slots=True)
class _Heading:
    """A SECTION span with how it stands: on a line of its own, or with text after it."""

    span: Span
    own_line: bool
    line_start: bool
    closing: str  # the mark that closes it, if one does

    @property
    def run_in(self) -> bool:
        return self.line_start and not self.own_line


def _headings(report: Report) -> Iterator[_Heading]:
    text = report.text
    for span in report.spans:
        if span.label != "SECTION":
            continue
        before = text[text.rfind("\n", 0, span.start) + 1 : span.start]
        end = text.find("\n", span.end)
        after = text[span.end : end if end >= 0 else len(text)].strip()
        closing = after[:1] if after[:1] and after[0] in _CLOSING else ""
        yield _Heading(span, not before.strip() and after == closing, not before.strip(), closing)


@dataclass(frozen=True, slots=True)
class _Mark:
    """A number that opens a line: where it stands, its kind, its value, the span it opens."""

    start: int
    end: int
    kind: str
    value: int


def _marks(report: Report) -> list[_Mark]:
    """The numbers of headings, and those of paragraphs that carry their count on."""
    owned = {span.start: span for span in report.spans if span.label == "SECTION"}
    starts = {start for start, _ in lines(report.text)} | set(owned)
    owner = spans_by_character(report)
    last: dict[str, int] = {}
    found = []
    for start in sorted(starts):
        line = report.text[start : start + 60]
        kind, mark, _ = split_mark(line)
        number = _NUMBER.search(mark)
        if any(owner[start : start + len(mark)]) and start not in owned:
            continue
        if kind not in _STYLES or number is None or line[len(mark) : len(mark) + 1].isdigit():
            continue
        value = _value(number[0])
        span = owned.get(start)
        if value is None or (span is None and value != last.get(kind, -1) + 1):
            continue
        if span is not None and start + len(mark) >= span.end:
            continue
        last[kind] = value
        found.append(_Mark(start, start + len(mark), kind, value))
    return found


def _value(numeral: str) -> int | None:
    if numeral.isascii():
        return int(numeral)
    return next((value for value in range(1, 100) if chinese(value) == numeral), None)


def _written(mark: _Mark, value: int, style: str) -> Edit:
    numeral = str(value) if mark.kind == "arabic" else chinese(value)
    return Edit(mark.start, mark.end, style.format(numeral))


def marks(report: Report, rng: random.Random) -> Report:
    """Numbers of headings lost, counted on or with a gap, or in another style.

    Level and role stay as they are. A run-in heading keeps its number.
    """
    change = rng.choices((_lost, _renumbered, _restyled), (3, 2, 4))[0]
    return change(report, rng)


def _lost(report: Report, rng: random.Random) -> Report:
    level = rng.choice((1, 2, 2))
    headings = [heading for heading in _headings(report) if heading.span["level"] == level]
    if not all(heading.own_line for heading in headings):
        return report
    edits = []
    for heading in headings:
        kind, _, title = split_mark(heading.span.text)
        if kind and title:
            start, end = heading.span.start, heading.span.end
            edits.append(Edit(start, end - len(title), ""))
            if heading.closing:
                place = report.text.index(heading.closing, end)
                edits.append(Edit(place, place + 1, ""))
    return apply(report, edits)


def _renumbered(report: Report, rng: random.Random) -> Report:
    found = _marks(report)
    kinds = sorted({mark.kind for mark in found})
    if not kinds:
        return report
    kind = rng.choice(kinds)
    same = [mark for mark in found if mark.kind == kind]
    if kind != "cjk" and rng.random() < 0.5:
        return apply(report, _counted(report, same, range(1, len(same) + 1)))
    gap = rng.randrange(len(same))
    values = [mark.value for mark in same]
    for index in range(gap, len(same)):
        if index > gap and same[index].value <= same[index - 1].value:
            break
        values[index] += 1
    return apply(report, _counted(report, same, values))


def _counted(report: Report, same: Sequence[_Mark], values: Sequence[int]) -> list[Edit]:
    edits = []
    for mark, value in zip(same, values, strict=True):
        number = _NUMBER.search(report.text, mark.start, mark.end)
        if number and value != mark.value:
            numeral = chinese(value) if mark.kind != "arabic" else str(value)
            edits.append(Edit(number.start(), number.end(), numeral))
    return edits


def _restyled(report: Report, rng: random.Random) -> Report:
    found = _marks(report)
    edits: list[Edit] = []
    for kind in sorted({mark.kind for mark in found}):
        same = [mark for mark in found if mark.kind == kind]
        style = rng.choice(_STYLES[kind])
        if kind == "arabic" and "{})" in style.replace("）", ")") and _has_bracketed(report):
            continue
        first = rng.randrange(len(same)) if rng.random() < 0.2 else 0
        edits += [_written(mark, mark.value, style) for mark in same[first:]]
    return apply(report, edits)


def _has_bracketed(report: Report) -> bool:
    """Whether the report has headings like （1）, which its 1. must not become."""
    headings = (span.text for span in report.spans if span.label == "SECTION")
    return any(split_mark(heading)[0] == "arabic-bracket" for heading in headings)


def lost_stop(report: Report, rng: random.Random) -> Report:
    """The 。 after a run-in title lost or another mark, after a line's title lost or added.

    Some paragraphs lose their last 。 too.
    """
    rate = rng.choice((0.1, 0.3, 1.0))
    style = rng.choices(tuple(_REPLACEMENTS), tuple(_REPLACEMENTS.values()))[0]
    stop = rng.choice(("", "。"))
    text = report.text
    edits: dict[int, Edit] = {}
    for heading in _headings(report):
        end = heading.span.end
        if rng.random() >= rate:
            continue
        if heading.run_in and text[end] in "。.":
            # With commas in the title, one after it would leave open where the title ends.
            title = split_mark(heading.span.text)[2]
            if style != "，" or _ONE_CLAUSE.fullmatch(title):
                edits[end] = Edit(end, end + 1, style)
        elif heading.own_line and heading.span["level"] != 1 and split_mark(heading.span.text)[0]:
            if heading.closing == "。" == text[end : end + 1] and not stop:
                edits[end] = Edit(end, end + 1, "")
            elif not heading.closing and stop:
                edits[end] = Edit(end, end, stop)
    for start, end in lines(text):
        is_sentence = end - start > 2 and text[end - 1] == "。"
        if is_sentence and end - 1 not in edits and rng.random() < 0.06:
            edits[end - 1] = Edit(end - 1, end, "")
    return apply(report, edits.values())


def join(report: Report, rng: random.Random) -> Report:
    """One or two line breaks lost: after a numbered heading, or before a heading."""
    text = report.text
    headings = list(_headings(report))
    starts = {heading.span.start for heading in headings}
    before, after = [], []
    for heading in headings:
        start, end = heading.span.start, heading.span.end
        if not heading.own_line or not split_mark(heading.span.text)[0]:
            continue
        gap = _FOLLOWING.match(text, end)
        is_title = end - start <= _RUN_IN_CHARS
        if gap and is_title and gap.end() not in starts and _is_text(text, gap.end()):
            after.append(Edit(gap.start(), gap.end(), ""))
        blank = len(text[:start]) - len(text[:start].rstrip())
        if blank and text[start - blank - 1 : start - blank] == "。":
            before.append(Edit(start - blank, start, ""))
    places = after if after and rng.random() < 0.7 else before
    return apply(report, rng.sample(places, min(len(places), rng.choice((1, 1, 2)))))


def _is_text(text: str, start: int) -> bool:
    """Whether a paragraph of sentences, with no number of its own, begins here."""
    end = text.find("\n", start)
    line = text[start : end if end >= 0 else len(text)].rstrip()
    return line[-1:] == "。" and len(line) > 20 and not split_mark(line)[0]
