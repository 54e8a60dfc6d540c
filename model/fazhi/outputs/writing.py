"""Results to files, as they come: JSONL, CSV, XLSX or Parquet by the ending of the file's name.

A file is its name with ``.part`` added until it is finished. When the work is broken off, what was
written so far takes the name all the same. Nothing is kept in memory for longer than it is needed.
"""

from __future__ import annotations

import csv
import os
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any, ClassVar, Protocol

from fazhi.batches.sources import Failure
from fazhi.errors import FazhiError, MissingExtraError
from fazhi.outputs.tables import TABLES, Cell, Column, Row, failure_rows, rows
from fazhi.reports import Report

SHEET_ROWS = 1_048_576  # of an XLSX sheet, with its header
CELL_UNITS = 32_767  # UTF-16 units of an XLSX cell
GROUP_ROWS = 10_000  # of a row group of Parquet, about


class Writer(Protocol):
    """A file that results are added to."""

    def add(self, report: Report) -> None:
        """Write what a report says."""

    def fail(self, failure: Failure) -> None:
        """Write what gave no report, and why."""

    def close(self) -> None:
        """Finish the file and give it its name."""


@contextmanager
def open_writer(path: Path) -> Iterator[Writer]:
    """A writer to ``path``; its ending says which: ``.jsonl``, ``.csv``, ``.xlsx``, ``.parquet``.

    ``facts.parquet`` is one file a table: ``facts-reports.parquet``, ``facts-counts.parquet`` …
    Raises FazhiError for another ending or when a file can't be made, MissingExtraError without
    pyarrow for Parquet.
    """
    make = _WRITERS.get(path.suffix.lower())
    if make is None:
        raise FazhiError(
            f"{path}: unknown ending {path.suffix!r}; expected one of {', '.join(_WRITERS)}"
        )
    writer = make(path)
    try:
        yield writer
    finally:
        writer.close()


