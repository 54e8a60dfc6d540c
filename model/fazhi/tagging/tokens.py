"""Characters to token ids: one character, one token, every character with its offset."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fazhi.errors import ModelError

SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_CODE_POINTS = 0x110000


@dataclass(frozen=True, eq=False)
class CharacterTokenizer:
    """Looks every code point up in one table, so that token *i* is character *i* of the text.

    Nothing is normalised, merged or dropped: white space, letter case and width are tokens of
    their own, special tokens that stand in a text are read as plain characters, and what the
    vocabulary lacks (astral characters and lone surrogates too) becomes ``[UNK]`` in its place.
    """

    vocabulary: Mapping[str, int]
    table: npt.NDArray[np.int32]
    pad: int
    unk: int
    cls: int
    sep: int
    mask: int

    @classmethod
    def from_vocabulary(cls, vocabulary: Mapping[str, int]) -> CharacterTokenizer:
        """Build the look-up table from ``{token: id}``; a character or a special token each."""
        missing = [token for token in SPECIAL_TOKENS if token not in vocabulary]
        if missing:
            raise ModelError(f"vocabulary lacks the special tokens {', '.join(missing)}")
        ids = {token: vocabulary[token] for token in SPECIAL_TOKENS}
        table = np.full(_CODE_POINTS, ids["[UNK]"], dtype=np.int32)
        for token, index in vocabulary.items():
            if len(token) == 1:
                table[ord(token)] = index
        return cls(
            vocabulary=vocabulary,
            table=table,
            pad=ids["[PAD]"],
            unk=ids["[UNK]"],
            cls=ids["[CLS]"],
            sep=ids["[SEP]"],
            mask=ids["[MASK]"],
        )

    @classmethod
    def load(cls, folder: Path) -> CharacterTokenizer:
        """Read ``tokenizer.json`` (a vocabulary of single characters) from a model folder."""
        path = folder / "tokenizer.json"
        try:
            model = json.loads(path.read_text(encoding="utf-8"))["model"]
            kind, vocabulary = model["type"], model["vocab"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ModelError(f"{path}: can't be read as a tokenizer ({error})") from error
        if kind != "WordLevel":
            raise ModelError(
                f"{path}: tokenizer of type {kind!r}; fazhi needs one token a character"
            )
        return cls.from_vocabulary(vocabulary)

    def encode(self, text: str) -> npt.NDArray[np.int32]:
        """Token ids of ``text``, shape ``(len(text),)``, without ``[CLS]`` and ``[SEP]``."""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
        ids: npt.NDArray[np.int32] = self.table[codes]
        return ids
