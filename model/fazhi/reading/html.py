"""Saved web pages to documents: the article of a page, without the site around it.

Each line of a page is judged by its words and its links. The article is the stretch of lines with
most text in sentences, in the smallest element that holds nearly all such text, with the title that
stands before it. The words are those of Chinese government sites.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from fazhi.documents import Document, Dropped, Piece, Place
from fazhi.errors import ReadError
from fazhi.limits import DEFAULT_LIMITS, Limits
from fazhi.reading.webpage import Line, Page, decode_html, letters

_OWN_PAGE = b'<meta name="generator" content="fazhi'
_LABELS = (  # sure to be words of a page, even alone in a line or a cell
    r"(?:信息)?索引号|(?:主题|信息|组配|体裁)分类|主题词|关键[词字]|体裁|服务对象|内容概述"
    r"|(?:公开)?责任部门|(?:发[文布]|公开|制发|生成|信息提供)(?:机[构关]|单位|部门|者|人)"
    r"|发文字号|(?:成文|发[文布]|公开|生成|生效|失效|废止|更新|录入|印发|制发|实施|施行)(?:日期|时间)"
    r"|(?:更新|发[布表])于|有效性|时效性?|公开(?:方式|形式|范围|时限|属性|类别)|信息来源|责任编辑|责编"
    r"|(?:浏览|访问|点击|阅读)(?:次数|人数|[量数率])?|(?:文章)?字[号体](?:大小)?|视力保护色"
    r"|分享[到至]|[上下]一[篇条页]|版权所有|(?:icp)?备案号|(?:政府)?网站标识码|邮政编码|微信号|功能介绍"
)
_WEAK_LABELS = (  # with a colon alone
    r"发布|(?:文件)?编号|文号|(?:信息|文件)?(?:标题|名称)|(?:公开)?目录|日期|时间|有效期|审核|校对|[初复终]审"
    r"|(?:文章|稿件|文件)?来源|(?:文章)?作者|供稿|撰稿|摄影|录入|编辑|值班主任|人气|分享|热搜|声明|技术支持"
    r"|[您你]?(?:现在|当前|目前)?的?(?:所在)?的?位置|(?:主办|承办|主管|维护|协办)(?:单位)?"
    r"|(?:联系)?(?:电话|地址)|邮编|传真"
)
_NOISE = re.compile(  # of a line without its white space
    rf"""
      ^\W*(?:{_LABELS})(?:[:：\]】）)|丨｜\t]|[\d\W年月日]*$)        # [发布日期] 2024-01-05
    | ^\W*(?:{_WEAK_LABELS})[:：\]】|丨｜]                          # 来源：
    | ^\W*(?:网站)?(?:首页|主[站页])[>＞›»→/|·-]                    # 首页 > 政务公开 > 年度报告
    | ^[>＞›»→]|^[^，。；]{{0,80}}[^>＞›»→][>＞›»→]+[^>＞›»→]+[>＞›»→]  # 区政府 >> 某镇 >> 总结
    | ^[^，。；]{{0,30}}星期[一二三四五六日天]|^农历                # 2024年1月5日 星期五
    | 版权所有|ICP备|公网安备|网站标识码|copyright|©|技术支持[:：]
    | (?:微信|手机)扫|扫一扫\W?(?:在手机|分享|关注|打开|下载)|扫码(?:查看|阅读|关注|分享)
    | 识别.{{0,4}}二维码|长按.{{0,6}}关注|点击.{{0,20}}(?:关注|蓝字)|阅读原文|写留言|收录于
    | 预览时标签不可点|网友(?:评论|留言)|朗读全文|语音播报由|语音朗读
    | ^\W*(?:相关|推荐|延伸|往期|热[点门]|最新|精选|更多)(?:文[章件]|阅读|链接|信息|新闻|稿件|推荐
        |内容|资讯|专题|动态|政策|解读|附件|留言)[^，。；]{{0,6}}$  # 相关文章：
    | ^\W*(?:您好)?.?欢迎(?:您|访问|光临|进入)|您是第|设为首页|加入收藏|友情链接|快捷键
    | (?:您的|使用|[a-z])浏览器|浏览效果|在浏览器中?打开|分辨率.{{0,12}}浏览|建议.{{0,8}}分辨率
    | cookie|敬请谅解|系统升级|第\d+页.{{0,3}}共\d+页|您对.{{0,12}}满意|有帮助吗
    | 未经.{{0,12}}(?:授权|许可|允许)|如需转载|转载请?注明|如有侵权|免责声明|[只仅]供参考
    | 本网站|本站(?:原创|转载|刊载|内容|声明|总|今日)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SEGMENT = re.compile(  # of a short line: 新市镇 2024/1/5 8:30; 原创 某街道 2024年1月5日 17:35
    rf"""
      (?:^|[\s|｜丨·])(?:{_LABELS}|{_WEAK_LABELS})\s*[:：]
    | (?<!\d)\d{{4}}[-/.]\d\d?[-/.]\d\d?(?!\d) | \d日\s*\d\d?:\d\d
    """,
    re.VERBOSE | re.IGNORECASE,
)
_NOISE_CHARS = 160  # a longer line is no noise whatever its words
_CONTROL = re.compile(  # each word of a line of buttons: 【字号：大 中 小】 打印 分享到 微信
    r"打印(?:本页|此页|正文|文章|全文)?|关闭(?:窗口|本页|页面)?|返回(?:列表|顶部|首页|上页)?|回到顶部"
    r"|顶部|top|收藏(?:本页)?|分享[到至]?|下载|(?:我要)?纠错|推荐|点?赞|在看|转发|评论|字[号体]|超大|特大"
    r"|标准|大中小|[大中小繁简ax]|[繁简][体體]|播放(?:语音)?|暂停|停止|朗读|听全文|语速|[慢快倍]速"
    r"|护眼模式|[长适][者老]?模式|[长适][者老]版|手机版|无障碍(?:浏览|阅读)?|微信|(?:新浪)?微博|空间|朋友圈"
    r"|qq|qq空间|qq好友|end|[本全]文(?:结束|完)|原创|正文|首页"
)
_WORD = re.compile(r"[^\W\d_]+")
_SENTENCE = re.compile(r"[。；：！？;:!?][”’」』）)\]]?$")
_SENTENCE_CHARS = 20  # a line with this many letters is taken for a sentence without a mark
_TITLE = re.compile(
    r"(?:法治|法制|依法行政|依法治).{0,40}(?:报告|总结|情况|计划|打算)\W*$"
    r"|^(?:工作)?(?:情况|总结)的?报告\W*$"  # the last of a title's lines
)
_TITLE_PART = re.compile(  # a line before it: 青石镇人民政府; 青石镇关于2024年度; 法治政府建设
    r"[^，。、：:]{2,40}(?:政府|委员会|办公室|[局厅部委办院行社]|街道|办事处|支队|中心)"
    r"|[^，。：:]{0,30}(?:关于|法治|\d{4}年)[^，。：:]{0,30}"
)
_PART = re.compile(r"[（(]?[一二三四五六七八九十]+[、）)]|第.{1,3}部分")  # 一、法治政府建设情况
_LINK_SHARE = 0.6  # of the letters of a line, for a line of links
_CONTAINER_SHARE = 0.95  # of the text in sentences, for the element that is the article's
_GROUP_SHARE = 0.2  # of that text, at most, for a group of lines to be dropped as one
_SHOWN_BY_SCRIPT = 4  # times the text that is shown: so much is not hidden once scripts have run
_NOISE_WEIGHT = 30  # letters in sentences that make up for a line of noise before them
_TITLE_WITHIN = 6  # lines: a notice of the site may stand before a title that is sure
_AMONG = "among words of the page"
_REPEATED = "repeated"
_OUTSIDE = "outside the article"


