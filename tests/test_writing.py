"""Results as files: what is read back is what was found, in every format, whatever the text."""

from __future__ import annotations

import csv
import json
import re
import sys
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import pytest
from hypothesis import example as try_also
from hypothesis import given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from conftest import ROOT
from fazhi import facts as records
from fazhi.batches.sources import Failure
from fazhi.documents import Dropped, Place
from fazhi.errors import FazhiError, MissingExtraError
from fazhi.facts import Facts
from fazhi.facts.laws import KINDS
from fazhi.facts.numbers import DIMENSIONS
from fazhi.facts.resolving import resolve
from fazhi.outputs import writing
from fazhi.outputs.tables import TABLES, failure_rows, rows
from fazhi.outputs.writing import open_writer
from fazhi.reading.text import read_text
from fazhi.reports import SCHEMA, Report, Span
from test_tables import TEXT, Filled, example, phrase

ENDINGS = (".jsonl", ".csv", ".xlsx", ".parquet")
FAILURE = Failure("=乙.pdf", "read", "=乙.pdf: no text")


def tagged(id: str = "松溪-2024") -> Report:
    """A real report, its spans resolved by fazhi."""
    surfaces = (
        ("SECTION", "一、主要举措"),
        ("SECTION", "（一）抓普法"),
        ("LAW", "民法典"),
        ("COUNT", "3至5次"),
        ("COUNT", "1.5万余起"),
        ("RATE", "97%"),
        ("LAW", "本县办法"),
        ("COUNT", "12 5册"),
    )
    found = [(label, phrase(surface)) for label, surface in surfaces]
    spans = [Span(one.start, one.end, label, one.text, 0.98765) for label, one in found]
    report = Report(id, TEXT, resolve(TEXT, spans), {"file": "a.txt"}, 1.0)
    place = Place((("table", 0), ("row", 1), ("table", 0)))
    dropped = (Dropped("第1页", "page number", place),)
    return report.located(
        replace(read_text(TEXT.encode(), "a"), dropped=dropped, headings=((0, 5),))
    )


def filled(id: str = "松溪-2024") -> Report:
    """The same with facts given by hand, of every sort."""
    report = tagged(id)
    object.__setattr__(report, "_facts", example().facts)
    return report


def with_texts(*texts: str) -> Filled:
    """A report whose laws have these words."""
    law = example().facts.laws[0]
    return replace(example(), facts=Facts(laws=tuple(replace(law, text=text) for text in texts)))


def write(path: Path, *results: Any) -> Path:
    with open_writer(path) as writer:
        for result in results:
            if isinstance(result, Failure):
                writer.fail(result)
            else:
                writer.add(result)
    return path


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_xlsx(path: Path) -> Any:
    return pytest.importorskip("openpyxl").load_workbook(path)


def names(table: str) -> list[str]:
    return [column.name for column in TABLES[table]]


# JSONL


def test_jsonl_is_a_line_a_report_each_written_at_once(tmp_path: Path) -> None:
    path, part = tmp_path / "out.jsonl", tmp_path / "out.jsonl.part"
    with open_writer(path) as writer:
        writer.add(filled("甲"))
        assert [json.loads(line)["id"] for line in part.read_text("utf-8").splitlines()] == ["甲"]
        writer.add(filled("乙"))
        assert not path.exists()
    assert not part.exists()
    assert path.read_bytes().count(b"\n") == 2
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    assert lines == [filled("甲").to_dict(), filled("乙").to_dict()]


def test_jsonl_has_a_line_a_failure(tmp_path: Path) -> None:
    found = write(tmp_path / "out.jsonl", FAILURE).read_text("utf-8")
    assert json.loads(found) == {
        "schema": SCHEMA,
        "failure": {"file": "=乙.pdf", "stage": "read", "reason": "=乙.pdf: no text"},
    }
    validator().validate(json.loads(found))


