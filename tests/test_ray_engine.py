"""A small cluster on this machine: two workers, of which one is killed while it works."""

from __future__ import annotations

import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from secrets import token_hex
from typing import Any

import pytest

ray = pytest.importorskip("ray")
pytest.importorskip("pyarrow")

from pyarrow import parquet  # noqa: E402

from fazhi import batches, ray_engine  # noqa: E402
from fazhi.errors import FazhiError, MissingExtraError  # noqa: E402
from fazhi.parts import Place  # noqa: E402
from fazhi.predicting import predict  # noqa: E402
from fazhi.tables import TABLES  # noqa: E402
from fazhi.workers import Settings  # noqa: E402
from fragile import ENDS_ITSELF, ENDS_PARENT, Fragile  # noqa: E402

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning",
    "ignore::FutureWarning",
    "ignore::ResourceWarning",
    "ignore::pytest.PytestUnraisableExceptionWarning",
)

TEXT = "石桥镇{number}年法治政府建设报告\n一、主要举措\n学习《民法典》{number}次，办结率97%。\n"
FILES = 40  # three batches


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def cluster(monkeypatch_module: pytest.MonkeyPatch) -> Iterator[None]:
    """Ray with two processors and no more memory than is needed."""
    # Workers find fragile.py; the cluster has a token of its own, and none is left in a home.
    for name, value in {
        "PYTHONPATH": str(Path(__file__).parent),
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": token_hex(32),
    }.items():
        monkeypatch_module.setenv(name, value)
    ray.init(
        num_cpus=2,
        object_store_memory=100 * 2**20,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="warning",
    )
    yield
    ray.shutdown()


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of texts: names that trip URIs, the same name twice, an archive, a bad file."""
    folder = tmp_path_factory.mktemp("reports")
    for number in range(FILES):
        (folder / f"{number:02}.txt").write_text(TEXT.format(number=number), encoding="utf-8")
    (folder / "07.txt").write_text(f"{ENDS_PARENT}\n" + TEXT.format(number=7), encoding="utf-8")
    (folder / "_石桥 #1?50%.txt").write_text(TEXT.format(number=1), encoding="utf-8")
    (folder / "lower").mkdir()
    (folder / "lower" / "03.txt").write_text(TEXT.format(number=333), encoding="utf-8")
    (folder / "empty.txt").write_bytes(b"")
    (folder / "broken.zip").write_bytes(b"PK no archive")
    (folder / ".hidden.txt").write_text("看不见", encoding="utf-8")
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        for number in range(20):
            archive.writestr(f"镇/{number:02}.txt", TEXT.format(number=number + 100))
        archive.writestr("坏.docx", b"no document")
    return folder


def tables(out: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of each table that was written."""
    files = {name: out.with_name(f"{out.stem}-{name}.parquet") for name in TABLES}
    return {name: parquet.read_table(file).to_pylist() for name, file in files.items()}


def locally(paths: list[Path], out: Path, settings: Settings) -> batches.Outcome:
    """What the engine of one machine makes of the same."""
    with settings.readers() as readers:
        tagger = settings.tagger()
        return batches.run(paths, out, lambda items: predict(tagger, items, readers), settings)


def on_ray(paths: list[Path | str], out: Path | str, settings: Settings) -> batches.Outcome:
    return ray_engine.run(list(map(str, paths)), out, settings, actors=2, cpus=0.5)


@pytest.mark.usefixtures("cluster")
def test_a_cluster_gives_the_rows_of_one_machine(
    reports: Path, small_model: Path, tmp_path: Path
) -> None:
    """Also when a worker is killed, when a file kills every worker, and in a second run."""
    settings = Fragile(small_model, notes=tmp_path)
    expected = locally([reports], tmp_path / "local.parquet", Settings(small_model))
    local = tables(tmp_path / "local.parquet")
    assert {row["file"].rpartition("/")[2] for row in local["failures"]} == {
        "empty.txt",
        "broken.zip",
        "坏.docx",
    }

    deadly = reports / "25.txt"
    deadly.write_text(ENDS_ITSELF, encoding="utf-8")
    first = on_ray([reports], tmp_path / "ray.parquet", settings)
    assert (tmp_path / "ended").exists()
    assert len(list(tmp_path.glob("tags-*"))) > 2  # two workers, and one in place of one of them
    assert (first.before, first.tagged) == (0, expected.tagged - 1)
    found = tables(tmp_path / "ray.parquet")
    assert {row["report"] for row in local["reports"]} - {
        row["report"] for row in found["reports"]
    } == {"25"}
    died = next(row for row in found["failures"] if row["file"] == str(deadly))
    assert died["stage"] == "tag"
    assert "its process crashed" in died["reason"]

    deadly.write_text(TEXT.format(number=25), encoding="utf-8")
    (tmp_path / "ray.parquet.parts" / "unfinished.part").write_bytes(b"PAR1")
    second = on_ray([f"file://{reports}"], tmp_path / "ray.parquet", settings)
    assert second.before == first.tagged + len(first.failures) - 1
    assert second.tagged == expected.tagged
    assert second.failures == expected.failures
    assert tables(tmp_path / "ray.parquet") == local


@pytest.mark.usefixtures("cluster")
def test_what_is_changed_or_missing(reports: Path, small_model: Path, tmp_path: Path) -> None:
    """A changed file replaces what it was; what can't be read is a row."""
    folder = tmp_path / "few"
    folder.mkdir()
    for number in range(3):
        shutil.copy(reports / f"{number:02}.txt", folder)
    lines = tmp_path / "texts.jsonl"
    lines.write_text('{"text": "甲镇\\n办结9件。", "id": "00"}\n{"no": 1}\n', encoding="utf-8")
    gone = tmp_path / "gone.txt"
    (folder / "lost.txt").symlink_to(gone)
    settings = Settings(small_model)
    out = tmp_path / "facts.parquet"
    first = on_ray([folder, lines, gone], f"file://{out}", settings)
    assert [row["report"] for row in tables(out)["reports"]] == ["00", "01", "02", "00-2"]
    assert [failure.name for failure in first.failures] == [f"{lines}:2", str(gone)]

    (folder / "01.txt").write_text(TEXT.format(number=99), encoding="utf-8")
    second = on_ray([folder, lines], out, settings)
    assert (second.before, second.tagged) == (4, 4)
    locally([folder, lines], tmp_path / "local.parquet", settings)
    assert tables(out) == tables(tmp_path / "local.parquet")

    with pytest.raises(FazhiError, match=r"begun with other settings \(min_score differ\)"):
        on_ray([folder], out, Settings(small_model, min_score=0.5))


@pytest.mark.usefixtures("cluster")
def test_a_worker_that_cant_start(reports: Path, small_model: Path, tmp_path: Path) -> None:
    with pytest.raises(FazhiError, match=r"can't go on \(.*cuda"):
        on_ray([reports / "01.txt"], tmp_path / "facts.parquet", Settings(small_model, "cuda"))


def test_places_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(FazhiError, match="no place that can be opened"):
        Place.of("gopher://reports")


def test_without_ray(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'fazhi\[ray\]'"):
        ray_engine.run([str(tmp_path)], tmp_path / "facts.parquet", Settings())
