"""Reading the amounts of COUNT and RATE spans."""

import math
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi.facts.numbers import (
    DIMENSIONS,
    Approx,
    Quantity,
    dimension,
    normal_unit,
    parse_count,
    parse_rate,
)

# text, value, unit, approx
COUNTS: list[tuple[str, int | float, str, Approx]] = [
    # Arabic digits
    ("3次", 3, "次", "none"),
    ("0件", 0, "件", "none"),
    ("4812册", 4812, "册", "none"),
    ("315260人次", 315260, "人次", "none"),
    ("1.96个/件", 1.96, "个/件", "none"),
    ("0.2次", 0.2, "次", "none"),
    ("3.0件", 3, "件", "none"),
    ("999999999999999999", 999999999999999999, "", "none"),
    ("３６２０件", 3620, "件", "none"),
    ("１．５万件", 15000, "件", "none"),
    ("3,620件", 3620, "件", "none"),
    ("3，620件", 3620, "件", "none"),
    ("1,234,567元", 1234567, "元", "none"),
    ("1,234.5亩", 1234.5, "亩", "none"),
    # white space and line breaks
    ("20 余次", 20, "次", "over"),
    (" 3 名 ", 3, "名", "none"),
    ("3\u3000名", 3, "名", "none"),
    ("3\xa0万\u3000余 份", 30000, "份", "over"),
    ("12\n56户", 1256, "户", "none"),
    ("12\n    56户", 1256, "户", "none"),
    ("12\r\n件", 12, "件", "none"),
    ("1.\n5万平\n方米", 15000, "平方米", "none"),
    ("20\n余\n次", 20, "次", "over"),
    ("3\u200b名", 3, "名", "none"),
    # signs and units of other kinds
    ("100+件", 100, "件", "over"),
    ("3万＋人次", 30000, "人次", "over"),
    ("100+", 100, "", "over"),
    ("3.5亿元人民币", 350000000, "元人民币", "none"),
    ("3620余册(份)", 3620, "册(份)", "over"),
    # spaces between thousands
    ("1 200份", 1200, "份", "none"),
    ("12 345件", 12345, "件", "none"),
    ("1 234 567元", 1234567, "元", "none"),
    ("３ ６２０余册", 3620, "册", "over"),
    ("近3\u3000620册", 3620, "册", "about"),
    ("1 200.5万元", 12005000, "元", "none"),
    # Chinese numerals
    ("三名", 3, "名", "none"),
    ("两场次", 2, "场次", "none"),
    ("一场", 1, "场", "none"),
    ("十人", 10, "人", "none"),
    ("十二件", 12, "件", "none"),
    ("二十件", 20, "件", "none"),
    ("廿三人", 23, "人", "none"),
    ("卅件", 30, "件", "none"),
    ("一百一十件", 110, "件", "none"),
    ("一百十件", 110, "件", "none"),
    ("一百零三件", 103, "件", "none"),
    ("二百〇三件", 203, "件", "none"),
    ("三百五十件", 350, "件", "none"),
    ("一千零五十件", 1050, "件", "none"),
    ("一千零五件", 1005, "件", "none"),
    ("九千八百七十六件", 9876, "件", "none"),
    ("一万零五件", 10005, "件", "none"),
    ("一万五千件", 15000, "件", "none"),
    ("十二万三千四百件", 123400, "件", "none"),
    ("一亿零五百元", 100000500, "元", "none"),
    ("三亿二千万元", 320000000, "元", "none"),
    ("一〇五件", 105, "件", "none"),
    ("二〇二四件", 2024, "件", "none"),
    ("叁仟元", 3000, "元", "none"),
    ("壹佰贰拾元", 120, "元", "none"),
    ("三点五亩", 3.5, "亩", "none"),
    ("一百零三点五亩", 103.5, "亩", "none"),
    ("零点五亩", 0.5, "亩", "none"),
    ("三点五万元", 35000, "元", "none"),
    ("半亩", 0.5, "亩", "none"),
    # digits with Chinese places
    ("3千人", 3000, "人", "none"),
    ("2.5千人", 2500, "人", "none"),
    ("3百万元", 3000000, "元", "none"),
    ("1.2万件", 12000, "件", "none"),
    ("35.6万元", 356000, "元", "none"),
    ("0.29万元", 2900, "元", "none"),
    ("57.95万册", 579500, "册", "none"),
    ("26万平方米", 260000, "平方米", "none"),
    ("12000万元", 120000000, "元", "none"),
    ("1,200万元", 12000000, "元", "none"),
    ("1.5亿元", 150000000, "元", "none"),
    ("1.2万亿元", 1200000000000, "元", "none"),
    ("3万亿元", 3000000000000, "元", "none"),
    ("1亿2千万元", 120000000, "元", "none"),
    ("1亿2000万元", 120000000, "元", "none"),
    ("3万5千人", 35000, "人", "none"),
    ("3万5000人", 35000, "人", "none"),
    ("3千5百人", 3500, "人", "none"),
    ("两百万元", 2000000, "元", "none"),
    # units that hold a place, or a sign
    ("3千米", 3, "千米", "none"),
    ("20多千米", 20, "千米", "over"),
    ("3万千瓦", 30000, "千瓦", "none"),
    ("五千米", 5000, "米", "none"),
    ("数千米", 1000, "米", "over"),
    ("32微克/立方米", 32, "微克/立方米", "none"),
    ("5km", 5, "km", "none"),
    ("5㎡", 5, "㎡", "none"),
    ("300人（次）", 300, "人（次）", "none"),
    ("三点建议", 3, "点建议", "none"),
    ("3000", 3000, "", "none"),
    # a unit with others in brackets
    ("12台（套）", 12, "台（套）", "none"),
    ("近12 台(套)", 12, "台(套)", "about"),
    ("3.5万头（只）左右", 35000, "头（只）", "about"),
    ("60万头（只、羽）", 600000, "头（只、羽）", "none"),
    ("两户（家）", 2, "户（家）", "none"),
    # words before
    ("约20件", 20, "件", "about"),
    ("大约20件", 20, "件", "about"),
    ("近20件", 20, "件", "about"),
    ("接近20件", 20, "件", "about"),
    ("将近20件", 20, "件", "about"),
    ("超20件", 20, "件", "over"),
    ("超过3万人", 30000, "人", "over"),
    ("逾1.2万人", 12000, "人", "over"),
    ("不少于1次", 1, "次", "over"),
    ("不低于50元", 50, "元", "over"),
    ("至少一次", 1, "次", "over"),
    ("不超过3天", 3, "天", "under"),
    ("不足10件", 10, "件", "under"),
    ("不到10件", 10, "件", "under"),
    ("不高于10元", 10, "元", "under"),
    ("至多2次", 2, "次", "under"),
    # a place alone
    ("数十次", 10, "次", "over"),
    ("几十人", 10, "人", "over"),
    ("上百份", 100, "份", "over"),
    ("上千人", 1000, "人", "over"),
    ("数千户", 1000, "户", "over"),
    ("数十万人", 100000, "人", "over"),
    ("几百万元", 1000000, "元", "over"),
    ("上亿元", 100000000, "元", "over"),
    ("近百人", 100, "人", "about"),
    ("近千万元", 10000000, "元", "about"),
    ("逾千户", 1000, "户", "over"),
    ("百余件", 100, "件", "over"),
    ("千余人", 1000, "人", "over"),
    ("万余份", 10000, "份", "over"),
    ("百人以上", 100, "人", "over"),
    # words inside
    ("20余件", 20, "件", "over"),
    ("200多户", 200, "户", "over"),
    ("十来次", 10, "次", "about"),
    ("百来人", 100, "人", "about"),
    ("十几人", 10, "人", "over"),
    ("二十几万元", 200000, "元", "over"),
    ("两万余人次", 20000, "人次", "over"),
    ("三百二十余件", 320, "件", "over"),
    ("1 万余份", 10000, "份", "over"),
    ("650余万元", 6500000, "元", "over"),
    ("3.4万多人", 34000, "人", "over"),
    ("20多万人", 200000, "人", "over"),
    ("20多亿元", 2000000000, "元", "over"),
    ("6600多万", 66000000, "", "over"),
    # words after
    ("5人以上", 5, "人", "over"),
    ("5人及以上", 5, "人", "over"),
    ("100以上人次", 100, "人次", "over"),
    ("100个以内", 100, "个", "under"),
    ("5件以下", 5, "件", "under"),
    ("30户左右", 30, "户", "about"),
    ("3000上下", 3000, "", "about"),
    ("3000余", 3000, "", "over"),
    ("3000 余", 3000, "", "over"),
    ("3米多", 3, "米", "over"),
    ("105次之多", 105, "次", "none"),
    # several words
    ("至少3次以上", 3, "次", "over"),
    ("近200余人", 200, "人", "about"),
    ("约十几人", 10, "人", "about"),
]