def test_jsonl_holds_half_of_a_surrogate_pair(tmp_path: Path) -> None:
    path = write(tmp_path / "out.jsonl", Report("甲\ud83d", "乙\udc00😀"))
    line = json.loads(path.read_text("utf-8"))
    assert (line["id"], line["text"]) == ("甲\ud83d", "乙\udc00😀")


# CSV


def test_csv_has_a_row_a_fact(tmp_path: Path) -> None:
    path = write(tmp_path / "out.csv", example("甲"), Filled("空", "乙", Facts(), None), FAILURE)
    *found, failure = read_csv(path)
    kinds = ["report", "section", "section", "law", "law", *["count"] * 3, "rate", "check"]
    assert [row["fact"] for row in found] == [*kinds, "report"]
    assert {name: cell for name, cell in failure.items() if cell} == {
        "fact": "failure",
        "file": "'=乙.pdf",
        "stage": "read",
        "reason": "'=乙.pdf: no text",
    }
    expected = [(table, row) for table, new in rows(example("甲")).items() for row in new]
    for row, (table, cells) in zip(found, expected, strict=False):
        seen = [row.pop(name) for name in names(table)]
        shown = ["" if c is None else str(c).lower() if isinstance(c, bool) else c for c in cells]
        assert seen == [str(cell) for cell in shown]
        assert row.pop("fact") == table[:-1]
        assert set(row.values()) == {""}
    assert found[-1]["report"] == "空"


def test_csv_opens_in_excel(tmp_path: Path) -> None:
    raw = write(tmp_path / "out.csv", example(), example()).read_bytes()
    assert raw.startswith(b"\xef\xbb\xbffact,report,file,title,")
    assert raw.count(b"\xef\xbb\xbf") == 1
    assert raw.endswith(b"\r\n")
    assert raw.count(b"\r\n") == raw.count(b"\n") == 21


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("＝1+1", "'＝1+1"),
        ("+86", "'+86"),
        ("＋86", "'＋86"),
        ("-3", "'-3"),
        ("－3", "'－3"),
        ("@SUM(1)", "'@SUM(1)"),
        ("＠甲", "'＠甲"),
        ("\u3000 =1", "'\u3000 =1"),
        ("\t甲", "'\t甲"),
        ("\r甲", "'\r甲"),
        ("\n=1", "'\n=1"),
        ("'=1", "''=1"),
        ("'民法典'", "'民法典'"),
        ("甲=乙", "甲=乙"),
        ("民法典", "民法典"),
        ('甲","=1', '甲","=1'),
        ("甲\n=1", "甲\n=1"),
    ],
)
def test_no_cell_of_csv_is_a_formula(tmp_path: Path, text: str, cell: str) -> None:
    report = replace(with_texts(text), id=text)
    found = read_csv(write(tmp_path / "out.csv", report))
    assert [row["report"] for row in found] == [cell, cell]
    assert found[1]["text"] == cell


# XLSX


def test_xlsx_has_a_sheet_a_table(tmp_path: Path) -> None:
    book = read_xlsx(write(tmp_path / "out.xlsx", example("甲"), FAILURE, example("乙")))
    assert book.sheetnames == list(TABLES)
    all_rows = [rows(example("甲")), failure_rows(FAILURE), rows(example("乙"))]
    for table in TABLES:
        sheet = book[table]
        header, *found = sheet.iter_rows(values_only=True)
        assert list(header) == names(table)
        expected = [row for tables in all_rows for row in tables.get(table, ())]
        assert found == expected or [
            tuple(None if cell == "" else cell for cell in row) for row in expected
        ]
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == f"A1:{sheet.cell(len(found) + 1, len(header)).coordinate}"


