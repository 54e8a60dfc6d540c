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

KINDS = (
    "constitution",
    "law",
    "administrative regulation",
    "local regulation",
    "rule",
    "judicial interpretation",
    "party regulation",
)
"""The kinds of norm that ``data/laws.tsv`` knows."""

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

_STATE = "中华人民共和国"
_PARTY = "中国共产党"
_COURT = "最高人民法院"
_PROCURATORATE = "最高人民检察院"
_COURTS = (_COURT, f"{_COURT}、{_PROCURATORATE}", _PROCURATORATE)

_LONGEST_NAME = 200  # characters; the longest title of the gazetteer has under 100
_LONGEST_FUZZY = 80

_MARKS = str.maketrans(
    {"(": "（", ")": "）", "[": "［", "]": "］", "﹙": "（", "﹚": "）"}
    | dict.fromkeys("〈<＜﹤《«", "《")
    | dict.fromkeys("〉>＞﹥》»", "》")
)
_INVISIBLE = re.compile(r"[\s\u00ad\u200b-\u200f\u2060\ufeff]+")
_EDITION = re.compile(
    r"""
    （ (?:(?:19|20)\d\d年?)?                                   # （2021年修订）
       (?:第?[一二三四五六七八九十\d]*次?(?:修正|修订|修改))?   # （第二次修正）
       (?:文本|版|本)? ）                                       # （2021版）
    | ^ (?:19|20)\d\d 年? (?:版|修订|修正)? 的? (?=\D)          # 2021年修订的
    """,
    re.VERBOSE,
)
_RENEWED = re.compile(
    r"""
    ^ (?: 最?新 (?!能源|疆|闻|型|兴|材料|区) 近?                # 新; not 新能源
          (?:修订|修正|修改|制定|颁布|出台|公布|实施|施行|版|的)*
        | (?:修订|修改)后的 | 现行的? )
    """,
    re.VERBOSE,
)
_ISSUER = re.compile(
    r"^(?: (?:中共中央|国务院|全国人大常委会|全国人民代表大会常务委员会|全国人民代表大会"
    r"|中共中央办公厅|国务院办公厅|中办|国办|中央) [、，]? )+ (?:关于)? ",
    re.VERBOSE,
)
_IMPLEMENTING = re.compile(r"^(?P<base>.{2,60}?)(?:的|》)?(?P<form>实施(?:条例|细则|办法))$")
_BARE_IMPLEMENTING = re.compile(r"^(?:其)?(?P<form>实施(?:条例|细则|办法))$")
_CITED = re.compile(
    r"《([^《》]{2,60})》|(" + _STATE + r"[^《》，。；、\s]{1,40}?(?:法|条例)(?!律|规))"
)
_GENERIC_PLACE = re.compile(r"^[我本全]?(?P<tier>省|市|自治区|自治州)(?=.{4})")
_ANY_PLACE = re.compile(r"^[^省市县区州旗、的]{2,8}(?:省|市|县|自治区|区|州|旗)")
_ENDINGS = ("法典", "法", "条例", "规定", "办法", "细则", "规则", "准则", "章程", "规范")
_TRIAL = re.compile(r"（(?:试行|暂行)）$")
_DRAFT = re.compile(r"（[^（）]{0,6}(?:草案|征求意见稿|送审稿)[^（）]{0,6}）$")  # （修订草案）

_WORDS = (
    ("法制", "法治"),
    ("督查", "督察"),
    ("防止", "防治"),
    ("负责同志", "负责人"),
    ("、", ""),
    ("以及", ""),
    ("暂行", ""),
    ("若干", ""),
    ("（试行）", ""),
)
_DROPPED = str.maketrans("", "", "的和与及或，·《》")
_CONFUSED = str.maketrans(
    {
        other: group[0]
        for group in (
            *("制治", "查察", "像象", "作做", "征证", "账帐", "定订", "励厉", "审申", "履屡"),
            *("须需", "予于", "即既", "程呈", "型形", "分份", "复覆", "责则", "建健", "综宗"),
            *("纪记", "执职直", "障章", "权全", "案按", "诉述", "保报", "度渡", "候侯", "辩辨"),
            *("赡瞻", "竞竟", "籍藉", "己已", "拔拨", "律率", "抚扶", "赔培", "偿尝", "安按"),
            *("预予", "划化", "境镜", "任认", "营盈", "畜蓄", "震振", "检捡", "育肓", "究穷"),
        )
        for other in group[1:]
    }
)
# A norm that differs in one of these characters is another norm, not the same one misspelt.
_TELLING = frozenset(
    "非不未反无防涉前后内外上下出大中小新旧省市县乡镇村区州国军民海水农林电气药食品"
    "一二三四五六七八九十百〇0123456789（）"
)


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


