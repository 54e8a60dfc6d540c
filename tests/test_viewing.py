"""The page: its text is the report's, nothing in a report can run, and it works in a browser."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi.facts import (
    Check,
    Count,
    Facts,
    Indicator,
    Law,
    Phrase,
    Rate,
    ReportData,
    Section,
    numbers,
)
from fazhi.facts.consistency import find_checks
from fazhi.facts.overview import Overview
from fazhi.facts.resolving import resolve
from fazhi.outputs.viewing import write_page
from fazhi.reports import Report, Span

TEXT = """白溪镇人民政府2030年法治政府建设年度报告

县人民政府：
现将有关情况报告如下：

一、主要举措和成效
（一）抓好学习。学习《民法典》和《溪水法》，开展宣讲40余场。
（二）化解纠纷。受理矛盾纠纷200件，化解190件，化解率97%。
二、存在的问题
人手偏紧，缺编2名。
"""


@dataclass(frozen=True)
class Shown:
    """What the page takes of a report, with facts of the test's own."""

    id: str
    text: str
    facts: Facts = field(default_factory=Facts)


def phrase(text: str, found: str) -> Phrase:
    start = text.index(found)
    return Phrase(start, start + len(found), found)


def place(text: str, found: str, role: str = "measures", score: float = 0.98) -> dict[str, Any]:
    at = phrase(text, found)
    place = {"start": at.start, "end": at.end, "text": found, "score": score, "role": role}
    return {**place, "path": ("一、主要举措和成效",)}


def law(text: str, found: str, title: str, known: bool = True) -> Law:
    about = ("law", "national", "2020-05-28") if known else (None, None, None)
    kind, level, date = about
    more = {"kind": kind, "level": level, "date": date, "candidates": ()}
    return Law(**place(text, found), title=title, known=known, **more)


def count(at: dict[str, Any], value: float, unit: str, what: Indicator | None = None) -> Count:
    amount: dict[str, Any] = {"value": value, "upper": None, "approx": "over", "reason": None}
    return Count(**at, **amount, unit=unit, dimension=None, indicator=what)


def rate(at: dict[str, Any], value: float, what: Indicator | None) -> Rate:
    return Rate(**at, value=value, upper=None, approx="none", reason=None, indicator=what)


def example(name: str = "白溪", text: str = TEXT) -> Shown:
    """A report with facts of each sort; the text holds ``TEXT``, and may have more around it."""

    def about(noun: str) -> Indicator:
        return Indicator(None, phrase(text, noun), 0.9)

    def section(number: str, title: str, level: int, role: str, *below: Section) -> Section:
        at = phrase(text, number + title)
        return Section(number, title, level, role, at.start, at.end, len(text), below)

    subheadings = [
        section(*heading, 2, "measures")
        for heading in (("（一）", "抓好学习"), ("（二）", "化解纠纷"))
    ]
    facts = Facts(
        ReportData(
            title=phrase(text, "白溪镇人民政府2030年法治政府建设年度报告"),
            issuer=phrase(text, "白溪镇人民政府"),
            year=2030,
            addressee=phrase(text, "县人民政府"),
        ),
        (
            section("一、", "主要举措和成效", 1, "measures", *subheadings),
            section("二、", "存在的问题", 1, "problems"),
        ),
        (law(text, "民法典", "中华人民共和国民法典"), law(text, "溪水法", "溪水法", known=False)),
        (
            count(place(text, "40余场"), 40, "场", about("宣讲")),
            count(place(text, "200件"), 200, "件", about("矛盾纠纷")),
            count(place(text, "190件", score=0.5), 190, "件", None),
            count(place(text, "2名", "problems"), 2, "名", None),
        ),
        (rate(place(text, "97%"), 0.97, about("化解率")),),
        (
            Check(
                "rate",
                "97% of 200 is 194, but 190 are named",
                (phrase(text, "纠纷200件"), phrase(text, "190件"), phrase(text, "97%")),
            ),
        ),
    )
    return Shown(name, text, facts)


def page(*reports: Shown) -> str:
    out = io.StringIO(newline="")
    write_page(reports, out)
    return out.getvalue()


