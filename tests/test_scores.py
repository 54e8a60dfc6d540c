"""Scores against figures worked out by hand."""

from __future__ import annotations

import pytest

pytest.importorskip("seqeval")

from fazhi.reports import Report, Span
from fazhi_training import evaluation, scores

TEXT = "一二三四五六七八九十"


def report(*spans: tuple[int, int, str], **attributes: object) -> Report:
    made = (Span(s, e, label, TEXT[s:e], 1.0, attributes) for s, e, label in spans)
    return Report("r", TEXT, tuple(made))


GOLD = [report((0, 4, "LAW"), (6, 8, "COUNT")), report((2, 3, "COUNT"))]
FOUND = [report((0, 2, "LAW"), (6, 8, "COUNT")), report((2, 3, "COUNT"), (5, 9, "LAW"))]


def test_strict() -> None:
    found = scores.strict(GOLD, FOUND, ("COUNT", "LAW"))
    assert (found["COUNT"].precision, found["COUNT"].recall, found["COUNT"].f1) == (1, 1, 1)
    assert (found["LAW"].precision, found["LAW"].recall, found["LAW"].f1) == (0, 0, 0)
    assert found["micro"].f1 == pytest.approx(2 * 2 / (3 + 4))
    assert (found["micro"].gold, found["micro"].predicted) == (3, 4)
    assert evaluation.seqeval_f1(GOLD, FOUND, ("COUNT", "LAW")) == pytest.approx(found["micro"].f1)


def test_partial_counts_the_overlap() -> None:
    found = scores.partial(GOLD, FOUND, ("COUNT", "LAW"))
    # LAW: half of the gold span was found, and one span is false
    assert found["LAW"].f1 == pytest.approx(2 * 0.5 / (1 + 2))


def test_type_only_counts_any_overlap() -> None:
    found = scores.type_only(GOLD, FOUND, ("COUNT", "LAW"))
    assert found["LAW"].f1 == pytest.approx(2 * 1 / (1 + 2))


def test_a_gold_span_is_used_once() -> None:
    found = scores.type_only(
        [report((0, 6, "LAW"))], [report((0, 2, "LAW"), (3, 5, "LAW"))], ("LAW",)
    )
    assert found["LAW"].precision == 0.5


def test_the_interval_holds_the_spread_of_the_reports() -> None:
    even = scores.strict(GOLD[1:] * 20, GOLD[1:] * 20, ("COUNT",))["micro"]
    assert (even.low, even.f1, even.high) == (1, 1, 1)
    mixed = scores.strict(GOLD * 10, FOUND * 10, ("COUNT", "LAW"))["micro"]
    assert mixed.low < mixed.f1 < mixed.high
    assert scores.strict(GOLD * 10, FOUND * 10, ("COUNT", "LAW"))["micro"] == mixed


def test_facts_need_every_attribute() -> None:
    gold = [report((0, 2, "COUNT"), (4, 6, "COUNT"), value=2, approx="none", note="a slip")]
    right = [report((0, 2, "COUNT"), (4, 7, "COUNT"), value=2, approx="none")]
    wrong = [report((0, 2, "COUNT"), value=2, approx="over")]
    assert scores.facts(gold, right, ("COUNT",))["COUNT"].f1 == 0.5
    assert scores.facts(gold, wrong, ("COUNT",))["COUNT"].f1 == 0
    assert scores.strict(gold, wrong, ("COUNT",))["COUNT"].f1 > 0


def test_attributes() -> None:
    gold = [report((0, 2, "COUNT"), value=2, approx="none")]
    same = scores.attribute_accuracy(gold, [report((0, 2, "COUNT"), value=2.0, approx="none")])
    assert same == {"COUNT.approx": (1.0, 1), "COUNT.value": (1.0, 1)}
    other = [report((0, 2, "COUNT"), value=3, approx="none", upper=5)]
    found = scores.attribute_accuracy(gold, other)
    assert found == {"COUNT.approx": (1.0, 1), "COUNT.upper": (0.0, 1), "COUNT.value": (0.0, 1)}
    assert scores.attribute_accuracy(gold, [report((0, 3, "COUNT"), value=2)]) == {}
    rates = [report((0, 2, "RATE"), value=v) for v in (0.97, 0.9705, 0.98)]
    assert scores.attribute_accuracy(rates[:1], rates[1:2])["RATE.value"] == (1.0, 1)
    assert scores.attribute_accuracy(rates[:1], rates[2:])["RATE.value"] == (0.0, 1)
