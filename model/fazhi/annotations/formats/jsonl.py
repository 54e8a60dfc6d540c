"""Our JSONL: an object a line with ``id``, ``text``, ``spans`` and ``meta``. Nothing is lost."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fazhi.annotations import _parse_lines as parse_lines  # by content, whatever the ending
from fazhi.annotations import format_lines
from fazhi.annotations.formats.files import first_record, read_text
from fazhi.annotations.formats.inline import add_report
from fazhi.annotations.formats.losses import find_losses
from fazhi.annotations.formats.verification import Draft, Reading
from fazhi.errors import AnnotationError
from fazhi.reports import Report


def matches(path: Path) -> bool:
    """Whether the first line is an object with a text and its spans."""
    record = first_record(path)
    return isinstance(record, dict) and "text" in record and "spans" in record


def read(path: Path) -> Reading:
    """Read annotations or results of ``fazhi predict``; a line that can't be read is a problem."""
    draft = Draft()
    try:
        for item in parse_lines(read_text(path), path):
            add_report(draft, f"{path}:{item.line}", item.report)
    except AnnotationError as error:
        draft.problems += error.problems
    return draft.finish()


def write(reports: Sequence[Report], path: Path) -> list[str]:
    """Write a line for each report."""
    path.write_bytes(format_lines(reports))
    return find_losses(reports, read(path))
