"""Lines of PDF pages to paragraphs: which line goes on in the next one.

A line was wrapped if what the next one begins with had no room at its end. A paragraph ends all the
same where the next line is indented, stands apart or is set in another way. Margins, indents and
distances are those that most lines of the document have.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from fazhi.reading.layout import Frame, Line
from fazhi.reading.pages import Glyph, Style
from fazhi.reading.runs import is_wide

Paragraph = list[tuple[str, Line]]  # lines, and what stands before each

_NOT_FIRST = frozenset("，。、；：？！,.;:?!）)】］]》〉」』”’%％‰℃…—·～~")  # of a line
_NOT_LAST = frozenset("（(【［[《〈「『“‘")
_ENDS = frozenset("。；：！？;:!?")
_STRAIGHT = frozenset("\"'“”‘’")  # may keep to both of their neighbours
_MAX_UNIT = 24  # characters that are looked at for what can't be broken
_SLACK = 0.2  # of the size
_APART = 1.3  # of the usual distance of lines
_CJK = "[一二三四五六七八九十]{1,3}"
# Marks of a heading: 一、 （一） 1. 1、 (1) ① 第一章
_MARK = re.compile(
    rf"{_CJK}、|[（(](?:{_CJK}|\d{{1,2}})[）)]|\d{{1,2}}(?:[.．](?!\d)|、)|[①-⑳]|第{_CJK}[章节部篇]"
)
_ITEM = re.compile(rf"{_MARK.pattern}|{_CJK}是|[•●■◆▪○·–-]")  # of an item of a list too: 一是 •


@dataclass(frozen=True, slots=True)
class _Margins:
    left: float
    right: float


class _Measures:
    """What is usual in a document, of its lines of prose."""

    def __init__(self, lines: Sequence[Line]) -> None:
        by_frame: dict[Frame, list[Line]] = defaultdict(list)
        by_width: dict[float, list[Line]] = defaultdict(list)
        for line in lines:
            by_frame[line.frame].append(line)
            if not line.frame.column:
                by_width[round(line.frame.width)].append(line)
        common = {width: _margins(some) for width, some in by_width.items()}
        self._margins: dict[Frame, _Margins] = {}
        for frame, some in by_frame.items():
            own = _margins(some)
            trusted = frame.column or _is_flush(some, own)
            self._margins[frame] = own if trusted else common[round(frame.width)]
        self._distances: dict[float, float] = {}
        self._indents: frozenset[float] = frozenset()
        self._learn(lines)

    def _learn(self, lines: Sequence[Line]) -> None:
        """Indents that first lines have, and the distance of lines by their size."""
        distances: dict[float, list[float]] = defaultdict(list)
        firsts, blocks = Counter[float](), Counter[float]()
        for a, b in pairwise(lines):
            if a.frame is not b.frame or a.style != b.style or not self.is_full(a, b):
                continue
            shift = (b.left - a.left) / a.style.size
            if abs(shift) < 0.6:
                blocks[self.indent(a)] += 1
            elif -6 < shift < -1:
                firsts[self.indent(a)] += 1
            if shift < 0.6 and a.base > b.base:
                distances[a.style.size].append(a.base - b.base)
        self._indents = frozenset(at for at in firsts if at > 0.6 and firsts[at] >= blocks[at])
        for size, some in distances.items():
            some.sort()
            self._distances[size] = some[len(some) // 4]

    @property
    def are_indented(self) -> bool:
        """Whether paragraphs of the document begin with an indent."""
        return bool(self._indents)

    def indent(self, line: Line) -> float:
        """In sizes, to the half."""
        return round(2 * (line.left - self._margins[line.frame].left) / line.style.size) / 2

    def is_first(self, line: Line) -> bool:
        """Whether a line has the indent of first lines."""
        at = self.indent(line)
        return any(at + off in self._indents for off in (-0.5, 0.0, 0.5))

    def is_centred(self, line: Line) -> bool:
        own = self._margins[line.frame]
        before, after = line.left - own.left, own.right - line.right
        size = line.style.size
        return min(before, after) > 1.2 * size and abs(before - after) < 1.2 * size

    def is_full(self, a: Line, b: Line) -> bool:
        """Whether what ``b`` begins with had no room at the end of ``a``."""
        own = self._margins[a.frame]
        room = own.right - a.right
        if self.is_centred(a) and self.is_centred(b):
            room += a.left - own.left
        return _unit(b.glyphs) > room - _SLACK * a.style.size

    def is_apart(self, a: Line, b: Line) -> bool:
        """Whether two lines of a column stand further apart than those of a paragraph do."""
        size = a.style.size
        usual = self._distances.get(size)
        if usual is None and self._distances:
            near = min(self._distances, key=lambda other: abs(other - size))
            usual = self._distances[near] * max(size / near, 1.0)
        return not 0 < a.base - b.base < _APART * (usual or 1.6 * size)


def _margins(lines: Sequence[Line]) -> _Margins:
    """Where most of the longer lines begin and end."""
    lefts = sorted(line.left for line in lines)
    rights = sorted(line.right for line in lines)
    left = lefts[0]
    for index, value in enumerate(lefts):
        near = sum(1 for other in lefts[index : index + 40] if other < value + 4)
        if near >= min(max(2, 0.06 * len(lines)), 40):
            left = value
            break
    width = rights[-1] - left
    long = [right for right in rights if right > rights[-1] - 0.15 * width]
    return _Margins(left, long[3 * len(long) // 4])


def _is_flush(lines: Sequence[Line], margins: _Margins) -> bool:
    near = sum(abs(line.right - margins.right) < 0.6 * line.style.size for line in lines)
    return near >= 5


def _unit(glyphs: Sequence[Glyph]) -> float:
    """The width of what keeps together where a line starts: a character and its marks, a word."""
    end = 1
    for before, after in pairwise(glyphs[:_MAX_UNIT]):
        a, b = before.char, after.char
        if not (
            a in _NOT_LAST
            or b in _NOT_FIRST
            or a in _STRAIGHT
            or b in _STRAIGHT
            or not (is_wide(a) or is_wide(b) or a.isspace() or b.isspace())
        ):
            break
        end += 1
    return glyphs[end - 1].right - glyphs[0].left


def paragraphs(rows: Iterable[list[list[Line]]]) -> tuple[list[Paragraph], list[Paragraph]]:
    """Paragraphs of the rows of a document, and those of them that are set as headings.

    A row of a table is one paragraph, with tabs between its cells.
    """
    rows = list(rows)
    measures = _Measures([row[0][0] for row in rows if _is_prose(row)])
    found: list[Paragraph] = []
    prose: list[Paragraph] = []
    last: Line | None = None
    for row in rows:
        if _is_prose(row):
            line = row[0][0]
            if last and _goes_on(measures, last, line):
                found[-1].append((_between(last, line), line))
            else:
                found.append([("", line)])
                prose.append(found[-1])
            last = line
            continue
        last = None
        found.append([])
        for number, cell in enumerate(row):
            for index, line in enumerate(cell):
                join = _between(cell[index - 1], line) if index else "\t" if number else ""
                found[-1].append((join, line))
    body = _body(line.style for paragraph in found for _, line in paragraph for _ in line.text)
    return found, [p for p in prose if all(_stands_out(line.style, body) for _, line in p)]


def _is_prose(row: list[list[Line]]) -> bool:
    return len(row) == 1 and len(row[0]) == 1


def _body(styles: Iterable[Style]) -> Style:
    """The style of most characters."""
    counts = Counter(styles)
    return counts.most_common(1)[0][0] if counts else Style("", 1.0, False)


def _stands_out(style: Style, body: Style) -> bool:
    return style.size > 1.05 * body.size or (
        style.bold and not body.bold and style.size > 0.95 * body.size
    )


def _goes_on(measures: _Measures, a: Line, b: Line) -> bool:
    """Whether a paragraph goes on from a line in the next."""
    if not measures.is_full(a, b) or abs(a.style.size - b.style.size) > 0.05 * a.style.size:
        return False
    together = a.frame is b.frame
    if together and measures.is_apart(a, b):
        return False
    shift = measures.indent(b) - measures.indent(a)
    if measures.is_centred(b) and (measures.is_centred(a) or shift > 0.6):
        return together and a.text[-1] not in _ENDS  # a title, its first line may be a full one
    if a.style != b.style and _edge(a.glyphs[::-1]) != _edge(b.glyphs):
        # A heading in bold that the text follows on the same line is the start of a paragraph.
        return shift < -0.6 and measures.is_first(a)
    if measures.is_first(b):
        return False
    if shift > 0.6:  # an item whose lines hang, or the first line of a paragraph
        return shift < 4 and _ITEM.match(a.text) is not None and not _ITEM.match(b.text)
    if shift < -0.6 or a.text[-1] not in _ENDS:
        return True
    if measures.are_indented:  # 二是 may well begin a line
        return not _MARK.match(b.text)
    return together and not _ITEM.match(b.text)


def _edge(glyphs: Sequence[Glyph]) -> Style:
    """The style of the first wide glyph, of the first one if none is wide."""
    return next((glyph.style for glyph in glyphs if is_wide(glyph.char)), glyphs[0].style)


def _between(a: Line, b: Line) -> str:
    """What stands between two lines: a space between Latin words, else what the file has there.

    Between Chinese characters there is nothing.
    """
    before, after = a.text[-1], b.text[0]
    if is_wide(before) and is_wide(after):
        return ""
    if not (before.isascii() and after.isascii()):
        return " " if a.spaced else ""
    words = (before.isalpha() and after.isdigit()) or (
        after.isalpha() and (before.isalnum() or before in ",.;:!?)%")
    )
    return " " if a.spaced or words else ""
