"""A small model, trained by nobody, and small annotated reports: enough to run every path."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import settings

from fazhi.tagging.labels import LABELS, TagScheme
from fazhi.tagging.manifest import Manifest, sha256
from fazhi.tagging.tokens import SPECIAL_TOKENS
from fazhi.tagging.windows import WindowSettings

settings.register_profile("fazhi", deadline=None)  # a shared machine has slow moments
settings.load_profile("fazhi")

ROOT = Path(__file__).parent.parent
WORDS = "一二三、（）主要举措和成效学习宣传中华人民共和国民法典次件起《》。，办结率0123456789%"

REPORT = """<META>{"year": 2024}</META>
青石镇人民政府2024年法治政府建设年度报告

<SECTION level="1" role="measures">一、主要举措和成效</SECTION>
<SECTION level="2" role="measures">（一）抓学习</SECTION>。
学习《<LAW name="中华人民共和国民法典">民法典</LAW>》
<COUNT value="2" unit="次" approx="none">2次</COUNT>。
办结<COUNT value="20" unit="件" approx="over">20余件</COUNT>，
办结率<RATE value="0.97" approx="none">97%</RATE>。
<SECTION level="1" role="problems">二、存在的问题</SECTION>
执法力量不足，&lt;略>。
"""


@pytest.fixture(scope="session")
def annotated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with ``train`` and ``dev`` of inline annotated reports."""
    folder = tmp_path_factory.mktemp("annotated")
    for split, times in (("train", range(2, 6)), ("dev", range(6, 8))):
        (folder / split).mkdir()
        for time in times:
            text = REPORT.replace("2次", f"{time}次").replace('value="2"', f'value="{time}"')
            (folder / split / f"{split}-{time}.txt").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder that loads in no time: a digit and 次 or 件 after it are a COUNT."""
    onnx = pytest.importorskip("onnx")
    import numpy as np
    from onnx import helper, numpy_helper

    folder = tmp_path_factory.mktemp("tiny")
    scheme = TagScheme(LABELS)
    chars = [*SPECIAL_TOKENS, *dict.fromkeys(WORDS)]
    table = np.zeros((len(chars), len(scheme.tags)), np.float32)
    for row, char in enumerate(chars):
        tag = "B-COUNT" if char.isdigit() else "E-COUNT" if char in "次件" else "O"
        table[row, scheme.tags.index(tag)] = 5
    axes = ["windows", "tokens"]
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["logits"])],
        "tiny",
        [helper.make_tensor_value_info("input_ids", onnx.TensorProto.INT64, axes)],
        [helper.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, [*axes, table.shape[1]])],
        [numpy_helper.from_array(table, "table")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.save(model, folder / "model.onnx")
    vocabulary = {token: row for row, token in enumerate(chars)}
    tokenizer = {"model": {"type": "WordLevel", "vocab": vocabulary}}
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    files = {name: sha256(folder / name) for name in ("model.onnx", "tokenizer.json")}
    Manifest(labels=LABELS, windows=WindowSettings(64, 16), files=files).save(folder)
    return folder


@pytest.fixture(scope="session")
def small_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of two layers over characters, with random weights."""
    torch = pytest.importorskip("torch")
    from transformers import BertConfig, BertForMaskedLM

    from fazhi.tagging.tokens import SPECIAL_TOKENS
    from fazhi_training import vocabulary

    folder = tmp_path_factory.mktemp("encoder")
    chars = vocabulary.characters({char: index for index, char in enumerate(WORDS)})
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(chars) + len(SPECIAL_TOKENS),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=130,
        pad_token_id=0,
    )
    BertForMaskedLM(config).save_pretrained(folder)
    vocabulary.save([*SPECIAL_TOKENS, *chars], folder)
    return folder


@pytest.fixture(scope="session")
def recipe_file(annotated: Path, small_encoder: Path) -> Path:
    """A recipe that trains the small encoder on the small reports in seconds."""
    path = annotated / "recipe.yaml"
    content = {
        "encoder": str(small_encoder),
        "train": [str(annotated / "train")],
        "dev": [str(annotated / "dev")],
        "out": str(annotated / "model"),
        "windows": {"window_chars": 64, "overlap_chars": 16},
        "fitting": {"passes": 60, "batch_windows": 4, "learning_rate": 0.004, "dropout": 0.0},
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def small_model(recipe_file: Path) -> Path:
    """The model folder that the small recipe saves."""
    from fazhi_training.recipe import Recipe
    from fazhi_training.training import train

    return train(Recipe.load(recipe_file))
