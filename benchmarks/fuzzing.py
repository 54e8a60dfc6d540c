"""Fuzzing: damaged files of each format are read, with intact ones between them."""

from __future__ import annotations

import io
import os
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import groupby
from pathlib import Path
from time import perf_counter
from typing import Any

import docx

import memory
from fazhi.batches.reading_ahead import Read, Readers
from fazhi.batches.sources import Failure, Item, Source, find
from mutations import mutate, pack
from renderings import chromium, office, to_docx, to_html

FORMATS = (".docx", ".html", ".pdf", ".txt", ".zip")
_INTACT = 10  # after so many damaged files comes an intact one
_ESCAPED = "escaped"  # the stage of what should have been a Failure and was an exception
_TEXT = """\
石桥镇人民政府2024年度法治政府建设情况报告
石桥镇深入学习贯彻习近平法治思想，认真落实《法治政府建设实施纲要（2021－2025年）》，现将情况报告如下：
一、2024年主要举措和成效
（一）抓学习，法治意识稳步提升
组织专题学习12次，覆盖干部400余人次；围绕《中华人民共和国民法典》等开展宣讲31场，发放资料约1.2万份。
（二）抓执法，行政行为更加规范
办理行政处罚案件56件，罚没款3.6万元；评查案卷40卷，合格率为97.5%，同比上升2.1个百分点。
二、存在的问题
个别干部运用法治方式解决问题的能力还不强，村级法律顾问作用发挥不够充分。
三、下一步工作打算
修订《石桥镇重大行政决策程序规定》，年内实现法律顾问全覆盖，群众满意度力争达到98%以上。
石桥镇人民政府
2025年1月15日"""
_PAGE = """\
<!DOCTYPE html><html><head><meta charset="{charset}"><title>{title}_石桥镇人民政府</title>
<style>p {{ text-indent: 2em }}</style><script>var page = "<p>1</p>";</script></head><body>
<div id="nav"><a href="/">首页</a> &gt; <a href="/zwgk">政务公开</a> &gt; 年度报告</div>
<div class="info">索引号：SQ-2025-003　发布日期：2025-01-15　浏览次数：108</div>
<div class="article" style="font-size:16px"><h1>{title}</h1>
{paragraphs}
<table border="1"><tr><th>指标</th><th colspan="2">数量</th></tr>
<tr><td>行政复议</td><td>9件</td><td>办结率100%</td></tr></table>
<ol start="3"><li>开展普法宣传<b>20</b>余场&nbsp;<br>受众2000人次</li>
<li>调解纠纷81件</li></ol></div>
<div class="share"><a href="#">打印</a><a href="#">关闭</a></div>
<div id="footer">版权所有：石桥镇人民政府 <a href="/">网站地图</a></div></body></html>
"""


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
    good = _good_files(work)
    for suffix in formats:
        row = _fuzz(suffix, good[suffix], files, work)
        print(f"{suffix}: {row['documents']} documents of {files} files", flush=True)
        yield suffix, row


def _fuzz(suffix: str, good: Sequence[bytes], files: int, work: Path) -> dict[str, Any]:
    row: dict[str, Any] = {"files": files, "documents": 0, "failures": 0, "reasons": {}}
    row |= {"unanswered": 0, "escaped": 0, "crashes": 0, "time_outs": 0, "intact": 0}
    row["intact_wrong"] = 0
    with closing(_Timed()) as readers:
        intact = [_texts(readers.read_all(_sources(raw, 0, suffix, work))) for raw in good]
        if not all(_holds(texts) for texts in intact):
            raise SystemExit(f"an intact {suffix} file is not read as it should be")
        readers.slowest = (0.0, "")  # the child's start is no file's
        memory.forget_peak()
        begun = perf_counter()
        every = range(files + files // _INTACT)
        items = (item for n in every for item in _sources(_file(n, good, suffix), n, suffix, work))
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


def _file(number: int, good: Sequence[bytes], suffix: str) -> bytes:
    """The file of a number; every run makes the same mutations."""
    raw = good[number % len(good)]
    if _is_intact(number):
        return raw
    return mutate(raw, suffix, random.Random(f"{suffix} {number}"))


def _is_intact(number: int) -> bool:
    return number % (_INTACT + 1) == _INTACT


def _sources(raw: bytes, number: int, suffix: str, work: Path) -> Iterator[Item]:
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
    wanted = ["".join(line.split()) for line in _TEXT.split("\n")]
    for text in texts:
        at, bare = 0, "".join((text or "").split())
        for line in wanted:
            at = bare.find(line, at)
            if at < 0:
                return False
    return bool(texts)


def _good_files(work: Path) -> Mapping[str, Sequence[bytes]]:
    """Intact files of each format, made here."""
    made = work / "made"
    made.mkdir()
    pages = [_page("utf-8"), _page("gb18030")]
    (made / "page.html").write_bytes(pages[0])
    (made / "plain.html").write_bytes(to_html(_TEXT))
    (made / "word.docx").write_bytes(_word())
    for suffix in ("docx", "pdf"):
        (made / suffix).mkdir()
    office([made / "plain.html"], "docx", made / "docx")
    office([made / "word.docx"], "pdf", made / "pdf")
    chromium([made / "page.html"], made / "pdf")
    texts = [_TEXT.encode(code) for code in ("utf-8", "gb18030", "utf-16")]
    words = [_word(), to_docx(_TEXT), (made / "docx" / "plain.docx").read_bytes()]
    return {
        ".docx": words,
        ".html": [*pages, to_html(_TEXT)],
        ".pdf": [(made / "pdf" / f"{name}.pdf").read_bytes() for name in ("word", "page")],
        ".txt": texts,
        ".zip": [
            pack({"石桥镇/1.txt": texts[0], "石桥镇/2.html": pages[0], "3.docx": words[1]}),
            pack({"a.txt": texts[1], "b.txt": texts[2], "读我.md": b"#"}),
        ],
    }


def _page(charset: str) -> bytes:
    title, *lines = _TEXT.split("\n")
    paragraphs = "\n".join(f"<p><span>　　{line}</span></p>" for line in lines)
    return _PAGE.format(charset=charset, title=title, paragraphs=paragraphs).encode(charset)


def _word() -> bytes:
    """A Word file with styles, automatic numbers, a table, a head and a foot."""
    document = docx.Document()
    title, *lines = _TEXT.split("\n")
    document.add_heading(title, 0)
    for line in lines:
        paragraph = document.add_paragraph(style="Heading 1" if line[1] == "、" else None)
        paragraph.add_run(line[:9]).bold = True
        paragraph.add_run(line[9:])
    for line in ("开展普法宣传20余场", "调解纠纷81件"):
        document.add_paragraph(line, style="List Number")
    table = document.add_table(rows=2, cols=3)
    for cell, text in zip(table.row_cells(1), ("行政复议", "9件", "100%"), strict=True):
        cell.text = text
    table.cell(0, 1).merge(table.cell(0, 2)).text = "数量"
    document.sections[0].header.paragraphs[0].text = "石桥镇"
    document.sections[0].footer.paragraphs[0].text = "第1页"
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()
