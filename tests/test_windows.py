"""Windows cover every character, and their scores merge by distance to the edge."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi.tagging.windows import Merging, Window, WindowSettings, cut

TEXTS = st.text(st.sampled_from("法治政府。；\n\u3000 "), max_size=400)


@given(TEXTS, st.integers(8, 60), st.integers(0, 30))
def test_every_character_is_covered(text: str, size: int, overlap: int) -> None:
    settings = WindowSettings(size, min(overlap, size // 2))
    windows = cut(text, settings)
    assert all(0 < w.end - w.start <= size for w in windows)
    covered = np.zeros(len(text), dtype=bool)
    for window in windows:
        covered[window.start : window.end] = True
    assert covered.all()
    for one, other in pairwise(windows):
        assert one.start < other.start <= one.end
        assert one.end - other.start >= min(settings.overlap_chars, one.end - one.start - 1)


def test_cuts_after_lines_then_sentences() -> None:
    text = "一" * 30 + "\n" + "二" * 20 + "。" + "三" * 30
    windows = cut(text, WindowSettings(40, 10))
    assert windows[0] == Window(0, 31)
    assert Window(0, 31).end - windows[1].start == 10
    assert text[windows[1].end - 1] == "。"


def test_an_empty_text_has_no_windows() -> None:
    assert cut("", WindowSettings()) == []


def test_overlap_at_most_half() -> None:
    with pytest.raises(ValueError, match="overlap_chars is 40"):
        WindowSettings(64, 40)


def test_merge_weighs_by_distance_to_the_edge() -> None:
    first, second = Window(0, 6), Window(2, 8)
    ones, nines = np.ones((6, 1), np.float32), np.full((6, 1), 9, np.float32)
    merging = Merging(8, 1)
    merging.add(first, ones)
    merging.add(second, nines)
    merged, weight = merging.merged()
    # at character 2 the first window is 4 from its right edge, the second 1 from its left one
    assert merged[2, 0] == pytest.approx((4 * 1 + 1 * 9) / 5)
    assert merged[5, 0] == pytest.approx((1 * 1 + 4 * 9) / 5)
    assert merged[:2, 0].tolist() == [1, 1]
    assert (weight > 0).all()


def test_merge_shows_what_no_window_saw() -> None:
    merging = Merging(4, 1)
    merging.add(Window(0, 2), np.ones((2, 1), np.float32))
    _, weight = merging.merged()
    assert (weight > 0).tolist() == [True, True, False, False]
