"""The plots of the benchmark of speed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

_DPI = 110
_COLOURS = {"shipped": "tab:blue", "stand-in": "tab:orange"}


def plot_rate(part: Mapping[str, Any], path: Path) -> None:
    """Rate, on a log axis, and strict F1 of each system, a panel a set."""
    systems = {name: row for name, row in part["systems"].items() if "f1" in row}
    splits = list(systems["fazhi"]["f1"])
    figure = Figure(figsize=(5 * len(splits), 4.2), layout="constrained")
    panels = figure.subplots(1, len(splits), sharey=True, squeeze=False)[0]
    for axes, split in zip(panels, splits, strict=True):
        for name, row in systems.items():
            score = row["f1"][split]["micro"]
            reach = [[score["f1"] - score["low"]], [score["high"] - score["f1"]]]
            rate = row["chars_per_second"]
            axes.errorbar(rate, score["f1"], yerr=reach, fmt="o", capsize=3, label=name)
        axes.set(title=split, xscale="log", xlabel="characters a second")
        axes.grid(alpha=0.3)
    panels[0].set_ylabel("strict F1, with the 95 % interval")
    panels[-1].legend(frameon=False)
    figure.savefig(path, dpi=_DPI)


def plot_growth(part: Mapping[str, Any], path: Path) -> None:
    """Time a character and peak memory by the number of reports and by the length of one."""
    figure = Figure(figsize=(10, 6.5), layout="constrained")
    panels = figure.subplots(2, 2, sharex="col")
    for column, (kind, what) in enumerate(
        (("reports", "reports"), ("chars", "characters in one report"))
    ):
        for row, (figures, unit) in enumerate(
            (("microseconds_per_char", "µs a character"), ("peak_mib", "peak memory, MiB"))
        ):
            axes = panels[row][column]
            for model, colour in _COLOURS.items():
                found = part[model][kind]
                sizes = [int(size) for size in found]
                values = [one[figures] for one in found.values()]
                axes.plot(sizes, values, color=colour, marker="o", label=model)
            axes.set(xscale="log", yscale="log", ylabel=unit)
            axes.grid(alpha=0.3)
        panels[1][column].set_xlabel(what)
    panels[0][0].legend(frameon=False)
    figure.savefig(path, dpi=_DPI)
