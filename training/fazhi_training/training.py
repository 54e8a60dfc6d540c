"""A recipe to a saved model: transformers' Trainer on windows, dev scored by fazhi's tagger."""

from __future__ import annotations

import hashlib
import math
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import (
    BertForTokenClassification,
    EarlyStoppingCallback,
    Trainer,
    TrainerCallback,
    TrainerControl,
    TrainerState,
    TrainingArguments,
)
from transformers.utils import logging

from fazhi.annotations import format_lines
from fazhi.errors import FazhiError
from fazhi.reports import Report
from fazhi.tagging.backends import TorchBackend
from fazhi.tagging.labels import LABELS, TagScheme
from fazhi.tagging.manifest import FILE_NAME, Manifest
from fazhi.tagging.tagger import Tagger
from fazhi.tagging.tokens import CharacterTokenizer
from fazhi_training import corpora, encoder, export, retraining, scores
from fazhi_training.allocation import keep_freed_memory
from fazhi_training.augmentation import augment
from fazhi_training.card import ENCODER, NOTICE, loss_curve, write_card
from fazhi_training.comparison import Comparison
from fazhi_training.dataset import PadToLongest, to_dataset, window_rows
from fazhi_training.measuring import measure
from fazhi_training.optimisation import arguments, parameter_groups
from fazhi_training.recipe import Recipe


def train(recipe: Recipe, *, resume: bool = False, report: Callable[[str], object] = print) -> Path:
    """Train as the recipe says and save the model in ``recipe.out``, which is returned.

    Checkpoints are kept beside it until it is saved; with ``resume`` training goes on from the last
    one. ``report`` is told what a recipe with reports of one's own held out, and what it changed.
    Raises FazhiError when ``recipe.out`` holds a model already.
    """
    if (recipe.out / FILE_NAME).exists():
        raise FazhiError(
            f"{recipe.out}: holds a model already; remove it or give the recipe another 'out'"
        )
    trainer = fit(recipe, resume=resume)
    if trainer.is_world_process_zero():
        changes = _save(trainer, recipe)
        if recipe.own:
            report(retraining.describe(recipe, trainer.reports["held"], changes))
        shutil.rmtree(_work(recipe), ignore_errors=True)
    return recipe.out


def fit(recipe: Recipe, *, resume: bool = False) -> SpanTrainer:
    """Train as the recipe says and return the trainer, with the best model on dev; saves nothing.

    Checkpoints are left beside ``recipe.out``.
    """
    work = _work(recipe)
    _claim(work, recipe, resume)
    reports = _read(recipe)
    scheme = TagScheme(recipe.labels)
    windows = recipe.windows.settings()
    _quieten()
    keep_freed_memory()
    torch.manual_seed(recipe.fitting.seed)
    model, vocabulary = _start(recipe, scheme, work)
    manifest = Manifest(labels=recipe.labels, windows=windows, files={})
    tokenizer = CharacterTokenizer.load(vocabulary)
    rows = window_rows(_passes(reports, recipe), tokenizer, scheme, windows)
    trainer = SpanTrainer(
        recipe=recipe,
        manifest=manifest,
        tokenizer=tokenizer,
        reports=reports,
        model=model,
        train_rows=list(rows),
        work=work,
    )
    trainer.train(resume_from_checkpoint=True if resume else None)
    return trainer


def _work(recipe: Recipe) -> Path:
    return recipe.out.with_name(recipe.out.name + ".checkpoints")


def _claim(work: Path, recipe: Recipe, resume: bool) -> None:
    """Make ``work`` this recipe's own: go on only with what it began, else begin anew."""
    note = work / "recipe.json"
    if resume:
        if not any(work.glob("checkpoint-*")) or not note.exists():
            raise FazhiError(f"{work}: no checkpoint to go on from; train without --resume")
        if note.read_text(encoding="utf-8") != recipe.model_dump_json():
            raise FazhiError(f"{work}: is of another recipe; remove it, or train with that recipe")
    elif int(os.environ.get("RANK", 0)) == 0:
        for checkpoint in work.glob("checkpoint-*"):
            shutil.rmtree(checkpoint)
        work.mkdir(parents=True, exist_ok=True)
        note.write_text(recipe.model_dump_json(), encoding="utf-8")


