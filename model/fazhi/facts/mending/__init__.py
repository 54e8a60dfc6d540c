"""Mending: where the guidelines or the names of norms leave no doubt, spans follow them.

The tagger's spans come in; what it missed, cut short or took for one is mended in three steps,
each a module: :mod:`missed`, :mod:`edges`, :mod:`no_spans`.
"""

from __future__ import annotations

from collections.abc import Sequence

from fazhi.facts.mending import edges, missed, no_spans
from fazhi.reports import Span


def mend(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans of ``text`` in order, mended; only SECTION, LAW, COUNT and RATE are."""
    return no_spans.leave_out(text, edges.set_right(text, missed.add(text, spans)))
