"""Training that goes on with reports of one's own, and two models set side by side."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("datasets")

from conftest import REPORT
from fazhi.cli import app
from fazhi.errors import FazhiError
from fazhi.reports import Report
from fazhi.tagging.manifest import Manifest
from fazhi_training import corpora
from fazhi_training.recipe import Recipe
from fazhi_training.training import train


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Five annotated reports of one's own, without attributes."""
    folder = tmp_path / "own"
    folder.mkdir()
    for time in range(1, 6):
        text = f"开展宣传{time}次，办结<COUNT>{time}0件</COUNT>。学习《<LAW>民法典</LAW>》。"
        (folder / f"own-{time}.txt").write_text(f"<META>{{}}</META>\n{text}", encoding="utf-8")
    return folder


def test_own_reports_go_on_from_a_model(
    small_model: Path, recipe_file: Path, own: Path, tmp_path: Path
) -> None:
    content = json.loads(recipe_file.read_text(encoding="utf-8"))
    content |= {"own": {"annotations": ["nowhere"], "held_share": 0.4}}
    content["fitting"]["passes"] = 6
    (tmp_path / "recipe.yaml").write_text(json.dumps(content), encoding="utf-8")
    folder = tmp_path / "model"
    arguments = ["train", tmp_path / "recipe.yaml", "--init", small_model, "--annotations", own]
    done = CliRunner().invoke(app, [*map(str, arguments), "--out", str(folder)])
    assert done.exit_code == 0, done.output
    text = done.stdout
    assert text.endswith(f"saved {folder}\n")
    kept = (tmp_path / "model.held-out.jsonl").read_text(encoding="utf-8")
    held = [json.loads(line) for line in kept.splitlines()]
    assert len(held) == 2
    assert f"held out of your reports: 2 ({held[0]['id']}, {held[1]['id']})" in text
    assert "Your reports, held out (2): A" in text
    assert "Our reports, dev (2): A" in text
    assert "too few for intervals and p to say much" in text
    card = (folder / "README.md").read_text(encoding="utf-8")
    assert "## Your reports, held out (2)" in card
    assert "| own reports | 3 |" in card
    manifest = Manifest.load(folder)
    assert manifest.annotations.keys() == {"train", "dev", "own", "held"}
    shown = re.search(r"dev \(2\)\n.*?\| micro \| ([\d.]+) \| ([\d.]+) \| (\S+) ", card, re.S)
    assert shown
    before, after, difference = map(float, shown.groups())
    assert before == Manifest.load(small_model).scores["dev"]["micro"]["f1"] > 0.9
    assert difference == pytest.approx(after - before, abs=2e-4)


def test_held_out_is_the_same_each_time_and_told() -> None:
    reports = [Report(f"r{n}", f"第{n}份") for n in range(10)]
    train_part, held = corpora.hold_out(reports, 0.2)
    assert len(held) == 2
    assert corpora.hold_out(reports[::-1], 0.2)[1] == held[::-1]
    assert [r for r in reports if r not in held] == train_part
    assert [len(part) for part in corpora.hold_out(reports[:2], 0.9)] == [1, 1]
    with pytest.raises(FazhiError, match="annotate more"):
        corpora.hold_out(reports[:1], 0.5)


def test_the_mix_has_its_share_of_characters() -> None:
    own_reports = [Report("a", "一" * 300), Report("b", "二" * 100)]
    others = [Report(f"o{n}", "三" * 50) for n in range(100)]
    mixed = corpora.mix(own_reports, others, 0.25, random.Random(0))
    assert mixed[:2] == own_reports
    assert sum(len(report.text) for report in mixed[2:]) == 1200
    assert corpora.mix(own_reports, others, 1.0, random.Random(0)) == own_reports
    assert len(corpora.mix(own_reports, others[:3], 0.25, random.Random(0))) == 5


def test_own_reports_alone(
    recipe_file: Path, small_encoder: Path, own: Path, tmp_path: Path
) -> None:
    told: list[str] = []
    content = {"train": [], "dev": [], "out": str(tmp_path / "m")}
    content |= {"own": {"annotations": [str(own)], "share": 1}, "fitting": {"passes": 2}}
    train(Recipe.load(recipe_file, **content), report=told.append)
    assert "is no tagger of these labels: nothing to compare with" in told[0]


def test_faults_of_own(recipe_file: Path, annotated: Path, own: Path, tmp_path: Path) -> None:
    with pytest.raises(FazhiError, match="annotations are not those of train"):
        Recipe.load(recipe_file, own={"annotations": [str(annotated / "dev")]})
    with pytest.raises(FazhiError, match=r"own\.share"):
        Recipe.load(recipe_file, own={"annotations": [str(own)], "share": 0})
    with pytest.raises(FazhiError, match="train and dev each need a path"):
        Recipe.load(recipe_file, train=[], dev=[])
    recipe = Recipe.load(
        recipe_file,
        train=["annotations/none"],
        out=str(tmp_path / "m"),
        own={"annotations": [str(own)]},
    )
    with pytest.raises(FazhiError, match="in its repository and not in the package"):
        train(recipe)
    recipe = Recipe.load(
        recipe_file, out=str(tmp_path / "m"), own={"annotations": [str(tmp_path / "none")]}
    )
    with pytest.raises(FazhiError, match="none: not there"):
        train(recipe)
    (own / "copy.txt").write_text(REPORT.replace("2次", "6次").replace('"2"', '"6"'))
    with pytest.raises(FazhiError, match="1 reports stand in train and in dev"):
        train(Recipe.load(recipe_file, out=str(tmp_path / "m"), own={"annotations": [str(own)]}))
