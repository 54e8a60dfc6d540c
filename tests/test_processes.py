"""Children: what hangs, crashes or is killed harms neither its parent nor the next question."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest

from fazhi.batches.processes import Child, ChildDiedError
from fazhi.errors import FazhiError, ModelError, ReadError

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and limits of memory")


@pytest.fixture
def child() -> Iterator[Child]:
    child = Child("targets:talking", {"a": 1})
    yield child
    child.close()


def eventually(holds: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while not holds() and time.monotonic() < end:
        time.sleep(0.02)
    return holds()


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return b") Z " not in Path(f"/proc/{pid}/stat").read_bytes()  # it waits for nobody but init
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # no /proc on this system, or it ended just now
        return not Path("/proc").exists()


def test_it_answers_with_one_process(child: Child) -> None:
    settings, pid, question = child.ask(("甲", b"\0" * 2**20))
    assert (settings, question) == ({"a": 1}, ("甲", b"\0" * 2**20))
    assert pid not in (os.getpid(), None)
    assert child.ask(1)[1] == pid


@pytest.mark.parametrize(
    "error", [ReadError("a: 坏"), ModelError("b"), OSError(5, "c"), KeyError()]
)
def test_exceptions_are_raised_here(child: Child, error: Exception) -> None:
    pid = child.ask(1)[1]
    with pytest.raises(type(error)) as caught:
        child.ask(("raise", error))
    assert caught.value.args == error.args
    assert child.ask(1)[1] == pid


def test_after_a_crash_the_next_question_is_answered(child: Child) -> None:
    first = child.ask(1)[1]
    for code in (0, 1):
        with pytest.raises(ChildDiedError, match="crashed") as caught:
            child.ask(("exit", code))
        assert not caught.value.is_late
    assert child.ask(2)[1] != first


def test_what_takes_too_long_is_ended(child: Child) -> None:
    begun = time.monotonic()
    with pytest.raises(ChildDiedError, match="took too long") as caught:
        child.ask(("sleep", 1000), seconds=0.2)
    assert caught.value.is_late
    assert time.monotonic() - begun < 60
    assert child.ask(("sleep", 0), seconds=60)[2] == ("sleep", 0)
    assert child.ask(1, seconds=10**12)[2] == 1


def test_what_it_began_is_ended_tidily(child: Child, tmp_path: Path) -> None:
    held = tmp_path / "held"
    with pytest.raises(ChildDiedError):
        child.ask(("hold", held), seconds=1)
    assert not held.exists()


def test_one_that_was_killed_between_questions_costs_nothing(child: Child) -> None:
    first = child.ask(1)[1]
    os.kill(first, signal.SIGTERM)
    assert eventually(lambda: child._process is not None and child._process.poll() is not None)
    assert child.ask(2)[1] != first


def test_what_is_printed_is_no_answer(child: Child, capfd: pytest.CaptureFixture[str]) -> None:
    assert child.ask(("print", "noise"))[2] == ("print", "noise")
    assert capfd.readouterr() == ("", "noise\nnoise")


def test_what_cannot_begin_says_why() -> None:
    for target, error, message in (
        ("targets:failing", FazhiError, "no model m"),
        ("targets:nothing", AttributeError, "nothing"),
        ("no_such_module:nothing", ModuleNotFoundError, "no_such_module"),
    ):
        child = Child(target, "m")
        for _ in range(2):
            with pytest.raises(error, match=message):
                child.ask(1)
        child.close()


@ON_LINUX
def test_memory_is_bounded() -> None:
    child = Child("targets:talking", memory=2**30)
    with pytest.raises(ChildDiedError, match="crashed"):
        child.ask(("fill", 2**30))
    assert child.ask(("fill", 2**20)) == 2**20
    child.close()


def test_closed_it_answers_no_more(child: Child) -> None:
    pid = child.ask(1)[1]
    child.close()
    assert not is_running(pid)
    with pytest.raises(RuntimeError, match="closed"):
        child.ask(1)
    child.close()


@pytest.mark.filterwarnings("error")
def test_it_can_be_closed_while_it_works() -> None:
    child = Child("targets:talking")
    pid = child.ask(1)[1]
    errors: list[BaseException] = []

    def ask() -> None:
        try:
            child.ask(("sleep", 1000))
        except BaseException as error:
            errors.append(error)

    thread = Thread(target=ask)
    thread.start()
    time.sleep(0.1)
    child.close()
    thread.join(30)
    assert not thread.is_alive()
    assert [type(error) for error in errors] in ([RuntimeError], [ValueError])
    assert not is_running(pid)


def test_modules_are_those_of_the_parent(
    child: Child, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder of reports that holds a ``pickle.py`` is data, not code."""
    for name in ("pickle", "signal", "docx", "targets"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('taken for code')")
    monkeypatch.chdir(tmp_path)
    assert child.ask("path") == sys.path
    assert str(tmp_path) not in child.ask("path")


@ON_LINUX
@pytest.mark.parametrize("question", [1, ("sleep", 1000)])
def test_none_outlives_its_parent(question: object) -> None:
    code = (
        "from fazhi.batches.processes import Child\n"
        "child = Child('targets:talking')\n"
        "print(child.ask(1)[1], flush=True)\n"
        f"child.ask({question!r}, seconds=1.5)\n"
        "print('asked', flush=True)\n"
        "import time; time.sleep(1000)"
    )
    path = os.pathsep.join(sys.path)
    parent = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}
    )
    with parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        if question == 1:
            assert parent.stdout.readline() == b"asked\n"
        else:
            time.sleep(0.5)
        parent.kill()
    assert eventually(lambda: not is_running(pid))
