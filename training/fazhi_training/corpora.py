"""Annotated reports to train and to score on: read and checked, held out, mixed."""

from __future__ import annotations

import hashlib
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from fazhi.annotations import annotation_files, is_annotated
from fazhi.annotations.checking import check
from fazhi.annotations.formats import conll
from fazhi.errors import AnnotationError, FazhiError
from fazhi.reports import Report

_ENDINGS = (".conll", ".bio", ".bioes", ".bmes", ".txt")  # of CoNLL files in a folder
_MOST_SHARED = 0.02  # of dev


def read(paths: Sequence[Path], labels: Sequence[str]) -> list[Report]:
    """Annotated reports of files and folders: ours, or CoNLL, of which each sentence is a report.

    Attributes are not checked. What can't be read of a CoNLL file is told on standard error. Raises
    FazhiError for a path that is not there, AnnotationError with every problem of the others.
    """
    for path in paths:
        if not path.exists():
            raise FazhiError(f"{path}: not there")
    ours: list[Path] = []
    sets: list[Path] = []
    for path in paths:
        found = set(_sets(path))
        sets += sorted(found)
        ours += (file for file in annotation_files(path) if file not in found) if found else [path]
    return check(ours, labels, attributes=False) + [
        report for file in sets for report in _read_set(file, labels)
    ]


def _sets(path: Path) -> Iterator[Path]:
    """The CoNLL files at a path: itself, or those in a folder."""
    found = sorted(path.rglob("*")) if path.is_dir() else [path]
    for file in found:
        looked_at = file is path or file.suffix in _ENDINGS
        if looked_at and not is_annotated(file) and conll.matches(file):
            yield file


def _read_set(path: Path, labels: Sequence[str]) -> list[Report]:
    reading = conll.read_set(path)
    for problem in reading.problems:
        print(problem, file=sys.stderr)
    found = Counter(span.label for report in reading.reports for span in report.spans)
    if unknown := [f"{label} ({found[label]})" for label in sorted(found.keys() - {*labels})]:
        raise AnnotationError(
            [f"{path}: unknown labels {', '.join(unknown)}; expected {', '.join(sorted(labels))}"]
        )
    if not reading.reports:
        raise AnnotationError([f"{path}: no reports"])
    return list(reading.reports)


def hold_out(reports: Sequence[Report], share: float) -> tuple[list[Report], list[Report]]:
    """The reports to train on and those held out: by the hash of their texts, one at least of each.

    Raises FazhiError when there is but one.
    """
    if len(reports) < 2:
        raise FazhiError(
            "one annotated report of your own is not enough: one is trained on and another held "
            "out to score on; annotate more"
        )
    order = sorted(range(len(reports)), key=lambda place: _digest(reports[place]))
    held = set(order[: min(max(1, round(share * len(order))), len(order) - 1)])
    return (
        [report for place, report in enumerate(reports) if place not in held],
        [report for place, report in enumerate(reports) if place in held],
    )


def _digest(report: Report) -> bytes:
    return hashlib.sha256(report.text.encode("utf-8", "surrogatepass")).digest()


def keep_apart(train: Sequence[Report], dev: Sequence[Report]) -> None:
    """Raise FazhiError when reports of dev stand in train; a few, as sentences recur, are told."""
    seen = {report.text for report in train}
    shared = sum(report.text in seen for report in dev)
    if shared > _MOST_SHARED * len(dev):
        raise FazhiError(f"{shared} reports stand in train and in dev; dev must be held out")
    if shared:
        print(f"{shared} of {len(dev)} reports of dev stand in train, too", file=sys.stderr)


def mix(
    own: Sequence[Report], others: Sequence[Report], share: float, draw: random.Random
) -> list[Report]:
    """``own``, and as many others as make their characters the rest of ``share``, if there are."""
    wanted = sum(len(report.text) for report in own) * (1 - share) / share
    mixed = list(own)
    for report in draw.sample(others, len(others)):
        if wanted <= 0:
            break
        mixed.append(report)
        wanted -= len(report.text)
    return mixed
