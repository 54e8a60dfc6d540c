"""Likely errors in annotated reports: where a model, or like places elsewhere, say otherwise."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from fazhi.annotations import Annotated
from fazhi.annotations.context import in_context
from fazhi.errors import FazhiError
from fazhi.outputs.writing import guarded
from fazhi.reports import Report, Span
from fazhi.tagging.calibration import Shares
from fazhi.tagging.tagger import Tagger

ENDINGS = (".csv", ".jsonl")
NOTHING = "nothing"
_COMPARED = ("name", "unit", "approx", "level", "role")  # attributes, of the same surface
_WIDEST = 4  # characters on each side that like places share, at most
_NUMBER = re.compile(r"\d+(?:[.．]\d+)?|(?<=[（(])[一二三四五六七八九十]+(?=[）)])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A place that may be annotated wrongly.

    ``gold`` is what its annotation says, ``other`` what ``by`` says: a model, or the annotation of
    a like place (``file:line``). ``score``, between 0 and 1, ranks; it is no probability of an
    error.
    """

    score: float
    file: str
    line: int
    report: str
    start: int
    end: int
    text: str
    gold: str
    other: str
    by: str
    context: str

    def __str__(self) -> str:
        return (
            f"{self.score:.3f} {self.file}:{self.line} {self.gold} | {self.by}: {self.other} | "
            f"{self.context}"
        )


def ranked(suspects: Iterable[Suspect]) -> list[Suspect]:
    """Suspects, the likeliest first."""
    return sorted(suspects, key=lambda one: (-one.score, one.file, one.start, one.by))


def write(suspects: Iterable[Suspect], path: Path) -> None:
    """Write a row a suspect, as CSV or JSONL by the ending of ``path``."""
    rows = map(asdict, suspects)
    if path.suffix.lower() == ".jsonl":
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        path.write_text("".join(lines), encoding="utf-8")
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        table = csv.DictWriter(file, Suspect.__dataclass_fields__)
        table.writeheader()
        table.writerows({name: guarded(cell) for name, cell in row.items()} for row in rows)


def by_models(items: Sequence[Annotated], models: Sequence[Path]) -> Iterator[Suspect]:
    """Where a model finds other spans than gold has; the score is its calibrated confidence.

    Model ``i`` judges ``items[i::len(models)]``, which it must not have been trained on. Labels
    that it does not know are left aside. Raises FazhiError when there are more models than reports.
    """
    if len(models) > len(items):
        raise FazhiError(f"{len(models)} models for {len(items)} reports")
    for place, folder in enumerate(models):
        tagger = Tagger.load(folder)
        judged = items[place :: len(models)]
        tagged = tagger.tag_with_confidence(item.report.text for item in judged)
        for item, (report, confidence) in zip(judged, tagged, strict=True):
            gold = [span for span in item.report.spans if span.label in tagger.manifest.labels]
            yield from _disagreements(item, gold, report, confidence)


def _disagreements(
    item: Annotated, gold: Sequence[Span], tagged: Report, confidence: Shares
) -> Iterator[Suspect]:
    same = {_key(span) for span in gold} & {_key(span) for span in tagged.spans}
    ours, theirs = (
        [span for span in spans if _key(span) not in same] for spans in (gold, tagged.spans)
    )
    for start, end in regions([*ours, *theirs]):
        yield _suspect(
            item,
            start,
            end,
            gold=_spans(ours, start, end),
            other=_spans(theirs, start, end),
            by="model",
            score=float(confidence[start:end].min()),
        )


def _key(span: Span) -> tuple[int, int, str]:
    return span.start, span.end, span.label


def regions(spans: Iterable[Span]) -> Iterator[tuple[int, int]]:
    """``[start, end)`` of each group of spans that overlap, in order."""
    start = end = -1
    for span in sorted(spans, key=_key):
        if span.start >= end:
            if end > 0:
                yield start, end
            start, end = span.start, span.end
        end = max(end, span.end)
    if end > 0:
        yield start, end


def _spans(spans: Iterable[Span], start: int, end: int) -> str:
    found = (f"{s.label} {s.text}" for s in spans if s.start < end and s.end > start)
    return ", ".join(found) or NOTHING


