"""What a model has to beat: regular expressions, and a CRF over character features.

The expressions are written from the annotation guidelines and the train split alone; the CRF is
trained on the train split.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from fazhi.reports import Report, Span
from fazhi.tagging.labels import TagScheme

_HAN_NUMBER = "〇零一二两三四五六七八九十百千万亿数几"
_NUMBER = rf"(?:\d[\d,，.]*|[{_HAN_NUMBER}]+)"
_UNITS = """
人次 场次 件次 户次 批次 课时 平方米 平方公里 公里 千米 立方米 公顷 吨 万元 亿元 元 米 亩
次 场 期 届 轮 批 件 起 宗 例 单 项 条 个 份 篇 部 本 册 套 张 类 名 人 位 户 家 支 所 处 站 室
座 块 幅 辆 台 栋 幢 头 只 票 门 颗 株 枚 面 盏 对 组 款 间 艘 队 班 堂 国 村 种
"""
_UNIT = "|".join(_UNITS.split())
_BEFORE = "(?:约|大约|近|接近|超过?|逾|不少于|至少|不超过|不足|不到)?"
_CJK = "[一二三四五六七八九十]+"
COUNT = re.compile(
    rf"{_BEFORE}\s*{_NUMBER}\s*(?:[至到\-—~～]\s*{_NUMBER}\s*)?[余多来]?\s*[万亿]?\s*[余多]?\s*"
    rf"(?:{_UNIT})(?:以上|以下|以内|左右|上下)?"
)
RATE = re.compile(
    rf"{_BEFORE}\s*(?:\d+(?:\.\d+)?\s*[%％‰]|百分之[{_HAN_NUMBER}点]+|\d+(?:\.\d+)?\s*个百分点"
    r"|[一二三四五六七八九]成|[二三四五十]分之[一二三四五])(?:以上|以下|左右)?"
)
LAW = re.compile(
    r"(?<=《)[^《》\n]{0,60}?(?:法|法典|条例|规定|办法|细则|规则|准则|章程|宪法|党章|解释)"
    r"(?:（试行）|\(试行\))?(?=》)"
)
SECTION = re.compile(
    rf"^[ \u3000]*((?:第{_CJK}(?:部分|章)|{_CJK}、|[（(]{_CJK}[)）]|\d+[.、．]|[（(]\d+[)）])"
    r"\s*[^。；：:;\n]{2,45})(?=[。：:]|\s*$)",
    re.MULTILINE,
)
_NOT_COUNT = re.compile(r"(?:第|〔|\[|每|这|那|年|之)$")


def by_expressions(reports: Sequence[Report]) -> list[Report]:
    """Tag with the expressions; where two overlap, the label first in the order wins."""
    return [Report(report.id, report.text, tuple(_expressed(report.text))) for report in reports]


def _expressed(text: str) -> Iterator[Span]:
    taken = bytearray(len(text))
    found = []
    for label, pattern in (("SECTION", SECTION), ("LAW", LAW), ("RATE", RATE), ("COUNT", COUNT)):
        for match in pattern.finditer(text):
            start, end = match.span(match.lastindex or 0)
            while end > start and text[start].isspace():
                start += 1
            if any(taken[start:end]) or (label == "COUNT" and _NOT_COUNT.search(text[:start][-1:])):
                continue
            taken[start:end] = b"\1" * (end - start)
            found.append(Span(start, end, label, text[start:end]))
    return iter(sorted(found, key=lambda span: span.start))


class Crf:
    """A linear-chain CRF over characters, a line a sequence; BIOES tags.

    ``file`` keeps what it learns; with one that is there already, it need not learn again.
    """

    def __init__(self, labels: Sequence[str], *, file: Path | None = None) -> None:
        from sklearn_crfsuite import CRF

        self._scheme = TagScheme(tuple(labels))
        self._crf = CRF(
            algorithm="lbfgs",
            c1=0.1,
            c2=0.05,
            max_iterations=80,
            all_possible_transitions=False,
            model_filename=None if file is None else str(file),
        )

    def fit(self, reports: Sequence[Report]) -> Crf:
        """Train on annotated reports."""
        features, tags = [], []
        for report in reports:
            names = self._tags(report)
            for start, end in _lines(report.text):
                features.append(_features(report.text, start, end))
                tags.append(names[start:end])
        self._crf.fit(features, tags)
        return self

    def tag(self, reports: Sequence[Report]) -> list[Report]:
        """Tag the texts of reports."""
        return [Report(r.id, r.text, tuple(self._spans(r.text))) for r in reports]

    def _tags(self, report: Report) -> list[str]:
        spans = [(s.start, s.end, s.label) for s in report.spans if s.label in self._scheme.labels]
        ids = self._scheme.encode(len(report.text), spans)
        return [self._scheme.tags[index] for index in ids.tolist()]

    def _spans(self, text: str) -> Iterator[Span]:
        for start, end in _lines(text):
            opened = None
            for place, tag in enumerate(
                self._crf.predict_single(_features(text, start, end)), start
            ):
                prefix, label = tag[0], tag[2:]
                if prefix in "BS":
                    opened = (place, label)
                if prefix in "ES" and opened and opened[1] == label:
                    yield Span(opened[0], place + 1, label, text[opened[0] : place + 1])
                if prefix in "ESO":
                    opened = None


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            yield start, start + len(line)
        start += len(line)


def _features(text: str, start: int, end: int) -> list[dict[str, Any]]:
    line = text[start:end]
    rows = []
    inside = False
    begin = len(line) - len(line.lstrip())
    numbered = bool(SECTION.match(line)) or bool(re.match(r"\s*[（(一二三四五六七八九十\d]", line))
    sentence = 0
    for place, char in enumerate(line):
        row: dict[str, Any] = {"bias": 1.0, "in_marks": inside, "numbered": numbered}
        row["sentence"] = min(sentence, 3)
        row["place"] = min(place - begin, 12)
        row["line"] = min(len(line) // 10, 6)
        for shift in range(-4, 5):
            at = place + shift
            here = line[at] if 0 <= at < len(line) else "^" if at < 0 else "$"
            row[f"c{shift}"] = here
            row[f"k{shift}"] = _kind(here)
            if shift < 4:
                row[f"b{shift}"] = line[max(at, 0) : max(at + 2, 0)]
        if char in "《〈":
            inside = True
        elif char in "》〉":
            inside = False
        if char in "。；;":
            sentence += 1
        rows.append(row)
    return rows


def _kind(char: str) -> str:
    if char.isdigit():
        return "digit"
    if char in _HAN_NUMBER:
        return "number"
    if "\u4e00" <= char <= "\u9fff":
        return "han"
    return "space" if char.isspace() else "other"
