"""Build ``fazhi/data/laws.tsv`` from a table of titles and the committed additions.

``python -m fazhi_training.gazetteer TITLES.tsv`` reads ``TITLES.tsv`` (columns ``title``, ``kind``,
``date``, where ``kind`` is the folder of the public repository LawRefBook/Laws) and
``gazetteer-additions.tsv`` beside this module (columns of ``laws.tsv``), and writes one row a norm,
sorted. An addition with a title that is in both wins. The result depends on nothing else.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import fazhi
from fazhi.facts.law_names import normalise_name
from fazhi.facts.laws import KINDS, NATIONAL, PROVINCES, Norm

COLUMNS = ("title", "kind", "level", "date", "source")
TITLES_SOURCE = "LawRefBook/Laws@2f4c5c2"
ADDITIONS = Path(__file__).with_name("gazetteer-additions.tsv")

FOLDERS = {
    "宪法": "constitution",
    "宪法相关法": "law",
    "刑法": "law",
    "民法典": "law",
    "民法商法": "law",
    "经济法": "law",
    "社会法": "law",
    "行政法": "law",
    "诉讼与非诉讼程序法": "law",
    "行政法规": "administrative regulation",
    "部门规章": "rule",
    "司法解释": "judicial interpretation",
}
"""The folder of a title and the kind of norm in it; other folders hold no norms."""

_LOCAL_FOLDER = re.compile(r"^DLC/(?P<place>.+?)地方法规$")
_NORM = re.compile(
    r"(?:法|法典|条例|规定|办法|细则|规则|准则|解释|修正案|规范|安排)(?:（[^（）]{1,6}）)?$"
)
_AMENDING = re.compile(r"关于修改《.*》的|关于废止")
_EDITION = re.compile(r"（(?:\d{4}年?)?(?:修正|修订|修改)?(?:文本|版)?）")
_CITY = re.compile(r"^[^省市区县]{2,4}市")
_COUNTY = re.compile(r"^[^省市区]{2,12}?自治县")
_ZONE = re.compile(r"^(?P<city>[^省市区]{2,4})经济特区")
_NO_CITY = frozenset({"关于市", "杭州城市"})


def clean_title(title: str) -> str:
    """Return a title without edition marks, with full-width brackets, two issuers joined by 、."""
    joined = re.sub(r"(最高人民法院)\s+(最高人民检察院)", r"\1、\2", title)
    return _EDITION.sub("", normalise_name(joined))


def local_level(title: str, province: str, cities: Iterable[str]) -> str:
    """Return the place that a local norm holds in: its city or county if named, or *province*."""
    if title.startswith(province):
        return province
    if county := _COUNTY.match(title):
        return county[0]
    if zone := _ZONE.match(title):
        return f"{zone['city']}市"
    if (city := _CITY.match(title)) and city[0] not in _NO_CITY:
        return city[0]
    return next((city for city in cities if title.startswith(city.removesuffix("市"))), province)


def read_titles(path: Path) -> list[Norm]:
    """Return the norms among the titles of *path*, one a title, each with its latest date."""
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines()[1:]]
    cities = sorted(
        {m[0] for title, folder, _ in rows if "DLC" in folder if (m := _CITY.match(title))}
        - set(PROVINCES)
        - _NO_CITY
    )
    norms: dict[str, Norm] = {}
    for raw, folder, date in rows:
        title = clean_title(raw)
        if not _NORM.search(title) or _AMENDING.search(title):
            continue
        if local := _LOCAL_FOLDER.match(folder):
            province = next(name for name in PROVINCES if name.startswith(local["place"]))
            norm = Norm(title, "local regulation", local_level(title, province, cities), None, "")
        elif folder in FOLDERS:
            norm = Norm(title, FOLDERS[folder], NATIONAL, None, "")
        else:
            continue
        known = norms.get(title)
        latest = max(date, (known.date if known else None) or "")
        norms[title] = replace(known or norm, date=latest or None, source=TITLES_SOURCE)
    return _with_issuer_only(norms)


def _with_issuer_only(norms: dict[str, Norm]) -> list[Norm]:
    """Leave out the interpretations whose file name lost the court that the title begins with."""
    return [
        norm
        for norm in norms.values()
        if not (
            norm.kind == "judicial interpretation"
            and norm.title.startswith("关于")
            and any(f"{court}{norm.title}" in norms for court in ("最高人民法院", "最高人民检察院"))
        )
    ]


def read_additions(path: Path = ADDITIONS) -> list[Norm]:
    """Return the norms of a table with the columns of ``laws.tsv``; check kinds and doubles.

    Raises ValueError, with all the problems at once.
    """
    norms: list[Norm] = []
    problems: list[str] = []
    seen: set[str] = set()
    for number, line in enumerate(path.read_text("utf-8").splitlines()[1:], start=2):
        cells = line.split("\t")
        where = f"{path.name}:{number}"
        if len(cells) != len(COLUMNS):
            problems.append(f"{where}: {len(cells)} columns; expected {len(COLUMNS)}")
            continue
        title, kind, level, date, source = cells
        if kind not in KINDS:
            problems.append(f"{where}: unknown kind {kind!r}; expected {', '.join(KINDS)}")
        if title in seen:
            problems.append(f"{where}: {title} is there twice; remove one row")
        if title != normalise_name(title):
            problems.append(f"{where}: {title!r}; expected {normalise_name(title)!r}")
        seen.add(title)
        norms.append(Norm(title, kind, level, date or None, source))
    if problems:
        raise ValueError("\n".join(problems))
    return norms


def merge(titles: Iterable[Norm], additions: Iterable[Norm]) -> list[Norm]:
    """Return one norm a title, sorted by title; an addition wins, and keeps a known date."""
    norms = {norm.title: norm for norm in titles}
    for norm in additions:
        known = norms.get(norm.title)
        norms[norm.title] = replace(norm, date=norm.date or (known.date if known else None))
    return [norms[title] for title in sorted(norms)]


def write_norms(norms: Iterable[Norm], path: Path) -> None:
    """Write *norms* to *path*, a header and one row each."""
    rows = ("\t".join((n.title, n.kind, n.level, n.date or "", n.source)) for n in norms)
    path.write_text("\n".join(("\t".join(COLUMNS), *rows)) + "\n", "utf-8", newline="\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Rebuild the table and print how many norms of each kind it has."""
    package = Path(next(iter(fazhi.__path__)))
    parser = argparse.ArgumentParser(prog="fazhi_training.gazetteer", description=__doc__)
    parser.add_argument("titles", type=Path, help="the table of titles")
    parser.add_argument("--additions", type=Path, default=ADDITIONS)
    parser.add_argument("--output", type=Path, default=package / "data" / "laws.tsv")
    options = parser.parse_args(argv)
    norms = merge(read_titles(options.titles), read_additions(options.additions))
    write_norms(norms, options.output)
    counts = Counter(norm.kind for norm in norms)
    print(f"{options.output}: {len(norms)} norms")
    for kind in KINDS:
        print(f"  {counts[kind]:5d}  {kind}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
