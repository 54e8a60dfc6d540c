"""Checks of annotated reports: every problem, with file and line.

What can be decided by rules is decided by rules: a value that its span's number does not have, a
unit, an approximator, a name that the gazetteer resolves otherwise. A span whose case is an
exception carries ``note="…"`` with the reason, and its derived attributes are taken as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from fazhi.annotations import Annotated, read, read_tolerantly
from fazhi.annotations.duplication import GRAM_CHARS, MOST_SHARED, near_duplicates
from fazhi.errors import AnnotationError
from fazhi.facts.laws import Gazetteer
from fazhi.facts.numbers import parse_count, parse_rate
from fazhi.facts.sections import ROLES
from fazhi.reports import Report, Span
from fazhi.tagging.labels import LABELS

ATTRIBUTES = {
    "SECTION": ("level", "role"),
    "LAW": ("name",),
    "COUNT": ("value", "unit", "approx"),
    "RATE": ("value", "approx"),
}
_OPTIONAL = {
    "SECTION": (),
    "LAW": ("known",),
    "COUNT": ("upper", "reason"),
    "RATE": ("upper", "reason"),
}
SPLITS = ("train", "dev", "test")
_APPROX = ("none", "about", "over", "under")
_MANGLED = re.compile("[\ufffd\x00-\x08\x0b\x0e-\x1f]|锟斤拷|烫烫烫|Ã[\x80-\xbf]")
_RATE_TOLERANCE = 1e-3


def check(
    paths: Iterable[Path],
    labels: Sequence[str] = LABELS,
    *,
    apart: Iterable[Path] = (),
    attributes: bool = True,
) -> list[Report]:
    """Read and check annotation files and folders; returns the reports.

    Splits, folders that are called train, dev and test, must not share text with each other, and no
    report with those at ``apart``. Without ``attributes`` those of spans may be missing or wrong: a
    tagger learns none. Raises AnnotationError once, with every problem of every file.
    """
    found, problems = read_tolerantly(paths)
    problems += _repeated_ids(found)
    problems += _shared_text(found, read(apart))
    for annotated_report in found:
        problems += check_report(annotated_report, labels, attributes=attributes)
    if problems:
        raise AnnotationError(problems)
    return [annotated_report.report for annotated_report in found]


def _repeated_ids(found: Sequence[Annotated]) -> Iterator[str]:
    first: dict[str, Annotated] = {}
    for item in found:
        other = first.setdefault(item.report.id, item)
        if other is not item:
            yield (
                f"{item.path}:{item.line}: id {item.report.id!r} stands in "
                f"{other.path}:{other.line} too"
            )


def _shared_text(found: Sequence[Annotated], apart: Sequence[Annotated]) -> Iterator[str]:
    """Near-duplicates between splits, and between any report and those to be apart from."""
    splits: dict[Path, list[Report]] = {}
    for item in found:
        folder = item.path.parent
        split = folder.name.partition("-")[0]  # dev-other is of dev
        if apart or split in SPLITS:
            splits.setdefault(folder.with_name(split), []).append(item.report)
    groups = list(splits.values())
    if apart:
        groups.append([item.report for item in apart])
    for one, other, share in near_duplicates(groups):
        yield (
            f"{one.id} and {other.id} are to be apart and share {share:.1%} of their text "
            f"(runs of {GRAM_CHARS} characters); at most {MOST_SHARED:.0%} is allowed"
        )


def check_report(
    annotated: Annotated, labels: Sequence[str] = LABELS, *, attributes: bool = True
) -> Iterator[str]:
    """The problems of one report, those of its spans' attributes too if they are asked for."""
    report = annotated.report
    if "coverage" not in report.meta:  # predictions are of texts as they come
        yield from _text_problems(annotated)
    end = 0
    part_role = None
    for index, span in enumerate(report.spans):
        where = annotated.where(index)
        if not 0 <= span.start < span.end <= len(report.text):
            yield (
                f"{where}: offsets {span.start} to {span.end} lie outside the text "
                f"of {len(report.text)} characters or hold nothing"
            )
            continue
        if span.start < end:
            yield f"{where}: {span.label} {span.text!r} overlaps the span before it, or is unsorted"
        end = max(end, span.end)
        problems = _span_problems(span, report.text, labels)
        yield from (f"{where}: {problem}" for problem in problems)
        if not attributes or span.label not in labels:
            continue
        yield from (f"{where}: {problem}" for problem in _attribute_problems(span, report.text))
        if span.label == "SECTION" and "level" in span.attributes:
            role = span.attributes.get("role")
            if span["level"] == 1:
                part_role = role
            elif part_role not in (None, role) and "note" not in span.attributes:
                yield f"{where}: SECTION {span.text!r} has role {role!r}, its part {part_role!r}"


