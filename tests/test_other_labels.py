"""Other label sets on other texts: CoNLL files as they are, and the tutorial's commands."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from conftest import ROOT
from fazhi.annotations.formats import conll
from fazhi.cli import app
from fazhi.errors import AnnotationError, FazhiError
from fazhi_training import corpora

SENTENCES = ("学习民法典{0}次。", "办结{0}件，办结率{0}%。", "宣传民法典和宪法{0}次。")
LABELS = ("BOOK.NAM", "NUM")
PREFIXES = {"bio": "BIIB", "bioes": "BIES", "bmes": "BMES"}


def rows(sentence: str, scheme: str, gap: str) -> list[str]:
    """Lines of a sentence: 民法典 is a BOOK.NAM, digits are NUM."""
    begin, inside, end, single = PREFIXES[scheme]
    lines = []
    for found in re.finditer(r"民法典|\d+|.", sentence):
        label = {"民": "BOOK.NAM"}.get(found[0][0], "NUM" if found[0].isdigit() else "")
        size = len(found[0])
        tags = [single] if size == 1 else [begin, *inside * (size - 2), end]
        lines += [
            f"{char}{gap}{f'{tag}-{label}' if label else 'O'}"
            for char, tag in zip(found[0], tags, strict=True)
        ]
    return lines


def write(path: Path, numbers: range, scheme: str, gap: str = "\t") -> Path:
    sentences = [text.format(number) for number in numbers for text in SENTENCES]
    blocks = ("".join(f"{line}\n" for line in rows(one, scheme, gap)) for one in sentences)
    path.write_text("\n".join(blocks), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "scheme", "gap"),
    [("a.bmes", "bmes", " "), ("b.conll", "bio", "\t"), ("c.txt", "bioes", "  ")],
)
def test_each_sentence_is_a_report(tmp_path: Path, name: str, scheme: str, gap: str) -> None:
    write(tmp_path / name, range(31, 33), scheme, gap)
    for path in (tmp_path, tmp_path / name):
        reports = corpora.read([path], LABELS)
        assert [report.text for report in reports[:2]] == [
            "学习民法典31次。",
            "办结31件，办结率31%。",
        ]
        assert [(s.text, s.label) for s in reports[0].spans] == [
            ("民法典", LABELS[0]),
            ("31", "NUM"),
        ]
        assert len({report.id for report in reports}) == 6


def test_any_name_is_taken_when_it_is_given(tmp_path: Path) -> None:
    path = write(tmp_path / "weibo.train", range(10, 12), "bio")
    assert len(corpora.read([path], LABELS)) == 6
    with pytest.raises(AnnotationError, match="no annotated reports"):
        corpora.read([tmp_path], LABELS)


def test_weibo_has_places_and_broken_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "weibo.conll"
    lines = "新0\tB-GPE.NAM\n乡1\tI-GPE.NAM\n100\tO\n110\tO\n好0\tO\n\n".encode() * 30
    path.write_bytes(lines + b"\xed\xa0\xbd0\tO\nno-tag\n")
    reports = corpora.read([path], ("GPE.NAM",))
    assert reports[0].text == "新乡11好"
    assert reports[0].spans[0].text == "新乡"
    assert reports[-1].text == "\ufffd\ufffd\ufffd"
    told = capsys.readouterr().err
    assert "3 characters are not UTF-8" in told
    assert "'no-tag' is no word and tag; left out" in told
    path.write_bytes("新\tO\n".encode("gb18030") * 9)
    with pytest.raises(FazhiError, match="not UTF-8"):
        conll.read_set(path)


def test_documents_stay_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("-DOCSTART- O\n\n学 O\n\n习 O\n\n-DOCSTART- O\n\n宣 O\n", encoding="utf-8")
    assert [report.text for report in corpora.read([path], LABELS)] == ["学\n习", "宣"]


def test_unknown_labels_are_counted(tmp_path: Path) -> None:
    write(tmp_path / "a.bmes", range(3), "bmes")
    with pytest.raises(AnnotationError, match=r"unknown labels BOOK\.NAM \(6\); expected NUM"):
        corpora.read([tmp_path], ["NUM"])


def test_few_recurring_sentences_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = corpora.read([write(tmp_path / "a.bio", range(100), "bio")], LABELS)
    dev = corpora.read([write(tmp_path / "b.bio", range(99, 200), "bio")], LABELS)
    corpora.keep_apart(train, dev)
    assert "3 of 303 reports of dev stand in train, too" in capsys.readouterr().err
    with pytest.raises(FazhiError, match="3 reports stand in train and in dev"):
        corpora.keep_apart(train, dev[:30])


def run(*arguments: object) -> str:
    done = CliRunner().invoke(app, [str(a) for a in arguments])
    assert done.exit_code == 0, done.output
    return done.stdout + done.stderr


def test_conll_files_train_and_score(small_encoder: Path, tmp_path: Path) -> None:
    recipe = {
        "encoder": str(small_encoder),
        "labels": ["NUM", "BOOK.NAM"],
        "train": [str(write(tmp_path / "train.char.bmes", range(10, 30), "bmes", " "))],
        "dev": [str(write(tmp_path / "dev.txt", range(40, 45), "bio"))],
        "out": str(tmp_path / "model"),
        "windows": {"window_chars": 64, "overlap_chars": 16},
        "fitting": {"passes": 6, "batch_windows": 8, "learning_rate": 0.004, "dropout": 0},
    }
    (tmp_path / "recipe.yaml").write_text(json.dumps(recipe), encoding="utf-8")
    run("train", tmp_path / "recipe.yaml")
    test = write(tmp_path / "test.conll", range(50, 55), "bioes")
    told = run("evaluate", tmp_path / "model", test, "--baselines", tmp_path / "train.char.bmes")
    assert "15 reports, strict spans" in told
    assert "regex" not in told
    micro = re.search(r"model +micro +\S+ +\S+ +(\S+)", told)
    assert micro
    assert float(micro[1]) > 0.9
    text = tmp_path / "text.txt"
    text.write_text("学习民法典52次。", encoding="utf-8")
    out = tmp_path / "spans.jsonl"
    run("predict", text, "--model", tmp_path / "model", "-o", out)
    spans = json.loads(out.read_text(encoding="utf-8"))["spans"]
    assert ("民法典", "BOOK.NAM") in [(span["text"], span["label"]) for span in spans]
    assert "BOOK.NAM  民法典" in run("predict", text, "--model", tmp_path / "model")
    told = run("predict", text, "--model", tmp_path / "model", "-o", tmp_path / "a.csv")
    assert "BOOK.NAM (1): no table has it; .jsonl does" in told


def commands() -> list[list[str]]:
    text = (ROOT / "docs" / "other-labels.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.S)
    return [shlex.split(line)[1:] for block in blocks for line in block.splitlines()]


def test_the_tutorial(small_encoder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its commands in their order, with a small encoder and little training."""
    shutil.copytree(ROOT / "docs" / "other-labels", tmp_path / "docs" / "other-labels")
    (tmp_path / "configs").mkdir()
    recipe = (ROOT / "configs" / "other-labels.yaml").read_text(encoding="utf-8")
    for old, new in (
        ("encoder: shipped", f"encoder: {small_encoder}"),
        ("window_chars: 254", "window_chars: 64"),
        ("passes: 40", "passes: 2"),
    ):
        assert old in recipe
        recipe = recipe.replace(old, new)
    (tmp_path / "configs" / "other-labels.yaml").write_text(recipe, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    typed = commands()
    assert [words[0] for words in typed].count("train") == 2
    for words in typed:
        run(*(str(small_encoder) if word == "shipped-model" else word for word in words))
    assert (tmp_path / "comparison.html").stat().st_size > 1000
    assert len((tmp_path / "spans.jsonl").read_text(encoding="utf-8").splitlines()) == 2
