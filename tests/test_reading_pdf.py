"""PDF files to documents: paragraphs, columns, tables, heads and feet, places, and faulty files."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import docx
import pytest
from docx.enum.section import WD_SECTION
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen
from hypothesis import given, settings
from hypothesis import strategies as st

from fazhi.documents import Document
from fazhi.errors import ReadError
from fazhi.limits import Limits
from fazhi.reading.furniture import is_page_number
from fazhi.reading.pdf import read_pdf

Text = tuple[float, float, str]  # from the left, from the bottom, what stands there

EM = 12
LEFT, TOP, COLUMNS = 72, 700, 37  # of a page of A4
# Invented clauses; a paragraph is several of them, so long that it is wrapped.
CLAUSES = (
    *("网格员逐户走访并登记隐患线索", "能当场说和的当场说和", "需要走程序的引导当事人依法申请"),
    *("司法所按月回访并记入台账", "群众的满意度逐步提升", "领导干部带头旁听庭审"),
    *("机关人员全部参加学法考试", "执法人员持证上岗并接受轮训", "案卷逐份评查"),
    *("发现的差错限期改正", "村务公开栏每季度更新", "合同由法律顾问审核"),
    *("镇村两级都设了调解室", "普法课送到工地和集市", "议事会定在每周四晚上"),
    *("窗口延时到晚上八点", "材料能免的都免", "重大事项先听证再上会"),
    *("规范性文件按时报备",),
)


def compose(number: int, clauses: int = 7) -> str:
    """A paragraph of its own for each number."""
    chosen = random.Random(number).sample(CLAUSES, clauses)
    return f"石桥镇第{number}项工作：{'，'.join(chosen)}"


LONG, OTHER = compose(1), compose(2)
UNICODE = """/CIDInit /ProcSet findresource begin 12 dict begin begincmap
/CMapName /X def 1 begincodespacerange <0000> <FFFF> endcodespacerange
{} beginbfrange
{}
endbfrange endcmap end end"""


def pack(objects: Sequence[bytes], trailer: str = "") -> bytes:
    """A PDF file of these objects, numbered from 1; the first is the catalog."""
    out, places = bytearray(b"%PDF-1.7\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R%s>>\n" % (len(objects) + 1, trailer.encode())
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def width_of(text: str) -> float:
    return sum(0.5 if char < "\x7f" else 1 for char in text) * EM


def stream(content: bytes, entries: str = "") -> bytes:
    return b"<</Length %d%s>>\nstream\n%s\nendstream" % (len(content), entries.encode(), content)


def draw(texts: Iterable[Text], size: float = EM, matrix: str = "1 0 0 1") -> str:
    return "\n".join(
        f"BT /F {size} Tf {matrix} {x} {y} Tm <{text.encode('utf-16-be').hex()}> Tj ET"
        for x, y, text in texts
    )


@cache
def font_file() -> bytes:
    """A font of one shape, a box."""
    pen = TTGlyphPen(None)
    pen.moveTo((50, -100))
    for corner in ((50, 850), (450, 850), (450, -100)):
        pen.lineTo(corner)
    pen.closePath()
    shape = pen.glyph()
    builder = FontBuilder(1000)
    builder.setupGlyphOrder([".notdef", "box"])
    builder.setupCharacterMap({0x41: "box"})
    builder.setupGlyf({".notdef": shape, "box": shape})
    builder.setupHorizontalMetrics(dict.fromkeys((".notdef", "box"), (1000, 50)))
    builder.setupHorizontalHeader(ascent=880, descent=-120)
    builder.setupNameTable({"familyName": "X", "styleName": "Regular"})
    builder.setupOS2()
    builder.setupPost()
    out = io.BytesIO()
    builder.save(out)
    return out.getvalue()


def build(
    *pages: str, box: str = "0 0 595 842", entries: str = "", mapped: bool = True, trailer: str = ""
) -> bytes:
    """A PDF file with these pages' contents; letters are an em wide, Latin ones half of that."""
    ranges = [f"<{high:02x}00> <{high:02x}FF> <{high:02x}00>" for high in range(256)]
    parts = [ranges[i : i + 100] for i in range(0, 256, 100)]
    cmap = UNICODE.format(
        len(parts[0]),
        "\nendbfrange\n".join(
            "\n".join(([f"{len(part)} beginbfrange"] if i else []) + part)
            for i, part in enumerate(parts)
        ),
    )
    count = len(pages)
    kids = " ".join(f"{7 + 2 * i} 0 R" for i in range(count))
    face = zlib.compress(font_file())
    font = (
        "<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[<</Type/Font"
        "/Subtype/CIDFontType2/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        "/Supplement 0>>/DW 1000/W[32 126 500]/CIDToGIDMap 6 0 R/FontDescriptor<</Type"
        "/FontDescriptor/FontName/X/Flags 4/Ascent 880/Descent -120/FontBBox[0 -120 1000 880]"
        "/ItalicAngle 0/CapHeight 700/StemV 80/FontFile2 5 0 R>>>>]"
        f"{'/ToUnicode 4 0 R' if mapped else ''}>>"
    )
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Kids[{kids}]/Count {count}>>".encode(),
        font.encode(),
        stream(cmap.encode()),
        stream(face, "/Filter/FlateDecode"),
        stream(zlib.compress(b"\0\1" * 0x10000), "/Filter/FlateDecode"),  # one shape for all
    ]
    for number, content in enumerate(pages):
        objects.append(
            f"<</Type/Page/Parent 2 0 R/MediaBox[{box}]{entries}/Contents {8 + 2 * number} 0 R"
            "/Resources<</Font<</F 3 0 R>>>>>>".encode()
        )
        objects.append(stream(content.encode()))
    return pack(objects, trailer)


