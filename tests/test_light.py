"""The base package works without torch, transformers and datasets, and says what is missing."""

from __future__ import annotations

import subprocess
import sys

import pytest

import fazhi
from conftest import ROOT

BLOCK = """
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in {names!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name.split('.')[0])
sys.meta_path.insert(0, Blocked())
"""
HEAVY = ("torch", "transformers", "datasets", "seqeval", "sklearn", "pandas", "yaml")


def run(code: str, blocked: tuple[str, ...] = HEAVY) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", BLOCK.format(names=blocked) + code],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
    )


def test_tags_a_report() -> None:
    done = run("""
from fazhi import Tagger
report = Tagger.load().read("examples/qingshi-2024.txt")
assert report.coverage == 1.0
found = {(span.label, span.text) for span in report.spans}
assert ("COUNT", "176件") in found, found
assert ("RATE", "96%") in found, found
assert ("LAW", "民法典") in found, found
assert ("SECTION", "三、存在的问题和不足") in found, found
assert report.spans[0]["role"] == "measures"
""")
    assert done.returncode == 0, done.stderr


def test_annotations_are_audited() -> None:
    for arguments in (
        ["agreement", "annotations/dev-other", "annotations/second/dev-other"],
        ["suspects", "annotations/dev-other"],
    ):
        typed = ["fazhi", "annotations", *arguments]
        done = run(f"sys.argv = {typed!r}\nfrom fazhi.cli import app\napp()")
        assert done.returncode == 0, done.stderr
        assert "8 reports" in done.stdout + done.stderr


def test_missing_extras_name_the_install_line() -> None:
    for arguments in (
        ["train", "configs/default.yaml"],
        ["evaluate", "model/fazhi/weights", "annotations/dev"],
    ):
        done = run(f"sys.argv = ['fazhi', *{arguments!r}]\nfrom fazhi.cli import app\napp()")
        assert done.returncode == 1
        assert "pip install 'fazhi[train]'" in done.stderr
        assert "Traceback" not in done.stderr


def test_compares_models() -> None:
    done = run(
        "sys.argv = ['fazhi', 'compare', 'shipped-model', 'model/fazhi/weights', "
        "'annotations/dev/dev-001.txt']\nfrom fazhi.cli import app\napp()"
    )
    assert done.returncode == 0, done.stderr
    assert "micro" in done.stdout


# What ``fazhi predict one.txt`` may import from outside the standard library …
ALLOWED = {
    "fazhi",
    "numpy",
    "onnxruntime",
    "rapidfuzz",
    "typer",
    "click",
    "shellingham",
    "typing_extensions",
    "annotated_doc",
    # typer takes these where they are installed
    "pydantic",
    "pydantic_core",
    "annotated_types",
    "typing_inspection",
}
# … and what it has no use for: of the standard library, and of fazhi itself.
NEEDLESS = {"asyncio", "multiprocessing", "http", "urllib.request", "ssl", "xml", "sqlite3"}
NEEDLESS |= {"unittest", "concurrent.futures.process", "pdb", "ensurepip", "tkinter"}
NEEDLESS |= {"fazhi.outputs.viewing", "fazhi.annotations.checking", "fazhi.batches.ray_engine"}
NEEDLESS |= {"fazhi.reading.docx", "fazhi.reading.html", "fazhi.reading.pdf", "fazhi.reading.doc"}


def imported(*arguments: str) -> set[str]:
    """The modules that Python loads for these arguments, as ``-X importtime`` tells."""
    command = [sys.executable, "-X", "importtime", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip() for line in lines[1:]}


def test_what_predict_imports() -> None:
    """One file needs these packages and no others."""
    modules = imported("-m", "fazhi", "predict", "examples/qingshi-2024.txt")
    top = {name.split(".")[0] for name in modules} - set(sys.stdlib_module_names)
    ours = {name for name in top if not name.startswith(("_", "cython"))}
    ours -= {"org", "sitecustomize"}  # of Jython, and of whoever installed Python

    assert not ours - ALLOWED
    assert "onnxruntime" in modules
    assert not modules & NEEDLESS


def test_the_package_and_its_readers_import_no_numpy() -> None:
    """A process that only reads files starts without what tags them."""
    modules = imported("-c", "import fazhi.batches.reading_ahead")
    assert "fazhi.reading" in modules
    assert not modules & {"numpy", "onnxruntime", "fazhi.tagging", "fazhi.facts"}
    assert set(dir(fazhi)) >= {"Tagger", "to_frames", "Report"}
    with pytest.raises(AttributeError, match="no attribute 'tagger_'"):
        _ = fazhi.tagger_


def test_gpu_without_torch() -> None:
    done = run("""
from pathlib import Path
from fazhi.tagging.backends import TorchBackend
from fazhi.errors import MissingExtraError
try:
    TorchBackend.load(Path("model/fazhi/weights"), "cuda")
except MissingExtraError as error:
    assert "pip install 'fazhi[torch]'" in str(error)
else:
    raise AssertionError
""")
    assert done.returncode == 0, done.stderr
