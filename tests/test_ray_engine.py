"""Batches on a cluster: the rows of the local engine, whatever is killed on the way."""

from __future__ import annotations

import os
import signal
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from conftest import ROOT
from fazhi.batches import processes, ray_engine, workers
from fazhi.batches.parts import Part, PartedOutput, Piece
from fazhi.batches.running import described, run
from fazhi.batches.sources import find
from fazhi.batches.workers import Settings, Workers
from fazhi.cli import app
from fazhi.errors import FazhiError
from fazhi.limits import Limits
from fazhi.outputs.tables import TABLES
from targets import CRASH, HANG
from test_batches import docx, html, txt

parquet = pytest.importorskip("pyarrow.parquet")
LIMITS = Limits(seconds=5)


def harmed(target: str, settings: object, **options: Any) -> processes.Child:
    """A process that hangs and crashes where a file says so, in place of one that tags."""
    return processes.Child("targets:harmed", settings, **options)


def fill(folder: Path) -> Path:
    """Reports in all sorts of files, copies among them, and what fails in every way."""
    (folder / "more").mkdir(parents=True)
    files = {f"{number:02}.txt": txt(number) for number in range(12)}
    files |= {"copy.txt": txt(3), "more/00.txt": txt(5), "more/b.docx": docx("学习5次。")}
    files |= {"bad.docx": b"bad", "empty.txt": b"", "empty2.txt": b""}
    files |= {"hangs.html": html("办结2次。") + HANG, "crashes.html": html("办结2次。") + CRASH}
    files |= {"kills.txt": CRASH + b"\n"}
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    with zipfile.ZipFile(folder / "z.zip", "w") as archive:
        for name, raw in (("00.txt", txt(7)), ("bad.docx", b"bad"), ("a.txt", txt(3))):
            archive.writestr(name, raw)
    return folder


def local_rows(
    folder: Path, settings: Settings, out: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, list[dict[str, Any]]]:
    with monkeypatch.context() as patch:
        patch.setattr(workers, "Child", harmed)
        with closing(Workers(1, settings)) as one:
            run(find([folder], settings.limits), out / "local.parquet", one.predict, settings)
    return {name: parquet.read_table(out / f"local-{name}.parquet").to_pylist() for name in TABLES}


