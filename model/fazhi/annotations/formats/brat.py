"""brat's stand-off: ``ID.txt`` and beside it ``ID.ann``.

``T1⇥COUNT 4 6⇥2次`` is a span, ``A1⇥approx T1 over`` an attribute that is one word,
``#1⇥AnnotatorNotes T1⇥{"name": …}`` the attributes that are not, as JSON. Offsets count characters.
A span over a line break is written as brat wants it, in fragments (``4 6;7 9``) whose texts are
joined by a space; fragments with other characters between them are no span of ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path

from fazhi.annotations.formats.files import (
    make_folder,
    name_files,
    parse_json,
    read_text,
    write_text,
)
from fazhi.annotations.formats.losses import find_losses
from fazhi.annotations.formats.verification import Claim, Draft, Reading
from fazhi.reports import Attribute, Report

_SPAN = re.compile(r"(T\d+)\t(\S+) (\d{1,12} \d{1,12}(?:;\d{1,12} \d{1,12})*)(?:\t(.*))?", re.S)
_ATTRIBUTE = re.compile(r"[AM]\d+\t(\S+) (T\d+)(?: (\S+))?\s*")
_NOTE = re.compile(r"#\d+\tAnnotatorNotes (T\d+)\t(.*)", re.S)
_WORD = re.compile(r"\S+")


def matches(path: Path) -> bool:
    """Whether it is an ``.ann`` file or a folder with one."""
    return any(_files(path))


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(path.glob("*.ann"))
    elif path.suffix == ".ann" and path.is_file():
        yield path


def read(path: Path) -> Reading:
    """Read an ``.ann`` file with its text, or a folder of them. Other lines are problems."""
    draft = Draft()
    for file in _files(path):
        beside = file.with_suffix(".txt")
        if not beside.is_file():
            draft.problems.append(f"{file}: its text is missing; expected {beside.name}")
            continue
        text = read_text(beside)
        claims = _claims(read_text(file), text, str(file), draft.problems)
        draft.add(str(file), file.stem, text, claims)
    return draft.finish()


def _claims(content: str, text: str, path: str, problems: list[str]) -> list[Claim]:
    spans: dict[str, tuple[int, int, str, str]] = {}
    attributes: dict[str, dict[str, Attribute]] = {}
    for number, line in enumerate(content.split("\n"), start=1):
        line = line.removesuffix("\r")
        if found := _SPAN.fullmatch(line):
            key, label, places, surface = found.groups()
            start, *between, end = map(int, re.split("[ ;]", places))
            gaps = zip(between[::2], between[1::2], strict=True)
            if any(text[left:right].strip() for left, right in gaps):
                problems.append(f"{path}:{number}: {label} in fragments {places}; left out")
            else:
                spans[key] = (start, end, label, surface)
        elif found := _ATTRIBUTE.fullmatch(line):
            name, key, value = found.groups()
            attributes.setdefault(key, {})[name] = True if value is None else _parse(value)
        elif found := _NOTE.fullmatch(line):
            said = parse_json(found[2])
            said = said if isinstance(said, dict) else {"note": found[2]}
            attributes.setdefault(found[1], {}).update(said)
        elif line.strip():
            problems.append(f"{path}:{number}: {line!r} is left out")
    return [Claim(*span, 1.0, attributes.get(key, {})) for key, span in spans.items()]


def _parse(value: str) -> Attribute:
    """A number or a truth when it is one in JSON, else the word itself."""
    said = parse_json(value)
    return said if isinstance(said, int | float) else value


def write(reports: Sequence[Report], path: Path) -> list[str]:
    """Write a folder with two files for each report."""
    make_folder(path)
    for name, report in name_files(reports).items():
        write_text(path / f"{name}.txt", report.text)
        write_text(path / f"{name}.ann", "".join(f"{line}\n" for line in _lines(report)))
    return find_losses(reports, read(path))


def _lines(report: Report) -> Iterator[str]:
    numbers = count(1)
    for number, span in enumerate(report.spans, start=1):
        parts = [
            (span.start + part.start(), span.start + part.end(), part[0])
            for part in re.finditer(r"[^\r\n]+", span.text)
        ]
        places = ";".join(f"{start} {end}" for start, end, _ in parts)
        yield f"T{number}\t{span.label} {places}\t{' '.join(part for *_, part in parts)}"
        noted = {}
        for name, said in span.attributes.items():
            value = said if isinstance(said, str) else json.dumps(said)
            back = _parse(value)
            if type(back) is type(said) and _WORD.fullmatch(value) and _WORD.fullmatch(name):
                yield f"A{next(numbers)}\t{name} T{number} {value}"
            else:
                noted[name] = said
        if noted:
            note = json.dumps(noted, ensure_ascii=False)
            yield f"#{number}\tAnnotatorNotes T{number}\t{note}"
