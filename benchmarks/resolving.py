"""Resolving: what working out the facts costs beside tagging.

    python benchmarks/resolving.py annotations/dev

tags the texts and resolves what was found, in turns, and prints the medians and their ratio.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter

from fazhi.annotations import read
from fazhi.facts.gathering import gather
from fazhi.facts.resolving import resolve
from fazhi.tagging.tagger import Tagger


def main() -> None:
    """Print seconds of tagging and of resolving, medians of the turns."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("annotations", type=Path)
    parser.add_argument("--turns", type=int, default=3)
    wanted = parser.parse_args()
    texts = [item.report.text for item in read([wanted.annotations])]
    tagger = Tagger.load(device="cpu")
    gather(tagger.tag(texts[0]))  # tables are read once, and that is not counted
    tagging, resolving = [], []
    for _ in range(wanted.turns):
        start = perf_counter()
        reports = list(tagger.tag_many(texts))
        middle = perf_counter()
        for report in reports:
            bare = [replace(span, attributes={}) for span in report.spans]
            gather(replace(report, spans=resolve(report.text, bare)))
        end = perf_counter()
        resolving.append(end - middle)
        tagging.append(middle - start)  # with one resolving in it
    encoder = median(tagging) - median(resolving)
    characters = sum(map(len, texts))
    print(f"{characters:,} characters, {len(texts)} reports, {wanted.turns} turns")
    print(f"tagging {encoder:.2f} s, resolving {median(resolving):.3f} s: ", end="")
    print(f"{median(resolving) / encoder:.1%} of the time of tagging")


if __name__ == "__main__":
    main()
