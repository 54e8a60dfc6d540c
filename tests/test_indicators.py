"""Indicators: clauses with their amounts marked, one rule after the other, and odd input."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi.facts.indicators import find_indicators
from fazhi.reports import Span

LABELS = {"【": "COUNT", "〖": "RATE", "｛": "LAW", "＃": "SECTION"}
MARKED = re.compile("【(.+?)】|〖(.+?)〗|｛(.+?)｝|＃(.+?)＃", re.DOTALL)

# 【count】 〖rate〗 ｛law｝ ＃heading＃, then verb and noun of each amount; - is none.
CLAUSES = {
    "noun before the number": """
        化解矛盾纠纷【400余起】 | 化解 矛盾纠纷
        全年共发放宣传资料【3620册】。 | 发放 宣传资料
        街道举办了各类法治讲座【3场】 | 举办 法治讲座
        累计办理行政复议案件【12件】 | 办理 行政复议案件
        完成重大行政执法决定法制审核【9件】 | 完成 重大行政执法决定法制审核
        出台便民措施共【6条】 | 出台 便民措施
        追回被拖欠的工程款【80万元】 | 追回 工程款
        调处邻里、婚姻、土地等矛盾纠纷【36起】 | 调处 矛盾纠纷
        排查家庭、邻里纠纷【17起】 | 排查 家庭、邻里纠纷
        新建法治文化广场【2处】，面积〖九成〗 | 新建 法治文化广场; - 面积
        为养殖户挽回损失【45万元】 | 挽回 损失
        深入村屯清运垃圾【12吨】 | 清运 垃圾
        会同税务部门检查加油站【8家】 | 检查 加油站""",
    "number before the noun": """
        聘请【3名】法律顾问 | 聘请 法律顾问
        组织【16个】部门开展联合执法 | 组织 部门
        镇辖【12个】行政村、【3个】社区 | 辖 行政村; 辖 社区
        全局共有【7名】科级以上公务员 | 有 科级以上公务员
        每季度召开【一次】联席会议 | 召开 联席会议
        印发了【5个】规范性文件，下发到村 | 印发 规范性文件
        走访辖区【32家】企业 | 走访 企业
        约谈【3家】经营不规范的企业 | 约谈 企业
        难以满足【6个】村的用水需求 | 满足 村
        制定【2万元以上】的支出办法 | 制定 支出办法
        提出【8个】方面【41项】任务 | 提出 方面; 提出 任务""",
    "number before its verb": """
        【46名】干部参加考试 | 参加 干部
        对【18个】在建项目开展督查 | 开展 在建项目
        与【9个】管区、【14个】站所签订责任书【23份】 | 签订 管区; 签订 站所; 签订 责任书
        将【30项】任务分解到科室 | 分解 任务
        群众反映的【13个】问题全部办结 | 办结 问题
        党委会先后【5次】研究法治工作 | 研究 法治工作
        全年先后【14次】组织法治讲座 | 组织 法治讲座
        区政府【2次】主持会议研究信访议题 | 研究 信访议题""",
    "only a noun": """
        受教育群众【2000余人次】 | - 受教育群众
        常住人口【7.8万人】 | - 常住人口
        其中：行政许可【12件】 | - 行政许可
        行政许可：【12件】，行政强制（【3件】） | - 行政许可; - 行政强制
        （许可【19件】、处罚【33件】） | - 许可; - 处罚
        涉案金额【98万元】 | - 涉案金额
        宣传资料【3000余】 | - 宣传资料
        参训人员累计达【300人次】 | - 参训人员""",
    "only a verb": """
        罚款【18万元】 | 罚款 -
        中心组学法【6次】 | 学法 -
        组织机关干部集中学习【9次】 | 学习 -
        邀请律师到村授课【4次】 | 授课 -
        行政机关负责人出庭应诉【23人次】 | 出庭应诉 -
        坚持每半月排查【1次】 | 排查 -
        废止【17件】、修改【4件】 | 废止 -; 修改 -""",
    "noun of the count before": """
        调处纠纷【120起】，其中成功【109起】 | 调处 纠纷; 成功 纠纷
        化解纠纷【120起】，调解成功【109起】。 | 化解 纠纷; 调解成功 纠纷
        受理案件【12件】，办结【11件】 | 受理 案件; 办结 案件
        提出意见【40条】，采纳率〖九成〗，采纳【36条】 | 提出 意见; - 采纳率; 采纳 意见
        查处违法案件【38起】，移送公安机关【4起】 | 查处 违法案件; 移送 违法案件
        受理案件【12件】，处罚【11人】 | 受理 案件; 处罚 -
        部署【9项】任务（其中【6项】为自选） | 部署 任务; - 任务
        受理案件【12件】。办结【11件】 | 受理 案件; 办结 -""",
    "counts side by side": """
        审查文件【11件】、合同【29份】和协议【3份】 | 审查 文件; 审查 合同; 审查 协议
        开展活动【9场次】、惠及群众【270余人次】 | 开展 活动; 惠及 群众
        拆除违法建筑【87宗】【1.9万平方米】 | 拆除 违法建筑; 拆除 违法建筑
        举办法治讲座、知识竞赛各【1次】 | 举办 法治讲座、知识竞赛
        举办专题讲座【2场】、业务培训【3期】 | 举办 专题讲座; 举办 业务培训
        审查合同【3件】、调解纠纷【5起】 | 审查 合同; 调解 纠纷
        配备灭火器【12具】，水带【6盘】 | 配备 灭火器; - 水带""",
    "verbs that name activities": """
        开展案卷评查【2次】 | 开展 案卷评查
        组织专题学习【6次】 | 组织 专题学习
        人民调解委员会调解纠纷【19件】 | 调解 纠纷
        人民调解组织【12个】 | - 人民调解组织
        组织执法人员参加培训【2次】 | 参加 培训
        参加培训【300余人次】 | 参加 培训
        召开党委会研究法治议题【7次】 | 研究 法治议题
        召开联席会议【4次】 | 召开 联席会议
        发放宣传手册【200本】 | 发放 宣传手册
        出具法律审查意见【34份】 | 出具 法律审查意见
        制止可能影响通行的施工行为【3起】 | 制止 施工行为
        受理、办结案件【12件】 | 办结 案件
        行政复议案件受理【12件】 | 受理 行政复议案件
        执法人员仅有【2名】 | 有 执法人员
        责令限期整改隐患【5处】 | 整改 隐患""",
    "laws": """
        宣传《｛民法典｝》【6场次】 | 宣传 《民法典》
        学习｛行政处罚法｝【3次】 | 学习 行政处罚法
        组织干部学习新修订的《｛信访工作条例｝》【2次】 | 学习 《信访工作条例》
        依据《｛消防法｝》关停作坊【4家】 | 关停 作坊
        学习《｛宪法｝》《｛监察法｝》等法律【8部】 | 学习 法律""",
    "change": """
        申请材料由【58份】精简到【33份】 | 精简 申请材料; 精简 申请材料
        审批事项由【28项】减至【9项】 | 减至 审批事项; 减至 审批事项
        受理投诉【35件】，比上年减少【12件】 | 受理 投诉; 减少 投诉
        减少办事材料【12份】 | 减少 办事材料
        信访总量同比下降〖21.9%〗 | 下降 信访总量
        优秀率比上年提高〖3.2个百分点〗 | 提高 优秀率
        成功率和履行率分别比上年高〖1.9〗和〖2.6个百分点〗 | 高 成功率; 高 履行率""",
    "rates": """
        调解成功率〖97%〗 | - 调解成功率
        办结率和满意率均达〖100%〗 | - 办结率和满意率
        见面率、答复率均为〖百分之百〗 | - 见面率、答复率
        办结率、满意率〖98%〗 | - 满意率
        办结率和满意率分别为〖95%〗和〖97%〗 | - 办结率; - 满意率
        全县行政机关负责人出庭应诉率达〖90%〗 | - 行政机关负责人出庭应诉率
        持证率由〖58%〗上升为〖77%〗 | - 持证率; - 持证率
        其中少数民族群众占〖41.2%〗 | - 少数民族群众
        党员【20名】，占〖57.1%〗 | - 党员; - 党员
        推动〖九成以上〗的纠纷就地化解 | - 纠纷
        受理纠纷【50起】，成功化解〖98%以上〗 | 受理 纠纷; 成功化解 纠纷""",
    "white space, lines and cells": """
        化解 矛盾纠纷 【400 余起】 | 化解 矛盾纠纷
        镇里组织网格员全年为群众排查调处各类矛⏎盾纠纷【19件】 | 调处 矛⏎盾纠纷
        镇便民服务中心对照上级下放目录逐项重新梳⏎理政务服务事项【38项】 | 梳⏎理 政务服务事项
        项目⏎行政处罚⏎【12⏎件】⏎其中：许可⏎【30件】⏎〖6%〗 | - 行政处罚; - 许可; - 许可
        ｜行政处罚｜【12件】｜行政许可｜【7件】｜ | - 行政处罚; - 行政许可
        ＃一、排查隐患＃⏎【12处】已整改 | 整改 -
        下发通知⏎⏎【12名】干部到岗 | - 干部
        事项→本年度办理总数→上年度总数→增幅⏎行政许可→【12件】→〖5%〗 | - 行政许可; - 行政许可
        事项类别 本年度办理总数 上年度办理总数 增幅⏎行政许可→【12件】⏎ | - 行政许可
        1.→今年镇里组织各村网格员为群众排查调处矛⏎盾纠纷【9件】 | 调处 矛⏎盾纠纷
        开发APP【3款】 | - 开发APP""",
    "nothing": """
        【12件】 | - -
        全年共【3次】。 | - -
        165【12件】 | - -
        2030→165→【12件】 | - -
        APP【3款】 | - -
        其中〖5%〗 | - -""",
}
ROWS = [
    (rule, *line.replace("⏎", "\n").replace("→", "\t").replace("｜", "|").strip().rsplit(" | ", 1))
    for rule, lines in CLAUSES.items()
    for line in lines.strip().splitlines()
]


def read_marked(marked: str) -> tuple[str, list[Span]]:
    """The text without its marks, and the spans that they stood for."""
    spans: list[Span] = []
    pieces: list[str] = []
    at = length = 0
    for match in MARKED.finditer(marked):
        inner = match[match.lastindex or 0]
        pieces += marked[at : match.start()], inner
        length += match.start() - at
        spans.append(Span(length, length + len(inner), LABELS[match[0][0]], inner))
        at, length = match.end(), length + len(inner)
    return "".join([*pieces, marked[at:]]), spans


@pytest.mark.parametrize(("rule", "marked", "expected"), ROWS)
def test_clauses(rule: str, marked: str, expected: str) -> None:
    text, spans = read_marked(marked)
    found = find_indicators(text, spans)
    told = []
    for span in spans:
        if span.label in ("COUNT", "RATE"):
            indicator = found.get(span.start)
            parts = (indicator.verb, indicator.noun) if indicator else (None, None)
            told.append(" ".join(part.text if part else "-" for part in parts))
    assert "; ".join(told) == expected, rule


def test_enough_clauses() -> None:
    assert len(ROWS) >= 70


def test_an_inherited_noun_keeps_its_place() -> None:
    text, spans = read_marked("全年受理案件【12件】，办结【11件】。")
    first, second = find_indicators(text, spans).values()
    assert second.noun == first.noun
    assert first.noun and text[first.noun.start : first.noun.end] == "案件"
    assert (second.text, 0 < second.confidence <= 1) == ("办结案件", True)


SPANS = st.lists(
    st.tuples(st.integers(-2, 60), st.integers(-2, 60), st.sampled_from([*LABELS.values(), "X"])),
    max_size=8,
)
TEXTS = st.text(
    "全年化解矛盾纠纷3起，、。占的等由降到均《》“”（） \n\t|：\ue000\ue002abc", max_size=60
)


@given(TEXTS, SPANS)
def test_any_spans_of_any_text(text: str, places: list[tuple[int, int, str]]) -> None:
    spans = [Span(start, end, label, text[start:end]) for start, end, label in places]
    amounts = {span.start for span in spans if span.label in ("COUNT", "RATE")}
    for start, indicator in find_indicators(text, spans).items():
        assert start in amounts
        assert indicator.verb or indicator.noun
        for part in filter(None, (indicator.verb, indicator.noun)):
            assert 0 <= part.start < part.end <= len(text)
            assert part.text == text[part.start : part.end]


@pytest.mark.parametrize(
    "unit",
    [
        "化解纠纷【3起】",
        "甲、",
        "甲\n",
        "甲乙丙\t\n",
        "由【3起】",
        "的",
        "《",
        "【3起】",
        "\n",
        "并",
    ],
)
def test_long_input_is_read_in_linear_time(unit: str) -> None:
    text, spans = read_marked("办理" + unit * 20_000 + "【3起】")
    start = time.process_time()
    find_indicators(text, spans)
    assert time.process_time() - start < 10
