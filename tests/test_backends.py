"""The encoder under ONNX Runtime and torch: batches, precisions, devices, cores."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from conftest import ROOT
from fazhi import ModelError, Report, Tagger
from fazhi.annotations import read
from fazhi.batches.workers import Settings, Workers
from fazhi.tagging import backends, cores, scoring
from fazhi.tagging.backends import OnnxBackend, TorchBackend, open_backend
from fazhi.tagging.manifest import Manifest
from fazhi.tagging.tokens import CharacterTokenizer

SHIPPED = ROOT / "model/fazhi/weights"


class Recorded:
    """Each token's logits say what it is; every batch is noted."""

    def __init__(self, batch_tokens: int, pads: bool) -> None:
        self.batch_tokens = batch_tokens
        self.pads = pads
        self.seen: list[tuple[tuple[int, int], list[int]]] = []

    def __call__(self, ids: npt.NDArray[np.int64], lengths: Sequence[int]) -> scoring.Scores:
        self.seen.append((ids.shape, list(lengths)))
        return np.stack([ids, 3 * ids], axis=-1).astype(np.float32)


@pytest.mark.parametrize("pads", [True, False])
def test_batches_hold_all_pieces_within_the_budget(tiny_model: Path, pads: bool) -> None:
    tokenizer = CharacterTokenizer.load(tiny_model)
    sizes = [3, 9, 3, 1, 9, 9, 20, 40, 0]
    pieces = [np.arange(size, dtype=np.int32) for size in sizes]
    backend = Recorded(22, pads)
    found = dict(scoring.score(pieces, tokenizer, backend))
    for place, piece in enumerate(pieces):
        logits = np.stack([piece, 3 * piece], axis=-1).astype(np.float32)
        np.testing.assert_allclose(found[place], scoring.log_softmax(logits), atol=1e-6)
    for (windows, tokens), lengths in backend.seen:
        assert windows == len(lengths) and tokens == max(lengths)
        assert windows * tokens <= 22 or windows == 1
        assert pads or set(lengths) == {tokens}
    assert len(backend.seen) == (5 if pads else 7)


def places(reports: Sequence[Report]) -> list[list[tuple[int, int, str]]]:
    return [[(s.start, s.end, s.label) for s in report.spans] for report in reports]


def dev_texts(number: int) -> list[str]:
    paths = sorted((ROOT / "annotations/dev").glob("*.txt"))[:number]
    return [item.report.text for item in read(paths)]


def test_torch_and_onnx_find_the_same_spans_on_dev() -> None:
    pytest.importorskip("transformers")
    by_onnx = Tagger.load(device="cpu", precision="fp32")
    torch = TorchBackend.load(SHIPPED, "cpu")
    by_torch = Tagger(by_onnx.manifest, by_onnx.tokenizer, torch)
    texts = dev_texts(1)
    assert places(list(by_onnx.tag_many(texts))) == places(list(by_torch.tag_many(texts)))


def test_the_gpu_finds_the_same_spans() -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("transformers")
    if not torch.cuda.is_available():
        pytest.skip("no GPU")
    texts = dev_texts(3)
    by_cpu = list(Tagger.load(device="cpu", precision="fp32").tag_many(texts))
    for is_compiled in (False, True):
        by_gpu = list(Tagger.load(device="cuda", compile=is_compiled).tag_many(texts))
        assert places(by_gpu) == places(by_cpu)


