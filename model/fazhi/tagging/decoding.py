"""From tag scores to spans: one Viterbi pass over a whole report that allows only legal tags.

With BIOES tags and no learned transitions, what a path may do next depends only on whether it is
outside all spans or inside one of a given label: ``labels + 1`` states instead of ``4 labels + 1``
tags. The text is cut into chunks that are worked through side by side, once for every state a chunk
may begin in, and then joined, so that the loop runs over the square root of the length.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from fazhi.tagging.labels import TagScheme

Scores = npt.NDArray[np.float32]
States = npt.NDArray[np.unsignedinteger[Any]]
_NEVER = np.float32(-1e30)


def decode(scores: Scores, scheme: TagScheme) -> list[tuple[int, int, str]]:
    """The best legal spans, ``(start, end, label)`` in order.

    ``scores`` are log-probabilities (or any additive scores), shape ``(characters, tags)``.
    """
    if len(scores) == 0:
        return []
    single = scores[:, scheme.column("S")]
    outside = np.maximum(scores[:, 0], single.max(axis=1))
    label_of = np.where(outside > scores[:, 0], single.argmax(axis=1), -1).astype(np.int16)
    states = _best_states(outside, *(scores[:, scheme.column(prefix)] for prefix in "BIE"))
    previous = np.concatenate([states[:1] * 0, states[:-1]])
    spans: list[tuple[int, int, str]] = []
    begin = 0
    for place in np.flatnonzero((states != previous) | ((states == 0) & (label_of >= 0))).tolist():
        if states[place]:
            begin = place
        elif previous[place]:
            spans.append((begin, place + 1, scheme.labels[previous[place] - 1]))
        elif label_of[place] >= 0:
            spans.append((place, place + 1, scheme.labels[label_of[place]]))
    return spans


def _best_states(outside: Scores, starts: Scores, inside: Scores, ends: Scores) -> States:
    """State after each character on the best path: 0 outside, else 1 + the open span's label.

    The arguments are the scores of staying outside (as ``O`` or as the best ``S-``), and of
    opening, going on with and closing a span of each label.
    """
    length, labels = starts.shape
    states = labels + 1
    size = max(1, int(np.sqrt(length)))
    # Behind the text's end every state is kept.
    kept = np.where(np.arange(states), _NEVER, np.float32(0))
    leaving = _in_chunks(np.concatenate([outside[:, None], ends], axis=1), size, kept)
    opening = _in_chunks(starts, size, _NEVER)
    going_on = _in_chunks(inside, size, 0)
    chunks = len(leaving)

    # best[c, e, s]: best score of chunk c up to here, begun in state e, now in state s
    best = np.full((chunks, states, states), _NEVER, dtype=np.float32)
    best[:, np.arange(states), np.arange(states)] = 0
    back: States = np.empty((size, chunks, states, states), dtype=np.min_scalar_type(states))
    for place in range(size):
        to_outside = best + leaving[:, None, place]
        opened = best[:, :, :1] + opening[:, None, place]
        kept_open = best[:, :, 1:] + going_on[:, None, place]
        back[place, :, :, 0] = to_outside.argmax(axis=2)
        back[place, :, :, 1:] = (kept_open > opened) * np.arange(1, states)
        to_outside.max(axis=2, out=best[:, :, 0])
        np.maximum(opened, kept_open, out=best[:, :, 1:])

    entry = _entries(best)
    path = np.empty((chunks, size), dtype=back.dtype)
    current = entry[1:]
    every = np.arange(chunks)
    for place in range(size - 1, -1, -1):
        path[:, place] = current
        current = back[place, every, entry[:-1], current]
    return path.reshape(-1)[:length]


def _in_chunks(scores: Scores, size: int, beyond: npt.ArrayLike) -> Scores:
    """Scores in chunks of ``size`` characters, ``(chunks, size, …)``, filled up at the end."""
    length = len(scores)
    whole = np.empty((-(-length // size) * size, *scores.shape[1:]), dtype=np.float32)
    whole[:length] = scores
    whole[length:] = beyond
    return whole.reshape(-1, size, *scores.shape[1:])


def _entries(best: Scores) -> npt.NDArray[np.intp]:
    """State at each chunk border on the best path, ``(chunks + 1,)``; the outer ones are 0."""
    chunks, states, _ = best.shape
    score = np.full(states, _NEVER, dtype=np.float64)
    score[0] = 0
    came = np.empty((chunks, states), dtype=np.intp)
    for chunk in range(chunks):
        ways = score[:, None] + best[chunk]
        came[chunk] = ways.argmax(axis=0)
        score = ways.max(axis=0)
    entry = np.zeros(chunks + 1, dtype=np.intp)
    for chunk in range(chunks - 1, -1, -1):
        entry[chunk] = came[chunk, entry[chunk + 1]]
    return entry
