"""Ruled tables on PDF pages: which place is in which cell."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from fazhi.reading.pages import Glyph, Rule

_NEAR = 3.0  # points between rules that meet
_MAX_RULES = 600  # of a page, after those in one line are joined
_MAX_CELLS = 4_000  # of a table


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table: its rules across and along, and for each field the first of its cell."""

    xs: list[float]
    ys: list[float]
    cells: dict[tuple[int, int], tuple[int, int]]  # column and row, rows from the bottom


def cell_at(grids: Sequence[Grid], glyph: Glyph) -> tuple[int, int, int] | None:
    """The table that a glyph is in, and the first field of its cell; None outside of tables."""
    x, y = (glyph.left + glyph.right) / 2, (glyph.bottom + glyph.top) / 2
    for number, grid in enumerate(grids):
        place = bisect_right(grid.xs, x) - 1, bisect_right(grid.ys, y) - 1
        if place in grid.cells:
            return number, *grid.cells[place]
    return None


def find_grids(rules: Sequence[Rule]) -> list[Grid]:
    """The tables that ruled lines make."""
    joined = _join_rules(rules)
    if len(joined) > _MAX_RULES:
        return []
    uprights = [rule for rule in joined if rule.upright]
    levels = [rule for rule in joined if not rule.upright]
    group = list(range(len(joined)))  # of rules that meet

    def root(index: int) -> int:
        while group[index] != index:
            group[index] = group[group[index]]
            index = group[index]
        return index

    for i, upright in enumerate(uprights):
        for j, level in enumerate(levels, len(uprights)):
            if (
                level.start - _NEAR <= upright.place <= level.end + _NEAR
                and upright.start - _NEAR <= level.place <= upright.end + _NEAR
            ):
                group[root(i)] = root(j)
    members: dict[int, list[Rule]] = defaultdict(list)
    for index, rule in enumerate([*uprights, *levels]):
        members[root(index)].append(rule)
    return [grid for rules in members.values() if (grid := _grid(rules))]


def _join_rules(rules: Iterable[Rule]) -> list[Rule]:
    """Rules in one line that touch are one rule: each cell may have been given its own four."""
    joined: list[Rule] = []
    for upright in (True, False):
        some = [rule for rule in rules if rule.upright == upright]
        places = _clusters(rule.place for rule in some)
        for rule in sorted(some, key=lambda r: (bisect_right(places, r.place), r.start)):
            place = places[bisect_right(places, rule.place) - 1]
            if (
                joined
                and joined[-1][:2] == (upright, place)
                and rule.start <= joined[-1].end + _NEAR
            ):
                last = joined.pop()
                rule = Rule(upright, place, last.start, max(last.end, rule.end))
            joined.append(rule._replace(place=place))
    return joined


def _clusters(values: Iterable[float]) -> list[float]:
    """The first of each cluster of values that are near each other."""
    found: list[float] = []
    before = float("-inf")
    for value in sorted(values):
        if value - before > _NEAR:
            found.append(value)
        before = value
    return found


def _grid(rules: Sequence[Rule]) -> Grid | None:
    """The table that rules make, None if they make no two cells side by side."""
    uprights = [rule for rule in rules if rule.upright]
    levels = [rule for rule in rules if not rule.upright]
    if not uprights or not levels:
        return None
    ends_x = (min(rule.start for rule in levels), max(rule.end for rule in levels))
    ends_y = (min(rule.start for rule in uprights), max(rule.end for rule in uprights))
    xs = _clusters([*(rule.place for rule in uprights), *ends_x])
    ys = _clusters([*(rule.place for rule in levels), *ends_y])
    columns, lines = len(xs) - 1, len(ys) - 1
    if columns < 2 or lines < 1 or columns * lines > _MAX_CELLS:
        return None
    walls = {
        (rule.upright, bisect_right(xs if rule.upright else ys, rule.place) - 1, across)
        for rule in rules
        for across, middle in enumerate(
            (a + b) / 2 for a, b in pairwise(ys if rule.upright else xs)
        )
        if rule.start <= middle <= rule.end
    }
    cells: dict[tuple[int, int], tuple[int, int]] = {}
    for row in reversed(range(lines)):
        for column in range(columns):
            if (column, row) in cells:
                continue
            todo = [(column, row)]
            while todo:
                x, y = place = todo.pop()
                if place in cells or not (0 <= x < columns and 0 <= y < lines):
                    continue
                cells[place] = column, row
                todo += [(x + 1, y)] if (True, x + 1, y) not in walls else []
                todo += [(x - 1, y)] if (True, x, y) not in walls else []
                todo += [(x, y + 1)] if (False, y + 1, x) not in walls else []
                todo += [(x, y - 1)] if (False, y, x) not in walls else []
    most = Counter(row for _, row in set(cells.values())).most_common(1)[0][1]
    return Grid(xs, ys, cells) if most > 1 else None
