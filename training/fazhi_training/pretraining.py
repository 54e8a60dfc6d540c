"""Continued masked-language-model training of a character encoder on unlabelled Chinese text.

Resumable: the state is written every few minutes and once more when the steady stretch ends, so
that a run can be stopped at any point and a finished one can be carried on with more tokens.
"""

from __future__ import annotations

import json
import lzma
import random
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional
from transformers import BertForMaskedLM

from fazhi.annotations import parse_inline
from fazhi.errors import FazhiError
from fazhi.tagging.tokens import CharacterTokenizer
from fazhi_training.allocation import keep_freed_memory
from fazhi_training.encoder import save_in_half
from fazhi_training.recipe import EncoderRecipe

Ids = npt.NDArray[np.int32]
Mask = npt.NDArray[np.bool_]
_RUN_LENGTHS = ((1, 0.8), (2, 0.15), (3, 0.05))


def read_texts(paths: Iterable[Path]) -> Iterator[str]:
    """Texts of ``.txt``, ``.jsonl`` and ``.jsonl.xz`` files (field ``text``), folders walked.

    Of annotated reports in the inline form it is the bare text.
    """
    for path in paths:
        if path.is_dir():
            yield from read_texts(sorted(p for p in path.rglob("*") if p.is_file()))
        elif path.name.endswith(".jsonl.xz"):
            with lzma.open(path, "rt", encoding="utf-8") as lines:
                yield from (json.loads(line)["text"] for line in lines)
        elif path.suffix == ".jsonl":
            with path.open(encoding="utf-8") as lines:
                yield from (json.loads(line)["text"] for line in lines)
        elif path.suffix == ".txt":
            content = path.read_text(encoding="utf-8")
            inline = content.startswith("<META>")
            yield parse_inline(content, path).report.text if inline else content


def clean(text: str) -> str:
    """Take out what Markdown added: comments, heading marks, runs of blank lines."""
    text = re.sub(r"<!--.*?-->", "", text, flags=re.S)
    text = re.sub(r"^#+ *", "", text, flags=re.M)
    return re.sub(r"\n{2,}", "\n", text).strip()


def lay_out(text: str, rng: random.Random) -> str:
    """The same text in one of the layouts that files have, so that the encoder knows them all."""
    if rng.random() < 0.2:
        table = str.maketrans("，：；（）％", ",:;()%")
        text = text.translate(table)
    if rng.random() < 0.15:
        text = re.sub(r"(?<=[\u4e00-\u9fff])(?=\d)|(?<=\d)(?=[\u4e00-\u9fff])", " ", text)
    if rng.random() < 0.15:
        width = rng.randint(24, 42)
        lines = (re.findall(rf".{{1,{width}}}", line) for line in text.split("\n"))
        text = "\n".join("\n".join(pieces) for pieces in lines)
    indent = rng.choice(["", "", "", "\u3000\u3000", "    "])
    gap = rng.choice(["\n", "\n", "\n\n"])
    return gap.join(indent + line for line in text.split("\n"))


class Sequences:
    """Endless batches of token ids, ``(batch, sequence_tokens)``, from texts in random order."""

    def __init__(self, texts: list[str], tokenizer: CharacterTokenizer, settings: EncoderRecipe):
        self._texts = texts
        self._tokenizer = tokenizer
        self._settings = settings

    def batches(self, skip: int) -> Iterator[Ids]:
        """Batches of this seed; ``skip`` numbers the stretch, so that none repeats another."""
        settings, tokenizer = self._settings, self._tokenizer
        rng = random.Random(f"{settings.seed}-{skip}")
        inner = settings.sequence_tokens - 2
        buffer: list[Ids] = []
        if max(map(len, self._texts), default=0) < inner:
            raise FazhiError(f"no text, or none held out, has the {inner} characters of a sequence")
        while True:
            order = list(range(len(self._texts)))
            rng.shuffle(order)
            for index in order:
                ids = tokenizer.encode(lay_out(self._texts[index], rng))
                start = rng.randrange(inner) if len(ids) > 2 * inner else 0
                for begin in range(start, len(ids) - inner + 1, inner):
                    buffer.append(ids[begin : begin + inner])
                while len(buffer) >= 64 * settings.batch:
                    rng.shuffle(buffer)
                    for _ in range(32):
                        rows = np.stack([buffer.pop() for _ in range(settings.batch)])
                        yield np.pad(rows, ((0, 0), (1, 1)), constant_values=0) + self._edges(inner)

    def _edges(self, inner: int) -> Ids:
        edges = np.zeros(inner + 2, dtype=np.int32)
        edges[0], edges[-1] = self._tokenizer.cls, self._tokenizer.sep
        return edges


