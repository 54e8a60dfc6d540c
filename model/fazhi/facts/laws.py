"""The names of legal norms: from a LAW span as written to the norm's full official title.

The gazetteer is two tables of facts beside this module, ``data/laws.tsv`` (every norm) and
``data/law-aliases.tsv`` (short names, older names, slips and colloquial names). A name is looked
up in stages, surest first, and each :class:`LawMatch` says in ``method`` which stage found it:

========  =====================================================  ================================
method    what the stage allows for                              example
========  =====================================================  ================================
exact     the title, apart from white space, editions, drafts    ``新修订的行政处罚法（2021年）``
prefix    a state, party or court prefix; title marks            ``食品安全法实施条例``
alias     the table of aliases, alone or before ``实施条例``      ``招投标法实施条例``
local     a local norm named without its province or city        ``省行政执法公示办法``
fuzzy     one or a few slips of the pen                          ``未成人保护法``
none      nothing: the name stays as written                     ``行政审批法``
========  =====================================================  ================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files

from fazhi.facts.divisions import Divisions
from fazhi.facts.law_names import (
    PARTY,
    STATE,
    allowed_slips,
    form_key,
    is_slip,
    normalise_name,
    prefixes,
    slip_key,
    tells_apart,
    title_ending,
    variants,
    was_trial,
)

KINDS = (
    "constitution",
    "law",
    "administrative regulation",
    "local regulation",
    "rule",
    "judicial interpretation",
    "party regulation",
)
"""The kinds of norm that ``data/laws.tsv`` knows.

A regulation of the National Supervisory Commission (监察法规) has none of its own: it is not the
State Council's, and so is put under ``rule``, what the other bodies of the state make.
"""

METHODS = ("exact", "prefix", "alias", "local", "fuzzy", "none")
"""The stages of :meth:`Gazetteer.resolve`, surest first."""

NATIONAL = "national"
"""The level of a norm that holds in the whole country; a local norm has its place's name."""

PROVINCES = (
    *("北京市", "天津市", "河北省", "山西省", "内蒙古自治区", "辽宁省", "吉林省", "黑龙江省"),
    *("上海市", "江苏省", "浙江省", "安徽省", "福建省", "江西省", "山东省", "河南省"),
    *("湖北省", "湖南省", "广东省", "广西壮族自治区", "海南省", "重庆市", "四川省", "贵州省"),
    *("云南省", "西藏自治区", "陕西省", "甘肃省", "青海省", "宁夏回族自治区", "新疆维吾尔自治区"),
)
"""The provinces, autonomous regions and municipalities, by their full names."""

_LONGEST_NAME = 200  # characters; the longest title of the gazetteer has under 100
_LONGEST_FUZZY = 80
SHORTEST_WRITTEN = 3
"""Characters of the shortest of :attr:`Gazetteer.written`."""
_SHORTEST_ONE_OFF = 5  # characters of a key: 行政诉讼法
_SHORTEST_LOCAL_ONE_OFF = 8  # few local norms are known: 渔业管理条例 is no slip for 物业管理条例

_IMPLEMENTING = re.compile(r"^(?P<base>.{2,60}?)(?:的|》)?(?P<form>实施(?:条例|细则|办法))$")
_BARE_IMPLEMENTING = re.compile(r"^(?:其)?(?P<form>实施(?:条例|细则|办法))$")
_CITED = re.compile(
    r"《([^《》]{2,60})》|(" + STATE + r"[^《》，。；、\s]{1,40}?(?:法|条例)(?!律|规))"
)
_GENERIC_PLACE = re.compile(r"^[我本全]?(?P<tier>省|市|自治区|自治州)(?=.{4})")
_ANY_PLACE = re.compile(r"^[^省市县区州旗、的]{2,8}(?:省|市|县|自治区|区|州|旗)")
_DRAFT = re.compile(r"（[^（）]{0,6}(?:草案|征求意见稿|送审稿)[^（）]{0,6}）$")  # （修订草案）


@dataclass(frozen=True, slots=True)
class Norm:
    """One legal norm: a row of ``data/laws.tsv``.

    title: the full official title, without an edition year.
    kind: one of :data:`KINDS`.
    level: ``national``, or the name of the province or city for a local norm.
    date: the date of its last edition known, ``YYYY-MM-DD``, or None.
    source: where the row comes from.
    """

    title: str
    kind: str
    level: str
    date: str | None
    source: str


@dataclass(frozen=True, slots=True)
class LawMatch:
    """What a name stands for.

    title: the official title, or the name as written where no norm was found.
    known: whether a norm was found.
    norm: the norm, if known.
    candidates: titles that the name could stand for, where it could not be decided.
    method: the stage that decided, one of :data:`METHODS`.
    """

    title: str
    known: bool
    norm: Norm | None
    candidates: tuple[str, ...]
    method: str


