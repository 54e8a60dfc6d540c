"""A saved web page as the lines of text that a browser shows.

Elements are counted in the order of the source, ``html`` being 0: with scripts off,
``document.querySelectorAll("*")[N]`` is element N in a browser. Elements that a parser adds
(``tbody``) count, and so do those that show no text.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from unicodedata import east_asian_width

from selectolax.lexbor import LexborHTMLParser, LexborNode

from fazhi.errors import ReadError
from fazhi.limits import DEFAULT_LIMITS, Limits
from fazhi.reading.text import decode, decode_damaged

MAX_ATTRIBUTES = 2_000  # a parser's time grows with the square of those of one tag
MAX_REOPENED = 500_000  # elements that a parser makes anew for each <b> or <font> left open

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_CHARSET_WITHIN = 8192  # bytes; browsers stop at 1,024, but saved pages may say it later
_CHINESE = re.compile(rb"gb|x-gbk|cp936|hz-gb|chinese|csgb|iso-ir-58|ms936|windows-936")

_ANY_TAG = re.compile(r"</?[a-zA-Z]")
_TAG = re.compile(
    r"""<!--(?:.*?-->|.*) | <(?P<close>/?)(?P<name>[a-zA-Z][^\s/>]*)
        (?P<rest>(?:[^>"'=]+ | =\s*(?:"[^"]*"?|'[^']*'?)? | ["'])*)""",
    re.VERBOSE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""[^\s/>=]+(?:\s*=\s*(?:"[^"]*"?|'[^']*'?|[^\s>]*))?""")
_FORMATTING = re.compile(r"a|b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u")
_DEPTH_FACTOR = 4  # as the tags are counted, without knowing what closes them
_NO_END = re.compile(
    r"|area|base|br|col(?:group)?|dd|dt|embed|hr|img|input|li|link|meta|optgroup|option|p|param|"
    r"source|tbody|td|tfoot|th|thead|tr|track|wbr"
)
_SCOPE = re.compile(r"applet|caption|marquee|object|table|td|template|th")

