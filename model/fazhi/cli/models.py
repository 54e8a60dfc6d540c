"""``fazhi train``, ``evaluate``, ``compare`` and ``export``: models and their scores."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from fazhi.cli.options import Annotations, Device, Devices, ModelFolder, Precision
from fazhi.cli.targets import refuse_bad_file
from fazhi.cli.telling import extra, told_plainly


def train(
    recipe: Annotated[Path, typer.Argument(help="A YAML recipe; those of fazhi are in configs/.")],
    init: Annotated[
        str | None,
        typer.Option(help="Start from this model or encoder: a folder, shipped-model, shipped."),
    ] = None,
    annotations: Annotated[
        list[Path] | None,
        typer.Option(help="Annotated reports of your own, to mix with the recipe's; repeatable."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Save the model in this folder.")] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the last checkpoint of this recipe.")
    ] = False,
) -> None:
    """Train a model on annotated reports, as a recipe says, and save it as a model folder.

    --init, --annotations and --out take the place of what the recipe says. With reports of your
    own, a part of them is held out, and what was gained there and lost on the others is told.
    """
    with told_plainly(), extra("train"):
        from fazhi_training.recipe import Recipe
        from fazhi_training.training import train as train_recipe

        given = {
            "encoder": init,
            "own": {"annotations": annotations} if annotations else None,
            "out": out,
        }
        changes = {name: value for name, value in given.items() if value is not None}
        folder = train_recipe(Recipe.load(recipe, **changes), resume=resume, report=typer.echo)
        if os.environ.get("RANK", "0") == "0":  # torchrun's number of this process
            typer.echo(f"saved {folder}")


def evaluate(
    model: ModelFolder,
    annotations: Annotations,
    baselines: Annotated[
        Path | None,
        typer.Option(
            help="Annotated train reports: with them, a CRF trained on them and regular "
            "expressions stand in the table.",
            exists=True,
        ),
    ] = None,
    errors: Annotated[bool, typer.Option("--errors", help="List misses and false spans.")] = False,
    json_out: Annotated[Path | None, typer.Option("--json", help="Write the scores here.")] = None,
    device: Device = Devices.AUTO,
    precision: Precision = None,
) -> None:
    """Score a model on annotated reports: strict span F1 with intervals, per label and in all."""
    if json_out is not None:
        refuse_bad_file(json_out, annotations)
    with told_plainly(), extra("train"):
        from fazhi_training.evaluation import evaluate as evaluate_model

        evaluation = evaluate_model(
            model,
            annotations,
            baselines=baselines,
            device=device.value,
            precision=precision and precision.value,
        )
        typer.echo(evaluation.table())
        if errors:
            for line in evaluation.errors():
                typer.echo(line)
        if json_out is not None:
            json_out.write_text(evaluation.to_json() + "\n", encoding="utf-8")


def compare(
    first: ModelFolder,
    second: ModelFolder,
    annotations: Annotations,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Write a page, too (.html).")
    ] = None,
) -> None:
    """Set two models side by side on annotated reports: what the second gains, what it loses.

    Strict F1 of both (A, B), the difference with an interval and p by a paired bootstrap test over
    reports, and report by report each span that only one of them has right.
    """
    from fazhi_training import corpora
    from fazhi_training.comparison import compare as compare_models
    from fazhi_training.comparison import known_labels

    if out is not None:
        refuse_bad_file(out, annotations, (".html",))
    with told_plainly():
        gold = corpora.read(annotations, known_labels(first, second))
        comparison = compare_models(first, second, gold)
        typer.echo(f"{len(gold)} reports: A {first}, B {second}")
        typer.echo(comparison.table())
        for line in comparison.lines():
            typer.echo(line)
        if out is not None:
            from fazhi_training.comparison_page import write_page

            write_page(comparison, (str(first), str(second)), out)


def export(
    model: Annotated[Path, typer.Argument(help="Model folder.")],
    dev: Annotated[list[Path], typer.Argument(help="Annotated dev reports: files, folders.")],
) -> None:
    """Make a model's ONNX files anew from its safetensors, and choose between fp32 and int8.

    int8 runs by default if it is faster on this machine and loses at most 0.003 strict F1 on dev.
    """
    with told_plainly(), extra("train"):
        from fazhi.annotations import read
        from fazhi_training.export import export as export_model

        manifest = export_model(model, [item.report for item in read(dev)])
        for name, found in manifest.precisions.items():
            typer.echo(
                f"{name}: {found['chars_per_second']:,} characters a second, strict F1 "
                f"{found['f1']:.4f}, {found['bytes'] / 2**20:.0f} MiB"
            )
        typer.echo(f"{manifest.precision} runs by default")
