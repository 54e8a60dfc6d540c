"""Formats of other tools: round trips, spans repaired or listed, and what each format drops."""

from __future__ import annotations

import html
import importlib.util
import json
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fazhi.annotations.formats import FORMATS, convert, read, recognise, write
from fazhi.annotations.formats.conll import find_spans
from fazhi.annotations.formats.label_studio import label_studio_config
from fazhi.annotations.formats.verification import Claim, Draft
from fazhi.errors import AnnotationError, FazhiError, MissingExtraError
from fazhi.reports import Report, Span

NEEDED = {"spacy": "spacy", "datasets": "datasets"}


def needs(name: str) -> Any:
    missing = name in NEEDED and importlib.util.find_spec(NEEDED[name]) is None
    return pytest.param(name, marks=pytest.mark.skipif(missing, reason=f"needs {name}"))


ALL = [needs(name) for name in FORMATS]
quietly = pytest.mark.filterwarnings("ignore")  # those of spaCy and datasets themselves

TEXT = '😀青石镇  报告\r\n\r\n一、学法\n开展2\u30000次，<略>&"\r\n\n办结率97%。\n'


def span(text: str, surface: str, label: str, score: float = 1.0, **attributes: Any) -> Span:
    start = text.index(surface)
    return Span(start, start + len(surface), label, surface, score, attributes)


def sample() -> Report:
    spans = (
        span(TEXT, "一、学法", "SECTION", level=1, role="measures+problems"),
        span(TEXT, "2\u30000次", "COUNT", value=None, unit="次", approx="none", reason="odd 空"),
        span(TEXT, '<略>&"\r\n\n办', "LAW", name='A & "B" <C>', known=True),
        span(TEXT, "97%", "RATE", value=0.97, approx="over"),
    )
    return Report("青石 1", TEXT, spans, {"year": 2024})


def places(report: Report) -> list[tuple[int, int, str, str]]:
    return [(one.start, one.end, one.label, one.text) for one in report.spans]


def target(folder: str | Path, name: str) -> Path:
    return Path(folder) / f"out-{name}"


@quietly
@pytest.mark.parametrize("name", ALL)
def test_round_trip(name: str, tmp_path: Path) -> None:
    report = sample()
    dropped = write([report, Report("leer", "没有\n")], target(tmp_path, name), name)
    reading = read(target(tmp_path, name), name)
    assert not reading.problems and not reading.repaired
    by_id = {one.id: one for one in reading.reports}
    assert places(by_id["青石 1"]) == places(report)
    assert by_id["青石 1"].text == TEXT and by_id["leer"].spans == ()
    kept = [dict(one.attributes) for one in by_id["青石 1"].spans]
    every = [dict(one.attributes) for one in report.spans]
    assert (kept == every) == (not any("." in line for line in dropped))


# What has no place in each format; the rest of the sample comes back as it was.
DROPPED = {
    "inline": [],
    "jsonl": [],
    "label-studio": ["COUNT.value (1)"],  # a Number that says nothing
    "brat": ["meta (1)"],
    "spacy": [],
    "datasets": [],
}


@quietly
@pytest.mark.parametrize("name", ALL)
def test_dropped_attributes_are_listed(name: str, tmp_path: Path) -> None:
    dropped = write([sample()], target(tmp_path, name), name)
    everything = [
        f"{one.label}.{attribute} (1)" for one in sample().spans for attribute in one.attributes
    ]
    assert dropped == DROPPED.get(name, sorted(everything))


@quietly
@pytest.mark.parametrize("name", ALL)
def test_recognised_by_content(name: str, tmp_path: Path) -> None:
    write([sample(), Report("b", "没有\n")], target(tmp_path, name), name)
    assert recognise(target(tmp_path, name)) == name.split("-bio")[0].split("-bm")[0]


CHARS = st.one_of(
    st.sampled_from(["😀", "\r\n", "\n", "\n\n", "\r", "\u3000", "  ", " ", "<", ">", "&", '"']),
    st.sampled_from(["。", "次", "2", "&lt;", "\t", "\ufeff", "\u2028", "\x85", "𠮷", "-"]),
    st.characters(exclude_categories=["Cs"]),
)
PIECES = st.lists(CHARS, max_size=6).map("".join)
VALUES = st.one_of(
    st.integers(-(10**20), 10**20),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.none(),
    PIECES,
)


