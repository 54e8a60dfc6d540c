"""The names of laws: the tables, the stages, right and wrong matches, and odd input."""

from __future__ import annotations

import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi.facts.law_names import (
    allowed_slips,
    form_key,
    is_slip,
    normalise_name,
    slip_key,
    tells_apart,
    title_ending,
)
from fazhi.facts.laws import KINDS, METHODS, NATIONAL, PROVINCES, Gazetteer, LawMatch, Norm

STATE = "中华人民共和国"
PARTY = "中国共产党"
CADRES = "党政领导干部选拔任用工作条例"
FIRST_RESPONSIBLE = "党政主要负责人履行推进法治建设第一责任人职责规定"
INSPECTION = "法治政府建设与责任落实督察工作规定"
COURT_APPEARANCE = "最高人民法院关于行政机关负责人出庭应诉若干问题的规定"

GAZETTEER = Gazetteer.load()

# Name as written, official title, stage that finds it. No province or context is given.
RIGHT = [
    ("中华人民共和国行政处罚法", f"{STATE}行政处罚法", "exact"),
    ("中华人民 共和国\n行政处罚法", f"{STATE}行政处罚法", "exact"),
    ("《中华人民共和国民法典》", f"{STATE}民法典", "exact"),
    ("重大行政决策程序暂行条例", "重大行政决策程序暂行条例", "exact"),
    ("优化营商环境条例", "优化营商环境条例", "exact"),
    ("信访工作条例", "信访工作条例", "exact"),
    ("信访条例", "信访条例", "exact"),
    ("中国共产党支部工作条例(试行)", f"{PARTY}支部工作条例（试行）", "exact"),
    ("保障农民工工资支付条例", "保障农民工工资支付条例", "exact"),
    ("反分裂国家法", "反分裂国家法", "exact"),
    (FIRST_RESPONSIBLE, FIRST_RESPONSIBLE, "exact"),
    ("市场监督管理行政处罚程序规定", "市场监督管理行政处罚程序规定", "exact"),
    ("四川省行政执法公示办法", "四川省行政执法公示办法", "exact"),
    ("优化营商\n- 12 -\n环境条例", "优化营商环境条例", "exact"),
    ("优化营商\n 3 \n环境条例", "优化营商环境条例", "exact"),
    ("宪法", f"{STATE}宪法", "prefix"),
    ("民法典", f"{STATE}民法典", "prefix"),
    ("行政处罚法", f"{STATE}行政处罚法", "prefix"),
    ("新行政处罚法", f"{STATE}行政处罚法", "prefix"),
    ("新修订的行政处罚法", f"{STATE}行政处罚法", "prefix"),
    ("新修订《安全生产法》", f"{STATE}安全生产法", "prefix"),
    ("行政处罚法（2021年修订）", f"{STATE}行政处罚法", "prefix"),
    ("行政复议法(2023修订)", f"{STATE}行政复议法", "prefix"),
    ("行政复议法（修订）", f"{STATE}行政复议法", "prefix"),
    ("婚姻法", f"{STATE}婚姻法", "prefix"),
    ("民营经济促进法", f"{STATE}民营经济促进法", "prefix"),
    ("法治宣传教育法", f"{STATE}法治宣传教育法", "prefix"),
    ("刑法修正案(十一)", f"{STATE}刑法修正案（十一）", "prefix"),
    ("政府信息公开条例", f"{STATE}政府信息公开条例", "prefix"),
    ("中华人民共和国优化营商环境条例", "优化营商环境条例", "prefix"),
    ("食品安全法实施条例", f"{STATE}食品安全法实施条例", "prefix"),
    ("《食品安全法》实施条例", f"{STATE}食品安全法实施条例", "prefix"),
    ("政法工作条例", f"{PARTY}政法工作条例", "prefix"),
    ("纪律处分条例", f"{PARTY}纪律处分条例", "prefix"),
    ("中共中央、国务院信访工作条例", "信访工作条例", "prefix"),
    ("河南省实施〈水法〉办法", f"河南省实施《{STATE}水法》办法", "prefix"),
    ("河南省水法实施办法", f"河南省实施《{STATE}水法》办法", "prefix"),
    ("关于行政机关负责人出庭应诉若干问题的规定", COURT_APPEARANCE, "prefix"),
    ("新形势下党内政治生活的若干准则", "关于新形势下党内政治生活的若干准则", "prefix"),
    ("党章", f"{PARTY}章程", "alias"),
    ("干部任用条例", CADRES, "alias"),
    ("党政干部选拔任用条例", CADRES, "alias"),
    ("党政领导干部选拔任用工作暂行条例", CADRES, "alias"),
    ("干部教育培训工作条例（试行）", "干部教育培训工作条例", "alias"),
    ("招投标法", f"{STATE}招标投标法", "alias"),
    ("招投标法实施条例", f"{STATE}招标投标法实施条例", "alias"),
    ("税收征管法实施细则", f"{STATE}税收征收管理法实施细则", "alias"),
    ("中华人民共和国治安处罚法", f"{STATE}治安管理处罚法", "alias"),
    ("医疗卫生与健康促进法", f"{STATE}基本医疗卫生与健康促进法", "alias"),
    ("妇女权益保护法", f"{STATE}妇女权益保障法", "alias"),
    ("保密法", f"{STATE}保守国家秘密法", "alias"),
    ("危险化学品管理条例", "危险化学品安全管理条例", "alias"),
    ("党内政治生活准则", "关于新形势下党内政治生活的若干准则", "alias"),
    ("四川行政执法公示办法", "四川省行政执法公示办法", "local"),
    ("四川省成都市生活垃圾管理条例", "成都市生活垃圾管理条例", "local"),
    ("未成人保护法", f"{STATE}未成年人保护法", "fuzzy"),
    ("残疾保障法", f"{STATE}残疾人保障法", "alias"),
    ("食品安全法实施细则", f"{STATE}食品安全法实施条例", "fuzzy"),
    ("法制宣传教育法", f"{STATE}法治宣传教育法", "fuzzy"),
    ("党政主要负责人履行推进法制建设第一责任人职责规定", FIRST_RESPONSIBLE, "fuzzy"),
    ("党政主要负责人履行推进法治建设第一责任职责规定", FIRST_RESPONSIBLE, "fuzzy"),
    ("法治政府建设与责任落实督查工作规定", INSPECTION, "fuzzy"),
    ("法治政府建设和责任落实督察工作规定", INSPECTION, "fuzzy"),
    ("重大行政决策程序条例", "重大行政决策程序暂行条例", "fuzzy"),
    ("四川省重大行政执法决定法治审核办法", "四川省重大行政执法决定法制审核办法", "fuzzy"),
    ("四川省行政执法全过程纪录办法", "四川省行政执法全过程记录办法", "fuzzy"),
    ("保障农民工资支付条例", "保障农民工工资支付条例", "fuzzy"),
    ("生产安全事故报告与调查处理条例", "生产安全事故报告和调查处理条例", "fuzzy"),
    ("国有土地上房屋征收和补偿条例", "国有土地上房屋征收与补偿条例", "fuzzy"),
    ("突发事件应对对法", f"{STATE}突发事件应对法", "fuzzy"),
    ("道路交通安法", f"{STATE}道路交通安全法", "fuzzy"),
    ("道路通交安全法", f"{STATE}道路交通安全法", "fuzzy"),
    ("道路交安通全法", f"{STATE}道路交通安全法", "fuzzy"),
    ("基本医疗卫生与健康促法", f"{STATE}基本医疗卫生与健康促进法", "fuzzy"),
    ("预防未成年人犯法", f"{STATE}预防未成年人犯罪法", "fuzzy"),
    ("固体废物污染环境防止法", f"{STATE}固体废物污染环境防治法", "fuzzy"),
    ("行政诉讼发", f"{STATE}行政诉讼法", "fuzzy"),
    ("未成年人保护发", f"{STATE}未成年人保护法", "fuzzy"),
    ("重大行政决策程序条列", "重大行政决策程序暂行条例", "fuzzy"),
    ("支部工作条列（试行）", f"{PARTY}支部工作条例（试行）", "fuzzy"),
    ("民法典（草案）", f"{STATE}民法典", "prefix"),
    ("治安管理处罚法(修订草案)", f"{STATE}治安管理处罚法", "prefix"),
]