def read_html(
    raw: bytes, name: str, encoding: str | None = None, limits: Limits = DEFAULT_LIMITS
) -> Document:
    """The article of a web page; ``name`` stands in the messages of errors.

    ``encoding`` is what a server or a user says of the bytes. Without it, a byte order mark, UTF-8
    that holds, the page's own ``charset`` and detection are tried in this order.

    The text has a line for each block and each ``<br>``, and a tab between the cells of a row.
    White space is folded as in a browser (a line break between Chinese characters is nothing); NBSP
    and U+3000 stay. Numbers that a browser shows before ``<ol>`` items are in the text and in no
    piece. A place is ``node N``, the element (counted as in :mod:`fazhi.reading.webpage`) whose own
    text it is; a dropped line has the place of its beginning. Raises ReadError for what is no HTML
    or has no article, for a page of ``fazhi view``, and over a limit.
    """
    if _OWN_PAGE in raw[:4096]:
        raise ReadError(f"{name}: a page of fazhi view and no report; move it elsewhere")
    page = Page(decode_html(raw, name, encoding), name, limits)
    for line in page.lines:
        line.reason = _word_reason(line)
    shown = _shown(page)
    _drop_groups(shown, page)
    article = _article(shown, page)
    if not article:
        raise ReadError(
            f"{name}: no article text in the page; if a script fills it, open it in a browser, "
            "copy the report and save it as .txt"
        )
    return _document(article, page)


