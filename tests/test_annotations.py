"""Annotation formats: round trips without loss, and every problem named with its place."""

from __future__ import annotations

import copy
import hashlib
import json
import pickle
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import REPORT
from fazhi.annotations import format_inline, format_lines, parse_inline, read
from fazhi.annotations.checking import check
from fazhi.errors import AnnotationError
from fazhi.reports import Report, Span

CHARS = st.characters(exclude_categories=["Cs"])
VALUES = st.one_of(
    st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False), st.none()
)


@st.composite
def reports(draw: st.DrawFn) -> Report:
    parts = draw(st.lists(st.tuples(st.text(CHARS), st.text(CHARS, min_size=1)), max_size=5))
    text, spans = "", []
    for before, surface in parts:
        text += before
        names = st.text(CHARS.filter(str.isprintable)).filter(lambda s: s not in ("True", "False"))
        attributes = draw(
            st.fixed_dictionaries({"name": names, "value": VALUES, "known": st.booleans()})
        )
        spans.append(Span(len(text), len(text) + len(surface), "LAW", surface, 1.0, attributes))
        text += surface
    return Report("r", text + draw(st.text(CHARS)), tuple(spans), {"year": draw(st.integers())})


@given(reports())
def test_inline_round_trip(report: Report) -> None:
    assert parse_inline(format_inline(report), Path("r.txt")).report == report


@given(reports())
def test_jsonl_round_trip(report: Report) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "r.jsonl"
        path.write_text(report.to_json() + "\n", encoding="utf-8", newline="")
        assert read([path])[0].report == report


def test_jsonl_holds_half_of_a_surrogate_pair(tmp_path: Path) -> None:
    halves = [Report("a", "甲\ud83d\n"), Report("b", "\udc00😀")]
    (tmp_path / "a.jsonl").write_bytes(format_lines(halves))
    assert [item.report for item in read([tmp_path / "a.jsonl"])] == halves


@given(reports())
def test_results_can_be_sent_between_processes(report: Report) -> None:
    assert pickle.loads(pickle.dumps(report)) == report
    assert copy.deepcopy(report) == report
    assert hash(report) == hash(pickle.loads(pickle.dumps(report)))


