"""Facts: what the spans of a report say, as records that lead back to its text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from typing import Any, Literal

RateKind = Literal["share", "change", "points"]
CheckKind = Literal["rate", "sum", "law", "year"]
Tier = Literal["national", "province", "city", "county", "township"]
IssuerKind = Literal["government", "party", "department", "zone"]


def flatten(text: str) -> str:
    """Text on one line: a line break inside Chinese joins, other runs of white space are one."""
    joined = "".join(line.strip() for line in re.split(r"[\r\n]+", text))
    return re.sub(r"\s+", " ", joined)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Characters ``[start, end)`` of a report's text, and what stands there."""

    start: int
    end: int
    text: str

    @property
    def flat(self) -> str:
        """The text on one line."""
        return flatten(self.text)


@dataclass(frozen=True, slots=True)
class ReportData:
    """What a report says of itself, each with its place where it has one; None where it does not.

    ``year`` is the year that is reported on, not the year of publication. ``tier`` is that of the
    issuer's place (a county's bureau: ``county``), ``kind`` what the issuer is, ``province`` the
    full name of its province, ``signed_on`` the date of ``signed`` as ``YYYY-MM-DD``.
    """

    title: Phrase | None = None
    issuer: Phrase | None = None
    tier: Tier | None = None
    kind: IssuerKind | None = None
    province: str | None = None
    year: int | None = None
    number: Phrase | None = None
    signed: Phrase | None = None
    signed_on: str | None = None
    addressee: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report: its heading, and the text up to the next heading that is not below it.

    ``start`` is where the heading begins, ``heading_end`` where it ends and ``end`` where the part
    does. ``number`` is the mark as written, '' without one.
    """

    number: str
    title: str
    level: int
    role: str
    start: int
    heading_end: int
    end: int
    children: tuple[Section, ...] = ()

    def walk(self) -> Iterator[Section]:
        """This section and all below it, in the order of the text."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fact:
    """Where a fact stands: its span, the span's score, and the headings above it, outermost first.

    ``role`` is that of its part, None before the first heading.
    """

    start: int
    end: int
    text: str
    score: float
    path: tuple[str, ...]
    role: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Law(_Fact):
    """A norm that is cited. ``kind``, ``level`` and ``date`` are None where ``known`` is False.

    ``title`` is its official title, or the name as written where it is in no list; ``level`` is
    ``national`` or a place's name; ``date`` that of its last edition known (``YYYY-MM-DD``);
    ``candidates`` the titles that it could stand for where that can't be decided.
    """

    title: str
    known: bool
    kind: str | None
    level: str | None
    date: str | None
    candidates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Indicator:
    """What an amount quantifies: ``化解`` and ``矛盾纠纷`` of ``化解矛盾纠纷400余起``.

    Either may be missing; ``confidence`` in [0, 1] is the share of such findings that were right.
    """

    verb: Phrase | None
    noun: Phrase | None
    confidence: float

    @property
    def text(self) -> str:
        """Verb and noun, one after the other."""
        return "".join(part.flat for part in (self.verb, self.noun) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count(_Fact):
    """How many or how much: ``value`` in ``unit`` by its usual name, 万 and 亿 worked in.

    ``value`` is None, with a ``reason``, where the amount can't be read. A range goes from
    ``value`` to ``upper``; ``approx`` is none, about, over or under; ``dimension`` says what
    ``unit`` measures (people, cases, money …), None for an unknown one.
    """

    value: int | float | None
    upper: int | float | None
    approx: str
    unit: str
    dimension: str | None
    reason: str | None
    indicator: Indicator | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate(_Fact):
    """A rate as a fraction: 97% is 0.97, 3.5个百分点 0.035; ``indicator`` is what it is of.

    ``kind`` says which can be compared: a ``share`` of a whole, a ``change`` against before, or a
    difference in percentage ``points``. Otherwise as a Count.
    """

    kind: RateKind = "share"
    value: int | float | None
    upper: int | float | None
    approx: str
    reason: str | None
    indicator: Indicator | None


@dataclass(frozen=True, slots=True)
class Check:
    """Something that does not add up, with the places that show it. Flagged, never corrected."""

    kind: CheckKind
    message: str
    evidence: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a report says, each sort in the order of the text."""

    report: ReportData = field(default_factory=ReportData)
    sections: tuple[Section, ...] = ()
    laws: tuple[Law, ...] = ()
    counts: tuple[Count, ...] = ()
    rates: tuple[Rate, ...] = ()
    checks: tuple[Check, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The facts as JSON has them: objects, lists, numbers, strings and null."""
        content: dict[str, Any] = _plain(self)
        return content


def _plain(value: Any) -> Any:
    """A record as a dict of its fields, a tuple as a list; all else as it is.

    (``dataclasses.asdict`` copies every leaf, which takes ten times as long.)
    """
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, str | int | float) or value is None:
        return value
    plain = {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Indicator):
        plain["text"] = value.text
    return plain
