"""Files to documents, by the ending of their names; a module of its own reads each format.

Of a text file only a byte order mark is left out; nothing is cleaned.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from fazhi.documents import Document
from fazhi.errors import ReadError

SUFFIXES = (".txt", ".docx", ".html", ".htm")
MAX_BYTES = 16 * 1024 * 1024
_MOST_DISORDER = 0.5  # of charset-normalizer's measure, 0 to 1; rare characters raise it
_OWN_PAGE = b'<meta name="generator" content="fazhi'
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def find(paths: Iterable[Path]) -> Iterator[Path]:
    """The readable files among ``paths``; folders are walked, files are given as they are named.

    ``-`` stands for standard input. Raises ReadError for a folder that holds none.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        files = walk(path)
        if not files:
            raise ReadError(f"{path}: no reports there (looked for {', '.join(SUFFIXES)})")
        yield from files


def walk(folder: Path) -> list[Path]:
    """The readable files in a folder and those below it, in order."""
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES and p.is_file())


def name_of(path: Path) -> str:
    """The report's id: the file's name without its ending, in characters that can be written."""
    if str(path) == "-":
        return "stdin"
    return os.fsencode(path.stem).decode("utf-8", "replace")


def read(path: Path) -> Document:
    """The document in a file, or a text on standard input for ``-``.

    Raises ReadError when it can't be read or holds no text.
    """
    name = "standard input" if str(path) == "-" else str(path)
    try:
        if str(path) == "-":
            raw = sys.stdin.buffer.read(MAX_BYTES + 1)
        else:
            with path.open("rb") as file:
                raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ReadError(f"{name}: can't be read ({error.strerror})") from error
    if len(raw) > MAX_BYTES:
        raise ReadError(f"{name}: over {MAX_BYTES // 2**20} MiB; split it into single reports")
    match path.suffix.lower():
        case ".docx":
            from fazhi.reading_docx import read_docx

            return read_docx(raw, name)
        case ".html" | ".htm":
            from fazhi.reading_html import read_html

            if _OWN_PAGE in raw[:4096]:
                raise ReadError(f"{name}: a page of fazhi view and no report; move it elsewhere")
            return read_html(raw, name)
        case _:
            return Document(decode(raw, name))


def decode(raw: bytes, name: str) -> str:
    """Bytes of a text file as text: UTF-8, UTF-16 with a byte order mark, or GB18030.

    ``name`` stands in the error's message. Line ends and white space are kept as they are.
    """
    text = _decode(raw, name)
    if not text.strip():
        raise ReadError(f"{name}: empty; there is nothing to read")
    return text


def _decode(raw: bytes, name: str) -> str:
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return _checked(raw, encoding, name)
    if b"\0" in raw:
        raise ReadError(f"{name}: not a text file; save the report as .txt and try again")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return _checked(raw, _guess(raw, name), name)


def _guess(raw: bytes, name: str) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(raw, cp_isolation=["gb18030"], threshold=_MOST_DISORDER).best()
    if best is None:
        raise ReadError(f"{name}: not text in UTF-8, UTF-16 or GB18030; save it as UTF-8")
    return best.encoding


def _checked(raw: bytes, encoding: str, name: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise ReadError(
            f"{name}: damaged {encoding} text at byte {error.start}; save it as UTF-8"
        ) from error
