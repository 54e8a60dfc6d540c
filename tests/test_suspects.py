"""Suspects: planted errors are found and ranked, and what depends on the report is not."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fazhi.annotations import Annotated, parse_inline, read
from fazhi.annotations.suspects import by_models, by_surface, ranked
from fazhi.cli import app
from fazhi.errors import FazhiError
from fazhi.tagging.tagger import Tagger

COUNT = '<COUNT value="{0}" unit="{1}" approx="none">{0}{1}</COUNT>'


def item(content: str, name: str = "a") -> Annotated:
    return parse_inline("<META>{}</META>\n" + content, Path(f"{name}.txt"))


def lectures(*counts: int, marked: bool = True, unit: str = "场") -> str:
    return "".join(
        f"开展讲座{COUNT.format(n, unit) if marked else f'{n}场'}，学习。\n" for n in counts
    )


def test_a_place_unlike_the_others() -> None:
    items = [item(lectures(3, 12, 20)), item("一\n" + lectures(8, marked=False), "b")]
    (found,) = by_surface(items)
    assert (found.file, found.line, found.report) == ("b.txt", 3, "b")
    assert (found.text, found.gold, found.other) == ("8场", "nothing", "COUNT unit=场 approx=none")
    assert found.by == "a.txt:2"
    assert found.score == pytest.approx(3 / 4 * 4 / 5)  # 3 of 4 places, 4 characters of context
    assert "讲座[8场]，学习" in str(found)


def test_a_shorter_context_counts_for_less() -> None:
    other = item("举办的座7场，学习。\n", "b")
    (found,) = by_surface([item(lectures(3, 12, 20)), other])
    assert found.score == pytest.approx(3 / 4 / 2)


def test_another_attribute() -> None:
    items = [item(lectures(3, 12)), item(lectures(9, unit="场").replace('"场"', '"次"'), "b")]
    (found,) = by_surface(items)
    assert found.gold == "COUNT unit=次 approx=none"


def test_what_depends_on_the_report_is_no_suspect() -> None:
    named = [item(f'按照《<LAW name="{name}条例">条例</LAW>》规定。', name) for name in "甲乙丙"]
    assert list(by_surface(named)) == []
    longer = '学习《<LAW name="x">行政处罚法</LAW>》《<LAW name="x">新行政处罚法</LAW>》'
    assert list(by_surface([item(longer)])) == []


def test_a_model_that_says_otherwise(tiny_model: Path) -> None:
    right = COUNT.format(2, "次")
    wrong = '办结<COUNT value="8">8件左</COUNT>右，又<LAW name="x">3次</LAW>。'
    items = [item(f"学习{right}，走访5次。\n"), item(wrong, "b")]
    found = ranked(by_models(items, [tiny_model, tiny_model]))
    told = {(one.report, one.start, one.gold, one.other) for one in found}
    assert told == {
        ("a", 7, "nothing", "COUNT 5次"),
        ("b", 2, "COUNT 8件左", "COUNT 8件"),
        ("b", 8, "LAW 3次", "COUNT 3次"),
    }
    assert {one.by for one in found} == {"model"}
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert all(0.5 < one.score < 1 for one in found)
    with pytest.raises(FazhiError, match="3 models for 2 reports"):
        list(by_models(items, [tiny_model] * 3))


def test_confidence_is_that_of_the_spans(tiny_model: Path) -> None:
    tagger = Tagger.load(tiny_model)
    ((report, confidence),) = tagger.tag_with_confidence(["学习2次，走访5次。"])
    assert confidence.shape == (len(report.text),)
    for span in report.spans:
        assert span.score == pytest.approx(confidence[span.start : span.end].min())


@pytest.mark.parametrize("ending", [".csv", ".jsonl"])
def test_the_command(tmp_path: Path, tiny_model: Path, ending: str) -> None:
    content = "<META>{}</META>\n=学习5次。\n" + lectures(3, 12, 20) + lectures(8, marked=False)
    (tmp_path / "a.txt").write_text(content, encoding="utf-8")
    out = tmp_path / f"suspects{ending}"
    typed = ["annotations", "suspects", str(tmp_path / "a.txt"), "--model", str(tiny_model)]
    done = CliRunner().invoke(app, [*typed, "-o", str(out)])
    assert done.exit_code == 0, done.output
    if ending == ".csv":
        with out.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        assert not any(str(cell).startswith("=") for row in rows for cell in row.values())
    else:
        rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert "5次" in [row["text"] for row in rows]
    assert f"{len(rows)} suspects in 1 reports" in done.output
    listed = CliRunner().invoke(app, typed)
    assert len(listed.stdout.splitlines()) >= len(rows)


def test_folds_and_models_exclude_each_other(annotated: Path, tiny_model: Path) -> None:
    typed = ["annotations", "suspects", str(annotated / "train"), "--folds"]
    for rest in (["1"], ["2", "--model", str(tiny_model)]):
        assert CliRunner().invoke(app, [*typed, *rest]).exit_code == 2


def test_folds(annotated: Path, recipe_file: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from fazhi_training import folds
    from fazhi_training.recipe import Recipe

    recipe = Recipe.load(recipe_file)
    short = recipe.model_copy(update={"fitting": recipe.fitting.model_copy(update={"passes": 1})})
    reports = [one.report for one in read([annotated / "train"])]
    first, second = folds.train_folds(reports, 2, tmp_path, short)
    assert [path.name for path in (first, second)] == ["fold-1", "fold-2"]
    seen = [one.report.id for one in read([tmp_path / "fold-1.train.jsonl"])]
    assert seen == [report.id for report in reports[1::2]]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folds, "train", None)  # those that are there are not trained again
        assert folds.train_folds(reports, 2, tmp_path, short) == [first, second]
        with pytest.raises(FazhiError, match="a model of other annotations; remove it"):
            folds.train_folds(reports[:3], 2, tmp_path, short)
    with pytest.raises(FazhiError, match="4 reports can't be cut into 5 folds"):
        folds.train_folds(reports, 5, tmp_path)
    typed = ["annotations", "suspects", str(annotated / "train"), "--folds", "2"]
    done = CliRunner().invoke(app, [*typed, "--work", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert "suspects in 4 reports" in done.output


def test_the_small_budget_is_300_updates(annotated: Path) -> None:
    pytest.importorskip("torch")
    from fazhi_training import folds

    reports = [one.report for one in read([annotated / "train"])]
    fitting = folds._fitting(reports)
    windows = len(reports)  # each is shorter than a window
    assert fitting["passes"] * windows / fitting["batch_windows"] == pytest.approx(folds.UPDATES)
    assert fitting["passes"] * fitting["evaluations_per_pass"] == pytest.approx(1)
