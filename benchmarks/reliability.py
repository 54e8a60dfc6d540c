"""Reliability: damaged files, long batches, kills, and the same report in other formats.

    python benchmarks/reliability.py fuzz guided leaks soak kills renderings

measures these parts, all if none is named, puts the figures into ``docs/reliability.json`` beside
those of the parts that are not measured again, and writes ``docs/reliability.md`` of them. Exits
with 1 when something is not as it should be. Needs Linux, LibreOffice, Chromium and atheris.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from itertools import count, pairwise
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import fuzzing
import guided
import leaks
import memory
import renderings
from fazhi.annotations import read
from fazhi.reports import Report
from fazhi_training.augmentation import STEPS, augment
from reliability_page import PARTS, faults, page

TRAIN = Path("annotations/train")
DEV = Path("annotations/dev")
WARM = 1_000  # reports
SOAK_CHARS = 150
KILLS_CHARS = 300
_STEP_SHARE = 0.2  # each augmentation step is taken so often
_INTERVAL_S = 0.25


def soak(reports: int, work: Path) -> dict[str, Any]:
    """Memory and speed of one batch of many short reports, sampled while it runs."""
    folder = work / "reports"
    chars = write_reports(folder, reports, SOAK_CHARS)
    out = work / "out.jsonl"
    process = predict(folder, out)
    begun = monotonic()
    samples = [(0.0, 0, 0.0)]  # seconds, reports done, MiB of the process and its children
    for done in _done(process, out):
        mib = sum(map(memory.now, memory.family(process.pid)))
        if mib:
            samples.append((monotonic() - begun, done, mib))
    warm = min(WARM, reports // 4)
    settled = [mib for _, done, mib in samples if done >= warm]
    reached = [
        next(seconds for seconds, done, _ in samples if done and 4 * done >= quarter * reports)
        for quarter in range(5)
    ]
    rates = [reports / 4 / max(b - a, _INTERVAL_S) for a, b in pairwise(reached)]
    lines = [json.loads(line) for line in out.open(encoding="utf-8")]
    return {
        "reports": reports,
        "mean_chars": round(chars / reports),
        "tagged": sum("text" in line for line in lines),
        "failures": [line["failure"]["reason"] for line in lines if "failure" in line],
        "warm": warm,
        "warm_mib": round(settled[0], 1),
        "peak_mib": round(max(settled), 1),
        "growth": round(max(settled) / settled[0], 4),
        "seconds": round(samples[-1][0], 1),
        "reports_per_second": [round(rate, 1) for rate in rates],
        "samples": [
            {"seconds": round(seconds, 1), "done": done, "mib": round(mib, 1)}
            for seconds, done, mib in samples[:: max(1, len(samples) // 100)]
        ],
    }


def kills(files: int, number: int, work: Path) -> dict[str, Any]:
    """Batches killed at random moments and begun again, until so many kills have been made.

    A batch that is done before its moment is compared, and another is begun.
    """
    folder = work / "reports"
    write_reports(folder, files, KILLS_CHARS)
    _spoil(folder)
    whole, out = work / "whole.jsonl", work / "killed.jsonl"
    begun = monotonic()
    predict(folder, whole).wait()
    seconds = monotonic() - begun
    chance = random.Random(0)
    row: dict[str, Any] = {"files": len(list(folder.iterdir())), "seconds": round(seconds, 1)}
    row |= {"kills": [], "batches": 0, "different": 0, "left_over": [], "orphans": 0}
    finished = False
    while not finished or len(row["kills"]) < number:
        process = predict(folder, out)
        begun = monotonic()
        try:
            is_last = len(row["kills"]) == number
            process.wait(None if is_last else chance.uniform(0, seconds))
            finished = True
            row["batches"] += 1
            row["different"] += out.read_bytes() != whole.read_bytes()
            row["left_over"] += [file.name for file in work.glob("killed*") if file != out]
            out.unlink()
        except subprocess.TimeoutExpired:
            finished = False
            children = memory.family(process.pid)[1:]
            process.kill()
            process.wait()
            row["kills"].append(round(monotonic() - begun, 2))
            row["orphans"] += _survivors(children)
    return row


def short_reports(chars: int) -> Iterator[str]:
    """Texts of about so many characters, each another: cut from train reports, and augmented."""
    train = [item.report for item in read([TRAIN])]
    seen: set[int] = set()
    for seed in count():
        chance = random.Random(seed)
        part = _part(chance.choice(train), chars, chance)
        text = augment(part, dict.fromkeys(STEPS, _STEP_SHARE), chance).text
        if text.strip() and hash(text) not in seen:
            seen.add(hash(text))
            yield text


def write_reports(folder: Path, number: int, chars: int) -> int:
    """Write short reports, one in ten as .docx and one as .html; returns their characters."""
    folder.mkdir()
    total = 0
    for index, text in zip(range(number), short_reports(chars), strict=False):
        total += len(text)
        suffix, raw = ".txt", text.encode()
        if index % 10 == 8:
            suffix, raw = ".docx", renderings.to_docx(text)
        elif index % 10 == 9:
            suffix, raw = ".html", renderings.to_html(text)
        (folder / f"{index:05}{suffix}").write_bytes(raw)
    return total


def predict(folder: Path, out: Path) -> subprocess.Popen[bytes]:
    """Start ``fazhi predict`` with the shipped model."""
    command = [sys.executable, "-m", "fazhi", "predict", str(folder), "-o", str(out)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _done(process: subprocess.Popen[bytes], out: Path) -> Iterator[int]:
    """How many reports are in the journal, again and again until the process ends."""
    journal = out.with_name(out.name + ".journal")
    while process.poll() is None and not journal.exists():
        yield 0
        sleep(_INTERVAL_S)
    with journal.open("rb") as file:
        lines = 0
        while process.poll() is None:
            lines += file.read().count(b"\n")
            yield max(0, lines - 1)  # the first line holds the settings
            sleep(_INTERVAL_S)


def _part(report: Report, chars: int, chance: random.Random) -> Report:
    """A stretch of a report from the beginning of a line, that breaks no span."""
    lines = [0, *(at + 1 for at, char in enumerate(report.text) if char == "\n")]
    start = chance.choice([at for at in lines if at <= max(0, len(report.text) - chars)])
    stop = start + chance.randint(chars * 4 // 5, chars * 6 // 5)
    start = min([start, *(s.start for s in report.spans if s.start < start < s.end)])
    stop = max([stop, *(s.end for s in report.spans if s.start < stop < s.end)])
    spans = tuple(
        replace(span, start=span.start - start, end=span.end - start)
        for span in report.spans
        if start <= span.start and span.end <= stop
    )
    return Report(report.id, report.text[start:stop], spans)


def _spoil(folder: Path) -> None:
    """Add a broken file and a copy for each tenth: failures and copies must come back too."""
    for file in sorted(folder.iterdir())[8::10]:
        raw = file.read_bytes()
        (folder / f"{file.stem}-broken.docx").write_bytes(raw[: len(raw) // 2])
        shutil.copy(file, folder / f"{file.stem}-copy{file.suffix}")


def _survivors(pids: list[int]) -> int:
    """How many of these processes are still there some seconds after their parent was killed."""
    for _ in range(20):
        if not any(map(memory.now, pids)):
            return 0
        sleep(_INTERVAL_S)
    return sum(memory.now(pid) > 0 for pid in pids)


def main() -> None:
    """Measure the parts asked for, merge, write, and exit with 1 when something is wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all if none is named")
    parser.add_argument("--out", type=Path, default=Path("docs/reliability"))
    parser.add_argument("--formats", nargs="+", default=fuzzing.FORMATS, choices=fuzzing.FORMATS)
    parser.add_argument("--damaged", type=int, default=10_000, help="files of each format")
    parser.add_argument("--runs", type=int, default=20_000, help="of guided fuzzing, each format")
    parser.add_argument("--leaking", type=int, default=3_000, help="files of each format")
    parser.add_argument("--reports", type=int, default=20_000, help="of the long batch")
    parser.add_argument("--files", type=int, default=200, help="of the batch that is killed")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--annotations", type=Path, default=DEV, help="to render")
    wanted = parser.parse_args()
    if unknown := set(wanted.parts) - set(PARTS):
        parser.error(f"unknown parts {', '.join(unknown)}; expected {', '.join(PARTS)}")
    file = wanted.out.with_suffix(".json")
    measured = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for part in wanted.parts or PARTS:
        with tempfile.TemporaryDirectory() as folder:
            for figures in _measure(part, wanted, Path(folder), measured.get(part, {})):
                measured[part] = {"date": date.today().isoformat(), **figures}
                content = json.dumps(measured, indent=1, ensure_ascii=False)
                file.write_text(content + "\n", encoding="utf-8")
                wanted.out.with_suffix(".md").write_text(page(measured), encoding="utf-8")
    if wrong := faults(measured):
        raise SystemExit("\n".join(wrong))


def _measure(
    part: str, wanted: argparse.Namespace, work: Path, before: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """The figures of a part as they grow; those of fuzzing come format by format."""
    by_format = {
        "fuzz": lambda: fuzzing.measure(wanted.formats, wanted.damaged, work),
        "guided": lambda: guided.measure(wanted.runs, work),
        "leaks": lambda: leaks.measure(wanted.formats, wanted.leaking, work),
    }
    if part in by_format:
        rows = dict(before.get("formats", {}))
        for suffix, row in by_format[part]():
            rows[suffix] = row
            yield {"formats": rows}
    elif part == "soak":
        yield soak(wanted.reports, work)
    elif part == "kills":
        yield kills(wanted.files, wanted.kills, work)
    else:
        yield renderings.measure(wanted.annotations, work)


if __name__ == "__main__":
    main()
