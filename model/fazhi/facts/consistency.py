"""Consistency: what does not add up in a report, each finding with the places that show it.

Rates against the counts beside them, parts against their whole, laws that do not exist, and years
that do not fit. What is unclear is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from fazhi.facts import Check, Facts, Law, Phrase, ReportData, Section
from fazhi.facts.arithmetic import find_contradictions, phrase_at, squeeze

OPENING_CHARS = 2000
TITLE_CHARS = 200
MOST_CANDIDATES = 3  # named in a message

# The list of norms is full for national statutes only: an unknown 条例 may well be in force. The
# shortest names are nicknames (长江法), and other signs come from a page break within the name.
_STATUTE = re.compile(r"[\u4e00-\u9fff、（）《》〈〉]{4,}(?<!办)法典?")
_BARE = re.compile(r"(?:本|该|上述)?(?:实施)?(?:条例|规定|办法|细则|规则|准则|法)")
_MARKED = re.compile(r"[《〈][^《》〈〉]*[》〉]$")
_DRAFT = re.compile(r"草案|送审稿|征求意见稿")

_YEAR = r"(?<![\d〔［\[（(—–～~至-])(?P<year>20\d\d)\s*年度?(?!\s*[—–～~至-])"
# What is planned for which year; not 2023年问题的改进打算, not 2023年计划完成情况.
_PLANNED = re.compile(
    rf"{_YEAR}[^，,、及和与暨\d问不短差]{{0,16}}?"
    r"(?:计划|打算|安排|思路|设想|展望|努力方向|重点任务)(?!\S{0,6}(?:完成|落实|执行))"
)
_WILL = re.compile(rf"{_YEAR}[，,][^，,。；;]{{0,12}}?将")  # 2024年，我镇将
_DONE = re.compile(rf"{_YEAR}[^，,、《》]{{0,20}}(?:举措|措施|成效|做法|工作|情况|回顾|总结)")
# What is no year's work as a whole: 2022年问题整改情况, 2022年以来的工作.
_OTHER_YEARS = re.compile(r"整改|问题|不足|反馈|考核|计划|打算|安排|落实|以来")
_HEREBY = re.compile(rf"现[将就对把][^。；;《》]{{0,30}}?{_YEAR}[^。；;]{{0,60}}?如下")
_OPENED = re.compile(rf"^[^\S\n]*{_YEAR}[，,]", re.MULTILINE)  # 2023年，我镇…


def find_checks(text: str, facts: Facts) -> tuple[Check, ...]:
    """What does not add up in a report, in the order of the text; nothing is corrected.

    ``rate``: a rate that contradicts the counts before it, however they were rounded, or that is
    above 100% though its name says a share of what there is; ``sum``: a part larger than its
    whole, parts that exceed it, a full list that does not make it up; ``law``: a name that is in
    no list, once; ``year``: a plan, a part on the work done, an opening or a signature whose year
    does not fit ``facts.report.year`` (a report may be signed in the year after).
    """
    checks = [
        *find_contradictions(text, facts.counts, facts.rates),
        *_unknown_laws(text, facts.laws),
        *_odd_years(text, facts.report, facts.sections),
    ]
    return tuple(sorted(checks, key=lambda check: check.evidence[0].start))


def _unknown_laws(text: str, laws: Sequence[Law]) -> Iterator[Check]:
    """Names that are in no list, once each; drafts and bare words (条例) are passed over.

    The message tells statutes, of which the list is full, from what it may only lack. Title marks
    must show once where a statute's name begins and ends, so that it is not a piece of another.
    """
    places: dict[str, list[Law]] = {}
    for law in laws:
        title, draft = squeeze(law.title), _DRAFT.search(text, law.start, law.end + 8)
        if not law.known and not draft and not _BARE.fullmatch(title):
            places.setdefault(title, []).append(law)
    for title, named in places.items():
        marked = any(_MARKED.match(text, max(0, law.start - 1), law.end + 1) for law in named)
        full = marked and _STATUTE.fullmatch(title)
        why = "though it lists all statutes" if full else "which lacks local and departmental ones"
        maybe = _candidates(named[0].candidates)
        evidence = tuple(phrase_at(text, law.start, law.end) for law in named)
        yield Check("law", f"{title} is not in the list of norms, {why}{maybe}", evidence)


def _candidates(names: Sequence[str]) -> str:
    more = len(names) - MOST_CANDIDATES
    told = " or ".join(names[:MOST_CANDIDATES]) + (f", and {more} more" if more > 0 else "")
    return f"; it may be {told}" if names else ""


def _odd_years(text: str, report: ReportData, sections: Sequence[Section]) -> Iterator[Check]:
    """Years that do not fit the year that the report is on."""
    year, title = report.year, report.title
    if year is None:
        return
    odd: list[tuple[str, int, Phrase]] = []
    signed = (report.signed_on or "")[:4]
    if report.signed and signed.isdecimal() and not year <= int(signed) <= year + 1:
        odd.append(("it is signed in", int(signed), report.signed))
    begin = title.end if title else 0
    end = min(begin + OPENING_CHARS, sections[0].start if sections else len(text))
    hereby, opened = _HEREBY.search(text, begin, end), _OPENED.search(text, begin, end)
    if hereby and int(hereby["year"]) != year:
        odd.append(("its opening reports on", int(hereby["year"]), phrase_at(text, *hereby.span())))
    elif title and opened and str(year) not in text[begin:end]:
        odd.append(("its opening is on", int(opened["year"]), phrase_at(text, *opened.span())))
    for part in sections:
        if part.role == "plan":
            for will in _WILL.finditer(text, part.heading_end, part.end):
                if int(will["year"]) <= year:
                    odd.append(("it plans for", int(will["year"]), phrase_at(text, *will.span())))
        for section in part.walk():
            heading = squeeze(section.title[:TITLE_CHARS])
            place = phrase_at(text, section.start, section.heading_end)
            done = None if _OTHER_YEARS.search(heading) else _DONE.search(heading)
            if section is part and part.role == "measures" and done and int(done["year"]) != year:
                odd.append(("a part is on the work of", int(done["year"]), place))
            planned = [int(found["year"]) for found in _PLANNED.finditer(heading)]
            if "plan" in section.role and planned and max(planned) <= year:
                odd.append(("it plans for", max(planned), place))
    named = (title,) if title and str(year) in title.flat else ()
    for what, other, place in odd:
        yield Check("year", f"the report is on {year}, but {what} {other}", (*named, place))
