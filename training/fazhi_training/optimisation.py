"""A recipe's fitting in the terms of transformers and torch."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import torch
from transformers import BertForTokenClassification, TrainingArguments

from fazhi_training.recipe import Fitting

_WEIGHT_DECAY = 0.01


def arguments(fitting: Fitting, rows: int, work: Path) -> TrainingArguments:
    """What the Trainer is told for ``rows`` windows, of all passes; checkpoints go to ``work``."""
    processes = int(os.environ.get("WORLD_SIZE", 1))
    updates = math.ceil(rows / (fitting.batch_windows * processes))
    every = math.ceil(updates / max(1, fitting.passes * fitting.evaluations_per_pass))
    return TrainingArguments(
        output_dir=str(work),
        num_train_epochs=1,
        per_device_train_batch_size=fitting.batch_windows,
        learning_rate=fitting.learning_rate,
        lr_scheduler_type="cosine",
        warmup_steps=fitting.warmup_share,
        bf16=fitting.precision == "bf16",
        fp16=fitting.precision == "fp16",
        use_cpu=not torch.cuda.is_available(),
        seed=fitting.seed,
        eval_strategy="steps",
        eval_steps=every,
        save_strategy="steps",
        save_steps=every,
        save_total_limit=2,
        logging_steps=max(1, every // 4),
        load_best_model_at_end=True,
        metric_for_best_model="eval_f1",
        greater_is_better=True,
        disable_tqdm=True,
        report_to=[],
        dataloader_pin_memory=torch.cuda.is_available(),
    )


def parameter_groups(model: BertForTokenClassification, fitting: Fitting) -> list[dict[str, Any]]:
    """Parameters by depth and by whether they decay, each with its learning rate."""
    layers = model.config.num_hidden_layers
    groups: dict[tuple[float, float], list[torch.nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if name.startswith("classifier"):
            rate = fitting.head_learning_rate
        else:
            depth = _depth(name, layers)
            rate = fitting.learning_rate * fitting.layer_decay ** (layers - depth)
        decay = _WEIGHT_DECAY if parameter.ndim > 1 else 0.0
        groups.setdefault((rate, decay), []).append(parameter)
    return [
        {"params": parameters, "lr": rate, "weight_decay": decay}
        for (rate, decay), parameters in groups.items()
    ]


def _depth(name: str, layers: int) -> int:
    """0 for embeddings, 1 … ``layers`` for the layers of the encoder."""
    if ".layer." in name:
        return int(name.split(".layer.")[1].split(".")[0]) + 1
    return 0 if "embeddings" in name else layers