def normalise_name(name: str) -> str:
    """Return *name* without white space, with full-width brackets and ``《》`` for inner titles.

    Title marks that enclose the whole name are left out; nothing else is changed.
    """
    text = _INVISIBLE.sub("", name).translate(_MARKS)
    start, end = 0, len(text)
    spare = text.count("《") - text.count("》")
    # A mark at an end of the name whose partner lies outside the span.
    while spare > 0 and start < end and text[start] == "《":
        start, spare = start + 1, spare - 1
    while spare < 0 and start < end and text[end - 1] == "》":
        end, spare = end - 1, spare + 1
    # The marks that enclose the whole name: as many as the depth never falls below inside it.
    inner = text[start:end]
    opening = len(inner) - len(inner.lstrip("《"))
    closing = len(inner) - len(inner.rstrip("》"))
    depth = lowest_inside = opening
    for char in inner[opening : len(inner) - closing]:
        depth += (char == "《") - (char == "》")
        lowest_inside = min(lowest_inside, depth)
    around = max(0, min(opening, closing, lowest_inside))
    return inner[around : len(inner) - around]


def form_key(title: str) -> str:
    """Return what is left of a title without its formal parts: state prefix and title marks.

    ``河南省实施《中华人民共和国水法》办法`` and ``河南省水法实施办法`` share a key.
    """
    text = title.replace(_STATE, "").replace("《", "").replace("》", "")
    match = re.fullmatch(r"(.*?)实施(.+法)(办法|细则)", text)
    return f"{match[1]}{match[2]}实施{match[3]}" if match else text


def slip_key(title: str) -> str:
    """Return the form key with the words and characters that are often confused made equal."""
    text = form_key(title)
    for word, same in _WORDS:
        text = text.replace(word, same)
    return text.translate(_DROPPED).translate(_CONFUSED)


def allowed_slips(length: int) -> int:
    """Return how many characters may be missing from, or too many in, a key of *length*.

    A short name has no room: one character more or less makes another law (``教育法`` and
    ``体育法``). The steps come from the table of right and wrong matches in the tests.
    """
    for least, slips in ((24, 4), (16, 3), (10, 2), (6, 1)):
        if length >= least:
            return slips
    return 0


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

        province: the province or city of the report, which decides between local norms.
        context: text around the span; it decides where *province* does not, and says whose
            a bare ``实施条例`` is.
        """
        written = _DRAFT.sub("", normalise_name(name))
        if not written or len(written) > _LONGEST_NAME:
            return LawMatch(written, False, None, (), "none")
        place = _full_place(province)
        names = tuple(dict.fromkeys(_variants(written)))
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
        return LawMatch(written, False, None, candidates or near, "none")

    def _match(self, title: str, method: str) -> LawMatch:
        return LawMatch(title, True, self.norms[title], (), method)

    def _exact(self, name: str) -> LawMatch | None:
        return self._match(name, "exact") if name in self.norms else None

    def _prefixed(self, name: str) -> LawMatch | None:
        """Find *name* with another prefix, or with the same words in another form."""
        for other in _prefixes(name):
            if other in self.norms and self._may_be(name, other):
                return self._match(other, "prefix")
        key = form_key(name)
        titles = self._by_form.get(key, ())
        if len(titles) == 1 and len(key) > 2:
            return self._match(titles[0], "prefix")
        return None

    def _aliased(self, name: str) -> LawMatch | None:
        for other in (name, *_prefixes(name)):
            title = self.aliases.get(other)
            if title is not None and title in self.norms and self._may_be(name, title):
                return self._match(title, "alias")
        return None

    def _may_be(self, name: str, title: str) -> bool:
        """A name that says it is the party's is no norm of the state."""
        return not name.startswith(_PARTY) or self.norms[title].kind == "party regulation"

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
        pool = self._pools.get((NATIONAL, _ending(name)), {})
        key = slip_key(name.removeprefix(_STATE).removeprefix(_PARTY))
        titles = tuple(t for t in pool.get(key, ()) if not _was_trial(name, t))
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
                _STATE + base + match["form"]
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
            if place and place + rest in self.norms:
                return self._match(place + rest, "local"), ()
            if not titles:
                tier, core = generic["tier"], rest
                titles = self._by_core.get(slip_key(rest), ())
        titles = tuple(
            title
            for title in titles
            if self.norms[title].level.endswith(tier) and not _was_trial(name, title)
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
            if len(named) == 1 and (place is None or tier == "市"):
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
        ending = _ending(name)
        pool = self._pools.get((level, ending))
        if pool is None or len(key) < 4:
            return None, ()
        same = tuple(title for title in pool.get(key, ()) if not _was_trial(name, title))
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
            if not _was_trial(name, title)
        )
        if len(titles) == 1:
            return self._match(titles[0], "fuzzy"), ()
        return None, titles

    def _split_place(self, name: str) -> tuple[str | None, str]:
        """Return the level of a name and its key without the place; None where it is unknown."""
        for level in self._levels:
            if name.startswith(level):
                return level, slip_key(name[len(level) :])
        bare = name.removeprefix(_STATE).removeprefix(_PARTY)
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
        return tuple(norm.title.removeprefix(_STATE) for norm in national)

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
            bare = _core(norm) or norm.title.removeprefix(_STATE).removeprefix(_PARTY)
            pool = pairs.setdefault((norm.level, _ending(norm.title)), [])
            pool.append((slip_key(bare), norm.title))
        return {place: _index(pool) for place, pool in pairs.items()}


