"""Two models side by side: gains and losses, the paired bootstrap test, the page."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from fazhi.cli import app
from fazhi.errors import FazhiError
from fazhi.reports import Report, Span
from fazhi.tagging.manifest import Manifest
from fazhi_training.comparison import Comparison, compare
from fazhi_training.comparison_page import write_page

TEXT = "一二三四五六七八九十<b>&"


def report(id: str, *spans: tuple[int, int, str]) -> Report:
    return Report(id, TEXT, tuple(Span(s, e, label, TEXT[s:e]) for s, e, label in spans))


def comparison(times: int = 1) -> Comparison:
    gold = [report("<a>", (0, 2, "LAW"), (4, 5, "COUNT")), report("b", (0, 1, "COUNT"))]
    first = [report("<a>", (0, 3, "LAW"), (4, 5, "COUNT")), report("b", (0, 1, "COUNT"))]
    second = [report("<a>", (0, 2, "LAW"), (10, 13, "X")), report("b", (0, 1, "COUNT"))]
    return Comparison(
        labels=("COUNT", "LAW"), gold=gold * times, first=first * times, second=second * times
    )


def test_gains_and_losses() -> None:
    ((changed, changes),) = comparison().changes()
    assert changed.id == "<a>"
    assert [(c.span.start, c.span.end, c.words) for c in changes] == [
        (0, 2, "now found"),
        (0, 3, "no longer false"),
        (4, 5, "now missed"),
    ]
    assert comparison().tally() == {"micro": (2, 1), "COUNT": (0, 1), "LAW": (2, 0)}
    assert list(comparison().lines())[:2] == [
        "<a>: 2 gained, 1 lost",
        "  +     0 LAW      now found       [一二]三四五六七八九十<b>&",
    ]


def test_the_difference_and_its_test() -> None:
    found = comparison(times=30).differences
    law = found["LAW"]
    assert (law.first, law.second, law.difference) == (0, 1, 1)
    assert law.low == law.high == 1
    assert law.p == pytest.approx(1 / 1001)
    micro = found["micro"]
    assert (micro.first, micro.second) == (pytest.approx(2 / 3), pytest.approx(4 / 5))
    assert micro.low < micro.difference < micro.high
    same = Comparison(
        labels=("LAW",), gold=comparison().gold, first=comparison().gold, second=comparison().gold
    )
    assert same.differences["micro"].p == 1
    assert not list(same.changes())


def test_one_report_has_no_p() -> None:
    gold = [report("a", (0, 2, "LAW"))]
    alone = Comparison(labels=("LAW",), gold=gold, first=[report("a")], second=gold)
    assert alone.differences["LAW"].p is None
    assert alone.differences["LAW"].interval == "-"
    assert "of 1 reports: too few" in alone.table()
    assert "too few" not in comparison(times=5).table()


def test_an_uncertain_difference_has_a_large_p() -> None:
    gold = [report("a", (0, 1, "LAW"))] * 10
    missed = [report("a")]
    first = [*gold[:5], *missed * 5]
    second = [*missed * 4, *gold[:6]]
    found = Comparison(labels=("LAW",), gold=gold, first=first, second=second).differences["LAW"]
    assert found.difference > 0
    assert found.low < 0 < found.high
    assert found.p is not None
    assert found.p > 0.5


def test_the_page_is_escaped_and_loads_nothing(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    write_page(comparison(), ("<old>", "new"), page)
    text = page.read_text(encoding="utf-8")
    assert "A：&lt;old&gt;<br>B：new" in text
    assert "<caption>&lt;a&gt;：得 2，失 1</caption>" in text
    assert '<mark class="law">一二</mark>三四五六七八九十&lt;b&gt;&amp;…' in text
    assert "default-src 'none'" in text
    assert "<b>" not in text
    assert "<script" not in text
    assert "http://" not in text
    assert "https://" not in text


def test_the_command(tiny_model: Path, annotated: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    arguments = ["compare", str(tiny_model), "shipped-model", str(annotated / "dev")]
    done = CliRunner().invoke(app, [*arguments, "-o", str(page)])
    assert done.exit_code == 0, done.output
    assert f"2 reports: A {tiny_model}, B shipped-model" in done.stdout
    assert "办结率[97%]" in done.stdout
    assert "97%</mark>" in page.read_text(encoding="utf-8")
    assert CliRunner().invoke(app, [*arguments, "-o", str(tmp_path / "a.pdf")]).exit_code == 2
    missing = CliRunner().invoke(app, [*arguments[:3], str(tmp_path / "none")])
    assert missing.exit_code == 1
    assert "none: not there" in missing.stderr


def test_models_without_a_label_in_common(tiny_model: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for file in tiny_model.iterdir():
        (other / file.name).write_bytes(file.read_bytes())
    manifest = Manifest.load(other)
    labels = ("PER", "ORG", "LOC", "GPE")
    Manifest(labels=labels, windows=manifest.windows, files=manifest.files).save(other)
    with pytest.raises(FazhiError, match="no label is of both"):
        compare(tiny_model, other, [])
