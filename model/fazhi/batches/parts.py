"""Parts: a listing of reports in pieces that one process does at a time, and that are done or not.

The folder that a batch is written to has ``_batch/settings.json``, ``_batch/listing.json`` and, for
each part that is done, ``_batch/done/NNNNNN.json``; the tables are ``counts/NNNNNN.parquet`` …
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path, PurePosixPath
from typing import Any

from fazhi.batches.journal import refuse_changes
from fazhi.batches.places import Store, fetch, is_uri, list_files, shown
from fazhi.batches.sources import (
    CONTAINERS,
    Failure,
    Source,
    file_id,
    find_at,
    free_id,
)
from fazhi.errors import FazhiError
from fazhi.limits import Limits
from fazhi.names import printable
from fazhi.outputs.tables import TABLES

_BATCH = "_batch"
_SETTINGS = f"{_BATCH}/settings.json"
_LISTING = f"{_BATCH}/listing.json"
_DONE = f"{_BATCH}/done"
_SCRATCH = f"{_BATCH}/unfinished"

Ids = list[str | None]
"""The ids of the reports in a file, None for each failure."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A file of a listing, or some of the reports in it: the ``first`` of them, and their ids.

    ``place`` is the input that it was found at, ``path`` is that of the file in its file system.
    """

    place: str
    path: str
    first: int
    ids: Ids

    @property
    def name(self) -> str:
        """The file as it is shown."""
        return shown(self.place, self.path)

    def find(self, folder: Path, limits: Limits) -> Iterator[Source | Failure]:
        """Its reports, with their ids. What a URI names is fetched into the folder for that."""
        own = islice(self.find_all(folder, limits), self.first, None)
        for one, new in zip(own, self.ids, strict=False):
            yield replace(one, id=new) if isinstance(one, Source) and new is not None else one

    def find_all(self, folder: Path, limits: Limits) -> Iterator[Source | Failure]:
        """All reports in the file, with the ids that they have in it."""
        if not is_uri(self.place):
            yield from find_at(Path(self.path), limits)
            return
        is_one = PurePosixPath(self.path).suffix.lower() not in CONTAINERS
        try:
            most = limits.file_mib + 1 if is_one else None
            copy = fetch(self.place, self.path, folder, most_mib=most)
        except OSError as error:
            yield Failure(self.name, "read", f"{self.name}: can't be read ({error})")
            return
        for found in find_at(copy, limits):
            yield found.renamed(found.name.replace(printable(copy), self.name, 1))


@dataclass(frozen=True, slots=True)
class Part:
    """What one process does at a time: its name, and its pieces of the listing."""

    name: str
    pieces: tuple[Piece, ...]

    def __len__(self) -> int:
        return sum(len(piece.ids) for piece in self.pieces)

    def find(self, folder: Path, limits: Limits) -> Iterator[Source | Failure]:
        """The reports of all pieces, in order; what is fetched for them lies in the folder."""
        for number, piece in enumerate(self.pieces):
            own = folder / str(number)
            own.mkdir()
            yield from piece.find(own, limits)

    def to_json(self) -> str:
        """The part as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Part:
        """The part that ``to_json`` wrote."""
        content = json.loads(text)
        return cls(content["name"], tuple(Piece(**piece) for piece in content["pieces"]))


class PartedOutput:
    """The folder that a batch in parts is written to."""

    def __init__(self, out: str) -> None:
        self._out = out
        self._store = Store(out, scratch=_SCRATCH)

    def begin(self, settings: Mapping[str, Any]) -> None:
        """Make it ready. Raises FazhiError when it holds other things or was begun otherwise."""
        if self._has(_SETTINGS):
            refuse_changes(self._store.read_json(_SETTINGS), settings, self._out)
        elif self._store.names() - {_BATCH}:
            raise FazhiError(f"{self._out}: holds other things; name a new folder")
        for folder in (_SCRATCH, _DONE):
            self._store.make(folder)
        self._store.write(_SETTINGS, json.dumps(dict(settings)).encode())
        for table in TABLES:
            self._store.make(table)

    def listing(self) -> list[Part]:
        """The parts that the batch was cut into; none when it has just begun."""
        if not self._has(_LISTING):
            return []
        return [Part.from_json(line) for line in self._store.read_json(_LISTING)]

    def note_listing(self, parts: Sequence[Part]) -> None:
        """Keep the parts, for when the batch goes on."""
        lines = [part.to_json() for part in parts]
        self._store.write(_LISTING, json.dumps(lines).encode())

    def finish(self, part: Part, tables: Mapping[str, Path], outcome: Mapping[str, Any]) -> None:
        """Take over the tables of a part, then what it came to: with that it is done."""
        for table, path in tables.items():
            self._store.write(f"{table}/{part.name}.parquet", path.read_bytes())
        self._store.write(f"{_DONE}/{part.name}.json", json.dumps(outcome).encode())

    def finished(self) -> dict[str, Mapping[str, Any]]:
        """What each part that is done came to, by its name."""
        names = sorted(name for name in self._store.names(_DONE) if name.endswith(".json"))
        with ThreadPoolExecutor(16) as threads:  # a file may be far away
            read = threads.map(lambda name: self._store.read_json(f"{_DONE}/{name}"), names)
            return dict(zip((name.removesuffix(".json") for name in names), read, strict=True))

    def tidy(self) -> None:
        """Delete what killed processes left."""
        self._store.tidy()

    def _has(self, name: str) -> bool:
        folder, _, file = name.rpartition("/")
        return file in self._store.names(folder)


def cut(
    inputs: Iterable[str],
    known: Sequence[Part],
    ids_in: Callable[[Sequence[Piece]], Iterable[Ids]],
    most: Callable[[int], int],
) -> list[Part]:
    """The parts of what is at the inputs, after those that are known already, which stay.

    ``ids_in`` tells the ids in archives and .jsonl, ``most`` how many reports a part may have when
    there are so many in all. Ids are those that ``fazhi.batches.sources.find`` gives.
    """
    names = {piece.name for part in known for piece in part.pieces}
    files: dict[str, Piece] = {}
    for place in inputs:
        for path in list_files(place):
            piece = Piece(place, path, 0, [file_id(Path(path))])
            if piece.name not in names:
                files.setdefault(piece.name, piece)
    containers = [one for one in files.values() if Path(one.path).suffix.lower() in CONTAINERS]
    inside = dict(zip((one.name for one in containers), ids_in(containers), strict=True))
    used = {own: 1 for part in known for piece in part.pieces for own in piece.ids if own}
    reports: list[tuple[Piece, int, str | None]] = []
    for name, piece in files.items():
        for number, own in enumerate(inside.get(name, piece.ids)):
            reports.append((piece, number, None if own is None else free_id(own, used)))
    step = most(len(reports))
    chunks = [reports[start : start + step] for start in range(0, len(reports), step)]
    return [
        *known,
        *(
            Part(f"{number:06}", tuple(_pieces(chunk)))
            for number, chunk in enumerate(chunks, len(known))
        ),
    ]


def _pieces(reports: Iterable[tuple[Piece, int, str | None]]) -> Iterator[Piece]:
    for piece, group in groupby(reports, key=itemgetter(0)):
        inside = list(group)
        yield replace(piece, first=inside[0][1], ids=[own for _, _, own in inside])
