"""What a report says of itself: title, issuer, year reported on, number, date, addressee.

Nearly all of it stands before the first heading, or after the last. Lines are read without white
space, so that a title may be broken anywhere, and every finding leads back to the text. What a page
says of itself (its own date, who filed it) is no word of the report, and is not taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from fazhi.facts import IssuerKind, Phrase, ReportData, Tier
from fazhi.facts.divisions import Divisions
from fazhi.facts.laws import PROVINCES

_HEAD_CHARS = 20_000  # of a head that are read
_TAIL_CHARS = 3000  # of a tail, and of the head of a report without headings
_LAST_LINES = 10  # of a tail, where a date may stand alone
_TITLE_CHARS, _TITLE_LINES = 100, 6

_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
_BLANK = re.compile(rf"[\s{_INVISIBLE}]+")
_HALF_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
_LINE = re.compile(r"[^\n\r\v\f\x1c-\x1e\x85\u2028\u2029]+")
_HAN = "\u3400-\u4dbf\u4e00-\u9fff"

_ZEROS = "〇零○◯OＯ0"
_DIGITS = str.maketrans(_ZEROS + "一二三四五六七八九", "0" * len(_ZEROS) + "123456789")
_YEAR = rf"(?:(?<![0-9])(?:19|20)[0-9]{{2}}(?![0-9])|二[{_ZEROS}][{_ZEROS}一二三四五六七八九]{{2}})"
_TENS = ("", "十", "二十", "三十")
_DAYS = {  # 一, 十, 二十五
    tens + one: 10 * ten + unit
    for ten, tens in enumerate(_TENS)
    for unit, one in enumerate(("", *"一二三四五六七八九"))
}
_DAY = "[0-9]{1,2}|[一二三四五六七八九十]{1,3}"
_RANGE = re.compile(rf"{_YEAR}年?[-—–－~～至到]+{_YEAR}年?")  # 2021—2025年
_OWN_YEAR = (  # no 2024年1月, 2024-01-10, 〔2024〕
    rf"{_YEAR}(?!年(?:{_DAY})月|[-./][0-9]{{1,2}}(?![0-9])|[〕\]］】﹞])"
)

# What the name of a body or place never begins with (我局, 全县, 做好全市), and what it ends in.
_NO_NAME = (
    "我|各|[全本][省市区县旗镇乡街局]|全州(?!县)|做好|开展|报送|上报|印发|推进|加强|落实|贯彻|发布|公布"
    "|根据|按照|面对|围绕|坚持|深入|认真|通过|进一步"
)
_PLACE_END = "(?:[省市县区州盟旗镇乡]|街道|苏木)"
_BODY_END = rf"(?:政府|办事处|[委会局厅部署办院队处室]|海关|园|{_PLACE_END})"
_BODY = rf"(?!{_NO_NAME})[{_HAN}（）()、]{{1,50}}?{_BODY_END}"
_PARTY_LINE = re.compile("(?:中共|中国共产党).*|.*(?:党委|工委)")

_SUBJECT = "(?:法治|法制|依法行政|依法治)"
_REPORT = "(?:报告|总结|情况|汇报|年报|计划|打算|安排|思路)(?:[（(][^（）()]{1,12}[)）])?"
_TITLE = re.compile(
    rf"""
    (?: [^，。；：:]{{1,30}} [｜丨] )?                       # 数说法治｜
    (?P<title>
      (?: 关于 | {_OWN_YEAR} 年?度? ){{0,2}}                    # 2024年青石区…, 关于青石镇…
      (?: (?P<issuer> {_BODY} ) | [全我本][{_HAN}]{{1,2}} )??
      (?= 关于 | {_OWN_YEAR} | 年度 | {_SUBJECT} | 党政 | 履行
        | (?:全面|深入)*推进 | 开展 | 加强 | 落实 | 贯彻 )
      [^，。；！？：:|｜丨>]{{0,40}}? {_SUBJECT} [^，。；！？：:|｜丨>]{{0,50}}? {_REPORT}
    )
    """,
    re.VERBOSE,
)
_TITLE_END = re.compile(f"{_REPORT}$")
_GOES_ON = re.compile(
    rf"的|(?:的?(?:工作|情况|年度)*|[暨及和与].*){_REPORT}|[（(][^（）()0-9]+[)）]"
)
_GENERIC = re.compile("[省市县区旗州盟镇乡街]|人民政府|办事处|委员会")  # 县司法局
_TITLE_LABEL = re.compile(r"(?:名称|标题)[\]】]?[|｜：:]*(?P<title>[^|｜]*)")  # | 标题： | … |
_GENUINE = re.compile("报告|总结|汇报|年报")
_PLANNED = re.compile("年?度?[^及和暨与、，。]{0,14}?(?:计划|打算|安排|思路|要点|目标|展望)")
_DONE = re.compile("成效|成绩|举措|措施|做法|情况|总结|回顾|主要工作|完成|进展")
_PIVOT = re.compile(rf"现[将就][^。；]{{0,80}}?(?P<year>{_YEAR})年[^。；]{{0,80}}?如下")
_OPENING = re.compile(rf"(?:^|[。.：:])(?P<year>{_YEAR})年度?(?:以?来)?(?:[，,]|是)")

_NUMBER = re.compile(
    rf"""
    (?: ^ [\s（(]* | [|｜:：\]】号] \s* | \s\s )                     # 文号：
    (?P<number>
      (?! \S{{0,2}} [文字]号 ) [{_HAN}]{{1,12}} \s?                 # 青政发
      [〔\[［【（(﹝〈{{]? \s? (?:19|20)[0-9]{{2}} \s? [〕\]］】）)﹞〉}}]?   # 〔2024〕
      \s? 第? \s? [0-9]{{1,5}} \s? 号                            # 12号
    )
    (?= [）)]? \s* (?: $ | [|｜] ) | \s )
    """,
    re.VERBOSE,
)
_SENTENCE = re.compile("[，,。；;《》“”]")
_DATE = rf"(?P<year>{_YEAR})年(?P<month>{_DAY})月(?P<day>{_DAY})日"
_SIGNED = re.compile(rf"(?P<body>{_BODY})?(?P<date>{_DATE})")
_SHORT_SIGNED = re.compile(
    rf"(?P<body>{_BODY})?(?P<date>(?P<year>{_YEAR})(?P<dash>[-./])"
    r"(?P<month>[0-9]{1,2})(?P=dash)(?P<day>[0-9]{1,2}))"
)
_SIGNER = re.compile(rf"(?P<body>{_BODY})(?:[（(](?:公章|盖章)[)）])?")
_DATED = re.compile(rf"[（(](?P<date>{_DATE})[)）]")
_ADDRESSEE = re.compile(
    rf"(?P<body>[{_HAN}（）()、，,]{{0,80}}"
    "(?:政府|委|委员会|办|办公室|局|厅|部|院|署|常委会|小组|党组))[:：]"
)
_NO_ADDRESSEE = re.compile("单位|机构|机关|日期|作者|来源|编辑|如下|主办|承办|责任")
_LETTERHEAD = re.compile(rf"(?P<body>{_BODY})文件")  # 青石镇人民政府文件
_OPENING_NAME = re.compile(
    rf"(?:^|[，,。：:年来])(?P<body>(?!{_NO_NAME}|[省市县区旗州盟镇乡街在为对以由经是的与及和])[{_HAN}]{{2,24}}?"
    rf"(?:政府|办事处|委员会|管委会|[局厅]|(?<![社山辖地景园老片城小灾库矿农牧乡村]){_PLACE_END}))"
    "(?=在|坚持|始终|深入|认真|以|紧|全面|围绕|按|地处|位于|持续|牢|严格|积极|聚焦|立足|把|对照|坚决|党委)"
)

_PREFIX = re.compile("中共|中国共产党|中华人民共和国|国家税务总局(?=.)|国家统计局(?=.)")
_NATIONAL = re.compile("国务院.*|[^省市县区州]*(?:部|总局|总署)|国家[^省市县区州]*(?:局|委员会|署)")
_ZONE = re.compile(
    ".*(?:(?:开发|高新|经开|合作|试验|保税|度假|名胜|示范|自贸|集聚|功能|旅游|风景|新|港|园)区|园|新城)"
    "(?:(?:党工委|工委|工作委员会|管委会|管理委员会)(?:中共)?)*"
)
_GOVERNMENT = re.compile(
    rf"[{_HAN}、]*(?:政府|办事处)(?:$|、|和|中共|中国共产党).*|[{_HAN}]+{_PLACE_END}"
)
_PARTY = re.compile(rf"[{_HAN}]+{_PLACE_END}(?:党工|党|工)?(?:工作)?(?:委员会|委)")
_OWN = re.compile("[我本](分局|街道|镇|乡|县|区|旗|省|局|委|办|厅)")
_OWN_TIERS: dict[str, Tier] = {
    **dict.fromkeys(("街道", "镇", "乡"), "township"),
    **dict.fromkeys(("县", "区", "旗"), "county"),
    "省": "province",
}

# Where a text names a place: 《四川省…办法》, 四川省…; and surely its own: 四川省委,
# 四川省人民政府, 视察四川, 发表于四川, 17:40 四川.
_ANY_PROVINCE = "|".join(PROVINCES)
_PLACED = re.compile(
    rf"(?P<own>(?=(?:{_ANY_PROVINCE})(?:党?委|(?:人民)?政府))"
    rf"|[视考]察(?=[{_HAN}]{{2,3}}(?:时的?)?重要)|发表于"
    rf"|[0-9]:[0-9]{{2}}[^\S\n]+(?=[{_HAN}]{{2,3}}\s*$))"
    rf"|[《〈](?:中共)?(?!海南自由贸易港法)|(?<![{_HAN}])(?={_ANY_PROVINCE})",
    re.MULTILINE,
)
# Before a norm that may be another place's, and before one that is in force: 依据《四川省…办法》.
_BORROWED = re.compile("(?:学|借鉴|参照|对标|赴)[^，,。；;！？]{0,40}$")
_APPLIED = re.compile("(?:依据|依照|按照|执行|落实|贯彻)[^，,。；;！？]{0,40}$")
_CITED_END = re.compile("[》〉〈<，,。；;、]")
_ICP_MARKS = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝蜀黔滇藏陕陇青宁新"  # as in PROVINCES
_ICP = re.compile(f"([{_ICP_MARKS}])ICP备")


@dataclass(frozen=True, slots=True)
class _Flat:
    """A piece of a report without white space, and where each of its characters stands."""

    source: str
    text: str
    places: tuple[int, ...]

    def phrase(self, span: tuple[int, int]) -> Phrase:
        start, end = self.places[span[0]], self.places[span[1] - 1] + 1
        return Phrase(start, end, self.source[start:end])


@dataclass(frozen=True, slots=True)
class _Title:
    flat: _Flat
    span: tuple[int, int]
    issuer: tuple[int, int]  # (-1, -1) without one
    last_line: int

    @property
    def text(self) -> str:
        return self.flat.text[slice(*self.span)]

    @property
    def rank(self) -> tuple[bool, bool, bool]:
        """What makes it fuller than another line that reads like a title."""
        return self.issuer[0] >= 0, bool(_years(self.text)), bool(_GENUINE.search(self.text))


@dataclass(frozen=True, slots=True)
class _Signature:
    body: Phrase | None = None
    signed: Phrase | None = None
    signed_on: str | None = None


def read_report_data(text: str, headings: Sequence[tuple[int, int]]) -> ReportData:
    """What the report *text* says of itself, as far as it does; what it does not say is None.

    *headings* are ``[start, end)`` of its SECTION spans, in order. The issuer is taken from the
    title, else from the signature, the letterhead or the opening, and never from the page around
    the report. A report that names no year is dated by its signature, as the duty to report by
    April has it: signed by June it is on the year before, from October on that year.
    """
    head_end = min(headings[0][0], _HEAD_CHARS) if headings else _TAIL_CHARS
    tail_start = max(headings[-1][1] if headings else 0, len(text) - _TAIL_CHARS)
    head = list(_lines(text, 0, head_end))
    title = _find_title(head)
    signature = _find_signature(list(_lines(text, tail_start, len(text))))
    if signature.signed is None:
        signature = _find_dateline(head, title)
    issuer = title.flat.phrase(title.issuer) if title and title.issuer[0] >= 0 else None
    issuer = issuer or signature.body or _find_named(head, title)
    name = _squeeze(issuer.text) if issuer else ""
    tier, kind = _classify(name) if name else _classify_own(text[:_HEAD_CHARS])
    heads = (_squeeze(text[start : min(end, start + 200)]) for start, end in headings)
    return ReportData(
        title=title.flat.phrase(title.span) if title else None,
        issuer=issuer,
        tier=tier,
        kind=kind,
        province=None if tier == "national" else _find_province(text, name),
        year=_find_year(title, head, heads, signature),
        number=_find_number(text, head_end),
        signed=signature.signed,
        signed_on=signature.signed_on,
        addressee=_find_addressee(head),
    )


def _squeeze(text: str) -> str:
    return _BLANK.sub("", text).translate(_HALF_WIDTH)


def _lines(text: str, start: int, end: int) -> Iterator[_Flat]:
    """The lines of ``text[start:end]`` that are not blank, with digits of half width."""
    for match in _LINE.finditer(text, max(start, 0), max(end, 0)):
        inked = ((i, c) for i, c in enumerate(match[0], match.start()) if not c.isspace())
        if kept := [(i, c) for i, c in inked if c not in _INVISIBLE]:
            places, chars = zip(*kept, strict=True)
            yield _Flat(text, "".join(chars).translate(_HALF_WIDTH), places)


def _join(lines: Sequence[_Flat]) -> _Flat:
    places = tuple(place for line in lines for place in line.places)
    return _Flat(lines[0].source, "".join(line.text for line in lines), places)


def _find_title(head: Sequence[_Flat]) -> _Title | None:
    """The fullest title, the last of equals: a page shows it once more above the report."""
    best: _Title | None = None
    index = 0
    while index < len(head):
        found = _title_at(head, index)
        if found and (best is None or found.rank >= best.rank):
            best = found
        index = found.last_line + 1 if found else index + 1
    if best:
        return best
    for index, line in enumerate(head):
        label = _TITLE_LABEL.search(line.text)
        match = label and _TITLE.fullmatch(line.text, *label.span("title"))
        if match and len(match[0]) <= _TITLE_CHARS:
            return _Title(line, match.span("title"), match.span("issuer"), index)
    return None


def _title_at(head: Sequence[_Flat], first: int) -> _Title | None:
    """The title that begins with the line *first* and takes in as many lines as belong to it."""
    found: _Title | None = None
    for last in range(first, min(first + _TITLE_LINES, len(head))):
        flat = _join(head[first : last + 1])
        if len(flat.text) > _TITLE_CHARS or (found and not _GOES_ON.fullmatch(head[last].text)):
            break
        match = _TITLE_END.search(flat.text) and _TITLE.fullmatch(flat.text)
        if match:
            if not found and last > first and not _PARTY_LINE.fullmatch(head[first].text):
                # The first line is the site's name if what follows names an issuer of its own.
                rest = _TITLE.fullmatch(_join(head[first + 1 : last + 1]).text)
                if rest and rest["issuer"] and not _GENERIC.match(rest["issuer"]):
                    return None
            found = _Title(flat, match.span("title"), match.span("issuer"), last)
    return found


def _find_signature(lines: Sequence[_Flat]) -> _Signature:
    """The last date that stands under the name of a body, else in 年月日 near the end."""
    best = _Signature()
    for index, line in enumerate(lines):
        match = _SIGNED.fullmatch(line.text) or _SHORT_SIGNED.fullmatch(line.text)
        if match is None:
            continue
        body = line.phrase(match.span("body")) if match["body"] else None
        if body is None and index and (above := _SIGNER.fullmatch(lines[index - 1].text)):
            signer, span = lines[index - 1], above.span("body")
            if index > 1 and _PARTY_LINE.fullmatch(lines[index - 2].text):
                party = lines[index - 2]
                signer, span = _join((party, signer)), (0, len(party.text) + span[1])
            body = signer.phrase(span)
        alone = match.re is _SIGNED and best.body is None and index >= len(lines) - _LAST_LINES
        if body or alone:
            best = _Signature(body, line.phrase(match.span("date")), _iso(match))
    return best


def _find_dateline(head: Sequence[_Flat], title: _Title | None) -> _Signature:
    """The date in brackets below the title, else the signature of a letter before the report."""
    below = title.last_line + 1 if title else len(head)
    if below < len(head) and (match := _DATED.fullmatch(head[below].text)):
        return _Signature(None, head[below].phrase(match.span("date")), _iso(match))
    letter = (i for i, line in enumerate(head) if line.text.startswith("特此"))
    return _find_signature(head[next(letter, len(head)) :])


def _iso(match: re.Match[str]) -> str | None:
    year, month, day = (match[part] for part in ("year", "month", "day"))
    try:
        parts = _DAYS.get(month) or int(month), _DAYS.get(day) or int(day)
        return date(_number(year), *parts).isoformat()
    except ValueError:
        return None


def _number(year: str) -> int:
    return int(year.translate(_DIGITS))


def _find_named(head: Sequence[_Flat], title: _Title | None) -> Phrase | None:
    """The body of a letterhead, else the one that the opening's first sentences are about."""
    for line in head:
        if match := _LETTERHEAD.fullmatch(line.text):
            return line.phrase(match.span("body"))
    below = title.last_line + 1 if title else 0
    prose = (i for i in range(below, len(head)) if _SENTENCE.search(head[i].text[15:]))
    if lines := head[next(prose, len(head)) :]:
        opening = _join(lines)
        if match := _OPENING_NAME.search(opening.text, 0, 400):
            return opening.phrase(match.span("body"))
    return None


