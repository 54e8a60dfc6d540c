"""The edges of spans, set right where the guidelines or the names of norms leave no doubt.

A tagger that has not met a law's name may begin it too late or end it too early
(``优化[营商环境条例]``), or take in a word before it that is no part of it (``[我省实施办法]``).
Which places are spans is the tagger's judgement alone: none is added here, and none is dropped, but
LAW spans that turn out to be parts of one name become one.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace

from fazhi.facts.divisions import Divisions
from fazhi.facts.law_names import ROUND_BRACKETS, compact
from fazhi.facts.laws import SHORTEST_WRITTEN, Gazetteer
from fazhi.reports import Span

_REACH = 60  # characters on each side in which a longer name is looked for
_LONGEST = 120  # characters of a span that a longer name may hold
_STOPS = "，。；：！？,;:!?"  # no name goes beyond
_LONGEST_PLACE = 12
_PART_OF_A_WORD = re.compile(
    "(?<=[民公签预节制条合立])约(?=[0-9０-９一二两三四五六七八九十百千])"
)  # 村规民约6份
_CLOSED = ("SECTION", "COUNT", "RATE")
_CLOSING = "，。；：、,;:" + " \t\r\n\u3000"
_FRONT = re.compile(
    r"""
    (?: 最?新近? (?:修订|修正|修改|制定|颁布|出台|公布|实施|施行) 的
      | (?:修订|修正|修改) 后的
      | [我本] (?:省|市|县|区|州|自治区) 的?
      | 出台 | 学习 | 宣传 | 宣讲 | 贯彻 ) \s*
    """,
    re.VERBOSE,
)
_STAGE = re.compile(
    r"\s*[（(][^（）()《》]{0,6}(?:草案|送审稿|征求意见稿|试行|暂行)[^（）()《》]{0,8}[）)]"
)
_AMENDMENT = re.compile(r"\s*[（(][一二三四五六七八九十]{1,3}[）)]")
_REST_OF_BRACKET = re.compile(r"[^（）()《》\n]{0,8}[）)]")


def set_right(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans of ``text``, in order, with their edges set right.

    No SECTION, COUNT or RATE ends in a mark that closes a clause, and none begins inside a word
    (``村规民约6份``). A LAW becomes the longest known name that holds it; words before a name are
    left out, and what is missing of its place and of its brackets is taken in. It stays as it is
    where it would then overlap a span of another label. LAW spans that overlap now are one, with
    the least of their scores.
    """
    others = [span for span in spans if span.label != "LAW"]
    starts, ends = [span.start for span in others], [span.end for span in others]
    found: list[Span] = []
    for span in spans:
        if span.label == "LAW":
            start, end = _edges(text, span.start, span.end)
            if bisect_left(starts, end) > bisect_right(ends, start):
                start, end = span.start, span.end
            score = span.score
            while found and start < found[-1].end:
                last = found.pop()
                start, end = min(start, last.start), max(end, last.end)
                score = min(score, last.score)
            span = replace(span, start=start, end=end, text=text[start:end], score=score)
        elif span.label in _CLOSED:
            start = span.start + bool(_PART_OF_A_WORD.match(text, span.start))
            end = span.start + len(span.text.rstrip(_CLOSING) or span.text)
            span = replace(span, start=start, end=end, text=text[start:end])
        found.append(span)
    return found


def _edges(text: str, start: int, end: int) -> tuple[int, int]:
    start, end = _longest_name(text, start, end)
    while front := _FRONT.match(text, start, end - 1):
        start = front.end()
    start = _start_of_place(text, start, end)
    name = text[start:end].translate(ROUND_BRACKETS)
    if name.count("（") > name.count("）"):
        bracket = _REST_OF_BRACKET.match(text, end)
    else:
        bracket = (_AMENDMENT if name.endswith("修正案") else _STAGE).match(text, end)
    return start, bracket.end() if bracket else end


def _longest_name(text: str, start: int, end: int) -> tuple[int, int]:
    """The edges of the longest known name around a span, white space aside; its own if none is."""
    if end - start > _LONGEST:
        return start, end
    names, heads = Gazetteer.load().written
    left, right = start, end
    while left > max(0, start - _REACH) and text[left - 1] not in _STOPS:
        left -= 1
    while right < min(len(text), end + _REACH) and text[right] not in _STOPS:
        right += 1
    around, places = compact(text[left:right])
    first, last = bisect_left(places, start - left), bisect_left(places, end - left)
    best = first, last
    for begin in range(first + 1):
        if around[begin : begin + SHORTEST_WRITTEN] in heads:
            for close in range(len(around), max(last, begin + best[1] - best[0] + 1) - 1, -1):
                if around[begin:close] in names:
                    best = begin, close
                    break
    if best == (first, last):
        return start, end
    return left + places[best[0]], left + places[best[1] - 1] + 1


def _start_of_place(text: str, start: int, end: int) -> int:
    """Where the place begins that a local norm is named after, if the span begins in or after it.

    ``武[汉市养老服务条例]`` and ``武汉市[养老服务条例]``, but not ``武汉市[民法典]宣传``.
    """
    if not text[max(0, start - 1) : start].isalpha() or Gazetteer.load().is_national(
        text[start:end]
    ):
        return start
    divisions = Divisions.load()
    for begin in range(max(0, start - _LONGEST_PLACE), start):
        for close in range(min(end, begin + _LONGEST_PLACE), start - 1, -1):
            if divisions.named(text[begin:close]):
                return begin
    return start
