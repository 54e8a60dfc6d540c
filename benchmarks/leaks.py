"""Leaks: what a process still holds after reading thousands of damaged files of a format."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import mean
from typing import Any

import memory
from fazhi import reading
from fazhi.batches.sources import Source
from fuzzing import file, good_files, sources

WARM = 500  # files, after which a reader has made all that it keeps


def measure(formats: Sequence[str], files: int, work: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each format with the memory (RSS) held: means over the ``WARM`` files once warm, and last."""
    good = good_files(work)
    for suffix in formats:
        held: list[float] = []
        for number in range(files):
            raw = file(number, good[suffix], suffix)
            for source in sources(raw, number, suffix, work):
                if isinstance(source, Source):
                    with suppress(Exception):  # fuzzing tells of these
                        reading.read(source.raw, source.name, source.suffix, source.encoding)
            held.append(memory.now(os.getpid()))
        warm, last = mean(held[WARM : 2 * WARM]), mean(held[-WARM:])
        yield suffix, {"files": files, "warm_mib": round(warm, 1), "last_mib": round(last, 1)}
