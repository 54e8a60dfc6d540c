"""Windows: the pieces of a report that the encoder sees, and how their scores become one array.

Training, evaluation and prediction all cut here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float32]
_LINE_END = re.compile(r"\n+")
_SENTENCE_END = re.compile(r"[。！？；;!?]+[”’」』）)]*")


@dataclass(frozen=True, slots=True)
class Window:
    """Characters ``[start, end)`` of a text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """``window_chars`` is the most a window holds, ``overlap_chars`` the least two share."""

    window_chars: int = 254
    overlap_chars: int = 32

    def __post_init__(self) -> None:
        if not 0 <= self.overlap_chars <= self.window_chars // 2:
            raise ValueError(
                f"overlap_chars is {self.overlap_chars}; it lies between 0 and half of "
                f"window_chars ({self.window_chars})"
            )


def cut(text: str, settings: WindowSettings) -> list[Window]:
    """Windows that cover every character of ``text`` in order; an empty text has none.

    A window ends after a line if one ends in its second half, else after a sentence, else where it
    is full. The next one starts at least ``overlap_chars`` earlier, at the start of a line or
    sentence if there is one in reach.
    """
    lines = _ends(_LINE_END, text)
    sentences = np.union1d(lines, _ends(_SENTENCE_END, text))
    size, overlap = settings.window_chars, settings.overlap_chars
    windows: list[Window] = []
    start = 0
    while start < len(text):
        end = min(start + size, len(text))
        if end < len(text):
            middle = start + size // 2
            end = _last(lines, middle, end) or _last(sentences, middle, end) or end
        windows.append(Window(start, end))
        if end == len(text):
            break
        latest = max(end - overlap, start + 1)
        earliest = max(end - 2 * overlap, start + 1)
        start = _last(lines, earliest, latest) or _last(sentences, earliest, latest) or latest
    return windows


def _ends(pattern: re.Pattern[str], text: str) -> npt.NDArray[np.int64]:
    return np.fromiter((match.end() for match in pattern.finditer(text)), dtype=np.int64)


def _last(ends: npt.NDArray[np.int64], low: int, high: int) -> int | None:
    """The largest of the sorted ``ends`` in ``[low, high]``."""
    place = int(np.searchsorted(ends, high, side="right")) - 1
    return int(ends[place]) if place >= 0 and ends[place] >= low else None


class Merging:
    """One score array over a text of ``length`` characters, from those of its windows.

    Where windows overlap, scores are averaged with the distance to the nearer edge of the window as
    weight (an edge that is the text's own does not count).
    """

    def __init__(self, length: int, tags: int) -> None:
        self._total = np.zeros((length, tags), dtype=np.float32)
        self._weight = np.zeros(length, dtype=np.float32)

    def add(self, window: Window, scores: Scores) -> None:
        """Take in a window's log-probabilities, shape ``(window, tags)``."""
        inner = _edge_distance(window, len(self._weight))
        self._total[window.start : window.end] += scores * inner[:, None]
        self._weight[window.start : window.end] += inner

    def merged(self) -> tuple[Scores, npt.NDArray[np.float32]]:
        """The log-probabilities, shape ``(length, tags)``, and each character's weight.

        That has the shape ``(length,)`` and is 0 where no window saw the character. To be asked for
        once, when all windows are in.
        """
        self._total /= np.maximum(self._weight, np.float32(1e-9))[:, None]
        return self._total, self._weight


def _edge_distance(window: Window, length: int) -> npt.NDArray[np.float32]:
    size = window.end - window.start
    left = np.arange(1, size + 1, dtype=np.float32)
    right = left[::-1]
    if window.start == 0:
        left = np.full(size, size, dtype=np.float32)
    if window.end == length:
        right = np.full(size, size, dtype=np.float32)
    return np.minimum(left, right)
