"""What runs the encoder: ONNX Runtime, or torch on a GPU."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from fazhi.errors import MissingExtraError, ModelError

if TYPE_CHECKING:
    from fazhi.tagging.manifest import Manifest
    from fazhi.tagging.scoring import Scores

Ids = npt.NDArray[np.int64]
_GPU_TOKENS = 65536


class Backend(Protocol):
    """Runs the encoder on a batch: token ids, shape ``(windows, tokens)``, to logits, tags last.

    ``batch_tokens`` is the most it should be given at once, beyond a first window. ``lengths`` are
    those of the rows: one that ``pads`` takes what is behind for padding, and to one that does not
    all rows must be of one length.
    """

    batch_tokens: int
    pads: bool

    def __call__(self, ids: Ids, lengths: Sequence[int]) -> Scores: ...


class OnnxBackend:
    """An ONNX file under ONNX Runtime. Without padding, attention needs no mask and is faster.

    A CPU is given one window at a time: what it computes stays in the cache, and the scales that
    int8 finds for it are its own, so that a report's spans don't depend on what is tagged with it.
    """

    pads = False

    def __init__(self, path: Path, device: str, threads: int) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        # The graph was optimised when it was saved; what is left is to fold its weights' casts.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        # A thread that waits sleeps; spinning, it takes the core from whatever else there is to do.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        providers = ["CPUExecutionProvider"]
        if device == "cuda":
            providers.insert(0, "CUDAExecutionProvider")
        try:
            self._session = onnxruntime.InferenceSession(str(path), options, providers=providers)
        except Exception as error:  # onnxruntime's errors share no base class
            raise ModelError(f"{path}: ONNX Runtime can't load it ({error})") from error
        if [one.name for one in self._session.get_inputs()] != ["input_ids"]:
            raise ModelError(
                f"{path}: of an older fazhi; make it anew with: fazhi export {path.parent} DEV"
            )
        if providers[0] not in self._session.get_providers():
            raise ModelError(
                "ONNX Runtime can't use the GPU: are CUDA and cuDNN of the versions that "
                "onnxruntime-gpu needs installed? Or run with --device cpu"
            )
        self.batch_tokens = _GPU_TOKENS if device == "cuda" else 1

    def __call__(self, ids: Ids, lengths: Sequence[int]) -> Scores:
        logits: Scores = self._session.run(["logits"], {"input_ids": ids})[0]
        return logits


class TorchBackend:
    """A token-classification model under torch, in half precision on a GPU."""

    pads = True

    def __init__(self, model: Any, device: str, *, compile: bool = False) -> None:
        import torch

        self._torch = torch
        self._device = torch.device(device)
        model = model.to(self._device).eval()
        self._model = torch.compile(model, dynamic=True) if compile else model
        self._on_gpu = self._device.type == "cuda"
        self.batch_tokens = _GPU_TOKENS if self._on_gpu else 4096
        has_bfloat = self._on_gpu and torch.cuda.is_bf16_supported(including_emulation=False)
        self._half = torch.bfloat16 if has_bfloat else torch.float16

    @classmethod
    def load(cls, folder: Path, device: str, *, compile: bool = False) -> TorchBackend:
        """Load the safetensors weights of a model folder.

        With ``compile`` torch compiles the model, which takes a minute and pays for long batches.
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
        model = AutoModelForTokenClassification.from_pretrained(folder)
        return cls(model, device, compile=compile)

    def __call__(self, ids: Ids, lengths: Sequence[int]) -> Scores:
        torch = self._torch
        mask = np.arange(ids.shape[1]) < np.asarray(lengths)[:, None]
        with torch.inference_mode(), torch.autocast("cuda", self._half, enabled=self._on_gpu):
            logits = self._model(
                input_ids=self._sent(ids), attention_mask=self._sent(mask.astype(np.int64))
            ).logits
        scores: Scores = logits.float().cpu().numpy()
        return scores

    def _sent(self, array: Ids) -> Any:
        """The array on the device; from pinned memory it goes while the GPU works."""
        tensor = self._torch.from_numpy(array)
        return tensor.pin_memory().to(self._device, non_blocking=True) if self._on_gpu else tensor


def open_backend(
    folder: Path,
    manifest: Manifest,
    device: str,
    threads: int,
    *,
    precision: str | None = None,
    compile: bool = False,
) -> Backend:
    """The backend for ``device``: ``cpu``, ``cuda``, or ``auto`` (a GPU if torch can use one).

    A CPU runs the model in ``precision`` on at most ``threads`` threads; ``compile`` is torch's, on
    a GPU. Raises ModelError when the device can't be had, or a file is missing or altered.
    """
    if device == "auto":
        device = "cuda" if _torch_sees_a_gpu() else "cpu"
    if device not in ("cpu", "cuda"):
        raise ModelError(f"unknown device {device!r}; expected auto, cpu or cuda")
    if compile and device == "cpu":
        raise ModelError("only on a GPU is the model compiled; leave --compile out")
    if device == "cuda" and (compile or not _onnxruntime_has_cuda()):
        manifest.verify(folder, "config.json", "model.safetensors")
        return TorchBackend.load(folder, device, compile=compile)
    file = manifest.onnx_file(precision if device == "cpu" else "fp32")
    manifest.verify(folder, file)
    return OnnxBackend(folder / file, device, threads)


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
