"""``fazhi annotations``: annotated reports checked, counted, compared, converted, chosen."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from fazhi.cli.options import Device, Devices, Encoding, LimitChanges, Model
from fazhi.cli.targets import refuse_bad_file, refuse_bad_folder
from fazhi.cli.telling import extra, progress, told_plainly

app = typer.Typer(
    help="Annotated reports: check, count, compare, convert and choose them.",
    no_args_is_help=True,
)


@app.command("check")
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

    with told_plainly():
        reports = check(paths, tuple(label) if label else LABELS, apart=apart or ())
        spans = sum(len(report.spans) for report in reports)
        typer.echo(f"{len(reports)} reports, {spans} spans, no problems")


@app.command("stats")
def annotations_stats(
    paths: Annotated[list[Path], typer.Argument(help="Annotated reports, a column each path.")],
    phenomena: Annotated[
        Path | None,
        typer.Option(help="A table of tags (TSV): count the reports that have each instead."),
    ] = None,
) -> None:
    """Set annotated reports side by side: density per label, lengths, levels, paragraphs."""
    from fazhi.annotations import read

    with told_plainly():
        from fazhi_training.statistics import count_phenomena, describe

        sets = {path.name: [item.report for item in read([path])] for path in paths}
        if phenomena is None:
            typer.echo(describe(sets))
            return
        rows = [line.split("\t") for line in phenomena.read_text("utf-8").splitlines()[1:]]
        typer.echo(count_phenomena([(row[0], row[-1]) for row in rows], sets))


@app.command("agreement")
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
        refuse_bad_file(out, paths, (".html",))
    with told_plainly():
        from fazhi_training.agreement import compare
        from fazhi_training.agreement_page import write_page

        agreement = compare(paths)
        typer.echo(agreement.table())
        if differences:
            for difference in agreement.differences():
                typer.echo(str(difference))
        if out is not None:
            write_page(agreement, out)


@app.command("suspects")
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
        refuse_bad_file(out, paths, ENDINGS)
    with told_plainly():
        items = read(paths)
        models = list(model or ())
        if folds:
            with extra("train"):
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


@app.command("convert")
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

    with told_plainly():
        outcome = convert(source, target, to, source_format)
        typer.echo(str(outcome))
        if outcome.problems:
            raise typer.Exit(1)


@app.command("select")
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
        refuse_bad_folder(out, pool)
    with told_plainly():
        limits = Limits.parse(limit or ())
        settings = Settings(model, device.value, encoding=encoding, limits=limits)
        known = {item.report.id: selecting.profile(item.report.text) for item in read(train or ())}
        found: list[selecting.Candidate] = []
        failures: list[Failure] = []
        with closing(settings.readers()) as readers, progress(pool) as done:
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


@app.command("label-studio-config")
def annotations_label_studio_config(
    label: Annotated[
        list[str] | None, typer.Option(help="A label of your own set; repeat for each.")
    ] = None,
) -> None:
    """Print the labelling interface for Label Studio, with attributes as fields of a region."""
    from fazhi.annotations.formats.label_studio import label_studio_config
    from fazhi.tagging.labels import LABELS

    typer.echo(label_studio_config(tuple(label) if label else LABELS))
