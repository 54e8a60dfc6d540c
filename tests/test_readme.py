"""What the READMEs tell people to type works, and both say the same."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conftest import ROOT
from fazhi.cli import app

READMES = ("README.md", "README.zh-CN.md")
SHOWN = ("text", "indicator", "value", "approx", "unit", "section")  # columns of counts


def blocks(name: str, language: str) -> list[str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.S)


def commands(name: str) -> list[list[str]]:
    lines = [line for block in blocks(name, "sh") for line in block.splitlines()]
    return [shlex.split(line, comments=True) for line in lines if line.strip()]


def test_both_languages_type_the_same() -> None:
    assert commands(READMES[0]) == commands(READMES[1])
    code = [[re.sub(r"#.*", "", block) for block in blocks(name, "python")] for name in READMES]
    assert code[0] == code[1]


def test_both_languages_have_the_same_figures() -> None:
    texts = [(ROOT / name).read_text(encoding="utf-8") for name in READMES]
    tables = [re.findall(r"^\|.*", text, re.M) for text in texts]
    numbers = [[re.findall(r"\d+(?:[.,]\d+)*", row) for row in rows] for rows in tables]
    assert sum(map(len, numbers[0])) > 50
    assert numbers[0] == numbers[1]


def test_fazhi_commands_and_their_options_exist() -> None:
    lines = [words for words in commands("README.md") if "fazhi" in words]
    typed = [words[words.index("fazhi") + 1 :] for words in lines]
    assert len(typed) >= 5
    for words in typed:
        depth = 2 if words[0] in ("annotations", "encoder") else 1
        shown = CliRunner().invoke(app, [*words[:depth], "--help"], env={"COLUMNS": "200"})
        assert shown.exit_code == 0, words
        for option in (word for word in words if word.startswith("-") and len(word) > 1):
            assert option in shown.stdout, words


def test_named_files_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", text) + re.findall(r"configs/[\w.-]+\.yaml", text):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize("target", ["demo", "test", "bench"])
def test_make_targets_exist(target: str) -> None:
    if shutil.which("make") is None:
        pytest.skip("no make")
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", READMES)
def test_the_use_block_runs(name: str, tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    (tmp_path / "reports").mkdir()
    for copy in ("report.txt", "reports/a.txt"):
        shutil.copy(ROOT / "examples" / "qingshi-2024.txt", tmp_path / copy)
    block = next(block for block in blocks(name, "sh") if "cat report.txt" in block)
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["sh", "-e", "-c", block],
        cwd=tmp_path,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    for made in ("out.jsonl", "facts.xlsx", "page.html"):
        assert (tmp_path / made).stat().st_size > 1000
    assert "[measures]" in done.stdout
    book = openpyxl.load_workbook(tmp_path / "facts.xlsx", read_only=True)
    header, *rows = book["counts"].iter_rows(values_only=True)
    told = [[str(row[header.index(name)]) for name in SHOWN] for row in rows]
    shown = re.findall(r"^\| (\d.*|约.*) \|$", (ROOT / name).read_text(encoding="utf-8"), re.M)
    assert len(shown) == 5
    for line in shown:
        *cells, section = line.split(" | ")
        assert any(row[:-1] == cells and row[-1].endswith(section[2:]) for row in told), line


def test_the_python_block_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    exec(compile("\n".join(blocks("README.md", "python")), "README.md", "exec"), {})
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "青石镇人民政府 2024"
    assert told[-2:] == ["1.0", "[0.97]"]