class Gazetteer:
    """Every norm that fazhi knows, and the names that they go by."""

    def __init__(self, norms: Iterable[Norm], aliases: Mapping[str, str]) -> None:
        """Take *norms*, with unique titles, and *aliases*, from a name to a title."""
        self.norms: dict[str, Norm] = {norm.title: norm for norm in norms}
        self.aliases: dict[str, str] = dict(aliases)

    @classmethod
    def load(cls) -> Gazetteer:
        """Return the gazetteer of the package's own tables; read once and shared."""
        return _load()

    def resolve(
        self, name: str, *, province: str | None = None, context: str | None = None
    ) -> LawMatch:
        """Return the norm that *name*, a span's text as written, stands for.

        province: the province or city of the report, which decides between local norms: one of
            its own is meant, one of a city in it may be, and none of another province.
        context: text around the span; it decides where *province* does not, and says whose
            a bare ``实施条例`` is.
        """
        written = _DRAFT.sub("", normalise_name(name))
        if not written or len(written) > _LONGEST_NAME:
            return LawMatch(written, False, None, (), "none")
        place = _full_place(province)
        names = tuple(dict.fromkeys(variants(written)))
        stages = (self._exact, self._prefixed, self._aliased, self._implementing, self._misspelt)
        for stage in stages:
            for variant in names:
                if found := stage(variant):
                    return found
        if found := self._bare_implementing(written, context):
            return found
        candidates: tuple[str, ...] = ()
        for variant in names:
            found, candidates = self._local(variant, place, context)
            if found:
                return found
            if candidates:
                break
        near: tuple[str, ...] = ()
        if not candidates:
            for variant in names:
                found, near = self._fuzzy(variant)
                if found:
                    return found
        for variant in () if candidates or near else names:
            near = near or self._one_off(variant, place)
        return LawMatch(written, False, None, candidates or near, "none")

    def is_national(self, name: str) -> bool:
        """Whether *name*, as written, is that of a norm that holds in the whole country."""
        for variant in variants(normalise_name(name)):
            found = self._exact(variant) or self._prefixed(variant) or self._aliased(variant)
            if found and found.norm and found.norm.level == NATIONAL:
                return True
        return False

    @cached_property
    def written(self) -> tuple[frozenset[str], frozenset[str]]:
        """The names that norms go by, of three characters or more, and how these begin."""
        names = {*self.norms, *self.aliases}
        names |= {title.removeprefix(STATE) for title in self.norms}
        long = frozenset(name for name in names if len(name) >= SHORTEST_WRITTEN)
        return long, frozenset(name[:SHORTEST_WRITTEN] for name in long)

    def _match(self, title: str, method: str) -> LawMatch:
        return LawMatch(title, True, self.norms[title], (), method)

    def _exact(self, name: str) -> LawMatch | None:
        return self._match(name, "exact") if name in self.norms else None

    def _prefixed(self, name: str) -> LawMatch | None:
        """Find *name* with another prefix, or with the same words in another form."""
        for other in prefixes(name):
            if other in self.norms and self._may_be(name, other):
                return self._match(other, "prefix")
        key = form_key(name)
        titles = self._by_form.get(key, ())
        if len(titles) == 1 and len(key) > 2:
            return self._match(titles[0], "prefix")
        return None

    def _aliased(self, name: str) -> LawMatch | None:
        for other in (name, *prefixes(name)):
            title = self.aliases.get(other)
            if title is not None and title in self.norms and self._may_be(name, title):
                return self._match(title, "alias")
        return None

    def _may_be(self, name: str, title: str) -> bool:
        """A name that says it is the party's is no norm of the state."""
        return not name.startswith(PARTY) or self.norms[title].kind == "party regulation"

    def _implementing(self, name: str) -> LawMatch | None:
        """Find ``<a name of a law>实施条例``, and the like under another of the three names."""
        match = _IMPLEMENTING.match(name)
        if match is None:
            return None
        base, form = match["base"], match["form"]
        law = self._exact(base) or self._prefixed(base) or self._aliased(base)
        if law is None:
            return None
        if law.title + form in self.norms:
            return self._match(law.title + form, "alias")
        others = [
            title
            for other in ("实施条例", "实施细则", "实施办法")
            if (title := law.title + other) in self.norms
        ]
        return self._match(others[0], "fuzzy") if len(others) == 1 else None

    def _misspelt(self, name: str) -> LawMatch | None:
        """Find the national norm from which only confusable words and characters differ."""
        pool = self._pools.get((NATIONAL, title_ending(name)), {})
        key = slip_key(name.removeprefix(STATE).removeprefix(PARTY))
        titles = tuple(t for t in pool.get(key, ()) if not was_trial(name, t))
        if len(titles) == 1 and self._may_be(name, titles[0]):
            return self._match(titles[0], "fuzzy")
        return None

    def _bare_implementing(self, name: str, context: str | None) -> LawMatch | None:
        """Find whose ``实施条例`` it is: the last law named in *context* that has one."""
        match = _BARE_IMPLEMENTING.match(name)
        if match is None or not context:
            return None
        for marked, plain in reversed(_CITED.findall(context[-2000:])):
            base = normalise_name(marked or plain)
            if found := self._implementing(base + match["form"]) or self._exact(
                STATE + base + match["form"]
            ):
                return LawMatch(found.title, True, found.norm, (), "alias")
        return None

    def _local(
        self, name: str, place: str | None, context: str | None
    ) -> tuple[LawMatch | None, tuple[str, ...]]:
        """Find a local norm named without its place, or with the place in short."""
        for other in self._with_full_place(name):
            if other in self.norms and self.norms[other].level != NATIONAL:
                return self._match(other, "local"), ()
        tier = ""
        core = name
        titles = self._by_core.get(slip_key(name), ())
        if generic := _GENERIC_PLACE.match(name):
            rest = name[generic.end() :]
            # 市…条例 in a province's report is a city's.
            if place and place.endswith(generic["tier"]) and place + rest in self.norms:
                return self._match(place + rest, "local"), ()
            if not titles:
                tier, core = generic["tier"], rest
                titles = self._by_core.get(slip_key(rest), ())
        titles = tuple(
            title
            for title in titles
            if (level := self.norms[title].level).endswith(tier)
            and (place is None or _may_cite(place, level))
            and not was_trial(name, title)
        )
        # A slip must not choose between two norms of one place: 法制宣传教育条例, 法治宣传教育条例.
        sure = tuple(t for t in titles if t.endswith(core))
        at_place = [t for t in (sure or titles) if self.norms[t].level == place] or [
            t for t in titles if self.norms[t].level == place
        ]
        if len(at_place) == 1:
            return self._match(at_place[0], "local"), ()
        if context and not at_place:
            named = [t for t in titles if _place_in(self.norms[t].level, context)]
            if len(named) == 1:
                return self._match(named[0], "local"), ()
        # The only one of its name will do where nothing says that the report is from elsewhere.
        elsewhere = place is not None or _other_place(context or "")
        if not tier and not elsewhere and len(titles) == len(sure) == 1:
            return self._match(sure[0], "local"), ()
        return None, tuple(at_place or titles)

    def _with_full_place(self, name: str) -> Iterator[str]:
        """Yield *name* with a short place name completed, or without a province before a city."""
        for province in PROVINCES:
            short = _short_place(province)
            if name.startswith(short) and not name.startswith(province):
                yield province + name[len(short) :]
            if name.startswith(province):
                yield name[len(province) :]

    def _fuzzy(self, name: str) -> tuple[LawMatch | None, tuple[str, ...]]:
        """Find the one norm of the same place and ending from which *name* differs by slips."""
        if len(name) > _LONGEST_FUZZY:
            return None, ()
        level, key = self._split_place(name)
        if level is None:
            return None, ()
        pool = self._pools.get((level, title_ending(name)))
        if pool is None or len(key) < 4:
            return None, ()
        same = tuple(title for title in pool.get(key, ()) if not was_trial(name, title))
        if len(same) == 1:
            return self._match(same[0], "fuzzy"), ()
        if same:
            return None, same
        slips = allowed_slips(len(key))
        if not slips:
            return None, ()
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        near = process.extract(key, list(pool), scorer=OSA.distance, score_cutoff=slips, limit=12)
        kept = [(distance, other) for other, distance, _ in near if is_slip(key, other)]
        if not kept:
            return None, ()
        least = min(distance for distance, _ in kept)
        titles = tuple(
            title
            for distance, other in kept
            if distance == least
            for title in pool[other]
            if not was_trial(name, title)
        )
        if len(titles) == 1:
            return self._match(titles[0], "fuzzy"), ()
        return None, titles

    def _one_off(self, name: str, place: str | None) -> tuple[str, ...]:
        """Return the titles, of *name*'s place or *place*, that one character makes of *name*.

        Any character, so that none of them is sure: ``治安管理出罚法``, but ``珠江保护法`` too.
        """
        if len(name) > _LONGEST_FUZZY:
            return ()
        level, key = self._split_place(name)
        keys = {level: key}
        if place and level == NATIONAL:
            keys[place] = key
            generic = _GENERIC_PLACE.match(name)
            if generic and place.endswith(generic["tier"]):
                keys[place] = slip_key(name[generic.end() :])
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        return tuple(
            title
            for (where, _), pool in self._pools.items()
            if len(key := keys.get(where, ""))
            >= (_SHORTEST_ONE_OFF if where == NATIONAL else _SHORTEST_LOCAL_ONE_OFF)
            for other, _, _ in process.extract(
                key, list(pool), scorer=OSA.distance, score_cutoff=1, limit=12
            )
            if not tells_apart(key, other)
            for title in pool[other]
            if self._may_be(name, title) and not was_trial(name, title)
        )

    def _split_place(self, name: str) -> tuple[str | None, str]:
        """Return the level of a name and its key without the place; None where it is unknown."""
        for level in self._levels:
            if name.startswith(level):
                return level, slip_key(name[len(level) :])
        bare = name.removeprefix(STATE).removeprefix(PARTY)
        if (
            bare == name
            and (found := _ANY_PLACE.match(name))
            and not self._national_start(found[0])
        ):
            return None, ""
        return NATIONAL, slip_key(bare)

    def _national_start(self, start: str) -> bool:
        """Whether national norms begin like this: ``城市``, ``行政区`` are not places."""
        return any(title.startswith(start) for title in self._national_titles)

    @cached_property
    def _national_titles(self) -> tuple[str, ...]:
        national = (norm for norm in self.norms.values() if norm.level == NATIONAL)
        return tuple(norm.title.removeprefix(STATE) for norm in national)

    @cached_property
    def _levels(self) -> tuple[str, ...]:
        """The places that have norms, and all provinces; longest first."""
        levels = {norm.level for norm in self.norms.values()} | set(PROVINCES)
        return tuple(sorted(levels - {NATIONAL}, key=lambda level: (-len(level), level)))

    @cached_property
    def _by_form(self) -> dict[str, tuple[str, ...]]:
        return _index((form_key(title), title) for title in self.norms)

    @cached_property
    def _by_core(self) -> dict[str, tuple[str, ...]]:
        """Local titles by the key of what follows the place."""
        return _index(
            (slip_key(core), norm.title)
            for norm in self.norms.values()
            if norm.level != NATIONAL and (core := _core(norm))
        )

    @cached_property
    def _pools(self) -> dict[tuple[str, str], dict[str, tuple[str, ...]]]:
        """Titles by level and ending, then by their key without place and prefix."""
        pairs: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for norm in self.norms.values():
            bare = _core(norm) or norm.title.removeprefix(STATE).removeprefix(PARTY)
            pool = pairs.setdefault((norm.level, title_ending(norm.title)), [])
            pool.append((slip_key(bare), norm.title))
        return {place: _index(pool) for place, pool in pairs.items()}


