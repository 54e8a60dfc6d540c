"""Facts as tables: one row a fact, in columns that are the same in every output."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from fazhi.batches.sources import Failure
from fazhi.errors import MissingExtraError
from fazhi.facts import Check, Count, Facts, Indicator, Law, Phrase, Rate, Section, flatten
from fazhi.reports import Report

if TYPE_CHECKING:
    import pandas

Cell = str | int | float | bool | None
Row = tuple[Cell, ...]
Type = Literal["text", "integer", "amount", "share", "truth"]
"""``amount``: whole where it is whole, else with decimals; ``share``: a fraction of one."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its name, the type of its cells, and what they say."""

    name: str
    type: Type
    says: str


_REPORT = Column("report", "text", "Id of the report, mostly the name of its file")
_FILE = Column("file", "text", "The file; in an archive reports.zip/a.docx, of a line a.jsonl:3")
_PLACE = (
    _REPORT,
    Column("start", "integer", "First character of the fact in the text, counted from 0"),
    Column("end", "integer", "Where the fact ends: the character after its last one"),
    Column("text", "text", "The words as they stand in the report"),
    Column("score", "share", "How sure the model is that the fact stands there, 0 to 1"),
    Column("section", "text", "The headings above it, outermost first"),
    Column("role", "text", "Role of the part: measures, problems, leadership, plan, other"),
    Column("source", "text", "Where it stands in the file: line, paragraph, page …"),
)
_AMOUNT = {
    "upper": "Upper end of a range",
    "approx": "none, about, over (at least) or under (at most)",
    "reason": "Why there is no value, where the words can't be read as a number",
}
_INDICATOR = (
    Column("indicator", "text", "What is counted or measured, in the report's words"),
    Column("indicator_confidence", "share", "Share of such findings that were right in tests"),
)

TABLES: Mapping[str, tuple[Column, ...]] = MappingProxyType(
    {
        "reports": (
            _REPORT,
            _FILE,
            Column("title", "text", "Title"),
            Column("issuer", "text", "Who issued it"),
            Column("issuer_tier", "text", "national, province, city, county or township"),
            Column("issuer_kind", "text", "government, party, department or zone"),
            Column("province", "text", "Province of the issuer, by its full name"),
            Column("year", "integer", "Year that is reported on"),
            Column("document_number", "text", "Number of the document"),
            Column("signed_on", "text", "Date under the text, YYYY-MM-DD"),
            Column("addressee", "text", "To whom it is addressed"),
            Column("chars", "integer", "Characters of the text"),
            Column("sections", "integer", "How many headings were found"),
            Column("laws", "integer", "How many citations of laws were found"),
            Column("counts", "integer", "How many counts were found"),
            Column("rates", "integer", "How many rates were found"),
            Column("checks", "integer", "How many things do not add up"),
            Column("coverage", "share", "Share of the text that the model saw; 1 if all is well"),
        ),
        "sections": (
            _REPORT,
            Column("heading_number", "text", "Number of the heading as written, or empty"),
            Column("heading", "text", "Heading without its number"),
            Column("heading_level", "integer", "Depth: 1 for the parts of the report"),
            Column("role", "text", "measures, problems, leadership, plan, other; two joined by +"),
            Column("start", "integer", "First character of the heading, counted from 0"),
            Column("heading_end", "integer", "Where the heading ends"),
            Column("end", "integer", "Where the part ends"),
            Column("section", "text", "The headings above it, outermost first"),
        ),
        "laws": (
            *_PLACE,
            Column("official_title", "text", "Official title, or the words as written"),
            Column("known", "truth", "Whether the title is in the list of norms"),
            Column("norm_kind", "text", "Kind of norm: law, administrative regulation, rule …"),
            Column("norm_level", "text", "national, or the place where it holds"),
            Column("norm_date", "text", "Date of the last edition known, YYYY-MM-DD"),
            Column("candidates", "text", "Titles that it could stand for, where it is undecided"),
        ),
        "counts": (
            *_PLACE,
            Column("value", "amount", "The number, 万 and 亿 worked in; lower end of a range"),
            Column("upper", "amount", _AMOUNT["upper"]),
            Column("approx", "text", _AMOUNT["approx"]),
            Column("unit", "text", "Measure word or unit; empty if it has none"),
            Column("dimension", "text", "What the unit measures: people, cases, money …"),
            *_INDICATOR,
            Column("reason", "text", _AMOUNT["reason"]),
        ),
        "rates": (
            *_PLACE,
            Column("rate_kind", "text", "share of a whole, change against before, points (百分点)"),
            Column("value", "share", "As a fraction: 97% is 0.97; lower end of a range"),
            Column("upper", "share", _AMOUNT["upper"]),
            Column("approx", "text", _AMOUNT["approx"]),
            *_INDICATOR,
            Column("reason", "text", _AMOUNT["reason"]),
        ),
        "checks": (
            _REPORT,
            Column("check_kind", "text", "What does not add up: rate, sum, law or year"),
            Column("message", "text", "What was found"),
            Column("evidence", "text", "The places that show it, each as start-end"),
            Column("quotes", "text", "What stands at these places"),
        ),
        "failures": (
            _FILE,
            Column("stage", "text", "What went wrong: read or tag"),
            Column("reason", "text", "Why, and what to do"),
        ),
    }
)
"""The tables and their columns; ``docs/outputs.md`` shows them."""

