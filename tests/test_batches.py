"""Batches: nothing is lost, nothing is done twice, and no file harms another."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import ROOT
from fazhi.batches import reading_ahead, workers
from fazhi.batches import running as batches
from fazhi.batches.journal import Journal
from fazhi.batches.predicting import predict
from fazhi.batches.processes import Child
from fazhi.batches.reading_ahead import Readers
from fazhi.batches.sources import Failure, Repeat, Source, find
from fazhi.batches.workers import Settings, Workers
from fazhi.documents import Document, Dropped, Piece, Place
from fazhi.errors import FazhiError, ModelError
from fazhi.limits import Limits
from fazhi.outputs.tables import TABLES
from fazhi.reports import Report, Span
from fazhi.tagging.manifest import sha256
from fazhi.tagging.tagger import Tagger
from targets import CRASH, HANG
from test_processes import eventually, is_running

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def txt(number: int, more: str = "") -> bytes:
    return f"一、主要举措\n学习{number % 10}次{'。' * (number // 10)}\n{more}".encode()


def docx(*paragraphs: str, more: dict[str, str] | None = None) -> bytes:
    body = "".join(f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>" for text in paragraphs)
    document = f'<w:document xmlns:w="{W}"><w:body>{body}</w:body></w:document>'
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, part in {"word/document.xml": document, **(more or {})}.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    return buffer.getvalue()


def html(*paragraphs: str) -> bytes:
    return f"<body>{''.join(f'<p>{text}</p>' for text in paragraphs)}</body>".encode()


def fill(folder: Path, files: dict[str, bytes]) -> Path:
    for name, raw in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(raw)
    return folder


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A folder of four texts, two of which are the same."""
    files = {"a.txt": txt(1), "b.txt": txt(2), "c.txt": txt(1), "d.txt": txt(3)}
    return fill(tmp_path / "in", files)


@dataclass
class Batch:
    """Runs batches with the tiny model, and counts the texts that it is given."""

    out: Path
    settings: Settings
    tagger: Tagger
    tagged: list[str] = field(default_factory=list)
    stop_after: int | None = None

    def tag_many(self, texts: Iterable[str], *, ids: Iterable[str]) -> Iterator[Report]:
        texts = list(texts)
        self.tagged += texts
        return self.tagger.tag_many(texts, ids=ids)

    def engine(self, items: Iterable[Any]) -> Iterator[Any]:
        with closing(self.settings.readers()) as readers:
            for number, result in enumerate(predict(self, items, readers)):  # type: ignore[arg-type]
                if number == self.stop_after:
                    raise KeyboardInterrupt
                yield result

    def run(self, *paths: Path, **options: Any) -> batches.Outcome:
        found = find(paths, self.settings.limits)
        return batches.run(found, self.out, self.engine, self.settings, **options)

    @property
    def journal(self) -> Path:
        return self.out.with_name(self.out.name + ".journal")

    def written(self) -> list[tuple[str, str]]:
        """The id and the text of each report, and the file and reason of each failure."""
        lines = [json.loads(line) for line in self.out.read_text("utf-8").splitlines()]
        return [
            (line["failure"]["file"], line["failure"]["reason"])
            if "failure" in line
            else (line["id"], line["text"])
            for line in lines
        ]


@pytest.fixture
def batch(tmp_path: Path, tiny_model: Path) -> Batch:
    return Batch(tmp_path / "out.jsonl", Settings(tiny_model), Tagger.load(tiny_model))


# The journal


def test_a_batch_is_written_and_its_journal_deleted(batch: Batch, texts: Path) -> None:
    done: list[None] = []
    each: list[str] = []
    outcome = batch.run(
        texts, done=lambda: done.append(None), each=lambda report: each.append(report.id)
    )
    assert [name for name, _ in batch.written()] == ["a", "b", "c", "d"] == each
    assert (outcome.tagged, outcome.before, outcome.failures, len(done)) == (4, 0, [], 4)
    assert sorted(path.name for path in batch.out.parent.iterdir()) == ["in", "out.jsonl"]


def test_the_same_content_is_tagged_once(batch: Batch, texts: Path) -> None:
    fill(texts, {"e.html": txt(2), "f.txt": b"", "g.txt": b"", "h.htm": html("办结2次。")})
    fill(texts, {"i.htm": html("办结2次。"), "j.html": html("办结2次。")})
    batch.run(texts)
    assert sorted(batch.tagged) == sorted(
        [txt(number).decode() for number in (1, 2, 3)] + ["办结2次。"] * 2
    )
    lines = [json.loads(line) for line in batch.out.read_text("utf-8").splitlines()]
    first, copy = (next(one for one in lines if one.get("id") == name) for name in "ac")
    assert copy["meta"].pop("file") == str(texts / "c.txt")
    assert first["meta"].pop("file") == str(texts / "a.txt")
    assert {**first, "id": "c"} == copy
    failures = [line["failure"] for line in lines if "failure" in line]
    assert [(one["file"], one["reason"].partition(": ")) for one in failures][-2:] == [
        (str(texts / name), (str(texts / name), ": ", "empty; there is nothing to read"))
        for name in ("f.txt", "g.txt")
    ]


