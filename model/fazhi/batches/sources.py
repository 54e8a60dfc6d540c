"""Sources: the files that reports are read from, those of folders and archives among them."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count as numbers
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from fazhi.annotations import is_annotated, parse_inline
from fazhi.errors import AnnotationError, ReadError
from fazhi.limits import DEFAULT_LIMITS, Limits
from fazhi.names import is_hidden, printable
from fazhi.reading import SUFFIXES
from fazhi.reports import SCHEMA

_ARCHIVE = ".zip"
_LINES = ".jsonl"
CONTAINERS = (_ARCHIVE, _LINES)
"""The endings of files that hold several reports."""
WALKED = (*SUFFIXES, _ARCHIVE)
"""The endings of what is taken from a folder, in small letters."""


@dataclass(frozen=True, slots=True)
class Source:
    """The bytes of one report, before they are read.

    ``name`` is the file's path; in an archive ``reports.zip/a.docx``, of a line ``texts.jsonl:3``.
    ``id`` is the file's name without its ending (of a line, its own), told apart from others by
    ``-2``, ``-3`` … in one batch. ``encoding`` is that of the text where it is known.
    """

    name: str
    id: str
    suffix: str
    raw: bytes = field(repr=False)
    encoding: str | None = None

    def renamed(self, name: str) -> Source:
        """The same under another name."""
        return replace(self, name=name)

    @property
    def digest(self) -> str:
        """SHA-256 of what decides how it is read: its format, its encoding and its bytes."""
        how = f"{self.suffix}\0{self.encoding or ''}\0"
        return hashlib.sha256(how.encode() + self.raw).hexdigest()


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that gave no report: its name, the stage (``read`` or ``tag``), and why."""

    file: str
    stage: str
    reason: str

    @property
    def name(self) -> str:
        """The file, as of a source."""
        return self.file

    @property
    def digest(self) -> str:
        """What tells it from another failure of the file."""
        return f"{self.stage}: {self.reason}"

    def renamed(self, name: str) -> Failure:
        """The same of a file under another name."""
        return Failure(name, self.stage, self.reason.replace(self.file, name, 1))

    def to_dict(self) -> dict[str, str]:
        """File, stage and reason."""
        return {"file": self.file, "stage": self.stage, "reason": self.reason}

    def to_json(self) -> str:
        """What ``fazhi predict`` writes of it: one line of JSONL, without the line break."""
        return json.dumps({"schema": SCHEMA, "failure": self.to_dict()}, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A source whose content stands in the batch already, under another name."""

    source: Source


Item = Source | Failure | Repeat
"""What a batch is made of; only a source is read and tagged, the others stay as they are."""


def find(paths: Iterable[Path], limits: Limits = DEFAULT_LIMITS) -> Iterator[Source | Failure]:
    """The reports at ``paths``, one at a time, in order; what can't be opened is a Failure.

    Folders are walked for what can be read; ``-`` is a text on standard input. Annotated reports
    and the lines of a ``.jsonl`` file give their bare texts. What is named twice is given once.
    """
    names: set[str] = set()
    ids: dict[str, int] = {}
    for path in paths:
        for found in find_at(path, limits):
            if found.name not in names:
                names.add(found.name)
                if isinstance(found, Source):
                    found = replace(found, id=free_id(found.id, ids))
                yield found


def find_at(path: Path, limits: Limits = DEFAULT_LIMITS) -> Iterator[Source | Failure]:
    """The reports at one path, in order; their ids are not told apart yet."""
    files = walk(path) if path.is_dir() else [path]
    if not files:
        name = printable(path)
        yield Failure(name, "read", f"{name}: no reports there (looked for {', '.join(WALKED)})")
    for file in files:
        try:
            yield from _in_file(file, limits)
        except ReadError as error:
            yield Failure(printable(file), "read", str(error))


def free_id(wanted: str, ids: dict[str, int]) -> str:
    """An id of its own: the one wanted, with ``-2``, ``-3`` … when it is given already.

    ``ids`` are those given so far, with the last number that each was given with.
    """
    free = wanted
    while free in ids:
        ids[wanted] += 1
        free = f"{wanted}-{ids[wanted]}"
    ids[free] = 1
    return free


def count(paths: Iterable[Path]) -> int:
    """How many ``find`` gives, as far as that can be told without reading the files."""
    files = (file for path in paths for file in (walk(path) if path.is_dir() else [path]))
    return sum(map(_count, files))


def walk(folder: Path) -> list[Path]:
    """The readable files in a folder and those below it, in order; hidden ones are left out."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in WALKED and not is_hidden(path.relative_to(folder).parts)
        if path.is_file()
    )


