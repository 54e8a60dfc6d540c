"""Selecting: what is expected to need corrections comes first, and no report twice."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from fazhi.annotations.selecting import (
    LEAST_CHARS,
    Candidate,
    copy,
    expected_corrections,
    profile,
    select,
    table,
)
from fazhi.errors import FazhiError
from fazhi.tagging.calibration import Calibration
from fazhi.tagging.labels import TagScheme
from fazhi.tagging.tagger import Tagger
from test_cli import run

SCHEME = TagScheme(("COUNT", "LAW"))


def scores(*tags: tuple[str, float]) -> npt.NDArray[np.float32]:
    """A character each, its tag with its probability, the rest to ``O`` (of ``O`` to ``B-LAW``)."""
    rows = np.full((len(tags), len(SCHEME.tags)), 1e-9, dtype=np.float32)
    for row, (tag, share) in zip(rows, tags, strict=True):
        row[SCHEME.tags.index(tag)] = share
        row[SCHEME.tags.index("B-LAW" if tag == "O" else "O")] = 1 - share + 1e-9
    return np.log(rows)


def test_corrections_by_hand() -> None:
    sure, unsure = ("O", 0.999), ("O", 0.7)
    found = [("B-COUNT", 0.9), ("E-COUNT", 0.8)]
    text = [sure, *found, unsure, sure, unsure, ("O", 0.6), sure, ("O", 0.96)]
    expected = expected_corrections(scores(*text), SCHEME, Calibration())
    # the span's least tag; the run behind it is its border; 0.96 is no near miss
    assert expected == pytest.approx({"COUNT": 0.2, "LAW": 0.4}, abs=1e-5)
    calibrated = expected_corrections(scores(*text), SCHEME, Calibration(1.0, 1.0))
    assert calibrated["COUNT"] == pytest.approx(1 / (1 + 4 * np.e), abs=1e-5)
    assert expected_corrections(scores(unsure), SCHEME, Calibration())["LAW"] == pytest.approx(0.3)
    assert sum(expected_corrections(scores(sure), SCHEME, Calibration()).values()) == 0


def test_profiles_leave_layout_and_digits_out() -> None:
    text = "一、学习《民法典》\n开展3次。"
    assert profile(text).sum() == len("一学习民法典开展次") - 1
    assert (profile(text) == profile("一学习 民法典\u3000开展１２次")).all()
    assert (profile(text) != profile(text[::-1])).any()
    assert not profile("").any() and not profile("法").any()


def candidate(name: str, text: str, rate: float) -> Candidate:
    return Candidate(name, {"LAW": rate}, rate, profile(text))


def test_the_unsure_and_unlike_come_first() -> None:
    pool = [
        candidate("sure", "春眠不觉晓处处闻啼鸟", 1.5),
        candidate("unsure", "夜来风雨声花落知多少", 3.0),
        candidate("alike", "夜来风雨声花落知几何", 2.9),
        candidate("copy", "夜来风雨声，花落知多少！", 2.8),
        candidate("known", "床前明月光疑是地上霜", 9.0),
    ]
    known = {"train-1": profile("床前明月光，疑是地上霜。"), "train-2": profile("举头望明月")}
    chosen, copies = select(pool, known, 10)
    assert [one.candidate.name for one in chosen] == ["unsure", "sure", "alike"]
    assert chosen[2].nearest == "unsure" and 0.1 < chosen[2].unlike < 0.6
    assert [one.gain for one in chosen] == sorted((one.gain for one in chosen), reverse=True)
    assert {(one.candidate.name, one.nearest) for one in copies} == {
        ("copy", "unsure"),
        ("known", "train-1"),
    }
    assert [one.candidate.name for one in select(pool, {}, 1)[0]] == ["known"]
    assert select([], known, 5) == ([], [])


def test_table_tells_why() -> None:
    pool = [candidate("b.txt", "春眠不觉晓", 1.0), candidate("a.txt", "床前明月光", 0.01)]
    lines = table(select(pool, {"train-1": profile("床前明月")}, 2)[0]).splitlines()
    assert lines[1].split() == ["1", "1.00", "1.00", "LAW", "1.0", "train-1", "b.txt"]
    assert lines[2].split()[-3:] == ["-", "train-1", "a.txt"]


@pytest.fixture
def pool(tmp_path: Path, annotated: Path) -> Path:
    folder = tmp_path / "pool"
    folder.mkdir()
    (folder / "a.txt").write_text("学习2次。" + "春眠不觉晓处处闻啼鸟" * 60, encoding="gb18030")
    with zipfile.ZipFile(folder / "z.zip", "w") as archive:
        archive.writestr("甲/乙.html", f"<body><p>{'2次，3件；' * 200}</p></body>")
    (folder / "none.txt").write_bytes(b"")
    (folder / "dev.txt").write_bytes((annotated / "dev" / "dev-6.txt").read_bytes())
    return folder


def test_command(pool: Path, tmp_path: Path, annotated: Path, tiny_model: Path) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_text('{"id": "x/y", "text": "花落知多少，4件"}\n', encoding="utf-8")
    out = tmp_path / "chosen"
    options = ("-n", 4, "-o", out, "--model", tiny_model)
    code, shown, err = run("annotations", "select", pool, lines, *options)
    assert code == 1
    assert "none.txt: empty" in err and "4 of 4 chosen, 1 failed" in err
    names = [line.split()[-1] for line in shown.splitlines()[1:]]
    assert names[0] == str(pool / "z.zip" / "甲" / "乙.html")  # the most spans, none of them sure
    copied = sorted(path.name for path in out.iterdir())
    assert copied[0] == "01-乙.html"
    assert [name[3:] for name in copied] == [
        {"a.txt": "a.txt", "dev.txt": "dev.txt", "乙.html": "乙.html"}.get(Path(n).name, "x_y.txt")
        for n in names
    ]
    assert (out / next(n for n in copied if "dev" in n)).read_text("utf-8").startswith("青石镇")
    again = tmp_path / "out.jsonl"
    assert run("predict", out, "-o", again, "--model", tiny_model)[0] == 0
    ids = [json.loads(line)["id"] for line in again.read_text("utf-8").splitlines()]
    assert ids == [Path(name).stem for name in copied]


def test_command_beside_train_reports(pool: Path, annotated: Path, tiny_model: Path) -> None:
    (pool / "none.txt").unlink()
    options = ("--model", tiny_model, "--train", annotated / "dev", "-n", 2)
    code, shown, err = run("annotations", "select", pool, *options)
    assert (code, err) == (0, "2 of 3 chosen, 0 failed\n")
    assert f"left out: {pool / 'dev.txt'}, a copy of dev-6" in shown


def test_wrong_usage(pool: Path, tmp_path: Path) -> None:
    for options in (
        (tmp_path / "gone",),
        (pool, "-n", 0),
        (pool, "-o", pool),
        (pool, "-o", tmp_path / "no" / "chosen"),
        (pool, "--train", tmp_path / "gone"),
    ):
        assert run("annotations", "select", *options)[0] == 2
    with pytest.raises(FazhiError, match="already there"):
        copy([], [pool], pool)


def test_what_cannot_be_tagged_fails_alone(
    pool: Path, tiny_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Tagger.score_many

    def score_many(self: Tagger, texts: list[str]) -> object:
        if "春眠" in texts[0]:
            raise RuntimeError("no memory")
        return real(self, texts)

    monkeypatch.setattr(Tagger, "score_many", score_many)
    code, _, err = run("annotations", "select", pool, "--model", tiny_model)
    assert code == 1
    assert "a.txt: can't be tagged (RuntimeError: no memory); split the file" in err
    assert "2 of 2 chosen, 2 failed" in err


def test_a_mere_line_does_not_come_first(tiny_model: Path) -> None:
    from fazhi.annotations.selecting import candidate as worth

    tagger = Tagger.load(tiny_model)
    line, long = worth(tagger, "a", "学习2次"), worth(tagger, "b", "学习2次，" * 200)
    assert line.rate == pytest.approx(1000 * line.corrections["COUNT"] / LEAST_CHARS)
    assert long.rate > 10 * line.rate > 0