@cache
def _load() -> Gazetteer:
    data = files("fazhi") / "data"
    norms = []
    for line in (data / "laws.tsv").read_text("utf-8").splitlines()[1:]:
        title, kind, level, date, source = line.split("\t")
        norms.append(Norm(title, kind, level, date or None, source))
    aliases = {}
    for line in (data / "law-aliases.tsv").read_text("utf-8").splitlines()[1:]:
        alias, title, _ = line.split("\t")
        aliases[alias] = title
    return Gazetteer(norms, aliases)


def _core(norm: Norm) -> str:
    """Return a local title without its place, or nothing."""
    if norm.level == NATIONAL:
        return ""
    for start in (norm.level, f"{_short_place(norm.level)}经济特区", _short_place(norm.level)):
        if norm.title.startswith(start):
            return norm.title[len(start) :]
    return ""


def _short_place(place: str) -> str:
    """Return a place name without its tier: ``四川``, ``广西``, ``成都``."""
    return re.sub(r"(?:壮族|回族|维吾尔)?自治区$|[省市]$", "", place)


def _full_place(place: str | None) -> str | None:
    """Return the full name of a province given in full or in short; another place as it is."""
    if place is None:
        return None
    text = normalise_name(place)
    for province in PROVINCES:
        if text in (province, _short_place(province)):
            return province
    return text or None


def _may_cite(place: str, level: str) -> bool:
    """Whether a norm of *level* may be meant in *place*: its own, its province's, its cities'."""
    divisions = Divisions.load()
    home = divisions.province(place)
    if home is None:
        return True
    return level in (place, home) or (place == home and divisions.province(level) == home)


def _place_in(level: str, context: str) -> bool:
    return level in context or (level in PROVINCES and _short_place(level) in context)


def _other_place(context: str) -> bool:
    return any(_short_place(province) in context for province in PROVINCES)


def _index(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for key, title in pairs:
        found[key] = (*found.get(key, ()), title)
    return found
