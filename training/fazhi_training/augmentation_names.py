"""Augmentation of names: laws, the plans and rules that are none, and the place of the report."""

from __future__ import annotations

import random
import re
from functools import cache

from fazhi.facts.laws import NATIONAL, PROVINCES, Gazetteer, Norm
from fazhi.reports import Report, Span
from fazhi_training.augmentation_edits import Edit, apply, spans_by_character

# What reports cite most, by weight; the state's prefix is left out.
_CITED = {
    **dict.fromkeys(("宪法", "民法典"), 12),
    **dict.fromkeys(("行政处罚法", "行政复议法", "信访工作条例", "优化营商环境条例"), 6),
    **dict.fromkeys(("政府信息公开条例", "重大行政决策程序暂行条例", "安全生产法"), 6),
    "党政主要负责人履行推进法治建设第一责任人职责规定": 6,
    "法治政府建设与责任落实督察工作规定": 3,
    **dict.fromkeys(("行政诉讼法", "行政许可法", "行政强制法", "土地管理法", "国家赔偿法"), 3),
    **dict.fromkeys(("人民调解法", "治安管理处罚法", "反有组织犯罪法", "乡村振兴促进法"), 3),
    **dict.fromkeys(("中国共产党章程", "中国共产党纪律处分条例", "监察法", "公务员法"), 3),
    **dict.fromkeys(("未成年人保护法", "反电信网络诈骗法", "社区矫正法", "法律援助法"), 2),
    **dict.fromkeys(("食品安全法", "环境保护法", "消防法", "招标投标法", "政府采购法"), 2),
    **dict.fromkeys(("保障农民工工资支付条例", "公平竞争审查条例", "行政复议法实施条例"), 2),
    **dict.fromkeys(("国家安全法", "反间谍法", "保守国家秘密法", "网络安全法"), 2),
    **dict.fromkeys(("中国共产党问责条例", "党政领导干部选拔任用工作条例"), 2),
}
_STATE, _PARTY = "中华人民共和国", "中国共产党"
_LONGEST = 32  # characters of a title that is put in
_LONGEST_BARE = 14
_COMMON_SHARE = 0.45  # of the names put in
_SAME_PLACE_SHARE = 0.7  # of local norms
_OWN_PROVINCE_SHARE = 0.3  # of local norms: made one of the report's province

# A law in 《》 that is an argument: a list of titles, then a pause or the genus.
_ARGUMENT = re.compile(
    r"》(?:(?:、|和|及|与|以及|，)?《[^《》\n]{2,40}》)*(?:等(?:法律|法规|党内|[，。；,;])|[，。；,;])"
)
_LIST_NEXT = re.compile(r"》(?=《|、|和|及|等|[，。；])")
_LIST_ITEM = re.compile("》、?(?=《)")
_GENERIC = re.compile("(?:实施)?(?:条例|规定|办法|细则|规则|准则|章程|意见|解释)")
_BARE_NEXT = re.compile(r"[、，。；和及与等,;]")
_BARE_BEFORE = re.compile(
    r"(?:学习|宣传|贯彻|落实|遵守|执行|依据|依照|按照|根据|围绕|宣讲|普及|掌握|实施|[、和及与])$"
)