def _word_reason(line: Line) -> str:
    """Why a line is noise by its own words and links, or an empty string."""
    text = line.text
    words = [word.lower() for word in _WORD.findall(text)]
    if line.linked > _LINK_SHARE * sum(map(len, words)) and not _SENTENCE.search(text):
        return "links"
    compact = re.sub(r"[^\S\t]+", "", text)
    if len(compact) > _NOISE_CHARS:
        return ""
    is_mixed = len(compact) <= _NOISE_CHARS / 2 and "\t" not in text and _SEGMENT.search(text)
    if is_mixed or _NOISE.search(compact) or (words and all(map(_CONTROL.fullmatch, words))):
        return "words of the page"
    return ""


def _weight(line: Line) -> int:
    """The letters of a line that is a sentence or a row of a table, and no noise; else 0."""
    weight = 0 if line.reason else letters(line.text)
    is_running = weight >= _SENTENCE_CHARS or "\t" in line.text or _SENTENCE.search(line.text)
    return weight if is_running else 0


def _shown(page: Page) -> list[Line]:
    """The lines but repeats and, unless they are most of the page, hidden ones and navigation."""
    seen: set[str] = set()
    weights: Counter[int] = Counter()
    for line in page.lines:
        text = _compact(line.text)
        if line.aside < 0 and not line.reason and len(text) >= 2 * _SENTENCE_CHARS:
            line.reason = _REPEATED if text in seen else ""
            seen.add(text)
        weights[line.aside] += _weight(line)
    asides, shown = dict(page.asides), weights.pop(-1, 0)
    for aside, weight in weights.most_common():
        if weight > _SHOWN_BY_SCRIPT * shown:
            shown += weight
            del asides[aside]
    for line in page.lines:
        line.reason = asides.get(line.aside) or line.reason
    return [x for x in page.lines if x.aside not in asides and x.reason != _REPEATED]


def _drop_groups(lines: list[Line], page: Page) -> None:
    """Drop what stands among noise: the heads of lists of links, values beside their labels."""
    weights = _sums(lines, page, map(_weight, lines))
    noise = _sums(lines, page, (bool(line.reason) for line in lines))
    counts = _sums(lines, page, [1] * len(lines))
    dropped = [False] * len(counts)
    for i, count in enumerate(counts):
        is_noise = 2 * noise[i] >= count > 1 and weights[i] < _GROUP_SHARE * weights[0]
        dropped[i] = is_noise or (i > 0 and dropped[page.parents[i]])
    for line in lines:
        line.reason = line.reason or (_AMONG if dropped[line.box] else "")


def _sums(lines: list[Line], page: Page, values: Iterable[int]) -> list[int]:
    """For each element, the sum of the values of the lines inside it."""
    sums = [0] * len(page.parents)
    for line, value in zip(lines, values, strict=True):
        sums[line.box] += value
    for i in range(len(sums) - 1, 0, -1):
        sums[page.parents[i]] += sums[i]
    return sums


