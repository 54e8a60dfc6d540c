"""Scores that mean something: those of spans fitted to how often such spans are right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from fazhi.reports import Report
from fazhi.tagging.calibration import Calibration, log_odds

_BINS = 10
_FOLDS = 5
_RESAMPLES = 1000
Shares = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Predicted spans: which report each is of, its score, and whether it is right."""

    report: npt.NDArray[np.intp]
    score: Shares
    right: Shares


def calibrate(
    gold: Sequence[Report], tagged: Sequence[Report], plot_path: Path
) -> tuple[Calibration, dict[str, float]] | None:
    """Fit the scores of ``tagged`` to how often its spans are those of ``gold``.

    Returns the calibration and the expected calibration error: before, on the same reports after,
    and cross-validated over reports with its interval; the reliability plot goes to ``plot_path``.
    None where all spans found are right, or none, and so nothing can be learned.
    """
    found = outcomes(gold, tagged)
    if not _teaches(found):
        return None
    calibration = fit(found)
    held_out = cross_validated(found)
    low, high = error_interval(found.report, held_out, found.right)
    plot(found, held_out, plot_path)
    return calibration, {
        "before": expected_error(found.score, found.right),
        "after": expected_error(calibration(found.score), found.right),
        "cross_validated": expected_error(held_out, found.right),
        "low": low,
        "high": high,
    }


def outcomes(gold: Sequence[Report], tagged: Sequence[Report]) -> Outcomes:
    """Of every span that was found: right is the same place and label as a gold one."""
    rows = []
    for index, (ours, theirs) in enumerate(zip(gold, tagged, strict=True)):
        places = {(span.start, span.end, span.label) for span in ours.spans}
        rows += [(index, s.score, (s.start, s.end, s.label) in places) for s in theirs.spans]
    columns = list(zip(*rows, strict=True)) or [(), (), ()]
    return Outcomes(
        np.array(columns[0], dtype=np.intp),
        np.array(columns[1], dtype=np.float64),
        np.array(columns[2], dtype=np.float64),
    )


def _teaches(found: Outcomes) -> bool:
    """Whether there are right spans and wrong ones."""
    return bool(found.right.any() and not found.right.all())


def fit(found: Outcomes) -> Calibration:
    """Logistic regression of right on the log-odds of the score."""
    regression = LogisticRegression(C=1e6).fit(log_odds(found.score)[:, None], found.right)
    return Calibration(float(regression.coef_[0, 0]), float(regression.intercept_[0]))


def cross_validated(found: Outcomes) -> Shares:
    """Each span's probability by a calibration that was fitted without its report's fold."""
    shares = found.score.copy()
    for fold in range(_FOLDS):
        held = found.report % _FOLDS == fold
        rest = Outcomes(found.report[~held], found.score[~held], found.right[~held])
        if _teaches(rest):
            shares[held] = fit(rest)(found.score[held])
    return shares


def expected_error(share: Shares, right: Shares) -> float:
    """Expected calibration error over ten bins of equal width (Guo et al. 2017)."""
    place = _bins(share)
    gaps = (abs(share[place == i].sum() - right[place == i].sum()) for i in range(_BINS))
    return float(sum(gaps) / max(1, len(share)))


def error_interval(
    report: npt.NDArray[np.intp], share: Shares, right: Shares
) -> tuple[float, float]:
    """What holds 95 % of the errors on seeded resamples of the reports."""
    size = int(report.max()) + 1
    gaps = np.zeros((size, _BINS))  # of each report, by bin
    np.add.at(gaps, (report, _bins(share)), share - right)
    spans = np.bincount(report, minlength=size)
    picks = np.random.default_rng(0).integers(size, size=(_RESAMPLES, size))
    errors = np.abs(gaps[picks].sum(axis=1)).sum(axis=1) / spans[picks].sum(axis=1)
    low, high = np.percentile(errors, [2.5, 97.5])
    return float(low), float(high)


def _bins(share: Shares) -> npt.NDArray[np.intp]:
    return np.minimum((share * _BINS).astype(np.intp), _BINS - 1)


def plot(found: Outcomes, share: Shares, path: Path) -> None:
    """Reliability: how often spans of a score are right, before and after, and how many it has."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5.5, 6), layout="constrained")
    top, bottom = figure.subplots(2, sharex=True, height_ratios=[3, 1])
    top.plot([0, 1], [0, 1], color="0.7", linewidth=1)
    for name, scores, colour in (
        ("as the tags have it", found.score, "tab:orange"),
        ("calibrated (cross-validated)", share, "tab:blue"),
    ):
        place = _bins(scores)
        filled = [i for i in range(_BINS) if (place == i).any()]
        means = [scores[place == i].mean() for i in filled]
        rights = [found.right[place == i].mean() for i in filled]
        top.plot(means, rights, marker="o", color=colour, label=name)
        bottom.hist(scores, bins=_BINS, range=(0, 1), color=colour, alpha=0.5)
    top.set(ylabel="share of spans that are right", xlim=(0, 1), ylim=(0, 1))
    top.legend(loc="upper left", frameon=False)
    bottom.set(xlabel="score", ylabel="spans", yscale="log")
    figure.savefig(path, dpi=110)
