"""Reports side by side: a row for each, and what they have in common, added up."""

from __future__ import annotations

from typing import Any

from fazhi.facts import Count, Facts, Rate

_MOST_LAWS, _MOST_RATES, _MOST_UNITS, _MOST_OF_UNIT = 15, 12, 8, 8  # that are listed


class Overview:
    """Takes in the facts of one report after the other, and keeps the sums.

    Amounts are added up where indicator and unit are the same; a range counts with its lower end.
    What is planned, and what only a bound from above is known of, is no achievement and left out.
    """

    def __init__(self) -> None:
        self._rows: list[dict[str, Any]] = []
        self._laws: dict[str, dict[str, Any]] = {}
        self._counts: dict[tuple[str, str], dict[str, Any]] = {}
        self._rates: dict[str, list[tuple[int, int, float | None]]] = {}

    def add(self, name: str, chars: int, facts: Facts) -> None:
        """Take in a report of so many characters; ``name`` is its id."""
        report = facts.report
        place = len(self._rows)
        row = {
            "id": name,
            "title": report.title and report.title.flat,
            "issuer": report.issuer and report.issuer.flat,
            "tier": report.tier,
            "province": report.province,
            "year": report.year,
            "chars": chars,
            "laws": len(facts.laws),
            "counts": len(facts.counts),
            "rates": len(facts.rates),
            "unknown": sum(not law.known for law in facts.laws),
            "checks": len(facts.checks),
        }
        self._rows.append(row)
        for law in facts.laws:
            new = {"title": law.title, "known": law.known, "times": 0, "reports": []}
            _tally(self._laws.setdefault(law.title, new), place)
        for count in facts.counts:
            if count.indicator and count.indicator.text and _is_done(count):
                what, unit = count.indicator.text, count.unit
                new = {"what": what, "unit": unit, "sum": 0, "times": 0, "reports": []}
                found = self._counts.setdefault((what, unit), new)
                found["sum"] += count.value
                _tally(found, place)
        for number, rate in enumerate(facts.rates):
            if rate.indicator and rate.indicator.text and _is_share(rate):
                points = self._rates.setdefault(rate.indicator.text, [])
                points.append((place, number, rate.value))

    def to_dict(self) -> dict[str, Any]:
        """Rows, and the laws, indicators (by unit) and rates that the most reports have."""
        laws = sorted(self._laws.values(), key=_spread)
        rates = sorted(self._rates.items(), key=lambda item: -len({one for one, *_ in item[1]}))
        units: dict[str, list[dict[str, Any]]] = {}
        for found in sorted(self._counts.values(), key=_spread):
            units.setdefault(found["unit"], []).append(found)
        widest = sorted(units.items(), key=lambda item: -sum(len(f["reports"]) for f in item[1]))
        return {
            "reports": self._rows,
            "norms": sum(found["known"] for found in laws),
            "laws": laws[:_MOST_LAWS],
            "unknown": [found for found in laws if not found["known"]][:_MOST_LAWS],
            "units": [
                {"unit": unit, "indicators": sorted(found[:_MOST_OF_UNIT], key=_least)}
                for unit, found in widest[:_MOST_UNITS]
            ],
            "rates": [{"what": what, "points": points} for what, points in rates[:_MOST_RATES]],
        }


def _is_done(count: Count) -> bool:
    """Whether a count can be added to others: not a target, nor 不足10件 or 不超过3次."""
    planned = "plan" in (count.role or "").split("+")
    return count.value is not None and not planned and count.approx != "under"


def _is_share(rate: Rate) -> bool:
    """Whether a rate is a part of a whole: no 2.5个百分点, no 增长12%, and no 120%."""
    return rate.kind == "share" and rate.value is not None and 0 <= rate.value <= 1


def _tally(found: dict[str, Any], place: int) -> None:
    """Count a mention, and the report it stands in once."""
    found["times"] += 1
    if found["reports"][-1:] != [place]:
        found["reports"].append(place)


def _spread(found: dict[str, Any]) -> tuple[int, int]:
    """For sorting: what stands in the most reports first, then what is named most often."""
    return -len(found["reports"]), -found["times"]


def _least(found: dict[str, Any]) -> float:
    """For sorting: the largest sum first."""
    return -float(found["sum"])
