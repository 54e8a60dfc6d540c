"""Limits: what one file may hold, and how long its reading may take, before it is given up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace

from fazhi.errors import FazhiError, ReadError


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that is taken from one file; each is an option (``--limit xml_elements=500000``).

    A report of 10,000 characters has some 20,000 elements as .docx. ``seconds`` is the time that
    one file's reading may take in a process of its own.
    """

    file_mib: int = 16  # of a file, or of one in an archive
    unpacked_mib: int = 32  # of the parts of an office file that are read
    members: int = 5_000  # files in an office file or an archive
    xml_elements: int = 300_000
    xml_depth: int = 200
    html_tags: int = 40_000  # the time of a page's parser grows with the square of nested ones
    html_depth: int = 1_000
    pages: int = 1_000  # of a PDF
    chars: int = 2_000_000  # of text
    spans: int = 100_000  # found in it; with its facts and its line of JSON, each takes some 5 KB
    seconds: int = 60

    @classmethod
    def parse(cls, changes: Iterable[str]) -> Limits:
        """The limits with changes such as ``xml_elements=500000``. Raises FazhiError for others."""
        known = [field.name for field in fields(cls)]
        found = {}
        for change in changes:
            name, _, number = change.partition("=")
            if name not in known:
                raise FazhiError(f"unknown limit {name!r}; expected one of {', '.join(known)}")
            if not (number.isascii() and number.isdigit() and 0 < int(number[:19]) < 10**12):
                raise FazhiError(f"limit {change!r}: expected {name}=NUMBER, a whole number over 0")
            found[name] = int(number)
        return replace(cls(), **found)

    def exceeded(self, name: str, limit: str, what: str) -> ReadError:
        """The error for a file that is over a limit: ``what`` says of what, ``files inside`` …"""
        return ReadError(
            f"{name}: over {getattr(self, limit):,} {what}; if it is worth it, allow more with "
            f"--limit {limit}=NUMBER"
        )


DEFAULT_LIMITS = Limits()
"""What holds when nothing else is asked for."""
