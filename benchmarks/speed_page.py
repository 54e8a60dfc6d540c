"""The page of the benchmark of speed: targets, tables and plots of its figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from speed_plots import plot_growth, plot_rate
from speed_targets import MICRO, Figures, matrix_share, targets

_OPERATORS = 8  # named in a profile
_PLOTS = {"rate": "Rate and F1", "growth": "Time a character and memory"}


def write(measured: Figures, out: Path) -> None:
    """Write ``out.md`` and the plots beside it."""
    out.with_suffix(".md").write_text(page(measured, out.name), encoding="utf-8")
    if "rate" in measured:
        plot_rate(measured["rate"], out.with_name(f"{out.name}-rate.png"))
    if "growth" in measured:
        plot_growth(measured["growth"], out.with_name(f"{out.name}-growth.png"))


def page(measured: Figures, name: str) -> str:
    """The figures as Markdown; ``name`` is that of the JSON and the plots, without an ending."""
    lines = [
        "# Benchmarks",
        "",
        "`make bench` measures all parts, `python benchmarks/speed.py rate` one. Each arm runs in",
        "a process of its own, the arms take turns on the same texts, and medians count. All",
        f"figures and single rounds: [{name}.json]({name}.json).",
        "",
    ]
    asked = targets(measured)
    rows = [[one.what, one.asked, one.found, "met" if one.is_met else "missed"] for one in asked]
    lines += [*_table(["target", "asked", "found", ""], rows), ""]
    for part, (title, write_part) in _PARTS.items():
        if part not in measured:
            continue
        figures = measured[part]
        lines += [f"## {title}", "", *write_part(figures), ""]
        if part in _PLOTS:
            lines += [f"![{_PLOTS[part]}]({name}-{part}.png)", ""]
        if not all(one.is_met for one in asked if one.part == part):
            lines += ["Why a target is missed:", "", *_PROFILES[part](figures, measured), ""]
        lines += [_measured_on(figures), ""]
    return "\n".join([*lines, "## Measured on", "", *_machines(measured), ""])


def _measured_on(part: Figures) -> str:
    return f"`{part['command']}`, {part['date']}, in {part['took_s'] / 60:.1f} minutes."


def _machines(measured: Figures) -> list[str]:
    """Each machine, with its versions, and the parts that were measured on it."""
    parts: dict[str, list[str]] = {}
    for part in _PARTS:
        if part in measured:
            machine = measured[part]["machine"]
            versions = ", ".join(f"{name} {one}" for name, one in machine["versions"].items())
            told = f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}; {versions}"
            parts.setdefault(told, []).append(part)
    return [f"- {', '.join(names)}: {told}" for told, names in parts.items()]


def _rate_page(part: Figures) -> list[str]:
    rows = []
    splits = list(part["systems"]["fazhi"]["f1"])
    for system, row in part["systems"].items():
        scored = (_interval(row["f1"][split][MICRO]) if "f1" in row else "" for split in splits)
        rows.append(
            [
                system,
                f"{row['chars_per_second']:,.0f}",
                f"{part['one_chars'] / row['one_s']:,.0f}",
                f"{row['many_mib']:,.0f} MiB",
                f"{row['one_mib']:,.0f} MiB",
                *scored,
            ]
        )
    head = ["", "characters a second", "of one report", "peak memory", "of one report"]
    return [
        f"{part['reports']} reports of {part['chars']:,} characters in all (stretches of train and "
        f"dev reports), and one of {part['one_chars']:,};",
        f"{part['rounds']} rounds. Models are loaded and warm; memory is that of the process. "
        "F1 is strict,",
        "on the whole reports of a set, with the interval that holds 95 % of resampled sets.",
        "transformers' pipeline has the same weights and a stride, and tags that it can group",
        "(`benchmarks/transformers_script.py`); it gives spans, fazhi also the facts' attributes.",
        "fazhi runs as it is shipped, in int8, and as it was trained, in fp32.",
        f"spaCy (`benchmarks/spacy.cfg`, {part['spacy_training_s'] / 60:.1f} minutes of CPU) and "
        f"the CRF ({part['crf_training_s'] / 60:.1f})",
        "are trained on the train reports; spaCy chose its weights on dev, fazhi on all the sets.",
        "",
        *_table([*head, *(f"F1 on {split}" for split in splits)], rows),
    ]


def _limit_page(part: Figures) -> list[str]:
    best = max(part["numpy"], part["torch"])
    rows = [
        ["matrix products of 4,096 × 4,096 by numpy", f"{part['numpy'] / 1e9:.1f}", ""],
        ["the same by torch", f"{part['torch'] / 1e9:.1f}", ""],
    ]
    for what, seconds in (
        ("the encoder, fp32", "encoder_s"),
        ("tagging as a whole, fp32", "tagging_s"),
        ("tagging as a whole, int8", "int8_s"),
    ):
        done = part["operations"] / part[seconds]
        rows.append([what, f"{done / 1e9:.1f}", f"{done / best:.1%}"])
    return [
        f"Tagging {part['chars']:,} characters takes {part['tokens']:,} tokens in windows and "
        f"{part['operations'] / 1e12:.2f} × 10¹² float32",
        "operations in matrix products, those of attention among them; padding and all else do not",
        f"count. All rates are of one process with {part['threads']} threads, in turns.",
        "",
        *_table(["", "10⁹ operations a second", "share"], rows),
    ]


def _start_page(part: Figures) -> list[str]:
    rows = [
        [system, f"{row['seconds']:.2f} s", f"{row['peak_mib']:.0f} MiB"]
        for system, row in part["systems"].items()
    ]
    return [
        f"`fazhi predict {part['report']}` ({part['chars']:,} characters) and "
        "`benchmarks/transformers_script.py` on",
        f"the same report and weights, {part['turns']} turns: the whole process, from its start to "
        "its end.",
        "",
        *_table(["", "time", "peak memory"], rows),
    ]


def _growth_page(part: Figures) -> list[str]:
    lines = [
        "`fazhi predict` to a JSONL file, from when the model is loaded. The stand-in has one",
        f"small layer in the encoder's place (F1 {part['stand_in_f1']:.2f} on dev), so that all",
        "around the encoder is measured at full size; its reports have 500 characters each,",
        "those of the shipped model 100.",
    ]
    for kind, what in (("reports", "reports"), ("chars", "characters in one report")):
        rows = [
            [
                model,
                f"{int(size):,}",
                f"{row['chars']:,}",
                f"{row['seconds']:.2f} s",
                f"{row['microseconds_per_char']:.1f} µs",
                f"{row['peak_mib']:,.0f} MiB",
                str(row["rounds"]),
            ]
            for model in ("shipped", "stand-in")
            for size, row in part[model][kind].items()
        ]
        head = ["model", what, "characters", "time", "a character", "peak memory", "runs"]
        lines += ["", *_table(head, rows)]
    return lines


def _install_page(part: Figures) -> list[str]:
    rows = [[one, f"{mb:.1f}"] for one, mb in list(part["packages_mb"].items())[:10]]
    return [
        "`pip install .` without extras in a new environment puts "
        f"{part['mb']:.0f} MB there, and {part['weights_mb']:.0f} MB of weights",
        f"(of the model, and of the encoder for training). `import fazhi` takes "
        f"{part['import_s']:.2f} s (`-X importtime`,",
        f"median of {part['turns']}). The ten largest:",
        "",
        *_table(["package", "MB"], rows),
    ]


def _around_page(part: Figures) -> list[str]:
    around = 1 - part["encoder_s"] / part["seconds"]
    return [
        f"`fazhi predict` of {part['reports']} reports ({part['chars']:,} characters) to a JSONL "
        f"file takes {part['seconds']:.1f} s when the model",
        f"is loaded ({part['load_s']:.2f} s); the encoder runs in {1 - around:.1%} of it, and "
        f"{around:.1%} is around it. In another run",
        "the stack was looked at 500 times a second:",
        "",
        *_stages({"share": part["stages"]}),
    ]


def _stages(columns: Mapping[str, Mapping[str, float]]) -> list[str]:
    names = list(next(iter(columns.values())))
    rows = [[name, *(f"{shares[name]:.1%}" for shares in columns.values())] for name in names]
    return _table(["stage", *columns], rows)


def _rate_profile(part: Figures, measured: Figures) -> list[str]:
    lines = []
    if "limit" in measured:
        limit = measured["limit"]
        theirs = part["systems"][part["transformers"]]["chars_per_second"]
        share = matrix_share(limit, limit["chars"] / theirs)
        lines += [
            "Both do the same arithmetic, and transformers' pipeline does it at "
            f"{share:.1%} of the rate of matrix products; {1 / share:.1f} × is what",
            "an encoder without any loss would be ahead by.",
            "",
        ]
    ours = part["systems"]["fazhi"]["f1"]
    names = [name for name, row in part["systems"].items() if "f1" in row]
    for split in ours:
        rows = [
            [label, *(_interval(part["systems"][name]["f1"][split][label]) for name in names)]
            for label in ours[split]
        ]
        lines += [*_table([f"F1 on {split}", *names], rows), ""]
    return lines[:-1]


def _limit_profile(part: Figures, measured: Figures) -> list[str]:
    rows = [[name, f"{one:.1%}"] for name, one in list(part["operators"].items())[:_OPERATORS]]
    return [
        f"The encoder runs in {part['encoder_s'] / part['tagging_s']:.1%} of the time of tagging. "
        "Its time by operator, as ONNX Runtime profiles it:",
        "",
        *_table(["operator", "share"], rows),
    ]


def _start_profile(part: Figures, measured: Figures) -> list[str]:
    rows = [[name, f"{seconds:.3f} s"] for name, seconds in part["imports_s"].items()]
    return ["What fazhi imports, the dearest packages:", "", *_table(["package", "time"], rows)]


def _growth_profile(part: Figures, measured: Figures) -> list[str]:
    columns = {f"{int(size):,} reports": shares for size, shares in part["stages"].items()}
    return ["Where the time goes with the stand-in:", "", *_stages(columns)]


def _install_profile(part: Figures, measured: Figures) -> list[str]:
    packages = part["packages_mb"]
    runtime = sum(mb for name, mb in packages.items() if name.startswith(("numpy", "onnxruntime")))
    return [
        f"onnxruntime and numpy, which it needs, put {runtime:.0f} MB there; all else together has "
        f"{part['mb'] - runtime:.0f} MB.",
    ]


def _around_profile(part: Figures, measured: Figures) -> list[str]:
    return ["The stages above."]


_PARTS: dict[str, tuple[str, Callable[[Figures], list[str]]]] = {
    "rate": ("Rate, memory and F1", _rate_page),
    "limit": ("Distance to the limit", _limit_page),
    "start": ("One report, whole process", _start_page),
    "around": ("Around the encoder", _around_page),
    "growth": ("Growth", _growth_page),
    "install": ("Installed size and import", _install_page),
}
_PROFILES: dict[str, Callable[[Figures, Figures], list[str]]] = {
    "rate": _rate_profile,
    "limit": _limit_profile,
    "start": _start_profile,
    "around": _around_profile,
    "growth": _growth_profile,
    "install": _install_profile,
}


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def _interval(score: Figures) -> str:
    return f"{score['f1']:.3f} ({score['low']:.3f}-{score['high']:.3f})"
