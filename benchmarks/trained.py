"""What speed and F1 are compared with: spaCy and a CRF, trained once and kept."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from fazhi_training.training import digest
from processes import arm, environment
from texts import ANNOTATIONS, reports_of

_SPLITS = ("train", "dev")  # spaCy chooses its weights on dev
_CONFIG = Path(__file__).parent / "spacy.cfg"


def trained(folder: Path) -> dict[str, Any]:
    """The files of the baselines, trained now if they are not there, and their seconds of CPU."""
    made_of = "".join(map(digest, map(reports_of, _SPLITS))) + _CONFIG.read_text(encoding="utf-8")
    kept = folder / hashlib.sha256(made_of.encode()).hexdigest()[:12]
    kept.mkdir(parents=True, exist_ok=True)
    notes = {name: kept / f"{name}-cpu-seconds" for name in _TRAINERS}
    missing = [name for name, note in notes.items() if not note.exists()]
    if missing:
        print(f"training {' and '.join(missing)}", flush=True)
    with ThreadPoolExecutor() as pool:
        taken = pool.map(lambda name: _TRAINERS[name](kept), missing)
        for name, seconds in zip(missing, taken, strict=True):  # noted when it is done
            notes[name].write_text(f"{seconds:.1f}", encoding="utf-8")
    seconds = {f"{name}_s": float(note.read_text(encoding="utf-8")) for name, note in notes.items()}
    return {"spacy": str(kept / "spacy/model-best"), "crf": str(kept / "crf"), **seconds}


def _train_crf(kept: Path) -> float:
    task = {"train": str(ANNOTATIONS / "train"), "crf": str(kept / "crf")}
    return float(arm("train-crf", task, kept)["cpu_s"])


def _train_spacy(kept: Path) -> float:
    """As ``spacy.cfg`` tells users to."""
    paths = {}
    for split in _SPLITS:
        paths[f"paths.{split}"] = file = str(kept / f"{split}.spacy")
        source = str(ANNOTATIONS / split)
        convert = ("-m", "fazhi", "annotations", "convert", source, file, "--to", "spacy")
        subprocess.run([sys.executable, *convert], check=True, env=environment())
    task = {"config": str(_CONFIG), "out": str(kept / "spacy"), "paths": paths}
    return float(arm("train-spacy", task, kept)["cpu_s"])


_TRAINERS = {"spacy": _train_spacy, "crf": _train_crf}