@st.composite
def drawn_reports(draw: st.DrawFn) -> Report:
    text, spans = "", []
    for before, surface in draw(st.lists(st.tuples(PIECES, PIECES.filter(bool)), max_size=4)):
        text += before
        label = draw(st.sampled_from(["COUNT", "LAW", "机构", "Org.Name"]))
        names = st.sampled_from(["value", "known", "name", "备注", "role"])
        attributes = draw(st.dictionaries(names, VALUES, max_size=3))
        score = draw(st.sampled_from([1.0, 0.5]))
        spans.append(Span(len(text), len(text) + len(surface), label, surface, score, attributes))
        text += surface
    return Report("r", text + draw(PIECES), tuple(spans), {"year": draw(st.integers())})


@quietly
@pytest.mark.parametrize("name", ALL)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@example(drawn=[Report("r", "甲\r\n乙", (Span(0, 4, "LAW", "甲\r\n乙"),))])
@example(drawn=[Report("r", "甲 ", (Span(0, 2, "LAW", "甲 "),))])
@example(drawn=[Report("r", ""), Report("r", "\n\n甲\n\n", (Span(2, 3, "LAW", "甲"),))])
@given(drawn=st.lists(drawn_reports(), min_size=1, max_size=2))
def test_spans_come_back_or_are_listed(name: str, drawn: list[Report]) -> None:
    reports = [replace(report, id=f"r{number}") for number, report in enumerate(drawn)]
    with TemporaryDirectory() as folder:
        path = target(folder, name)
        listed = write(reports, path, name)
        reading = read(path, name)
    assert not reading.repaired
    for number, report in enumerate(reports):
        back = reading.reports[number] if number < len(reading.reports) else Report("", "")
        if back.text == report.text:
            assert all(back.text[one.start : one.end] == one.text for one in back.spans)
        same = {(one.start, one.end, one.label): one.attributes for one in back.spans}
        for one in report.spans:
            key = (one.start, one.end, one.label)
            if key not in same:
                assert any(f"{one.label} {one.text!r} at {one.start}" in line for line in listed)
            elif dict(same[key]) != dict(one.attributes):
                assert any(line.startswith(f"{one.label}.") for line in listed)
        assert back.text == report.text or any(
            "text" in line or "all of" in line for line in listed
        )
        if name in ("jsonl", "doccano", "datasets", "label-studio"):
            assert places(back) == places(report)


def crlf_as_lf(text: str) -> str:
    return text.replace("\r\n", "\n")


