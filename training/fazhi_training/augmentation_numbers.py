"""Augmentation of amounts: COUNT and RATE spans with other values in every written form."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping

from fazhi.facts.numbers import parse_count, parse_rate
from fazhi.reports import Attribute, Report, Span
from fazhi_training.augmentation_edits import Edit, apply, chinese

# Measure words that may stand for each other after a noun; the first ones of a row before it too.
_FAMILIES = (
    ("次", "场", "期"),
    ("件", "起", "宗", "例"),
    ("份", "册", "张"),
    ("名", "人", "人次"),
    ("户", "家"),
    ("场次", "次"),
)
_ONLY_AFTER_NOUN = ("人", "人次")
# What a measure word counts, where another of its row would count something else too.
_COUNTED = {
    **dict.fromkeys(
        ("起", "宗", "例"), re.compile("案|纠纷|投诉|事故|诉讼|矛盾|调解|信访|违法|举报")
    ),
    **dict.fromkeys(("场", "期"), re.compile("活动|宣|培训|讲|课|演练|班|会")),
    **dict.fromkeys(("册", "张"), re.compile("资料|手册|书|折页|宣传|读本|海报")),
}
_NEAR = 8  # characters before a number that tell what it counts
# How many digits a value of a unit has: weights of 1, 2, 3, 4, 5, 6 digits.
_DIGITS = {
    "few": (10, 5, 1, 0, 0, 0),
    "some": (8, 7, 3, 1, 0, 0),
    "many": (2, 5, 6, 5, 3, 1),
}
_UNITS_BY_SIZE = {
    "few": "次 场 期 轮 批 个 项 名 部 支 类 大类 方面 所 座 届 门 课时 学时 台 辆 本 篇",
    "many": "人次 份 元 册 户 户次 平方米 亩 张 人 单 吨 公斤 米 条次",
}
_SIZE_OF_UNIT = {unit: size for size, units in _UNITS_BY_SIZE.items() for unit in units.split()}
_MEASURED = frozenset(
    ("元", "平方米", "平方公里", "亩", "公里", "吨", "公顷", "千米", "公斤", "立方米")
)
_SET_PHRASES = frozenset(("项", "个", "类", "大类", "方面", "级", "条"))  # 三项制度, 两个维护

_OVER = ("超", "超过", "逾", "不少于", "至少", "超过")
_ABOUT = ("近", "约", "近", "大约", "接近")
_UNDER = ("不超过", "不足", "不到")
_VAGUE = ("数十", "十余", "几十", "十来", "上百", "近百", "百余", "数百", "数千", "近千")
_AFTER = ("以上", "以上", "左右", "以内", "以下", "上下")
_DASHES = ("至", "至", "-", "—", "～", "到", "~", "–")
_CLAIMED = re.compile(r"[约近超过逾于足到少达各每多余数上第]$")
_NUMERAL = re.compile(r"[0-9０-９零〇一二两三四五六七八九十百千万亿.．]")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_WIDE = {ord("0") + digit: ord("０") + digit for digit in range(10)}

_TENTHS = "一二三四五六七八九"
_FRACTIONS = (
    "三分之一",
    "三分之二",
    "四分之一",
    "四分之三",
    "五分之一",
    "五分之二",
    "十分之一",
    "1/3",
    "1/4",
)


def numbers(report: Report, rng: random.Random) -> Report:
    """Other amounts in COUNT and RATE spans, with the attributes that they read as."""
    rate = rng.choice((0.3, 0.6, 0.9))
    edits = []
    for span in report.spans:
        if span.label not in ("COUNT", "RATE") or not _is_plain(report.text, span):
            continue
        if rng.random() < rate and (new := _resampled(report.text, span, rng)):
            edits.append(Edit(span.start, span.end, new.text, (new,)))
    return apply(report, edits)


def _is_plain(text: str, span: Span) -> bool:
    """Whether a span says all there is of its number, on one line."""
    around = text[max(span.start - 1, 0) : span.start] + text[span.end : span.end + 1]
    return (
        not {"note", "reason"} & span.attributes.keys()
        and span["value"] is not None
        and "\n" not in span.text
        and not _NUMERAL.search(around)
    )


def _resampled(text: str, span: Span, rng: random.Random) -> Span | None:
    before = text[max(span.start - _NEAR, 0) : span.start]
    after = text[span.end : span.end + 1]
    for _ in range(3):
        write = write_count if span.label == "COUNT" else write_rate
        surface = write(span, before, after, rng)
        attributes = read_amount(surface, span.label)
        if attributes is not None and surface:
            return Span(0, len(surface), span.label, surface, attributes=attributes)
    return None


def read_amount(surface: str, label: str) -> Mapping[str, Attribute] | None:
    """The attributes of a COUNT or RATE as the number parser reads it; None where it can't."""
    amount = (parse_count if label == "COUNT" else parse_rate)(surface)
    if amount.value is None:
        return None
    attributes: dict[str, Attribute] = {"value": amount.value}
    if amount.upper is not None:
        attributes["upper"] = amount.upper
    if label == "COUNT":
        attributes["unit"] = amount.unit
    return {**attributes, "approx": amount.approx}


