"""Layout of PDF pages: which glyphs make a line, and in what order the lines are read.

Glyphs that follow each other in the file and on the page are a run. Runs in the cells of a ruled
table are kept by cell; the others are read column by column, and what stands side by side there
makes a row. Heads, feet and page numbers are found over all the pages and set apart.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from fazhi.reading.furniture import find_furniture
from fazhi.reading.grids import find_grids
from fazhi.reading.pages import Box, Glyph, Page, Style
from fazhi.reading.runs import (
    GAP,
    Glyphs,
    Run,
    find_runs,
    has_gaps_for_spaces,
    is_wide,
    rows_of,
    space_between,
)

_MAX_DEPTH = 3  # of columns in columns
_NEIGHBOURS = 24  # runs looked at for what stands beside one


@dataclass(slots=True, eq=False)
class Frame:
    """What holds lines between the same margins: a page, one of its columns, a cell of a table."""

    page: int
    column: bool
    width: float  # of the page


@dataclass(slots=True, eq=False)
class Line(Glyphs):
    """A line of text. ``box`` is in the coordinates of the file; ``number`` counts in the page."""

    text: str
    glyphs: tuple[Glyph, ...]
    page: int
    box: Box
    frame: Frame
    style: Style  # of most of its glyphs
    spaced: bool  # the file has a space after it
    number: int = 0


@dataclass(slots=True)
class Leaf:
    """A page that is laid out: rows of cells of lines, and the lines that are no part of them."""

    rows: list[list[list[Line]]] = field(default_factory=list)
    dropped: list[tuple[Line, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Table:
    """Rows of cells of runs; like a run it has a place among them."""

    rows: list[list[list[Run]]]
    left: float
    right: float
    base: float  # of its first line
    size: float


_Item = Run | _Table


def lay_out(pages: Sequence[Page]) -> list[Leaf]:
    """The pages' rows in reading order. A row of prose is one cell of one line."""
    grids = [find_grids(page.rules) for page in pages]
    spaced = has_gaps_for_spaces(pages)
    runs = [find_runs(page.glyphs, grid, spaced) for page, grid in zip(pages, grids, strict=True)]
    reasons = find_furniture(pages, runs)
    leaves = []
    for page, grid, own, why in zip(pages, grids, runs, reasons, strict=True):
        leaf, writer = Leaf(), _Lines(page)
        body = [run for run in own if run.order not in why]
        items: list[_Item] = [run for run in body if run.cell is None]
        items += _tables(body, len(grid))
        for group, column in _columns(items, _MAX_DEPTH):
            frame = Frame(page.number, column, page.box[2] - page.box[0])
            leaf.rows += writer.rows(group, frame)
        frame = Frame(page.number, False, page.box[2] - page.box[0])
        for run in own:
            if run.order in why:
                leaf.dropped.append((writer.line([run], frame), why[run.order]))
        inside = [line for row in leaf.rows for cell in row for line in cell]
        for number, line in enumerate([*inside, *(line for line, _ in leaf.dropped)]):
            line.number = number
        leaves.append(leaf)
    return leaves


def _tables(runs: Iterable[Run], count: int) -> list[_Table]:
    found: list[dict[tuple[int, int], list[Run]]] = [defaultdict(list) for _ in range(count)]
    for run in runs:
        if run.cell is not None:
            number, column, row = run.cell
            found[number][-row, column].append(run)
    tables = []
    for cells in filter(None, found):
        rows: dict[int, list[list[Run]]] = defaultdict(list)
        for (row, _), content in sorted(cells.items()):
            rows[row].append(content)
        inside = [run for content in cells.values() for run in content]
        tables.append(
            _Table(
                list(rows.values()),
                min(run.left for run in inside),
                max(run.right for run in inside),
                max(run.base for run in inside),
                inside[0].size,
            )
        )
    return tables


