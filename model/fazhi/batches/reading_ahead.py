"""Reading ahead: files become documents while others are tagged, and a bad one fails alone.

What comes from office programs, browsers and printers is read in a child process that is ended when
a file takes too long; only that file fails. Plain text needs none.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue

from fazhi import reading
from fazhi.batches.processes import Child, ChildDiedError
from fazhi.batches.sources import Failure, Item, Repeat, Source
from fazhi.documents import Document
from fazhi.errors import ReadError
from fazhi.limits import DEFAULT_LIMITS, Limits

_AHEAD = 32  # files
_AHEAD_BYTES = 64 * 2**20
_MEMORY = 8 * 2**30  # bytes that a child may take
_OWN_PROCESS = (".docx", ".html", ".htm", ".pdf", ".doc", ".wps")

Settings = tuple[str | None, Limits]
Read = tuple[Source, Document] | Failure | Repeat


class Readers:
    """Reads sources ahead of their use, with ``processes`` children. Close it, or use ``with``.

    ``limits`` are those that what is read is held to.
    """

    def __init__(
        self,
        *,
        encoding: str | None = None,
        limits: Limits = DEFAULT_LIMITS,
        processes: int = 1,
    ) -> None:
        self.limits = limits
        settings: Settings = (encoding, limits)
        self._answer = answering(settings)
        self._threads = ThreadPoolExecutor(processes, "reader")
        self._idle: SimpleQueue[Child] = SimpleQueue()
        self._children = [
            Child("fazhi.batches.reading_ahead:answering", settings, memory=_MEMORY)
            for _ in range(processes)
        ]
        for child in self._children:
            self._idle.put(child)

    def close(self) -> None:
        """End the children."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for child in self._children:
            child.close()

    def read_all(self, items: Iterable[Item]) -> Iterator[Read]:
        """Each source with its document or its Failure, in order; all else as it is."""
        waiting: deque[tuple[int, Callable[[], Read]]] = deque()
        size = 0
        for item in items:
            if isinstance(item, Source):
                waiting.append((len(item.raw), self._threads.submit(self._read, item).result))
                size += len(item.raw)
            else:
                waiting.append((0, partial(_unread, item)))
            while len(waiting) > _AHEAD or size > _AHEAD_BYTES:
                length, result = waiting.popleft()
                size -= length
                yield result()
        for _, result in waiting:
            yield result()

    def _read(self, source: Source) -> Read:
        try:
            if source.suffix not in _OWN_PROCESS:
                return source, self._answer(source)
            child = self._idle.get()
            try:
                return source, child.ask(source, seconds=self.limits.seconds)
            finally:
                self._idle.put(child)
        except ReadError as error:
            return Failure(source.name, "read", str(error))
        except ChildDiedError as error:
            return Failure(source.name, "read", f"{source.name}: {self._reason(error)}")

    def _reason(self, error: ChildDiedError) -> str:
        if error.is_late:
            return (
                f"not read within {self.limits.seconds} seconds; if it is worth it, allow more "
                "with --limit seconds=NUMBER"
            )
        return "its reader crashed, or needed too much memory; save the report as .txt"


def answering(settings: Settings) -> Callable[[Source], Document]:
    """What reads one source, as a child or here."""
    encoding, limits = settings

    def answer(source: Source) -> Document:
        try:
            return reading.read(
                source.raw,
                source.name,
                source.suffix,
                encoding=source.encoding or encoding,
                limits=limits,
            )
        except ReadError:
            raise
        except Exception as error:  # no file may end a batch, whatever is wrong with its reader
            raise ReadError(
                f"{source.name}: can't be read ({type(error).__name__}: {error}); save it as .txt"
            ) from error

    return answer


def _unread(item: Failure | Repeat) -> Read:
    return item