# Names that no norm of the tables bears, though they look like one that does.
WRONG = [
    *("行政审批法", "行政处分法", "行政程序法", "行政执法法", "行政检查法", "行政裁决法"),
    *("行政听证法", "行政组织法", "行政强制执行法", "行政公开法", "政府信息公开法", "政务公开法"),
    *("中华人民共和国行政审批法", "社会救助法", "志愿服务法", "住房保障法", "城市管理法", "信访法"),
    *("个人破产法", "民事强制执行法", "网络食品安全法", "食品安全监督法", "食品卫生安全法"),
    *(
        "安全法",
        "管理法",
        "促进法",
        "条例",
        "实施条例",
        "长江法",
        "黄河法",
        "珠江保护法",
        "淮河保护法",
    ),
    *("国画法", "国语法", "公路交通法", "航空法", "未成年人法", "青年法", "儿童保护法", "犯罪法"),
    *("老年人教育法", "退役军官保障法", "军属优待法", "高等职业法", "家庭暴力防治条例"),
    *("药品安全管理条例", "医疗器械生产管理条例", "危险化学品安全监督管理条例", "安全生产管理条例"),
    *("安全生产法条例", "建设工程质量安全管理条例", "城市物业管理条例", "农村物业管理条例"),
    *("行政执法人员管理条例", "行政机关工作人员处分条例", "刑法修正案（十三）"),
    *("深圳经济特区安全生产条例", "四川省大气污染防治条例", "新沂市物业管理条例", "成都市消防条例"),
    *("某某省行政执法监督条例", "青海省法治宣传教育条例", "中国共产党信息公开条例", "党员管理条例"),
    *("中国共产党扶贫工作条例", "干部监督条例", "领导干部安全生产管理规定", "公务员请假规定"),
    *("企业环境信用评价办法", "镇工程项目建设管理办法"),
    # Slips that are too far from the title, or whose other reading is as likely.
    *(
        "党政主要负责人履行推进法治建设责任人职责规定",
        "法治政府建设与责任落实工作督察规定",
        "中国共产党问责工作条例",
        "四川省重大执法决定法治审核办法",
        "消费者权益保户法",
        "社会保险经办管理条例",
    ),
    # Older norms that were provisional, and local norms of other places.
    *("企业债券管理暂行条例", "中华人民共和国企业破产法（试行）", "北京市城市绿化条例", "新能源法"),
    *("市行政规范性文件管理办法", "最高人民法院关于审理强拆案件若干问题的规定", "水法规", "宪法学"),
]


