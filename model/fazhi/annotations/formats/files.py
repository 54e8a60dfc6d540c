"""Files of annotated reports: texts as they are, JSON, and a folder with a file for each."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fazhi.errors import FazhiError
from fazhi.reports import Report


def read_text(path: Path) -> str:
    """A file's text with its line breaks as they are; raises FazhiError when it is not UTF-8."""
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise FazhiError(f"{path}: not UTF-8 ({error.reason} at byte {error.start})") from error


def write_text(path: Path, text: str) -> None:
    """Write a text with its line breaks as they are."""
    path.write_bytes(text.encode("utf-8"))


def parse_json(source: str) -> Any:
    """What a JSON text says; None when it is not JSON, or has a number that is none (NaN)."""
    try:
        return json.loads(source.removeprefix("\ufeff"), parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def first_record(path: Path) -> Any:
    """The first line of a JSONL file, parsed; None when it is not JSON."""
    if path.is_file():
        with path.open("rb") as file:
            line = next((line for line in file if line.strip()), b"")
        return parse_json(line.decode("utf-8", "replace"))
    return None


def is_free(path: Path) -> bool:
    """Whether nothing is there, or an empty folder."""
    return not path.exists() or (path.is_dir() and not any(path.iterdir()))


def make_folder(path: Path) -> None:
    """A folder for files that are named after reports; raises FazhiError when others are there."""
    if not is_free(path):
        raise FazhiError(f"{path}: already there; expected a new or an empty folder")
    path.mkdir(parents=True, exist_ok=True)


def name_files(reports: Sequence[Report]) -> dict[str, Report]:
    """Reports by the names of their files; raises FazhiError for an id that can't name one."""
    named: dict[str, Report] = {}
    for report in reports:
        if report.id in named or not report.id.strip(".") or re.search(r"[/\\\x00]", report.id):
            raise FazhiError(f"the id {report.id!r} can't name a file, or not a second one")
        named[report.id] = report
    return named
