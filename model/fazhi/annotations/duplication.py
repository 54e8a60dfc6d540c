"""Reports that say too much in the same words: what a held-out split must not share with train."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from fazhi.reports import Report

GRAM_CHARS = 12
FORMULA_REPORTS = 4
"""A run of characters that stands in so many reports is a stock formula of the genre."""
MOST_SHARED = 0.02
"""The largest share of a report's runs that may stand in a report of another split."""


def runs(text: str) -> frozenset[str]:
    """Every run of 12 letters or Han characters, the rest left out so that layout is no matter."""
    plain = "".join(char for char in text if char.isalpha())
    return frozenset(
        plain[place : place + GRAM_CHARS] for place in range(len(plain) - GRAM_CHARS + 1)
    )


def near_duplicates(
    splits: Sequence[Sequence[Report]],
) -> Iterator[tuple[Report, Report, float]]:
    """Pairs of reports of different splits, with the share of the shorter's runs that both have.

    Only pairs above ``MOST_SHARED`` are given; stock formulas do not count.
    """
    if len(splits) < 2:
        return
    grams = [[runs(report.text) for report in split] for split in splits]
    spread = Counter(gram for split in grams for found in split for gram in found)
    formulas = {gram for gram, number in spread.items() if number >= FORMULA_REPORTS}
    own = [[found - formulas for found in split] for split in grams]
    for index, split in enumerate(splits):
        for later in range(index + 1, len(splits)):
            for one, ours in zip(split, own[index], strict=True):
                for other, theirs in zip(splits[later], own[later], strict=True):
                    share = len(ours & theirs) / max(1, min(len(ours), len(theirs)))
                    if share > MOST_SHARED:
                        yield one, other, share