def wrap(text: str, width: int = COLUMNS, indent: int = 2) -> list[tuple[int, str]]:
    """Lines of a text with the indent of each; no line begins with a mark that ends a clause."""
    lines: list[tuple[int, str]] = []
    while text:
        size = width - (0 if lines else indent)
        while size < len(text) and text[size] in "，。；：》”":
            size -= 1
        lines.append((0 if lines else indent, text[:size]))
        text = text[size:]
    return lines


def set_lines(
    paragraphs: Iterable[str],
    *,
    left: float = LEFT,
    top: float = TOP,
    width: int = COLUMNS,
    indent: int = 2,
    pitch: float = 20,
    gap: float = 0,
) -> list[Text]:
    """Where the lines of paragraphs stand."""
    texts = []
    for paragraph in paragraphs:
        for shift, line in wrap(paragraph, width, indent):
            texts.append((left + shift * EM, top, line))
            top -= pitch
        top -= gap
    return texts


def read(*pages: str, **options: str) -> Document:
    return read_pdf(build(*pages, **options), "report.pdf")


def lines(document: Document) -> list[str]:
    return document.text.split("\n")


def check(document: Document) -> None:
    """Pieces are in order, cover all but what joins them, and have boxes."""
    end = 0
    for piece in document.pieces:
        assert document.text[end : piece.start] in ("", " ", "\t", "\n")
        assert piece.start < piece.end
        assert [name for name, _ in piece.place.steps] == ["page", "line"]
        assert piece.place.box is not None
        left, bottom, right, top = piece.place.box
        assert left < right and bottom < top
        end = piece.end
    assert end == len(document.text)


@pytest.mark.parametrize("layout", [{"indent": 2}, {"indent": 0, "gap": 12}])
def test_lines_that_were_wrapped_are_joined(layout: dict[str, float]) -> None:
    want = [f"{LONG}，办结{n}件。" for n in (3, 12, 145)] + ["短句。", f"{OTHER}。", f"{LONG}。"]
    document = read(draw(set_lines(want, **layout)))  # type: ignore[arg-type]
    assert lines(document) == want
    check(document)


def test_paragraphs_go_on_over_pages_but_not_over_heads_and_feet() -> None:
    want = [f"{compose(n)}，办结{n}件。" for n in range(11, 41)]
    texts = set_lines(want)
    size = 30
    pages = []
    for start in range(0, len(texts), size):
        part = [(x, y + start * 20, text) for x, y, text in texts[start : start + size]]
        number = start // size + 1
        part += [(230, 790, "石桥镇年度报告汇编"), (280, 40, f"— {number} —")]
        pages.append(draw(part))
    document = read(*pages)
    assert lines(document) == want
    assert {(d.text, d.reason) for d in document.dropped} == {
        ("石桥镇年度报告汇编", "running head"),
        *((f"— {n + 1} —", "page number") for n in range(len(pages))),
    }
    assert [str(d.place) for d in document.dropped][:2] == ["page 1, line 31", "page 1, line 32"]
    check(document)


