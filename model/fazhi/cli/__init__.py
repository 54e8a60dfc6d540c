"""The command line. What a command needs is imported inside it, so that each starts fast."""

from __future__ import annotations

from typing import Annotated

import typer

from fazhi.cli import annotating, encoders
from fazhi.cli.models import compare, evaluate, export, train
from fazhi.cli.predicting import predict
from fazhi.cli.viewing import view
from fazhi.version import __version__

app = typer.Typer(
    name="fazhi",
    help="Read Chinese rule-of-law government reports: headings, laws, counts and rates, as facts.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fazhi {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print it.")
    ] = False,
) -> None:
    """Read Chinese rule-of-law government reports: headings, laws, counts and rates, as facts."""


for command in (predict, view, train, evaluate, compare, export):
    app.command()(command)
app.add_typer(annotating.app, name="annotations")
app.add_typer(encoders.app, name="encoder")
