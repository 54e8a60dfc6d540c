"""Annotated reports: the formats they are kept in, and how one is read and written.

Three formats, told apart by what is in the file:

- *inline*, one file a report (``.txt``): a first line ``<META>{…}</META>``, then the text with tags
  (``<COUNT value="20" unit="次" approx="over">20余次</COUNT>``); ``<`` and ``&`` of the text are
  written ``&lt;`` and ``&amp;``;
- *JSONL* (``.jsonl``), one object a line with ``id``, ``text``, ``spans`` and ``meta``;
- *stand-off* (``.json``), an object with ``text_sha256`` and ``spans``; the text lies beside it in
  a ``.txt`` of the same name, or is that of another annotation (``read_over``).
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fazhi.errors import AnnotationError
from fazhi.reports import SPAN_KEYS, Attribute, Report, Span

_META = re.compile(r"<META>(\{.*\})</META>\r?\n")
_INLINE = b"<META>"  # how an inline file begins
_TAG = re.compile(r'<(?P<close>/?)(?P<label>[^\W\d]\w*)(?P<attributes>(?:\s+\w+="[^"<>]*")*)\s*>')
_ATTRIBUTE = re.compile(r'(\w+)="([^"<>]*)"')
_NUMERIC = frozenset({"value", "upper"})
_WHOLE = frozenset({"level"})
_BOOLEAN = frozenset({"known"})


@dataclass(frozen=True, slots=True)
class Annotated:
    """A report as read from an annotation file, with the line that each span stands on."""

    path: Path
    report: Report
    lines: tuple[int, ...]
    line: int = 1

    def where(self, index: int) -> str:
        """``file:line`` of a span, for messages."""
        return f"{self.path}:{self.lines[index]}"

    def line_at(self, place: int) -> int:
        """The line of the file that a character of the text stands on; of JSONL its record's."""
        if self.path.suffix != ".txt":
            return self.line
        return 2 + self.report.text.count("\n", 0, place)  # after the line of META


def read(paths: Iterable[Path]) -> list[Annotated]:
    """Read annotation files; folders are walked. Raises AnnotationError with all problems."""
    found, problems = read_tolerantly(paths)
    if problems:
        raise AnnotationError(problems)
    return found


def read_tolerantly(paths: Iterable[Path]) -> tuple[list[Annotated], list[str]]:
    """What can be read of files and folders, and a message for each thing that can't."""
    found: list[Annotated] = []
    problems: list[str] = []
    files: list[Path] = []
    for path in paths:
        there = list(annotation_files(path))
        files += there
        if not there:
            problems.append(f"{path}: no annotated reports (.txt with <META>, .jsonl, .json) there")
    for file in files:
        try:
            for item in _read_file(file):
                found.append(item)
        except AnnotationError as error:
            problems += error.problems
        except UnicodeDecodeError as error:
            problems.append(f"{file}: not UTF-8 ({error.reason} at byte {error.start})")
        except OSError as error:
            problems.append(f"{error.filename}: can't be read ({error.strerror})")
    return found, problems


def read_over(folder: Path, reports: Iterable[Report]) -> list[Annotated]:
    """Read stand-off files that annotate these reports once more, ``ID.json`` each.

    Their texts are those of ``reports``. Raises AnnotationError with all problems.
    """
    found: list[Annotated] = []
    problems: list[str] = []
    for report in reports:
        path = folder / f"{report.id}.json"
        if path.is_file():
            try:
                found.append(_parse_stand_off(path.read_text("utf-8"), path, report.text))
            except AnnotationError as error:
                problems += error.problems
    if problems:
        raise AnnotationError(problems)
    return found


def annotation_files(path: Path) -> Iterator[Path]:
    """The annotation files at ``path``: itself, or those in a folder, in order."""
    if not path.is_dir():
        yield path
        return
    for file in sorted(path.rglob("*")):
        if (
            file.suffix == ".jsonl"
            or (file.suffix == ".json" and file.with_suffix(".txt").exists())
            or (file.suffix == ".txt" and not file.with_suffix(".json").exists())
        ):
            yield file


