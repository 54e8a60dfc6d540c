"""Saved web pages to documents: what of a page is its article, and where each piece comes from."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import LCSseq
from selectolax.lexbor import LexborHTMLParser

from fazhi.documents import Document
from fazhi.errors import ReadError
from fazhi.limits import Limits
from fazhi.reading import webpage
from fazhi.reading.html import read_html
from pages import Page, kept, pages

SENTENCE = "全年开展行政执法检查四十余次，办结案件二十件，没有一件被复议机关撤销。"


def read(source: str, **options: str) -> Document:
    return read_html(source.encode(), "page.html", **options)


def scores(page: Page) -> tuple[float, float]:
    """The share of the article that came through in order, and of noise in what came through."""
    text = re.sub(r"\s+", "", read_html(page.raw, page.name).text)
    common = LCSseq.similarity(page.article, text)
    return common / len(page.article), (len(text) - common) / len(text)


@pytest.mark.parametrize(("group", "count"), [("tuned", 34), ("held_out", 10)])
def test_articles_come_without_their_pages(group: str, count: int) -> None:
    found = {page.name: scores(page) for page in pages(group)}
    assert len(found) == count
    assert all(content > 0.98 and noise < 0.06 for content, noise in found.values()), found
    content, noise = (sum(values) / count for values in zip(*found.values(), strict=True))
    assert content >= 0.99, found
    assert noise <= 0.02, found


def test_marked_pages_say_what_is_kept() -> None:
    marked = '<div data-keep>一<br>二 <i data-noise>三</i></div>四<ol><li data-keep="1.">五</ol>'
    assert kept(marked) == "一二1.五"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>办结二十件。", "办结二十件。"),
        ("办结<b>二十</b>件。<!-- 无 -->", "办结二十件。"),
        ("<p>一、主要举措</p><p>二、存在的问题</p>", "一、主要举措\n二、存在的问题"),
        ("<div>甲。<p>乙。</p>丙。<div><div>丁。</div></div></div>", "甲。\n乙。\n丙。\n丁。"),
        ("<p>甲。<br>乙。<br><br>丙。</p>", "甲。\n乙。\n丙。"),
        (
            "<p>\n 开展  学习\t 6 次，\n 参加\n 人数\n<span>\n 增加</span>。 </p>",
            "开展 学习 6 次，参加人数增加。",
        ),
        ("<p>use\n<i>two</i>\n words，ok\n一。</p>", "use two words，ok\n一。".replace("\n", " ")),
        ("<p>\u3000\u3000甲&nbsp;&nbsp;乙。&nbsp;</p>", "\u3000\u3000甲\xa0\xa0乙。\xa0"),
        ("<p>&nbsp;</p><p>甲&ensp;乙。</p><p>\u3000</p>", "甲\u2002乙。"),
        ("<pre>\n 甲\n\n   乙。</pre><p>丙。</p>", " 甲\n\n   乙。\n丙。"),
        ('<div style="white-space: pre-wrap">甲。\n乙。</div>', "甲。\n乙。"),
        ('<pre>甲<p style="white-space: normal">乙\n丙。</pre>', "甲\n乙丙。"),
        ("<pre>甲。\r\n乙。</pre>", "甲。\n乙。"),
        ('<p>甲<span style="display: block">乙。</span>丙。</p>', "甲\n乙。\n丙。"),
        ("<p>甲<o:p>乙</o:p><font>丙。</p><p>丁。", "甲乙丙。\n丁。"),
        ("<p>甲&lt;乙&gt;&amp;&#20057;&hellip;。</p>", "甲<乙>&乙….".replace(".", "。")),
    ],
)
def test_lines_are_those_of_a_browser(source: str, text: str) -> None:
    assert read(source).text == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<ol><li>甲。<li>乙。</ol>", "1. 甲。\n2. 乙。"),
        (
            '<ol start="3"><li>甲。<li value="7"><p>乙。</p><p>丙。</p><li>丁。</ol>',
            "3. 甲。\n7. 乙。\n丙。\n8. 丁。",
        ),
        ("<ol reversed><li>甲。<li>乙。</ol>", "2. 甲。\n1. 乙。"),
        ('<ol type="a" start="26"><li>甲。<li>乙。</ol>', "z. 甲。\naa. 乙。"),
        ('<ol type="I" start="3"><li>甲。<li>乙。</ol>', "III. 甲。\nIV. 乙。"),
        ('<ol type="i" start="0"><li>甲。</ol>', "0. 甲。"),
        ('<ol start="x"><li>1．甲。<li>（二）乙。</ol>', "1．甲。\n（二）乙。"),
        ('<ol style="list-style: none"><li>甲。</ol>', "甲。"),
        ("<ol><li></ol><ul><li>甲。</ul>", "甲。"),
        ("<ol><li>甲。<ol><li>乙。</ol><li>丙。</ol>", "1. 甲。\n1. 乙。\n2. 丙。"),
    ],
)
def test_lists_are_numbered(source: str, text: str) -> None:
    assert read(source).text == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (
            "<table><tr><th>领域<th>件数</tr><tr><td>城管<td>3件</tr></table>",
            "领域\t件数\n城管\t3件",
        ),
        (
            "<table><tr><td><p>城</p><p>管</p></td><td></td><td>3件</td></tr></table>",
            "城 管\t\t3件",
        ),
        ("<table><tr><td></td><td>2024年</td></tr></table>", "\t2024年"),
        ("<table><tr><td>甲。<table><tr><td>乙<td>1</table><td>丙。</table>", "甲。\n乙\t1\n丙。"),
        (f"<table><tr><td>甲。<br>{SENTENCE * 8}<td>丙。</table>", f"甲。\n{SENTENCE * 8}\n丙。"),
        ("<table><caption>办案情况表。</caption><tr><td>甲<td>1</table>", "办案情况表。\n甲\t1"),
    ],
)
def test_tables(source: str, text: str) -> None:
    assert read(source).text == text


@pytest.mark.parametrize(
    "noise",
    [
        "<script>alert('甲。')</script>",
        "<style>p { color: red }</style>",
        "<template><p>甲乙丙。</p></template>",
        "<noscript>请启用脚本。</noscript>",
        "<p hidden>甲乙丙。</p>",
        '<p style="color:red; DISPLAY : none">甲乙丙。</p>',
        '<p style="visibility:hidden">甲乙丙。</p>',
        '<p class="print-only">甲乙丙。</p>',
        "<nav>甲乙丙。</nav>",
        "<button>甲乙丙。</button>",
        '<p><a href="/">关于开展检查的通知</a> 2024-01-05</p>',
        "<p>【字体：<a>大</a> 中 小】 打印本页</p>",
        "<p>来源：　　浏览次数：</p>",
        "<p>[ 索 引 号 ] 0143/2024-00007</p>",
        "<p>首页 &gt; 政务公开 &gt; 年度报告</p>",
        "<p>2024年3月5日 星期二 农历正月廿五</p>",
        "<p>浙ICP备00000000号</p>",
    ],
)
def test_noise_is_dropped(noise: str) -> None:
    body = f"<p>{SENTENCE}</p>"
    assert read(body + noise + body.replace("没有", "无")).text.count("\n") == 1


PARTS = f"<p>{SENTENCE}</p><p>一、抓学习</p><p>{SENTENCE[3:]}</p>"


@pytest.mark.parametrize(
    "source",
    [
        f"{PARTS}<div><b>镇村风采</b><p><a href=1>青石镇春耕忙</a></p></div>",  # head of a list
        f"{PARTS}<div><p>• 索引号<p>0143/00007<p>• 公开方式<p>主动公开<p>• 有效性<p>有效</div>",
        f"<p>青石镇春耕忙，农机下田。</p><p>来源：农办</p><p>点击：3</p>{PARTS}",
        f"<div>镇情概览</div><div>{PARTS}</div><div>镇情概览</div>",  # beside the article's element
        f"{PARTS}<p>青石镇　2024-01-05 08:30</p><p>青石镇</p>",
    ],
)
def test_noise_around_the_article(source: str) -> None:
    text = read(source).text
    assert text.startswith(SENTENCE)
    assert text.endswith(SENTENCE[3:])


def test_text_that_a_script_shows_is_read() -> None:
    body = f"<p>{SENTENCE}</p><p style='display:none'>{SENTENCE.replace('件', '宗')}</p>"
    source = f"<div id=js_content style='visibility: hidden'>{body}</div><p>微信扫一扫</p>"
    assert read(source).text == SENTENCE


def test_repeats_are_read_once() -> None:
    long = f"<p>{SENTENCE * 2}</p>"
    assert read(f"{long}<p>其中：</p>{long}<p>{SENTENCE}</p><p>{SENTENCE}</p>").text.split(
        "\n"
    ) == [*(SENTENCE * 2, "其中：", SENTENCE, SENTENCE)]


def test_hidden_lines_part_nothing() -> None:
    hidden = "<p style='display:none'>稍候。</p>" * 40
    source = f"<div><p>{SENTENCE}</p>{hidden}</div><p>{SENTENCE[3:]}</p>"
    assert read(source).text == f"{SENTENCE}\n{SENTENCE[3:]}"


def test_visible_text_stays_whatever_screen_readers_are_told() -> None:
    style = "backface-visibility: hidden"
    assert read(f'<p aria-hidden="true" style="{style}">{SENTENCE}</p>').text == SENTENCE


@pytest.mark.parametrize(
    ("head", "body", "first"),
    [
        ("", "<h1>青石镇2024年法治政府建设年度报告</h1>", "青石镇2024年法治政府建设年度报告"),
        (
            "<title>青石镇普法要闻与工作纪实_青石镇</title>",
            "<div>青石镇普法要闻与工作纪实</div>",
            "青石镇普法要闻与工作纪实",
        ),
        ("", "<div>青石镇人民政府</div><div>2024年法治政府建设情况报告</div>", "青石镇人民政府"),
        ("", "", SENTENCE),
    ],
)
def test_title_is_the_first_line(head: str, body: str, first: str) -> None:
    info = "<p>来源：司法所　浏览次数：3</p>" if body else ""
    nav = "<div><a href=/>首页</a></div>"
    text = read(f"{head}<body>{nav}{body}{info}<div><p>{SENTENCE}</p><p>青石镇</p></div>").text
    assert text.startswith(first)
    assert text.endswith(f"{SENTENCE}\n青石镇")


def test_a_part_is_no_title() -> None:
    title, part = "青石镇法治建设工作总结", "一、2024年青石镇推进法治政府建设工作的总体情况"
    info = "<p>来源：司法所　浏览次数：3</p>"
    source = f"<p>{title}</p>{info}<div><p>{part}</p><p>{SENTENCE}</p></div>"
    assert read(source).text == f"{title}\n{part}\n{SENTENCE}"


def test_a_notice_of_the_site_may_stand_before_the_title() -> None:
    title = "青石镇2024年法治政府建设年度报告"
    head = f"<title>{title}_青石镇</title><body><p>为方便办事，本周六大厅照常开放，请市民知悉。</p>"
    assert read(f"{head}<h1>{title}</h1><p>{SENTENCE}</p>").text == f"{title}\n{SENTENCE}"


def test_title_is_not_said_twice() -> None:
    title = "青石镇2024年法治政府建设年度报告"
    source = f"<h1>{title}</h1><p>来源：司法所</p><div><p>{title}</p><p>{SENTENCE}</p></div>"
    assert read(source).text == f"{title}\n{SENTENCE}"


def test_title_is_not_said_twice_when_its_lines_differ() -> None:
    title = ("青石镇人民政府", "普法要闻与", "工作纪实")
    lines = "".join(f"<p>{line}</p>" for line in (*title, SENTENCE))
    head = f"<h1>{''.join(title)}</h1><p>来源：司法所</p>"
    assert read(f"{head}<div>{lines}</div>").text == "\n".join((*title, SENTENCE))


def test_headings_are_hints() -> None:
    document = read(
        f"<h2>一、主要<br>举措</h2><p>{SENTENCE}</p><h3>（一）学习</h3><p>{SENTENCE[1:]}"
    )
    assert [document.text[a:b] for a, b in document.headings] == ["一、主要\n举措", "（一）学习"]


def test_dropped_parts_have_a_reason_and_a_place() -> None:
    source = f"<nav>首页</nav><p>{SENTENCE}</p><p>来源：司法所</p><p hidden>无。</p>"
    nodes = LexborHTMLParser(source).css("*")
    dropped = read(source).dropped
    assert [(item.text, item.reason) for item in dropped] == [
        ("首页", "navigation"),
        ("来源：司法所", "words of the page"),
        ("无。", "hidden"),
    ]
    assert [nodes[item.place.steps[0][1]].text() for item in dropped] == [
        "首页",
        "来源：司法所",
        "无。",
    ]


def check_pieces(source: str, document: Document) -> None:
    """Pieces are in order, cover all but what the reader put between, and are their nodes' text."""
    nodes = LexborHTMLParser(source).css("*")
    end = 0
    for piece in document.pieces:
        assert end <= piece.start < piece.end
        between = document.text[end : piece.start]
        assert re.fullmatch(r"\n?[\t ]*(?:-?\w+\. )?", between), between
        end = piece.end
        (step,) = piece.place.steps
        assert step[0] == "node"
        own = "".join(nodes[step[1]].text(deep=False).split())
        assert "".join(document.text[piece.start : end].split()) in own
    assert end == len(document.text)


