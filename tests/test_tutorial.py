"""The commands of docs/correct-and-retrain.md: from reports to a model that learned from them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conftest import ROOT
from fazhi.annotations.formats import read

TUTORIAL = ROOT / "docs" / "correct-and-retrain.md"
CORRECTED = ROOT / "docs" / "correct-and-retrain" / "corrected"
HEADING = re.compile(r"^【.+】$", re.M)


def steps() -> list[str]:
    """The blocks of commands; Label Studio's own is the second."""
    blocks = re.findall(r"```sh\n(.*?)```", TUTORIAL.read_text(encoding="utf-8"), re.S)
    assert ["label-studio start" in block for block in blocks] == [False, True, *[False] * 3]
    return blocks


def go_through(folder: Path, correct: Callable[[Path], None]) -> None:
    """Type the tutorial in ``folder``, where few of our reports stand for all; checks each step."""
    shutil.copytree(TUTORIAL.with_suffix(""), folder / "docs" / "correct-and-retrain")
    shutil.copytree(ROOT / "configs", folder / "configs")
    for split in ("train", "dev"):
        (folder / "annotations" / split).mkdir(parents=True)
        shortest = sorted(
            (ROOT / "annotations" / split).glob("*.txt"), key=lambda one: one.stat().st_size
        )
        for path in shortest[:2]:
            shutil.copy(path, folder / "annotations" / split)
    predicting, _, taking, training, comparing = steps()
    type_in(predicting, folder)
    correct(folder)
    assert "197 spans, no problems" in type_in(taking, folder)
    found, ours = (read(one).reports for one in (folder / "corrected", CORRECTED))
    assert [(one.id, one.text, one.spans) for one in found] == [
        (one.id, one.text, one.spans) for one in ours
    ]
    assert "Your reports, held out (2)" in type_in(training, folder)
    told = type_in(comparing, folder)
    assert "SECTION" in told


def type_in(block: str, folder: Path) -> str:
    """What the commands print."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["sh", "-e", "-c", block],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def test_the_loop_with_the_export_of_our_corrections(tmp_path: Path) -> None:
    pytest.importorskip("torch")
    command = re.search(
        r"`(fazhi annotations convert \S+ export\.json .*?)`", TUTORIAL.read_text("utf-8")
    )
    assert command
    go_through(tmp_path, lambda folder: check_conversion(type_in(command[1], folder)))


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
