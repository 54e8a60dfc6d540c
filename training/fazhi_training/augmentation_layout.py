"""Augmentation of lines: wrapping at a page's width, blank lines, indents, order of paragraphs."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from fazhi.facts.sections import split_mark
from fazhi.reports import Report
from fazhi_training.augmentation_edits import (
    Edit,
    apply,
    cutting_edges,
    is_wrapped,
    lines,
    spans_by_character,
    spans_within,
)

_WIDTHS = (22, 44)  # Han characters a line
_NOT_FIRST = "，。、；：？！）》”’〉】〕」,.;:?!)%％"  # never begin a line
_NOT_LAST = "“‘（《〈【〔「("  # never end one
_ROWS = (24, 42)  # lines a page
_PAGE_NUMBERS = ("- {} -", "-{}-", "— {} —", "—{}—", "{}", "第 {} 页", "第{}页", "{} / 16")
_INDENTS = ("", "", "  ", "    ", "　　", "　　")
_BREAK = re.compile(r"[^\S\n]*\n\s*")
_TABLE = re.compile(r"[|•·\[【\-]")
_BODY_CHARS = 40  # a shorter line may be a title, a name, a date
_ITEM = re.compile(r"[一二三四五六七八九十]+是|首先|其次|再次|最后|第[一二三四五]|附件")
_SENTENCE = re.compile(r"(?<=。)[^。\n]{8,120}。")
_PAIRS = ("“”", "《》", "（）", "()")


def wrap(report: Report, rng: random.Random) -> Report:
    """Lines broken at the width of a page, inside spans too; sometimes with page numbers."""
    if is_wrapped(report):
        return report
    breaks = list(_breaks(report.text, rng.randint(*_WIDTHS)))
    numbered = rng.random() < 0.5
    form = rng.choice(_PAGE_NUMBERS)
    gap = rng.choice(("\n", "\n", "\n\n"))
    rows, page = rng.randint(*_ROWS), 1
    inside = cutting_edges(report)
    edits, row = [], 0
    for place in breaks:
        row += 1
        if numbered and row >= rows and place not in inside:
            edits.append(Edit(place, place, f"{gap}{form.format(page)}{gap}"))
            row, page = 0, page + 1
        else:
            edits.append(Edit(place, place, "\n"))
    return apply(report, edits)


def _breaks(text: str, width: int) -> Iterator[int]:
    """Where lines are broken: no mark is parted from its word, and no number is cut."""
    for start, end in lines(text):
        if end - start > 2 * width and text[start] in "|•":
            continue
        first = text.rfind("\n", 0, start) + 1
        used = 0.0
        for place in range(first, end):
            char = text[place]
            used += 0.5 if char.isascii() else 1.0
            if used > width and place > start and _may_break(text, place):
                yield place
                used = 0.5 if char.isascii() else 1.0


def _may_break(text: str, place: int) -> bool:
    before, after = text[place - 1], text[place]
    if after in _NOT_FIRST or before in _NOT_LAST or before.isspace() or after.isspace():
        return False
    return not (_in_number(before) and _in_number(after))


def _in_number(char: str) -> bool:
    return char.isascii() and (char.isalnum() or char in ".,-")


def layout(report: Report, rng: random.Random) -> Report:
    """Blank lines between paragraphs or none, and another indent or none."""
    text = report.text
    separator = rng.choice(("\n", "\n", "\n\n"))
    indent = rng.choice(_INDENTS)
    wrapped = is_wrapped(report)
    owner = spans_by_character(report)
    body = _first_body_line(report)
    edits = []
    for gap in _BREAK.finditer(text):
        if owner[gap.start()] is not None and owner[gap.start()] is owner[gap.end() - 1]:
            continue
        if gap.end() == len(text) or not gap.start():
            continue
        if wrapped and gap[0].count("\n") < 2:
            continue
        plain = gap.end() < body or _TABLE.match(text, gap.end())
        edits.append(Edit(gap.start(), gap.end(), separator + ("" if plain else indent)))
    return apply(report, edits)


def _first_body_line(report: Report) -> int:
    first = min((span.start for span in report.spans), default=len(report.text))
    for start, end in lines(report.text):
        if start >= first or (end - start >= _BODY_CHARS and report.text[end - 1] in "。：:."):
            return min(start, first)
    return first


def paragraphs(report: Report, rng: random.Random) -> Report:
    """Paragraphs of one part in another order, one of them dropped, or plain sentences dropped."""
    runs = [] if is_wrapped(report) else list(_body_runs(report))
    change = rng.choice(("shuffle", "drop", "sentences", "sentences"))
    if change == "sentences" or not runs:
        return _without_sentences(report, rng)
    if change == "drop":
        start, end = rng.choice(rng.choice(runs))
        following = len(report.text) - len(report.text[end:].lstrip())
        return apply(report, [Edit(start, following, "")])
    edits = []
    for run in runs:
        order = rng.sample(run, len(run))
        edits += [
            Edit(place[0], place[1], report.text[slice(*source)], spans_within(report, *source))
            for place, source in zip(run, order, strict=True)
            if place != source
        ]
    return apply(report, edits)


def _body_runs(report: Report) -> Iterator[list[tuple[int, int]]]:
    """Runs of two and more paragraphs with neither a heading nor a number, below a heading."""
    headings = {
        place
        for span in report.spans
        if span.label == "SECTION"
        for place in range(span.start, span.end)
    }
    inside = cutting_edges(report)
    run: list[tuple[int, int]] = []
    below = False
    for start, end in lines(report.text):
        has_heading = any(place in headings for place in range(start, end))
        below = below or has_heading
        if below and not has_heading and not {start, end} & inside and _is_body(report, start, end):
            run.append((start, end))
            continue
        if len(run) > 1:
            yield run
        run = []
    if len(run) > 1:
        yield run


def _is_body(report: Report, start: int, end: int) -> bool:
    line = report.text[start:end]
    return (
        len(line) >= _BODY_CHARS
        and line[-1] == "。"
        and not split_mark(line)[0]
        and not _ITEM.match(line)
    )


def _without_sentences(report: Report, rng: random.Random) -> Report:
    """One to three sentences that hold no span taken out of paragraphs of four and more."""
    owner = spans_by_character(report)
    found = [
        sentence
        for sentence in _SENTENCE.finditer(report.text)
        if not any(owner[sentence.start() : sentence.end()])
        and all(sentence[0].count(pair[0]) == sentence[0].count(pair[1]) for pair in _PAIRS)
        and _line_at(report.text, sentence.start()).count("。") >= 4
    ]
    chosen = rng.sample(found, min(len(found), rng.randint(1, 3)))
    touched: set[str] = set()
    edits = []
    for sentence in chosen:
        line = _line_at(report.text, sentence.start())
        if line not in touched:
            touched.add(line)
            edits.append(Edit(sentence.start(), sentence.end(), ""))
    return apply(report, edits)


def _line_at(text: str, place: int) -> str:
    end = text.find("\n", place)
    return text[text.rfind("\n", 0, place) + 1 : len(text) if end < 0 else end]
