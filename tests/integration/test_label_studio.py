"""Label Studio itself: what is loaded into it comes back from its API."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers import LabelStudio

from fazhi.annotations.formats import convert, read, write
from fazhi.annotations.formats.label_studio import label_studio_config
from fazhi.reports import Report
from fazhi.tagging.labels import LABELS
from test_tutorial import CORRECTED, go_through
from texts import odd_reports, our_reports, places


@pytest.fixture(scope="module")
def label_studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabelStudio]:
    with LabelStudio.start(tmp_path_factory.mktemp("label-studio")) as server:
        yield server


def as_predicted(report: Report) -> Report:
    spans = tuple(dataclasses.replace(span, score=0.9) for span in report.spans)
    return dataclasses.replace(report, spans=spans)


def load(server: LabelStudio, reports: list[Report], folder: Path) -> int:
    project = server.make_project("fazhi", label_studio_config(LABELS))
    write(reports, folder / "tasks.json", "label-studio")
    server.load(project, folder / "tasks.json")
    return project


def test_spans_come_back(label_studio: LabelStudio, tmp_path: Path) -> None:
    reports = [*odd_reports(), *our_reports()]
    project = load(label_studio, reports, tmp_path)
    label_studio.export(project, tmp_path / "export.json")
    check_export(tmp_path / "export.json", reports)


def test_predictions_count_when_they_are_submitted(
    label_studio: LabelStudio, tmp_path: Path
) -> None:
    reports = [as_predicted(report) for report in (*odd_reports(), *our_reports())]
    project = load(label_studio, [report for report in reports if report.spans], tmp_path)
    label_studio.export(project, tmp_path / "export.json")
    reading = read(tmp_path / "export.json")
    assert not reading.reports and "not annotated" in reading.problems[0]
    for task in label_studio.tasks(project):
        label_studio.submit(task["id"], task["predictions"][0]["result"])
    label_studio.export(project, tmp_path / "export.json")
    check_export(tmp_path / "export.json", [report for report in reports if report.spans])


def check_export(export: Path, reports: list[Report]) -> None:
    """The same texts, spans, attributes and meta, every span sure, and nothing to tell."""
    outcome = convert(export, export.with_suffix(".jsonl"), "jsonl")
    assert outcome.source_format == "label-studio"
    assert not outcome.problems and not outcome.repaired
    back = {report.id: report for report in read(export.with_suffix(".jsonl")).reports}
    for report in reports:
        there = back.pop(report.id)
        assert (there.text, places(there)) == (report.text, places(report))
        said = [
            {name: value for name, value in span.attributes.items() if value is not None}
            for span in report.spans
        ]
        assert [dict(span.attributes) for span in there.spans] == said
        assert {span.score for span in there.spans} <= {1.0}
    assert not back


def test_the_tutorial(
    label_studio: LabelStudio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its correction by API: each report gets the spans of ours, as if a person had set them."""
    pytest.importorskip("torch")
    monkeypatch.chdir(tmp_path)

    def correct() -> None:
        project = label_studio.make_project("bulletins", Path("interface.xml").read_text("utf-8"))
        label_studio.load(project, Path("tasks.json"))
        write(read(CORRECTED).reports, Path("ours.json"), "label-studio")
        ours = {
            task["data"]["id"]: task["annotations"][0]["result"]
            for task in json.loads(Path("ours.json").read_text("utf-8"))
        }
        for task in label_studio.tasks(project):
            label_studio.submit(task["id"], ours[task["data"]["id"]])
        label_studio.export(project, Path("export.json"))

    go_through(correct)
