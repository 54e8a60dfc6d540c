"""Headings to sections: the depth and the role of each, from its mark, its title and its place.

Marks stand in a table here, role words in ``titles``. A numbered heading has the depth of its mark;
one without a number is a part where its title tells a role that its part has not, and else a theme
below it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from fazhi.facts.titles import (
    begins_with_year,
    is_review,
    is_setting,
    names_whole,
    plain_title,
    roles_told,
    years_named,
)

ROLES = ("measures", "problems", "leadership", "plan", "other")

_DIGITS = "〇一二三四五六七八九"
_CJK = rf"[{_DIGITS}零十百]{{1,5}}"
_ARABIC = r"\d{1,3}"  # full width too
_SUB = r"\d{1,2}(?![\d%％年月日个万亿])"  # no 1.2024年, no 1.5万
# Marks in order of depth, each with an example; the first that fits counts.
_MARKS = (
    ("part", re.compile(rf"第\s*(?:{_CJK}|{_ARABIC})\s*(?:部分|章|篇|编)\s*[：:、]?")),  # 第一部分
    ("chapter", re.compile(rf"第\s*(?:{_CJK}|{_ARABIC})\s*节\s*[：:、]?")),  # 第一节
    ("cjk", re.compile(rf"{_CJK}\s*[、．.,，:：]")),  # 一、
    ("cjk-bracket", re.compile(rf"[（(]?\s*{_CJK}\s*[）)]\s*[、.]?|[㈠-㈩]")),  # （一）
    ("arabic", re.compile(rf"{_ARABIC}\s*(?:[.．](?!{_SUB})|[、,，:：])|[⒈-⒛]")),  # 1.
    ("decimal-2", re.compile(rf"{_ARABIC}[.．]{_SUB}(?![.．]\d)[.．、]?")),  # 1.1
    ("decimal-3", re.compile(rf"{_ARABIC}[.．]\d{{1,2}}[.．]{_SUB}[.．、]?")),  # 1.1.1
    ("arabic-bracket", re.compile(rf"[（(]?\s*{_ARABIC}\s*[）)]|[⑴-⒇]")),  # （1）
    ("circled", re.compile(r"[①-⑳]")),  # ①
)
_DEPTH = [kind for kind, _ in _MARKS]
# Levels of the standard marks, also where a step is skipped.
_FIXED = {"cjk": 1, "cjk-bracket": 2, "arabic": 3, "arabic-bracket": 4, "circled": 5}
# The title of a bulletin, whose parts are data: 青石县2023年国民经济和社会发展统计公报.
_BULLETIN = re.compile(
    r"\d{4}\s*年[^《》。，,；;：:报]{0,40}(?:统计|普查|数据|质量|状况|资源)公报[^\S\n]*(?:[（(\[［〔].*)?$",
    re.MULTILINE,
)
_TITLE_WITHIN = 1000  # characters from the beginning


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading's depth from 1, its role, its mark as written ('' if it has none) and its title."""

    level: int
    role: str
    mark: str
    title: str


@dataclass(frozen=True, slots=True)
class _Item:
    """A heading as read: kind and number of its mark ('' and 0 if none), its title, its roles."""

    kind: str
    number: int
    title: str
    told: tuple[str, ...]
    umbrella: bool  # the title names the year's work as a whole
    years: frozenset[tuple[int, int]]  # that the title names
    dated: bool  # the title begins with a year


def split_mark(heading: str) -> tuple[str, str, str]:
    """Kind of the mark ('' if none), the mark, and the title after it."""
    for kind, pattern in _MARKS:
        if match := pattern.match(heading):
            return kind, match[0].rstrip(), heading[match.end() :].lstrip()
    return "", "", heading


def resolve_sections(text: str, places: Sequence[tuple[int, int]]) -> list[Heading]:
    """Level and role of the headings of a report, ``(start, end)`` each, in order.

    The standard marks are 1 to 4; a report that numbers its parts another way, or has parts without
    a number above ``一、``, keeps the order of depth. A level-1 heading has the role that its title
    tells, or that its place does where the title tells none; one below has that of its part.
    """
    split = [split_mark(text[start:end]) for start, end in places]
    items = list(_with_plans(_read(*parts) for parts in split))
    levels = _levels(items)
    theme = "other" if items and _is_bulletin(text[: places[0][0]], items[0]) else "measures"
    rows = zip(levels, _roles(items, levels, theme), split, strict=True)
    return [Heading(level, role, mark, title) for level, role, (_, mark, title) in rows]


