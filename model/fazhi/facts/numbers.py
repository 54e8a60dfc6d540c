"""Reading the amounts of a report: the text of a COUNT or RATE span in, a `Quantity` out.

Words, signs and units stand in tables, each row with an example. Counts and rates share one reader,
`_parse`, and differ only in what may follow a number. Arithmetic is exact (`Fraction`), so that 97%
is 0.97. What has no certain reading is refused with a reason: nothing here raises or guesses.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

Approx = Literal["none", "about", "over", "under"]

MAX_CHARS = 100  # longest span that is read, white space left out
MAX_DIGITS = 18  # of a number as written, and of a value's whole part

# Words before a number.
_BEFORE: dict[str, Approx] = {
    **dict.fromkeys(("约", "大约", "大概"), "about"),  # 约20件
    **dict.fromkeys(("近", "接近", "将近"), "about"),  # 近百人
    **dict.fromkeys(("超", "超过", "逾", "高于", "多于"), "over"),  # 超3万人
    **dict.fromkeys(("不少于", "不低于", "不下于", "至少", "最少"), "over"),  # 不少于1次
    **dict.fromkeys(("不超过", "不高于", "不多于", "至多", "最多"), "under"),  # 不超过5%
    **dict.fromkeys(("不足", "不到", "低于", "少于"), "under"),  # 不足10件
}
# Words after a number or its unit. The last row bounds nothing.
_AFTER: dict[str, Approx] = {
    **dict.fromkeys(("以上", "及以上", "有余", "余", "多", "+"), "over"),  # 5人以上, 100+件
    **dict.fromkeys(("以下", "及以下", "以内", "之内"), "under"),  # 100个以内
    **dict.fromkeys(("左右", "上下"), "about"),  # 1/4左右
    **dict.fromkeys(("之多", "之间", "不等"), "none"),  # 3至5名不等
}
# Characters that stand for an unknown digit.
_VAGUE: dict[str, Approx] = {
    **dict.fromkeys("数上几", "over"),  # before a place: 数十, 上百, 几千
    **dict.fromkeys("余多", "over"),  # after a number: 20多万, 两万余
    "几": "over",  # 十几
    "来": "about",  # 十来
}
# Characters read as others, one for one: full width, dashes, old and formal forms.
_FOLD = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | str.maketrans(
    "‐‑‒–—―−─〜∼﹣﹪○◯壹贰叁肆伍陆柒捌玖拾佰仟萬億兩",
    "--------~~-%〇〇一二三四五六七八九十百千万亿两",
)
_DIGITS = {str(digit): digit for digit in range(10)} | {"两": 2, "零": 0}
_DIGITS |= {char: digit for digit, char in enumerate("〇一二三四五六七八九")}
_PLACES = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8, "万亿": 10**12, "": 1}
_SIGNS = {
    "%": Fraction(1, 100),  # 97%
    "‰": Fraction(1, 1000),  # 1‰
    "成": Fraction(1, 10),  # 九成
    "个百分点": Fraction(1, 100),  # 3.2个百分点
    "百分点": Fraction(1, 100),  # 3.2百分点
    "倍": Fraction(1),  # 1.8倍
}
_SHARES: dict[str, tuple[Fraction, tuple[Approx, ...]]] = {
    **dict.fromkeys(("一半", "半数", "半"), (Fraction(1, 2), ())),  # 近一半, 半数以上
    **dict.fromkeys(("过半", "过半数"), (Fraction(1, 2), ("over",))),  # 过半
    "百分百": (Fraction(1), ()),
}
_MEASURES = {
    "people": "人 名 位 员 口 人次",  # 7名
    "groups": "户 家 户次 家次 组 支 队 对 班",  # 2156户
    "events": "次 场 场次 期 期次 届 轮 回 遍 趟 台次 车次 航次 艘次 剂次",  # 20余次
    "cases": "件 起 宗 例 案 件次 单 工单 桩",  # 112起
    "documents": "份 篇 部 册 本 幅 张 封 页 字 套 卷",  # 3620册
    "places": "处 所 站 座 栋 幢 间 室 眼 镇 乡 村 区 县 市 街道 社区 网格",  # 67处
    "things": "个 项 条 点 种 方面 类 大类 小类 子项 批 批次 块 票 门 台 辆 "
    "根 只 头 尾 株 盏 面 顶 艘 架 枚 箱 盒 段 首 副 列 笔 片 羽 标箱",  # 14个
    "money": "元 角 分 美元 欧元 港元",  # 35.6万元
    "area": "平方米 平方公里 平方千米 亩 公顷 平方 ㎡ m² km²",  # 26万平方米
    "length": "米 千米 公里 里 厘米 毫米 延米 海里 m km cm mm",  # 300米
    "weight": "吨 公斤 千克 斤 克 毫克 t kg g mg",  # 12吨
    "volume": "立方米 立方 方 升 毫升 m³ L mL",  # 3立方米
    "time": "年 个月 月 周 天 日 小时 个小时 分钟 秒 课时 学时 工作日 个工作日 季度",  # 2课时
    "energy": "千瓦 瓦 兆瓦 千瓦时 度 kW MW kWh",  # 3万千瓦
    "concentration": "微克/立方米 毫克/立方米 毫克/升 μg/m³ mg/m³ mg/L",  # 32微克/立方米
}
DIMENSIONS: Mapping[str, str] = MappingProxyType(
    {unit: name for name, units in _MEASURES.items() for unit in units.split()}
)
"""What a measure word measures, in English; of a word with several uses, the reports' main one."""

