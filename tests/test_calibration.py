"""Scores of spans: what they promise, and how they are fitted."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("sklearn")

from fazhi import Tagger
from fazhi.reports import Report, Span
from fazhi.tagging.calibration import Calibration
from fazhi.tagging.manifest import Manifest
from fazhi_training import calibrating
from fazhi_training.calibrating import Outcomes, expected_error
from fazhi_training.measuring import RELIABILITY, measure


def simulated(number: int, overconfident: float) -> Outcomes:
    """Spans right with probability p, whose log-odds are given ``overconfident`` times too far."""
    rng = np.random.default_rng(0)
    odds = rng.normal(1.5, 1.5, number)
    right = rng.random(number) < 1 / (1 + np.exp(-odds))
    score = 1 / (1 + np.exp(-overconfident * odds))
    return Outcomes(np.arange(number) % 20, score, right.astype(float))


def test_without_a_fit_scores_stay() -> None:
    assert Calibration()([0.0, 0.25, 1.0]) == pytest.approx([0.0, 0.25, 1.0], abs=1e-5)


def test_expected_error_by_hand() -> None:
    score = np.array([0.95, 0.95, 0.95, 0.95, 0.25, 0.25])
    right = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 1.0])
    # two bins: |0.95 - 0.75| of four spans, |0.25 - 0.5| of two
    assert expected_error(score, right) == pytest.approx((4 * 0.2 + 2 * 0.25) / 6)


def test_fit_undoes_overconfidence() -> None:
    found = simulated(4000, overconfident=3.0)
    fitted = calibrating.fit(found)
    assert fitted.scale == pytest.approx(1 / 3, abs=0.05)
    assert expected_error(found.score, found.right) > 0.08
    held_out = calibrating.cross_validated(found)
    error = expected_error(held_out, found.right)
    low, high = calibrating.error_interval(found.report, held_out, found.right)
    assert error < 0.03
    assert low < error < high + 0.01


def test_outcomes_are_strict() -> None:
    gold = [Report("a", "一二三四", (Span(0, 2, "LAW", "一二"), Span(2, 3, "COUNT", "三")))]
    spans = (Span(0, 2, "LAW", "一二", 0.9), Span(2, 4, "COUNT", "三四", 0.4))
    found = calibrating.outcomes(gold, [Report("a", "一二三四", spans)])
    assert found.right.tolist() == [1, 0]
    assert found.score.tolist() == [0.9, 0.4]


def test_a_saved_model_is_calibrated(small_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(small_model, folder)
    tagger = Tagger.load(folder)
    text = "一、主要举措和成效\n学习《民法典》2次。办结20余件，办结率97%。"
    found = tagger.tag(text)
    # gold in which one of the spans that are found is wrong
    gold = [Report("r", text, found.spans[1:])]
    manifest = measure(folder, gold)
    assert manifest == Manifest.load(folder)
    assert manifest.calibration != Calibration()
    assert 0 <= manifest.scores["calibration_error"]["after"] <= 1
    assert (folder / RELIABILITY).stat().st_size > 1000
    again = Tagger.load(folder).tag(text)
    assert [s.text for s in again.spans] == [s.text for s in found.spans]
    assert [s.score for s in again.spans] != [s.score for s in found.spans]


def test_nothing_to_learn_from_leaves_scores(small_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(small_model, folder)
    text = "一、主要举措和成效\n学习《民法典》2次。"
    manifest = measure(folder, [Report("r", text, Tagger.load(folder).tag(text).spans)])
    assert manifest.calibration == Calibration()
    assert manifest.scores["dev"]["micro"]["f1"] == 1


def test_spans_below_the_least_score_are_left_out(small_model: Path) -> None:
    text = "一、主要举措和成效\n学习《民法典》2次。办结20余件，办结率97%。"
    spans = Tagger.load(small_model).tag(text).spans
    assert len(spans) > 1
    least = sorted(span.score for span in spans)[1]
    kept = Tagger.load(small_model, min_score=least).tag(text).spans
    assert [s.text for s in kept] == [s.text for s in spans if s.score >= least]
