"""Decoding against a plain search over all legal tag sequences."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fazhi.tagging.decoding import decode
from fazhi.tagging.labels import TagScheme

SCHEME = TagScheme(("LAW", "RATE"))


def plain_viterbi(scores: np.ndarray, scheme: TagScheme) -> float:
    """Score of the best legal path by the textbook recursion over all tags."""
    tags = scheme.tags
    best = {tag: scores[0, i] for i, tag in enumerate(tags) if tag == "O" or tag[0] in "BS"}
    for row in scores[1:]:
        following: dict[str, float] = {}
        for i, tag in enumerate(tags):
            ways = [score for before, score in best.items() if legal(before, tag)]
            if ways:
                following[tag] = max(ways) + row[i]
        best = following
    return max(score for tag, score in best.items() if tag == "O" or tag[0] in "ES")


def legal(before: str, tag: str) -> bool:
    open_label = before[2:] if before[0] in "BI" else None
    if open_label is None:
        return tag == "O" or tag[0] in "BS"
    return tag[0] in "IE" and tag[2:] == open_label


@settings(max_examples=150, deadline=None)
@given(st.integers(1, 60), st.integers(0, 10**6))
def test_best_legal_path(length: int, seed: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(length, len(SCHEME.tags))).astype(np.float32)
    spans = decode(scores, SCHEME)
    ids = SCHEME.encode(length, spans)
    assert scores[np.arange(length), ids].sum() == pytest.approx(
        plain_viterbi(scores, SCHEME), abs=1e-3
    )


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 9), st.sampled_from(SCHEME.labels))))
def test_encode_decode_round_trip(parts: list[tuple[int, int, str]]) -> None:
    place, spans = 0, []
    for gap, size, label in parts:
        spans.append((place + gap, place + gap + size, label))
        place += gap + size
    ids = SCHEME.encode(place + 1, spans)
    scores = np.log(np.full((place + 1, len(SCHEME.tags)), 1e-3, dtype=np.float32))
    scores[np.arange(place + 1), ids] = 0
    assert decode(scores, SCHEME) == spans


def test_single_tags_compete_with_outside() -> None:
    scores = np.zeros((3, len(SCHEME.tags)), dtype=np.float32)
    scores[1, SCHEME.tags.index("S-RATE")] = 1
    assert decode(scores, SCHEME) == [(1, 2, "RATE")]


def test_no_characters_no_spans() -> None:
    assert decode(np.zeros((0, len(SCHEME.tags)), dtype=np.float32), SCHEME) == []


def test_every_tag_but_outside_has_its_column() -> None:
    assert sorted(itertools.chain(*(SCHEME.column(p) for p in "BIES"))) == [*range(1, 9)]
