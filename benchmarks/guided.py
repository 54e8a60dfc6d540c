"""Guided fuzzing: inputs that reach new branches of a reader are kept, and changed further.

Each reader runs in a child process under atheris (libFuzzer for Python; ``pip install
'fazhi[fuzz]'``), with its changes to bytes and, as often, those of :mod:`mutations`. Of a .docx it
is the main part that changes, as a changed archive is hardly ever one still. A child ends at the
first exception that is no ReadError, or at an input that takes too long; it is in the figures.
"""

from __future__ import annotations

import base64
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from mutations import pack
from renderings import to_docx, to_html
from samples import TEXT, page, word

_CHILD = Path(__file__).with_name("guided_child.py")
_MAIN = "word/document.xml"
_SECONDS = 60  # that one input may take
_BYTES = 20_000  # of an input, at most
_TAG = re.compile(rb"<[^<>]{1,60}>")


def measure(runs: int, work: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The figures of each format, after so many inputs."""
    if find_spec("atheris") is None:
        raise SystemExit("atheris is needed for this part: pip install 'fazhi[fuzz]'")
    (work / "word.docx").write_bytes(word())
    for suffix, samples in _samples().items():
        folder, faults, words = work / suffix[1:], work / f"faults-{suffix[1:]}", work / "words"
        for made in (folder, faults):
            made.mkdir()
        for number, raw in enumerate(samples):
            (folder / f"{number}").write_bytes(raw)
        tags = {tag for raw in samples for tag in _TAG.findall(raw)} or {b"\n"}
        quoted = sorted("".join(f"\\x{byte:02x}" for byte in tag) for tag in tags)
        words.write_text("".join(f'"{tag}"\n' for tag in quoted), encoding="ascii")
        options = [f"-timeout={_SECONDS}", f"-max_len={_BYTES}", "-seed=1", "-print_final_stats=1"]
        options += [f"-artifact_prefix={faults}/", f"-dict={words}", str(folder)]
        child = subprocess.run(
            [sys.executable, str(_CHILD), suffix, str(runs), *options],
            capture_output=True,
            text=True,
            errors="replace",
        )
        yield suffix, _figures(child.stdout, child.stderr, list(faults.iterdir()))


def _figures(out: str, log: str, faults: Sequence[Path]) -> dict[str, Any]:
    stats = dict(re.findall(r"stat::(\w+):\s+(\d+)", log))
    edges = [int(number) for number in re.findall(r"\bcov: (\d+)", log)] or [0]
    told = re.search(r"^\{.*\}$", out, re.MULTILINE)
    error = re.search(r"Uncaught Python exception: ===\n(.*)", out + log)
    if not stats:
        raise SystemExit(f"guided fuzzing did not run: {log[-2000:]}")
    return {
        "runs": int(stats["number_of_executed_units"]),
        "edges_of_samples": edges[0],
        "edges": edges[-1],
        **(json.loads(told[0]) if told else {}),
        "peak_mib": int(stats["peak_rss_mb"]),
        "faults": [
            {
                "kind": fault.name.partition("-")[0],
                "error": error[1] if error else "",
                "input": base64.b64encode(fault.read_bytes()).decode(),
            }
            for fault in faults
        ],
    }


def _samples() -> Mapping[str, Sequence[bytes]]:
    texts = [TEXT.encode(code) for code in ("utf-8", "gb18030", "utf-16")]
    mains = []
    for raw in (word(), to_docx(TEXT)):
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            mains.append(archive.read(_MAIN))
    return {
        ".docx": mains,
        ".html": [page("utf-8"), page("gb18030"), to_html(TEXT)],
        ".txt": texts,
        ".zip": [pack({"石桥镇/1.txt": texts[0], "2.txt": texts[1]}), pack({"a.txt": texts[2]})],
    }
