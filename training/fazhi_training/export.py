"""A trained model to its folder: safetensors to train on, ONNX to use, proved to agree."""

from __future__ import annotations

import datetime
import json
import platform
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import BertForTokenClassification
from transformers.utils import logging

from fazhi.errors import FazhiError
from fazhi.reports import Report
from fazhi.tagging.backends import OnnxBackend, TorchBackend
from fazhi.tagging.cores import available_cores
from fazhi.tagging.manifest import ONNX_FILES, Manifest, sha256
from fazhi.tagging.tagger import Tagger
from fazhi.tagging.tokens import CharacterTokenizer
from fazhi.tagging.windows import WindowSettings, cut
from fazhi_training import encoder, onnx_graph
from fazhi_training.scores import MICRO, strict

MAX_LOGIT_DIFFERENCE = 1e-3
MAX_F1_LOSS = 0.003  # that int8 may cost
_AGREEMENT_REPORTS = 8
_RATE_REPORTS, _RATE_RUNS = 2, 3
_LIBRARIES = ("fazhi", "torch", "transformers", "onnx", "onnxruntime", "numpy")
_TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")


def save_model(
    model: BertForTokenClassification,
    tokenizer_folder: Path,
    out: Path,
    *,
    labels: tuple[str, ...],
    windows: WindowSettings,
    samples: Sequence[Report],
    about: Mapping[str, Any],
) -> Manifest:
    """Write a model folder: weights twice, tokenizer, manifest.

    The weights are rounded to float16 first, so that both files hold the same numbers.
    ``samples`` are reports on which both must agree; raises FazhiError when logits differ by more
    than 1e-3 or a decoded span differs. ``about`` gives the manifest's ``encoder``, ``annotations``
    and ``seed``.
    """
    out.mkdir(parents=True, exist_ok=True)
    model = model.float().cpu().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.half().float())
    _save_tokenizer(tokenizer_folder, out, windows)
    encoder.save_in_half(model, out)
    onnx_graph.save(model, out / ONNX_FILES["fp32"])
    names = [*_TOKENIZER_FILES, "config.json", "model.safetensors", ONNX_FILES["fp32"]]
    manifest = Manifest(
        labels=labels,
        windows=windows,
        files={name: sha256(out / name) for name in names},
        versions={"python": platform.python_version(), **{n: version(n) for n in _LIBRARIES}},
        date=datetime.date.today().isoformat(),
        **about,
    )
    backend = OnnxBackend(out / ONNX_FILES["fp32"], "cpu", available_cores())
    check_agreement(model, Tagger(manifest, CharacterTokenizer.load(out), backend), samples)
    manifest.save(out)
    return manifest


def export(folder: Path, dev: Sequence[Report]) -> Manifest:
    """Make the ONNX files of a model folder anew from its safetensors, and choose between them.

    int8 is kept, and runs by default, if it is faster on this machine and loses at most
    ``MAX_F1_LOSS`` of strict F1 on ``dev``; the manifest has the figures of both either way. Raises
    FazhiError when torch and ONNX don't agree on ``dev``; then the folder is left as it was.
    """
    manifest = Manifest.load(folder)
    manifest.verify(folder, "tokenizer.json", "config.json", "model.safetensors")
    tokenizer = CharacterTokenizer.load(folder)
    logging.disable_progress_bar()
    model = BertForTokenClassification.from_pretrained(folder).float().eval()
    with tempfile.TemporaryDirectory(dir=folder) as place:
        part = Path(place)
        _save_tokenizer(folder, part, manifest.windows)
        onnx_graph.save(model, part / ONNX_FILES["fp32"])
        onnx_graph.save_int8(model, part / ONNX_FILES["int8"])
        taggers = {
            name: Tagger(manifest, tokenizer, OnnxBackend(part / file, "cpu", available_cores()))
            for name, file in ONNX_FILES.items()
        }
        check_agreement(model, taggers["fp32"], dev[:_AGREEMENT_REPORTS])
        precisions = _measured(taggers, dev, part)
        chosen = choose(precisions)
        files = {name: sha for name, sha in manifest.files.items() if not _is_onnx(name)}
        for name in {*_TOKENIZER_FILES, ONNX_FILES["fp32"], ONNX_FILES[chosen]}:
            (part / name).replace(folder / name)
            files[name] = sha256(folder / name)
    if chosen == "fp32":
        (folder / ONNX_FILES["int8"]).unlink(missing_ok=True)
    manifest = replace(manifest, files=files, precision=chosen, precisions=precisions)
    manifest.save(folder)
    return manifest


