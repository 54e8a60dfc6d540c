"""The journal of a batch: a line for each result as it comes, so that a stopped batch can go on.

``facts.xlsx`` is written from ``facts.xlsx.journal`` when all is done. The first line says with
what settings the batch was begun; each other line holds one source's name, its digest, and its
report or failure. A line is written whole; what a kill left of one is cut off when the journal is
opened again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from fazhi.batches.sources import Failure, Source
from fazhi.errors import FazhiError
from fazhi.reports import Report


class Journal:
    """Results on the disk, to be closed. Raises FazhiError if begun with other settings."""

    def __init__(self, out: Path, settings: Mapping[str, Any]) -> None:
        self.path = out.with_name(out.name + ".journal")
        self._at: dict[str, int] = {}  # the line of each source, by name
        self._first: dict[bytes, int] = {}  # that of the first result of each content
        try:
            self._file = self.path.open("a+b")  # another batch may have it open: nothing is cut off
        except OSError as error:
            raise FazhiError(f"{out}: can't be written ({error.strerror})") from error
        try:
            self._lock(out)
            self._load(settings)
        except BaseException:
            self._file.close()
            raise

    def close(self) -> None:
        """Close the file; the results stay in it."""
        self._file.close()

    def names(self) -> list[str]:
        """The sources that have a result, in the order in which the first one came."""
        return list(self._at)

    def has(self, source: Source | Failure) -> bool:
        """Whether the result of these very bytes under this name is there."""
        line = self._at.get(source.name)
        if line is None:
            return False
        digest = source.digest
        return self._first.get(_short(digest)) == line or self._record(line)["digest"] == digest

    def has_content(self, source: Source) -> bool:
        """Whether there is a result of the same content, under whatever name."""
        return _short(source.digest) in self._first

    def copy(self, source: Source) -> Report | Failure:
        """The result of the same content under another name, for this one. It must be there."""
        result = _result(self._record(self._first[_short(source.digest)]))
        if isinstance(result, Failure):
            return result.renamed(source.name)
        return replace(result, id=source.id, meta={**result.meta, "file": source.name})

    def add(self, source: Source | Failure, result: Report | Failure) -> None:
        """Write the result of a source, as one whole line."""
        record: dict[str, Any] = {"name": source.name, "digest": source.digest}
        if isinstance(result, Report):
            record["report"] = result.to_dict()
        else:
            record["failure"] = result.to_dict()
        start = self._file.seek(0, 2)
        self._file.write(_line(record))
        self._file.flush()
        self._note(record, start)

    def results(self, ids: Mapping[str, str | None]) -> Iterator[Report | Failure]:
        """The results of sources, by their names, in this order and under these ids if there are.

        Sources without a result are passed over.
        """
        for name, new in ids.items():
            if name in self._at:
                result = self.result(name)
                if isinstance(result, Report) and new is not None:
                    result = replace(result, id=new)
                yield result

    def result(self, name: str) -> Report | Failure:
        """The result of a source that has one."""
        return _result(self._record(self._at[name]))

    def remove(self) -> None:
        """Delete the journal: its results are where they belong."""
        self._file.close()
        self.path.unlink(missing_ok=True)

    def _load(self, settings: Mapping[str, Any]) -> None:
        self._file.seek(0)
        end = 0
        begun: dict[str, Any] = {}
        for line in self._file:
            if not line.endswith(b"\n"):
                break
            try:
                record = json.loads(line)
                if not end:
                    begun = dict(record["settings"])
                elif {"report", "failure"} & set(record):
                    self._note(record, end)
                else:
                    raise ValueError("no result")
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise FazhiError(
                    f"{self.path}: damaged at byte {end}; delete it to begin anew"
                ) from error
            end += len(line)
        if self._at:
            refuse_changes(begun, settings, self.path)
            self._file.truncate(end)
        else:
            self._file.truncate(0)
            self._file.write(_line({"settings": dict(settings)}))
            self._file.flush()

    def _note(self, record: Mapping[str, Any], line: int) -> None:
        self._at[record["name"]] = line
        self._first.setdefault(_short(record["digest"]), line)

    def _record(self, line: int) -> dict[str, Any]:
        self._file.seek(line)
        record: dict[str, Any] = json.loads(self._file.readline())
        return record

    def _lock(self, out: Path) -> None:
        """Two batches at once into one file would spoil it."""
        try:
            import fcntl
        except ImportError:  # no such thing on Windows
            return
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise FazhiError(
                f"{out}: another batch is writing it; wait, or write elsewhere"
            ) from error


def refuse_changes(begun: Mapping[str, Any], now: Mapping[str, Any], where: object) -> None:
    """Raise FazhiError unless a batch, noted at ``where``, was begun with the settings of now."""
    changed = [name for name in now if begun.get(name) != now[name]]
    if changed:
        said = "; ".join(f"{name} was {begun.get(name)!r}, is {now[name]!r}" for name in changed)
        raise FazhiError(
            f"{where}: a batch that was stopped was begun with other settings ({said}); "
            "go on with those, delete it to begin anew, or write elsewhere"
        )


def _short(digest: str) -> bytes:
    """A digest in the least memory: there is one for each file of a batch."""
    return hashlib.blake2b(digest.encode("utf-8", "backslashreplace"), digest_size=16).digest()


def _result(record: Mapping[str, Any]) -> Report | Failure:
    if "failure" in record:
        return Failure(**record["failure"])
    return Report.from_dict(record["report"])


def _line(record: Mapping[str, Any]) -> bytes:
    # Half of a surrogate pair, which UTF-8 can't hold, becomes its escape in JSON.
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace") + b"\n"
