"""What speed and F1 are compared with: spaCy and a CRF, trained once and kept."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from processes import arm, environment
from texts import ANNOTATIONS, reports_of

_CONFIG = Path(__file__).parent / "spacy.cfg"


def trained(folder: Path) -> dict[str, Any]:
    """The files of the baselines, trained now if they are not there, and the seconds it took."""
    content = "".join(sorted(report.text for report in reports_of("train")))
    kept = folder / hashlib.sha256(content.encode()).hexdigest()[:12]
    kept.mkdir(parents=True, exist_ok=True)
    found: dict[str, Any] = {"spacy": str(kept / "spacy/model-best"), "crf": str(kept / "crf")}
    for name, train in (("spacy", _train_spacy), ("crf", _train_crf)):
        note = kept / f"{name}-seconds"
        if not note.exists():  # written last, so that a stopped training begins anew
            print(f"training {name}", flush=True)
            note.write_text(f"{train(kept):.1f}", encoding="utf-8")
        found[f"{name}_s"] = float(note.read_text(encoding="utf-8"))
    return found


def _train_crf(kept: Path) -> float:
    task = {"train": str(ANNOTATIONS / "train"), "crf": str(kept / "crf")}
    return float(arm("train-crf", task, kept)["seconds"])


def _train_spacy(kept: Path) -> float:
    """As ``spacy.cfg`` tells users to."""
    paths = []
    for split in ("train", "dev"):
        file = str(kept / f"{split}.spacy")
        paths += [f"--paths.{split}", file]
        source = str(ANNOTATIONS / split)
        convert = ("-m", "fazhi", "annotations", "convert", source, file, "--to", "spacy")
        subprocess.run([sys.executable, *convert], check=True, env=environment())
    train = ("-m", "spacy", "train", str(_CONFIG), "--output", str(kept / "spacy"))
    begun = time.perf_counter()
    subprocess.run([sys.executable, *train, *paths], check=True, env=environment())
    return time.perf_counter() - begun