def _quieten() -> None:
    """Leave the terminal to the progress line: no bars and notices of the libraries underneath."""
    logging.set_verbosity_error()
    logging.disable_progress_bar()


def _start(
    recipe: Recipe, scheme: TagScheme, work: Path
) -> tuple[BertForTokenClassification, Path]:
    vocabulary = work / "vocabulary"
    model = encoder.load_for_tags(
        recipe.encoder_path(), scheme, vocabulary, dropout=recipe.fitting.dropout
    )
    needed = recipe.windows.window_chars + 2
    if needed > model.config.max_position_embeddings:
        raise FazhiError(
            f"window_chars is {recipe.windows.window_chars}; encoder {recipe.encoder} "
            f"takes at most {model.config.max_position_embeddings - 2}"
        )
    return model, vocabulary


def _read(recipe: Recipe) -> dict[str, list[Report]]:
    """The reports by split: ``train`` and ``dev``, and of one's own ``own`` and ``held``."""
    labels = tuple({*recipe.labels, *LABELS})  # other labels of the reports are left aside
    reports = {name: _read_ours(name, getattr(recipe, name), labels) for name in ("train", "dev")}
    if recipe.own:
        found = corpora.read(recipe.own.annotations, labels)
        reports["own"], reports["held"] = corpora.hold_out(found, recipe.own.held_share)
    corpora.keep_apart(
        [*reports["train"], *reports.get("own", ())], [*reports["dev"], *reports.get("held", ())]
    )
    return reports


def _read_ours(name: str, paths: Sequence[Path], labels: tuple[str, ...]) -> list[Report]:
    for path in paths:
        if not path.exists():
            raise FazhiError(
                f"{path}: not there, which the recipe has for {name!r}. The annotated reports of "
                "fazhi are in its repository and not in the package: run this from the root of a "
                "clone, or change the recipe"
            )
    return corpora.read(paths, labels)


def _passes(reports: Mapping[str, Sequence[Report]], recipe: Recipe) -> Iterator[Report]:
    """The train reports once a pass, some of them altered, otherwise in each pass.

    With reports of one's own a pass is these, mixed with some of the others.
    """
    share, steps = recipe.augmentation.share, recipe.augmentation.steps
    every = reports["own"] if recipe.own else reports["train"]
    for number in range(math.ceil(recipe.fitting.passes)):
        left = min(1.0, recipe.fitting.passes - number)
        draw = random.Random(f"{recipe.fitting.seed} {number}")
        part = max(1, round(left * len(every)))
        some = every if left == 1.0 else draw.sample(every, part)
        if recipe.own:
            some = corpora.mix(some, reports["train"], recipe.own.share, draw)
        for report in some:
            rng = random.Random(f"{recipe.fitting.seed} {number} {report.id}")
            yield augment(report, steps, rng) if rng.random() < share else report


def _save(trainer: SpanTrainer, recipe: Recipe) -> dict[str, Comparison]:
    """Save the model; returns what reports of one's own changed."""
    reports = trainer.reports
    dev = [*reports.get("held", ()), *reports["dev"]]
    vocabulary = _work(recipe) / "vocabulary"
    about: dict[str, Any] = {
        "encoder": Path(recipe.encoder).name if Path(recipe.encoder).exists() else recipe.encoder,
        "seed": recipe.fitting.seed,
        "annotations": {name: digest(split) for name, split in reports.items()},
    }
    part = Path(tempfile.mkdtemp(prefix=recipe.out.name + ".", dir=recipe.out.parent))
    try:
        export.save_model(
            trainer.model,
            vocabulary,
            part,
            labels=recipe.labels,
            windows=trainer.manifest.windows,
            samples=dev,
            about=about,
        )
        for name in (ENCODER, NOTICE):
            if (about_it := Path(recipe.encoder_path()) / name).is_file():
                shutil.copyfile(about_it, part / name)
        loss_curve(trainer.state.log_history, part / "loss.png")
        manifest = measure(part, dev)
        changes = retraining.find_changes(recipe, part, reports) if recipe.own else {}
        write_card(part, manifest, recipe, reports, changes)
        if recipe.out.exists():
            shutil.copytree(part, recipe.out, dirs_exist_ok=True)
        else:
            part.chmod(0o755)
            part.replace(recipe.out)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    if recipe.own:
        retraining.held_file(recipe).write_bytes(format_lines(reports["held"]))
    return changes