def test_headings_stand_alone_and_go_on_in_a_second_line() -> None:
    title = "石桥镇人民政府关于本年度推进法治政府建设工作情况的年度报告"
    heading = (
        "一、坚持把法治政府建设摆在全局工作的突出位置，持续用力推动各项重点任务落地见效的主要做法"
    )
    want = [heading, f"{LONG}。", "（一）抓学法。", f"{OTHER}。", "1.抓考试", f"{LONG}。"]
    big = draw([(78, 780, title[:24]), (249, 750, title[24:])], size=18)
    document = read(big + "\n" + draw(set_lines(want)))
    assert lines(document) == [title, *want]
    assert [document.text[a:b] for a, b in document.headings] == [title]


def test_a_heading_without_indents_or_gaps_is_told_by_its_mark() -> None:
    ends_at_the_margin = "石桥镇" + "全" * (2 * COLUMNS - 4) + "。"
    want = [ends_at_the_margin, "（二）抓学法", f"{OTHER}。"]
    assert lines(read(draw(set_lines(want, indent=0)))) == want


@pytest.mark.parametrize(
    ("first", "second", "want"),
    [
        ("by the rule", "of law", "by the rule of law"),
        ("2021-", "2025年", "2021-2025年"),
        ("办结率为", "97%", "办结率为97%"),
        ("开展了A", "类检查", "开展了A类检查"),
        ("govern\u00ad", "ment", "government"),
        ("办结1 2", "件", "办结1 2件"),
    ],
)
def test_what_stands_between_joined_lines(first: str, second: str, want: str) -> None:
    start = LEFT + 30 * EM - width_of(first)
    texts = [(LEFT, 740, "同" * int((start - LEFT) / EM)), (start, 740, first), (LEFT, 720, second)]
    document = read(draw([*texts, (LEFT, 700, "同" * 30), (LEFT, 680, "同" * 30)]))
    assert want in document.text
    check(document)


@pytest.mark.parametrize(
    ("text", "is_number"),
    [
        ("3", True),
        ("- 3 -", True),
        ("— 3 —", True),
        ("－３－", True),
        ("第3页", True),
        ("第 3 页 共 10 页", True),
        ("第三页，共十页", True),
        ("3/10", True),
        ("Page 3 of 10", True),
        ("iv", True),
        ("3件", False),
        ("2023年", False),
        ("第3条", False),
        ("一、", False),
    ],
)
def test_page_numbers(text: str, is_number: bool) -> None:
    assert is_page_number(text) is is_number


def test_numbers_in_the_text_are_no_page_numbers() -> None:
    assert lines(read(draw([*set_lines([f"{LONG}。"]), (300, 400, "12")]))) == [f"{LONG}。", "12"]


def number_pages(*feet: str, height: float = 40) -> Document:
    """Pages of text, each with something at its foot."""
    bodies = [set_lines([f"{compose(n)}。"]) for n in range(len(feet))]
    return read(*(draw([*b, (290, height, f)]) for b, f in zip(bodies, feet, strict=True)))


@pytest.mark.parametrize(
    ("feet", "dropped"),
    [
        (("1",), ["1"]),
        (("4",), []),
        (("- 4 -",), ["- 4 -"]),
        (("", "第2页"), ["第2页"]),
        (("", "2", "3"), ["2", "3"]),
        (("", "二", "三"), ["二", "三"]),
        (("iii", "iv"), ["iii", "iv"]),
        (("iv", ""), ["iv"]),
        (("3/5", "4/5", "5/5"), ["3/5", "4/5", "5/5"]),
        (("6", "4", "9"), []),
        (("", "4", "", ""), []),
    ],
)
def test_page_numbers_count_with_the_pages(feet: tuple[str, ...], dropped: list[str]) -> None:
    document = number_pages(*feet)
    assert [d.text for d in document.dropped] == dropped
    assert {d.reason for d in document.dropped} <= {"page number"}
    kept = [line for line in lines(document) if len(line) < 9]
    assert kept == [foot for foot in feet if foot and foot not in dropped]