def is_slip(key: str, other: str) -> bool:
    """Whether two slip keys differ only as a misspelt name differs from the right one.

    Right: single characters missing or doubled or too many, two neighbours swapped; two characters
    running only in a key of 16 or more. Wrong: another character in place of one (the confusable
    ones are equal in the keys), and any difference in a character that tells norms apart.
    """
    from rapidfuzz.distance import OSA, Indel

    if len(key) == len(other):
        return OSA.distance(key, other) == 1 and sorted(key) == sorted(other)
    # Each change is an insertion or a deletion, and all go the same way.
    if Indel.distance(key, other) != abs(len(key) - len(other)):
        return False
    longer, shorter = (key, other) if len(key) > len(other) else (other, key)
    longest_run = 2 if len(longer) >= 16 else 1
    for change in Indel.opcodes(longer, shorter):
        start, end = change.src_start, change.src_end
        if change.tag == "equal":
            continue
        changed = longer[start:end]
        if end - start > longest_run or _TELLING.intersection(changed):
            doubled = end - start == 1 and changed in longer[max(start - 1, 0) : start]
            if not doubled:
                return False
    return True


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


def _variants(written: str) -> Iterator[str]:
    """Yield the name, then without an edition, without the words that call it new, without both."""
    yield written
    bare = _EDITION.sub("", written)
    for text in (bare, _RENEWED.sub("", written), _RENEWED.sub("", bare)):
        if len(text) >= 2:
            yield normalise_name(text)


def _prefixes(name: str) -> Iterator[str]:
    """Yield the name with the prefixes that reports leave out, and without those they add."""
    yield _STATE + name
    yield _PARTY + name
    if name.startswith("关于"):
        for court in _COURTS:
            yield court + name
    elif name.startswith("最高"):
        yield re.sub(r"^(?:最高法院?|最高人民法院)(?:关于)?", f"{_COURT}关于", name)
    else:
        yield f"关于{name}"
        for court in _COURTS:
            yield f"{court}关于{name}"
    for prefix in (_STATE, _PARTY, "关于"):
        if name.startswith(prefix):
            yield name[len(prefix) :]
    if issuer := _ISSUER.match(name):
        rest = name[issuer.end() :]
        yield from (rest, _STATE + rest, _PARTY + rest, f"关于{rest}")


def _was_trial(name: str, title: str) -> bool:
    """Whether *name* is of a provisional norm and *title* is not: an older norm, no slip."""
    return any(word in name and word not in title for word in ("暂行", "试行"))


def _ending(name: str) -> str:
    text = _TRIAL.sub("", name)
    for ending in _ENDINGS:
        if text.endswith(ending):
            return ending
    return text[-2:]


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
    text = _INVISIBLE.sub("", place)
    for province in PROVINCES:
        if text in (province, _short_place(province)):
            return province
    return text or None


def _place_in(level: str, context: str) -> bool:
    return level in context or (level in PROVINCES and _short_place(level) in context)


def _other_place(context: str) -> bool:
    return any(_short_place(province) in context for province in PROVINCES)


def _index(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for key, title in pairs:
        found[key] = (*found.get(key, ()), title)
    return found