def _suspect(
    item: Annotated, start: int, end: int, *, gold: str, other: str, by: str, score: float
) -> Suspect:
    text = item.report.text
    return Suspect(
        score=round(score, 4),
        file=str(item.path),
        line=item.line_at(start),
        report=item.report.id,
        start=start,
        end=end,
        text=text[start:end],
        gold=gold,
        other=other,
        by=by,
        context=in_context(text, start, end),
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a surface stands: offsets in its report's text, and what its annotation says."""

    item: Annotated
    start: int
    end: int
    says: str


def by_surface(items: Sequence[Annotated]) -> Iterator[Suspect]:
    """Where gold says otherwise than at most places of the same surface in the same context.

    Numbers count as the same. Contexts of 4 characters on each side are compared first, then
    shorter ones down to 1; the score is the share of places that say otherwise, times ``c / (c +
    1)`` for ``c`` characters. Places inside a longer span are left aside, and so is an attribute
    without a value that most spans of the surface have: it depends on the report (``条例``).
    """
    for places in _by_surface(items):
        told: set[tuple[str, int]] = set()
        for chars in range(_WIDEST, 0, -1):
            groups: dict[tuple[str, str], list[_Place]] = defaultdict(list)
            for place in places:
                groups[_around(place, chars)].append(place)
            for group in groups.values():
                yield from _minority(group, chars, told)


def _minority(group: Sequence[_Place], chars: int, told: set[tuple[str, int]]) -> Iterator[Suspect]:
    says = Counter(place.says for place in group)
    usual = max(says, key=lambda one: (says[one], one != NOTHING, one))
    example = next(place for place in group if place.says == usual)
    for place in group:
        key = (str(place.item.path), place.start)
        if place.says != usual and key not in told:
            told.add(key)
            yield _suspect(
                place.item,
                place.start,
                place.end,
                gold=place.says,
                other=usual,
                by=f"{example.item.path}:{example.item.line_at(example.start)}",
                score=says[usual] / len(group) * chars / (chars + 1),
            )


def _around(place: _Place, chars: int) -> tuple[str, str]:
    text = place.item.report.text
    before, after = text[max(0, place.start - chars) : place.start], text[place.end :][:chars]
    return _NUMBER.sub("0", before), _NUMBER.sub("0", after)


def _by_surface(items: Sequence[Annotated]) -> Iterator[list[_Place]]:
    """The places of each surface that is a span somewhere."""
    texts = [_Normal(item) for item in items]
    surfaces = {surface for text in texts for surface in text.surfaces}
    for surface in sorted(surfaces):
        found = [(text.item, *place) for text in texts for place in text.places(surface)]
        spans = [span for *_, span in found if span is not None]
        compared = [name for name in _COMPARED if _has_usual_value(name, spans)]
        yield [_Place(item, start, end, _says(span, compared)) for item, start, end, span in found]


def _has_usual_value(name: str, spans: Sequence[Span]) -> bool:
    values = Counter(_value(span, name) for span in spans if name in span.attributes)
    return max(values.values(), default=0) > values.total() / 2


class _Normal:
    """A report's text with its numbers as ``0``, and what stands at its places."""

    def __init__(self, item: Annotated) -> None:
        self.item = item
        text = item.report.text
        parts: list[str] = []
        self._origin: list[int] = []  # of each character, and of the end
        at = 0
        for number in _NUMBER.finditer(text):
            parts += [text[at : number.start()], "0"]
            self._origin += [*range(at, number.start()), number.start()]
            at = number.end()
        self._text = "".join([*parts, text[at:]])
        self._origin += range(at, len(text) + 1)
        place = {origin: index for index, origin in enumerate(self._origin)}
        self._spans = {
            (place[span.start], place[span.end]): span
            for span in item.report.spans
            if span.start in place and span.end in place
        }
        self._taken = bytearray(len(text))
        for span in item.report.spans:
            self._taken[span.start : span.end] = b"\1" * (span.end - span.start)
        self.surfaces = {self._text[start:end] for start, end in self._spans}

    def places(self, surface: str) -> Iterator[tuple[int, int, Span | None]]:
        """Where the surface is a span, or bare; not where it is part of one."""
        at = self._text.find(surface)
        while at >= 0:
            start, end = self._origin[at], self._origin[at + len(surface)]
            span = self._spans.get((at, at + len(surface)))
            if span is not None or not any(self._taken[start:end]):
                yield start, end, span
            at = self._text.find(surface, at + 1)


def _says(span: Span | None, compared: Iterable[str]) -> str:
    if span is None:
        return NOTHING
    names = (name for name in compared if name in span.attributes)
    return " ".join([span.label, *(f"{name}={_value(span, name)}" for name in names)])


def _value(span: Span, name: str) -> str:
    return _NUMBER.sub("0", str(span[name]))