def _columns(items: Sequence[_Item], depth: int) -> list[tuple[list[_Item], bool]]:
    """Items in groups to be read one after the other, and whether each group is a column."""
    best: list[tuple[list[_Item], bool]] = [(list(items), False)]
    most = 0
    for x in _gutters([item for item in items if isinstance(item, Run)]) if depth else ():
        groups, inside = _split(items, x)
        if inside > most:
            best, most = groups, inside
    if not most:
        return best
    found: list[tuple[list[_Item], bool]] = []
    for group, column in best:
        if column:
            found += [(part, True) for part, _ in _columns(group, depth - 1)]
        else:
            found.append((group, False))
    return found


def _gutters(runs: Sequence[Run]) -> list[float]:
    """Where right columns may begin: what stands right of something often begins there."""
    votes: dict[int, list[float]] = defaultdict(list)
    ordered = sorted(runs, key=lambda run: -run.base)
    for index, a in enumerate(ordered):
        for b in ordered[index + 1 : index + 1 + _NEIGHBOURS]:
            if a.base - b.base > max(a.size, b.size):
                break
            first, second = (a, b) if a.left < b.left else (b, a)
            if second.left - first.right > 0.8 * first.size:
                votes[round(second.left / 6)].append(second.left)
    common = sorted(votes.values(), key=len, reverse=True)[:3]
    return [min(lefts) - 0.5 for lefts in common if len(lefts) > 1]


def _split(items: Sequence[_Item], x: float) -> tuple[list[tuple[list[_Item], bool]], int]:
    """Groups with the columns beside a gutter as groups of their own, and how much is in those."""
    across = sorted((i for i in items if i.left < x - 1 and i.right > x + 1), key=lambda i: -i.base)
    heights = [-item.base for item in across]
    zones: list[list[_Item]] = [[] for _ in range(len(across) + 1)]
    for item in items:
        if not (item.left < x - 1 and item.right > x + 1):
            zones[bisect_right(heights, -item.base)].append(item)
    groups: list[tuple[list[_Item], bool]] = [([], False)]
    inside = 0
    for index, zone in enumerate(zones):
        if index:
            groups[-1][0].append(across[index - 1])
        above, zone = _without_cells(zone, x)
        groups[-1][0].extend(above)
        sides = _sides(zone, x)
        if all(map(_is_prose, sides)) and _overlap(*sides):
            groups += [(sides[0], True), (sides[1], True), ([], False)]
            inside += len(zone)
        else:
            groups[-1][0].extend(zone)
    return [group for group in groups if group[0]], inside


def _sides(items: Iterable[_Item], x: float) -> tuple[list[_Item], list[_Item]]:
    left: list[_Item] = []
    right: list[_Item] = []
    for item in items:
        (left if item.right <= x + 1 else right).append(item)
    return left, right


def _without_cells(items: Sequence[_Item], x: float) -> tuple[list[_Item], list[_Item]]:
    """What stands above columns in rows of short cells, and the rest; a gap parts the two."""
    bands: list[list[_Item]] = []
    for item in sorted(items, key=lambda item: -item.base):
        if bands and bands[-1][-1].base - item.base < 1.9 * item.size:
            bands[-1].append(item)
        else:
            bands.append([item])
    cut = 0
    for number, band in enumerate(bands, 1):
        sides = _sides(band, x)
        if all(map(_is_prose, sides)):
            break
        if all(sides):
            cut = number
    return [i for band in bands[:cut] for i in band], [i for band in bands[cut:] for i in band]


