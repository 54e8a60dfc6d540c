"""A model's scores on annotated reports, beside those of the baselines, as a table and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

from seqeval.metrics import f1_score
from seqeval.scheme import IOBES

from fazhi.annotations.context import in_context
from fazhi.errors import FazhiError
from fazhi.facts.resolving import resolve
from fazhi.reports import Report
from fazhi.tagging.labels import LABELS, TagScheme
from fazhi.tagging.tagger import Tagger
from fazhi_training import baselines as baseline
from fazhi_training import corpora, scores
from fazhi_training.scores import MICRO, Score


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """Strict scores of every system by label, and what else was measured of the model."""

    model: str
    sets: tuple[str, ...]
    reports: int
    systems: Mapping[str, Mapping[str, Score]]
    partial: Mapping[str, Score]
    type_only: Mapping[str, Score]
    seqeval_f1: float
    facts: Mapping[str, Score]
    attributes: Mapping[str, tuple[float, int]]
    attributes_of_gold: Mapping[str, tuple[float, int]]
    gold: Sequence[Report]
    tagged: Sequence[Report]

    def table(self) -> str:
        """The scores as text. Intervals hold 95 % of 1,000 seeded resamples of the reports."""
        lines = [f"{', '.join(self.sets)}: {self.reports} reports, strict spans"]
        lines.append(f"{'':10}{'label':9}{'P':>8}{'R':>8}{'F1':>8}{'95 % interval':>18}{'gold':>7}")
        for system, found in self.systems.items():
            for label in [MICRO, *(name for name in found if name != MICRO)]:
                score = found[label]
                interval = f"{score.low:.4f}-{score.high:.4f}"
                lines.append(
                    f"{system:10}{label:9}{score.precision:8.4f}{score.recall:8.4f}"
                    f"{score.f1:8.4f}{interval:>18}{score.gold:7d}"
                )
        lines.append(
            f"model, micro F1: seqeval strict {self.seqeval_f1:.4f}, "
            + ", ".join(
                f"{name} {found[MICRO].f1:.4f} ({found[MICRO].low:.4f}-{found[MICRO].high:.4f})"
                for name, found in (("partial", self.partial), ("type only", self.type_only))
            )
        )
        if self.attributes:
            by_label = (
                f"{label} {score.f1:.4f} ({score.low:.4f}-{score.high:.4f})"
                for label, score in sorted(self.facts.items(), key=lambda item: item[0] != MICRO)
            )
            lines.append("model, facts (span and all attributes right), F1: " + ", ".join(by_label))
            for what, shares in (
                ("model, attributes on right spans", self.attributes),
                ("rules, attributes on gold spans", self.attributes_of_gold),
            ):
                told = (f"{name} {share:.4f} of {n}" for name, (share, n) in shares.items())
                lines.append(f"{what}: " + ", ".join(told))
        return "\n".join(lines)

    def errors(self) -> Iterator[str]:
        """Each miss and each false span in its context, report by report."""
        for gold, tagged in zip(self.gold, self.tagged, strict=True):
            ours = {(s.start, s.end, s.label): s for s in gold.spans}
            theirs = {(s.start, s.end, s.label): s for s in tagged.spans}
            for key in sorted(ours.keys() ^ theirs.keys()):
                span = ours.get(key) or theirs[key]
                kind = "missed" if key in ours else "false"
                context = in_context(gold.text, span.start, span.end)
                yield f"{gold.id}:{span.start} {kind:6} {span.label:7} {context}"

    def to_json(self) -> str:
        """Everything in the table, with the date."""
        content = {
            "date": date.today().isoformat(),
            "model": self.model,
            "sets": self.sets,
            "reports": self.reports,
            "strict": {
                system: {label: asdict(score) for label, score in found.items()}
                for system, found in self.systems.items()
            },
            "partial": {label: asdict(score) for label, score in self.partial.items()},
            "type_only": {label: asdict(score) for label, score in self.type_only.items()},
            "seqeval_f1": self.seqeval_f1,
            "facts": {label: asdict(score) for label, score in self.facts.items()},
            "attributes": self.attributes,
            "attributes_of_gold": self.attributes_of_gold,
        }
        return json.dumps(content, ensure_ascii=False, indent=1)


def seqeval_f1(gold: Sequence[Report], predicted: Sequence[Report], labels: Sequence[str]) -> float:
    """Micro F1 by seqeval in strict mode over the tags: an independent count of the same thing."""
    scheme = TagScheme(tuple(labels))

    def tags(report: Report) -> list[str]:
        spans = [(s.start, s.end, s.label) for s in report.spans if s.label in scheme.labels]
        return [scheme.tags[index] for index in scheme.encode(len(report.text), spans).tolist()]

    return float(
        f1_score(
            [tags(report) for report in gold],
            [tags(report) for report in predicted],
            mode="strict",
            scheme=IOBES,
            zero_division=0,
        )
    )


def resolved_anew(report: Report) -> Report:
    """The report with the attributes of its spans worked out by the rules, from the text alone."""
    bare = [replace(span, attributes={}) for span in report.spans]
    return replace(report, spans=resolve(report.text, bare))


def evaluate(
    model: Path,
    paths: Sequence[Path],
    *,
    baselines: Path | None = None,
    device: str = "auto",
    precision: str | None = None,
) -> Evaluation:
    """Tag annotated reports with the model, as users do, and score what it finds.

    ``baselines`` are annotated train reports: with them, regular expressions and a CRF trained on
    them stand in the same table.
    """
    tagger = Tagger.load(model, device=device, precision=precision)
    labels = tagger.manifest.labels
    gold = corpora.read(paths, tuple({*labels, *LABELS}))
    tagged = list(tagger.tag_many([report.text for report in gold]))
    systems = {"model": scores.strict(gold, tagged, labels)}
    if baselines is not None:
        train = corpora.read([baselines], tuple({*labels, *LABELS}))
        shared = {report.text for report in train} & {report.text for report in gold}
        if shared:
            raise FazhiError(f"{baselines}: holds {len(shared)} of the reports to be scored on")
        systems["CRF"] = scores.strict(gold, baseline.Crf(labels).fit(train).tag(gold), labels)
        if set(labels) & set(LABELS):
            systems["regex"] = scores.strict(gold, baseline.by_expressions(gold), labels)
    resolved = [resolved_anew(report) for report in gold]
    has_attributes = any(span.attributes for report in gold for span in report.spans)
    by_seqeval = seqeval_f1(gold, tagged, labels)
    if abs(by_seqeval - systems["model"][MICRO].f1) > 1e-6:
        raise FazhiError(
            f"strict F1 is {systems['model'][MICRO].f1:.6f} by spans, {by_seqeval:.6f} by seqeval"
        )
    return Evaluation(
        model=str(model),
        sets=tuple(map(str, paths)),
        reports=len(gold),
        systems=systems,
        partial=scores.partial(gold, tagged, labels),
        type_only=scores.type_only(gold, tagged, labels),
        seqeval_f1=by_seqeval,
        facts=scores.facts(gold, tagged, labels) if has_attributes else {},
        attributes=scores.attribute_accuracy(gold, tagged) if has_attributes else {},
        attributes_of_gold=scores.attribute_accuracy(gold, resolved) if has_attributes else {},
        gold=gold,
        tagged=tagged,
    )