_DTYPES = {"text": "string", "integer": "Int64", "share": "Float64", "truth": "boolean"}
_BETWEEN = "；"
# Characters that XML, and so a spreadsheet, can't hold; halves of surrogate pairs are among them.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def rows(report: Report) -> dict[str, list[Row]]:
    """The rows of each table for one report, cells in the order of its columns.

    A character that no spreadsheet can hold is a space (a form feed, say) or � in cells of text.
    """
    facts = report.facts
    sources = {span.start: _BETWEEN.join(map(str, span.source)) for span in report.spans}
    found: dict[str, Iterable[Row]] = {
        "reports": [_report(report, facts)],
        "sections": _sections(report.text, facts.sections),
        "laws": ((*_place(one, sources), *_law(one)) for one in facts.laws),
        "counts": ((*_place(one, sources), *_count(one)) for one in facts.counts),
        "rates": ((*_place(one, sources), *_rate(one)) for one in facts.rates),
        "checks": map(_check, facts.checks),
    }
    return {
        name: [tuple(_fit(cell) for cell in (report.id, *row)) for row in found[name]]
        for name in found
    }


def failure_rows(failure: Failure) -> dict[str, list[Row]]:
    """The row of the table ``failures`` for a file that gave no report."""
    cells = (failure.file, failure.stage, failure.reason)
    return {"failures": [tuple(_fit(cell) for cell in cells)]}


def to_frames(reports: Iterable[Report]) -> dict[str, pandas.DataFrame]:
    """The tables of several reports as data frames, by name, with dtypes that know null.

    A column of amounts is ``Int64`` where all of them are whole, else ``Float64``. Raises
    MissingExtraError without pandas.
    """
    try:
        import pandas
    except ImportError as error:
        raise MissingExtraError("data frames need pandas: pip install 'fazhi[frames]'") from error
    found: dict[str, list[Row]] = {name: [] for name in TABLES}
    for report in reports:
        for name, new in rows(report).items():
            found[name].extend(new)
    del found["failures"]  # reports have none
    frames = {}
    for name in found:
        columns = TABLES[name]
        names = [column.name for column in columns]
        frame = pandas.DataFrame(found[name], columns=names, dtype=object)
        frames[name] = frame.astype({one.name: _dtype(one, frame[one.name]) for one in columns})
    return frames


def _dtype(column: Column, cells: Iterable[Cell]) -> str:
    if column.type == "amount":
        return "Float64" if any(isinstance(cell, float) for cell in cells) else "Int64"
    return _DTYPES[column.type]


def _fit(cell: Cell) -> Cell:
    if not isinstance(cell, str):
        return cell
    return _UNFIT.sub(lambda found: " " if found[0].isspace() else "\ufffd", cell)


def _report(report: Report, facts: Facts) -> Row:
    data = facts.report
    return (
        report.meta.get("file"),
        _flat(data.title),
        _flat(data.issuer),
        data.tier,
        data.kind,
        data.province,
        data.year,
        _flat(data.number),
        data.signed_on,
        _flat(data.addressee),
        len(report.text),
        sum(1 for part in facts.sections for _ in part.walk()),
        *(len(one) for one in (facts.laws, facts.counts, facts.rates, facts.checks)),
        report.coverage,
    )


def _sections(text: str, parts: Iterable[Section], above: tuple[str, ...] = ()) -> Iterator[Row]:
    for part in parts:
        yield (
            part.number,
            part.title,
            part.level,
            part.role,
            part.start,
            part.heading_end,
            part.end,
            _path(above),
        )
        heading = flatten(text[part.start : part.heading_end])
        yield from _sections(text, part.children, (*above, heading))


def _law(law: Law) -> Row:
    candidates = _BETWEEN.join(law.candidates) or None
    return law.title, law.known, law.kind, law.level, law.date, candidates


def _count(count: Count) -> Row:
    return (
        count.value,
        count.upper,
        count.approx,
        count.unit,
        count.dimension,
        *_indicator(count.indicator),
        count.reason,
    )


def _rate(rate: Rate) -> Row:
    return (
        rate.kind,
        rate.value,
        rate.upper,
        rate.approx,
        *_indicator(rate.indicator),
        rate.reason,
    )


def _check(check: Check) -> Row:
    evidence = _BETWEEN.join(f"{phrase.start}-{phrase.end}" for phrase in check.evidence)
    return check.kind, check.message, evidence, _BETWEEN.join(one.flat for one in check.evidence)


def _place(fact: Law | Count | Rate, sources: Mapping[int, str]) -> Row:
    score = round(fact.score, 4)
    source = sources.get(fact.start) or None
    return fact.start, fact.end, fact.text, score, _path(fact.path), fact.role, source


def _path(headings: Sequence[str]) -> str | None:
    return " / ".join(headings) or None


def _indicator(indicator: Indicator | None) -> Row:
    return (indicator.text, indicator.confidence) if indicator else (None, None)


def _flat(phrase: Phrase | None) -> str | None:
    return phrase.flat if phrase else None
