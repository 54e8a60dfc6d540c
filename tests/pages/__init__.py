"""Pages of invented government sites, each with the article that a reader should take from it.

A page is an HTML file in ``held_out`` (never looked at while the reader's rules were written) or
in ``tuned``. Its first line names the report that fills it, how many characters of it, and the
charset. ``[[title]]`` stands for the report's first line; ``[[p]]`` for the others as paragraphs,
``[[p 0 0.5]]`` for the first half of them, and so on for the other ways of :data:`FORMS`. Elements
with ``data-keep`` hold the article (but not what is in ``data-noise`` inside them); what a list
shows before its items stands in ``data-keep="1. "``.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from fazhi.annotations import read

FOLDER = Path(__file__).parent
_REPORTS = FOLDER.parent.parent / "annotations" / "train"
_DIRECTIVE = re.compile(r"<!-- report=(\S+) chars=(\d+) charset=(\S+) -->\n")
_SLOT = re.compile(r"\[\[(\w+)(?: ([\d.]+) ([\d.]+))?\]\]")
_MARK = re.compile(r' data-(?:keep(?:="[^"]*")?|noise)')
_HEADING = re.compile(r"[（(]?[一二三四五六七八九十]+[、）)]|\d+[.、]|第.部分")
_VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr")


@dataclass(frozen=True, slots=True)
class Page:
    """The bytes of a page, and the text of its article without white space."""

    name: str
    raw: bytes
    article: str


def pages(group: str) -> list[Page]:
    """The pages of ``held_out`` or ``tuned``, in the order of their names."""
    return [_page(path) for path in sorted((FOLDER / group).glob("*.html"))]


def _page(path: Path) -> Page:
    source = path.read_text(encoding="utf-8")
    directive = _DIRECTIVE.match(source)
    assert directive is not None, f"{path}: no first line that says what fills it"
    report, chars, charset = directive[1], int(directive[2]), directive[3]
    lines = _lines(report, chars)

    def fill(slot: re.Match[str]) -> str:
        if slot[1] == "title":
            return lines[0].strip()
        first, last = (round(float(slot[n] or n - 2) * (len(lines) - 1)) for n in (2, 3))
        return FORMS[slot[1]](lines[1:][first:last])

    marked = _SLOT.sub(fill, source[directive.end() :])
    return Page(path.stem, _MARK.sub("", marked).encode(charset), kept(marked))


def _lines(report: str, chars: int) -> list[str]:
    text = next(iter(read([_REPORTS / f"{report}.txt"]))).report.text
    lines: list[str] = []
    for line in filter(str.strip, text.split("\n")):
        if sum(map(len, lines)) >= chars:
            break
        lines.append(html.escape(line.strip(), quote=False))
    return lines


def kept(marked: str) -> str:
    """The text inside ``data-keep`` of a marked page, without white space."""
    parser = _Kept()
    parser.feed(marked)
    return re.sub(r"\s+", "", "".join(parser.parts))


class _Kept(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = [("", False)]
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        marks = dict(attrs)
        self.parts.append(marks.get("data-keep") or "")
        keep = "data-keep" in marks or (self.open[-1][1] and "data-noise" not in marks)
        if tag not in _VOID:
            self.open.append((tag, keep))

    def handle_endtag(self, tag: str) -> None:
        names = [name for name, _ in self.open]
        if tag in names:
            del self.open[len(names) - 1 - names[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if self.open[-1][1]:
            self.parts.append(data)


def _each(before: str, after: str = "") -> Callable[[list[str]], str]:
    return lambda lines: "\n".join(f"{before}{line}{after}" for line in lines)


def _with_headings(heading: str, paragraph: str) -> Callable[[list[str]], str]:
    def form(lines: list[str]) -> str:
        shapes = (heading if _is_heading(line) else paragraph for line in lines)
        return "\n".join(shape.format(line) for shape, line in zip(shapes, lines, strict=True))

    return form


def _is_heading(line: str) -> bool:
    return bool(_HEADING.match(line)) and len(line) < 45


def _sentences(before: str, after: str, open: str, close: str) -> Callable[[list[str]], str]:
    def form(lines: list[str]) -> str:
        pieces = ([s for s in re.split(r"(?<=[。；，])", line) if s] for line in lines)
        return "\n".join(
            open + "".join(f"{before}{piece}{after}" for piece in line) + close for line in pieces
        )

    return form


_WORD = (
    "<p class=MsoNormal style='text-indent:32.0pt;line-height:30.0pt;mso-line-height-rule:exactly;"
    "mso-char-indent-count:2.0' data-keep>"
)
_RUN = "<span style='font-size:16.0pt;\nfont-family:仿宋_GB2312;mso-hansi-font-family:仿宋_GB2312'>"
FORMS: dict[str, Callable[[list[str]], str]] = {
    "p": _each("<p data-keep>", "</p>"),
    "plain": _each("<p>", "</p>"),
    "indent": _each("<p data-keep>\u3000\u3000", "</p>"),
    "nbsp": _each("<p data-keep>&nbsp;&nbsp;&nbsp;&nbsp;", "</p>"),
    "justify": _each('<p style="text-align: justify; text-indent: 2em;" data-keep>', "</p>"),
    "br": _each("", "<br>"),
    "brindent": _each("　　", "<BR><BR>"),
    "div": _each('<div style="text-indent:2em" data-keep>', "</div>"),
    "unclosed": _each("<P>　　"),
    "rows": _each("<tr><td data-keep>", "</td></tr>"),
    "lines": _each(""),
    "section": _with_headings(
        '<section style="margin:8px"><section style="border-left:4px solid red">'
        "<strong data-keep>{}</strong></section></section>",
        '<section style="line-height:1.75em"><span style="font-size:15px" data-keep>{}</span>'
        "</section><section><br></section>",
    ),
    "h": _with_headings("<h2 data-keep>{}</h2>", "<p data-keep>{}</p>"),
    "bold": _with_headings("<p data-keep>　　<strong>{}</strong></p>", "<p data-keep>　　{}</p>"),
    "span": _sentences("<span>", "</span>", '<p class="c" data-keep>', "</p>"),
    "word": _sentences(
        _RUN, "</span>", _WORD, "<span lang=EN-US style='font-size:16.0pt'><o:p></o:p></span></p>"
    ),
}
"""How lines of a report become HTML, by the names that stand in the pages' slots."""