def test_page_numbers_count_also_beside_words() -> None:
    chapters = [[(72, 790, f"第{n}章{'甲乙丙'[n - 3]}"), (500, 790, f"{n}")] for n in range(3, 6)]
    heads = [[(500, 790, "2")], *chapters]
    bodies = [set_lines([f"{compose(n)}。"]) for n in range(len(heads))]
    document = read(*(draw([*h, *b]) for h, b in zip(heads, bodies, strict=True)))
    assert [(d.text, d.reason) for d in document.dropped] == [("2", "page number")]


def test_words_between_quotes_keep_their_spaces() -> None:
    texts = ["the", "“plain”", "rule", "of", "the", "‘joining’", "of", "lines"]
    places = [LEFT + width_of(" ".join(["", *texts[:n]])) for n in range(len(texts))]
    page = draw([(x, 700, text) for x, text in zip(places, texts, strict=True)])
    written = draw([(LEFT, 680, "a space that is written")])
    assert read(f"{page}\n{written}").text == f"{' '.join(texts)} a space that is written"


def test_a_number_as_far_out_as_the_text_of_other_pages_is_no_page_number() -> None:
    others = [draw(set_lines([f"{compose(n)}。"], top=60)) for n in range(3)]
    pages = [draw([*set_lines([f"{OTHER}。"]), (290, 50, foot)]) for foot in "34"]
    document = read(*pages, *others)
    assert document.dropped == ()
    assert {"3", "4"} < set(lines(document))


@pytest.mark.parametrize(
    ("ruled", "numbers"), [(True, "4"), (False, "4"), (True, "345"), (False, "494")]
)
def test_a_number_in_a_cell_is_no_page_number(ruled: bool, numbers: str) -> None:
    table = rule(*((72, y, 472, y) for y in (780, 710, 680)))
    table += "\n" + rule(*((x, 680, x, 780) for x in (72, 272, 472)))
    cells = [(80, 724, "行政处罚"), (80, 690, "复议"), (280, 690, "5件")]
    cells += set_lines([f"{LONG}。"], top=640)
    pages = [draw([*cells, (280, 764, number)]) for number in numbers]
    document = read(*(f"{page}\n{table * ruled}" for page in pages))
    assert document.dropped == ()
    for number in numbers:
        assert (f"行政处罚\t{number}" if ruled else number) in lines(document)


def test_a_line_with_the_words_of_the_running_head_stays() -> None:
    title = "石桥镇2024年法治政府建设年度报告"
    bodies = [set_lines([f"{compose(n)}，办结{n}件。"], top=720) for n in range(1, 5)]
    head = draw([(250, 815, title)], size=8)
    first, *others = (draw(texts) for texts in bodies)
    first += "\n" + draw([(LEFT, 775, title)])
    document = read(*(f"{head}\n{page}" for page in (first, *others)))
    assert lines(document) == [title, *(f"{compose(n)}，办结{n}件。" for n in range(1, 5))]
    assert [(d.text, d.reason) for d in document.dropped] == [(title, "running head")] * 4


def test_an_address_that_ends_the_text_stays() -> None:
    address = "https://example.gov.cn/notice/12.html"
    document = read(draw([*set_lines([f"{LONG}。"], top=200), (LEFT, 100, address)]))
    assert lines(document) == [f"{LONG}。", address]