@pytest.mark.parametrize(("name", "title", "method"), RIGHT)
def test_name_resolves(name: str, title: str, method: str) -> None:
    match = GAZETTEER.resolve(name)
    assert (match.title, match.method) == (title, method)
    assert match.known
    assert match.norm is not None
    assert match.norm.title == title
    assert match.candidates == ()


@pytest.mark.parametrize("name", WRONG)
def test_name_stays_unknown(name: str) -> None:
    match = GAZETTEER.resolve(name)
    assert (match.title, match.known, match.norm, match.method) == (name, False, None, "none")


def test_tables_of_matches_are_large_enough() -> None:
    assert len({name for name, _, _ in RIGHT}) >= 60
    assert len(set(WRONG)) >= 60


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("行政处罚法", "行政许可法"),
        ("教育法", "体育法"),
        ("公路法", "铁路法"),
        ("国旗法", "国徽法"),
        ("法官法", "检察官法"),
        ("监察官法", "检察官法"),
        ("环境保护法", "海洋环境保护法"),
        ("长江保护法", "黄河保护法"),
        ("未成年人保护法", "预防未成年人犯罪法"),
        ("农业法", "渔业法"),
        ("劳动法", "劳动合同法"),
        ("监察法", "行政监察法"),
        ("医师法", "执业医师法"),
        ("食品安全法", "食品卫生法"),
    ],
)
def test_near_laws_stay_apart(one: str, other: str) -> None:
    assert GAZETTEER.resolve(one).title == STATE + one
    assert GAZETTEER.resolve(other).title == STATE + other