_SAME_UNITS = {
    "平方米": "平方 ㎡ m²",  # 26万㎡
    "平方公里": "平方千米 km²",
    "公里": "千米 km",
    "米": "m",
    "厘米": "cm",
    "毫米": "mm",
    "立方米": "立方 方 m³",
    "吨": "t",
    "公斤": "千克 kg",
    "克": "g",
    "毫克": "mg",
    "升": "L",
    "毫升": "mL",
    "千瓦": "kW",
    "兆瓦": "MW",
    "千瓦时": "度 kWh",
    "小时": "个小时",
    "工作日": "个工作日",
    "元": "元人民币",
}
_NORMAL_UNITS = {same: unit for unit, names in _SAME_UNITS.items() for same in names.split()}
_WITH_OTHER = re.compile("(?P<unit>[^(（]+)[(（](?P<other>[^)）]+)[)）]")  # 台（套）, 人（次）


def _any(words: Mapping[str, object]) -> str:
    """An alternation of the words, the longest first."""
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_OTHER_UNITS = (
    rf"[(](?:{_any(DIMENSIONS)})(?:、(?:{_any(DIMENSIONS)}))*[)]"  # the （套） of 台（套）
)
_DIGIT = "[一二两三四五六七八九]"
_DIGIT_OR_ZERO = "[零〇一二两三四五六七八九]"
_BIG = "(?:万亿|万|亿)"
_SPACE = re.compile(r"[\s\u200b-\u200d\u2060\ufeff]+")
_LINE = r"\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
_DIGIT_GAP = re.compile(rf"(?:[0-9]|{_DIGIT})[^\S{_LINE}]+(?:[0-9]|{_DIGIT})")  # 12 5
_GROUPS = re.compile(rf"(?<![0-9.,])[1-9][0-9]{{0,2}}(?:[^\S{_LINE}][0-9]{{3}})+(?![0-9])")  # 1 200
_BEFORE_WORD, _AFTER_WORD = re.compile(_any(_BEFORE)), re.compile(_any(_AFTER))
_FRAME = re.compile(
    rf"(?P<before>(?:{_any(_BEFORE)})*)(?P<core>.+?)(?P<after>(?:{_any(_AFTER)})*)", re.DOTALL
)
_RANGE = re.compile("至|到|--?|~")  # 3至5, 3到5, 3-5, 3——5, 3～5
_NUMBER = re.compile(rf"""(?x)
    (?P<vague> [数上几] )?                             # 数十, 上百, 几千
    (?P<body>
        半
      | (?: [0-9]                                      # 3620
          | (?<=[0-9]) [.,] (?=[0-9])                  # 1,200.5
          | {_DIGIT} | [零〇] | (?<!{_DIGIT}) [廿卅]   # 一百零三, 廿三
          | (?<=[^0-9]) 点 (?={_DIGIT_OR_ZERO})        # 三点五, but not 三点 (three points)
          | [十百万亿] (?! 分[之点] )                  # 三百, but not 3.2百分点
          | (?: (?:^|(?<={_DIGIT})|(?<=[数上几])) 千   # 五千米, 数千米: a place
              | 千 (?! [米克瓦伏赫帕] ) ) (?! 分之 )   # 3千人, but not 3千米 or 3万千瓦
        )+ )
    (?P<mark> [余多] | (?<=[十0]) 几 | (?<=[十百千万亿0]) 来 )?    # 20余, 十几, 十来
    (?P<tail> {_BIG} )?                                # 20多万
    (?P<end> {_any(_AFTER)} )?                         # 3.4万多, 100以上
""")
_UNIT = re.compile(rf"""(?x)
    (?: (?! [零〇一二两三四五六七八九十廿卅百千万亿半几数余多来些] ) [^\W\d_]    # 人次, km
      | 千 (?= [米克瓦伏赫帕] )                                             # 千米
      | [/·℃㎡㎥] )*                                                        # 微克/立方米
    (?: {_OTHER_UNITS} )?                                                   # 人（次）
""")
_WITH_UNIT = re.compile(  # what is no number may still have a unit: the 名 of 三五名
    rf"(?![零〇])[-0-9零〇一二两三四五六七八九十廿卅百千万亿半几数余多来点.,~至到+]+"
    rf"(?P<unit>(?:{_any({**DIMENSIONS, **_NORMAL_UNITS})})(?:{_OTHER_UNITS})?)"
)
_BARE = re.compile("[0-9.,]+")  # 4.2
_RATE_SIGN = re.compile(rf"{_any(_SIGNS)}|分之|/[0-9]|[:∶]")
_TENTHS = re.compile(rf"成(?P<tenth>[0-9]|{_DIGIT}|半)")  # 九成五, 一成半
_RATIO = re.compile(r"(.+?)分之(.+)|([0-9]+)/([0-9]+)")  # 三分之一, 1/4
_ARABIC = re.compile(r"[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+")  # 3620, 1,200
_DECIMAL = re.compile(rf"""(?x)
    (?P<whole> [0-9,]+ ) [.] (?P<part> [0-9]+ ) (?P<place> [百千]?{_BIG}? )             # 1.2万
  | (?P<whole_cn> .+ ) 点 (?P<part_cn> {_DIGIT_OR_ZERO}+ ) (?P<place_cn> {_BIG}? )     # 三点五万
""")
_MYRIADS = re.compile(r"(?:(?P<yi>[^亿]+)亿)?(?:(?P<wan>[^亿]+)万)?(?P<rest>[^万亿]*)")
_SECTION = re.compile(rf"""(?x)
    (?: (?P<千>{_DIGIT}|[0-9]) 千 )? (?: 零?(?P<百>{_DIGIT}|[0-9]) 百 )?    # 3千5百
    (?: 零?(?P<十>{_DIGIT}|[0-9]|) 十 )? (?: (?:^|零|(?<=十)) (?P<一>{_DIGIT}|[0-9]) )?
""")
_POSITIONAL = re.compile(f"{_DIGIT}(?=.*[零〇]){_DIGIT_OR_ZERO}+")  # 一〇五
_SIDE_BY_SIDE = re.compile(f"{_DIGIT}{{2,}}")  # 十七八
_PLACES_ALONE = re.compile(f"[十百千]?{_BIG}|[十百千]")  # the 十万 of 数十万
_LAST_PLACES = re.compile(f"(?P<small>[十百千]?)(?P<big>{_BIG}?)$")  # the 百万 of 三百万