def write_count(span: Span, before: str, after: str, rng: random.Random) -> str:
    """A new amount for a COUNT that stands between ``before`` and ``after``."""
    unit = _fitting_unit(str(span["unit"]), before, after, rng)
    if span["value"] == 0 and rng.random() < 0.8:
        return span.text
    size = _SIZE_OF_UNIT.get(unit, "some")
    digits = rng.choices(range(1, 7), _DIGITS[size])[0]
    if rng.random() < 0.5:
        digits = min(max(len(f"{span['value']:.0f}") + rng.choice((-1, 0, 0, 1)), 1), 6)
    value = rng.randint(10 ** (digits - 1), 10**digits - 1)
    may_claim = not _CLAIMED.search(before)
    form = rng.choices(("plain", "claim", "chinese", "range", "vague"), (74, 16, 5, 2, 1))[0]
    if span["approx"] == "none" and form == "plain" and digits == 1 and rng.random() < 0.02:
        value = 0
    if _is_chinese(span.text):
        form = rng.choice(("chinese", "chinese", "plain"))
    if form == "chinese":
        return _chinese_count(value, unit, after, _is_chinese(span.text), rng)
    if form == "range":
        return _range(value, unit, rng)
    if form == "vague":
        vague = rng.choice(_VAGUE[:4] if size == "few" else _VAGUE)
        return f"{vague}万元" if unit == "元" else vague + unit
    if form == "plain" or not unit:
        tail = rng.choice(("余", "多", "")) if not unit and digits > 1 else ""
        return _spaced(_digits(value, unit, rng) + tail, unit, rng)
    return _claim(value, unit, after, may_claim, rng)


def _fitting_unit(unit: str, before: str, after: str, rng: random.Random) -> str:
    family = next((family for family in _FAMILIES if unit in family), ())
    if not family or rng.random() < 0.75:
        return unit
    before_noun = bool(_HAN.match(after))
    fitting = [
        other
        for other in family
        if not (before_noun and other in _ONLY_AFTER_NOUN)
        and (other not in _COUNTED or _COUNTED[other].search(before))
    ]
    return rng.choice(fitting or [unit])


def _is_chinese(surface: str) -> bool:
    return not re.search(r"[0-9０-９]", surface)


def _digits(value: int, unit: str, rng: random.Random) -> str:
    """Arabic digits: plain, with 万 or 亿, with separators, in full width."""
    if unit == "元" and rng.random() < 0.75:
        number = rng.choice((value, round(value / 10, 1), round(value / 100, 2)))
        if number:
            return f"{number:g}{'亿' if number < 100 and rng.random() < 0.12 else '万'}"
    if value >= 10_000 and rng.random() < 0.7:
        return f"{round(value / 10_000, rng.choice((0, 1, 1, 2))):g}万"
    if unit in _MEASURED and value < 1000 and rng.random() < 0.4:
        return f"{value / rng.choice((10, 100)):g}"
    if value >= 1000 and rng.random() < 0.1:
        return f"{value:,}"
    text = str(value)
    return text.translate(_WIDE) if rng.random() < 0.03 else text


def _claim(value: int, unit: str, after: str, may_claim: bool, rng: random.Random) -> str:
    """An approximate amount: 20余次, 约3万份, 100人以上."""
    kind = rng.choices(("mark", "before", "after"), (6, 3 if may_claim else 0, 1))[0]
    if kind == "before":
        word = rng.choice(rng.choices((_OVER, _ABOUT, _UNDER), (5, 5, 1))[0])
        return _spaced(word, _spaced(_digits(_rounded(value), unit, rng), unit, rng), rng)
    number = _digits(max(_rounded(value), 10), unit, rng)
    if kind == "mark" or _HAN.match(after):
        mark = rng.choices(("余", "多"), (5, 2))[0]
        if number[-1] in "万亿" and "." not in number and rng.random() < 0.3:
            return _spaced(
                number[:-1] + (mark if number[-2] == "0" else ""), number[-1] + unit, rng
            )
        # A decimal with no 万 has no 余.
        return _spaced(
            number + (mark if "." not in number or number[-1] in "万亿" else ""), unit, rng
        )
    return _spaced(_digits(value, unit, rng), unit, rng) + rng.choice(_AFTER)


