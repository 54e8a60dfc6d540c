"""Word files to documents: the text as Word shows it, each run with its place.

What the text is made of:

- A paragraph is a line, and its automatic number is part of it. Line breaks and tabs are kept; a
  page break only ends a line.
- A table has a line for each row, with tabs between the cells; paragraphs inside a cell are lines.
- Text boxes, footnotes and endnotes follow the paragraph that they belong to, without the mark of
  the note (``97%`` must not become ``97%1``).
- Tracked changes are read as accepted; of fields the result is read, of ruby its base.
- Headers, footers, comments, tables of contents, hidden and deleted text are dropped and listed; a
  paragraph of which nothing is left leaves no line.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from fazhi.documents import Document, Dropped, Piece, Place
from fazhi.errors import ReadError
from fazhi.limits import DEFAULT_LIMITS, Limits
from fazhi.reading.numbering import LEVELS, Count, Numbering
from fazhi.reading.packages import Package, first, is_on, to_int, value_of
from fazhi.reading.word_styles import Style, Styles

_Steps = tuple[tuple[str, int], ...]

_CODE = "field code"
_CONTENTS = "table of contents"
_CHANGED = {"del": "deleted", "moveFrom": "moved away"}
_BLOCKS = {"p": "paragraph", "tbl": "table"}
_NOTES = ("footnote", "endnote")
_FLAT = str.maketrans("\t\r\n", "   ")  # line ends in XML are white space, no line breaks
# Characters of symbol fonts by font and code; any other character of theirs is a bullet.
_SYMBOLS = {
    "symbol": dict(zip(b"\xa3\xae\xb0\xb1\xb3\xb4\xb8\xb9\xbb", "≤→°±≥×÷≠≈", strict=True)),
    "wingdings": dict(zip(b"\x6e\x6f\xa8\xe0\xfb\xfc\xfd\xfe", "■□□→✗✓☒☑", strict=True)),
    "wingdings 2": dict(zip(b"\x4f\x50\x51\x52\xa3", "✗✓☒☑□", strict=True)),
}


def read_docx(raw: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The document that a .docx file holds; ``name`` stands in the error's message.

    A place is ``paragraph, run`` in the body; ``table, row, cell``, ``paragraph, box``,
    ``footnote`` and ``endnote`` (in the order of the text) come before that, and an automatic
    number has ``numbering`` with the number of its paragraph instead. Paragraphs and tables are
    counted in what holds them, runs in their paragraph, dropped ones too. Headings are paragraphs
    with an outline level. Raises ReadError for what is no Word document or holds no text.
    """
    package = Package(raw, name, limits)
    root = package.part(package.main)
    body = None if root is None or root.tag != "document" else root.find("body")
    if body is None:
        raise package.error("no word/document.xml in it, so no Word document; save it as .docx")
    document = _Reader(package).read(body)
    if not document.text.strip():
        raise ReadError(f"{name}: no text in it; if it holds pictures of pages, save it as text")
    return document


