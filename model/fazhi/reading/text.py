"""Reading plain text: its encoding, and nothing else. Nothing is cleaned but a byte order mark."""

from __future__ import annotations

from fazhi.documents import Document, Piece, Place
from fazhi.errors import ReadError

_MOST_DISORDER = 0.5  # of charset-normalizer's measure, 0 to 1; rare characters raise it
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

    ``name`` stands in the error's message. Line ends and white space are kept as they are.
    """
    if encoding is not None:
        return _checked(raw, encoding, name)
    for bom, known in _BOMS:
        if raw.startswith(bom):
            return _checked(raw, known, name)
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
        text = raw.decode(encoding)
        text.encode()  # utf-7 and its like can give halves of surrogate pairs
    except LookupError as error:
        raise ReadError(f"{name}: there is no encoding {encoding!r}; try gb18030") from error
    except UnicodeError as error:
        at = f" at byte {error.start}" if isinstance(error, UnicodeDecodeError) else ""
        raise ReadError(f"{name}: damaged {encoding} text{at}; save it as UTF-8") from error
    return text
