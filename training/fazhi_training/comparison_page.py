"""A page of what one model gains on another and loses: a table a report, a row a span."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fazhi.outputs import html
from fazhi.outputs.html import escape
from fazhi.reports import Report
from fazhi.tagging.labels import LABELS
from fazhi_training.comparison import Change, Comparison, count, in_words

_CONTEXT = 24  # characters on either side
_WORDS = {
    "now found": "找回",
    "now missed": "漏掉",
    "no longer false": "不再误标",
    "now false": "误标",
}


def write_page(comparison: Comparison, names: tuple[str, str], path: Path) -> None:
    """Write the page: the figures of both models, and every gain and loss with its context."""
    html.write(_parts(comparison, names), path)


def _parts(comparison: Comparison, names: tuple[str, str]) -> Iterator[str]:
    page = html.fill("differences.html", styles=("base.css", "differences.css"), title="模型对比")
    before, _, after = page.partition("<!--content-->")
    yield before
    yield f"<p>A：{escape(names[0])}<br>B：{escape(names[1])}</p>\n"
    yield from _figures(comparison)
    for report, changes in comparison.changes():
        gains, losses = count(changes)
        caption = f"{escape(report.id)}：得 {gains}，失 {losses}"
        yield f'<table class="changes"><caption>{caption}</caption>\n'
        yield from (_row(report, change) for change in changes)
        yield "</table>\n"
    yield after


def _figures(comparison: Comparison) -> Iterator[str]:
    yield f'<table class="figures"><caption>{len(comparison.gold)} 份报告</caption>\n<tr>'
    heads = ("", "F1 A", "F1 B", "B − A", "95 %", "p", "得", "失", "标注")
    yield "".join(f"<th>{head}</th>" for head in heads) + "</tr>\n"
    for label, (gains, losses) in comparison.tally().items():
        found = comparison.differences[label]
        cells = (
            escape(label),
            f"{found.first:.4f}",
            f"{found.second:.4f}",
            f"{found.difference:+.4f}",
            found.interval,
            in_words(found.p),
            *map(str, (gains, losses, found.gold)),
        )
        yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>\n"


def _row(report: Report, change: Change) -> str:
    span, text = change.span, report.text
    look = span.label.lower() if span.label in LABELS else "other"
    passage = (
        f"…{escape(text[max(0, span.start - _CONTEXT) : span.start])}"
        f'<mark class="{look}">{escape(text[span.start : span.end])}</mark>'
        f"{escape(text[span.end : span.end + _CONTEXT])}…"
    )
    sort, sign = ("gain", "+") if change.gain else ("loss", "−")
    return (
        f'<tr><td class="where">{span.start}<br>{escape(span.label)}</td>'
        f'<td class="{sort}">{sign} {_WORDS[change.words]}</td>'
        f'<td class="passage">{passage}</td></tr>\n'
    )