def lend(text: str, y: float, lent: str, *, rise: float = 0, size: float = EM) -> tuple[str, str]:
    """A line with gaps for the letters that a second font lends to it, and those letters."""

    def show(own: bool) -> str:
        parts = []
        for char in text:
            if (char not in lent) is own:
                parts.append(f"<{char.encode('utf-16-be').hex()}>")
            else:
                parts.append(f"{-1000 * width_of(char) / EM}")
        if own:
            return f"BT /F {EM} Tf {LEFT} {y} Td [{' '.join(parts)}] TJ ET"
        places = [(i, char) for i, char in enumerate(text) if char in lent]
        return draw([(LEFT + width_of(text[:i]), y + rise, c) for i, c in places], size=size)

    return show(True), show(False)


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("set_as", [{}, {"rise": 1.5}, {"rise": -1.5, "size": 10.5}])
@pytest.mark.parametrize("lent", ["“”", "“”《》，、", "“”0123456789%"])
@pytest.mark.parametrize(
    "text",
    [
        "“学法日”制度覆盖“两员”，“说”“评”“议”三步推行，“周四”晚上",
        "依《议事规则》《“十要点”》办结3件、12件，和解率97%，“回头看”",
    ],
)
def test_letters_of_a_second_font_stay_at_their_place(
    text: str, lent: str, set_as: dict[str, float], last: bool
) -> None:
    own, other = lend(text, 720, lent, **set_as)
    rest = draw(set_lines([f"{LONG}。"]))
    document = read("\n".join([own, rest, other] if last else [own, other, rest]))
    assert lines(document) == [text, f"{LONG}。"]
    check(document)


def test_a_line_printed_twice_in_two_fonts_counts_once() -> None:
    text = "推行“学法日”制度，办好“周四说事”"
    parts = [part for _ in range(2) for part in lend(text, 700, "“”")]
    shadow = [f"q 1 0 0 1 0.6 0 cm {part} Q" for part in parts[2:]]
    assert read("\n".join([*parts[:2], *shadow])).text == text


@pytest.mark.parametrize("by_row", [False, True])
def test_columns_are_read_one_after_the_other(by_row: bool) -> None:
    want = [f"{LONG}，共{n}件。" for n in (3, 4)] + [f"{OTHER}，共{n}件。" for n in (5, 6)]
    texts = set_lines(want, width=17)
    half = len(texts) // 2
    left = texts[:half]
    right = [(x + 20 * EM, y + half * 20, text) for x, y, text in texts[half:]]
    columns = sorted(left + right, key=lambda t: (-t[1], t[0])) if by_row else left + right
    head, tail = "通" * 35 + "栏开头。", "通" * 35 + "栏结尾。"
    low = min(y for _, y, _ in columns)
    page = draw([*set_lines([head], top=780), *columns, *set_lines([tail], top=low - 40)])
    assert lines(read(page)) == [head, *want, tail]


def rule(*boxes: tuple[float, float, float, float]) -> str:
    return "\n".join(f"{x} {y} m {to_x} {to_y} l S" for x, y, to_x, to_y in boxes)


def test_a_ruled_table_has_a_line_a_row() -> None:
    ys, xs = (700, 640, 580, 520), (72, 172, 272, 472)
    rules = rule(*((72, y, 472, y) for y in ys[:2] + ys[3:]), *((x, 520, x, 700) for x in xs))
    rules += "\n" + rule((172, 580, 472, 580))  # the first cell goes over two rows
    texts = [(80, 660, "类别"), (180, 660, "事项"), (280, 660, "数量")]
    texts += [(80, 600, "复议"), (180, 620, "受理的案"), (180, 604, "件")]
    texts += [(280, 610, "23件"), (180, 550, "办结"), (280, 550, "20件")]
    want = [f"{LONG}。", "类别\t事项\t数量", "复议\t受理的案件\t23件", "办结\t20件", f"{OTHER}。"]
    before, after = set_lines(want[:1], top=780), set_lines(want[-1:], top=480)
    shuffled = random.Random(1).sample(texts, len(texts))
    for order in (texts, shuffled):
        document = read(rules + "\n" + draw([*before, *order, *after]))
        assert lines(document) == want
        check(document)


def test_cells_of_a_table_without_rules_do_not_interleave() -> None:
    cells = [(80, 660, "受理的"), (80, 644, "案件"), (200, 660, "23件"), (320, 660, "同比下")]
    cells += [(320, 644, "降"), (80, 610, "调解"), (200, 610, "5件"), (320, 610, "持平")]
    want = ["受理的案件\t23件\t同比下降", "调解\t5件\t持平", f"{LONG}。"]
    assert lines(read(draw([*cells, *set_lines([f"{LONG}。"], top=560)]))) == want


