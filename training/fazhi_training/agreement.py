"""How far two or more annotators of the same reports agree, and where they do not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fazhi.annotations import Annotated, annotation_files, read, read_over
from fazhi.annotations.context import in_context
from fazhi.annotations.suspects import NOTHING, regions
from fazhi.errors import FazhiError
from fazhi.reports import Report, Span
from fazhi_training import scores

Codes = npt.NDArray[np.int16]
_MISSING = -1  # the code of a character that an annotator was not given


@dataclass(frozen=True, slots=True)
class Figures:
    """Of a label, a pair or an annotator: strict span F1 with its interval, kappa, alpha."""

    f1: float
    low: float
    high: float
    kappa: float
    alpha: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Characters ``[start, end)`` of a report on which its annotators differ.

    ``spans`` has what each annotator has there; ``kind`` is ``span`` where one has nothing,
    ``label``, ``edges``, or the names of the attributes.
    """

    report: Report
    start: int
    end: int
    kind: str
    spans: Mapping[str, Sequence[Span]]

    def __str__(self) -> str:
        told = " | ".join(f"{name}: {_told(spans)}" for name, spans in self.spans.items())
        context = in_context(self.report.text, self.start, self.end)
        return f"{self.report.id}:{self.start} {self.kind}: {context} {told}"


def _told(spans: Sequence[Span]) -> str:
    return ", ".join(map(describe, spans)) or NOTHING


def describe(span: Span) -> str:
    """A span's label and attributes, on one line."""
    return " ".join([span.label, *(f"{n}={v}" for n, v in span.attributes.items())])


