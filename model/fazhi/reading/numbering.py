"""Automatic numbers of Word paragraphs, as Word shows them: ``一、``, ``（二）``, ``1.2``, ``•``.

Names of elements are those of WordprocessingML (ECMA-376 Part 1, 17.9 and 17.18.59). Where Word
does otherwise, it is followed (MS-OI29500, 2.1.283 and 2.1.540).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from fazhi.reading.packages import first, is_on, to_int, value_of

LEVELS = 9
_MAX_VALUE = 32767  # past it Word's own numbers go wrong; they are written in digits here
_MAX_CHARS = 64  # of a level's text; Word allows 31
_BULLET = "•"  # stands for every bullet: most are private characters of a symbol font
_CJK = "一二三四五六七八九"
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc")),
    *((50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_ORDINALS = {1: "st", 2: "nd", 3: "rd"}

_Writer = Callable[[int], str]


def _listed(marks: Iterable[str]) -> _Writer:
    """One mark a number, digits after the last."""
    row = tuple(marks)
    return lambda value: row[value - 1] if value <= len(row) else str(value)


def _run(first: str, count: int) -> _Writer:
    return _listed(chr(ord(first) + offset) for offset in range(count))


def _digits(digits: str) -> _Writer:
    return lambda value: str(value).translate({ord("0") + i: char for i, char in enumerate(digits)})


def _counted(digits: str, units: str, *, zero: str = "", silent: str = "") -> _Writer:
    """Digits with 十百千万; ``zero`` fills gaps, no 一 stands before a ``silent`` unit."""

    def write(value: int) -> str:
        text = ""
        for place, unit in zip((10000, 1000, 100, 10, 1), f"{units[::-1]} ", strict=True):
            digit = value // place % 10
            if digit:
                text += ("" if digit == 1 and unit in silent else digits[digit - 1]) + unit.strip()
            elif text and value % place and not text.endswith(zero):
                text += zero
        return text

    return write


def _spoken(write: _Writer) -> _Writer:
    """十一, not 一十一; 一百一十一 all the same."""
    return lambda value: write(value)[1:] if 10 <= value < 20 else write(value)


def _below_hundred(write: _Writer) -> _Writer:
    """九十九, then digit by digit: 一○○."""
    digit_by_digit = _digits("○" + _CJK)
    return lambda value: write(value) if value < 100 else digit_by_digit(value)


def _letters(value: int) -> str:
    """a to z, aa, bb …; Word begins anew after thirty letters, here digits follow."""
    return chr(ord("a") + (value - 1) % 26) * -(-value // 26) if value <= 780 else str(value)


def _roman(value: int) -> str:
    text = ""
    for worth, mark in _ROMAN:
        text += mark * (value // worth)
        value %= worth
    return text


def _ordinal(value: int) -> str:
    return f"{value}{'th' if value // 10 % 10 == 1 else _ORDINALS.get(value % 10, 'th')}"


_CHINESE = _spoken(_counted(_CJK, "十百千万", zero="〇"))
# Each row: the format's name, its numbers, an example.
_FORMATS: dict[str, _Writer] = {
    "none": lambda value: "",
    "decimalZero": lambda value: f"{value:02}",  # 01
    "decimalFullWidth": _digits("０１２３４５６７８９"),  # １２
    "decimalFullWidth2": _digits("０１２３４５６７８９"),
    "decimalEnclosedCircle": _run("①", 20),
    "decimalEnclosedCircleChinese": _run("①", 10),
    "decimalEnclosedFullstop": _run("⒈", 20),
    "decimalEnclosedParen": _run("⑴", 20),
    "numberInDash": lambda value: f"- {value} -",
    "ordinal": _ordinal,  # 1st
    "upperRoman": lambda value: _roman(value).upper(),
    "lowerRoman": _roman,
    "upperLetter": lambda value: _letters(value).upper(),
    "lowerLetter": _letters,
    "chineseCounting": _below_hundred(_CHINESE),  # 十一, 一○一
    "taiwaneseCounting": _below_hundred(_CHINESE),
    "chineseCountingThousand": _CHINESE,  # 十一, 一百〇一
    "taiwaneseCountingThousand": _spoken(_counted(_CJK, "十百千萬", zero="零")),
    "japaneseCounting": _counted(_CJK, "十百千万", silent="十百千"),  # 百一
    "chineseLegalSimplified": _counted("壹贰叁肆伍陆柒捌玖", "拾佰仟萬", zero="零"),  # 壹拾壹
    "ideographLegalTraditional": _counted("壹貳參肆伍陸柒捌玖", "拾佰仟萬", zero="零"),
    "japaneseLegal": _counted("壱弐参四伍六七八九", "拾百阡萬"),
    "ideographDigital": _digits("〇" + _CJK),  # 一一
    "japaneseDigitalTenThousand": _digits("〇" + _CJK),
    "taiwaneseDigital": _digits("○" + _CJK),
    "ideographEnclosedCircle": _run("㈠", 10),  # brackets in Word
    "ideographTraditional": _listed("甲乙丙丁戊己庚辛壬癸"),
    "ideographZodiac": _listed("子丑寅卯辰巳午未申酉戌亥"),
    "ideographZodiacTraditional": _listed(
        "甲乙丙丁戊己庚辛壬癸"[i % 10] + "子丑寅卯辰巳午未申酉戌亥"[i % 12] for i in range(60)
    ),
}


def write_number(value: int, format: str) -> str:
    """A number in a format by its name (ST_NumberFormat); in digits where the format has none.

    A name of digits, ``001``, is a custom format: it tells how many digits are written at least.
    """
    if format.isdecimal():
        return str(value).zfill(len(format))
    return _FORMATS.get(format, str)(value) if 0 < value <= _MAX_VALUE else str(value)


@dataclass(frozen=True, slots=True)
class _Level:
    """How a level is numbered (``lvl``); ``restart``: it begins anew after levels below that."""

    start: int
    format: str
    text: str
    gap: str
    restart: int
    legal: bool
    hidden: bool
    style: str | None


@dataclass(frozen=True, slots=True)
class _List:
    """A list that paragraphs name (``num``). Those with one ``key`` count on from each other."""

    key: str
    levels: dict[int, _Level]
    starts: dict[int, int]


class Numbering:
    """The lists that a document defines, from the root of its numbering part (None: no lists)."""

    def __init__(self, root: Element | None) -> None:
        part = Element("numbering") if root is None else root
        abstract = {item.get("abstractNumId", ""): item for item in part.iterfind("abstractNum")}
        styled = {value_of(item, "styleLink"): key for key, item in abstract.items()}
        levels: dict[str, dict[int, _Level]] = {}
        self.lists: dict[str, _List] = {}
        for item in part.iterfind("num"):
            key = value_of(item, "abstractNumId") or ""
            if link := value_of(abstract.get(key), "numStyleLink"):
                key = styled.get(link, key)
            if key not in abstract:
                continue
            if key not in levels:
                levels[key] = dict(_levels(abstract[key]))
            own, starts = dict(levels[key]), {}
            for override in item.iterfind("lvlOverride"):
                own.update(_levels(override))
                level, start = (
                    to_int(override.get("ilvl")),
                    to_int(value_of(override, "startOverride")),
                )
                if level is not None and start is not None:
                    starts[level] = start
            self.lists[item.get("numId", "")] = _List(key, own, starts)

    def level_of(self, num: str, styles: Iterable[tuple[str, int | None]]) -> int | None:
        """The level in a list of a paragraph with these styles, nearest first; None if unknown.

        It is that of the first one that the list names for a level, or that says a level itself.
        """
        levels = self.lists[num].levels if num in self.lists else {}
        named = {level.style: number for number, level in levels.items()}
        return first(named.get(style, own) for style, own in styles)


def _levels(parent: Element) -> Iterator[tuple[int, _Level]]:
    for item in parent.iterfind("lvl"):
        number = to_int(item.get("ilvl"))
        if number is None or not 0 <= number < LEVELS:
            continue
        name = value_of(item, "numFmt") or "decimal"
        if name == "custom" and (custom := item.find("numFmt")) is not None:
            name = custom.get("format", "").partition(",")[0][:_MAX_CHARS]  # 001, 002, 003, ...
        restart = to_int(value_of(item, "lvlRestart"))
        yield (
            number,
            _Level(
                start=to_int(value_of(item, "start")) or 0,
                format=name,
                text=(value_of(item, "lvlText") or "")[:_MAX_CHARS],
                gap=value_of(item, "suff") or "tab",
                restart=number if restart is None or restart > number else restart,
                legal=bool(is_on(item, "isLgl")),
                hidden=bool(is_on(item, "rPr/vanish")),
                style=value_of(item, "pStyle"),
            ),
        )


class Count:
    """Where the lists of a story (the text, a text box, a note) stand: each counts for itself."""

    def __init__(self, numbering: Numbering) -> None:
        self._lists = numbering.lists
        self._values: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()

    def number(self, num: str, level: int) -> str:
        """The next number of a list at a level (from 0), with its gap to the text; '' if none.

        A level begins anew after a level above it, and where a list that says itself from where
        (``startOverride``) is first used. Levels above that were not used yet count as begun.
        """
        item = self._lists.get(num)
        if item is None or level not in item.levels:
            return ""
        values = self._values.setdefault(item.key, {})
        for above in range(level):
            values.setdefault(above, item.levels[above].start if above in item.levels else 1)
        anew = level not in values or (level in item.starts and (num, level) not in self._begun)
        self._begun.add((num, level))
        start = item.starts.get(level, item.levels[level].start)
        values[level] = start if anew else values[level] + 1
        for below in [key for key in values if key > level]:
            if below not in item.levels or level < item.levels[below].restart:
                del values[below]
        return _rendered(item.levels, level, values)


def _rendered(levels: dict[int, _Level], number: int, values: dict[int, int]) -> str:
    """The text of a level with its numbers filled in, and its gap.

    A tab is a space after a letter or digit (``1.1 全面``), nothing after a mark (``一、全面``).
    """
    level = levels[number]
    if level.format == "bullet":
        text = _BULLET if level.text else ""
    elif any(int(other) > number + 1 for other in re.findall("%([1-9])", level.text)):
        text = ""  # a level below has no number yet; Word leaves out the whole text
    else:

        def fill(match: re.Match[str]) -> str:
            other = int(match[1]) - 1
            named = levels[other].format if other in levels and not level.legal else "decimal"
            return write_number(values[other], named)

        text = re.sub("%([1-9])", fill, level.text)
    if not text or level.hidden:
        return ""
    spaced = level.gap == "space" or (level.gap == "tab" and re.search(r"[^\W①-⓿㈠-㈩]$", text))
    return f"{text} " if spaced else text
