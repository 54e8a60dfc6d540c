"""Selecting: the reports that are most worth annotating, and unlike each other.

What annotating a report would teach is estimated as the corrections that the model's own spans are
expected to need (uncertainty sampling, Lewis and Gale 1994; here of calibrated spans), times how
unlike the report is to those that are annotated already or chosen before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fazhi.annotations.formats.files import make_folder
from fazhi.batches.reading_ahead import Readers
from fazhi.batches.sources import Failure, Source, find
from fazhi.limits import DEFAULT_LIMITS, Limits
from fazhi.tagging.calibration import Calibration
from fazhi.tagging.decoding import decode
from fazhi.tagging.labels import TagScheme
from fazhi.tagging.tagger import Tagger

NEAR_MISS = 0.05
"""From this probability of a span on, a place where none is found counts as a near miss."""
LEAST_CHARS = 500
"""A shorter report counts as one of this length, so that a mere line does not come first."""
SAME = 0.01
"""A report that is less unlike another than this is a copy of it, and never chosen."""

Profile = npt.NDArray[np.float32]
_BUCKETS = 4096
_NAME_CHARS = 60


@dataclass(frozen=True, slots=True)
class Candidate:
    """A report of the pool: its source's name, the corrections that it is expected to need by
    label, these per 1,000 characters, and its profile."""

    name: str
    corrections: Mapping[str, float]
    rate: float
    profile: Profile


@dataclass(frozen=True, slots=True)
class Choice:
    """A chosen report; ``unlike`` is 0 for a copy and 1 for one that shares nothing with
    ``nearest``, the name of that report among the known and the chosen that it is most like."""

    candidate: Candidate
    unlike: float
    nearest: str

    @property
    def gain(self) -> float:
        """What it is ranked by: expected corrections per 1,000 characters, times unlikeness."""
        return self.candidate.rate * self.unlike


def candidates(
    tagger: Tagger, sources: Iterable[Source | Failure], readers: Readers
) -> Iterator[Candidate | Failure]:
    """Read and tag sources; what can't be read or tagged is a Failure."""
    for item in readers.read_all(sources):
        if isinstance(item, Failure):
            yield item
        elif isinstance(item, tuple):
            source, document = item
            try:
                yield candidate(tagger, source.name, document.text)
            except Exception as error:  # ONNX Runtime's share no base class
                reason = f"{source.name}: can't be tagged ({type(error).__name__}: {error})"
                yield Failure(source.name, "tag", f"{reason}; split the file")


def candidate(tagger: Tagger, name: str, text: str) -> Candidate:
    """What a text is worth to the tagger."""
    scores = next(tagger.score_many([text]))
    corrections = expected_corrections(scores, tagger.scheme, tagger.manifest.calibration)
    rate = 1000 * sum(corrections.values()) / max(LEAST_CHARS, len(text))
    return Candidate(name, corrections, rate, profile(text))


def expected_corrections(
    scores: npt.NDArray[np.float32], scheme: TagScheme, calibration: Calibration
) -> dict[str, float]:
    """By label, how many spans a reader would change, take away or add.

    ``scores`` are log-probabilities, shape ``(characters, tags)``. Every span that is found counts
    with the probability that it is wrong. A run of characters outside, none of them next to a span
    (its border is the span's own matter), on which some span has ``NEAR_MISS`` of the probability,
    counts with the probability that one is missed there.
    """
    found = decode(scores, scheme)
    tags = scheme.encode(len(scores), found)
    confidence = np.exp(scores[np.arange(len(scores)), tags])
    expected = dict.fromkeys(scheme.labels, 0.0)

    def doubt(label: str, start: int, end: int) -> None:
        expected[label] += 1.0 - float(calibration(confidence[start:end].min()))

    for start, end, label in found:
        doubt(label, start, end)
    near = np.concatenate([[False], (tags == 0) & (confidence < 1 - NEAR_MISS), [False]])
    edges = np.flatnonzero(near[1:] != near[:-1]).reshape(-1, 2)
    inside = np.concatenate([[False], tags != 0, [False]])  # one place later
    for start, end in edges.tolist():
        if not (inside[start] or inside[end + 1]):
            spread = np.exp(scores[start:end, 1:]).sum(axis=0).reshape(len(scheme.labels), -1)
            doubt(scheme.labels[int(spread.sum(axis=1).argmax())], start, end)
    return expected


