"""Renderings: the same report as Word file, page and print, and what is found in each."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Sequence
from difflib import SequenceMatcher
from html import escape
from pathlib import Path
from typing import Any

import docx

from fazhi import reading
from fazhi.annotations import read
from fazhi.errors import ReadError
from fazhi.reports import Report
from fazhi.tagging.tagger import Tagger

LEAST_F1 = 0.99
RENDERINGS = (
    "docx by python-docx",
    "docx by LibreOffice",
    "html",
    "pdf by LibreOffice",
    "pdf by Chromium",
)
_OFFICE = {"docx": "docx:MS Word 2007 XML", "pdf": "pdf:writer_pdf_Export"}
_TIMEOUT_S = 600

Found = list[tuple[str, str]]


def to_docx(text: str) -> bytes:
    """A Word file by python-docx with a paragraph for each line."""
    document = docx.Document()
    for line in text.split("\n"):
        document.add_paragraph(line)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def to_html(text: str) -> bytes:
    """A page with a paragraph for each line."""
    lines = text.split("\n")
    body = "\n".join(f"<p>{escape(line)}</p>" for line in lines)
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN">\n<head><meta charset="utf-8">'
        f"<title>{escape(lines[0].strip())}</title></head>\n<body>\n{body}\n</body>\n</html>\n"
    ).encode()


def office(files: Sequence[Path], suffix: str, folder: Path) -> None:
    """Word files or pages as LibreOffice writes them, into ``folder`` under the same names."""
    profile = f"-env:UserInstallation={(folder / 'profile').resolve().as_uri()}"
    source = ["--infilter=HTML (StarWriter)"] if files[0].suffix == ".html" else []
    target = ("--convert-to", _OFFICE[suffix], "--outdir", str(folder))
    _run("soffice", profile, "--headless", *source, *target, *map(str, files))


def chromium(files: Sequence[Path], folder: Path) -> None:
    """Pages as Chromium prints them by itself, with its running head and foot, into ``folder``."""
    profile = f"--user-data-dir={folder / 'profile'}"
    for file in files:
        target = f"--print-to-pdf={folder / file.stem}.pdf"
        alone = ("--headless", "--no-sandbox", "--disable-gpu", profile)
        _run("chromium", *alone, target, file.resolve().as_uri())


def render(text: dict[str, str], work: Path) -> dict[str, list[Path]]:
    """The files of each of ``RENDERINGS``, in the order of the texts (by their names)."""
    folders = [work / name.replace(" ", "-") for name in RENDERINGS]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    written, converted, pages, printed, browsed = folders
    for name, content in text.items():
        (written / f"{name}.docx").write_bytes(to_docx(content))
        (pages / f"{name}.html").write_bytes(to_html(content))
    office([pages / f"{name}.html" for name in text], "docx", converted)
    office([written / f"{name}.docx" for name in text], "pdf", printed)
    chromium([pages / f"{name}.html" for name in text], browsed)
    endings = (name.split()[0] for name in RENDERINGS)
    return {
        rendering: [folder / f"{name}.{ending}" for name in text]
        for rendering, folder, ending in zip(RENDERINGS, folders, endings, strict=True)
    }


def measure(annotations: Path, work: Path) -> dict[str, Any]:
    """F1 of the spans found in each rendering against those found in the text, and what differs."""
    reports = [item.report for item in read([annotations])]
    wrapped = ["pdf-wrapped" in report.meta["phenomena"] for report in reports]
    tagger = Tagger.load(device="cpu")
    asked = [_found(tagged) for tagged in tagger.tag_many(report.text for report in reports)]
    rows: dict[str, Any] = {}
    for rendering, files in render({one.id: one.text for one in reports}, work).items():
        texts = [_text(file) for file in files]
        pairs = list(zip(asked, map(_found, tagger.tag_many(texts)), strict=True))
        rows[rendering] = {
            "f1": _f1(pairs),
            "f1_hard_wrapped": _f1([p for p, hard in zip(pairs, wrapped, strict=True) if hard]),
            "f1_others": _f1([p for p, hard in zip(pairs, wrapped, strict=True) if not hard]),
            "same_letters": sum(
                _bare(text) == _bare(report.text)
                for text, report in zip(texts, reports, strict=True)
            ),
            "differences": {
                report.id: _differences(*pair)
                for report, pair in zip(reports, pairs, strict=True)
                if pair[0] != pair[1]
            },
        }
        print(f"{rendering}: {rows[rendering]['f1']:.4f}", flush=True)
    return {
        "reports": len(reports),
        "hard_wrapped": sum(wrapped),
        "spans": sum(map(len, asked)),
        "renderings": rows,
    }


def _text(file: Path) -> str:
    """The text of a file; none where it can't be read, so that all spans are missing."""
    try:
        return reading.read(file.read_bytes(), file.name, file.suffix).text
    except ReadError as error:
        print(error, flush=True)
        return ""


def _found(report: Report) -> Found:
    """Labels and surfaces in order, without white space, which a rendering may change."""
    return [(span.label, _bare(span.text)) for span in report.spans]


def _bare(text: str) -> str:
    return "".join(text.split())


def _f1(pairs: Sequence[tuple[Found, Found]]) -> float:
    """Spans that stand in both in the same order, against all; 1 for none at all."""
    same = sum(
        block.size
        for one, other in pairs
        for block in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks()
    )
    number = sum(len(one) + len(other) for one, other in pairs)
    return 2 * same / number if number else 1.0


def _differences(asked: Found, found: Found) -> list[str]:
    """What only the text has (-) and what only the rendering has (+)."""
    matcher = SequenceMatcher(None, asked, found, autojunk=False)
    return [
        f"{sign} {label} {surface}"
        for kind, a, b, c, d in matcher.get_opcodes()
        if kind != "equal"
        for sign, spans in (("-", asked[a:b]), ("+", found[c:d]))
        for label, surface in spans
    ]


def _run(*command: str) -> None:
    if not shutil.which(command[0]):
        raise SystemExit(f"{command[0]} is needed for this part, and is not installed")
    subprocess.run(command, check=True, capture_output=True, timeout=_TIMEOUT_S)
