"""What a saved model tells of itself: a card in Markdown and the curve of its training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fazhi.reports import Report
from fazhi.tagging.manifest import Manifest
from fazhi_training.comparison import Comparison, in_words
from fazhi_training.recipe import Recipe

ENCODER, NOTICE = "ENCODER.md", "NOTICE"
"""Files of an encoder's folder that go with every model made of it: what it saw, and licences."""

_SPLITS = {"own": "own reports", "held": "own reports, held out"}


def write_card(
    folder: Path,
    manifest: Manifest,
    recipe: Recipe,
    reports: Mapping[str, Sequence[Report]],
    changes: Mapping[str, Comparison],
) -> None:
    """Write ``README.md`` into the model folder.

    ``changes`` are what reports of one's own changed, by the reports that it was measured on.
    """
    lines = [
        "# A fazhi model",
        "",
        f"A tagger of {', '.join(manifest.labels)} for Chinese texts, saved on {manifest.date}.",
        "",
        f"- Encoder it started from: `{manifest.encoder}`{_link(folder, ENCODER, 'what it saw')}",
        f"- Windows of at most {manifest.windows.window_chars} characters, "
        f"{manifest.windows.overlap_chars} shared",
        f"- Seed {manifest.seed}, {recipe.fitting.passes:g} passes, "
        f"learning rate {recipe.fitting.learning_rate:g}",
        "- " + ", ".join(f"{name} {number}" for name, number in manifest.versions.items()),
        "",
        "## Annotations",
        "",
        "| split | reports | characters | spans | sha256 |",
        "|---|---|---|---|---|",
    ]
    for split, items in reports.items():
        chars = sum(len(report.text) for report in items)
        spans = sum(len(report.spans) for report in items)
        sha = manifest.annotations.get(split, "")[:16]
        lines.append(
            f"| {_SPLITS.get(split, split)} | {len(items)} | {chars:,} | {spans:,} | `{sha}` |"
        )
    lines += ["", *_retraining(changes)]
    lines += ["## Scores on dev", ""]
    if "held" in reports:
        lines += ["Dev and the held-out reports together.", ""]
    lines += ["Strict span F1 with its 95 % interval over reports.", ""]
    lines += ["| label | F1 | interval |", "|---|---|---|"]
    lines += [
        f"| {label} | {found['f1']:.4f} | {found['low']:.4f}-{found['high']:.4f} |"
        for label, found in manifest.scores.get("dev", {}).items()
    ]
    lines += [
        "",
        "The same reports chose the checkpoint, so they flatter the model a little; score it with",
        "`fazhi evaluate` on reports that nothing was chosen by.",
        "",
        "![Loss and dev F1](loss.png)",
        "",
        *_calibration(manifest.scores.get("calibration_error")),
        "## Limits",
        "",
        "Scores and calibration are of the dev reports named above. On texts unlike them, other",
        "genres above all, both can be off: score it on a few annotated reports of your own.",
        "",
        "## Use",
        "",
        "`fazhi predict FILE --model FOLDER`, or `Tagger.load(FOLDER)` in Python. Stock",
        '`transformers.pipeline("token-classification", model=FOLDER)` loads it too: its tags are',
        "BIOES, so it gives one tag a character and not whole spans.",
        "",
    ]
    if (folder / NOTICE).is_file():
        lines += ["## Licences", "", f"Of what the model is made of: [{NOTICE}]({NOTICE}).", ""]
    (folder / "README.md").write_text("\n".join(lines), encoding="utf-8")


def _retraining(changes: Mapping[str, Comparison]) -> list[str]:
    lines = []
    for title, comparison in changes.items():
        lines += [
            f"## {title}",
            "",
            "Strict span F1 of the model it started from and of this one, the difference with its",
            "95 % interval over reports, and p by a paired bootstrap test.",
            "",
            "| label | before | after | difference | interval | p |",
            "|---|---|---|---|---|---|",
        ]
        lines += [
            f"| {label} | {found.first:.4f} | {found.second:.4f} | {found.difference:+.4f} "
            f"| {found.interval} | {in_words(found.p)} |"
            for label, found in comparison.differences.items()
        ]
        lines.append("")
    return lines


def _link(folder: Path, name: str, says: str) -> str:
    return f" ([{says}]({name}))" if (folder / name).is_file() else ""


def _calibration(errors: Mapping[str, float] | None) -> list[str]:
    if errors is None:
        return ["Scores of spans are not calibrated: dev had nothing to fit them by.", ""]
    return [
        "## Calibration",
        "",
        "The `score` of a span is the share of such spans on dev that are right. Expected",
        f"calibration error on dev: {errors['cross_validated']:.4f} cross-validated over reports "
        f"(95 % interval {errors['low']:.4f}-{errors['high']:.4f}),",
        f"{errors['after']:.4f} on the reports it was fitted on, {errors['before']:.4f} before.",
        "",
        "![Reliability](reliability.png)",
        "",
    ]


def loss_curve(history: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Plot training loss and dev F1 by step as a PNG."""
    from matplotlib.figure import Figure

    losses = [(entry["step"], entry["loss"]) for entry in history if "loss" in entry]
    scores = [(entry["step"], entry["eval_f1"]) for entry in history if "eval_f1" in entry]
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    axes.plot(*_columns(losses), color="tab:blue")
    axes.set(xlabel="step", ylabel="training loss", yscale="log")
    right = axes.twinx()
    right.plot(*_columns(scores), color="tab:orange", marker="o")
    right.set(ylabel="strict F1 on dev", ylim=(0, 1))
    figure.savefig(path, dpi=110)


def _columns(pairs: Sequence[tuple[int, float]]) -> tuple[list[int], list[float]]:
    return [x for x, _ in pairs], [y for _, y in pairs]