# text, value, upper, unit, approx
COUNT_RANGES: list[tuple[str, int | float, int | float, str, Approx]] = [
    ("3至5名", 3, 5, "名", "none"),
    ("3到5名", 3, 5, "名", "none"),
    ("3-5名", 3, 5, "名", "none"),
    ("3—5名", 3, 5, "名", "none"),
    ("3——5名", 3, 5, "名", "none"),
    ("3–5名", 3, 5, "名", "none"),
    ("3～5", 3, 5, "", "none"),
    ("3~5件", 3, 5, "件", "none"),
    ("10 —\n15 件", 10, 15, "件", "none"),
    ("三至五名", 3, 5, "名", "none"),
    ("3名至5名", 3, 5, "名", "none"),
    ("1.5至2.5亩", 1.5, 2.5, "亩", "none"),
    ("约3至5名", 3, 5, "名", "about"),
    ("3至5名左右", 3, 5, "名", "about"),
    ("3至5名不等", 3, 5, "名", "none"),
    ("20余至30余件", 20, 30, "件", "over"),
    ("两三名", 2, 3, "名", "none"),
    ("一两次", 1, 2, "次", "none"),
    ("十七八人", 17, 18, "人", "none"),
    ("二三十人", 20, 30, "人", "none"),
    ("一百二三十人", 120, 130, "人", "none"),
    ("两三万人", 20000, 30000, "人", "none"),
    ("2万至3万人", 20000, 30000, "人", "none"),
    ("2至3万人", 20000, 30000, "人", "none"),
    ("2万元至3万元", 20000, 30000, "元", "none"),
    ("200至300万元", 2000000, 3000000, "元", "none"),
    ("2000至3万人", 2000, 30000, "人", "none"),
    ("9千至1万人", 9000, 10000, "人", "none"),
    ("三至五百人", 300, 500, "人", "none"),
    ("十至二十万人", 100000, 200000, "人", "none"),
    ("五至二十万人", 50000, 200000, "人", "none"),
    ("8至二十人", 8, 20, "人", "none"),
]