@dataclass(frozen=True, slots=True)
class Quantity:
    """An amount as a report gives it; `value` is None where the text can't be read.

    value: the number, 万 and 亿 worked in; of a range, the lower end. A whole number is an int.
    unit: the measure word as written, without white space; '' if there is none, and for rates.
    approx: what the words around the number claim. Like the unit, it may be told without a value.
    upper: the higher end of a range.
    reason: why `value` is None.
    """

    value: int | float | None
    unit: str
    approx: Approx
    upper: int | float | None = None
    reason: str | None = None


def parse_count(text: str) -> Quantity:
    """Read a COUNT: `1.2万余人次` is 12000, unit 人次, over. What it can't read has no value."""
    return _parse(text, _read_counts)


def parse_rate(text: str) -> Quantity:
    """Read a RATE as a fraction: `97%` is 0.97, `1.8倍` is 1.8. What it can't read has no value.

    A bare number, the first of two rates that share a sign, is in percentage points.
    """
    return _parse(text, _read_rates)


def normal_unit(unit: str) -> str:
    """The usual name of a unit that has several: `平方米` for `㎡`; other units as they are.

    Of a unit with others in brackets it is the first (`台` for `台（套）`), or both for `人（次）`.
    """
    if match := _WITH_OTHER.fullmatch(unit):
        unit = match["unit"] + ("次" if match["other"] == "次" else "")
    return _NORMAL_UNITS.get(unit, unit)