def read_bytes(path: Path, limits: Limits = DEFAULT_LIMITS) -> bytes:
    """What a file or, for ``-``, standard input holds, as far as the limit allows.

    Raises ReadError when it can't be read or is too large.
    """
    name = printable(path)
    try:
        if str(path) == "-":
            return _bounded(sys.stdin.buffer, name, limits)
        with path.open("rb") as file:
            return _bounded(file, name, limits)
    except OSError as error:
        raise ReadError(f"{name}: can't be read ({error.strerror})") from error


def _bounded(file: BinaryIO, name: str, limits: Limits) -> bytes:
    blocks = iter(partial(file.read, 2**20), b"")  # each read makes room for all that it may give
    raw = b"".join(islice(blocks, limits.file_mib + 1))
    if len(raw) > limits.file_mib * 2**20:
        raise limits.exceeded(name, "file_mib", "MiB")
    return raw


def _in_file(path: Path, limits: Limits) -> Iterator[Source | Failure]:
    suffix = path.suffix.lower()
    if suffix == _ARCHIVE:
        from fazhi.reading.archives import members

        for member, raw in members(path, limits):
            name = f"{printable(path)}/{member}"
            if isinstance(raw, ReadError):
                yield Failure(name, "read", str(raw))
            else:
                inside = Path(member)
                yield Source(name, file_id(inside), inside.suffix.lower(), raw)
    elif suffix == _LINES:
        yield from _lines(path, limits)
    else:
        if suffix == ".json":
            path = path.with_suffix(".txt")
        raw = read_bytes(path, limits)
        if str(path) != "-" and is_annotated(path):
            yield Source(printable(path), file_id(path), ".txt", _bare(raw, path), "utf-8")
        else:
            yield Source(printable(path), file_id(path), path.suffix.lower(), raw)


def _bare(raw: bytes, path: Path) -> bytes:
    """The text of an annotated report without its tags."""
    try:
        return parse_inline(raw.decode("utf-8"), path).report.text.encode("utf-8")
    except (AnnotationError, UnicodeDecodeError) as error:
        raise ReadError(f"{printable(path)}: a damaged annotation file ({error})") from error


def _lines(path: Path, limits: Limits) -> Iterator[Source | Failure]:
    most = limits.file_mib * 2**20
    try:
        with path.open("rb") as file:
            for number in numbers(1):
                line = file.readline(most + 1)
                if not line:
                    return
                name = f"{printable(path)}:{number}"
                try:
                    if len(line) > most:
                        while line and not line.endswith(b"\n"):
                            line = file.readline(most)
                        raise limits.exceeded(name, "file_mib", "MiB in one line")
                    if line.strip():
                        yield _line(line, name)
                except ReadError as error:
                    yield Failure(name, "read", str(error))
    except OSError as error:
        raise ReadError(f"{printable(path)}: can't be read ({error.strerror})") from error


def _line(line: bytes, name: str) -> Source:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ReadError(f"{name}: not JSON ({error})") from error
    text = record.get("text") if isinstance(record, dict) else None
    if not isinstance(text, str):
        raise ReadError(f'{name}: expected an object with a "text", like {{"text": "…"}}')
    own = record.get("id")
    title = str(own) if isinstance(own, str | int) else name.rpartition("/")[2]
    title = title.encode("utf-8", "replace").decode()  # UTF-8 can't hold halves of surrogate pairs
    return Source(name, title, ".txt", text.encode("utf-8", "replace"), "utf-8")


def file_id(path: Path) -> str:
    """The name of a file without its ending, as its report's id."""
    return "stdin" if str(path) == "-" else os.fsencode(path.stem).decode("utf-8", "replace")


def _count(path: Path) -> int:
    suffix = path.suffix.lower()
    try:
        if suffix == _ARCHIVE:
            from fazhi.reading.archives import count_members

            return count_members(path)
        if suffix == _LINES:
            with path.open("rb") as file:
                return sum(1 for line in file if line.strip())
    except (OSError, ReadError):
        return 1
    return 1