# text, why it is refused
NO_COUNTS = [
    ("", "empty"),
    (" \n\u3000", "empty"),
    ("件", "no number at the start"),
    ("第一次", "no number at the start"),
    ("多次", "no number at the start"),
    ("几次", "no number at the start"),
    ("若干", "no number at the start"),
    ("双百", "no number at the start"),
    ("nan", "no number at the start"),
    ("∞", "no number at the start"),
    ("٣件", "no number at the start"),
    ("\x003件", "no number at the start"),
    ("\ud8003件", "no number at the start"),
    (".5件", "no number at the start"),
    ("近", "no number at the start"),
    ("零件", "zero as a word"),
    ("亿元", "a place with no digit"),
    ("万元", "a place with no digit"),
    ("百件", "a place with no digit"),
    ("数3件", "a place with no digit"),
    ("近百二十件", "a place with no digit"),
    ("一个半", "not a unit"),
    ("5几件", "not a unit"),
    ("一些", "not a unit"),
    ("1e5", "not a unit"),
    ("3.", "not a unit"),
    ("10大类37项", "not a unit"),
    ("3名（党员）", "not a unit"),
    ("3名（）", "not a unit"),
    ("3台（套）次", "not a unit"),
    ("3\x00", "not a unit"),
    ("3\udfff", "not a unit"),
    ("半导体", "half of an unknown unit"),
    ("36,20件", "not a number"),
    ("1234,567件", "not a number"),
    ("1.2.3件", "not a number"),
    ("1.2万5千件", "not a number"),
    ("三百五件", "not a number"),
    ("三百五", "not a number"),
    ("一百零", "not a number"),
    ("十百件", "not a number"),
    ("1亿万", "not a number"),
    ("3一5名", "not a number"),
    ("一万五人", "digits with no place"),
    ("3万5人", "digits with no place"),
    ("三亿五千元", "digits with no place"),
    ("三五名", "digits side by side"),
    ("三四五件", "digits side by side"),
    ("一二三件", "digits side by side"),
    ("12 56", "a space between digits"),
    ("12 5", "a space between digits"),
    ("0 200", "a space between digits"),
    ("1  200", "a space between digits"),
    ("1200 300", "a space between digits"),
    ("1 200 30", "a space between digits"),
    ("1 2000", "a space between digits"),
    ("1.5 200", "a space between digits"),
    ("一 200", "a space between digits"),
    ("1个半小时", "not a unit"),
    ("5至3名", "does not rise"),
    ("3至3名", "does not rise"),
    ("两三名至四五名", "does not rise"),
    ("3至", "two ends"),
    ("-3件", "a negative number"),
    ("－1.5万元", "a negative number"),
    ("1-2-3件", "two ends"),
    ("3名至5人", "two units"),
    ("三至五十人", "unclear place"),
    ("一至二十万人", "unclear place"),
    ("不超过20件以上", "both over and under"),
    ("1234567890123456789", "over 18 digits"),
    ("0.1234567890123456789件", "over 18 digits"),
    ("999999999999999999万", "over 18 digits"),
    ("97%", "a rate, not a count"),
    ("九成", "a rate, not a count"),
    ("1/4", "a rate, not a count"),
    ("三分之一", "a rate, not a count"),
    ("3个百分点", "a rate, not a count"),
    ("3倍", "a rate, not a count"),
    ("1:3", "a rate, not a count"),
]