def test_every_title_resolves_to_itself() -> None:
    for title in GAZETTEER.norms:
        match = GAZETTEER.resolve(title)
        assert (match.title, match.method) == (title, "exact")


def test_every_state_law_resolves_without_its_prefix() -> None:
    for norm in GAZETTEER.norms.values():
        if norm.kind in ("constitution", "law") and norm.title.startswith(STATE):
            assert GAZETTEER.resolve(norm.title.removeprefix(STATE)).title == norm.title


def test_every_alias_resolves() -> None:
    for alias, title in GAZETTEER.aliases.items():
        assert GAZETTEER.resolve(alias).title == title, alias


@pytest.mark.parametrize(
    ("name", "province", "title"),
    [
        ("行政执法公示办法", "四川省", "四川省行政执法公示办法"),
        ("行政执法公示办法", "四川", "四川省行政执法公示办法"),
        ("行政执法公示办法", "河北省", "河北省行政执法公示办法"),
        ("省行政执法公示办法", "四川省", "四川省行政执法公示办法"),
        ("我省优化营商环境条例", "辽宁", "辽宁省优化营商环境条例"),
        ("自治区安全生产条例", "内蒙古自治区", "内蒙古自治区安全生产条例"),
        ("市消防条例", "北京市", "北京市消防条例"),
        ("本市消防条例", "上海市", "上海市消防条例"),
        ("省优化营商环境条例", "浙江省", "浙江省优化营商环境条例"),
        ("养犬管理条例", "德州市", "德州市养犬管理条例"),
        ("法治宣传教育条例", "安徽省", "安徽省法治宣传教育条例"),
        ("法治宣传教育条例", "洛阳市", "洛阳市法制宣传教育条例"),
        ("法制宣传教育条例", "安徽省", "安徽省法制宣传教育条例"),
        ("法制宣传教育条例", "内蒙古", "内蒙古自治区法治宣传教育条例"),
    ],
)
def test_province_decides_between_local_norms(name: str, province: str, title: str) -> None:
    match = GAZETTEER.resolve(name, province=province)
    assert (match.title, match.known, match.method) == (title, True, "local")


def test_national_norm_comes_before_a_local_one() -> None:
    match = GAZETTEER.resolve("优化营商环境条例", province="四川省")
    assert match.title == "优化营商环境条例"


def test_undecided_local_norm_lists_candidates() -> None:
    match = GAZETTEER.resolve("行政执法公示办法")
    assert match == LawMatch(
        "行政执法公示办法",
        False,
        None,
        ("四川省行政执法公示办法", "河北省行政执法公示办法"),
        "none",
    )
    elsewhere = GAZETTEER.resolve("行政执法公示办法", province="青海省")
    assert not elsewhere.known
    assert elsewhere.title == "行政执法公示办法"
    assert elsewhere.candidates == ()


def test_only_local_norm_of_its_name_needs_no_province() -> None:
    name = "新旧动能转换促进条例"
    assert GAZETTEER.resolve(name).title == f"山东省{name}"
    assert not GAZETTEER.resolve(name, province="四川省").known
    assert not GAZETTEER.resolve(name, context="四川省人民政府").known


