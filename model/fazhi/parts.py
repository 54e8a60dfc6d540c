"""Parts: the results of a batch in a folder that many machines write to, a few in each file.

Beside ``facts.parquet`` it is ``facts.parquet.parts``. A part is whole or not there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import uuid4

from fazhi.errors import FazhiError
from fazhi.reports import Report
from fazhi.sources import Failure
from fazhi.writing import open_writer

_AT_ONCE = 16  # parts that are opened at once: on a remote store, each is a wait


@dataclass(frozen=True)
class Place:
    """A path on a file system of pyarrow; ``prefix`` stands before its paths in names."""

    files: Any
    prefix: str
    path: str

    @classmethod
    def of(cls, name: str) -> Place:
        """The place that a path or a URI names."""
        import pyarrow
        from pyarrow import fs

        scheme, is_uri, _ = name.partition("://")
        if not is_uri:
            return cls(fs.LocalFileSystem(), "", str(Path(name).absolute()))
        try:
            files, path = fs.FileSystem.from_uri(quote(name, safe="/:?&=%@"))
        except (pyarrow.ArrowInvalid, OSError) as error:
            raise FazhiError(f"{name}: no place that can be opened ({error})") from error
        return cls(files, "" if scheme == "file" else f"{scheme}://", path)

    def write(self, results: Iterable[Report | Failure]) -> tuple[int, list[Failure]]:
        """Write results as ``open_writer`` does; how many are reports, and which are none."""
        tagged = 0
        failures = []
        with TemporaryDirectory() as folder:
            local = Path(folder) if self.prefix else Path(self.path).parent
            with open_writer(local / PurePosixPath(self.path).name) as writer:
                for result in results:
                    if isinstance(result, Report):
                        writer.add(result)
                        tagged += 1
                    else:
                        writer.fail(result)
                        failures.append(result)
            for file in Path(folder).iterdir():
                target = str(PurePosixPath(self.path).parent / file.name)
                with file.open("rb") as done, self.files.open_output_stream(target) as stream:
                    stream.upload(done)
        return tagged, failures


class Entry(NamedTuple):
    """Where a result stands: its file and that file's SHA-256, its place in the file, its part."""

    path: str
    version: str
    place: int
    name: str
    id: str | None
    part: str
    row: int

    @property
    def key(self) -> bytes:
        return key_of(self.path, self.version, self.place)


def key_of(path: str, version: str, place: int) -> bytes:
    """What tells a source from all others, and from itself before its file was changed."""
    return hashlib.sha256(f"{version}:{place}:{path}".encode()).digest()[:16]


class Parts:
    """The folder of parts beside an output; each is a Parquet file that is written at once."""

    def __init__(self, out: str) -> None:
        self.place = Place.of(out)
        self._folder = f"{self.place.path}.parts"
        self._shown = self.place.prefix + self._folder

    def begin(self, settings: Mapping[str, object]) -> None:
        """Make the folder, or see that it was begun with the same settings."""
        note = f"{self._folder}/settings.json"
        now = json.dumps(settings, ensure_ascii=False)
        try:
            self.place.files.create_dir(self._folder)
            if self.place.files.get_file_info(note).is_file:
                with self.place.files.open_input_stream(note) as file:
                    then = json.loads(file.read())
                changed = [name for name in settings if then.get(name) != json.loads(now)[name]]
                if changed:
                    raise FazhiError(
                        f"{self._shown}: begun with other settings ({', '.join(changed)} differ); "
                        "go on with those, delete the folder to begin anew, or write elsewhere"
                    )
            else:
                self._write("settings.json", now.encode())
        except OSError as error:
            raise FazhiError(f"{self._shown}: can't be written ({error})") from error

    def add(self, rows: Sequence[tuple[object, ...]]) -> None:
        """Write a part: path, version, place, name, id and JSON of each result.

        Its name is that of what is in it, so that the same work done twice leaves one part.
        """
        import pyarrow
        from pyarrow import parquet

        names = ("path", "version", "place", "name", "id")
        types = (*(pyarrow.string(),) * 2, pyarrow.int64(), *(pyarrow.string(),) * 2)
        schema = pyarrow.schema([*zip(names, types, strict=True), ("result", pyarrow.binary())])
        columns = zip(zip(*rows, strict=True), schema, strict=True)
        arrays = [pyarrow.array(cells, column.type) for cells, column in columns]
        file = BytesIO()
        parquet.write_table(pyarrow.table(arrays, schema=schema), file, compression="zstd")
        content = hashlib.sha256(repr([row[:3] for row in rows]).encode()).hexdigest()
        self._write(f"{content[:32]}.parquet", file.getvalue())

    def entries(self) -> list[Entry]:
        """What is in the parts."""
        from pyarrow import fs

        found = self.place.files.get_file_info(fs.FileSelector(self._folder))
        parts = sorted(one.path for one in found if one.path.endswith(".parquet"))
        with ThreadPoolExecutor(_AT_ONCE) as threads:
            tables = list(threads.map(lambda part: self._read(part, Entry._fields[:5]), parts))
        return [
            Entry._make((*cells, part, row))
            for part, table in zip(parts, tables, strict=True)
            for row, cells in enumerate(table)
        ]

    def results(self, part: str) -> list[bytes]:
        """The JSON of each result in a part."""
        return [json for (json,) in self._read(part, ["result"])]

    def _read(self, part: str, columns: Sequence[str]) -> list[tuple[Any, ...]]:
        import pyarrow
        from pyarrow import parquet

        try:
            table = parquet.read_table(part, columns=list(columns), filesystem=self.place.files)
        except (OSError, pyarrow.ArrowInvalid) as error:
            raise FazhiError(
                f"{self.place.prefix}{part}: can't be read ({error}); delete it, and the same "
                "command does what was in it again"
            ) from error
        return list(zip(*(column.to_pylist() for column in table.columns), strict=True))

    def _write(self, name: str, content: bytes) -> None:
        unfinished = f"{self._folder}/{uuid4().hex}.part"
        with self.place.files.open_output_stream(unfinished) as file:
            file.write(content)
        self.place.files.move(unfinished, f"{self._folder}/{name}")