# text, unit and approx of what has no value
UNITS_ALONE: list[tuple[str, str, Approx]] = [
    ("12 5件", "件", "none"),
    ("12 5台（套）", "台（套）", "none"),
    ("约12 5件", "件", "about"),
    ("12 5 平方\n米以上", "平方米", "over"),
    ("三五名", "名", "none"),
    ("数3件", "件", "none"),
    ("万元", "元", "none"),
    ("不超过20件以上", "件", "none"),
    ("5至3名", "名", "none"),
    ("-3件", "件", "none"),
    ("3至三五份（册）", "份（册）", "none"),
    ("3名至5人", "", "none"),
    ("10大类37项", "", "none"),
    ("1个半小时", "", "none"),
    ("零件", "", "none"),
    ("第一次", "", "none"),
    ("近97%", "", "about"),
]

# text, value, approx
RATES: list[tuple[str, int | float, Approx]] = [
    ("97%", 0.97, "none"),
    ("100％", 1, "none"),
    ("0%", 0, "none"),
    ("-12.5%", -0.125, "none"),
    ("－5%", -0.05, "none"),
    ("约−3.2个百分点", -0.032, "about"),
    ("95%+", 0.95, "over"),
    ("150%", 1.5, "none"),
    ("98.5 %", 0.985, "none"),
    ("98\n.5%", 0.985, "none"),
    ("９７．６％", 0.976, "none"),
    ("1,200%", 12, "none"),
    ("1‰", 0.001, "none"),
    ("百分之百", 1, "none"),
    ("百分百", 1, "none"),
    ("百分之十", 0.1, "none"),
    ("百分之九十八点五", 0.985, "none"),
    ("百分之零点五", 0.005, "none"),
    ("百分之一百零五", 1.05, "none"),
    ("百分之95", 0.95, "none"),
    ("百分之九十多", 0.9, "over"),
    ("千分之三", 0.003, "none"),
    ("万分之五", 0.0005, "none"),
    ("十分之一", 0.1, "none"),
    ("三分之一", 1 / 3, "none"),
    ("三分之二以上", 2 / 3, "over"),
    ("1/4左右", 0.25, "about"),
    ("近1/3", 1 / 3, "about"),
    ("九成", 0.9, "none"),
    ("九成以上", 0.9, "over"),
    ("九成多", 0.9, "over"),
    ("近九成", 0.9, "about"),
    ("九\n成", 0.9, "none"),
    ("九成五", 0.95, "none"),
    ("9成5", 0.95, "none"),
    ("一成半", 0.15, "none"),
    ("十成", 1, "none"),
    ("一半", 0.5, "none"),
    ("半数以上", 0.5, "over"),
    ("近半", 0.5, "about"),
    ("过半", 0.5, "over"),
    ("3.2个百分点", 0.032, "none"),
    ("0.7 个百分点", 0.007, "none"),
    ("两个百分点", 0.02, "none"),
    ("3.2百分点", 0.032, "none"),
    ("近3个百分点", 0.03, "about"),
    ("4.2", 0.042, "none"),
    ("5", 0.05, "none"),
    ("95%以上", 0.95, "over"),
    ("90多%", 0.9, "over"),
    ("超过95%", 0.95, "over"),
    ("不低于95%", 0.95, "over"),
    ("不超过5%", 0.05, "under"),
    ("30%以内", 0.3, "under"),
    ("约30%", 0.3, "about"),
    ("4.2倍", 4.2, "none"),
    ("1.2 倍", 1.2, "none"),
    ("２．５倍", 2.5, "none"),
    ("两倍", 2, "none"),
    ("近两倍", 2, "about"),
    ("三倍以上", 3, "over"),
    ("2倍多", 2, "over"),
    ("两倍有余", 2, "over"),
    ("十余倍", 10, "over"),
    ("三点五倍", 3.5, "none"),
    ("1倍左右", 1, "about"),
]

