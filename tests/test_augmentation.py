"""Augmentation: edits and offsets, what each step promises, and steps together on odd reports."""

from __future__ import annotations

import random
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fazhi.annotations import Annotated, parse_inline
from fazhi.annotations.checking import check_report
from fazhi.errors import FazhiError
from fazhi.facts.laws import Gazetteer
from fazhi.reports import Report, Span
from fazhi_training.augmentation import STEPS, Edit, apply, augment
from fazhi_training.augmentation_edits import chinese, is_wrapped
from fazhi_training.augmentation_names import _CITED, _STATE, _names
from fazhi_training.augmentation_numbers import read_amount

SEEDS = range(12)


def report_of(inline: str, **meta: object) -> Report:
    """A report from inline tags with short attributes; the attributes are worked out."""
    text = '<META>{"place": "安溪", "region": "浙江", "year": 2022, "kind": "township 镇"}</META>\n'
    text += re.sub(
        r"<S(\d)>(.*?)</S>", r'<SECTION level="\1" role="measures">\2</SECTION>', inline, flags=re.S
    )
    text = re.sub(r"<(C|R)>(.*?)</\1>", _number_tag, text, flags=re.S)
    text = re.sub(r"<L>(.*?)</L>", _law_tag, text)
    report = parse_inline(text, Path("own.txt")).report
    return Report(report.id, report.text, report.spans, {**report.meta, **meta})


def _number_tag(match: re.Match[str]) -> str:
    label = {"C": "COUNT", "R": "RATE"}[match[1]]
    attributes = read_amount(match[2], label)
    assert attributes is not None
    pairs = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f"<{label}{pairs}>{match[2]}</{label}>"


def _law_tag(match: re.Match[str]) -> str:
    return f'<LAW name="{Gazetteer.load().resolve(match[1]).title}">{match[1]}</LAW>'


TOWN = report_of(
    "安溪镇2022年法治政府建设情况报告\n\n"
    "2022年，安溪镇坚持依法办事，按照《安溪镇2022年法治政府建设工作要点》稳步推进，"
    "现将有关情况报告如下。\n\n"
    "<S1>一、主要做法和成效</S>\n\n"
    "<S2>（一）抓好干部学法</S>\n\n"
    "全年组织学法<C>12次</C>，学习《<L>民法典</L>》《<L>行政处罚法</L>》《<L>信访工作条例</L>》等法律法规，"
    "参加<C>200余人次</C>，测试合格率<R>98.5%</R>。镇里还把学法情况记入干部档案，作为评优依据。"
    "各村也都办起了夜校。大家学得进去、用得出来。\n\n"
    "镇司法所聘请法律顾问<C>3名</C>，审查合同<C>45份</C>，提出意见<C>61条</C>，防范了不少风险和隐患。\n\n"
    "全镇设立调解室<C>9个</C>，化解纠纷<C>130件</C>，化解率<R>100%</R>，群众满意率<R>95%以上</R>，比上年好。\n\n"
    "<S2>（二）规范行政执法</S>\n\n"
    "学习<L>宪法</L>、<L>森林法</L>，宣传“一网通办”改革，检查企业<C>1,280家</C>，罚款<C>3.6万元</C>。\n\n"
    "<S1>二、存在的问题</S>\n\n"
    "<S2>（一）队伍力量不足</S>\n\n仍有<R>近三成</R>人员没有取得证件。\n"
)
STREET = report_of(
    "安溪街道办事处工作总结(2022)\n"
    "<S1>一、过去一年的工作</S>\n"
    "<S2>(一)加强组织领导</S>。街道遇事先问合不合法,全年研究议题<C>8个</C>,办件<C>1.2万余件</C>。"
    "带头落实《<L>优化营商环境条例</L>》、《<L>政府信息公开条例</L>》,公开信息 <C>312 条</C>。\n"
    "<S2>(二)化解矛盾纠纷</S>。调解<C>3至5起</C>,成功率提高<R>4.2</R>和<R>0.7个百分点</R>。"
    "有<R>三分之一</R>是邻里纠纷,其余多为欠薪。\n"
    "(三)街道办理12345热线工单<C>2 千余单</C>。\n"
    "<S1>二、明年打算</S>\n"
    "<S3>1.做实网格</S>。每季度走访<C>1次</C>,发放资料<C>上百份</C>。\n"
    "<S3>2.做强服务</S>。建成公园<C>两座</C>,占地<C>26万平方米</C>,投入<C>1.5亿元</C>。",
    kind="street 街道",
)
PAGE = report_of(
    "首页 > 信息公开 > 正文\n"
    "来源：安溪区政府 发布时间：2023-01-12\n"
    "  <S1>法治政府建设工作情况</S>\n"
    "  <S2>坚持学用结合，把学习成果\n转化为办事本领</S>\n"
    "  我区认真落实《<L>浙江省民营企业发展促进条例</L>》，\n"
    "办理案件<C>1\n12起</C>，结案率达<R>92 %</R>，比上年好。\n"
    "  制定《安溪区公务用车管理办法》。遵守<L>宪法</L>，做到心中有数。\n"
    "  截至目前，发文<C>0件</C>。",
    kind="district 区",
)
REPORTS = (TOWN, STREET, PAGE)
KEEP_SPANS = (
    *("places", "marks", "lost_stop", "join", "width", "digit_spaces", "quote_spaces"),
    *("layout", "web", "wrap", "numbers"),
)


