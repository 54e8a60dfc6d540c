"""Spans that are none, given as [ ] in the text."""

from __future__ import annotations

import pytest

from fazhi.facts.mending.no_spans import leave_out
from fazhi.reports import Span


def kept(text: str, label: str = "LAW") -> list[str]:
    plain, spans = "", []
    for index, part in enumerate(text.replace("]", "[").split("[")):
        if index % 2:
            spans.append(Span(len(plain), len(plain) + len(part), label, part))
        plain += part
    return [span.text for span in leave_out(plain, spans)]


@pytest.mark.parametrize(
    "text",
    [
        "印发《[青石市优化营商环境行动方案]》",
        "依照《[青石省行政处罚裁量权基准]》",
        "落实《[新冠肺炎防控方案（第九版）]》",
        "开展[民法典]宣传月活动",
        "举办[行政处罚法] 专题培训",
        "做好[青石市养犬管理条例]修订调研",
        "弘扬[宪法]精神",
        "按照[政府信息公开相关规定]",
        "对照[该条例]",
        "针对[老人的宣传办法]不多",
        "开展[宪法]、[民法典]和[家庭教育促进法]宣讲",
    ],
)
def test_what_is_no_law(text: str) -> None:
    assert kept(text) == []


@pytest.mark.parametrize(
    ("text", "laws"),
    [
        ("学习[宪法]，开展[民法典]宣传月活动", ["宪法"]),
        ("宣传[宪法]、[民法典]等法律知识", ["宪法", "民法典"]),
        ("开展《[民法典]》宣传月活动", ["民法典"]),
        ("《[行政处罚法]》专题培训", ["行政处罚法"]),
        ("〈[民法典]〉宣讲", ["民法典"]),
        ("修订[青石市养犬管理条例]，", ["青石市养犬管理条例"]),
        (
            "依照[关于内地与香港特别行政区法院相互执行仲裁裁决的安排]",
            ["关于内地与香港特别行政区法院相互执行仲裁裁决的安排"],
        ),
        ("[民法典]", ["民法典"]),
    ],
)
def test_what_is_one(text: str, laws: list[str]) -> None:
    assert kept(text) == laws


@pytest.mark.parametrize("label", ["COUNT", "RATE"])
def test_no_figure_without_a_numeral(label: str) -> None:
    assert kept("[近期]办结[三件]，[（%）][50％][半数]", label) == ["三件", "50％", "半数"]


def test_other_labels_stay() -> None:
    assert kept("三年[行动方案]，[民法典]宣传月", "SECTION") == ["行动方案", "民法典"]