def _find_year(
    title: _Title | None, head: Sequence[_Flat], headings: Iterator[str], signature: _Signature
) -> int | None:
    """The year that is reported on, from where it is said most surely."""
    if title and (years := _years(title.text)):
        return next((year for year, planned in years if not planned), years[0][0])
    if match := _PIVOT.search("".join(line.text for line in head)):
        return _number(match["year"])
    planned_years = []
    for heading in headings:
        for year, planned in _years(heading):
            if not planned and _DONE.search(heading):
                return year
            planned_years += [year] if planned else []
    for line in head:
        if match := _OPENING.search(line.text):
            return _number(match["year"])
    if planned_years:
        return planned_years[0] - 1
    if signature.signed_on:
        signed = date.fromisoformat(signature.signed_on)
        if signed.month <= 6 or signed.month >= 10:
            return signed.year - (signed.month <= 6)
    return None


def _years(text: str) -> list[tuple[int, bool]]:
    """The single years named in *text*, and whether each is that of a plan."""
    single = _RANGE.sub(lambda match: "—" * len(match[0]), text)
    return [
        (_number(match[0]), bool(_PLANNED.match(single, match.end())))
        for match in re.finditer(_OWN_YEAR, single)
    ]


def _find_number(text: str, end: int) -> Phrase | None:
    """The document number of the report: in a table or on a line of its own, not in a sentence."""
    for line in _LINE.finditer(text, 0, end):
        match = _NUMBER.search(line[0].translate(_HALF_WIDTH))
        if match and not _SENTENCE.search(line[0]):
            start, end = (line.start() + place for place in match.span("number"))
            return Phrase(start, end, text[start:end])
    return None