def problems(report: Report) -> Counter[str]:
    """The problems that the checker finds, with offsets and white space left out."""
    lines = (1,) * len(report.spans)
    found = check_report(Annotated(Path("r"), report, lines))
    return Counter(re.sub(r"\s|\\n", "", problem) for problem in found)


def assert_consistent(before: Report, after: Report) -> None:
    """Text, spans and attributes of ``after`` agree, as those of ``before`` do."""
    assert not problems(after) - problems(before)
    assert after.id == before.id
    ends = [0]
    for span in after.spans:
        assert ends[-1] <= span.start < span.end
        assert span.text == after.text[span.start : span.end] == span.text.strip()
        ends.append(span.end)


def bare(text: str) -> str:
    """A text without white space."""
    return "".join(text.split())


# Edits


def test_an_edit_moves_what_follows_it_and_changes_what_it_lies_in() -> None:
    report = report_of("共有<C>20次</C>，达<R>97%</R>。")
    edited = apply(report, [Edit(0, 1, "总共"), Edit(4, 4, " "), Edit(10, 11, "")])
    assert edited.text == "总共有20 次，达97%"
    assert [(s.start, s.end, s.text) for s in edited.spans] == [(3, 7, "20 次"), (9, 12, "97%")]


def test_an_insertion_at_an_edge_stays_outside() -> None:
    report = report_of("<C>5件</C><C>6人</C>")
    edited = apply(report, [Edit(0, 0, "甲"), Edit(2, 2, "乙"), Edit(4, 4, "丙")])
    assert edited.text == "甲5件乙6人丙"
    assert [s.text for s in edited.spans] == ["5件", "6人"]


def test_an_edit_that_covers_spans_takes_them_away_and_brings_its_own() -> None:
    report = report_of("有<C>5件</C>和<C>6人</C>及<C>7户</C>。")
    new = Span(1, 3, "COUNT", "8名", attributes={"value": 8, "unit": "名", "approx": "none"})
    edited = apply(report, [Edit(0, 6, "聘8名员", (new,))])
    assert [(s.start, s.text) for s in edited.spans] == [(1, "8名"), (5, "7户")]
    assert [s.text for s in apply(report, [Edit(1, 3, "")]).spans] == ["6人", "7户"]
    assert [s.text for s in apply(report, [Edit(1, 3, "9件")]).spans] == ["9件", "6人", "7户"]


