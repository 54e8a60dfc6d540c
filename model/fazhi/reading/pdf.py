"""PDF files to documents: paragraphs again from the lines of pages, each line with its place.

What the text is made of:

- Lines that were only wrapped are one paragraph, also over the end of a column or a page. Nothing
  is put between Chinese characters, a space between Latin words.
- Columns are read one after the other; a row of a table is a line, with tabs between its cells.
- Running heads and feet, page numbers, text that runs across the page or lies outside it, and pages
  that are pictures are dropped and listed.
"""

from __future__ import annotations

from contextlib import closing

import pypdfium2 as pdfium
import pypdfium2.raw as raw_pdfium

from fazhi.documents import Document, Dropped, Piece, Place
from fazhi.errors import ReadError
from fazhi.limits import DEFAULT_LIMITS, Limits
from fazhi.reading.layout import Line, lay_out
from fazhi.reading.pages import HYPHEN, Page, TooMuchError, read_page
from fazhi.reading.wrapping import Paragraph, paragraphs

_FEW_GLYPHS = 20  # a page with less holds a stamp or a number, no text
_MOST_UNREAD = 0.2  # of the glyphs
_OCR = "run OCR over it first (ocrmypdf -l chi_sim …) and try again"
_FORCE = "run OCR over it first (ocrmypdf --force-ocr -l chi_sim …) and try again"


def read_pdf(raw: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    """The document that a PDF holds; ``name`` stands in the error's message.

    A place is ``page, line`` with the line's box; lines count in the order of reading. Headings are
    lines that are bold or larger than the body. Raises ReadError for what is no PDF, damaged,
    protected by a password, over a limit, without text or with letters that can't be read.
    """
    pages = _read_pages(raw, name, limits)
    glyphs = sum(len(page.glyphs) for page in pages)
    if sum(page.unread for page in pages) > _MOST_UNREAD * glyphs > 0:
        raise ReadError(f"{name}: its letters name no characters and can't be read; {_FORCE}")
    leaves = lay_out(pages)
    found, headings = paragraphs(row for leaf in leaves for row in leaf.rows)
    document = _write(found, headings)
    pictures = [page for page in pages if len(page.glyphs) < _FEW_GLYPHS and page.pictures > 0.5]
    if not document.text.strip() or (
        2 * len(pictures) >= len(pages) and glyphs < _FEW_GLYPHS * len(pages)
    ):
        raise ReadError(f"{name}: holds no text, only pictures of pages; {_OCR}")
    dropped = [
        Dropped(line.text, reason, _place(line)) for leaf in leaves for line, reason in leaf.dropped
    ]
    for page in pages:
        place = Place((("page", page.number),))
        if page.strays.strip():
            dropped.append(Dropped(page.strays, "turned or outside the page", place))
        if page in pictures:
            dropped.append(Dropped("", "picture of a page", place))
    return Document(document.text, document.pieces, tuple(dropped), document.headings)


def _read_pages(raw: bytes, name: str, limits: Limits) -> list[Page]:
    if b"%PDF" not in raw[:1024]:
        raise ReadError(f"{name}: not a PDF file; save the report as PDF and try again")
    try:
        with closing(pdfium.PdfDocument(raw)) as document:
            if len(document) > limits.pages:
                raise limits.exceeded(name, "pages", f"pages ({len(document):,})")
            pages: list[Page] = []
            left = limits.chars
            for number in range(len(document)):
                pages.append(read_page(document, number, left + 1))
                left -= len(pages[-1].glyphs)
                if left < 0:
                    raise limits.exceeded(name, "chars", "characters")
    except TooMuchError as error:
        raise ReadError(f"{name}: {error}; leave that page out, or print it anew") from error
    except pdfium.PdfiumError as error:
        if error.err_code == raw_pdfium.FPDF_ERR_PASSWORD:
            message = "protected by a password; remove the password and save it again"
        elif error.err_code == raw_pdfium.FPDF_ERR_SECURITY:
            message = "encrypted in an unknown way; print it to a PDF without protection"
        else:
            message = "damaged or cut off; fetch it again, or open it and print it to a new PDF"
        raise ReadError(f"{name}: {message}") from error
    if not pages:
        raise ReadError(f"{name}: no pages in it, damaged or cut off; fetch it again")
    return pages


def _write(found: list[Paragraph], headings: list[Paragraph]) -> Document:
    texts: list[str] = []
    pieces: list[Piece] = []
    marked: list[tuple[int, int]] = []
    length = 0
    outstanding = {id(paragraph) for paragraph in headings}
    for paragraph in found:
        start = length = length + bool(texts)
        texts.append("\n" if texts else "")
        for index, (join, line) in enumerate(paragraph):
            after = paragraph[index + 1][1].text if index + 1 < len(paragraph) else ""
            text = _without_hyphens(line.text, after)
            begin = length + len(join)
            length = begin + len(text)
            texts += join, text
            pieces.append(Piece(begin, length, _place(line)))
        if id(paragraph) in outstanding:
            marked.append((start, length))
    return Document("".join(texts), tuple(pieces), (), tuple(marked))


def _without_hyphens(text: str, after: str) -> str:
    """A line's text: a hyphen where a word was broken goes, one at another line's end stays."""
    inside, end = text[:-1].replace(HYPHEN, ""), text[-1:]
    if end == HYPHEN:
        broken = inside[-1:].isalpha() and after[:1].islower()
        end = "" if broken else "-"
    return inside + end


def _place(line: Line) -> Place:
    return Place((("page", line.page), ("line", line.number)), line.box)
