"""A recipe to a saved model, and what the saved model promises."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("datasets")

import torch
from transformers import BertForTokenClassification

from conftest import ROOT
from fazhi import Tagger
from fazhi.annotations import read
from fazhi.errors import FazhiError, ModelError
from fazhi.tagging.backends import OnnxBackend, TorchBackend
from fazhi.tagging.labels import LABELS, TagScheme
from fazhi.tagging.manifest import Manifest
from fazhi_training import encoder, export, pretraining
from fazhi_training.dataset import IGNORED, PadToLongest
from fazhi_training.evaluation import evaluate
from fazhi_training.recipe import EncoderRecipe, Fitting, Recipe, Windows
from fazhi_training.training import train


def test_learns_the_small_reports(small_model: Path, annotated: Path) -> None:
    evaluation = evaluate(small_model, [annotated / "dev"], baselines=annotated / "train")
    strict = evaluation.systems["model"]["micro"]
    assert strict.f1 > 0.9
    assert strict.low <= strict.f1 <= strict.high
    assert evaluation.seqeval_f1 == pytest.approx(strict.f1)
    assert evaluation.partial["micro"].f1 >= strict.f1
    assert set(evaluation.systems) == {"model", "CRF", "regex"}
    assert "95 % interval" in evaluation.table()
    assert json.loads(evaluation.to_json())["strict"]["model"]["micro"]["f1"] == strict.f1


def test_evaluation_refuses_shared_reports(small_model: Path, annotated: Path) -> None:
    with pytest.raises(FazhiError, match="holds 2 of the reports to be scored on"):
        evaluate(small_model, [annotated / "dev"], baselines=annotated / "dev")


def test_errors_in_context(small_model: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(
        '<META>{}</META>\n无关的<LAW name="文字">文字</LAW>。', encoding="utf-8"
    )
    lines = list(evaluate(small_model, [tmp_path]).errors())
    assert any("missed LAW     无关的[文字]。" in line for line in lines)


def test_stock_pipeline_loads_it(small_model: Path) -> None:
    from transformers import pipeline

    stock = pipeline("token-classification", model=str(small_model))
    longest = Manifest.load(small_model).windows.window_chars + 2
    assert stock.tokenizer.model_max_length == longest
    tagged = stock("办结20余件，办结率97%。")
    assert "E-COUNT" in {entry["entity"] for entry in tagged}
    assert {entry["entity"] for entry in tagged} <= {
        *Manifest.load(small_model).labels,
        *(f"{p}-{label}" for p in "BIES" for label in Manifest.load(small_model).labels),
        "O",
    }
    assert all(entry["end"] - entry["start"] == 1 for entry in tagged)


def test_torch_and_onnx_agree(small_model: Path, annotated: Path) -> None:
    text = read([annotated / "dev"])[0].report.text
    by_onnx = Tagger.load(small_model, device="cpu")
    by_torch = Tagger(by_onnx.manifest, by_onnx.tokenizer, TorchBackend.load(small_model, "cpu"))
    assert isinstance(by_onnx.backend, OnnxBackend)
    for one, other in zip(by_onnx.tag(text).spans, by_torch.tag(text).spans, strict=True):
        assert (one.start, one.end, one.label) == (other.start, other.end, other.label)
        assert one.score == pytest.approx(other.score, abs=1e-4)


def test_export_refuses_a_model_that_differs(
    small_model: Path, annotated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = BertForTokenClassification.from_pretrained(small_model).eval()
    tagger = Tagger.load(small_model, device="cpu")
    samples = [item.report for item in read([annotated / "dev"])]
    export.check_agreement(model, tagger, samples)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(export, "MAX_LOGIT_DIFFERENCE", 1e9)
        model.classifier.bias.data[3] += 50
        with pytest.raises(FazhiError, match="find different spans"):
            export.check_agreement(model, tagger, samples)
    with pytest.raises(FazhiError, match="logits of ONNX and torch differ by 50"):
        export.check_agreement(model, tagger, samples)


def test_the_onnx_file_tells_no_paths(small_model: Path) -> None:
    content = (small_model / "model.onnx").read_bytes()
    assert str(ROOT).encode() not in content
    assert b".py" not in content


def test_weights_are_stored_in_half(small_model: Path) -> None:
    from safetensors.numpy import load_file

    tensors = load_file(small_model / "model.safetensors")
    assert {tensor.dtype for tensor in tensors.values()} == {np.dtype(np.float16)}


def test_altered_and_missing_files_are_named(small_model: Path, tmp_path: Path) -> None:
    import shutil

    copy = Path(shutil.copytree(small_model, tmp_path / "copy"))
    with (copy / "model.onnx").open("ab") as file:
        file.write(b"x")
    with pytest.raises(ModelError, match=r"model\.onnx: altered"):
        Tagger.load(copy)
    (copy / "model.onnx").unlink()
    with pytest.raises(ModelError, match=r"model\.onnx: missing"):
        Tagger.load(copy)
    (copy / "manifest.json").write_text('{"schema_version": 99}')
    with pytest.raises(ModelError, match="schema version 99"):
        Tagger.load(copy)
    (copy / "manifest.json").write_text("[]")
    with pytest.raises(ModelError, match="can't be read as a manifest"):
        Tagger.load(copy)
    (copy / "manifest.json").unlink()
    with pytest.raises(ModelError, match="not a fazhi model folder"):
        Tagger.load(copy)
    with pytest.raises(ModelError, match="no such model folder"):
        Tagger.load(tmp_path / "none")


def test_a_model_is_not_overwritten(small_model: Path, recipe_file: Path) -> None:
    with pytest.raises(FazhiError, match="holds a model already"):
        train(Recipe.load(recipe_file))


def test_resume_goes_on_from_a_checkpoint(
    recipe_file: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    content = json.loads(recipe_file.read_text())
    content["out"] = str(tmp_path / "model")
    content["fitting"]["passes"] = 2
    path = tmp_path / "recipe.yaml"
    path.write_text(json.dumps(content))
    recipe = Recipe.load(path)
    with pytest.raises(FazhiError, match="no checkpoint to go on from"):
        train(recipe, resume=True)

    def stop(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("transformers.TrainerCallback.on_save", stop)
        with pytest.raises(KeyboardInterrupt):
            train(recipe)
    (checkpoint,) = (tmp_path / "model.checkpoints").glob("checkpoint-*")
    path.write_text(json.dumps(content | {"labels": ["COUNT"]}))
    with pytest.raises(FazhiError, match="is of another recipe"):
        train(Recipe.load(path), resume=True)
    capfd.readouterr()
    assert (train(recipe, resume=True) / "model.onnx").exists()
    first_step = int(checkpoint.name.split("-")[1])
    told = capfd.readouterr().err
    assert f"step {first_step}/" not in told
    assert f"step {first_step + 2}/" in told or f"step {first_step + 1}/" in told
    assert not (tmp_path / "model.checkpoints").exists()
    assert Manifest.load(tmp_path / "model").scores["dev"].keys() == {
        "micro",
        "COUNT",
        "LAW",
        "RATE",
        "SECTION",
    }


def test_other_labels(small_encoder: Path, tmp_path: Path) -> None:
    for split in ("train", "dev"):
        (tmp_path / split).mkdir()
        text = f"<META>{{}}</META>\n镇长<PER>某甲</PER>到会。{split}"
        (tmp_path / split / f"{split}.txt").write_text(text, encoding="utf-8")
    recipe = tmp_path / "recipe.yaml"
    content = {
        "encoder": str(small_encoder),
        "labels": ["PER"],
        "train": [str(tmp_path / "train")],
        "dev": [str(tmp_path / "dev")],
        "out": str(tmp_path / "model"),
        "windows": {"window_chars": 64, "overlap_chars": 16},
        "fitting": {
            "passes": 80,
            "batch_windows": 1,
            "learning_rate": 0.003,
            "head_learning_rate": 0.003,
            "dropout": 0,
        },
    }
    recipe.write_text(json.dumps(content))
    report = Tagger.load(train(Recipe.load(recipe))).tag("镇长某甲到会。train")
    assert [(span.label, span.text, dict(span.attributes)) for span in report.spans] == [
        ("PER", "某甲", {})
    ]


def test_padding() -> None:
    rows = [
        {"input_ids": [2, 7, 3], "labels": [IGNORED, 1, IGNORED]},
        {"input_ids": [2, 3], "labels": [IGNORED] * 2},
    ]
    batch = PadToLongest(0)(rows)
    assert batch["input_ids"].tolist() == [[2, 7, 3], [2, 3, 0]]
    assert batch["attention_mask"].tolist() == [[1, 1, 1], [1, 1, 0]]
    assert batch["labels"].tolist() == [[IGNORED, 1, IGNORED], [IGNORED] * 3]


@pytest.mark.parametrize("path", sorted((ROOT / "configs").glob("*.yaml")), ids=lambda p: p.name)
def test_shipped_recipes_load(path: Path) -> None:
    schema = EncoderRecipe if path.name == "encoder.yaml" else Recipe
    assert schema.load(path)


def test_the_default_recipe_says_the_defaults() -> None:
    recipe = Recipe.load(ROOT / "configs" / "default.yaml")
    assert recipe.fitting == Fitting.model_validate({})
    assert recipe.windows == Windows.model_validate({})


def test_faults_of_a_recipe_are_collected(tmp_path: Path, recipe_file: Path) -> None:
    content = json.loads(recipe_file.read_text())
    content["fitting"] |= {"passes": 0, "epocs": 3}
    content["windows"] = {"window_chars": 64, "overlap_chars": 40}
    path = tmp_path / "a.yaml"
    path.write_text(json.dumps(content))
    with pytest.raises(FazhiError) as caught:
        Recipe.load(path)
    for part in (
        "fitting.passes",
        "fitting.epocs: Extra inputs are not permitted (keys are: passes, batch_windows",
        "windows: Value error, overlap_chars is 40; it lies between 0 and half of window_chars",
    ):
        assert part in str(caught.value)
    for text, message in (("[1]", "a mapping"), ("a: [", "not YAML")):
        path.write_text(text)
        with pytest.raises(FazhiError, match=message):
            Recipe.load(path)
    with pytest.raises(FazhiError, match="can't be read"):
        Recipe.load(tmp_path / "none.yaml")
    content = json.loads(recipe_file.read_text())
    content |= {"labels": ["A", "A"], "dev": content["train"]}
    path.write_text(json.dumps(content))
    with pytest.raises(FazhiError, match="train and dev share a path"):
        Recipe.load(path)


def test_other_encoders_are_refused(recipe_file: Path, tmp_path: Path) -> None:
    from transformers import RobertaConfig, RobertaForMaskedLM

    config = RobertaConfig(vocab_size=20, hidden_size=8, num_hidden_layers=1, num_attention_heads=1)
    RobertaForMaskedLM(config).save_pretrained(tmp_path / "roberta")
    content = json.loads(recipe_file.read_text())
    content |= {"out": str(tmp_path / "m"), "encoder": str(tmp_path / "roberta")}
    with pytest.raises(FazhiError, match="is of type 'roberta'; fazhi trains BERT encoders"):
        train(Recipe.model_validate(content))


def test_train_and_dev_share_no_report(recipe_file: Path, tmp_path: Path) -> None:
    content = json.loads(recipe_file.read_text())
    copied = tmp_path / "copied"
    copied.mkdir()
    for file in Path(content["train"][0]).iterdir():
        (copied / f"other-{file.name}").write_bytes(file.read_bytes())
    content |= {"out": str(tmp_path / "m"), "dev": [str(copied)]}
    with pytest.raises(FazhiError, match="4 reports stand in train and in dev"):
        train(Recipe.model_validate(content))


def test_augmented_and_early_stopped(recipe_file: Path, tmp_path: Path) -> None:
    content = json.loads(recipe_file.read_text())
    content |= {"out": str(tmp_path / "m"), "augmentation": {"share": 1.0, "steps": {"width": 0.5}}}
    content["fitting"] |= {"passes": 40, "patience": 2}
    content["fitting"] |= {"learning_rate": 1e-7, "head_learning_rate": 1e-7}
    folder = train(Recipe.model_validate(content))
    assert Manifest.load(folder).scores["dev"]["micro"]["f1"] < 0.5


def test_windows_longer_than_the_encoder_takes(recipe_file: Path, tmp_path: Path) -> None:
    content = json.loads(recipe_file.read_text())
    content |= {"out": str(tmp_path / "m"), "windows": {"window_chars": 200}}
    path = tmp_path / "a.yaml"
    path.write_text(json.dumps(content))
    with pytest.raises(FazhiError, match="takes at most 128"):
        train(Recipe.load(path))


def test_an_encoder_that_is_not_there(recipe_file: Path, tmp_path: Path) -> None:
    content = json.loads(recipe_file.read_text())
    content |= {"out": str(tmp_path / "m"), "encoder": str(tmp_path / "none")}
    path = tmp_path / "a.yaml"
    path.write_text(json.dumps(content))
    with pytest.raises(FazhiError, match="can't be loaded; give a folder or a hub name"):
        train(Recipe.load(path))


def test_word_piece_vocabularies_become_characters(tmp_path: Path) -> None:
    """As of hfl/chinese-macbert-base: lower-case word pieces, no white space, half width."""
    from transformers import BertConfig, BertForMaskedLM, BertTokenizerFast

    from fazhi.tagging.tokens import CharacterTokenizer

    words = [
        "[PAD]",
        "[unused1]",
        "[UNK]",
        "[CLS]",
        "[SEP]",
        "[MASK]",
        "法",
        "治",
        "##治",
        "a",
        "1",
        ",",
        "12",
    ]
    (tmp_path / "vocab.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    BertTokenizerFast(str(tmp_path / "vocab.txt")).save_pretrained(tmp_path)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=64,
    )
    BertForMaskedLM(config).save_pretrained(tmp_path)
    scheme = TagScheme(("LAW",))
    model = encoder.load_for_tags(str(tmp_path), scheme, tmp_path / "out", dropout=0.0)
    tokenizer = CharacterTokenizer.load(tmp_path / "out")
    vectors = model.get_input_embeddings().weight
    old = BertForMaskedLM.from_pretrained(tmp_path).get_input_embeddings().weight
    for char, piece in (("法", "法"), ("A", "a"), ("１", "1"), ("，", ","), ("\n", "[unused1]")):
        row = tokenizer.encode(char)[0]
        assert row != tokenizer.unk
        assert vectors[row].tolist() == old[words.index(piece)].tolist(), char
    assert len(vectors) == len(tokenizer.vocabulary)


def test_texts_to_pretrain_on(annotated: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"text": "# 第一章 <!-- x -->总则\\n\\n\\n第一条"}\n', encoding="utf-8"
    )
    texts = list(pretraining.read_texts([tmp_path, annotated / "dev"]))
    assert len(texts) == 3
    assert pretraining.clean(texts[0]) == "第一章 总则\n第一条"
    assert texts[1].startswith("青石镇人民政府")
    assert "<LAW" not in texts[1]


def test_pretraining_learns_and_resumes(small_encoder: Path, tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    for index in range(60):
        (tmp_path / "texts" / f"{index}.txt").write_text("法" * 400, encoding="utf-8")
    content = {
        "start": str(small_encoder),
        "out": str(tmp_path / "out"),
        "work": str(tmp_path / "work"),
        "sources": {str(tmp_path / "texts"): 1},
        "tokens": 20_000,
        "sequence_tokens": 64,
        "batch": 8,
        "learning_rate": 0.005,
        "held_out_sequences": 16,
        "checkpoint_s": 0.2,
    }
    path = tmp_path / "encoder.yaml"
    path.write_text(json.dumps(content))
    said: list[str] = []
    first = pretraining.pretrain(EncoderRecipe.load(path), report=said.append)
    assert (tmp_path / "out" / "tokenizer.json").exists()
    assert any("held-out masked accuracy" in line for line in said)
    path.write_text(json.dumps(content | {"tokens": 120_000}))
    second = pretraining.pretrain(EncoderRecipe.load(path), report=said.append)
    log = [json.loads(line) for line in (tmp_path / "work" / "log.jsonl").read_text().splitlines()]
    assert log[-1]["tokens"] >= 120_000
    assert second >= first
    assert second > 0.9
    with pytest.raises(FazhiError, match="no text to train on"):
        pretraining.pretrain(
            EncoderRecipe.model_validate(content | {"sources": {str(tmp_path / "none.csv"): 1}}),
            report=said.append,
        )


def test_two_processes(recipe_file: Path, tmp_path: Path) -> None:
    """torchrun with gloo on the CPU gives one model."""
    content = json.loads(recipe_file.read_text())
    content["out"] = str(tmp_path / "model")
    content["fitting"] |= {"passes": 1, "batch_windows": 2}
    path = tmp_path / "recipe.yaml"
    path.write_text(json.dumps(content))
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--nproc-per-node=2",
        "-m",
        "fazhi",
        "train",
        str(path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("saved") == 1
    assert "dev F1 nan" not in done.stderr
    assert Manifest.load(tmp_path / "model").scores["dev"].keys() >= {"micro"}


def test_a_model_goes_on_from_its_head(small_model: Path, tmp_path: Path) -> None:
    saved = BertForTokenClassification.from_pretrained(small_model).classifier.weight
    same = encoder.load_for_tags(str(small_model), TagScheme(LABELS), tmp_path, dropout=0.0)
    assert torch.equal(same.classifier.weight, saved)
    for labels in (("AGENCY",), tuple(reversed(LABELS))):
        scheme = TagScheme(labels)
        other = encoder.load_for_tags(str(small_model), scheme, tmp_path, dropout=0.0)
        assert other.classifier.weight.shape[0] == len(scheme.tags)
        assert not torch.equal(other.classifier.weight, saved)
        assert other.config.id2label[1] == scheme.tags[1]