def folded(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@settings(max_examples=50)
@pytest.mark.parametrize("change", [crlf_as_lf, folded, html.escape])
@pytest.mark.parametrize("name", ["doccano", "label-studio"])
@given(report=drawn_reports())
def test_a_text_that_a_tool_changed(
    name: str, change: Callable[[str], str], report: Report
) -> None:
    """Each span stands on its own words, or is listed; none stands on others unseen."""
    with TemporaryDirectory() as folder:
        path = target(folder, name)
        write([report], path, name)
        content = json.loads(path.read_text("utf-8"))
        owner = content if name == "doccano" else content[0]["data"]
        owner["text"] = change(owner["text"])
        path.write_text(json.dumps(content), encoding="utf-8")
        reading = read(path, name)
    surfaces = Counter(words(one.text) for one in report.spans)
    spans = reading.reports[0].spans
    assert not Counter(words(one.text) for one in spans) - surfaces
    left_out = [line for line in reading.problems if " to " in line or "overlaps" in line]
    assert len(spans) + len(left_out) == len(report.spans)


def words(surface: str) -> str:
    """What of a surface no tool changes."""
    return " ".join(html.unescape(html.unescape(surface)).split())


@pytest.mark.parametrize(
    ("text", "claim", "counting", "expected"),
    [
        ("开展2次", (2, 4, "2次"), "characters", "2-4"),
        ("😀开展2次，3次", (4, 6, "2次"), "characters", "3-5 repaired"),  # UTF-16 units
        ("😀开展2次，3次", (4, 6, "2次"), "UTF-16 units", "3-5"),
        ("😀😀", (1, 2, None), "UTF-16 units", "left out"),  # half of a character
        ("一\r\n二\r\n2次2次", (4, 6, "2次"), "characters", "6-8 repaired"),  # CRLF as one
        ("一\n二\n2次，2次", (6, 8, "2次"), "characters", "4-6 repaired"),  # CRLF became LF
        ("😀\r\n2次2次", (3, 5, "2次"), "characters", "3-5"),
        ("😀一\r\n2次2次", (4, 6, "2次"), "characters", "4-6"),
        ("甲  乙 丙", (0, 6, "甲 乙 丙"), "characters", "0-6"),  # folded, not shifted
        ("甲  乙 丙", (0, 5, "甲 乙 丙"), "characters", "0-6 repaired"),  # shifted by folding
        ("<甲>&乙", (0, 5, "&lt;甲&gt;&amp;乙"), "characters", "0-5"),
        ("开展2次，共", (3, 5, "2次"), "characters", "2-4 repaired"),
        ("开展2次，共2次", (3, 5, "2次"), "characters", "left out"),  # which of the two?
        ("开展3次", (2, 4, "2次"), "characters", "left out"),
        ("开展3次", (2, 9, None), "characters", "left out"),
        ("开展3次", (3, 3, ""), "characters", "left out"),
        ("开展3次", (-2, -1, None), "characters", "left out"),
        ("开展3次", ("2", True, None), "characters", "left out"),
    ],
)
def test_verification(text: str, claim: Any, counting: str, expected: str) -> None:
    draft = Draft()
    draft.add("f", "r", text, [Claim(claim[0], claim[1], "COUNT", claim[2])], {}, counting)
    reading = draft.finish()
    said = [f"{one.start}-{one.end}" for one in reading.reports[0].spans]
    said += ["repaired"] * len(reading.repaired) + ["left out"] * len(reading.problems)
    assert " ".join(said) == expected


def test_overlaps_and_odd_attributes_are_problems() -> None:
    draft = Draft()
    claims = [
        Claim(1, 2, "B"),
        Claim(0, 2, "A", attributes={"start": 3, "list": [1], "unit": "次"}),  # type: ignore[dict-item]
    ]
    draft.add("f", "r", "2次", claims)
    reading = draft.finish()
    assert places(reading.reports[0]) == [(0, 2, "A", "2次")]
    assert dict(reading.reports[0].spans[0].attributes) == {"unit": "次"}
    assert [line.split(" ", 1)[1] for line in reading.problems] == [
        "A '2次' at 0 has start 3; left out",
        "A '2次' at 0 has list [1]; left out",
        "B '次' at 1 overlaps A before it; left out",
    ]


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("B-A I-A O B-A B-A", [(0, 2, "A"), (3, 4, "A"), (4, 5, "A")]),  # BIO
        ("I-A I-A I-B", [(0, 2, "A"), (2, 3, "B")]),  # IOB1
        ("B-A I-A E-A S-A S-A", [(0, 3, "A"), (3, 4, "A"), (4, 5, "A")]),  # BIOES
        ("B-A M-A E-A B-B-C", [(0, 3, "A"), (3, 4, "B-C")]),  # BMES, a label with a dash
        ("B-A L-A U-A", [(0, 2, "A"), (2, 3, "A")]),  # BILOU
        ("O", []),
    ],
)
def test_tags(tags: str, spans: list[tuple[int, int, str]]) -> None:
    assert list(find_spans(tags.split())) == spans


@pytest.mark.parametrize(
    ("scheme", "expected"),
    [
        ("conll", ["O", "B-X", "I-X", "I-X", "B-X"]),
        ("conll-bioes", ["O", "B-X", "I-X", "E-X", "S-X"]),
        ("conll-bmes", ["O", "B-X", "M-X", "E-X", "S-X"]),
    ],
)
def test_conll_lines(scheme: str, expected: list[str], tmp_path: Path) -> None:
    text = "共2 0次件。又\n完"
    spans = (Span(1, 5, "X", "2 0次"), Span(5, 6, "X", "件"))
    write([Report("r", text, spans)], tmp_path / "f", scheme)
    lines = (tmp_path / "f").read_text("utf-8").split("\n")
    assert lines == [
        *(f"{char}\t{tag}" for char, tag in zip("共20次件", expected, strict=True)),
        *("。\tO", "", "又\tO", "", "完\tO", "", ""),
    ]


