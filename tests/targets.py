"""What children of the tests run, in place of readers and taggers. It imports little."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from fazhi.batches import reading_ahead
from fazhi.batches.sources import Source
from fazhi.documents import Document
from fazhi.errors import ModelError
from fazhi.limits import Limits

HANG, CRASH = b"<!--hang-->", b"<!--crash-->"


def talking(settings: Any) -> Callable[[Any], Any]:
    """Does what it is told, with ``settings`` in its answers."""

    def answer(question: Any) -> Any:
        match question:
            case ("raise", error):
                raise error
            case ("exit", code):
                os._exit(code)
            case ("sleep", seconds):
                time.sleep(seconds)
            case ("fill", size):
                return len(bytearray(size))
            case ("print", text):
                print(text, flush=True)
                os.write(1, text.encode())
            case ("hold", path):
                try:
                    Path(path).touch()
                    time.sleep(1000)
                finally:
                    Path(path).unlink()
            case "path":
                return sys.path
        return settings, os.getpid(), question

    return answer


def failing(settings: Any) -> Callable[[Any], Any]:
    """Can't be made."""
    raise ModelError(f"no model {settings}")


def reading(settings: tuple[str | None, Limits]) -> Callable[[Source], Document]:
    """Reads as fazhi does, but hangs and crashes where a file says so."""
    answer = reading_ahead.answering(settings)

    def read(source: Source) -> Document:
        if HANG in source.raw:
            time.sleep(1000)
        if CRASH in source.raw:
            os._exit(1)
        return answer(source)

    return read


def reading_offline(settings: tuple[str | None, Limits]) -> Callable[[Source], Document]:
    """Reads as fazhi does, and crashes when a file opens a connection."""

    def refuse(*_: object, **__: object) -> None:
        os._exit(1)

    for name in ("socket", "create_connection", "getaddrinfo"):
        setattr(socket, name, refuse)
    return reading_ahead.answering(settings)


def tagging(settings: Any) -> Callable[[list[Source]], list[Any]]:
    """Tags as fazhi does, but crashes where a file says so, once or always."""
    from fazhi.batches import workers

    answer = workers.tagging(settings)

    def tag(chunk: list[Source]) -> list[Any]:
        for source in chunk:
            if source.raw.startswith(CRASH):
                once = Path(source.raw.removeprefix(CRASH).decode().split("\n")[0])
                if once.is_file():
                    once.unlink()
                    os._exit(1)
                if not once.name:
                    os._exit(1)
        return answer(chunk)

    return tag


def harmed(settings: Any) -> Callable[[list[Source]], list[Any]]:
    """Tags as fazhi does, with a reader and a tagger that hang and crash where a file says so."""
    reading_ahead.Child = partial(_harmed_child, reading_ahead.Child)  # type: ignore[misc,assignment]
    return tagging(settings)


def _harmed_child(child: type[Any], _: str, settings: Any, **options: Any) -> Any:
    return child("targets:reading", settings, **options)
