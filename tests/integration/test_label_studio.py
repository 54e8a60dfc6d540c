"""Label Studio itself: what is loaded into it comes back, from its API and from its editor."""

from __future__ import annotations

import dataclasses
import json
import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from servers import CALL_SECONDS, NAME, PASSWORD, LabelStudio

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


def test_the_editor_gives_back_what_it_was_given(
    label_studio: LabelStudio, browser: Any, tmp_path: Path
) -> None:
    """A person opens each predicted report and presses Submit."""
    reports = [as_predicted(report) for report in odd_reports() if report.spans]
    project = load(label_studio, reports, tmp_path)
    log_in(browser, label_studio)
    for task in label_studio.tasks(project):
        submit_in_editor(browser, label_studio, f"/projects/{project}/data?task={task['id']}")
        wait_until(partial(label_studio.annotations, task["id"]))
    label_studio.export(project, tmp_path / "export.json")
    check_export(tmp_path / "export.json", reports)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and chromedriver):
        pytest.skip("chromium and chromedriver are not installed")
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    hosts = "host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"
    for argument in ("headless=new", "no-sandbox", "disable-gpu", "window-size=1400,900", hosts):
        options.add_argument(f"--{argument}")
    service = webdriver.ChromeService(executable_path=chromedriver)
    driver = webdriver.Chrome(options=options, service=service)
    driver.set_page_load_timeout(CALL_SECONDS)
    yield driver
    driver.quit()


def test_the_tutorial(label_studio: LabelStudio, tmp_path: Path) -> None:
    """Its correction by API: each report gets the spans of ours, as if a person had set them."""

    def correct(folder: Path) -> None:
        config = (folder / "interface.xml").read_text("utf-8")
        project = label_studio.make_project("bulletins", config)
        label_studio.load(project, folder / "tasks.json")
        write(read(CORRECTED).reports, folder / "ours.json", "label-studio")
        ours = {
            task["data"]["id"]: task["annotations"][0]["result"]
            for task in json.loads((folder / "ours.json").read_text("utf-8"))
        }
        for task in label_studio.tasks(project):
            label_studio.submit(task["id"], ours[task["data"]["id"]])
        label_studio.export(project, folder / "export.json")

    go_through(tmp_path, correct)


def log_in(browser: Any, server: LabelStudio) -> None:
    browser.get(f"{server.address}/user/login/")
    for name, value in (("email", NAME), ("password", PASSWORD)):
        wait_for(browser, f"[name={name}]").send_keys(value)
    wait_for(browser, "[type=submit]").click()
    wait_for(browser, "a[href*='logout'], [class*='menu']")


def submit_in_editor(browser: Any, server: LabelStudio, page: str) -> None:
    browser.get(server.address + page)
    submit = wait_for(browser, "button[aria-label^='Submit']")
    wait_for(browser, "[class*='region'], .htx-highlight")
    browser.execute_script("arguments[0].click()", submit)


def wait_for(browser: Any, selector: str) -> Any:
    """The first element of a page that the selector finds."""
    return wait_until(lambda: next(iter(browser.find_elements("css selector", selector)), None))


def wait_until(find: Callable[[], Any]) -> Any:
    """What is found at last."""
    end = time.monotonic() + CALL_SECONDS
    while not (found := find()):
        assert time.monotonic() < end, "nothing found in time"
        time.sleep(0.5)
    return found
