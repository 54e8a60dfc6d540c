"""Augmentation of annotated reports: what the same report looks like in other files.

Each step takes a report and gives one whose text, spans and attributes agree; a report that it can
do nothing with comes back as it is. Words change first (amounts, names, paragraphs, headings), then
characters, then lines, so that a line is broken after its words are chosen.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from types import MappingProxyType

from fazhi.errors import FazhiError
from fazhi.reports import Report
from fazhi_training.augmentation_characters import digit_spaces, quote_spaces, width
from fazhi_training.augmentation_edits import Edit, apply
from fazhi_training.augmentation_headings import join, lost_stop, marks
from fazhi_training.augmentation_layout import layout, paragraphs, wrap
from fazhi_training.augmentation_names import laws, places
from fazhi_training.augmentation_numbers import numbers
from fazhi_training.augmentation_web import web

__all__ = ["STEPS", "Edit", "Step", "apply", "augment"]

Step = Callable[[Report, random.Random], Report]

STEPS: Mapping[str, Step] = MappingProxyType(
    {
        "numbers": numbers,
        "laws": laws,
        "places": places,
        "paragraphs": paragraphs,
        "marks": marks,
        "lost_stop": lost_stop,
        "join": join,
        "width": width,
        "digit_spaces": digit_spaces,
        "quote_spaces": quote_spaces,
        "layout": layout,
        "web": web,
        "wrap": wrap,
    }
)
"""The steps by name, in the order in which they are applied."""


def augment(report: Report, steps: Mapping[str, float], rng: random.Random) -> Report:
    """The report after each step of ``steps`` taken with its probability, in the order of STEPS.

    The same report, steps and state of ``rng`` give the same result. Raises FazhiError on a step
    that does not exist and on a probability outside 0 to 1, naming all of them.
    """
    problems = faults(steps)
    if problems:
        raise FazhiError("\n".join(problems))
    for name, step in STEPS.items():
        if name in steps and rng.random() < steps[name]:
            report = step(report, rng)
    return report


def faults(steps: Mapping[str, float]) -> list[str]:
    """What is wrong with these steps: names that do not exist, probabilities outside 0 to 1."""
    unknown = [
        f"unknown augmentation step {name!r}; expected {', '.join(STEPS)}"
        for name in steps
        if name not in STEPS
    ]
    outside = [
        f"augmentation step {name!r} has the probability {share!r}; expected 0 to 1"
        for name, share in steps.items()
        if not 0 <= share <= 1
    ]
    return unknown + outside