def dimension(unit: str) -> str | None:
    """What a measure word measures (`人次`: "people"), or None for a word not in `DIMENSIONS`."""
    return DIMENSIONS.get(normal_unit(unit))


class _UnreadableError(Exception):
    """Why a text has no certain reading."""


@dataclass(frozen=True, slots=True)
class _Term:
    """A number with what follows it: a count, a rate, or one end of a range."""

    low: Fraction
    high: Fraction | None = None  # the 三 of 两三名
    claims: tuple[Approx, ...] = ()
    places: tuple[int, int] = (1, 1)  # what its last 百 and 万 stand for
    unit: str = ""
    scale: Fraction | None = None  # what a rate's sign stands for

    def scaled(self, scale: Fraction | int) -> "_Term":
        """The same term, times a scale."""
        return replace(self, low=self.low * scale, high=self.high and self.high * scale)


def _parse(text: str, read: Callable[[Sequence[str], bool], Sequence[_Term]]) -> Quantity:
    written = _SPACE.sub("", text)
    if len(written) > MAX_CHARS:
        return Quantity(None, "", "none", reason=f"over {MAX_CHARS} characters")
    frame = _FRAME.fullmatch(written.translate(_FOLD))  # as long as what is written
    if frame is None:
        return Quantity(None, "", "none", reason="empty")
    start, end = frame.span("core")
    claims = [_BEFORE[word] for word in _BEFORE_WORD.findall(frame["before"])]
    claims += [_AFTER[word] for word in _AFTER_WORD.findall(frame["after"])]
    try:
        if _DIGIT_GAP.search(_GROUPS.sub(_joined, text.translate(_FOLD))):
            raise _UnreadableError("a space between digits")
        minus = frame["core"].startswith("-")
        parts = _RANGE.split(frame["core"][minus:])
        if len(parts) > 2 or not all(parts):
            raise _UnreadableError("not a range of two ends")
        if minus and (read is _read_counts or len(parts) > 1 or written[start] in "—―─"):
            raise _UnreadableError("a negative number")
        terms = read(parts, any(claim != "none" for claim in claims))
        terms = [term.scaled(-1) for term in terms] if minus else terms
        ends = [end for term in terms for end in (term.low, term.high) if end is not None]
        if len(ends) > 2 or ends != sorted(set(ends)):
            raise _UnreadableError("a range that does not rise")
        value, upper = [*map(_plain, ends), None][:2]
        unit = written[end - len(terms[-1].unit) : end]
        claims += [claim for term in terms for claim in term.claims]
        return Quantity(value, unit, _approx(claims), upper)
    except _UnreadableError as refusal:
        match = _WITH_UNIT.fullmatch(frame["core"]) if read is _read_counts else None
        unit = written[start + match.start("unit") : end] if match else ""
        approx = claims[0] if len(set(claims)) == 1 else "none"
        return Quantity(None, unit, approx, reason=str(refusal))


def _joined(groups: re.Match[str]) -> str:
    return _SPACE.sub("", groups[0])


