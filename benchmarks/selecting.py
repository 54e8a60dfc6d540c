"""Selecting: do 40 reports chosen by ``fazhi annotations select`` beat 40 random ones?

    python benchmarks/selecting.py configs/default.yaml

trains a model on a random start of the train reports and lets it choose among the others; then one
model on the start with what was chosen, and one with each random draw, all with the same number of
windows and no augmentation. They are scored on the recipe's dev reports. A finished run is not
repeated. Writes ``docs/selecting.json`` and ``.md``.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import torch

from fazhi.annotations import read
from fazhi.annotations.selecting import candidate, profile, select
from fazhi.tagging.tagger import Tagger
from fazhi_training import scores
from fazhi_training.recipe import Augmentation, Recipe
from fazhi_training.training import fit, train
from learning_curve import BATCH_WINDOWS, limited, passes

START = 15  # reports
CHOSEN = 40  # of the others
DRAWS = 2  # random ones
WINDOWS_SEEN = 880  # in all passes of a run together, about
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Split:
    """The train reports in a seeded order: those of the start, and the pool."""

    start: tuple[Path, ...]
    pool: tuple[Path, ...]

    @classmethod
    def draw(cls, recipe: Recipe) -> Split:
        """The split of a recipe's train reports."""
        files = sorted(path for folder in recipe.train for path in folder.glob("*.txt"))
        random.Random(0).shuffle(files)
        return cls(tuple(files[:START]), tuple(files[START:]))


def choose(recipe: Recipe, split: Split, work: Path) -> tuple[Path, ...]:
    """What a model of the start chooses; it is trained if it is not in ``work``."""
    folder = work / "start"
    if not folder.exists():
        train(
            limited(recipe, split.start, folder, passes(split.start, recipe.windows, WINDOWS_SEEN))
        )
    tagger = Tagger.load(folder, device="cpu", threads=torch.get_num_threads())
    texts = {item.path: item.report.text for item in read([*split.start, *split.pool])}
    pool = [candidate(tagger, str(path), texts[path]) for path in split.pool]
    known = {path.stem: profile(texts[path]) for path in split.start}
    chosen, _ = select(pool, known, CHOSEN)
    return tuple(Path(one.candidate.name) for one in chosen)


def run(recipe_path: Path, arm: str, work: Path, threads: int) -> dict[str, Any]:
    """Train and score one arm; returns its row, read from ``work`` where it is finished."""
    torch.set_num_threads(threads)
    folder = work / arm
    row_file = folder.with_suffix(".json")
    if row_file.exists():
        return dict(json.loads(row_file.read_text(encoding="utf-8")))
    recipe = Recipe.load(recipe_path)
    recipe = recipe.model_copy(update={"augmentation": Augmentation.model_validate({})})
    split = Split.draw(recipe)
    if arm == "chosen":
        more = choose(recipe, split, work)
    else:
        more = tuple(random.Random(arm).sample(split.pool, CHOSEN))
    files = tuple(sorted((*split.start, *more)))
    number = passes(files, recipe.windows, WINDOWS_SEEN)
    trainer = fit(limited(recipe, files, folder, number))
    gold = trainer.reports["dev"]
    added = [item.report for item in read(more)]
    row = {
        "arm": arm,
        "passes": number,
        "date": date.today().isoformat(),
        "pool": len(split.pool),
        "added": [path.stem for path in more],
        "chars": sum(len(report.text) for report in added),
        "spans": sum(len(report.spans) for report in added),
        "strict": {
            label: asdict(score)
            for label, score in scores.strict(gold, trainer.tagged, recipe.labels).items()
        },
        "counts": scores.count(gold, trainer.tagged, recipe.labels)[scores.MICRO].tolist(),
    }
    row_file.write_text(json.dumps(row), encoding="utf-8")
    shutil.rmtree(folder.with_name(f"{folder.name}.checkpoints"))
    return row