@pytest.mark.parametrize("stop_after", range(5))
def test_broken_off_the_same_call_goes_on(batch: Batch, texts: Path, stop_after: int) -> None:
    (texts / "c.txt").write_bytes(b"")
    batch.run(texts)
    whole = batch.out.read_bytes()
    batch.out.unlink()
    batch.stop_after = stop_after
    if stop_after < 4:
        with pytest.raises(KeyboardInterrupt):
            batch.run(texts)
        assert batch.journal.exists() == batch.out.exists() == bool(stop_after)
    if 0 < stop_after < 4:
        assert batch.out.read_bytes().splitlines() == whole.splitlines()[:stop_after]
    batch.stop_after, batch.tagged = None, []
    outcome = batch.run(texts)
    before = stop_after % 4
    assert batch.out.read_bytes() == whole
    assert (outcome.tagged, len(outcome.failures), outcome.before) == (3, 1, before)
    assert len(batch.tagged) == 3 - min(before, 2) if before < 3 else 1
    assert not batch.journal.exists()


def test_annotations_are_written_when_all_is_done(batch: Batch, texts: Path) -> None:
    batch.out = texts.parent / "tags"
    batch.stop_after = 2
    with pytest.raises(KeyboardInterrupt):
        batch.run(texts, to="inline")
    assert not batch.out.exists() and batch.journal.exists()
    batch.stop_after = None
    (texts / "e.txt").write_bytes(b"")
    outcome = batch.run(texts, to="inline")
    assert (outcome.before, outcome.tagged, len(outcome.failures)) == (2, 4, 1)
    assert outcome.dropped == ["score (4)"]
    assert {path.stem for path in batch.out.iterdir()} == set("abcd")
    assert {path.name for path in texts.parent.iterdir()} == {"in", "tags"}


def test_annotations_that_cannot_be_written_cost_nothing(batch: Batch, tmp_path: Path) -> None:
    lines = tmp_path / "texts.jsonl"
    lines.write_text('{"id": "a/b", "text": "学习2次"}\n', encoding="utf-8")
    batch.out = tmp_path / "out"
    with pytest.raises(FazhiError, match="the id 'a/b' can't name a file"):
        batch.run(lines, to="inline")
    assert not batch.out.exists()
    assert batch.run(lines, to="label-studio").before == 1
    assert json.loads(batch.out.read_text("utf-8"))[0]["data"]["id"] == "a/b"


def test_no_annotations_without_a_report(batch: Batch, texts: Path) -> None:
    (texts.parent / "none.txt").write_bytes(b"")
    assert batch.run(texts.parent / "none.txt", to="doccano").failures
    assert not batch.out.exists() and not batch.journal.exists()


def test_what_comes_to_nothing_leaves_no_trace(batch: Batch, texts: Path) -> None:
    """Neither an older file is lost, nor is anything begun."""
    batch.out.write_bytes(b"older")
    batch.stop_after = 0
    with pytest.raises(KeyboardInterrupt):
        batch.run(texts)
    with closing(Workers(2, Settings(texts / "none"))) as several, pytest.raises(ModelError):
        batches.run(find([texts]), batch.out, several.predict, batch.settings)
    assert batch.out.read_bytes() == b"older"
    assert not batch.journal.exists()


def broken_off(batch: Batch, texts: Path, after: int = 2) -> list[bytes]:
    """The lines of the journal of a batch that was broken off."""
    batch.stop_after = after
    with pytest.raises(KeyboardInterrupt):
        batch.run(texts)
    batch.stop_after, batch.tagged = None, []
    lines = batch.journal.read_bytes().splitlines(keepends=True)
    assert len(lines) == after + 1
    return lines