def _read(kind: str, mark: str, title: str) -> _Item:
    plain = plain_title(title)
    told = roles_told(plain)
    umbrella = told == ("measures",) and names_whole(plain)
    if not kind and told == ("measures",) and not umbrella:
        told = ()  # 推动学习成效转化 is a theme
    years = frozenset(years_named(plain))
    return _Item(kind, _number(mark), plain, told, umbrella, years, begins_with_year(plain))


def _with_plans(items: Iterable[_Item]) -> Iterator[_Item]:
    """The items, of which those that name a year after the years reviewed before are plans.

    ``2013年主要工作`` is a plan after ``2012年工作回顾``, and the year's work elsewhere.
    """
    reviewed: int | None = None  # the last year
    for item in items:
        work = item.told in ((), ("measures",))
        first = min((first for first, _ in item.years), default=0)
        later = reviewed is not None and reviewed < first and bool(item.kind or item.dated)
        if work and later and not is_review(item.title):
            item = replace(item, told=("plan",), umbrella=False)
        elif work and (item.years or "回顾" in item.title):
            reviewed = max([reviewed or 0, *(last for _, last in item.years)])
        yield item


def _is_bulletin(head: str, first: _Item) -> bool:
    """Whether the title says so in the text's head, or the first heading is what opens them all."""
    return first.title == "综合" or _BULLETIN.search(head[:_TITLE_WITHIN]) is not None


def _number(mark: str) -> int:
    """The last number of a mark, 0 if it has none: 3 of ``三、``, 2 of ``1.2``, 1 of ``①``."""
    folded = unicodedata.normalize("NFKC", mark)
    if arabic := re.findall(r"\d+", folded):
        return int(arabic[-1])
    tens, ten, ones = re.sub(rf"[^{_DIGITS}十]", "", folded).rpartition("十")
    above = 10 * max(1, _DIGITS.find(tens[-1:])) if ten else 0
    return above + _DIGITS.find(ones[-1:])


def _roles(items: Sequence[_Item], levels: Sequence[int], theme: str) -> list[str]:
    """Role of each heading: of a part by title and place, below it that of the part.

    A part that tells no role has that of a ``theme``, and is a plan after problems or a plan.
    """
    roles: list[str] = []
    current, after = theme, False
    parts = [i for i, level in enumerate(levels) if level == 1]
    work = max((i for i in parts if items[i].told in ((), ("measures",))), default=-1)
    for index, item in enumerate(items):
        if levels[index] == 1:
            current = "+".join(item.told) or ("plan" if after else theme)
            if item.told == ("other",) and index > work and not is_setting(item.title):
                current = theme  # 总体情况 where no part on the work follows
        after = after or "problems" in current or "plan" in current
        roles.append(current)
    return roles


def _levels(items: Sequence[_Item]) -> list[int]:
    """Level of each heading; themes stand at 2, below parts without a number."""
    parts = _unnumbered_parts(items)
    kinds = [item.kind for item in items if item.kind]
    if not kinds:
        return [1 if part else 2 for part in parts]
    order = sorted(set(kinds), key=_DEPTH.index)
    if order[0] == "cjk-bracket" and kinds[0] == "arabic":  # 1. opens, （一） is below it
        order.sort(key=lambda kind: kind != "arabic")
    top = order[0]
    opening = [i for i, kind in enumerate(_opened(items)) if kind == top]
    themes_above = any(not parts[i] for i in opening)
    above = top != "part" and (themes_above or not all(_beside(items, i, top) for i in opening))
    again = _begun_again(items, parts if above else [False] * len(items))
    ranks = {kind: rank for rank, kind in enumerate(order, start=1 + above + themes_above)}
    if not above and top == "cjk" and ranks.keys() <= _FIXED.keys():
        ranks = _FIXED
    rows = zip(items, parts, again, strict=True)
    levels = [1 if part else ranks.get(item.kind, 2) + repeated for item, part, repeated in rows]
    if not above:
        _place_beside(items, levels, top)
    return levels


