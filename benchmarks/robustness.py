"""Robustness: what each augmentation step alone costs the model on dev.

    python benchmarks/robustness.py model/fazhi/weights annotations/dev

alters every report by one step at a time, tags it, and writes ``docs/robustness.json`` and ``.md``
with the model beside the CRF and the regular expressions on the same altered texts.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from fazhi.annotations import read
from fazhi.reports import Report
from fazhi.tagging.tagger import Tagger
from fazhi_training import baselines, scores
from fazhi_training.augmentation import STEPS, augment

NONE = "none"
MOST_LOST = 0.02  # of micro F1, by any step


def altered(reports: Sequence[Report], step: str) -> list[Report]:
    """The reports, each altered by one step, seeded by its id; as they are for ``none``."""
    if step == NONE:
        return list(reports)
    return [augment(report, {step: 1.0}, random.Random(report.id)) for report in reports]


def measure(model: Path, reports: Sequence[Report], train: Sequence[Report]) -> dict[str, Any]:
    """Strict micro F1 by step and system, with its interval."""
    tagger = Tagger.load(model, device="cpu")
    labels = tagger.manifest.labels
    crf = baselines.Crf(labels).fit(train)
    rows: dict[str, Any] = {}
    for step in (NONE, *STEPS):
        gold = altered(reports, step)
        found = {
            "model": list(tagger.tag_many([report.text for report in gold])),
            "CRF": crf.tag(gold),
            "regex": baselines.by_expressions(gold),
        }
        rows[step] = {
            system: asdict(scores.strict(gold, tagged, labels)[scores.MICRO])
            for system, tagged in found.items()
        }
        rows[step]["altered"] = sum(a.text != b.text for a, b in zip(gold, reports, strict=True))
        print(f"{step}: {rows[step]['model']['f1']:.4f}", flush=True)
    return rows


def page(model: Path, path: Path, rows: dict[str, Any]) -> str:
    """The rows as Markdown, with what each step costs the model."""
    before = rows[NONE]["model"]["f1"]
    lines = [
        "# Robustness",
        "",
        "Strict micro F1 on dev when one augmentation step alone alters every report that it can,",
        f"with the 95 % interval over reports. `python benchmarks/robustness.py {model} {path}`,",
        f"{date.today().isoformat()}. No step may cost the model more than {MOST_LOST}.",
        "",
        "| step | reports altered | model | cost | CRF | regular expressions |",
        "|---|---|---|---|---|---|",
    ]
    for step, row in rows.items():
        cells = (
            f"{row[s]['f1']:.4f} ({row[s]['low']:.4f}-{row[s]['high']:.4f})"
            for s in ("model", "CRF", "regex")
        )
        model_cell, crf_cell, regex_cell = cells
        cost = before - row["model"]["f1"]
        lines.append(
            f"| {step} | {row['altered']} | {model_cell} | {cost:.4f} | {crf_cell} | {regex_cell} |"
        )
    return "\n".join([*lines, ""])


def main() -> None:
    """Measure, write, and exit with 1 when a step costs too much."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("annotations", type=Path)
    parser.add_argument("--train", type=Path, default=Path("annotations/train"))
    parser.add_argument("--out", type=Path, default=Path("docs/robustness"))
    wanted = parser.parse_args()
    reports = [item.report for item in read([wanted.annotations])]
    train = [item.report for item in read([wanted.train])]
    rows = measure(wanted.model, reports, train)
    content = json.dumps({"date": date.today().isoformat(), "steps": rows}, indent=1)
    wanted.out.with_suffix(".json").write_text(content + "\n", encoding="utf-8")
    text = page(wanted.model, wanted.annotations, rows)
    wanted.out.with_suffix(".md").write_text(text, encoding="utf-8")
    least = rows[NONE]["model"]["f1"] - MOST_LOST
    if failed := [step for step, row in rows.items() if row["model"]["f1"] < least]:
        raise SystemExit(f"these steps cost more than {MOST_LOST}: {', '.join(failed)}")


if __name__ == "__main__":
    main()
