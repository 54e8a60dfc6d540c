"""A page of where annotators differ: a row a place, a column an annotator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from fazhi.outputs import html
from fazhi.outputs.html import escape
from fazhi.reports import Report, Span
from fazhi.tagging.labels import LABELS
from fazhi_training import scores
from fazhi_training.agreement import Agreement, Difference, Figures, describe

_CONTEXT = 24  # characters on either side
_KINDS = {"span": "有无", "label": "类别", "edges": "边界"}


def write_page(agreement: Agreement, path: Path) -> None:
    """Write the page: the figures, and every difference with the text around it."""
    html.write(_parts(agreement), path)


def _parts(agreement: Agreement) -> Iterator[str]:
    page = html.fill("differences.html", styles=("base.css", "differences.css"), title="标注差异")
    before, _, after = page.partition("<!--content-->")
    yield before
    yield from _figures(agreement)
    for report, differences in groupby(agreement.differences(), lambda one: one.report.id):
        names = agreement.annotators_of(report)
        yield f"<table><caption>{escape(report)}</caption>\n"
        yield _cells("th", ["", *map(escape, names)])
        for difference in differences:
            yield _row(difference)
        yield "</table>\n"
    yield after


def _figures(agreement: Agreement) -> Iterator[str]:
    count = f"{len(agreement.reports)} 份报告，{len(agreement.annotators)} 位标注者"
    yield f'<table class="figures"><caption>{count}</caption>\n'
    yield _cells("th", ["", "F1", "95 %", "κ", "α"])
    for label in (None, *agreement.labels):
        yield _cells("td", [escape(label or scores.MICRO), *_shown(agreement.figures(label))])
    if len(agreement.pairs) > 1:
        for pair in agreement.pairs:
            name = escape(" · ".join(pair))
            yield _cells("td", [name, *_shown(agreement.figures(None, [pair]))])
    yield "</table>\n"


def _shown(found: Figures) -> list[str]:
    interval = f"{found.low:.4f}-{found.high:.4f}"
    return [f"{found.f1:.4f}", interval, f"{found.kappa:.4f}", f"{found.alpha:.4f}"]


def _cells(tag: str, cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in cells) + "</tr>\n"


def _row(one: Difference) -> str:
    where = f"{one.start}<br>{escape(_KINDS.get(one.kind, one.kind))}"
    cells = "".join(
        f'<td class="passage">{_passage(one, one.report, spans)}</td>'
        for spans in one.spans.values()
    )
    return f'<tr><td class="where">{where}</td>{cells}</tr>\n'


def _passage(one: Difference, report: Report, spans: Sequence[Span]) -> str:
    """The text around a difference with an annotator's spans, and what they say."""
    text = report.text
    parts = ["…", escape(text[max(0, one.start - _CONTEXT) : one.start]), "<u>"]
    at = one.start
    for span in spans:
        start, end = max(span.start, at), min(span.end, one.end)
        look = span.label.lower() if span.label in LABELS else "other"
        parts += [escape(text[at:start]), f'<mark class="{look}">{escape(text[start:end])}</mark>']
        at = end
    parts += [escape(text[at : one.end]), "</u>"]
    parts += [escape(text[one.end : one.end + _CONTEXT]), "…"]
    told = "".join(f"<small>{escape(describe(span))}</small>" for span in spans)
    return "".join(parts) + (told or "<small>—</small>")
