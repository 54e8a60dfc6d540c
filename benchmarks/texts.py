"""Texts that speed is measured on, made of train and dev reports."""

from __future__ import annotations

import random
import re
from itertools import cycle
from pathlib import Path

from fazhi.annotations import read
from fazhi.reports import Report

ANNOTATIONS = Path("annotations")
_SENTENCE = re.compile(r"(?<=[。\n])")


def stretches(number: int, chars: int) -> list[str]:
    """Whole sentences of train and dev reports, about so many characters in each text, all others.

    The same number of characters gives the same texts in the same order.
    """
    reports = [re.split(_SENTENCE, report.text) for report in reports_of("train", "dev")]
    chance = random.Random(0)
    found: dict[str, None] = {}
    while len(found) < number:
        sentences = chance.choice(reports)
        first = chance.randrange(len(sentences))
        text = ""
        for sentence in sentences[first:]:
            text += sentence
            if len(text) >= chars * 0.9:
                found[text[: chars * 11 // 10]] = None
                break
    return list(found)


def long_text(chars: int) -> str:
    """One text of so many characters: train reports, one after the other, again and again."""
    parts: list[str] = []
    left = chars
    for report in cycle(reports_of("train")):
        parts.append(report.text[:left] + "\n")
        left -= len(parts[-1])
        if left <= 0:
            return "".join(parts)[:chars]
    raise AssertionError("cycle ends for no reports alone")


def reports_of(*splits: str) -> list[Report]:
    return [item.report for item in read([ANNOTATIONS / split for split in splits])]


def middle_report() -> str:
    texts = sorted((report.text for report in reports_of("dev")), key=len)
    return texts[len(texts) // 2]
