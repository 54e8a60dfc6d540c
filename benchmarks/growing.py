"""Growth: what batches cost as reports become many, or one becomes long."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from processes import arm, medians
from texts import ANNOTATIONS, long_text, stretches

EXAMPLE = Path("examples/qingshi-2024.txt")
_SHORT_CHARS, _STAND_IN_CHARS = 100, 500  # of each report, where there are many
_ENOUGH_S = 12  # of all runs of a size together: short ones are repeated, long ones run once
_MOST_TURNS = 9


def measure(most_reports: int, most_chars: int, stand_in_chars: int, work: Path) -> dict[str, Any]:
    """Time a character and memory of ever more reports, and of ever longer ones."""
    made = arm("stand-in", {"folder": str(work), "annotations": str(ANNOTATIONS)}, work)
    stand_in = {"model": str(work / "model")}
    most = {"shipped": most_chars, "stand-in": stand_in_chars}
    found: dict[str, Any] = {"stand_in_f1": made["f1"]}
    for name, model, chars in (
        ("shipped", {}, _SHORT_CHARS),
        ("stand-in", stand_in, _STAND_IN_CHARS),
    ):
        texts = stretches(most_reports, chars)
        many = {str(size): texts[:size] for size in _powers(1, most_reports)}
        long = {str(size): [long_text(size)] for size in _powers(1_000, most[name])}
        found[name] = {"reports": {}, "chars": {}}
        for kind, sizes in (("reports", many), ("chars", long)):
            for size, row in _batches(sizes, model, work):
                found[name][kind][size] = row
                print(f"{name}, {size} {kind}: {row['microseconds_per_char']:.1f} µs", flush=True)
    found["stages"] = {
        str(size): run_batch(texts[:size], stand_in | {"sampled": True}, work)["stages"]
        for size in (min(100, most_reports), most_reports)
    }
    return found


def _powers(first: int, last: int) -> Iterator[int]:
    """Ten times as much each time, and the last one."""
    while first < last:
        yield first
        first *= 10
    yield last


def _batches(
    sizes: Mapping[str, Sequence[str]], model: Mapping[str, Any], work: Path
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each size with its medians; the sizes take turns until each has run for long enough."""
    taken: dict[str, list[dict[str, Any]]] = {size: [] for size in sizes}
    for _ in range(_MOST_TURNS):
        for size, texts in sizes.items():
            if sum(turn["seconds"] for turn in taken[size]) < _ENOUGH_S:
                taken[size].append(run_batch(texts, model, work))
    for size, turns in taken.items():
        chars = sum(map(len, sizes[size]))
        row = medians(turns)
        row["microseconds_per_char"] = 1e6 * row["seconds"] / chars
        yield size, {"chars": chars, "rounds": len(turns), **row}


def run_batch(texts: Sequence[str], task: Mapping[str, Any], work: Path) -> dict[str, Any]:
    """``fazhi predict`` of these texts, each a file; its output is thrown away."""
    folder, out = work / "reports", work / "out.jsonl"
    folder.mkdir()
    for index, text in enumerate(texts):
        (folder / f"{index:05}.txt").write_text(text, encoding="utf-8")
    warm = EXAMPLE.read_text(encoding="utf-8")
    figures: dict[str, Any] = arm(
        "batch", {"folder": str(folder), "out": str(out), "warm": warm, **task}, work
    )
    shutil.rmtree(folder)
    with out.open(encoding="utf-8") as lines:
        tagged = sum('"failure"' not in line for line in lines)
    out.unlink()
    if tagged != len(texts):
        raise SystemExit(f"{tagged} of {len(texts)} reports were tagged")
    return figures