_TITLE = re.compile(r"《([^《》\n]{4,60})》")
_POLICY = re.compile(
    r"(?:要点|方案|计划|规划|通知|意见|制度|清单|目录|安排|预案|办法|规则|规定|细则|章程|决定|纲要|指引)$"
)
# Parts of titles that are no laws: office, theme, form.
_THEMES = (
    *(
        "法治政府建设",
        "依法行政",
        "法治宣传教育",
        "普法依法治理",
        "行政执法监督",
        "矛盾纠纷排查化解",
    ),
    *("安全生产专项整治", "综合行政执法", "政务公开", "优化营商环境", "重大行政决策", "合法性审查"),
    *(
        "行政规范性文件管理",
        "法律顾问工作",
        "人居环境整治",
        "信访积案化解",
        "防汛抗旱",
        "森林防灭火",
    ),
    *("法治乡村建设", "“八五”普法", "公共法律服务", "数字政府建设", "干部学法用法", "平安建设"),
)
_PLANS = (
    *("工作要点", "实施方案", "工作方案", "三年行动计划", "责任清单", "任务分解表", "考核办法"),
    *("实施意见", "工作计划", "应急预案", "重点工作安排", "事项目录", "工作指引", "专项行动方案"),
)
_INTERNAL_THEMES = (
    *("机关财务", "公务用车", "印章使用", "合同审查", "值班值守", "请销假", "档案", "固定资产"),
    *("村级资金", "网格员", "工程项目建设", "议事决策", "法律顾问聘用", "执法记录仪", "公务接待"),
)
_INTERNAL_FORMS = (
    "管理办法",
    "管理制度",
    "管理规定",
    "暂行办法",
    "工作规则",
    "实施细则",
    "管理细则",
)
_OFFICES = ("镇", "乡", "街道", "街道办事处", "开发区", "镇机关", "乡机关", "局机关")
_HIGHER = ("县", "区", "市", "县人民政府", "区人民政府办公室", "市直部门")

_FIRST = "青云河临安泰和永宁长丰石柳松竹梅凤龙金银白黑红紫东西南上下古新高广平清明文德兴福"
_SECOND = "河山川溪湖塘桥店集坪岭坡湾洲港泉源口城关陵阳阴原林田丰乐昌华康和安宁远兴"
_THIRD = "坝寨屯堡沟庄场埠镇铺"
_SHORT_PROVINCES = frozenset(
    re.sub("(?:壮族|回族|维吾尔)?自治区$|[省市]$", "", p) for p in PROVINCES
)


def laws(report: Report, rng: random.Random) -> Report:
    """Other norms in LAW spans, 《》 dropped or added, lists changed, other titles of plans."""
    change = _LawChange(report, rng)
    return _with_other_titles(apply(report, change.edits()), rng)


class _LawChange:
    """One pass over the LAW spans of a report; no norm is put in that it names already."""

    def __init__(self, report: Report, rng: random.Random) -> None:
        self._report = report
        self._rng = rng
        self._rate = rng.choice((0.2, 0.5, 0.8))
        self._laws = [span for span in report.spans if span.label == "LAW"]
        self._used = {str(span["name"]) for span in self._laws}
        # What 《条例》 stands for was named in full before it.
        self._kept = {span["name"] for span in self._laws if _GENERIC.fullmatch(span.text)}

    def edits(self) -> list[Edit]:
        """The edits of all LAW spans; those of one reach no further than the 《 of the next."""
        edits: list[Edit] = []
        for span in self._laws:
            if span["name"] not in self._kept and "\n" not in span.text:
                edits += self._changed(span)
        return edits

    def _changed(self, span: Span) -> list[Edit]:
        text, rng = self._report.text, self._rng
        start, end = span.start, span.end
        marked = text[max(start - 1, 0) : start] == "《" and text[end : end + 1] == "》"
        if not marked and not _is_argument(text, span):
            return []
        free = "note" not in span.attributes
        new = self._other(span, marked) if free and rng.random() < self._rate else None
        name = new or Span(0, len(span.text), "LAW", span.text, attributes=span.attributes)
        change = rng.random()
        if marked and change < 0.08 and _may_lose_marks(text, span, name):
            gap = "、" if text[end + 1 : end + 2] == "《" else ""
            return [Edit(start - 1, end + 1, name.text + gap, (name,))]
        if marked and 0.08 <= change < 0.16 and _LIST_NEXT.match(text, end):
            return self._lengthened(span, name)
        if marked and 0.16 <= change < 0.22 and (item := _LIST_ITEM.match(text, end)):
            return [Edit(start - 1, item.end(), "")]
        if not marked and change < 0.15:
            return [Edit(start, end, f"《{name.text}》", (_shifted(name, 1),))]
        return [Edit(start, end, name.text, (name,))] if new else []

    def _lengthened(self, span: Span, name: Span) -> list[Edit]:
        other = self._other(span, True)
        if other is None:
            return []
        joint = self._rng.choice(("》《", "》《", "》、《"))
        both = (name, _shifted(other, len(name.text) + len(joint)))
        return [Edit(span.start, span.end, name.text + joint + other.text, both)]

    def _other(self, span: Span, marked: bool) -> Span | None:
        """A LAW span of another norm of the same kind, in one of its names."""
        rng = self._rng
        match = Gazetteer.load().resolve(str(span["name"]))
        if match.norm is None:
            return None
        longest = _LONGEST if marked else _LONGEST_BARE
        for _ in range(4):
            norm = _other_norm(match.norm, rng)
            surface, title = rng.choice(_names(norm.title)), norm.title
            if norm.level != NATIONAL and rng.random() < _OWN_PROVINCE_SHARE:
                surface, title = _in_province(norm, str(self._report.meta.get("region") or ""))
            if 2 <= len(surface) <= longest and title not in self._used:
                self._used.add(title)
                return Span(0, len(surface), "LAW", surface, attributes={"name": title})
        return None


