"""Annotated reports in the formats of other tools, both ways; each has a module of its own.

A module says whether a file is of its format (``matches``), reads it (``read``) and writes it
(``write``). It is imported when it is needed, and what it needs beyond Python only then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from fazhi.annotations.formats.verification import Reading
from fazhi.errors import AnnotationError, FazhiError
from fazhi.reports import Report

# In the order in which they are tried on a file.
_MODULES = {
    "datasets": "datasets",
    "brat": "brat",
    "spacy": "spacy",
    "label-studio": "label_studio",
    "jsonl": "jsonl",
    "doccano": "doccano",
    "inline": "inline",
    "conll": "conll",
}
_SCHEMES = ("conll-bioes", "conll-bmes")  # conll is BIO

FORMATS = (*_MODULES, *_SCHEMES)
"""The names of the formats."""
FOLDERS = ("inline", "brat", "datasets")
"""Those that are written as a folder."""


class Format(Protocol):
    """What a module of a format offers."""

    def matches(self, path: Path) -> bool:
        """Whether a file or a folder is of this format, by what is in it."""

    def read(self, path: Path) -> Reading:
        """Its reports, every span checked against the text. Raises FazhiError."""

    def write(self, reports: Sequence[Report], path: Path) -> list[str]:
        """Write reports; what the file does not give back, as ``COUNT.approx (12)``."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a conversion did, and all that it could not do."""

    source_format: str
    to: str
    reports: int
    spans: int
    problems: tuple[str, ...]
    repaired: tuple[str, ...]
    dropped: tuple[str, ...]

    def __str__(self) -> str:
        """Lines for a terminal."""
        lines = [f"{self.reports} reports, {self.spans} spans: {self.source_format} to {self.to}"]
        for title in ("problems", "repaired", "dropped"):
            found = getattr(self, title)
            lines += [f"{title} ({len(found)}):", *(f"  {line}" for line in found)] if found else []
        return "\n".join(lines)


def recognise(path: Path) -> str:
    """The format of a file or a folder, by what is in it. Raises FazhiError when it has none."""
    if not path.exists():
        raise FazhiError(f"{path}: not there")
    for name in _MODULES:
        if _load(name).matches(path):
            return name
    raise FazhiError(f"{path}: of no known format; expected one of {', '.join(_MODULES)}")


def read(path: Path, format: str | None = None) -> Reading:
    """Read a file or a folder, in the format that it is recognised as or that is given."""
    return _load(format or recognise(path)).read(path)


def write(reports: Sequence[Report], path: Path, format: str) -> list[str]:
    """Write reports; returns what the format has no place for, counted. Raises FazhiError."""
    try:
        if format in _SCHEMES:
            from fazhi.annotations.formats.conll import write as write_conll

            return write_conll(reports, path, format.removeprefix("conll-"))
        return _load(format).write(reports, path)
    except UnicodeEncodeError as error:
        raise FazhiError(f"{path}: a character that UTF-8 has no form for ({error})") from error


def convert(source: Path, target: Path, to: str, source_format: str | None = None) -> Outcome:
    """Read ``source`` and write it to ``target`` in the format ``to``.

    What can't be read or kept is listed in the outcome. Raises AnnotationError when no report can
    be read at all, and FazhiError for an unknown format or a file that can't be written.
    """
    _load(to)
    try:
        source_format = source_format or recognise(source)
        reading = read(source, source_format)
        if not reading.reports:
            raise AnnotationError(reading.problems or [f"{source}: no reports"])
        if target.resolve() == source.resolve():
            raise FazhiError(f"{target}: would replace what is read")
        dropped = write(reading.reports, target, to)
    except OSError as error:
        raise FazhiError(f"{error.filename or source}: {error.strerror or error}") from error
    spans = sum(len(report.spans) for report in reading.reports)
    found = (reading.problems, reading.repaired, tuple(dropped))
    return Outcome(source_format, to, len(reading.reports), spans, *found)


def _load(name: str) -> Format:
    if name not in FORMATS:
        raise FazhiError(f"unknown format {name!r}; expected one of {', '.join(FORMATS)}")
    return cast(Format, import_module(f"fazhi.annotations.formats.{_MODULES.get(name, 'conll')}"))
