"""Agreement of annotators: coefficients against published figures, and where they differ."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from conftest import ROOT
from fazhi.cli import app
from fazhi.errors import FazhiError
from fazhi.reports import Report, Span
from fazhi_training.agreement import Agreement, alpha, compare, kappa

TEXT = "学习《民法典》2次<b>，办结20余件。"

# Krippendorff (2011), Computing Krippendorff's alpha-reliability: nominal data of four observers.
OBSERVED = """
1 2 3 3 2 1 4 1 2 - - -
1 2 3 3 2 2 4 1 2 5 - 3
- 3 3 3 2 3 4 2 2 5 1 -
1 2 3 3 2 4 4 1 2 5 1 -
"""


def codes(rows: str) -> np.ndarray:
    lines = [line.split() for line in rows.strip().splitlines()]
    return np.array([[-1 if c == "-" else "abcde".find(c) % 99 for c in line] for line in lines])


def numbers(rows: str) -> np.ndarray:
    lines = [line.split() for line in rows.strip().splitlines()]
    return np.array([[-1 if c == "-" else int(c) for c in line] for line in lines])


@pytest.mark.parametrize(
    ("data", "published"),
    [
        (numbers(OBSERVED), 0.743),
        (numbers("0 1 0 0 0 0 0 0 1 0\n1 1 1 0 0 1 0 0 0 0"), 0.095),
        (codes("a a b b d c c c e d d a\nb a b b b c c c e d d d"), 0.692),
        (numbers("1 1 1\n1 1 1"), 1.0),
    ],
)
def test_alpha(data: np.ndarray, published: float) -> None:
    assert alpha(data) == pytest.approx(published, abs=5e-4)


def test_kappa() -> None:
    # 20 both yes, 5 and 10 one of them, 15 both no: (0.7 - 0.5) / (1 - 0.5)
    one = np.repeat([1, 1, 0, 0], [20, 5, 10, 15])
    other = np.repeat([1, 0, 1, 0], [20, 5, 10, 15])
    assert kappa(one, other) == pytest.approx(0.4)
    assert kappa(np.append(one, -1), np.append(other, 1)) == pytest.approx(0.4)
    assert kappa(one[:3], other[:3]) == 1.0


def test_kappa_is_that_of_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    one = rng.integers(4, size=500)
    other = np.where(rng.random(500) < 0.6, one, rng.integers(4, size=500))
    assert kappa(one, other) == pytest.approx(metrics.cohen_kappa_score(one, other))


def report(*spans: tuple[int, int, str], **attributes: object) -> Report:
    made = (Span(s, e, label, TEXT[s:e], 1.0, attributes) for s, e, label in spans)
    return Report("r", TEXT, tuple(made))


LAW, COUNT, CASES = (3, 6, "LAW"), (7, 9, "COUNT"), (15, 19, "COUNT")


def agreement(**annotators: Report) -> Agreement:
    return Agreement({name: {"r": one} for name, one in annotators.items()})


def test_figures_of_three() -> None:
    found = agreement(
        a=report(LAW, COUNT), b=report(LAW, (7, 9, "LAW")), c=report((3, 5, "LAW"), COUNT)
    )
    # of each pair: a and b share 1 of 2 and 2, a and c 1, b and c 0
    assert found.figures().f1 == pytest.approx((0.5 + 0.5 + 0) / 3)
    assert found.figures(None, [("a", "b")]).f1 == 0.5
    # COUNT: a and c have the same one, b none
    assert found.figures("COUNT").f1 == pytest.approx((0 + 1 + 0) / 3)
    assert found.figures("COUNT").kappa == pytest.approx((0 + 1 + 0) / 3)
    assert found.only("a") == (0, 0)
    assert found.only("b") == (1, 1)
    assert found.only("c") == (1, 1)
    table = found.table()
    assert "1 reports, 3 annotators" in table
    assert re.search(r"^a b +0\.5000", table, re.M)
    assert [one.kind for one in found.differences()] == ["edges", "label"]


def test_alpha_takes_reports_that_only_some_annotated() -> None:
    both, alone = report(LAW, COUNT), Report("s", "无", ())
    found = Agreement({"a": {"r": both, "s": alone}, "b": {"r": both}, "c": {"s": alone}})
    assert found.pairs == [("a", "b"), ("a", "c")]
    assert found.figures().alpha == found.figures().f1 == 1.0
    assert list(found.differences()) == []
    assert "c" in found.table()


def test_differences() -> None:
    one = agreement(a=report(LAW, COUNT, value=2), b=report(COUNT, value=3, note="a slip"))
    kinds = {difference.kind: str(difference) for difference in one.differences()}
    assert kinds["span"].startswith("r:3 span: 学习《[民法典]》2次")
    assert kinds["span"].endswith("a: LAW value=2 | b: nothing")
    assert kinds["value"].endswith("a: COUNT value=2 | b: COUNT value=3 note=a slip")
    without = agreement(a=report(LAW, name="民法典"), b=report(LAW))
    assert list(without.differences()) == []


def test_page(tmp_path: Path) -> None:
    for name, spans in (("a", [LAW, (7, 12, "COUNT")]), ("<b>", [COUNT])):
        (tmp_path / name).mkdir()
        one = report(*spans).to_annotation()
        (tmp_path / name / "r.jsonl").write_text(json.dumps(one), encoding="utf-8")
    page = tmp_path / "page.html"
    typed = ["annotations", "agreement", str(tmp_path / "a"), str(tmp_path / "<b>")]
    done = CliRunner().invoke(app, [*typed, "--differences", "-o", str(page)])
    assert done.exit_code == 0, done.output
    assert "r:3 span:" in done.output
    content = page.read_text(encoding="utf-8")
    assert "default-src 'none'; style-src 'sha256-" in content
    assert "<script" not in content
    assert "<b>" not in content
    assert '《<u><mark class="law">民法典</mark></u>》2次&lt;b&gt;' in content
    assert '<u><mark class="count">2次</mark>&lt;b&gt;</u>' in content
    assert content.count('class="passage"') == 4
    assert "http" not in content.replace("http-equiv", "")


def test_what_can_not_be_compared(tmp_path: Path) -> None:
    other = Report("r", "别的", ())
    for name, one in (("a", report(LAW)), ("b", other), ("c", Report("s", TEXT, ()))):
        line = json.dumps(one.to_annotation())
        (tmp_path / f"{name}.jsonl").write_text(line, encoding="utf-8")
    a, b, c = (tmp_path / f"{name}.jsonl" for name in "abc")
    with pytest.raises(FazhiError, match="texts differ from another's in r"):
        compare([a, b])
    with pytest.raises(FazhiError, match="have no report of the same id"):
        compare([a, c])
    with pytest.raises(FazhiError, match="a path of their own"):
        compare([a, a])
    twice = tmp_path / "twice.jsonl"
    twice.write_text(2 * (a.read_text(encoding="utf-8") + "\n"), encoding="utf-8")
    with pytest.raises(FazhiError, match="an id stands twice"):
        compare([a, twice])
    assert CliRunner().invoke(app, ["annotations", "agreement", str(a)]).exit_code == 2


@pytest.mark.parametrize(("split", "reports"), [("dev", 25), ("test", 25), ("train", 20)])
def test_second_annotations_are_of_the_same_texts(split: str, reports: int) -> None:
    second = ROOT / "annotations" / "second" / split
    assert len(compare([ROOT / "annotations" / split, second]).reports) == reports
