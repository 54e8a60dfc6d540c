"""What training on reports of one's own gained on them, and what it lost on the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from fazhi.reports import Report
from fazhi.tagging.manifest import FILE_NAME, Manifest
from fazhi_training.comparison import Comparison, compare
from fazhi_training.recipe import Recipe

_NAMED = 8  # reports


def find_changes(
    recipe: Recipe, folder: Path, reports: Mapping[str, Sequence[Report]]
) -> dict[str, Comparison]:
    """The model that was started from against the trained one in ``folder``.

    On what was held out of the reports of one's own and on dev, each under its title; nothing where
    the start is no tagger of the same labels.
    """
    start = Path(recipe.encoder_path())
    if not (start / FILE_NAME).is_file() or Manifest.load(start).labels != recipe.labels:
        return {}
    titles = {"held": "Your reports, held out", "dev": "Our reports, dev"}
    return {
        f"{title} ({len(reports[name])})": compare(start, folder, reports[name])
        for name, title in titles.items()
        if reports[name]
    }


def describe(recipe: Recipe, held: Sequence[Report], changes: Mapping[str, Comparison]) -> str:
    """What was held out, and a table for each title: A is the start, B the trained model."""
    names = ", ".join(report.id for report in held[:_NAMED]) + ", …" * (len(held) > _NAMED)
    lines = [f"held out of your reports: {len(held)} ({names}), kept in {held_file(recipe)}"]
    if not changes:
        lines.append(f"{recipe.encoder} is no tagger of these labels: nothing to compare with")
    for title, comparison in changes.items():
        lines += ["", f"{title}: A {recipe.encoder}, B {recipe.out}", comparison.table()]
    return "\n".join(lines)


def held_file(recipe: Recipe) -> Path:
    """Where the reports that were held out are kept, beside the model."""
    return recipe.out.with_name(recipe.out.name + ".held-out.jsonl")
