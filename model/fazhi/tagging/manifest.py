"""A saved model's folder: what is in it, and the proof that nothing was lost or altered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from fazhi.errors import ModelError
from fazhi.tagging.calibration import Calibration
from fazhi.tagging.windows import WindowSettings

FILE_NAME = "manifest.json"
SCHEMA_VERSION = 1
ONNX_FILES = {"fp32": "model.onnx", "int8": "model.int8.onnx"}
"""What ONNX Runtime runs, by precision; int8 is not in every model folder."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a model folder says of itself.

    ``labels`` are those of its tags in order, ``windows`` how it cuts text, ``files`` the sha256 of
    each file, ``annotations`` that of the reports it was trained on by split, ``scores`` measured
    on the splits it names, ``calibration`` what its spans' scores are fitted with, and ``versions``
    those of the libraries that made it. ``precision`` is what runs on a CPU if no other is asked
    for, and ``precisions`` what was measured of each: strict F1 on dev, characters a second, bytes.
    """

    labels: tuple[str, ...]
    windows: WindowSettings
    files: Mapping[str, str]
    encoder: str = ""
    annotations: Mapping[str, str] = field(default_factory=dict)
    scores: Mapping[str, Any] = field(default_factory=dict)
    calibration: Calibration = field(default_factory=Calibration)
    precision: str = "fp32"
    precisions: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0
    date: str = ""
    schema_version: int = SCHEMA_VERSION

    def save(self, folder: Path) -> None:
        """Write ``manifest.json`` into the folder."""
        content = json.dumps(asdict(self), ensure_ascii=False, indent=1)
        (folder / FILE_NAME).write_text(content + "\n", encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Manifest:
        """Read the manifest of a model folder; raises ModelError when it can't be."""
        path = folder / FILE_NAME
        if not folder.is_dir():
            raise ModelError(f"{folder}: no such model folder")
        if not path.is_file():
            raise ModelError(f"{folder}: not a fazhi model folder (it has no {FILE_NAME})")
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            version = content["schema_version"]
            if version != SCHEMA_VERSION:
                raise ModelError(
                    f"{path}: schema version {version}; this fazhi reads {SCHEMA_VERSION}. "
                    "Train the model again, or install the fazhi that saved it"
                )
            content["labels"] = tuple(content["labels"])
            content["windows"] = WindowSettings(**content["windows"])
            content["calibration"] = Calibration(**content.get("calibration", {}))
            manifest = cls(**content)
        except (ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{path}: can't be read as a manifest ({error!r})") from error
        return manifest

    def onnx_file(self, precision: str | None = None) -> str:
        """The file for this precision. Raises ModelError when the model has none."""
        precision = precision or self.precision
        has = {one: file for one, file in ONNX_FILES.items() if file in self.files}
        if precision not in has:
            raise ModelError(f"the model has no {precision!r}; it has {', '.join(has)}")
        return has[precision]

    def verify(self, folder: Path, *names: str) -> None:
        """Raise ModelError, naming the file, unless each is there with the hash it was saved with.

        Only what is used is verified: to read every file would take longer than a short report.
        """
        for name in names:
            file = folder / name
            if not file.is_file():
                raise ModelError(f"{file}: missing from the model folder; copy the model again")
            if sha256(file) != self.files.get(name):
                raise ModelError(
                    f"{file}: altered since it was saved (sha256 differs); copy the model again"
                )


def sha256(path: Path) -> str:
    """Hex digest of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