def test_context_decides_where_province_does_not() -> None:
    match = GAZETTEER.resolve("行政执法公示办法", context="河北省各级行政机关执行")
    assert (match.title, match.method) == ("河北省行政执法公示办法", "local")
    for name in ("法制宣传教育条例", "市法制宣传教育条例"):
        match = GAZETTEER.resolve(name, province="浙江省", context="宁波市司法局宣传")
        assert (match.title, match.method) == ("宁波市法制宣传教育条例", "local")


@pytest.mark.parametrize(
    ("name", "province", "candidates"),
    [
        ("市优化营商环境条例", "浙江省", ("杭州市优化营商环境条例",)),
        ("法制宣传教育条例", "浙江省", ("宁波市法制宣传教育条例",)),
        (
            "市养犬管理条例",
            "浙江省",
            (
                "嘉兴市养犬管理条例",
                "宁波市养犬管理条例",
                "温州市养犬管理条例",
                "舟山市养犬管理条例",
            ),
        ),
        ("省养犬管理条例", "浙江省", ()),
        ("养犬管理条例", "青海省", ()),
        ("养犬管理条例", "杭州市", ()),
    ],
)
def test_city_of_the_province_is_a_candidate(
    name: str, province: str, candidates: tuple[str, ...]
) -> None:
    for context in (None, "青岛市政府"):
        match = GAZETTEER.resolve(name, province=province, context=context)
        assert match == LawMatch(name, False, None, candidates, "none")


def test_all_candidates_without_a_province() -> None:
    levels = {title[:3] for title in GAZETTEER.resolve("养犬管理条例").candidates}
    assert levels > {"宁波市", "青岛市", "上海市"}


@pytest.mark.parametrize(
    ("name", "province", "candidates"),
    [
        ("治安管理出罚法", None, (f"{STATE}治安管理处罚法",)),
        ("中华人民共和国消费者权益保户法", None, (f"{STATE}消费者权益保护法",)),
        ("新修订的行政许克法", None, (f"{STATE}行政许可法",)),
        ("行政执法公事办法", "四川", ("四川省行政执法公示办法",)),
        ("省行政执法公事办法", "四川省", ("四川省行政执法公示办法",)),
        ("四川省行政执法公事办法", None, ("四川省行政执法公示办法",)),
        ("行政执法公事办法", None, ()),
        # Not one off: another norm, another place's, or too short to say.
        ("市行政复议法", None, ()),
        ("刑法修正案（十三）", None, ()),
        ("江苏省渔业管理条例", None, ()),
        ("某某市消费者权益保户法", None, ()),
        ("中国共产党行政许克法", None, ()),
        ("渔政法", None, ()),
    ],
)
def test_one_wrong_character_gives_candidates(
    name: str, province: str | None, candidates: tuple[str, ...]
) -> None:
    match = GAZETTEER.resolve(name, province=province)
    assert match == LawMatch(name, False, None, candidates, "none")


def test_context_says_whose_implementing_regulation_it_is() -> None:
    match = GAZETTEER.resolve(
        "实施条例", context="宣传《食品安全法》、《行政复议法》及其实施条例。"
    )
    assert match.title == f"{STATE}行政复议法实施条例"
    assert not GAZETTEER.resolve("实施条例", context="宣传实施条例。").known


@pytest.mark.parametrize(
    ("written", "normalised"),
    [
        (" 行政 处罚\n法\u3000", "行政处罚法"),
        ("规则(试行)", "规则（试行）"),
        ("四川省实施〈水法〉办法", "四川省实施《水法》办法"),
        ("四川省实施<水法>办法", "四川省实施《水法》办法"),
        ("《行政处罚法》", "行政处罚法"),
        ("《〈行政处罚法〉》", "行政处罚法"),
        ("《行政处罚法", "行政处罚法"),
        ("行政处罚法》", "行政处罚法"),
        ("《水法》实施办法", "《水法》实施办法"),
        ("《", ""),
        ("《》", ""),
        ("", ""),
    ],
)
def test_normalised_name(written: str, normalised: str) -> None:
    assert normalise_name(written) == normalised