def _unnumbered_parts(items: Sequence[_Item]) -> list[bool]:
    """Which headings without a number are parts; the others are themes of the part before.

    A part tells a role that the part before has not, or is a plan of its own (``2013年重点工作``);
    but some of the years of the part before are below it. Themes stand below a part that names its
    work as a whole, below problems and plans; a report with no such part has its themes as parts.
    What alone follows the problems of a report without a plan is its plan.
    """
    umbrella = any(item.umbrella for item in items if not item.kind)
    planned = any("plan" in item.told for item in items)
    holds = {"problems", "plan"} | ({"measures", "leadership"} if umbrella else set())
    current: set[str] = set()
    years: frozenset[tuple[int, int]] = frozenset()
    parts: list[bool] = []
    for index, item in enumerate(items):
        new_plan = item.told == ("plan",) and item.dated
        part = bool(set(item.told) - current) or item.umbrella or new_plan
        if not item.told:
            last = index + 1 == len(items) and (parts[-1:] == [True] or items[index - 1].kind)
            part = not holds & current or bool(last and "problems" in current and not planned)
        within = bool(item.years) and item.years < years
        parts.append(part and not within and not item.kind)
        if parts[-1] or (item.kind and item.told not in ((), ("other",))):
            current, years = set(item.told) - {"other"}, item.years
    return parts


def _opened(items: Sequence[_Item]) -> list[str]:
    """For each heading without a number the kind whose numbers begin right after it, else ''."""
    pairs = pairwise(items)
    return [after.kind if after.number == 1 and not item.kind else "" for item, after in pairs]


def _beside(items: Sequence[_Item], index: int, kind: str) -> bool:
    """Whether the numbers that follow a heading count parts of the report, itself none of them."""
    others = {"problems", "plan"} - set(items[index].told)
    for after in range(index + 1, len(items)):
        if items[after].kind == kind:
            if items[after].number == 1 and after > index + 1:
                return False
            if others & set(items[after].told):
                return True
    return False


def _come_again(items: Sequence[_Item]) -> list[bool]:
    """Which numbers of ``一、`` come once more before ``一、`` itself does."""
    again: list[bool] = []
    later: set[int] = set()
    for item in reversed(items):
        again.append(item.kind == "cjk" and item.number in later)
        if item.kind == "cjk" and item.number == 1:
            later.clear()
        elif item.kind == "cjk":
            later.add(item.number)
    return again[::-1]


def _begun_again(items: Sequence[_Item], parts: Sequence[bool]) -> list[bool]:
    """Which ``一、`` stand below another ``一、``: those that begin the count again inside a part.

    A number that would carry on both counts is of the inner one where it comes once more later.
    """
    again: list[bool] = []
    outer = inner = 0
    for item, part, repeated in zip(items, parts, _come_again(items), strict=True):
        below = False
        if part or item.kind in ("part", "chapter"):
            outer = inner = 0
        elif item.kind == "cjk":
            number = item.number
            below = number == 1 and outer > 0
            if inner and inner < number == outer + 1:
                below = number == inner + 1 and repeated and not item.told
            elif inner and number > 1:
                below = inner < number <= outer or number == inner + 1
            outer, inner = (outer, number) if below else (number, 0)
        again.append(below)
    return again


def _place_beside(items: Sequence[_Item], levels: list[int], top: str) -> None:
    """Set the levels of headings without a number where the report's parts are numbered.

    One stands for a number that is missing, or is a part after the last number if it tells a role,
    or else is below the part before: above the numbers that it opens, or beside its neighbours.
    """
    kinds = [item.kind for item in items]
    numbered = [(kind, level) for kind, level in zip(kinds, levels, strict=True) if kind]
    deeper = min((level for _, level in numbered if level > 1), default=2)
    below = set(_opened(items)) - {top}
    opening = min((max(2, level - 1) for kind, level in numbered if kind in below), default=0)
    tops = [i for i, kind in enumerate(kinds) if kind == top]
    plain = list(accumulate((not kind for kind in kinds), initial=0))  # up to each heading
    for index in (i for i, kind in enumerate(kinds) if not kind):
        place = bisect(tops, index)
        before, after = tops[place - 1] if place else -1, [*tops[place : place + 1], -1][0]
        missing = items[after].number - items[before].number - 1
        if before < 0 or (after > 0 and missing == plain[after] - plain[before]):
            levels[index] = 1
        elif after > 0 or levels[index] > 1 or not items[index].told:
            levels[index] = opening or max(deeper, levels[index - 1])