def mask(ids: Ids, tokenizer: CharacterTokenizer, share: float, rng: np.random.Generator) -> Mask:
    """Which tokens are hidden, bool of the shape of ``ids``: runs of one to three characters."""
    lengths, weights = zip(*_RUN_LENGTHS, strict=True)
    mean = sum(length * weight for length, weight in _RUN_LENGTHS)
    starts = rng.random(ids.shape) < share / mean
    runs = rng.choice(lengths, size=ids.shape, p=weights)
    hidden: Mask = starts.copy()
    for shift in (1, 2):
        hidden[:, shift:] |= (starts & (runs > shift))[:, :-shift]
    special = (ids == tokenizer.cls) | (ids == tokenizer.sep) | (ids == tokenizer.pad)
    hidden[special] = False
    return hidden


def corrupt(ids: Ids, hidden: Mask, tokenizer: CharacterTokenizer, rng: np.random.Generator) -> Ids:
    """``ids`` with the hidden ones replaced: 80 % by ``[MASK]``, 10 % by a random token."""
    draw = rng.random(ids.shape)
    noise = rng.integers(5, len(tokenizer.vocabulary), size=ids.shape, dtype=np.int32)
    out = np.where(hidden & (draw < 0.8), tokenizer.mask, ids)
    result: Ids = np.where(hidden & (draw >= 0.9), noise, out).astype(np.int32)
    return result


def predict_hidden(model: BertForMaskedLM, inputs: Tensor, hidden: Tensor) -> Tensor:
    """Scores for the hidden tokens alone, shape ``(hidden tokens, vocabulary)``."""
    states = model.bert(input_ids=inputs).last_hidden_state
    scores: Tensor = model.cls(states[hidden])
    return scores


def learning_rate(settings: EncoderRecipe, seen: int) -> float:
    """Warm up, hold, and fall to nothing over the last ``decay_share`` of the tokens."""
    done = seen / settings.tokens
    if done < settings.warmup_share:
        return settings.learning_rate * max(done / settings.warmup_share, 0.01)
    left = (1.0 - done) / settings.decay_share
    return settings.learning_rate * min(1.0, max(left, 0.0))


