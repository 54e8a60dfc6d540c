"""CoNLL in characters: a character and its tag a line, a blank line between sentences.

Tags are BIO, BIOES or BMES, told apart by nobody: one automaton reads all. A sentence ends at a
line break or behind 。！？, never within a span. CoNLL has no white space, no ids and no end of a
text; a file ``NAME.texts`` beside it keeps them (JSONL), and with it offsets are those of the text.
Without it a text is put together anew, a line a sentence. ``-DOCSTART-`` stands between reports.
Public sets of Chinese names have none: to train on one and to score, each sentence is a report.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from pathlib import Path
from typing import Any

from fazhi.annotations.formats.files import parse_json, read_text, write_text
from fazhi.annotations.formats.losses import find_losses
from fazhi.annotations.formats.verification import Claim, Draft, Reading
from fazhi.errors import FazhiError
from fazhi.reports import Report
from fazhi.tagging.labels import TagScheme

SCHEMES = {"bio": "BIIB", "bioes": "BIES", "bmes": "BMES"}
"""What each scheme writes for the B, I, E and S of BIOES."""

_START = "-DOCSTART-"
_TAG = re.compile(r"O|[BIMESLU]-.+", re.S)
_PLACED = re.compile(r"(.+?)\d{1,2}")
_MOST_BROKEN = 0.01  # of a file's characters
_LOOKED_AT = 50  # lines, to recognise a file
_ENDS = "。！？"
_CLOSES = "”’」』）》)"  # still of the sentence
Sentence = list[tuple[str, str]]


def matches(path: Path) -> bool:
    """Whether its first lines have a word in front and a tag at the end."""
    if not path.is_file():
        return False
    with path.open(encoding="utf-8", errors="replace") as file:
        rows = [_row(line) for line in islice(file, _LOOKED_AT) if line.strip()]
    return bool(rows) and all(row is not None and _TAG.fullmatch(row[1]) for row in rows)


def _row(line: str) -> tuple[str, str] | None:
    line = line.rstrip("\r\n")
    columns = line.split("\t") if "\t" in line else line.split()
    return (columns[0], columns[-1]) if len(columns) > 1 and columns[0] else None


def find_spans(tags: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """First and behind-last tags of spans with their labels, in BIO, BIOES, BMES or BILOU."""
    start = -1
    open_label = ""
    for index, tag in enumerate([*tags, "O"]):
        prefix, _, label = tag.partition("-")
        if open_label and not (label == open_label and prefix in ("I", "M", "E", "L")):
            yield start, index, open_label
            open_label = ""
        if label and not open_label:
            start, open_label = index, label
        if open_label and prefix in ("E", "S", "L", "U"):
            yield start, index + 1, open_label
            open_label = ""


def read(path: Path) -> Reading:
    """Read a file, with the texts beside it if they are there."""
    return _read(path, read_text(path), Draft(), by_sentence=False)


def read_set(path: Path) -> Reading:
    """Read a file to train or score on: without texts and ``-DOCSTART-``, a report a sentence.

    Bytes that are not UTF-8 become ``U+FFFD`` and are listed as a problem, if they are few.
    """
    draft = Draft()
    try:
        content = read_text(path)
    except FazhiError:
        content = path.read_bytes().decode("utf-8", "replace")
        broken = content.count("\ufffd")
        if broken > len(content) * _MOST_BROKEN:
            raise
        draft.problems.append(f"{path}: {broken} characters are not UTF-8; read as U+FFFD")
    return _read(path, content, draft, by_sentence=True)


def _read(path: Path, content: str, draft: Draft, *, by_sentence: bool) -> Reading:
    beside = path.with_name(path.name + ".texts")
    lines = read_text(beside).split("\n") if beside.is_file() else []
    texts = [parse_json(line) for line in lines if line.strip()]
    documents = _documents(path, content, draft.problems)
    if texts and len(texts) != len(documents):
        draft.problems.append(f"{beside}: {len(texts)} texts for {len(documents)} reports")
        texts = []
    if not texts:
        documents = _without_places(documents)
    if by_sentence and not texts and len(documents) == 1:
        documents = [[sentence] for sentence in documents[0]]
    for number, sentences in enumerate(documents, start=1):
        where = f"{path}: report {number}"
        words = [word for sentence in sentences for word, _ in sentence]
        kept = texts[number - 1] if texts else None
        if isinstance(kept, dict) and _visible(str(kept.get("text"))) == "".join(words):
            text, meta = str(kept["text"]), kept.get("meta")
            places = [index for index, char in enumerate(text) if not char.isspace()]
            name = str(kept.get("id"))
        else:
            if not by_sentence:
                draft.problems.append(
                    f"{where}: no text of it in {beside.name}; put together anew, a line a "
                    "sentence, with no other white space and offsets of its own"
                )
            text = "\n".join("".join(word for word, _ in sentence) for sentence in sentences)
            places = [index for index, char in enumerate(text) if char != "\n"]
            name, meta = path.stem if len(documents) == 1 else f"{path.stem}-{number}", None
        claims = _claims(sentences, places, text)
        draft.add(where, name, text, claims, meta if isinstance(meta, dict) else {})
    return draft.finish()


def _without_places(documents: list[list[Sentence]]) -> list[list[Sentence]]:
    """Words without their places, which files of Weibo have behind every one: ``口0``, ``腔1``."""
    words = [word for document in documents for sentence in document for word, _ in sentence]
    found = [_PLACED.fullmatch(word) for word in words]
    if not all(found):
        return documents
    bare = iter([match[1] for match in found if match])
    return [
        [[(next(bare), tag) for _, tag in sentence] for sentence in document]
        for document in documents
    ]


def _visible(text: str) -> str:
    return "".join(char for char in text if not char.isspace())


def _documents(path: Path, content: str, problems: list[str]) -> list[list[Sentence]]:
    documents: list[list[Sentence]] = [[[]]]
    for number, line in enumerate(content.split("\n"), start=1):
        row = _row(line)
        if not line.strip():
            documents[-1].append([])
        elif row is None or not _TAG.fullmatch(row[1]):
            problems.append(f"{path}:{number}: {line!r} is no word and tag; left out")
        elif row[0] == _START:
            documents.append([[]])
        else:
            documents[-1][-1].append(row)
    found = [[sentence for sentence in document if sentence] for document in documents]
    return found if found[0] or len(found) == 1 else found[1:]


def _claims(sentences: list[Sentence], places: Sequence[int], text: str) -> Iterator[Claim]:
    """Spans of tags as spans of the text; ``places`` are those of the visible characters."""
    done = 0
    for sentence in sentences:
        ends = list(accumulate((len(word) for word, _ in sentence), initial=done))
        for first, last, label in find_spans([tag for _, tag in sentence]):
            start, end = places[ends[first]], places[ends[last] - 1] + 1
            yield Claim(start, end, label, text[start:end])
        done = ends[-1]


def write(reports: Sequence[Report], path: Path, scheme: str = "bio") -> list[str]:
    """Write a file in one of the schemes, and the texts beside it."""
    lines: list[str] = []
    for report in reports:
        if len(reports) > 1:
            lines += [f"{_START}\tO", ""]
        lines += _lines(report, scheme)
    write_text(path, "".join(f"{line}\n" for line in lines))
    write_text(path.with_name(path.name + ".texts"), "".join(map(_format_text, reports)))
    return find_losses(reports, read(path))


def _format_text(report: Report) -> str:
    whole = report.to_annotation()
    kept: dict[str, Any] = {key: whole[key] for key in ("id", "text", "meta")}
    return json.dumps(kept, ensure_ascii=False) + "\n"


def _lines(report: Report, scheme: str) -> Iterator[str]:
    text = report.text
    places = [index for index, char in enumerate(text) if not char.isspace()]
    spans = [
        (bisect_left(places, span.start), bisect_left(places, span.end), span.label)
        for span in report.spans
    ]
    spans = [span for span in spans if span[0] < span[1]]  # of white space alone: nothing to tag
    tags = TagScheme(tuple(sorted({label for *_, label in spans})))
    written = str.maketrans("BIES", SCHEMES[scheme])
    names = [tag[0].translate(written) + tag[1:] for tag in tags.tags]
    ids = tags.encode(len(places), spans)
    within = {index for start, end, _ in spans for index in range(start, end - 1)}
    for index, place in enumerate(places):
        yield f"{text[place]}\t{names[ids[index]]}"
        following = places[index + 1] if index + 1 < len(places) else len(text)
        broken = re.search(r"[\r\n]", text[place:following])
        ended = text[place] in _ENDS and text[following : following + 1] not in tuple(_CLOSES)
        if index not in within and (broken or ended or following == len(text)):
            yield ""