def to_stand_off(report: Report) -> str:
    """The stand-off form: no text, but its hash; the text is written beside it."""
    spans = [
        {"start": s.start, "end": s.end, "label": s.label, **s.attributes} for s in report.spans
    ]
    record = {
        "id": report.id,
        "text_sha256": hashlib.sha256(report.text.encode("utf-8")).hexdigest(),
        "spans": spans,
        "meta": dict(report.meta),
    }
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def test_three_formats_one_report(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(REPORT, encoding="utf-8")
    inline = read([tmp_path / "a.txt"])[0].report
    (tmp_path / "b.jsonl").write_text(inline.to_json() + "\n", encoding="utf-8")
    (tmp_path / "c.json").write_text(to_stand_off(inline), encoding="utf-8")
    (tmp_path / "c.txt").write_bytes(inline.text.encode())
    jsonl, stand_off = (read([tmp_path / name])[0].report for name in ("b.jsonl", "c.json"))
    assert jsonl == inline
    assert stand_off == inline
    assert [s.text for s in inline.spans][:3] == ["一、主要举措和成效", "（一）抓学习", "民法典"]
    assert "<略>" in inline.text
    assert len(read([tmp_path])) == 3


def test_stand_off_text_must_be_the_annotated_one(tmp_path: Path) -> None:
    report = Report("c", "一二三")
    (tmp_path / "c.json").write_text(to_stand_off(report), encoding="utf-8")
    (tmp_path / "c.txt").write_text("一二四", encoding="utf-8")
    with pytest.raises(AnnotationError, match="text_sha256 is"):
        read([tmp_path / "c.json"])


FAULTS = [
    ("一、<SECTION level='1'>", "a '<' that opens no tag"),
    ("<LAW>法</LAW>", "LAW '法' lacks name"),
    ('<LAW name="甲法" colour="red">甲法</LAW>', "unknown attributes colour"),
    ('<LAWS name="甲法">甲法</LAWS>', "unknown label 'LAWS'; expected COUNT, LAW, RATE, SECTION"),
    ('<LAW name="甲法">甲法', "<LAW> is never closed"),
    ("甲法</LAW>", "</LAW> closes nothing"),
    ('<LAW name="甲法"> 甲法</LAW>', "white space at an edge"),
    ('<LAW name="甲法">《甲法》</LAW>', "takes in 《 or 》"),
    ('<LAW name="">甲法</LAW>', "expected the full official title"),
    ('<LAW name="民法典">民法典</LAW>', "official title is '中华人民共和国民法典'"),
    ('<COUNT value="2" unit="件" approx="none">3件</COUNT>', "has value 2, but reads 3"),
    ('<COUNT value="3" unit="起" approx="none">3件</COUNT>', "has unit '起', but reads '件'"),
    ('<COUNT value="3" unit="件" approx="over">3件</COUNT>', "has approx 'over', but reads 'none'"),
    ('<COUNT value="x" unit="件" approx="none">3件</COUNT>', "value='x' is not a number"),
    ('<COUNT value="3" unit="件" approx="some">3件</COUNT>', "expected none, about, over, under"),
    ('<RATE value="97" approx="none">97%</RATE>', "has value 97, but reads 0.97"),
    ('<SECTION level="0" role="plan">一、甲</SECTION>', "has level 0"),
    ('<SECTION level="1" role="plan+problems">一、甲</SECTION>', "has role 'plan+problems'"),
    ('<SECTION level="1" role="plan">一、甲。</SECTION>', "takes in the punctuation"),
    ("\ufffd一二", "mangled text"),
    ('<COUNT value="' + "9" * 400 + '" unit="件" approx="none">3件</COUNT>', "is not a number"),
    ('<COUNT value="nan" unit="件" approx="none">3件</COUNT>', "value='nan' is not a number"),
    (
        '<SECTION level="1" role="plan">一、甲</SECTION>\n'
        '<SECTION level="2" role="measures">（一）乙</SECTION>',
        "has role 'measures', its part 'plan'",
    ),
    ("  \n", "has no text"),
]


@pytest.mark.parametrize(("body", "message"), FAULTS)
def test_faults(body: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("<META>{}</META>\n" + body, encoding="utf-8")
    with pytest.raises(AnnotationError) as caught:
        check([path])
    assert any(message in p and str(path) in p for p in caught.value.problems), (
        caught.value.problems
    )


def test_ten_problems_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    line = '<COUNT value="9" unit="件" approx="none">3件</COUNT>\n'
    path.write_text("<META>{}</META>\n" + line * 10, encoding="utf-8")
    with pytest.raises(AnnotationError) as caught:
        check([path])
    assert [p.split(":")[1] for p in caught.value.problems] == [str(n) for n in range(2, 12)]


def test_problems_of_every_kind_are_told_together(tmp_path: Path) -> None:
    good = '{"id": "a", "text": "甲", "spans": [{"start": 0, "end": 1, "label": "LAWS"}]}'
    (tmp_path / "a.jsonl").write_text(f"{good}\nnot json\n", encoding="utf-8")
    (tmp_path / "b.txt").write_text("<META>{}</META>\n<LAW>甲法</LAW>", encoding="utf-8")
    with pytest.raises(AnnotationError) as caught:
        check([tmp_path])
    for part in ("a.jsonl:1: unknown label", "a.jsonl:2: not JSON", "b.txt:2: LAW '甲法' lacks"):
        assert part in str(caught.value)


def test_lines_are_counted_in_tags_too(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text('<META>{}</META>\n<LAW\n name="甲法">甲法</LAW>\n<LAW>乙法</LAW>')
    with pytest.raises(AnnotationError, match=r"a\.txt:4: LAW '乙法' lacks name"):
        check([path])


def test_a_note_excuses_a_derived_attribute(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    span = '<COUNT value="9" unit="件" approx="none" note="a slip of the source">3件</COUNT>'
    path.write_text("<META>{}</META>\n" + span, encoding="utf-8")
    assert len(check([path])) == 1


JSON_FAULTS = [
    ("not json", "not JSON"),
    ("[1]", "not an object but list"),
    ('{"id": "a"}', "lacks 'text'"),
    ('{"id": "a", "text": 1, "spans": []}', "'text' is not a string"),
    ('{"id": "a", "text": "一", "spans": {}}', "'spans' is not a list"),
    ('{"id": 1, "text": "一", "spans": []}', "'id' is not a string"),
    ("[" * 100_000, "not JSON"),
    (
        '{"id": "a", "text": "一", "spans": [{"label": "X", "start": 0, "end": 1, "score": "x"}]}',
        "has the score 'x', no number",
    ),
    (
        '{"id": "a", "text": "一", "spans": [{"label": "X", "start": 0, "end": 1, "n": 1e999}]}',
        "expected text or a number of use",
    ),
    ('{"id": "a", "text": "一", "spans": [{"start": 0}]}', "is no object with a label"),
    ('{"id": "a", "text": "一", "spans": [{"label": "LAW"}]}', "no whole numbers start and end"),
    ('{"id": "a", "text": "一", "spans": [{"label": "LAW", "start": 0, "end": 9}]}', "lie outside"),
    (
        '{"id": "a", "text": "甲法乙", "spans": [{"label": "LAW", "start": 0, "end": 2,'
        ' "text": "乙",'
        ' "name": "甲法"}]}',
        "says '乙', but '甲法' stands at its offsets",
    ),
    (
        '{"id": "a", "text": "甲法乙", "spans": [{"label": "LAW", "start": 0, "end": 2,'
        ' "name": "甲法"},'
        ' {"label": "LAW", "start": 1, "end": 3, "name": "乙"}]}',
        "overlaps the span before it",
    ),
]


@pytest.mark.parametrize(("line", "message"), JSON_FAULTS)
def test_json_faults(line: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("\n" + line + "\n", encoding="utf-8")
    with pytest.raises(AnnotationError) as caught:
        check([path])
    assert f"{path}:2: " in str(caught.value)
    assert message in str(caught.value)


def test_what_is_no_annotation_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x")
    (tmp_path / "b.txt").write_text("no meta")
    (tmp_path / "c.txt").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "d.json").write_text("{}")
    (tmp_path / "e.txt").write_text("<META>{]}</META>\n")
    (tmp_path / "empty").mkdir()
    with pytest.raises(AnnotationError) as caught:
        check([*sorted(tmp_path.iterdir()), tmp_path / "missing.jsonl"])
    text = str(caught.value)
    for part in (
        "unknown format",
        "first line must be",
        "not UTF-8",
        "lacks 'id'",
        "META is not JSON",
    ):
        assert part in text
    assert "no annotated reports" in text
    assert "can't be read" in text


def test_an_empty_file_and_a_missing_text_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(" \n")
    (tmp_path / "b.json").write_text(to_stand_off(Report("b", "一")))
    with pytest.raises(AnnotationError, match="empty; expected a JSON object a line"):
        read([tmp_path / "a.jsonl"])
    with pytest.raises(AnnotationError, match=r"b\.txt: can't be read"):
        read([tmp_path / "b.json"])


def test_ids_are_unique(tmp_path: Path) -> None:
    line = '{"id": "a", "text": "一", "spans": []}\n'
    (tmp_path / "a.jsonl").write_text(line * 2, encoding="utf-8")
    with pytest.raises(AnnotationError, match="id 'a' stands in"):
        check([tmp_path])


def test_other_label_sets(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("<META>{}</META>\n<PER>某甲</PER>", encoding="utf-8")
    assert check([path], ("PER",))[0].spans[0].text == "某甲"
