"""What the title of a heading tells: the roles of its part, and the years that it is about.

Words that tell a role stand in tables, each row with an example.
"""

from __future__ import annotations

import re

_MAX_CHARS = 200  # of a title that are read

_LACK = r"(?:问题|不足|短板|弱项|差距|困难|难点|薄弱环节|薄弱点|欠缺|原因|成因)"
_LATER = r"(?!\S{0,6}(?:完成|落实|执行|推进|进展|开展)情况)"  # 重点任务完成情况 is no plan
# Words that tell a role. Each row: role, pattern, an example.
_PROBLEMS = (
    re.compile(rf"存在[^，,；;。\s]{{0,10}}?{_LACK}"),  # 存在的主要问题
    re.compile(rf"{_LACK}(?:依然|仍然|仍|还)?存在"),  # 短板依然存在
    re.compile(rf"(?:正视|认清|看到|直面|查[摆找])[^，,；;。\s]{{0,8}}?{_LACK}"),  # 正视短板
    re.compile(rf"{_LACK}(?:(?:分析|剖析|情况)*$|(?=[及和与、]))"),  # 问题和不足, 困难及原因分析
)
# What is not a lack of the report's but the object of work: 整治突出问题, 补齐短板.
_TACKLED = re.compile(
    r"(?:解决|整治|破解|化解|治理|处理|处置|办理|纠治|查处|纠正|整改|攻克|克服|聚焦|针对|围绕|紧盯"
    r"|着眼|瞄准|防范|回应|缩小|消除|扭转|弥补|补|急难愁盼|遗留|需要?说明)[^，,；;。\s]*$"
)
_LEADERSHIP = re.compile(
    r"第一责任|主要(?:负责人|负责同志|领导)\S{0,12}(?:履职|述职|职责)"  # 履行第一责任人职责
    r"|(?:书记|[镇乡区县市局厅]长|主任)\S{0,8}(?:履职|述职)情况"  # 镇长履职情况
)
_PLAN = re.compile(
    r"(?:下一?步|下一?年度?|下一?阶段|来年|明年|今后|未来)(?:\S{0,10}(?:工作|安排|任务|方向|措施|目标|重点)|$)"
    r"|打算|(?:工作|总体|主要|基本)思路|思路(?=[及和与、]|$)"  # 工作思路
    rf"|(?:工作|总体)(?:计划|规划){_LATER}|计划(?=情况$|$)"  # 工作计划
    rf"|(?:工作|主要|重点|总体|任务|目标)安排{_LATER}|安排(?=情况$|$)"  # 主要安排
    r"|工作重点$|努力方向|改进方向|(?:改进|整改)(?:措施|举措)|展望|初步考虑|工作设想"
    r"|谋划(?=\d{4}|明年|来年|下一|新一年)"  # 谋划2023年工作
    rf"|预算(?:草案|安排){_LATER}|改进情况|(?:审计|对策|工作)建议$"  # 2023年预算草案
)
_AIMS = re.compile(
    r"(?:总体要求|指导思想|政策取向|战略重点|总体部署|(?:预期|奋斗|发展|主要|总体|工作)目标|目标任务"
    rf"|(?:主要|工作|基本|重点)任务)(?=[及和与、]|$){_LATER}"  # 总体要求和预期目标
)
_PURSUED = re.compile(  # what is aimed at is no aim of its own: 紧扣目标任务
    r"(?:完成|落实|实现|推进|履行|分解|聚焦|围绕|紧扣|锚定|对标|对照|谋划)[^，,；;。\s]*$"
)
_DONE = re.compile(
    r"成效|成绩|成果|做法|举措|主要措施|主要工作|工作亮点|工作总结|工作回顾"
    r"|(?:工作|开展|完成|推进|进展|落实)情况"
)
_JOINT = re.compile(r"[及和与、，,；;暨\s]")
_SETTING = re.compile(
    r"基本情况|概况|概述|(?:法治|工作)基础$"  # 辖区基本情况
    r"|(?:质量|环境|资源)(?:状况|现状)$"  # 水环境质量状况
    r"|主要数据|数据(?:公开|统计)?(?:情况|说明)|数据统计|指标统计|统计表"  # 主要数据情况
    r"|^附(?:[件表录]|[:：\s])|(?:其他|其它|有关)(?:需要\S{1,4})?(?:事项|说明)"  # 其他需要说明事项
    r"|情况的?说明|说明的?(?:事项|情况|几[件个项])|意见建议"  # 需要说明的几个问题
)
_OVERALL = re.compile(r"总体(?:情况|进展|评价)")  # a setting where a part on the work follows
# A title of these words alone names a whole part: 2023年推进法治政府建设的主要举措和成效.
_WHOLE = re.compile(
    r"^(?:\S{0,10}?\d{4}年度?|年度|本年度?|全年|一年来|今年以来)|[^，,\s]{0,6}?法治[^，,\s]{0,8}?建设"
    r"|依法行政|依法治\S|推进|深化|加强|全面|开展|主要|重点|特色|突出|总体|基本|有关|取得|工作|举措|做法"
    r"|措施|成效|成绩|成果|进展|情况|回顾|总结|亮点|经验|完成|落实|[的及和与、等]"
)
_REVIEW = re.compile(r"回顾|总结|成效|成绩|成就|成果|亮点|情况")  # 2012年工作成效
_FIRST_PLAN = 1981  # the sixth; each begins five years after the one before. “八五”普法 is none
_PLANS = [*"六七八九十", *(f"十{number}" for number in "一二三四五六七八九")]
_TIME = re.compile(rf"""(?x)
    (?P<year> [\d〇○零一二三四五六七八九]{{4}} ) 年                            # 2012年, 二〇一二年
  | (?P<plan> 十[一二三四五六七八九]? ) 五 (?: [”"] | 时期 | 期间 | 规划 )  # “十二五”时期
  | 第 (?P<ordinal> {"|".join(reversed(_PLANS))} ) 个五年计划                # 第七个五年计划
""")
_CJK_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_ASIDE = re.compile(r"《[^》]*》|[（(][^）)]*[）)]")


