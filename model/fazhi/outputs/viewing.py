"""A page to look at: reports and their facts in one HTML file that needs nothing but a browser.

Each report's text stands in the page itself, in an element of class ``text``: without its tags it
is the report, character by character. What HTML can't hold has a stand-in of the same length: NUL
is ``␀``, half a surrogate pair ``U+FFFD``. A report is only ever text or data there: the page's
policy lets nothing run but the script that ships with fazhi, and nothing load.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush
from pathlib import Path
from typing import IO, Any, NamedTuple

from fazhi.facts import Facts, Phrase, Section
from fazhi.facts.overview import Overview
from fazhi.outputs import html
from fazhi.outputs.html import HALF_PAIR, escape
from fazhi.reports import Report

_SCRIPTS = ("page.js", "words.js", "facts.js", "overview.js")
_CLOSING = "。；：！？…”）.;:!?)\"'"  # marks that end a paragraph: …如下：


def write_page(reports: Iterable[Report], out: IO[str] | Path) -> None:
    """Write a page of the reports, in their order; of several it shows an overview first.

    ``out`` is a path, which has ``.part`` added until the page is whole, or a text file in UTF-8
    that leaves line breaks alone (``newline=""``).
    """
    if isinstance(out, Path):
        html.write(_parts(reports), out)
    else:
        out.writelines(_parts(reports))


def _parts(reports: Iterable[Report]) -> Iterator[str]:
    """The page, piece by piece, so that the reports need not be held together."""
    page = html.fill("page.html", styles=("base.css", "page.css"), scripts=_SCRIPTS)
    before, _, rest = page.partition("<!--reports-->")
    between, _, after = rest.partition("<!--overview-->")
    overview = Overview()
    yield before
    for report in reports:
        facts = report.facts
        overview.add(report.id, len(report.text), facts)
        yield f'<article class="report" hidden><div class="text">{_text(report.text, facts)}</div>'
        yield f"{_data({'id': report.id, **facts.to_dict()})}</article>\n"
    yield between
    yield _data(overview.to_dict())
    yield after


def _data(content: Any) -> str:
    """An element that holds JSON; no ``<`` in it can end it."""
    content = HALF_PAIR.sub("\ufffd", _json(content)).replace("<", "\\u003c")
    return f'<script type="application/json">{content}</script>'


def _json(content: Any) -> str:
    try:
        return json.dumps(content, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except ValueError:  # a score that is no number: JSON has none such
        return _json(json.loads(json.dumps(content), parse_constant=lambda _: None))


class _Mark(NamedTuple):
    """An element around characters ``[start, end)``.

    Of marks that begin together the first in order is outside: a line, then the longest.
    """

    start: int
    inline: bool
    before_end: int  # the end, negated
    rank: int
    tag: str
    attributes: str

    @property
    def end(self) -> int:
        return -self.before_end


def _text(text: str, facts: Facts) -> str:
    """HTML of a report's text: its lines, and in them what the facts lead back to.

    Elements nest; of two that cross, the second is cut in pieces where the first ends.
    """
    size = len(text)
    waiting = [
        mark._replace(start=max(mark.start, 0), before_end=-min(mark.end, size))
        for mark in (*_lines(text, facts), *_marks(facts))
        if max(mark.start, 0) < min(mark.end, size)
    ]
    heapify(waiting)
    parts: list[str] = []
    opened: list[_Mark] = []
    at = 0
    while waiting or opened:
        if opened and (not waiting or opened[-1].end <= waiting[0].start):
            mark = opened.pop()
            parts += [escape(text[at : mark.end]), f"</{mark.tag}>"]
            at = mark.end
            continue
        mark = heappop(waiting)
        if opened and opened[-1].end < mark.end:
            heappush(waiting, mark._replace(start=opened[-1].end))
            mark = mark._replace(before_end=opened[-1].before_end)
        parts += [escape(text[at : mark.start]), f"<{mark.tag}{mark.attributes}>"]
        at = mark.start
        opened.append(mark)
    return "".join(parts)


def _walk(sections: Iterable[Section]) -> list[Section]:
    return [one for section in sections for one in section.walk()]


def _lines(text: str, facts: Facts) -> Iterator[_Mark]:
    """A paragraph for each line, with a class for what it looks like."""
    sections = sorted(_walk(facts.sections), key=lambda section: section.start)
    starts = [section.start for section in sections]
    title = facts.report.title
    end = 0
    for line in text.splitlines(keepends=True):
        start, end = end, end + len(line)
        body = line.strip()
        first = start + len(line) - len(line.lstrip())
        last = first + len(body.rstrip(_CLOSING))
        above = bisect_right(starts, first) - 1
        look, level = "", 0
        if not body:
            look = "blank"
        elif title and title.start <= first and last <= title.end:
            look, level = "title", 1
        elif above >= 0 and last <= sections[above].heading_end:
            section = sections[above]
            level = min(section.level, 4) + 1
            look = f"heading level-{level - 1}"
            look += " rest" * (section.start < start) + " open" * (end <= section.heading_end)
        elif body[-1] not in _CLOSING:
            look = "open"  # the paragraph may go on in the next line
        attributes = f' class="{look}"' if look else ""
        attributes += f' role="heading" aria-level="{level}"' if level else ""
        yield _Mark(start, False, -end, 0, "p", attributes)


def _marks(facts: Facts) -> Iterator[_Mark]:
    """What facts lead back to, each with its name: the sort's letter and the fact's number."""
    for name, value in _phrases(facts):
        yield _mark(value.start, value.end, 1, "span", name, "said")
    for number, check in enumerate(facts.checks):
        for phrase in check.evidence:
            yield _mark(phrase.start, phrase.end, 2, "u", f"k{number}", "check")
    for number, section in enumerate(_walk(facts.sections)):
        yield _mark(section.start, section.heading_end, 3, "mark", f"s{number}", "section")
    for number, law in enumerate(facts.laws):
        look = "law" if law.known else "law unknown"
        yield _mark(law.start, law.end, 3, "mark", f"l{number}", look)
    for number, count in enumerate(facts.counts):
        yield _mark(count.start, count.end, 3, "mark", f"c{number}", "count")
    for number, rate in enumerate(facts.rates):
        yield _mark(rate.start, rate.end, 3, "mark", f"r{number}", "rate")


def _mark(start: int, end: int, rank: int, tag: str, name: str, look: str) -> _Mark:
    return _Mark(start, True, -end, rank, tag, f' class="{look}" data-fact="{name}"')


def _phrases(facts: Facts) -> Iterator[tuple[str, Phrase]]:
    """What the report says of itself and where, by the field's name."""
    for name in ("title", "issuer", "number", "signed", "addressee"):
        value = getattr(facts.report, name)
        if value is not None:
            yield name, value
