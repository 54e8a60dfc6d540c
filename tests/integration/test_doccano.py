"""doccano itself: what is loaded into it comes back from its API."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import Doccano

from fazhi.annotations.formats import convert, read, write
from fazhi.tagging.labels import LABELS
from texts import odd_reports, our_reports, places


@pytest.fixture(scope="module")
def doccano(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doccano]:
    with Doccano.start(tmp_path_factory.mktemp("doccano")) as server:
        yield server


def test_spans_come_back(doccano: Doccano, tmp_path: Path) -> None:
    reports = [*odd_reports(), *our_reports()]
    project = doccano.make_project("fazhi", LABELS)
    write(reports, tmp_path / "reports.jsonl", "doccano")
    doccano.load(project, tmp_path / "reports.jsonl")
    doccano.export(project, tmp_path / "export.jsonl")
    outcome = convert(tmp_path / "export.jsonl", tmp_path / "back.jsonl", "jsonl")
    assert outcome.source_format == "doccano"
    assert not outcome.problems and not outcome.repaired
    back = {report.id: report for report in read(tmp_path / "back.jsonl").reports}
    for report in reports:
        assert back[report.id].text == report.text
        assert places(back[report.id]) == places(report)
        assert dict(back[report.id].meta) == report.to_annotation()["meta"]
