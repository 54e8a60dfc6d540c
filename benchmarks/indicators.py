"""Indicators: how often the rules find what an amount quantifies, on annotated amounts of dev.

python benchmarks/indicators.py annotations/dev annotations/indicators/dev.tsv
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from fazhi.annotations import read
from fazhi.facts import Indicator, Phrase
from fazhi.facts.indicators import find_indicators

Place = tuple[int, int] | None
Pair = tuple[Place, Place]  # of verb and noun


def accepted(row: Mapping[str, str]) -> list[Pair]:
    """The annotated pair of an amount, and its acceptable alternatives."""
    own = tuple(
        (int(row[f"{part}_start"]), int(row[f"{part}_end"])) if row[f"{part}_start"] else None
        for part in ("verb", "noun")
    )
    others = json.loads(row["alternatives"] or "[]")
    return [own, *(tuple(tuple(p) if p else None for p in pair) for pair in others)]


def pair_of(indicator: Indicator | None) -> Pair:
    """Places of verb and noun."""

    def place(part: Phrase | None) -> Place:
        return (part.start, part.end) if part else None

    return (place(indicator.verb), place(indicator.noun)) if indicator else (None, None)


def interval(right: np.ndarray, report: np.ndarray) -> tuple[float, float]:
    """What holds 95 % of the shares on seeded resamples of the reports."""
    names, place = np.unique(report, return_inverse=True)
    rights, totals = np.bincount(place, weights=right), np.bincount(place)
    picks = np.random.default_rng(0).integers(len(names), size=(1000, len(names)))
    shares = rights[picks].sum(axis=1) / totals[picks].sum(axis=1)
    low, high = np.percentile(shares, [2.5, 97.5])
    return float(low), float(high)


def main() -> None:
    """Print the share of amounts whose verb, noun, and both are an accepted reading."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("annotations", type=Path)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--errors", action="store_true", help="list the amounts that are wrong")
    wanted = parser.parse_args()
    reports = {item.report.id: item.report for item in read([wanted.annotations])}
    found = {name: find_indicators(r.text, r.spans) for name, r in reports.items()}
    with wanted.gold.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    for label in ("COUNT", "RATE"):
        of_label = [row for row in rows if row["label"] == label]
        names = np.array([row["report"] for row in of_label])
        pairs = [pair_of(found[r["report"]].get(int(r["start"]))) for r in of_label]
        readings = [accepted(row) for row in of_label]
        hits = {
            "verb": [p[0] in [r[0] for r in rs] for p, rs in zip(pairs, readings, strict=True)],
            "noun": [p[1] in [r[1] for r in rs] for p, rs in zip(pairs, readings, strict=True)],
            "both": [p in rs for p, rs in zip(pairs, readings, strict=True)],
        }
        for part, right in hits.items():
            low, high = interval(np.array(right, dtype=float), names)
            share = np.mean(right)
            print(f"{label:6}{part:5}{share:.3f} ({low:.3f}-{high:.3f}) of {len(right)}")
        if wanted.errors:
            for row, pair, right in zip(of_label, pairs, hits["both"], strict=True):
                if not right:
                    text = reports[row["report"]].text
                    told = [text[p[0] : p[1]] if p else "-" for p in pair]
                    around = text[max(0, int(row["start"]) - 25) : int(row["end"]) + 15]
                    print(
                        f"  {row['report']}:{row['start']} {told} not {row['verb'] or '-'}"
                        f" {row['noun'] or '-'}: {around!r}"
                    )


if __name__ == "__main__":
    main()
