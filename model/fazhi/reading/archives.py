"""Archives: the reports in a .zip file, one at a time, within limits; none goes to the disk."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from fazhi.errors import ReadError
from fazhi.limits import Limits
from fazhi.names import is_hidden, printable
from fazhi.reading import SUFFIXES

ZIP_ERRORS = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(NotImplementedError, RuntimeError, ValueError, OverflowError, IndexError),
)
"""What the standard library raises for a damaged archive."""

_UTF8 = 0x800  # flag of a member whose name is UTF-8
_ENCRYPTED = 0x1
_NO_CHINESE = re.compile("[\x80-\u07ff]")


def members(path: Path, limits: Limits) -> Iterator[tuple[str, bytes | ReadError]]:
    """The names and bytes of the reports in an archive, in the order of their names.

    A member that can't be read gives the error instead of bytes. Raises ReadError when the archive
    itself can't be read, or holds no report.
    """
    shown = printable(path)
    with _opened(path) as archive:
        if len(archive.infolist()) > limits.members:
            raise limits.exceeded(shown, "members", "files inside")
        infos = _reports(archive)
        if not infos:
            raise ReadError(f"{shown}: no reports in it (looked for {', '.join(SUFFIXES)})")
        for name, info in sorted(infos.items()):
            try:
                yield name, _bytes(archive, info, f"{shown}/{name}", limits)
            except ReadError as error:
                yield name, error


def count_members(path: Path) -> int:
    """How many reports an archive holds. Raises ReadError when it can't be read."""
    with _opened(path) as archive:
        return len(_reports(archive))


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (FileNotFoundError, PermissionError) as error:
        raise ReadError(f"{printable(path)}: can't be read ({error.strerror})") from error
    except ZIP_ERRORS as error:
        raise ReadError(
            f"{printable(path)}: a damaged archive ({error}); fetch it again"
        ) from error


def _reports(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """The reports by their names; of those with one name the last, as when it is unpacked."""
    found = {}
    for info in archive.infolist():
        name = _name(info).replace("\\", "/")  # some programs on Windows write those
        if not is_hidden(name.split("/")) and name.lower().endswith((*SUFFIXES, ".zip")):
            found[name] = info
    return found


def _name(info: zipfile.ZipInfo) -> str:
    """A member's name: where no flag says UTF-8, the library has read it as code page 437.

    Chinese Windows writes GBK, macOS UTF-8 without the flag. GBK that holds as UTF-8 gives letters
    below U+0800, which no Chinese name is made of.
    """
    if info.flag_bits & _UTF8:
        return info.filename
    raw = info.orig_filename.partition("\0")[0].encode("cp437", "replace")
    with suppress(UnicodeDecodeError):
        name = raw.decode("utf-8")
        if not _NO_CHINESE.search(name):
            return name
    with suppress(UnicodeDecodeError):
        return raw.decode("gb18030")
    return info.filename


def _bytes(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, limits: Limits) -> bytes:
    if name.lower().endswith(".zip"):
        raise ReadError(f"{name}: an archive in an archive; unpack it first")
    if info.flag_bits & _ENCRYPTED:
        raise ReadError(f"{name}: password-protected; unpack it with the password first")
    most = limits.file_mib * 2**20
    try:
        with archive.open(info) as file:
            raw = file.read(most + 1)
    except ZIP_ERRORS as error:
        raise ReadError(f"{name}: damaged or cut off ({error}); fetch it again") from error
    if len(raw) > most:
        raise limits.exceeded(name, "file_mib", "MiB")
    return raw
