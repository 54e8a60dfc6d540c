"""Batches: many files through one tagger, results as they come, failures told at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO

from fazhi import reading
from fazhi.errors import FazhiError, ReadError
from fazhi.reports import Report
from fazhi.tagger import Tagger

_FILES_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that gave no report, and why."""

    path: Path
    reason: str


def predict(
    tagger: Tagger, paths: Iterable[Path], *, done: Callable[[Path], None] = lambda path: None
) -> Iterator[Report | Failure]:
    """Read and tag files; folders are walked. A file that can't be read gives a Failure.

    ``done`` is called with each file once its result is out.
    """
    used: set[str] = set()
    for batch in _batches(_files(paths)):
        read: list[tuple[Path, str]] = []
        for item in batch:
            if isinstance(item, Failure):
                yield item
                continue
            try:
                read.append((item, reading.read(item)))
            except ReadError as error:
                yield Failure(item, str(error))
                done(item)
        names = [_unused(reading.name_of(path), used) for path, _ in read]
        reports = tagger.tag_many([text for _, text in read], ids=names)
        for (path, _), report in zip(read, reports, strict=True):
            yield report
            done(path)


def _unused(name: str, used: set[str]) -> str:
    """``name``, or with ``-2``, ``-3`` … when reports of the batch have it already; notes it."""
    numbered = (f"{name}-{number}" for number in count(2))
    free = name if name not in used else next(one for one in numbered if one not in used)
    used.add(free)
    return free


def _files(paths: Iterable[Path]) -> Iterator[Path | Failure]:
    for path in paths:
        try:
            yield from reading.find([path])
        except ReadError as error:
            yield Failure(path, str(error))


def _batches(items: Iterable[Path | Failure]) -> Iterator[Sequence[Path | Failure]]:
    batch: list[Path | Failure] = []
    for item in items:
        batch.append(item)
        if len(batch) == _FILES_AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


@contextmanager
def results_file(path: Path) -> Iterator[IO[str]]:
    """A text file for results; until it is closed it is ``path`` with ``.part`` added.

    When the work is broken off, what was written so far takes the name all the same. Raises
    FazhiError when it can't be made.
    """
    part = path.with_name(path.name + ".part")
    try:
        file = part.open("w", encoding="utf-8", newline="\n")
    except OSError as error:
        raise FazhiError(f"{path}: can't be written ({error.strerror})") from error
    try:
        with file:
            yield file
    finally:
        part.replace(path)