def is_annotated(path: Path) -> bool:
    """Whether a file holds tagged reports, and not a bare text."""
    if path.suffix in (".jsonl", ".json"):
        return True
    if path.suffix != ".txt" or not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_INLINE)) == _INLINE


def _read_file(path: Path) -> Iterator[Annotated]:
    with path.open(encoding="utf-8", newline="") as file:
        content = file.read()
    if path.suffix == ".txt":
        yield parse_inline(content, path)
    elif path.suffix == ".jsonl":
        yield from _parse_lines(content, path)
    elif path.suffix == ".json":
        yield _parse_stand_off(content, path)
    else:
        raise AnnotationError([f"{path}: unknown format; expected .txt, .jsonl or .json"])


def parse_inline(content: str, path: Path) -> Annotated:
    """Read the inline format; ``path`` gives the report its id and names it in messages."""
    head = _META.match(content)
    if not head:
        raise AnnotationError([f"{path}:1: the first line must be <META>{{…}}</META>"])
    problems: list[str] = []
    try:
        meta = json.loads(head[1])
    except (ValueError, RecursionError) as error:
        raise AnnotationError([f"{path}:1: META is not JSON ({error})"]) from error
    parts: list[str] = []
    length = 0
    spans: list[Span] = []
    lines: list[int] = []
    opened: tuple[str, int, dict[str, Attribute], int] | None = None
    cursor, line = head.end(), content.count("\n", 0, head.end()) + 1

    def take(until: int) -> None:
        nonlocal length, line, cursor
        piece = content[cursor:until]
        if "<" in piece:
            problems.append(f"{path}:{line}: a '<' that opens no tag; write it as &lt;")
        parts.append(_unescape(piece))
        length += len(parts[-1])
        line += piece.count("\n")
        cursor = until

    for tag in _TAG.finditer(content, head.end()):
        take(tag.start())
        cursor = tag.end()
        line += tag[0].count("\n")
        label = tag["label"]
        if not tag["close"]:
            if opened:
                problems.append(f"{path}:{line}: <{label}> opens inside <{opened[0]}>")
            opened = (
                label,
                length,
                _attributes(tag["attributes"], f"{path}:{line}", problems),
                line,
            )
        elif not opened or opened[0] != label:
            problems.append(f"{path}:{line}: </{label}> closes nothing")
        else:
            surface = "".join(parts)[opened[1] :]
            spans.append(Span(opened[1], length, label, surface, attributes=opened[2]))
            lines.append(opened[3])
            opened = None
    take(len(content))
    if opened:
        problems.append(f"{path}:{opened[3]}: <{opened[0]}> is never closed")
    if problems:
        raise AnnotationError(problems)
    return Annotated(path, Report(path.stem, "".join(parts), tuple(spans), meta), tuple(lines))


def _attributes(source: str, where: str, problems: list[str]) -> dict[str, Attribute]:
    attributes: dict[str, Attribute] = {}
    for name, raw in _ATTRIBUTE.findall(source):
        value = _unescape(raw)
        try:
            attributes[name] = _typed(name, value)
        except ValueError:
            problems.append(f"{where}: {name}={value!r} is not a number")
    return attributes


def _typed(name: str, value: str) -> Attribute:
    if name in _NUMERIC and value == "":
        return None
    if name in _WHOLE or (name in _NUMERIC and re.fullmatch(r"[+-]?\d{1,30}", value)):
        return int(value)
    if name in _NUMERIC:
        number = float(value)
        if not math.isfinite(number):
            raise ValueError(value)
        return number
    return {"True": True, "False": False}.get(value, value) if name in _BOOLEAN else value


def format_inline(report: Report) -> str:
    """The inline form of a report; ``parse_inline`` gives the same report back."""
    parts = [f"<META>{json.dumps(dict(report.meta), ensure_ascii=False)}</META>\n"]
    cursor = 0
    for span in report.spans:
        parts.append(_escape(report.text[cursor : span.start]))
        attributes = "".join(
            f' {name}="{_escape_attribute(value)}"' for name, value in span.attributes.items()
        )
        parts.append(f"<{span.label}{attributes}>")
        parts.append(_escape(report.text[span.start : span.end]) + f"</{span.label}>")
        cursor = span.end
    parts.append(_escape(report.text[cursor:]))
    return "".join(parts)