def test_a_compiled_model_gives_the_same(
    small_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = pytest.importorskip("torch")
    calls = []

    def compiled(model: object, **options: object) -> object:
        calls.append(options)
        return model

    monkeypatch.setattr(torch, "compile", compiled)
    plain, other = (TorchBackend.load(small_model, "cpu", compile=one) for one in (False, True))
    assert calls == [{"dynamic": True}]
    ids = np.array([[2, 7, 8, 3], [2, 9, 3, 0]], dtype=np.int64)
    np.testing.assert_allclose(plain(ids, [4, 3]), other(ids, [4, 3]), atol=1e-5)


def test_padding_changes_nothing(small_model: Path) -> None:
    backend = TorchBackend.load(small_model, "cpu")
    alone = backend(np.array([[2, 9, 3]], dtype=np.int64), [3])
    padded = backend(np.array([[2, 7, 8, 3, 4], [2, 9, 3, 0, 0]], dtype=np.int64), [5, 3])
    np.testing.assert_allclose(padded[1, :3], alone[0], atol=1e-5)


def test_devices_that_are_not_there(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = partial(open_backend, tiny_model, Manifest.load(tiny_model))
    with pytest.raises(ModelError, match="unknown device 'tpu'"):
        opened("tpu", 1)
    with pytest.raises(ModelError, match="leave --compile out"):
        opened("cpu", 1, compile=True)
    monkeypatch.setattr(backends, "_onnxruntime_has_cuda", lambda: True)
    if "CUDAExecutionProvider" not in __import__("onnxruntime").get_available_providers():
        with pytest.raises(ModelError, match=r"can't use the GPU|can't load it"):
            opened("cuda", 1)


def test_a_file_of_an_older_fazhi_says_what_to_do(tiny_model: Path, tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    content = onnx.load(tiny_model / "model.onnx")
    mask = onnx.helper.make_tensor_value_info("attention_mask", onnx.TensorProto.INT64, ["w", "t"])
    content.graph.input.append(mask)
    onnx.save(content, tmp_path / "model.onnx")
    with pytest.raises(ModelError, match="make it anew with: fazhi export"):
        OnnxBackend(tmp_path / "model.onnx", "cpu", 1)


def test_a_precision_that_a_model_lacks(tiny_model: Path) -> None:
    with pytest.raises(ModelError, match="the model has no 'int8'; it has fp32"):
        Tagger.load(tiny_model, device="cpu", precision="int8")


@pytest.mark.parametrize(
    ("int8", "chosen"),
    [
        ({"f1": 0.9871, "chars_per_second": 20}, "int8"),
        ({"f1": 0.9869, "chars_per_second": 20}, "fp32"),
        ({"f1": 0.999, "chars_per_second": 10}, "fp32"),
    ],
)
def test_the_gate_of_int8(int8: dict[str, float], chosen: str) -> None:
    pytest.importorskip("onnx")
    pytest.importorskip("transformers")
    from fazhi_training.export import choose

    assert choose({"fp32": {"f1": 0.99, "chars_per_second": 10}, "int8": int8}) == chosen


@pytest.mark.parametrize("chosen", ["int8", "fp32"])
def test_export_makes_both_files_and_keeps_what_is_chosen(
    small_model: Path,
    annotated: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    chosen: str,
) -> None:
    from typer.testing import CliRunner

    from fazhi.cli import app
    from fazhi_training import export

    folder = Path(shutil.copytree(small_model, tmp_path / "model"))
    (folder / "model.int8.onnx").write_bytes(b"old")
    before = (folder / "model.onnx").read_bytes()
    monkeypatch.setattr(export, "choose", lambda precisions: chosen)
    done = CliRunner().invoke(app, ["export", str(folder), str(annotated / "dev")])
    assert done.exit_code == 0, done.output
    assert f"{chosen} runs by default" in done.output
    manifest = Manifest.load(folder)
    assert manifest.precision == chosen
    assert set(manifest.precisions) == {"fp32", "int8"}
    assert (folder / "model.onnx").read_bytes() == before
    assert (folder / "model.int8.onnx").exists() == (chosen == "int8")
    assert not [path for path in folder.iterdir() if path.is_dir()]
    text = read([annotated / "dev"])[0].report.text
    one, other = (Tagger.load(folder, device="cpu", precision=p) for p in ("fp32", None))
    assert one.tag(text).spans
    assert places([one.tag(text)]) == places([other.tag(text)])


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({}, 8),
        ({"cpu.max": "max 100000\n"}, 8),
        ({"cpu.max": "250000 100000\n"}, 2),
        ({"cpu.max": "50000 100000\n"}, 1),
        ({"cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"}, 8),
        ({"cpu/cpu.cfs_quota_us": "300000\n", "cpu/cpu.cfs_period_us": "100000\n"}, 3),
        ({"cpu.max": "nonsense"}, 8),
    ],
)
def test_cores_within_a_container(
    files: dict[str, str], expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cores.os, "sched_getaffinity", lambda process: set(range(8)), raising=False)
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content)
    assert cores.available_cores(tmp_path) == expected


@pytest.mark.parametrize(("given", "jobs", "each"), [(None, 2, 4), (None, 16, 1), (3, 2, 3)])
def test_jobs_share_the_cores(
    given: int | None, jobs: int, each: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fazhi.batches.workers.available_cores", lambda: 8)
    with closing(Workers(jobs, Settings(threads=given))) as workers:
        assert {child._settings.threads for child in workers._children} == {each}