def test_conll_without_its_texts(tmp_path: Path) -> None:
    """A file of others, its last span at the end, no blank line behind it."""
    (tmp_path / "f.conll").write_text("办 O\n结 O\n\n2 B-COUNT\n次 I-COUNT", encoding="utf-8")
    reading = read(tmp_path / "f.conll")
    assert reading.reports[0].text == "办结\n2次"
    assert places(reading.reports[0]) == [(3, 5, "COUNT", "2次")]
    assert "put together anew" in reading.problems[0]


def test_conll_with_other_texts(tmp_path: Path) -> None:
    write([sample()], tmp_path / "f.conll", "conll")
    (tmp_path / "f.conll.texts").write_text('{"id": "r", "text": "别的"}\n', encoding="utf-8")
    assert "put together anew" in read(tmp_path / "f.conll").problems[0]


def test_doccano_counts_utf16(tmp_path: Path) -> None:
    write([Report("r", "😀2次", (Span(1, 3, "COUNT", "2次"),))], tmp_path / "f", "doccano")
    assert json.loads((tmp_path / "f").read_text("utf-8"))["label"] == [[2, 4, "COUNT"]]


def test_doccano_with_lf_for_crlf(tmp_path: Path) -> None:
    """The text came back with LF, the offsets are still those of CRLF."""
    write([sample()], tmp_path / "f", "doccano")
    record = json.loads((tmp_path / "f").read_text("utf-8"))
    record["text"] = record["text"].replace("\r\n", "\n")
    (tmp_path / "f").write_text(json.dumps(record), encoding="utf-8")
    reading = read(tmp_path / "f")
    texts = [one.text.replace("\r\n", "\n") for one in sample().spans]
    assert [one.text for one in reading.reports[0].spans] == texts
    assert len(reading.repaired) == len(texts) and not reading.problems


def test_doccano_with_relations(tmp_path: Path) -> None:
    entity = {"id": 7, "label": "COUNT", "start_offset": 0, "end_offset": 2}
    record = {"id": 3, "text": "2次", "entities": [entity, "x"], "relations": [{"id": 1}]}
    (tmp_path / "f").write_text(json.dumps(record), encoding="utf-8")
    reading = read(tmp_path / "f")
    assert recognise(tmp_path / "f") == "doccano"
    assert places(reading.reports[0]) == [(0, 2, "COUNT", "2次")]
    assert reading.reports[0].id == "3" and len(reading.problems) == 2


def region(start: int, end: int, text: Any, label: str = "COUNT", **more: Any) -> dict[str, Any]:
    value = {"start": start, "end": end, "text": text, "labels": [label]}
    return {"id": f"r{start}", "from_name": "l", "type": "labels", "value": value, **more}


def test_label_studio_export(tmp_path: Path) -> None:
    text = "共2  0次，<3次>。"
    results = [
        region(1, 6, "2 0次"),
        region(8, 10, "3次"),
        region(7, 11, "&lt;3次&gt;", "LAW"),
        {"id": "r1", "from_name": "value", "type": "number", "value": {"number": 20}},
        {"id": "r1", "from_name": "approx", "type": "choices", "value": {"choices": ["over"]}},
        {"id": "r1", "from_name": "note", "type": "textarea", "value": {"text": ["a", "b"]}},
        {"id": "r9", "from_name": "note", "type": "textarea", "value": {"text": ["c"]}},
        {"type": "relation", "from_id": "r1", "to_id": "r8"},
    ]
    made = [{"was_cancelled": True, "result": []}, {"result": results}]
    tasks = [{"id": 5, "data": {"body": text}, "annotations": made, "predictions": []}]
    (tmp_path / "f").write_text(json.dumps(tasks, indent=2), encoding="utf-8")
    reading = read(tmp_path / "f")
    report = reading.reports[0]
    assert report.id == "5" and report.text == text
    assert places(report) == [(1, 6, "COUNT", "2  0次"), (7, 11, "LAW", "<3次>")]
    assert dict(report.spans[0].attributes) == {"value": 20, "approx": "over", "note": "a\nb"}
    assert len(reading.problems) == 3 and not reading.repaired  # relation, r9, overlap


