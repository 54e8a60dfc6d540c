"""Bytes to documents: a module of its own reads each format. Nothing here opens a file."""

from __future__ import annotations

from fazhi.documents import Document
from fazhi.errors import ReadError
from fazhi.limits import DEFAULT_LIMITS, Limits

SUFFIXES = (".txt", ".docx", ".html", ".htm", ".pdf", ".doc", ".wps")
"""The formats that are read, by the ending of a file's name, in small letters."""


def read(
    raw: bytes,
    name: str,
    suffix: str,
    *,
    encoding: str | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> Document:
    """The document in the bytes of a file; ``name`` stands in the messages of errors.

    ``suffix`` says which format; what is none of ``SUFFIXES`` is read as text. ``encoding`` is that
    of text and pages, where it should not be found out. Raises ReadError when the file can't be
    read, holds no text, or is over a limit.
    """
    if len(raw) > limits.file_mib * 2**20:
        raise limits.exceeded(name, "file_mib", "MiB")
    if not raw:
        raise ReadError(f"{name}: empty; there is nothing to read")
    document = _read(raw, name, suffix, encoding, limits)
    if len(document.text) > limits.chars:
        raise limits.exceeded(name, "chars", "characters")
    return document


def _read(raw: bytes, name: str, suffix: str, encoding: str | None, limits: Limits) -> Document:
    if suffix == ".docx":
        from fazhi.reading.docx import read_docx
        from fazhi.reading.packages import is_old_word

        if not is_old_word(raw):
            return read_docx(raw, name, limits)
        suffix = ".doc"
    if suffix in (".html", ".htm"):
        from fazhi.reading.html import read_html

        return read_html(raw, name, encoding, limits)
    if suffix == ".pdf":
        from fazhi.reading.pdf import read_pdf

        return read_pdf(raw, name, limits)
    if suffix in (".doc", ".wps"):
        from fazhi.reading.doc import read_doc

        return read_doc(raw, name, suffix, limits)
    from fazhi.reading.text import read_text

    return read_text(raw, name, encoding)
