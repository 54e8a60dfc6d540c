"""``fazhi predict``: reports to what is in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fazhi.cli.options import (
    Device,
    Devices,
    Encoding,
    Engines,
    LimitChanges,
    MinScore,
    Model,
    Precision,
)
from fazhi.cli.targets import refuse_bad_output
from fazhi.cli.telling import progress, told_plainly
from fazhi.errors import FazhiError

if TYPE_CHECKING:
    from fazhi.batches.running import Outcome, Predict
    from fazhi.batches.workers import Result, Settings
    from fazhi.limits import Limits
    from fazhi.reports import Report


def predict(
    inputs: Annotated[
        list[str],
        typer.Argument(
            help="Files or folders; - is standard input. With --engine ray URIs, too: s3://…",
            metavar="INPUTS...",
        ),
    ],
    out: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--out",
            metavar="PATH",
            help="Write the facts here, by ending: .jsonl, .csv, .xlsx, .parquet; - is standard "
            "output, as JSONL. With --engine ray a folder, of Parquet.",
        ),
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            help="Write the spans to -o for correction, in a format of fazhi annotations convert: "
            "label-studio, doccano, inline …",
        ),
    ] = None,
    summary: Annotated[
        bool, typer.Option("--summary", help="Print the summary beside writing -o, too.")
    ] = False,
    model: Model = None,
    device: Device = Devices.AUTO,
    precision: Precision = None,
    compile: Annotated[
        bool, typer.Option("--compile", help="On a GPU: have torch compile the model first.")
    ] = False,
    min_score: MinScore = 0.0,
    encoding: Encoding = None,
    limit: LimitChanges = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Processes that tag: 1 if not given, on a cluster as many as there is room for.",
        ),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="Of each process; if not given they share the cores, and on a cluster have 1.",
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop at the first file that can't be read.")
    ] = False,
    engine: Annotated[
        Engines, typer.Option(help="ray runs on a cluster, or on all of this machine.")
    ] = Engines.LOCAL,
    address: Annotated[
        str | None,
        typer.Option(help="Of the Ray cluster: auto is the one that this machine belongs to."),
    ] = None,
) -> None:
    """Tag reports: print what is in them, or write it with -o.

    Files, folders, .zip archives and .jsonl of texts are taken. A file that can't be read is named
    at the end, the others are done all the same, and the exit code is 1. Broken off, the same
    command with -o goes on where it stopped. The JSONL is in the annotation format, with the facts
    beside it. With --to, what the format has no place for is listed (docs/formats.md). A cluster:
    docs/scale.md.
    """
    from fazhi.batches.workers import Settings
    from fazhi.limits import Limits

    paths, target = [Path(place) for place in inputs], None if out is None else Path(out)
    if engine is Engines.RAY:
        refused = {"--to": to, "--summary": summary, "--strict": strict, "-": "-" in (*inputs, out)}
        _refuse_options(refused, engine)
    else:
        uris = [place for place in (*inputs, out or "") if "://" in place]
        _refuse_options({"--address": address, "a URI": uris}, engine)
        refuse_bad_output(target, paths, to)
    is_kept = out not in (None, "-")
    with told_plainly("stopped; the same command goes on" if is_kept else "stopped"):
        settings = Settings(
            model,
            device.value,
            min_score,
            encoding,
            Limits.parse(limit or ()),
            threads,
            precision and precision.value,
            compile,
        )
        if engine is Engines.RAY:
            outcome = _predict_on_ray(inputs, out, settings, address, jobs)
        else:
            with local_engine(settings, jobs or 1) as predicting, progress(paths) as done:
                if target is None or out == "-":
                    show = _print_summary if out is None else _print_json
                    only = partial(stream, predicting, paths, settings.limits, show)
                    outcome = only(strict=strict, done=done)
                else:
                    from fazhi.batches.running import run
                    from fazhi.batches.sources import find

                    each = _print_summary if summary else _ignore
                    found = find(paths, settings.limits)
                    only = partial(run, found, target, predicting, settings, to=to, each=each)
                    outcome = only(strict=strict, done=done)
        tell(outcome)
        if outcome.before:
            typer.echo(f"{outcome.before} were done before", err=True)
        if out is not None or outcome.failures:
            typer.echo(f"{outcome.tagged} tagged, {len(outcome.failures)} failed", err=True)
        if outcome.dropped:
            lines = [f"dropped ({len(outcome.dropped)}):", *outcome.dropped]
            typer.echo("\n  ".join(lines), err=True)
        if outcome.failures:
            raise typer.Exit(1)


def _predict_on_ray(
    inputs: list[str], out: str | None, settings: Settings, address: str | None, jobs: int | None
) -> Outcome:
    from fazhi.batches import ray_engine

    if out is None:
        raise typer.BadParameter("--engine ray needs a folder; name it with -o")
    with (
        ray_engine.begin(inputs, out, settings, address=address, actors=jobs) as batch,
        progress(batch.reports) as done,
    ):
        return batch.run(done)


def _refuse_options(given: Mapping[str, object], engine: Engines) -> None:
    """Raise BadParameter when one of the options that the engine does not know is given."""
    for option, value in given.items():
        if value:
            raise typer.BadParameter(f"{option} can't be had with --engine {engine.value}")


@contextmanager
def local_engine(settings: Settings, jobs: int) -> Iterator[Predict]:
    """What makes reports of sources: this process, or several."""
    if jobs > 1:
        from fazhi.batches.workers import Workers

        with closing(Workers(jobs, settings)) as workers:
            yield workers.predict
    else:
        from fazhi.batches.predicting import predict as predict_sources

        with closing(settings.readers()) as readers:
            tagger = settings.tagger()
            yield lambda items: predict_sources(tagger, items, readers)


def stream(
    engine: Predict,
    inputs: list[Path],
    limits: Limits,
    show: Callable[[Result], object],
    *,
    strict: bool = False,
    done: Callable[[], object],
) -> Outcome:
    """Hand on results as they come, and count them."""
    from fazhi.batches.running import Outcome
    from fazhi.batches.sources import Failure, find
    from fazhi.reports import Report

    outcome = Outcome()
    for result in engine(find(inputs, limits)):
        if strict and isinstance(result, Failure):
            raise FazhiError(result.reason)
        if isinstance(result, Report | Failure):
            outcome.add(result)
        show(result)
        done()
    return outcome


def tell(outcome: Outcome) -> None:
    """List what failed, and what was not read in full."""
    for failure in outcome.failures:
        typer.echo(f"error: {failure.reason}", err=True)
    for name, number in outcome.damaged.items():
        typer.echo(f"warning: {name}: damaged characters, shown as \ufffd: {number}", err=True)


def _print_json(result: Result) -> None:
    from fazhi.batches.sources import Repeat

    if not isinstance(result, Repeat):
        typer.echo(result.to_json().encode("utf-8", "backslashreplace"))


def _print_summary(result: Result) -> None:
    from fazhi.outputs.summary import summarise
    from fazhi.reports import Report

    if isinstance(result, Report):
        for line in summarise(result):
            typer.echo(line)
        typer.echo()


def _ignore(result: Report) -> None:
    pass
