"""The kind of a rate: a share of something, a change, or a difference in percentage points."""

from __future__ import annotations

import re

from fazhi.facts import RateKind

REACH_CHARS = 8  # how far before a rate its verb may begin, white space left out
_WINDOW = 4 * REACH_CHARS  # the same with white space

_POINTS = re.compile("百分点")  # 3.5个百分点
_BARE = re.compile(r"[0-9０-９.．]+")
_SHARED = re.compile(r"(?:以及|[和、及与])[0-9０-９.．]+个?百分点")  # 3.1 of 3.1和2.4个百分点

_VERBS = (
    "增长|上升|提高|提升|增加|上涨|"  # 增长12%
    "下降|降低|减少|回落|压减|压缩|精简|缩减|缩短|"  # 下降了12.5%, 压减近三成
    "同比|环比"  # 环比-3%
)
_NOUNS = "[增降涨减]幅|增速|增长率|下降率"  # 增幅达12%
_CLAUSE = "，,。；;：:！!？?（）()"
_CHANGES = re.compile(
    rf"(?:{_VERBS})[^{_CLAUSE}到至为达占率]*$"  # not 提高到97%, 增加人员占5%, 增长5%、办结率97%
    rf"|(?:{_NOUNS})[^{_CLAUSE}占率]*$"
)


def rate_kind(text: str, start: int, end: int) -> RateKind:
    """The kind of the rate at ``[start, end)``, by its sign and the words right before it.

    ``points`` are 个百分点, also where only the second of two rates has the sign; a ``change`` has
    a verb of change before it in its clause, or is a multiple; all else is a ``share``.
    """
    surface = _squeeze(text[start:end])
    after = _squeeze(text[end : end + _WINDOW])
    if _POINTS.search(surface) or (_BARE.fullmatch(surface) and _SHARED.match(after)):
        return "points"
    before = _squeeze(text[max(0, start - _WINDOW) : start])[-REACH_CHARS:]
    return "change" if "倍" in surface or _CHANGES.search(before) else "share"


def _squeeze(text: str) -> str:
    return "".join(text.split())