@pytest.mark.parametrize(
    ("matrix", "turn"),
    [
        ("1 0 0 1", lambda x, y: (x, y)),
        ("0 1 -1 0", lambda x, y: (842 - y, x)),
        ("-1 0 0 -1", lambda x, y: (842 - x, 842 - y)),
        ("0 -1 1 0", lambda x, y: (y, 842 - x)),
    ],
)
def test_turned_pages(matrix: str, turn) -> None:  # type: ignore[no-untyped-def]
    want = [f"{LONG}，办结{n}件。" for n in (3, 4)]
    texts = [(*turn(x, y), text) for x, y, text in set_lines(want)]
    page = draw(texts, matrix=matrix) + "\n" + draw([(300, 300, "水印")], matrix="0.7 0.7 -0.7 0.7")
    document = read(page, box="0 0 842 842")
    assert lines(document) == want
    assert [(d.text, d.reason) for d in document.dropped] == [
        ("水印", "turned or outside the page")
    ]
    left, bottom, right, top = document.pieces[0].place.box or (0, 0, 0, 0)
    for x, y, text in texts[:1]:  # where the first line begins is a corner of its box
        assert min(abs(x - left), abs(x - right)) < 3 and min(abs(y - bottom), abs(y - top)) < 3
        long, short = sorted((right - left, top - bottom), reverse=True)
        assert long == pytest.approx(width_of(text), abs=3) and short < 2 * EM


def test_places() -> None:
    first, second = f"{LONG}，办结3件。", f"{OTHER}。"
    texts = set_lines([first])
    document = read(draw(texts), "", draw(set_lines([second])))
    assert lines(document) == [first, second]
    start = len(texts[0][2]) - 2
    found = document.places(start, start + 4)
    assert [str(place) for place in found] == ["page 1, line 1", "page 1, line 2"]
    for place, (x, y, text) in zip(found, texts, strict=False):
        want = (x, y - 0.12 * EM, x + width_of(text), y + 0.88 * EM)
        assert place.box == pytest.approx(want, abs=1.5)
    [last] = document.places(len(document.text) - 1, len(document.text))
    assert last.steps[0] == ("page", 2)


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("\u2f8f政机关受⼈⺠监督", "行政机关受人民监督"),  # radicals for characters
        ("依\u200b法\ufeff行\x00政", "依法行政"),
        ("扉页𠮷祥", "扉页𠮷祥"),
        ("半\ud800个", "半个"),
    ],
)
def test_odd_characters(text: str, want: str) -> None:
    hexed = text.encode("utf-16-be", "surrogatepass").hex()
    page = draw(set_lines([f"{LONG}。"])) + f"\nBT /F 12 Tf 72 500 Td <{hexed}> Tj ET"
    assert lines(read(page))[1] == want


def test_text_far_outside_the_page_is_dropped() -> None:
    page = draw([*set_lines([f"{LONG}。"]), (9e5, 100, "外"), (1e30, -1e30, "远")])
    document = read(page)
    assert document.text == f"{LONG}。"


def test_letters_printed_twice_count_once() -> None:
    texts = set_lines([f"{LONG}。"])
    shadow = [(x + 0.6, y, text) for x, y, text in texts]
    assert read(draw([*texts, *shadow])).text == f"{LONG}。"


IMAGE = "q 595 0 0 842 0 0 cm BI /W 1 /H 1 /BPC 8 /CS /G ID \x20 EI Q"  # a grey page
GOOD = build(draw(set_lines([f"{LONG}，办结{n}件。" for n in range(20)])))
LOCKED = (
    "/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<"
    + "ab" * 32
    + ">/U<"
    + "cd" * 32
    + ">>>"
)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "not a PDF"),
        (b"PK\x03\x04", "not a PDF"),
        (b"%PDF-1.7\n", "damaged or cut off"),
        (GOOD[:900], "damaged or cut off"),
        (build(), "damaged or cut off"),
        (build(draw(set_lines([LONG])), trailer=LOCKED), "protected by a password"),
        (build(""), "holds no text, only pictures of pages.*ocrmypdf -l chi_sim"),
        (build(IMAGE, IMAGE + draw([(280, 40, "- 2 -")])), "holds no text.*ocrmypdf"),
        (build(IMAGE + draw([(280, 400, "内部资料")]), IMAGE), "holds no text.*ocrmypdf"),
        (build(draw([(72, 700, "\ue123" * 30)])), "can't be read.*ocrmypdf"),
        (build(draw(set_lines([LONG])), mapped=False), "can't be read.*ocrmypdf"),
    ],
)
def test_faulty_files(raw: bytes, message: str) -> None:
    with pytest.raises(ReadError, match=f"^report.pdf: .*{message}"):
        read_pdf(raw, "report.pdf")


