"""doccano's JSONL for sequence labelling: ``{"text": …, "label": [[start, end, label], …]}``.

doccano counts UTF-16 units: its editor works on JavaScript strings, and what that sends is stored
and exported as it is (v-annotator, ``Text.ts``, where ``codePointLength`` is ``text.length``). With
relations it exports ``entities`` with ``start_offset`` and ``end_offset``; both are read.

doccano has no place for surfaces and attributes. It keeps other columns of an import and exports
them again: ``id`` and ``meta`` travel so, and ``surfaces`` (by ``start:end``), which tell on import
when the text or its line breaks were changed in between.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fazhi.annotations.formats.files import first_record, parse_json, read_text, write_text
from fazhi.annotations.formats.losses import find_losses
from fazhi.annotations.formats.verification import UTF16, Claim, Draft, Reading, count_offsets
from fazhi.reports import Report

_LABELS = ("label", "labels", "entities")  # plain, older exports, with relations


def matches(path: Path) -> bool:
    """Whether the first line is an object with a text and a list of labels."""
    return bool(_lists(first_record(path)))


def _lists(record: object) -> list[list[Any]]:
    """The lists of labels of a line; none when it is not doccano's."""
    if not isinstance(record, dict) or not isinstance(record.get("text"), str):
        return []
    return [record[key] for key in _LABELS if isinstance(record.get(key), list)]


def read(path: Path) -> Reading:
    """Read an export; a line that can't be read and relations are problems."""
    draft = Draft()
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        record = parse_json(line)
        lists = _lists(record)
        if not lists:
            draft.problems.append(f"{where}: no object with text and a list of labels")
            continue
        if record.get("relations"):
            draft.problems.append(f"{where}: its relations are left out")
        key = str(record.get("id", f"{path.stem}-{number}"))
        meta, surfaces = (
            said if isinstance(said, dict) else {}
            for said in (record.get("meta"), record.get("surfaces"))
        )
        claims = [_claim(label, surfaces) for labels in lists for label in labels]
        draft.add(where, key, record["text"], claims, meta, UTF16)
    return draft.finish()


def _claim(label: object, surfaces: dict[str, str]) -> Claim:
    if isinstance(label, dict):
        label = [label.get(name) for name in ("start_offset", "end_offset", "label")]
    match label:
        case [start, end, name]:
            return Claim(start, end, name, surfaces.get(f"{start}:{end}"))
    return Claim(None, None, label)


def write(reports: Sequence[Report], path: Path) -> list[str]:
    """Write a line for each report, to be imported as JSONL."""
    lines = []
    for report in reports:
        offsets = count_offsets(report.text, UTF16)
        labels = [[offsets[span.start], offsets[span.end], span.label] for span in report.spans]
        places = (f"{start}:{end}" for start, end, _ in labels)
        record = {
            "id": report.id,
            "text": report.text,
            "label": labels,
            "meta": report.to_annotation()["meta"],
            "surfaces": dict(zip(places, (span.text for span in report.spans), strict=True)),
        }
        lines.append(json.dumps(record, ensure_ascii=False) + "\n")
    write_text(path, "".join(lines))
    return find_losses(reports, read(path))
