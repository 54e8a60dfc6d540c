"""The page of reliability: its figures as Markdown, and what is not as it should be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leaks import WARM
from renderings import LEAST_F1

MOST_GROWN = 1.1  # memory in a long batch once it is warm, against that at its beginning


def faults(measured: Mapping[str, Any]) -> list[str]:
    """What is not as it should be."""
    found = []
    for suffix, row in measured.get("fuzz", {}).get("formats", {}).items():
        for name in ("unanswered", "escaped", "crashes", "time_outs", "intact_wrong"):
            if row[name]:
                found.append(f"fuzz {suffix}: {row[name]} {name}")
    for suffix, row in measured.get("guided", {}).get("formats", {}).items():
        found += [f"guided {suffix}: {fault['kind']} {fault['error']}" for fault in row["faults"]]
    for suffix, row in measured.get("leaks", {}).get("formats", {}).items():
        if row["last_mib"] > MOST_GROWN * row["warm_mib"]:
            found.append(f"leaks {suffix}: {row['warm_mib']} MiB grew to {row['last_mib']}")
    if row := measured.get("soak"):
        if row["growth"] > MOST_GROWN:
            found.append(f"soak: memory grew {row['growth']} times, over {MOST_GROWN}")
        if row["tagged"] != row["reports"]:
            found.append(f"soak: {row['tagged']} tagged of {row['reports']}: {row['failures']}")
    if row := measured.get("kills"):
        for name in ("different", "left_over", "orphans"):
            if row[name]:
                found.append(f"kills: {row[name]} {name}")
    for name, row in measured.get("renderings", {}).get("renderings", {}).items():
        if row["f1"] < LEAST_F1:
            found.append(f"{name}: F1 {row['f1']:.4f}, under {LEAST_F1}")
    return found


def page(measured: Mapping[str, Any]) -> str:
    """The figures as Markdown."""
    lines = ["# Reliability", "", "The command of each part stands above it; details are in"]
    lines += ["[reliability.json](reliability.json).", ""]
    for part, write in PARTS.items():
        if part in measured:
            lines += [*write(measured[part]), ""]
    wrong = faults(measured)
    lines += ["## Not as it should be", ""] + [f"- {fault}" for fault in wrong or ["nothing"]]
    return "\n".join([*lines, ""])


def _heading(title: str, part: Mapping[str, Any], command: str) -> list[str]:
    made = f"`python benchmarks/reliability.py {command}`, {part['date']}."
    return [f"## {title}", "", made, ""]


def _most(part: Mapping[str, Any], name: str) -> int:
    """What was asked of each format; guided fuzzing that met a fault ended before."""
    return max(row[name] for row in part["formats"].values())


def _fuzz_page(part: Mapping[str, Any]) -> list[str]:
    lines = [
        *_heading("Damaged files", part, f"fuzz --damaged {_most(part, 'files')}"),
        "Each file has one to three mutations: bytes flipped, the end cut off, runs put in, blocks",
        "swapped or duplicated; inside .docx, .zip, .html and .pdf also tags, elements, values,",
        "numbers and packed streams. Every eleventh file is an intact one, which must give the",
        "text that it gives alone. A file is answered by documents or failures (an archive by one",
        "for each file in it). Unforeseen are failures that a reader did not raise itself.",
        "",
        "| format | files | documents | failures | unforeseen | unanswered | crashes | time-outs "
        "| exceptions | intact, wrong | slowest | peak, parent + child |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for suffix, row in part["formats"].items():
        reasons = row["reasons"].items()
        unforeseen = sum(one["count"] for name, one in reasons if name.startswith("unforeseen"))
        lines.append(
            f"| {suffix} | {row['files']:,} | {row['documents']:,} | {row['failures']:,} "
            f"| {unforeseen} | {row['unanswered']} | {row['crashes']} | {row['time_outs']} "
            f"| {row['escaped']} | {row['intact']:,}, {row['intact_wrong']} "
            f"| {row['slowest_s']} s | {row['parent_peak_mib']} + {row['child_peak_mib']} MiB |"
        )
    return lines


def _guided_page(part: Mapping[str, Any]) -> list[str]:
    lines = [
        *_heading("Guided fuzzing", part, f"guided --runs {_most(part, 'runs')}"),
        "The readers under atheris: inputs that reach new branches are kept and changed further,",
        "by libFuzzer's changes to bytes and by the mutations above. Edges are branches of the",
        "readers that were reached: by the intact samples, and in the end. A fault is an exception",
        "that a reader should not raise, or an input that takes over a minute; with one, a",
        "reader's run ends. PDF is not among them: pdfium reads it, a native library whose",
        "branches atheris does not see.",
        "",
        "| reader | inputs | documents | edges, samples | edges | slowest (CPU) | peak | faults |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for suffix, row in part["formats"].items():
        lines.append(
            f"| {suffix} | {row['runs']:,} | {row.get('documents', '')} "
            f"| {row['edges_of_samples']} | {row['edges']} | {row.get('slowest_s', '')} s "
            f"| {row['peak_mib']} MiB | {len(row['faults'])} |"
        )
    return lines


def _leaks_page(part: Mapping[str, Any]) -> list[str]:
    lines = [
        *_heading("Leaks", part, f"leaks --leaking {_most(part, 'files')}"),
        "The same damaged and intact files, read in one process that is never renewed: the memory",
        f"(RSS) it holds, as means over {WARM} files, at the beginning (once warm) and at the end.",
        "",
        "| format | files | beginning | end |",
        "|---|---|---|---|",
    ]
    for suffix, row in part["formats"].items():
        held = f"{row['warm_mib']} MiB | {row['last_mib']} MiB"
        lines.append(f"| {suffix} | {row['files']:,} | {held} |")
    return lines


def _soak_page(row: Mapping[str, Any]) -> list[str]:
    rates = ", ".join(map(str, row["reports_per_second"]))
    return [
        *_heading("A long batch", row, f"soak --reports {row['reports']}"),
        f"One run of `fazhi predict` over {row['reports']:,} short reports of "
        f"{row['mean_chars']} characters on average (stretches of",
        "train reports, augmented; one in ten .docx and one .html, the others .txt), with the",
        f"shipped model: {row['tagged']:,} tagged in {row['seconds']} s.",
        "",
        "The memory (RSS) of the process and its children is sampled four times a second. At the",
        f"first sample with {row['warm']:,} reports done it was {row['warm_mib']} MiB; the most",
        f"from there to the end, the writing of the output included, was {row['peak_mib']} MiB,",
        f"{row['growth']} times as much (at most {MOST_GROWN}). Reports a second in each quarter, "
        "loading left",
        f"aside: {rates}.",
    ]


def _kills_page(row: Mapping[str, Any]) -> list[str]:
    whole = row["files"] - 2 * ((row["files"] + 1) // 12)  # two come with every tenth
    return [
        *_heading("Kills", row, f"kills --files {whole} --kills {len(row['kills'])}"),
        f"{row['files']} files, broken ones and copies among them, take {row['seconds']} s "
        "undisturbed. The same command was",
        f"killed by SIGKILL {len(row['kills'])} times, each at a random moment of such a time, and "
        "given again until it was",
        f"done, {row['batches']} times over. {row['different']} of these outputs differ from the "
        "undisturbed one in any byte,",
        f"{len(row['left_over'])} files were left over, and {row['orphans']} processes outlived a "
        "kill.",
    ]


def _renderings_page(part: Mapping[str, Any]) -> list[str]:
    lines = [
        *_heading("The same report in other formats", part, "renderings"),
        f"{part['reports']} dev reports as files of other programs, read back and tagged. Their "
        "spans (label and",
        f"surface without white space, in order) against the {part['spans']:,} found in the texts "
        f"themselves: F1, at least {LEAST_F1}.",
        f"{part['hard_wrapped']} texts have line breaks in their sentences, as copied from a PDF; "
        "each such line becomes a",
        "paragraph of the file. They count in full, and are shown by themselves as well.",
        "",
        "| rendering | F1 | of hard-wrapped texts | of the others | texts with the same letters |",
        "|---|---|---|---|---|",
    ]
    for name, row in part["renderings"].items():
        lines.append(
            f"| {name} | {row['f1']:.4f} | {row['f1_hard_wrapped']:.4f} "
            f"| {row['f1_others']:.4f} | {row['same_letters']} |"
        )
    return lines


PARTS = {
    "fuzz": _fuzz_page,
    "guided": _guided_page,
    "leaks": _leaks_page,
    "soak": _soak_page,
    "kills": _kills_page,
    "renderings": _renderings_page,
}
"""What is measured, in order, and what writes it."""
