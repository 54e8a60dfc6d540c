"""How far two annotators of the same reports agree, and where they do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fazhi.annotations import annotation_files, read_over
from fazhi.annotations.checking import check
from fazhi.errors import FazhiError
from fazhi.reports import Report
from fazhi.tagging.labels import LABELS
from fazhi_training import scores
from fazhi_training.evaluation import in_context


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """Two annotations of the same texts, paired by id."""

    first: Sequence[Report]
    second: Sequence[Report]

    def table(self) -> str:
        """Strict span F1 and kappa on characters per label and in all, and attribute agreement."""
        spans = scores.strict(self.first, self.second, LABELS)
        lines = [f"{len(self.first)} reports annotated twice"]
        lines.append(f"{'label':9}{'span F1':>9}{'95 % interval':>18}{'kappa':>8}{'spans':>12}")
        for label in [scores.MICRO, *LABELS]:
            score = spans[label]
            kappa = self.kappa(None if label == scores.MICRO else label)
            interval = f"{score.low:.4f}-{score.high:.4f}"
            both = f"{score.gold}/{score.predicted}"
            lines.append(f"{label:9}{score.f1:9.4f}{interval:>18}{kappa:8.4f}{both:>12}")
        found = scores.attribute_accuracy(self.first, self.second)
        lines.append(
            "attributes of the same spans: "
            + ", ".join(f"{name} {share:.4f} of {n}" for name, (share, n) in found.items())
        )
        return "\n".join(lines)

    def kappa(self, label: str | None) -> float:
        """Cohen's kappa on characters: which label each has, or whether it has ``label``.

        Cohen, J. (1960), A coefficient of agreement for nominal scales.
        """
        one = np.concatenate([_characters(report) for report in self.first])
        other = np.concatenate([_characters(report) for report in self.second])
        if label is not None:
            index = LABELS.index(label) + 1
            one, other = one == index, other == index
        observed = float((one == other).mean())
        kinds = range(len(LABELS) + 1)
        expected = sum(float((one == k).mean() * (other == k).mean()) for k in kinds)
        return 1.0 if expected == 1.0 else (observed - expected) / (1.0 - expected)

    def differences(self) -> Iterator[str]:
        """Each span that only one has, and each attribute that differs, in its context."""
        for one, other in zip(self.first, self.second, strict=True):
            ours = {(s.start, s.end, s.label): s for s in one.spans}
            theirs = {(s.start, s.end, s.label): s for s in other.spans}
            for key in sorted(ours.keys() | theirs.keys()):
                span = ours.get(key) or theirs[key]
                where = f"{one.id}:{span.start} {span.label:7}"
                if key not in theirs or key not in ours:
                    side = "first only" if key in ours else "second only"
                    yield f"{where} {side}: {in_context(one.text, span)}"
                    continue
                found, wanted = theirs[key].attributes, span.attributes
                for name in sorted(wanted.keys() | found.keys()):
                    if not scores.agree(wanted.get(name), found, name, span.label):
                        yield (
                            f"{where} {name}: {wanted.get(name)!r} or {found.get(name)!r}: "
                            f"{in_context(one.text, span)}"
                        )


def _characters(report: Report) -> np.ndarray:
    kinds = np.zeros(len(report.text), dtype=np.int8)
    for span in report.spans:
        kinds[span.start : span.end] = LABELS.index(span.label) + 1
    return kinds


def compare(first: Path, second: Path) -> Agreement:
    """Pair the reports of two annotators by id; those that only one has are left out.

    ``second`` may be a folder of stand-off files without texts, ``ID.json`` each. Raises FazhiError
    when no id is in both, or when a text differs.
    """
    ours = {report.id: report for report in check([first])}
    if any(annotation_files(second)):
        theirs = {report.id: report for report in check([second])}
    else:
        theirs = {item.report.id: item.report for item in read_over(second, ours.values())}
    shared = sorted(ours.keys() & theirs.keys())
    if not shared:
        raise FazhiError(f"{first} and {second} have no report of the same id")
    altered = [name for name in shared if ours[name].text != theirs[name].text]
    if altered:
        raise FazhiError(f"{second}: texts differ from {first} in {', '.join(altered)}")
    return Agreement(first=[ours[n] for n in shared], second=[theirs[n] for n in shared])
