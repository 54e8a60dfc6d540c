"""What a file that was written does not give back when it is read again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from fazhi.annotations.formats.verification import Reading
from fazhi.reports import Report


def find_losses(reports: Sequence[Report], reading: Reading) -> list[str]:
    """What a file that was written does not give back: spans, and attributes with their counts.

    ``COUNT.approx (12)`` are twelve COUNT whose ``approx`` is missing or another when read again.
    """
    spans: list[str] = []
    counts: Counter[str] = Counter()
    for report, back in _pairs(reports, reading.reports):
        if report is None or back is None:
            spans.append(f"{report.id}: all of it" if report else "a report more than there were")
            continue
        counts["id"] += report.id != back.id
        counts["text"] += report.text != back.text
        counts["meta"] += report.to_annotation()["meta"] != dict(back.meta)
        found = {(span.start, span.end, span.label): span for span in back.spans}
        for span in report.spans:
            twin = found.pop((span.start, span.end, span.label), None)
            if twin is None:
                spans.append(f"{report.id}: {span.label} {span.text!r} at {span.start}")
                continue
            counts["score"] += round(span.score, 4) != round(twin.score, 4)
            for name, value in span.attributes.items():
                other = twin.attributes.get(name)
                same = name in twin.attributes and type(value) is type(other) and value == other
                counts[f"{span.label}.{name}"] += not same
        spans += [f"{back.id}: {label} at {start} is new" for start, _, label in found]
    return spans + [f"{name} ({count})" for name, count in sorted(counts.items()) if count]


def _pairs(
    one: Sequence[Report], other: Sequence[Report]
) -> Iterable[tuple[Report | None, Report | None]]:
    """By their ids where these are the same, else in order; a folder is read in order of names."""
    by_id = {report.id: report for report in other}
    if len(by_id) == len(one) and all(report.id in by_id for report in one):
        other = [by_id[report.id] for report in one]
    return zip_longest(one, other)
