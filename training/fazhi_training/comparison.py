"""Two models on the same annotated reports: what one gains on the other, what it loses, and p."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np

from fazhi.annotations.context import in_context
from fazhi.errors import FazhiError
from fazhi.reports import Report, Span
from fazhi.tagging.labels import LABELS
from fazhi.tagging.manifest import Manifest
from fazhi.tagging.tagger import Tagger, model_folder
from fazhi_training import scores
from fazhi_training.scores import MICRO

FEW = 10  # reports below which an interval says little


@dataclass(frozen=True, slots=True)
class Difference:
    """Strict F1 of two models, and the second's less the first's.

    ``low`` and ``high`` hold 95 % of the differences on seeded resamples of the reports. ``p`` is
    how often they lie as far from the difference that was found as that lies from 0, the paired
    bootstrap test (Efron and Tibshirani 1993, chapter 16); None of a single report.
    """

    first: float
    second: float
    difference: float
    low: float
    high: float
    p: float | None
    gold: int

    @property
    def interval(self) -> str:
        """The interval as a table shows it."""
        return "-" if self.p is None else f"{self.low:+.4f} to {self.high:+.4f}"


@dataclass(frozen=True, slots=True)
class Change:
    """A span that only one of two models has right.

    A ``missed`` one is of gold, and the model that is wrong does not have it; another is false, and
    the model that is wrong has it. It is a ``gain`` where the second model is right.
    """

    span: Span
    gain: bool
    missed: bool

    @property
    def words(self) -> str:
        """What the second model does with it."""
        if self.missed:
            return "now found" if self.gain else "now missed"
        return "no longer false" if self.gain else "now false"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Annotated reports as two models tag them."""

    labels: Sequence[str]
    gold: Sequence[Report]
    first: Sequence[Report]
    second: Sequence[Report]

    @cached_property
    def differences(self) -> Mapping[str, Difference]:
        """In all and per label."""
        ours, theirs = (
            scores.count(self.gold, tagged, self.labels) for tagged in (self.first, self.second)
        )
        return {label: _difference(ours[label], theirs[label]) for label in (MICRO, *self.labels)}

    def changes(self) -> Iterator[tuple[Report, list[Change]]]:
        """The reports that the models tag otherwise, with the changes in the order of the text."""
        for gold, first, second in zip(self.gold, self.first, self.second, strict=True):
            wanted, before, after = (
                {(s.start, s.end, s.label): s for s in report.spans if s.label in self.labels}
                for report in (gold, first, second)
            )
            changed = sorted(before.keys() ^ after.keys())
            if changed:
                spans = wanted | before | after
                yield (
                    gold,
                    [Change(spans[k], (k in after) == (k in wanted), k in wanted) for k in changed],
                )

    def tally(self) -> Mapping[str, tuple[int, int]]:
        """Gains and losses, in all and per label."""
        every = [change for _, changes in self.changes() for change in changes]
        return {
            label: count([c for c in every if label in (MICRO, c.span.label)])
            for label in (MICRO, *self.labels)
        }

    def table(self) -> str:
        """F1 of both, the difference with its interval and p, gains and losses, as text."""
        lines = [f"{'label':9}{'F1 A':>8}{'F1 B':>8}{'B-A':>9}{'95 % interval':>22}{'p':>8}"]
        lines[0] += f"{'gains':>7}{'losses':>7}{'gold':>7}"
        for label, (gains, losses) in self.tally().items():
            found = self.differences[label]
            lines.append(
                f"{label:9}{found.first:8.4f}{found.second:8.4f}{found.difference:+9.4f}"
                f"{found.interval:>22}{in_words(found.p):>8}{gains:7d}{losses:7d}{found.gold:7d}"
            )
        if len(self.gold) < FEW:
            lines.append(f"of {len(self.gold)} reports: too few for intervals and p to say much")
        return "\n".join(lines)

    def lines(self) -> Iterator[str]:
        """Gains and losses, report by report, each span in its context."""
        for report, changes in self.changes():
            gains, losses = count(changes)
            yield f"{report.id}: {gains} gained, {losses} lost"
            for change in changes:
                span = change.span
                sign = "+" if change.gain else "-"
                yield (
                    f"  {sign} {span.start:5d} {span.label:8} {change.words:16}"
                    f"{in_context(report.text, span.start, span.end)}"
                )


def known_labels(*models: Path) -> tuple[str, ...]:
    """The labels that reports may have which these models are scored on: theirs, and ours."""
    found = (Manifest.load(model_folder(model)).labels for model in models)
    return tuple(sorted({*LABELS, *chain.from_iterable(found)}))


def compare(first: Path, second: Path, gold: Sequence[Report]) -> Comparison:
    """Tag annotated reports with two models; the labels are those that both have.

    Both run in fp32, so that it is their training that is compared. Raises FazhiError when they
    have no label in common.
    """
    taggers = [Tagger.load(model, device="cpu", precision="fp32") for model in (first, second)]
    sets = [tagger.manifest.labels for tagger in taggers]
    labels = [label for label in sets[0] if label in sets[1]]
    if not labels:
        raise FazhiError(
            f"{first} tags {', '.join(sets[0])}, {second} {', '.join(sets[1])}: no label is of both"
        )
    texts = [report.text for report in gold]
    before, after = (list(tagger.tag_many(texts)) for tagger in taggers)
    return Comparison(labels=labels, gold=gold, first=before, second=after)


def _difference(first: scores.Counts, second: scores.Counts) -> Difference:
    one, other = float(scores.f1(first.sum(axis=0))), float(scores.f1(second.sum(axis=0)))
    picks = scores.resamples(len(first))
    drawn = scores.f1(second[picks].sum(axis=1)) - scores.f1(first[picks].sum(axis=1))
    low, high = np.percentile(drawn, [2.5, 97.5])
    as_far = np.abs(drawn - (other - one)) >= abs(other - one) - 1e-12
    p = (1 + int(as_far.sum())) / (1 + len(drawn)) if len(first) > 1 else None
    return Difference(
        one, other, other - one, float(low), float(high), p, int(first.sum(axis=0)[1])
    )


def count(changes: Sequence[Change]) -> tuple[int, int]:
    """How many are gains, and how many losses."""
    gains = sum(change.gain for change in changes)
    return gains, len(changes) - gains


def in_words(p: float | None) -> str:
    """p as a table shows it."""
    return "-" if p is None else f"{p:.3f}"
