"""Models trained by cross-validation: each report is held out from one of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fazhi.annotations import format_lines
from fazhi.errors import FazhiError
from fazhi.reports import Report
from fazhi.tagging.manifest import FILE_NAME, Manifest
from fazhi.tagging.windows import WindowSettings, cut
from fazhi_training.recipe import Recipe
from fazhi_training.training import digest, train

UPDATES = 300
BATCH_WINDOWS = 4
_DEV_REPORTS = 5  # of those held out: what a fold's scores are calibrated on


def train_folds(
    reports: Sequence[Report], folds: int, work: Path, recipe: Recipe | None = None
) -> list[Path]:
    """Train a model for each fold; that of fold ``i`` has not seen ``reports[i::folds]``.

    Returns the model folders, ``work/fold-1`` and so on. Those that are there are not trained
    again. ``recipe`` says how each is trained, its reports and ``out`` apart; without one, 300
    updates of 4 windows from the shipped encoder. Raises FazhiError when there are fewer reports
    than folds, or when a folder holds a model of other reports.
    """
    if len(reports) < folds:
        raise FazhiError(f"{len(reports)} reports can't be cut into {folds} folds")
    work.mkdir(parents=True, exist_ok=True)
    return [
        _train_fold(
            [report for place, report in enumerate(reports) if place % folds != fold],
            reports[fold::folds][:_DEV_REPORTS],
            work / f"fold-{fold + 1}",
            recipe,
        )
        for fold in range(folds)
    ]


def _train_fold(
    rest: Sequence[Report], dev: Sequence[Report], folder: Path, recipe: Recipe | None
) -> Path:
    if (folder / FILE_NAME).exists():
        if Manifest.load(folder).annotations.get("train") != digest(rest):
            raise FazhiError(
                f"{folder}: a model of other annotations; remove it, or name the models to use "
                "with --model"
            )
        return folder
    paths = {name: folder.with_name(f"{folder.name}.{name}.jsonl") for name in ("train", "dev")}
    for name, reports in (("train", rest), ("dev", dev)):
        paths[name].write_bytes(format_lines(reports))
    given = {"train": (paths["train"],), "dev": (paths["dev"],), "own": None, "out": folder}
    if recipe is None:
        labels = tuple(sorted({span.label for report in rest for span in report.spans}))
        recipe = Recipe.model_validate({**given, "labels": labels, "fitting": _fitting(rest)})
    return train(recipe.model_copy(update=given))


def _fitting(reports: Sequence[Report]) -> dict[str, float]:
    """Passes that make ``UPDATES`` updates, with one evaluation at their end."""
    windows = sum(len(cut(report.text, WindowSettings())) for report in reports)
    passes = UPDATES * BATCH_WINDOWS / max(1, windows)
    return {
        "passes": passes,
        "batch_windows": BATCH_WINDOWS,
        "evaluations_per_pass": 1 / passes,
    }