def test_xlsx_cells_have_types_and_shapes(tmp_path: Path) -> None:
    book = read_xlsx(write(tmp_path / "out.xlsx", example()))

    def cell(table: str, name: str) -> Any:
        return book[table].cell(2, names(table).index(name) + 1)

    assert (cell("rates", "value").value, cell("rates", "value").number_format) == (0.97, "0.00%")
    assert (cell("counts", "value").value, cell("counts", "value").data_type) == (3, "n")
    assert (cell("laws", "known").value, cell("laws", "known").data_type) == (True, "b")
    assert cell("counts", "text").alignment.wrap_text
    assert book["counts"].column_dimensions["D"].width > 30
    assert cell("reports", "title").value == "松溪镇人民政府2024年法治政府建设年度报告"


def test_xlsx_without_facts(tmp_path: Path) -> None:
    book = read_xlsx(write(tmp_path / "out.xlsx", Filled("空", "甲", Facts(), None)))
    assert [book[table].max_row for table in TABLES] == [2, 1, 1, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "=1+1"),
        ("{=SUM(1)}", "{=SUM(1)}"),
        ("https://example.org/a", "https://example.org/a"),
        ("mailto:a@example.org", "mailto:a@example.org"),
        ("007", "007"),
        ("<r>甲</r>", "<r>甲</r> "),
        ("<r><t>甲</t></r><r></r>", "<r><t>甲</t></r><r></r> "),
        ("]]></t>&amp;", "]]></t>&amp;"),
        ("  甲\r\n乙\r丙  ", "  甲\n乙\n丙  "),
        ("民\x00法\x1f典\ud800", "民�法 典�"),
    ],
)
def test_xlsx_holds_text_as_text(tmp_path: Path, text: str, cell: str) -> None:
    book = read_xlsx(write(tmp_path / "out.xlsx", with_texts(text)))
    found = book["laws"]["D2"]
    assert (found.value, found.data_type) == (cell, "s")
    assert found.hyperlink is None


def test_xlsx_cuts_what_no_cell_holds(tmp_path: Path) -> None:
    texts = ("甲" * 32_767, "甲" * 32_768, "😀" * 16_383, "😀" * 16_384, f"<r>{'甲' * 32_760}</r>")
    book = read_xlsx(write(tmp_path / "out.xlsx", with_texts(*texts)))
    assert [book["laws"].cell(row, 4).value for row in range(2, 7)] == [
        texts[0],
        "甲" * 32_766 + "…",
        texts[2],
        "😀" * 16_383 + "…",
        f"<r>{'甲' * 32_760}</r"[:32_766] + "…",
    ]


def test_xlsx_goes_on_in_a_further_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "SHEET_ROWS", 3)
    book = read_xlsx(write(tmp_path / "out.xlsx", example("甲"), example("乙")))
    assert {"counts 2", "counts 3", "laws 2"} <= set(book.sheetnames)
    assert "rates 2" not in book.sheetnames
    found = []
    for name in ("counts", "counts 2", "counts 3"):
        header, *rest = book[name].iter_rows(values_only=True)
        assert list(header) == names("counts")
        assert len(rest) == 2
        assert book[name].freeze_panes == "A2"
        assert book[name].auto_filter.ref == "A1:P3"
        found += rest
    assert [row[0] for row in found] == ["甲"] * 3 + ["乙"] * 3


# Parquet


def test_parquet_is_a_file_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    monkeypatch.setattr(writing, "GROUP_ROWS", 2)
    huge = replace(example().facts.counts[0], value=2**60 + 1)
    reports = [example("甲"), example("乙"), replace(example("丙"), facts=Facts(counts=(huge,)))]
    write(tmp_path / "out.parquet", *reports, FAILURE)
    all_rows = [*map(rows, reports), failure_rows(FAILURE)]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"out-{table}.parquet" for table in TABLES
    )
    for table in TABLES:
        file = parquet.ParquetFile(tmp_path / f"out-{table}.parquet")
        found = file.read()
        assert found.column_names == names(table)
        expected = [
            tuple(float(cell) if type(cell) is int and cell > 2**53 else cell for cell in row)
            for tables in all_rows
            for row in tables.get(table, ())
        ]
        assert list(zip(*found.to_pydict().values(), strict=True)) == expected
    counts = parquet.ParquetFile(tmp_path / "out-counts.parquet")
    assert counts.num_row_groups == 3
    types = {field.name: str(field.type) for field in counts.schema_arrow}
    assert (types["text"], types["start"], types["value"]) == ("string", "int64", "double")


