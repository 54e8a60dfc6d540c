"""Speed: fazhi beside what users would pick instead, and beside what the machine could do.

    python benchmarks/speed.py rate limit start growth install around

measures these parts, all if none is named, puts the figures into ``docs/benchmarks.json`` beside
those of the parts that are not measured again, writes ``docs/benchmarks.md`` and its plots of them,
and prints each target with its figure. Each arm runs in a process of its own, the arms take turns,
and medians count. The baselines are trained once, and kept under ``--work`` for the next time.
Needs Linux, and a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import json
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

import growing
import speed_page
from fazhi.reports import Report, Span
from fazhi.tagging.cores import available_cores
from fazhi.tagging.labels import LABELS
from fazhi.tagging.tagger import SHIPPED_MODEL
from fazhi.version import __version__
from fazhi_training import scores
from growing import EXAMPLE, run_batch
from processes import arm, environment, import_times, medians, timed
from speed_targets import targets
from texts import middle_report, reports_of, stretches
from trained import trained

ROOT = Path(__file__).parent.parent
HERE = Path(__file__).parent
SCORED = ("dev", "dev-other", "dev-hard")
SYSTEMS: dict[str, dict[str, Any]] = {
    "fazhi": {"tagger": "fazhi"},
    "fazhi, fp32": {"tagger": "fazhi", "precision": "fp32"},
    "transformers, batches of 1": {"tagger": "transformers", "batch_size": 1},
    "transformers, batches of 8": {"tagger": "transformers", "batch_size": 8},
    "spaCy": {"tagger": "spaCy"},
    "CRF": {"tagger": "CRF"},
}
_LIBRARIES = ("numpy", "onnxruntime", "torch", "transformers", "spacy", "sklearn-crfsuite")
_START_TURNS = 5
_WEIGHTS = (".onnx", ".safetensors")


def rate(wanted: argparse.Namespace, work: Path) -> dict[str, Any]:
    """Seconds, memory and F1 of fazhi and of what else would find the spans."""
    texts = stretches(wanted.reports, wanted.chars)
    one = middle_report()
    task: dict[str, Any] = {"one": one, "many": texts, **trained(wanted.work)}
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in SYSTEMS}
    for _ in range(wanted.rounds):
        for name, how in SYSTEMS.items():
            taken[name].append(arm("rate", task | how, work))
            print(f"{name}: {taken[name][-1]['many_s']:.1f} s", flush=True)
    chars = sum(map(len, texts))
    rows: dict[str, dict[str, Any]] = {}
    for name, rounds in taken.items():
        row = medians(rounds)
        rows[name] = {"chars_per_second": chars / row["many_s"], **row, "rounds": rounds}
    best = max((name for name in rows if "transformers" in name), key=_rate_in(rows))
    for name, how in SYSTEMS.items():
        if "transformers" not in name or name == best:
            rows[name]["f1"] = _scores(task | how, work)
    return {
        "chars_per_second": rows["fazhi"]["chars_per_second"],
        "reports": len(texts),
        "chars": chars,
        "one_chars": len(one),
        "rounds": wanted.rounds,
        "transformers": best,
        "spacy_training_s": task["spacy_s"],
        "crf_training_s": task["crf_s"],
        "systems": rows,
    }


def limit(wanted: argparse.Namespace, work: Path) -> dict[str, Any]:
    """The rate of the arithmetic of tagging beside that of large matrix products."""
    texts = stretches(wanted.reports, wanted.chars)
    return arm("limit", {"many": texts, "rounds": wanted.rounds}, work)


def start(wanted: argparse.Namespace, work: Path) -> dict[str, Any]:
    """Time and peak memory of whole processes that read one report and print what is in it."""
    commands = {
        "fazhi": [sys.executable, "-m", "fazhi", "predict", str(EXAMPLE)],
        "transformers": [
            sys.executable,
            str(HERE / "transformers_script.py"),
            str(SHIPPED_MODEL),
            str(EXAMPLE),
        ],
    }
    taken: dict[str, list[dict[str, float]]] = {name: [] for name in commands}
    for turn in range(_START_TURNS + 1):
        for name, command in commands.items():
            figures = timed(command)
            if turn:  # before, files may not have been in memory
                taken[name].append(figures)
    costs, _ = import_times([sys.executable, "-X", "importtime", *commands["fazhi"][1:]])
    return {
        "report": EXAMPLE.as_posix(),
        "chars": len(EXAMPLE.read_text(encoding="utf-8")),
        "turns": _START_TURNS,
        "systems": {name: {**medians(turns), "turns": turns} for name, turns in taken.items()},
        "imports_s": costs,
    }


def growth(wanted: argparse.Namespace, work: Path) -> dict[str, Any]:
    """Time a character and memory of ever more reports, and of ever longer ones."""
    most = (wanted.most_reports, wanted.most_chars, wanted.stand_in_chars)
    return growing.measure(*most, work)


def install(wanted: argparse.Namespace, work: Path) -> dict[str, Any]:
    """What the package without extras puts into a new environment, and how long its import takes.

    Sizes are those of the blocks on the disk, in MB of a million bytes.
    """
    clone = work / "clone"
    clone.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, clone)
    for name in ("model", "training"):
        left_out = shutil.ignore_patterns("__pycache__", "*.egg-info")
        shutil.copytree(ROOT / name, clone / name, ignore=left_out)
    subprocess.run([sys.executable, "-m", "venv", str(work / "venv")], check=True)
    python = str(work / "venv/bin/python")
    packages = next((work / "venv/lib").glob("python3*/site-packages"))
    before = set(packages.rglob("*"))
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    constraints = ["--constraint", str(ROOT / "constraints.txt")]
    subprocess.run([*pip, *constraints, str(clone)], check=True, env=environment(), cwd=work)
    sizes: dict[str, float] = {}
    weights = 0.0
    for file in set(packages.rglob("*")) - before:
        if file.is_file():
            mb = file.stat().st_blocks * 512 / 1e6
            if file.suffix in _WEIGHTS:
                weights += mb
            else:
                part = file.relative_to(packages).parts[0]
                sizes[part] = sizes.get(part, 0.0) + mb
    importing = [python, "-X", "importtime", "-c", "import fazhi"]
    taken = [import_times(importing, cwd=work)[1] for _ in range(_START_TURNS + 1)][1:]
    return {
        "mb": sum(sizes.values()),
        "weights_mb": weights,
        "packages_mb": {name: sizes[name] for name in sorted(sizes, key=sizes.__getitem__)[::-1]},
        "import_s": median(taken),
        "imports_s": import_times(importing, cwd=work)[0],
        "turns": _START_TURNS,
    }


def around(wanted: argparse.Namespace, work: Path) -> dict[str, Any]:
    """The time of a batch in which the encoder is not running, and where it goes."""
    texts = stretches(wanted.reports, wanted.chars)
    rounds = [run_batch(texts, {}, work) for _ in range(wanted.rounds)]
    return {
        "reports": len(texts),
        "chars": sum(map(len, texts)),
        **medians(rounds),
        "rounds": rounds,
        "stages": run_batch(texts, {"sampled": True}, work)["stages"],
    }


MEASURES: dict[str, Callable[[argparse.Namespace, Path], dict[str, Any]]] = {
    "rate": rate,
    "limit": limit,
    "start": start,
    "growth": growth,
    "install": install,
    "around": around,
}


def _rate_in(rows: Mapping[str, Mapping[str, Any]]) -> Callable[[str], float]:
    return lambda name: rows[name]["chars_per_second"]


def _scores(task: Mapping[str, Any], work: Path) -> dict[str, dict[str, Any]]:
    """Strict F1 by set and label."""
    found = {}
    for split in SCORED:
        gold = reports_of(split)
        places = arm("spans", {**task, "texts": [report.text for report in gold]}, work)
        tagged = [
            Report(one.id, one.text, tuple(Span(s, e, name, one.text[s:e]) for s, e, name in row))
            for one, row in zip(gold, places, strict=True)
        ]
        strict = scores.strict(gold, tagged, LABELS)
        found[split] = {label: asdict(score) for label, score in strict.items()}
    return found


def machine() -> dict[str, Any]:
    """What the figures were measured on and with."""
    model = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    return {
        "cpu": model[1] if model else platform.machine(),
        "cores": available_cores(),
        "system": platform.platform(terse=True),
        "versions": {
            "Python": platform.python_version(),
            "fazhi": __version__,
            **{name: version(name) for name in _LIBRARIES},
        },
    }


def main() -> None:
    """Measure the parts asked for, merge, write, and print the targets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(MEASURES)}; all if none is named")
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks"))
    parser.add_argument("--work", type=Path, default=Path("runs/benchmarks"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reports", type=int, default=200)
    parser.add_argument("--chars", type=int, default=400, help="of each of these reports")
    parser.add_argument("--most-reports", type=int, default=10_000, help="of growth")
    parser.add_argument("--most-chars", type=int, default=300_000, help="of one report")
    parser.add_argument("--stand-in-chars", type=int, default=10_000_000, help="of its report")
    wanted = parser.parse_args()
    if unknown := set(wanted.parts) - set(MEASURES):
        parser.error(f"unknown parts {', '.join(unknown)}; expected {', '.join(MEASURES)}")
    file = wanted.out.with_suffix(".json")
    measured = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    for part in wanted.parts or MEASURES:
        begun = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            figures = MEASURES[part](wanted, Path(folder))
        told = {"date": date.today().isoformat(), "machine": machine()}
        told["command"] = " ".join(["python", *sys.argv])
        told["took_s"] = round(time.monotonic() - begun)
        measured[part] = {**told, **figures}
        content = json.dumps(_rounded(measured), indent=1, ensure_ascii=False)
        file.write_text(content + "\n", encoding="utf-8")
        speed_page.write(json.loads(content), wanted.out)
    for target in targets(measured):
        print(target)


def _rounded(figures: Any) -> Any:
    """Five digits are more than enough."""
    if isinstance(figures, dict):
        return {name: _rounded(one) for name, one in figures.items()}
    if isinstance(figures, list):
        return [_rounded(one) for one in figures]
    return float(f"{figures:.5g}") if isinstance(figures, float) else figures


if __name__ == "__main__":
    main()