def _read_counts(parts: Sequence[str], approximate: bool) -> Sequence[_Term]:
    terms = [_count(part, approximate) for part in parts]
    low, high = terms[0], terms[-1]
    if low.unit not in ("", high.unit):
        raise _UnreadableError("a range with two units")
    return terms if low is high or low.unit else (_lift(low, high), high)


def _count(text: str, approximate: bool) -> _Term:
    match = _NUMBER.match(text)
    if match is None:
        raise _UnreadableError("no number at the start")
    unit = text[match.end() :]
    if _RATE_SIGN.match(unit) or "分之" in text:
        raise _UnreadableError("a rate, not a count")
    if not _UNIT.fullmatch(unit):
        raise _UnreadableError("not a unit")
    if match["body"] == "半" and unit not in DIMENSIONS:
        raise _UnreadableError("half of an unknown unit")
    if match["body"] in ("零", "〇"):
        raise _UnreadableError("zero as a word")
    return replace(_number(match, approximate), unit=unit)


def _lift(low: _Term, high: _Term) -> _Term:
    """Give the lower end the place that only the higher end names: 2至3万 is 20000 to 30000."""
    small, big = high.places
    if low.places[1] > 1:
        return low
    if low.places[0] == 1 and small > 1 and low.low < high.low / (small * big):
        if big == 1 and small > 10 and high.low < 10 * small:
            return low.scaled(small)  # 三至五百
        raise _UnreadableError("a range with an unclear place")  # 一至二十万
    return low.scaled(big) if low.low < high.low / big else low


def _read_rates(parts: Sequence[str], _approximate: bool) -> Sequence[_Term]:
    terms = [_rate(part) for part in parts]
    scales = [term.scale for term in terms if term.scale is not None]
    if not scales and not all(map(_BARE.fullmatch, parts)):
        raise _UnreadableError("a number with no sign")
    shared = scales[0] if scales else Fraction(1, 100)
    return [term.scaled(shared if term.scale is None else term.scale) for term in terms]


def _rate(text: str) -> _Term:
    if share := _SHARES.get(text):
        return _Term(share[0], claims=share[1], scale=Fraction(1))
    if ratio := _RATIO.fullmatch(text):
        return _ratio(ratio)
    match = _NUMBER.match(text)
    if match is None or match["body"] == "半":
        raise _UnreadableError("no rate at the start")
    term, sign = _number(match, approximate=False), text[match.end() :]
    if tenths := _TENTHS.fullmatch(sign):
        if term.high or term.low >= 10 or term.low.denominator > 1:
            raise _UnreadableError("not a number of tenths")
        tenth = Fraction(5 if tenths["tenth"] == "半" else _DIGITS[tenths["tenth"]], 10)
        term, sign = replace(term, low=term.low + tenth), "成"
    if sign and sign not in _SIGNS:
        raise _UnreadableError("not a sign of a rate")
    return replace(term, scale=_SIGNS.get(sign))


def _ratio(match: re.Match[str]) -> _Term:
    """三分之一 or 1/4. The slash is for shares only, since 12/4 is a date."""
    slash = "/" in match[0]
    numbers = [_NUMBER.fullmatch(text) for text in match.groups() if text]
    terms = [_number(number, approximate=True) for number in numbers if number]
    part, whole = (terms if slash else terms[::-1]) if len(terms) == 2 else (None, None)
    if not part or not whole or whole.claims or whole.high or not whole.low:
        raise _UnreadableError("not a fraction")
    if slash and part.low > whole.low:
        raise _UnreadableError("a fraction above one")
    unit = Fraction(1) / whole.low
    return replace(part.scaled(unit), scale=Fraction(1)) if slash else replace(part, scale=unit)