def test_label_studio_predictions(tmp_path: Path) -> None:
    report = Report("r", "2次", (Span(0, 2, "COUNT", "2次", 0.75, {"value": 2}),))
    assert write([report], tmp_path / "f", "label-studio") == []
    task = json.loads((tmp_path / "f").read_text("utf-8"))[0]
    assert "annotations" not in task
    prediction = task["predictions"][0]
    assert prediction["score"] == 0.75 and prediction["result"][0]["score"] == 0.75
    assert {one["id"] for one in prediction["result"]} == {"span-0"}
    assert read(tmp_path / "f").reports[0].spans == report.spans
    del prediction["result"][0]["score"]  # others give one for all
    (tmp_path / "f").write_text(json.dumps([task, {"data": 1}, {"data": {}}]), encoding="utf-8")
    reading = read(tmp_path / "f")
    assert reading.reports[0].spans[0].score == 0.75 and len(reading.problems) == 2


def test_label_studio_export_of_corrected_predictions(tmp_path: Path) -> None:
    """What a person submitted is sure; a task that only has the ids of predictions is left out."""
    data, results = {"id": "r", "text": "2次"}, [region(0, 2, "2次", score=0.75)]
    tasks: list[dict[str, Any]] = [
        {"data": data, "annotations": [{"result": results}], "predictions": [4]},
        {"data": data, "annotations": [], "predictions": [5]},
        {"data": data, "annotations": [{"was_cancelled": True, "result": []}]},
    ]
    (tmp_path / "f").write_text(json.dumps(tasks), encoding="utf-8")
    reading = read(tmp_path / "f")
    assert [one.spans[0].score for one in reading.reports] == [1.0]
    left = [f"{tmp_path}/f: task {number}: not annotated; left out" for number in (2, 3)]
    assert list(reading.problems) == left


def test_label_studio_config() -> None:
    view = ElementTree.fromstring(label_studio_config(["COUNT", "A&B"]))
    assert [one.get("value") for one in view.iter("Label")] == ["COUNT", "A&B"]
    fields = {one.get("name"): one for one in view.iter() if one.get("perRegion") == "true"}
    assert fields.keys() == {"value", "upper", "unit", "approx", "reason", "note"}
    assert fields["value"].tag == "Number" and fields["unit"].tag == "TextArea"
    assert [one.get("value") for one in fields["approx"]] == ["none", "about", "over", "under"]
    shown = {one.get("whenLabelValue") for one in view.iter("View")}
    assert shown == {None, "COUNT", "COUNT,A&B"}


def test_brat_lines(tmp_path: Path) -> None:
    text = "学\r\n法2次"
    spans = (
        Span(0, 4, "SECTION", "学\r\n法", attributes={"level": 1, "name": "两 词", "year": "2024"}),
        Span(4, 6, "COUNT", "2次", attributes={"known": True}),
    )
    write([Report("r", text, spans)], tmp_path / "brat", "brat")
    assert (tmp_path / "brat" / "r.txt").read_bytes().decode() == text
    assert (tmp_path / "brat" / "r.ann").read_text("utf-8").splitlines() == [
        "T1\tSECTION 0 1;3 4\t学 法",
        "A1\tlevel T1 1",
        '#1\tAnnotatorNotes T1\t{"name": "两 词", "year": "2024"}',
        "T2\tCOUNT 4 6\t2次",
        "A2\tknown T2 true",
    ]


def test_brat_of_others(tmp_path: Path) -> None:
    lines = [
        *("T1\tCOUNT 3 5\t2次", "T2\tLAW 0 1;2 3\t甲 丙", "A1\tNegated T1"),
        *("#1\tAnnotatorNotes T1\t看 看", "R1\tOf Arg1:T1 Arg2:T2", "T3\tLAW 1 2\t乙"),
    ]
    (tmp_path / "d.txt").write_bytes("甲乙\n丙2次".encode())
    (tmp_path / "d.ann").write_text("\n".join(lines), encoding="utf-8")
    reading = read(tmp_path)
    assert places(reading.reports[0]) == [(1, 2, "LAW", "乙"), (4, 6, "COUNT", "2次")]
    assert dict(reading.reports[0].spans[1].attributes) == {"Negated": True, "note": "看 看"}
    assert len(reading.repaired) == 1 and len(reading.problems) == 2


