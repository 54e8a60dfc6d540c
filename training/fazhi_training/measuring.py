"""A saved model measured on dev: its scores, and what calibrates those of its spans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fazhi.reports import Report
from fazhi.tagging.calibration import Calibration
from fazhi.tagging.manifest import Manifest
from fazhi.tagging.tagger import Tagger
from fazhi_training import scores
from fazhi_training.calibrating import calibrate

RELIABILITY = "reliability.png"


def measure(folder: Path, dev: Sequence[Report]) -> Manifest:
    """Tag ``dev`` with the model in ``folder`` and note what that says in its manifest.

    That is strict F1 with its interval, in all and per label, and the calibration of spans' scores
    with its error; the reliability plot is saved beside it. Returns the manifest.
    """
    manifest = replace(Manifest.load(folder), calibration=Calibration())
    manifest.save(folder)  # so that spans have the scores that are to be calibrated
    tagged = list(Tagger.load(folder, device="cpu").tag_many([report.text for report in dev]))
    found = scores.strict(dev, tagged, manifest.labels)
    measured: dict[str, Any] = {
        "dev": {
            label: {"f1": round(s.f1, 4), "low": round(s.low, 4), "high": round(s.high, 4)}
            for label, s in found.items()
        }
    }
    if fitted := calibrate(dev, tagged, folder / RELIABILITY):
        calibration, errors = fitted
        measured["calibration_error"] = {name: round(e, 4) for name, e in errors.items()}
        manifest = replace(manifest, calibration=calibration)
    manifest = replace(manifest, scores=measured)
    manifest.save(folder)
    return manifest