def _container(lines: list[Line], page: Page, weights: list[int]) -> range:
    """The smallest element, as the range of those inside, with nearly all sentences."""
    sums, counts = _sums(lines, page, weights), _sums(lines, page, [1] * len(lines))
    found, child = 0, 1
    while child < page.ends[found]:
        if counts[child] > 1 and sums[child] >= _CONTAINER_SHARE * sums[found]:
            found, child = child, child + 1
        else:
            child = page.ends[child]
    return range(found, page.ends[found])


def _article(lines: list[Line], page: Page) -> list[Line]:
    """The article's lines: the heaviest stretch, its title, its signature."""
    weights = [_weight(line) for line in lines]
    if not any(weights):  # a few words, with no sentence among them
        weights = [0 if line.reason else letters(line.text) for line in lines]
    if not any(weights):
        return []
    elements = _container(lines, page, weights)
    inside = [i for i, line in enumerate(lines) if line.box in elements]
    first, last = _heaviest(lines, inside, weights)
    start, stop = first, last + 1
    while start and not lines[start - 1].reason and (start > inside[0] or weights[start - 1]):
        start -= 1
    while stop < len(lines) and not lines[stop].reason and (stop <= inside[-1] or weights[stop]):
        stop += 1
    title = _title(lines, page, first)
    if title and title[0] >= start:
        start = title[0]
    elif title:
        opening = "".join(_compact(line.text) for line in lines[start : first + 1])
        if "".join(_compact(lines[i].text) for i in title) in opening:
            title = range(0)
    indexes = {*title, *(i for i in range(start, stop) if not lines[i].reason)}
    return [lines[i] for i in sorted(indexes)]


def _heaviest(lines: list[Line], inside: list[int], weights: list[int]) -> tuple[int, int]:
    """The first and the last line of the stretch with most text in sentences and least noise."""
    first = last = begin = inside[0]
    best = total = 0
    for i in inside:
        total += -_NOISE_WEIGHT if lines[i].reason else weights[i]
        if total <= 0:
            total, begin = 0, i + 1
        elif total > best:
            best, first, last = total, begin, i
    return first, last


def _title(lines: list[Line], page: Page, first: int) -> range:
    """The indexes of the title's lines, the text beginning in line ``first`` or near it."""
    found, best = 0, 0
    for i, line in enumerate(lines[: first + _TITLE_WITHIN]):
        text = _compact(line.text)
        if line.reason not in ("", _AMONG) or not 6 <= len(text) <= 100 or _PART.match(text):
            continue
        is_named = len(text) >= 10 and text in page.title
        rank = 2 * is_named + 3 * bool(_TITLE.search(text)) or int(line.heading >= 0)
        is_sure = best < rank == 5 and page.title.startswith(text)
        if rank and rank >= best and (i <= first or is_sure):
            found, best = i, rank
    start, stop = found, found + (best > 0)
    while 0 < start < stop and not lines[start - 1].reason:
        before = _compact(lines[start - 1].text)
        is_part = lines[start - 1].box == lines[found].box or before in page.title
        if not is_part and not _TITLE_PART.fullmatch(before):
            break
        start -= 1
    while start < stop < first and lines[stop].box == lines[found].box:
        stop += 1
    return range(start, stop)


def _compact(text: str) -> str:
    return "".join(text.split())


def _document(article: list[Line], page: Page) -> Document:
    parts: list[str] = []
    pieces: list[Piece] = []
    headings: dict[int, tuple[int, int]] = {}
    at = 0
    for line in article:
        if parts:
            parts.append("\n")
            at += 1
        begin = at
        for text, node in line.runs:
            parts.append(text)
            at += len(text)
            if node >= 0:
                pieces.append(Piece(at - len(text), at, _place(node)))
        if line.heading >= 0:
            headings[line.heading] = (headings.get(line.heading, (begin,))[0], at)
    kept = set(map(id, article))
    dropped = tuple(
        Dropped(line.text, line.reason or _OUTSIDE, _place(max(line.runs[0][1], line.box)))
        for line in page.lines
        if id(line) not in kept
    )
    return Document("".join(parts), tuple(pieces), dropped, tuple(headings.values()))


def _place(node: int) -> Place:
    return Place((("node", node),))