@pytest.mark.parametrize(
    "edit", [Edit(0, 2, "x"), Edit(2, 4, ""), Edit(1, 2, "x", (TOWN.spans[0],))]
)
def test_an_edit_may_not_cut_a_span(edit: Edit) -> None:
    with pytest.raises(ValueError, match="cuts the edge"):
        apply(report_of("有<C>5件</C>和事"), [edit])


@pytest.mark.parametrize("edits", [[Edit(0, 2, ""), Edit(1, 3, "")], [Edit(0, 99, "")]])
def test_edits_may_not_overlap_or_leave_the_text(edits: list[Edit]) -> None:
    with pytest.raises(ValueError, match="overlaps"):
        apply(report_of("一二三四"), edits)


def test_no_edits_give_the_same_report() -> None:
    assert apply(TOWN, []) is TOWN


# The table of steps


def test_unknown_steps_and_probabilities_are_all_named() -> None:
    with pytest.raises(FazhiError, match=r"'widht'; expected numbers, laws(.|\n)*probability 2"):
        augment(TOWN, {"widht": 0.5, "wrap": 2}, random.Random(0))


def test_steps_follow_the_order_of_the_table() -> None:
    one = augment(TOWN, {"wrap": 1, "numbers": 1}, random.Random(3))
    other = augment(TOWN, {"numbers": 1, "wrap": 1}, random.Random(3))
    assert one == other
    assert augment(TOWN, dict.fromkeys(STEPS, 0.0), random.Random(3)) is TOWN


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("report", REPORTS, ids=["town", "street", "page"])
def test_a_step_keeps_its_promises(name: str, report: Report) -> None:
    assert not problems(report)
    for seed in SEEDS:
        after = STEPS[name](report, random.Random(seed))
        assert_consistent(report, after)
        assert after == STEPS[name](report, random.Random(seed))
        if name in KEEP_SPANS:
            assert [s.label for s in after.spans] == [s.label for s in report.spans]
        if name in ("wrap", "layout", "digit_spaces", "quote_spaces", "width", "web", "join"):
            assert [s.attributes for s in after.spans] == [s.attributes for s in report.spans]


@pytest.mark.parametrize("name", STEPS)
def test_a_step_changes_reports(name: str) -> None:
    assert len(outcomes(name, TOWN, 20)) > 2


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("text", ["", "\n", "  \n\n ", "一、", "。", "《》", "2022年"])
def test_a_step_takes_a_report_with_no_spans(name: str, text: str) -> None:
    for seed in SEEDS:
        after = STEPS[name](Report("r", text), random.Random(seed))
        assert not after.spans


PIECES = st.sampled_from(
    (
        *(
            "<S1>一、主要工作</S>\n",
            "<S2>（一）抓学习</S>。",
            "\n<S3>1.抓\n落实</S>\n",
            "<S2>强化保障</S>",
        ),
        *(
            "<C>20余次</C>",
            "<C>3 名</C>",
            "<C>1.2万\n元</C>",
            "<C>5</C>",
            "<R>97%</R>",
            "<R>九成以上</R>",
        ),
        *(
            "《<L>民法典</L>》",
            "<L>行政许可法</L>、",
            "《<L>信访条例</L>》《",
            "》",
            "，",
            ",",
            "。",
            "\n",
        ),
        *(
            "\n\n　　",
            "  ",
            "2022年",
            "安溪镇",
            "“一网通办”",
            "12345热线",
            "：",
            "(",
            "）",
            "、",
            "第",
            "二是",
        ),
        "坚持用法治思维谋划工作、用法治方式推动工作，把依法行政要求落实到为民服务的每一个环节和全部过程。",
    )
)