@pytest.mark.parametrize("page", [*pages("tuned"), *pages("held_out")], ids=lambda page: page.name)
def test_pieces_are_the_text_of_their_nodes(page: Page) -> None:
    document = read_html(page.raw, page.name)
    check_pieces(webpage.decode_html(page.raw, page.name, None), document)
    assert document.places(0, 5)


GB = '<meta charset="gb2312">'


@pytest.mark.parametrize(
    ("head", "charset"),
    [
        ("", "utf-8"),
        ("", "utf-8-sig"),
        ("", "utf-16"),
        ("", "gb18030"),
        (GB, "gb18030"),
        (GB, "utf-8"),
        ('<META http-equiv=Content-Type content="text/html; charset=GBK">', "gb18030"),
        ('<meta charset="utf-8">', "gb18030"),
        ('<meta charset="nonsense">', "utf-8"),
        (f"<!--{'说明' * 400}-->{GB}", "gb18030"),
    ],
)
def test_charsets(head: str, charset: str) -> None:
    raw = f"{head}<p>{SENTENCE}㐀𠮷</p>".encode(charset)
    assert read_html(raw, "page.html").text == f"{SENTENCE}㐀𠮷"


def test_a_few_damaged_bytes_are_shown_as_in_a_browser() -> None:
    raw = f"{GB}<title>法治".encode("gbk")[:-1] + f"</title><p>{SENTENCE * 40}".encode("gbk")
    assert read_html(raw, "page.html").text == SENTENCE * 40