class Run:
    """One encoder under training with its optimiser, and the log of what it has seen."""

    def __init__(self, settings: EncoderRecipe) -> None:
        self.settings = settings
        start, work = settings.start, settings.work
        work.mkdir(parents=True, exist_ok=True)
        self.tokenizer = CharacterTokenizer.load(start)
        torch.manual_seed(settings.seed)
        source = work / "state" if (work / "state").exists() else start
        self.model = BertForMaskedLM.from_pretrained(
            source, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
        )
        self.optimiser = torch.optim.AdamW(_groups(self.model, settings.weight_decay), fused=True)
        self.seen, self.stretch = 0, 0
        if source != start:
            self._load_optimiser(source)

    def train(self, texts: list[str], held_out: list[str], report: Callable[[str], None]) -> float:
        """Train until ``settings.tokens`` are seen; returns the masked accuracy on ``held_out``."""
        settings, rng = self.settings, np.random.default_rng([self.settings.seed, self.stretch])
        check = self._held_out(held_out)
        batches = Sequences(texts, self.tokenizer, settings).batches(self.stretch)
        self.stretch += 1
        saved = last = time.monotonic()
        losses: list[float] = []
        held = self.seen < settings.tokens * (1 - settings.decay_share)
        self.model.train()
        while self.seen < settings.tokens:
            losses.append(self._step(next(batches), rng))
            now = time.monotonic()
            if now - last > 60:
                report(f"{self.seen:,} tokens, loss {np.mean(losses[-200:]):.3f}")
                last = now
            if held and self.seen >= settings.tokens * (1 - settings.decay_share):
                held = False
                self.save(self.settings.work / "steady")
            if now - saved > settings.checkpoint_s:
                saved = now
                accuracy = self._accuracy(check)
                self._log(float(np.mean(losses[-200:])), accuracy)
                report(f"{self.seen:,} tokens, held-out masked accuracy {accuracy:.4f}")
                self.save(self.settings.work / "state")
        accuracy = self._accuracy(check)
        self._log(float(np.mean(losses[-200:])) if losses else 0.0, accuracy)
        self.save(self.settings.work / "state")
        return accuracy

    def _step(self, ids: Ids, rng: np.random.Generator) -> float:
        for group in self.optimiser.param_groups:
            group["lr"] = learning_rate(self.settings, self.seen)
        hidden = mask(ids, self.tokenizer, self.settings.masked_share, rng)
        inputs = corrupt(ids, hidden, self.tokenizer, rng)
        where = torch.from_numpy(hidden)
        scores = predict_hidden(self.model, torch.from_numpy(inputs).long(), where)
        loss = functional.cross_entropy(scores, torch.from_numpy(ids).long()[where])
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimiser.step()
        self.optimiser.zero_grad(set_to_none=True)
        self.seen += ids.size
        return float(loss.detach())

    def _held_out(self, texts: list[str]) -> list[tuple[Ids, Mask, Ids]]:
        settings = self.settings
        rng = np.random.default_rng(1)
        batches = Sequences(texts, self.tokenizer, settings).batches(-1)
        check = []
        for _ in range(max(1, settings.held_out_sequences // settings.batch)):
            ids = next(batches)
            hidden = mask(ids, self.tokenizer, settings.masked_share, rng)
            check.append((ids, hidden, np.where(hidden, self.tokenizer.mask, ids)))
        return check

    def _accuracy(self, check: list[tuple[Ids, Mask, Ids]]) -> float:
        self.model.eval()
        right = total = 0
        for ids, hidden, inputs in check:
            where = torch.from_numpy(hidden)
            with torch.no_grad():
                scores = predict_hidden(self.model, torch.from_numpy(inputs).long(), where)
            right += int((scores.argmax(-1) == torch.from_numpy(ids).long()[where]).sum())
            total += int(where.sum())
        self.model.train()
        return right / max(total, 1)

    def _log(self, loss: float, accuracy: float) -> None:
        line = {"tokens": self.seen, "loss": round(loss, 4), "accuracy": round(accuracy, 4)}
        with (self.settings.work / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")

    def save(self, folder: Path) -> None:
        """Write model, optimiser and counters, replacing what is in ``folder`` only when whole."""
        part = folder.with_name(folder.name + ".part")
        self.model.save_pretrained(part)
        tensors = {}
        for name, parameter in self.model.named_parameters():
            for key in ("exp_avg", "exp_avg_sq", "step"):
                tensors[f"{name}/{key}"] = self.optimiser.state[parameter][key]
        save_file(tensors, part / "optimiser.safetensors")
        counters = {"seen": self.seen, "stretch": self.stretch}
        (part / "counters.json").write_text(json.dumps(counters), encoding="utf-8")
        old = folder.with_name(folder.name + ".old")
        if folder.exists():
            folder.rename(old)
        part.rename(folder)
        shutil.rmtree(old, ignore_errors=True)

    def _load_optimiser(self, folder: Path) -> None:
        tensors = load_file(folder / "optimiser.safetensors")
        for name, parameter in self.model.named_parameters():
            state = {key: tensors[f"{name}/{key}"] for key in ("exp_avg", "exp_avg_sq", "step")}
            self.optimiser.state[parameter].update(state)
        counters = json.loads((folder / "counters.json").read_text(encoding="utf-8"))
        self.seen, self.stretch = counters["seen"], counters["stretch"]


def _groups(model: BertForMaskedLM, weight_decay: float) -> list[dict[str, object]]:
    matrices = [p for p in model.parameters() if p.ndim > 1]
    vectors = [p for p in model.parameters() if p.ndim == 1]
    return [
        {"params": matrices, "weight_decay": weight_decay},
        {"params": vectors, "weight_decay": 0.0},
    ]


def pretrain(recipe: EncoderRecipe, *, report: Callable[[str], None]) -> float:
    """Train the encoder in ``recipe.start`` on its sources and save it in ``recipe.out``.

    Returns the masked accuracy on held-out texts (every fiftieth of each source, never trained on).
    Run again with the same ``work``, it goes on where it stopped.
    """
    texts: list[str] = []
    held_out: list[str] = []
    for source, repeats in recipe.sources.items():
        cleaned = [text for text in map(clean, read_texts([source])) if len(text) > 50]
        held_out += cleaned[::50]
        texts += [text for index, text in enumerate(cleaned) if index % 50] * repeats
    if not texts:
        raise FazhiError(
            "no text to train on: sources are .txt, .jsonl or .jsonl.xz files, or folders"
        )
    keep_freed_memory()
    run = Run(recipe)
    torch.set_flush_denormal(True)  # for the whole process, so only while training
    try:
        accuracy = run.train(texts, held_out, report)
    finally:
        torch.set_flush_denormal(False)
    save_in_half(run.model, recipe.out)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (recipe.out / name).write_bytes((recipe.start / name).read_bytes())
    return accuracy