def plain_title(title: str) -> str:
    """The title without line breaks and without the spaces around its digits, cut to be read."""
    joined = re.sub(r"\s*[\r\n]\s*", "", title[:_MAX_CHARS])
    return re.sub(r"(?<=\d)\s+|\s+(?=\d)", "", joined).strip()


def roles_told(title: str) -> tuple[str, ...]:
    """Roles that a plain title tells, in the order of ``sections.ROLES``; none for a theme."""
    lacks = (match for pattern in _PROBLEMS for match in pattern.finditer(title))
    own = (match for match in lacks if not _TACKLED.search(title[: match.end()]))
    aims = (aim for aim in _AIMS.finditer(title) if not _PURSUED.search(title[: aim.start()]))
    done = _DONE.search(title)
    found = {
        "measures": None,
        "problems": next(own, None),
        "leadership": _LEADERSHIP.search(title),
        "plan": _PLAN.search(title) or next(aims, None),
    }
    starts = [match.start() for match in found.values() if match]
    # 主要工作和明年打算 has two roles, 主要工作安排 has one.
    if done and (not starts or _JOINT.search(title, done.end(), max(min(starts), done.end()))):
        found["measures"] = done
    if not any(found.values()) and (is_setting(title) or _OVERALL.search(title)):
        return ("other",)
    return tuple(role for role, match in found.items() if match)


def is_setting(title: str) -> bool:
    """Whether a plain title names what only gives the setting or data: ``基本情况``."""
    return _SETTING.search(title) is not None


def is_review(title: str) -> bool:
    """Whether a plain title says that its part looks back: ``2012年工作回顾``."""
    return _REVIEW.search(title) is not None


def names_whole(title: str) -> bool:
    """Whether a plain title names the work as a whole: ``主要举措和成效``, but not ``严格执法``."""
    return not _WHOLE.sub("", title)


def years_named(title: str) -> tuple[tuple[int, int], ...]:
    """The years that a plain title names, and its five-year plans, as first and last year each.

    Those in 《 》 and brackets are of a document: ``落实《纲要（2021—2025年）》``.
    """
    return tuple(_years(match) for match in _TIME.finditer(_ASIDE.sub("", title)))


def begins_with_year(title: str) -> bool:
    """Whether a plain title begins with a year or a five-year plan: ``“十三五”时期的目标``."""
    return _TIME.match(title.lstrip('“"')) is not None


def _years(match: re.Match[str]) -> tuple[int, int]:
    if match["year"]:
        year = int(match["year"].translate(_CJK_DIGITS))
        return year, year
    first = _FIRST_PLAN + 5 * _PLANS.index(match["plan"] or match["ordinal"])
    return first, first + 4
