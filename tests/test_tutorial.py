"""The commands of docs/correct-and-retrain.md: from reports to a model that learned from them."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conftest import ROOT
from fazhi.annotations.formats import read
from fazhi.cli import app

TUTORIAL = ROOT / "docs" / "correct-and-retrain.md"
CORRECTED = ROOT / "docs" / "correct-and-retrain" / "corrected"
HEADING = re.compile(r"^【.+】$", re.M)


def steps() -> list[str]:
    """The blocks of commands; Label Studio's own is the second."""
    blocks = re.findall(r"```sh\n(.*?)```", TUTORIAL.read_text(encoding="utf-8"), re.S)
    assert ["label-studio start" in block for block in blocks] == [False, True, *[False] * 3]
    return blocks


def go_through(correct: Callable[[], None]) -> None:
    """Type the tutorial in an empty folder, where few of our reports stand for all of them."""
    folder = Path.cwd()
    shutil.copytree(TUTORIAL.with_suffix(""), folder / "docs" / "correct-and-retrain")
    (folder / "configs").mkdir()
    recipe = (ROOT / "configs" / "own-annotations.yaml").read_text("utf-8")
    once = recipe.replace("passes: 3", "passes: 1")
    assert once != recipe
    (folder / "configs" / "own-annotations.yaml").write_text(once, encoding="utf-8")
    for split in ("train", "dev"):
        (folder / "annotations" / split).mkdir(parents=True)
        reports = (ROOT / "annotations" / split).glob("*.txt")
        shutil.copy(
            min(reports, key=lambda one: one.stat().st_size), folder / "annotations" / split
        )
    predicting, _, taking, training, comparing = steps()
    type_in(predicting)
    assert "SECTION" not in Path("tasks.json").read_text("utf-8")  # as the page says
    correct()
    assert "197 spans, no problems" in type_in(taking)
    found, ours = (read(one).reports for one in (folder / "corrected", CORRECTED))
    assert [(one.id, one.text, one.spans) for one in found] == [
        (one.id, one.text, one.spans) for one in ours
    ]
    assert "Your reports, held out (2)" in type_in(training)
    told = type_in(comparing)
    assert "SECTION" in told


def type_in(block: str) -> str:
    """What the commands print."""
    told = ""
    for line in block.splitlines():
        fazhi, *words = shlex.split(line)
        words, target = (words[:-2], words[-1]) if ">" in words else (words, None)
        done = CliRunner().invoke(app, words)
        assert fazhi == "fazhi" and done.exit_code == 0, f"{line}\n{done.output}"
        if target:
            Path(target).write_text(done.stdout, encoding="utf-8")
        told += done.output
    return told


def test_the_loop_with_our_corrections(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Label Studio: with its export as the page says that it can be made."""
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)
    page = TUTORIAL.read_text("utf-8")
    command = re.search(r"`(fazhi annotations convert \S+ export\.json .*?)`", page)
    assert command
    go_through(lambda: check_conversion(type_in(command[1])))


def check_conversion(told: str) -> None:
    assert told == "10 reports, 197 spans: inline to label-studio\n"


def test_what_the_page_says_of_the_reports() -> None:
    """The corrected reports are those to correct; as many headings as it says."""
    reports = {
        path.stem: path.read_text("utf-8") for path in CORRECTED.with_name("reports").iterdir()
    }
    corrected = {report.id: report for report in read(CORRECTED).reports}
    assert {name: report.text for name, report in corrected.items()} == reports
    headings = sum(len(HEADING.findall(text)) for text in reports.values())
    assert f"finds none of the {headings}" in TUTORIAL.read_text("utf-8")
    labels = [span.label for report in corrected.values() for span in report.spans]
    assert labels.count("SECTION") == headings
