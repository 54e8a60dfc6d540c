"""Label Studio itself: what is loaded into it comes back, from its API and from its editor."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fazhi.annotations.formats import convert, read, write
from fazhi.annotations.formats.label_studio import label_studio_config
from fazhi.reports import Report
from fazhi.tagging.labels import LABELS
from servers import CALL_SECONDS, NAME, PASSWORD, LabelStudio
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


@pytest.mark.parametrize("predicted", [False, True])
def test_spans_come_back(label_studio: LabelStudio, predicted: bool, tmp_path: Path) -> None:
    reports = [*odd_reports(), *our_reports()]
    if predicted:
        reports = [as_predicted(report) for report in reports]
    project = load(label_studio, reports, tmp_path)
    label_studio.export(project, tmp_path / "export.json")
    outcome = convert(tmp_path / "export.json", tmp_path / "back.jsonl", "jsonl")
    assert outcome.source_format == "label-studio"
    assert not outcome.problems and not outcome.repaired
    back = {report.id: report for report in read(tmp_path / "back.jsonl").reports}
    for report in reports:
        assert back[report.id].text == report.text
        assert places(back[report.id]) == places(report)
        said = [dict(span.attributes) for span in back[report.id].spans]
        assert said == [
            {name: value for name, value in span.attributes.items() if value is not None}
            for span in report.spans
        ]
        assert {span.score for span in back[report.id].spans} <= {0.9 if predicted else 1.0}


def test_the_editor_gives_back_what_it_was_given(
    label_studio: LabelStudio, browser: Any, tmp_path: Path
) -> None:
    """A person opens each predicted report and presses Submit."""
    reports = [as_predicted(report) for report in odd_reports() if report.spans]
    project = load(label_studio, reports, tmp_path)
    tasks = label_studio.ask(f"/api/tasks?project={project}&fields=all")["tasks"]
    log_in(browser, label_studio)
    for task in tasks:
        browser.get(f"{label_studio.address}/projects/{project}/data?task={task['id']}")
        submit = wait_for(browser, "button[aria-label^='Submit']")
        wait_for(browser, "[class*='region'], .htx-highlight")
        browser.execute_script("arguments[0].click()", submit)
        wait_for(browser, "button[aria-label^='Update']")
    label_studio.export(project, tmp_path / "export.json")
    reading = read(tmp_path / "export.json")
    assert not reading.problems and not reading.repaired
    back = {report.id: report for report in reading.reports}
    for report in reports:
        assert places(back[report.id]) == places(report)
        assert {span.score for span in back[report.id].spans} == {1.0}  # a person said so


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


def log_in(browser: Any, server: LabelStudio) -> None:
    browser.get(f"{server.address}/user/login/")
    for name, value in (("email", NAME), ("password", PASSWORD)):
        wait_for(browser, f"[name={name}]").send_keys(value)
    wait_for(browser, "[type=submit]").click()
    wait_for(browser, "a[href*='logout'], [class*='menu']")


def wait_for(browser: Any, selector: str) -> Any:
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(browser, CALL_SECONDS).until(
        lambda driver: driver.find_element("css selector", selector)
    )