@dataclass(frozen=True)
class Agreement:
    """Reports by annotator and id; reports of one id have the same text."""

    annotators: Mapping[str, Mapping[str, Report]]

    @cached_property
    def reports(self) -> list[str]:
        """Ids of the reports that two annotators or more have."""
        ids = sorted({name for reports in self.annotators.values() for name in reports})
        return [name for name in ids if len(self.annotators_of(name)) > 1]

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """Each two annotators that have a report in common."""
        return [
            (one, other)
            for one, other in combinations(self.annotators, 2)
            if self.annotators[one].keys() & self.annotators[other].keys()
        ]

    @cached_property
    def labels(self) -> list[str]:
        """The labels that are used, in order."""
        reports = (r for of_one in self.annotators.values() for r in of_one.values())
        return sorted({span.label for report in reports for span in report.spans})

    def annotators_of(self, report: str) -> list[str]:
        """Who annotated a report."""
        return [name for name, reports in self.annotators.items() if report in reports]

    def figures(
        self, label: str | None = None, pairs: Sequence[tuple[str, str]] | None = None
    ) -> Figures:
        """Of one label or of all, over these pairs of annotators or all pairs.

        Span F1 and kappa are means over the pairs; that of kappa is Light's (1971). The interval
        holds 95 % of the F1 of 1,000 seeded resamples of the reports. What neither of a pair has
        they agree on: then F1 and kappa are 1.
        """
        chosen = self.pairs if pairs is None else pairs
        counts = np.array([self._counts(pair, label) for pair in chosen], dtype=np.float64)
        size = len(self.reports)
        picks = np.random.default_rng(0).integers(size, size=(scores.RESAMPLES, size))
        resampled = _f1(counts[:, picks].sum(axis=2)).mean(axis=0)
        low, high = np.percentile(resampled, [2.5, 97.5])
        names = [name for name in self.annotators if any(name in pair for pair in chosen)]
        codes = self._codes(names, label)
        place = {name: row for row, name in enumerate(names)}
        kappas = [kappa(codes[place[one]], codes[place[other]]) for one, other in chosen]
        return Figures(
            f1=float(_f1(counts.sum(axis=1)).mean()),
            low=float(low),
            high=float(high),
            kappa=float(np.mean(kappas)),
            alpha=alpha(codes),
        )

    def _counts(self, pair: tuple[str, str], label: str | None) -> list[tuple[int, int, int]]:
        """For each report the spans that both have, the first and the second has."""
        rows = []
        for report in self.reports:
            if not all(report in self.annotators[name] for name in pair):
                rows.append((0, 0, 0))
                continue
            ours, theirs = (self._keys(name, report, label) for name in pair)
            rows.append((len(ours & theirs), len(ours), len(theirs)))
        return rows

    def _keys(self, annotator: str, report: str, label: str | None) -> set[tuple[int, int, str]]:
        found = self.annotators[annotator].get(report)
        if found is None:
            return set()
        return {_key(span) for span in found.spans if label in (None, span.label)}

    def _codes(self, names: Sequence[str], label: str | None) -> Codes:
        """Shape ``(annotators, characters)``: the label of each, 0 for none, -1 if not annotated.

        With ``label``, 1 where the character has it.
        """
        rows = []
        for name in names:
            parts = []
            for report in self.reports:
                length = len(self.annotators[self.annotators_of(report)[0]][report].text)
                found = self.annotators[name].get(report)
                codes = np.full(length, _MISSING if found is None else 0, dtype=np.int16)
                for span in found.spans if found else ():
                    if label in (None, span.label):
                        codes[span.start : span.end] = self.labels.index(span.label) + 1
                parts.append(codes)
            rows.append(np.concatenate(parts))
        return np.stack(rows)

    def only(self, annotator: str) -> tuple[int, int]:
        """How many spans no other annotator has, and how many only this one lacks."""
        alone = lacking = 0
        for report in self.reports:
            others = [name for name in self.annotators_of(report) if name != annotator]
            if report in self.annotators[annotator]:
                ours = self._keys(annotator, report, None)
                theirs = [self._keys(name, report, None) for name in others]
                alone += len(ours.difference(*theirs))
                lacking += len(set.intersection(*theirs) - ours)
        return alone, lacking

    def attributes(self) -> dict[str, tuple[float, int]]:
        """``LABEL.attribute`` to the share that agree, of the spans that both of a pair have."""
        first, second = [], []
        for one, other in self.pairs:
            for name in sorted(self.annotators[one].keys() & self.annotators[other].keys()):
                first.append(self.annotators[one][name])
                second.append(self.annotators[other][name])
        return scores.attribute_accuracy(first, second)

    def table(self) -> str:
        """The figures per label and in all, per pair and annotator, and attribute agreement."""
        lines = [f"{len(self.reports)} reports, {len(self.annotators)} annotators"]
        head = f"{'span F1':>9}{'95 % interval':>18}{'kappa':>8}{'alpha':>8}"
        several = [" ".join(pair) for pair in self.pairs] if len(self.pairs) > 1 else []
        width = 1 + max(len(name) for name in (*self.labels, *several, *self.annotators))
        lines.append(f"{'label':{width}}{head}  spans")
        for label in (None, *self.labels):
            spans = "/".join(str(self._number(name, label)) for name in self.annotators)
            lines.append(f"{label or scores.MICRO:{width}}{_row(self.figures(label))}  {spans}")
        if several:
            lines.append(f"{'pair':{width}}{head}")
            for name, pair in zip(several, self.pairs, strict=True):
                lines.append(f"{name:{width}}{_row(self.figures(None, [pair]))}")
        lines.append(f"{'annotator':{width}}{'span F1':>9}{'alone':>8}{'lacking':>9}")
        for name in self.annotators:
            pairs = [pair for pair in self.pairs if name in pair]
            alone, lacking = self.only(name)
            f1 = f"{self.figures(None, pairs).f1:.4f}" if pairs else "-"
            lines.append(f"{name:{width}}{f1:>9}{alone:8}{lacking:9}")
        found = self.attributes()
        told = ", ".join(f"{name} {share:.4f} of {n}" for name, (share, n) in found.items())
        lines.append(f"attributes of the same spans: {told or 'none'}")
        return "\n".join(lines)

    def _number(self, annotator: str, label: str | None) -> int:
        return sum(len(self._keys(annotator, report, label)) for report in self.reports)

    def differences(self) -> Iterator[Difference]:
        """Where annotators differ, report by report."""
        for name in self.reports:
            reports = {who: self.annotators[who][name] for who in self.annotators_of(name)}
            yield from _differences(reports)


def _row(found: Figures) -> str:
    interval = f"{found.low:.4f}-{found.high:.4f}"
    return f"{found.f1:9.4f}{interval:>18}{found.kappa:8.4f}{found.alpha:8.4f}"


def _key(span: Span) -> tuple[int, int, str]:
    return span.start, span.end, span.label


