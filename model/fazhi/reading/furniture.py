"""Running heads, running feet and page numbers: what is no part of a PDF's text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import NamedTuple

from fazhi.reading.numbering import write_number
from fazhi.reading.pages import Page
from fazhi.reading.runs import Run, rows_of

_EDGE = 0.15  # of the page's height, where heads and feet stand
_BROWSER_EDGE = 0.05  # where those of a browser stand
_MOST, _ALL = 0.5, 0.8  # of the pages; what all have needs no gap, but two pages are not enough
_NEAR = 3.0  # points between lines that are at the same height
_NUMBER = r"(?:\d{1,4}|[一二三四五六七八九十百零〇]{1,5}|[ivxlc]{1,6})"
_BARE = re.compile(r"\d+|[^\W\da-z]+", re.IGNORECASE)  # 3, 三: may be a cell's too
_PAGE_NUMBER = re.compile(
    rf"""
      [-—–―─－~·•\s]* {_NUMBER} [-—–―─－~·•\s]*                     # 3, - 3 -, — 3 —
    | 第\s*{_NUMBER}\s*页 (?:[\s,，/／|]* [共总]\s*计?\s*{_NUMBER}\s*页)?  # 第3页 共10页
    | {_NUMBER} \s*[/／]\s* {_NUMBER}                              # 3/10
    | page\s*\d{{1,4}} (?:\s*(?:of|/)\s*\d{{1,4}})?                # Page 3 of 10
    """,
    re.IGNORECASE | re.VERBOSE,
)
_VALUES = {
    write_number(value, form): value
    for form in ("chineseCountingThousand", "ideographDigital", "lowerRoman")
    for value in range(1, 400)
}
# What browsers print on the edge of a page: the time, the address
_BROWSER = re.compile(
    r"\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4},? *(?:上午|下午)?\d{1,2}:\d{2}(?: ?[AP]M)?|(?:https?|file)://\S+"
)


def find_furniture(pages: Sequence[Page], runs: Sequence[Sequence[Run]]) -> list[dict[int, str]]:
    """For each page the runs that are no part of its text, by order, and why.

    They are the outermost rows of a page that are repeated, or are a page number or what a browser
    prints there, down to one that a gap or its size parts from the text. Ruled tables are text.
    """
    edges = [_edges(page, own) for page, own in zip(pages, runs, strict=True)]
    shares = _shares(edges)
    numbers = _page_numbers(edges, shares)
    reasons: list[dict[int, str]] = []
    for page, sides in enumerate(edges):
        why: dict[int, str] = {}
        for side in sides:
            found: list[Run] = []
            for index, row in enumerate(side.outer):
                share = _share(shares, page, row)
                counts = (page, row[0].order) in numbers
                whole = is_page_number(_text(row))
                if not (counts if whole else share >= _MOST or side.is_printed(row)):
                    break
                found += row
                inner = side.rows[index + 1 : index + 2]
                if (share < _ALL or len(pages) < 3) and inner and not side.is_apart(row, inner[0]):
                    continue
                for run in found:
                    other = "running head" if side.head else "running foot"
                    alone = is_page_number(run.text) or (whole and run in row)
                    why[run.order] = "page number" if alone else other
                found = []
        reasons.append(why)
    return reasons


def is_page_number(text: str) -> bool:
    """Whether a line at the edge of a page may be its number."""
    return _PAGE_NUMBER.fullmatch(text) is not None


class _Spot(NamedTuple):
    """Where something stands: its distance from the edge, its page, its order there."""

    height: float
    page: int
    order: int


@dataclass(frozen=True, slots=True)
class _Side:
    """The rows of a page from its head or its foot on, and the usual distance of rows.

    ``outer`` are those at the edge, outside of tables.
    """

    head: bool
    edge: float
    depth: float
    rows: list[list[Run]]
    outer: list[list[Run]]
    distance: float

    def height(self, row: Sequence[Run]) -> float:
        return abs(self.edge - row[0].base)

    def is_printed(self, row: Sequence[Run]) -> bool:
        """Whether a browser printed a row."""
        near = self.height(row) < self.depth * _BROWSER_EDGE / _EDGE
        return near and any(_BROWSER.fullmatch(run.text) for run in row)

    def is_apart(self, outer: Sequence[Run], inner: Sequence[Run]) -> bool:
        """Whether a gap, or its smaller size, parts a row from the text."""
        gap, size = abs(outer[0].base - inner[0].base), outer[0].size
        return gap > max(1.25 * self.distance, 1.2 * size) or size < 0.95 * inner[0].size


def _edges(page: Page, runs: Iterable[Run]) -> tuple[_Side, _Side]:
    _, bottom, _, top = page.box
    rows = rows_of(runs)
    distances = sorted(a[0].base - b[0].base for a, b in pairwise(rows))
    distance = distances[len(distances) // 2] if len(distances) > 3 else 0.0
    depth = (top - bottom) * _EDGE

    def side(head: bool, edge: float, rows: list[list[Run]]) -> _Side:
        outer = takewhile(
            lambda row: abs(edge - row[0].base) < depth and not any(run.cell for run in row), rows
        )
        return _Side(head, edge, depth, rows, list(outer), distance)

    return side(True, top, rows), side(False, bottom, rows[::-1])


def _shares(edges: Sequence[tuple[_Side, _Side]]) -> dict[tuple[int, int], float]:
    """For runs at the edges, by page and order, the share of pages that have them at their height.

    The share is that of the left or of the right pages where they are on those alone.
    """
    seen: dict[tuple[bool, str], list[_Spot]] = defaultdict(list)
    for page, sides in enumerate(edges):
        for side in sides:
            for row in side.outer:
                for run in row:
                    key = side.head, re.sub(r"\d+", "#", run.text)
                    seen[key].append(_Spot(side.height([run]), page, run.order))
    shares: dict[tuple[int, int], float] = {}
    for spots in seen.values():
        for cluster in _by_height(spots):
            on = {spot.page for spot in cluster}
            step = 1 if len({page % 2 for page in on}) == 2 else 2
            alike = len(range(min(on) % step, len(edges), step))
            share = len(on) / alike if len(on) > 1 else 0.0
            shares.update({(spot.page, spot.order): share for spot in cluster})
    return shares


def _share(shares: dict[tuple[int, int], float], page: int, row: Sequence[Run]) -> float:
    return min(shares[page, run.order] for run in row)


def _page_numbers(
    edges: Sequence[tuple[_Side, _Side]], shares: dict[tuple[int, int], float]
) -> set[tuple[int, int]]:
    """Page and order of the first run of the rows that are page numbers.

    Those count with the pages, at one height, there also in a row with other words. Where only some
    pages have them, no page has text so far out. A number that is on one page alone has marks
    around it, or is the 1 of the only page.
    """
    seen: dict[tuple[bool, int], list[_Spot]] = defaultdict(list)
    bare: set[_Spot] = set()
    text_from = {True: float("inf"), False: float("inf")}  # the edge on
    for page, sides in enumerate(edges):
        for side in sides:
            inner = side.rows[len(side.outer) : len(side.outer) + 1]
            for row in side.outer:
                whole = is_page_number(_text(row))
                texts = [(_text(row), row[0])] if whole else [(run.text, run) for run in row]
                for text, run in texts:
                    value = _value(text)
                    if value is not None:
                        spot = _Spot(side.height([run]), page, run.order)
                        seen[side.head, value - page].append(spot)
                        if _BARE.fullmatch(text):
                            bare.add(spot)
                printed = _share(shares, page, row) >= _MOST or side.is_printed(row)
                if not (whole or printed):
                    inner = [row]
                    break
            for row in inner:
                text_from[side.head] = min(text_from[side.head], side.height(row))
    numbers: set[tuple[int, int]] = set()
    for (head, offset), spots in seen.items():
        for cluster in _by_height(spots):
            count = len({spot.page for spot in cluster})
            if count == 1 and bare.issuperset(cluster) and not len(edges) == offset == 1:
                continue
            if 1 < count >= _MOST * len(edges) or cluster[-1].height < text_from[head]:
                numbers.update((spot.page, spot.order) for spot in cluster)
    return numbers


def _value(text: str) -> int | None:
    """The number that a page number says; None for what is no page number."""
    if not is_page_number(text):
        return None
    [number] = re.findall(_NUMBER, text, re.IGNORECASE)[:1]
    return int(number) if number.isdecimal() else _VALUES.get(number.lower())


def _text(row: Iterable[Run]) -> str:
    return " ".join(run.text for run in row)


def _by_height(spots: Iterable[_Spot]) -> list[list[_Spot]]:
    """Spots at the same height together."""
    found: list[list[_Spot]] = []
    before = float("-inf")
    for spot in sorted(spots):
        if spot.height - before > _NEAR:
            found.append([])
        found[-1].append(spot)
        before = spot.height
    return found
