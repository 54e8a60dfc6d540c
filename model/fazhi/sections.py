"""Headings to sections: the depth and the role of each, from its mark, its title and its place.

Marks and role words stand in tables. A numbered heading has the depth of its mark; one without a
number is a part where its title tells a role that its part has not, and else a theme below it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

ROLES = ("measures", "problems", "leadership", "plan", "other")
MAX_CHARS = 200  # of a title that are read

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

_LACK = r"(?:问题|不足|短板|弱项|差距|困难|难点|薄弱环节|薄弱点|欠缺|原因|成因)"
_LATER = r"(?!\S{0,6}(?:完成|落实|执行|推进|进展|开展)情况)"  # 重点任务完成情况 is no plan
# Words that tell a role. Each row: role, pattern, an example.
_PROBLEMS = (
    re.compile(rf"存在[^，,；;。\s]{{0,10}}?{_LACK}"),  # 存在的主要问题
    re.compile(rf"{_LACK}(?:依然|仍然|仍|还)?存在"),  # 短板依然存在
    re.compile(rf"(?:正视|认清|看到|直面|查[摆找])[^，,；;。\s]{{0,8}}?{_LACK}"),  # 正视短板
    re.compile(rf"{_LACK}(?:(?:分析|剖析|情况)*$|(?=[及和与、]))"),  # 问题和不足, 困难及原因分析
)
# What is not a lack of the report's but the object of work: 整治突出问题, 补齐短板.
_TACKLED = re.compile(
    r"(?:解决|整治|破解|化解|治理|处理|处置|办理|纠治|查处|纠正|整改|攻克|克服|聚焦|针对|围绕|紧盯"
    r"|着眼|瞄准|防范|回应|缩小|消除|扭转|弥补|补|急难愁盼|遗留)[^，,；;。\s]*$"
)
_LEADERSHIP = re.compile(
    r"第一责任|主要(?:负责人|负责同志|领导)\S{0,12}(?:履职|述职|职责)"  # 履行第一责任人职责
    r"|(?:书记|[镇乡区县市局厅]长|主任)\S{0,8}(?:履职|述职)情况"  # 镇长履职情况
)
_PLAN = re.compile(
    r"(?:下一?步|下一?年度?|下一?阶段|来年|明年|今后|未来)(?:\S{0,10}(?:工作|安排|任务|方向|措施|目标|重点)|$)"
    r"|打算|(?:工作|总体|主要|基本)思路|思路(?=[及和与、]|$)"  # 工作思路
    rf"|(?:工作|总体)(?:计划|规划){_LATER}|计划(?=情况$|$)"  # 工作计划
    rf"|(?:工作|主要|重点|总体|任务|目标)安排{_LATER}|安排(?=情况$|$)"  # 主要安排
    r"|重点任务$|工作重点$|努力方向|改进方向|(?:改进|整改)(?:措施|举措)|展望|初步考虑|工作设想"
    r"|谋划(?=\d{4}|明年|来年|下一|新一年)"  # 谋划2023年工作
)
_DONE = re.compile(
    r"成效|成绩|成果|做法|举措|主要措施|主要工作|工作亮点|工作总结|工作回顾"
    r"|(?:工作|开展|完成|推进|进展|落实)情况"
)
_JOINT = re.compile(r"[及和与、，,；;暨\s]")
_SETTING = re.compile(
    r"基本情况|概况|概述|(?:法治|工作)基础$"  # 辖区基本情况
    r"|主要数据|数据(?:公开|统计)?(?:情况|说明)|数据统计|指标统计|统计表"  # 主要数据情况
    r"|^附(?:[件表录]|[:：\s])|(?:其他|其它|有关)(?:事项|说明)|情况的?说明|说明的?(?:事项|情况)|意见建议"
)
_OVERALL = re.compile(r"总体(?:情况|进展|评价)")  # a setting where a part on the work follows
# A title of these words alone names a whole part: 2023年推进法治政府建设的主要举措和成效.
_WHOLE = re.compile(
    r"^(?:\S{0,10}?\d{4}年度?|年度|本年度?|全年|一年来|今年以来)|[^，,\s]{0,6}?法治[^，,\s]{0,8}?建设"
    r"|依法行政|依法治\S|推进|深化|加强|全面|开展|主要|重点|特色|突出|总体|基本|有关|取得|工作|举措|做法"
    r"|措施|成效|成绩|成果|进展|情况|回顾|总结|亮点|经验|完成|落实|[的及和与、等]"
)


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
    items = [_read(*parts) for parts in split]
    levels = _levels(items)
    rows = zip(levels, _roles(items, levels), split, strict=True)
    return [Heading(level, role, mark, title) for level, role, (_, mark, title) in rows]


def title_role(title: str) -> str:
    """Role of a part by its title alone; two roles are joined with ``+``.

    A title that names a theme of the year's work and no role (``规范执法行为``) is ``measures``.
    """
    return "+".join(_told(_plain(title))) or "measures"


def _read(kind: str, mark: str, title: str) -> _Item:
    plain = _plain(title)
    told = _told(plain)
    umbrella = told == ("measures",) and not _WHOLE.sub("", plain)
    if not kind and told == ("measures",) and not umbrella:
        told = ()  # 推动学习成效转化 is a theme
    return _Item(kind, _number(mark), plain, told, umbrella)


def _plain(title: str) -> str:
    """The title without line breaks and without the spaces around its digits, cut to be read."""
    joined = re.sub(r"\s*[\r\n]\s*", "", title[:MAX_CHARS])
    return re.sub(r"(?<=\d)\s+|\s+(?=\d)", "", joined).strip()


def _number(mark: str) -> int:
    """The last number of a mark, 0 if it has none: 3 of ``三、``, 2 of ``1.2``, 1 of ``①``."""
    folded = unicodedata.normalize("NFKC", mark)
    if arabic := re.findall(r"\d+", folded):
        return int(arabic[-1])
    tens, ten, ones = re.sub(rf"[^{_DIGITS}十]", "", folded).rpartition("十")
    above = 10 * max(1, _DIGITS.find(tens[-1:])) if ten else 0
    return above + _DIGITS.find(ones[-1:])


def _told(title: str) -> tuple[str, ...]:
    """Roles that a title tells, in the order of ``ROLES``; none for a theme."""
    lacks = (match for pattern in _PROBLEMS for match in pattern.finditer(title))
    own = (match for match in lacks if not _TACKLED.search(title[: match.end()]))
    found = {"problems": next(own, None), "plan": _PLAN.search(title)}
    found["leadership"] = _LEADERSHIP.search(title)
    starts = [match.start() for match in found.values() if match]
    found["measures"] = done = _DONE.search(title)
    if done and starts and not _JOINT.search(title, done.end(), max(min(starts), done.end())):
        found["measures"] = None  # 主要工作和明年打算 has two roles, 主要工作安排 has one
    if not any(found.values()) and (_SETTING.search(title) or _OVERALL.search(title)):
        return ("other",)
    return tuple(role for role in ROLES if found.get(role))


def _roles(items: Sequence[_Item], levels: Sequence[int]) -> list[str]:
    """Role of each heading: of a part by title and place, below it that of the part."""
    roles: list[str] = []
    current, after = "measures", False  # after problems
    parts = [i for i, level in enumerate(levels) if level == 1]
    work = max((i for i in parts if items[i].told in ((), ("measures",))), default=-1)
    for index, item in enumerate(items):
        if levels[index] == 1:
            current = "+".join(item.told) or ("plan" if after else "measures")
            if current == "other" and index > work and not _SETTING.search(item.title):
                current = "measures"  # 总体情况 where no part on the work follows
        after = after or "problems" in current
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

    A part tells a role that the part before has not. Themes stand below a part that names its work
    as a whole, below problems and plans; a report with no such part has its themes as parts. What
    alone follows the problems of a report without a plan is its plan.
    """
    umbrella = any(item.umbrella for item in items if not item.kind)
    planned = any("plan" in item.told for item in items)
    holds = {"problems", "plan"} | ({"measures", "leadership"} if umbrella else set())
    current: set[str] = set()
    parts: list[bool] = []
    for index, item in enumerate(items):
        part = bool(set(item.told) - current) or item.umbrella
        if not item.told:
            last = index + 1 == len(items) and (parts[-1:] == [True] or items[index - 1].kind)
            part = not holds & current or bool(last and "problems" in current and not planned)
        parts.append(part and not item.kind)
        if parts[-1] or (item.kind and item.told not in ((), ("other",))):
            current = set(item.told) - {"other"}
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