def digest(reports: Sequence[Report]) -> str:
    """sha256 over the JSONL of reports, its last line break apart: what a model was trained on."""
    return hashlib.sha256(format_lines(reports).removesuffix(b"\n")).hexdigest()


class SpanTrainer(Trainer):
    """Trainer whose evaluation is strict span F1 on dev reports, tagged as users tag them."""

    optimizer: torch.optim.Optimizer | None
    control: TrainerControl

    def __init__(
        self,
        *,
        recipe: Recipe,
        manifest: Manifest,
        tokenizer: CharacterTokenizer,
        reports: Mapping[str, Sequence[Report]],
        model: BertForTokenClassification,
        train_rows: list[dict[str, list[int]]],
        work: Path,
    ) -> None:
        self._recipe, self._tokenizer = recipe, tokenizer
        self.manifest = manifest
        self.reports = reports
        self.tagged: list[Report] = []  # what chooses, as tagged at the last evaluation
        callbacks: list[TrainerCallback] = [ProgressLine()]
        if recipe.fitting.patience is not None:
            callbacks.append(EarlyStoppingCallback(recipe.fitting.patience))
        super().__init__(
            model=model,
            args=arguments(recipe.fitting, len(train_rows), work),
            train_dataset=to_dataset(train_rows),
            eval_dataset=to_dataset(train_rows[:1]),
            data_collator=PadToLongest(tokenizer.pad),
            callbacks=callbacks,
        )
        self.pop_callback(_default_progress(self))

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """AdamW with a learning rate that falls by ``layer_decay`` from the top layer down."""
        if self.optimizer is None:
            self.optimizer = torch.optim.AdamW(parameter_groups(self.model, self._recipe.fitting))
        return self.optimizer

    def evaluate(self, *_: Any, **__: Any) -> dict[str, float]:
        """Strict F1 per label and micro on dev, or on what was held out of reports of one's own."""
        gold = self.reports.get("held") or self.reports["dev"]
        model = self.accelerator.unwrap_model(self.model)
        training = model.training
        backend = TorchBackend(model, self.args.device.type)
        tagger = Tagger(self.manifest, self._tokenizer, backend)
        self.tagged = list(tagger.tag_many([report.text for report in gold]))
        model.train(training)
        found = scores.strict(gold, self.tagged, self._recipe.labels)
        metrics = {f"eval_{label}_f1": score.f1 for label, score in found.items()}
        metrics["eval_f1"] = metrics.pop(f"eval_{scores.MICRO}_f1")
        self.log(metrics)
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, metrics
        )
        return metrics


def _default_progress(trainer: Trainer) -> type[TrainerCallback]:
    from transformers.trainer_callback import PrinterCallback, ProgressCallback

    present = {type(callback) for callback in trainer.callback_handler.callbacks}
    return PrinterCallback if PrinterCallback in present else ProgressCallback


class ProgressLine(TrainerCallback):
    """Loss and dev F1 while training: a live line on a terminal, a line an evaluation elsewhere."""

    def __init__(self) -> None:
        self._loss = float("nan")
        self._f1 = float("nan")

    def on_log(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        logs = kwargs.get("logs") or {}
        self._loss = logs.get("loss", self._loss)
        if sys.stderr.isatty() and state.is_world_process_zero:
            print("\r" + self._line(state), end="", file=sys.stderr, flush=True)

    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        self._f1 = kwargs["metrics"]["eval_f1"]
        if state.is_world_process_zero:
            start = "\r" if sys.stderr.isatty() else ""
            print(start + self._line(state), file=sys.stderr, flush=True)

    def _line(self, state: TrainerState) -> str:
        step = f"step {state.global_step}/{state.max_steps}"
        return f"{step}  loss {self._loss:.4f}  dev F1 {self._f1:.4f}"