def _text_problems(annotated: Annotated) -> Iterator[str]:
    report = annotated.report
    if not report.text.strip():
        yield f"{annotated.path}:{annotated.line}: report {report.id!r} has no text"
    mangled = _MANGLED.search(report.text)
    if mangled:
        yield (
            f"{annotated.path}:{annotated.line}: mangled text {mangled[0]!r} "
            f"at character {mangled.start()} of {report.id!r}"
        )


def _span_problems(span: Span, text: str, labels: Sequence[str]) -> Iterator[str]:
    surface = text[span.start : span.end]
    if span.text != surface:
        yield f"{span.label} says {span.text!r}, but {surface!r} stands at its offsets"
    if surface != surface.strip():
        yield f"{span.label} {surface!r} has white space at an edge"
    if span.label not in labels:
        yield f"unknown label {span.label!r}; expected {', '.join(sorted(labels))}"


def _attribute_problems(span: Span, text: str) -> Iterator[str]:
    surface = text[span.start : span.end]
    if span.label not in ATTRIBUTES:
        return
    missing = [name for name in ATTRIBUTES[span.label] if name not in span.attributes]
    known = {*ATTRIBUTES[span.label], *_OPTIONAL[span.label], "note"}
    unknown = [name for name in span.attributes if name not in known]
    if unknown:
        yield f"{span.label} {surface!r} has unknown attributes {', '.join(unknown)}"
    if missing:
        yield f"{span.label} {surface!r} lacks {', '.join(missing)}"
        return
    match span.label:
        case "SECTION":
            yield from _section_problems(span, surface)
        case "LAW":
            yield from _law_problems(span, surface)
        case "COUNT" | "RATE":
            yield from _number_problems(span, surface)


def _section_problems(span: Span, surface: str) -> Iterator[str]:
    level, role = span["level"], span["role"]
    if type(level) is not int or level < 1:
        yield f"SECTION {surface!r} has level {level!r}; expected 1, 2, 3 …"
    roles = str(role).split("+")
    in_order = [name for name in ROLES if name in roles]
    if roles != in_order:
        yield f"SECTION {surface!r} has role {role!r}; expected {', '.join(ROLES)}, or two with +"
    if surface[-1] in "。：；，.:;,":
        yield f"SECTION {surface!r} takes in the punctuation that closes it"


def _law_problems(span: Span, surface: str) -> Iterator[str]:
    name = span["name"]
    if not isinstance(name, str) or not name.strip():
        yield f"LAW {surface!r} has the name {name!r}; expected the full official title"
        return
    if surface[0] in "《〈" or surface[-1] in "》〉":
        yield f"LAW {surface!r} takes in 《 or 》"
    if "note" in span.attributes:
        return
    match = Gazetteer.load().resolve(surface)
    if match.known and match.method in ("exact", "prefix", "alias") and match.title != name:
        yield f"LAW {surface!r} has the name {name!r}; its official title is {match.title!r}"


def _number_problems(span: Span, surface: str) -> Iterator[str]:
    if span["approx"] not in _APPROX:
        expected = ", ".join(_APPROX)
        yield f"{span.label} {surface!r} has approx {span['approx']!r}; expected {expected}"
    if "note" in span.attributes:
        return
    quantity = (parse_count if span.label == "COUNT" else parse_rate)(surface)
    if quantity.value is None:
        if span["value"] is not None and not isinstance(span["value"], int | float):
            yield f"{span.label} {surface!r} has the value {span['value']!r}, which is no number"
        return
    derived: dict[str, object] = {
        "value": quantity.value,
        "upper": quantity.upper,
        "approx": quantity.approx,
    }
    if span.label == "COUNT":
        derived["unit"] = quantity.unit
    for name, reading in derived.items():
        given = span.attributes.get(name)
        if not _agree(given, reading, span.label):
            yield f"{span.label} {surface!r} has {name} {given!r}, but reads {reading!r}"


def _agree(given: object, expected: object, label: str) -> bool:
    if isinstance(given, int | float) and isinstance(expected, int | float):
        tolerance = _RATE_TOLERANCE if label == "RATE" else 1e-6 * abs(expected)
        return abs(given - expected) <= tolerance
    return given == expected
