"""``fazhi view``: reports to a page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fazhi.cli.options import Device, Devices, Encoding, LimitChanges, MinScore, Model
from fazhi.cli.predicting import local_engine, stream, tell
from fazhi.cli.targets import refuse_bad_file
from fazhi.cli.telling import progress, told_plainly

if TYPE_CHECKING:
    from fazhi.batches.workers import Result


def view(
    inputs: Annotated[
        list[Path],
        typer.Argument(help="Files or folders: reports, results of predict (.jsonl), annotations."),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Write the page here (.html).")],
    model: Model = None,
    device: Device = Devices.AUTO,
    min_score: MinScore = 0.0,
    encoding: Encoding = None,
    limit: LimitChanges = None,
) -> None:
    """Show reports on a page: the text with its spans, every fact, and what does not add up.

    The page is one file that needs no network. Reports that are not tagged yet are tagged first.
    """
    from fazhi.batches.predicting import split_tagged
    from fazhi.batches.workers import Settings
    from fazhi.limits import Limits
    from fazhi.outputs.viewing import write_page
    from fazhi.reports import Report

    refuse_bad_file(out, inputs, (".html",))
    with told_plainly():
        tagged, files = split_tagged(inputs)
        reports = [report.at_least(min_score) for report in tagged]
        failed = 0
        if files:
            limits = Limits.parse(limit or ())
            settings = Settings(model, device.value, min_score, encoding, limits)
            with local_engine(settings, 1) as engine, progress(files) as done:

                def show(result: Result) -> None:
                    if isinstance(result, Report):
                        reports.append(result)

                outcome = stream(engine, files, limits, show, done=done)
            tell(outcome)
            failed = len(outcome.failures)
        if reports:
            write_page(reports, out)
        typer.echo(f"{len(reports)} on the page, {failed} failed", err=True)
        if failed:
            raise typer.Exit(1)
