"""The benchmark of speed on made-up figures: what it counts, what it asks, what it writes."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("seqeval")

from conftest import ROOT
from fazhi.tagging.windows import WindowSettings

sys.path.insert(0, str(ROOT / "benchmarks"))

import arithmetic
import growing
import processes
import speed
import speed_page
import speed_targets
import stages
import texts

BERT = {
    "hidden_size": 8,
    "intermediate_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "max_position_embeddings": 64,
    "vocab_size": 20,
    "id2label": {str(index): f"tag-{index}" for index in range(3)},
}
MACHINE = {"cpu": "a CPU", "cores": 2, "system": "Linux", "versions": {"fazhi": "0"}}
TOLD = {"machine": MACHINE, "date": "2026-01-02", "command": "python speed.py", "took_s": 90}


def scored(f1: float) -> dict[str, Any]:
    score = {"f1": f1, "low": f1 - 0.01, "high": f1 + 0.01}
    return {split: {"COUNT": score, "micro": score} for split in ("dev", "dev-other")}


def system(seconds: float, f1: float | None) -> dict[str, Any]:
    row = {"many_s": seconds, "one_s": 1.0, "many_mib": 300.0, "one_mib": 200.0}
    row["chars_per_second"] = 1000 / seconds
    return row if f1 is None else row | {"f1": scored(f1)}


def rows(sizes: tuple[int, ...], microseconds: float) -> dict[str, Any]:
    row = {"chars": 10, "seconds": 1.0, "peak_mib": 100.0, "rounds": 1}
    return {str(size): {**row, "microseconds_per_char": microseconds} for size in sizes}


@pytest.fixture
def measured() -> dict[str, Any]:
    """Figures that meet every target."""
    shares = {"encoder": 0.95, "reading": 0.05}
    growth = {"reports": rows((1, 10, 100, 1000), 20.0), "chars": rows((1000, 10000), 20.0)}
    parts: dict[str, Any] = {
        "rate": {
            "reports": 200,
            "chars": 1000,
            "one_chars": 100,
            "rounds": 3,
            "spacy_training_s": 60.0,
            "crf_training_s": 60.0,
            "transformers": "transformers, batches of 8",
            "systems": {
                "fazhi": system(1, 0.99),
                "transformers, batches of 1": system(8, None),
                "transformers, batches of 8": system(6, 0.98),
                "spaCy": system(0.5, 0.90),
                "CRF": system(0.5, 0.95),
            },
        },
        "limit": {
            "chars": 1000,
            "tokens": 1100,
            "threads": 2,
            "operations": 70e9,
            "numpy": 90e9,
            "torch": 100e9,
            "tagging_s": 1.0,
            "int8_s": 0.7,
            "encoder_s": 0.9,
            "operators": {"MatMul": 0.9, "Gelu": 0.1},
        },
        "start": {
            "report": "a.txt",
            "chars": 100,
            "turns": 5,
            "systems": {
                "fazhi": {"seconds": 0.5, "peak_mib": 100.0},
                "transformers": {"seconds": 4.0, "peak_mib": 400.0},
            },
            "imports_s": {"numpy": 0.1},
        },
        "around": {
            "reports": 200,
            "chars": 1000,
            "seconds": 10.0,
            "encoder_s": 9.5,
            "load_s": 0.3,
            "stages": shares,
        },
        "growth": {
            "stand_in_f1": 0.4,
            "shipped": growth,
            "stand-in": growth,
            "stages": {"100": shares, "1000": shares},
        },
        "install": {
            "mb": 120.0,
            "weights_mb": 56.0,
            "packages_mb": {"numpy": 60.0},
            "import_s": 0.2,
            "turns": 5,
            "imports_s": {"numpy": 0.1},
        },
    }
    return {part: {**TOLD, **figures} for part, figures in parts.items()}


def test_operations_are_those_torch_counts() -> None:
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    from torch.utils.flop_counter import FlopCounterMode

    labels = {int(index): tag for index, tag in BERT["id2label"].items()}
    config = transformers.BertConfig(**{**BERT, "id2label": labels}, attn_implementation="eager")
    model = transformers.BertForTokenClassification(config).eval()
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        model(input_ids=torch.ones(1, 30, dtype=torch.long))
    assert arithmetic.window_operations(30, BERT) == counter.get_total_flops()


def test_operations_of_texts_leave_padding_out() -> None:
    settings = WindowSettings(20, 4)
    needed, tokens = arithmetic.operations(["字" * 10, "字" * 3], BERT, settings)
    assert tokens == 12 + 5
    assert needed == sum(arithmetic.window_operations(size, BERT) for size in (12, 5))


def test_union_counts_no_time_twice() -> None:
    assert stages.union([(5.0, 6.0), (0.0, 2.0), (1.0, 3.0), (1.5, 2.5)]) == 4.0
    assert stages.union([]) == 0


def test_stages_by_file() -> None:
    fazhi = ROOT / "model" / "fazhi"
    found = {
        name: stages._stage_of(str(fazhi / name))
        for name in (
            "reading/text.py",
            "tagging/decoding.py",
            "tagging/windows.py",
            "cli/options.py",
        )
    }
    assert list(found.values()) == ["reading", "Viterbi", "windows, merging, scores", None]
    assert all((fazhi / file).exists() for files in stages._STAGES.values() for file in files)


def test_texts_are_different_and_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = texts.stretches(30, 100)
    assert len(set(found)) == 30
    assert found[:10] == texts.stretches(10, 100)
    assert all(90 <= len(text) <= 110 for text in found)
    assert len(texts.long_text(12_345)) == 12_345


def test_import_times() -> None:
    command = [sys.executable, "-X", "importtime", "-c", "import fractions"]
    costs, total = processes.import_times(command)
    assert len(costs) == 10
    assert 0 < sum(costs.values()) <= total < 60
    assert list(costs.values()) == sorted(costs.values(), reverse=True)


def test_timed() -> None:
    code = "import time; held = b'x' * 10**8; time.sleep(0.3)"
    found = processes.timed([sys.executable, "-c", code])
    assert found["seconds"] > 0.2
    assert found["peak_mib"] > 90
    with pytest.raises(SystemExit, match="failed"):
        processes.timed([sys.executable, "-c", "raise SystemExit(1)"])


def test_a_batch_with_its_stages(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    task = {"model": str(tiny_model), "sampled": True}
    found = growing.run_batch([f"办结{number}件。" for number in range(3)], task, tmp_path)
    assert 0 < found["encoder_s"] < found["seconds"]
    assert found["load_s"] > 0
    assert found["peak_mib"] > 10
    assert set(found["stages"]) == {stages.ENCODER, *stages._STAGES, stages.OTHER}
    with pytest.raises(SystemExit, match="of 2 reports were tagged"):
        growing.run_batch(["办结2件。", ""], task, tmp_path)


def test_every_target_has_a_figure(measured: dict[str, Any]) -> None:
    found = speed_targets.targets(measured)
    assert {target.part for target in found} == set(speed.MEASURES) == set(measured)
    assert all(target.is_met for target in found)
    assert str(found[0]).startswith("met ")


@pytest.mark.parametrize(
    ("part", "path", "value"),
    [
        ("rate", ("systems", "fazhi", "chars_per_second"), 500.0),
        ("rate", ("systems", "CRF", "f1", "dev-other", "micro", "f1"), 0.995),
        ("rate", ("systems", "spaCy", "f1", "dev", "micro", "f1"), 0.98),
        ("limit", ("torch",), 200e9),
        ("start", ("systems", "fazhi", "peak_mib"), 140.0),
        ("start", ("systems", "fazhi", "seconds"), 1.0),
        ("around", ("encoder_s",), 8.9),
        ("growth", ("shipped", "reports", "1000", "microseconds_per_char"), 22.0),
        ("install", ("mb",), 151.0),
    ],
)
def test_a_missed_target_is_told_with_its_profile(
    measured: dict[str, Any], part: str, path: tuple[str, ...], value: float
) -> None:
    measured = json.loads(json.dumps(measured))
    *above, last = path
    place = measured[part]
    for name in above:
        place = place[name]
    place[last] = value
    missed = [target for target in speed_targets.targets(measured) if not target.is_met]
    assert [target.part for target in missed] == [part]
    page = speed_page.page(measured, "benchmarks")
    assert f"| {missed[0].what} | {missed[0].asked} | {missed[0].found} | missed |" in page
    assert page.count("Why a target is missed:") == 1


def test_page_and_plots(measured: dict[str, Any], tmp_path: Path) -> None:
    speed_page.write(measured, tmp_path / "benchmarks")
    page = (tmp_path / "benchmarks.md").read_text(encoding="utf-8")
    assert "| fazhi | 1,000 | 100 | 300 MiB | 200 MiB | 0.990 (0.980-1.000) |" in page
    assert "Why a target is missed" not in page
    assert "- rate, limit, start, around, growth, install: a CPU, 2 cores" in page
    for plot in ("rate", "growth"):
        assert f"benchmarks-{plot}.png" in page
        assert (tmp_path / f"benchmarks-{plot}.png").stat().st_size > 1000


def test_a_page_of_one_part(measured: dict[str, Any]) -> None:
    page = speed_page.page({"install": measured["install"]}, "benchmarks")
    assert "## Installed size" in page
    assert "## Growth" not in page