def _save_tokenizer(source: Path, out: Path, windows: WindowSettings) -> None:
    """Write a tokenizer whose longest text is a window: what the model was trained on."""
    tokenizer, config = _TOKENIZER_FILES
    (out / tokenizer).write_bytes((source / tokenizer).read_bytes())
    says = json.loads((source / config).read_text(encoding="utf-8"))
    says["model_max_length"] = windows.window_chars + 2  # and the two special tokens
    (out / config).write_text(json.dumps(says, indent=1) + "\n", encoding="utf-8")


def choose(precisions: Mapping[str, Mapping[str, Any]]) -> str:
    """The precision that runs by default, by what was measured of ``fp32`` and ``int8``."""
    fp32, int8 = precisions["fp32"], precisions["int8"]
    is_faster = int8["chars_per_second"] > fp32["chars_per_second"]
    return "int8" if is_faster and fp32["f1"] - int8["f1"] <= MAX_F1_LOSS else "fp32"


def _measured(
    taggers: Mapping[str, Tagger], dev: Sequence[Report], folder: Path
) -> dict[str, dict[str, Any]]:
    """Strict F1, rate (the best of alternating runs) and size of each precision."""
    sample = [report.text for report in dev[:_RATE_REPORTS]]
    seconds: dict[str, list[float]] = {name: [] for name in taggers}
    for _ in range(_RATE_RUNS):
        for name, tagger in taggers.items():
            start = time.perf_counter()
            list(tagger.tag_many(sample))
            seconds[name].append(time.perf_counter() - start)
    measured = {}
    for name, tagger in taggers.items():
        tagged = list(tagger.tag_many([report.text for report in dev]))
        measured[name] = {
            "f1": round(strict(dev, tagged, tagger.manifest.labels)[MICRO].f1, 4),
            "chars_per_second": round(sum(map(len, sample)) / min(seconds[name])),
            "bytes": (folder / ONNX_FILES[name]).stat().st_size,
            "machine": f"{available_cores()} cores of {_processor()}",
            "date": datetime.date.today().isoformat(),
        }
    return measured


def _processor() -> str:
    """The processor's name, where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        names = [line.partition(":")[2] for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    return (names[0] if names else platform.processor()).strip() or platform.machine()


def _is_onnx(name: str) -> bool:
    return name in ONNX_FILES.values()


def check_agreement(
    model: BertForTokenClassification, by_onnx: Tagger, samples: Sequence[Report]
) -> None:
    """Raise FazhiError unless the ONNX file gives torch's logits and spans on ``samples``."""
    tokenizer = by_onnx.tokenizer
    theirs, ours = by_onnx.backend, TorchBackend(model, "cpu")
    differences = []
    for report in samples[:8]:
        ids = tokenizer.encode(report.text)
        for window in cut(report.text, by_onnx.manifest.windows)[:4]:
            piece = ids[window.start : window.end]
            row = np.array([[tokenizer.cls, *piece.tolist(), tokenizer.sep]], dtype=np.int64)
            size = [row.shape[1]]
            differences.append(np.abs(ours(row, size) - theirs(row, size)).max())
    worst = float(np.max(differences, initial=0.0))
    if not worst <= MAX_LOGIT_DIFFERENCE:  # so that a NaN is refused too
        raise FazhiError(
            f"logits of ONNX and torch differ by {worst:.2g}; "
            f"at most {MAX_LOGIT_DIFFERENCE:g} is allowed, so the model is not saved"
        )
    texts = [report.text for report in samples]
    by_torch = Tagger(by_onnx.manifest, tokenizer, ours)
    pairs = zip(by_torch.tag_many(texts), by_onnx.tag_many(texts), strict=True)
    for sample, pair in zip(samples, pairs, strict=True):
        one, other = ([(s.start, s.end, s.label) for s in report.spans] for report in pair)
        if one != other:
            raise FazhiError(
                f"ONNX and torch find different spans in {sample.id!r}; the model is not saved"
            )
