"""Arithmetic: what the counts and rates of a report say of each other, where it can't be true.

A contradiction is found only where unit and wording leave one reading, since whoever goes through
what is found must be able to trust it; what is unclear is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from fazhi.facts import Check, CheckKind, Count, Phrase, Rate

REACH_CHARS = 120  # how far before a rate or a part its whole may stand
REACH_AMOUNTS = 6
MOST_PARTS = 20
MOST_VALUE = 10**15  # above it, floats no longer tell whole numbers apart

# Ends a sentence or a paragraph; but 案件56件。其中，… goes on.
_STOP = re.compile(r"。(?!\s{0,4}其中)|[！？；;]|\.(?!\d)|\n[^\S\n]*\n")
_DECIMALS = re.compile(r"[.．点]([0-9０-９〇零一二三四五六七八九]+)")
_SIGNS = {"%": 0.01, "％": 0.01, "百分之": 0.01, "百分百": 0.01, "‰": 0.001, "成": 0.1}
_VAGUE_UNITS = frozenset({"", "个"})  # 8个社区，其中网格46个: not the same things
_MIXED = frozenset({"people", "groups"})  # 党员30名、女性20名: one may be both

# Rates by name, the deed whose number is the share, and what the whole must be called. Before that
# number only the deed may stand: 受理信访9件，化解积案5件，化解率… is the share of another whole.
_RESOLVED = r"成功(?:调[解处]|化解)?|(?:调[解处]|化解)成功|化解"
_DEEDS = (
    (r"(?:调[解处]|化解)?成功率", _RESOLVED, ""),
    (r"化解率|调成率", _RESOLVED, ""),
    (r"调[解处]率", r"调[解处]", ""),  # all may be mediated, and some with success
    (r"办结率", r"办结|办理完结", ""),
    (r"(?:审结|结案)率", r"审结|结案|办结", ""),
    (r"(?:任务)?完成率", r"完成", ""),
    (r"(?:隐患|问题)?整改(?:完成)?率", r"(?:完成)?整改(?:到位|完毕|完成)?", r"隐患|问题"),
    (r"持证率", r"持证", r"执法|队"),
    (r"(?:考试)?通过率", r"(?:考试)?通过", r"参考|参加|考试"),
    (r"合格率", r"合格", ""),
    (r"优秀率", r"优秀", ""),
    (r"(?:意见|建议)?采纳率", r"被?采纳", r"意见|建议"),
    (r"履行率", r"履行(?:到位|完毕)?", r"协议|处罚"),
    (r"(?:答复|办复|回复)率", r"答复|办复|回复", ""),
    (r"纠错率", r"纠错", r"[审办]结"),
)
# Shares of which all is the most: 满意率. Of 完成率, 结案率 and 覆盖率 there may be more.
_SHARES = re.compile(
    r"(?:满意|办结|化解|调[解处]|整改|合格|及格|优秀|优良|通过|知晓|持证|出庭|应诉|[答办回]复|采纳|纠错|成功)率"
    r"(?:均|总体)?(?:为|是|高?达到?|保持在|稳定在|[:：])?$"
)
_OLDER = re.compile(r"结转|积案|存量|[上去往历前]年")  # with older cases there may be more
_NAME = re.compile(
    r"[，,、（(]?(?:矛盾|纠纷|总|的)*(?P<name>[^，,、（(：:]{1,8}率|占比?)(?:为|达到?)?"
)
_LEAD = re.compile(r"(?:其中|目前|现|已|均|年底|年内|全年|当年|共计?|累计|实际)*")
_CLAUSES = re.compile(r"[，,、：:（(]")
_THINGS = re.compile(r"[^未不没无]{0,12}")  # 40项任务完成37项
_AMONG = re.compile(r".*其中|[^，,]{0,12}中[，,]")  # 18名人员中，入党的7名，占38.9%
# Tells that the rate is not that of the two counts: cases carried over, not yet due, left out.
_EXCUSE = re.compile(r"结转|[上去往历前]年|到期|在办|正在|尚|未满|届满|应当|不含|除外|责令|限期")

_FROM = re.compile(r"[由从][^，,、由从]{0,8}$")  # 由年初的46条
_TO = re.compile(r"[^，,、]{0,8}(?:减|降|压|简|缩|并|合|增|升|提高|扩大)[^，,、]{0,2}[到至为]")
_CHANGE = re.compile(
    r"[，,（(](?:同比|环比|[较比](?:上年|去年|年初))?(?:总体|共|累计)?"
    r"(?:下降|减少|压减|压缩|精简|缩减|降低|上升|增长|增加|提高|提升)(?:了|比例|幅度)?(?:为|达到?)?"
)

_JOINED = re.compile(r"(?:[、和及与]|以及)[^，,。；;：:（()）各每均共]{0,20}")  # 废止19份、修改12份
# Of wholes, other amounts may stand between: 学习3次（40人）、讲座2次
_WHOLES_JOINED = re.compile(r"[^，,：:。]*(?:[、和及与]|以及)[^，,：:。]*")
# The next part after a comma: 其中维持120件，纠错90件. What opens with a deed is another matter,
# and so is a new whole, a further step, or what cuts across the parts before it.
_NEXT = re.compile(r"[，,](?P<name>[^，,、。；;：:（()）各每均共]{2,20})")
_DEED = re.compile(
    r"(?:已|还|并|再|又|现|先后|当场|依法|主动|集中|及时)*(?:"
    r"开展|组织|举[办行]|召开|参[加与训]|聘请|建[立成]|推[进送]|落实"  # 开展检查9次
    r"|宣[传讲]|培训|惠及|引导"  # 宣讲9场
    r"|发[放布现送出]|印发|下[发达]|制[定发]|修[订改]|备案|公[开示]|审[核查]"  # 印发文件9份
    r"|[检排抽巡督清]查|查[处办获封扣]|罚款|没收|责令|拆除|下架|约谈|取缔"  # 检查企业9家次
    r"|接[待受]|解[答决]|提[供出]|办理|处[理置]|新增|收[到缴]|答复|回复|出[动具庭]"  # 接待来访9件
    r")"
)
_NO_PART = re.compile(
    r"全[年市县区镇乡街]|累计|合计|总|其[中他它余]|同[比期]|另|[我本]|占|[较比]"  # 全年案件99件
    r"|受理|登记|申请|立案|[审办了]结|结案|移[送交]|化解|调解成功|整改|完成|司法确认"  # 移送公安9件
    r"|以上|含|包括|涉及|重[大复点]|疑难|复杂|典型|[现当]场"  # 市级以上9篇
)
# What only a case that is closed can be: 受理80件，审结75件，其中维持70件.
_CLOSED = re.compile(r"[审办]结[^，,]{0,6}$|结案[^，,]{0,4}$")
_OUTCOME = re.compile(r"其中[，,：:]?(?:决定)?(?:维持|撤销|驳回|纠错|确认违法|终止)[^，,]{0,8}$")
# Opens a list of all parts: 46家，分别为… / 共46家：… / 46家（…
_LISTED = re.compile(
    r"(?:[，,：:]?分别[为是]|(?P<colon>[：:])|(?P<bracket>[（(]))[^，,（()）]{0,20}"
)
_TOTAL = re.compile(r"[共合总]计?$")
_LIST_END = re.compile(r"\s*(?:[）)。；;]|\.(?!\d)|$)")
# Tells that a list is not of parts, or not of all: 46家（上年40家、前年35家）.
_OTHER_LIST = re.compile(r"[等另]|其[中他它余]|主要|例如|尤其|[上去前往]年|同期")
_CLASS = re.compile(r"[类级型]$")  # 甲类40家、乙类6家: none is of both


@dataclass(frozen=True, slots=True)
class _Amount:
    """A count, or a rate (``unit`` is None), and the values that may be written like this.

    ``low`` is above ``high`` where they can't be told: an approximate number, or a broken one.
    """

    phrase: Phrase
    value: float
    low: float
    high: float
    unit: str | None = None
    dimension: str | None = None


def find_contradictions(
    text: str, counts: Sequence[Count], rates: Sequence[Rate]
) -> Iterator[Check]:
    """Rates that the counts before them contradict, and parts that can't be of their whole.

    The evidence is the amounts, each check's in the order of the text.
    """
    amounts = [_count(text, count) for count in counts] + [_rate(text, rate) for rate in rates]
    amounts.sort(key=lambda amount: amount.phrase.start)
    for place, amount in enumerate(amounts):
        if amount.low > amount.high:
            continue
        tests = (_odd_rate,) if amount.unit is None else (_breakdown, _full_list)
        yield from filter(None, (test(text, amounts, place) for test in tests))


def _count(text: str, count: Count) -> _Amount:
    phrase, value = phrase_at(text, count.start, count.end), _value(text, count)
    if value is None or count.approx != "none":
        return _Amount(phrase, 0, 1, 0, count.unit)
    large = 10 ** min(16, 4 * phrase.text.count("万") + 8 * phrase.text.count("亿"))
    decimals = _decimals(phrase)
    # A whole number is exact; 1.2万 may be 11,500 to 12,500.
    slack = large * 0.1**decimals / 2 if decimals or large > 1 else 0
    return _Amount(phrase, value, value - slack, value + slack, count.unit, count.dimension)


def _rate(text: str, rate: Rate) -> _Amount:
    phrase, value = phrase_at(text, rate.start, rate.end), _value(text, rate)
    sign = next((worth for sign, worth in _SIGNS.items() if sign in phrase.flat), None)
    if value is None or sign is None or rate.approx == "about" or "百分点" in phrase.flat:
        return _Amount(phrase, 0, 1, 0)
    # Rounded or cut off: 97% may be 96.5% to 98%; but 100% is all.
    last = sign * 0.1 ** _decimals(phrase) if value != 1 else 0
    low = 0 if rate.approx == "under" else value - last / 2
    return _Amount(phrase, value, low, inf if rate.approx == "over" else value + last)


def _value(text: str, fact: Count | Rate) -> float | None:
    """The value of a single number that is not broken off in the middle of its digits."""
    edges = (text[max(0, place - 1) : place + 1] for place in (fact.start, fact.end))
    cut = any(len(edge) == 2 and edge.isdigit() for edge in edges)
    if fact.value is None or fact.upper is not None or cut or not 0 <= fact.value < MOST_VALUE:
        return None
    return float(fact.value)


def _decimals(phrase: Phrase) -> int:
    found = _DECIMALS.search(phrase.flat)
    return len(found[1]) if found else 0


def _odd_rate(text: str, amounts: Sequence[_Amount], place: int) -> Check | None:
    beside = _share(text, amounts, place) or _change(text, amounts, place)
    return beside or _excess(text, amounts[place])


def _excess(text: str, rate: _Amount) -> Check | None:
    """满意率105%: the rate is a share by its name, and more than all."""
    around = text[max(0, rate.phrase.start - REACH_CHARS) : rate.phrase.end + 20]
    share = _SHARES.search(_before(text, rate)) and not _OLDER.search(around)
    message = f"{_number(100 * rate.value)}% is more than all, which is the most of such a rate"
    return _unless(rate.low <= 1 or not share, "rate", message, rate)


def _share(text: str, amounts: Sequence[_Amount], place: int) -> Check | None:
    """受理112起，化解109起，化解率97%: the rate at ``place`` is a share of the two before it."""
    rate, part = amounts[place], amounts[max(0, place - 1)]
    name = _NAME.fullmatch(_between(text, part, rate)) if _near(text, part, rate) else None
    wholes = _wholes(text, amounts, place - 1) if name else []
    if not name or not wholes or len(wholes) > 2 or wholes[0].value < part.value:
        return None
    whole = wholes[0]
    if min(one.low for one in wholes) <= 0 or not _is_share(text, name["name"], whole, part):
        return None
    if _EXCUSE.search(text, whole.phrase.start, rate.phrase.end + 20):
        return None
    holds = any(_meet(part.low / one.high, part.high / one.low, rate) for one in wholes)
    bound = "at least " * (rate.high == inf) + "at most " * (rate.low == 0)
    message = (
        f"{bound}{_number(100 * rate.value)}% of {_number(whole.value)} is "
        f"{_number(rate.value * whole.value)}, but {_number(part.value)} are named"
    )
    return _unless(holds, "rate", message, whole, part, rate)


def _is_share(text: str, name: str, whole: _Amount, part: _Amount) -> bool:
    """Whether a rate of that name is the share that the part is of the whole."""
    between = _between(text, whole, part)
    if name.startswith("占"):
        return bool(_AMONG.match(between))
    *before, clause = _CLAUSES.split(between)
    for title, deed, things in _DEEDS:
        if re.fullmatch(title, name):
            done = re.search(rf"(?:{deed})了?$", clause)
            lead = _LEAD if before else _THINGS
            called = re.search(things, _before(text, whole) + between)
            return bool(called and done and lead.fullmatch(clause[: done.start()]))
    return False


def _change(text: str, amounts: Sequence[_Amount], place: int) -> Check | None:
    """由46条减少到16条，下降65.2%: the rate at ``place`` is the change of the two before it."""
    old, new, rate = amounts[max(0, place - 2)], amounts[max(0, place - 1)], amounts[place]
    if not (0 < old.low <= old.high and new.low <= new.high):
        return None
    if old.unit is None or old.unit != new.unit:
        return None
    if not _near(text, old, new) or not _near(text, new, rate):
        return None
    if not _FROM.search(_before(text, old)) or not _TO.fullmatch(_between(text, old, new)):
        return None
    if not _CHANGE.fullmatch(_between(text, new, rate)):
        return None
    least, most = sorted(abs(1 - ratio) for ratio in (new.low / old.high, new.high / old.low))
    message = (
        f"{_number(old.value)} to {_number(new.value)} is a change of "
        f"{_number(100 * abs(1 - new.value / old.value))}%, not {_number(100 * rate.value)}%"
    )
    return _unless(_meet(least, most, rate), "rate", message, old, new, rate)


def _breakdown(text: str, amounts: Sequence[_Amount], place: int) -> Check | None:
    """46家，其中甲类40家、乙类6家: the count at ``place`` is the first part of a whole."""
    part = amounts[place]
    since = max(part.phrase.start - 40, amounts[place - 1].phrase.end if place else 0)
    named = "其中" in squeeze(text[since : part.phrase.start])
    wholes = _wholes(text, amounts, place) if named else []
    if not wholes or part.unit in _VAGUE_UNITS:
        return None
    wholes = _whole(text, wholes, part)
    most, whole = sum(one.high for one in wholes), _number(sum(one.value for one in wholes))
    parts = _parts(text, amounts, place)
    if large := [one for one in parts if one.low > most]:
        message = f"{_number(large[0].value)} is more than the {whole} that it is part of"
        return _unless(False, "sum", message, *reversed(wholes), large[0])
    parts = _parts(text, amounts, place, most)
    overlap = part.dimension in _MIXED and not _are_classes(text, parts)
    message = f"{_added(parts)}, more than the {whole} that they are part of"
    holds = overlap or sum(one.low for one in parts) <= most
    return _unless(holds, "sum", message, *reversed(wholes), *parts)


def _whole(text: str, wholes: Sequence[_Amount], part: _Amount) -> list[_Amount]:
    """What the part is of: the largest of the counts before it, unless its name tells the nearest.

    Counts that are joined are one: 学习3次、讲座2次，其中讲课4次. So are those that grow, which no
    cases do from step to step: 普通程序20件，简易程序40件，其中涉企50件.
    """
    groups = [[wholes[0]]]
    for later, one in pairwise(wholes):
        if one.high < later.low or _WHOLES_JOINED.fullmatch(_between(text, one, later)):
            groups[-1].append(one)
        else:
            groups.append([one])
    if _CLOSED.search(_before(text, wholes[0])) and _OUTCOME.search(_before(text, part)):
        return groups[0]
    return max(groups, key=lambda group: sum(one.high for one in group))


def _full_list(text: str, amounts: Sequence[_Amount], place: int) -> Check | None:
    """共46家：甲类40家、乙类6家: the count at ``place`` is the sum of those that follow."""
    whole, parts = amounts[place], _parts(text, amounts, place + 1)
    if len(parts) < 2 or whole.unit != parts[0].unit or whole.unit in _VAGUE_UNITS:
        return None
    if not _near(text, whole, parts[0]):
        return None
    opened, last = _LISTED.fullmatch(_between(text, whole, parts[0])), parts[-1].phrase.end
    other = _OTHER_LIST.search(text, whole.phrase.end, last)
    if not opened or other or not _LIST_END.match(text, last):
        return None
    if opened["colon"] and not _TOTAL.search(_before(text, whole)):
        return None
    if opened["bracket"] and whole.dimension in _MIXED and not _are_classes(text, parts):
        return None
    # In brackets a list may stop short without saying so.
    most = inf if opened["bracket"] else sum(one.high for one in parts)
    holds = _meet(sum(one.low for one in parts), most, whole)
    message = f"{_added(parts)}, but the whole is {_number(whole.value)}"
    return _unless(holds, "sum", message, whole, *parts)


def _parts(
    text: str, amounts: Sequence[_Amount], place: int, most: float | None = None
) -> list[_Amount]:
    """The counts of one list from ``place`` on: same unit, joined by ``、`` and the next noun.

    With ``most``, also joined by a comma; one above it is no part then.
    """
    parts: list[_Amount] = []
    for one in amounts[place : place + MOST_PARTS]:
        if one.low > one.high or one.unit != amounts[place].unit:
            break
        if parts and not (_near(text, parts[-1], one) and _is_next(text, parts[-1], one, most)):
            break
        parts.append(one)
    return parts


def _is_next(text: str, part: _Amount, one: _Amount, most: float | None) -> bool:
    between = _between(text, part, one)
    if _JOINED.fullmatch(between):
        return True
    if most is None or one.low > most or not (found := _NEXT.fullmatch(between)):
        return False
    return not (_DEED.match(found["name"]) or _NO_PART.search(between) or _EXCUSE.search(between))


def _wholes(text: str, amounts: Sequence[_Amount], place: int) -> list[_Amount]:
    """The counts in the unit of ``place`` before it in its sentence, nearest first.

    Empty where one of them, or that at ``place``, is not sure.
    """
    part, wholes = amounts[place], []
    for one in reversed(amounts[max(0, place - REACH_AMOUNTS) : place]):
        if not _near(text, one, part):
            break
        if one.unit == part.unit is not None:
            wholes.append(one)
    return wholes if all(one.low <= one.high for one in (part, *wholes)) else []


def _unless(holds: bool, kind: CheckKind, message: str, *amounts: _Amount) -> Check | None:
    return None if holds else Check(kind, message, tuple(one.phrase for one in amounts))


def _near(text: str, first: _Amount, second: _Amount) -> bool:
    """Whether two amounts stand in one sentence, and not too far apart."""
    start, end = first.phrase.end, second.phrase.start
    return start <= end <= start + REACH_CHARS and not _STOP.search(text, start, end)


def _between(text: str, first: _Amount, second: _Amount) -> str:
    return squeeze(text[first.phrase.end : second.phrase.start])


def _before(text: str, amount: _Amount) -> str:
    return squeeze(text[max(0, amount.phrase.start - 12) : amount.phrase.start])


def _are_classes(text: str, parts: Sequence[_Amount]) -> bool:
    return all(_CLASS.search(_before(text, part)) for part in parts)


def _meet(low: float, high: float, amount: _Amount) -> bool:
    slack = 1e-9 * max(1, amount.value)
    return low <= amount.high + slack and amount.low <= high + slack


def _added(parts: Sequence[_Amount]) -> str:
    numbers = " + ".join(_number(part.value) for part in parts)
    return f"the parts {numbers} make {_number(sum(part.value for part in parts))}"


def _number(value: float) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".")


def phrase_at(text: str, start: int, end: int) -> Phrase:
    """Characters ``[start, end)`` of the text as a phrase."""
    return Phrase(start, end, text[start:end])


def squeeze(text: str) -> str:
    """The text without white space, since reports put it anywhere: between words, within them."""
    return "".join(text.split())