@settings(max_examples=60, deadline=None)
@given(st.lists(PIECES, max_size=25), st.randoms(use_true_random=False), st.data())
def test_any_steps_on_any_report_keep_it_consistent(
    pieces: list[str], rng: random.Random, data: st.DataObject
) -> None:
    report = report_of("".join(pieces))
    names = data.draw(st.lists(st.sampled_from(tuple(STEPS)), unique=True))
    for name in names or STEPS:
        after = STEPS[name](report, rng)
        assert_consistent(report, after)
        report = after


# Each step


def outcomes(name: str, report: Report, seeds: int = 60) -> set[str]:
    """The texts that a step makes of a report under many seeds."""
    return {STEPS[name](report, random.Random(seed)).text for seed in range(seeds)}


def test_width_leaves_numbers_times_and_addresses() -> None:
    texts = outcomes("width", report_of("于09:30办件<C>1,200件</C>,见http://a.cn/?b=1。"))
    assert "于09:30办件1,200件，见http://a.cn/?b=1。" in texts
    assert all("1,200" in text and "09:30" in text and "http://a.cn/?b=1" in text for text in texts)


def test_width_changes_marks_inside_spans() -> None:
    texts = outcomes("width", report_of("<S2>（一）学法，用法</S>\n达<R>9％</R>。"))
    assert "(一)学法,用法\n达9%。" in texts


def test_digit_spaces_come_and_go_inside_spans() -> None:
    report = report_of("2022年开展<C>20余次</C>，第八批3人一组。")
    texts = outcomes("digit_spaces", report)
    assert "2022 年开展 20 余次，第八批 3 人一组。" in texts
    assert "2022 年开展20余次，第八批3人一组。" in texts
    spaced = report_of("2022 年开展 <C>20 余次</C>。")
    assert "2022年开展20余次。" in outcomes("digit_spaces", spaced)


def test_quote_spaces() -> None:
    texts = outcomes("quote_spaces", report_of("推行“通办”改革、提速。"))
    expected = ("推行 “通办”改革、提速。", "推行“通办” 改革、提速。", "推行“通办”改革、 提速。")
    assert texts >= {*expected, "推行“通办”改革、提速 。"}


def test_wrap_breaks_lines_inside_spans_and_numbers_pages_outside_them() -> None:
    long = "".join(f"第{i}项工作依法办理<C>{i + 100}件</C>，" for i in range(10, 99)) + "。"
    for seed in SEEDS:
        after = STEPS["wrap"](report_of(long), random.Random(seed))
        assert max(map(len, after.text.split("\n"))) <= 60
        assert is_wrapped(after)
        assert not any(re.search(r"\n.*\n", span.text) for span in after.spans)
        assert all(bare(span.text) == f"{i + 110}件" for i, span in enumerate(after.spans))
    assert any(
        re.search("\n(- 1 -|1|第 1 页)\n", text) for text in outcomes("wrap", report_of(long))
    )


def test_wrap_leaves_a_wrapped_report() -> None:
    wrapped = STEPS["wrap"](TOWN, random.Random(1))
    assert STEPS["wrap"](wrapped, random.Random(2)) is wrapped


def test_layout_changes_white_space_between_lines_only() -> None:
    for report in REPORTS:
        for seed in SEEDS:
            after = STEPS["layout"](report, random.Random(seed))
            assert bare(after.text) == bare(report.text)
            assert [s.text for s in after.spans] == [s.text for s in report.spans]
    assert any("\n　　全年组织" in text for text in outcomes("layout", TOWN))
    assert any("成效\n（一）" in text for text in outcomes("layout", TOWN))


MARKED = report_of(
    "<S1>一、做法</S>\n<S2>（一）学法</S>\n学得好。\n<S2>（二）用法</S>\n用得好。\n"
    "<S1>二、成效</S>\n<S2>（一）守法</S>\n守得好。"
)


