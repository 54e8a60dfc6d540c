"""Old Word files: what LibreOffice is given and makes, here a script that stands in for it."""

from __future__ import annotations

import os
import shlex
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from fazhi import reading
from fazhi.batches.reading_ahead import Readers
from fazhi.batches.sources import Failure, Source
from fazhi.errors import ReadError
from fazhi.limits import Limits
from fazhi.reading.doc import read_doc
from test_batches import docx, html
from test_processes import eventually, is_running

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the script is one for a POSIX shell")
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
Office = Callable[[str], Path]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Makes an office of shell commands; ``$OUT`` is the folder that it writes to."""
    for name in ("bin", "temporary"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))

    def make(commands: str) -> Path:
        log = tmp_path / "log"
        script = tmp_path / "bin" / "soffice"
        script.write_text(
            f"#!/bin/sh\nprintf '%s\\n' \"$@\" > {shlex.quote(str(log))}\n"
            f'while [ "$1" != --outdir ]; do shift; done; OUT=$2; IN=$3\n{commands}\n'
        )
        script.chmod(0o755)
        return log

    return make


def left(tmp_path: Path) -> list[Path]:
    return list((tmp_path / "temporary").iterdir())


@pytest.mark.parametrize("suffix", [".doc", ".wps"])
def test_it_makes_a_docx_that_is_read(office: Office, suffix: str, tmp_path: Path) -> None:
    made = tmp_path / "made.docx"
    made.write_bytes(docx("学习2次", "办结3件"))
    copy = tmp_path / "copy"
    log = office(
        f"cp {shlex.quote(str(made))} $OUT/report.docx; cp $IN {shlex.quote(str(copy))}\n"
        f"cp $OUT/profile/user/registrymodifications.xcu {shlex.quote(str(tmp_path))}"
    )
    document = read_doc(OLD, "a.doc", suffix)
    assert document.text.split() == ["学习2次", "办结3件"]
    assert str(document.places(0, 1)[0]) == "paragraph 1, run 1"
    assert copy.read_bytes() == OLD
    arguments = log.read_text().splitlines()
    assert arguments[-1].endswith(f"/report{suffix}")
    assert arguments[0].startswith(f"-env:UserInstallation=file://{tmp_path / 'temporary'}")
    assert "DisableMacrosExecution" in (tmp_path / "registrymodifications.xcu").read_text()
    assert left(tmp_path) == []


def test_an_old_file_under_a_new_name_is_given_to_it(office: Office, tmp_path: Path) -> None:
    made = tmp_path / "made.docx"
    made.write_bytes(docx("学习2次"))
    log = office(f"cp {shlex.quote(str(made))} $OUT/report.docx")
    assert reading.read(OLD, "a.docx", ".docx").text.strip() == "学习2次"
    assert log.read_text().splitlines()[-1].endswith("/report.doc")


@pytest.mark.parametrize("commands", ["exit 0", "exit 1", "kill -9 $$"])
def test_it_makes_nothing(office: Office, commands: str, tmp_path: Path) -> None:
    office(commands)
    with pytest.raises(ReadError, match=r"^a\.doc: LibreOffice can't read it; .* as \.docx"):
        read_doc(OLD, "a.doc", ".doc")
    assert left(tmp_path) == []


def test_what_is_none_is_not_given_to_it(office: Office) -> None:
    log = office("exit 1")
    assert read_doc(docx("学习2次"), "a.doc", ".doc").text.strip() == "学习2次"
    page = b"\xef\xbb\xbf\n<HTML>" + html("学习2次，办结3件。")
    assert read_doc(page, "a.doc", ".doc").text.strip() == "学习2次，办结3件。"
    assert not log.exists()


def hanging(tmp_path: Path) -> tuple[str, Callable[[], list[int]]]:
    """An office that starts another process and waits for it; and the ids of both."""
    ids = tmp_path / "ids"
    commands = f"sleep 1000 & echo $! $$ > {shlex.quote(str(ids))}\nwait"
    return commands, lambda: list(map(int, ids.read_text().split())) if ids.exists() else []


def test_it_hangs(office: Office, tmp_path: Path) -> None:
    commands, ids = hanging(tmp_path)
    office(commands)
    with pytest.raises(ReadError, match=r"a\.doc: over 2 seconds in .*--limit seconds=NUMBER"):
        read_doc(OLD, "a.doc", ".doc", Limits(seconds=2))
    assert len(ids()) == 2
    assert eventually(lambda: not any(map(is_running, ids())))
    assert left(tmp_path) == []


@pytest.mark.parametrize("closed", [False, True])
def test_it_hangs_in_a_reader(office: Office, tmp_path: Path, closed: bool) -> None:
    """The time of a file is up, or the batch is broken off; nothing is left of either."""
    commands, ids = hanging(tmp_path)
    office(commands)
    readers = Readers(limits=Limits(seconds=1000 if closed else 3))
    future = readers._threads.submit(readers._read, Source("a.doc", "a", ".doc", OLD))
    if closed:
        assert eventually(lambda: len(ids()) == 2)
    else:
        result = future.result(timeout=60)
        assert isinstance(result, Failure)
        assert "--limit seconds=NUMBER" in result.reason
    readers.close()
    readers._threads.shutdown(wait=True)
    assert eventually(lambda: not any(map(is_running, ids())))
    assert left(tmp_path) == []
