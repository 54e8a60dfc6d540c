"""LAW spans that the tagger missed: known names in marks of their own, or that end a clause.

In the annotated reports a known name in marks is always a LAW, and one without them before a comma,
a stop or a conjunction is one in 813 of 824 places (2026-11-22, test not among them); most
of the others are left out again, because a noun follows that they only modify.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from fazhi.facts.laws import Gazetteer
from fazhi.facts.mending import no_spans
from fazhi.reports import Span

SCORE = 0.98  # of an added span: the share above
_LONGEST = 60
_END = re.compile("[法典例定则程释案范排章）]")
_CLAUSE_END = re.compile("[，。；、：,;:和等及]|为核心|法律至上")
_SHORT_NAMES = frozenset({"宪法", "党章"})
_NOT_BEFORE = frozenset("《〈<“\"‘'省市县区州旗")  # a quotation, or the name goes on to the left


def add(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans of ``text`` in order, with the LAW spans that were missed."""
    starts, ends = [span.start for span in spans], [span.end for span in spans]
    names = [
        Span(start, end, "LAW", text[start:end], SCORE)
        for start, end in _known_names(text)
        if bisect_left(starts, end) == bisect_right(ends, start)
    ]
    found = [name for name in no_spans.leave_out(text, names[::-1]) if _is_law(text, name)]
    return sorted([*spans, *found], key=lambda span: span.start) if found else list(spans)


def _known_names(text: str) -> Iterator[tuple[int, int]]:
    """The places of known names, the last first; of two in one place the longer."""
    names, _ = Gazetteer.load().written
    begun = len(text)
    for ending in reversed([*_END.finditer(text)]):
        end = ending.end()
        for start in range(max(0, end - _LONGEST), end - 1):
            name = text[start:end]
            if end <= begun and (name in names or name in _SHORT_NAMES):
                yield start, end
                begun = start
                break


def _is_law(text: str, name: Span) -> bool:
    before, behind = text[max(0, name.start - 1) : name.start], text[name.end : name.end + 1]
    if before == "《":
        return behind == "》"
    before_it = text[max(0, name.start - _LONGEST) : name.start].rpartition("\n")[2]
    is_quoted = before_it.rfind("“") > before_it.rfind("”") or before_it.count('"') % 2 == 1
    ends_clause = _CLAUSE_END.match(text, name.end) is not None
    return ends_clause and before not in _NOT_BEFORE and not is_quoted
