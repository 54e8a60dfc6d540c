"""A place of a text as it is shown in lists of differences, errors and suspects."""

from __future__ import annotations

_CONTEXT = 15  # characters on either side


def in_context(text: str, start: int, end: int) -> str:
    """Characters ``[start, end)`` in brackets with those around them, on one line."""
    before, after = text[max(0, start - _CONTEXT) : start], text[end : end + _CONTEXT]
    return f"{before}[{text[start:end]}]{after}".replace("\n", "⏎").replace("\r", "")