class _PartFile:
    """A new file for bytes, under a name of its own until it is finished."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(path.name + ".part")
        try:
            self.file = self._part.open("wb")
        except OSError as error:
            raise FazhiError(f"{path}: can't be written ({error.strerror})") from error

    def finish(self) -> None:
        os.fsync(self.file.fileno())  # on the disk before the journal of the batch is deleted
        self.file.close()
        self._part.replace(self._path)


class _JsonLines:
    """A report a line, each written at once and whole."""

    def __init__(self, path: Path) -> None:
        self._part = _PartFile(path)

    def add(self, report: Report) -> None:
        # Half of a surrogate pair, which UTF-8 can't hold, becomes its escape in JSON.
        self._write(report.to_json())

    def fail(self, failure: Failure) -> None:
        self._write(failure.to_json())

    def _write(self, line: str) -> None:
        self._part.file.write(line.encode("utf-8", "backslashreplace") + b"\n")
        self._part.file.flush()

    def close(self) -> None:
        self._part.finish()


class _Tables(ABC):
    """A writer of what reports and failures say as rows of tables."""

    def add(self, report: Report) -> None:
        self._write(rows(report))

    def fail(self, failure: Failure) -> None:
        self._write(failure_rows(failure))

    @abstractmethod
    def _write(self, tables: Mapping[str, Sequence[Row]]) -> None:
        """Write rows, by the name of their table."""


class _Csv(_Tables):
    """All tables in one, a row a fact; it opens in Excel as it is (byte order mark, CRLF)."""

    def __init__(self, path: Path) -> None:
        names = dict.fromkeys(column.name for columns in TABLES.values() for column in columns)
        self._part = _PartFile(path)
        self._file = TextIOWrapper(self._part.file, encoding="utf-8-sig", newline="")
        self._csv = csv.DictWriter(self._file, ["fact", *names])
        self._csv.writeheader()

    def _write(self, tables: Mapping[str, Sequence[Row]]) -> None:
        for table, found in tables.items():
            names = [column.name for column in TABLES[table]]
            for row in found:
                cells = zip(names, map(guarded, row), strict=True)
                self._csv.writerow({"fact": table.removesuffix("s"), **dict(cells)})
        self._file.flush()

    def close(self) -> None:
        self._file.flush()
        self._part.finish()


# What a spreadsheet would read as a formula: =1, ＝1, a line break and more. With ' before it is
# text; a text that has it already gets another, so that taking one off gives the text back.
_FORMULA = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")


def guarded(cell: Cell) -> Cell:
    """A cell that no spreadsheet takes for a formula."""
    if isinstance(cell, bool):
        return str(cell).lower()
    return f"'{cell}" if isinstance(cell, str) and _FORMULA.match(cell) else cell


class _Xlsx(_Tables):
    """A workbook with a sheet a table. Rows go to the disk at once, all text as typed strings."""

    def __init__(self, path: Path) -> None:
        from xlsxwriter import Workbook

        self._part = _PartFile(path)
        self._book = Workbook(self._part.file, {"constant_memory": True})
        self._sheets = {name: _Sheets(self._book, name) for name in TABLES}

    def _write(self, tables: Mapping[str, Sequence[Row]]) -> None:
        for table, found in tables.items():
            for row in found:
                self._sheets[table].add(row)

    def close(self) -> None:
        from xlsxwriter.exceptions import XlsxWriterException

        for sheets in self._sheets.values():
            sheets.finish()
        try:
            self._book.close()
        except XlsxWriterException as error:  # its own, where others raise OSError
            raise FazhiError(f"the workbook can't be written: {error}") from error
        self._part.finish()


# Columns of running text; they are wide, and wrapped.
_WIDE = {"title", "issuer", "addressee", "heading", "text", "section", "official_title"}
_WIDE |= {"candidates", "indicator", "reason", "message", "quotes", "file", "source"}


class _Sheets:
    """The sheets of one table: another (``counts 2``) whenever one is full."""

    def __init__(self, book: Any, table: str) -> None:
        self._book = book
        self._table = table
        self._columns = TABLES[table]
        self._header = book.add_format({"bold": True, "valign": "top"})
        self._plain = book.add_format({"valign": "top", "text_wrap": True})
        self._percent = book.add_format({"valign": "top", "num_format": "0.00%"})
        self._number = 0
        self._begin()

    def add(self, row: Row) -> None:
        if self._filled == SHEET_ROWS:
            self.finish()
            self._begin()
        for place, (column, cell) in enumerate(zip(self._columns, row, strict=True)):
            shape = self._percent if column.type == "share" else self._plain
            if isinstance(cell, str):
                self._sheet.write_string(self._filled, place, _sheet_text(cell), shape)
            elif isinstance(cell, bool):
                self._sheet.write_boolean(self._filled, place, cell, shape)
            elif cell is not None:
                self._sheet.write_number(self._filled, place, cell, shape)
        self._filled += 1

    def finish(self) -> None:
        self._sheet.autofilter(0, 0, self._filled - 1, len(self._columns) - 1)

    def _begin(self) -> None:
        self._number += 1
        title = self._table if self._number == 1 else f"{self._table} {self._number}"
        self._sheet = self._book.add_worksheet(title)
        self._sheet.freeze_panes(1, 0)
        for place, column in enumerate(self._columns):
            width = 40 if column.name in _WIDE else 20 if column.name == "report" else 11
            self._sheet.set_column(place, place, width)
            self._sheet.write_string(0, place, column.name, self._header)
        self._filled = 1


def _sheet_text(text: str) -> str:
    """A text as a cell of a workbook holds it: line breaks are one character, the end may be cut.

    A space keeps xlsxwriter from taking ``<r>…</r>`` for markup of its own.
    """
    text = re.sub(r"\r\n?", "\n", text)
    if text.startswith("<r>") and text.endswith("</r>"):
        text += " "
    units = text.encode("utf-16-le")
    if len(units) > 2 * CELL_UNITS:
        return units[: 2 * (CELL_UNITS - 1)].decode("utf-16-le", "ignore") + "…"
    return text


class _Parquet(_Tables):
    """A file a table, typed, with row groups that are written as they fill."""

    def __init__(self, path: Path) -> None:
        try:
            import pyarrow.parquet  # noqa: F401
        except ImportError as error:
            raise MissingExtraError(
                "writing .parquet needs pyarrow: pip install 'fazhi[parquet]'"
            ) from error
        self._tables = {
            name: _ParquetTable(path.with_name(f"{path.stem}-{name}{path.suffix}"), columns)
            for name, columns in TABLES.items()
        }

    def _write(self, tables: Mapping[str, Sequence[Row]]) -> None:
        for table, found in tables.items():
            self._tables[table].add(found)

    def close(self) -> None:
        for table in self._tables.values():
            table.close()


class _ParquetTable:
    """One table's file, and the rows that wait for their group."""

    _TYPES: ClassVar = {
        "text": "string",
        "integer": "int64",
        "amount": "float64",
        "share": "float64",
        "truth": "bool",
    }

    def __init__(self, path: Path, columns: Sequence[Column]) -> None:
        import pyarrow
        from pyarrow.parquet import ParquetWriter

        self._arrow = pyarrow
        self._schema = pyarrow.schema([(one.name, self._TYPES[one.type]) for one in columns])
        self._part = _PartFile(path)
        self._parquet = ParquetWriter(self._part.file, self._schema)
        self._waiting: list[Row] = []

    def add(self, found: Sequence[Row]) -> None:
        self._waiting.extend(found)
        if len(self._waiting) >= GROUP_ROWS:
            self._write()

    def close(self) -> None:
        self._write()
        self._parquet.close()
        self._part.finish()

    def _write(self) -> None:
        if not self._waiting:
            return
        arrays = []
        for field, cells in zip(self._schema, zip(*self._waiting, strict=True), strict=True):
            if field.type == self._arrow.float64():  # Arrow refuses 2**53 + 1 as it is
                cells = tuple(None if cell is None else float(cell) for cell in cells)
            arrays.append(self._arrow.array(cells, field.type))
        self._parquet.write_table(self._arrow.table(arrays, schema=self._schema))
        self._waiting = []


_WRITERS: dict[str, Callable[[Path], Writer]] = {
    ".jsonl": _JsonLines,
    ".csv": _Csv,
    ".xlsx": _Xlsx,
    ".parquet": _Parquet,
}

ENDINGS = tuple(_WRITERS)
"""The endings of a file's name that say what is written."""
