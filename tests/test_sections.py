"""Level and role of headings: one outline a rule, titles by themselves, marks, and odd input."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi.facts.sections import ROLES, resolve_sections, split_mark
from fazhi.facts.titles import begins_with_year, plain_title, roles_told, years_named

# Each outline: its rule, and a line for each heading with level, role and surface.
OUTLINES = {
    "standard marks, a subheading has the role of its part": """
        1 measures 一、2030年法治政府建设的主要举措和成效
        2 measures （一）优化营商环境
        3 measures 1.简化办事流程
        4 measures （1）减少材料
        4 measures （2）压缩时限
        3 measures 2.规范收费
        1 problems 二、存在的问题
        2 problems （一）人手偏紧
        1 plan 三、2031年工作打算
        2 plan （一）抓好培训""",
    "a step is skipped": """
        1 measures 一、规范执法行为
        3 measures 1.亮证执法
        3 measures 2.全程记录
        1 measures 二、化解矛盾纠纷
        4 measures （1）进村入户""",
    "spaces, other brackets and a lost one": """
        1 measures 一． 主要工作
        2 measures (一) 带头学法
        2 measures 二）依法决策
        3 measures 1、 合法性审查
        3 measures ２．公众参与""",
    "parts and sections": """
        1 measures 第一部分 2030年主要工作
        2 measures 一、健全制度
        3 measures （一）清理文件
        2 measures 二、规范执法
        1 problems 第二部分：存在的不足
        2 problems 一、意识不强
        1 plan 第三部分 工作计划""",
    "chapters with one mark below": """
        1 measures 第一章 主要做法
        2 measures （一）压实责任
        2 measures （二）培训骨干
        1 plan 第2章 下一步工作""",
    "chapter, section and number": """
        1 measures 第一章 年度工作回顾
        2 measures 第一节 依法履职
        3 measures 一、放权
        3 measures 二、便民
        2 measures 第二节 严格执法
        3 measures 一、巡查""",
    "decimals": """
        1 measures 1.主要工作及成效
        2 measures 1.1 领导学法
        2 measures 1.2 普法进校园
        3 measures 1.2.1 开学第一课
        1 problems 2.存在的问题
        1 plan 3.2031年工作打算
        2 plan 3.1 强队伍""",
    "brackets are the top where nothing stands above": """
        1 measures （一）压实责任
        2 measures 1.层层签约
        1 measures （二）依法决策
        1 problems （三）存在的不足
        1 plan （四）明年打算""",
    "arabic numbers that open the report lead brackets": """
        1 measures 1、主要举措
        2 measures （一）学法
        2 measures （二）普法
        1 problems 2、存在的问题
        2 problems （一）经费偏少""",
    "一、 used again below 一、": """
        1 measures 一、主要工作及成效
        2 measures （一）依法行政
        1 problems 二、存在的主要问题
        2 problems 一、力量偏弱
        2 problems 二、宣传不够
        1 plan 三、下年度安排
        2 plan 一、配强人员
        2 plan 二、改进宣传""",
    "一、 used again, a number that both counts could have": """
        1 measures 一、压实责任
        1 measures 二、服务企业
        2 measures 一、减环节
        2 measures 二、减材料
        2 measures 三、减时限
        1 measures 三、严格执法
        1 plan 四、来年打算""",
    "一、 used again, the outer count goes on": """
        1 measures 一、压实责任
        2 measures 一、党委牵头
        2 measures 二、部门联动
        1 measures 二、服务企业
        2 measures 一、减环节
        2 measures 二、减材料
        1 measures 三、普法入户
        1 problems 四、存在的不足""",
    "一、 used again below 第一部分": """
        1 measures 第一部分 主要做法
        2 measures 一、健全制度
        2 measures 二、规范执法
        3 measures 一、亮证
        3 measures 二、留痕
        2 measures 三、接受监督
        1 plan 第二部分 下一步打算
        2 plan 一、强化培训""",
    "parts without a number above 一、": """
        1 measures 2030年推进法治乡镇建设的主要工作
        2 measures 一、压实责任
        3 measures （一）定清单
        3 measures （二）抓督查
        2 measures 二、办好实事
        1 problems 存在的问题
        1 plan 2031年工作安排
        2 plan 一、加强学习
        2 plan 二、加强督查""",
    "parts without a number and without numbers below the later ones": """
        1 measures 主要工作及成效
        2 measures 一、学法
        2 measures 二、用法
        3 measures 1.审合同
        1 leadership 镇长履行法治建设第一责任人职责情况
        1 problems+plan 存在问题和下步打算
        1 other 附：有关数据""",
    "a part beside 一、 whose numbers count the report's parts": """
        1 other 基本情况
        1 measures 一、主要举措和成效
        2 measures （一）培训
        1 problems 二、存在的问题
        1 plan 三、2031年工作思路
        1 other 其他需要说明的事项""",
    "only unnumbered, with a title for the year's work": """
        1 measures 2030年主要举措和成效
        2 measures 凝聚共识 把责任扛起来
        2 measures 服务群众 把好事办到家
        1 leadership 党政主要负责人履行推进法治建设第一责任人职责情况
        2 leadership 亲自部署 亲自过问
        1 problems 存在的短板和弱项
        2 problems 年轻干部经验不够
        1 plan 下一步工作安排
        2 plan 聚焦短板 提升普法成效""",
    "only unnumbered, themes and then parts": """
        1 other 基本概况
        1 measures 依法决策 守住底线
        1 measures 补齐短板 建强队伍
        1 measures 多元解纷 守护平安
        1 problems 存在的困难
        1 plan 明年工作重点""",
    "a title alone after the problems": """
        1 measures 依法决策 守住底线
        1 measures 多元解纷 守护平安
        1 problems 清醒看到不足
        1 plan 乘势而上 续写法治新篇""",
    "unnumbered themes between parts and numbers": """
        1 measures 2030年主要工作和成效
        2 measures 强化引领
        3 measures 1.带头学
        3 measures 2.带头讲
        2 measures 严格执法
        3 measures 3.查违建
        2 measures 化解纠纷
        1 problems 存在的不足
        1 plan 下年度工作打算""",
    "themes are beside numbers that are not below them": """
        1 measures 2030年主要工作和成效
        2 measures 强化引领
        2 measures 严格执法
        1 problems 存在的不足
        2 problems （一）力量偏弱
        2 problems （二）宣传不够
        1 plan 下年度工作打算
        2 plan （一）配强人员""",
    "themes as parts above numbers": """
        1 measures 服务企业 优化环境
        2 measures （一）减材料
        2 measures （二）减环节
        1 measures 多元解纷 守护平安
        1 problems 直面差距
        1 plan 下一步打算""",
    "a number lost between two": """
        1 measures 一、压实责任
        1 measures 依法决策
        1 measures 三、严格执法
        1 problems 存在的问题
        1 plan 工作打算""",
    "unnumbered themes below a numbered part": """
        1 measures 一、主要举措及成效
        2 measures 压实责任
        2 measures 严格执法
        1 problems 二、存在的问题
        2 problems 思想认识不到位
        1 plan 三、工作打算""",
    "unnumbered themes with numbers of their own below a numbered part": """
        1 measures 一、主要举措及成效
        2 measures 压实责任
        3 measures 1.党委牵头
        3 measures 2.部门联动
        2 measures 严格执法
        3 measures 1.查违建
        1 problems 二、存在的问题""",
    "a part of two roles gives both to its subheadings": """
        1 measures 一、工作开展情况
        1 problems+plan 二、存在的问题及2031年工作打算
        2 problems+plan （一）主要问题
        2 problems+plan （二）工作打算""",
    "an overall view is a setting where the work follows": """
        1 other 一、总体情况
        1 measures 二、主要举措和成效
        1 problems 三、存在的问题""",
    "an overall view is the work where nothing else is": """
        1 measures 一、工作总体进展
        1 problems 二、存在的问题
        1 plan 三、工作打算""",
    "a theme after the problems is a plan": """
        1 measures 一、规范执法
        1 problems 二、存在的差距
        1 plan 三、锚定目标，开创新局
        1 other 四、其他事项""",
    "a year after the one reviewed is planned": """
        1 measures 一、２０３０年工作回顾
        2 measures （一）粮食增产
        1 plan 二、扎实做好２０３１年各项工作
        2 plan （一）修好水渠
        1 plan 三、建设服务型机关""",
    "the year's main work is measures or a plan by the year before": """
        1 measures 一、2030年主要工作
        1 plan 二、2031年主要工作""",
    "years in Chinese numerals": """
        1 measures 一、二〇三〇年工作
        1 plan 二、二○三一年工作""",
    "a review that names no year": """
        1 measures 一、本届工作回顾
        1 plan 二、2031年重点工作""",
    "a later year that is reviewed": """
        1 measures 一、2029年工作情况
        1 measures 二、2030年工作成效
        1 measures 三、2030年重点工作开展情况""",
    "years in the title of a document are none of the report's": """
        1 measures 一、做好2030年普法
        1 measures 二、落实《河湖保护规划（2031年版）》
        1 measures 三、对照要点（2032年）整改""",
    "five-year plans": """
        1 measures 一、“十六五”时期和2035年工作回顾
        1 plan 二、“十七五”时期的蓝图
        1 plan 三、2036年工作""",
    "five-year plans by ordinal": """
        1 measures 一、第六个五年计划时期的建设
        1 plan 二、第七个五年计划时期的建设""",
    "law teaching has five-year plans of its own": """
        1 measures 一、“七五”普法圆满收官
        1 measures 二、“八五”普法顺利启动
        1 measures 三、做好2030年执法检查""",
    "unnumbered, plans of one year beside each other": """
        1 measures 2030年主要工作
        2 measures 修路架桥
        2 measures 助学助老
        1 plan 2031年总体要求和目标任务
        1 plan 2031年重点工作
        2 plan 让集市更旺
        2 plan 让河水更清""",
    "unnumbered, some of the years of a part are below it, and numbers are below plans": """
        1 measures “十六五”时期和2035年工作回顾
        2 measures 2035年主要工作
        2 measures 五年来的变化
        1 plan “十七五”时期的奋斗目标
        2 plan 1.路网要密
        2 plan 2.河水要清
        1 plan 2036年重点工作""",
    "an account of several matters after the plans": """
        1 measures 一、过去五年工作回顾
        1 plan 二、2031年总体要求和预期目标
        1 plan 三、让集市更旺
        1 other 四、需要说明的几个问题""",
    "a state of things, then the work": """
        1 other 一、全县水环境质量状况
        2 other （一）河流
        1 measures 二、治水目标完成情况和主要工作
        1 problems 三、存在的困难
        1 plan 四、2031年工作安排""",
    "a bulletin by its first part": """
        1 other 一、综合
        1 other 二、林业和渔业
        2 other （一）林业""",
    "themes only": """
        1 measures 一、加强领导
        1 measures 二、规范执法
        1 measures 三、普法入户""",
    "sublevels only": """
        1 measures 1.加强领导
        1 measures 2.规范执法
        2 measures （1）亮证""",
    "one heading": "1 problems 存在的问题",
    "none": "",
}

TITLES = [
    ("2030年推进法治政府建设的主要举措和成效", "measures"),
    ("规范行政执法行为", "measures"),
    ("基本情况和主要成效", "measures"),
    ("主要成效和存在的不足", "measures+problems"),
    ("2030年主要工作和2031年工作安排", "measures+plan"),
    ("主要做法、存在问题及下一步打算", "measures+problems+plan"),
    ("工作开展情况、党政主要负责人履职情况", "measures+leadership"),
    ("2031年主要工作安排", "plan"),
    ("2031年工作思路和重点举措", "plan"),
    ("2031年重点任务", "plan"),
    ("重点任务完成情况", "measures"),
    ("上年度工作计划落实情况", "measures"),
    ("谋划2031年法治建设", "plan"),
    ("补齐短板，明确努力方向", "plan"),
    ("存在问题及改进措施", "problems+plan"),
    ("存在的问题和下 一步打算", "problems+plan"),
    ("困难、差距及原因分析", "problems"),
    ("正视短板，认清差距", "problems"),
    ("法治建设仍存在薄弱环节", "problems"),
    ("基层执法力量不足", "problems"),
    ("集中整治违建等突出问题", "measures"),
    ("解决矛盾和问题", "measures"),
    ("聚焦民生短板 依法办好实事", "measures"),
    ("坚持问题导向，加强督查", "measures"),
    ("让噪声问题有人管", "measures"),
    ("履行推进法治建设第一\n责任人职责", "leadership"),
    ("镇党委书记履职情况", "leadership"),
    ("依法全面履职", "measures"),
    ("计划生育执法", "measures"),
    ("创新思路抓普法", "measures"),
    ("2031年工作总体要求和主要预期目标", "plan"),
    ("2031 年的主要工作任务", "plan"),
    ("今后五年的奋斗目标", "plan"),
    ("政策取向", "plan"),
    ("存在的问题和 2031 年的总体要求", "problems+plan"),
    ("存在的主要问题及改进情况", "problems+plan"),
    ("2031年预算草案", "plan"),
    ("预算安排执行情况", "measures"),
    ("审计建议", "plan"),
    ("主要任务及完成情况", "measures"),
    ("主要目标和任务完成情况", "measures"),
    ("年度工作目标落实情况", "measures"),
    ("紧扣目标任务", "measures"),
    ("全面完成重点任务", "measures"),
    ("重点工作开展情况", "measures"),
    ("主要工作及成效", "measures"),
    ("需要说明的几件事", "other"),
    ("其他需要报告的事项", "other"),
    ("大气质量现状", "other"),
    ("摸清环境状况，严格监管", "measures"),
    ("街道概况和法治工作机构基本情况", "other"),
    ("2030 年主要数据公开情况", "other"),
    ("附件：统计表", "other"),
    ("有关情况的说明", "other"),
    ("让数据多跑路", "measures"),
    ("", "measures"),
]

MARKS = [
    ("一、学法", ("cjk", "一、", "学法")),
    ("十二、学法", ("cjk", "十二、", "学法")),
    ("（十一） 学法", ("cjk-bracket", "（十一）", "学法")),
    ("㈡学法", ("cjk-bracket", "㈡", "学法")),
    ("第一部分：学法", ("part", "第一部分：", "学法")),
    ("第 2 章 学法", ("part", "第 2 章", "学法")),
    ("1.学法", ("arabic", "1.", "学法")),
    ("3.2031年打算", ("arabic", "3.", "2031年打算")),
    ("1、2项制度", ("arabic", "1、", "2项制度")),
    ("1.5万人学法", ("arabic", "1.", "5万人学法")),
    ("1.2学法", ("decimal-2", "1.2", "学法")),
    ("1.2.3 学法", ("decimal-3", "1.2.3", "学法")),
    ("（3）学法", ("arabic-bracket", "（3）", "学法")),
    ("②学法", ("circled", "②", "学法")),
    ("学法", ("", "", "学法")),
    ("2031年打算", ("", "", "2031年打算")),
    ("", ("", "", "")),
]


def read_outline(outline: str) -> list[tuple[int, str, str]]:
    rows = (line.strip().split(" ", 2) for line in outline.splitlines() if line.strip())
    return [(int(level), role, surface) for level, role, surface in rows]


def report_of(surfaces: list[str], body: str = "\n正文。\n") -> tuple[str, list[tuple[int, int]]]:
    text, places = "报告\n", []
    for surface in surfaces:
        places.append((len(text), len(text) + len(surface)))
        text += surface + body
    return text, places


@pytest.mark.parametrize("outline", OUTLINES.values(), ids=OUTLINES)
@pytest.mark.parametrize("body", ["\n正文。\n", "。正文。\n\n", ""])
def test_outlines(outline: str, body: str) -> None:
    rows = read_outline(outline)
    headings = resolve_sections(*report_of([surface for _, _, surface in rows], body))
    found = [(heading.level, heading.role) for heading in headings]
    assert found == [(level, role) for level, role, _ in rows]


@pytest.mark.parametrize(("title", "role"), TITLES)
def test_role_of_a_title(title: str, role: str) -> None:
    told = roles_told(plain_title(title))
    assert ("+".join(told) or "measures") == role  # a theme of the work tells none


@pytest.mark.parametrize(
    ("title", "years", "begins"),
    [
        ("2031年工作", ((2031, 2031),), True),
        ("２０３１年工作", ((2031, 2031),), True),
        ("二○三一年工作", ((2031, 2031),), True),
        ("“十二五”时期和2015年工作", ((2011, 2015), (2015, 2015)), True),
        ("十五时期", ((2001, 2005),), True),
        ("做好“十四五”规划", ((2021, 2025),), False),
        ("第六个五年计划", ((1981, 1985),), True),
        ("第十个五年计划", ((2001, 2005),), True),
        ("落实《纲要（2021—2025年）》", (), False),
        ("“八五”普法", (), False),
        ("十五名执法人员", (), False),
        ("今年工作", (), False),
    ],
)
def test_years_of_a_title(title: str, years: tuple[tuple[int, int], ...], begins: bool) -> None:
    assert (years_named(title), begins_with_year(title)) == (years, begins)


@pytest.mark.parametrize(
    ("head", "role"),
    [
        ("青石县2030年国民经济和社会发展统计公报\n青石县统计局\n", "other"),
        ("青石县2030年国民经济和\n社会发展统计公报〔1〕\n", "other"),
        ("2030年青石市生态环境状况公报（摘要）\n", "other"),
        ("青石县2030年法治政府建设年度报告\n统计公报\n", "measures"),
        ("报告\n依据《青石县2030年统计公报》\n", "measures"),
        ("报告\n发布时间：2030年1月1日，统计公报\n", "measures"),
        ("报告\n2030年政府公报\n", "measures"),
    ],
)
def test_parts_of_a_bulletin_are_data(head: str, role: str) -> None:
    text = head + "一、人口\n二、渔业"
    places = [(len(head), len(head) + 4), (len(head) + 5, len(text))]
    assert [heading.role for heading in resolve_sections(text, places)] == [role, role]


@pytest.mark.parametrize(("heading", "expected"), MARKS)
def test_marks(heading: str, expected: tuple[str, str, str]) -> None:
    assert split_mark(heading) == expected


def test_mark_and_title_are_as_written() -> None:
    text, places = report_of(["一、 主要\n工作", "（一）"])
    first, second = resolve_sections(text, places)
    assert (first.mark, first.title) == ("一、", "主要\n工作")
    assert (second.level, second.role, second.mark, second.title) == (2, "measures", "（一）", "")


def test_empty_titles_have_a_heading_each() -> None:
    assert [heading.title for heading in resolve_sections("一、", [(0, 0), (0, 0)])] == ["", ""]


PIECES = ["一、", "二、", "（一）", "1.", "1.1", "第一部分", "（1）", "①", "存在的问题", "打算"]
PIECES += ["主要工作和成效", "第一责任人职责", "基本情况", "依法", " ", "\n", "9", "〇", "、"]


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=3).map("".join), max_size=12))
def test_any_outline_has_levels_and_roles(surfaces: list[str]) -> None:
    headings = resolve_sections(*report_of(surfaces))
    assert len(headings) == len(surfaces)
    for heading in headings:
        assert heading.level >= 1
        assert set(heading.role.split("+")) <= set(ROLES)


@given(st.text(), st.lists(st.tuples(st.integers(-9, 99), st.integers(-9, 99)), max_size=8))
def test_any_text_and_places_have_a_heading_each(text: str, places: list[tuple[int, int]]) -> None:
    assert len(resolve_sections(text, places)) == len(places)


@pytest.mark.parametrize(
    "piece",
    [
        "法治建设",
        "存在问题和",
        "主要工作",
        "9",
        "一",
        "1.",
        "下一步",
        " ",
        "2031年",
        "目标",
        "《（",
    ],
)
def test_long_titles_are_read_in_time(piece: str) -> None:
    text = piece * 20_000
    begin = time.process_time()
    resolve_sections(text, [(0, len(text))] * 20)
    assert time.process_time() - begin < 2


@pytest.mark.parametrize(
    "outline",
    [
        ["规范执法行为"],
        ["存在的问题"],
        ["一、主要工作", "规范执法行为"],
        ["一、规范执法", "一、存在的问题", "二、规范执法"],
        ["主要工作", "一、规范执法", "二、简化流程"],
        ["一、主要工作", "（一）规范执法", "1.亮证"],
    ],
    ids="".join,
)
@pytest.mark.parametrize("arrange", [list, sorted], ids=["in turn", "in blocks"])
def test_many_headings_are_read_in_time(
    outline: list[str], arrange: Callable[[list[str]], list[str]]
) -> None:
    text, places = report_of(arrange(outline * (6_000 // len(outline))))
    begin = time.process_time()
    resolve_sections(text, places)
    assert time.process_time() - begin < 2