@pytest.mark.parametrize("limits", [Limits(pages=1), Limits(chars=100)])
def test_limits(limits: Limits) -> None:
    page = draw(set_lines([LONG]))
    with pytest.raises(ReadError, match=r"^x.pdf: .*over 1.*--limit"):
        read_pdf(build(page, page), "x.pdf", limits)


def test_a_page_that_is_a_picture_is_listed() -> None:
    document = read(draw(set_lines([f"{LONG}。"])), IMAGE)
    assert [(d.reason, str(d.place)) for d in document.dropped] == [("picture of a page", "page 2")]


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(
            st.floats(-1e4, 1e4), st.floats(-1e4, 1e4), st.text(st.characters(max_codepoint=0xFFFF))
        ),
        max_size=30,
    ),
    st.integers(1, 60),
)
def test_any_layout_is_read_or_refused(texts: list[Text], size: int) -> None:
    texts = [(x, y, t.encode("utf-16", "replace").decode("utf-16")) for x, y, t in texts]
    try:
        document = read(draw(texts, size=size), draw(set_lines([f"{LONG}。"])))
    except ReadError:
        return
    check(document)
    document.text.encode()


@settings(max_examples=60)
@given(st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=40))
def test_damage_is_read_or_refused(place: int, noise: bytes) -> None:
    try:
        check(read_pdf(GOOD[:place] + noise + GOOD[place + len(noise) :], "x.pdf"))
    except ReadError as error:
        assert str(error).startswith("x.pdf: ")


# Files of real programs


def word_file() -> bytes:
    file = docx.Document()
    normal = file.styles["Normal"]
    normal.font.name, normal.font.size = "Noto Serif CJK SC", Pt(12)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), "Noto Serif CJK SC")
    normal.paragraph_format.space_after = Pt(0)
    section = file.sections[0]
    section.header.paragraphs[0].text = "石桥镇年度报告汇编"
    number = section.footer.paragraphs[0]
    number.alignment = 1
    number.add_run("— ")
    for kind in ("begin", None, "end"):
        mark = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark.text = "PAGE"
        number.add_run()._r.append(mark)
    number.add_run(" —")

    def add(text: str, *, bold: bool = False) -> None:
        paragraph = file.add_paragraph()
        paragraph.add_run(text).bold = bold
        paragraph.paragraph_format.first_line_indent = Pt(24)
        paragraph.alignment = 3

    title = file.add_paragraph()
    title.alignment = 1
    title.add_run(WORD_TEXT[0]).font.size = Pt(22)
    for text in WORD_TEXT[1:16]:
        add(text, bold=text[1] == "、")
    table = file.add_table(2, 3)
    table.style = "Table Grid"
    for row, texts in zip(table.rows, WORD_TEXT[16:18], strict=True):
        for cell, text in zip(row.cells, texts.split("\t"), strict=True):
            cell.text = text
    add(WORD_TEXT[18])
    for count, texts in ((2, WORD_TEXT[19:25]), (1, WORD_TEXT[25:])):
        columns = file.add_section(WD_SECTION.CONTINUOUS)._sectPr.xpath("./w:cols")[0]
        columns.set(qn("w:num"), str(count))
        columns.set(qn("w:space"), "480")
        for text in texts:
            add(text)
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


