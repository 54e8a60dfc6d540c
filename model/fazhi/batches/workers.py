"""Workers: several processes on one machine, each with a tagger and a share of the cores."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from queue import SimpleQueue

from fazhi.batches.predicting import predict
from fazhi.batches.processes import Child, ChildDiedError
from fazhi.batches.reading_ahead import Readers
from fazhi.batches.sources import Failure, Item, Repeat, Source
from fazhi.limits import DEFAULT_LIMITS, Limits
from fazhi.reports import Report
from fazhi.tagging.cores import available_cores
from fazhi.tagging.tagger import Tagger

Result = Report | Failure | Repeat
_CHUNK_ITEMS = 16
_CHUNK_BYTES = 2**18
_AHEAD = 3  # chunks for each worker


@dataclass(frozen=True, slots=True)
class Settings:
    """How sources are read and tagged: what a worker needs to know."""

    model: Path | None = None
    device: str = "auto"
    min_score: float = 0.0
    encoding: str | None = None
    limits: Limits = DEFAULT_LIMITS
    threads: int | None = None
    precision: str | None = None
    compile: bool = False

    def tagger(self) -> Tagger:
        """Load the model."""
        return Tagger.load(
            self.model,
            device=self.device,
            precision=self.precision,
            compile=self.compile,
            min_score=self.min_score,
            threads=self.threads,
        )

    def readers(self) -> Readers:
        """A reader of files, to be closed."""
        return Readers(encoding=self.encoding, limits=self.limits)


class Workers:
    """``jobs`` processes that read and tag, to be closed. A chunk that kills one is split up."""

    def __init__(self, jobs: int, settings: Settings) -> None:
        threads = settings.threads or max(1, available_cores() // jobs)
        shared = replace(settings, threads=threads)
        self._jobs = jobs
        self._children = [Child("fazhi.batches.workers:tagging", shared) for _ in range(jobs)]
        self._idle: SimpleQueue[Child] = SimpleQueue()
        for child in self._children:
            self._idle.put(child)
        self._threads = ThreadPoolExecutor(jobs, "worker")

    def close(self) -> None:
        """End the processes."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        with ThreadPoolExecutor(self._jobs, "closing") as closing:
            for child in self._children:
                closing.submit(child.close)

    def predict(self, items: Iterable[Item]) -> Iterator[Result]:
        """Each source as a report, or its Failure, in order; all else stays as it is."""
        waiting: deque[Callable[[], Sequence[Result]]] = deque()
        for chunk in _chunks(items):
            if isinstance(chunk, list):
                waiting.append(self._threads.submit(self._tag, chunk).result)
            else:
                waiting.append(partial(_alone, chunk))
            while len(waiting) > _AHEAD * self._jobs:
                yield from waiting.popleft()()
        for results in waiting:
            yield from results()

    def _tag(self, chunk: list[Source]) -> list[Result]:
        try:
            return self._ask(chunk)
        except ChildDiedError:  # whichever it was, the others shall not suffer
            return [self._tag_alone(source) for source in chunk]

    def _tag_alone(self, source: Source) -> Result:
        try:
            return self._ask([source])[0]
        except ChildDiedError:
            name = source.name
            reason = f"{name}: its process crashed, or needed too much memory; split the file"
            return Failure(name, "tag", reason)

    def _ask(self, chunk: list[Source]) -> list[Result]:
        child = self._idle.get()
        try:
            results: list[Result] = child.ask(chunk)
            return results
        finally:
            self._idle.put(child)


def tagging(settings: Settings) -> Callable[[list[Source]], list[Result]]:
    """What a worker does with a chunk of sources."""
    tagger, readers = settings.tagger(), settings.readers()
    return lambda chunk: list(predict(tagger, chunk, readers))


def _chunks(items: Iterable[Item]) -> Iterator[list[Source] | Failure | Repeat]:
    chunk: list[Source] = []
    size = 0
    for item in items:
        if isinstance(item, Source):
            chunk.append(item)
            size += len(item.raw)
        if chunk and (
            not isinstance(item, Source) or size >= _CHUNK_BYTES or len(chunk) >= _CHUNK_ITEMS
        ):
            yield chunk
            chunk, size = [], 0
        if not isinstance(item, Source):
            yield item
    if chunk:
        yield chunk


def _alone(item: Failure | Repeat) -> list[Result]:
    return [item]
