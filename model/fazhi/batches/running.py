"""Batches: many files to one output, with a journal so that nothing is lost or done twice."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from fazhi.annotations import formats
from fazhi.batches.journal import Journal
from fazhi.batches.sources import Failure, Item, Repeat, Source
from fazhi.batches.workers import Settings
from fazhi.errors import FazhiError
from fazhi.outputs.writing import open_writer
from fazhi.reports import Report
from fazhi.tagging.labels import LABELS
from fazhi.tagging.manifest import Manifest
from fazhi.tagging.tagger import model_folder
from fazhi.version import __version__

Predict = Callable[[Iterable[Item]], Iterator[Report | Failure | Repeat]]
"""What makes results of sources, in order, and leaves all else as it is."""


@dataclass(slots=True)
class Outcome:
    """What a batch came to: how many reports were tagged, now and before, and what failed.

    ``dropped`` is what the format that was asked for has no place for, counted.
    ``damaged`` counts the characters of a file, by its name, that could not be read (U+FFFD).
    """

    tagged: int = 0
    before: int = 0
    failures: list[Failure] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    damaged: dict[str, int] = field(default_factory=dict)

    def add(self, result: Report | Failure) -> None:
        """Count a result."""
        if isinstance(result, Failure):
            self.failures.append(result)
            return
        self.tagged += 1
        if damaged := result.text.count("\ufffd"):
            self.damaged[str(result.meta["file"])] = damaged


def run(
    found: Iterable[Source | Failure],
    out: Path,
    predict: Predict,
    settings: Settings,
    *,
    to: str | None = None,
    strict: bool = False,
    done: Callable[[], object] = lambda: None,
    each: Callable[[Report], object] = lambda report: None,
) -> Outcome:
    """Tag what is found and write it to ``out``; broken off, the same call goes on.

    The same content under two names is tagged once. Whatever ends the batch early (Ctrl-C, say),
    ``out`` holds what is done, and the journal beside it what is needed to go on. With ``to``, the
    name of a format of ``fazhi.annotations.formats``, the spans are written in it for correction,
    and only when all is done. ``done`` is called for every source that has its result, ``each``
    with every report as it is written at the end. Raises FazhiError when settings or model are not
    those that the batch was begun with, and with ``strict`` at the first failure.
    """
    outcome = Outcome()
    about = described(settings)
    with closing(Journal(out, about)) as journal:
        inputs = _Inputs()
        items = inputs.to_do(found, journal, strict=strict, done=done)
        is_whole = False
        try:
            for result in predict(items):
                source = inputs.begun.popleft()
                if isinstance(result, Repeat):
                    result = journal.copy(result.source)
                if strict:
                    _refuse(result)
                journal.add(source, result)
                inputs.tagging.discard(source.digest)
                done()
            is_whole = True
        finally:
            # Broken off, what was done before and is not found again yet is written all the same.
            ids = inputs.ids if is_whole else {**dict.fromkeys(journal.names()), **inputs.ids}
            outcome.before = inputs.before
            results = _counted(journal.results(ids), outcome, each)
            if to is None and (is_whole or journal.names()):  # an older file may stand there
                outcome.dropped = _write(results, out)
            elif to is not None and is_whole:
                outcome.dropped = _write_annotations(results, out, to, str(about["model"]))
            if is_whole or not journal.names():
                journal.remove()
    return outcome


@dataclass(slots=True)
class _Inputs:
    """What is found: ids by name, in order; what waits for its result; how many had theirs.

    ``tagging`` are the digests of what waits and is no copy.
    """

    ids: dict[str, str | None] = field(default_factory=dict)
    begun: deque[Source | Failure] = field(default_factory=deque)
    tagging: set[str] = field(default_factory=set)
    before: int = 0

    def to_do(
        self,
        found: Iterable[Source | Failure],
        journal: Journal,
        *,
        strict: bool,
        done: Callable[[], object],
    ) -> Iterator[Item]:
        """What has no result yet; one content is given once, then its copies."""
        for source in found:
            self.ids[source.name] = source.id if isinstance(source, Source) else None
            if journal.has(source):
                if strict:
                    _refuse(journal.result(source.name))
                self.before += 1
                done()
                continue
            self.begun.append(source)
            if isinstance(source, Failure):
                yield source
            elif source.digest in self.tagging or journal.has_content(source):
                yield Repeat(source)
            else:
                self.tagging.add(source.digest)
                yield source


def _refuse(result: Report | Failure) -> None:
    if isinstance(result, Failure):
        raise FazhiError(result.reason)


def _counted(
    results: Iterable[Report | Failure], outcome: Outcome, each: Callable[[Report], object]
) -> Iterator[Report | Failure]:
    for result in results:
        outcome.add(result)
        if isinstance(result, Report):
            each(result)
        yield result


def _write(results: Iterable[Report | Failure], out: Path) -> list[str]:
    """Write the results; what tables have no place for, counted: spans of labels without facts."""
    left_out: Counter[str] = Counter()
    with open_writer(out) as writer:
        for result in results:
            if isinstance(result, Report):
                writer.add(result)
                left_out.update(span.label for span in result.spans if span.label not in LABELS)
            else:
                writer.fail(result)
    if out.suffix.lower() == ".jsonl":
        return []
    return [f"{label} ({left_out[label]}): no table has it; .jsonl does" for label in left_out]


def _write_annotations(
    results: Iterable[Report | Failure], out: Path, to: str, model: str
) -> list[str]:
    """Write the reports, each with its model in ``meta``; what ``to`` has no place for, counted."""
    version = f"fazhi-{__version__}-{model[:8]}"
    reports = [
        replace(result, meta={**result.meta, "model": version})
        for result in results
        if isinstance(result, Report)
    ]
    if not reports:
        return []
    with TemporaryDirectory(prefix=f"{out.name}.", dir=out.parent) as made:
        dropped = formats.write(reports, Path(made) / out.name, to)
        if out.is_dir():
            out.rmdir()  # empty, or this is an error
        for path in Path(made).iterdir():
            path.replace(out.with_name(path.name))
    return dropped


def described(settings: Settings) -> dict[str, object]:
    """What decides the results, as the journal notes it."""
    model = Manifest.load(model_folder(settings.model))
    limits = settings.limits
    return {
        "fazhi": __version__,
        "model": model.files[model.onnx_file(settings.precision)],
        "min_score": settings.min_score,
        "encoding": settings.encoding,
        "limits": {name: getattr(limits, name) for name in limits.__slots__},
    }
