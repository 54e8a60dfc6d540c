"""Spans as tagged, given as [ ] in the text, and as mended; and LAW spans that were missed."""

from __future__ import annotations

import pytest

from fazhi.facts.mending import mend, missed
from fazhi.reports import Span


def added(text: str, *spans: Span) -> list[str]:
    found = missed.add(text, spans)
    assert [span.start for span in found] == sorted(span.start for span in found)
    assert all(span.score == missed.SCORE for span in found if span not in spans)
    return [span.text for span in found if span not in spans]


@pytest.mark.parametrize(
    ("text", "laws"),
    [
        ("贯彻修订后的突发事件应对法，完善预案", ["突发事件应对法"]),
        ("学习民法典、行政处罚法和中国共产党章程等", ["民法典", "行政处罚法", "中国共产党章程"]),
        ("开展《民法典》宣传月活动", ["民法典"]),
        ("学习刑法修正案（十二）。", ["刑法修正案（十二）"]),
        (
            "最高人民法院关于适用《中华人民共和国行政诉讼法》的解释，",
            ["最高人民法院关于适用《中华人民共和国行政诉讼法》的解释"],
        ),
        ("开展民法典宣传月活动", []),
        ("参加“学民法典、用民法典”活动", []),
        ("观看“民法典”，", []),
        ("修订青石市物业管理条例，", []),
        ("坚持依法、守法，", []),
        ("坚持宪法法律至上，学习党章和宪法，", ["宪法", "党章", "宪法"]),
        ("开展宪法宣誓、宪法日活动", []),
        ("开展慈善法、民法典宣讲，学习立法法，", ["立法法"]),
        ("", []),
    ],
)
def test_known_names_that_were_missed(text: str, laws: list[str]) -> None:
    assert added(text) == laws


def test_what_is_tagged_is_not_added_to() -> None:
    text = "一、学习民法典，用民法典，"
    heading, law = Span(0, 7, "SECTION", text[:7]), Span(9, 12, "LAW", "民法典")
    assert added(text, heading, law) == []


def test_all_steps_together() -> None:
    text = "落实优化营商环境条例和民法典，开展宪法、行政处罚法专题培训59，"
    tagged = [Span(4, 10, "LAW", text[4:10]), Span(17, 19, "LAW", "宪法")]
    tagged += [Span(20, 25, "LAW", "行政处罚法"), Span(29, 32, "COUNT", "59，")]
    assert [span.text for span in mend(text, tagged)] == ["优化营商环境条例", "民法典", "59"]