@pytest.mark.parametrize(("head", "charset"), [("", "utf-8"), ("", "gb18030"), (GB, "gb18030")])
def test_a_damaged_byte_is_marked(head: str, charset: str) -> None:
    lines = [f"{SENTENCE}{n}" for n in range(30)]
    raw = (head + "".join(f"<p>{line}</p>" for line in lines)).encode(charset)
    at = raw.index(lines[9].encode(charset))
    found = read_html(raw[:at] + b"\xff" + raw[at + 1 :], "page.html").text.split("\n")
    assert found[9][0] == "\ufffd"
    assert found[:9] + found[10:] == lines[:9] + lines[10:]


def test_encoding_is_believed() -> None:
    raw = f"<p>{SENTENCE}".encode("big5", "replace")
    assert read_html(raw, "a", "big5").text == raw[3:].decode("big5")
    with pytest.raises(ReadError, match=r"a: not text in utf-8, .*try another --encoding"):
        read_html(raw, "a", "utf-8")
    with pytest.raises(ReadError, match="there is no encoding 'no-such'"):
        read_html(raw, "a", "no-such")


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "no tags"),
        ("办结20件。".encode(), "not a web page.*save it as .txt"),
        (b"PK\x03\x04\x00<a>", "not a web page; save the page as HTML"),
        (b"<html><body><div id=app></div><script>x()</script>", "no article text.*script"),
        ("<nav><a href=/>首页</a></nav>".encode(), "no article text"),
        (b"<div>" * 2000, "over 1,000 elements deep;.* --limit html_depth=NUMBER"),
        (b"<div>" * 5000, "too many tags are left open"),
        (b"<br>" * 50_000, r"over 40,000 tags \(50,000\);.* --limit html_tags=NUMBER"),
        (b"<p " + b" ".join(b"a%d" % n for n in range(9000)) + b">", "<p> has over 2,000 attr"),
        (b"".join(b"<b a=%d>" % n for n in range(900)) + b"<p>x" * 900, "too many tags are left"),
    ],
)
def test_what_is_no_article(raw: bytes, message: str) -> None:
    with pytest.raises(ReadError, match=rf"(?s)^bad\.html: .*(?:{message})"):
        read_html(raw, "bad.html")