def test_marks_are_lost_counted_on_and_restyled() -> None:
    texts = outcomes("marks", MARKED, 150)
    whole = MARKED.text
    assert whole.replace("（一）", "").replace("（二）", "") in texts
    assert whole.replace("一、", "").replace("二、", "") in texts
    assert whole.replace("（一）守法", "（三）守法") in texts
    assert any("(一)学法" in text and "(一)守法" in text for text in texts)
    assert any("一）学法" in text and "（一）" not in text for text in texts)
    for seed in range(60):
        after = STEPS["marks"](MARKED, random.Random(seed))
        assert [s.attributes for s in after.spans] == [s.attributes for s in MARKED.spans]
        assert all(
            s.text[-2:] == t.text[-2:] for s, t in zip(after.spans, MARKED.spans, strict=True)
        )


def test_a_run_in_heading_keeps_its_number() -> None:
    report = report_of(
        "<S2>（一）抓学习</S>。学得好。做得好。\n<S2>（二）抓落实</S>。用得好。很好。"
    )
    for seed in range(60):
        spans = STEPS["marks"](report, random.Random(seed)).spans
        assert all(re.match(r"[（(]?[一二三]）?", span.text) for span in spans)


def test_lost_stop() -> None:
    report = report_of("<S2>（一）抓学习，抓落实</S>。学得好。做得好。")
    texts = outcomes("lost_stop", report, 200)
    title, rest = "（一）抓学习，抓落实", "学得好。做得好。"
    assert texts >= {title + rest, f"{title}：{rest}", f"{title}。学得好。做得好"}
    assert f"{title}，{rest}" not in texts
    assert "（一）抓学习，学得好。" in outcomes(
        "lost_stop", report_of("<S2>（一）抓学习</S>。学得好。"), 200
    )


def test_web_stands_around_the_report_and_holds_no_spans() -> None:
    for seed in SEEDS:
        after = STEPS["web"](TOWN, random.Random(seed))
        assert TOWN.text in after.text
        assert [s.text for s in after.spans] == [s.text for s in TOWN.spans]
        around = after.text.replace(TOWN.text, "")
        assert around and "《" not in around


def test_numbers_take_every_form() -> None:
    counts = "，".join(f"<C>5{unit}</C>" for unit in ("件", "份", "次", "人次", "元", "亩"))
    report = report_of(f"{counts}，<R>85%</R>，<R>3.2个百分点</R>，<R>九成</R>。")
    found: Counter[str] = Counter()
    for seed in range(400):
        for span in STEPS["numbers"](report, random.Random(seed)).spans:
            unit = str(span.attributes.get("unit", ""))
            form = re.sub(r"[0-9]+", "N", bare(span.text)).removesuffix(unit)
            found[form.replace(f"{unit}以", "以") if unit else form] += 1
    forms = ("N", "N.N万", "N,N", "N余", "N多", "N万余", "约N", "近N", "超过N", "不少于N", "N以上")
    others = ("N至N", "N-N", "N—N", "两", "十余", "数十", "上百", "十来", "N亿")
    rates = ("N%", "N.N％", "N%以上", "近N%", "百分之百", "九成", "三分之二", "N.N个百分点")
    missing = {*forms, *others, *rates} - set(found)
    assert not missing


def test_numbers_read_as_their_attributes_say() -> None:
    for report in REPORTS:
        for seed in SEEDS:
            after = STEPS["numbers"](report, random.Random(seed))
            for span in after.spans:
                if span.label in ("COUNT", "RATE"):
                    assert read_amount(span.text, span.label) == dict(span.attributes)


def test_numbers_put_no_one_before_a_noun() -> None:
    report = report_of("有<C>三支</C>队伍。")
    texts = outcomes("numbers", report, 200)
    assert "有一支队伍。" not in texts
    assert "有四支队伍。" in texts


def test_laws_are_swapped_within_their_kind_and_marks() -> None:
    gazetteer = Gazetteer.load()
    report = report_of("落实《<L>重大行政决策程序暂行条例</L>》规定，依法决策。")
    names = set()
    for seed in range(60):
        after = STEPS["laws"](report, random.Random(seed))
        for span in after.spans:
            assert f"《{span.text}》" in after.text
            norm = gazetteer.norms[str(span["name"])]
            assert norm.kind == "administrative regulation" and norm.level == "national"
            names.add(norm.title)
    assert len(names) > 10


