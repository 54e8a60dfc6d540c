"""Where a command may write, refused before any work is done."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from io import TextIOWrapper
from pathlib import Path

import typer


def refuse_bad_output(out: Path | None, inputs: list[Path], to: str | None) -> None:
    from fazhi.outputs.writing import ENDINGS

    if to is not None:
        _refuse_bad_annotations(out, inputs, to)
    elif str(out) == "-":
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    elif out is not None:
        refuse_bad_file(out, inputs, ENDINGS)


def refuse_bad_file(out: Path, inputs: list[Path], endings: Sequence[str] = ()) -> None:
    if endings and out.suffix.lower() not in endings:
        raise typer.BadParameter(
            f"unknown ending {out.suffix!r}; expected one of {', '.join(endings)}",
            param_hint="output",
        )
    if out.is_dir():
        raise typer.BadParameter(f"{out} is a folder; name a file in it", param_hint="output")
    _refuse_no_place(out, inputs)


def _refuse_bad_annotations(out: Path | None, inputs: list[Path], to: str) -> None:
    from fazhi.annotations.formats import FOLDERS, FORMATS

    if to not in FORMATS:
        raise typer.BadParameter(
            f"unknown format {to!r}; expected one of {', '.join(FORMATS)}", param_hint="--to"
        )
    if out is None or str(out) == "-":
        raise typer.BadParameter("name a file or a folder with -o", param_hint="--to")
    if to in FOLDERS:
        refuse_bad_folder(out, inputs)
    else:
        refuse_bad_file(out, inputs)


def refuse_bad_folder(out: Path, inputs: list[Path]) -> None:
    from fazhi.annotations.formats.files import is_free

    if not is_free(out):
        raise typer.BadParameter(
            f"{out}: already there; expected a new or an empty folder", param_hint="output"
        )
    _refuse_no_place(out, inputs)


def _refuse_no_place(out: Path, inputs: list[Path]) -> None:
    if not out.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {out.parent}", param_hint="output")
    if any(path.exists() and out.exists() and path.samefile(out) for path in inputs):
        raise typer.BadParameter(f"{out} is an input; choose another file", param_hint="output")