@pytest.mark.parametrize("left", [1, 20, -1])
@pytest.mark.parametrize("line", [0, 1, 2])
def test_half_a_line_is_cut_off(batch: Batch, texts: Path, line: int, left: int) -> None:
    lines = broken_off(batch, texts)
    batch.journal.write_bytes(b"".join(lines[:line]) + lines[line][:left])
    assert batch.run(texts).before == max(0, line - 1)
    assert [name for name, _ in batch.written()] == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    "damage",
    [
        b"\x00" * 9,
        b"{}",
        b"[]",
        b'{"name": "a"}',
        b'{"name": "a", "digest": "b"}',
        b'{"settings": 1}',
        b"\xff",
        b"[" * 99_999,
    ],
)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_damaged_line_is_refused(batch: Batch, texts: Path, damage: bytes, at: int) -> None:
    lines = broken_off(batch, texts)
    before = batch.out.read_bytes()
    damaged = b"".join([*lines[:at], damage + b"\n", *lines[at + 1 :]])
    batch.journal.write_bytes(damaged)
    place = len(b"".join(lines[:at]))
    with pytest.raises(FazhiError, match=f"journal: damaged at byte {place}; delete it to begin"):
        batch.run(texts)
    assert batch.journal.read_bytes() == damaged
    assert batch.out.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"encoding": "gb18030"}, "encoding was None, is 'gb18030'"),
        ({"min_score": 0.5}, "min_score was 0.0, is 0.5"),
        ({"limits": Limits(chars=99)}, "limits was .*'chars': 2000000.*, is .*'chars': 99"),
        ({"model": "other"}, "model was '[0-9a-f]{64}', is '[0-9a-f]{64}'"),
    ],
)
def test_other_settings_are_refused(
    batch: Batch, texts: Path, change: dict[str, Any], message: str, tmp_path: Path
) -> None:
    broken_off(batch, texts)
    lines, out = batch.journal.read_bytes(), batch.out.read_bytes()
    settings = batch.settings
    if "model" in change:
        assert settings.model is not None
        other = shutil.copytree(settings.model, tmp_path / "other")
        raw = (other / "model.onnx").read_bytes()
        (other / "model.onnx").write_bytes(raw + b" ")
        manifest = json.loads((other / "manifest.json").read_text())
        manifest["files"]["model.onnx"] = sha256(other / "model.onnx")
        (other / "manifest.json").write_text(json.dumps(manifest))
        change = {"model": other}
    batch.settings = replace(settings, **change)
    with pytest.raises(FazhiError, match=f"begun with other settings .*{message}.*go on with"):
        batch.run(texts)
    assert (batch.journal.read_bytes(), batch.out.read_bytes()) == (lines, out)
    batch.settings = replace(settings, device="cpu", threads=1)  # they change nothing
    assert batch.run(texts).before == 2


def test_a_journal_without_results_takes_any_settings(batch: Batch, texts: Path) -> None:
    lines = broken_off(batch, texts)
    batch.journal.write_bytes(lines[0] + lines[1][:9])
    batch.settings = replace(batch.settings, min_score=0.5)
    assert batch.run(texts).tagged == 4
    assert not batch.journal.exists()


def test_one_batch_at_a_time(batch: Batch, texts: Path) -> None:
    pytest.importorskip("fcntl")
    broken_off(batch, texts)
    with closing(Journal(batch.out, batches.described(batch.settings))) as first:
        with pytest.raises(FazhiError, match=r"out\.jsonl: another batch is writing it; wait"):
            batch.run(texts)
        assert len(first.names()) == 2
    assert batch.run(texts).before == 2


