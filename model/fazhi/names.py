"""Names of files: which are hidden, and how they are shown."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def printable(path: Path) -> str:
    """A path in characters that can be written; what is no UTF-8 becomes ``\\xNN``."""
    if str(path) == "-":
        return "standard input"
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def is_hidden(parts: Iterable[str]) -> bool:
    """Whether the names of folders and a file are those of what nobody means to have read.

    ``.git``, Word's lock files (``~$report.docx``) and what macOS adds to archives are.
    """
    return any(
        (part.startswith((".", "~$")) and part.strip(".")) or part == "__MACOSX" for part in parts
    )
