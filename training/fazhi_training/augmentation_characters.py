"""Augmentation of characters: the width of punctuation, and the spaces around digits and marks."""

from __future__ import annotations

import random
import re

from fazhi.reports import Report
from fazhi_training.augmentation_edits import Edit, apply, spans_by_character

# Full width and half width of the same mark.
_HALF = {"，": ",", "：": ":", "；": ";", "（": "(", "）": ")", "％": "%", "！": "!", "？": "?"}
_FULL = {half: full for full, half in _HALF.items()}
_IN_NUMBERS = "%％"  # what may change inside a COUNT or RATE, whose unit keeps its brackets

_HAN = "[\u4e00-\u9fff]"
_PLAIN_HAN = (
    "[^\\W\\d_a-zA-Z零〇一二三四五六七八九十百千万亿两]"  # a numeral is not parted from a digit
)
_DIGIT = "[0-9０-９]"
_GAPS = re.compile(f"(?<={_PLAIN_HAN})(?={_DIGIT})|(?<=[0-9０-９%％])(?={_PLAIN_HAN}|[万亿])")
_CODE = re.compile("[0-9A-Za-z/]")
_YEARS = re.compile(r"(?<![0-9])(?=20\d\d年)|(?<=20\d\d)(?=年)")
_SPACES = re.compile(
    f"(?<={_PLAIN_HAN})[ \u00a0](?={_DIGIT})|(?<=[0-9０-９%％])[ \u00a0](?={_PLAIN_HAN}|[万亿％%])"
)
_QUOTE_GAPS = (
    re.compile(r"(?<=[^\s“‘《（(])(?=“)"),  # 推行 “一网通办”
    re.compile(f"(?<=”)(?={_HAN})"),  # “一网通办” 改革
    re.compile(r"(?<=\S)(?=。)"),  # 稳步推进 。
    re.compile(r"(?<=、)(?=\S)"),  # 司法所、 派出所
)


def width(report: Report, rng: random.Random) -> Report:
    """Punctuation in half width, in full width or mixed; rarely ``.`` for every 。"""
    mode = rng.choices(("half", "full", "line", "mixed"), (5, 3, 2, 1))[0]
    marks = set(_HALF) if rng.random() < 0.6 else {mark for mark in _HALF if rng.random() < 0.5}
    stops = mode == "half" and rng.random() < 0.15
    owner = spans_by_character(report)
    text = report.text
    edits = []
    to_half = mode == "half"
    for place, char in enumerate(text):
        if mode == "mixed" or (mode == "line" and char == "\n"):
            to_half = rng.random() < 0.5
        other = (_HALF if to_half else _FULL).get(char)
        if stops and char == "。":
            other = "."
        if other is None or not (stops or {char, other} & marks) or _is_code(text, place):
            continue
        span = owner[place]
        if span is None or span.label in ("SECTION", "LAW") or char in _IN_NUMBERS:
            edits.append(Edit(place, place + 1, other))
    return apply(report, edits)


def _is_code(text: str, place: int) -> bool:
    """Whether a mark stands in a number, a time, an address: 1,200, 09:30, http://."""
    before, after = text[max(place - 1, 0) : place], text[place + 1 : place + 2]
    return (_CODE.match(before) and _CODE.match(after)) is not None or (
        text[place] == ":" and after == "/"
    )


def digit_spaces(report: Report, rng: random.Random) -> Report:
    """Spaces between digits and Han characters put in (all, years only, some) or taken out."""
    spaces = list(_SPACES.finditer(report.text))
    if spaces and rng.random() < 0.6:
        return apply(report, [Edit(space.start(), space.end(), "") for space in spaces])
    mode = rng.choices(("all", "years", "some"), (5, 3, 2))[0]
    rate = rng.uniform(0.1, 0.6) if mode == "some" else 1.0
    gaps = (_YEARS if mode == "years" else _GAPS).finditer(report.text)
    return _spaced(report, [gap.start() for gap in gaps if rng.random() < rate])


def quote_spaces(report: Report, rng: random.Random) -> Report:
    """Spaces before “, after ”, before 。 or after 、, as some editors leave them."""
    places: set[int] = set()
    for pattern in rng.sample(_QUOTE_GAPS, rng.choice((1, 1, 2))):
        rate = rng.choice((0.1, 0.5, 1.0))
        places.update(gap.start() for gap in pattern.finditer(report.text) if rng.random() < rate)
    return _spaced(report, sorted(places))


def _spaced(report: Report, places: list[int]) -> Report:
    text = report.text
    return apply(
        report,
        [Edit(place, place, " ") for place in places if place and not text[place - 1].isspace()],
    )