@pytest.mark.parametrize("limit", ["html_tags", "html_depth"])
def test_limits_can_be_changed(limit: str) -> None:
    page = "<div>" * 60 + "<p>办结二十件。</p>" + "</div>" * 60
    for most, fits in ((30, False), (300, True)):
        limits = Limits.parse([f"{limit}={most}"])
        if fits:
            assert read_html(page.encode(), "a.html", limits=limits).text.strip() == "办结二十件。"
        else:
            with pytest.raises(ReadError, match=f"over 30 .* --limit {limit}=NUMBER"):
                read_html(page.encode(), "a.html", limits=limits)


MEGABYTE = 1_000_000
HOSTILE = {
    "nesting": "<div>" * (MEGABYTE // 5),
    "nesting under the limits": "<ul><li>" * 3_999 + "<br>" * 30_000,
    "ends of what is not open": "<div>" * 900 + "</p>" * 39_000,
    "unclosed": "<p><b><i><table><tr><td>甲。" * 1_500,
    "less than": "<" * MEGABYTE,
    "comments": "<!--" * (MEGABYTE // 4),
    "quotes": '<a x="' * (MEGABYTE // 6),
    "an attribute": f'<p a="{"x" * MEGABYTE}" style="{";" * MEGABYTE}">甲。',
    "attributes": "<p " + " ".join(f"a{n}" for n in range(MEGABYTE // 7)),
    "entities": "<p>" + "&#0;&#x110000;&#xD800;&nosuch;" * (MEGABYTE // 30),
    "white space": "<p>甲" + " \n" * (MEGABYTE // 2) + "乙。",
    "one line": "<p>" + SENTENCE * (MEGABYTE // len(SENTENCE)),
    "breadcrumbs": "<p>" + "首页 > " * (MEGABYTE // 5),
    "a title": f"<title>{SENTENCE * 20_000}</title>" + f"<p>{SENTENCE}" * 20_000,
    "open lists": "<ol reversed><li>甲。" * 400,
    "cells": "<table>" + "<tr><td>甲<td>乙" * 12_000,
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_pages_take_seconds(source: str) -> None:
    begin = time.process_time()
    try:
        document = read(source)
    except ReadError:
        pass
    else:
        assert "\0" not in document.text
        document.text.encode()
    assert time.process_time() - begin < 20  # they take from 0 to 5


FRAGMENTS = st.sampled_from(
    [
        *("<p>", "</p>", "<div>", "</div>", "<table>", "<tr>", "<td>", "</table>", "<br>", "<ol>"),
        *("<li>", "<b>", "</b>", "<a href=/>", "</a>", "<pre>", "<h2>", "</h2>", "<!--", "-->"),
        *("<nav>", "<p hidden>", "<select><option>", "<template>", "<svg><p>", "<frameset>", "<"),
        *(
            "<html>",
            "<body>",
            "</body>",
            "<title>",
            "<script>",
            "&#0;",
            "&nbsp;",
            "\r\n",
            "&#xD800",
        ),
        *(
            "来源：",
            "首页 > 公开 > 报告",
            SENTENCE,
            "一、举措",
            " ",
            "\u3000",
            "2024-01-05",
            "甲。",
            "\x00",
        ),
        *('<li value="-3">', '<ol type="A" start="-1">', "<span style='display:block'>", "</ol>"),
    ]
)


@given(st.lists(st.one_of(FRAGMENTS, FRAGMENTS, st.text(max_size=6)), max_size=60))
def test_any_page_gives_a_document_or_an_error(parts: list[str]) -> None:
    source = "".join(parts).encode("utf-8", "replace").decode()
    try:
        document = read(source)
    except ReadError as error:
        assert str(error).startswith("page.html: ")
        return
    assert document.text.strip()
    check_pieces(source, document)
    for start, end in document.headings:
        assert 0 <= start < end <= len(document.text)


@given(
    st.binary(max_size=200),
    st.sampled_from([b"", b"\xff\xfe", b"\xef\xbb\xbf", b"<meta charset=gbk>"]),
)
def test_any_bytes_give_a_document_or_an_error(raw: bytes, head: bytes) -> None:
    try:
        read_html(head + b"<p>" + raw, "page.html")
    except ReadError as error:
        assert str(error).startswith("page.html: ")
