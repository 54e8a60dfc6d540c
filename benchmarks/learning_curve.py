"""Learning curve: dev F1 of models trained on 5 to 110 reports, with and without augmentation.

    python benchmarks/learning_curve.py configs/default.yaml

trains one model a size and arm (resumable: a finished run is not repeated), scores it on dev with
the tagger, and writes ``docs/learning-curve.json``, ``.md`` and ``.png``. The reports of a smaller
size are among those of every larger one. Every run sees about as many windows in as many updates,
a small size the same reports more often, so that only what it sees differs.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import torch
from matplotlib.figure import Figure

from fazhi.annotations import read
from fazhi.tagging.windows import cut
from fazhi_training import scores
from fazhi_training.recipe import Augmentation, Recipe, Windows
from fazhi_training.training import fit

DEV = Path("annotations/dev")  # the recipe has more
SIZES = (5, 10, 20, 40, 80, 110)
ARMS = ("augmented", "plain")
WINDOWS_SEEN = 1200  # in all passes of a run together, about
BATCH_WINDOWS = 4


def subset(recipe: Recipe, size: int) -> tuple[Path, ...]:
    """Files of the first ``size`` train reports in a seeded order."""
    files = sorted(path for folder in recipe.train for path in folder.glob("*.txt"))
    random.Random(0).shuffle(files)
    return tuple(sorted(files[:size]))


def passes(files: Iterable[Path], windows: Windows, seen: int = WINDOWS_SEEN) -> float:
    """How often a run that sees so many windows goes over its reports."""
    one = sum(len(cut(item.report.text, windows.settings())) for item in read(files))
    return round(seen / one, 2)


def limited(recipe: Recipe, files: tuple[Path, ...], out: Path, number: float) -> Recipe:
    """The recipe for these reports, gone over so often, and evaluated at the end alone."""
    once = {"passes": number, "evaluations_per_pass": 1 / number, "batch_windows": BATCH_WINDOWS}
    changes = {"train": files, "out": out, "fitting": recipe.fitting.model_copy(update=once)}
    return recipe.model_copy(update=changes)


def run(recipe_path: Path, size: int, arm: str, work: Path, threads: int) -> dict[str, Any]:
    """Train and score one model; returns its row, read from ``work`` where it is finished."""
    torch.set_num_threads(threads)
    folder = work / f"{arm}-{size}"
    row_file = folder.with_suffix(".json")
    if row_file.exists():
        return dict(json.loads(row_file.read_text(encoding="utf-8")))
    recipe = Recipe.load(recipe_path)
    if arm == "plain":
        recipe = recipe.model_copy(update={"augmentation": Augmentation.model_validate({})})
    files = subset(recipe, size)
    number = passes(files, recipe.windows)
    recipe = limited(recipe.model_copy(update={"dev": (DEV,)}), files, folder, number)
    checkpoints = folder.with_name(folder.name + ".checkpoints")
    trainer = fit(recipe, resume=any(checkpoints.glob("checkpoint-*")))
    found = scores.strict(trainer.reports["dev"], trainer.tagged, recipe.labels)
    row = {
        "reports": size,
        "arm": arm,
        "passes": number,
        "seed": recipe.fitting.seed,
        "date": date.today().isoformat(),
        "strict": {label: asdict(score) for label, score in found.items()},
    }
    row_file.write_text(json.dumps(row, indent=1), encoding="utf-8")
    shutil.rmtree(checkpoints)
    return row


def plot(rows: Sequence[Mapping[str, Any]], path: Path) -> None:
    """F1 by number of reports, a panel a label, both arms with their intervals."""
    figure = Figure(figsize=(11, 6.5), layout="constrained")
    panels = figure.subplots(2, 3, sharex=True).flat
    for axes, label in zip(panels, _in_order(rows[0]["strict"]), strict=False):
        for arm, colour in zip(ARMS, ("tab:blue", "tab:orange"), strict=True):
            mine = sorted((r for r in rows if r["arm"] == arm), key=lambda r: r["reports"])
            at = [row["reports"] for row in mine]
            found = [row["strict"][label] for row in mine]
            axes.fill_between(
                at, [s["low"] for s in found], [s["high"] for s in found], color=colour, alpha=0.18
            )
            axes.plot(at, [s["f1"] for s in found], color=colour, marker="o", label=arm)
        axes.set(title=label, xscale="log", ylim=(0.5, 1), xticks=SIZES, xticklabels=SIZES)
        axes.minorticks_off()
        axes.grid(alpha=0.3)
    legend = figure.axes[-1]
    legend.axis("off")
    legend.legend(*figure.axes[0].get_legend_handles_labels(), loc="center", frameon=False)
    figure.supxlabel("train reports")
    figure.supylabel("strict F1 on dev, with the 95 % interval over reports")
    figure.savefig(path, dpi=110)


def _in_order(labels: Iterable[str]) -> list[str]:
    return [scores.MICRO, *(label for label in labels if label != scores.MICRO)]


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """The rows as Markdown: F1 with its interval, by label."""
    labels = _in_order(rows[0]["strict"])
    lines = [
        f"| reports | arm | passes | {' | '.join(labels)} |",
        "|---" * (3 + len(labels)) + "|",
    ]
    for row in sorted(rows, key=lambda r: (r["reports"], r["arm"])):
        cells = (row["strict"][label] for label in labels)
        shown = (f"{c['f1']:.3f} ({c['low']:.3f}-{c['high']:.3f})" for c in cells)
        lines.append(f"| {row['reports']} | {row['arm']} | {row['passes']} | {' | '.join(shown)} |")
    return "\n".join(lines)


def main() -> None:
    """Run what is missing, and write table and plot."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recipe", type=Path)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--work", type=Path, default=Path("runs/learning-curve"))
    parser.add_argument("--out", type=Path, default=Path("docs/learning-curve"))
    parser.add_argument("--processes", type=int, default=2, help="runs at once")
    parser.add_argument("--threads", type=int, default=1, help="of each run")
    wanted = parser.parse_args()
    wanted.work.mkdir(parents=True, exist_ok=True)
    jobs = [(size, arm) for size in sorted(wanted.sizes, reverse=True) for arm in ARMS]
    rows = []
    with ProcessPoolExecutor(wanted.processes, mp_context=get_context("spawn")) as pool:
        futures = [
            pool.submit(run, wanted.recipe, size, arm, wanted.work, wanted.threads)
            for size, arm in jobs
        ]
        for future in as_completed(futures):
            row = future.result()
            rows.append(row)
            print(f"{row['reports']} {row['arm']}: {row['strict'][scores.MICRO]['f1']:.4f}")
    rows.sort(key=lambda row: (row["reports"], row["arm"]))
    wanted.out.with_suffix(".json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    wanted.out.with_suffix(".md").write_text(_page(rows), encoding="utf-8")
    plot(rows, wanted.out.with_suffix(".png"))


def _page(rows: Sequence[Mapping[str, Any]]) -> str:
    updates = WINDOWS_SEEN // BATCH_WINDOWS
    return "\n".join(
        [
            "# Learning curve",
            "",
            "Strict span F1 on dev by number of train reports, with its 95 % interval over dev",
            f"reports; one run each, seed 0. Every run sees about {WINDOWS_SEEN:,} windows in "
            f"{updates} updates,",
            "so that only what it sees differs: few reports many times, or 110 reports not even",
            f"once. The curve tells what reports are worth at {updates} updates of {BATCH_WINDOWS}",
            "windows; it does not tell where each size ends when it is trained for longer.",
            "Made by `python benchmarks/learning_curve.py",
            f"configs/default.yaml`, {min(r['date'] for r in rows)} to "
            f"{max(r['date'] for r in rows)}.",
            "",
            table(rows),
            "",
            "![F1 by number of train reports](learning-curve.png)",
            "",
        ]
    )


if __name__ == "__main__":
    main()