def test_unknown_name_keeps_its_words() -> None:
    match = GAZETTEER.resolve("新修订的 某某县 养鱼办法(2020年)")
    assert match == LawMatch("新修订的某某县养鱼办法（2020年）", False, None, (), "none")


def test_keys() -> None:
    assert form_key(f"四川省实施《{STATE}水法》办法") == form_key("四川省水法实施办法")
    assert slip_key("法制督查规定") == slip_key("法治督察规定")
    assert slip_key("行政处罚法") != slip_key("行政许可法")
    assert slip_key("处罚发") == slip_key("处罚法")
    assert slip_key("发展法") != slip_key("法展法")
    assert title_ending("工作条列（试行）") == "条例"
    assert title_ending("意见列") == "见列"


@pytest.mark.parametrize(
    ("key", "other", "apart"),
    [
        ("市行政复议法", "行政复议法", True),
        ("刑法修正案（三）", "刑法修正案（十三）", True),
        ("反申信诈骗法", "反电信诈骗法", False),
        ("政行处罚法", "行政处罚法", False),
        ("行政处罚法", "行政处罚法", False),
    ],
)
def test_characters_that_tell_norms_apart(key: str, other: str, apart: bool) -> None:
    assert tells_apart(key, other) is apart
    assert tells_apart(other, key) is apart


@pytest.mark.parametrize(
    ("key", "other", "right"),
    [
        ("未成人保护法", "未成年人保护法", True),
        ("道路通交安全法", "道路交通安全法", True),
        ("工资资支付条例", "工资支付条例", True),
        ("河道管理条例", "航道管理条例", False),
        ("企业促进法", "中企业促进法", False),
        ("物质文化遗产法", "非物质文化遗产法", False),
        ("建设工程质量管理条例", "建设工程质量安全管理条例", False),
        ("行政处罚法", "行政许可法", False),
    ],
)
def test_slips(key: str, other: str, right: bool) -> None:
    assert is_slip(key, other) is right
    assert is_slip(other, key) is right


def test_allowed_slips_grow_with_length() -> None:
    steps = [allowed_slips(length) for length in range(40)]
    assert steps == sorted(steps)
    assert steps[5] == 0
    assert steps[6] == 1


def test_tables() -> None:
    data = files("fazhi") / "data"
    rows = [line.split("\t") for line in (data / "laws.tsv").read_text("utf-8").splitlines()]
    assert rows[0] == ["title", "kind", "level", "date", "source"]
    titles = [row[0] for row in rows[1:]]
    assert titles == sorted(set(titles))
    assert all(title == normalise_name(title) for title in titles)
    assert {row[1] for row in rows[1:]} == set(KINDS)
    levels = {row[2] for row in rows[1:]}
    assert levels.issuperset({NATIONAL, *PROVINCES})
    assert all(level == NATIONAL or level.endswith(("省", "市", "区", "县")) for level in levels)
    assert all(row[4] for row in rows[1:])
    aliases = [line.split("\t") for line in (data / "law-aliases.tsv").read_text().splitlines()]
    assert aliases[0] == ["alias", "title", "why"]
    assert {row[2] for row in aliases[1:]} == {"short name", "older name", "slip", "colloquial"}
    names = [row[0] for row in aliases[1:]]
    assert names == sorted(set(names))
    assert not set(names) & set(titles)
    assert {row[1] for row in aliases[1:]} <= set(titles)


@given(st.text(max_size=300), st.none() | st.text(max_size=8), st.none() | st.text(max_size=40))
def test_any_text_resolves(name: str, province: str | None, context: str | None) -> None:
    match = GAZETTEER.resolve(name, province=province, context=context)
    assert match.method in METHODS
    assert match.known == (match.norm is not None) == (match.method != "none")
    if not match.known:
        assert match.title == normalise_name(name)


