"""Predicting: sources to documents to tagged reports, in order; what fails is told, not raised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from fazhi.annotations import annotation_files, is_annotated
from fazhi.annotations import read as read_annotated
from fazhi.batches.reading_ahead import Read, Readers
from fazhi.batches.sources import Failure, Item, Repeat, Source, walk
from fazhi.documents import Document
from fazhi.errors import ReadError
from fazhi.limits import Limits
from fazhi.reports import Report
from fazhi.tagging.tagger import Tagger

_GROUP_CHARS = 50_000
_GROUP_ITEMS = 64


def predict(
    tagger: Tagger, items: Iterable[Item], readers: Readers
) -> Iterator[Report | Failure | Repeat]:
    """Each source as a report, or its Failure; whatever else is among the items stays as it is.

    Several reports are tagged at once, and the next files are read meanwhile.
    """
    for group in _groups(readers.read_all(items)):
        read = [item for item in group if isinstance(item, tuple)]
        reports = iter(_tag(tagger, read, readers.limits))
        for item in group:
            if isinstance(item, tuple):
                yield next(reports)
            else:
                yield item


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
        left = [f for f in (walk(path) if inside else [path]) if f not in taken]
        files += left if done else [path]
    return tagged, files


def _tag(
    tagger: Tagger, read: Sequence[tuple[Source, Document]], limits: Limits
) -> Iterable[Report | Failure]:
    try:
        return _tagged(tagger, read, limits)
    except Exception as error:  # ONNX Runtime's share no base class; no file may end a batch
        if len(read) > 1:  # whichever it was, the others shall not suffer
            return [result for one in read for result in _tag(tagger, [one], limits)]
        name, reason = read[0][0].name, str(error)
        if not isinstance(error, ReadError):
            reason = f"{name}: can't be tagged ({type(error).__name__}: {error}); split the file"
        return [Failure(name, "tag", reason)]


def _tagged(
    tagger: Tagger, read: Sequence[tuple[Source, Document]], limits: Limits
) -> list[Report]:
    texts = [document.text for _, document in read]
    tagged = tagger.tag_many(texts, ids=[source.id for source, _ in read])
    reports = [
        replace(report.located(document), meta={"file": source.name})
        for report, (source, document) in zip(tagged, read, strict=True)
    ]
    for report in reports:
        if len(report.spans) > limits.spans:
            raise limits.exceeded(str(report.meta["file"]), "spans", "spans")
        _ = report.facts  # worked out here, where it can fail alone and several processes share it
    return reports


def _groups(items: Iterable[Read]) -> Iterator[list[Read]]:
    group: list[Read] = []
    size = 0
    for item in items:
        group.append(item)
        size += len(item[1].text) if isinstance(item, tuple) else 0
        if size >= _GROUP_CHARS or len(group) == _GROUP_ITEMS:
            yield group
            group, size = [], 0
    if group:
        yield group
