"""Places: files and folders by path or by URI (``s3://bucket/reports``), which pyarrow opens.

They are strings, as pathlib would break a URI.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

from fazhi.batches.sources import WALKED, walk
from fazhi.errors import FazhiError, MissingExtraError
from fazhi.names import is_hidden

_PLAIN = "%/:=&?~+!$,;'@()*[]"  # characters of a URI that stay as they are
_BLOCK = 2**20


def is_uri(place: str) -> bool:
    """Whether it is a URI rather than a path."""
    return "://" in place


def list_files(place: str) -> list[str]:
    """The paths of the readable files at a place, in the order in which a folder is walked.

    A file gives itself, and so does a place with nothing in it. Of a URI these are the paths within
    its file system. Raises FazhiError when the file system can't be reached.
    """
    if not is_uri(place):
        folder = Path(place)
        return list(map(str, walk(folder) if folder.is_dir() else [])) or [place]
    from pyarrow.fs import FileSelector, FileType

    system, root = _opened(place)
    try:
        if system.get_file_info(root).type != FileType.Directory:
            return [root]
        infos = system.get_file_info(FileSelector(root, recursive=True))
    except OSError as error:
        raise FazhiError(f"{place}: can't be listed ({error})") from error
    files = (PurePosixPath(info.path) for info in infos if info.type == FileType.File)
    found = [
        path
        for path in files
        if path.suffix.lower() in WALKED and not is_hidden(path.relative_to(root).parts)
    ]
    return list(map(str, sorted(found))) or [root]


def shown(place: str, path: str) -> str:
    """The name of a file by its path in the file system of a place."""
    return f"{urlsplit(place).scheme}://{path}" if is_uri(place) else path


def fetch(place: str, path: str, folder: Path, *, most_mib: int | None = None) -> Path:
    """Copy a file from the file system of a URI into a folder; no more than that if it is larger.

    Raises OSError when it can't be read.
    """
    system, _ = _opened(place)
    copy = folder / PurePosixPath(path).name
    with system.open_input_stream(path) as remote, copy.open("wb") as file:
        blocks: Iterator[bytes] = iter(lambda: remote.read(_BLOCK), b"")
        file.writelines(islice(blocks, most_mib))
    return copy


class Store:
    """A folder that is written to, by path or by URI; each file is there whole or not at all.

    What is being written lies in the folder ``scratch`` of it. The methods raise OSError when it
    can't be reached.
    """

    def __init__(self, place: str, *, scratch: str) -> None:
        self._system, self._root = _opened(place)
        self._scratch = scratch

    def names(self, folder: str = "") -> set[str]:
        """The names of the files and folders in one of its folders; none if there is no such."""
        from pyarrow.fs import FileSelector

        selector = FileSelector(self._path(folder), allow_not_found=True)
        return {info.base_name for info in self._system.get_file_info(selector)}

    def make(self, folder: str) -> None:
        """Make a folder in it, with those above."""
        self._system.create_dir(self._path(folder), recursive=True)

    def write(self, name: str, raw: bytes) -> None:
        """Write a file, in place of one of that name. Its folder and ``scratch`` must be there."""
        part = self._path(f"{self._scratch}/{uuid4().hex}.part")
        with self._system.open_output_stream(part) as file:
            file.write(raw)
        self._system.move(part, self._path(name))

    def tidy(self) -> None:
        """Delete what was being written when a process was killed."""
        self._system.delete_dir_contents(self._path(self._scratch))

    def read_json(self, name: str) -> Any:
        """What a file of JSON says. Raises FazhiError when it is damaged."""
        try:
            with self._system.open_input_stream(self._path(name)) as file:
                return json.loads(file.read())
        except ValueError as error:
            path = self._path(name)
            raise FazhiError(f"{path}: damaged; delete the folder to begin anew") from error

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}".rstrip("/")


@lru_cache(maxsize=64)
def _opened(place: str) -> tuple[Any, str]:
    """The file system of a place, and its path there."""
    try:
        from pyarrow.fs import FileSystem, LocalFileSystem
    except ImportError as error:
        raise MissingExtraError(f"{place}: needs pyarrow: pip install 'fazhi[ray]'") from error
    if not is_uri(place):
        return LocalFileSystem(), str(Path(place).absolute())
    try:
        system, path = FileSystem.from_uri(quote(place, safe=_PLAIN))
    except (ValueError, OSError) as error:
        raise FazhiError(f"{place}: can't be opened ({error})") from error
    return system, path.rstrip("/")
