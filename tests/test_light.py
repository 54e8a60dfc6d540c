"""The base package works without torch, transformers and datasets, and says what is missing."""

from __future__ import annotations

import subprocess
import sys

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


def test_what_predict_imports() -> None:
    """One file needs these packages and no others."""
    done = run(
        "sys.argv = ['fazhi', 'predict', 'examples/qingshi-2024.txt']\n"
        "from fazhi.cli import app\n"
        "try:\n    app()\nexcept SystemExit as stop:\n    assert not stop.code\n"
        "names = {name.split('.')[0] for name in sys.modules}\n"
        "print('MODULES', *sorted(names - set(sys.stdlib_module_names)))",
        blocked=(),
    )
    assert done.returncode == 0, done.stderr
    modules = set(done.stdout.rsplit("MODULES ", 1)[1].split())
    allowed = {
        "fazhi",
        "numpy",
        "onnxruntime",
        "rapidfuzz",
        "typer",
        "click",
        "shellingham",
        "typing_extensions",
        "annotated_doc",
        "rich",
        # typer takes these where they are installed
        "pydantic",
        "pydantic_core",
        "annotated_types",
        "typing_inspection",
        "markdown_it",
        "mdurl",
        "pygments",
        "__main__",
        "__editable___fazhi_0_1_0_finder",
    }
    assert not {m for m in modules if not m.startswith(("_", "cython"))} - allowed


def test_selects_reports() -> None:
    done = run(
        "import sys; sys.argv = ['fazhi', 'annotations', 'select', 'examples', '-n', '1']\n"
        "from fazhi.cli import app\napp()"
    )
    assert done.returncode == 0, done.stderr
    assert "qingshi-2024" in done.stdout


def test_gpu_without_torch() -> None:
    done = run("""
from pathlib import Path
from fazhi.tagging.scoring import TorchBackend
from fazhi.errors import MissingExtraError
try:
    TorchBackend.load(Path("model/fazhi/weights"), "cuda")
except MissingExtraError as error:
    assert "pip install 'fazhi[torch]'" in str(error)
else:
    raise AssertionError
""")
    assert done.returncode == 0, done.stderr
