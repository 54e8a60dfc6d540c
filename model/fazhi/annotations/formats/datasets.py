"""Hugging Face ``datasets``: a folder of ``save_to_disk``. Needs datasets (``fazhi[formats]``).

A row is a report: ``id``, ``text``, ``spans`` with ``start``, ``end``, ``label``, ``text``,
``score`` and ``attributes`` (JSON, as their types differ), and ``meta`` (JSON). Rows of ``tokens``
and ``ner_tags`` are read too, their tokens put together without spaces.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from fazhi.annotations.formats.conll import find_spans
from fazhi.annotations.formats.files import make_folder, parse_json
from fazhi.annotations.formats.losses import find_losses
from fazhi.annotations.formats.verification import Claim, Draft, Reading
from fazhi.errors import MissingExtraError
from fazhi.reports import Report

_MARKS = ("dataset_info.json", "dataset_dict.json")  # of one split, of several
_TAGS = ("ner_tags", "tags")


def matches(path: Path) -> bool:
    """Whether it is a folder that ``save_to_disk`` made."""
    return any((path / mark).is_file() for mark in _MARKS)


def _import() -> Any:
    try:
        import datasets
    except ImportError as error:
        raise MissingExtraError(
            "a folder of datasets needs datasets: pip install 'fazhi[formats]'"
        ) from error
    return datasets


def read(path: Path) -> Reading:
    """Read a folder, all splits of it."""
    loaded = _import().load_from_disk(str(path))
    draft = Draft()
    for name, split in loaded.items() if isinstance(loaded, dict) else [("row", loaded)]:
        for number, row in enumerate(split, start=1):
            where = f"{path}: {name} {number}"
            key = str(row.get("id", f"{path.name}-{name}-{number}"))
            meta = parse_json(str(row.get("meta")))
            if isinstance(row.get("text"), str) and isinstance(row.get("spans"), list):
                text, claims = row["text"], list(_claims(row["spans"]))
            elif tagged := _tagged(row, split.features):
                text, claims = tagged
            else:
                columns = ", ".join(row)
                draft.problems.append(f"{where}: no text and spans, but {columns}; left out")
                continue
            draft.add(where, key, text, claims, meta if isinstance(meta, dict) else {})
    return draft.finish()


def _claims(spans: Sequence[dict[str, Any]]) -> Iterator[Claim]:
    for span in spans:
        start, end, label, surface = (span.get(key) for key in ("start", "end", "label", "text"))
        said = parse_json(str(span.get("attributes")))
        score = span.get("score")
        yield Claim(
            start,
            end,
            label,
            surface,
            1.0 if score is None else float(score),
            said if isinstance(said, dict) else {},
        )


def _tagged(row: dict[str, Any], features: Any) -> tuple[str, list[Claim]] | None:
    """The text and spans of tokens with tags; tags may be ids of a ClassLabel."""
    tokens, column = row.get("tokens"), next((name for name in _TAGS if name in row), None)
    if not isinstance(tokens, list) or column is None or len(tokens) != len(row[column]):
        return None
    names = getattr(features[column].feature, "names", None)
    tags = [names[tag] if names else str(tag) for tag in row[column]]
    ends = list(accumulate(map(len, tokens), initial=0))
    claims = [Claim(ends[first], ends[last], label) for first, last, label in find_spans(tags)]
    return "".join(tokens), claims


def write(reports: Sequence[Report], path: Path) -> list[str]:
    """Write a folder with a row for each report."""
    datasets = _import()
    text, whole = datasets.Value("string"), datasets.Value("int64")
    number = datasets.Value("float64")
    span = {"start": whole, "end": whole, "label": text, "text": text, "score": number}
    spans = datasets.List({**span, "attributes": text})
    features = datasets.Features({"id": text, "text": text, "spans": spans, "meta": text})
    make_folder(path)
    rows = [_format_row(report) for report in reports]
    datasets.Dataset.from_list(rows, features=features).save_to_disk(str(path))
    return find_losses(reports, read(path))


def _format_row(report: Report) -> dict[str, Any]:
    spans = [
        {
            "start": span.start,
            "end": span.end,
            "label": span.label,
            "text": span.text,
            "score": span.score,
            "attributes": json.dumps(dict(span.attributes), ensure_ascii=False),
        }
        for span in report.spans
    ]
    meta = json.dumps(report.to_annotation()["meta"], ensure_ascii=False)
    return {"id": report.id, "text": report.text, "spans": spans, "meta": meta}
