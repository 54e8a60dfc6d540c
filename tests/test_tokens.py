"""One character, one token: fazhi's table against the tokenizer that transformers loads."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fazhi.errors import ModelError
from fazhi.tagging.tokens import SPECIAL_TOKENS, CharacterTokenizer

SAMPLES = [
    "2024年12月",
    "aB Ａ",
    "一\n二\r\n\u3000三\t四",
    "𠮷野家𠀀",
    "[CLS]x",
    "学习《民法典》１００%",
    "",
]


@pytest.mark.parametrize("text", SAMPLES)
def test_same_as_transformers(text: str, small_encoder: Path) -> None:
    transformers = pytest.importorskip("transformers")
    stock = transformers.AutoTokenizer.from_pretrained(small_encoder)
    ours = CharacterTokenizer.load(small_encoder)
    encoded = stock(
        text, return_offsets_mapping=True, add_special_tokens=False, split_special_tokens=True
    )
    assert encoded["input_ids"] == ours.encode(text).tolist()
    assert encoded["offset_mapping"] == [(place, place + 1) for place in range(len(text))]


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.characters(exclude_categories=[])))
def test_a_token_for_every_character(text: str, small_encoder: Path) -> None:
    tokenizer = CharacterTokenizer.load(small_encoder)
    ids = tokenizer.encode(text)
    assert len(ids) == len(text)
    for char, index in zip(text, ids.tolist(), strict=True):
        assert index == tokenizer.vocabulary.get(char, tokenizer.unk)


def test_layout_and_case_have_tokens_of_their_own(small_encoder: Path) -> None:
    tokenizer = CharacterTokenizer.load(small_encoder)
    ids = tokenizer.encode("\n \u3000aAＡ1１,，").tolist()
    assert len(set(ids)) == 10
    assert tokenizer.unk not in ids


def test_faulty_vocabularies(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="can't be read as a tokenizer"):
        CharacterTokenizer.load(tmp_path)
    (tmp_path / "tokenizer.json").write_text('{"model": {"type": "BPE", "vocab": {}}}')
    with pytest.raises(ModelError, match="one token a character"):
        CharacterTokenizer.load(tmp_path)
    with pytest.raises(ModelError, match=r"lacks the special tokens \[MASK\]"):
        CharacterTokenizer.from_vocabulary({t: i for i, t in enumerate(SPECIAL_TOKENS[:4])})
