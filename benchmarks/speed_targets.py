"""The targets of the benchmark of speed, and what its figures say of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Figures = Mapping[str, Any]
MICRO = "micro"


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked of a figure: at most, or at least, so much. ``part`` is where it comes from."""

    part: str
    what: str
    bound: float
    value: float
    is_most: bool
    unit: str = ""

    @property
    def is_met(self) -> bool:
        """Whether the figure is what it should be."""
        return self.value <= self.bound if self.is_most else self.value >= self.bound

    @property
    def asked(self) -> str:
        """The bound, for people."""
        return f"{'≤' if self.is_most else '≥'} {_shown(self.bound, self.unit)}"

    @property
    def found(self) -> str:
        """The figure, for people."""
        return _shown(self.value, self.unit)

    def __str__(self) -> str:
        """A line for the terminal."""
        return f"{'met   ' if self.is_met else 'missed'} {self.what}: {self.found} ({self.asked})"


def targets(measured: Figures) -> list[Target]:
    """The targets of the parts that are measured."""
    return [
        target
        for part, of in (
            ("rate", _of_rate),
            ("limit", _of_limit),
            ("start", _of_start),
            ("around", _of_around),
            ("growth", _of_growth),
            ("install", _of_install),
        )
        if part in measured
        for target in of(measured[part])
    ]


def _of_rate(part: Figures) -> Iterator[Target]:
    systems = part["systems"]
    ours, theirs = systems["fazhi"], systems[part["transformers"]]
    times = ours["chars_per_second"] / theirs["chars_per_second"]
    what = f"rate against transformers' pipeline, {part['reports']} reports"
    yield Target("rate", what, 5, times, False, "×")
    for split, scored in ours["f1"].items():
        found = scored[MICRO]["f1"]
        best = max(systems[name]["f1"][split][MICRO]["f1"] for name in ("spaCy", "CRF"))
        yield Target("rate", f"strict F1 on {split}, against spaCy and CRF", best, found, False)
        if split == "dev":
            share = (1 - found) / (1 - best) if best < 1 else float("inf")
            what = "errors on dev against those of the better of spaCy and CRF"
            yield Target("rate", what, 0.4, share, True, "%")


def _of_limit(part: Figures) -> Iterator[Target]:
    what = "share of the float32 matrix rate in tagging"
    share = matrix_share(part, part["tagging_s"])
    yield Target("limit", f"{what}, fp32", 0.6, share, False, "%")
    yield Target("limit", f"{what}, int8", share, matrix_share(part, part["int8_s"]), False, "%")


def _of_start(part: Figures) -> Iterator[Target]:
    ours, theirs = part["systems"]["fazhi"], part["systems"]["transformers"]
    what = "one report, whole process, against the transformers script"
    yield Target("start", what, 6, theirs["seconds"] / ours["seconds"], False, "×")
    share = ours["peak_mib"] / theirs["peak_mib"]
    yield Target("start", "its peak memory against the script's", 1 / 3, share, True, "%")


def _of_around(part: Figures) -> Iterator[Target]:
    share = 1 - part["encoder_s"] / part["seconds"]
    yield Target("around", "time around the encoder", 0.1, share, True, "%")


def _of_growth(part: Figures) -> Iterator[Target]:
    rows = part["shipped"]["reports"]
    few, many = "100" if "100" in rows else "1", max(rows, key=int)
    times = rows[many]["microseconds_per_char"] / rows[few]["microseconds_per_char"]
    what = f"time a character at {int(many):,} reports against {few}"
    yield Target("growth", what, 1.05, times, True, "×")


def _of_install(part: Figures) -> Iterator[Target]:
    what = "installed size of the base package without weights"
    yield Target("install", what, 150, part["mb"], True, "MB")


def matrix_share(part: Figures, seconds: float) -> float:
    """The rate of the windows' arithmetic as a share of the better matrix rate."""
    return part["operations"] / seconds / max(part["numpy"], part["torch"])


def _shown(value: float, unit: str) -> str:
    match unit:
        case "%":
            return f"{value:.1%}"
        case "×":
            return f"{value:.3g} ×"
        case "MB":
            return f"{value:.0f} MB"
        case _:
            return f"{value:.3f}"
