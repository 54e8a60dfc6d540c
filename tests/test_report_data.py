"""What a report says of itself: tables of heads and tails, and any text; the divisions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi.facts import Phrase, ReportData
from fazhi.facts.divisions import COLUMNS, Division, Divisions
from fazhi.facts.report_data import read_report_data
from fazhi_training import divisions as builder

TITLE = "青石镇人民政府2023年法治政府建设工作报告"
OPENING = "\n我镇依法行政水平稳步提升。现将有关情况报告如下。\n"
BODY = "\n一、主要举措和成效\n抓实普法宣传。\n二、存在的问题\n力量不足。\n"
FIELDS = ("title", "issuer", "number", "signed", "addressee")


def read(text: str) -> ReportData:
    """Read *text*, whose headings are the lines that begin with 一、 and the like."""
    return read_report_data(text, [m.span() for m in re.finditer("(?m)^[一二三四]、.*$", text)])


def flat(data: ReportData) -> dict[str, object]:
    """The fields of *data*; a phrase by its text without white space."""
    values = {name: getattr(data, name) for name in ReportData.__slots__}
    return {n: "".join(v.text.split()) if isinstance(v, Phrase) else v for n, v in values.items()}


# Title as it stands, issuer, tier (? if it tells none) and kind, year.
TITLES = [
    (TITLE, "青石镇人民政府", "township government", 2023),
    ("青石镇2023年度法治政府建设情况", "青石镇", "township government", 2023),
    ("青石瑶族乡2023年依法行政工作总结", "青石瑶族乡", "township government", 2023),
    (
        "昌原市青石街道办事处\n\n关于 2020 年推进法治政府\n\n建设情况的报告",
        "昌原市青石街道办事处",
        "township government",
        2020,
    ),
    (
        "青石镇人民\n政府关于2022年度\n法治政府建设情况的\n报告",
        "青石镇人民政府",
        "township government",
        2022,
    ),
    (
        "中共青石镇委员会\n青石镇人民政府\n关于2023年度法治政府建设情况的报告",
        "中共青石镇委员会青石镇人民政府",
        "township government",
        2023,
    ),
    ("2024年青石区法治政府建设年度报告", "青石区", "county government", 2024),
    ("二〇二三年度青石县法治政府建设报告", "青石县", "county government", 2023),
    ("青石县二○二二年法治政府建设情况报告", "青石县", "county government", 2022),
    ("关于2023年度青石县法治政府建设情况的报告", "青石县", "county government", 2023),
    ("青石县２０２３年法治政府建设报告", "青石县", "county government", 2023),
    ("青石县2023法治政府建设报告", "青石县", "county government", 2023),
    ("青石县法治政府建设报告（2023年度）", "青石县", "county government", 2023),
    ("青石县2023年法治政府建设报告（2024年1月10日）", "青石县", "county government", 2023),
    ("青石县2023年法治政府建设工作总结\n暨2024年工作计划", "青石县", "county government", 2023),
    ("青石县2024年工作打算和2023年法治政府建设情况报告", "青石县", "county government", 2023),
    (
        "青石县2023年贯彻《法治政府建设实施纲要（2021-2025年）》情况报告",
        "青石县",
        "county government",
        2023,
    ),
    ("青石县2016—2020年法治政府建设情况报告", "青石县", "county government", None),
    ("和县人民政府2023年法治政府建设报告", "和县人民政府", "county government", 2023),
    ("本溪市2023年法治政府建设报告", "本溪市", "city government", 2023),
    ("潜江市2023年法治政府建设报告", "潜江市", "county government", 2023),
    ("昌原市2023年法治政府建设报告", "昌原市", "? government", 2023),
    ("上海市浦东新区2023年法治政府建设情况报告", "上海市浦东新区", "county government", 2023),
    (
        "湖南省人民政府关于2018年法治政府建设情况的报告",
        "湖南省人民政府",
        "province government",
        2018,
    ),
    (
        "青石县住房和城乡建设局2023年度法治政府建设工作报告",
        "青石县住房和城乡建设局",
        "county department",
        2023,
    ),
    ("昌原市城市管理局2023年度法治政府建设工作报告", "昌原市城市管理局", "? department", 2023),
    (
        "青石县发展和改革委员会关于2023年法治政府建设情况的报告",
        "青石县发展和改革委员会",
        "county department",
        2023,
    ),
    (
        "青石县人民政府办公室2023年法治政府建设工作报告",
        "青石县人民政府办公室",
        "county department",
        2023,
    ),
    (
        "国家税务总局青石县税务局2023年法治税务建设情况报告",
        "国家税务总局青石县税务局",
        "county department",
        2023,
    ),
    ("司法部2023年法治政府建设年度报告", "司法部", "national department", 2023),
    ("恩施州司法局2023年法治政府建设报告", "恩施州司法局", "city department", 2023),
    ("中共青石县委员会2023年法治建设工作报告", "中共青石县委员会", "county party", 2023),
    (
        "青石县委全面依法治县委员会办公室2023年法治政府建设报告",
        "青石县委全面依法治县委员会办公室",
        "county department",
        2023,
    ),
    (
        "云岭经济技术开发区管理委员会\n2024年度法治政府建设情况报告",
        "云岭经济技术开发区管理委员会",
        "? zone",
        2024,
    ),
    ("云岭高新区2024年法治政府建设报告", "云岭高新区", "? zone", 2024),
]


@pytest.mark.parametrize(("title", "issuer", "sort", "year"), TITLES)
def test_title_tells_issuer_and_year(title: str, issuer: str, sort: str, year: int | None) -> None:
    data = read(f"首页 > 政务公开 > 正文\n\n{title}\n{OPENING}{BODY}")
    assert data.title is not None
    assert data.title.text == title
    assert (flat(data)["issuer"], data.year) == (issuer, year)
    assert f"{data.tier or '?'} {data.kind}" == sort


# Text before, between or after, and what it says (what is not named is not compared).
CASES: list[tuple[str, dict[str, object]]] = [
    # The title: on a page, twice, in a table alone, not at all.
    (f"{TITLE}_青石县政务公开\n首页>>{TITLE}\n{TITLE}{OPENING}{BODY}", {"title": TITLE}),
    (
        f"青石镇信息网\n{TITLE}\n来源：县司法局\n青石镇2023年度法治政府建设报告{OPENING}{BODY}",
        {"title": "青石镇2023年度法治政府建设报告", "issuer": "青石镇"},
    ),
    (f"{TITLE}\n\n来源：  作者：\n\n2023年法治政府建设报告{OPENING}{BODY}", {"title": TITLE}),
    (f"青石县人民政府\n{TITLE}{OPENING}{BODY}", {"title": TITLE}),
    (f"| 标题： | {TITLE} | 有效性： | |\n我镇如下。{BODY}", {"title": TITLE, "year": 2023}),
    (f"2023-01-18\n• 责任编辑\n{TITLE}{OPENING}{BODY}", {"title": TITLE, "year": 2023}),
    (f"数说法治｜{TITLE}{OPENING}{BODY}", {"title": TITLE}),
    (f"附件：{TITLE}.pdf\n今年以来，我镇抓普法。{BODY}", {"title": None, "year": None}),
    (f"现将2023年法治政府建设工作情况\n报告如下。{BODY}", {"title": None, "issuer": None}),
    (f"\n{BODY}上一篇：青石镇2022年法治政府建设报告\n", {"title": None, "year": None}),
    ("", dict.fromkeys(ReportData.__slots__)),
    # The issuer where the title names none.
    (
        f"2023年度法治政府建设报告{OPENING}{BODY}青石镇人民政府\n2024年1月5日",
        {"issuer": "青石镇人民政府", "tier": "township"},
    ),
    (
        f"法治政府建设报告{OPENING}{BODY}中共青石镇委员会\n青石镇人民政府（盖章）\n2024年1月5日",
        {"issuer": "中共青石镇委员会青石镇人民政府", "kind": "government", "year": 2023},
    ),
    (f"青石县司法局文件\n2023年度法治政府建设报告\n{BODY}", {"issuer": "青石县司法局"}),
    (
        f"2023年度法治政府建设报告\n2023年，青石街道办事处坚持学法用法。{BODY}",
        {"issuer": "青石街道办事处", "year": 2023},
    ),
    (f"2023年度法治政府建设报告\n2023年，区委、区政府坚持学法用法。{BODY}", {"issuer": None}),
    (
        f"发布机构：云岭县司法局\n2023年法治政府建设情况报告{OPENING}{BODY}",
        {"issuer": None, "tier": "township", "kind": "government"},
    ),
    (
        f"全市2023年法治政府建设情况报告\n我局抓实普法。{BODY}",
        {"issuer": None, "tier": None, "kind": "department", "year": 2023},
    ),
    # The year where no title names it, and where other years stand beside it.
    (
        f"今天是2026年3月1日 星期日\n索引号：QS-2025-01\n{TITLE}\n发布时间：2025-02-01{BODY}",
        {"year": 2023},
    ),
    (f"{TITLE}\n继2022年度报告公开后，镇政府继续加力。{BODY}", {"year": 2023}),
    (f"继2021年度报告公开后，镇政府继续加力。现将2022年工作报告如下：{BODY}", {"year": 2022}),
    (
        "我镇情况如下。\n一、2022年推进法治政府建设的主要举措和成效\n二、2023年打算\n",
        {"year": 2022},
    ),
    ("《纲要（2021-2025年）》下发。\n一、基本情况\n二、2024年工作计划\n", {"year": 2023}),
    (f"秋去冬来。二〇二二年，我镇抓实普法。{BODY}", {"year": 2022}),
    (f"今年以来，我镇抓实普法。{BODY}青石镇人民政府\n2022年12月20日", {"year": 2022}),
    (f"一年来，我镇抓实普法。{BODY}青石镇人民政府\n2023年1月20日", {"year": 2022}),
    (f"一年来，我镇抓实普法。{BODY}青石镇人民政府\n2023年8月20日", {"year": None}),
    # The number: of the report, not of what it cites.
    (f"青政发〔2024〕12号\n{TITLE}{BODY}", {"number": "青政发〔2024〕12号"}),
    (f"青政发﹝2024﹞12号    签发人：王一\n{TITLE}{BODY}", {"number": "青政发﹝2024﹞12号"}),
    (f"{TITLE}\n（青政〔2024〕第 3 号）\n{BODY}", {"number": "青政〔2024〕第3号"}),
    (f"| 文号 | 青政发[2024]12号 | 时效 | |\n{TITLE}{BODY}", {"number": "青政发[2024]12号"}),
    (f"[ 发文字号 ] 青府 202412号\n{TITLE}{BODY}", {"number": "青府202412号"}),
    (f"文号：青政发〔２０２４〕１２号\n{TITLE}{BODY}", {"number": "青政发〔２０２４〕１２号"}),
    (f"• 发文字号\n青政发(2024)12号\n{TITLE}{BODY}", {"number": "青政发(2024)12号"}),
    (f"{TITLE}\n根据县里通知（青府〔2023〕9号）要求，报告如下：\n{BODY}", {"number": None}),
    (f"文 号 青政发〔2024〕12号 有效\n{TITLE}{BODY}", {"number": "青政发〔2024〕12号"}),
    (f"落实相关任务（青府〔2023〕9号）的部署\n{TITLE}{BODY}", {"number": None}),
    (f"索引号：QS-2024-012\n文号：\n{TITLE}{BODY}", {"number": None}),
    # The date: of the signature, not of the page.
    (
        f"{TITLE}{BODY}青石镇人民政府\n 2024 年 1 月 5 日\n- 4 -",
        {"signed": "2024年1月5日", "signed_on": "2024-01-05"},
    ),
    (f"{TITLE}{BODY}青石镇人民政府　　2024年1月5日", {"signed_on": "2024-01-05"}),
    (f"{TITLE}{BODY}青石镇人民政府\n2024.1.5", {"signed": "2024.1.5", "signed_on": "2024-01-05"}),
    (
        f"{TITLE}{BODY}２０２４年１月５日",
        {"signed": "２０２４年１月５日", "signed_on": "2024-01-05"},
    ),
    (f"{TITLE}{BODY}二〇二四年十二月三十一日", {"signed_on": "2024-12-31"}),
    (f"{TITLE}\n（2024年1月5日）\n{BODY}", {"signed": "2024年1月5日", "year": 2023}),
    (
        f"县司法局：\n现报上。\n特此报告。\n青石镇人民政府\n2024年1月5日\n{TITLE}{BODY}",
        {"signed_on": "2024-01-05", "addressee": "县司法局", "title": TITLE},
    ),
    (f"{TITLE}{BODY}青石镇人民政府\n2024年2月30日", {"signed": "2024年2月30日", "signed_on": None}),
    (
        f"2024年3月1日\n{TITLE}\n2024-03-02\n{BODY}发布日期：2024年3月1日\n2024-03-02",
        {"signed": None, "signed_on": None},
    ),
    # The addressee.
    (f"{TITLE}\n县委、县政府：\n{OPENING}{BODY}", {"addressee": "县委、县政府"}),
    (f"市委、市人民政府，区委:\n{TITLE}{BODY}", {"addressee": "市委、市人民政府，区委"}),
    (f"{TITLE}\n县政府、\n县委依法治县办：{BODY}", {"addressee": "县政府、县委依法治县办"}),
    (
        f"发布机构：\n责任部门：\n信息来源:县政府\n{TITLE}\n工作情况报告如下：{BODY}",
        {"addressee": None},
    ),
    # The province: from the issuer, from what is cited, from the page; never against each other.
    (f"盐边县司法局2023年法治政府建设报告{BODY}", {"province": "四川省"}),
    (f"鼓楼区2023年法治政府建设报告{BODY}", {"province": None, "tier": "county"}),
    (f"徐州市鼓楼区2023年法治政府建设报告{BODY}", {"province": "江苏省"}),
    (f"河北云岭经济开发区2023年法治政府建设报告{BODY}", {"province": "河北省", "tier": None}),
    (f"河北镇2023年法治政府建设报告{BODY}", {"province": None}),
    (f"{TITLE}{BODY}宣传《盐边县普法规划》《四川省信访条例》。", {"province": "四川省"}),
    (f"{TITLE}{BODY}宣传《四川省信访条例》《云南省信访条例》。", {"province": None}),
    (f"{TITLE}{BODY}依据《四川省信访条例》接访。", {"province": "四川省"}),
    (f"{TITLE}{BODY}依据《四川省信访条例》接访，宣传《云南省信访条例》。", {"province": None}),
    (f"{TITLE}{BODY}宣传《四川省信访条例》。", {"province": None}),
    (f"{TITLE}{BODY}宣传《四川省信访条例》，再宣传《四川省\n信访条例》。", {"province": None}),
    (f"{TITLE}{BODY}我镇学习借鉴《四川省信访条例》《四川省调解条例》经验。", {"province": None}),
    (f"{TITLE}{BODY}贯彻学习《四川省信访条例》，参照《四川省调解条例》。", {"province": None}),
    (f"{TITLE}{BODY}落实《云南省信访条例》，对标《四川省信访条例》。", {"province": "云南省"}),
    (f"{TITLE}{BODY}在四川省委的领导下，推进普法。", {"province": "四川省"}),
    (f"{TITLE}{BODY}受四川省人民政府通报表扬。", {"province": "四川省"}),
    (f"{TITLE}{BODY}赴四川省政府交流。", {"province": None}),
    (f"{TITLE}{BODY}学习《海南自由贸易港法》《香港特别行政区基本法》。", {"province": None}),
    (f"{TITLE}{BODY}落实视察甘肃重要讲话精神。", {"province": "甘肃省"}),
    (f"{TITLE}{BODY}赴甘肃学习考察，召开县委会议。", {"province": None}),
    (f"{TITLE}\n青石发布 2024-01-15 18:02 发表于新疆{BODY}", {"province": "新疆维吾尔自治区"}),
    (f"原创 青石发布 2024年1月30日 17:35 浙江\n{TITLE}{BODY}", {"province": "浙江省"}),
    (f"{TITLE}{BODY}蜀ICP备05012876号", {"province": "四川省"}),
    (f"司法部2023年法治政府建设年度报告{BODY}北京市朝阳区", {"province": None}),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_case(text: str, expected: dict[str, object]) -> None:
    said = flat(read(text))
    assert {name: said[name] for name in expected} == expected


def test_phrases_lead_back_to_the_text_as_it_stands() -> None:
    title = "青石镇\n人民政府\n关于 2023 年法治政府\n\n建设的报告"
    text = f"　{title}\n县政府：{BODY}青石镇\n2024 年 1 月 5 日"
    data = read(text)
    assert data.title is not None and data.issuer is not None and data.signed is not None
    assert data.title.text == title
    assert data.issuer == Phrase(1, 9, "青石镇\n人民政府")
    assert data.signed.text == "2024 年 1 月 5 日"


def test_report_without_headings() -> None:
    said = flat(read(f"{TITLE}\n县政府：\n我镇抓普法。\n青石镇人民政府\n2024年1月5日"))
    assert said == {
        **{"title": TITLE, "issuer": "青石镇人民政府", "tier": "township", "kind": "government"},
        **{"province": None, "year": 2023, "number": None, "signed": "2024年1月5日"},
        **{"signed_on": "2024-01-05", "addressee": "县政府"},
    }


@pytest.mark.parametrize(
    "text",
    ["《" * 100_000, "青石镇法治\n报告\n" * 20_000, "1:11 " * 100_000, "现将2023年" * 50_000],
)
def test_hostile_text_does_not_hang(text: str) -> None:
    assert read_report_data(text, []).signed is None
    assert read_report_data(text, [(len(text) - 1, len(text))]).signed is None


PIECES = st.sampled_from(
    [
        *(
            TITLE,
            *"\n 　：、，。（）|《》〔〕\u200b",
            "2023年",
            "2024年1月5日",
            "二〇二三年",
            "2024-01-05",
        ),
        *(
            "青石县",
            "司法局",
            "人民政府",
            "关于",
            "法治政府建设",
            "报告",
            "情况",
            "我镇",
            "中共",
            "文件",
        ),
        *(
            "青政发〔2024〕1号",
            "现将",
            "如下",
            "县政府：",
            "湖北省",
            "浙ICP备",
            "标题：",
            "（2024年1月5日）",
        ),
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=200), st.data())
def test_any_text(text: str, data: st.DataObject) -> None:
    places = data.draw(st.lists(st.integers(0, len(text)), max_size=6).map(sorted))
    said = read_report_data(text, list(zip(places[::2], places[1::2], strict=False)))
    for name in FIELDS:
        phrase = getattr(said, name)
        assert phrase is None or text[phrase.start : phrase.end] == phrase.text != ""
    assert said.signed_on is None or said.signed is not None


# A name at the start of a text, the province of the place and the tier.
PLACES = [
    ("鄂州市", "湖北省", "city"),
    ("湖北省鄂州市青石镇", "湖北省", "township"),
    ("鼓楼区", None, "county"),
    ("江苏省鼓楼区", "江苏省", "county"),
    ("福州鼓楼区", "福建省", "county"),
    ("北京市朝阳区", "北京市", "county"),
    ("朝阳市", "辽宁省", "city"),
    ("吉林市", "吉林省", "city"),
    ("内蒙古自治区", "内蒙古自治区", "province"),
    ("海南省定安县", "海南省", "county"),
    ("海南州共和县", "青海省", "county"),
    ("海南藏族自治州", "青海省", "city"),
    ("石河子市", "新疆维吾尔自治区", "county"),
    ("射洪县", "四川省", "county"),  # 射洪市 since 2019
    ("射洪市", "四川省", "county"),
    ("阿拉善盟", "内蒙古自治区", "city"),
    ("新乡市财政局", "河南省", "city"),
    ("大同市城区街道办事处", "山西省", "township"),
    ("昌原市青石区财政局", None, "county"),
    ("青石旗", None, "county"),
    ("县司法局", None, "county"),
    ("昌原市", None, None),
    ("昌原市社区矫正局", None, None),
    ("云岭经济开发区", None, None),
    ("湖北云岭开发区", "湖北省", None),
    ("乡村振兴局", None, None),
    ("", None, None),
]


@pytest.mark.parametrize(("name", "province", "tier"), PLACES)
def test_place(name: str, province: str | None, tier: str | None) -> None:
    divisions = Divisions.load()
    assert divisions.province(name) == province
    assert divisions.province(f"在《{name}》", 2) == province
    assert divisions.tier(name) == tier


def test_table_of_divisions() -> None:
    divisions = Divisions.load()
    assert divisions is Divisions.load()
    assert divisions.named("鄂州市") == (Division("鄂州市", "city", "湖北省", "湖北省"),)
    assert {one.parent for one in divisions.named("鼓楼区")} == {
        *("南京市", "徐州市", "福州市", "开封市")
    }
    assert divisions.named("湖北省") == (Division("湖北省", "province", "湖北省", ""),)
    assert divisions.named("青石县") == ()


def test_divisions_are_built_from_codes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header = "adcode,name,longitude,latitude\n"
    new = {
        **{"420000": "湖北省", "420100": "武汉市", "420102": "江岸区", "421001": "市辖区"},
        **{"422800": "恩施土家族苗族自治州", "422801": "恩施市", "429000": "省直辖县级行政区划"},
        **{"429004": "仙桃市", "500000": "重庆市", "500100": "重庆市", "500101": "万州区"},
        **{"710000": "台湾省", "710100": "台北市", "990000": "海域"},
    }
    old = {"420000": "湖北省", "420100": "武汉市", "420102": "江岸区", "420103": "汉口县"}
    for name, codes in (("new.csv", new), ("old.csv", old)):
        rows = "".join(f"{code}000000,{place},1,2\n" for code, place in codes.items())
        (tmp_path / name).write_text(header + rows, "utf-8")
    output = tmp_path / "divisions.tsv"
    tables = [str(tmp_path / name) for name in ("new.csv", "old.csv")]
    assert builder.main([*tables, "--output", str(output)]) == 0
    assert [line.split("\t") for line in output.read_text("utf-8").splitlines()] == [
        list(COLUMNS),
        ["湖北省", "province", "湖北省", ""],
        ["武汉市", "city", "湖北省", "湖北省"],
        ["江岸区", "county", "湖北省", "武汉市"],
        ["恩施土家族苗族自治州", "city", "湖北省", "湖北省"],
        ["恩施州", "city", "湖北省", "湖北省"],
        ["恩施市", "county", "湖北省", "恩施土家族苗族自治州"],
        ["仙桃市", "county", "湖北省", "湖北省"],
        ["重庆市", "province", "重庆市", ""],
        ["万州区", "county", "重庆市", "重庆市"],
        ["台湾省", "province", "台湾省", ""],
        ["汉口县", "county", "湖北省", "武汉市"],
    ]
    assert "11 divisions" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("黔南布依族苗族自治州", "黔南州"),
        ("博尔塔拉蒙古自治州", "博尔塔拉州"),
        ("龙胜各族自治县", "龙胜县"),
        ("东乡族自治县", None),
        ("青石县", None),
    ],
)
def test_short_name(name: str, short: str | None) -> None:
    assert builder.short_name(name) == short