def profile(text: str) -> Profile:
    """How often each pair of neighbouring letters or Han characters stands in a text.

    Pairs are hashed to 4,096 places, shape ``(4096,)``; layout, marks and digits do not count.
    """
    plain = "".join(char for char in text if char.isalpha())
    codes = np.frombuffer(plain.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    pairs = (codes[:-1] * np.uint64(0x9E3779B1) ^ codes[1:] * np.uint64(0x85EBCA77)) >> np.uint64(7)
    counts = np.bincount((pairs % np.uint64(_BUCKETS)).astype(np.intp), minlength=_BUCKETS)
    return counts.astype(np.float32)


def select(
    pool: Sequence[Candidate], known: Mapping[str, Profile], number: int
) -> tuple[list[Choice], list[Choice]]:
    """Choose up to ``number`` of the pool, the most useful first.

    ``known`` are the profiles of annotated reports by name. Each choice is the one with the largest
    gain beside those before it. Returns the choices and the copies among the rest, which are never
    chosen.
    """
    if not pool:
        return [], []
    vectors = _weighted(np.stack([*(one.profile for one in pool), *known.values()]))
    ours, theirs = vectors[: len(pool)], vectors[len(pool) :]
    names = [*known, *(one.name for one in pool)]
    like = np.zeros(len(pool), dtype=np.float32)
    nearest = np.full(len(pool), -1)
    if known:
        alike = ours @ theirs.T
        like, nearest = alike.max(axis=1), alike.argmax(axis=1)
    rates = np.array([one.rate for one in pool])
    left = np.ones(len(pool), dtype=bool)

    def choice(place: int) -> Choice:
        name = names[nearest[place]] if nearest[place] >= 0 else ""
        return Choice(pool[place], 1.0 - float(like[place]), name)

    chosen: list[Choice] = []
    while len(chosen) < number and (left & (like <= 1 - SAME)).any():
        place = int(np.where(left & (like <= 1 - SAME), rates * (1 - like), -1.0).argmax())
        chosen.append(choice(place))
        left[place] = False
        alike = ours @ ours[place]
        nearest = np.where(alike > like, len(known) + place, nearest)
        like = np.maximum(like, alike)
    return chosen, [choice(int(place)) for place in np.flatnonzero(left & (like > 1 - SAME))]


def _weighted(counts: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Rows of unit length: the logarithm of counts, times inverse document frequency."""
    spread = (counts > 0).sum(axis=0)
    rarity = 1 + np.log((1 + len(counts)) / (1 + spread))
    weighted = np.log1p(counts) * rarity
    length = np.linalg.norm(weighted, axis=1, keepdims=True)
    result: npt.NDArray[np.float32] = (weighted / np.maximum(length, 1e-9)).astype(np.float32)
    return result


def table(choices: Sequence[Choice]) -> str:
    """A line for each choice, with what speaks for it."""
    rows = [("", "per 1,000", "unlike", "corrections expected", "most like", "report")]
    for rank, one in enumerate(choices, start=1):
        most = sorted(one.candidate.corrections.items(), key=lambda item: -item[1])
        said = ", ".join(f"{label} {number:.1f}" for label, number in most if number >= 0.05)
        figures = (str(rank), f"{one.candidate.rate:.2f}", f"{one.unlike:.2f}")
        rows.append((*figures, said or "-", one.nearest or "-", one.candidate.name))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place < 3 else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def copy(
    choices: Sequence[Choice], paths: Iterable[Path], folder: Path, limits: Limits = DEFAULT_LIMITS
) -> None:
    """Copy what was chosen of ``paths`` to a new folder, ``01-NAME.docx`` and so on by rank.

    Members of archives and lines of ``.jsonl`` become files, annotated reports their bare texts.
    Raises FazhiError when the folder is neither new nor empty.
    """
    make_folder(folder)
    ranks = {one.candidate.name: rank for rank, one in enumerate(choices, start=1)}
    digits = max(2, len(str(len(choices))))
    for source in find(paths, limits):
        if isinstance(source, Source) and source.name in ranks:
            name = re.sub(r'[/\\:*?"<>|\x00-\x1f]', "_", source.id)[:_NAME_CHARS]
            file = f"{ranks[source.name]:0{digits}}-{name}{source.suffix}"
            (folder / file).write_bytes(source.raw)