def test_parquet_types_are_the_same_without_rows(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    write(tmp_path / "full.parquet", example())
    write(tmp_path / "bare.parquet")
    for table in TABLES:
        full, bare = (
            parquet.read_schema(tmp_path / f"{n}-{table}.parquet") for n in ("full", "bare")
        )
        assert full.equals(bare)


def test_parquet_without_pyarrow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "pyarrow"]:
        monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with (
        pytest.raises(MissingExtraError, match=r"pip install 'fazhi\[parquet\]'"),
        open_writer(tmp_path / "out.parquet"),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


# All of them


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError])
def test_what_was_written_stays_when_work_is_broken_off(
    tmp_path: Path, ending: str, stop: type[BaseException]
) -> None:
    path = tmp_path / f"out{ending}"
    first = tmp_path / ("out-reports.parquet" if ending == ".parquet" else path.name)
    first.write_bytes(b"an older file")

    def work() -> None:
        with open_writer(path) as writer:
            writer.add(filled("甲"))
            assert first.read_bytes() == b"an older file"
            raise stop

    with pytest.raises(stop):
        work()
    assert not list(tmp_path.glob("*.part"))
    match ending:
        case ".jsonl":
            ids = [json.loads(line)["id"] for line in path.read_text("utf-8").splitlines()]
        case ".csv":
            ids = [row["report"] for row in read_csv(path) if row["fact"] == "report"]
        case ".xlsx":
            ids = [row[0].value for row in list(read_xlsx(path)["reports"])[1:]]
        case _:
            ids = pytest.importorskip("pyarrow.parquet").read_table(first)["report"].to_pylist()
    assert ids == ["甲"]


def test_a_file_that_could_not_be_finished_takes_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.xlsx"
    path.write_bytes(b"an older file")
    close = Workbook.close

    def fill_the_disk(book: Workbook) -> None:
        close(book)
        book.filename.close()
        raise FileCreateError("No space left on device")

    monkeypatch.setattr(Workbook, "close", fill_the_disk)
    with pytest.raises(FazhiError, match="the workbook can't be written: No space left"):
        write(path, example())
    assert path.read_bytes() == b"an older file"
    assert (tmp_path / "out.xlsx.part").exists()


@pytest.mark.parametrize("name", ["out.xls", "out", "out.csv.gz", ".csv"])
def test_unknown_endings(tmp_path: Path, name: str) -> None:
    with (
        pytest.raises(FazhiError, match=r"unknown ending .*\.jsonl, \.csv, \.xlsx, \.parquet"),
        open_writer(tmp_path / name),
    ):
        pass
    assert list(tmp_path.iterdir()) == []


def test_endings_in_capitals(tmp_path: Path) -> None:
    assert read_csv(write(tmp_path / "OUT.CSV", example()))[0]["fact"] == "report"


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_folder_that_is_not_there(tmp_path: Path, ending: str) -> None:
    with (
        pytest.raises(FazhiError, match=r"none.out.*: can't be written \(No such file"),
        open_writer(tmp_path / "none" / f"out{ending}"),
    ):
        pass


ODD = "=+-@＝＋－＠'\"\t\r\n ,;；<>&/rt_x0041甲😀\u3000"
ODD += "\x00\x0b\x0c\x1f\x7f\x85\u2028\ufeff\ufffe\uffff\ud800"
TEXTS = st.lists(
    st.one_of(
        st.text(st.characters(codec=None)),
        st.text(st.sampled_from(ODD)),
        st.sampled_from(["<r>", "<r></r>", "_x000D_", "'=1", "''@", "1e5", "TRUE", "#N/A"]),
    ),
    min_size=1,
    max_size=8,
)