@quietly
def test_spacy_shows_attributes(tmp_path: Path) -> None:
    pytest.importorskip("spacy")
    from spacy.tokens import DocBin
    from spacy.tokens import Span as SpacySpan
    from spacy.vocab import Vocab

    write([sample()], tmp_path / "f.spacy", "spacy")
    doc = next(iter(DocBin().from_disk(tmp_path / "f.spacy").get_docs(Vocab())))
    SpacySpan.set_extension("role", default=None, force=True)
    assert doc.text == TEXT and doc.ents[0]._.role == "measures+problems"


@quietly
def test_datasets_of_tokens(tmp_path: Path) -> None:
    datasets = pytest.importorskip("datasets")
    names = datasets.ClassLabel(names=["O", "B-COUNT", "I-COUNT"])
    features = {"tokens": datasets.List(datasets.Value("string")), "ner_tags": datasets.List(names)}
    rows = [{"tokens": ["共", "20", "次"], "ner_tags": [0, 1, 2]}]
    split = datasets.Dataset.from_list(rows, features=datasets.Features(features))
    datasets.DatasetDict({"train": split}).save_to_disk(str(tmp_path / "d"))
    assert places(read(tmp_path / "d").reports[0]) == [(1, 4, "COUNT", "20次")]


@pytest.mark.parametrize("name", NEEDED)
def test_missing_extras(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (NEEDED[name], f"{NEEDED[name]}.tokens"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=r"pip install 'fazhi\[formats\]'"):
        write([sample()], tmp_path / "f", name)


def test_convert_says_what_it_did(tmp_path: Path) -> None:
    record = sample().to_annotation()
    record["spans"][3] |= {"start": 20, "end": 23}
    record["spans"].append({"start": 0, "end": 1, "label": "LAW", "text": "甲"})
    (tmp_path / "in.jsonl").write_text(json.dumps(record), encoding="utf-8")
    outcome = convert(tmp_path / "in.jsonl", tmp_path / "brat", "brat")
    assert (outcome.source_format, outcome.reports, outcome.spans) == ("jsonl", 1, 4)
    assert str(outcome).split("\n") == [
        "1 reports, 4 spans: jsonl to brat",
        "problems (1):",
        f"  {tmp_path}/in.jsonl:1: LAW 0 to 1 '甲': it stands nowhere; left out",
        "repaired (1):",
        f"  {tmp_path}/in.jsonl:1: RATE 20 to 23 '97%': "
        "it stands elsewhere, and once; now 35 to 38",
        "dropped (1):",
        "  meta (1)",
    ]


def test_convert_refuses(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    write([sample()], source, "jsonl")
    (tmp_path / "bad.txt").write_text("没有标记", encoding="utf-8")
    (tmp_path / "half.jsonl").write_text('{"id": "a", "text": "\\ud800", "spans": []}')
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "a").touch()
    for arguments, message in [
        ((source, tmp_path / "x", "xml"), "unknown format 'xml'; expected one of"),
        ((source, tmp_path / "x", "brat", "xml"), "unknown format 'xml'"),
        ((source, source, "doccano"), "would replace what is read"),
        ((source, tmp_path / "full", "brat"), "new or an empty folder"),
        ((source, tmp_path / "no" / "x", "jsonl"), "No such file"),
        ((tmp_path / "none", tmp_path / "x", "brat"), "none: not there"),
        ((tmp_path / "bad.txt", tmp_path / "x", "brat"), "of no known format"),
        ((tmp_path / "half.jsonl", tmp_path / "x", "doccano"), "UTF-8 has no form for"),
    ]:
        with pytest.raises(FazhiError, match=message):
            convert(*arguments)
    with pytest.raises(AnnotationError, match="no object with text"):
        convert(source, tmp_path / "x", "jsonl", "doccano")


@pytest.mark.parametrize("name", ["../a", "", "..", "a/b"])
def test_ids_that_name_no_file(name: str, tmp_path: Path) -> None:
    with pytest.raises(FazhiError, match="can't name a file"):
        write([Report(name, "甲")], tmp_path / "d", "brat")
    with pytest.raises(FazhiError, match="can't name a file"):
        write([Report("a", "甲"), Report("a", "乙")], tmp_path / "e", "inline")
