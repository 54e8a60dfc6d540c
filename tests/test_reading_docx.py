"""Word files to documents: text, places, automatic numbers, what is dropped, and faulty files."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from pathlib import Path

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fazhi.documents import Document
from fazhi.errors import ReadError
from fazhi.limits import Limits
from fazhi.reading.docx import read_docx
from fazhi.reading.numbering import write_number

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
SPACES = " ".join(
    f'xmlns:{prefix}="http://schemas.openxmlformats.org/{name}"'
    for prefix, name in {
        "w": "wordprocessingml/2006/main",
        "m": "officeDocument/2006/math",
        "mc": "markup-compatibility/2006",
    }.items()
)
ROOTS = {"comments": "comments", "header": "hdr", "footer": "ftr"}


def pack(body: str, **parts: str) -> bytes:
    """A .docx file with this body, and parts (``numbering``, ``header`` …) with these contents."""
    files = {"word/document.xml": f"<w:document {SPACES}><w:body>{body}</w:body></w:document>"}
    for kind, content in parts.items():
        root = ROOTS.get(kind, kind)
        files[f"word/{kind}.xml"] = f"<w:{root} {SPACES}>{content}</w:{root}>"
    types = [(kind, f"{WORD}.{kind}+xml") for kind in parts]
    types.append(("document", f"{WORD}.document.main+xml"))
    overrides = "".join(
        f'<Override PartName="/word/{kind}.xml" ContentType="{name}"/>' for kind, name in types
    )
    default = '<Default Extension="{0}" ContentType="application/{1}"/>'
    defaults = default.format("xml", "xml") + default.format(
        "rels", "vnd.openxmlformats-package.relationships+xml"
    )
    files["[Content_Types].xml"] = (
        f'<Types xmlns="{PACKAGE}/content-types">{defaults}{overrides}</Types>'
    )
    files["_rels/.rels"] = relate({"officeDocument": "word/document.xml"})
    files["word/_rels/document.xml.rels"] = relate({kind: f"{kind}.xml" for kind in parts})
    return zipped(files)


def relate(targets: dict[str, str]) -> str:
    items = (
        f'<Relationship Id="r{i}" Type="{OFFICE}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(targets.items())
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(items)}</Relationships>'


def zipped(files: dict[str, str] | dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def read(body: str, **parts: str) -> Document:
    return read_docx(pack(body, **parts), "a.docx")


def p(content: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{content}</w:p>"


def r(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def table(*rows: Sequence[str]) -> str:
    cells = ("".join(f"<w:tc>{cell}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def field(code: str, result: str) -> str:
    return (
        f"{mark('begin')}<w:r><w:instrText> {code} </w:instrText></w:r>{mark('separate')}"
        f"{result}{mark('end')}"
    )


def mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def level(number: int, text: str, format: str = "decimal", more: str = "", start: int = 1) -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="{start}"/><w:numFmt w:val="{format}"/>{more}'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def abstract(number: int, *levels: str) -> str:
    return f'<w:abstractNum w:abstractNumId="{number}">{"".join(levels)}</w:abstractNum>'


def num(number: int, of: int, more: str = "") -> str:
    return f'<w:num w:numId="{number}"><w:abstractNumId w:val="{of}"/>{more}</w:num>'


def override(number: int, content: str) -> str:
    return f'<w:lvlOverride w:ilvl="{number}">{content}</w:lvlOverride>'


def listed(number: int, level: int) -> str:
    return f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'


def style(name: str, content: str = "", title: str = "", type: str = "paragraph") -> str:
    return (
        f'<w:style w:type="{type}" w:styleId="{name}"><w:name w:val="{title or name}"/>'
        f"{content}</w:style>"
    )


# --- Automatic numbers -------------------------------------------------------------------------

CHINESE = (
    "一 二 三 四 五 六 七 八 九 十 十一 十二 十三 十四 十五 十六 十七 十八 十九 二十 "
    "二十一 二十二 二十三 二十四 二十五 二十六 二十七 二十八 二十九 三十"
)
DECIMAL = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30"
ROMAN = (
    "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx "
    "xxi xxii xxiii xxiv xxv xxvi xxvii xxviii xxix xxx"
)
LETTERS = "a b c d e f g h i j k l m n o p q r s t u v w x y z aa bb cc dd"
AFTER_10 = " 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30"
AFTER_20 = " 21 22 23 24 25 26 27 28 29 30"
# ECMA-376 Part 1, 17.18.59: the names and the numbers 1 to 30.
FORMATS = {
    "decimal": DECIMAL,
    "decimalHalfWidth": DECIMAL,
    "someFormatOfTheFuture": DECIMAL,
    "decimalZero": "01 02 03 04 05 06 07 08 09" + DECIMAL[17:],
    "decimalFullWidth": (
        "１ ２ ３ ４ ５ ６ ７ ８ ９ １０ １１ １２ １３ １４ １５ １６ １７ １８ １９ ２０ "
        "２１ ２２ ２３ ２４ ２５ ２６ ２７ ２８ ２９ ３０"
    ),
    "decimalEnclosedCircle": "① ② ③ ④ ⑤ ⑥ ⑦ ⑧ ⑨ ⑩ ⑪ ⑫ ⑬ ⑭ ⑮ ⑯ ⑰ ⑱ ⑲ ⑳" + AFTER_20,
    "decimalEnclosedCircleChinese": "① ② ③ ④ ⑤ ⑥ ⑦ ⑧ ⑨ ⑩" + AFTER_10,
    "decimalEnclosedFullstop": "⒈ ⒉ ⒊ ⒋ ⒌ ⒍ ⒎ ⒏ ⒐ ⒑ ⒒ ⒓ ⒔ ⒕ ⒖ ⒗ ⒘ ⒙ ⒚ ⒛" + AFTER_20,
    "decimalEnclosedParen": "⑴ ⑵ ⑶ ⑷ ⑸ ⑹ ⑺ ⑻ ⑼ ⑽ ⑾ ⑿ ⒀ ⒁ ⒂ ⒃ ⒄ ⒅ ⒆ ⒇" + AFTER_20,
    "ideographEnclosedCircle": "㈠ ㈡ ㈢ ㈣ ㈤ ㈥ ㈦ ㈧ ㈨ ㈩" + AFTER_10,
    "ordinal": (
        "1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th 11th 12th 13th 14th 15th 16th 17th 18th 19th "
        "20th 21st 22nd 23rd 24th 25th 26th 27th 28th 29th 30th"
    ),
    "lowerRoman": ROMAN,
    "upperRoman": ROMAN.upper(),
    "lowerLetter": LETTERS,
    "upperLetter": LETTERS.upper(),
    "chineseCounting": CHINESE,
    "chineseCountingThousand": CHINESE,
    "taiwaneseCounting": CHINESE,
    "taiwaneseCountingThousand": CHINESE,
    "japaneseCounting": CHINESE,
    "chineseLegalSimplified": (
        "壹 贰 叁 肆 伍 陆 柒 捌 玖 壹拾 壹拾壹 壹拾贰 壹拾叁 壹拾肆 壹拾伍 壹拾陆 壹拾柒 壹拾捌 "
        "壹拾玖 贰拾 贰拾壹 贰拾贰 贰拾叁 贰拾肆 贰拾伍 贰拾陆 贰拾柒 贰拾捌 贰拾玖 叁拾"
    ),
    "ideographLegalTraditional": (
        "壹 貳 參 肆 伍 陸 柒 捌 玖 壹拾 壹拾壹 壹拾貳 壹拾參 壹拾肆 壹拾伍 壹拾陸 壹拾柒 壹拾捌 "
        "壹拾玖 貳拾 貳拾壹 貳拾貳 貳拾參 貳拾肆 貳拾伍 貳拾陸 貳拾柒 貳拾捌 貳拾玖 參拾"
    ),
    "ideographDigital": (
        "一 二 三 四 五 六 七 八 九 一〇 一一 一二 一三 一四 一五 一六 一七 一八 一九 二〇 "
        "二一 二二 二三 二四 二五 二六 二七 二八 二九 三〇"
    ),
    "ideographTraditional": "甲 乙 丙 丁 戊 己 庚 辛 壬 癸" + AFTER_10,
    "ideographZodiac": "子 丑 寅 卯 辰 巳 午 未 申 酉 戌 亥" + AFTER_10[6:],
    "ideographZodiacTraditional": (
        "甲子 乙丑 丙寅 丁卯 戊辰 己巳 庚午 辛未 壬申 癸酉 甲戌 乙亥 丙子 丁丑 戊寅 己卯 庚辰 辛巳 "
        "壬午 癸未 甲申 乙酉 丙戌 丁亥 戊子 己丑 庚寅 辛卯 壬辰 癸巳"
    ),
}


@pytest.mark.parametrize("format", FORMATS)
def test_number_formats(format: str) -> None:
    assert [write_number(value, format) for value in range(1, 31)] == FORMATS[format].split()


@pytest.mark.parametrize(
    ("format", "value", "expected"),
    [
        ("none", 3, ""),
        ("numberInDash", 3, "- 3 -"),
        ("decimalFullWidth2", 12, "１２"),
        ("001", 7, "007"),
        ("chineseCounting", 99, "九十九"),
        ("chineseCounting", 100, "一○○"),
        ("chineseCountingThousand", 100, "一百"),
        ("chineseCountingThousand", 101, "一百〇一"),
        ("chineseCountingThousand", 110, "一百一十"),
        ("chineseCountingThousand", 2024, "二千〇二十四"),
        ("chineseCountingThousand", 30005, "三万〇五"),
        ("taiwaneseCounting", 110, "一一○"),
        ("taiwaneseCountingThousand", 101, "一百零一"),
        ("taiwaneseDigital", 101, "一○一"),
        ("japaneseCounting", 1110, "千百十"),
        ("japaneseLegal", 11, "壱拾壱"),
        ("japaneseDigitalTenThousand", 10, "一〇"),
        ("chineseLegalSimplified", 1001, "壹仟零壹"),
        ("ideographLegalTraditional", 10100, "壹萬零壹佰"),
        ("ordinal", 111, "111th"),
        ("lowerLetter", 781, "781"),
        ("upperRoman", 1994, "MCMXCIV"),
        ("ideographZodiacTraditional", 61, "61"),
        ("chineseCounting", 0, "0"),
        ("lowerRoman", -4, "-4"),
        ("lowerRoman", 10**8, "100000000"),
    ],
)
def test_numbers_beyond_thirty(format: str, value: int, expected: str) -> None:
    assert write_number(value, format) == expected


REPORT = abstract(
    1,
    level(0, "%1、", "chineseCountingThousand"),
    level(1, "（%2）", "chineseCountingThousand"),
    level(2, "%3."),
)
OUTLINE = abstract(2, level(0, "%1", "chineseCounting"), level(1, "%1.%2"), level(2, "%1.%2.%3"))
RESTARTS = abstract(
    3,
    level(0, "%1."),
    level(1, "%2)", more='<w:lvlRestart w:val="0"/>'),
    level(2, "%3)"),
    level(3, "%4)", more='<w:lvlRestart w:val="1"/>'),
)
START_5 = '<w:startOverride w:val="5"/>'


@pytest.mark.parametrize(
    ("numbering", "used", "expected"),
    [
        # Levels begin anew below a higher one.
        (
            REPORT + num(1, 1),
            [(1, 0), (1, 1), (1, 2), (1, 2), (1, 1), (1, 2), (1, 0), (1, 1)],
            "一、 （一） 1. 2. （二） 1. 二、 （一）",
        ),
        # Lists with one definition count on, with two they do not.
        (REPORT + num(1, 1) + num(2, 1), [(1, 0), (2, 0), (1, 0)], "一、 二、 三、"),
        (
            REPORT + OUTLINE + num(1, 1) + num(2, 2),
            [(1, 0), (2, 0), (1, 0), (2, 0)],
            "一、 一 二、 二",
        ),
        # startOverride: at the first use alone; where the level begins anew, from there too.
        (
            REPORT + num(1, 1) + num(2, 1, override(0, START_5)),
            [(1, 0), (2, 0), (2, 0), (1, 0), (2, 0)],
            "一、 五、 六、 七、 八、",
        ),
        (
            REPORT + num(1, 1, override(1, START_5)),
            [(1, 0), (1, 1), (1, 1), (1, 0), (1, 1)],
            "一、 （五） （六） 二、 （五）",
        ),
        # A level above that was not used counts as begun.
        (OUTLINE + num(1, 2), [(1, 2), (1, 1), (1, 0)], "一.1.1 一.2 二"),
        # lvlRestart: 0 never, 1 after the first level alone.
        (
            RESTARTS + num(1, 3),
            [(1, 0), (1, 1), (1, 0), (1, 1)],
            "1. 1) 2. 2)",
        ),
        (
            RESTARTS + num(1, 3),
            [(1, 0), (1, 2), (1, 3), (1, 2), (1, 3), (1, 0), (1, 3)],
            "1. 1) 1) 2) 2) 2. 1)",
        ),
        # isLgl writes all numbers in digits.
        (
            abstract(
                1,
                level(0, "第%1章", "chineseCounting"),
                level(1, "%1.%2", more="<w:isLgl/>"),
                level(2, "%1.%2.%3"),
            )
            + num(1, 1),
            [(1, 0), (1, 0), (1, 1), (1, 2)],
            "第一章 第二章 2.1 二.1.1",
        ),
        # A level of its own for one list.
        (
            REPORT + num(1, 1) + num(2, 1, override(0, level(0, "第%1条", "decimal"))),
            [(1, 0), (2, 0)],
            "一、 第2条",
        ),
        # A list style, and the list that refers to it.
        (
            '<w:abstractNum w:abstractNumId="1"><w:numStyleLink w:val="S"/></w:abstractNum>'
            + abstract(2, '<w:styleLink w:val="S"/>', level(0, "%1、", "chineseCounting"))
            + num(1, 1)
            + num(2, 2),
            [(1, 0), (2, 0)],
            "一、 二、",
        ),
        # Bullets, also from a symbol font; no number; a custom format.
        (abstract(1, level(0, "\uf0b7", "bullet")) + num(1, 1), [(1, 0), (1, 0)], "• •"),
        (abstract(1, level(0, "", "bullet")) + num(1, 1), [(1, 0)], ""),
        (abstract(1, level(0, "附件%1", "none")) + num(1, 1), [(1, 0)], "附件"),
        (
            abstract(
                1,
                '<w:lvl w:ilvl="0"><w:start w:val="9"/>'
                '<mc:AlternateContent><mc:Choice Requires="x">'
                '<w:numFmt w:val="custom" w:format="001, 002, 003, ..."/></mc:Choice><mc:Fallback>'
                '<w:numFmt w:val="decimal"/></mc:Fallback></mc:AlternateContent>'
                '<w:lvlText w:val="%1."/></w:lvl>',
            )
            + num(1, 1),
            [(1, 0), (1, 0)],
            "009. 010.",
        ),
        # What is missing or wrong gives no number.
        (abstract(1, level(0, "%1.%2")) + num(1, 1), [(1, 0)], ""),
        (REPORT + num(1, 1), [(0, 0), (7, 0), (1, 8), (1, -1)], ""),
        (num(1, 4), [(1, 0)], ""),
        (abstract(1, '<w:lvl w:ilvl="x"/>', '<w:lvl w:ilvl="0"/>') + num(1, 1), [(1, 0)], ""),
        (
            abstract(1, level(0, "%1、", more="<w:rPr><w:vanish/></w:rPr>")) + num(1, 1),
            [(1, 0)],
            "",
        ),
    ],
)
def test_lists(numbering: str, used: list[tuple[int, int]], expected: str) -> None:
    body = "".join(p(r("*"), listed(*place)) for place in used)
    lines = read(body, numbering=numbering).text.split("\n")
    assert [line.removesuffix("*").rstrip() for line in lines] == (
        expected.split() if expected else [""] * len(used)
    )


@pytest.mark.parametrize(
    ("text", "gap", "expected"),
    [
        ("%1、", "tab", "1、普法"),
        ("%1.", "tab", "1.普法"),
        ("（%1）", "tab", "（1）普法"),
        ("1.%1", "tab", "1.1 普法"),
        ("第%1章", "tab", "第1章 普法"),
        ("第%1章", "space", "第1章 普法"),
        ("%1、", "space", "1、 普法"),
        ("第%1章", "nothing", "第1章普法"),
        ("%1、", "", "1、普法"),
    ],
)
def test_gap_after_a_number(text: str, gap: str, expected: str) -> None:
    more = f'<w:suff w:val="{gap}"/>' if gap else ""
    numbering = abstract(1, level(0, text, more=more)) + num(1, 1)
    assert read(p(r("普法"), listed(1, 0)), numbering=numbering).text == expected


def test_circled_numbers_have_no_gap() -> None:
    numbering = abstract(1, level(0, "%1", "decimalEnclosedCircle")) + num(1, 1)
    assert read(p(r("普法"), listed(1, 0)), numbering=numbering).text == "①普法"


def test_numbers_of_styles() -> None:
    numbering = (
        abstract(
            1,
            level(0, "%1、", "chineseCounting", '<w:pStyle w:val="H1"/>'),
            level(1, "（%2）", "chineseCounting", '<w:pStyle w:val="H2"/>'),
            level(2, "%3."),
        )
        + num(1, 1)
        + num(2, 1)
    )
    in_list = "<w:pPr><w:numPr>{}</w:numPr></w:pPr>"
    first = '<w:numId w:val="1"/>'
    styles = (
        style("H1", in_list.format(first))
        + style("H2", '<w:basedOn w:val="H1"/>')
        + style("H3", '<w:basedOn w:val="H1"/>' + in_list.format('<w:ilvl w:val="2"/>'))
        + style("Own", '<w:basedOn w:val="H2"/>')
        + style("Off", '<w:basedOn w:val="H1"/>' + in_list.format('<w:numId w:val="0"/>'))
        + style("Loop", '<w:basedOn w:val="Loop"/>')
    )
    body = [
        p(r("甲"), '<w:pStyle w:val="H1"/>'),
        p(r("乙"), '<w:pStyle w:val="H2"/>'),
        p(r("丙"), '<w:pStyle w:val="H3"/>'),
        p(r("丁"), '<w:pStyle w:val="Own"/>'),
        p(r("戊"), '<w:pStyle w:val="Off"/>'),
        p(r("己"), '<w:pStyle w:val="H1"/><w:numPr><w:numId w:val="0"/></w:numPr>'),
        p(r("庚"), '<w:pStyle w:val="H1"/><w:numPr><w:ilvl w:val="1"/></w:numPr>'),
        p(r("辛"), '<w:pStyle w:val="Loop"/>'),
        p(r("壬"), '<w:pStyle w:val="H1"/>'),
    ]
    document = read("".join(body), numbering=numbering, styles=styles)
    assert document.text.split("\n") == (
        ["一、甲", "（一）乙", "1.丙", "（二）丁", "戊", "己", "（三）庚", "辛", "二、壬"]
    )


def test_default_style_and_old_properties() -> None:
    numbering = REPORT + num(1, 1)
    default = style("N", "<w:pPr><w:numPr><w:numId w:val='1'/></w:numPr></w:pPr>")
    default = default.replace("w:styleId", 'w:default="1" w:styleId')
    changed = f"<w:pPrChange><w:pPr>{listed(1, 2)}</w:pPr></w:pPrChange>"
    document = read(p(r("甲"), changed) + p(""), numbering=numbering, styles=default)
    assert document.text == "一、甲\n二、"


def test_a_number_is_a_piece() -> None:
    document = read(p(r("前")) + p(r("普法"), listed(1, 0)), numbering=REPORT + num(1, 1))
    assert document.text == "前\n一、普法"
    assert [(document.text[x.start : x.end], str(x.place)) for x in document.pieces] == [
        ("前", "paragraph 1, run 1"),
        ("一、", "numbering 2"),
        ("普法", "paragraph 2, run 1"),
    ]


def test_text_boxes_and_notes_count_for_themselves() -> None:
    item = p(r("甲"), listed(1, 0))
    box = f"<w:r><w:pict><w:txbxContent>{item}</w:txbxContent></w:pict></w:r>"
    document = read(item + p(r("乙") + box, listed(1, 0)) + item, numbering=REPORT + num(1, 1))
    assert document.text == "一、甲\n二、乙\n一、甲\n三、甲"


# --- Text --------------------------------------------------------------------------------------

RUBY = "<w:r><w:ruby><w:rt>{}</w:rt><w:rubyBase>{}</w:rubyBase></w:ruby></w:r>"
SYMBOL = '<w:r><w:sym w:font="{}" w:char="{}"/></w:r>'
DELETED_MARK = "<w:rPr><w:del/></w:rPr>"
HIDDEN_MARK = "<w:rPr><w:vanish/><w:specVanish/></w:rPr>"
BOX = (
    "<w:r>{0}<mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><x:wsp xmlns:x='x'>"
    "<w:txbxContent>{1}</w:txbxContent></x:wsp></w:drawing></mc:Choice><mc:Fallback><w:pict>"
    "<w:txbxContent>{1}</w:txbxContent></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
)
MERGED = "<w:tcPr><w:vMerge/></w:tcPr>"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (p(r("全年") + r("普法")) + p("") + p(r("完")), "全年普法\n\n完"),
        (p(r(" 普法 ")), " 普法 "),
        (p("<w:r><w:t>\n  普法  </w:t></w:r>"), "普法"),
        (p(r("普\n法")), "普 法"),
        (
            p(r("一") + "<w:r><w:br/><w:t>二</w:t><w:cr/><w:tab/><w:t>三</w:t></w:r>"),
            "一\n二\n\t三",
        ),
        (p("<w:r><w:br w:type='page'/></w:r>" + r("一")), "一"),
        (p(r("一") + "<w:r><w:br w:type='page'/></w:r>") + p(r("二")), "一\n二"),
        (p(r("一") + "<w:r><w:br w:type='page'/></w:r>" + r("二")), "一\n二"),
        (p(r("2021") + "<w:r><w:noBreakHyphen/><w:softHyphen/></w:r>" + r("2025")), "2021-2025"),
        # Symbols
        (p(SYMBOL.format("Wingdings", "F0FE") + r("已办")), "☑已办"),
        (p(SYMBOL.format("Symbol", "F0B3") + r("95%")), "≥95%"),
        (p(SYMBOL.format("Webdings", "F061")), "•"),
        (p(SYMBOL.format("宋体", "2460")), "①"),
        (p(SYMBOL.format("宋体", "D800") + SYMBOL.format("宋体", "x") + r("一")), "一"),
        # Ruby, formulas
        (p(RUBY.format(r("fǎ"), r("法")) + r("治")), "法治"),
        (
            p(
                "<m:oMath><m:f><m:num><m:r><m:t>3</m:t></m:r></m:num>"
                "<m:den><m:r><m:t>4</m:t></m:r></m:den></m:f></m:oMath>" + r("的案件")
            ),
            "3/4的案件",
        ),
        # Links, fields
        (p(f"<w:hyperlink><w:smartTag>{r('条例')}</w:smartTag></w:hyperlink>"), "条例"),
        (p(field("PAGEREF x", r("12")) + r("件")), "12件"),
        (p(f"<w:fldSimple w:instr='DATE'>{r('2025年')}</w:fldSimple>"), "2025年"),
        (p(field(f"IF {field('REF a', r('x'))} = 1", r("是")) + r("否")), "是否"),
        (p(mark("begin") + r("XE 法") + mark("end") + r("普法")), "普法"),
        (p(mark("begin") + r("丢")) + p(r("普法")), "\n普法"),
        (p(mark("end") + mark("separate") + r("普法")), "普法"),
        # Changes
        (p(r("一") + f"<w:ins>{r('二')}</w:ins><w:moveTo>{r('三')}</w:moveTo>"), "一二三"),
        (p(r("一") + "<w:del><w:r><w:delText>二</w:delText></w:r></w:del>" + r("三")), "一三"),
        (p(r("一")) + p(f"<w:moveFrom>{r('二')}</w:moveFrom>") + p(r("三")), "一\n三"),
        (p(r("前"), DELETED_MARK) + p(r("后")), "前后"),
        (p(r("前"), DELETED_MARK) + table([p(r("表"))]), "前\n表"),
        (p(r("前"), DELETED_MARK), "前"),
        # Hidden text; a hidden mark runs two paragraphs into one line
        (p(r("甲") + r("乙", "<w:vanish/>") + r("丙", "<w:vanish w:val='0'/>")), "甲丙"),
        (p(r("（一）普法。"), HIDDEN_MARK) + p(r("全年开展。")), "（一）普法。全年开展。"),
        (p(r("甲")) + p(r("乙", "<w:vanish/>"), HIDDEN_MARK) + p(r("丙")), "甲\n丙"),
        # Tables
        (table([p(r("指标")), p(r("数值"))], [p(r("普法")), p(r("6次"))]), "指标\t数值\n普法\t6次"),
        (p(r("前")) + table([p(""), p(r("值"))], [p(""), p("")]) + p(r("后")), "前\n\t值\n\t\n后"),
        (table([p(r("一")) + p(r("二")), p(r("三"))]) + p(r("四")), "一\n二\t三\n四"),
        (
            table(
                [p(r("类")), p(r("甲"))], [MERGED + p(""), p(r("乙"))], [p(r("丙")), MERGED + p("")]
            )
            + p(r("后")),
            "类\t甲\n乙\n丙\n后",
        ),
        (
            table([p(r("外")), table([p(r("内")), p(r("里"))]) + p("")], [p(r("下")), p(r("底"))]),
            "外\t内\t里\n下\t底",
        ),
        (
            f"<w:tbl><w:sdt><w:sdtContent><w:tr><w:tc>{p(r('一'))}</w:tc></w:tr></w:sdtContent>"
            f"</w:sdt><w:tr><w:trPr><w:del/></w:trPr><w:tc>{p(r('删'))}</w:tc></w:tr>"
            f"<w:tr><w:tc>{p(r('二'))}</w:tc><w:tc><w:tcPr><w:cellDel/></w:tcPr>{p(r('删'))}</w:tc>"
            f"</w:tr></w:tbl>",
            "一\n二",
        ),
        # Text boxes: once, after their paragraph
        (p(BOX.format("", p(r("框")))) + p(r("文")), "框\n文"),
        (p(BOX.format("<w:t>一</w:t>", p(r("框"))) + r("二")) + p(r("文")), "一二\n框\n文"),
        (table([p(BOX.format("<w:t>甲</w:t>", p(r("框")))), p(r("乙"))]), "甲\n框\t乙"),
        # Content controls
        (f"<w:sdt><w:sdtContent>{p(r('一'))}</w:sdtContent></w:sdt>" + p(r("二")), "一\n二"),
        (p(f"<w:sdt><w:sdtPr/><w:sdtContent>{r('一')}</w:sdtContent></w:sdt>"), "一"),
    ],
)
def test_text(body: str, expected: str) -> None:
    document = read(body)
    assert document.text == expected
    check(document)


def check(document: Document) -> None:
    """Pieces are in order, and what belongs to none is a break that the reader put there."""
    end = 0
    for piece in document.pieces:
        assert end <= piece.start < piece.end
        assert not document.text[end : piece.start].strip("\t\n")
        end = piece.end
    assert not document.text[end:].strip("\t\n")
    for start, end in document.headings:
        assert document.text[start:end] == document.text[start:end].strip() != ""
    assert all(item.text.strip() for item in document.dropped)


def test_hidden_by_style() -> None:
    hidden = "<w:rPr><w:vanish/></w:rPr>"
    styles = (
        style("Secret", hidden)
        + style("Whisper", hidden, type="character")
        + style("Soft", '<w:basedOn w:val="Whisper"/>', type="character")
    )
    soft, secret = '<w:rStyle w:val="Soft"/>', '<w:pStyle w:val="Secret"/>'
    body = p(r("甲") + r("乙", soft)) + p(r("丙") + r("丁", soft), secret)
    document = read(body, styles=styles)
    assert document.text == "甲\n丁"
    assert [(x.text, x.reason) for x in document.dropped] == [("乙", "hidden"), ("丙", "hidden")]


def test_notes() -> None:
    def note(kind: str, id: int, content: str) -> str:
        return f'<w:{kind} w:id="{id}">{content}</w:{kind}>'

    def reference(kind: str, id: int) -> str:
        return f'<w:r><w:{kind}Reference w:id="{id}"/></w:r>'

    footnotes = note("footnote", 0, p(r("线"))) + note("footnote", 2, p(r("注一")) + p(r("续")))
    footnotes += note("footnote", 3, p(r("注二") + reference("footnote", 3)))
    footnotes += note("footnote", 4, "")
    body = p(r("达97%") + reference("footnote", 2) + r("。") + reference("endnote", 1))
    body += p(r("完") + reference("footnote", 3) + reference("footnote", 9))
    body += p(reference("footnote", 2) + reference("footnote", 4))
    document = read(body, footnotes=footnotes, endnotes=note("endnote", 1, p(r("尾注"))))
    assert document.text == "达97%。\n注一\n续\n尾注\n完\n注二"
    places = [str(piece.place) for piece in document.pieces]
    assert places[1:5] == [
        "paragraph 1, run 3",
        "footnote 1, paragraph 1, run 1",
        "footnote 1, paragraph 2, run 1",
        "endnote 1, paragraph 1, run 1",
    ]
    assert places[-1] == "footnote 2, paragraph 1, run 1"


def test_places() -> None:
    inner = table([p(r("内"))]) + p(r("后"))
    body = p(r("甲") + r("乙")) + table([p(r("丙")), p("") + p(r("丁")) + inner])
    body += p("<w:del>" + r("删") + "</w:del>" + r("戊") + BOX.format("", p(r("框"))))
    document = read(body)
    check(document)
    assert [(document.text[x.start : x.end], str(x.place)) for x in document.pieces] == [
        ("甲", "paragraph 1, run 1"),
        ("乙", "paragraph 1, run 2"),
        ("丙", "table 1, row 1, cell 1, paragraph 1, run 1"),
        ("丁", "table 1, row 1, cell 2, paragraph 2, run 1"),
        ("内", "table 1, row 1, cell 2, table 1, row 1, cell 1, paragraph 1, run 1"),
        ("后", "table 1, row 1, cell 2, paragraph 3, run 1"),
        ("戊", "paragraph 2, run 2"),
        ("框", "paragraph 2, box 1, paragraph 1, run 1"),
    ]
    start = document.text.index("乙")
    assert [place.steps for place in document.places(start, start + 1)] == [
        (("paragraph", 0), ("run", 1))
    ]


def test_headings() -> None:
    outline = '<w:pPr><w:outlineLvl w:val="{}"/></w:pPr>'
    styles = (
        style("A1", title="heading 1")
        + style("B2", title="标题 2")
        + style("Own", '<w:basedOn w:val="A1"/>')
        + style("Part", outline.format(0))
        + style("Body", '<w:basedOn w:val="A1"/>' + outline.format(9))
        + style("Title")
    )
    names = ["A1", "B2", "Own", "Part", "Body", "Title", "None"]
    body = "".join(p(r(f" {name} "), f'<w:pStyle w:val="{name}"/>') for name in names)
    body += p(r("直接"), f'{listed(1, 0)}<w:outlineLvl w:val="1"/>')
    body += p(r("不是"), '<w:pStyle w:val="A1"/><w:outlineLvl w:val="9"/>')
    body += p("", '<w:outlineLvl w:val="1"/>') + p(r("藏", "<w:vanish/>"), '<w:pStyle w:val="A1"/>')
    document = read(body, styles=styles, numbering=REPORT + num(1, 1))
    check(document)
    found = [document.text[start:end] for start, end in document.headings]
    assert found == ["A1", "B2", "Own", "Part", "一、直接"]


# --- What is dropped ---------------------------------------------------------------------------

GALLERY = (
    "<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val='Table of Contents'/></w:docPartObj>"
    "</w:sdtPr><w:sdtContent>{}</w:sdtContent></w:sdt>"
)
TOC_FIELD = (
    p(
        mark("begin")
        + '<w:r><w:instrText> TOC \\o "1-2" </w:instrText></w:r>'
        + mark("separate")
        + r("一、举措")
        + "<w:r><w:tab/></w:r>"
        + field("PAGEREF x", r("1"))
    )
    + p("")
    + p(r("二、问题") + mark("end"))
)


@pytest.mark.parametrize(
    ("body", "text", "dropped"),
    [
        (
            GALLERY.format(p(r("目录")) + p(r("一、举措 1"))) + p(r("正文")),
            "正文",
            [
                ("目录", "table of contents", "paragraph 1"),
                ("一、举措 1", "table of contents", "paragraph 2"),
            ],
        ),
        (
            p(r("题")) + TOC_FIELD + p(r("正文")),
            "题\n正文",
            [
                ("一、举措\t1", "table of contents", "paragraph 2"),
                ("二、问题", "table of contents", "paragraph 4"),
            ],
        ),
        (
            p(f"<w:fldSimple w:instr=' TOC '>{r('举措')}</w:fldSimple>") + p(r("正文")),
            "正文",
            [("举措", "table of contents", "paragraph 1")],
        ),
        (
            p(r("举措 3"), '<w:pStyle w:val="T1"/>') + p(r("正文")),
            "正文",
            [("举措 3", "table of contents", "paragraph 1")],
        ),
        (
            p(
                r("甲", "<w:vanish/>")
                + r("乙")
                + r("丙", "<w:vanish/>")
                + f"<w:del>{r('丁')}</w:del>"
            ),
            "乙",
            [("甲丙", "hidden", "paragraph 1"), ("丁", "deleted", "paragraph 1")],
        ),
        (
            p(r("乙") + f"<w:moveFrom>{r('甲')}</w:moveFrom>"),
            "乙",
            [("甲", "moved away", "paragraph 1")],
        ),
        (
            p(r("乙") + f"<w:del>{BOX.format('', p(r('框')))}</w:del>"),
            "乙",
            [("框", "deleted", "paragraph 1, box 1, paragraph 1")],
        ),
        (
            table([p(r("甲"))], [MERGED + p(r("乙"))]),
            "甲",
            [("乙", "merged cell", "table 1, row 2, cell 1, paragraph 1")],
        ),
    ],
)
def test_dropped(body: str, text: str, dropped: list[tuple[str, str, str]]) -> None:
    document = read(body, styles=style("T1", title="toc 1"))
    check(document)
    assert document.text == text
    assert [(x.text, x.reason, str(x.place)) for x in document.dropped] == dropped


def test_headers_footers_and_comments_are_listed() -> None:
    document = read(
        p("<w:commentRangeStart w:id='1'/>" + r("正文") + "<w:r><w:commentReference/></w:r>"),
        header=p("") + p(r("云溪县人民政府"), listed(1, 0)),
        footer=p(field("PAGE", r("3"))),
        comments=f"<w:comment w:id='1'>{p(r('核实'))}</w:comment>",
        numbering=REPORT + num(1, 1),
    )
    check(document)
    assert document.text == "正文"
    assert [(x.text, x.reason, str(x.place)) for x in document.dropped] == [
        ("云溪县人民政府", "header", "header 1, paragraph 2"),
        ("3", "footer", "footer 1, paragraph 1"),
        ("核实", "comment", "comment 1, paragraph 1"),
    ]


# --- Files of other programs -------------------------------------------------------------------


def test_a_file_of_python_docx() -> None:
    report = docx.Document()
    report.add_heading("云溪县法治政府建设报告", level=1)
    for text in ("开展普法宣传6次。", "化解纠纷391件。"):
        report.add_paragraph(text, style="List Number")
    report.add_paragraph("专项检查", style="List Bullet")
    cells = report.add_table(rows=1, cols=2).rows[0].cells
    cells[0].text, cells[1].text = "办结率", "97%"
    report.sections[0].header.paragraphs[0].text = "页眉"
    buffer = io.BytesIO()
    report.save(buffer)
    document = read_docx(buffer.getvalue(), "a.docx")
    check(document)
    assert document.text.split("\n") == [
        "云溪县法治政府建设报告",
        "1.开展普法宣传6次。",
        "2.化解纠纷391件。",
        "•专项检查",
        "办结率\t97%",
    ]
    assert document.headings == ((0, 11),)
    assert [x.reason for x in document.dropped] == ["header"]
    for piece in document.pieces:
        node = report
        for name, number in piece.place.steps:
            if name != "numbering":
                node = getattr(node, f"{name}s")[number]
        assert node is report or node.text == document.text[piece.start : piece.end]


def test_the_strict_edition_and_other_paths() -> None:
    raw = pack(p(r("普法"), listed(1, 0)), numbering=REPORT + num(1, 1))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    strict = {
        name.replace("document", "document2"): content.replace(
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        )
        .replace(OFFICE.encode(), b"http://purl.oclc.org/ooxml/officeDocument/relationships")
        .replace(b'Target="word/document.xml"', b'Target="/word/document2.xml"')
        for name, content in files.items()
    }
    assert read_docx(zipped(strict), "a.docx").text == "一、普法"
    wide = files | {
        "word/document.xml": files["word/document.xml"].decode().encode("utf-16"),
        "word/numbering.xml": b"\xef\xbb\xbf" + files["word/numbering.xml"],
    }
    assert read_docx(zipped(wide), "a.docx").text == "一、普法"
    del files["_rels/.rels"], files["word/_rels/document.xml.rels"]
    assert read_docx(zipped(files), "a.docx").text == "普法"


# --- Faulty files ------------------------------------------------------------------------------

GOOD = pack(p(r("普法"), listed(1, 0)) * 50, numbering=REPORT + num(1, 1))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
DOCUMENT = "word/document.xml"
ENTITIES = (
    '<!DOCTYPE d [<!ENTITY a "法法法法">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + ']><w:document xmlns:w="w">&i;</w:document>'
)


def flagged(raw: bytes, bit: int) -> bytes:
    """The archive with a flag set on all its members."""
    changed = bytearray(raw)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = raw.find(mark)
        while place >= 0:
            changed[place + offset] |= bit
            place = raw.find(mark, place + 1)
    return bytes(changed)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "not a .docx file"),
        ("法治政府".encode(), "not a .docx file"),
        (OLE, "old Word file"),
        (OLE + "EncryptedPackage".encode("utf-16-le") + bytes(99), "remove the password"),
        (flagged(GOOD, 1), "remove the password"),
        (GOOD[:-30], "cut off"),
        (GOOD[:200], "cut off"),
        (b"PK\x03\x04", "cut off"),
        (zipped({"a.txt": "x"}), "no word/document.xml"),
        (zipped({DOCUMENT: "<a/>"}), "no word/document.xml"),
        (zipped({DOCUMENT: f"<w:document {SPACES}/>"}), "no word/document.xml"),
        (zipped({DOCUMENT: "<a>"}), "document.xml is broken XML"),
        (zipped({DOCUMENT: ""}), "document.xml is broken XML"),
        (zipped({DOCUMENT: "<a>&b;</a>"}), "document.xml is broken XML"),
        (zipped({DOCUMENT: b"<a>\xff</a>"}), "document.xml is broken XML"),
        (zipped({DOCUMENT: ENTITIES}), "DOCTYPE"),
        (zipped({DOCUMENT: ENTITIES.encode("utf-16")}), "DOCTYPE"),
        (pack(p(r("普法")), styles="<w:style>"), "styles.xml is broken XML"),
        (pack(p("")), "no text"),
    ],
)
def test_faulty_files(raw: bytes, message: str) -> None:
    with pytest.raises(ReadError, match=message) as caught:
        read_docx(raw, "报告.docx")
    assert str(caught.value).startswith("报告.docx: ")


def test_unknown_packing() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr(DOCUMENT, "<a/>")
    with pytest.raises(ReadError, match="packed in an unknown way"):
        read_docx(buffer.getvalue(), "a.docx")


def test_zip_bomb() -> None:
    bomb = zipped({DOCUMENT: b" " * (33 * 2**20)})
    assert len(bomb) < 2**16
    with pytest.raises(ReadError, match=r"over 32 MiB when unpacked.*--limit unpacked_mib=NUMBER"):
        read_docx(bomb, "a.docx")


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (Limits(members=3), "over 3 files inside;.* --limit members=NUMBER"),
        (Limits(xml_elements=100), "over 100 elements;.* --limit xml_elements=NUMBER"),
        (Limits(xml_depth=4), "over 4 elements deep;.* --limit xml_depth=NUMBER"),
    ],
)
def test_limits(limits: Limits, message: str) -> None:
    with pytest.raises(ReadError, match=message):
        read_docx(GOOD, "a.docx", limits)


def test_what_is_unpacked_is_bounded_in_all() -> None:
    blank = " " * (600 * 2**10)
    raw = pack(p(r("普法")) + blank, footnotes=blank)
    assert read_docx(raw, "a.docx", Limits(unpacked_mib=2)).text.strip() == "普法"
    with pytest.raises(ReadError, match=r"over 1 MiB when unpacked;.* --limit unpacked_mib=NUM"):
        read_docx(raw, "a.docx", Limits(unpacked_mib=1))


def test_deep_nesting() -> None:
    with pytest.raises(ReadError, match=r"over 200 elements deep;.* --limit xml_depth=NUMBER"):
        read(p("<w:r>" * 100_000 + "</w:r>" * 100_000))


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("<w:p><w:r>", "</w:r></w:p>"),
        ("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>"),
        ("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"),
        ("<w:p><w:txbxContent>", "</w:txbxContent></w:p>"),
        ("<w:p><w:ins>", "</w:ins></w:p>"),
    ],
)
def test_as_deep_as_allowed(opening: str, closing: str) -> None:
    times = 195 // opening.count("<")
    document = read(p(r("普法")) + opening * times + closing * times)
    assert document.text.strip() == "普法"


def test_long_chains_end() -> None:
    styles = "".join(style(f"S{i}", f'<w:basedOn w:val="S{i + 1}"/>') for i in range(3000))
    notes = "".join(
        f"<w:footnote w:id='{i}'><w:p><w:r><w:footnoteReference w:id='{i + 1}'/></w:r></w:p>"
        "</w:footnote>"
        for i in range(3000)
    )
    fields = p(mark("begin") * 3000)
    body = p(r("普法"), '<w:pStyle w:val="S0"/>') + fields
    body += p("<w:r><w:footnoteReference w:id='0'/></w:r>")
    assert read(body, styles=styles, footnotes=notes).text.strip() == "普法"


SEED = pack(
    p(r("普法"), listed(1, 0))
    + table([p(r("甲")), MERGED + p("")], [p(BOX.format("", p(r("框")))), p(r("乙"))])
    + TOC_FIELD
    + p(field("DATE", r("x")) + SYMBOL.format("Symbol", "F0B3"), '<w:pStyle w:val="A"/>'),
    numbering=REPORT + num(1, 1, override(0, START_5)),
    styles=style("A", '<w:basedOn w:val="A"/>', "heading 1"),
    footnotes="<w:footnote w:id='1'/>",
)


def read_or_refuse(raw: bytes) -> None:
    try:
        document = read_docx(raw, "a.docx")
    except ReadError as error:
        assert str(error).startswith("a.docx: ")
    else:
        check(document)


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_damaged_bytes(data: st.DataObject) -> None:
    raw = bytearray(SEED)
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(raw) - 1))
        raw[place : place + data.draw(st.integers(0, 8))] = data.draw(st.binary(max_size=8))
    read_or_refuse(
        bytes(raw[: data.draw(st.integers(0, len(raw)))])
        if data.draw(st.booleans())
        else bytes(raw)
    )


@given(st.randoms(use_true_random=False), st.sampled_from(["document", "numbering", "styles"]))
@settings(max_examples=200, deadline=None)
def test_damaged_xml(rng: random.Random, part: str) -> None:
    with zipfile.ZipFile(io.BytesIO(SEED)) as archive:
        files = {name: archive.read(name).decode() for name in archive.namelist()}
    pieces = files[f"word/{part}.xml"].split("<")
    for _ in range(rng.randint(1, 4)):
        here, there = rng.randrange(2, len(pieces)), rng.randrange(2, len(pieces))
        pieces[here] = rng.choice(
            [pieces[there], pieces[here].replace("w:val", "w:x"), "w:r/>", ""]
        )
    files[f"word/{part}.xml"] = "<".join(pieces)
    read_or_refuse(zipped(files))


TAGS = """p r t tab br cr sym del ins moveFrom hyperlink sdt sdtContent sdtPr tbl tr tc tcPr vMerge
    pPr rPr numPr numId ilvl pStyle rStyle vanish outlineLvl txbxContent fldChar instrText fldSimple
    ruby rubyBase rt footnoteReference abstractNum abstractNumId num lvl lvlText lvlOverride start
    startOverride numFmt numStyleLink styleLink style basedOn name footnote docPartObj"""
NAMES = "val id ilvl numId abstractNumId styleId type fldCharType instr char font default"
VALUES = "0 1 8 -1 9999999999 A begin separate end TOC %1、%9 page bullet F0B3 D800"
XML = st.recursive(
    st.sampled_from(["", "<w:t>法</w:t>", "<w:instrText>TOC</w:instrText>"]),
    lambda inner: st.builds(
        lambda tag, name, value, content: (
            f'<w:{tag} w:{name}="{value}">{"".join(content)}</w:{tag}>'
        ),
        st.sampled_from(TAGS.split()),
        st.sampled_from(NAMES.split()),
        st.sampled_from(VALUES.split()),
        st.lists(inner, max_size=4),
    ),
    max_leaves=15,
)


@given(XML, XML, XML, XML)
@settings(max_examples=200, deadline=None)
def test_any_elements(body: str, numbering: str, styles: str, footnotes: str) -> None:
    start = p(r("普法"), listed(1, 0))
    read_or_refuse(
        pack(
            start + body,
            numbering=REPORT + num(1, 1) + numbering,
            styles=styles,
            footnotes=footnotes,
        )
    )


# --- Another reader's opinion ------------------------------------------------------------------


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_same_text_as_libreoffice(tmp_path: Path) -> None:
    """White space apart, lists and their numbers come out as LibreOffice writes them."""
    rng = random.Random(7)
    numbering = REPORT + OUTLINE + num(1, 1) + num(2, 2) + num(3, 1, override(0, START_5))
    lists = [
        p(r(f"第{i}项"), listed(rng.choice([1, 1, 2, 3]), rng.choice([0, 1, 1, 2])))
        for i in range(40)
    ]
    changes = f"<w:ins w:id='1' w:author='a'>{r('新增')}</w:ins>"
    changes += "<w:r><w:br/></w:r>" + RUBY.format(r("fǎ"), r("法"))
    body = "".join(lists) + p(changes) + p(field('HYPERLINK "#x"', r("附件")))
    path = tmp_path / "a.docx"
    path.write_bytes(pack(body, numbering=numbering, styles=""))
    command = ["soffice", "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"]
    command += ["--convert-to", "txt:Text (encoded):UTF8", "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    theirs = path.with_suffix(".txt").read_text("utf-8-sig").splitlines()
    ours = read_docx(path.read_bytes(), "a.docx").text.split("\n")
    assert ["".join(line.split()) for line in ours] == ["".join(line.split()) for line in theirs]
