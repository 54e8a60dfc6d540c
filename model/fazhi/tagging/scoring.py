"""Tag scores from a saved model: windows in, log-probabilities out, on CPU or GPU."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from fazhi.errors import MissingExtraError, ModelError

if TYPE_CHECKING:
    from fazhi.tagging.tokens import CharacterTokenizer

Ids = npt.NDArray[np.int32]
Scores = npt.NDArray[np.float32]
BATCH_TOKENS = {"cpu": 4096, "cuda": 65536}


class Backend(Protocol):
    """Runs the encoder: token ids and mask, shape ``(windows, tokens)``, to logits, tags last."""

    device: str

    def __call__(self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]) -> Scores: ...


class OnnxBackend:
    """``model.onnx`` under ONNX Runtime."""

    def __init__(self, path: Path, device: str, threads: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        providers = ["CPUExecutionProvider"]
        if device == "cuda":
            providers.insert(0, "CUDAExecutionProvider")
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=providers)
        except Exception as error:  # onnxruntime's errors share no base class
            raise ModelError(f"{path}: ONNX Runtime can't load it ({error})") from error
        self.device = device

    def __call__(self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]) -> Scores:
        logits: Scores = self._session.run(["logits"], {"input_ids": ids, "attention_mask": mask})[
            0
        ]
        return logits


class TorchBackend:
    """A token-classification model under torch, in half precision on a GPU."""

    def __init__(self, model: Any, device: str) -> None:
        import torch

        self._torch = torch
        self._model = model.to(device).eval()
        self.device = device

    @classmethod
    def load(cls, folder: Path, device: str) -> TorchBackend:
        """Load the safetensors weights of a model folder.

        Raises MissingExtraError without torch, ModelError when ``device`` is cuda and none is.
        """
        try:
            import torch
            from transformers import AutoModelForTokenClassification
        except ImportError as error:
            raise MissingExtraError(
                "running on a GPU needs torch: pip install 'fazhi[torch]'"
            ) from error
        if device == "cuda" and not torch.cuda.is_available():
            raise ModelError("no GPU that torch can use; run with --device cpu")
        return cls(AutoModelForTokenClassification.from_pretrained(folder), device)

    def __call__(self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]) -> Scores:
        torch = self._torch
        half = self.device == "cuda"
        with torch.inference_mode(), torch.autocast(self.device, torch.float16, enabled=half):
            logits = self._model(
                input_ids=torch.from_numpy(ids).to(self.device, non_blocking=True),
                attention_mask=torch.from_numpy(mask).to(self.device, non_blocking=True),
            ).logits
        scores: Scores = logits.float().cpu().numpy()
        return scores


def open_backend(folder: Path, device: str, threads: int) -> Backend:
    """The backend for ``device``: ``cpu``, ``cuda``, or ``auto`` (a GPU if torch can use one).

    ``threads`` are those that the CPU's may use.
    """
    if device == "auto":
        device = "cuda" if _torch_sees_a_gpu() else "cpu"
    if device == "cpu":
        return OnnxBackend(folder / "model.onnx", device, threads)
    if device != "cuda":
        raise ModelError(f"unknown device {device!r}; expected auto, cpu or cuda")
    if _onnxruntime_has_cuda():
        return OnnxBackend(folder / "model.onnx", device, threads)
    return TorchBackend.load(folder, device)


def _onnxruntime_has_cuda() -> bool:
    import onnxruntime

    return "CUDAExecutionProvider" in onnxruntime.get_available_providers()


def _torch_sees_a_gpu() -> bool:
    """Looks for the driver first, so that a machine without a GPU never imports torch."""
    if not any(Path("/dev").glob("nvidia[0-9]*")) and os.name == "posix":
        return False
    try:
        import torch
    except ImportError:
        return False
    return bool(torch.cuda.is_available())


def available_cores() -> int:
    """Processors this process may use, a container's quota included."""
    cores = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    )
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        if quota != "max":
            cores = min(cores, max(1, int(quota) // int(period)))
    except (OSError, ValueError):
        return cores
    return cores


def score(
    pieces: Sequence[Ids], tokenizer: CharacterTokenizer, backend: Backend
) -> Iterator[tuple[int, Scores]]:
    """Log-probabilities of each piece's tags, with the piece's place, as batches finish.

    ``pieces`` are token ids of windows without special tokens. They are batched by length within a
    budget of tokens and padded to the longest of their batch; each result has shape
    ``(len(piece), tags)``.
    """
    budget = BATCH_TOKENS[backend.device]
    order = sorted(range(len(pieces)), key=lambda index: -len(pieces[index]))
    place = 0
    while place < len(order):
        longest = len(pieces[order[place]]) + 2
        batch = order[place : place + max(1, budget // longest)]
        place += len(batch)
        ids = np.full((len(batch), longest), tokenizer.pad, dtype=np.int64)
        mask = np.zeros((len(batch), longest), dtype=np.int64)
        for row, index in enumerate(batch):
            size = len(pieces[index])
            ids[row, 0] = tokenizer.cls
            ids[row, 1 : size + 1] = pieces[index]
            ids[row, size + 1] = tokenizer.sep
            mask[row, : size + 2] = 1
        logits = backend(ids, mask)
        for row, index in enumerate(batch):
            yield index, log_softmax(logits[row, 1 : len(pieces[index]) + 1])


def log_softmax(logits: Scores) -> Scores:
    """Log-probabilities over the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    result: Scores = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result