def _number(match: re.Match[str], approximate: bool) -> _Term:
    """Read what `_NUMBER` matched. Only an approximate number may name a place alone (近百)."""
    text = match["body"] + (match["tail"] or "")
    text = text.replace("廿", "二十").replace("卅", "三十")
    if sum(char in _DIGITS for char in text) > MAX_DIGITS:
        raise _UnreadableError(f"over {MAX_DIGITS} digits")
    marks = [_VAGUE[match[name]] for name in ("vague", "mark") if match[name]]
    claims = (*marks, *([_AFTER[match["end"]]] if match["end"] else []))
    if text == "半" and not claims:
        return _Term(Fraction(1, 2))
    if match["vague"] or text[0] in "百千万亿":
        if not _PLACES_ALONE.fullmatch(text) or not (approximate or claims):
            raise _UnreadableError("a place with no digit before it")
        text = text if text[0] == "十" else "一" + text
    tail = _LAST_PLACES.search(text)
    small = tail["small"] if tail and tail.start() else ""  # the 十 of 十万 is a number of its own
    places = (_PLACES[small], _PLACES[tail["big"]] if tail else 1)
    low, high = _pair(text)
    return _Term(_evaluate(low), _evaluate(high) if high else None, claims, places)


def _pair(text: str) -> tuple[str, str | None]:
    """Part an adjacent pair of digits: 十七八 into 十七 and 十八."""
    run = _SIDE_BY_SIDE.search(text.partition("点")[0])
    if run is None or _POSITIONAL.fullmatch(text):
        return text, None
    if "点" in text or len(run[0]) > 2 or _DIGITS[run[0][1]] != _DIGITS[run[0][0]] + 1:
        raise _UnreadableError("digits side by side")
    start, end = run.span()
    return text[: start + 1] + text[end:], text[:start] + text[start + 1 :]


def _evaluate(text: str) -> Fraction:
    """The value of a written number: 35.6万, 三点五, or a whole one."""
    if match := _DECIMAL.fullmatch(text):
        whole = _whole(match["whole"] or match["whole_cn"])
        part = "".join(str(_DIGITS[char]) for char in match["part"] or match["part_cn"])
        place = match["place"] or match["place_cn"] or ""
        scale = _PLACES[place[:1] if place[:1] in "百千" else ""]
        return Fraction(f"{whole}.{part}") * scale * _PLACES[place.lstrip("百千")]
    return Fraction(_whole(text))


def _whole(text: str) -> int:
    if _POSITIONAL.fullmatch(text) or text in ("零", "〇"):
        return int("".join(str(_DIGITS[char]) for char in text))
    match = _MYRIADS.fullmatch(text)
    if match is None or text[0] in "零〇":
        raise _UnreadableError("not a number")
    yi, wan, rest = match["yi"], match["wan"], match["rest"]
    if (yi or wan) and rest.isdecimal():
        placed = len(rest) == (4 if wan else 8)  # 3万5000, but not 3万5
    else:  # 三亿零五百, but not 三亿五千 or 一万五
        placed = not rest or rest[0] in "零〇" or (len(rest) > 1 if wan else not yi)
    if not placed:
        raise _UnreadableError("digits with no place")
    high = (_whole(yi) if yi else 0) * 10**8 + (_section(wan) if wan else 0) * 10**4
    return high + (_section(rest) if rest else 0)


def _section(text: str) -> int:
    """A number with no 万 or 亿: 3620, 1,200, 三百零五, 3千5百."""
    if _ARABIC.fullmatch(text):
        return int(text.replace(",", ""))
    match = _SECTION.fullmatch(text.replace("〇", "零"))
    if match is None:
        raise _UnreadableError("not a number")
    tens = 0 if match["十"] is None else _DIGITS.get(match["十"], 1)
    thousands, hundreds, ones = (_DIGITS[match[name] or "零"] for name in "千百一")
    return thousands * 1000 + hundreds * 100 + tens * 10 + ones


def _approx(claims: Sequence[Approx]) -> Approx:
    """Join what several words claim: 约20余件 is about, the weaker claim."""
    kinds = set(claims) - {"none"}
    if {"over", "under"} <= kinds:
        raise _UnreadableError("both over and under")
    return "about" if len(kinds) > 1 else next(iter(kinds), "none")


def _plain(value: Fraction) -> int | float:
    if value >= 10**MAX_DIGITS:
        raise _UnreadableError(f"over {MAX_DIGITS} digits")
    return value.numerator if value.denominator == 1 else float(value)