class _Writer:
    """Text and pieces as they grow. ``separator`` goes before whatever comes next."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.length = self.lines = 0
        self.separator = ""
        self._pieces: list[tuple[int, int, _Steps]] = []

    def separate(self) -> None:
        self.texts.append(self.separator)
        self.length += len(self.separator)
        self.separator = ""

    def put(self, text: str, steps: _Steps) -> None:
        self.separate()
        start = self.length
        if self._pieces and self._pieces[-1][1:] == (start, steps):
            start = self._pieces.pop()[0]
        self.texts.append(text)
        self.length += len(text)
        self._pieces.append((start, self.length, steps))

    def pieces(self) -> tuple[Piece, ...]:
        return tuple(Piece(start, end, Place(steps)) for start, end, steps in self._pieces)


class _Reader:
    """Walks through a document. Its state is that of the story and the paragraph it is in."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._styles = Styles(first(package.related("styles")))
        self._numbering = Numbering(first(package.related("numbering")))
        self._notes = {
            (kind, note.get("id")): note
            for kind in _NOTES
            for root in package.related(f"{kind}s")
            for note in root.iterfind(kind)
        }
        self._note_counts = Counter[str]()
        self._out = _Writer()
        self._dropped: list[Dropped] = []
        self._headings: list[tuple[int, int]] = []
        # Of the story: its lists; its open fields, with the mode around each and its code.
        self._count = Count(self._numbering)
        self._fields: list[tuple[str | None, list[str]]] = []
        self._mode: str | None = None
        # Of the paragraph: its own number until that is written, what is left out and why, what
        # follows it, and where in it we are.
        self._steps: _Steps = ()
        self._style = Style()
        self._number: tuple[str, int, _Steps] | None = None
        self._reason: str | None = None
        self._gone: dict[str, list[str]] = {}
        self._after: list[tuple[Element, _Steps, str | None]] = []
        self._counts = Counter[str]()
        self._start = 0
        self._place: _Steps = ()

    def read(self, body: Element) -> Document:
        self._read_story(body, (), None)
        for kind in ("header", "footer"):
            for number, root in enumerate(self._package.related(kind)):
                self._read_story(root, ((kind, number),), kind)
        for root in self._package.related("comments"):
            for number, comment in enumerate(root.iterfind("comment")):
                self._read_story(comment, (("comment", number),), "comment")
        text, dropped = "".join(self._out.texts), tuple(self._dropped)
        return Document(text, self._out.pieces(), dropped, tuple(self._headings))

    def _read_story(self, node: Element, steps: _Steps, reason: str | None) -> None:
        outer = self._count, self._fields, self._mode
        self._count, self._fields, self._mode = Count(self._numbering), [], None
        self._read_blocks(node, steps, reason)
        self._count, self._fields, self._mode = outer

    def _read_blocks(self, node: Element, steps: _Steps, reason: str | None) -> None:
        """Paragraphs and tables; a paragraph whose mark was deleted goes on in the next one."""
        blocks = list(_content(node, ("p", "tbl"), reason))
        tags = ["", *(block.tag for block, _ in blocks), ""]
        counts = Counter[str]()
        joined: list[tuple[Element, _Steps, str | None]] = []
        for (block, why), before, after in zip(blocks, tags, tags[2:], strict=False):
            name = _BLOCKS[block.tag]
            place = (*steps, (name, counts[name]))
            counts[name] += 1
            # Word wants a paragraph after a table in a cell; an empty one is no line.
            filler = node.tag == "tc" and before == "tbl" and not after
            if name == "table":
                self._read_table(block, place, why)
            elif not filler or block.find(".//r") is not None:
                joined.append((block, place, why))
                mark = block.find("pPr/rPr")
                if mark is None or after != "p" or not any(child.tag in _CHANGED for child in mark):
                    self._read_paragraph(joined, after == "p" and is_on(mark, "vanish") is True)
                    joined = []

    def _read_table(self, table: Element, steps: _Steps, reason: str | None) -> None:
        for number, (row, why) in enumerate(_content(table, ("tr",), reason)):
            if row.find("trPr/del") is not None:
                why = why or _CHANGED["del"]
            lines = self._out.lines
            for place, (cell, cause) in enumerate(_content(row, ("tc",), why)):
                if cell.find("tcPr/cellDel") is not None:
                    cause = cause or _CHANGED["del"]
                merges = [cell.find(f"tcPr/{tag}") for tag in ("vMerge", "hMerge")]
                if any(m is not None and m.get("val") in (None, "continue") for m in merges):
                    cause = cause or "merged cell"
                if self._out.lines > lines:
                    self._out.separator = "\t"
                self._read_blocks(cell, (*steps, ("row", number), ("cell", place)), cause)
            if self._out.separator:
                self._out.separator = "\n"

    def _read_paragraph(
        self, joined: list[tuple[Element, _Steps, str | None]], runs_on: bool
    ) -> None:
        """Paragraphs that are one line, with the properties of the last, and what follows it."""
        out, texts, mode = self._out, len(self._out.texts), self._mode
        self._start = start = out.length
        paragraph, steps, _ = joined[-1]
        properties = paragraph.find("pPr")
        self._style = self._styles.of_paragraph(properties)
        self._number = self._find_number(properties, steps)
        self._gone, self._after = {}, []
        for paragraph, self._steps, why in joined:
            self._counts.clear()
            self._place = (*self._steps, ("run", 0))
            self._reason = why or (_CONTENTS if self._style.contents else None)
            self._read_inline(paragraph)
        while self._mode == _CODE:  # a code ends with its paragraph, whatever the file says
            self._mode = self._fields.pop()[0]
        hollow = self._gone or self._after or self._reason or _CONTENTS in (mode, self._mode)
        if out.length == start and not hollow:
            self._put_number()
            out.separate()
        if out.length > start or not hollow:
            out.separator = "" if runs_on else "\n"
            out.lines += 1
        text = "".join(out.texts[texts:])
        outline = to_int(value_of(properties, "outlineLvl"))
        outline = self._style.outline if outline is None else outline
        if text.strip() and outline is not None and 0 <= outline < LEVELS:
            begin = out.length - len(text.lstrip())
            self._headings.append((begin, begin + len(text.strip())))
        for reason, lost in self._gone.items():
            if (text := "".join(lost)).strip():
                self._dropped.append(Dropped(text, reason, Place(steps)))
        for node, place, cause in self._after:
            self._read_story(node, place, cause)

    def _find_number(
        self, properties: Element | None, steps: _Steps
    ) -> tuple[str, int, _Steps] | None:
        """The list of a paragraph, its level there and the place of the number."""
        style = self._style
        num = value_of(properties, "numPr/numId") or style.num
        if num is None:
            return None
        own = to_int(value_of(properties, "numPr/ilvl"))
        level = self._numbering.level_of(num, style.levels) if own is None else own
        return num, level or 0, (*steps[:-1], ("numbering", steps[-1][1]))

    def _put_number(self) -> None:
        if self._number is not None:
            num, level, place = self._number
            self._number = None
            if text := self._count.number(num, level):
                self._out.put(text, place)

    def _put(self, text: str) -> None:
        if not text or self._mode == _CODE:
            return
        if reason := self._reason or self._mode:
            self._gone.setdefault(reason, []).append(text)
        else:
            self._put_number()
            self._out.put(text, self._place)

    def _read_inline(self, node: Element) -> None:
        for child in node:
            match child.tag:
                case "pPr" | "rPr" | "sdtPr" | "ctrlPr" | "rt":
                    pass  # properties, and the reading above ruby
                case "r":
                    self._read_run(child)
                case "t" | "delText":
                    text = child.text or ""
                    text = text if child.get("space") == "preserve" else text.strip(" \t\r\n")
                    self._put(text.translate(_FLAT))
                case "tab" | "ptab":
                    self._put("\t")
                case "br" if child.get("type") in ("page", "column"):
                    if self._out.length > self._start and not (self._reason or self._mode):
                        self._out.separator = "\n"
                case "br" | "cr":
                    self._put("\n")
                case "noBreakHyphen":
                    self._put("-")
                case "sym":
                    self._put(_symbol(child.get("font", "").lower(), child.get("char", "")))
                case "fldChar":
                    self._switch_field(child.get("fldCharType"))
                case "instrText" if self._mode == _CODE:
                    self._fields[-1][1].append(child.text or "")
                case "footnoteReference" | "endnoteReference":
                    self._follow_note(child.tag.removesuffix("Reference"), child.get("id"))
                case "txbxContent":
                    place = (*self._steps, ("box", self._count_up("box")))
                    self._after.append((child, place, self._reason or self._mode))
                case tag:
                    if tag == "den":  # of a fraction
                        self._put("/")
                    outer = self._reason
                    self._reason = outer or _cause(child)
                    self._read_inline(child)
                    self._reason = outer

    def _read_run(self, run: Element) -> None:
        outer = self._place, self._reason
        self._place = (*self._steps, ("run", self._count_up("run")))
        properties = run.find("rPr")
        hidden = is_on(properties, "vanish")
        if hidden is None:  # a style of the run turns round what the paragraph's style says
            own = self._styles.of_run(properties).hidden
            hidden = bool(own) != bool(self._style.hidden)
        self._reason = self._reason or ("hidden" if hidden else None)
        self._read_inline(run)
        self._place, self._reason = outer

    def _count_up(self, name: str) -> int:
        self._counts[name] += 1
        return self._counts[name] - 1

    def _switch_field(self, kind: str | None) -> None:
        """A field is its code up to the separator, and then its result."""
        if kind == "begin":
            self._fields.append((self._mode, []))
            self._mode = _CODE
        elif kind == "separate" and self._fields:
            outer, code = self._fields[-1]
            self._mode = outer or (_CONTENTS if _is_contents("".join(code)) else None)
        elif kind == "end" and self._fields:
            self._mode, _ = self._fields.pop()

    def _follow_note(self, kind: str, id: str | None) -> None:
        """Notes are read once each, and not from inside a note."""
        note = None if self._steps[0][0] in _NOTES else self._notes.pop((kind, id), None)
        if note is not None:
            place = ((kind, self._note_counts[kind]),)
            self._note_counts[kind] += 1
            self._after.append((note, place, self._reason or self._mode))


def _content(
    node: Element, tags: tuple[str, ...], reason: str | None
) -> Iterator[tuple[Element, str | None]]:
    """The nearest elements of these tags below a node, and why each is left out."""
    for child in node:
        if child.tag in tags:
            yield child, reason
        else:
            yield from _content(child, tags, reason or _cause(child))


def _cause(element: Element) -> str | None:
    """Why an element's content is no part of the text; None if it is."""
    gallery = value_of(element, "sdtPr/docPartObj/docPartGallery")
    if gallery == "Table of Contents" or _is_contents(element.get("instr", "")):
        return _CONTENTS
    return _CHANGED.get(element.tag)


def _is_contents(code: str) -> bool:
    return code.split(None, 1)[:1] == ["TOC"]


def _symbol(font: str, code: str) -> str:
    """A character of a font (``sym``): ☑ for FE of Wingdings, • for one that is not known."""
    number = int(code, 16) if re.fullmatch("[0-9A-Fa-f]{1,6}", code) else 0
    if font in _SYMBOLS or 0xE000 <= number <= 0xF8FF:
        return _SYMBOLS.get(font, {}).get(number & 0xFF, "•")
    return chr(number) if number <= 0x10FFFF and chr(number).isprintable() else ""
