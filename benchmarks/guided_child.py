"""What a child of guided fuzzing does: give one reader inputs until so many are done.

    python benchmarks/guided_child.py .html 1000 LIBFUZZER-OPTIONS… FOLDER

The folder holds the samples to begin with; a .docx is made of ``word.docx`` beside it, with an
input for its main part. Prints, after the last input, how many were documents, and the processor
time of the slowest.
"""

from __future__ import annotations

import io
import json
import random
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from time import process_time

import atheris

with atheris.instrument_imports(include=["fazhi.reading", "fazhi.batches.sources"]):
    from fazhi import reading
    from fazhi.batches.sources import Source, find
    from fazhi.reading import archives, docx, html, text  # noqa: F401

from fazhi.errors import ReadError
from mutations import mutate

MAIN = "word/document.xml"


def main() -> None:
    """Run libFuzzer, which ends the process."""
    suffix, runs, *options = sys.argv[1:]
    read = reader(suffix, Path(options[-1]).parent)
    done = documents = 0
    slowest = 0.0

    def test(raw: bytes) -> None:
        nonlocal done, documents, slowest
        begun = process_time()
        documents += read(raw)
        slowest = max(slowest, process_time() - begun)
        done += 1
        if done == int(runs):  # nothing runs at the exit
            print(json.dumps({"documents": documents, "slowest_s": round(slowest, 3)}), flush=True)

    def change(raw: bytes, most: int, seed: int) -> bytes:
        chance = random.Random(seed)
        if chance.random() < 0.5:
            return bytes(atheris.Mutate(raw, most))
        return mutate(raw, ".xml" if suffix == ".docx" else suffix, chance)[:most]

    atheris.Setup([sys.argv[0], f"-runs={runs}", *options], test, custom_mutator=change)
    atheris.Fuzz()


def reader(suffix: str, work: Path) -> Callable[[bytes], int]:
    """What reads an input, and says how many documents it holds."""

    def read(raw: bytes, suffix: str = suffix) -> int:
        try:
            reading.read(raw, f"a{suffix}", suffix)
        except ReadError:
            return 0
        return 1

    def read_word(raw: bytes) -> int:
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name, part in {**parts, MAIN: raw}.items():
                archive.writestr(name, part)
        return read(file.getvalue())

    def read_archive(raw: bytes) -> int:
        path = work / "a.zip"
        path.write_bytes(raw)
        found = find([path])
        return sum(read(one.raw, one.suffix) for one in found if isinstance(one, Source))

    if suffix == ".docx":
        with zipfile.ZipFile(work / "word.docx") as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        return read_word
    return read_archive if suffix == ".zip" else read


if __name__ == "__main__":
    main()
