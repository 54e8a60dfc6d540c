"""What the user is told while a command runs, and when it can't go on."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from fazhi.errors import FazhiError, MissingExtraError


@contextmanager
def told_plainly(stopped: str = "stopped") -> Iterator[None]:
    """Bad input ends with its message and exit code 1, not with a traceback; so does Ctrl-C."""
    try:
        yield
    except FazhiError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
    except BrokenPipeError:  # whoever read our output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit from None
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""  # a full disk has no name
        typer.echo(f"error: {where}{error.strerror}", err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        typer.echo(stopped, err=True)
        raise typer.Exit(130) from None


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Turn a missing optional dependency into the line that installs it."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"this needs {error.name}, which is not installed: pip install 'fazhi[{name}]'"
        ) from error


@contextmanager
def progress(inputs: list[Path] | int) -> Iterator[Callable[[], object]]:
    """A progress line on a terminal, with rate and time left; silence when it is piped.

    It goes up to the number of reports, which may have to be counted in the inputs.
    """
    if not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from fazhi.batches.sources import count

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        total = inputs if isinstance(inputs, int) else count(inputs)
        task = progress.add_task("reports", total=total, rate="")

        def done() -> None:
            speed = progress.tasks[task].speed
            progress.update(task, advance=1, rate=f"{speed:.1f}/s" if speed else "")

        yield done