@given(
    st.text(
        alphabet="中华人民共和国行政处罚法实施条例办《》〈〉（）()新修订的2021年省市关于 ",
        max_size=60,
    )
)
def test_any_law_like_text_resolves(name: str) -> None:
    match = GAZETTEER.resolve(name, province="四川省", context=name)
    assert match.known == (match.norm is not None)


@pytest.mark.parametrize(
    "piece", ["法", "《", "（", "新修订", "实施", "中华人民共和国", "国务院、", "2021年", " "]
)
def test_long_text_takes_little_time(piece: str) -> None:
    start = time.process_time()
    for size in (100, 10_000, 1_000_000):
        GAZETTEER.resolve(piece * (size // len(piece)))
    assert time.process_time() - start < 5


def test_surrogates_and_controls_do_not_raise() -> None:
    for name in ("\ud800法", "\x00", "\U0001f600条例", "法\u200b", "（）", "（2021年）"):
        assert not GAZETTEER.resolve(name).known


def test_load_is_shared_and_needs_no_rapidfuzz() -> None:
    assert Gazetteer.load() is GAZETTEER
    code = (
        "import sys; sys.modules['rapidfuzz'] = None\n"
        "from fazhi.facts.laws import Gazetteer\n"
        "assert Gazetteer.load().resolve('行政处罚法').known\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_supervisory_regulation_is_no_state_council_one() -> None:
    norm = GAZETTEER.norms[f"{STATE}监察法实施条例"]
    assert (norm.kind, norm.date) == ("rule", "2025-04-27")


def test_own_tables() -> None:
    norm = Norm("甲法", "law", NATIONAL, None, "test")
    own = Gazetteer([norm], {"乙": "甲法", "丙": "no such title"})
    assert own.resolve("乙").norm is norm
    assert not own.resolve("丙").known
    assert not own.resolve("丁管理条例").known


def test_build(tmp_path: Path) -> None:
    gazetteer = pytest.importorskip("fazhi_training.gazetteer")
    titles = tmp_path / "titles.tsv"
    titles.write_text(
        "title\tkind\tdate\n"
        "中华人民共和国甲法(2018年修正)\t行政法\t2018-01-01\n"
        "中华人民共和国甲法\t行政法\t2021-01-01\n"
        "济南市乙条例\tDLC/山东地方法规\t\n"
        "山东省市场丙条例\tDLC/山东地方法规\t2020-02-02\n"
        "关于丁的决定\t行政法规\t2020-01-01\n"
        "丁攻略\t其他\t\n",
        "utf-8",
    )
    assert gazetteer.read_titles(titles) == [
        Norm("中华人民共和国甲法", "law", NATIONAL, "2021-01-01", gazetteer.TITLES_SOURCE),
        Norm("济南市乙条例", "local regulation", "济南市", None, gazetteer.TITLES_SOURCE),
        Norm(
            "山东省市场丙条例", "local regulation", "山东省", "2020-02-02", gazetteer.TITLES_SOURCE
        ),
    ]
    output = tmp_path / "laws.tsv"
    assert gazetteer.main([str(titles), "--output", str(output)]) == 0
    built = output.read_text("utf-8").splitlines()
    assert built[0] == "\t".join(gazetteer.COLUMNS)
    committed = (files("fazhi") / "data" / "laws.tsv").read_text("utf-8").splitlines()
    assert {row.split("\t")[0] for row in built[1:]} - {
        "中华人民共和国甲法",
        "济南市乙条例",
        "山东省市场丙条例",
    } <= {row.split("\t")[0] for row in committed}


def test_additions_with_problems_list_them_all(tmp_path: Path) -> None:
    gazetteer = pytest.importorskip("fazhi_training.gazetteer")
    path = tmp_path / "additions.tsv"
    path.write_text("header\n甲法\tstatute\tnational\t\tx\n甲法\tlaw\tnational\t\tx\n乙\n", "utf-8")
    with pytest.raises(ValueError, match=r"(?s):2: unknown kind 'statute'.*:3: .*twice.*:4: 1 col"):
        gazetteer.read_additions(path)
