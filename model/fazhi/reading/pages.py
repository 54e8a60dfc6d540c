"""Pages of a PDF as pdfium sees them: glyphs with their places, ruled lines and pictures.

Coordinates are points, turned so that most of a page's text stands upright; ``turn_back`` gives a
box as the file has it. Forms and scripts are never run.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from ctypes import byref, c_double, c_float, c_int, create_string_buffer
from dataclasses import dataclass
from typing import Any, NamedTuple

import pypdfium2.raw as pdfium

Box = tuple[float, float, float, float]  # left, bottom, right, top

_BOLD = 600  # weights from here on
_BOLD_NAMES = re.compile(r"bold|black|heavy|hei\b|simhei|stheiti|黑体", re.IGNORECASE)
_SUBSET = re.compile(r"^[A-Z]{6}\+")  # before the name of a font that is there in part
_THIN = 3.0  # points; a ruled line may be a filled box
_FAR = 1e6  # points; nothing is laid out so far away
_MAX_OBJECTS = 20_000  # of a page; pdfium's time may grow with their square
_MAX_STEPS = 50_000  # of the paths of a page
HYPHEN = "\xad"  # at the end of a line, written there or taken for one by pdfium
_HYPHENS = {0x02, 0xAD, 0xFFFE}
_SHAPELESS = {0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF}  # zero-width space …
# Fonts share a shape between a radical and its character, and a PDF may name the radical. Unicode
# maps the Kangxi radicals to characters, of the later ones almost none.
_RADICALS = dict(
    zip(
        map(ord, "⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳"),
        "母民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟",
        strict=True,
    )
)


class Style(NamedTuple):
    """How a glyph is set; its size is in points."""

    font: str
    size: float
    bold: bool


class Glyph(NamedTuple):
    """A character on a page. ``guessed`` is a space that is put into a gap, not the file's."""

    char: str
    left: float
    bottom: float
    right: float
    top: float
    base: float  # the height that the letters stand on
    style: Style
    guessed: bool


class Rule(NamedTuple):
    """A ruled line: at ``place`` across, from ``start`` to ``end`` along."""

    upright: bool
    place: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Page:
    """A page, its glyphs in the order of the file.

    ``strays`` is text that runs another way than the rest or lies outside the page. ``unread``
    counts glyphs that say no character, ``pictures`` is the part of the page that pictures cover.
    """

    number: int
    turns: int  # quarter turns to the left that the text has in the file
    box: Box
    glyphs: tuple[Glyph, ...]
    rules: tuple[Rule, ...]
    strays: str
    unread: int
    pictures: float

    def turn_back(self, box: Box) -> Box:
        """A box in the coordinates of the file."""
        return _turn(box, -self.turns)


def _turn(box: Box, turns: int) -> Box:
    """A box after quarter turns to the right about the origin."""
    left, bottom, right, top = box
    for _ in range(turns % 4):
        left, bottom, right, top = bottom, -right, top, -left
    return left, bottom, right, top


class TooMuchError(Exception):
    """A page over a limit."""


def read_page(document: Any, number: int, most_glyphs: int) -> Page:
    """A page of a pypdfium2 document, with up to ``most_glyphs`` glyphs of it.

    Raises pypdfium2's PdfiumError for a page that is damaged, TooMuchError for one that would take
    too long.
    """
    with closing(document[number]) as page:
        if pdfium.FPDFPage_CountObjects(page.raw) > _MAX_OBJECTS:
            raise TooMuchError(f"over {_MAX_OBJECTS:,} objects on page {number + 1}")
        box: Box = page.get_bbox()
        with closing(page.get_textpage()) as text:
            found = list(_glyphs(text.raw, min(text.count_chars(), most_glyphs)))
        counts = Counter(turns for turns, _, _ in found if turns is not None)
        turns = counts.most_common(1)[0][0] if counts else 0
        glyphs, strays, unread = [], [], 0
        for own, known, glyph in found:
            unread += not known
            inside = (
                box[0] - 1 <= (glyph.left + glyph.right) / 2 <= box[2] + 1
                and box[1] - 1 <= (glyph.bottom + glyph.top) / 2 <= box[3] + 1
            )
            if own != turns or not inside:
                strays.append(glyph.char)
            elif turns:
                place = _turn(glyph[1:5], turns)
                base = _turn((glyph.base, glyph.base) * 2, turns)[1]
                glyphs.append(Glyph(glyph.char, *place, base, *glyph[6:]))
            else:
                glyphs.append(glyph)
        rules, pictures = _marks(page.raw, box, turns)
        return Page(
            number,
            turns,
            _turn(box, turns),
            tuple(glyphs),
            rules,
            "".join(strays),
            unread,
            pictures,
        )