def format_lines(reports: Iterable[Report]) -> bytes:
    """Reports as JSONL in UTF-8; half of a surrogate pair becomes its escape in JSON."""
    lines = (json.dumps(report.to_annotation(), ensure_ascii=False) + "\n" for report in reports)
    return "".join(lines).encode("utf-8", "backslashreplace")


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


def _escape_attribute(value: Attribute) -> str:
    plain = "" if value is None else str(value)
    return _escape(plain).replace(">", "&gt;").replace('"', "&quot;")


def _unescape(text: str) -> str:
    for name, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        text = text.replace(name, char)
    return text


def _parse_lines(content: str, path: Path) -> Iterator[Annotated]:
    problems: list[str] = []
    for number, line in enumerate(content.split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            problems.append(f"{where}: not JSON ({error})")
            continue
        if isinstance(record, dict) and "failure" in record:  # of a file that gave no report
            continue
        faults = _record_faults(record, ("id", "text", "spans"), where)
        problems += faults
        if not faults:
            report = _report(record, record["text"])
            yield Annotated(path, report, (number,) * len(report.spans), number)
    if not content.strip():
        problems.append(f"{path}: empty; expected a JSON object a line")
    if problems:
        raise AnnotationError(problems)


def _parse_stand_off(content: str, path: Path, text: str | None = None) -> Annotated:
    try:
        record = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise AnnotationError([f"{path}: not JSON ({error})"]) from error
    faults = _record_faults(record, ("id", "text_sha256", "spans"), str(path))
    if faults:
        raise AnnotationError(faults)
    raw = path.with_suffix(".txt").read_bytes() if text is None else text.encode("utf-8")
    found = hashlib.sha256(raw).hexdigest()
    if found != record["text_sha256"]:
        raise AnnotationError(
            [f"{path}: text_sha256 is {record['text_sha256']}, but its text has {found}"]
        )
    report = _report(record, raw.decode("utf-8"))
    return Annotated(path, report, (1,) * len(report.spans))


def _record_faults(record: Any, keys: Sequence[str], where: str) -> list[str]:
    if not isinstance(record, dict):
        return [f"{where}: not an object but {type(record).__name__}"]
    faults = [f"{where}: lacks {key!r}" for key in keys if key not in record]
    if not isinstance(record.get("text", ""), str):
        faults.append(f"{where}: 'text' is not a string")
    if not isinstance(record.get("meta", {}), dict):
        faults.append(f"{where}: 'meta' is not an object")
    if not isinstance(record.get("id", ""), str):
        faults.append(f"{where}: 'id' is not a string")
    spans = record.get("spans", [])
    if not isinstance(spans, list):
        return [*faults, f"{where}: 'spans' is not a list"]
    for index, span in enumerate(spans):
        if not isinstance(span, dict) or not isinstance(span.get("label"), str):
            faults.append(f"{where}: span {index} is no object with a label")
        elif not all(type(span.get(key)) is int for key in ("start", "end")):
            faults.append(f"{where}: span {index} has no whole numbers start and end")
        elif type(span.get("score", 1.0)) not in (int, float):
            faults.append(f"{where}: span {index} has the score {span['score']!r}, no number")
        else:
            faults += [
                f"{where}: span {index} has {name} {value!r}; expected text or a number of use"
                for name, value in span.items()
                if name != "source" and not _usable(value)
            ]
    return faults


def _usable(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) < 10**30
    return value is None or isinstance(value, str)


def _report(record: Mapping[str, Any], text: str) -> Report:
    spans = tuple(
        Span(
            span["start"],
            span["end"],
            span["label"],
            span.get("text", text[max(span["start"], 0) : max(span["end"], 0)]),
            float(span.get("score", 1.0)),
            {key: value for key, value in span.items() if key not in SPAN_KEYS},
        )
        for span in record["spans"]
    )
    return Report(record["id"], text, spans, record.get("meta", {}))