def test_opening_a_journal_takes_nothing_from_another(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    with closing(Journal(tmp_path / "out", {"a": 1})) as first:
        with pytest.raises(FazhiError, match="another batch"):
            Journal(tmp_path / "out", {"a": 2})
        first.add(Source("甲", "甲", ".txt", b""), Failure("甲", "read", "甲: 空"))
    with closing(Journal(tmp_path / "out", {"a": 1})) as again:
        assert again.names() == ["甲"]
        assert list(again.results({"甲": None, "乙": "乙"})) == [Failure("甲", "read", "甲: 空")]


def test_a_changed_file_is_tagged_again(batch: Batch, texts: Path) -> None:
    broken_off(batch, texts, 3)
    fill(texts, {"a.txt": txt(4), "c.txt": txt(5), "0.txt": txt(6)})
    (texts / "b.txt").unlink()
    outcome = batch.run(texts)
    assert batch.written() == [
        (name, txt(number).decode()) for name, number in (("0", 6), ("a", 4), ("c", 5), ("d", 3))
    ]
    assert (outcome.before, len(batch.tagged)) == (0, 4)


def test_ids_are_those_of_what_is_found_now(batch: Batch, texts: Path) -> None:
    broken_off(batch, texts)
    fill(texts, {"0/a.txt": txt(7), "e/b.txt": txt(8)})
    batch.run(texts)
    assert [name for name, _ in batch.written()] == ["a", "a-2", "b", "c", "d", "b-2"]


def test_broken_off_twice_nothing_is_missing(batch: Batch, texts: Path) -> None:
    broken_off(batch, texts, 3)
    fill(texts, {"0.txt": txt(6)})
    batch.stop_after = 0
    with pytest.raises(KeyboardInterrupt):
        batch.run(texts)
    assert [name for name, _ in batch.written()] == ["a", "b", "c"]


def test_strict_stops_at_the_first_failure(batch: Batch, texts: Path) -> None:
    (texts / "b.txt").write_bytes(b"")
    for _ in range(2):
        with pytest.raises(FazhiError, match=r"b\.txt: empty"):
            batch.run(texts, strict=True)
        assert [name for name, _ in batch.written()] == ["a"]
    batch.stop_after = 2
    with pytest.raises(KeyboardInterrupt):
        batch.run(texts)
    batch.stop_after = None
    with pytest.raises(FazhiError, match=r"b\.txt: empty"):
        batch.run(texts, strict=True)
    assert len(batch.run(texts).failures) == 1


def test_a_journal_that_cannot_be_written(batch: Batch, texts: Path) -> None:
    batch.journal.mkdir()
    with pytest.raises(FazhiError, match=r"out\.jsonl: can't be written \(Is a directory\)"):
        batch.run(texts)


@pytest.mark.parametrize("ending", ["jsonl", "csv", "xlsx", "parquet"])
def test_failures_are_rows(batch: Batch, texts: Path, ending: str) -> None:
    pytest.importorskip({"xlsx": "openpyxl", "parquet": "pyarrow"}.get(ending, "json"))
    fill(texts, {"b.txt": b"", "c.docx": b"no zip"})
    batch.out = batch.out.with_suffix(f".{ending}")
    gone = texts / "gone.pdf"
    outcome = batch.run(texts, gone)
    assert (outcome.tagged, len(outcome.failures)) == (3, 3)
    found = [
        tuple(row[column.name] for column in TABLES["failures"]) for row in failures(batch.out)
    ]
    assert found == [
        (str(texts / "b.txt"), "read", f"{texts / 'b.txt'}: empty; there is nothing to read"),
        (
            str(texts / "c.docx"),
            "read",
            f"{texts / 'c.docx'}: not a .docx file (no zip archive); save the report as .docx",
        ),
        (str(gone), "read", f"{gone}: can't be read (No such file or directory)"),
    ]


def failures(out: Path) -> list[dict[str, Any]]:
    match out.suffix:
        case ".jsonl":
            lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
            return [line["failure"] for line in lines if "failure" in line]
        case ".csv":
            with out.open(encoding="utf-8-sig", newline="") as file:
                return [row for row in csv.DictReader(file) if row["fact"] == "failure"]
        case ".xlsx":
            import openpyxl

            sheet = openpyxl.load_workbook(out)["failures"]
            header, *rows = sheet.iter_rows(values_only=True)
            return [dict(zip(header, row, strict=True)) for row in rows]
        case _:
            from pyarrow import parquet

            table = parquet.read_table(out.with_name("out-failures.parquet"))
            return list(table.to_pylist())


def test_a_text_that_cannot_be_tagged_fails_alone(batch: Batch, texts: Path) -> None:
    """Whatever the model's library raises; ONNX Runtime's errors share no base class."""

    class OtherError(Exception):
        pass

    tag_many = batch.tagger.tag_many

    def fail(texts: Sequence[str], *, ids: Iterable[str]) -> Iterator[Report]:
        if any("2次" in text for text in texts):
            raise OtherError("no memory")
        return tag_many(texts, ids=ids)

    batch.tagger.tag_many = fail  # type: ignore[method-assign,assignment]
    outcome = batch.run(texts)
    assert [name for name, _ in batch.written()] == ["a", str(texts / "b.txt"), "c", "d"]
    (failure,) = outcome.failures
    assert (failure.stage, failure.file) == ("tag", str(texts / "b.txt"))
    assert (
        failure.reason == f"{failure.file}: can't be tagged (OtherError: no memory); split the file"
    )


def test_a_text_of_too_many_spans_fails_alone(batch: Batch, texts: Path) -> None:
    fill(texts, {"b.txt": "办结9件。".encode() * 9})
    batch.settings = replace(batch.settings, limits=Limits(spans=8))
    (failure,) = batch.run(texts).failures
    assert (failure.stage, failure.file) == ("tag", str(texts / "b.txt"))
    assert failure.reason == (
        f"{failure.file}: over 8 spans; if it is worth it, allow more with --limit spans=NUMBER"
    )
    batch.settings = replace(batch.settings, limits=Limits(spans=9))
    assert batch.run(texts).failures == []


def test_facts_that_cannot_be_worked_out_fail_alone(
    batch: Batch, texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fazhi.facts import gathering

    gather = gathering.gather

    def fail(report: Report) -> Any:
        if "3次" in report.text:
            raise RecursionError("too deep")
        return gather(report)

    monkeypatch.setattr(gathering, "gather", fail)
    assert [one.file for one in batch.run(texts).failures] == [str(texts / "d.txt")]


# Readers


@contextmanager
def children_run(target: str, monkeypatch: pytest.MonkeyPatch, module: Any) -> Iterator[None]:
    """Children run a function of the tests instead of fazhi's own."""

    def child(_: str, settings: object, **options: Any) -> Child:
        return Child(f"targets:{target}", settings, **options)

    with monkeypatch.context() as patch:
        patch.setattr(module, "Child", child)
        yield


def test_what_hangs_or_crashes_its_reader_fails_alone(
    batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fill(
        tmp_path / "in",
        {
            "a.html": html("办结1次。"),
            "b.html": html("办结2次。") + CRASH,
            "c.html": html("办结3次。"),
            "d.htm": html("办结4次。") + HANG,
            "e.docx": docx("办结5次。"),
            "f.txt": HANG + CRASH,
        },
    )
    batch.settings = replace(batch.settings, limits=Limits(seconds=10))
    with children_run("reading", monkeypatch, reading_ahead):
        outcome = batch.run(folder)
    assert [name for name, _ in batch.written()] == [
        *("a", str(folder / "b.html"), "c", str(folder / "d.htm"), "e", "f")
    ]
    crashed, late = (failure.reason for failure in outcome.failures)
    assert crashed == (
        f"{folder / 'b.html'}: its reader crashed, or needed too much memory; "
        "save the report as .txt"
    )
    assert late == (
        f"{folder / 'd.htm'}: not read within 10 seconds; if it is worth it, allow more with "
        "--limit seconds=NUMBER"
    )


def test_a_page_that_takes_too_long(batch: Batch, tmp_path: Path) -> None:
    """A real one: the parser's time grows with the square of elements in elements."""
    folder = fill(tmp_path / "in", {"a.html": b"<div>" * 100_000, "b.html": html("办结2次。")})
    changes = ["seconds=1", "html_tags=9999999", "html_depth=9999999"]
    batch.settings = replace(batch.settings, limits=Limits.parse(changes))
    begun = time.monotonic()
    outcome = batch.run(folder / "a.html")
    assert time.monotonic() - begun < 60
    assert "a.html: not read within 1 seconds" in outcome.failures[0].reason
    batch.settings = replace(batch.settings, limits=Limits())
    assert "--limit html_tags=NUMBER" in batch.run(folder).failures[0].reason
    assert batch.written()[1] == ("b", "办结2次。")


def test_readers_end_with_their_use(tiny_model: Path) -> None:
    with closing(Settings(tiny_model).readers()) as readers:
        ((_, document),) = readers.read_all([Source("a.html", "a", ".html", html("办结2次。"))])
        assert document.text == "办结2次。"
        (process,) = (child._process for child in readers._children)
    assert process is not None
    assert process.returncode is not None


def test_readers_are_closed_while_they_read(monkeypatch: pytest.MonkeyPatch) -> None:
    with children_run("reading", monkeypatch, reading_ahead):
        readers = Readers(processes=2)
    read = readers.read_all(
        Source(f"{n}", "a", ".html", html("办结。") + HANG * n) for n in range(40)
    )
    assert isinstance(next(read), tuple)
    pids = [child._process.pid for child in readers._children if child._process]
    begun = time.monotonic()
    readers.close()
    readers._threads.shutdown(wait=True)
    assert time.monotonic() - begun < 30
    assert not any(map(is_running, pids))
    assert all(child._process is None for child in readers._children)


# Several processes


def many(folder: Path) -> Path:
    """Files of every sort, bad ones and repeats among them."""
    files: dict[str, bytes] = {}
    for number in range(200):
        name, kind = f"{number % 7}/{number:03}", number % 10
        text = f"开展宣传{number % 10}次。办结{number // 10 % 10}件。"
        if kind < 5:
            files[f"{name}.txt"] = txt(number)
        elif kind == 5:
            files[f"{name}.docx"] = docx("一、主要举措", text)
        elif kind == 6:
            files[f"{name}.html"] = html("一、主要举措", text)
        elif kind == 7:  # repeats
            files[f"{name}.txt"] = txt(number - 5)
        elif kind == 8:
            files[f"{name}.docx"] = docx("一、主要举措", "学习3次。")
        else:
            bad = (("txt", b""), ("txt", b"\0"), ("docx", b"PK\3\4"), ("html", b"x"), ("zip", b""))
            ending, raw = bad[number // 10 % 5]
            files[f"{name}.{ending}"] = raw
    return fill(folder, files)


def results(engine: Callable[[Iterable[Any]], Iterable[Any]], items: Sequence[Any]) -> list[Any]:
    return [one.to_dict() if isinstance(one, Report | Failure) else one for one in engine(items)]


def test_several_processes_give_the_same(batch: Batch, tmp_path: Path) -> None:
    items: list[Any] = list(find([many(tmp_path / "in")]))
    items.insert(30, Repeat(items[0]))
    with closing(Workers(2, batch.settings)) as several:
        assert results(several.predict, items) == results(batch.engine, items)
        running = [child._process for child in several._children]
    assert all(process is not None and process.returncode is not None for process in running)


def test_several_processes_survive_what_is_killed(batch: Batch, tmp_path: Path) -> None:
    items = list(find([many(tmp_path / "in")]))
    expected = results(batch.engine, items)
    with closing(Workers(2, batch.settings)) as several:
        found = several.predict(items)
        seen = [next(found)]
        for child in several._children:
            if child._process is not None:
                child._process.kill()
        seen += found
        assert results(iter, seen) == expected


def test_what_crashes_its_process_fails_alone(
    batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "once").touch()
    raws = [txt(1), CRASH + str(tmp_path / "once").encode() + b"\n", txt(2), CRASH + b"\n", txt(3)]
    items = [Source(f"{n}.txt", f"{n}", ".txt", raw) for n, raw in enumerate(raws)]
    with children_run("tagging", monkeypatch, workers), closing(Workers(1, batch.settings)) as one:
        found = list(one.predict(items))
    assert [getattr(result, "id", None) for result in found] == ["0", "1", "2", None, "4"]
    assert found[3] == Failure(
        "3.txt", "tag", "3.txt: its process crashed, or needed too much memory; split the file"
    )


def test_processes_that_cannot_begin_say_why(tmp_path: Path) -> None:
    items = [Source("a.txt", "a", ".txt", txt(1))]
    with (
        closing(Workers(2, Settings(tmp_path / "none"))) as several,
        pytest.raises(ModelError, match="no such model folder"),
    ):
        list(several.predict(items))


def test_several_processes_end_with_ctrl_c(batch: Batch, tmp_path: Path) -> None:
    """None is begun anew for what they had before them."""
    items = list(find([many(tmp_path / "in")]))

    def work() -> None:
        with closing(several):
            for number, _ in enumerate(several.predict(items)):
                if number == 20:
                    raise KeyboardInterrupt

    several = Workers(2, batch.settings)
    with pytest.raises(KeyboardInterrupt):
        work()
    several._threads.shutdown(wait=True)
    assert all(child._process is None for child in several._children)


# What comes out


def test_places_lead_back_to_the_file(tiny_model: Path, tmp_path: Path) -> None:
    fill(
        tmp_path,
        {
            "a.txt": "一、主要举措\r\n学习2次。\n".encode(),
            "b.docx": docx("一、主要举措", "学习2次。"),
            "c.html": html("一、主要举措", "学习2次。"),
        },
    )
    tagger = Tagger.load(tiny_model)
    for name, places in (
        ("a.txt", ["line 2"]),
        ("b.docx", ["paragraph 2, run 1"]),
        ("c.html", ["node 5"]),
    ):
        report = tagger.read(tmp_path / name)
        (span,) = report.spans
        assert span.text == "2次"
        assert list(map(str, span.source)) == places, name


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_places_of_text_boxes_and_nested_tables(batch: Batch, tmp_path: Path, ending: str) -> None:
    """Steps of one name stand in one another, and one is called box."""
    inner = "<w:p><w:r><w:t>学习2次</w:t></w:r></w:p>"
    box = f"<w:p><w:r><w:txbxContent>{inner}</w:txbxContent></w:r></w:p>"
    table = f"<w:tbl><w:tr><w:tc>{inner}</w:tc></w:tr></w:tbl>"
    nested = f"<w:tbl><w:tr><w:tc>{table}{box}</w:tc></w:tr></w:tbl>"
    raw = docx("甲</w:t></w:r></w:p>" + nested + box + "<w:p><w:r><w:t>")
    batch.out = batch.out.with_suffix(f".{ending}")
    batch.run(fill(tmp_path / "in", {"a.docx": raw}))
    places = [
        "table 1, row 1, cell 1, table 1, row 1, cell 1, paragraph 1, run 1",
        "table 1, row 1, cell 1, paragraph 1, box 1, paragraph 1, run 1",
        "paragraph 2, box 1, paragraph 1, run 1",
    ]
    if ending == "csv":
        with batch.out.open(encoding="utf-8-sig", newline="") as file:
            found = [row["source"] for row in csv.DictReader(file) if row["fact"] == "count"]
    else:
        spans = json.loads(batch.out.read_text("utf-8"))["spans"]
        found = [str(Place.from_dict(place)) for span in spans for place in span["source"]]
    assert found == places


NAMES = st.text(max_size=6)
NUMBERS = st.integers(0, 99)
EDGES = st.integers(-9999, 9999).map(lambda tenths: tenths / 10)
PLACES = st.builds(
    Place,
    st.lists(st.tuples(st.sampled_from(["page", "box", "table", "steps"]) | NAMES, NUMBERS)).map(
        tuple
    ),
    st.none() | st.tuples(EDGES, EDGES, EDGES, EDGES),
)
VALUES = st.none() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | NAMES
KEYS = NAMES.filter(lambda name: name not in {"start", "end", "label", "text", "score", "source"})


@st.composite
def reports(draw: st.DrawFn) -> Report:
    text = draw(st.text(min_size=1, max_size=30))
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    spans = [
        Span(
            start,
            end,
            draw(st.sampled_from(["PLACE", "甲"])),
            text[start:end],
            draw(st.integers(0, 10**4)) / 10**4,
            draw(st.dictionaries(KEYS, VALUES, max_size=3)),
            tuple(draw(st.lists(PLACES, max_size=3))),
        )
        for start, end in zip(edges[::2], edges[1::2], strict=False)
    ]
    dropped = draw(st.lists(st.builds(Dropped, NAMES, NAMES, PLACES), max_size=2))
    return Report(
        draw(NAMES),
        text,
        tuple(spans),
        draw(st.dictionaries(NAMES.filter(lambda name: name != "coverage"), VALUES, max_size=3)),
        draw(st.none() | st.floats(0, 1)),
        tuple(draw(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=2))),
        tuple(dropped),
    )


@given(reports())
def test_a_report_comes_back(report: Report) -> None:
    again = Report.from_dict(json.loads(report.to_json()))
    assert again == report
    assert again.to_json() == report.to_json()


@given(reports())
def test_a_result_comes_back_from_the_journal(
    tmp_path_factory: pytest.TempPathFactory, report: Report
) -> None:
    out = tmp_path_factory.getbasetemp() / "journalled"
    source = Source("a\ud800.txt", "甲", ".txt", report.text.encode("utf-8", "replace"))
    with closing(Journal(out, {})) as journal:
        journal.add(source, report)
        assert journal.has(source)
    with closing(Journal(out, {})) as journal:
        assert list(journal.results({source.name: None})) == [report]
        copy = journal.copy(replace(source, name="b.txt", id="乙"))
        assert copy == replace(report, id="乙", meta={**report.meta, "file": "b.txt"})
        journal.remove()


def test_places_of_a_span() -> None:
    lines = [Place((("line", number),)) for number in range(3)]
    pieces = (Piece(0, 2, lines[0]), Piece(3, 5, lines[1]), Piece(5, 6, lines[2]))
    document = Document("甲乙\n丙丁戊", pieces)
    report = Report(
        "a", document.text, tuple(Span(a, b, "X", "") for a, b in ((1, 4), (2, 3), (4, 6)))
    )
    found = [list(span.source) for span in report.located(document).spans]
    assert found == [lines[:2], [], lines[1:]]


# What a file may do


HOSTILE_PAGE = """<html><head><base href="http://example.org/"><script src="http://example.org/a.js">
</script><link rel=stylesheet href="//example.org/a.css"><meta http-equiv=refresh content="0;http://
example.org"></head><body><img src="http://example.org/a.png"><iframe src="http://example.org">
</iframe><p>学习2次，办结3件。</p></body></html>"""
RELATIONS = """<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="r1" Type="http://x/attachedTemplate" TargetMode="External" Target="http://example.
org/a.dotm"/><Relationship Id="r2" Type="http://x/footnotes" Target="http://example.org/notes.xml"/>
<Relationship Id="r3" Type="http://x/styles" Target="../../../../../../etc/passwd"/></Relationships>
"""


def test_no_file_opens_a_connection_or_writes_elsewhere(
    batch: Batch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fill(
        tmp_path / "a" / "in",
        {
            "a.html": HOSTILE_PAGE.encode(),
            "b.docx": docx("学习2次。", more={"word/_rels/document.xml.rels": RELATIONS}),
            "c.txt": txt(2),
            "d.doc": HOSTILE_PAGE.encode(),
        },
    )
    with zipfile.ZipFile(folder / "e.zip", "w") as archive:
        for name in ("../../x.txt", "/tmp/y.txt", "..\\..\\z.txt", "C:\\v.txt"):
            archive.writestr(name, txt(3))
    (tmp_path / "a" / "out").mkdir()
    batch.out = tmp_path / "a" / "out" / "out.jsonl"
    monkeypatch.chdir(tmp_path / "a")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(f"socket.{name}", refuse)
    with children_run("reading_offline", monkeypatch, reading_ahead):
        outcome = batch.run(folder)
    assert (outcome.tagged, outcome.failures) == (8, [])
    after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert after == {**before, batch.out: batch.out.read_bytes()}


# As a command


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "fazhi", *map(str, arguments)]


@contextmanager
def started(*arguments: object, marker: str, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    path = os.pathsep.join(filter(None, sys.path))
    env = {**os.environ, "PYTHONPATH": path, "FAZHI_TEST": marker}
    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
    quiet |= {"env": env, "cwd": ROOT}
    if os.name == "posix":  # a shell's background jobs ignore Ctrl-C, and so would their children
        quiet["preexec_fn"] = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(command(*arguments), **{**quiet, **options}) as process:
        try:
            yield process
        finally:
            process.kill()


def running(marker: str) -> list[str]:
    """The processes that have this in their environment, children of children among them."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if f"FAZHI_TEST={marker}".encode() in (folder / "environ").read_bytes():
                found.append(folder.name)
    return found


def test_killed_at_any_moment_it_goes_on(tiny_model: Path, tmp_path: Path) -> None:
    """Started again after each ``kill -9``, it ends with what it gives undisturbed."""
    folder = many(tmp_path / "in")
    whole, out = tmp_path / "whole.jsonl", tmp_path / "out.jsonl"
    marker = f"kill-{os.getpid()}"
    arguments = ("predict", folder, "--model", tiny_model, "-o")
    begun = time.monotonic()
    with started(*arguments, whole, marker=marker) as process:
        _, err = process.communicate(timeout=300)
    seconds = time.monotonic() - begun
    assert err.endswith(b"180 tagged, 20 failed\n")
    moments = random.Random(20)
    kills = goings_on = 0
    while kills < 20:
        with started(*arguments, out, marker=marker) as process:
            try:
                _, err = process.communicate(timeout=moments.uniform(0, 1.1 * seconds))
            except subprocess.TimeoutExpired:
                process.kill()
                kills += 1
                continue
        goings_on += b"were done before" in err
        assert out.read_bytes() == whole.read_bytes()
        out.unlink()
    with started(*arguments, out, marker=marker) as process:
        process.communicate(timeout=300)
    assert out.read_bytes() == whole.read_bytes()
    assert {path.name for path in tmp_path.iterdir()} == {"in", "out.jsonl", "whole.jsonl"}
    assert eventually(lambda: not running(marker))


@pytest.mark.skipif(os.name != "posix", reason="Windows has no such signal")
@pytest.mark.parametrize("jobs", [1, 2])
def test_ctrl_c(tiny_model: Path, tmp_path: Path, jobs: int) -> None:
    """It leaves what is done, ends at once with what it started, and can go on."""
    folder = fill(tmp_path / "in", {f"{n:03}.txt": txt(n) for n in range(150)})
    out = tmp_path / "out.jsonl"
    journal = tmp_path / "out.jsonl.journal"
    marker = f"ctrl-c-{os.getpid()}"
    arguments = ("predict", folder, "-", "--model", tiny_model, "-o", out, "--jobs", jobs)
    with started(*arguments, marker=marker, stdin=subprocess.PIPE) as process:
        # It waits for standard input; the first texts are tagged meanwhile.
        assert eventually(lambda: journal.exists() and journal.read_bytes().count(b"\n") > 32, 120)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (130, b"stopped; the same command goes on\n")
    done = out.read_bytes().splitlines()
    noted = journal.read_bytes().count(b"\n") - 1
    assert len(done) in (noted, noted - 1)  # the signal may come when a line is just written
    assert eventually(lambda: not running(marker))
    with started(*arguments, marker=marker, stdin=subprocess.PIPE) as process:
        _, err = process.communicate(input=txt(7), timeout=120)
    assert process.returncode == 0
    assert re.fullmatch(rb"(\d+) were done before\n151 tagged, 0 failed\n", err)
    assert out.read_bytes().splitlines()[: len(done)] == done
    assert not journal.exists()
