"""A folder as people have it: a good file of each kind, and ten that are bad, each in its own way.

Every good one gives its facts, every bad one a row and a line that say what to do.
"""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import openpyxl
import pytest

from test_batches import docx, failures, fill, html
from test_cli import run, written
from test_reading_pdf import IMAGE, LOCKED, build, draw, set_lines

LINES = [
    "石桥镇人民政府法治政府建设年度报告",
    "一、主要举措和成效",
    "组织开展学法活动2次，宣讲9次，镇村干部参加学习，法治意识有了明显提升。",
    "全年办结行政复议3件，没有一宗被上级机关撤销，群众满意度稳步提高。",
]
FOUND = ["2次", "9次", "3件"]
TEXT = "\n".join(LINES)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
NAVIGATION = "<nav><a href=/>首页</a> &gt; <a href=/zwgk>政务公开</a></nav>"


def archive(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, raw in files.items():
            made.writestr(name, raw)
    return file.getvalue()


GOOD = {
    "a.txt": TEXT.encode("gb18030"),
    "b.docx": docx(*LINES),
    "c.html": (NAVIGATION + html(*LINES).decode()).encode(),
    "d.pdf": build(draw(set_lines(LINES))),
    "e.zip": archive({"石桥镇/1.txt": TEXT.encode(), "说明.md": b"#"}),
    "f.jsonl": json.dumps({"id": "one", "text": TEXT}).encode(),
}
BAD = {
    "01 cut off.docx": (docx(*LINES)[:300], "damaged or cut off .*; fetch it again"),
    "02 locked.docx": (OLE + "EncryptedPackage".encode("utf-16-le"), "password.*remove the pass"),
    "03 a text.docx": (TEXT.encode(), "not a .docx file .*; save the report as .docx"),
    "04 scanned.pdf": (build(IMAGE), r"holds no text, only pictures .*ocrmypdf"),
    "05 locked.pdf": (build(draw(set_lines(LINES)), trailer=LOCKED), "protected by a password"),
    "06 by script.html": (b"<html><div id=app></div><script>x()</script>", "save it as .txt"),
    "07 cut off.zip": (archive({"1.txt": TEXT.encode()})[:60], "a damaged archive .*; fetch it"),
    "08 empty.txt": (b"", "empty; there is nothing to read"),
    "09 noise.txt": (bytes(range(128, 256)) * 9, "save it as UTF-8, or name its encoding"),
    "10 a program.txt": (b"MZ\x90\0\3\0\0\0\4\0\0\0\xff\xff", "not a text file; save the report"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    fill(tmp_path / "in", {name: raw for name, (raw, _) in BAD.items()} | GOOD)
    return tmp_path / "in"


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_good_one_is_tagged_and_every_bad_one_is_told(
    folder: Path, tiny_model: Path, jobs: int
) -> None:
    out = folder.parent / "out.jsonl"
    options = ("-o", out, "--model", tiny_model, "--jobs", jobs)
    code, printed, err = run("predict", folder, folder / "f.jsonl", *options)
    assert (code, printed) == (1, "")
    reports, failed = written(out)
    assert [report["id"] for report in reports] == ["a", "b", "c", "d", "1", "one"]
    assert [[span["text"] for span in report["spans"]] for report in reports] == [FOUND] * 6
    assert all(span["source"] for report in reports for span in report["spans"])
    assert failed == sorted(BAD)
    *told, summary = err.splitlines()
    for line, (name, (_, message)) in zip(told, BAD.items(), strict=True):
        assert re.fullmatch(rf"error: {re.escape(str(folder / name))}: .*{message}.*", line)
    assert summary == "6 tagged, 10 failed"


def test_the_bad_ones_are_a_table(folder: Path, tiny_model: Path) -> None:
    out = folder.parent / "out.xlsx"
    assert run("predict", folder, "-o", out, "--model", tiny_model)[0] == 1
    rows = failures(out)
    assert [Path(row["file"]).name for row in rows] == sorted(BAD)
    assert {row["stage"] for row in rows} == {"read"}
    assert openpyxl.load_workbook(out)["reports"].max_row == 1 + len(GOOD) - 1


def test_strict_stops_at_the_first_bad_one(folder: Path, tiny_model: Path) -> None:
    out = folder.parent / "out.jsonl"
    options = ("-o", out, "--model", tiny_model, "--strict")
    code, _, err = run("predict", folder / "a.txt", folder, *options)
    assert code == 1
    assert re.fullmatch(r"error: .*01 cut off\.docx: damaged or cut off .*\n", err)
    assert [report["id"] for report in written(out)[0]] == ["a"]
    for name in BAD:
        (folder / name).unlink()
    assert run("predict", folder / "a.txt", folder, *options)[0] == 0  # it goes on
    assert len(written(out)[0]) == len(GOOD) - 1


@pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")
def test_files_of_libreoffice(tmp_path: Path, tiny_model: Path) -> None:
    made = fill(tmp_path / "made", {"a.html": html(*LINES)})
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    for source, *target in (
        ("a.html", "--infilter=HTML (StarWriter)", "--convert-to", "docx:MS Word 2007 XML"),
        ("a.docx", "--convert-to", "doc:MS Word 97"),
        ("a.docx", "--convert-to", "pdf:writer_pdf_Export"),
    ):
        command = ["soffice", profile, "--headless", *target, "--outdir", made, made / source]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
    out = tmp_path / "out.jsonl"
    code, _, err = run("predict", made, "-o", out, "--model", tiny_model)
    assert (code, err) == (0, "4 tagged, 0 failed\n")
    reports = written(out)[0]
    assert [Path(report["meta"]["file"]).suffix for report in reports] == [
        *(".doc", ".docx", ".html", ".pdf")
    ]
    assert [[span["text"] for span in report["spans"]] for report in reports] == [FOUND] * 4