def test_lists_of_laws_grow_shrink_and_lose_marks() -> None:
    report = report_of("学习《<L>民法典</L>》《<L>行政处罚法</L>》等法律法规。")
    counts = Counter(len(STEPS["laws"](report, random.Random(seed)).spans) for seed in range(100))
    assert {1, 2, 3} <= set(counts) and counts[2] > 50
    texts = outcomes("laws", report, 150)
    assert any(re.search("学习[^《]+、《", text) for text in texts)


@pytest.mark.parametrize(
    "text",
    ["以<L>宪法</L>为核心", "坚持<L>宪法</L>法律至上", "《关于做好〈<L>草原法</L>〉宣传的通知》"],
)
def test_a_bare_law_that_no_other_could_replace_stays(text: str) -> None:
    report = report_of(text)
    assert outcomes("laws", report) == {report.text}


def test_a_modifier_keeps_its_marks() -> None:
    report = report_of("开展《<L>民法典</L>》、《<L>森林法</L>》宣传月活动。")
    for text in outcomes("laws", report, 100):
        assert text.count("《") == text.count("》") >= 1
        assert re.search("》宣传月", text)


def test_titles_of_plans_change_too() -> None:
    report = report_of("印发《安溪镇法治建设工作要点》，收看《今日说法》。")
    texts = outcomes("laws", report)
    assert len(texts) > 3 and all("《今日说法》" in text for text in texts)


def test_the_laws_cited_most_are_in_the_gazetteer() -> None:
    norms = Gazetteer.load().norms
    titles = [title if title in norms else _STATE + title for title in _CITED]
    assert not [title for title in titles if title not in norms]
    assert not [title for title in titles if not _names(title)]


def test_places_are_renamed_everywhere_but_in_laws() -> None:
    report = report_of(
        "安溪镇学习《<L>安溪县河道管理条例</L>》。\n<S1>一、安溪的做法</S>\n安溪好。"
    )
    after = STEPS["places"](report, random.Random(1))
    place = str(after.meta["place"])
    assert len(place) in (2, 3) and place != "安溪"
    law, heading = after.spans
    assert (law.text, heading.text) == ("安溪县河道管理条例", f"一、{place}的做法")
    assert after.text.startswith(f"{place}镇") and after.text.endswith(f"{place}好。")
    nowhere = report_of("某地。", place="安溪")
    assert STEPS["places"](nowhere, random.Random(1)) is nowhere


def test_paragraphs_move_with_their_spans() -> None:
    after = [STEPS["paragraphs"](TOWN, random.Random(seed)) for seed in range(60)]
    counts = {len(report.spans) for report in after}
    assert len(TOWN.spans) in counts and len(counts) > 1
    orders = {tuple(s.text for s in r.spans) for r in after if len(r.spans) == len(TOWN.spans)}
    assert len(orders) > 2
    assert any("记入干部档案" not in r.text and "12次" in r.text for r in after)


def test_join_glues_a_heading_to_its_text_or_to_the_sentence_before() -> None:
    report = report_of(
        "<S1>一、做法</S>\n<S2>（一）抓学习</S>\n大家学得很认真，也学得很扎实，效果比往年都好。\n<S2>（二）抓落实</S>"
    )
    texts = outcomes("join", report)
    assert report.text.replace("学习\n大家", "学习大家") in texts
    assert report.text.replace("都好。\n（二）", "都好。（二）") in texts


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (1, "一"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (105, "一百零五"),
        (1200, "一千二百"),
        (20_300, "二万零三百"),
        (120_000, "十二万"),
    ],
)
def test_chinese_numerals(number: int, text: str) -> None:
    assert chinese(number) == text