def _glyphs(text: Any, count: int) -> Iterator[tuple[int | None, bool, Glyph]]:
    """Quarter turns (None for a slanted one), whether its character is known, and the glyph."""
    box, x, y = pdfium.FS_RECTF(), c_double(), c_double()
    box_at, x_at, y_at = byref(box), byref(x), byref(y)
    styles = _Styles(text)
    last, style, em, high = b"", Style("", 1.0, False), 1.0, 0
    turns: int | None = None
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(text, index)
        owner = pdfium.FPDFText_GetTextObject(text, index)
        if not owner and code != 0x20:
            continue  # line breaks are pdfium's own
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000 and high:
            code = 0x10000 + ((high - 0xD800) << 10) + code - 0xDC00
        high = 0
        char = _character(code)
        known = not pdfium.FPDFText_HasUnicodeMapError(text, index) and not _is_private(code)
        if not char and known:
            continue
        if owner and (key := bytes(owner)) != last:
            last = key
            style, turns, em = styles.of(index, owner)
        pdfium.FPDFText_GetLooseCharBox(text, index, box_at)
        pdfium.FPDFText_GetCharOrigin(text, index, x_at, y_at)
        left, right = box.left, box.right
        base = y.value
        if turns in (1, 3):
            base = x.value
        elif turns == 0 and owner:
            left = min(left, x.value)  # some fonts have boxes of the ink alone
            if "\u4e00" <= char <= "\u9fff":
                right = max(right, x.value + em)
        if abs(left) + abs(right) + abs(box.bottom) + abs(box.top) + abs(base) < _FAR:
            guessed = code == 0x20 and pdfium.FPDFText_IsGenerated(text, index) == 1
            glyph = Glyph(char, left, box.bottom, right, box.top, base, style, guessed)
            yield turns, known, glyph


def _is_private(code: int) -> bool:
    """Whether a code names no character: of private use, or the mark of a lost one."""
    return 0xE000 <= code < 0xF900 or code == 0xFFFD or code >= 0xF0000


def _character(code: int) -> str:
    """The character of a code; nothing for what has no shape, a space for white space."""
    if code in _RADICALS:
        return _RADICALS[code]
    if code in _HYPHENS:
        return HYPHEN
    if code in _SHAPELESS or code > 0x10FFFF or 0xD800 <= code < 0xE000:
        return ""
    char = chr(code)
    if 0x2F00 <= code < 0x2FE0 or 0xF900 <= code < 0xFB00:
        plain = unicodedata.normalize("NFKC", char)
        return plain if len(plain) == 1 else char
    if code < 0x20 or 0x7F <= code < 0xA0:
        return " " if char.isspace() else ""
    return "" if code & 0xFFFE == 0xFFFE else char


