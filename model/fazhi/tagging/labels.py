"""Labels and the tags that spell them: BIOES, one tag a character."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LABELS = ("COUNT", "LAW", "RATE", "SECTION")
OUTSIDE = "O"
_PREFIXES = "BIES"


@dataclass(frozen=True)
class TagScheme:
    """The tags of a label set: ``O``, then ``B-`` ``I-`` ``E-`` ``S-`` of each label in order.

    A span of one character is ``S``; a longer one is ``B``, ``I`` as often as needed, and ``E``.
    """

    labels: tuple[str, ...]

    @property
    def tags(self) -> tuple[str, ...]:
        """All tags; a tag's id is its place."""
        return (OUTSIDE, *(f"{p}-{label}" for label in self.labels for p in _PREFIXES))

    def column(self, prefix: str) -> npt.NDArray[np.intp]:
        """Tag ids of one prefix over the labels, shape ``(labels,)``."""
        return 1 + 4 * np.arange(len(self.labels)) + _PREFIXES.index(prefix)

    def encode(self, length: int, spans: Iterable[tuple[int, int, str]]) -> npt.NDArray[np.int16]:
        """Tag ids of a text of ``length`` characters with these ``(start, end, label)`` spans."""
        ids = np.zeros(length, dtype=np.int16)
        for start, end, label in spans:
            first = 1 + 4 * self.labels.index(label)
            if end - start == 1:
                ids[start] = first + 3
            else:
                ids[start + 1 : end - 1] = first + 1
                ids[start], ids[end - 1] = first, first + 2
        return ids