def difference(
    chosen: Mapping[str, Any], drawn: Sequence[Mapping[str, Any]]
) -> tuple[float, float, float]:
    """F1 of the chosen minus the mean of the random ones, and what holds 95 % of it.

    The bootstrap is paired: every resample of the dev reports is scored for all arms.
    """
    size = len(chosen["counts"])
    picks = np.concatenate([np.arange(size)[None], scores.resamples(size)])  # the reports first
    ours, *theirs = (
        scores.f1(np.array(row["counts"])[picks].sum(axis=1)) for row in (chosen, *drawn)
    )
    gaps = ours - np.mean(theirs, axis=0)
    low, high = np.percentile(gaps[1:], [2.5, 97.5])
    return float(gaps[0]), float(low), float(high)


def page(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as Markdown, with what they say."""
    chosen, *drawn = rows
    gap, low, high = difference(chosen, drawn)
    if low > 0:
        verdict = "The chosen reports teach more than random ones."
    elif high < 0:
        verdict = "The chosen reports teach less than random ones."
    else:
        verdict = "The chosen reports teach neither more nor less than can be told from chance."
    labels = [scores.MICRO, *(label for label in chosen["strict"] if label != scores.MICRO)]
    updates = WINDOWS_SEEN // BATCH_WINDOWS
    lines = [
        "# Choosing what to annotate",
        "",
        f"Do {CHOSEN} reports chosen by `fazhi annotations select` beat {CHOSEN} random ones?",
        f"Train had {START + chosen['pool']} reports: a model of {START} random ones chose among",
        f"the {chosen['pool']} others; then every arm was trained on those {START} with its",
        f"{CHOSEN}, from the same encoder, about {WINDOWS_SEEN} windows in {updates} updates, seed",
        "0, without augmentation. Strict span F1 on the recipe's dev reports",
        f"({len(chosen['counts'])}), with its 95 % interval over reports. The scores of the model",
        "that chose are calibrated on the same reports, which sets only the two parameters of the",
        "calibration.",
        "",
        f"| {CHOSEN} reports | characters | spans | {' | '.join(labels)} |",
        "|---" * (3 + len(labels)) + "|",
    ]
    for row in rows:
        cells = (row["strict"][label] for label in labels)
        shown = " | ".join(f"{c['f1']:.3f} ({c['low']:.3f}-{c['high']:.3f})" for c in cells)
        lines.append(f"| {row['arm']} | {row['chars']:,} | {row['spans']:,} | {shown} |")
    lines += [
        "",
        f"Chosen minus the mean of {len(drawn)} random draws: **{gap:+.3f}** ({low:+.3f} to "
        f"{high:+.3f}, paired bootstrap over reports).",
        verdict,
        "The interval knows of the reports alone, not of what another start, draw or seed gives.",
        "",
        "Made by `python benchmarks/selecting.py configs/default.yaml`, "
        f"{' and '.join(sorted({row['date'] for row in rows}))}.",
        "The measure: [formats](formats.md#choosing-what-to-annotate).",
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    """Run what is missing, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--work", type=Path, default=Path("runs/selecting"))
    parser.add_argument("--out", type=Path, default=Path("docs/selecting"))
    parser.add_argument("--processes", type=int, default=2, help="runs at once")
    parser.add_argument("--threads", type=int, default=1, help="of each run")
    wanted = parser.parse_args()
    wanted.work.mkdir(parents=True, exist_ok=True)
    arms = ["chosen", *(f"random-{number}" for number in range(1, DRAWS + 1))]
    rows = {}
    with ProcessPoolExecutor(wanted.processes, mp_context=get_context("spawn")) as pool:
        futures = [
            pool.submit(run, wanted.recipe, arm, wanted.work, wanted.threads) for arm in arms
        ]
        for future in as_completed(futures):
            row = future.result()
            rows[row["arm"]] = row
            print(f"{row['arm']}: {row['strict'][scores.MICRO]['f1']:.4f}", flush=True)
    found = [rows[arm] for arm in arms]
    wanted.out.with_suffix(".json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    wanted.out.with_suffix(".md").write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    main()
