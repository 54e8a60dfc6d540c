"""Scores of predicted against gold spans, each with a bootstrap interval over reports."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fazhi.reports import Attribute, Report, Span

Counts = npt.NDArray[np.float64]
Matcher = Callable[[Sequence[Span], Sequence[Span]], float]
MICRO = "micro"
RESAMPLES = 1000
_RATE_TOLERANCE = 1e-3
NO_FACTS = frozenset({"known", "note", "reason"})  # attributes


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1 with the interval of F1 that holds 95 % of resampled report sets."""

    precision: float
    recall: float
    f1: float
    low: float
    high: float
    gold: int
    predicted: int


def strict(
    gold: Sequence[Report], predicted: Sequence[Report], labels: Sequence[str]
) -> dict[str, Score]:
    """Score a span as right only with the same start, end and label; per label and micro."""
    return _per_label(gold, predicted, labels, _exact_matches)


def partial(
    gold: Sequence[Report], predicted: Sequence[Report], labels: Sequence[str]
) -> dict[str, Score]:
    """As ``strict``, but a predicted span counts by its overlap with a gold one of its label.

    The credit is the share of their union that both cover (Jaccard), for the best pairing in order.
    """
    return _per_label(gold, predicted, labels, _overlap_credit)


def type_only(
    gold: Sequence[Report], predicted: Sequence[Report], labels: Sequence[str]
) -> dict[str, Score]:
    """As ``strict``, but any overlap with a gold span of the same label counts in full."""
    return _per_label(gold, predicted, labels, _any_overlap)


def facts(
    gold: Sequence[Report], predicted: Sequence[Report], labels: Sequence[str]
) -> dict[str, Score]:
    """As ``strict``, but a span is right only with all its attributes: what users get, end to end.

    ``known``, ``reason`` and ``note`` are no facts and are left aside.
    """
    return _per_label(gold, predicted, labels, _exact_facts)


def _per_label(
    gold: Sequence[Report], predicted: Sequence[Report], labels: Sequence[str], match: Matcher
) -> dict[str, Score]:
    counts = count(gold, predicted, labels, match)
    return {label: _score(table) for label, table in counts.items()}


def count(
    gold: Sequence[Report],
    predicted: Sequence[Report],
    labels: Sequence[str],
    match: Matcher | None = None,
) -> dict[str, Counts]:
    """Right, gold and predicted spans of each report, shape ``(reports, 3)``; per label and micro.

    ``match`` says how many of two lists of spans match; without it those of the same place do.
    """
    counts = {
        label: np.array(
            [
                _count(g, p, label, match or _exact_matches)
                for g, p in zip(gold, predicted, strict=True)
            ],
            dtype=np.float64,
        )
        for label in labels
    }
    counts[MICRO] = sum(counts.values(), np.zeros((len(gold), 3)))
    return counts


def _count(gold: Report, predicted: Report, label: str, match: Matcher) -> tuple[float, int, int]:
    ours = [span for span in gold.spans if span.label == label]
    theirs = [span for span in predicted.spans if span.label == label]
    return match(ours, theirs), len(ours), len(theirs)


def _exact_matches(gold: Sequence[Span], predicted: Sequence[Span]) -> float:
    return len({(s.start, s.end) for s in gold} & {(s.start, s.end) for s in predicted})


def _exact_facts(gold: Sequence[Span], predicted: Sequence[Span]) -> float:
    ours = {(span.start, span.end): span for span in gold}
    pairs = ((ours[s.start, s.end], s) for s in predicted if (s.start, s.end) in ours)
    return sum(
        all(
            agree(one.attributes.get(name), other.attributes, name, one.label)
            for name in _compared(one, other)
        )
        for one, other in pairs
    )


def _compared(one: Span, other: Span) -> list[str]:
    """The attributes of either span that are facts."""
    return sorted((one.attributes.keys() | other.attributes.keys()) - NO_FACTS)


def _overlap_credit(gold: Sequence[Span], predicted: Sequence[Span]) -> float:
    return sum(credit for credit in _pair(gold, predicted))


def _any_overlap(gold: Sequence[Span], predicted: Sequence[Span]) -> float:
    return sum(credit > 0 for credit in _pair(gold, predicted))


def _pair(gold: Sequence[Span], predicted: Sequence[Span]) -> list[float]:
    """Overlap of each predicted span with the gold span it overlaps most, each used once."""
    used: set[int] = set()
    found = []
    for span in predicted:
        overlaps = [
            (_jaccard(span, other), index) for index, other in enumerate(gold) if index not in used
        ]
        best, index = max(overlaps, default=(0.0, -1))
        if best > 0:
            used.add(index)
        found.append(best)
    return found


def _jaccard(one: Span, other: Span) -> float:
    both = min(one.end, other.end) - max(one.start, other.start)
    return max(both, 0) / (max(one.end, other.end) - min(one.start, other.start))


def _score(counts: Counts) -> Score:
    """``counts`` has a row a report: right, gold, predicted."""
    right, gold, predicted = counts.sum(axis=0)
    low, high = np.percentile(f1(counts[resamples(len(counts))].sum(axis=1)), [2.5, 97.5])
    return Score(
        precision=right / predicted if predicted else 0.0,
        recall=right / gold if gold else 0.0,
        f1=float(f1(counts.sum(axis=0))),
        low=float(low),
        high=float(high),
        gold=int(gold),
        predicted=int(predicted),
    )


def resamples(reports: int) -> npt.NDArray[np.intp]:
    """Seeded draws of as many reports with replacement, shape ``(RESAMPLES, reports)``."""
    return np.random.default_rng(0).integers(reports, size=(RESAMPLES, reports))


def f1(counts: Counts) -> Counts:
    """F1 of right, gold and predicted spans along the last axis; 0 where there are none."""
    total = np.asarray(counts[..., 1] + counts[..., 2], dtype=np.float64)
    result: Counts = np.divide(
        2.0 * counts[..., 0], total, out=np.zeros_like(total), where=total > 0
    )
    return result


def attribute_accuracy(
    gold: Sequence[Report], predicted: Sequence[Report]
) -> dict[str, tuple[float, int]]:
    """``LABEL.attribute`` to the share that agree among spans both have, and how many there are."""
    agreed: dict[str, list[bool]] = {}
    for ours, theirs in zip(gold, predicted, strict=True):
        found = {(s.start, s.end, s.label): s for s in theirs.spans}
        for span in ours.spans:
            other = found.get((span.start, span.end, span.label))
            if other is None:
                continue
            for name in _compared(span, other):
                agreed.setdefault(f"{span.label}.{name}", []).append(
                    agree(span.attributes.get(name), other.attributes, name, span.label)
                )
    return {key: (float(np.mean(values)), len(values)) for key, values in sorted(agreed.items())}


def agree(value: Attribute, attributes: Mapping[str, Attribute], name: str, label: str) -> bool:
    """Whether ``attributes`` has this value; numbers within what the guidelines allow."""
    other = attributes.get(name)
    if isinstance(value, int | float) and isinstance(other, int | float):
        tolerance = _RATE_TOLERANCE if label == "RATE" else 1e-9 * abs(value)
        return abs(value - other) <= tolerance
    return value == other
