"""Arithmetic: what the windows of texts need, and what the machine does of it in a second."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from statistics import median
from time import perf_counter
from typing import Any

import numpy as np

from fazhi.tagging.windows import WindowSettings, cut

_SPECIAL = 2  # [CLS] and [SEP] of a window
_SIZE = 4096  # rows and columns of the matrices that are multiplied
_TURNS = 3


def window_operations(tokens: int, config: Mapping[str, Any]) -> int:
    """Multiplications and additions in the matrix products of one window of so many tokens.

    Of a BERT for token classification: in each layer four projections, the scores and the sums of
    attention, and the two products of the feed-forward part; then the product that gives the tags.
    Embeddings, normalisation, softmax and GELU are left out, and so is padding.
    """
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    projections = 4 * 2 * tokens * hidden * hidden
    attention = 2 * 2 * tokens * tokens * hidden
    forward = 2 * 2 * tokens * hidden * inner
    tags = 2 * tokens * hidden * len(config["id2label"])
    return config["num_hidden_layers"] * (projections + attention + forward) + tags


def operations(
    texts: Iterable[str], config: Mapping[str, Any], settings: WindowSettings
) -> tuple[int, int]:
    """What tagging the texts needs, and the tokens in their windows, special ones included."""
    sizes = [
        window.end - window.start + _SPECIAL for text in texts for window in cut(text, settings)
    ]
    return sum(window_operations(size, config) for size in sizes), sum(sizes)


def matrix_rates(threads: int) -> dict[str, float]:
    """Operations a second of large float32 matrix products by numpy and by torch.

    Medians of some turns after one that does not count. numpy's threads are those that
    OPENBLAS_NUM_THREADS gave it at its import.
    """
    import torch

    torch.set_num_threads(threads)
    left, right = np.random.default_rng(0).random((2, _SIZE, _SIZE), dtype=np.float32)
    ours, theirs = torch.from_numpy(left), torch.from_numpy(right)
    with torch.inference_mode():
        return {
            "numpy": _rate(lambda: left @ right),
            "torch": _rate(lambda: ours @ theirs),
        }


def _rate(multiply: Any) -> float:
    seconds = []
    for _ in range(_TURNS + 1):
        begun = perf_counter()
        multiply()
        seconds.append(perf_counter() - begun)
    return 2 * _SIZE**3 / median(seconds[1:])
