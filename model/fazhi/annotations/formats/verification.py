"""What files of any format say of spans, checked against their texts.

Every reader hands its claims to a ``Draft``. A claim whose surface does not stand at its offsets is
repaired when there is one way to do so, and listed as a problem otherwise.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate
from typing import Any

from fazhi.reports import SPAN_KEYS, Attribute, Report, Span

CHARACTERS = "characters"
UTF16 = "UTF-16 units"
# Ways to count that tools have, declared or by mistake: (units of an astral character, what a line
# break counts that differs). A text whose CRLF became LF has offsets with "LF as two".
_COUNTINGS: dict[str, tuple[int, str]] = {
    CHARACTERS: (1, ""),
    UTF16: (2, ""),
    "characters, CRLF as one": (1, "\r"),
    "UTF-16 units, CRLF as one": (2, "\r"),
    "characters, LF as two": (1, "\n"),
    "UTF-16 units, LF as two": (2, "\n"),
}


_SHOWN = 40  # characters of a surface in a message


@dataclass(frozen=True, slots=True)
class Claim:
    """What a file says of a span: offsets in its own counting; surface None if it gives none."""

    start: object
    end: object
    label: object
    surface: str | None = None
    score: float = 1.0
    attributes: Mapping[str, Attribute] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """Reports of a file, a message for all that could not be read, and one for each repair."""

    reports: tuple[Report, ...]
    problems: tuple[str, ...]
    repaired: tuple[str, ...]


class Draft:
    """A reading that grows as a file is read."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self._reports: list[Report] = []
        self._repaired: list[str] = []

    def add(
        self,
        where: str,
        id: str,
        text: str,
        claims: Iterable[Claim],
        meta: Mapping[str, Any] | None = None,
        counting: str = CHARACTERS,
    ) -> None:
        """A report with the claims that hold or can be repaired; ``where`` begins messages."""
        surfaces = _Surfaces(text)
        settled: list[tuple[int, int, Claim]] = []
        for claim in claims:
            said = f"{where}: {claim.label} {claim.start!r} to {claim.end!r}"
            if isinstance(claim.surface, str):
                said += f" {claim.surface[:_SHOWN]!r}"
            fault = _fault(claim)
            place, note = (None, fault) if fault else surfaces.settle(claim, counting)
            if place is None:
                self.problems.append(f"{said}: {note}; left out")
                continue
            if note:
                self._repaired.append(f"{said}: {note}; now {place[0]} to {place[1]}")
            settled.append((*place, claim))
        spans: list[Span] = []
        for start, end, claim in sorted(settled, key=lambda one: (one[0], -one[1])):
            said = f"{where}: {claim.label} {text[start : min(end, start + _SHOWN)]!r} at {start}"
            if spans and start < spans[-1].end:
                self.problems.append(f"{said} overlaps {spans[-1].label} before it; left out")
                continue
            attributes = dict(claim.attributes)
            for name in [name for name in attributes if not _usable(name, attributes[name])]:
                self.problems.append(f"{said} has {name} {attributes.pop(name)!r}; left out")
            surface = text[start:end]
            spans.append(Span(start, end, str(claim.label), surface, claim.score, attributes))
        self._reports.append(Report(id, text, tuple(spans), meta or {}))

    def finish(self) -> Reading:
        """All that was added."""
        return Reading(tuple(self._reports), tuple(self.problems), tuple(self._repaired))


def _fault(claim: Claim) -> str:
    if type(claim.start) is not int or type(claim.end) is not int:
        return "its offsets are no whole numbers"
    if not isinstance(claim.label, str) or not claim.label:
        return "its label is no text"
    if not isinstance(claim.surface, str | None):
        return "its surface is no text"
    return "" if 0 <= claim.start < claim.end else "it holds nothing"


def _usable(name: str, value: object) -> bool:
    """Whether it can be an attribute beside a span's own keys."""
    return name not in SPAN_KEYS and isinstance(value, str | int | float | None)


class _Surfaces:
    """Where surfaces stand in one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._counted: dict[str, Sequence[int]] = {}
        self._found: dict[str, list[tuple[int, int]]] = {}

    def settle(self, claim: Claim, counting: str) -> tuple[tuple[int, int] | None, str]:
        """The place of a claim, and how it was repaired; or None, and why there is none."""
        place = self._place(claim, counting)
        surface = claim.surface
        if surface is None:
            return place, "" if place else f"no such place, counted in {counting}"
        if place and self._fits(place, surface):
            return place, ""
        others: dict[tuple[int, int], str] = {}
        for other in _COUNTINGS:
            place = self._place(claim, other)
            if place and self._fits(place, surface):
                others.setdefault(place, f"it was counted in {other}")
        if not others:
            others = dict.fromkeys(self._occurrences(surface), "it stands elsewhere, and once")
        if len(others) == 1:
            return next(iter(others.items()))
        return None, "it stands in several places, not there" if others else "it stands nowhere"

    def _place(self, claim: Claim, counting: str) -> tuple[int, int] | None:
        if counting not in self._counted:
            self._counted[counting] = count_offsets(self._text, counting)
        offsets = self._counted[counting]
        ends = []
        for end in (claim.start, claim.end):
            assert isinstance(end, int)
            index = bisect_left(offsets, end)
            if index == len(offsets) or offsets[index] != end:
                return None
            ends.append(index)
        return (ends[0], ends[1]) if ends[0] < ends[1] else None

    def _fits(self, place: tuple[int, int], surface: str) -> bool:
        there = self._text[place[0] : place[1]]
        return there == surface or _folded(there) == _folded(surface)

    def _occurrences(self, surface: str) -> list[tuple[int, int]]:
        """Up to two places of a surface as it is, else of what it may have been folded from."""
        if surface not in self._found:
            places = [(start, start + len(surface)) for start in _find(self._text, surface)]
            if not places:
                visible, squeezed = self._squeezed
                folded = _folded(surface)
                places = [
                    (visible[start], visible[start + len(folded) - 1] + 1)
                    for start in _find(squeezed, folded)
                ]
            self._found[surface] = places
        return self._found[surface]

    @cached_property
    def _squeezed(self) -> tuple[list[int], str]:
        """The text with a space for each run of white space, and where its characters stood."""
        spaces = [char.isspace() for char in self._text]
        kept = [
            index
            for index, space in enumerate(spaces)
            if not space or not index or not spaces[index - 1]
        ]
        return kept, "".join(" " if spaces[index] else self._text[index] for index in kept)


def _find(text: str, surface: str) -> list[int]:
    """The first two places of a surface."""
    if not surface:
        return []
    first = text.find(surface)
    second = text.find(surface, first + 1) if first >= 0 else -1
    return [start for start in (first, second) if start >= 0]


def _folded(surface: str) -> str:
    """Without what an HTML page changes: runs of white space, white space at the ends, escapes."""
    return " ".join(html.unescape(surface).split())


def count_offsets(text: str, counting: str) -> Sequence[int]:
    """The offset of every character of a text, and of its end, in one of the ways to count."""
    astral, line_break = _COUNTINGS[counting]
    widths = [astral if char > "\uffff" else 1 for char in text]
    for crlf in re.finditer(r"\r\n", text) if line_break == "\r" else ():
        widths[crlf.start()] = 0
    for newline in re.finditer(r"(?<!\r)\n", text) if line_break == "\n" else ():
        widths[newline.start()] = 2
    return list(accumulate(widths, initial=0))
