"""Tag scores from a saved model: windows in, log-probabilities out, on CPU or GPU."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from fazhi.tagging.backends import Backend
    from fazhi.tagging.tokens import CharacterTokenizer

Ids = npt.NDArray[np.int32]
Scores = npt.NDArray[np.float32]


def score(
    pieces: Sequence[Ids], tokenizer: CharacterTokenizer, backend: Backend
) -> Iterator[tuple[int, Scores]]:
    """Log-probabilities of each piece's tags, with the piece's place, as batches finish.

    ``pieces`` are token ids of windows without special tokens. They are batched by length within
    the backend's budget of tokens, and padded to the longest of their batch where it can tell
    padding from text; else all of a batch are of one length. Each result has shape
    ``(len(piece), tags)``.
    """
    for batch in _batches(pieces, backend):
        ids = np.full((len(batch), len(pieces[batch[0]]) + 2), tokenizer.pad, dtype=np.int64)
        ids[:, 0] = tokenizer.cls
        for row, index in enumerate(batch):
            size = len(pieces[index])
            ids[row, 1 : size + 1] = pieces[index]
            ids[row, size + 1] = tokenizer.sep
        scores = log_softmax(backend(ids, [len(pieces[index]) + 2 for index in batch]))
        for row, index in enumerate(batch):
            yield index, scores[row, 1 : len(pieces[index]) + 1]


def _batches(pieces: Sequence[Ids], backend: Backend) -> Iterator[list[int]]:
    """Places of pieces, the longest first, in batches of the budget's size."""
    order = sorted(range(len(pieces)), key=lambda index: -len(pieces[index]))
    alike = (
        [order] if backend.pads else (list(g) for _, g in groupby(order, lambda i: len(pieces[i])))
    )
    for group in alike:
        place = 0
        while place < len(group):
            most = max(1, backend.batch_tokens // (len(pieces[group[place]]) + 2))
            yield group[place : place + most]
            place += most


def log_softmax(logits: Scores) -> Scores:
    """Log-probabilities over the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    result: Scores = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result