# text, value, upper
RATE_RANGES = [
    ("95%-98%", 0.95, 0.98),
    ("95%至98%", 0.95, 0.98),
    ("95-98%", 0.95, 0.98),
    ("三至五成", 0.3, 0.5),
    ("九成至九成五", 0.9, 0.95),
    ("七八成", 0.7, 0.8),
    ("百分之三至百分之五", 0.03, 0.05),
    ("百分之三到五", 0.03, 0.05),
    ("百分之七八十", 0.7, 0.8),
    ("1/4至1/3", 0.25, 1 / 3),
    ("1至3个百分点", 0.01, 0.03),
    ("4.2至5", 0.042, 0.05),
    ("1.5至2倍", 1.5, 2),
    ("两三倍", 2, 3),
]

NO_RATES = [
    ("双百", "no rate at the start"),
    ("全覆盖", "no rate at the start"),
    ("百分点", "no rate at the start"),
    ("%", "no rate at the start"),
    ("四", "a number with no sign"),
    ("零", "a number with no sign"),
    ("百分之", "no rate at the start"),
    ("97%%", "not a sign of a rate"),
    ("3倍体", "not a sign of a rate"),
    ("数倍", "no rate at the start"),
    ("成倍", "no rate at the start"),
    ("翻一番", "no rate at the start"),
    ("1:3", "not a sign of a rate"),
    ("5件", "not a sign of a rate"),
    ("百分之九十八件", "not a fraction"),
    ("1/0", "not a fraction"),
    ("零分之一", "not a fraction"),
    ("12/4", "a fraction above one"),
    ("七八成五", "not a number of tenths"),
    ("98%至95%", "does not rise"),
    ("—3%", "a negative number"),
    ("-3%至2%", "a negative number"),
    ("——3%", "two ends"),
    ("9.1234567890123456789%", "over 18 digits"),
]


