"""A trained model to its folder: safetensors to train on, ONNX to use, proved to agree."""

from __future__ import annotations

import datetime
import platform
import warnings
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from transformers import BertForTokenClassification

from fazhi.errors import FazhiError
from fazhi.reports import Report
from fazhi.tagging import scoring
from fazhi.tagging.manifest import Manifest, sha256
from fazhi.tagging.tagger import Tagger
from fazhi.tagging.tokens import CharacterTokenizer
from fazhi.tagging.windows import WindowSettings, cut
from fazhi_training import encoder

MAX_LOGIT_DIFFERENCE = 1e-3
_LARGE = 4096  # elements; smaller tensors stay float32 in the ONNX file
_OPSET = 20
_LIBRARIES = ("fazhi", "torch", "transformers", "onnx", "onnxruntime", "numpy")
_TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json")


class _Logits(torch.nn.Module):
    def __init__(self, model: BertForTokenClassification) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.model(input_ids=input_ids, attention_mask=attention_mask).logits
        return logits


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
    for name in _TOKENIZER_FILES:
        (out / name).write_bytes((tokenizer_folder / name).read_bytes())
    encoder.save_in_half(model, out)
    _save_onnx(model, out / "model.onnx")
    names = [*_TOKENIZER_FILES, "config.json", "model.safetensors", "model.onnx"]
    manifest = Manifest(
        labels=labels,
        windows=windows,
        files={name: sha256(out / name) for name in names},
        versions={"python": platform.python_version(), **{n: version(n) for n in _LIBRARIES}},
        date=datetime.date.today().isoformat(),
        **about,
    )
    check_agreement(model, out, manifest, samples)
    manifest.save(out)
    return manifest


def _save_onnx(model: BertForTokenClassification, path: Path) -> None:
    axes = {
        0: torch.export.Dim("windows", min=1, max=65536),
        1: torch.export.Dim("tokens", min=3, max=model.config.max_position_embeddings),
    }
    ids = torch.full((2, 40), 5)
    mask = torch.ones_like(ids)
    mask[1, 30:] = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            _Logits(model),
            (ids, mask),
            path,
            dynamo=True,
            opset_version=_OPSET,
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_shapes={"input_ids": axes, "attention_mask": axes},
            external_data=False,
            verbose=False,
        )
    content = onnx.load(path)
    store_in_half(content)
    forget_source(content)
    onnx.checker.check_model(content)
    onnx.save(content, path)


def store_in_half(model: onnx.ModelProto) -> None:
    """Store large float32 weights as float16, each cast back by a node that runs once at load."""
    graph = model.graph
    casts = []
    for tensor in graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or np.prod(tensor.dims) < _LARGE:
            continue
        name = tensor.name
        half = numpy_helper.to_array(tensor).astype(np.float16)
        tensor.CopyFrom(numpy_helper.from_array(half, f"{name}_half"))
        casts.append(
            helper.make_node("Cast", [f"{name}_half"], [name], f"{name}_cast", to=TensorProto.FLOAT)
        )
    nodes = [*casts, *graph.node]
    del graph.node[:]
    graph.node.extend(nodes)
    stored = {f"{cast.output[0]}" for cast in casts}
    kept = [info for info in graph.value_info if info.name not in stored]
    del graph.value_info[:]
    graph.value_info.extend(kept)


def forget_source(model: onnx.ModelProto) -> None:
    """Take out the exporter's notes, stack traces with this machine's paths among them."""
    graph = model.graph
    for part in (model, graph, *graph.node, *graph.initializer, *graph.value_info):
        del part.metadata_props[:]
    for part in (graph, *graph.node):
        part.doc_string = ""


def check_agreement(
    model: BertForTokenClassification, folder: Path, manifest: Manifest, samples: Sequence[Report]
) -> None:
    """Raise FazhiError unless the ONNX file gives torch's logits and spans on ``samples``."""
    tokenizer = CharacterTokenizer.load(folder)
    ours = scoring.TorchBackend(model, "cpu")
    theirs = scoring.open_backend(folder, "cpu", scoring.available_cores())
    differences = []
    for report in samples[:8]:
        ids = tokenizer.encode(report.text)
        for window in cut(report.text, manifest.windows)[:4]:
            piece = ids[window.start : window.end]
            row = np.array([[tokenizer.cls, *piece.tolist(), tokenizer.sep]], dtype=np.int64)
            mask = np.ones_like(row)
            differences.append(np.abs(ours(row, mask) - theirs(row, mask)).max())
    worst = float(np.max(differences, initial=0.0))
    if not worst <= MAX_LOGIT_DIFFERENCE:  # so that a NaN is refused too
        raise FazhiError(
            f"{folder}: logits of ONNX and torch differ by {worst:.2g}; "
            f"at most {MAX_LOGIT_DIFFERENCE:g} is allowed, so the model is not saved"
        )
    texts = [report.text for report in samples]
    pairs = zip(
        Tagger(manifest, tokenizer, ours).tag_many(texts),
        Tagger(manifest, tokenizer, theirs).tag_many(texts),
        strict=True,
    )
    for sample, (by_torch, by_onnx) in zip(samples, pairs, strict=True):
        places = [[(s.start, s.end, s.label) for s in r.spans] for r in (by_torch, by_onnx)]
        if places[0] != places[1]:
            raise FazhiError(
                f"{folder}: ONNX and torch find different spans in {sample.id!r}; "
                "the model is not saved"
            )
