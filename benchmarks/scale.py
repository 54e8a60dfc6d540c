"""What 30,000 townships' reports of ten years cost, and what the cluster engine adds.

    python benchmarks/scale.py measure
    python benchmarks/scale.py table

The first times ``fazhi predict`` on this machine, local and with ``--engine ray``, two processes of
one thread each, on few and on four times as many reports, so that what each report costs is told
from what starting costs; the arms take turns, and medians count. Its figures go into
``docs/scale.json``; the second works out hours from them, and writes the tables of
``docs/scale.md``.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from statistics import mean
from typing import Any

from fazhi.batches.ray_engine import reports_per_part
from processes import medians, timed
from speed import machine
from texts import reports_of, stretches

FIGURES, PAGE = Path("docs/scale.json"), Path("docs/scale.md")
PROCESSES = 2
ARMS = {"local": (".parquet", []), "ray": ("", ["--engine", "ray"])}
CLUSTERS = ((1, 4), (1, 16), (1, 64), (4, 64), (16, 64), (64, 64))


def measure(reports: int, chars: int, rounds: int) -> dict[str, Any]:
    """Seconds of both engines with few and with more reports."""
    texts = stretches(4 * reports, chars)
    sizes = {"few": texts[:reports], "more": texts}
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in ARMS}
    for _ in range(rounds):
        for name, (ending, options) in ARMS.items():
            seconds = {}
            for size, some in sizes.items():
                with tempfile.TemporaryDirectory() as work:
                    seconds[size] = _seconds(some, Path(work), ending, options)
            taken[name].append(seconds)
            print(name, seconds, flush=True)
    figures: dict[str, Any] = {
        "reports": {size: len(some) for size, some in sizes.items()},
        "chars": {size: sum(map(len, some)) for size, some in sizes.items()},
        "processes": PROCESSES,
    }
    added = figures["chars"]["more"] - figures["chars"]["few"]
    for name, turns in taken.items():
        middle = medians(turns)
        rate = added / (middle["more"] - middle["few"])
        start = middle["few"] - figures["chars"]["few"] / rate
        figures[name] = {"seconds": middle, "turns": turns, "start_s": start}
        figures[name]["chars_per_second_of_a_process"] = rate / PROCESSES
    return figures


def _seconds(texts: Sequence[str], work: Path, ending: str, options: Sequence[str]) -> float:
    folder = work / "reports"
    folder.mkdir()
    for number, text in enumerate(texts):
        (folder / f"{number:05}.txt").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "fazhi", "predict", str(folder), "-o", f"{work}/out{ending}"]
    command += ["--jobs", str(PROCESSES), "--threads", "1", *options]
    return timed(command)["seconds"]


def overhead(figures: Mapping[str, Any]) -> str:
    """Both engines side by side."""
    few, more = figures["reports"]["few"], figures["reports"]["more"]
    lines = [
        f"| engine | {few} reports, s | {more} reports, s | of that start, s | "
        "characters/s of a process |",
        "|---|---|---|---|---|",
    ]
    for name in ARMS:
        one = figures[name]
        lines.append(
            f"| {name} | {one['seconds']['few']:.1f} | {one['seconds']['more']:.1f} | "
            f"{one['start_s']:.1f} | {one['chars_per_second_of_a_process']:,.0f} |"
        )
    share = _rate(figures, "local") / _rate(figures, "ray") - 1
    lines += ["", f"For each report, the cluster engine takes {share:+.0%} time."]
    return "\n".join(lines)


def clusters(figures: Mapping[str, Any], wanted: argparse.Namespace) -> str:
    """Hours on clusters of several sizes, and what holds each back."""
    rate = wanted.rate or _rate(figures, "ray")
    report_s = wanted.chars / rate
    store_s = wanted.reports * wanted.mib / wanted.store_mib
    lines = [
        f"{wanted.reports:,} reports of {wanted.chars:,.0f} characters and {wanted.mib} MiB, "
        f"{rate:,.0f} characters/s of a process of one thread: "
        f"**{wanted.reports * report_s / 3600:,.0f} core-hours**. A store that gives "
        f"{wanted.store_mib} MiB/s takes {store_s / 3600:.1f} hours to give them out, whatever "
        "the cluster.",
        "",
        "| machines × cores | hours | reports/s | MiB/s from the store | held back by |",
        "|---|---|---|---|---|",
    ]
    for machines, cores in CLUSTERS:
        actors = machines * cores
        last = reports_per_part(wanted.reports, actors) * report_s  # when others are done already
        tagging_s = wanted.reports * report_s / actors + last
        seconds = max(tagging_s, store_s) + figures["ray"]["start_s"]
        lines.append(
            f"| {machines} × {cores} | {seconds / 3600:.1f} | {wanted.reports / seconds:,.0f} | "
            f"{wanted.reports * wanted.mib / seconds:,.0f} | "
            f"{'processors' if tagging_s > store_s else 'the store'} |"
        )
    even = store_s and wanted.reports * report_s / store_s
    lines += ["", f"From about {even:,.0f} cores on, such a store is the bottleneck."]
    return "\n".join(lines)


def _rate(figures: Mapping[str, Any], name: str) -> float:
    return float(figures[name]["chars_per_second_of_a_process"])


def _write(page: str, part: str, text: str) -> str:
    pattern = rf"(<!-- {part} -->\n).*?(<!-- end of {part} -->)"
    return re.sub(pattern, lambda found: f"{found[1]}{text}\n{found[2]}", page, flags=re.S)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_Form)
    parser.add_argument("what", choices=["measure", "table"])
    parser.add_argument("--few", type=int, default=50, help="reports that are measured")
    parser.add_argument("--few-chars", type=int, default=1_000, help="characters of each of them")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reports", type=int, default=30_000 * 10)
    parser.add_argument("--chars", type=float, help="of a report; the mean of dev if not given")
    parser.add_argument("--mib", type=float, default=0.5, help="of a report's file")
    parser.add_argument("--store-mib", type=float, default=110, help="of the store, in a second")
    parser.add_argument("--rate", type=float, help="characters/s of a process, if not as measured")
    wanted = parser.parse_args()
    if wanted.what == "measure":
        figures = measure(wanted.few, wanted.few_chars, wanted.rounds)
        told = {"date": date.today().isoformat(), "machine": machine(), **figures}
        FIGURES.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return
    figures = json.loads(FIGURES.read_text(encoding="utf-8"))
    wanted.chars = wanted.chars or mean(len(report.text) for report in reports_of("dev"))
    page = _write(PAGE.read_text(encoding="utf-8"), "overhead", overhead(figures))
    PAGE.write_text(_write(page, "clusters", clusters(figures, wanted)), encoding="utf-8")


class _Form(argparse.RawDescriptionHelpFormatter, argparse.ArgumentDefaultsHelpFormatter):
    pass


if __name__ == "__main__":
    main()
