"""spaCy's DocBin: a token a character, spans as ``doc.ents``. Needs spaCy (``fazhi[formats]``).

Attributes and scores lie where ``Span.set_extension`` looks for them: after
``Span.set_extension("approx", default=None)``, ``span._.approx`` gives one. ``doc.user_data`` has
``id`` and, as JSON, ``meta``.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from fazhi.annotations.formats.files import parse_json
from fazhi.annotations.formats.losses import find_losses
from fazhi.annotations.formats.verification import Claim, Draft, Reading
from fazhi.errors import FazhiError, MissingExtraError
from fazhi.reports import Attribute, Report, Span

_EXTENSION = "._."  # how spaCy's keys of extensions begin
_MOST = 2**63  # whole numbers of MessagePack are smaller


def matches(path: Path) -> bool:
    """Whether it is a DocBin: compressed, and with the names of attributes in front."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        try:
            return b"attrs" in zlib.decompressobj().decompress(file.read(1024), 1024)
        except zlib.error:
            return False


def _import() -> tuple[Any, Any, Any]:
    try:
        from spacy.tokens import Doc, DocBin
        from spacy.vocab import Vocab
    except ImportError as error:
        raise MissingExtraError("a DocBin needs spaCy: pip install 'fazhi[formats]'") from error
    return Doc, DocBin, Vocab


def read(path: Path) -> Reading:
    """Read a DocBin; spans are its entities, or without any its span group ``sc``."""
    _, doc_bin, vocab = _import()
    draft = Draft()
    try:
        documents = list(doc_bin().from_disk(path).get_docs(vocab()))
    except (ValueError, KeyError, zlib.error) as error:
        raise FazhiError(f"{path}: no DocBin ({error})") from error
    for number, doc in enumerate(documents, start=1):
        meta = parse_json(str(doc.user_data.get("meta")))
        draft.add(
            f"{path}: document {number}",
            str(doc.user_data.get("id", f"{path.stem}-{number}")),
            doc.text,
            _claims(doc),
            meta if isinstance(meta, dict) else {},
        )
    return draft.finish()


def _claims(doc: Any) -> Iterator[Claim]:
    said: dict[tuple[int, int], dict[str, Any]] = {}
    for key, value in doc.user_data.items():
        if isinstance(key, tuple) and len(key) == 4 and key[0] == _EXTENSION:
            _, name, start, end = key
            if isinstance(value, str | int | float | None):
                said.setdefault((start, end), {})[name] = value
    for span in doc.ents or doc.spans.get("sc", ()):
        attributes = dict(said.get((span.start_char, span.end_char), {}))
        score = attributes.pop("score", 1.0)
        sure = float(score) if isinstance(score, int | float) else 1.0
        yield Claim(span.start_char, span.end_char, span.label_, span.text, sure, attributes)


def write(reports: Sequence[Report], path: Path) -> list[str]:
    """Write a DocBin with a document for each report."""
    doc_class, doc_bin, vocab = _import()
    shared = vocab()
    docs = doc_bin(store_user_data=True)
    for report in reports:
        text = report.text
        doc = doc_class(shared, words=list(text), spaces=[False] * len(text))
        doc.set_ents(
            [doc.char_span(span.start, span.end, label=span.label) for span in _apart(report)]
        )
        meta = json.dumps(report.to_annotation()["meta"], ensure_ascii=False)
        doc.user_data.update({"id": report.id, "meta": meta})
        for span in report.spans:
            for name, value in {**span.attributes, "score": span.score}.items():
                if _fits(value):
                    doc.user_data[_EXTENSION, name, span.start, span.end] = value
        docs.add(doc)
    docs.to_disk(path)
    return find_losses(reports, read(path))


def _fits(value: Attribute) -> bool:
    return not isinstance(value, int) or -_MOST <= value < _MOST


def _apart(report: Report) -> Iterator[Span]:
    """Spans that do not overlap one before, as entities must not."""
    end = 0
    for span in sorted(report.spans, key=lambda span: span.start):
        if span.start >= end:
            yield span
            end = span.end