def _find_addressee(head: Sequence[_Flat]) -> Phrase | None:
    for index, line in enumerate(head):
        if index and head[index - 1].text[-1] in "、，,":
            line = _join(head[index - 1 : index + 1])
        match = _ADDRESSEE.fullmatch(line.text)
        if match and not _NO_ADDRESSEE.search(line.text):
            return line.phrase(match.span("body"))
    return None


def _classify(name: str) -> tuple[Tier | None, IssuerKind]:
    """The tier and kind of the body *name*."""
    divisions = Divisions.load()
    place = _PREFIX.sub("", name, count=1)
    tier: Tier | None = "national" if _NATIONAL.fullmatch(name) else divisions.tier(place)
    is_division = any(divisions.named(place[-length:]) for length in range(2, 6))  # 浦东新区
    if _ZONE.fullmatch(place) and not is_division:
        return tier, "zone"
    if _GOVERNMENT.fullmatch(place):
        return tier, "government"
    return tier, "party" if _PARTY.fullmatch(place) else "department"


def _classify_own(text: str) -> tuple[Tier | None, IssuerKind | None]:
    """The tier and kind of a body that only calls itself 我镇 or 我局."""
    words = set(_OWN.findall(text))
    if words - set(_OWN_TIERS):
        return None, "department"
    return (_OWN_TIERS[words.pop()], "government") if len(words) == 1 else (None, None)


def _find_province(text: str, issuer: str) -> str | None:
    """The province that the issuer's name tells, else the only one that the text seems to be of.

    A norm may be cited as an example, so that one that is not applied does not tell it alone.
    """
    divisions = Divisions.load()
    if province := divisions.province(_PREFIX.sub("", issuer, count=1)):
        return province
    own = {PROVINCES[_ICP_MARKS.index(mark)] for mark in _ICP.findall(text)}
    cited: set[tuple[str, str]] = set()
    for match in _PLACED.finditer(text):
        province = divisions.province(text, match.end())
        before = text[max(0, match.start() - 45) : match.start()]
        if province not in PROVINCES or _BORROWED.search(before):
            continue
        if match["own"] is not None or _APPLIED.search(before):
            own.add(province)
        mention = _squeeze(text[match.end() : match.end() + 40])
        cited.add((province, _CITED_END.split(mention)[0]))
    named = own | {province for province, _ in cited}
    return named.pop() if len(named) == 1 and (own or len(cited) > 1) else None
