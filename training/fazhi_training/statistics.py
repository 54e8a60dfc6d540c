"""What annotated reports are like: densities, lengths and levels, set beside each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from fazhi.reports import Report
from fazhi.tagging.labels import LABELS


def describe(sets: Mapping[str, Sequence[Report]]) -> str:
    """A Markdown table with a column a set and a line a figure."""
    rows: list[tuple[str, Callable[[Sequence[Report]], str]]] = [
        ("reports", lambda reports: f"{len(reports)}"),
        ("characters", lambda reports: f"{_characters(reports):,}"),
        ("characters a report, median", lambda r: _median([len(x.text) for x in r])),
    ]
    for name, figure_of in (
        ("{} spans", _spans),
        ("{} per 1,000 characters", _density),
        ("{} length: median, 75 %, 95 %", _lengths),
    ):
        rows += [(name.format(label), partial(figure_of, label=label)) for label in LABELS]
    rows += [
        ("headings of level 1 / 2 / 3 / 4", _levels),
        ("paragraph length: median, 90 %", _paragraphs),
        ("stretch without a span: median, 95 %", _stretches),
    ]
    lines = ["| | " + " | ".join(sets) + " |", "|---|" + "---|" * len(sets)]
    for name, figure in rows:
        lines.append(f"| {name} | " + " | ".join(figure(r) for r in sets.values()) + " |")
    return "\n".join(lines)


def _characters(reports: Sequence[Report]) -> int:
    return sum(len(report.text) for report in reports)


def _number(reports: Sequence[Report], label: str) -> int:
    return sum(span.label == label for report in reports for span in report.spans)


def _spans(reports: Sequence[Report], label: str) -> str:
    return f"{_number(reports, label):,}"


def _density(reports: Sequence[Report], label: str) -> str:
    return f"{1000 * _number(reports, label) / max(1, _characters(reports)):.1f}"


def _median(values: Sequence[int]) -> str:
    return f"{np.median(values):.0f}" if values else "-"


def _quantiles(values: Sequence[int], shares: Sequence[float]) -> str:
    return ", ".join(f"{q:.0f}" for q in np.quantile(values, shares)) if values else "-"


def _lengths(reports: Sequence[Report], label: str) -> str:
    lengths = [s.end - s.start for r in reports for s in r.spans if s.label == label]
    return _quantiles(lengths, (0.5, 0.75, 0.95))


def _levels(reports: Sequence[Report]) -> str:
    found = Counter(s["level"] for r in reports for s in r.spans if s.label == "SECTION")
    return " / ".join(str(found[level]) for level in (1, 2, 3, 4))


def _paragraphs(reports: Sequence[Report]) -> str:
    lengths = [len(line) for r in reports for line in r.text.splitlines() if line.strip()]
    return _quantiles(lengths, (0.5, 0.9))


def _stretches(reports: Sequence[Report]) -> str:
    gaps = []
    for report in reports:
        edges = [0, *(place for s in report.spans for place in (s.start, s.end)), len(report.text)]
        gaps += [end - start for start, end in zip(edges[::2], edges[1::2], strict=True)]
    return _quantiles(gaps, (0.5, 0.95))


def count_phenomena(
    phenomena: Sequence[tuple[str, str]], sets: Mapping[str, Sequence[Report]]
) -> str:
    """A Markdown table of how many reports of each set have each phenomenon in their ``meta``.

    ``phenomena`` are tags with what each means.
    """
    lines = ["| tag | what the report shows | " + " | ".join(sets) + " |"]
    lines.append("|---|---|" + "---|" * len(sets))
    for tag, meaning in phenomena:
        numbers = [
            str(sum(tag in report.meta.get("phenomena", ()) for report in reports))
            for reports in sets.values()
        ]
        lines.append(f"| {tag} | {meaning} | " + " | ".join(numbers) + " |")
    return "\n".join(lines)
