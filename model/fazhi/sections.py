"""Headings to sections: the depth and the role of each, from its mark, its title and its place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

ROLES = ("measures", "problems", "leadership", "plan", "other")

_CJK = "〇零一二三四五六七八九十百"
# Marks in order of depth; each with an example.
_MARKS = (
    ("part", re.compile(rf"第\s*[{_CJK}\d]+\s*(?:部分|章|篇|编)")),  # 第一部分
    ("chapter", re.compile(rf"第\s*[{_CJK}\d]+\s*节")),  # 第一节
    ("cjk", re.compile(rf"[{_CJK}]+\s*[、．.,，:：]")),  # 一、
    ("cjk-bracket", re.compile(rf"[（(]?\s*[{_CJK}]+\s*[）)]\s*[、.]?")),  # （一）
    ("decimal-3", re.compile(r"[\d０-９]+([.．][\d０-９]+){2}[.．、]?")),  # 1.1.1
    ("decimal-2", re.compile(r"[\d０-９]+[.．][\d０-９]+(?![\d０-９%％年月])[.．、]?")),  # 1.1
    ("arabic", re.compile(r"[\d０-９]+\s*[.．、,，:：]")),  # 1.
    ("arabic-bracket", re.compile(r"[（(]?\s*[\d０-９]+\s*[）)]|[⑴-⒇]")),  # （1）
    ("circled", re.compile(r"[①-⑳]")),  # ①
)
_DEPTH = (
    "part",
    "chapter",
    "cjk",
    "cjk-bracket",
    "arabic",
    "decimal-2",
    "decimal-3",
    "arabic-bracket",
    "circled",
)
_FIXED = {"cjk": 1, "cjk-bracket": 2, "arabic": 3, "arabic-bracket": 4, "circled": 5}

# Words that give a part its role, in the order of the joined form.
_ROLE_WORDS = (
    (
        "measures",
        re.compile(
            r"举措|成效|成绩|成果|做法|措施|工作情况|开展情况|完成情况|推进情况|落实情况|建设情况"
            r"|主要工作|总体情况|工作总结|回顾|进展|亮点|经验"
        ),
    ),
    ("problems", re.compile(r"问题|不足|短板|差距|薄弱|困难|弱项|原因")),
    ("leadership", re.compile(r"第一责任|主要负责人|主要负责同志|履职|负责人履行")),
    (
        "plan",
        re.compile(
            r"下一步|下一年|下年度|下步|来年|明年|打算|计划|思路|工作安排|主要安排|下阶段|今后|展望"
            r"|工作重点|重点任务|努力方向|改进措施"
        ),
    ),
)
_DONE = re.compile(r"成效|成绩|成果|举措|主要工作")
_OVERVIEW = re.compile(r"^(?:基本情况|基本概况|概况|附[:：件表]?|总体要求|其他|有关说明|数据说明)")


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading's depth from 1, its role, its mark as written ('' if it has none) and its title."""

    level: int
    role: str
    mark: str
    title: str


def split_mark(heading: str) -> tuple[str, str, str]:
    """Kind of the mark ('' if none), the mark, and the title after it."""
    for kind, pattern in _MARKS:
        match = pattern.match(heading)
        if match:
            return kind, match[0].rstrip(), heading[match.end() :].lstrip()
    return "", "", heading


def resolve_sections(text: str, places: Sequence[tuple[int, int]]) -> list[Heading]:
    """Level and role of the headings of a report, ``(start, end)`` each, in order.

    The standard marks are 1 to 4; a report that numbers its parts another way keeps the order of
    depth. A heading without a number takes the level of its neighbours: it is a part where numbers
    begin again after it, else it is beside the heading before it. A level-1 heading has the role
    that its title tells; one below has that of its part.
    """
    surfaces = [text[start:end] for start, end in places]
    marks = [split_mark(surface) for surface in surfaces]
    levels = _levels([kind for kind, _, _ in marks], [mark for _, mark, _ in marks])
    headings: list[Heading] = []
    role = "measures"
    for (_, mark, title), level in zip(marks, levels, strict=True):
        if level == 1:
            role = title_role(title)
        headings.append(Heading(level, role, mark, title))
    return headings


def title_role(title: str) -> str:
    """Role of a part by its title; two roles are joined with ``+``.

    A title that names a theme of the year's work and no role (``规范执法行为``) is ``measures``.
    """
    found = [role for role, words in _ROLE_WORDS if words.search(title)]
    if "leadership" in found:
        return "leadership"
    if found[:1] == ["measures"] and len(found) > 1 and not _DONE.search(title):
        found.remove("measures")
    if not found and _OVERVIEW.search(title):
        return "other"
    return "+".join(found) or "measures"


def _levels(kinds: list[str], marks: list[str]) -> list[int]:
    numbered = [kind for kind in kinds if kind]
    if not numbered:
        return [1] * len(kinds)
    above = _unnumbered_parts(kinds, marks)
    ranks = _ranks(set(numbered), any(above))
    levels: list[int] = []
    for index, kind in enumerate(kinds):
        if kind:
            levels.append(ranks[kind])
        elif above[index]:
            levels.append(1)
        else:
            levels.append(levels[-1] if levels else 1)
    return levels


def _ranks(kinds: set[str], parts_above: bool) -> dict[str, int]:
    """Level of each kind of mark in a report that uses these."""
    if not parts_above and not kinds & {"part", "chapter"} and "cjk" in kinds:
        fixed = {kind: _FIXED[kind] for kind in kinds if kind in _FIXED}
        if len(fixed) == len(kinds):
            return fixed
    ordered = sorted(kinds, key=_DEPTH.index)
    return {kind: index + 1 + parts_above for index, kind in enumerate(ordered)}


def _unnumbered_parts(kinds: list[str], marks: list[str]) -> list[bool]:
    """Which headings without a number stand above the report's highest marks.

    Such a one is followed by a heading of the highest kind that begins its count again.
    """
    top = min((kind for kind in kinds if kind), key=_DEPTH.index)
    above = []
    for index, kind in enumerate(kinds):
        following = next((i for i in range(index + 1, len(kinds)) if kinds[i]), None)
        begins = (
            following is not None
            and kinds[following] == top
            and re.search(r"[一1１]", marks[following]) is not None
            and not re.search(r"[二三四五六七八九十2-90]", marks[following])
        )
        above.append(not kind and begins and top != "part")
    return above