WORD_TEXT = [
    "石桥镇人民政府2024年法治政府建设年度报告",
    "一、主要举措和成效",
    *(f"{compose(n)}，开展宣传{n}场次，推行“周四说事”的做法。" for n in range(8, 14)),
    "二、坚持把法治政府建设摆在全局工作的突出位置，持续用力推动各项重点任务落地见效的做法和体会",
    *(f"{compose(n)}，办结率{n}%，其中GB/T 9704标准培训2次。" for n in range(91, 98)),
    "项目\t数量\t说明",
    f"受理案件\t23件\t{LONG}",
    f"表后一段，{LONG}。",
    *(f"分栏{compose(n)}。" for n in range(6)),
    f"结尾一段，{LONG}。",
]


def print_word(content: bytes, folder: Path) -> bytes:
    """A Word file as LibreOffice prints it."""
    if not shutil.which("soffice"):
        pytest.skip("no LibreOffice to print a PDF with")
    (folder / "word.docx").write_bytes(content)
    command = ["soffice", f"-env:UserInstallation={(folder / 'home').as_uri()}", "--headless"]
    command += ["--convert-to", "pdf", "--outdir", str(folder), str(folder / "word.docx")]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return (folder / "word.pdf").read_bytes()


def test_a_file_of_libreoffice_without_a_chinese_font(tmp_path: Path) -> None:
    want = ["石桥镇2024年法治政府建设年度报告", "一、“学法日”制度"]
    want += [f"落实“学法日”制度{n}次，“周四说事”解纷{n}件，{compose(n)}。" for n in range(2, 9)]
    file = docx.Document()
    for text in want:
        file.add_paragraph(text)
    out = io.BytesIO()
    file.save(out)
    document = read_pdf(print_word(out.getvalue(), tmp_path), "word.pdf")
    assert lines(document) == want
    check(document)


def test_a_file_of_libreoffice(tmp_path: Path) -> None:
    document = read_pdf(print_word(word_file(), tmp_path), "word.pdf")
    assert lines(document) == WORD_TEXT
    assert {d.reason for d in document.dropped} == {"running head", "page number"}
    assert [document.text[a:b] for a, b in document.headings] == [WORD_TEXT[i] for i in (0, 1, 8)]
    check(document)


WEB_TEXT = [
    "石桥镇人民政府2024年法治政府建设年度报告",
    "一、主要举措和成效",
    *(f"{compose(n)}，开展宣传{n}场次，推行“周四说事”的做法。" for n in range(8, 24)),
    "二、存在的问题",
    *(f"{compose(n)}，办结率{n}%。" for n in range(71, 97)),
    "执法\t检查\t36次",
    f"处罚\t{OTHER}",
    "The words of a sentence that is wrapped have a single space between each of them, as the "
    "extraordinarily plain rule for the joining of lines demands of every reader.",
]


def test_a_page_printed_by_chromium(tmp_path: Path) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        pytest.skip("no Chromium to print a page with")
    title, *body, first, second, last = WEB_TEXT
    paragraphs = "".join(
        f"<h2>{text}</h2>" if text[1] == "、" else f"<p>{text}</p>" for text in body
    )
    (kind, *cells), more = first.split("\t"), second.split("\t")
    rows = f"<tr><td rowspan=2>{kind}" + "".join(f"<td>{text}" for text in cells)
    rows += "<tr>" + "".join(f"<td>{text}" for text in more)
    (tmp_path / "page.html").write_text(
        f"<html lang=zh-CN><meta charset=utf-8><title>{title}</title>"
        "<style>td{border:1px solid}"
        "body{font:12pt/1.7 'Noto Serif CJK SC'}table{border-collapse:collapse}</style>"
        f"<h1 style='text-align:center'>{title}</h1>{paragraphs}<table>{rows}</table><p>{last}",
        encoding="utf-8",
    )
    command = [chromium, "--headless", "--no-sandbox", f"--user-data-dir={tmp_path / 'home'}"]
    command += [f"--print-to-pdf={tmp_path / 'page.pdf'}", str(tmp_path / "page.html")]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    document = read_pdf((tmp_path / "page.pdf").read_bytes(), "page.pdf")
    assert lines(document) == WEB_TEXT
    assert {d.reason for d in document.dropped} == {"running head", "running foot", "page number"}
    headings = [document.text[a:b] for a, b in document.headings]
    assert headings == [text for text in WEB_TEXT if text == title or text[1] == "、"]
    check(document)
