"""What is counted: the verb and the noun phrase that each COUNT and RATE quantifies, by its clause.

The words of a sentence have a letter each for their kind, and the string of these letters left and
right of an amount tells its predicate and its noun.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from fazhi.facts import Indicator, Phrase
from fazhi.facts.clauses import (
    ACTS,
    MASKS,
    NOUNS,
    OFFICES,
    TOPICS,
    VERBS,
    Place,
    Sentence,
    Word,
    cut_sentences,
    flatten_text,
)
from fazhi.reports import Span

REACH = 60  # words on each side of an amount that are read

_PERSON = re.compile(
    ".*(?:干部|学生|职工|律师|民警|[员者]|群众|代表(?![队会])|企业|部门|社区|单位|农户)[)）]?"
)
# The noun phrase after an amount, by the letters of its words, and after one that tells how often.
_PHRASE = re.compile(
    "m?(?:[EW](?=[nla]))?(?:[nla]|(?<=[nla])[EW](?![nla])|(?<=[nlaEW])j(?=[nlaE])|(?<=l)o(?=[nlaE]))*"
)
_OFTEN = re.compile(
    "(?:[nlam]|(?<!a)[EW]|[EW](?![nla])|(?<=m)V|(?<=[nlaEW])j(?=[nlaE])|(?<=l)o(?=[nlaE]))*"
)
_RELATIVE = re.compile("[^sKRoj]{1,8}o")  # 3家 拒绝 整改 的 企业
_LISTED = re.compile("[^sKRSPVCxT]*[KR]")  # 2个社区、 居民 300户
_NEXT = re.compile(f"[dm]*[{ACTS}]")
_CLAUSE = re.compile("[^sKR]*")
_LATER = re.compile(f"[^s]{{0,{REACH}}}?[{ACTS}]")
_CHANGE = re.compile(f"[nlaodx]{{0,{REACH}}}C")
_LEVEL = {"到", "至", "为", "达", "达到"}
_COMPARED = {"比", "较", "同比", "环比", "由", "从"}
_EACH = {"分别", "均", "均为", "均达", "均达到", "都"}
_NUMBER = re.compile(
    r"至少|不[少低超]?[于过足到]|[约近逾]|超过?|以[上下内]|左右|上下"
    r"|[\s0-9０-９.,，．〇零一二两三四五六七八九十百千万亿数几余多来至到~～—-]+"
)
_LETTER = re.compile(r"[^\W\d_]")  # 165 is no noun
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_EVENTS = {"次", "场", "场次", "期", "轮", "批", "批次", "遍", "届"}
_LISTING = {"before", "after", "shared"}  # rules by which counts side by side share a verb
_CASES = {"件", "起", "宗", "条", "份"}
# Units after which no noun follows where one stands before: 投入资金8万元.
_MEASURED = {"", "人次", "元", "平方米", "平方公里", "亩", "公顷", "公里", "米", "吨", "公斤"}

# Rules, with the share of their findings that were right among those judged by hand in train:
# 40 to 80 each; 33 of same, 17 of topic, 11 of frequency and 4 of bare rate.
_CONFIDENCE = {
    "before": 0.96,  # 化解 矛盾纠纷 400起
    "after": 0.90,  # 聘请 3名 法律顾问
    "subject": 0.90,  # 46名 干部 参加 考试
    "noun": 0.76,  # 受教育群众 2000人次
    "bare": 0.94,  # 学法 6次
    "topic": 0.88,  # 行政复议案件 受理 12件
    "frequency": 0.90,  # 先后 14次 组织 讲座
    "inherited": 0.94,  # 受理案件12件，办结 11件
    "shared": 0.98,  # 审查文件11件、合同 29份
    "same": 0.85,  # 拆除违法建筑87宗 1.9万平方米
    "change": 0.95,  # 材料 由58份 精简 到 33份
    "cell": 0.98,  # 行政处罚 | 12件
    "rate": 0.97,  # 调解成功率 97%
    "share": 0.88,  # 少数民族群众 占 41.2%
    "bare rate": 0.5,  # 成功化解 98%
}


class _Found(NamedTuple):
    """What was found for an amount, by which rule; its noun takes up the words before ``upto``."""

    verb: Place | None
    noun: Place | None
    rule: str
    upto: int = 0


def find_indicators(text: str, spans: Sequence[Span]) -> dict[int, Indicator]:
    """What each COUNT and RATE of ``spans`` quantifies, by the offset where the amount starts.

    An amount with neither verb nor noun, or with no Chinese character in them, is left out. LAW
    spans are read as nouns; a SECTION ends the sentence before it. ``confidence`` is that of the
    rule, as measured on train.
    """
    flat, places = flatten_text(text, spans)
    amounts = {span.start: span.text for span in spans if span.label in ("COUNT", "RATE")}

    def phrase(place: Place | None) -> Phrase | None:
        if place is None:
            return None
        start, end = places[place[0]], places[place[1] - 1] + 1
        return Phrase(start, end, text[start:end]) if _LETTER.search(text, start, end) else None

    indicators: dict[int, Indicator] = {}
    for words in cut_sentences(flat):
        starts = [places[word.start] for word in words]
        units = [_NUMBER.sub("", amounts[at]) if at in amounts else "" for at in starts]
        for i, found in _Counted(flat, words, units).read():
            verb, noun = phrase(found.verb), phrase(found.noun)
            named = any(part and _HAN.search(part.text) for part in (verb, noun))
            if starts[i] in amounts and named:
                indicators[starts[i]] = Indicator(verb, noun, _CONFIDENCE[found.rule])
    return indicators


def _until(pattern: re.Pattern[str], kinds: str, start: int) -> int:
    """Where the words end that a pattern takes from one on."""
    match = pattern.match(kinds, start, start + REACH)
    return match.end() if match else start


class _Counted(Sentence):
    """A sentence with the units of its counts, and what was found, by index of word."""

    def __init__(self, flat: str, words: Sequence[Word], units: Sequence[str]) -> None:
        super().__init__(flat, words)
        self.units = units
        self.found: dict[int, _Found] = {}
        self.latest = {"K": -1, "R": -1}  # the amount of each kind read before
        self.names: list[Place] = []  # of the rates to come

    def read(self) -> Iterator[tuple[int, _Found]]:
        """What is found for each amount, in order."""
        for i, kind in enumerate(self.kinds):
            found: _Found | None = None
            if kind in "KR" and self.kinds[0] == "T":
                found = _Found(None, self.words[0][1:], "cell")
            elif kind in "KR":
                found = self._count(i) if kind == "K" else self._named(i, self._rate(i))
            if found:
                self.found[i] = found
                self.latest[kind] = i
                yield i, found

    def _left(self, i: int) -> tuple[int, int, _Found | None]:
        """Where the words before an amount start and stop, and the amount that they follow."""
        stop = i - 1 if i and self.texts[i - 1] in ("：", ":", "（", "(") else i  # 行政许可：12件
        start = self.past("sKR", max(0, stop - REACH), stop)
        before = self.found.get(start - 1)
        return min(stop, max(start, before.upto if before else 0)), stop, before

    def _count(self, i: int) -> _Found | None:
        unit = self.units[i]
        start, stop, before = self._left(i)
        joined = before and self.kinds[start:stop][:1] in ("", "j")
        last = before if joined and self.latest["K"] > self.latest["R"] else None
        start = min(start + 1, stop) if last else start
        if changed := self._changed(i, start, stop):
            return changed
        noun, upto = self._right(i + 1, unit)
        tail = self.texts[stop - 1] if start < stop else ""
        if noun and tail == "等":  # 用房调整等 4项 决策
            stop = start + len(self.kinds[start : stop - 1].rstrip(ACTS + NOUNS + "j"))
        k = self._predicate(start, stop)
        if noun and tail == "的":  # 群众 反映 的 13个 问题
            acts = [m for m in range(start, stop) if self.kinds[m] in ACTS]
            k = acts[0] if len(acts) > 1 and self.kinds[start] != "x" else None
        if k is not None and k + 1 == stop and self.kinds[k] in "EW":
            listed = last and last.rule in ("noun", *(_LISTING if unit in _EVENTS else ()))
            named = unit in _EVENTS and self.kinds[start:k].lstrip("d") in ("n", "l")
            k = None if listed or named else k  # 讲座 2场、业务培训 3期; 网络培训 1次
        mine = self.noun(start if k is None else k + 1, stop, bare=k is None)
        person = k is not None and mine and _PERSON.fullmatch(self.flat, *mine)
        if (mine and (person or unit in _MEASURED)) or unit in ("人", "人次"):
            noun = noun if self.texts[i + 1 : i + 2] == ["的"] else None
        if k is not None:
            verb = self.words[k][1:]
            if noun:
                return _Found(verb, noun, "after", upto)
            if mine and not (unit in _CASES and self.flat.endswith(OFFICES, *mine)):
                return _Found(verb, mine, "before")
            if topic := self._topic(start, k):
                return _Found(verb, topic, "topic")
            old = None if unit in _EVENTS else self._inherited(i)
            return _Found(verb, old, "inherited" if old else "bare")
        if last and last.rule not in ("subject", "frequency", "noun"):
            if noun or mine:
                return _Found(last.verb, noun or mine, "shared", upto if noun else 0)
            return last._replace(rule="same", upto=0)
        if often := self._often(i):
            return often
        if noun:
            return _Found(self._act(_LATER, upto), noun, "subject", upto)
        if mine:
            return _Found(None, mine, "noun")
        old, act = self._inherited(i), self._act(_NEXT, i + 1)
        return _Found(act, old, "inherited") if old or act else None

    def _often(self, i: int) -> _Found | None:
        """A verb after how often: 先后 14次 组织 法治讲座"""
        act = _NEXT.match(self.kinds, i + 1) if self.units[i] in _EVENTS else None
        if act is None:
            return None
        k, end = act.end() - 1, _until(_CLAUSE, self.kinds, act.end())
        if self.kinds[k] not in VERBS and not self.governs(k, end):
            return None
        k = (self._predicate(k, end) or k) if self.kinds[k] in "SP" else k
        noun, upto = self._right(k + 1, "次")
        return _Found(self.words[k][1:], noun, "frequency", upto)

    def _inherited(self, i: int) -> Place | None:
        """The noun of the amount before in the sentence; for a count, of a count with its unit."""
        counts = self.kinds[i] == "K"
        before = self.latest["K"] if counts else max(self.latest.values())
        if before < 0 or (counts and self.units[before] != self.units[i]):
            return None
        return self.found[before].noun

    def _act(self, pattern: re.Pattern[str], j: int) -> Place | None:
        act = pattern.match(self.kinds, j)
        return self.words[act.end() - 1][1:] if act else None

    def _agent(self, k: int) -> bool:
        """Whether the words before k end with somebody who acts."""
        return self.kinds[max(0, k - REACH) : k].rstrip("md").endswith("a")

    def _predicate(self, start: int, stop: int) -> int | None:
        """The verb of words[start:stop] that governs what follows them."""
        best: int | None = None
        for k in range(start, stop):
            if self.kinds[k] in ACTS and self._takes(best, k, start, stop):
                best = k
        return best

    def _takes(self, best: int | None, k: int, start: int, stop: int) -> bool:
        """Whether verb k, and not ``best`` before it, governs what follows words[start:stop]."""
        plain, before = self.kinds[k] in VERBS, self.kinds[k - 1] if k > start else "s"
        last, governs = k + 1 == stop, self.governs(k, stop)
        if best is None:
            if not plain and last and "、" in self.texts[start:k]:  # 低保、危房改造 3项
                return False
            head = before in "sdmjo" or self._agent(k)
            return self.kinds[k] != "W" or last or (governs and head)
        over = self.kinds[best]
        if plain and last and (over == "S" or before == "j"):  # 开展 学法; 受理、办结
            return self._agent(k) or (before == "j" and best + 2 == k)
        if plain:  # not in what qualifies a noun: 制止 影响 观测 的 行为
            return k > self.kinds.rfind("o", start, stop) or k == best + 1 or over == "P"
        if over not in "SP" or before == "j":
            return (governs and before == "j") or (over == "E" and best + 1 == k)  # 会商 研判 1次
        title = self.flat[self.words[k].end : self.words[k].end + 1] in ("《", *MASKS["LAW"])
        actor = self.kinds[k] == "E" and (title or self._agent(k))  # 组织 干部 学习 宪法
        if over == "S":
            return actor and (governs or before == "m")
        return governs or actor or not self.kinds[best + 1 : k].strip("dm")  # 坚持 每月 排查

    def _topic(self, start: int, verb: int) -> Place | None:
        """A noun before its verb: 复议案件 受理 12件"""
        stop = start + len(self.kinds[start:verb].rstrip("m"))
        opener = next((k for k in range(start, stop) if self.kinds[k] == "x"), None)
        how = "" if opener is None else self.texts[opener]
        if self.past(ACTS, start, stop) > self.past("o", start, stop):
            return None
        noun = self.noun(start, stop, bare=True) if how in ("", "对", "将", "把") else None
        fits = how in ("将", "把") or self.texts[verb] in ("有", "发生", "突破")
        return noun if noun and (fits or self.flat.endswith(TOPICS, *noun)) else None

    def _right(self, j: int, unit: str) -> tuple[Place | None, int]:
        """The noun phrase that follows an amount, and the index of the word after it."""
        j += self.texts[j : j + 1] == ["的"]
        pattern = _OFTEN if unit in _EVENTS else _PHRASE
        upto = _until(pattern, self.kinds, j)
        if upto == j and (relative := _RELATIVE.match(self.kinds, j)):
            j = relative.end()
            upto = _until(pattern, self.kinds, j)
        joiner = self.kinds.rfind("j", j, upto)
        if joiner > 0 and _LISTED.match(self.kinds, joiner, j + REACH):
            upto = self.kinds.find("j", j)
        noun = self.place(self.past("o", j, upto), upto)
        if noun and self.kinds[upto : upto + 1] in tuple(ACTS + "mx"):  # 干部登台 讲法
            person = _PERSON.match(self.flat, *self.words[upto - 1][1:])
            noun = (noun[0], person.end()) if person else noun
        return noun, upto

    def _changed(self, i: int, start: int, stop: int) -> _Found | None:
        """What changed: 材料 由 5份 精简 到 3份, 投诉 同比 下降 2成"""
        tail = start + len(self.kinds[start:stop].rstrip("dx"))
        after, upto = self._right(i + 1, "") if self.kinds[i] == "K" else (None, 0)
        if self.kinds[start:tail].endswith("C"):
            verb = self.words[tail - 1][1:]
            if after:
                return _Found(verb, after, "after", upto)
            marks = (k for k in range(start, tail) if self.texts[k] in _COMPARED)
            noun = self.noun(start, next(marks, tail - 1), bare=True)
            before = self._left(i)[2]
            if not noun and before and before.rule == "change":
                noun = before.noun
            return _Found(verb, noun or self._inherited(i), "change")
        origin = [k for k in range(start, stop) if self.texts[k] in ("由", "从")]
        change = _CHANGE.match(self.kinds, i + 1)
        if origin and change:
            noun = after or self.noun(start, origin[-1], bare=True)
            return _Found(self.words[change.end() - 1][1:], noun, "change")
        return None

    def _rate(self, i: int) -> _Found:
        start, stop, before = self._left(i)
        texts = self.texts[start:stop]
        if found := self._changed(i, start, stop):
            verb = self.flat[slice(*found.verb)] if found.verb else ""
            level = verb[-1:] in ("至", "到") or texts[-1] in _LEVEL or {"由", "从"} & set(texts)
            return found._replace(verb=None) if level else found
        if "占" in texts:
            noun = self.noun(start, start + texts.index("占"), bare=True)
            return _Found(None, noun or self._inherited(i), "share")
        several = not _EACH.isdisjoint(texts)
        stop = start + len(self.kinds[start:stop].rstrip("dox"))
        first = self.past("doxPS" if several else "doxPSj", start, stop)
        first += self.kinds[first:stop].startswith("j")
        if first < stop and self.kinds[stop - 1] in ACTS:  # 成功化解 98%
            return _Found(self.words[stop - 1][1:], self._inherited(i), "bare rate")
        if first < stop:
            return _Found(None, (self.words[first].start, self.words[stop - 1].end), "rate")
        if self.texts[i + 1 : i + 2] in (["的"], ["为"], ["是"]):  # 九成 的 纠纷
            return _Found(None, self._right(i + 2, "")[0], "share")
        if before and self.latest["R"] > self.latest["K"]:
            return before
        return _Found(None, self._inherited(i), "share")

    def _named(self, i: int, found: _Found) -> _Found:
        """Its own name for each rate of those that 分别 shares out: 甲率和乙率 分别 为 95%和97%"""
        start, stop, _ = self._left(i)
        if "分别" in self.texts[start:stop] and found.noun:
            a, b = found.noun
            near = self.words[max(0, i - REACH) : i]
            cuts = [word for word in near if word.kind == "j" and a <= word.start < b]
            ends = [*(cut.start for cut in cuts), b]
            self.names = list(zip([a, *(cut.end for cut in cuts)], ends, strict=True))
        elif self.kinds[start:stop] not in ("", "j"):
            self.names = []
        return found._replace(noun=self.names.pop(0)) if self.names else found
