"""Facts as rows and data frames: columns, cells, nulls, and the tables in the docs."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pytest

from conftest import ROOT
from fazhi import reports
from fazhi.batches.sources import Failure
from fazhi.documents import Place
from fazhi.errors import MissingExtraError
from fazhi.facts import (
    Check,
    Count,
    Facts,
    Indicator,
    Law,
    Phrase,
    Rate,
    ReportData,
    Section,
)
from fazhi.outputs.tables import TABLES, Column, failure_rows, rows, to_frames

TEXT = """云岭县松溪镇人民政府
2024年法治政府建设年度报告
一、主要举措
（一）抓普法
学习《民法典》3至5次，化解
纠纷1.5万余起，调解成功率97%。
发放《本县办法》12 5册。
"""

OF_REPORTS = [name for name in TABLES if name != "failures"]
LINE = Place((("line", 4),))
PARAGRAPH = Place((("paragraph", 4), ("run", 1)))
CELL = Place((("table", 0), ("row", 2), ("cell", 0), ("paragraph", 0)))


@dataclass(frozen=True)
class Filled:
    """What tables need of a report, with facts given by hand."""

    id: str
    text: str
    facts: Facts
    coverage: float | None = 1.0
    spans: tuple[reports.Span, ...] = ()
    meta: Mapping[str, object] = field(default_factory=dict)


def phrase(surface: str, text: str = TEXT) -> Phrase:
    start = text.index(surface)
    return Phrase(start, start + len(surface), surface)


@dataclass(frozen=True)
class Span:
    """The fields that every fact has, found in the text by its surface."""

    surface: str
    path: tuple[str, ...] = ("一、主要举措", "（一）抓普法")
    role: str | None = "measures"
    score: float = 0.98765
    text: str = field(default=TEXT, repr=False)

    def fields(self) -> dict[str, object]:
        found = phrase(self.surface, self.text)
        place = {"start": found.start, "end": found.end, "text": found.text}
        return {**place, "score": self.score, "path": self.path, "role": self.role}


def example(id: str = "松溪-2024") -> Filled:
    """A report with every sort of fact, and with nulls where there can be some."""
    first, second = phrase("一、主要举措"), phrase("（一）抓普法")
    inner = Section("（一）", "抓普法", 2, "measures", second.start, second.end, len(TEXT))
    outer = Section("一、", "主要举措", 1, "measures", first.start, first.end, len(TEXT), (inner,))
    disputes = Indicator(phrase("化解"), phrase("纠纷"), 0.91)
    facts = Facts(
        report=ReportData(
            title=phrase("松溪镇人民政府\n2024年法治政府建设年度报告"),
            issuer=phrase("云岭县松溪镇人民政府"),
            tier="township",
            kind="government",
            province="四川省",
            year=2024,
        ),
        sections=(outer,),
        laws=(
            Law(
                **Span("民法典").fields(),
                title="中华人民共和国民法典",
                known=True,
                kind="law",
                level="national",
                date="2020-05-28",
                candidates=(),
            ),
            Law(
                **Span("本县办法").fields(),
                title="本县办法",
                known=False,
                kind=None,
                level=None,
                date=None,
                candidates=("甲县办法", "乙县办法"),
            ),
        ),
        counts=(
            Count(
                **Span("3至5次").fields(),
                value=3,
                upper=5,
                approx="none",
                unit="次",
                dimension="events",
                reason=None,
                indicator=None,
            ),
            Count(
                **Span("1.5万余起").fields(),
                value=15000,
                upper=None,
                approx="over",
                unit="起",
                dimension="cases",
                reason=None,
                indicator=disputes,
            ),
            Count(
                **Span("12 5册", path=(), role=None).fields(),
                value=None,
                upper=None,
                approx="none",
                unit="册",
                dimension="documents",
                reason="a space between digits",
                indicator=None,
            ),
        ),
        rates=(
            Rate(
                **Span("97%").fields(),
                value=0.97,
                upper=None,
                approx="none",
                reason=None,
                indicator=Indicator(None, phrase("调解成功率"), 0.95),
            ),
        ),
        checks=(Check("sum", "3 and 5 are not 9", (phrase("3至5次"), phrase("1.5万余起"))),),
    )
    spans = [
        reports.Span(one.start, one.end, "COUNT", one.text, source=source)
        for one, source in zip(facts.counts, [(LINE,), (PARAGRAPH, CELL), ()], strict=True)
    ]
    return Filled(id, TEXT, facts, spans=tuple(spans), meta={"file": "甲县/松溪.docx"})


def cells(report: Filled, table: str, at: int = 0) -> dict[str, object]:
    names = [column.name for column in TABLES[table]]
    return dict(zip(names, rows(report)[table][at], strict=True))


def test_a_report_row() -> None:
    assert cells(example(), "reports") == {
        "report": "松溪-2024",
        "file": "甲县/松溪.docx",
        "title": "松溪镇人民政府2024年法治政府建设年度报告",
        "issuer": "云岭县松溪镇人民政府",
        "issuer_tier": "township",
        "issuer_kind": "government",
        "province": "四川省",
        "year": 2024,
        "document_number": None,
        "signed_on": None,
        "addressee": None,
        "chars": len(TEXT),
        "sections": 2,
        "laws": 2,
        "counts": 3,
        "rates": 1,
        "checks": 1,
        "coverage": 1.0,
    }


def test_section_rows_have_the_headings_above() -> None:
    outer, inner = (cells(example(), "sections", at) for at in (0, 1))
    assert (outer["heading_number"], outer["heading"], outer["section"]) == (
        "一、",
        "主要举措",
        None,
    )
    assert (inner["heading_level"], inner["section"]) == (2, "一、主要举措")
    assert TEXT[inner["start"] : inner["heading_end"]] == "（一）抓普法"


@pytest.mark.parametrize(
    ("table", "at", "expected"),
    [
        ("laws", 0, {"text": "民法典", "official_title": "中华人民共和国民法典", "known": True}),
        ("laws", 0, {"norm_kind": "law", "norm_date": "2020-05-28", "candidates": None}),
        ("laws", 1, {"known": False, "norm_kind": None, "candidates": "甲县办法；乙县办法"}),
        ("counts", 0, {"value": 3, "upper": 5, "indicator": None, "score": 0.9877}),
        ("counts", 0, {"section": "一、主要举措 / （一）抓普法", "role": "measures"}),
        ("counts", 1, {"value": 15000, "upper": None, "approx": "over", "unit": "起"}),
        ("counts", 1, {"indicator": "化解纠纷", "indicator_confidence": 0.91}),
        (
            "counts",
            2,
            {"value": None, "unit": "册", "reason": "a space between digits"},
        ),
        ("counts", 2, {"section": None, "role": None, "source": None}),
        ("counts", 0, {"source": "line 5"}),
        ("counts", 1, {"source": "paragraph 5, run 2；table 1, row 3, cell 1, paragraph 1"}),
        (
            "rates",
            0,
            {"rate_kind": "share", "value": 0.97, "indicator": "调解成功率", "reason": None},
        ),
        ("checks", 0, {"check_kind": "sum", "quotes": "3至5次；1.5万余起"}),
    ],
)
def test_fact_rows(table: str, at: int, expected: dict[str, object]) -> None:
    found = cells(example(), table, at)
    assert {name: found[name] for name in expected} == expected
    assert found["report"] == "松溪-2024"


def test_rows_lead_back_to_the_text() -> None:
    found = rows(example())
    for _, start, end, text, *_ in found["laws"] + found["counts"] + found["rates"]:
        assert TEXT[start:end] == text
    places = cells(example(), "checks")["evidence"].split("；")
    spans = [tuple(map(int, place.split("-"))) for place in places]
    assert [TEXT[start:end] for start, end in spans] == ["3至5次", "1.5万余起"]


def test_headings_broken_over_lines_are_joined() -> None:
    text = "一、主要\n  举措\n（一） 抓  普法\n1.学法"
    below: tuple[Section, ...] = ()
    for level, heading in enumerate(("1.学法", "（一） 抓  普法", "一、主要\n  举措")):
        at = phrase(heading, text)
        below = (Section("", "", 3 - level, "measures", at.start, at.end, len(text), below),)
    report = replace(example(), text=text, facts=Facts(sections=below))
    assert cells(report, "sections", 2)["section"] == "一、主要举措 / （一） 抓 普法"


def test_characters_that_no_spreadsheet_holds() -> None:
    law = replace(example().facts.laws[0], text="民\x00法\x0c典\ud800\ufffe\n\t甲")
    report = replace(example(), id="a\x1bb", facts=Facts(laws=(law,)))
    assert cells(report, "laws")["text"] == "民�法 典��\n\t甲"
    assert cells(report, "reports")["report"] == "a�b"


def test_a_name_means_the_same_in_every_table() -> None:
    said: dict[str, set[str]] = {}
    for columns in TABLES.values():
        for column in columns:
            said.setdefault(column.name, set()).add(column.says)
    ours = {name for name, says in said.items() if len(says) > 1}
    # Those of a heading, of a fraction, and of a file without a report.
    assert ours == {"start", "end", "role", "value", "reason"}


def test_a_report_without_facts_has_one_row() -> None:
    found = rows(Filled("空", "甲", Facts(), None))
    others = dict.fromkeys(OF_REPORTS, 0)
    assert {name: len(table) for name, table in found.items()} == {**others, "reports": 1}


def test_a_failure_row() -> None:
    found = failure_rows(Failure("甲\x1b.docx", "read", "甲.docx: damaged\ud800"))
    assert found == {"failures": [("甲�.docx", "read", "甲.docx: damaged�")]}
    assert [column.name for column in TABLES["failures"]] == ["file", "stage", "reason"]


def test_cells_are_of_the_declared_types() -> None:
    types = {"text": str, "integer": int, "amount": (int, float), "share": float, "truth": bool}
    for name, found in rows(example()).items():
        for row in found:
            for column, cell in zip(TABLES[name], row, strict=True):
                assert cell is None or isinstance(cell, types[column.type]), (name, column)
                assert isinstance(cell, bool) == (column.type == "truth" and cell is not None)


def test_frames() -> None:
    pandas = pytest.importorskip("pandas")
    other = replace(example("乙"), facts=Facts(counts=example().facts.counts[:1]))
    frames = to_frames(iter([example(), other]))
    assert list(frames) == OF_REPORTS
    for name in OF_REPORTS:
        assert list(frames[name].columns) == [column.name for column in TABLES[name]]
    counts = frames["counts"]
    assert list(counts.report) == ["松溪-2024"] * 3 + ["乙"]
    assert list(counts.value.dropna()) == [3, 15000, 3]
    assert counts.value.dtype == counts.upper.dtype == "Int64"
    assert counts.value[2] is pandas.NA
    assert counts.indicator[0] is pandas.NA
    assert counts.value.sum() == 15006
    assert frames["laws"].known.dtype == "boolean"
    assert frames["laws"].official_title.dtype == "string"
    assert frames["rates"].value.dtype == "Float64"


def test_amounts_with_decimals_and_empty_frames() -> None:
    pytest.importorskip("pandas")
    count = replace(example().facts.counts[0], value=2.5, upper=None)
    frames = to_frames([replace(example(), facts=Facts(counts=(count,)))])
    assert frames["counts"].value.dtype == "Float64"
    assert len(frames["laws"]) == 0
    assert {str(frame.report.dtype) for frame in frames.values()} == {"string"}
    assert all(len(frame) == 0 for frame in to_frames([]).values())


def test_frames_without_pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'fazhi\[frames\]'"):
        to_frames([])


def markdown(columns: tuple[Column, ...]) -> str:
    lines = [f"| `{column.name}` | {column.type} | {column.says} |" for column in columns]
    return "\n".join(["| column | type | what it says |", "|---|---|---|", *lines]) + "\n"


def test_the_docs_show_the_columns() -> None:
    text = (ROOT / "docs" / "outputs.md").read_text(encoding="utf-8")
    for name, columns in TABLES.items():
        assert f"### {name}\n" in text
        assert markdown(columns) in text.split(f"### {name}\n")[1].split("\n#")[0], name


def test_the_docs_example_is_true() -> None:
    text = (ROOT / "docs" / "outputs.md").read_text(encoding="utf-8")
    assert f"```\n{TEXT}```" in text
    for table, shown in (
        ("counts", ["text", "value", "upper", "approx", "unit", "indicator", "section"]),
        ("laws", ["text", "official_title", "known", "norm_date", "candidates"]),
    ):
        lines = [f"| {' | '.join(shown)} |", "|---" * len(shown) + "|"]
        for at in range(len(rows(example())[table])):
            found = cells(example(), table, at)
            seen = ("" if found[name] is None else str(found[name]) for name in shown)
            lines.append(f"| {' | '.join(seen)} |")
        assert "\n".join(lines) in text


def test_the_docs_python_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("pandas")
    monkeypatch.chdir(ROOT)
    text = (ROOT / "docs" / "outputs.md").read_text(encoding="utf-8")
    exec(text.split("```python\n")[1].split("```")[0], {})
    assert "人次" in capsys.readouterr().out