def parted_rows(out: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of each table, the parts in order."""
    return {
        name: [
            row
            for path in sorted((out / name).iterdir())
            for row in parquet.read_table(path).to_pylist()
        ]
        for name in TABLES
    }


# An actor, without a cluster


def test_an_actor_tells_what_can_not_be_done(tmp_path: Path, tiny_model: Path) -> None:
    settings = Settings(tiny_model)
    row = Part("000000", (Piece("a.txt", "a.txt", 0, ["a"]),)).to_json()
    actor = ray_engine.PartTagger(settings, str(tmp_path / "out"), {"model": "another"})
    (told,) = actor({"part": [row]})["outcome"]
    assert "a machine of the cluster has another model or fazhi" in told
    (tmp_path / "file").touch()
    actor = ray_engine.PartTagger(settings, str(tmp_path / "file"), described(settings))
    (told,) = actor({"part": [row]})["outcome"]
    assert '{"error": ' in told
    actor.close()


def test_an_actor_does_a_part(tmp_path: Path, tiny_model: Path) -> None:
    (tmp_path / "a.txt").write_bytes(txt(4))
    settings = Settings(tiny_model)
    about = described(settings)
    output = PartedOutput(str(tmp_path / "out"))
    output.begin(about)
    actor = ray_engine.PartTagger(settings, str(tmp_path / "out"), about)
    path = str(tmp_path / "a.txt")
    part = Part("000000", (Piece(path, path, 0, ["a-7"]), Piece("no", "no", 0, ["no"])))
    actor({"part": [part.to_json()]})
    actor.close()
    assert output.finished()["000000"]["tagged"] == 1
    rows = parted_rows(tmp_path / "out")
    assert [(row["report"], row["file"]) for row in rows["reports"]] == [("a-7", path)]
    assert [row["reason"] for row in rows["failures"]] == [
        "no: can't be read (No such file or directory)"
    ]


# The command line


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("in -o out --engine ray --strict", "--strict can't be had with --engine ray"),
        ("in -o out --engine ray --summary", "--summary can't be had with --engine ray"),
        ("in -o out --engine ray --to inline", "--to can't be had with --engine ray"),
        ("in -o - --engine ray", "- can't be had with --engine ray"),
        ("- -o out --engine ray", "- can't be had with --engine ray"),
        ("in --engine ray", "--engine ray needs a folder; name it with -o"),
        ("in -o out.csv --address auto", "--address can't be had with --engine local"),
        ("s3://in -o out.csv", "a URI can't be had with --engine local"),
        ("in -o s3://out.csv", "a URI can't be had with --engine local"),
    ],
)
def test_what_does_not_go_together(arguments: str, said: str) -> None:
    done = CliRunner().invoke(app, ["predict", *arguments.split()], env={"COLUMNS": "300"})
    assert done.exit_code == 2
    assert said in done.output


def test_without_ray(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "ray", None)
    arguments = ["predict", str(tmp_path), "-o", str(tmp_path / "out"), "--engine", "ray"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 1
    assert "--engine ray needs ray: pip install 'fazhi[ray]'" in done.output
    assert not (tmp_path / "out").exists()


# A cluster


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A cluster of two machines with a processor each; both are this one."""
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore")
        for name, value in ray_engine.QUIET.items():
            patch.setenv(name, value)
        paths = (ROOT / "model", ROOT / "tests", os.environ.get("PYTHONPATH", ""))
        patch.setenv("PYTHONPATH", os.pathsep.join(map(str, paths)))
        utils = pytest.importorskip("ray.cluster_utils")
        one = {"num_cpus": 1, "include_dashboard": False, "object_store_memory": 80 * 2**20}
        cluster = utils.Cluster(initialize_head=True, head_node_args=one)
        try:
            cluster.add_node(num_cpus=1, object_store_memory=80 * 2**20)
            yield cluster.address
        finally:
            cluster.shutdown()


def test_nothing_is_lost_or_done_twice(
    address: str, tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed processes, a stop on the way, files that fail: in the end, the local engine's rows."""
    folder, out = fill(tmp_path / "in"), tmp_path / "out"
    stop, kill, tally = (tmp_path / name for name in ("stop", "kill", "tally"))
    tally.mkdir()

    class Unlucky(ray_engine.PartTagger):
        """Notes what it does; as files say, stops the batch, or kills its own process once."""

        def __init__(self, *arguments: Any) -> None:
            workers.Child = harmed  # type: ignore[assignment,misc]
            super().__init__(*arguments)

        def _tag(self, part: Part) -> dict[str, Any]:
            if stop.exists() and any(tally.iterdir()):
                raise FazhiError("stopped")
            if kill.exists():
                kill.unlink()
                (tally / f"killed-{os.getpid()}").touch()
                os.kill(os.getpid(), signal.SIGKILL)
            outcome = super()._tag(part)
            (tally / f"{part.name}-{os.getpid()}").touch()
            return outcome

    monkeypatch.setattr(ray_engine, "PartTagger", Unlucky)
    settings = Settings(tiny_model, limits=LIMITS)
    stop.touch()
    with (
        ray_engine.begin([str(folder)], str(out), settings, address=address) as batch,
        pytest.raises(FazhiError, match="stopped"),
    ):
        batch.run()
    before = PartedOutput(str(out)).finished()
    assert 1 <= len(before) < 8

    stop.unlink()
    kill.touch()
    command = ["predict", str(folder), "-o", str(out), "--engine", "ray", "--address", address]
    command += ["--model", str(tiny_model), "--limit", "seconds=5"]
    done = CliRunner().invoke(app, command)
    local = local_rows(folder, settings, tmp_path, monkeypatch)
    tagged, failed = len(local["reports"]), len(local["failures"])
    assert done.exit_code == 1
    assert f"{tagged} tagged, {failed} failed" in done.output, done.output
    ready = sum(part["tagged"] + len(part["failures"]) for part in before.values())
    assert f"{ready} were done before" in done.output
    assert parted_rows(out) == local
    assert (tagged, failed) == (17, 7)
    assert {row["stage"] for row in local["failures"]} == {"read", "tag"}

    killed = [path.name for path in tally.iterdir() if path.name.startswith("killed")]
    parts = sorted(path.name.partition("-")[0] for path in tally.glob("0*"))
    assert len(killed) == 1
    assert parts == [f"{number:06}" for number in range(len(parts))]  # each once
    assert not list(out.rglob("*.part"))

    refused = CliRunner().invoke(app, [*command, "--min-score", "0.5"])
    assert refused.exit_code == 1
    assert "min_score was 0.0, is 0.5" in refused.output
    assert parted_rows(out) == local


def test_no_room_and_no_cluster(address: str, tmp_path: Path, tiny_model: Path) -> None:
    for settings, said in (
        (Settings(tiny_model, threads=64), "no machine of the cluster has 64 CPUs; give --jobs"),
        (Settings(tiny_model, device="cuda"), "has 1 CPUs and a GPU"),
    ):
        with (
            pytest.raises(FazhiError, match=said),
            ray_engine.begin([], str(tmp_path / "out"), settings, address=address),
        ):
            pass
    assert not (tmp_path / "out").exists()