def held(text: str) -> str:
    """The text as any table has it: what XML can't hold is a space or a replacement."""
    fits = re.compile("[\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
    return "".join(
        char if fits.match(char) else " " if char.isspace() else "\ufffd" for char in text
    )


def is_formula(cell: str) -> bool:
    return cell[:1] in tuple("\t\r\n") or cell.lstrip()[:1] in tuple("=+-@＝＋－＠")


@given(TEXTS)
def test_any_text_through_csv(texts: list[str]) -> None:
    with TemporaryDirectory() as folder:
        path = write(Path(folder) / "out.csv", with_texts(*texts))
        found = [row["text"] for row in read_csv(path)[1:]]
    for text, cell in zip(texts, found, strict=True):
        assert not is_formula(cell)
        guarded = cell.startswith("'") and is_formula(cell.lstrip("'"))
        assert cell[guarded:] == held(text)


@settings(max_examples=25)
@given(TEXTS)
@try_also(["<r><t>甲</t></r>", "_x0041_", "=1", "\r\n", " "])
def test_any_text_through_xlsx(texts: list[str]) -> None:
    with TemporaryDirectory() as folder:
        book = read_xlsx(write(Path(folder) / "out.xlsx", with_texts(*texts)))
    found = [book["laws"].cell(row, 4) for row in range(2, len(texts) + 2)]
    for text, cell in zip(texts, found, strict=True):
        expected = re.sub("\r\n|\r", "\n", held(text))
        markup = expected.startswith("<r>") and expected.endswith("</r>")
        # openpyxl leaves Excel's _xHHHH_ as it is, and an empty text is None to it.
        seen = re.sub("_x([0-9A-F]{4})_", lambda m: chr(int(m[1], 16)), cell.value or "")
        assert seen == expected + " " * markup
        assert cell.data_type in "sn" if not expected else cell.data_type == "s"


# The schema


def validator() -> Any:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((ROOT / "docs" / "schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def line(report: Any) -> dict[str, Any]:
    return json.loads(json.dumps(report.to_dict()))


@pytest.mark.parametrize(
    "report",
    [
        tagged(),
        Report("空", "甲"),
        Report("自", "甲乙", (Span(0, 2, "PLACE", "甲乙", 0.5, {"code": "1"}),), {}, 0.5),
    ],
    ids=["tagged", "bare", "own label"],
)
def test_lines_are_as_the_schema_says(report: Report) -> None:
    validator().validate(line(report))


def test_every_sort_of_fact_is_as_the_schema_says() -> None:
    found = line(filled())
    validator().validate(found)
    found["facts"]["report"] = dict.fromkeys(found["facts"]["report"])
    validator().validate(found)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("schema",), 2),
        (("more",), 1),
        (("id",), None),
        (("meta", "coverage"), 2),
        (("meta", "file"), None),
        (("failure",), FAILURE.to_dict()),
        (("spans", 0, "source", 0, "page"), 1),
        (("spans", 0, "source", 0, "steps", 0), ["line", -1]),
        (("spans", 0, "source", 0, "steps", 0), ["line", 0, 0]),
        (("spans", 0, "source", 0, "box"), [1, 2, 3]),
        (("layout", "headings", 0), [1]),
        (("layout", "dropped", 0, "place", "steps", 0), [0, "line"]),
        (("layout", "more"), []),
        (("spans", 0, "start"), -1),
        (("spans", 0, "level"), 0),
        (("spans", 0, "role"), "things"),
        (("spans", 0, "unit"), "次"),
        (("spans", 2, "known"), True),
        (("spans", 2, "more"), 1),
        (("spans", 3, "approx"), "much"),
        (("spans", 3, "value"), "3"),
        (("spans", 5, "unit"), "次"),
        (("facts", "more"), []),
        (("facts", "report", "tier"), "village"),
        (("facts", "report", "title", "more"), 1),
        (("facts", "sections", 0, "children", 0, "level"), "2"),
        (("facts", "laws", 0, "kind"), "novel"),
        (("facts", "laws", 0, "value"), 1),
        (("facts", "laws", 0, "date"), "2020"),
        (("facts", "counts", 0, "dimension"), "joy"),
        (("facts", "counts", 0, "more"), 1),
        (("facts", "counts", 1, "indicator", "confidence"), 1.5),
        (("facts", "rates", 0, "unit"), "次"),
        (("facts", "rates", 0, "kind"), "ratio"),
        (("facts", "checks", 0, "kind"), "spelling"),
        (("facts", "checks", 0, "evidence", 0, "end"), 1.5),
    ],
)
def test_the_schema_is_strict(place: tuple[str | int, ...], value: object) -> None:
    changed = line(filled())
    holder: Any = changed
    for step in place[:-1]:
        holder = holder[step]
    holder[place[-1]] = value
    assert not validator().is_valid(changed)