@pytest.mark.parametrize(("text", "value", "unit", "approx"), COUNTS)
def test_count(text: str, value: float, unit: str, approx: Approx) -> None:
    assert parse_count(text) == Quantity(value, unit, approx)


@pytest.mark.parametrize(("text", "value", "upper", "unit", "approx"), COUNT_RANGES)
def test_count_range(text: str, value: float, upper: float, unit: str, approx: Approx) -> None:
    assert parse_count(text) == Quantity(value, unit, approx, upper)


@pytest.mark.parametrize(("text", "value", "approx"), RATES)
def test_rate(text: str, value: float, approx: Approx) -> None:
    assert parse_rate(text) == Quantity(value, "", approx)


@pytest.mark.parametrize(("text", "value", "upper"), RATE_RANGES)
def test_rate_range(text: str, value: float, upper: float) -> None:
    assert parse_rate(text) == Quantity(value, "", "none", upper)


@pytest.mark.parametrize(("text", "reason"), NO_COUNTS)
def test_count_refused(text: str, reason: str) -> None:
    quantity = parse_count(text)
    assert (quantity.value, quantity.upper) == (None, None)
    assert quantity.reason is not None
    assert reason in quantity.reason


@pytest.mark.parametrize(("text", "unit", "approx"), UNITS_ALONE)
def test_unit_of_a_count_refused(text: str, unit: str, approx: Approx) -> None:
    quantity = parse_count(text)
    assert quantity == Quantity(None, unit, approx, reason=quantity.reason)


@pytest.mark.parametrize(("text", "reason"), NO_RATES)
def test_rate_refused(text: str, reason: str) -> None:
    quantity = parse_rate(text)
    assert quantity.value is None
    assert quantity.reason is not None
    assert reason in quantity.reason


@pytest.mark.parametrize("text", ["3次", "3.0次", "1.5万次", "三点零次"])
def test_whole_count_is_int(text: str) -> None:
    assert type(parse_count(text).value) is int


def test_percent_is_exact() -> None:
    for tenths in range(2000):
        text = f"{tenths / 10}%"
        assert parse_rate(text).value == float(f"{tenths}e-3"), text


@pytest.mark.parametrize(
    ("unit", "measures"),
    [("人次", "people"), ("件", "cases"), ("份", "documents"), ("元", "money"), ("公里", "length")],
)
def test_dimension(unit: str, measures: str) -> None:
    assert dimension(unit) == measures


def test_dimension_of_unknown_unit() -> None:
    assert dimension("万元") is None
    assert dimension("") is None


@pytest.mark.parametrize(
    ("text", "unit", "measures"),
    [
        ("26万㎡", "平方米", "area"),
        ("3.5万平方", "平方米", "area"),
        ("5千米", "公里", "length"),
        ("20人（次）", "人次", "people"),
        ("3户(次)", "户次", "groups"),
        ("2亿元人民币", "元", "money"),
        ("20余册（份）", "册", "documents"),
        ("12台（套）", "台", "things"),
        ("3.5万头(只、羽)", "头", "things"),
        ("30场（次）", "场次", "events"),
        ("300起", "起", "cases"),
        ("7朵", "朵", None),
    ],
)
def test_units_by_their_usual_name(text: str, unit: str, measures: str | None) -> None:
    written = parse_count(text).unit
    assert (normal_unit(written), dimension(written)) == (unit, measures)