def _differences(reports: Mapping[str, Report]) -> Iterator[Difference]:
    by_key = [{_key(span): span for span in report.spans} for report in reports.values()]
    everyones = set.intersection(*map(set, by_key))
    differing = [
        span
        for spans in by_key
        for key, span in spans.items()
        if key not in everyones or _attributes_that_differ([own[key] for own in by_key])
    ]
    for start, end in regions(differing):
        there = {
            name: [span for span in report.spans if span.start < end and span.end > start]
            for name, report in reports.items()
        }
        report = next(iter(reports.values()))
        yield Difference(report, start, end, _kind(list(there.values())), there)


def _kind(spans: Sequence[Sequence[Span]]) -> str:
    if not all(spans):
        return "span"
    if len({tuple(map(_key, own)) for own in spans}) == 1:
        same = [_attributes_that_differ(of_all) for of_all in zip(*spans, strict=True)]
        return ", ".join(sorted({name for names in same for name in names}))
    places = {tuple((span.start, span.end) for span in own) for own in spans}
    return "label" if len(places) == 1 else "edges"


def _attributes_that_differ(spans: Sequence[Span]) -> list[str]:
    """Names; a span without any attribute comes from a tool that has none, and is left aside."""
    given = [span for span in spans if span.attributes]
    return [
        name
        for name in sorted({name for span in given for name in span.attributes} - scores.NO_FACTS)
        if not all(
            scores.agree(given[0].attributes.get(name), span.attributes, name, span.label)
            for span in given
        )
    ]


def _f1(counts: scores.Counts) -> scores.Counts:
    """F1 over the last axis: spans of both, of the first, of the second; 1 where there are none."""
    both, total = counts[..., 0], counts[..., 1] + counts[..., 2]
    return np.divide(2 * both, total, out=np.ones_like(total), where=total > 0)


def kappa(one: Codes, other: Codes) -> float:
    """Cohen's kappa of two annotators, over what both have annotated.

    Cohen, J. (1960), A coefficient of agreement for nominal scales. 1 where only one code is used.
    """
    both = (one != _MISSING) & (other != _MISSING)
    one, other = one[both], other[both]
    observed = float((one == other).mean())
    values = np.union1d(one, other)
    expected = sum(float((one == v).mean() * (other == v).mean()) for v in values)
    return 1.0 if expected == 1.0 else (observed - expected) / (1.0 - expected)


def alpha(codes: Codes) -> float:
    """Krippendorff's alpha for nominal data, of ``codes`` of shape ``(annotators, units)``.

    Units that fewer than two have annotated, the others having -1, are left aside. Krippendorff, K.
    (2011), Computing Krippendorff's alpha-reliability. 1 where only one code is used.
    """
    values = [value for value in np.unique(codes).tolist() if value != _MISSING]
    counts = np.stack([(codes == value).sum(axis=0) for value in values]).astype(np.float64)
    coders = counts.sum(axis=0)
    counts, coders = counts[:, coders > 1], coders[coders > 1]
    differing = ((coders**2 - (counts**2).sum(axis=0)) / (coders - 1)).sum()
    total = coders.sum()
    by_chance = (total**2 - (counts.sum(axis=1) ** 2).sum()) / (total - 1)
    return 1.0 if by_chance == 0 else float(1 - differing / by_chance)


def compare(paths: Sequence[Path]) -> Agreement:
    """Pair the reports of annotators by id; a path is what one of them annotated.

    It may be a folder of stand-off files without texts, ``ID.json`` each, if another has the
    texts. Raises FazhiError when a path is given twice or no id is in two, and when texts differ.
    """
    if len(set(paths)) < len(paths):
        raise FazhiError("each annotator needs a path of their own")
    with_texts = {path: _by_id(path, read([path])) for path in paths if any(annotation_files(path))}
    texts: dict[str, Report] = {}
    for path, reports in with_texts.items():
        altered = [
            name
            for name, report in reports.items()
            if texts.setdefault(name, report).text != report.text
        ]
        if altered:
            raise FazhiError(f"{path}: texts differ from another's in {', '.join(altered)}")
    annotators = {
        str(path): with_texts.get(path) or _by_id(path, read_over(path, texts.values()))
        for path in paths
    }
    agreement = Agreement(annotators)
    if not agreement.reports:
        raise FazhiError(f"{', '.join(annotators)} have no report of the same id")
    return agreement


def _by_id(path: Path, items: Sequence[Annotated]) -> dict[str, Report]:
    found = {item.report.id: item.report for item in items}
    if len(found) < len(items):
        raise FazhiError(f"{path}: an id stands twice; `fazhi annotations check` says which")
    return found
