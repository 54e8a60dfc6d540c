"""From tag scores to spans: one Viterbi pass over a whole report that allows only legal tags.

With BIOES tags and no learned transitions, what a path may do next depends only on whether it is
outside all spans or inside one of a given label: ``labels + 1`` states instead of ``4 labels + 1``
tags. The text is cut into chunks that are worked through side by side, once for every state a chunk
may begin in, and then joined, so that the loop runs over the square root of the length.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from fazhi.tagging.labels import TagScheme

Scores = npt.NDArray[np.float32]
_NEVER = np.float32(-1e30)


def decode(scores: Scores, scheme: TagScheme) -> list[tuple[int, int, str]]:
    """The best legal spans, ``(start, end, label)`` in order.

    ``scores`` are log-probabilities (or any additive scores), shape ``(characters, tags)``.
    """
    length = len(scores)
    if length == 0:
        return []
    outside, label_of, starts, inside, ends = _steps(scores, scheme)
    states = _best_states(outside, starts, inside, ends)
    previous = np.concatenate([[0], states[:-1]])
    spans: list[tuple[int, int, str]] = []
    begin = 0
    for place in np.flatnonzero((states != previous) | ((states == 0) & (label_of >= 0))).tolist():
        if states[place]:
            begin = place
        elif previous[place]:
            spans.append((begin, place + 1, scheme.labels[int(previous[place]) - 1]))
        elif label_of[place] >= 0:
            spans.append((place, place + 1, scheme.labels[int(label_of[place])]))
    return spans


def _steps(
    scores: Scores, scheme: TagScheme
) -> tuple[Scores, npt.NDArray[np.intp], Scores, Scores, Scores]:
    """Scores of staying outside, of opening, going on and closing a span of each label.

    Staying outside is the better of ``O`` and the best ``S-``; the second array holds that label's
    place, or -1 for ``O``.
    """
    single = scores[:, scheme.column("S")]
    best = single.argmax(axis=1)
    best_score = single[np.arange(len(scores)), best]
    outside = np.maximum(scores[:, 0], best_score)
    label_of = np.where(best_score > scores[:, 0], best, -1)
    columns = [scores[:, scheme.column(prefix)] for prefix in "BIE"]
    return outside, label_of, columns[0], columns[1], columns[2]


def _best_states(
    outside: Scores, starts: Scores, inside: Scores, ends: Scores
) -> npt.NDArray[np.intp]:
    """State after each character on the best path: 0 outside, else 1 + the open span's label."""
    length, labels = starts.shape
    states = labels + 1
    size = max(1, int(np.sqrt(length)))
    chunks = -(-length // size)
    step = np.full((chunks * size, states, states), _NEVER, dtype=np.float32)
    step[length:, np.arange(states), np.arange(states)] = 0
    real = step[:length]
    label = np.arange(1, states)
    real[:, 0, 0] = outside
    real[:, 0, 1:] = starts
    real[:, label, label] = inside
    real[:, 1:, 0] = ends
    step = step.reshape(chunks, size, states, states)

    # best[c, e, s]: best score of chunk c up to here, begun in state e, now in state s
    best = np.full((chunks, states, states), _NEVER, dtype=np.float32)
    best[:, np.arange(states), np.arange(states)] = 0
    back = np.empty((size, chunks, states, states), dtype=np.int16)
    for place in range(size):
        ways = best[:, :, :, None] + step[:, None, place]
        back[place] = ways.argmax(axis=2)
        best = ways.max(axis=2)

    entry = _entries(best)
    path = np.empty((chunks, size), dtype=np.intp)
    current = entry[1:]
    every = np.arange(chunks)
    for place in range(size - 1, -1, -1):
        path[:, place] = current
        current = back[place, every, entry[:-1], current]
    return path.reshape(-1)[:length]


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