def test_a_usual_name_is_its_own() -> None:
    assert all(normal_unit(normal_unit(unit)) == normal_unit(unit) for unit in DIMENSIONS)
    assert all(normal_unit(unit) in DIMENSIONS for unit in DIMENSIONS)


@pytest.mark.parametrize("unit", DIMENSIONS)
def test_every_unit_is_read(unit: str) -> None:
    assert parse_count(f"近1.2万{unit}") == Quantity(12000, unit, "about")
    assert parse_count(f"20余{unit}以上") == Quantity(20, unit, "over")


CHARACTERS = (
    "0123459一二两三九十百千万亿零〇廿半点.,，%％‰成约近超逾余多来几数上至到-—～/件 \n\u3000"
)
WORDS = "分之 百分之 百分点 个百分点 不超过 以上 以内 人次 平方米 千米"
PIECES = st.sampled_from([*CHARACTERS, *WORDS.split()])


@given(st.text() | st.text(st.characters(categories=["Cs", "Cc", "Nd", "No", "Nl", "Zs"])))
def test_never_raises_on_text(text: str) -> None:
    check(parse_count(text), 0)
    check(parse_rate(text), -(10**18))


@given(st.lists(PIECES, max_size=14).map("".join))
def test_never_raises_on_pieces_of_amounts(text: str) -> None:
    check(parse_count(text), 0)
    check(parse_rate(text), -(10**18))


def check(quantity: Quantity, least: int) -> None:
    """What holds of every result."""
    assert (quantity.value is None) == (quantity.reason is not None)
    assert quantity.value is not None or quantity.upper is None
    for end in (quantity.value, quantity.upper):
        assert end is None or (math.isfinite(end) and least <= end < 10**18)
    if quantity.value is not None and quantity.upper is not None:
        assert quantity.value < quantity.upper
    assert not re.search(r"[\s0-9万亿]", quantity.unit)


PLACES = ["", "十", "百", "千"]


def in_chinese(number: int) -> str:
    """A number below 10**8 in Chinese numerals."""
    if number >= 10**4:
        rest = number % 10**4
        zero = "零" if 0 < rest < 1000 else ""
        return in_chinese(number // 10**4) + "万" + zero + (in_chinese(rest) if rest else "")
    digits = [f"{'零一二三四五六七八九'[int(digit)]}" for digit in str(number)]
    places = [PLACES[place] for place in reversed(range(len(digits)))]
    written = "".join(d if d == "零" else d + p for d, p in zip(digits, places, strict=True))
    return re.sub("零+", "零", written).rstrip("零")


@given(st.integers(1, 10**8 - 1))
def test_chinese_numerals(number: int) -> None:
    assert parse_count(in_chinese(number) + "件") == Quantity(number, "件", "none")


@given(st.integers(0, 10**18 - 1), st.sampled_from(["件", "人次", "平方米", ""]))
def test_arabic_digits(number: int, unit: str) -> None:
    expected = Quantity(number, unit, "none")
    assert parse_count(f"{number}{unit}") == expected
    assert parse_count(f"{number:,}{unit}") == expected


@given(st.lists(PIECES, max_size=10).map("".join), st.integers(0, 10))
def test_line_break_changes_nothing(text: str, at: int) -> None:
    """A line broken by the extraction, anywhere."""
    text = "".join(text.split())
    assert parse_count(text[:at] + "\n" + text[at:]) == parse_count(text)
    assert parse_rate(text[:at] + "\n" + text[at:]) == parse_rate(text)


@pytest.mark.parametrize(
    "text",
    [
        *("9" * 10**6, "1," * 10**5, "一" * 10**6, "1 " * 10**5, " " * 10**6 + "3件", "约" * 99),
        *("1" + " " * 10**6, "多" * 99 + "x", "分之" * 50, "一百" * 50, "1-" * 50, "三点" * 50),
    ],
    ids=range(12),
)
def test_long_text_is_fast(text: str) -> None:
    start = time.process_time()
    parse_count(text)
    parse_rate(text)
    assert time.process_time() - start < 1
