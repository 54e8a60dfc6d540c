"""The edges of spans, given as [ ] in the text, before and after."""

from __future__ import annotations

import pytest

from fazhi.facts.mending.edges import set_right
from fazhi.reports import Span


def marked(text: str, label: str = "LAW", score: float = 0.5) -> tuple[str, list[Span]]:
    """The text without its brackets, and the spans that they enclose."""
    plain, spans = "", []
    for index, part in enumerate(text.replace("]", "[").split("[")):
        if index % 2:
            start = len(plain)
            spans.append(Span(start, start + len(part), label, part, score))
        plain += part
    return plain, spans


def after(text: str, label: str = "LAW") -> list[str]:
    plain, spans = marked(text, label)
    found = set_right(plain, spans)
    assert all(plain[span.start : span.end] == span.text for span in found)
    return [span.text for span in found]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("落实优化[营商环境条例]、安全[生产法]，", ["优化营商环境条例", "安全生产法"]),
        (
            "对照[党政主要负责人履行推进法治建设第一责任人职责规]定，",
            ["党政主要负责人履行推进法治建设第一责任人职责规定"],
        ),
        ("用好无障碍环[境建\n设法]宣传", ["无障碍环境建\n设法"]),
        (
            "依照[国务院]关于[预防煤矿生产安全事故的特别规定]，",
            ["国务院关于预防煤矿生产安全事故的特别规定"],
        ),
        ("依照《[民法典]》《[行政处罚法]》", ["民法典", "行政处罚法"]),
        ("推进[安全生产工作]，", ["安全生产工作"]),
    ],
)
def test_known_names_are_whole(text: str, names: list[str]) -> None:
    assert after(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("落实[新修订的行政复议法]。", ["行政复议法"]),
        ("落实水土保持法和[我省实施办法]", ["实施办法"]),
        ("[出台青石市电梯安全管理规定]", ["青石市电梯安全管理规定"]),
        ("《[修订后的青石市规定]》", ["青石市规定"]),
        ("[宣传]", ["宣传"]),
    ],
)
def test_words_before_a_name_are_left_out(text: str, names: list[str]) -> None:
    assert after(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("审议《[青石市养老条例]（草案）》", ["青石市养老条例（草案）"]),
        ("推动[青石市养老条例（草案]）出台", ["青石市养老条例（草案）"]),
        ("按照[青石市养老规定] (试行)办理", ["青石市养老规定 (试行)"]),
        ("学习[刑法修正案]（十二）", ["刑法修正案（十二）"]),
        ("学习《[民法典]》（草案）", ["民法典"]),
        ("学习[民法典]（第三编）", ["民法典"]),
        ("依照[青石市养老条例]（十二）", ["青石市养老条例"]),
    ],
)
def test_brackets_of_titles(text: str, names: list[str]) -> None:
    assert after(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("出台武[汉市湿地公园条例]", ["武汉市湿地公园条例"]),
        ("出台武汉市[湿地公园条例]", ["武汉市湿地公园条例"]),
        ("武汉市[民法典]宣传", ["民法典"]),
        ("武汉市学习[湿地公园条例]", ["湿地公园条例"]),
    ],
)
def test_the_place_belongs_to_a_local_name(text: str, names: list[str]) -> None:
    assert after(text) == names


@pytest.mark.parametrize("label", ["SECTION", "COUNT", "RATE"])
def test_closing_marks_are_left_out(label: str) -> None:
    assert after("调解[59，]办结[100%]。[二、普法： ]", label) == ["59", "100%", "二、普法"]


def test_an_approximator_is_a_word_of_its_own() -> None:
    assert after("审查村规民[约6份]，资料[约30份]", "COUNT") == ["6份", "约30份"]


def test_a_mark_alone_stays() -> None:
    assert after("调解[，]", "COUNT") == ["，"]


def test_other_spans_stay_and_are_not_overlapped() -> None:
    plain, laws = marked("一、落实优化[营商环境条例]")
    heading = Span(0, 6, "SECTION", plain[:6])
    assert set_right(plain, [heading, *laws]) == [heading, *laws]
    plain, others = marked("落实优化[营商环境条例，]", label="NORM")
    assert set_right(plain, others) == others


def test_parts_of_one_name_have_the_least_score() -> None:
    plain, (first, second) = marked("依照[国务院]关于[预防煤矿生产安全事故的特别规定]")
    second = Span(second.start, second.end, "LAW", second.text, 0.25)
    (span,) = set_right(plain, [first, second])
    assert (span.start, span.end, span.score) == (2, len(plain), 0.25)


def test_what_is_too_long_for_a_name_stays() -> None:
    assert after("依照优化[营商环境条例" + "一" * 200 + "]") == ["营商环境条例" + "一" * 200]


def test_nothing_is_nothing() -> None:
    assert set_right("", []) == []
