"""Spans that are none by the guidelines, whatever the tagger thinks.

What ends in a word for another kind of text (``《…行动方案》``), or in one that names no norm in
particular (``有关规定``), is no LAW, and neither is an unmarked name that only modifies the noun
behind it (``民法典宣传月``). No COUNT or RATE is without a numeral.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from fazhi.facts.law_names import normalise_name
from fazhi.facts.laws import Gazetteer
from fazhi.reports import Span

_OTHER_KIND = re.compile(
    "(?:纲要|规划|计划|要点|方案|预案|通知|意见|措施|清单|目录|指引|指南|手册|读本|公约|制度|基准)(?:（[^（）]*）)?$"
)
_NONE_IN_PARTICULAR = re.compile(
    "(?:相关|有关|配套|上述|各项|其他|该|此)(?:法|条例|规定|办法|细则)$"
)
_NUMERAL = re.compile("[0-9０-９零〇一二两三四五六七八九十百千万亿半]")
_MODIFIED = re.compile(
    r"""
    \s* (?: 专题 | 专业培训 | 主题 | 知识 | 实务 | 精神 | 宣誓 | 相伴 | 配套(?!法规|的)
      | 宣传 | 宣讲 | 培训 | 轮训 | 讲座 | 辅导
      | (?:起草|修订|修改|立法|制定) (?:工作|调研|论证|座谈|听证|研究|进程|计划)
      | 执法检查 | (?:执行|实施|落实) 情况 )
    """,
    re.VERBOSE,
)
_JOINED = re.compile(r"\s*(?:、|和|与|及|以及)\s*")


def leave_out(text: str, spans: Sequence[Span]) -> list[Span]:
    """The spans of ``text``, in order, without those that are none.

    With a name that only modifies a noun, the names that are joined to it (``宪法、民法典知识``)
    are left out too.
    """
    kept: list[Span] = []
    modifies_from = -1  # where the name begins behind which a noun stands
    for span in reversed(spans):
        if span.label == "LAW":
            is_bare = not _is_marked(text, span)
            if _names_no_norm(span.text, is_bare):
                continue
            joined = _JOINED.match(text, span.end)
            is_joined = joined is not None and joined.end() == modifies_from
            if is_bare and (is_joined or _MODIFIED.match(text, span.end)):
                modifies_from = span.start
                continue
        elif span.label in ("COUNT", "RATE") and not _NUMERAL.search(span.text):
            continue
        kept.append(span)
    return kept[::-1]


def _names_no_norm(surface: str, is_bare: bool) -> bool:
    name = normalise_name(surface)
    is_other = _OTHER_KIND.search(name) or _NONE_IN_PARTICULAR.search(name)
    is_phrase = is_bare and "的" in name and "关于" not in name  # 老人的宣传办法
    return bool(is_other or is_phrase) and not Gazetteer.load().resolve(name).known


def _is_marked(text: str, span: Span) -> bool:
    around = text[max(0, span.start - 1) : span.start] + text[span.end : span.end + 1]
    return not set("《〈<》〉>").isdisjoint(around)
