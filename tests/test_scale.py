"""What a batch of ten years costs, worked out from made-up figures."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("seqeval")
pytest.importorskip("sklearn_crfsuite")

from conftest import ROOT

sys.path.insert(0, str(ROOT / "benchmarks"))

import scale

FIGURES: dict[str, Any] = {
    "reports": {"few": 10, "more": 40},
    "chars": {"few": 10_000, "more": 40_000},
    "local": {
        "seconds": {"few": 2.0, "more": 5.0},
        "start_s": 1.0,
        "chars_per_second_of_a_process": 5_000.0,
    },
    "ray": {
        "seconds": {"few": 9.0, "more": 15.0},
        "start_s": 7.0,
        "chars_per_second_of_a_process": 2_500.0,
    },
}


def test_what_starts_is_told_from_what_each_report_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    def seconds(texts: Any, work: Path, ending: str, options: list[str]) -> float:
        return (3 if options else 1) + sum(map(len, texts)) / 1_000

    monkeypatch.setattr(scale, "_seconds", seconds)
    found = scale.measure(2, 50, 1)
    for name, start in (("local", 1), ("ray", 3)):
        assert found[name]["start_s"] == pytest.approx(start)
        assert found[name]["chars_per_second_of_a_process"] == pytest.approx(500)


def test_the_tables_stand_between_their_marks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "scale.json").write_text(json.dumps(FIGURES))
    page = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")
    (tmp_path / "scale.md").write_text(page, encoding="utf-8")
    monkeypatch.setattr(scale, "FIGURES", tmp_path / "scale.json")
    monkeypatch.setattr(scale, "PAGE", tmp_path / "scale.md")
    options = ["--reports", "36000", "--chars", "2500", "--mib", "1", "--store-mib", "100"]
    monkeypatch.setattr(sys, "argv", ["scale.py", "table", *options])
    scale.main()
    written = (tmp_path / "scale.md").read_text(encoding="utf-8")
    assert "For each report, the cluster engine takes +100% time." in written
    assert "**10 core-hours**" in written
    assert "| 1 × 4 | 2.6 | 4 | 4 | processors |" in written  # 9,000 s each, the last part, start
    assert "| 64 × 64 | 0.1 | 98 | 98 | the store |" in written
    assert "From about 100 cores on" in written
    assert written.startswith("# Past one machine")
    assert "## Training on several machines" in written
