"""Runs of a PDF page: glyphs that follow each other in the file and on the page."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from fazhi.reading.grids import Grid, cell_at
from fazhi.reading.pages import Glyph, Page

GAP = 1.2  # of the size: a wider gap ends a run
_HOLE = 0.15  # of the size: a wider gap may hold a glyph or a space


def is_wide(char: str) -> bool:
    """Whether a character is as wide as a Chinese one; no spaces stand between such."""
    return unicodedata.east_asian_width(char) in "WF" or char in "“”‘’…—·"


class Glyphs:
    """Glyphs on one line, in their order: where they begin and end, and what they stand on."""

    __slots__ = ()
    glyphs: tuple[Glyph, ...]

    @property
    def left(self) -> float:
        return self.glyphs[0].left

    @property
    def right(self) -> float:
        return self.glyphs[-1].right

    @property
    def base(self) -> float:
        return self.glyphs[0].base


@dataclass(frozen=True, slots=True)
class Run(Glyphs):
    """Glyphs on one line without a gap, spaces around them stripped. ``order`` is the file's."""

    glyphs: tuple[Glyph, ...]
    order: int
    cell: tuple[int, int, int] | None = None  # number of the table, column, row
    spaced: bool = False  # the file has a space after it

    @property
    def text(self) -> str:
        return _text(self.glyphs)

    @property
    def size(self) -> float:
        return self.glyphs[0].style.size


def _is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


def has_gaps_for_spaces(pages: Sequence[Page]) -> bool:
    """Whether gaps between Chinese and other letters are spaces that the file leaves out.

    They are not where the file writes its spaces, or where all such letters have a gap for looks.
    In a file without Chinese they are: quotes may be of either kind.
    """
    if not any(_is_han(glyph.char) for page in pages for glyph in page.glyphs):
        return True
    gaps = Counter[bool]()
    for page in pages:
        if any(glyph.char.isspace() and not glyph.guessed for glyph in page.glyphs):
            return False
        guessed = False
        before: Glyph | None = None
        for glyph in page.glyphs:
            if glyph.guessed:
                guessed = True
                continue
            if before and abs(before.base - glyph.base) < 1:
                other = [char for char in (before.char, glyph.char) if not _is_han(char)]
                if len(other) == 1 and other[0].isascii() and other[0].isalnum():
                    gaps[guessed] += 1
            before, guessed = glyph, False
    return gaps[True] < 9 * gaps[False]


def find_runs(glyphs: Iterable[Glyph], grids: Sequence[Grid], spaced: bool) -> list[Run]:
    """The runs of a page in the order of the file; ``spaced``: see ``has_gaps_for_spaces``.

    Glyphs that stand in the gaps of another run on their line are woven into it, wherever the file
    has them: it may write all that is in one font before what another font lends to the line.
    """
    found: list[Run] = []
    for row in rows_of(_file_runs(glyphs, grids)):
        for chain in _chains(row):
            found += _weave(chain)
    cleaned = (_clean(run, spaced) for run in sorted(found, key=lambda run: run.order))
    return [replace(run, order=order) for order, run in enumerate(filter(None, cleaned))]


def _file_runs(glyphs: Iterable[Glyph], grids: Sequence[Grid]) -> list[Run]:
    """Runs of glyphs that follow each other in the file, guessed spaces among them."""
    runs: list[Run] = []
    current: list[Glyph] = []
    cell = last = None
    guess: Glyph | None = None
    for glyph in glyphs:
        if not glyph.char:
            continue
        if glyph.guessed:
            guess = glyph
            continue
        if grids:
            cell = cell_at(grids, glyph)
        if current:
            before = current[-1]
            size = max(before.style.size, glyph.style.size)
            if (
                cell != last
                or abs(glyph.base - before.base) > 0.45 * size
                or not before.left - 0.3 * size < glyph.left < before.right + GAP * size
            ):
                runs.append(Run(tuple(current), len(runs), last))
                current = []
            elif guess:
                current.append(guess)
        guess = None
        last = cell
        current.append(glyph)
    if current:
        runs.append(Run(tuple(current), len(runs), last))
    return runs


def _chains(row: Iterable[Run]) -> list[list[Run]]:
    """The runs of a row from the left, those together that overlap and are set alike."""
    chains: list[list[Run]] = []
    end = float("-inf")
    for run in row:
        if (
            chains
            and run.left < end
            and run.cell == chains[-1][0].cell
            and 0.5 < run.size / chains[-1][0].size < 2
        ):
            chains[-1].append(run)
            end = max(end, run.right)
        else:
            chains.append([run])
            end = run.right
    return chains


def _weave(chain: list[Run]) -> list[Run]:
    """Runs that fill each other's gaps made one, glyphs from the left; else the runs as they are.

    What is printed twice, to look bold or to cast a shadow, is taken once.
    """
    if len(chain) == 1:
        return chain
    woven: list[Glyph] = []
    last: list[Glyph] = []
    for piece in sorted(
        (piece for run in chain for piece in _pieces(run)), key=lambda p: p[0].left
    ):
        if woven:
            before, after = woven[-1], piece[0]
            size = before.style.size
            text = _text(piece)
            if text == _text(last) and after.left - last[0].left < 0.35 * size:
                continue
            if after.left <= before.left:
                if text.isspace():
                    continue
                return chain
            if after.left - before.right > _HOLE * size:
                woven.append(space_between(before, after)._replace(guessed=True))
        woven += piece
        last = piece
    return [Run(tuple(woven), min(run.order for run in chain), chain[0].cell)]


def _pieces(run: Run) -> list[list[Glyph]]:
    """The glyphs of a run between its gaps."""
    pieces: list[list[Glyph]] = []
    before: Glyph | None = None
    for glyph in run.glyphs:
        if glyph.guessed:
            before = None
            continue
        if not before or glyph.left - before.right > _HOLE * before.style.size:
            pieces.append([])
        pieces[-1].append(glyph)
        before = glyph
    return pieces


def _clean(run: Run, spaced: bool) -> Run | None:
    """A run with spaces for those guessed ones that are some, stripped; None for white space."""
    glyphs: list[Glyph] = []
    for glyph, after in zip(run.glyphs, [*run.glyphs[1:], None], strict=True):
        if not (glyph.guessed and after):
            glyphs.append(glyph)
            continue
        before = glyphs[-1]
        wide = is_wide(before.char) + is_wide(after.char)
        if wide == 2 and after.left - before.right > 0.8 * max(before.style.size, after.style.size):
            glyphs.append(space_between(before, after)._replace(char="\u3000"))
        elif wide == 0 or (wide == 1 and spaced):
            glyphs.append(space_between(before, after))
    inked = [index for index, glyph in enumerate(glyphs) if not glyph.char.isspace()]
    if not inked:
        return None
    kept = tuple(glyphs[inked[0] : inked[-1] + 1])
    return replace(run, glyphs=kept, spaced=inked[-1] + 1 < len(glyphs))


def _text(glyphs: Iterable[Glyph]) -> str:
    return "".join(glyph.char for glyph in glyphs)


def space_between(before: Glyph, after: Glyph) -> Glyph:
    """A space in the gap between two glyphs."""
    return before._replace(char=" ", left=before.right, right=after.left)


def rows_of(runs: Iterable[Run]) -> list[list[Run]]:
    """Rows of runs from the top, each from the left."""
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda run: -run.base):
        if rows and rows[-1][0].base - run.base < 0.45 * max(r.size for r in (rows[-1][0], run)):
            rows[-1].append(run)
        else:
            rows.append([run])
    return [sorted(row, key=lambda run: run.left) for row in rows]