def _shifted(span: Span, by: int) -> Span:
    return Span(span.start + by, span.end + by, span.label, span.text, attributes=span.attributes)


def _is_argument(text: str, span: Span) -> bool:
    """Whether a bare name stands where any other name could, and not in 《》 or “”."""
    line = text[text.rfind("\n", 0, span.start) + 1 : span.start]
    return (
        _BARE_NEXT.match(text, span.end) is not None
        and _BARE_BEFORE.search(line) is not None
        and line.count("《") == line.count("》")
        and line.count("“") == line.count("”")
    )


def _may_lose_marks(text: str, span: Span, name: Span) -> bool:
    line = text[text.rfind("\n", 0, span.start) + 1 : span.start - 1]
    return (
        len(name.text) <= _LONGEST_BARE
        and "《" not in name.text
        and line.count("《") == line.count("》")
        and (not line or line[-1] not in "“‘")
        and _ARGUMENT.match(text, span.end) is not None
    )


def _other_norm(norm: Norm, rng: random.Random) -> Norm:
    """A norm of the same kind; of a local one, mostly from the same place."""
    pool = _norms(norm.kind, norm.level != NATIONAL) or (norm,)
    if norm.level != NATIONAL:
        near = [other for other in pool if other.level == norm.level]
        return rng.choice(near if len(near) > 3 and rng.random() < _SAME_PLACE_SHARE else pool)
    common = _common(norm.kind)
    if common and rng.random() < _COMMON_SHARE:
        return rng.choices([other for other, _ in common], [weight for _, weight in common])[0]
    return rng.choice(pool)


def _in_province(norm: Norm, region: str) -> tuple[str, str]:
    """A local norm's name and title as the report's province would have it; mostly it is none.

    A norm that is cited and does not exist keeps its name as written.
    """
    province = next((full for full in PROVINCES if region and full.startswith(region)), "")
    if not province or not norm.title.startswith(norm.level):
        return norm.title, norm.title
    name = province + norm.title.removeprefix(norm.level)
    match = Gazetteer.load().resolve(name)
    return name, match.title if match.known else name


@cache
def _norms(kind: str, local: bool) -> tuple[Norm, ...]:
    """The norms of a kind that a sentence can take in; laws and the constitution are one kind."""
    kinds = ("law", "constitution") if kind in ("law", "constitution") else (kind,)
    return tuple(
        norm
        for norm in Gazetteer.load().norms.values()
        if norm.kind in kinds
        and (norm.level != NATIONAL) == local
        and len(norm.title) <= _LONGEST + len(_STATE)
        and not re.search("[《》〈〉\\s]|废止|议定书|决定$|批复$", norm.title)
    )