_BLOCK = re.compile(
    r"address|article|aside|blockquote|body|br|caption|center|dd|details|dialog|dir|div|dl|dt|"
    r"fieldset|figcaption|figure|footer|form|frameset|h[1-6]|header|hgroup|hr|html|legend|li|"
    r"listing|main|menu|nav|ol|optgroup|option|p|plaintext|pre|search|section|summary|table|"
    r"tbody|td|tfoot|th|thead|tr|ul|xmp"
)
_HEADING = re.compile(r"h[1-6]")
_SILENT = re.compile(
    r"audio|canvas|datalist|embed|head|iframe|math|noembed|noframes|object|rp|script|style|svg|"
    r"template|title|video"
)
_ASIDE = {
    **dict.fromkeys(("nav", "aside", "footer"), "navigation"),
    **dict.fromkeys(("button", "select", "textarea"), "form control"),
    "noscript": "hidden",
}
_HIDING_STYLE = re.compile(r"(?:^|;)(?:display:none|visibility:hidden|mso-hide:all)")
_HIDING_CLASS = re.compile(r"(?:^|\s)(?:sr-only|visually-hidden|print-?only|d-print-block)(?:\s|$)")
_BLOCK_STYLE = re.compile(r"(?:^|;)display:(?:block|flex|grid|table|list-item)(?:;|!|$)")
_SPACES = re.compile(r"[ \t\n\f\r]+")
_NUMBERED = re.compile(r"\W?[\d一二三四五六七八九十]+[）)、.．]")
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l")),
    *((40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_TITLE_CHARS = 1_000
_LAYOUT_LINES = 3  # in a cell; with more, or with two of them and this many characters,
_LAYOUT_CHARS = 200  # a table holds no data but lays out the page


@dataclass(slots=True)
class Line:
    """A line of text in runs, each with the element it comes from (-1: from none).

    ``box`` is its innermost block; ``table``, ``row``, ``cell`` and ``heading`` (``h1`` to
    ``h6``) are elements or -1, and so is ``aside``: hidden, navigation or a control.
    ``linked`` counts the letters inside links; a line ``as_typed`` keeps its white space.
    ``reason`` is for whoever reads the lines: why this one is none of the article's.
    """

    runs: list[tuple[str, int]]
    box: int = 0
    table: int = -1
    row: int = -1
    cell: int = -1
    heading: int = -1
    aside: int = -1
    as_typed: bool = False
    linked: int = 0
    reason: str = ""

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.runs)


def letters(text: str) -> int:
    """How many letters (Chinese characters too) a text has: no digits, marks or white space."""
    return sum(map(str.isalpha, text))


def decode_html(raw: bytes, name: str, encoding: str | None = None) -> str:
    """The source of a page: by ``encoding``, else UTF-8 that holds, the page's word, or detection.

    Raises ReadError, with ``name`` in its message, for bytes that are no text.
    """
    if encoding is None and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        if b"\0" in raw:
            raise ReadError(f"{name}: not a web page; save the page as HTML and try again")
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            said = _CHARSET.search(raw[:_CHARSET_WITHIN])
        if said is not None and _CHINESE.match(said[1].lower()):
            text = decode_damaged(raw, "gb18030")
            if text is not None:
                return text
    return decode(raw, name, encoding)


def _check(text: str, name: str, limits: Limits) -> None:
    """Refuse what is no HTML, and what a parser would need too much time or memory for."""
    tags = sum(1 for _ in _ANY_TAG.finditer(text))
    if not tags:
        raise ReadError(f"{name}: not a web page (no tags); save it as .txt if it is plain text")
    if tags > limits.html_tags:
        raise limits.exceeded(name, "html_tags", f"tags ({tags:,})")
    closable: Counter[str] = Counter()
    left_open = reopened = depth = 0
    for tag in _TAG.finditer(text):
        label, rest = (tag["name"] or "").lower(), tag["rest"] or ""
        if not _NO_END.fullmatch(label) and not rest.endswith("/"):
            depth = max(0, depth + (-1 if tag["close"] else 1))
        if _SCOPE.fullmatch(label):
            closable.clear()
        elif _FORMATTING.fullmatch(label) and not tag["close"]:
            closable[label] += 1
            left_open += 1
        elif closable[label]:
            closable[label] -= 1
            left_open -= 1
        reopened += left_open
        if len(rest) > MAX_ATTRIBUTES and len(_ATTRIBUTE.findall(rest)) > MAX_ATTRIBUTES:
            raise ReadError(f"{name}: <{label}> has over {MAX_ATTRIBUTES:,} attributes; remove it")
        if reopened > MAX_REOPENED or depth > _DEPTH_FACTOR * limits.html_depth:
            raise ReadError(f"{name}: too many tags are left open; save the article alone")


class Page:
    """The elements of a page and its lines. Raises ReadError for no HTML and over the limits.

    Element ``i`` and all inside it are ``range(i, ends[i])``; ``parents[i]`` is the one around it.
    ``asides`` tells why those elements are no running text. ``title`` is what the head says it is,
    without white space. The cells of a row of data are one line, with a tab between them.
    """

    def __init__(self, source: str, name: str, limits: Limits = DEFAULT_LIMITS) -> None:
        _check(source, name, limits)
        parser = LexborHTMLParser(source)
        titles = parser.css("title, meta[name=ArticleTitle], meta[property='og:title']")
        texts = (node.attributes.get("content") or node.text() for node in titles)
        self.title = "".join("\n".join(texts).split())[:_TITLE_CHARS]
        self.parents: list[int] = []
        self.ends: list[int] = []
        self.asides: dict[int, str] = {}
        self.lines: list[Line] = []
        self._columns: dict[int, int] = {}
        self._layouts: set[int] = set()
        self._cells: Counter[int] = Counter()  # so far, by row
        self._lists: dict[int, tuple[int, int, str]] = {}  # next number, step and type
        self._marker = (0, "")  # of the newest list item, until its text begins
        self._line: Line | None = None
        if parser.root is not None:
            self._walk(parser.root, name, limits)
        self._join_rows()

    def _walk(self, root: LexborNode, name: str, limits: Limits) -> None:
        todo: list[tuple[LexborNode | bool, Line | None, bool]] = [(root, Line([]), False)]
        above: list[int] = []
        while todo:
            node, around, linked = todo.pop()
            if isinstance(node, bool):  # the end of an element, true for a block
                self.ends[above.pop()] = len(self.parents)
                if node:
                    self._end_line()
                continue
            tag = node.tag or "-"
            if tag == "-text" and around is not None:
                self._add(node.text_content or "", above[-1], around, linked)
            if tag.startswith("-"):
                continue
            if len(above) == limits.html_depth:
                raise limits.exceeded(name, "html_depth", "elements deep")
            index = len(self.parents)
            self.parents.append(above[-1] if above else -1)
            self.ends.append(0)
            above.append(index)
            silent = around is None or _SILENT.fullmatch(tag) is not None
            inner = None if silent or around is None else self._inside(node, tag, index, around)
            is_block = inner is not None and inner.box == index
            if is_block:
                self._end_line()
            todo.append((is_block, None, False))
            linked = linked or (tag == "a" and "href" in node.attributes)
            child = node.last_child
            while child is not None:
                todo.append((child, inner, linked))
                child = child.prev

    def _inside(self, node: LexborNode, tag: str, index: int, around: Line) -> Line:
        """What the lines inside an element have in common."""
        inner, attributes = replace(around), node.attributes
        style = _SPACES.sub("", attributes.get("style") or "").lower()
        is_hidden = "hidden" in attributes or _HIDING_STYLE.search(style) is not None
        if is_hidden or _HIDING_CLASS.search(attributes.get("class") or "") or tag in _ASIDE:
            inner.aside = index
            self.asides[index] = _ASIDE.get(tag, "hidden")
        if _BLOCK.fullmatch(tag) or _BLOCK_STYLE.search(style):
            inner.box = index
        if tag == "pre" or "white-space:" in style:
            inner.as_typed = "white-space:pre" in style or "white-space:" not in style
        if _HEADING.fullmatch(tag):
            inner.heading = index
        elif tag == "table":
            self._layouts.add(around.table)
            inner.table, inner.row, inner.cell = index, -1, -1
        elif tag == "tr":
            inner.row = index
        elif tag in ("td", "th"):
            inner.cell = index
            self._columns[index] = self._cells[around.row]
            self._cells[around.row] += 1
        elif tag == "ol":
            step = -1 if "reversed" in attributes else 1
            first = sum(child.tag == "li" for child in node.iter()) if step < 0 else 1
            kind = "none" if "list-style:none" in style else attributes.get("type") or "1"
            self._lists[index] = (_integer(attributes.get("start"), first), step, kind)
        elif tag == "li" and self.parents[index] in self._lists:
            number, step, kind = self._lists[self.parents[index]]
            number = _integer(attributes.get("value"), number)
            self._lists[self.parents[index]] = (number + step, step, kind)
            self._marker = (index, "" if kind == "none" else f"{_numeral(number, kind)}. ")
        return inner

    def _add(self, text: str, node: int, around: Line, linked: bool) -> None:
        if self._line is None:
            if not around.as_typed and not _SPACES.sub("", text):
                return
            self._line = replace(around, runs=[])
            item, marker = self._marker
            if marker and not self.ends[item] and not _NUMBERED.match(text.lstrip()):
                self._line.runs.append((marker, -1))
            self._marker = (0, "")
        self._line.runs.append((text, node))
        self._line.linked += letters(text) if linked else 0

    def _end_line(self) -> None:
        line, self._line = self._line, None
        if line is not None:
            if not line.as_typed:
                line.runs = _folded(line.runs)
            if line.text.strip():
                self.lines.append(line)

    def _join_rows(self) -> None:
        """Join the lines of a row, but in tables that lay out the page."""
        counts, chars = Counter[int](), Counter[int]()
        for line in self.lines:
            counts[line.cell] += 1
            chars[line.cell] += len(line.text)
            if counts[line.cell] > (1 if chars[line.cell] > _LAYOUT_CHARS else _LAYOUT_LINES):
                self._layouts.add(line.table)
        lines, self.lines = self.lines, []
        for line in lines:
            last = self.lines[-1] if self.lines else None
            column = self._columns.get(line.cell, 0)
            if line.row < 0 or line.table in self._layouts:
                self.lines.append(line)
            elif last is not None and last.box == line.row:
                gap = "\t" * (column - self._columns.get(last.cell, 0)) or " "
                last.runs += [(gap, -1), *line.runs]
                last.linked += line.linked
                last.cell = line.cell
            else:
                runs = [("\t" * column, -1), *line.runs]
                self.lines.append(replace(line, runs=runs, box=line.row))


def _integer(value: str | None, default: int) -> int:
    found = re.match(r"\s*([+-]?\d{1,9})", value or "")
    return int(found[1]) if found else default


def _numeral(number: int, kind: str) -> str:
    """A number as ``<ol type>`` shows it: 4, d, D, iv or IV."""
    shown = str(number)
    if kind in ("a", "A") and number > 0:
        shown = ""
        while number:
            number, letter = divmod(number - 1, 26)
            shown = chr(ord("a") + letter) + shown
    elif kind in ("i", "I") and 0 < number < 4000:
        shown = ""
        for value, sign in _ROMAN:
            shown += sign * (number // value)
            number %= value
    return shown.upper() if kind in ("A", "I") else shown


def _folded(runs: list[tuple[str, int]]) -> list[tuple[str, int]]:
    whole = "".join(text for text, _ in runs)
    chars = list(whole)
    for gap in _SPACES.finditer(whole):
        start, end = gap.span()
        is_edge = start == 0 or end == len(whole)
        joins = not is_edge and "\n" in gap[0] and _is_wide(whole[start - 1] + whole[end])
        fill = "" if is_edge or joins else " "
        chars[start:end] = [fill] + [""] * (end - start - 1)
    folded, end = [], 0
    for text, node in runs:
        start, end = end, end + len(text)
        folded.append(("".join(chars[start:end]), node))
    return [(text, node) for text, node in folded if text]


def _is_wide(text: str) -> bool:
    return all(east_asian_width(char) in "WFA" for char in text)