def _rounded(value: int) -> int:
    """A value that an approximation is made of: 1234 is 1200; now 35 stays."""
    return value if value < 20 else int(float(f"{value:.{1 if value < 1000 else 2}g}"))


def _chinese_count(value: int, unit: str, after: str, was: bool, rng: random.Random) -> str:
    """Chinese numerals, small: no 一 before a noun and no 三项 where a figure stood."""
    if not was and (unit in _SET_PHRASES or unit in _MEASURED or _HAN.match(after)):
        return _spaced(_digits(value, unit, rng), unit, rng)
    small = rng.choice((1, 2, 2, 3, 3, 4, 5, 6, 7, 8, 9, 10, 12, 20))
    if value >= 100:
        numeral = chinese(_rounded(value)) if value < 10_000 else chinese(value // 10_000) + "万"
        return (
            numeral.replace("二万", "两万").replace("二千", "两千") + rng.choice(("余", "")) + unit
        )
    if small == 1 and _HAN.match(after):
        small = 3
    if value >= 50 and unit not in _MEASURED:
        return chinese(small * 10) + rng.choice(("余", "多")) + unit
    return ("两" if small == 2 else chinese(small)) + unit


def _range(value: int, unit: str, rng: random.Random) -> str:
    low = min(value, 90)
    high = low + rng.choice((1, 2, 2, 3, 5, 10))
    if high < 11 and rng.random() < 0.2:
        return f"{chinese(low)}至{chinese(high)}{unit}"
    first = unit if unit and rng.random() < 0.15 else ""
    return f"{low}{first}{rng.choice(_DASHES)}{high}{unit}"


def _spaced(left: str, right: str, rng: random.Random) -> str:
    """Both parts, with a space between them now and then."""
    return f"{left} {right}" if left and right and rng.random() < 0.06 else left + right


def write_rate(span: Span, before: str, after: str, rng: random.Random) -> str:
    """A new amount for a RATE: points stay points, and a number without a sign stays without."""
    surface = span.text
    if "百分点" in surface:
        sign = "百分点" if rng.random() < 0.05 else "个百分点"
        return _spaced(f"{_points(rng)}", sign, rng)
    if re.fullmatch(r"[0-9０-９.．]+", surface):
        return _points(rng)
    if "‰" in surface:
        return f"{rng.randint(1, 99) / 10:g}‰"
    if span["value"] == 1 and rng.random() < 0.5:
        return rng.choices(("100%", "100％", "百分之百", "100 %"), (12, 2, 2, 1))[0]
    return _share(before, rng)


def _points(rng: random.Random) -> str:
    return (
        f"{rng.choice((rng.randint(1, 99) / 10, rng.randint(1, 999) / 100, rng.randint(1, 20))):g}"
    )


def _share(before: str, rng: random.Random) -> str:
    """A share in one of its forms, with what makes it approximate."""
    may_claim = not _CLAIMED.search(before)
    word = ""
    if may_claim and rng.random() < 0.15:
        word = rng.choice(("近", "约", "超", "超过", "不低于", "不少于", "不足", "接近"))
    tail = (
        rng.choice(("以上", "以上", "以上", "以上", "左右", "以内")) if rng.random() < 0.18 else ""
    )
    form = rng.choices(("sign", "percent", "tenths", "fraction", "mille"), (84, 3, 5, 3, 1))[0]
    whole = rng.choices(
        (rng.randint(90, 99), rng.randint(50, 89), rng.randint(1, 49), 100), (5, 4, 4, 3)
    )[0]
    if word or (whole == 100 and form in ("sign", "percent")):
        tail = ""
    if whole == 100 and form in ("sign", "percent"):
        word = ""
    if form == "fraction":
        return word + rng.choice(_FRACTIONS)
    if form == "tenths":
        return (
            word + rng.choice(_TENTHS) + rng.choices(("成", "成半", "成五"), (20, 1, 1))[0] + tail
        )
    if form == "percent":
        number = "百" if whole == 100 else chinese(whole)
        return f"{word}百分之{number}{tail}"
    if form == "mille":
        return f"{word}{rng.randint(1, 99) / 10:g}‰{tail}"
    sign = "％" if rng.random() < 0.12 else "%"
    places = rng.choices((0, 1, 2), (5, 3, 2))[0]
    number = str(whole) if whole == 100 else f"{whole + rng.random():.{places}f}"
    number = number.translate(_WIDE) if rng.random() < 0.02 and places == 0 else number
    return word + _spaced(number, sign, rng) + tail