@cache
def _common(kind: str) -> tuple[tuple[Norm, int], ...]:
    pool = {norm.title: norm for norm in _norms(kind, False)}
    found = (
        (pool.get(title) or pool.get(_STATE + title), weight) for title, weight in _CITED.items()
    )
    return tuple((norm, weight) for norm, weight in found if norm is not None)


@cache
def _names(title: str) -> tuple[str, ...]:
    """The names that a norm goes by and that lead back to it; the short one stands twice."""
    gazetteer = Gazetteer.load()
    short = title.removeprefix(_STATE) if title.startswith(_STATE) else title.removeprefix(_PARTY)
    candidates = [title, short, short, *_aliases().get(title, ())]
    return tuple(
        name
        for name in candidates
        if len(name) >= 2
        and not _GENERIC.fullmatch(name)
        and name[0] not in "《〈"
        and gazetteer.resolve(name).title == title
    )


@cache
def _aliases() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for alias, title in Gazetteer.load().aliases.items():
        found[title] = (*found.get(title, ()), alias)
    return found


def _with_other_titles(report: Report, rng: random.Random) -> Report:
    """Plans, notices and internal rules in 《》 swapped now and then for other invented ones."""
    owner = spans_by_character(report)
    edits = [
        Edit(title.start(1), title.end(1), _plan(report, rng))
        for title in _TITLE.finditer(report.text)
        if not any(owner[title.start() : title.end()])
        and _POLICY.search(title[1])
        and rng.random() < 0.25
    ]
    return apply(report, edits)


def _plan(report: Report, rng: random.Random) -> str:
    """A title that is no norm: 《青河镇2023年法治政府建设工作要点》, 《青河镇机关财务管理办法》."""
    place = str(report.meta.get("place") or "") or invented_place(rng)
    year = int(report.meta.get("year") or rng.randint(2016, 2025))
    office = place + rng.choice(_OFFICES)
    if rng.random() < 0.45:
        return office + rng.choice(_INTERNAL_THEMES) + rng.choice(_INTERNAL_FORMS)
    issuer = rng.choice((office, place + rng.choice(_HIGHER), "", "关于"))
    when = rng.choice((f"{year}年", f"{year}年度", "", ""))
    theme, plan = rng.choice(_THEMES), rng.choice(_PLANS)
    if issuer == "关于":
        return (
            f"关于印发{when}{theme}{plan}的通知" if rng.random() < 0.6 else f"关于加强{theme}的意见"
        )
    years = rng.choice(("", "", "", f"（{year - 1}—{year + 3}年）", f"({year}-{year + 2}年)"))
    return f"{issuer}{'' if years else when}{theme}{plan}{years}"


def places(report: Report, rng: random.Random) -> Report:
    """The invented place of the report renamed, but not in laws; its tier and province stay."""
    old = str(report.meta.get("place") or "")
    if len(old) < 2 or old not in report.text or old in _SHORT_PROVINCES:
        return report
    new = invented_place(rng)
    if new in report.text:
        return report
    owner = spans_by_character(report)
    edits = []
    for match in re.finditer(re.escape(old), report.text):
        first, last = owner[match.start()], owner[match.end() - 1]
        if first is last and (first is None or first.label == "SECTION"):
            edits.append(Edit(match.start(), match.end(), new))
    renamed = apply(report, edits)
    return Report(report.id, renamed.text, renamed.spans, {**report.meta, "place": new})


def invented_place(rng: random.Random) -> str:
    """A place name of two or three characters that is no province's."""
    while True:
        first, second = rng.choice(_FIRST), rng.choice(_SECOND)
        name = first + second + (rng.choice(_THIRD) if rng.random() < 0.2 else "")
        if first != second and name[:2] not in _SHORT_PROVINCES:
            return name
