"""The words of a norm's name: how it is written, what may be left out, and what is a slip.

A name is compared by keys: the form key has no formal parts (``中华人民共和国``, 《》), the slip
key also none of the differences that a slip of the pen makes (``法制``, ``法治``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

STATE = "中华人民共和国"
"""What the titles of the state's norms begin with."""

PARTY = "中国共产党"
"""What the titles of the party's norms begin with."""

_COURT = "最高人民法院"
_PROCURATORATE = "最高人民检察院"
_COURTS = (_COURT, f"{_COURT}、{_PROCURATORATE}", _PROCURATORATE)

_MARKS = str.maketrans(
    {"(": "（", ")": "）", "[": "［", "]": "］", "﹙": "（", "﹚": "）"}
    | dict.fromkeys("〈<＜﹤《«", "《")
    | dict.fromkeys("〉>＞﹥》»", "》")
)
ROUND_BRACKETS = str.maketrans({"(": "（", ")": "）", "﹙": "（", "﹚": "）"})
"""The other forms of round brackets, to those that titles have."""

_PAGE_NUMBER = re.compile(r"(?<=\n)[^\S\n]*(?:[-—–－][^\S\n]*)?\d{1,4}[-—–－\s]*\n")  # - 3 -
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
_ENDINGS = ("法典", "法", "条例", "规定", "办法", "细则", "规则", "准则", "章程", "规范")
_TRIAL = re.compile(r"（(?:试行|暂行)）$")
# Only at the end: 发 and 列 stand for themselves elsewhere.
_MISSPELT_ENDINGS = (("发", "法"), ("条列", "条例"))  # 行政诉讼发

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


def normalise_name(name: str) -> str:
    """Return *name* without white space, with full-width brackets and ``《》`` for inner titles.

    Title marks that enclose the whole name are left out, and a page number on a line of its own;
    nothing else is changed.
    """
    text = _INVISIBLE.sub("", _PAGE_NUMBER.sub("", name)).translate(_MARKS)
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


def compact(text: str) -> tuple[str, list[int]]:
    """Return *text* as titles are written, without white space, and where each character stood."""
    places = [place for place, char in enumerate(text) if not _INVISIBLE.match(char)]
    return "".join(text[place] for place in places).translate(_MARKS), places


def form_key(title: str) -> str:
    """Return what is left of a title without its formal parts: state prefix and title marks.

    ``河南省实施《中华人民共和国水法》办法`` and ``河南省水法实施办法`` share a key.
    """
    text = title.replace(STATE, "").replace("《", "").replace("》", "")
    match = re.fullmatch(r"(.*?)实施(.+法)(办法|细则)", text)
    return f"{match[1]}{match[2]}实施{match[3]}" if match else text


def slip_key(title: str) -> str:
    """Return the form key with the words and characters that are often confused made equal."""
    text = _mend_ending(form_key(title))
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


def tells_apart(key: str, other: str) -> bool:
    """Whether two slip keys differ only in characters that tell norms apart: ``市``, ``十``."""
    one, two = Counter(key), Counter(other)
    changed = (one - two) + (two - one)
    return bool(changed) and _TELLING.issuperset(changed)


def variants(written: str) -> Iterator[str]:
    """Yield the name, then without an edition, without the words that call it new, without both."""
    yield written
    bare = _EDITION.sub("", written)
    for text in (bare, _RENEWED.sub("", written), _RENEWED.sub("", bare)):
        if len(text) >= 2:
            yield normalise_name(text)


def prefixes(name: str) -> Iterator[str]:
    """Yield the name with the prefixes that reports leave out, and without those they add."""
    yield STATE + name
    yield PARTY + name
    if name.startswith("关于"):
        for court in _COURTS:
            yield court + name
    elif name.startswith("最高"):
        yield re.sub(r"^(?:最高法院?|最高人民法院)(?:关于)?", f"{_COURT}关于", name)
    else:
        yield f"关于{name}"
        for court in _COURTS:
            yield f"{court}关于{name}"
    for prefix in (STATE, PARTY, "关于"):
        if name.startswith(prefix):
            yield name[len(prefix) :]
    if issuer := _ISSUER.match(name):
        rest = name[issuer.end() :]
        yield from (rest, STATE + rest, PARTY + rest, f"关于{rest}")


def was_trial(name: str, title: str) -> bool:
    """Whether *name* is of a provisional norm and *title* is not: an older norm, no slip."""
    return any(word in name and word not in title for word in ("暂行", "试行"))


def title_ending(name: str) -> str:
    """Return the word for its form that a name ends in: ``条例``; else its last two characters."""
    text = _TRIAL.sub("", _mend_ending(name))
    for ending in _ENDINGS:
        if text.endswith(ending):
            return ending
    return text[-2:]


def _mend_ending(name: str) -> str:
    text = _TRIAL.sub("", name)
    for misspelt, right in _MISSPELT_ENDINGS:
        if text.endswith(misspelt):
            return text.removesuffix(misspelt) + right + name[len(text) :]
    return name