class Parts(HTMLParser):
    """A page as a parser sees it: the texts of its reports, its scripts by type, all its tags."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.scripts: list[tuple[str, str]] = []
        self.styles: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self._depth = 0  # inside a text
        self.feed(content)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if self._depth or attributes.get("class") == "text":
            self._depth += 1
        if attributes.get("class") == "text":
            self.texts.append("")
        if tag == "script":
            self.scripts.append((attributes.get("type") or "", ""))

    def handle_endtag(self, tag: str) -> None:
        self._depth = max(0, self._depth - 1)

    def handle_data(self, data: str) -> None:
        if self._depth:
            self.texts[-1] += data
        elif self.cdata_elem == "script":
            kind, content = self.scripts.pop()
            self.scripts.append((kind, content + data))
        elif self.cdata_elem == "style":
            self.styles.append(data)

    @property
    def data(self) -> list[Any]:
        """What the data elements hold: the facts of each report, then the overview."""
        return [json.loads(content) for kind, content in self.scripts if kind]


def stood_in(text: str) -> str:
    return re.sub("[\ud800-\udfff]", "\ufffd", text).replace("\0", "␀")


ODD_TEXTS = {
    "empty": "",
    "line breaks first": "\n\n一、",
    "only white space": " \u3000\t\n",
    "all line breaks": "甲\r\n乙\r丙\n丁\x0b戊\x0c己\x85庚\u2028辛\u2029壬\r",
    "spaces": "\u3000\u3000甲\xa0\xa0乙  丙\t丁 ",
    "marks of HTML": "<b>&amp;&lt;</b> & \"甲\" '乙' &nbsp; &#13; &lt <!-- --> ]]>",
    "what closes its place": "</p></mark></div></article></script></style><script>甲</script>",
    "zero width, both directions": "甲\u200b乙\ufeff丙\u202e丁\u200f\u2066",
    "astral": "𠮷野家😀𝟗𝟕%",
    "controls": "".join(map(chr, range(1, 32))) + "\x7f\x80\x99\x9f",
    "what has a stand-in": "甲\0乙\ud800丙\udfff丁",
    "no characters": "\ufdd0\ufffe\uffff",
}


def test_text_is_kept() -> None:
    odd = [Shown(name, text) for name, text in ODD_TEXTS.items()]
    content = page(*odd, example())
    assert Parts(content).texts == [*map(stood_in, ODD_TEXTS.values()), TEXT]
    assert not set("\0\r") & set(content)  # a browser would read others in their place


@st.composite
def odd_reports(draw: Callable[..., Any]) -> Shown:
    """Any characters, with marks that may cross, be empty, or stand outside of the text."""
    characters = st.characters() | st.sampled_from("\r\n\0\ud800<&一、。")
    text = draw(st.text(characters, max_size=60))
    offsets = st.integers(-3, len(text) + 3)
    phrases = st.lists(st.builds(Phrase, offsets, offsets, st.just("")), max_size=4)
    laws = [replace(law(TEXT, "民法典", "法"), start=at.start, end=at.end) for at in draw(phrases)]
    sections = [
        Section("", "题", draw(st.integers(-1, 9)), "other", at.start, at.end, at.end)
        for at in draw(phrases)
    ]
    title, issuer, *_ = [*draw(phrases), None, None]
    checks = (Check("sum", "", tuple(draw(phrases))),)
    data = ReportData(title=title, issuer=issuer)
    return Shown(text, text, Facts(data, tuple(sections), tuple(laws), checks=checks))


@given(odd_reports())
def test_any_text_is_kept_and_elements_nest(report: Shown) -> None:
    content = page(report)
    assert Parts(content).texts == [stood_in(report.text)]
    pane = content.split('<div class="text">')[1].split("</div>")[0]
    opened: list[str] = []
    for slash, tag in re.findall(r"<(/?)(\w+)", pane):
        if slash:
            assert opened.pop() == tag
        else:
            opened.append(tag)
    assert not opened


def test_marks() -> None:
    text = "一、甲乙\n丙丁戊"
    facts = Facts(
        sections=(Section("一、", "甲乙", 1, "plan", 0, 4, 8),),
        laws=(replace(law(TEXT, "民法典", "法", known=False), start=6, end=8),),
        checks=(Check("law", "", (Phrase(3, 7, ""),)),),
    )
    assert '<div class="text">' + (
        '<p class="heading level-1" role="heading" aria-level="2">'
        '<mark class="section" data-fact="s0">一、甲'
        '<u class="check" data-fact="k0">乙</u></mark><u class="check" data-fact="k0">\n</u></p>'
        '<p class="open"><u class="check" data-fact="k0">丙'
        '<mark class="law unknown" data-fact="l0">丁</mark></u>'
        '<mark class="law unknown" data-fact="l0">戊</mark></p></div>'
    ) in page(Shown("", text, facts))


LOOKS = [
    ("\n", "blank"),
    ("白溪镇人民政府2030年法治政府建设年度报告\n", "title"),
    ("一、主要举措和成效\n", "heading level-1"),
    ("（二）化解纠纷。受理矛盾纠纷200件，化解190件，化解率97%。\n", ""),
    ("县人民政府：\n", ""),
]


@pytest.mark.parametrize(("line", "look"), LOOKS)
def test_lines_have_a_look(line: str, look: str) -> None:
    pane = page(example()).split('<div class="text">')[1].split("</div>")[0]
    found = re.findall(r'<p(?: class="([^"]*)")?[^>]*>(.*?)</p>', pane, re.DOTALL)
    assert look in [look for look, content in found if re.sub("<[^>]*>", "", content) == line]


def test_a_heading_over_two_lines() -> None:
    facts = Facts(sections=(Section("", "", 2, "plan", 0, 5, 5),))
    content = page(Shown("", "甲乙\n丙丁。", facts))
    assert '<p class="heading level-2 open" role="heading" aria-level="3">' in content
    assert '<p class="heading level-2 rest" role="heading" aria-level="3">' in content


HOSTILE = (
    "</script><script>window.hurt = 1</script><!--<script>]]></style></div></title>"
    "<img src=x onerror='window.hurt = 1'><svg onload=\"window.hurt = 1\"><a href='javascript:"
    "window.hurt=1'>\"><b x=\"' onclick=window.hurt=1 \\u003cscript> ${window.hurt = 1} "
    "<base href=//example.invalid><meta http-equiv=refresh content=0> {{1}} \u2028 &lt;script>"
)


def hostile() -> Shown:
    """A report with the same bad text in every place that takes one."""
    shown = Phrase(0, len(HOSTILE), HOSTILE)
    bad: dict[str, Any] = {"start": 0, "end": 9, "text": HOSTILE, "score": 1, "role": HOSTILE}
    bad["path"] = (HOSTILE, "__proto__")
    indicator = Indicator(shown, shown, 1)
    a_law = law(TEXT, "民法典", HOSTILE, known=False)
    facts = Facts(
        ReportData(shown, shown, HOSTILE, HOSTILE, HOSTILE, 2030, shown, shown, HOSTILE, shown),
        (Section(HOSTILE, HOSTILE, 1, HOSTILE, 0, 30, 90),),
        (replace(a_law, candidates=(HOSTILE,), role=HOSTILE, path=bad["path"]),),
        (replace(count(bad, 1, HOSTILE, indicator), approx=HOSTILE, reason=HOSTILE),),
        (rate(bad, 0.5, indicator),),
        (Check(HOSTILE, HOSTILE, (shown,)),),
    )
    return Shown(HOSTILE, HOSTILE, facts)


def test_nothing_of_a_report_is_markup() -> None:
    tame, wild = Parts(page(example())), Parts(page(hostile()))
    assert wild.texts == [HOSTILE]
    assert {tag for tag, _ in wild.tags} <= {tag for tag, _ in tame.tags}
    own = [(kind, text) for kind, text in wild.scripts if not kind]
    assert own == [(kind, text) for kind, text in tame.scripts if not kind]
    assert len(wild.scripts) == 3
    assert wild.data[0] == {"id": HOSTILE, **hostile().facts.to_dict()}


def test_data_are_the_facts() -> None:
    facts, other, overview = Parts(page(example(), example("乙"))).data
    assert facts == {"id": "白溪", **example().facts.to_dict()}
    assert other["id"] == "乙"
    assert len(overview["reports"]) == 2


def test_numbers_that_json_has_not_are_null() -> None:
    odd = replace(law(TEXT, "民法典", "法"), score=float("nan"))
    facts, _ = Parts(page(Shown("", TEXT, Facts(laws=(odd,))))).data
    assert facts["laws"][0]["score"] is None


def test_the_page_needs_nothing_else() -> None:
    content = page(example(), hostile())
    parts = Parts(content)
    assert not [tag for tag, _ in parts.tags if tag in {"link", "img", "iframe", "base", "object"}]
    for _, attributes in parts.tags:
        assert not attributes.keys() & {"src", "href", "srcset", "action", "style"}
        assert not [name for name in attributes if name.startswith("on")]
    own = "".join(text for kind, text in parts.scripts if not kind) + "".join(parts.styles)
    assert re.findall(r"https?:[^\"]*", own) == ["http://www.w3.org/2000/svg"]
    assert not re.findall(r"url\(|@import|fetch\(|XMLHttp|innerHTML|insertAdjacent|eval\(", own)


def test_the_policy_names_what_ships() -> None:
    parts = Parts(page(example()))
    policy = next(found["content"] for _, found in parts.tags if "http-equiv" in found) or ""
    (script,) = [text for kind, text in parts.scripts if not kind]
    for directive, content in (("script-src", script), ("style-src", "".join(parts.styles))):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")


def test_a_path_and_a_file_get_the_same(tmp_path: Path) -> None:
    report = Shown("a", "甲\r\n乙\r", Facts())
    write_page([report], tmp_path / "page.html")
    assert (tmp_path / "page.html").read_bytes() == page(report).encode()


def test_a_page_that_breaks_off_takes_no_name(tmp_path: Path) -> None:
    def reports() -> Iterator[Shown]:
        yield example()
        raise RuntimeError

    out = tmp_path / "page.html"
    out.write_text("an older page")
    with pytest.raises(RuntimeError):
        write_page(reports(), out)
    assert out.read_text() == "an older page"
    write_page([example()], out)
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_the_page_says_what_made_it() -> None:
    assert ("meta", {"name": "generator", "content": "fazhi"}) in Parts(page()).tags


def test_no_report() -> None:
    assert Parts(page()).data == [Overview().to_dict()]


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2.2 between two colours (#rrggbb)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_have_contrast(theme: str) -> None:
    style = "".join(Parts(page()).styles)
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\);", style)
    colour = {name: light if theme == "light" else dark for name, light, dark in found}
    grounds = ["paper", "sheet", "raised"]
    pairs = [("ink", ground) for ground in [*grounds, "check-tint", "hit", "line"]]
    pairs += [("soft", ground) for ground in grounds]
    for label in ("section", "law", "count", "rate", "check"):
        pairs += [(label, ground) for ground in [*grounds[:2], f"{label}-tint"]]
    low = {pair: contrast(colour[pair[0]], colour[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in low.items() if ratio < 4.5} == {}


# The overview.


def overview(*reports: Shown) -> dict[str, Any]:
    found = Overview()
    for report in reports:
        found.add(report.id, len(report.text), report.facts)
    return found.to_dict()


def test_a_row_for_each_report() -> None:
    row, other = overview(example(), Shown("空", ""))["reports"]
    assert row == {
        "id": "白溪",
        "title": "白溪镇人民政府2030年法治政府建设年度报告",
        "issuer": "白溪镇人民政府",
        "tier": None,
        "province": None,
        "year": 2030,
        "chars": len(TEXT),
        "laws": 2,
        "counts": 4,
        "rates": 1,
        "unknown": 1,
        "checks": 1,
    }
    assert (other["title"], other["laws"], other["chars"]) == (None, 0, 0)


def test_laws_are_tallied() -> None:
    twice = replace(example().facts, laws=example().facts.laws[:1] * 2)
    found = overview(example(), Shown("b", TEXT, twice))
    code = {"title": "中华人民共和国民法典", "known": True, "times": 3, "reports": [0, 1]}
    other = {"title": "溪水法", "known": False, "times": 1, "reports": [0]}
    assert (found["laws"], found["unknown"], found["norms"]) == ([code, other], [other], 1)


def test_amounts_add_up_where_indicator_and_unit_agree() -> None:
    counts = example().facts.counts
    other_unit = replace(counts[1], unit="起", value=5)
    unread = replace(counts[1], value=None)
    planned = [replace(counts[1], role=role) for role in ("plan", "problems+plan")]
    bounded = replace(counts[1], approx="under")
    facts = Facts(counts=(*counts, other_unit, unread, *planned, bounded))
    units = overview(example(), Shown("b", TEXT, facts))["units"]
    found = {
        (unit["unit"], one["what"]): one["sum"] for unit in units for one in unit["indicators"]
    }
    assert found == {("场", "宣讲"): 80, ("件", "矛盾纠纷"): 400, ("起", "矛盾纠纷"): 5}


def test_rates_are_shares_of_something() -> None:
    share = example().facts.rates[0]
    others = [replace(share, kind=kind, value=0.025) for kind in ("points", "change")]
    rates = (*others, replace(share, value=1.2), replace(share, value=None), share)
    assert overview(example(), Shown("b", TEXT, Facts(rates=rates)))["rates"] == [
        {"what": "化解率", "points": [(0, 0, 0.97), (1, 4, 0.97)]}
    ]


# In a browser.

FILLER = "各项工作平稳推进。\n" * 60
LONG = TEXT.replace("（二）", f"{FILLER}（二）").replace("二、存", f"{FILLER}二、存") + FILLER


class Window:
    """A page that is open in a browser."""

    def __init__(self, driver: Any, folder: Path) -> None:
        self.driver, self.file = driver, folder / "page.html"

    def open(self, *reports: Shown) -> None:
        write_page(reports, self.file)
        self.driver.get(self.file.as_uri())

    def run(self, script: str) -> Any:
        return self.driver.execute_script(script)

    def click(self, selector: str) -> None:
        self.driver.find_element("css selector", selector).click()

    def press(self, *keys: str) -> None:
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def text(self, selector: str) -> str:
        return str(self.driver.find_element("css selector", selector).text)

    def until(self, condition: str) -> None:
        """Wait until a JavaScript expression holds; scrolling takes its time."""
        ends = time.monotonic() + 10
        while not self.run(f"return Boolean({condition})"):
            assert time.monotonic() < ends, f"never: {condition}"
            time.sleep(0.05)

    def until_seen(self, selector: str) -> None:
        self.until(
            f"(() => {{ const box = document.querySelector('{selector}').getBoundingClientRect();"
            "return box.height && box.top > 50 && box.bottom < innerHeight })()"
        )

    def shown(self) -> list[str]:
        """The facts that the lists have, by name."""
        found = self.run(
            "return [...document.querySelectorAll('#groups [data-item]')]"
            ".filter((one) => one.checkVisibility()).map((one) => one.dataset.item)"
        )
        return list(found)


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and chromedriver):
        pytest.skip("chromium and chromedriver are not installed")
    webdriver = pytest.importorskip("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("headless=new", "no-sandbox", "disable-gpu", "window-size=1440,900"):
        options.add_argument(f"--{argument}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(executable_path=chromedriver)
    driver = webdriver.Chrome(options=options, service=service)
    yield driver
    driver.quit()


@pytest.fixture
def window(driver: Any, tmp_path: Path) -> Iterator[Window]:
    """A window; at the end of a test its console must be empty, and nothing else loaded."""
    window = Window(driver, tmp_path)
    yield window
    assert driver.get_log("browser") == []
    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    sent = [event["params"] for event in events if event["method"] == "Network.requestWillBeSent"]
    loaded = {request["request"]["url"].partition("#")[0] for request in sent}
    assert loaded == {window.file.as_uri()}


def test_text_content_is_the_report(window: Window) -> None:
    window.open(*(Shown(name, text) for name, text in ODD_TEXTS.items()), example())
    found = window.run(
        "return [...document.querySelectorAll('.text')].map((pane) => escape(pane.textContent))"
    )
    expected = [stood_in(text) for text in [*ODD_TEXTS.values(), TEXT]]
    assert found == [window.run(f"return escape({json.dumps(text)})") for text in expected]


def test_nothing_runs(window: Window) -> None:
    for reports in ([hostile()], [hostile(), example(), hostile()]):
        window.open(*reports)
        for _ in range(4):
            window.press("j")
        window.press("o", "]", "1", "/", "甲")
        assert window.run("return window.hurt") is None
        assert window.run("return document.querySelectorAll('img, base, .text a').length") == 0
        assert window.run("return document.querySelector('.text').textContent") == HOSTILE


def test_a_fact_leads_to_its_place(window: Window) -> None:
    window.open(example(text=LONG))
    window.click('[data-item="r0"] button')
    window.until_seen("mark.rate")
    assert window.run("return document.querySelector('mark.rate').classList.contains('on')")
    assert window.text("[aria-current]").startswith("97%")
    assert window.run("return location.hash") == "#/0/r0"


def test_a_place_leads_to_its_fact(window: Window) -> None:
    window.open(example(text=LONG))
    window.click("mark.unknown")
    window.until_seen('[data-item="l1"] [aria-current]')
    assert "未收录" in window.text('[data-item="l1"]')


def test_a_check_leads_to_each_piece_of_its_evidence(window: Window) -> None:
    window.open(example(text=LONG))
    window.click('[data-item="k0"] [data-piece="2"]')
    window.until_seen("u.check.flash")
    assert window.text("u.check.flash") == "97%"


def test_the_outline_leads_to_a_part(window: Window) -> None:
    window.open(example(text=LONG))
    window.click('.outline [data-fact="s3"]')
    window.until_seen('mark[data-fact="s3"]')
    window.until("document.querySelector('.outline .here').dataset.fact === 's3'")
    assert window.text(".outline .level-1 .role") == "举措成效"


def test_an_address_leads_to_a_fact(window: Window) -> None:
    window.open(example(text=LONG), example("乙", LONG))
    window.run("location.hash = '#/1/c3'")
    window.until("document.querySelector('.report:not([hidden]) .on')")
    assert window.text(".report:not([hidden]) .on") == "2名"
    assert window.run("return document.getElementById('choice').value") == "1"


EVERYTHING = ["k0", "l0", "l1", "c0", "c1", "c2", "c3", "r0"]


def test_filters(window: Window) -> None:
    window.open(example())
    assert window.shown() == EVERYTHING
    window.press("3")
    assert window.shown() == ["k0", "l0", "l1", "r0"]
    assert window.run("return document.querySelectorAll('mark.count.off').length") == 4
    window.press("3")
    window.click("#doubts")
    assert window.shown() == ["k0", "l1", "c1", "c2", "r0"]
    window.click("#doubts")
    window.click('#role option[value="problems"]')
    assert window.shown() == ["c3"]
    window.click("#role option")
    window.run("score.value = 0.6; score.dispatchEvent(new Event('input'))")
    assert window.shown() == [name for name in EVERYTHING if name != "c2"]
    window.click('[data-label="count"]')
    window.click('[data-label="rate"]')  # with them, all that the check points at
    assert window.shown() == ["l0", "l1"]


AMOUNTS = [
    ("受理纠纷〖200件〗，化解〖190件〗，化解率〖97%〗。", "200 的 97% 应为 194，文中为 190"),
    (
        "受理纠纷〖200件〗，化解〖190件〗，化解率〖97%以上〗。",
        "200 的至少 97% 应为 194，文中为 190",
    ),
    ("文件由〖40件〗减少到〖20件〗，下降〖60%〗。", "由 40 到 20，变化幅度为 50%，文中为 60%"),
    ("群众满意率〖105%〗。", "这一比率不应超过 100%，文中为 105%"),
    ("企业〖46家〗，其中甲类〖50家〗。", "其中一项 50 大于总数 46"),
    (
        "企业〖46家〗，其中甲类〖40家〗、乙类〖16家〗。",
        "各项 40 + 16 合计 56，大于总数 46",
    ),
    (
        "企业共〖46家〗：甲类〖30家〗、乙类〖6家〗。",
        "各项 30 + 6 合计 36，总数却是 46",
    ),
]
LAWS = [
    ("溪水保护法", (), "“溪水保护法”不在名录中，而名录收有全部国家法律"),
    ("溪水办法", (), "“溪水办法”不在名录中；名录未收全地方和部门的规定"),
    ("溪水条例", ("甲", "乙"), "名录未收全地方和部门的规定；可能是甲、乙"),
    ("溪水规定", tuple("甲乙丙丁戊"), "可能是甲、乙、丙，另有 2 部"),
]
YEARS = """白溪镇人民政府2030年法治政府建设年度报告
{opening}
2029年主要工作
2030年工作计划
2032年1月5日"""
OPENINGS = ("现将2029年有关情况报告如下：", "2029年，我镇强化学习。")


def with_checks() -> list[Shown]:
    """Reports that hold each kind of check, as it is found."""
    reports = []
    for marked, _ in AMOUNTS:
        text, spans = "", []
        for number, piece in enumerate(re.split("[〖〗]", marked)):
            if number % 2:
                label = "RATE" if "%" in piece else "COUNT"
                spans.append(Span(len(text), len(text + piece), label, piece, 0.9))
            text += piece
        reports.append(Shown(text, text, Report("", text, resolve(text, spans)).facts))
    for name, candidates, _ in LAWS:
        text = f"学习《{name}》。"
        unknown = replace(law(text, name, name, known=False), candidates=candidates)
        reports.append(Shown(text, text, Facts(laws=(unknown,))))
    for opening in OPENINGS:
        text = YEARS.format(opening=opening)
        title, *_, done, plan, signed = (phrase(text, line) for line in text.splitlines())
        data = ReportData(title=title, year=2030, signed=signed, signed_on="2032-01-05")
        sections = tuple(
            Section("", at.text, 1, role, at.start, at.end, at.end)
            for role, at in (("measures", done), ("plan", plan))
        )
        reports.append(Shown(text, text, Facts(data, sections)))
    return [
        replace(one, facts=replace(one.facts, checks=find_checks(one.text, one.facts)))
        for one in reports
    ]


def test_checks_are_told_in_chinese(window: Window) -> None:
    reports = with_checks()
    told = []
    window.open(*reports)
    for place, report in enumerate(reports):
        window.run(f"location.hash = '#/{place}'")
        window.until(f"state.view?.place === {place}")
        found = window.run(
            "return [...document.querySelectorAll('li.check small')]"
            ".map((one) => one.textContent + one.lang)"
        )
        assert len(found) == len(report.facts.checks)
        told.append("\n".join(found))
    expected = [said for *_, said in (*AMOUNTS, *LAWS)]
    for said, found in zip(expected, told, strict=False):
        assert found.endswith(said), found
    for found in told[-len(OPENINGS) :]:
        assert "开头写的却是 2029 年" in found
        assert "有一部分写的却是 2029 年的工作" in found
        assert "计划的却是 2030 年" in found
        assert "落款却是 2032 年" in found
        assert not re.search("[a-z]", found)


def test_a_check_without_chinese_is_told_as_it_is(window: Window) -> None:
    checks = (Check("rate", "a new kind of message", (phrase(TEXT, "97%"),)),)
    window.open(Shown("", TEXT, Facts(checks=checks)))
    assert window.text("li.check small[lang=en]") == "a new kind of message"


def test_reasons_are_told_in_chinese(window: Window) -> None:
    source = Path(numbers.__file__).read_text(encoding="utf-8")
    reasons = re.findall(r'_UnreadableError\(f?"(.+?)"\)', source)
    assert len(reasons) > 20
    unread = replace(example().facts.counts[0], value=None)
    counts = tuple(replace(unread, reason=re.sub("{.*}", "18", one)) for one in reasons)
    window.open(Shown("", TEXT, Facts(counts=counts)))
    told = window.run(
        "return [...document.querySelectorAll('.meta')].map((one) => one.textContent)"
    )
    assert len(told) == len(reasons)
    assert [one for one in told if re.search("[a-z]", one)] == []


def test_kinds_of_rates_are_shown(window: Window) -> None:
    share = example().facts.rates[0]
    rates = (share, replace(share, kind="change"), replace(share, kind="points", value=0.035))
    window.open(Shown("", TEXT, Facts(rates=rates)))
    assert [window.text(f'[data-item="r{at}"] .figure') for at in range(3)] == [
        "97%",
        "97%",
        "3.5个百分点",
    ]
    assert window.run("return document.querySelectorAll('svg.share').length") == 1


def test_search(window: Window) -> None:
    window.open(example(text=LONG))
    window.press("/", *"纠纷")
    assert window.shown() == ["k0", "c1"]
    assert window.run("return CSS.highlights.get('hit').size") == 2
    window.press("\ue007", "\ue007")  # Enter
    assert window.text("#hits") == "2 / 2"
    window.until("document.getElementById('sheet').scrollTop > 200")
    window.press("\ue00c")  # Escape
    assert window.shown() == EVERYTHING
    window.press("/", *"府2 030 年法")  # white space does not count
    assert window.text("#hits") == "1 处 ↵"
    window.press("\ue00c", "/", *"(.*")
    assert window.text("#hits") == "0 处"
    window.press("\ue00c", "/", *"查无")
    assert window.text("#none") == "没有符合条件的事实。"


def test_keys(window: Window) -> None:
    window.open(example(), example("乙"))
    window.press("]")
    window.until("document.querySelector('.report:not([hidden])')")
    steps = []
    for key in "jjjk":
        window.press(key)
        steps.append(window.run("return document.activeElement.dataset.fact"))
    assert steps == ["l0", "l1", "c0", "l1"]
    window.press("?")
    window.until("document.getElementById('keys').open")
    window.press("\ue00c")
    window.until("!document.getElementById('keys').open")
    window.press("]")
    window.until("location.hash === '#/1'")
    window.press("o")
    window.until("document.getElementById('overview').checkVisibility()")


def test_themes(window: Window) -> None:
    def ground() -> str:
        return str(window.run("return getComputedStyle(document.body).backgroundColor"))

    window.open(example())
    light, dark = "rgb(246, 244, 239)", "rgb(21, 23, 26)"
    for scheme, first, second in (("light", light, dark), ("dark", dark, light)):
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        window.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
        window.driver.refresh()
        assert ground() == first
        window.click("#theme")
        assert ground() == second
        window.click("#theme")
        assert ground() == first
    window.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})


def test_print(window: Window) -> None:
    window.open(example())
    window.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    seen = "return document.querySelector('{}').checkVisibility()"
    for selector in (".bar", ".filters", ".outline"):
        assert not window.run(seen.format(selector)), selector
    for selector in (".text", ".fact"):
        assert window.run(seen.format(selector)), selector
    window.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_overview(window: Window) -> None:
    other = replace(example("乙").facts, laws=(), report=ReportData())
    window.open(Shown("乙", TEXT.replace("宣讲", "培训"), other), example())
    rows = "return [...document.querySelectorAll('#reports tbody tr')]"
    names = (
        f"{rows}.filter((row) => row.checkVisibility()).map((row) => row.querySelector('a').text)"
    )
    title = "白溪镇人民政府2030年法治政府建设年度报告"
    assert window.run(names) == ["乙", title]
    window.click('[data-key="laws"] button')
    assert window.run(names) == [title, "乙"]
    window.click('[data-key="laws"] button')
    assert window.run(names) == ["乙", title]
    window.click(".plot.law .bars button")
    assert window.run(names) == [title]
    window.click("#only button")
    window.press("/", *"培训")
    assert window.run(names) == ["乙"]
    assert window.run("return document.querySelectorAll('.strips circle').length") == 2
    window.click("#reports tbody tr:not([hidden]) a")
    window.until("location.hash === '#/0'")
    assert window.text("#hits") == "1 处 ↵"


def test_offsets_count_characters_not_units(window: Window) -> None:
    window.open(example(text="😀𠮷" * 40 + LONG))
    window.click('[data-item="c0"] button')
    window.until("CSS.highlights.get('indicator').size === 1")
    assert window.run("return String([...CSS.highlights.get('indicator')][0])") == "宣讲"


def test_copies_are_the_reports_lines(window: Window) -> None:
    window.open(example(text=TEXT.replace("\n", "\r\n")))
    copied = window.run(
        "getSelection().selectAllChildren(document.querySelector('.text'));"
        "const data = new DataTransfer();"
        "document.dispatchEvent(new ClipboardEvent('copy', { clipboardData: data }));"
        "return data.getData('text/plain')"
    )
    assert copied == TEXT.replace("\n", "\r\n")
