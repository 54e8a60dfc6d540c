"""Processes of the benchmark of speed: arms and whole commands, and what they cost."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import memory
from fazhi.tagging.cores import available_cores

_ARMS = Path(__file__).parent / "arms.py"
_POLL_S = 0.005


def arm(name: str, task: Mapping[str, Any], work: Path) -> Any:
    """What a process of its own makes of a task."""
    file = work / f"{name}.json"
    file.write_text(json.dumps(task), encoding="utf-8")
    command = [sys.executable, str(_ARMS), name, str(file)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment())
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr[-2000:]}\n{' '.join(command)} failed")
    return json.loads(done.stdout.splitlines()[-1])


def timed(command: Sequence[str]) -> dict[str, float]:
    """Seconds of a command, and the most memory that it and its children held, looked at often."""
    begun = time.perf_counter()
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=nothing, stderr=nothing, env=environment())
    most: dict[int, float] = {}
    while process.poll() is None:
        for pid in memory.family(process.pid):
            most[pid] = max(most.get(pid, 0.0), memory.peak(pid))
        time.sleep(_POLL_S)
    seconds = time.perf_counter() - begun
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} failed; run it by itself to see why")
    return {"seconds": seconds, "peak_mib": sum(most.values())}


def import_times(command: Sequence[str], cwd: Path | None = None) -> tuple[dict[str, float], float]:
    """Seconds that the imports of a command take: by package, the ten dearest, and of all."""
    done = subprocess.run(
        command, capture_output=True, text=True, env=environment(), cwd=cwd, check=True
    )
    found = re.findall(r"^import time:\s*(\d+) \|\s*\d+ \|\s*([\w.]+)", done.stderr, re.M)
    costs: dict[str, float] = {}
    for microseconds, module in found:
        package = module.split(".")[0]
        costs[package] = costs.get(package, 0.0) + int(microseconds) / 1e6
    dearest = sorted(costs, key=costs.__getitem__)[:-11:-1]
    return {name: costs[name] for name in dearest}, sum(costs.values())


def medians(rounds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The median of each figure."""
    return {name: median(one[name] for one in rounds) for name in rounds[0]}


def environment() -> dict[str, str]:
    """This process's, without what some set to tune OpenBLAS, and with the network out of it."""
    dropped = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return kept | {"OPENBLAS_NUM_THREADS": str(available_cores()), "HF_HUB_OFFLINE": "1"}
