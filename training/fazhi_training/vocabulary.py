"""The character vocabulary: which characters have a token, and whose vector each starts from."""

from __future__ import annotations

import json
import os
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from fazhi.errors import ModelError
from fazhi.tagging.tokens import SPECIAL_TOKENS

WHITE_SPACE = "\n\r\t \u00a0\u3000"
_RANGES = (
    (0x21, 0x7E),  # ASCII
    (0xFF01, 0xFF5E),  # full-width ASCII
    (0x3001, 0x3017),  # CJK punctuation: 、。〈〉《》「」【】〔〕
    (0x2460, 0x2473),  # ① to ⑳
    (0x2474, 0x2487),  # ⑴ to ⒇
    (0x2160, 0x216B),  # Ⅰ to Ⅻ
    (0x0391, 0x03C9),  # Greek
)
_SINGLES = "·•‧・—–―…‘’“”‰′″※℃㎡㎥㎞‐−－～〇○●■□◆◇▲△★☆→←↑↓√×÷±≥≤≈°§¥￥﹝﹞﹙﹚﹪\u200b\ufeff"
_HAN = ((0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF))


def characters(pieces: Mapping[str, int]) -> list[str]:
    """Every character that gets a token, sorted: Han characters among ``pieces``, and a fixed rest.

    The rest are white space, digits and letters in both widths and cases, and the punctuation and
    signs of Chinese office texts; they have a token even where the source vocabulary lacks them.
    """
    han = {piece for piece in _bare(pieces) if any(low <= ord(piece) <= high for low, high in _HAN)}
    fixed = {chr(code) for low, high in _RANGES for code in range(low, high + 1)}
    fixed = {char for char in fixed if unicodedata.category(char) != "Cn"}
    return sorted(han | fixed | set(_SINGLES) | set(WHITE_SPACE))


def _bare(pieces: Mapping[str, int]) -> Iterator[str]:
    for piece in pieces:
        bare = piece.removeprefix("▁")
        if len(bare) == 1:
            yield bare


def source(char: str, pieces: Mapping[str, int], unk: int) -> int:
    """The row of the source embedding that ``char`` starts from.

    Its own piece; else that of its half-width or plain form; else that of its other letter case;
    white space that the source has no piece for starts from the piece of the space, and what is
    left from the unknown piece.
    """
    plain = unicodedata.normalize("NFKC", char)[:1]
    candidates = [char, "▁" + char]
    if char.strip() and char not in "\u200b\ufeff":
        candidates += [plain, "▁" + plain, plain.lower(), plain.upper()]
    else:
        candidates += ["▁", "[unused1]"]
    return next((pieces[piece] for piece in candidates if piece in pieces), unk)


def save(tokens: list[str], folder: Path) -> None:
    """Write ``tokenizer.json`` and ``tokenizer_config.json``, which ``AutoTokenizer`` loads.

    ``tokens`` starts with the special tokens; a token's id is its place in the list.
    """
    if tuple(tokens[: len(SPECIAL_TOKENS)]) != SPECIAL_TOKENS:
        raise ModelError(f"tokens start with {tokens[:5]}, not with {SPECIAL_TOKENS}")
    ids = {token: index for index, token in enumerate(tokens)}
    added = [
        {
            "id": ids[token],
            "content": token,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": False,
            "special": True,
        }
        for token in SPECIAL_TOKENS
    ]
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": None,
        "pre_tokenizer": {
            "type": "Split",
            "pattern": {"Regex": r"[\s\S]"},
            "behavior": "Isolated",
            "invert": False,
        },
        "post_processor": {
            "type": "BertProcessing",
            "sep": ["[SEP]", ids["[SEP]"]],
            "cls": ["[CLS]", ids["[CLS]"]],
        },
        "decoder": {"type": "Fuse"},
        "model": {"type": "WordLevel", "vocab": ids, "unk_token": "[UNK]"},
    }
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": 512,
        "clean_up_tokenization_spaces": False,
        **{f"{token.strip('[]').lower()}_token": token for token in SPECIAL_TOKENS},
    }
    folder.mkdir(parents=True, exist_ok=True)
    _write_json(folder / "tokenizer.json", tokenizer)
    _write_json(folder / "tokenizer_config.json", config)


def _write_json(path: Path, content: object) -> None:
    """Write whole or not at all: several processes may write and read it at once."""
    part = path.with_name(f"{path.name}.{os.getpid()}")
    part.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(path)
