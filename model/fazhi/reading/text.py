"""Reading plain text: its encoding, and nothing else. Nothing is cleaned but a byte order mark."""

from __future__ import annotations

import re

from fazhi.documents import Document, Piece, Place
from fazhi.errors import ReadError

_MOST_DISORDER = 0.5  # of charset-normalizer's measure, 0 to 1; rare characters raise it
_MOST_DAMAGED = 0.002  # of the bytes that are not ASCII; of all bytes may so many be NUL
_UNREADABLE = re.compile("[\ud800-\udfff]+")
_DAMAGE = re.compile("[\0-\x08\x0e-\x1f\x7f\ufffd]")
_ASCII = bytes(range(128))
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read_text(raw: bytes, name: str, encoding: str | None = None) -> Document:
    """The document that a text file holds; a place is ``line``.

    Raises ReadError for what is no text, in none of the encodings that :func:`decode` knows, or
    blank.
    """
    text = decode(raw, name, encoding)
    if not text.strip():
        raise ReadError(f"{name}: empty; there is nothing to read")
    pieces = []
    start = 0
    for number, line in enumerate(text.split("\n")):
        end = start + len(line)
        if content := line.rstrip("\r"):
            pieces.append(Piece(start, start + len(content), Place((("line", number),))))
        start = end + 1
    return Document(text, tuple(pieces))


def decode(raw: bytes, name: str, encoding: str | None = None) -> str:
    """Bytes as text: UTF-8, UTF-16 with a byte order mark, or GB18030; or ``encoding`` alone.

    Line ends and white space are kept as they are; a few damaged bytes are U+FFFD. Raises
    ReadError, with ``name`` in its message, for what is none of these or damaged all over.
    """
    known = encoding or next((known for bom, known in _BOMS if raw.startswith(bom)), None)
    if known is not None:
        return _decoded(raw, known, name)
    if raw.count(0) > _MOST_DAMAGED * len(raw):
        raise ReadError(
            f"{name}: not a text file; save the report as .txt and try again (or, if it is UTF-16 "
            "without its mark, say --encoding utf-16-le)"
        )
    text = decode_damaged(raw, "utf-8")
    if text is None:
        text = decode_damaged(raw, "gb18030")
        if text is None or not _is_gb18030(text):
            raise ReadError(
                f"{name}: not text in UTF-8, UTF-16 or GB18030; save it as UTF-8, or name its "
                "encoding with --encoding"
            )
    return text


def decode_damaged(raw: bytes, encoding: str) -> str | None:
    """Bytes as text, U+FFFD where some can't be read; None where they are more than a few.

    Raises LookupError when there is no such encoding.
    """
    try:
        text = raw.decode(encoding, "surrogateescape")
    except UnicodeError:
        return None
    if damaged := sum(map(len, _UNREADABLE.findall(text))):
        if damaged > _MOST_DAMAGED * len(raw.translate(None, _ASCII)):
            return None
        text = _UNREADABLE.sub("\ufffd", text)
    return text


def _is_gb18030(text: str) -> bool:
    """Whether text that was read as GB18030 makes sense: so can most noise be read.

    Its sound lines say so, as the rest of a damaged one may have been read by wrong pairs of bytes.
    """
    from charset_normalizer import from_bytes

    sound = "\n".join(line for line in text.split("\n") if not _DAMAGE.search(line))
    raw = (sound.strip() or text).encode("gb18030")
    found = from_bytes(raw, cp_isolation=["gb18030"], threshold=_MOST_DISORDER)
    return found.best() is not None


def _decoded(raw: bytes, encoding: str, name: str) -> str:
    try:
        text = decode_damaged(raw, encoding)
    except LookupError as error:
        raise ReadError(f"{name}: there is no encoding {encoding!r}; try gb18030") from error
    if text is None:
        raise ReadError(
            f"{name}: not text in {encoding}, or badly damaged; save it as UTF-8, or try another "
            "--encoding"
        )
    return text
