"""The annotated reports that ship: splits apart from each other, and figures about them."""

from __future__ import annotations

from pathlib import Path

import pytest

from conftest import ROOT
from fazhi.annotations import read, read_over
from fazhi.annotations.checking import check
from fazhi.annotations.duplication import near_duplicates
from fazhi.errors import AnnotationError
from fazhi.reports import Report

LONG = "".join(chr(0x4E00 + 7 * index) for index in range(400))


def test_near_duplicates_are_found() -> None:
    copy = Report("b", "开头\n" + LONG[:200] + "\n结尾")
    pairs = list(near_duplicates([[Report("a", LONG)], [copy]]))
    assert [(one.id, other.id) for one, other, _ in pairs] == [("a", "b")]
    assert pairs[0][2] > 0.9


def test_stock_formulas_do_not_count() -> None:
    formula = LONG[:30]
    reports = [Report(str(n), formula + chr(0x9000 + n) * 300) for n in range(5)]
    assert not list(near_duplicates([reports[:3], reports[3:]]))


def test_check_reports_them(tmp_path: Path) -> None:
    for split in ("train", "dev"):
        (tmp_path / split).mkdir()
        (tmp_path / split / f"{split}.txt").write_text("<META>{}</META>\n" + LONG, encoding="utf-8")
    with pytest.raises(AnnotationError, match="are to be apart and share 100"):
        check([tmp_path])


def test_check_reports_what_must_be_apart(tmp_path: Path) -> None:
    for folder in ("ours", "real"):
        (tmp_path / folder).mkdir()
        content = "<META>{}</META>\n" + LONG
        (tmp_path / folder / f"{folder}.txt").write_text(content, encoding="utf-8")
    assert len(check([tmp_path / "ours"])) == 1
    with pytest.raises(AnnotationError, match="ours and real are to be apart and share 100"):
        check([tmp_path / "ours"], apart=[tmp_path / "real"])


def test_shipped_splits() -> None:
    sizes = {
        split: len(list((ROOT / "annotations" / split).glob("*.txt")))
        for split in ("train", "dev", "dev-other", "dev-hard", "test")
    }
    assert sizes == {"train": 177, "dev": 25, "dev-other": 8, "dev-hard": 8, "test": 25}
    spans = [span.label for item in read([ROOT / "annotations"]) for span in item.report.spans]
    for label, least in (("SECTION", 2000), ("LAW", 1200), ("COUNT", 3500), ("RATE", 500)):
        assert spans.count(label) >= least


def test_phenomena_are_covered() -> None:
    lines = (ROOT / "annotations" / "phenomena.tsv").read_text(encoding="utf-8").splitlines()[1:]
    tags = {line.split("\t")[0] for line in lines}
    for split, least in (("train", 6), ("dev", 2), ("test", 2)):
        metas = [item.report.meta["phenomena"] for item in read([ROOT / "annotations" / split])]
        assert {tag for meta in metas for tag in meta} <= tags
        rare = {tag for tag in tags if sum(tag in meta for meta in metas) < least}
        assert not rare, split


def test_statistics(annotated: Path) -> None:
    statistics = pytest.importorskip("fazhi_training.statistics")
    table = statistics.describe({"dev": [item.report for item in read([annotated / "dev"])]})
    assert "| reports | 2 |" in table
    assert "| LAW spans | 2 |" in table
    assert "| headings of level 1 / 2 / 3 / 4 | 4 / 2 / 0 / 0 |" in table


def test_second_annotation_of_another_text(annotated: Path, tmp_path: Path) -> None:
    reports = [item.report for item in read([annotated / "dev"])]
    (tmp_path / f"{reports[0].id}.json").write_text(
        f'{{"id": "{reports[0].id}", "text_sha256": "0", "spans": []}}', encoding="utf-8"
    )
    with pytest.raises(AnnotationError, match="text_sha256 is 0, but its text has"):
        read_over(tmp_path, reports)
