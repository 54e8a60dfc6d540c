"""Reports that a tool could spoil, and some of ours."""

from __future__ import annotations

import re

from conftest import ROOT
from fazhi.annotations.formats import read
from fazhi.reports import Report, Span
from test_formats import places, sample

__all__ = ["odd_reports", "our_reports", "places"]

EDGES = "\u3000 首  行\r\n\n\r孤\u2028行\n𠮷\t2次\ufeff&lt;3件&gt;\u3000 \n"


def odd_reports() -> list[Report]:
    """Astral characters, CRLF, U+3000, double spaces, ``<>&"``, empty lines; white edges; none."""
    found = [*re.finditer(r"\A\s+首 |𠮷|2次|&lt;|件&gt;|\s+\Z", EDGES)]
    spans = tuple(Span(one.start(), one.end(), "COUNT", one.group()) for one in found)
    return [sample(), Report("edges", EDGES, spans), Report("none", "没有\n")]


def our_reports() -> list[Report]:
    return list(read(ROOT / "annotations" / "dev").reports[:3])
