"""Our inline tags: a file a report, its name the id; ``fazhi.annotations`` has the grammar."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from fazhi.annotations import (
    annotation_files,
    format_inline,
    is_annotated,
    parse_inline,
    read_tolerantly,
)
from fazhi.annotations.formats.files import (
    make_folder,
    name_files,
    parse_json,
    read_text,
    write_text,
)
from fazhi.annotations.formats.losses import find_losses
from fazhi.annotations.formats.verification import Claim, Draft, Reading
from fazhi.errors import AnnotationError
from fazhi.reports import Attribute, Report, Span


def matches(path: Path) -> bool:
    """Whether it is an inline file, a stand-off file, or a folder that holds one."""
    if path.is_dir():
        return any(map(matches, annotation_files(path)))
    if path.suffix == ".json" and path.with_suffix(".txt").is_file():
        record = parse_json(path.read_text("utf-8", "replace"))
        return isinstance(record, dict) and "text_sha256" in record
    return path.suffix == ".txt" and is_annotated(path)


def read(path: Path) -> Reading:
    """Read a file, or all annotated reports of a folder."""
    draft = Draft()
    if path.is_dir() or path.suffix == ".json":
        found, draft.problems[:] = read_tolerantly([path])
    else:
        try:
            found = [parse_inline(read_text(path), path)]
        except AnnotationError as error:
            found, draft.problems[:] = [], error.problems
    for item in found:
        add_report(draft, str(item.path), item.report)
    return draft.finish()


def add_report(draft: Draft, where: str, report: Report) -> None:
    """A report of fazhi's own formats, its spans as claims."""
    claims = [
        Claim(span.start, span.end, span.label, span.text, span.score, span.attributes)
        for span in report.spans
    ]
    draft.add(where, report.id, report.text, claims, report.meta)


def write(reports: Sequence[Report], path: Path) -> list[str]:
    """Write a folder with a file for each report, or one file when it ends in ``.txt``."""
    if path.suffix == ".txt" and len(reports) == 1:
        write_text(path, format_inline(_taggable(reports[0])))
    else:
        make_folder(path)
        for name, report in name_files(reports).items():
            write_text(path / f"{name}.txt", format_inline(_taggable(report)))
    return find_losses(reports, read(path))


def _taggable(report: Report) -> Report:
    """The report with what tags can say, spans that are apart and attributes that can be read."""
    spans: list[Span] = []
    for span in sorted(report.spans, key=lambda span: span.start):
        if _is_readable(span.label, {}) and (not spans or span.start >= spans[-1].end):
            said = span.attributes.items()
            kept = {name: value for name, value in said if _is_readable(span.label, {name: value})}
            spans.append(replace(span, attributes=kept))
    return Report(report.id, report.text, tuple(spans), report.to_annotation()["meta"])


def _is_readable(label: str, attributes: Mapping[str, Attribute]) -> bool:
    """Whether a tag of this label with these attributes is one when it is read."""
    tagged = format_inline(Report("", "x", (Span(0, 1, label, "x", attributes=attributes),)))
    try:
        spans = parse_inline(tagged, Path()).report.spans
    except AnnotationError:
        return False
    return len(spans) == 1 and spans[0].attributes.keys() == attributes.keys()
