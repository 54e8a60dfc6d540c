"""Fuzzing: damaged files of each format are read, with intact ones between them."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path
from time import perf_counter
from typing import Any

import memory
from fazhi.batches.reading_ahead import Read, Readers
from fazhi.batches.sources import Failure, Item, Source, find
from mutations import mutate, pack
from renderings import chromium, office, to_docx, to_html
from samples import TEXT, page, word

FORMATS = (".docx", ".html", ".pdf", ".txt", ".zip")
_INTACT = 10  # after so many damaged files comes an intact one
_ESCAPED = "escaped"  # the stage of what should have been a Failure and was an exception


class _Timed(Readers):
    """Readers that note each file's time and the child's peak, and what exception got out."""

    slowest: tuple[float, str] = (0.0, "")
    child_mib = 0.0

    def _read(self, source: Source) -> Read:
        begun = perf_counter()
        try:
            return super()._read(source)
        except Exception as error:
            return _escaped(source.name, error)
        finally:
            self.slowest = max(self.slowest, (perf_counter() - begun, source.name))
            children = memory.family(os.getpid())[1:]
            self.child_mib = max(self.child_mib, *map(memory.peak, children), 0.0)


def measure(formats: Sequence[str], files: int, work: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each format with what came of so many damaged files; ``work`` is an empty folder."""
    good = good_files(work)
    for suffix in formats:
        row = _fuzz(suffix, good[suffix], files, work)
        print(f"{suffix}: {row['documents']} documents of {files} files", flush=True)
        yield suffix, row


def _fuzz(suffix: str, good: Sequence[bytes], files: int, work: Path) -> dict[str, Any]:
    row: dict[str, Any] = {"files": files, "documents": 0, "failures": 0, "reasons": {}}
    row |= {"unanswered": 0, "escaped": 0, "crashes": 0, "time_outs": 0, "intact": 0}
    row["intact_wrong"] = 0
    with closing(_Timed()) as readers:
        intact = [_texts(readers.read_all(sources(raw, 0, suffix, work))) for raw in good]
        if not all(_holds(texts) for texts in intact):
            raise SystemExit(f"an intact {suffix} file is not read as it should be")
        readers.slowest = (0.0, "")  # the child's start is no file's
        memory.forget_peak()
        begun = perf_counter()
        every = range(files + files // _INTACT)
        items = (item for n in every for item in sources(file(n, good, suffix), n, suffix, work))
        answered = 0
        for number, group in groupby(readers.read_all(items), _number):
            results = list(group)
            answered += 1
            if _is_intact(number):
                row["intact"] += 1
                row["intact_wrong"] += _texts(results) != intact[number % len(good)]
                continue
            row["documents"] += any(isinstance(result, tuple) for result in results)
            for failure in results:
                if isinstance(failure, Failure):
                    _note(row, failure, number)
        row["unanswered"] = len(every) - answered
        row["seconds"] = round(perf_counter() - begun, 1)
        row["slowest_s"] = round(readers.slowest[0], 3)
        row["slowest"] = Path(readers.slowest[1]).relative_to(work).as_posix()
        row["child_peak_mib"] = round(readers.child_mib)
    row["parent_peak_mib"] = round(memory.peak(os.getpid()))
    row["reasons"] = dict(sorted(row["reasons"].items(), key=lambda item: -item[1]["count"]))
    return row


def _note(row: dict[str, Any], failure: Failure, number: int) -> None:
    """Count a failure by its reason, with the number of the first file that had it."""
    row["failures"] += 1
    row["escaped"] += failure.stage == _ESCAPED
    row["crashes"] += "its reader crashed" in failure.reason
    row["time_outs"] += "not read within" in failure.reason
    reason = row["reasons"].setdefault(_class(failure), {"count": 0, "first": number})
    reason["count"] += 1


def _class(failure: Failure) -> str:
    """A reason without names, numbers, details and advice; an unforeseen exception by its name."""
    reason = failure.reason.removeprefix(f"{failure.file}: ")
    if unforeseen := re.match(r"can't be read \((\w+): ", reason):
        return f"unforeseen {unforeseen[1]}"
    short = re.split(r" \(|; |, ", reason, maxsplit=1)[0]
    return re.sub(r"^\S+\.(?:xml|rels)\b", "a part", re.sub(r"[0-9][0-9,]*", "N", short))


def file(number: int, good: Sequence[bytes], suffix: str) -> bytes:
    """The file of a number; every run makes the same mutations."""
    raw = good[number % len(good)]
    if _is_intact(number):
        return raw
    return mutate(raw, suffix, random.Random(f"{suffix} {number}"))


def _is_intact(number: int) -> bool:
    return number % (_INTACT + 1) == _INTACT


def sources(raw: bytes, number: int, suffix: str, work: Path) -> Iterator[Item]:
    """A file as a source, an archive as those in it."""
    path = work / f"{number}{suffix}"
    if suffix != ".zip":
        yield Source(str(path), path.stem, suffix, raw)
        return
    path.write_bytes(raw)
    try:
        yield from find([path])
    except Exception as error:
        yield _escaped(str(path), error)
    finally:
        path.unlink()


def _number(result: Read) -> int:
    name = result[0].name if isinstance(result, tuple) else _failed(result)
    found = re.search(r"/(\d+)\.(?:docx|html|pdf|txt|zip)(?:/|$)", name)
    assert found
    return int(found[1])


def _failed(result: Any) -> str:
    assert isinstance(result, Failure)
    return result.file


def _escaped(name: str, error: Exception) -> Failure:
    return Failure(name, _ESCAPED, f"{name}: {type(error).__name__} escaped ({error})")


def _texts(results: Any) -> list[str | None]:
    """The text of each document, None for a failure."""
    return [result[1].text if isinstance(result, tuple) else None for result in results]


def _holds(texts: Sequence[str | None]) -> bool:
    """Whether each text has every line that was written, in order."""
    wanted = ["".join(line.split()) for line in TEXT.split("\n")]
    for text in texts:
        at, bare = 0, "".join((text or "").split())
        for line in wanted:
            at = bare.find(line, at)
            if at < 0:
                return False
    return bool(texts)


def good_files(work: Path) -> Mapping[str, Sequence[bytes]]:
    """Intact files of each format, made here."""
    made = work / "made"
    made.mkdir()
    pages = [page("utf-8"), page("gb18030")]
    (made / "page.html").write_bytes(pages[0])
    (made / "plain.html").write_bytes(to_html(TEXT))
    (made / "word.docx").write_bytes(word())
    for suffix in ("docx", "pdf"):
        (made / suffix).mkdir()
    office([made / "plain.html"], "docx", made / "docx")
    office([made / "word.docx"], "pdf", made / "pdf")
    chromium([made / "page.html"], made / "pdf")
    texts = [TEXT.encode(code) for code in ("utf-8", "gb18030", "utf-16")]
    words = [word(), to_docx(TEXT), (made / "docx" / "plain.docx").read_bytes()]
    return {
        ".docx": words,
        ".html": [*pages, to_html(TEXT)],
        ".pdf": [(made / "pdf" / f"{name}.pdf").read_bytes() for name in ("word", "page")],
        ".txt": texts,
        ".zip": [
            pack({"石桥镇/1.txt": texts[0], "石桥镇/2.html": pages[0], "3.docx": words[1]}),
            pack({"a.txt": texts[1], "b.txt": texts[2], "读我.md": b"#"}),
        ],
    }
