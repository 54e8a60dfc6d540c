"""Reports and spans: what every stage hands on, and their JSON form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from fazhi.documents import Document, Dropped, Place

if TYPE_CHECKING:
    from fazhi.facts import Facts

SCHEMA = 1
"""The version of what ``Report.to_dict`` gives; ``docs/schema.json`` describes it."""

Attribute = str | int | float | None

SPAN_KEYS = frozenset({"start", "end", "label", "text", "score", "source"})
"""The keys of a span's object that are no attributes."""


class FrozenMapping(Mapping[str, Any]):
    """A mapping that does not change and can be pickled, as results are sent between processes."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, Any]) -> None:
        self._items = dict(items)

    def __getitem__(self, name: str) -> Any:
        return self._items[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(frozenset((name, str(value)) for name, value in self._items.items()))

    def __repr__(self) -> str:
        return repr(self._items)


@dataclass(frozen=True, slots=True)
class Span:
    """Characters ``[start, end)`` of a report's text with a label.

    ``text`` is the surface exactly as it stands, ``score`` the probability that place and label are
    right (1 in annotations), ``attributes`` what its guidelines ask for (``level``, ``name`` …).
    ``source`` says where in the file it stands, as far as its reader can tell (lines of a text,
    paragraphs of a document, boxes on a page …).
    """

    start: int
    end: int
    label: str
    text: str
    score: float = 1.0
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    source: tuple[Place, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "attributes", FrozenMapping(self.attributes))

    def __getitem__(self, name: str) -> Attribute:
        """An attribute by its name."""
        return self.attributes[name]

    def to_dict(self) -> dict[str, Attribute]:
        """The span's object in the annotation format, with its surface and score beside it."""
        return {
            "start": self.start,
            "end": self.end,
            "label": self.label,
            **self.attributes,
            "text": self.text,
            "score": round(self.score, 4),
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Span:
        """The span that ``Report.to_dict`` made this of."""
        attributes = {key: value for key, value in record.items() if key not in SPAN_KEYS}
        source = tuple(map(Place.from_dict, record.get("source", ())))
        place = (record["start"], record["end"], record["label"], record["text"])
        return cls(*place, record["score"], attributes, source)


@dataclass(frozen=True, slots=True)
class Report:
    """A document and its spans, sorted by start.

    ``id`` names it in a batch; ``meta`` is what is known of it beside its text. ``coverage`` is the
    share of characters that a window of the model saw: 1.0 unless something is wrong, and None in
    annotations. ``headings`` are ``[start, end)`` of what the file itself marks as one, ``dropped``
    what its reader left out of the text.
    """

    id: str
    text: str
    spans: tuple[Span, ...] = ()
    meta: Mapping[str, Any] = field(default_factory=dict)
    coverage: float | None = None
    headings: tuple[tuple[int, int], ...] = ()
    dropped: tuple[Dropped, ...] = ()
    _facts: Facts | None = field(default=None, init=False, repr=False, compare=False)
    _record: Mapping[str, Any] | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "meta", FrozenMapping(self.meta))

    @property
    def facts(self) -> Facts:
        """What the spans say, as records; worked out when first asked for."""
        if self._facts is None:
            from fazhi.facts.gathering import gather

            object.__setattr__(self, "_facts", gather(self))
        assert self._facts is not None
        return self._facts

    def located(self, document: Document) -> Report:
        """The report with what its document says of places, headings and what was left out."""
        return replace(
            self,
            spans=tuple(
                replace(span, source=document.places(span.start, span.end)) for span in self.spans
            ),
            headings=document.headings,
            dropped=document.dropped,
        )

    def at_least(self, score: float) -> Report:
        """The report without the spans that are less sure to be right."""
        return replace(self, spans=tuple(span for span in self.spans if span.score >= score))

    def to_dict(self) -> dict[str, Any]:
        """What ``fazhi predict`` writes of a report: the annotation format, with its facts.

        One that ``from_dict`` gave back is written as it was read.
        """
        if self._record is not None:
            return dict(self._record)
        annotation = self.to_annotation()
        for span, record in zip(self.spans, annotation["spans"], strict=True):
            record["source"] = [place.to_dict() for place in span.source]
        return {
            "schema": SCHEMA,
            **annotation,
            "layout": {
                "headings": [list(heading) for heading in self.headings],
                "dropped": [one.to_dict() for one in self.dropped],
            },
            "facts": self.facts.to_dict(),
        }

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Report:
        """The report that ``to_dict`` made this of."""
        meta = dict(record["meta"])
        layout = record["layout"]
        report = cls(
            record["id"],
            record["text"],
            tuple(map(Span.from_dict, record["spans"])),
            meta,
            meta.pop("coverage", None),
            tuple((start, end) for start, end in layout["headings"]),
            tuple(map(Dropped.from_dict, layout["dropped"])),
        )
        object.__setattr__(report, "_record", record)
        return report

    def to_annotation(self) -> dict[str, Any]:
        """The report's object in the annotation format, text and spans alone."""
        meta = dict(self.meta)
        if self.coverage is not None:
            meta["coverage"] = self.coverage
        return {
            "id": self.id,
            "text": self.text,
            "spans": [span.to_dict() for span in self.spans],
            "meta": meta,
        }

    def to_json(self) -> str:
        """One line of JSONL, without the line break."""
        return json.dumps(self.to_dict(), ensure_ascii=False)