def objects(value: Any) -> list[dict[str, Any]]:
    """The value's objects, itself included, but for ``meta``."""
    if isinstance(value, list):
        return [found for item in value for found in objects(item)]
    if not isinstance(value, dict):
        return []
    inner = [item for name, item in value.items() if name != "meta"]
    return [value, *(found for item in inner for found in objects(item))]


def test_a_failure_has_its_keys_and_no_others() -> None:
    full, checked = {"schema": SCHEMA, "failure": FAILURE.to_dict()}, validator()
    for broken in (
        {"failure": FAILURE.to_dict()},
        {**full, "id": "甲"},
        *({**full, "failure": {**FAILURE.to_dict(), name: 1}} for name in ("file", "stage", "x")),
        *({**full, "failure": {name: ""}} for name in ("file", "stage", "reason")),
    ):
        assert not checked.is_valid(broken), broken
    checked.validate(full)


def test_a_box_is_as_the_schema_says() -> None:
    report = tagged()
    place = Place((("page", 0), ("line", 3)), (72.04, 700.0, 500.25, 712.0))
    span = replace(report.spans[0], source=(place, place))
    found = line(replace(report, spans=(span,)))
    assert found["spans"][0]["source"][1] == {
        "steps": [["page", 0], ["line", 3]],
        "box": [72.0, 700.0, 500.2, 712.0],
    }
    validator().validate(found)


def test_no_key_may_be_missing() -> None:
    full, checked = line(filled()), validator()
    optional = {"known", "upper", "reason"}  # of spans
    sorts = {(*whole, whole.get("label")): at for at, whole in enumerate(objects(full))}
    for at in sorts.values():
        whole = objects(full)[at]
        for name in set(whole) - (optional if "label" in whole else set()):
            changed = deepcopy(full)
            del objects(changed)[at][name]
            assert not checked.is_valid(changed), name


def test_the_schema_lists_what_the_code_does() -> None:
    schema = json.loads((ROOT / "docs" / "schema.json").read_text("utf-8"))
    defined = schema["$defs"]

    def listed(record: str, name: str) -> set[str | None]:
        return set(defined[record]["properties"][name]["enum"])

    assert schema["properties"]["schema"]["const"] == SCHEMA
    assert listed("report", "tier") == {*get_args(records.Tier), None}
    assert listed("report", "kind") == {*get_args(records.IssuerKind), None}
    assert listed("rate", "kind") == set(get_args(records.RateKind))
    assert listed("check", "kind") == set(get_args(records.CheckKind))
    assert listed("law", "kind") == {*KINDS, None}
    assert listed("count", "dimension") == {*DIMENSIONS.values(), None}
