"""Annotated reports to windows of token ids and tags, by fazhi's own cutting and tagging."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from datasets import Dataset

from fazhi.reports import Report
from fazhi.tagging.labels import TagScheme
from fazhi.tagging.tokens import CharacterTokenizer
from fazhi.tagging.windows import WindowSettings, cut

IGNORED = -100  # the tag id that torch's cross entropy leaves out


def window_rows(
    reports: Iterable[Report],
    tokenizer: CharacterTokenizer,
    scheme: TagScheme,
    settings: WindowSettings,
) -> Iterator[dict[str, list[int]]]:
    """A row a window: ``input_ids`` with ``[CLS]`` and ``[SEP]``, and ``labels`` (tag ids)."""
    for report in reports:
        ids = tokenizer.encode(report.text)
        spans = [(s.start, s.end, s.label) for s in report.spans if s.label in scheme.labels]
        tags = scheme.encode(len(report.text), spans)
        for window in cut(report.text, settings):
            piece = slice(window.start, window.end)
            yield {
                "input_ids": [tokenizer.cls, *ids[piece].tolist(), tokenizer.sep],
                "labels": [IGNORED, *tags[piece].tolist(), IGNORED],
            }


def to_dataset(rows: Iterable[dict[str, list[int]]]) -> Dataset:
    """Rows of ``window_rows`` as a datasets.Dataset."""
    return Dataset.from_list(list(rows))


class PadToLongest:
    """Collates rows: padded to the longest of the batch, ``attention_mask`` added."""

    def __init__(self, pad: int) -> None:
        self._pad = pad

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, torch.Tensor]:
        longest = max(len(row["input_ids"]) for row in rows)
        ids = np.full((len(rows), longest), self._pad, dtype=np.int64)
        tags = np.full((len(rows), longest), IGNORED, dtype=np.int64)
        mask = np.zeros((len(rows), longest), dtype=np.int64)
        for place, row in enumerate(rows):
            size = len(row["input_ids"])
            ids[place, :size] = row["input_ids"]
            tags[place, :size] = row["labels"]
            mask[place, :size] = 1
        arrays = {"input_ids": ids, "attention_mask": mask, "labels": tags}
        return {name: torch.from_numpy(array) for name, array in arrays.items()}