def _is_prose(items: Sequence[_Item]) -> bool:
    """Whether most lines of a column are long and many end at its margin; cells do neither."""
    rows = rows_of([item for item in items if isinstance(item, Run)])
    if len(rows) < 2:
        return False
    rights = [max(run.right for run in row) for row in rows]
    widths = sorted(right - row[0].left for right, row in zip(rights, rows, strict=True))
    size = sorted(row[0].size for row in rows)[len(rows) // 2]
    full = sum(right > max(rights) - 2.2 * size for right in rights)
    return widths[len(widths) // 2] > 8 * size and full >= 0.4 * len(rows)


def _overlap(a: Sequence[_Item], b: Sequence[_Item]) -> bool:
    spans = [(min(i.base for i in side), max(i.base for i in side)) for side in (a, b)]
    return max(low for low, _ in spans) <= min(high for _, high in spans)


class _Lines:
    """Makes the lines and rows of a page."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def rows(self, items: Sequence[_Item], frame: Frame) -> list[list[list[Line]]]:
        runs = [item for item in items if isinstance(item, Run)]
        tables = [item for item in items if isinstance(item, _Table)]
        found = [(row[0].base, cells) for row in rows_of(runs) if (cells := _cells(row))]
        _wrap_cells(found)
        rows = [
            (base, [[self.line(part, frame) for part in cell] for cell in cells if cell])
            for base, cells in found
            if any(cells)
        ]
        for table in tables:
            rows += [(table.base, [self._cell(c, frame) for c in row]) for row in table.rows]
        return [row for _, row in sorted(rows, key=lambda item: -item[0])]

    def _cell(self, runs: Sequence[Run], frame: Frame) -> list[Line]:
        own = Frame(frame.page, True, frame.width)
        return [self.line(row, own) for row in rows_of(runs)]

    def line(self, runs: Sequence[Run], frame: Frame) -> Line:
        """One line of runs from the left."""
        glyphs: list[Glyph] = []
        for run in runs:
            if glyphs:
                before, after = glyphs[-1], run.glyphs[0]
                gap = after.left - before.right
                near = is_wide(before.char) or is_wide(after.char)
                if gap > (GAP if near else 0.15) * run.size:
                    glyphs.append(space_between(before, after))
            glyphs += run.glyphs
        box = (
            min(glyph.left for glyph in glyphs),
            min(glyph.bottom for glyph in glyphs),
            max(glyph.right for glyph in glyphs),
            max(glyph.top for glyph in glyphs),
        )
        wide = [glyph.style for glyph in glyphs if is_wide(glyph.char)]
        style = Counter(wide or [glyph.style for glyph in glyphs]).most_common(1)[0][0]
        text = "".join(glyph.char for glyph in glyphs)
        place = self._page.turn_back(box)
        spaced = runs[-1].spaced
        return Line(text, tuple(glyphs), self._page.number, place, frame, style, spaced)


def _cells(row: Sequence[Run]) -> list[list[list[Run]]]:
    """A row's runs by cell: those with a wide gap between them are in different cells."""
    cells: list[list[list[Run]]] = []
    for run in row:
        before = cells[-1][-1][-1] if cells else None
        if before and run.left - before.right < GAP * max(run.size, before.size):
            cells[-1][-1].append(run)
        else:
            cells.append([[run]])
    return cells


def _wrap_cells(rows: Sequence[tuple[float, list[list[list[Run]]]]]) -> None:
    """Gives a cell of a table without rules the lines below that go on with it in the file.

    Cells that were given away are left empty.
    """
    owners = {run.order: cell for _, cells in rows for cell in cells for run in cell[0]}
    for _, cells in rows:
        lefts = [cell[0][0].left if cell else float("inf") for cell in cells]
        rights = [cell[0][-1].right if cell else float("-inf") for cell in cells]
        for cell, low, high in zip(
            cells, [float("-inf"), *rights], [*lefts[1:], float("inf")], strict=False
        ):
            while cell and len(cells) > 1:
                last = cell[-1][-1]
                below = owners.get(last.order + 1)
                if not below or below is cell or len(below) > 1:
                    break
                after = below[0][0]
                if (
                    not 0.5 < (last.base - after.base) / last.size < 2.0
                    or not low < after.left < below[0][-1].right < high
                    or after.left > last.right
                ):
                    break
                cell += below
                below.clear()
