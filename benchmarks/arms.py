"""Arms: what the benchmark of speed runs in a process of its own, each with its figures as JSON.

    python benchmarks/arms.py NAME TASK.json

``speed.py`` writes the task and starts the process.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from itertools import groupby
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any
from unittest.mock import patch

import memory
from fazhi.cli import app
from fazhi.reports import Report
from fazhi.tagging.cores import available_cores
from fazhi.tagging.labels import LABELS
from fazhi.tagging.manifest import Manifest
from fazhi.tagging.tagger import SHIPPED_MODEL, Tagger
from stages import EncoderClock, Sampler

Places = list[tuple[int, int, str]]
Tag = Callable[[Sequence[str]], list[Places]]
Task = dict[str, Any]
_WARM_CHARS = 100
_ALLOWED = ("file_mib=1000", "chars=100000000", "spans=100000000")
_LIMITS = tuple(word for limit in _ALLOWED for word in ("--limit", limit))
_PROFILED = 50  # texts


def _fazhi(task: Task) -> Tag:
    tagger = Tagger.load(device="cpu", precision=task.get("precision"))
    return lambda texts: [
        [(span.start, span.end, span.label) for span in report.spans]
        for report in tagger.tag_many(texts)
    ]


def _transformers(task: Task) -> Tag:
    from transformers_script import open_pipeline

    tagger = open_pipeline(SHIPPED_MODEL, task["batch_size"])
    return lambda texts: [
        [(found["start"], found["end"], found["entity_group"]) for found in entities]
        for entities in tagger(list(texts))
    ]


def _spacy(task: Task) -> Tag:
    import spacy

    tagger = spacy.load(task["spacy"])
    return lambda texts: [
        [(entity.start_char, entity.end_char, entity.label_) for entity in doc.ents]
        for doc in tagger.pipe(texts)
    ]


def _crf(task: Task) -> Tag:
    from fazhi_training.baselines import Crf

    tagger = Crf(LABELS, file=Path(task["crf"]))
    return lambda texts: [
        [(span.start, span.end, span.label) for span in report.spans]
        for report in tagger.tag([Report("", text) for text in texts])
    ]


TAGGERS: dict[str, Callable[[Task], Tag]] = {
    "fazhi": _fazhi,
    "transformers": _transformers,
    "spaCy": _spacy,
    "CRF": _crf,
}


def rate(task: Task) -> dict[str, float]:
    """Seconds and peak memory of one report and then of many, after loading and a few words."""
    begun = perf_counter()
    tag = TAGGERS[task["tagger"]](task)
    tag([task["one"][:_WARM_CHARS]])
    loaded = perf_counter()
    tag([task["one"]])
    one = perf_counter()
    one_mib = memory.peak(os.getpid())
    middle = perf_counter()
    tag(task["many"])
    return {
        "load_s": loaded - begun,
        "one_s": one - loaded,
        "one_mib": one_mib,
        "many_s": perf_counter() - middle,
        "many_mib": memory.peak(os.getpid()),
    }


def spans(task: Task) -> list[Places]:
    """What a tagger finds in the texts."""
    return TAGGERS[task["tagger"]](task)(task["texts"])


def train_spacy(task: Task) -> dict[str, float]:
    """Train a spaCy pipeline by its config and keep it; returns the seconds of CPU it took."""
    from spacy.cli.train import train

    begun = process_time()
    train(Path(task["config"]), Path(task["out"]), overrides=task["paths"])
    return {"cpu_s": process_time() - begun}


def train_crf(task: Task) -> dict[str, float]:
    """Train the CRF of the baselines and keep it; returns the seconds of CPU it took."""
    from fazhi.annotations import read
    from fazhi_training.baselines import Crf

    reports = [item.report for item in read([Path(task["train"])])]
    begun = process_time()
    Crf(LABELS, file=Path(task["crf"])).fit(reports)
    return {"cpu_s": process_time() - begun}


def limit(task: Task) -> dict[str, Any]:
    """Rounds of matrix products and of tagging in turns, and the operations of the windows."""
    from arithmetic import matrix_rates, operations

    clock = EncoderClock()
    tagger, faster = (Tagger.load(device="cpu", precision=name) for name in ("fp32", "int8"))
    config = json.loads((SHIPPED_MODEL / "config.json").read_text(encoding="utf-8"))
    texts = task["many"]
    needed, tokens = operations(texts, config, tagger.manifest.windows)
    for one in (tagger, faster):
        list(one.tag_many(texts[:1]))
    rounds = []
    for _ in range(task["rounds"]):
        rates = matrix_rates(available_cores())
        begun = perf_counter()
        list(tagger.tag_many(texts))
        tagging, encoder = perf_counter() - begun, clock.seconds(begun)
        begun = perf_counter()
        list(faster.tag_many(texts))
        times = {"tagging_s": tagging, "encoder_s": encoder, "int8_s": perf_counter() - begun}
        rounds.append({**rates, **times})
    figures = {name: median(one[name] for one in rounds) for name in rounds[0]}
    return {
        "threads": available_cores(),
        "chars": sum(map(len, texts)),
        "tokens": tokens,
        "operations": needed,
        **figures,
        "rounds": rounds,
        "operators": _operators(texts[:_PROFILED]),
    }


def _operators(texts: Sequence[str]) -> dict[str, float]:
    """The share of each kind of operator in the encoder's time, as ONNX Runtime profiles it."""
    import onnxruntime

    with tempfile.TemporaryDirectory() as folder:

        class Profiling(onnxruntime.SessionOptions):  # type: ignore[misc]
            def __init__(self) -> None:
                super().__init__()
                self.enable_profiling = True
                self.profile_file_prefix = str(Path(folder) / "profile")

        whole, onnxruntime.SessionOptions = onnxruntime.SessionOptions, Profiling
        try:
            tagger = Tagger.load(device="cpu", precision="fp32")
        finally:
            onnxruntime.SessionOptions = whole
        list(tagger.tag_many(texts))
        del tagger  # the session writes its profile when it ends
        events = [
            event
            for file in Path(folder).iterdir()
            for event in json.loads(file.read_text(encoding="utf-8"))
            if event.get("cat") == "Node" and event["name"].endswith("_kernel_time")
        ]
    named = sorted((event["args"]["op_name"], event["dur"]) for event in events)
    times = {name: sum(one[1] for one in of) for name, of in groupby(named, lambda one: one[0])}
    total = sum(times.values())
    return {
        name: round(time / total, 4)
        for name, time in sorted(times.items(), key=lambda item: -item[1])
    }


