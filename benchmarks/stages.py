"""Stages: where the time of a batch goes, by calls of the encoder and samples of the stack."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from threading import Event, Thread, main_thread
from time import perf_counter
from types import FrameType
from typing import Any

import fazhi

ENCODER = "encoder"
OTHER = "other"
_INTERVAL_S = 0.002
_FAZHI = Path(fazhi.__file__).parent
_ENCODER_FILE = "onnxruntime_inference_collection.py"
_STAGES = {
    "reading": ("reading/", "documents.py", "batches/sources.py", "batches/reading_ahead.py"),
    "Viterbi": ("tagging/decoding.py",),
    "windows, merging, scores": ("tagging/",),
    "facts": ("facts/",),
    "writing": ("outputs/", "batches/journal.py", "reports.py"),
}
"""The files of fazhi that a stage is made of; the first that fits a file is the one."""


class EncoderClock:
    """Notes when ONNX Runtime runs, from the time it is made; no other part of fazhi is touched."""

    def __init__(self) -> None:
        import onnxruntime

        self._calls: list[tuple[float, float]] = []
        session = onnxruntime.InferenceSession
        session.run = self._timed(session.run)

    def seconds(self, since: float) -> float:
        """The time since then in which at least one call was running."""
        return union(call for call in self._calls if call[0] >= since)

    def _timed(self, whole: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            begun = perf_counter()
            try:
                return whole(*arguments, **named)
            finally:
                self._calls.append((begun, perf_counter()))

        return run


def union(intervals: Iterable[tuple[float, float]]) -> float:
    """The length of what the intervals cover together."""
    covered, reached = 0.0, float("-inf")
    for begun, ended in sorted(intervals):
        covered += max(0.0, ended - max(begun, reached))
        reached = max(reached, ended)
    return covered


class Sampler:
    """Looks at the main thread's stack all the time; use ``with``, then ask for the shares."""

    def __init__(self) -> None:
        self._seen: list[tuple[float, str]] = []
        self._done = Event()
        self._thread = Thread(target=self._look, daemon=True)

    def __enter__(self) -> Sampler:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def shares(self, since: float) -> dict[str, float]:
        """The share of each stage in the samples since then."""
        counts = Counter(stage for time, stage in self._seen if time >= since)
        total = max(1, counts.total())
        return {name: counts[name] / total for name in (ENCODER, *_STAGES, OTHER)}

    def _look(self) -> None:
        main = main_thread().ident
        while not self._done.wait(_INTERVAL_S):
            stage = _stage(sys._current_frames().get(main or 0))
            self._seen.append((perf_counter(), stage))


def _stage(frame: FrameType | None) -> str:
    """The stage of the innermost frame that belongs to one."""
    while frame is not None:
        if stage := _stage_of(frame.f_code.co_filename):
            return stage
        frame = frame.f_back
    return OTHER


@cache
def _stage_of(file: str) -> str | None:
    path = Path(file)
    if path.name == _ENCODER_FILE:
        return ENCODER
    if path.is_relative_to(_FAZHI):
        inside = path.relative_to(_FAZHI).as_posix()
        return next((stage for stage, files in _STAGES.items() if inside.startswith(files)), None)
    return None
