"""What does not add up: rates, sums, laws and years, each in sentences that do and that don't."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi.facts import Check, Count, Facts, Law, Phrase, Rate, ReportData, Section
from fazhi.facts.consistency import find_checks
from fazhi.facts.numbers import dimension, parse_count, parse_rate

# Counts stand in [ ] and rates in { }; None where nothing is to be found.
RATES = [
    ("受理矛盾纠纷[112起]，成功调解[109起]，成功率{97%}。", None),
    (
        "受理矛盾纠纷[112起]，成功调解[105起]，成功率{97%}。",
        "97% of 112 is 108.64, but 105 are named",
    ),
    ("排查纠纷[112件]，化解[109件]，化解率达{97.3%}。", None),
    (
        "排查纠纷[112件]，化解[109件]，化解率达{97.4%}。",
        "97.4% of 112 is 109.09, but 109 are named",
    ),
    # 97.97% is 98% rounded, and 97% or 97.9% cut off.
    ("排查纠纷[197件]，化解[193件]，化解率{98%}。", None),
    ("排查纠纷[197件]，化解[193件]，化解率{97%}。", None),
    ("排查纠纷[197件]，化解[193件]，化解率{97.9%}。", None),
    ("排查纠纷[197件]，化解[193件]，化解率{99%}。", "99% of 197 is 195.03, but 193 are named"),
    ("收到诉求[43宗]，办结[43宗]，办结率{100%}。", None),
    ("收到诉求[340宗]，办结[339宗]，办结率{100%}。", "100% of 340 is 340, but 339 are named"),
    ("收到诉求[43宗]，办结[30宗]，按期办结率{100%}。", None),
    ("收到诉求[43宗]，办结[30宗]，办结率{100%}，[4宗]正在办理。", None),
    ("收到诉求[43宗]（含上年结转），办结[30宗]，办结率{100%}。", None),
    ("收到诉求 [40 宗] ，办结 \n[30 宗]， 办结率 {95 %}。", "95% of 40 is 38, but 30 are named"),
    ("全所[18名]工作人员中，入党的[7名]，占{38.9%}。", None),
    ("全所[18名]工作人员中，入党的[7名]，占{48.9%}。", "48.9% of 18 is 8.8, but 7 are named"),
    ("村医[60名]参训，其中优秀[45名]，占{88%}。", "88% of 60 is 52.8, but 45 are named"),
    ("现有干部[120名]，其中党员[80名]、女性[30名]，占{92%}。", None),
    ("现有干部[120名]，今年换届中，新任[30名]，占{60%}。", None),
    ("村医[60名]参训，优秀[45名]，占全市的{8%}。", None),
    ("执法中队[30人]，其中持证[24人]，持证率{80%}。", None),
    ("执法中队[30人]，其中持证[24人]，持证率{90%}。", "90% of 30 is 27, but 24 are named"),
    ("全镇干部[120人]，其中持证[24人]，持证率{80%}。", None),
    ("年初定下的[40项]任务完成[37项]，完成率{92.5%}。", None),
    ("年初定下的[40项]任务完成[37项]，完成率{82.5%}。", "82.5% of 40 is 33, but 37 are named"),
    ("年初定下的[40项]任务未完成[3项]，完成率{92.5%}。", None),
    ("发现隐患[57处]，整改到位[50处]，整改率{98%}。", "98% of 57 is 55.86, but 50 are named"),
    ("检查企业[57家]，整改[20家]，整改率{100%}。", None),
    ("发现隐患[57处]，责令整改[20处]，整改率{100%}。", None),
    ("发现隐患[57处]，当场整改[20处]，整改率{100%}。", None),
    ("受理信访[90件]，化解积案[5件]，化解率{100%}。", None),
    ("受理纠纷[90件]，调解[85件]，成功率{98%}。", None),
    ("收到申请[72件]，受理[65件]，纠错[11件]，纠错率{18%}。", None),
    ("排查[241件]，受理[200件]，化解[190件]，化解率{95%}。", None),
    ("排查[241件]，受理[200件]，化解[190件]，化解率{78.8%}。", None),
    (
        "排查[241件]，受理[200件]，化解[190件]，化解率{85%}。",
        "85% of 200 is 170, but 190 are named",
    ),
    ("排查[260件]，登记[241件]，受理[200件]，化解[190件]，化解率{85%}。", None),
    ("排查[240件]。化解[190件]，化解率{95%}。", None),
    ("排查[240起]，化解[190件]，化解率{95%}。", None),
    ("排查[240余件]，化解[190件]，化解率{95%}。", None),
    ("排查[240件]，化解[190件]，化解率{95%至97%}。", None),
    ("排查[240件]，化解[190件]，化解率{近95%}。", None),
    ("排查[220件]，化解[211件]，化解率{95%以上}。", None),
    (
        "排查[218件]，化解[199件]，化解率{95%以上}。",
        "at least 95% of 218 is 207.1, but 199 are named",
    ),
    (
        "排查[218件]，化解[199件]，化解率{不足90%}。",
        "at most 90% of 218 is 196.2, but 199 are named",
    ),
    ("排查[1.2万件]，化解[1.1万件]，化解率{95%}。", None),
    ("排查[1.2万件]，化解[9000件]，化解率{95%}。", "95% of 12,000 is 11,400, but 9,000 are named"),
    ("排查[218件]，化解[209件]，化解率提高{3.5个百分点}。", None),
    ("办理建议[29件]、提案[5件]，面商率、满意率均为{100%}。", None),
    ("证明由[46条]减少到[16条]，下降{65.2%}。", None),
    ("证明由[46条]减少到[16条]，下降{56.2%}。", "46 to 16 is a change of 65.22%, not 56.2%"),
    ("证明由[40余条]减少到[16条]，下降{56.2%}。", None),
    ("证明由[46条]减少到[16余条]，下降{56.2%}。", None),
    ("来访由上年的[30件]上升到[45件]，同比上升{50%}。", None),
    ("来访由上年的[30件]上升到[45件]，同比上升{33%}。", "30 to 45 is a change of 50%, not 33%"),
    ("证明[46条]减少到[16条]，下降{56.2%}。", None),
    ("由[46条]线索查实[16条]，下降{56.2%}。", None),
    ("材料由[58份]精简到[33份]，平均时限压减{62%}。", None),
    ("环节由[8个]减到[4个]、材料由[9份]减到[3份]，分别压减{50%}、{66.7%}。", None),
    ("立案[46件]，罚款[16万元]，同比下降{20%}。", None),
    ("群众满意率{105%}。", "105% is more than all, which is the most of such a rate"),
    ("按期办结率 均达到 {103%}。", "103% is more than all, which is the most of such a rate"),
    (
        "受理[90件]，化解[80件]，化解率{103%}。",
        "103% of 90 is 92.7, but 80 are named",
    ),
    ("抽检合格率{100%}，满意率{100%以上}。", None),
    ("任务完成率{120%}，法定审限内结案率{101%}，参保覆盖率{102%}。", None),
    ("满意率提高{105%}，化解率为上年的{103%}。", None),
    ("连同上年积案，化解率{103%}。", None),
]
DEEDS = [
    ("受理纠纷", "成功化解", "化解成功率"),
    ("受理纠纷", "调解成功", "调成率"),
    ("受理纠纷", "调处", "调处率"),
    ("受理诉求", "办结", "办结率"),
    ("受理复议", "审结", "审结率"),
    ("下达任务", "完成", "任务完成率"),
    ("交办问题", "完成整改", "问题整改率"),
    ("参加考试", "通过", "通过率"),
    ("抽检样品", "合格", "合格率"),
    ("评查案卷", "优秀", "优秀率"),
    ("提出意见", "被采纳", "意见采纳率"),
    ("达成协议", "履行到位", "履行率"),
    ("承办建议", "答复", "答复率"),
    ("审结案件", "纠错", "纠错率"),
]
SUMS = [
    ("检查企业共[46家]：其中甲类[40家]、乙类[6家]。", None),
    (
        "检查企业共[46家]：其中甲类[40家]、乙类[9家]。",
        "the parts 40 + 9 make 49, more than the 46 that they are part of",
    ),
    ("检查企业共[46家]：其中甲类[30家]、乙类[6家]。", None),
    ("检查企业[46家]，其中规上企业[40家]、高新企业[9家]。", None),
    ("检查企业[46家]，其中甲类[64家]。", "64 is more than the 46 that it is part of"),
    ("现有干部[46名]，其中党员[40名]、女性[20名]。", None),
    ("现有干部[46名]，其中党员[48名]。", "48 is more than the 46 that it is part of"),
    ("清理文件[31份]（其中废止[19份]、修改[12份]）。", None),
    (
        "清理文件[31份]（其中废止[19份]、修改[21份]）。",
        "the parts 19 + 21 make 40, more than the 31 that they are part of",
    ),
    ("立案[140件]，其中简易程序[90件]，移送[60件]。", None),
    ("立案[140件]，其中简易程序[90件]、涉企和涉农各[70件]。", None),
    ("接待[40批][95人次]，其中集体访[12批][60人次]。", None),
    (
        "接待[40批][95人次]，其中集体访[52批][60人次]。",
        "52 is more than the 40 that it is part of",
    ),
    ("专题学习[3次]、讲座[2次]，其中领导讲课[4次]。", None),
    ("专题学习[3次]、讲座[2次]，其中领导讲课[6次]。", "6 is more than the 5 that it is part of"),
    ("专题学习[3次]（[40人]）、讲座[2次]，其中领导讲课[4次]。", None),
    ("普通程序[20件]，简易程序[40件]，其中涉企[50件]。", None),
    ("案件[56件]。其中网上[30件]。其中投诉[40件]。", None),
    ("受理纠纷[100件]，化解[95件]，其中邻里[60件]、婚姻[40件]。", None),
    (
        "受理纠纷[100件]，化解[95件]，其中邻里[60件]、婚姻[50件]。",
        "the parts 60 + 50 make 110, more than the 100 that they are part of",
    ),
    ("收到[86件]，受理[80件]，审结[75件]，其中维持[60件]、撤销[10件]、驳回[5件]。", None),
    (
        "收到[86件]，受理[80件]，审结[75件]，其中维持[60件]、撤销[12件]、驳回[5件]。",
        "the parts 60 + 12 + 5 make 77, more than the 75 that they are part of",
    ),
    (
        "审结[190件]，其中维持[120件]，纠错[90件]。",
        "the parts 120 + 90 make 210, more than the 190 that they are part of",
    ),
    (
        "案件[280件]（其中一般程序[180件]，简易程序[120件]）。",
        "the parts 180 + 120 make 300, more than the 280 that they are part of",
    ),
    (
        "案件[280 件]，其中一般程序[100件]、简易程序[90件], 听证\n程序[99件]。",
        "the parts 100 + 90 + 99 make 289, more than the 280 that they are part of",
    ),
    ("案件[280件]，其中一般程序[180件]，简易程序[100件]。", None),
    ("案件[280件]（其中一般程序[180件]），简易程序[120件]。", None),
    ("案件[56件]，其中涉企案件[30件]，全年复议案件[36件]。", None),
    ("案件[56件]，其中涉企案件[30件]，办结案件[36件]。", None),
    ("案件[56件]，其中涉企案件[30件]，上年案件[36件]。", None),
    ("案件[56件]，其中涉企案件[30件]，信访案件共[36件]。", None),
    ("检查[56次]，其中夜查[30次]，开展培训[36次]。", None),
    ("检查[56次]，其中夜查[30次]，先后组织培训[36次]。", None),
    ("检查[56次]，其中夜查[30次]，普法讲座[66次]。", None),
    ("刊发[30篇]，其中省级媒体[20篇]，市级以上媒体[25篇]。", None),
    ("下辖[8个]社区，其中网格[46个]。", None),
    ("立案[约13件]，其中移送[20件]。", None),
    ("立案[13件]。其中移送[20件]。", "20 is more than the 13 that it is part of"),
    ("立案[13件]。会商[3次]。其中移送[20件]。", None),
    ("立案[13件]。\n\n其中移送[20件]。", None),
    (
        "办理处罚案件[56件]。其中，简易程序[30件]，普通程序[36件]。",
        "the parts 30 + 36 make 66, more than the 56 that they are part of",
    ),
    ("受理纠纷[100件]，化解[95件]。其中，邻里[60件]，婚姻[40件]。", None),
    ("拆违[1.2万平方米]，其中存量[12400平方米]。", None),
    (
        "拆违[1.2万平方米]，其中存量[13400平方米]。",
        "13,400 is more than the 12,000 that it is part of",
    ),
    ("检查工地[46处]，分别为甲片[40处]、乙片[6处]。", None),
    (
        "检查工地[46处]，分别为甲片[30处]、乙片[6处]。",
        "the parts 30 + 6 make 36, but the whole is 46",
    ),
    ("检查工地共[46处]：甲片[40处]、乙片[7处]。", "the parts 40 + 7 make 47, but the whole is 46"),
    ("检查工地[46处]：甲片[30处]、乙片[6处]。", None),
    ("检查工地共[46处]：甲片[30处]、乙片[6处]等。", None),
    ("检查工地共[46处]：甲片[30处]、乙片[6处]、其他[10处]。", None),
    ("抽查档案[450卷]（文书[180卷]、基建[270卷]）。", None),
    (
        "抽查档案[450卷]（文书[180卷]、基建[290卷]）。",
        "the parts 180 + 290 make 470, but the whole is 450",
    ),
    ("抽查档案[450卷]（文书[180卷]、基建[150卷]）。", None),
    ("抽查档案[320卷]（上年[190卷]、前年[250卷]）。", None),
    ("现有委员[8名]（党员[7名]、法学专业[6名]）。", None),
    ("信访总量[150件]\n其中：重复[20件]\n网上[120件]\n来信[60件]\n", None),
]
# Names that are in no list, and whether the list, which is full for statutes, should have them.
LAWS = [
    ("学习《〔行政审批许可法〕》和《〔行政审批许可法〕》。", [("行政审批许可法", True)]),
    ("学习《〔中华人民共和国扶贫开发法〕》。", [("中华人民共和国扶贫开发法", True)]),
    (
        "执行《〔某市城市停车场管理办法〕》和《〔某省湖泊保护条例〕》。",
        [("某市城市停车场管理办法", False), ("某省湖泊保护条例", False)],
    ),
    ("对照《〔条例〕》《〔实施办法〕》和《〔规定〕》。", []),
    (
        "起草《〔城乡扶贫开发法（草案）〕》《〔农村金融促进法〕（草案）》《〔农村金融促进法〕》（草案）。",
        [],
    ),
    (
        "学习〔海上交通法〕和〔宣讲个人所得法〕。",
        [("海上交通法", False), ("宣讲个人所得法", False)],
    ),
    ("学习〔行政审批许可法〕、《〔行政审批许可法〕》。", [("行政审批许可法", True)]),
    ("学习《关于贯彻〈〔行政审批许可法〕〉的通知》。", [("行政审批许可法", True)]),
    ("学习〔长江法〕。", [("长江法", False)]),
]
WHY = {True: "though it lists all statutes", False: "which lacks local and departmental ones"}
# Headings stand on lines that begin with their role; the report is on 2031.
YEARS = [
    ("measures|2031年主要工作和成效\nplan|2032年工作打算\n2032年，我镇将抓好普法。", None),
    ("plan|三、2031年工作计划\n抓好普法。", "it plans for 2031"),
    ("plan|三、2029 年度法治政府建设工作安排\n抓好普法。", "it plans for 2029"),
    ("problems+plan|存在的问题及2031年工作打算\n", "it plans for 2031"),
    ("problems+plan|2031年存在的问题和2032年工作打算\n", None),
    ("problems+plan|2031年存在的问题和下一步打算\n", None),
    ("measures+plan|2031年工作总结和2032年工作计划\n", None),
    ("plan|落实《2026—2031年规划》的打算\n", None),
    ("plan|2031年工作计划完成情况\n", None),
    ("plan|下一步打算\n2031年，我镇将抓好普法。", "it plans for 2031"),
    ("plan|下一步打算\n针对2031年反馈的不足，我镇将抓好整改。到2035年，将建成体系。", None),
    ("measures|2030年法治政府建设主要举措\n", "a part is on the work of 2030"),
    ("measures|2032年法治政府建设主要举措\n", "a part is on the work of 2032"),
    ("measures|2030年考核反馈问题整改情况\n", None),
    ("measures|2029年以来的主要做法\n", None),
    ("measures|落实规划（2026—2030年）工作情况\n", None),
    ("现将我镇2031年度工作情况及2032年打算报告如下：\nmeasures|主要工作\n", None),
    ("现将我镇2030年度工作情况报告如下：\nmeasures|主要工作\n", "its opening reports on 2030"),
    ("继2030年度报告之后，现将有关情况报告如下：\nmeasures|主要工作\n", None),
    ("2030年，我镇抓实普法。\nmeasures|主要工作\n", "its opening is on 2030"),
    ("2030年，我镇获表彰；2031年，再接再厉。\nmeasures|主要工作\n", None),
    ("依据发〔2030〕7号文件，汇报如下。\nmeasures|主要工作\n", None),
]


def mark(marked: str) -> tuple[str, Facts]:
    """The text without its brackets, and what stands in them as facts."""
    parts: list[str] = []
    counts: list[Count] = []
    rates: list[Rate] = []
    laws: list[Law] = []
    length = cursor = 0
    for match in re.finditer(r"\[([^\]]*)\]|\{([^}]*)\}|〔([^〕]*法[^〕]*|[^〕\d]*)〕", marked):
        before, surface = marked[cursor : match.start()], match[match.lastindex or 0]
        start = length + len(before)
        place = {"start": start, "end": start + len(surface), "text": surface}
        place |= {"score": 1.0, "path": (), "role": None}
        if match.lastindex == 3:
            about = {"kind": None, "level": None, "date": None, "candidates": ()}
            laws.append(Law(**place, title=surface, known=False, **about))
        else:
            read = parse_count(surface) if match.lastindex == 1 else parse_rate(surface)
            amount = {"value": read.value, "upper": read.upper, "approx": read.approx}
            amount |= {"reason": read.reason, "indicator": None}
            if match.lastindex == 1:
                unit = dimension(read.unit)
                counts.append(Count(**place, **amount, unit=read.unit, dimension=unit))
            else:
                rates.append(Rate(**place, **amount))
        parts += [before, surface]
        length, cursor = place["end"], match.end()
    parts.append(marked[cursor:])
    return "".join(parts), Facts(laws=tuple(laws), counts=tuple(counts), rates=tuple(rates))


def outline(marked: str) -> tuple[str, Facts]:
    """A report on 2031 with its title, and the sections that lines like ``plan|…`` open."""
    title = Phrase(0, 17, "松溪镇2031年度法治政府建设报告")
    text, heads = f"{title.text}\n", []
    for line in marked.splitlines(keepends=True):
        role, bar, heading = line.rpartition("|")
        if bar:
            heads.append((role, heading.strip(), len(text)))
        text += heading
    ends = [*(start for _, _, start in heads), len(text)][1:]
    sections = tuple(
        Section("", heading, 1, role, start, start + len(heading), end)
        for (role, heading, start), end in zip(heads, ends, strict=True)
    )
    return text, Facts(report=ReportData(title=title, year=2031), sections=sections)


def messages(text: str, facts: Facts, kind: str) -> list[str]:
    checks = find_checks(text, facts)
    assert {check.kind for check in checks} <= {kind}
    assert all(lead_back(text, check) for check in checks)
    return [check.message for check in checks]


def lead_back(text: str, check: Check) -> bool:
    return bool(check.evidence) and all(
        0 <= place.start < place.end and text[place.start : place.end] == place.text
        for place in check.evidence
    )


@pytest.mark.parametrize(("marked", "expected"), RATES)
def test_rates(marked: str, expected: str | None) -> None:
    assert messages(*mark(marked), "rate") == ([expected] if expected else [])


@pytest.mark.parametrize(("whole", "deed", "name"), DEEDS)
def test_names_of_rates(whole: str, deed: str, name: str) -> None:
    assert messages(*mark(f"{whole}[20件]，其中{deed}[18件]，{name}{{80%}}。"), "rate")
    assert not messages(*mark(f"{whole}[20件]，其中{deed}[18件]，{name}{{90%}}。"), "rate")
    assert not messages(*mark(f"{whole}[20件]，其中送达[18件]，{name}{{80%}}。"), "rate")


@pytest.mark.parametrize(("marked", "expected"), SUMS)
def test_sums(marked: str, expected: str | None) -> None:
    assert messages(*mark(marked), "sum") == ([expected] if expected else [])


@pytest.mark.parametrize(("marked", "expected"), LAWS)
def test_laws(marked: str, expected: list[tuple[str, bool]]) -> None:
    told = [f"{name} is not in the list of norms, {WHY[full]}" for name, full in expected]
    assert messages(*mark(marked), "law") == told


@pytest.mark.parametrize(("marked", "expected"), YEARS)
def test_years(marked: str, expected: str | None) -> None:
    found = messages(*outline(marked), "year")
    assert found == ([f"the report is on 2031, but {expected}"] if expected else [])
    assert not messages(*without_year(outline(marked)), "year")


def without_year(report: tuple[str, Facts]) -> tuple[str, Facts]:
    text, facts = report
    return text, replace(facts, report=replace(facts.report, year=None))


@pytest.mark.parametrize(
    ("date", "odd"),
    [
        ("2030-12-30", True),
        ("2031-12-30", False),
        ("2032-12-30", False),
        ("2033-01-04", True),
    ],
)
def test_signature(date: str, odd: bool) -> None:
    text, facts = outline("2031年，我镇抓实普法。\n")
    signed = replace(facts.report, signed=Phrase(6, 7, text[6:7]), signed_on=date)
    assert bool(find_checks(text, replace(facts, report=signed))) == odd


def test_plan_of_a_subheading() -> None:
    text, facts = outline("plan|下一步打算\nplan|2031年普法工作计划\n")
    outer, inner = facts.sections
    facts = replace(facts, sections=(replace(outer, end=len(text), children=(inner,)),))
    assert messages(text, facts, "year") == ["the report is on 2031, but it plans for 2031"]


def test_known_law_and_candidates() -> None:
    text, facts = mark("学习《〔行政审批许可法〕》。")
    (law,) = facts.laws
    assert not find_checks(text, replace(facts, laws=(replace(law, known=True),)))
    law = replace(law, candidates=("甲法", "乙法"))
    (check,) = find_checks(text, replace(facts, laws=(law,)))
    assert check.message.endswith(f"{WHY[True]}; it may be 甲法 or 乙法")
    law = replace(law, candidates=("甲法", "乙法", "丙法", "丁法", "戊法"))
    (check,) = find_checks(text, replace(facts, laws=(law,)))
    assert check.message.endswith("; it may be 甲法 or 乙法 or 丙法, and 2 more")


def test_evidence_and_order() -> None:
    law = "学习《〔行政审批许可法〕》。"
    text, facts = mark(
        f"{law}立案[3件]，其中移送[5件]。排查[112起]，化解[9起]，化解率{{97%}}。{law}"
    )
    checks = find_checks(text, facts)
    assert [(check.kind, [place.text for place in check.evidence]) for check in checks] == [
        ("law", ["行政审批许可法", "行政审批许可法"]),
        ("sum", ["3件", "5件"]),
        ("rate", ["112起", "9起", "97%"]),
    ]


def test_a_number_broken_off_is_not_read() -> None:
    text, facts = mark("排查1[12起]，化解[9起]，化解率{97%}。")
    assert not find_checks(text, facts)


PIECES = [
    "受理[112起]",
    "化解[109起]",
    "化解率{97%}",
    "占{9%}",
    "，",
    "。",
    "、",
    "其中",
    "（",
    "）",
    "：",
]
PIECES += [
    "由[46条]",
    "减到[6条]",
    "下降{65%}",
    "分别为",
    "共[0起]",
    "[3万亿起]",
    "{100%}",
    "\n",
    " ",
    "[若干]",
]
PIECES += [
    "〔行政审批许可法〕",
    "甲类[2起]",
    "、[99起]",
    "，乙类[99起]",
    "满意率{105%}",
    "[1.5万起]",
    "{三成}",
    "{0%}",
    "[约2起]",
    "2031年",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_text_leads_back(marked: str) -> None:
    text, facts = mark(marked)
    for check in find_checks(text, facts):
        assert lead_back(text, check)
        assert "\n" not in check.message


@given(
    st.text(),
    st.lists(st.tuples(st.integers(-3, 40), st.integers(-3, 40), st.floats() | st.none())),
    st.integers(1, 4000),
)
def test_any_facts(text: str, places: list[tuple[int, int, float | None]], year: int) -> None:
    _, facts = mark("[2起]{9%}〔行政审批许可法〕")
    counts = [
        replace(facts.counts[0], start=start, end=end, value=value) for start, end, value in places
    ]
    rates = [
        replace(facts.rates[0], start=start, end=end, value=value) for start, end, value in places
    ]
    report = ReportData(year=year, signed=Phrase(0, 0, ""), signed_on=text)
    sections = tuple(Section("", text, 1, "plan", start, end, end) for start, end, _ in places)
    facts = Facts(report, sections, facts.laws, tuple(counts), tuple(rates))
    find_checks(text, facts)


@pytest.mark.parametrize(
    "piece",
    [
        "受理[112起]，",
        "化解[2起]、",
        "均已",
        "其中[3起]",
        "化解率{97%}",
        "2031年",
        "现将",
        "\n",
        "（[9起]、",
        "其中[3起]，次要",
        "。其中[3起]",
    ],
)
def test_long_texts_are_read_in_time(piece: str) -> None:
    text, facts = mark(piece * 3_000)
    part = Section("", text, 1, "plan", 0, 0, len(text))
    report = ReportData(year=2031, title=Phrase(0, 1, text[:1]))
    begin = time.process_time()
    find_checks(text, replace(facts, report=report, sections=(part,)))
    assert time.process_time() - begin < 2
