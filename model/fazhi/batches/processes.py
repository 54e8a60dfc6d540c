"""Processes: work that may hang or crash is done by a child that can be ended without harm."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from importlib import import_module
from threading import Event, Lock, Timer
from typing import Any, BinaryIO

_LENGTH = 8  # bytes that say how long a message is
_LONGEST = 10**6  # seconds; the clocks of some systems take no more than a few weeks
_GRACE = 2  # seconds that a child has to end what it has started itself, before it is killed
# A child finds modules where its parent does, and not in the folder that it happens to run in.
_CODE = "import sys; sys.path[:] = sys.argv[3:]; from fazhi.batches.processes import serve; serve()"


class ChildDiedError(Exception):
    """The child crashed, or was ended because its time was up (``is_late``)."""

    def __init__(self, is_late: bool) -> None:
        super().__init__("took too long" if is_late else "crashed")
        self.is_late = is_late


class Child:
    """A process that answers questions, one at a time; it starts when asked, again after a crash.

    ``target`` names a function ``package.module:function`` that makes the answering function from
    ``settings``. Questions, answers and settings are pickled; an exception that one of the
    functions raises is raised here. ``memory`` is how many bytes of address space the child may
    take, where the system can say so; 0 is no bound. Any thread may close it, and it stays closed.
    """

    def __init__(self, target: str, settings: object = None, *, memory: int = 0) -> None:
        self._arguments = (target, str(memory))
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        self._is_closed = False
        self._lock = Lock()

    def ask(self, question: object, *, seconds: float = _LONGEST) -> Any:
        """The child's answer. Raises ChildDiedError when none comes in time.

        The time in which the child starts does not count.
        """
        late = Event()
        seconds = min(seconds, _LONGEST)
        process = self._started()
        with _ended_after(seconds, process, late):
            return self._exchange(process, (question, seconds), late)

    def close(self) -> None:
        """End the process; it is not started again."""
        with self._lock:
            self._is_closed = True
        self._end()

    def _started(self) -> subprocess.Popen[bytes]:
        """The process when it is ready for questions."""
        if (process := self._process) is not None and process.poll() is not None:
            self._end()
        with self._lock:
            if self._is_closed:
                raise RuntimeError("asked when it was closed")
            if self._process is not None:
                return self._process
            command = [sys.executable, "-c", _CODE, *self._arguments, *sys.path]
            process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            self._process = process
        try:
            self._exchange(process, self._settings, Event())
        except BaseException:  # it could not begin
            self._end()
            raise
        return process

    def _exchange(self, process: subprocess.Popen[bytes], message: object, late: Event) -> Any:
        try:
            _send(process.stdin, message)
            is_well, answer = _receive(process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            self._end()
            if self._is_closed:
                raise RuntimeError("closed while it was asked") from error
            raise ChildDiedError(late.is_set()) from error
        except BaseException:  # half an answer may be under way
            self._end()
            raise
        if not is_well:
            raise answer
        return answer

    def _end(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            _stop(process)
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()


def serve() -> None:
    """What a child runs: it answers until its input ends."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is not mistaken for an answer
    _restrain(int(sys.argv[2]))
    questions = sys.stdin.buffer
    alarm = getattr(signal, "alarm", lambda seconds: 0)  # Windows has none
    with suppress(EOFError, BrokenPipeError):
        settings = _receive(questions)
        is_well, answer = _tried(lambda: _named(sys.argv[1])(settings))
        _send(answers, (is_well, None if is_well else answer))
        while is_well:
            question, seconds = _receive(questions)
            alarm(int(seconds) + 2 * _GRACE)  # should the parent be no more
            result = _tried(partial(answer, question))
            alarm(0)
            _send(answers, result)


def _restrain(memory: int) -> None:
    """Leave Ctrl-C to the parent, end tidily when it says so, and bound the memory."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    if memory and sys.platform == "linux":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        bound = memory if most == resource.RLIM_INFINITY else min(memory, most)
        resource.setrlimit(resource.RLIMIT_AS, (bound, most))


def _named(target: str) -> Callable[[Any], Any]:
    module, _, function = target.partition(":")
    found: Callable[[Any], Any] = getattr(import_module(module), function)
    return found


def _tried(work: Callable[[], Any]) -> tuple[bool, Any]:
    """Whether all went well, and the result or else the exception."""
    try:
        return True, work()
    except MemoryError:
        raise SystemExit(1) from None
    except Exception as error:
        return False, error


@contextmanager
def _ended_after(seconds: float, process: subprocess.Popen[bytes], late: Event) -> Iterator[None]:
    """Stop the process, and set ``late``, when the block takes longer."""

    def end() -> None:
        late.set()
        _stop(process)

    timer = Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()  # it may be ending the process just now


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _send(file: Any, message: object) -> None:
    body = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
    file.write(len(body).to_bytes(_LENGTH, "big") + body)
    file.flush()


def _receive(file: BinaryIO | Any) -> Any:
    head = file.read(_LENGTH)
    body = file.read(int.from_bytes(head, "big")) if len(head) == _LENGTH else b""
    if not body:
        raise EOFError
    return pickle.loads(body)