def batch(task: Task) -> dict[str, Any]:
    """``fazhi predict`` of a folder into a JSONL file, timed from when the model is loaded.

    ``sampled`` adds the shares of the stages, which costs a little time.
    """
    clock = EncoderClock()
    load, ready = Tagger.load, [0.0]

    def load_and_warm(*arguments: Any, **named: Any) -> Tagger:
        tagger = load(*arguments, **named)
        _ = tagger.tag(task["warm"]).facts  # tables are read when they are first needed
        ready[0] = perf_counter()
        return tagger

    model = ["--model", task["model"]] if "model" in task else []
    command = ["predict", task["folder"], "-o", task["out"], "--device", "cpu", *model, *_LIMITS]
    sampler = Sampler() if task.get("sampled") else None
    begun = perf_counter()
    with patch.object(Tagger, "load", load_and_warm), sampler or nullcontext():
        app(command, standalone_mode=False)
    ended = perf_counter()
    return {
        "load_s": ready[0] - begun,
        "seconds": ended - ready[0],
        "encoder_s": clock.seconds(ready[0]),
        "peak_mib": memory.peak(os.getpid()),
        **({"stages": sampler.shares(ready[0])} if sampler else {}),
    }


def stand_in(task: Task) -> dict[str, Any]:
    """Save the stand-in for the encoder; returns the labels it knows and how well."""
    from stand_in import save_stand_in

    manifest = Manifest.load(save_stand_in(Path(task["folder"]), Path(task["annotations"])))
    return {"f1": manifest.scores["dev"]["micro"]["f1"]}


ARMS: dict[str, Callable[[Task], Any]] = {
    "rate": rate,
    "spans": spans,
    "train-spacy": train_spacy,
    "train-crf": train_crf,
    "limit": limit,
    "batch": batch,
    "stand-in": stand_in,
}


def main() -> None:
    """Do one task and print its figures as the last line."""
    name, file = sys.argv[1:]
    task = json.loads(Path(file).read_text(encoding="utf-8"))
    print("\n" + json.dumps(ARMS[name](task)))


if __name__ == "__main__":
    main()
