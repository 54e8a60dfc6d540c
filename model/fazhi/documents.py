"""Documents: the text that a reader took from a file, with its way back to the file."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands in a file, outermost first: ``(("paragraph", 3), ("run", 0))``.

    Numbers count from 0. ``box`` is left, bottom, right, top on a page in points, for PDF alone.
    """

    steps: tuple[tuple[str, int], ...]
    box: tuple[float, float, float, float] | None = None

    def __str__(self) -> str:
        """The steps for people, counted from 1: ``paragraph 4, run 1``."""
        return ", ".join(f"{name} {number + 1}" for name, number in self.steps)

    def to_dict(self) -> dict[str, Any]:
        """The steps, each a name and a number, and the box if there is one."""
        box = {} if self.box is None else {"box": [round(edge, 1) for edge in self.box]}
        return {"steps": [list(step) for step in self.steps], **box}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Place:
        """The place that ``to_dict`` made this of."""
        box = record.get("box")
        steps = tuple((name, number) for name, number in record["steps"])
        return cls(steps, None if box is None else (box[0], box[1], box[2], box[3]))


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters ``[start, end)`` of a document's text, and the place that they came from."""

    start: int
    end: int
    place: Place


@dataclass(frozen=True, slots=True)
class Dropped:
    """Text of a file that is no part of its article: navigation, a running head, a page number."""

    text: str
    reason: str
    place: Place

    def to_dict(self) -> dict[str, Any]:
        """Text, reason and place by name."""
        return {"text": self.text, "reason": self.reason, "place": self.place.to_dict()}

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Dropped:
        """What ``to_dict`` made this of."""
        return cls(record["text"], record["reason"], Place.from_dict(record["place"]))


@dataclass(frozen=True, slots=True)
class Document:
    """What a reader makes of a file: its text, where each piece comes from, and what it left out.

    ``pieces`` are in order and do not overlap; line breaks that the reader put between them belong
    to none. ``headings`` are ``[start, end)`` of what the file itself marks as a heading (a hint).
    """

    text: str
    pieces: tuple[Piece, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    headings: tuple[tuple[int, int], ...] = ()

    def places(self, start: int, end: int) -> tuple[Place, ...]:
        """The places that characters ``[start, end)`` of the text come from, in order."""
        first = max(0, bisect_right(self.pieces, start, key=lambda piece: piece.start) - 1)
        found = []
        for index in range(first, len(self.pieces)):  # a slice would copy all that comes after
            piece = self.pieces[index]
            if piece.start >= end:
                break
            if piece.end > start:
                found.append(piece.place)
        return tuple(found)