class _Styles:
    """The styles of the text objects of a page."""

    def __init__(self, text: Any) -> None:
        self._text = text
        self._matrix, self._size, self._flags = pdfium.FS_MATRIX(), c_float(), c_int()
        self._name = create_string_buffer(128)
        self._known: dict[tuple[object, ...], tuple[Style, int | None, float]] = {}

    def of(self, index: int, owner: Any) -> tuple[Style, int | None, float]:
        """The style of a text object, the quarter turns of its text (None if slanted), its em."""
        matrix = self._matrix
        pdfium.FPDFTextObj_GetFontSize(owner, byref(self._size))
        pdfium.FPDFText_GetMatrix(self._text, index, byref(matrix))
        # Filled and stroked is how a font without a bold face is made bold.
        stroked = (
            pdfium.FPDFTextObj_GetTextRenderMode(owner) == pdfium.FPDF_TEXTRENDERMODE_FILL_STROKE
        )
        font = bytes(pdfium.FPDFTextObj_GetFont(owner))
        key = font, stroked, self._size.value, matrix.a, matrix.b, matrix.c, matrix.d
        if key not in self._known:
            self._known[key] = self._find(index, stroked)
        return self._known[key]

    def _find(self, index: int, stroked: bool) -> tuple[Style, int | None, float]:
        size, matrix = abs(self._size.value), self._matrix
        self._name.value = b""
        pdfium.FPDFText_GetFontInfo(
            self._text, index, self._name, len(self._name), byref(self._flags)
        )
        font = _SUBSET.sub("", self._name.value.decode("utf-8", "replace"))
        heavy = pdfium.FPDFText_GetFontWeight(self._text, index) >= _BOLD
        bold = stroked or heavy or _BOLD_NAMES.search(font) is not None
        points = size * math.hypot(matrix.c, matrix.d)
        points = round(points * 2) / 2 if points < _FAR else 1.0
        angle = math.atan2(matrix.b, matrix.a) / (math.pi / 2)
        straight = abs(angle - round(angle)) < 0.06 if math.isfinite(angle) else False
        turns = round(angle) % 4 if straight else None
        return Style(font, max(points, 1.0), bold), turns, size * math.hypot(matrix.a, matrix.b)


def _marks(page: Any, box: Box, turns: int) -> tuple[tuple[Rule, ...], float]:
    """The ruled lines of a page, and the part of it that pictures cover, 0 to 1."""
    rules: list[Rule] = []
    covered, steps = 0.0, _MAX_STEPS
    area = max((box[2] - box[0]) * (box[3] - box[1]), 1.0)
    left, bottom, right, top = (c_float() for _ in range(4))
    for index in range(pdfium.FPDFPage_CountObjects(page)):
        item = pdfium.FPDFPage_GetObject(page, index)
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            continue
        pdfium.FPDFPageObj_GetBounds(item, byref(left), byref(bottom), byref(right), byref(top))
        bounds = left.value, bottom.value, right.value, top.value
        if not all(map(math.isfinite, bounds)):
            continue
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            width, height = bounds[2] - bounds[0], bounds[3] - bounds[1]
            thin = min(width, height) <= _THIN
            count = 1 if thin else pdfium.FPDFPath_CountSegments(item)
            steps -= count
            if steps >= 0:
                for side in [bounds] if thin else _sides(item, count):
                    rules += _rule(_turn(side, turns))
        else:  # pictures, also those inside a form
            width = min(bounds[2], box[2]) - max(bounds[0], box[0])
            height = min(bounds[3], box[3]) - max(bounds[1], box[1])
            covered += max(width, 0) * max(height, 0) / area
    return tuple(rules), min(covered, 1.0)


def _rule(box: Box) -> Iterator[Rule]:
    left, bottom, right, top = box
    if right - left <= _THIN < top - bottom:
        yield Rule(True, (left + right) / 2, bottom, top)
    elif top - bottom <= _THIN < right - left:
        yield Rule(False, (bottom + top) / 2, left, right)


def _sides(path: Any, count: int) -> Iterator[Box]:
    """The straight sides of a path."""
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(path, byref(matrix))
    x, y = c_float(), c_float()
    first = last = (0.0, 0.0)
    for index in range(count):
        step = pdfium.FPDFPath_GetPathSegment(path, index)
        pdfium.FPDFPathSegment_GetPoint(step, byref(x), byref(y))
        point = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        kind = pdfium.FPDFPathSegment_GetType(step)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            first = point
        elif kind == pdfium.FPDF_SEGMENT_LINETO:
            yield _between(last, point)
        if pdfium.FPDFPathSegment_GetClose(step):
            yield _between(point, first)
        last = point


def _between(a: tuple[float, float], b: tuple[float, float]) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])
