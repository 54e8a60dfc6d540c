"""Spans to facts: the section tree, paths, short names that a report defines, JSON."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi.annotations import parse_inline
from fazhi.facts import flatten
from fazhi.facts.gathering import gather, tree
from fazhi.facts.resolving import resolve
from fazhi.reports import Report, Span

TEXT = """<META>{}</META>
青石镇人民政府2024年法治政府建设年度报告
<SECTION level="1" role="measures">一、主要举措
和成效</SECTION>
<SECTION level="2" role="measures">（一）抓学习</SECTION>。
学习《<LAW name="中华人民共和国民法典">民法典</LAW>》
<COUNT value="2" unit="次" approx="none">2次</COUNT>。
<SECTION level="2" role="measures">（二）抓调解</SECTION>。
化解矛盾纠纷<COUNT value="20" unit="件" approx="over">20余件</COUNT>，
成功率<RATE value="0.97" approx="none">97%</RATE>。
<SECTION level="1" role="problems">二、存在的问题</SECTION>
对《<LAW name="行政审批法">行政审批法</LAW>》学得不够。
"""


@pytest.fixture
def report() -> Report:
    return parse_inline(TEXT, Path("qingshi.txt")).report


def test_the_tree(report: Report) -> None:
    first, second = report.facts.sections
    assert (first.number, first.title, first.level, first.role) == (
        "一、",
        "主要举措和成效",
        1,
        "measures",
    )
    assert [child.title for child in first.children] == ["抓学习", "抓调解"]
    assert first.end == second.start == first.children[1].end
    assert first.children[0].end == first.children[1].start
    assert second.end == len(report.text)
    assert [section.level for section in first.walk()] == [1, 2, 2]


def test_every_fact_knows_where_it_stands(report: Report) -> None:
    facts = report.facts
    assert [law.path for law in facts.laws] == [
        ("一、主要举措和成效", "（一）抓学习"),
        ("二、存在的问题",),
    ]
    assert [fact.role for fact in (*facts.laws, *facts.counts)] == [
        *("measures", "problems"),
        *("measures", "measures"),
    ]
    for fact in (*facts.laws, *facts.counts, *facts.rates):
        assert report.text[fact.start : fact.end] == fact.text


def test_laws_counts_and_rates(report: Report) -> None:
    code, invented = report.facts.laws
    assert (code.kind, code.level, code.known) == ("law", "national", True)
    assert code.date
    assert (invented.title, invented.known, invented.kind) == ("行政审批法", False, None)
    twice, disputes = report.facts.counts
    assert (twice.value, twice.unit, twice.dimension) == (2, "次", "events")
    assert (disputes.value, disputes.approx, disputes.dimension) == (20, "over", "cases")
    assert report.facts.rates[0].value == 0.97


def test_before_the_first_heading_a_fact_has_no_role() -> None:
    fact = gather(Report("r", "2次", (Span(0, 2, "COUNT", "2次", 1.0, {"value": 2}),))).counts[0]
    assert (fact.path, fact.role) == ((), None)


@pytest.mark.parametrize(
    ("surface", "facts"),
    [("（件", 0), ("多次", 0), ("若干", 0), ("12 5件", 1), ("数十次", 1), ("半天", 1), ("１次", 1)],
)
def test_amounts_without_a_number_are_left_aside(surface: str, facts: int) -> None:
    for label in ("COUNT", "RATE"):
        span = Span(0, len(surface), label, surface, 1.0, {"value": None})
        found = gather(Report("r", surface, (span,)))
        assert len(found.counts + found.rates) == facts


def test_facts_under_one_heading_share_its_path(report: Report) -> None:
    facts = report.facts
    assert facts.laws[0].path is facts.counts[0].path


# A rate in 〖〗, and its kind.
RATES = [
    ("按时办结率〖97%〗。", "share"),
    ("办结率提高到〖97%〗。", "share"),
    ("整改率由年初的91%提升至〖99.2%〗。", "share"),
    ("办结率同比上升为〖97%〗。", "share"),
    ("满意度由〖86%〗提高到91%。", "share"),
    ("违建同比下降，办结率〖97%〗。", "share"),
    ("新增案件同比增长5%、办结率〖97%〗。", "share"),
    ("压减量占总量的〖三分之一〗。", "share"),
    ("同比办结率达〖97%〗。", "share"),
    ("案件量下降〖12.5%〗。", "change"),
    ("案件量同比下降了\n 〖12.5%〗。", "change"),
    ("投诉量环比〖-3%〗。", "change"),
    ("起数、人数分别减少5%和〖7%〗。", "change"),
    ("办理时限压缩〖近三成〗。", "change"),
    ("税收增幅达〖12%〗。", "change"),
    ("税收增长率为〖12%〗。", "change"),
    ("办结率提高〖3.5个百分点〗。", "points"),
    ("办结率提高〖3.5 个百分\n点〗。", "points"),
    ("两率分别提高〖3.1〗和2.4个百分点。", "points"),
    ("两率分别比上年高3.1和〖2.4百分点〗。", "points"),
    ("两项分别下降〖3.1〗和2.4%。", "change"),
    ("〖97%〗", "share"),
    ("投资增长〖1.4倍〗。", "change"),
    ("产值是2030年的〖近两倍〗。", "change"),
]


@pytest.mark.parametrize(("marked", "kind"), RATES)
def test_kinds_of_rates(marked: str, kind: str) -> None:
    before, surface, after = re.split("[〖〗]", marked)
    span = Span(len(before), len(before + surface), "RATE", surface, 1.0, {"value": 0.5})
    assert gather(Report("r", before + surface + after, (span,))).rates[0].kind == kind


def test_other_labels_and_bare_spans_are_left_aside() -> None:
    spans = (Span(0, 1, "PLACE", "一"), Span(1, 2, "COUNT", "二"), Span(2, 3, "SECTION", "三"))
    facts = gather(Report("r", "一二三", spans))
    assert not (facts.sections or facts.counts)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (
            "执行《重大行政决策程序暂行条例》（以下简称《条例》），按《条例》办。",
            ["重大行政决策程序暂行条例"] * 3,
        ),
        (
            "执行《重大行政决策程序暂行条例》(国务院令第713号,以下简称“条例”)，按《条例》办。",
            ["重大行政决策程序暂行条例"] * 3,
        ),
        ("按《条例》办，再学《信访工作条例》。", ["条例", "信访工作条例"]),
        (
            "学习烟草专卖法及其实施条例。",
            ["中华人民共和国烟草专卖法", "中华人民共和国烟草专卖法实施条例"],
        ),
        (
            "学习信访工作条例及其《实施条例》。",  # in no list
            ["信访工作条例", "信访工作条例实施条例"],
        ),
        ("学习信访工作条例。会后认真落实实施条例。", ["信访工作条例", "实施条例"]),
    ],
)
def test_names_that_the_report_defines(text: str, names: list[str]) -> None:
    surfaces = ["重大行政决策程序暂行条例", "信访工作条例", "烟草专卖法", "实施条例", "条例"]
    spans: list[Span] = []
    for surface in surfaces:
        start = text.find(surface)
        while start >= 0:
            if all(start >= s.end or start + len(surface) <= s.start for s in spans):
                spans.append(Span(start, start + len(surface), "LAW", surface))
            start = text.find(surface, start + 1)
    resolved = resolve(text, sorted(spans, key=lambda span: span.start))
    assert [span["name"] for span in resolved] == names


def test_json_has_the_annotations_and_the_facts(report: Report) -> None:
    content = json.loads(report.to_json())
    assert content["schema"] == 1
    assert content["layout"] == {"headings": [], "dropped": []}
    assert [span.pop("source") for span in content["spans"]] == [[]] * len(report.spans)
    added = ("schema", "layout", "facts")
    assert {k: v for k, v in content.items() if k not in added} == json.loads(
        json.dumps(report.to_annotation())
    )
    facts = content["facts"]
    assert facts["sections"][0]["children"][1]["title"] == "抓调解"
    assert facts["counts"][1]["value"] == 20
    assert facts["laws"][1]["known"] is False
    assert facts["checks"][0]["kind"] == "law"


def test_replacing_the_spans_renews_the_facts(report: Report) -> None:
    assert report.facts is report.facts
    assert replace(report, spans=()).facts.counts == ()


def test_flatten() -> None:
    assert flatten("一、主要举措\n  和 成效 ") == "一、主要举措和 成效"


@given(st.lists(st.integers(1, 30), max_size=30))
def test_any_levels_make_a_tree(levels: list[int]) -> None:
    text = "题" * len(levels)
    spans = [
        Span(i, i + 1, "SECTION", "题", 1.0, {"level": level, "role": "other"})
        for i, level in enumerate(levels)
    ]
    roots = tree(spans, text)
    walked = [section for root in roots for section in root.walk()]
    assert [section.start for section in walked] == list(range(len(levels)))
    for section in walked:
        assert all(child.level > section.level for child in section.children)
        assert all(child.end <= section.end for child in section.children)
        following = [s for s in walked if s.start >= section.end]
        assert not following or following[0].level <= section.level
