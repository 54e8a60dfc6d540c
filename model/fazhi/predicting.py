"""Batches: many files through one tagger, results as they come, failures told at the end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from fazhi import reading
from fazhi.annotations import annotation_files, is_annotated
from fazhi.annotations import read as read_annotated
from fazhi.errors import ReadError
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
                read.append((item, reading.read(item).text))
            except ReadError as error:
                yield Failure(item, str(error))
                done(item)
        names = [_unused(reading.name_of(path), used) for path, _ in read]
        reports = tagger.tag_many([text for _, text in read], ids=names)
        for (path, _), report in zip(read, reports, strict=True):
            yield report
            done(path)


def split_tagged(paths: Iterable[Path]) -> tuple[list[Report], list[Path]]:
    """Reports that are tagged already, of results and annotation files, and the files left to tag.

    Folders are walked. Raises AnnotationError when a file of tagged reports can't be read.
    """
    tagged: list[Report] = []
    files: list[Path] = []
    for path in paths:
        inside = path.is_dir()
        done = [f for f in (annotation_files(path) if inside else [path]) if is_annotated(f)]
        tagged += [item.report for item in read_annotated(done)]
        taken = {*done, *(f.with_suffix(".txt") for f in done if f.suffix == ".json")}
        left = [f for f in (reading.walk(path) if inside else [path]) if f not in taken]
        files += left if done else [path]
    return tagged, files


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
