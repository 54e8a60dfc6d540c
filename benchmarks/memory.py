"""Memory of processes in MiB, as Linux tells it under /proc."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path


def family(pid: int) -> list[int]:
    """A process and all that it started, itself first."""
    pids = [pid]
    for one in pids:
        for children in Path(f"/proc/{one}/task").glob("*/children"):
            with suppress(OSError):
                pids += map(int, children.read_text().split())
    return pids


def now(pid: int) -> float:
    """What a process holds (RSS); 0 when it has ended."""
    return _status(pid, "VmRSS")


def peak(pid: int) -> float:
    """The most that a process has held; 0 when it has ended."""
    return _status(pid, "VmHWM")


def forget_peak() -> None:
    """Let this process's own peak count from here."""
    Path("/proc/self/clear_refs").write_text("5")


def _status(pid: int, field: str) -> float:
    try:
        found = re.search(rf"{field}:\s*(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0.0
    return int(found[1]) / 1024 if found else 0.0
