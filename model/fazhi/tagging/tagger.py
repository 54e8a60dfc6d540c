"""The tagger: text → windows → scores → spans → attributes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count, islice
from pathlib import Path

import numpy as np

from fazhi import reading
from fazhi.batches import sources
from fazhi.facts import resolving
from fazhi.facts.mending import mend
from fazhi.reports import Report, Span
from fazhi.tagging import decoding, scoring, windows
from fazhi.tagging.backends import Backend, open_backend
from fazhi.tagging.calibration import Shares
from fazhi.tagging.cores import available_cores
from fazhi.tagging.labels import LABELS, TagScheme
from fazhi.tagging.manifest import Manifest
from fazhi.tagging.scoring import Scores
from fazhi.tagging.tokens import CharacterTokenizer

SHIPPED_MODEL = Path(__file__).parent.parent / "weights"
_GROUP_CHARS = 200_000


def model_folder(model: str | Path | None) -> Path:
    """The folder of a model: the one that ships for None and ``shipped-model``, else itself."""
    return SHIPPED_MODEL if model is None or str(model) == "shipped-model" else Path(model)


class Tagger:
    """A loaded model. One instance serves any number of reports.

    >>> tagger = Tagger.load()
    >>> report = tagger.tag("一、主要举措\\n学习《民法典》2次。")
    >>> [span.text for span in report.spans]
    ['一、主要举措', '民法典', '2次']
    """

    def __init__(
        self,
        manifest: Manifest,
        tokenizer: CharacterTokenizer,
        backend: Backend,
        *,
        min_score: float = 0.0,
    ) -> None:
        self.manifest = manifest
        self.min_score = min_score
        self.scheme = TagScheme(manifest.labels)
        self.tokenizer = tokenizer
        self.backend = backend
        self._mends = set(LABELS) <= set(manifest.labels)  # else the guidelines are others

    @classmethod
    def load(
        cls,
        model: str | Path | None = None,
        *,
        device: str = "auto",
        precision: str | None = None,
        compile: bool = False,
        min_score: float = 0.0,
        threads: int | None = None,
    ) -> Tagger:
        """Load a model folder, by default (or as ``shipped-model``) the one that ships with fazhi.

        ``device`` is ``auto``, ``cpu`` or ``cuda``; spans with a score below ``min_score`` are left
        out. ``precision`` is ``fp32`` or ``int8`` on the CPU, by default what the model is shipped
        for; ``compile`` has torch compile it for the GPU. ``threads`` are those of the CPU, by
        default as many as there are cores. Raises ModelError when the folder is incomplete or
        altered, MissingExtraError when the device needs what is not installed.
        """
        folder = model_folder(model)
        manifest = Manifest.load(folder)
        manifest.verify(folder, "tokenizer.json")
        tokenizer = CharacterTokenizer.load(folder)
        threads = threads or available_cores()
        backend = open_backend(
            folder, manifest, device, threads, precision=precision, compile=compile
        )
        return cls(manifest, tokenizer, backend, min_score=min_score)

    def read(self, path: str | Path) -> Report:
        """Read a file and tag it; raises ReadError when it can't be read."""
        path = Path(path)
        document = reading.read(sources.read_bytes(path), str(path), path.suffix.lower())
        return self.tag(document.text, id=path.stem).located(document)

    def tag(self, text: str, *, id: str = "") -> Report:
        """Tag one text."""
        return next(self.tag_many([text], ids=[id]))

    def tag_many(
        self, texts: Iterable[str], *, ids: Iterable[str] | None = None
    ) -> Iterator[Report]:
        """Tag texts in order, several in one batch; lazily, so that an endless iterable is fine."""
        for report, _ in self.tag_with_confidence(texts, ids=ids):
            yield report

    def tag_with_confidence(
        self, texts: Iterable[str], *, ids: Iterable[str] | None = None
    ) -> Iterator[tuple[Report, Shares]]:
        """As ``tag_many``, with the calibrated probability of each character's tag.

        That is an array of shape ``(characters,)``; a span's score is the least over the
        characters that the model gave it, before it was mended.
        """
        names = iter(ids) if ids is not None else map(str, count())
        for group in _groups(texts):
            scored = zip(group, islice(names, len(group)), self._score_group(group), strict=True)
            for text, name, (scores, weight) in scored:
                yield self._report(text, name, scores, weight)

    def score_many(self, texts: Iterable[str]) -> Iterator[Scores]:
        """Log-probabilities of each text's tags, shape ``(characters, tags)``, in order; lazily."""
        for group in _groups(texts):
            for scores, _ in self._score_group(group):
                yield scores

    def _score_group(self, texts: Sequence[str]) -> Iterator[tuple[Scores, Scores]]:
        """Each text's scores, and the weight of each of its characters."""
        cuts = [windows.cut(text, self.manifest.windows) for text in texts]
        places = [(number, window) for number, cut in enumerate(cuts) for window in cut]
        tokens = [self.tokenizer.encode(text) for text in texts]
        pieces = [tokens[number][window.start : window.end] for number, window in places]
        merging = [windows.Merging(len(text), len(self.scheme.tags)) for text in texts]
        for place, scores in scoring.score(pieces, self.tokenizer, self.backend):
            number, window = places[place]
            merging[number].add(window, scores)
        while merging:  # each is let go when its text is done
            yield merging.pop(0).merged()

    def _report(
        self, text: str, name: str, scores: Scores, weight: Scores
    ) -> tuple[Report, Shares]:
        found = decoding.decode(scores, self.scheme)
        tags = self.scheme.encode(len(text), found)
        confidence = self.manifest.calibration(np.exp(scores[np.arange(len(text)), tags]))
        spans = [
            Span(start, end, label, text[start:end], float(confidence[start:end].min()))
            for start, end, label in _trimmed(text, found)
        ]
        if self._mends:
            spans = mend(text, spans)
        spans = [span for span in spans if span.score >= self.min_score]
        coverage = float((weight > 0).mean()) if text else 1.0
        report = Report(name, text, resolving.resolve(text, spans), coverage=coverage)
        return report, confidence


def _trimmed(text: str, found: Iterable[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
    """Spans without the white space at their edges; those of nothing else are left out."""
    for start, end, label in found:
        surface = text[start:end]
        left = len(surface) - len(surface.lstrip())
        right = len(surface.rstrip())
        if right > left:
            yield start + left, start + right, label


def _groups(texts: Iterable[str]) -> Iterator[list[str]]:
    """Texts in groups of about ``_GROUP_CHARS`` characters, so that memory stays bounded."""
    group: list[str] = []
    size = 0
    for text in texts:
        group.append(text)
        size += len(text)
        if size >= _GROUP_CHARS:
            yield group
            group, size = [], 0
    if group:
        yield group
