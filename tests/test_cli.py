"""The command line: what it prints and writes, its exit codes, and plain words for bad input."""

from __future__ import annotations

import errno
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from fazhi.batches.journal import Journal
from fazhi.cli import app
from fazhi.reports import Report
from fazhi.tagging.tagger import SHIPPED_MODEL
from fazhi.version import __version__

TEXT = "一、主要举措\n学习《民法典》2次，办结20余件，办结率97%。\n"


def run(*arguments: object, input: bytes | None = None) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, [str(a) for a in arguments], input=input)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result.exit_code, result.stdout, result.stderr


def written(out: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """The reports of a .jsonl, and the names of the files that gave none."""
    lines = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    failed = [Path(line["failure"]["file"]).name for line in lines if "failure" in line]
    return [line for line in lines if "failure" not in line], failed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "good" / "b.txt").write_text(TEXT, encoding="gb18030")
    return tmp_path


def test_version() -> None:
    assert run("--version") == (0, f"fazhi {__version__}\n", "")


def test_summary(folder: Path) -> None:
    code, out, err = run("predict", folder / "good" / "a.txt")
    assert (code, err) == (0, "")
    assert "一、主要举措  [measures]" in out
    assert "LAW    民法典 = 中华人民共和国民法典" in out
    assert "COUNT  20余件 = over 20 件" in out
    assert "RATE   97% = 0.97" in out


def test_jsonl_passes_the_check(folder: Path) -> None:
    out = folder / "out.jsonl"
    code, _, err = run("predict", folder / "good", "-o", out)
    assert code == 0
    assert "2 tagged, 0 failed" in err
    assert [json.loads(line)["id"] for line in out.read_text(encoding="utf-8").splitlines()] == [
        "a",
        "b",
    ]
    assert json.loads(out.read_text(encoding="utf-8").splitlines()[0])["meta"]["coverage"] == 1.0
    assert run("annotations", "check", out)[0] == 0
    assert not out.with_name("out.jsonl.part").exists()


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl"])
def test_facts_by_ending(folder: Path, ending: str) -> None:
    out = folder / f"facts.{ending}"
    code, _, err = run("predict", folder / "good", "-o", out)
    assert (code, err) == (0, "2 tagged, 0 failed\n")
    assert out.stat().st_size > 500


def test_for_correction_in_label_studio(folder: Path) -> None:
    (folder / "good" / "c.txt").write_bytes(b"")
    out = folder / "tasks.json"
    code, _, err = run("predict", folder / "good", "-o", out, "--to", "label-studio")
    assert code == 1
    assert "c.txt: empty" in err and "2 tagged, 1 failed" in err and "dropped" not in err
    tasks = json.loads(out.read_text(encoding="utf-8"))
    assert [task["data"] for task in tasks] == [{"id": i, "text": TEXT} for i in ("a", "b")]
    prediction = tasks[0]["predictions"][0]
    assert prediction["model_version"].startswith(f"fazhi-{__version__}-")
    found = [one for one in prediction["result"] if one["type"] == "labels"]
    surfaces = [one["value"]["text"] for one in found]
    assert surfaces == ["一、主要举措", "民法典", "2次", "20余件", "97%"]
    assert all(0.5 < one["score"] < 1 for one in found)
    fields = {(one["from_name"], one["type"]) for one in prediction["result"]}
    assert {("level", "number"), ("name", "textarea"), ("approx", "choices")} < fields
    assert {path.name for path in folder.iterdir()} == {"good", "tasks.json"}


def test_for_correction_as_tags(folder: Path) -> None:
    out = folder / "inline"
    out.mkdir()
    code, _, err = run("predict", folder / "good", "-o", out, "--to", "inline")
    assert (code, err) == (0, "2 tagged, 0 failed\ndropped (1):\n  score (10)\n")
    assert sorted(path.name for path in out.iterdir()) == ["a.txt", "b.txt"]
    assert run("annotations", "check", out)[0] == 0
    one = folder / "one.txt"
    assert run("predict", folder / "good" / "a.txt", "-o", one, "--to", "inline")[0] == 0
    assert one.read_bytes() == (out / "a.txt").read_bytes()


def test_for_correction_what_has_no_place_is_listed(folder: Path) -> None:
    out, back = folder / "out.jsonl", folder / "back"
    assert run("predict", folder / "good", "-o", out)[0] == 0
    said = run("annotations", "convert", out, back, "--to", "doccano")[1].partition("dropped")[2]
    code, _, err = run("predict", folder / "good", "-o", back, "--to", "doccano")
    assert code == 0
    assert "COUNT.approx (4)" in said
    assert err.partition("dropped")[2] == said


def test_documents_and_pages_are_read(folder: Path) -> None:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    for line in TEXT.splitlines():
        document.add_paragraph(line)
    document.save(str(folder / "good" / "c.docx"))
    lines = "".join(f"<p>{line}</p>" for line in TEXT.splitlines())
    (folder / "good" / "d.html").write_text(f"<body>{lines}</body>", encoding="utf-8")
    (folder / "good" / "e.docx").write_bytes(b"no document")
    out = folder / "out.jsonl"
    code, _, err = run("predict", folder / "good", "-o", out)
    assert code == 1
    assert "e.docx" in err
    assert "4 tagged, 1 failed" in err
    reports, failed = written(out)
    found = [[span["text"] for span in report["spans"]] for report in reports]
    assert [report["id"] for report in reports] == ["a", "b", "c", "d"]
    assert [Path(report["meta"]["file"]).suffix for report in reports] == [
        *(".txt", ".txt", ".docx", ".html")
    ]
    assert failed == ["e.docx"]
    assert found[0] == found[1] == found[2] == found[3]


def test_an_unknown_ending_is_told_before_anything_is_done(folder: Path) -> None:
    code, _, err = run("predict", folder / "good", "-o", folder / "facts.ods")
    assert code == 2
    assert "unknown ending '.ods'" in err
    assert run("view", folder / "good", "-o", folder / "page.pdf")[0] == 2


def test_least_score(folder: Path) -> None:
    def spans(*options: object) -> list[dict[str, float]]:
        code, out, _ = run("predict", folder / "good" / "a.txt", "-o", "-", *options)
        assert code == 0
        return json.loads(out)["spans"]  # type: ignore[no-any-return]

    everything = spans()
    least = sorted(span["score"] for span in everything)[1] + 0.00006  # scores are rounded
    assert spans("--min-score", least) == [s for s in everything if s["score"] >= least]
    assert run("predict", folder / "good", "--min-score", "1.5")[0] == 2


def test_view(folder: Path) -> None:
    page = folder / "page.html"
    code, _, err = run("view", folder / "good", "-o", page)
    assert (code, err) == (0, "2 on the page, 0 failed\n")
    assert "民法典" in page.read_text(encoding="utf-8")


def test_view_of_results_and_annotations(folder: Path, annotated: Path) -> None:
    out, page = folder / "out.jsonl", folder / "page.html"
    assert run("predict", folder / "good", "-o", out)[0] == 0
    code, _, err = run("view", out, annotated / "dev", folder / "good" / "a.txt", "-o", page)
    assert (code, err) == (0, "5 on the page, 0 failed\n")
    marked = page.read_text(encoding="utf-8").count("<mark")
    assert run("view", out, "-o", page, "--min-score", "1")[0] == 0
    assert marked > page.read_text(encoding="utf-8").count("<mark") == 0


def test_view_of_a_folder_with_everything(folder: Path, annotated: Path) -> None:
    mixed, page = folder / "good", folder / "page.html"
    (mixed / "c.html").write_text(f"<body><p>{TEXT}</p></body>", encoding="utf-8")
    (mixed / "D.TXT").write_text(TEXT, encoding="utf-8")
    for file in (annotated / "dev").glob("*.txt"):
        (mixed / file.name).write_bytes(file.read_bytes())
    assert run("view", mixed, "-o", page)[::2] == (0, "6 on the page, 0 failed\n")
    page.rename(mixed / "page.html")
    code, _, err = run("predict", mixed, "-o", folder / "out.jsonl")
    assert code == 1
    assert "page.html: a page of fazhi view and no report" in err


def test_view_goes_on_without_what_cannot_be_read(folder: Path) -> None:
    (folder / "good" / "c.txt").write_bytes(b"")
    code, _, err = run("view", folder / "good", "-o", folder / "page.html")
    assert code == 1
    assert "c.txt: empty" in err
    assert "2 on the page, 1 failed" in err


def test_odd_texts_and_names_pass_the_check_too(folder: Path) -> None:
    texts = folder / "odd"
    for name in ("x/a", "y/a"):
        (texts / name).parent.mkdir(parents=True)
        (texts / f"{name}.txt").write_text(TEXT, encoding="utf-8")
    (texts / "tab.txt").write_text("\u3000\n\x0b" + TEXT.replace("，", "\ufffd"), encoding="utf-8")
    Path(os.fsdecode(os.fsencode(texts) + b"/\xc4\xea.txt")).write_text(TEXT, encoding="utf-8")
    (texts / "blank.txt").write_text("\ufeff\u3000\n", encoding="utf-8")
    out = folder / "out.jsonl"
    code, _, err = run("predict", texts, "-o", out)
    assert code == 1
    assert "blank.txt: empty" in err
    assert "4 tagged, 1 failed" in err
    reports, failed = written(out)
    assert sorted(report["id"] for report in reports) == ["a", "a-2", "tab", "\ufffd\ufffd"]
    assert failed == ["blank.txt"]
    code, _, err = run("annotations", "check", out)
    assert code == 0, err


def test_standard_streams() -> None:
    code, out, _ = run("predict", "-", "-o", "-", input=TEXT.encode())
    assert code == 0
    assert json.loads(out)["text"] == TEXT


def test_a_batch_goes_on_and_tells_at_the_end(folder: Path) -> None:
    (folder / "good" / "c.txt").write_bytes(b"\x00\x01")
    (folder / "good" / "d.txt").write_bytes(b"")
    (folder / "none").mkdir()
    out = folder / "out.jsonl"
    code, _, err = run("predict", folder / "good", folder / "none", folder / "gone.txt", "-o", out)
    assert code == 1
    reports, failed = written(out)
    assert [report["id"] for report in reports] == ["a", "b"]
    assert failed == ["c.txt", "d.txt", "none", "gone.txt"]
    for part in (
        "c.txt: not a text file",
        "d.txt: empty",
        "none: no reports there",
        "gone.txt: can't be read",
    ):
        assert part in err
    assert "2 tagged, 4 failed" in err


def test_strict_stops_at_the_first_failure(folder: Path) -> None:
    (folder / "good" / "aa.txt").write_bytes(b"")
    for out in ((), ("-o", "-"), ("-o", folder / "out.jsonl")):
        code, _, err = run("predict", folder / "good", "--strict", *out)
        assert code == 1
        assert err == f"error: {folder / 'good' / 'aa.txt'}: empty; there is nothing to read\n"


def test_a_full_disk_is_told_and_the_same_command_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add(self: Journal, source: object, result: Report) -> None:
        if result.id == "b":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        kept(self, source, result)  # type: ignore[arg-type]

    kept = Journal.add
    out = folder / "out.jsonl"
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "add", add)
        code, _, err = run("predict", folder / "good", "-o", out)
    assert (code, err) == (1, f"error: {os.strerror(errno.ENOSPC)}\n")
    assert [report["id"] for report in written(out)[0]] == ["a"]
    code, _, err = run("predict", folder / "good", "-o", out)
    assert (code, err) == (0, "1 were done before\n2 tagged, 0 failed\n")


def test_damaged_characters_are_told(folder: Path) -> None:
    text = TEXT * 40
    (folder / "good" / "c.txt").write_bytes(text.encode() + b"\xff")
    out = folder / "out.jsonl"
    for command in (
        ("predict", folder / "good" / "c.txt"),
        ("predict", folder / "good", "-o", out),
    ):
        code, _, err = run(*command)
        warning = f"warning: {folder / 'good' / 'c.txt'}: damaged characters, shown as \ufffd: 1\n"
        assert (code, err.replace("3 tagged, 0 failed\n", "")) == (0, warning)
    assert written(out)[0][2]["text"] == text + "\ufffd"


def test_failures_on_standard_output(folder: Path) -> None:
    (folder / "good" / "c.txt").write_bytes(b"")
    code, out, err = run("predict", folder / "good", "-o", "-")
    assert code == 1
    assert [list(json.loads(line))[1] for line in out.splitlines()] == ["id", "id", "failure"]
    assert "2 tagged, 1 failed" in err


def test_encodings_and_limits_are_options(folder: Path) -> None:
    text = "學習貫徹法治思想，開展宣傳二十次。\n"
    (folder / "big5.txt").write_text(text, encoding="big5")
    for option in (("--encoding", "big5"), ("--limit", "chars=18")):
        code, out, _ = run("predict", folder / "big5.txt", "-o", "-", "--encoding", "big5", *option)
        assert code == 0
        assert json.loads(out)["text"] == text
    code, _, err = run("predict", folder / "good", "--limit", "chars=5", "--limit", "pages=2")
    assert code == 1
    assert "a.txt: over 5 characters; if it is worth it, allow more with --limit chars=" in err
    code, _, err = run("predict", folder / "good", "--limit", "char=5")
    assert code == 1
    assert err.startswith("error: unknown limit 'char'; expected one of file_mib, ")
    assert run("view", folder / "good", "-o", folder / "v.html", "--limit", "chars=5")[0] == 1


def test_archives_and_several_processes(folder: Path) -> None:
    with zipfile.ZipFile(folder / "good" / "z.zip", "w") as archive:
        archive.writestr("甲县/丁.txt", TEXT + "办结30件。")
    one, two = folder / "one.jsonl", folder / "two.jsonl"
    assert run("predict", folder / "good", "-o", one)[::2] == (0, "3 tagged, 0 failed\n")
    assert run("predict", folder / "good", "-o", two, "--jobs", "2")[0] == 0
    assert one.read_bytes() == two.read_bytes()
    assert written(one)[0][2]["meta"]["file"] == str(folder / "good" / "z.zip" / "甲县" / "丁.txt")


def test_wrong_usage_is_2(folder: Path) -> None:
    report = folder / "good" / "a.txt"
    for arguments in (
        ["predict"],
        ["predict", report, "-o", folder / "no" / "out.jsonl"],
        ["predict", report, "-o", folder],
        ["predict", report, "-o", report],
        ["predict", report, "--to", "inline"],
        ["predict", report, "-o", "-", "--to", "inline"],
        ["predict", report, "-o", folder / "out", "--to", "xml"],
        ["predict", report, "-o", folder / "good", "--to", "inline"],
        ["predict", report, "-o", report, "--to", "inline"],
        ["predict", report, "-o", report, "--to", "doccano"],
        ["predict", report, "-o", folder / "no" / "out", "--to", "inline"],
        ["nothing"],
        ["predict", report, "--device", "tpu"],
        ["predict", report, "--jobs", "0"],
        ["evaluate", folder, folder, "--baselines", folder / "none"],
        ["evaluate", folder, folder, "--json", folder / "no" / "scores.json"],
    ):
        assert run(*arguments)[0] == 2
    assert report.read_text(encoding="utf-8") == TEXT


def test_bad_models_and_devices(folder: Path) -> None:
    for model, more, message in (
        (("--model", folder), (), "not a fazhi model folder"),
        (("--model", folder / "none"), (), "no such model folder"),
        (("--model", folder), ("-o", folder / "out.csv"), "not a fazhi model folder"),
        (("--model", folder), ("--jobs", 2), "not a fazhi model folder"),
    ):
        code, _, err = run("predict", folder / "good" / "a.txt", *model, *more)
        assert code == 1
        assert len(err.splitlines()) == 1
        assert not list(folder.glob("out.csv*"))
        assert err.startswith("error: ")
        assert message in err


def test_no_gpu_here(folder: Path) -> None:
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    code, _, err = run("predict", folder / "good" / "a.txt", "--device", "cuda")
    assert code == 1
    assert "run with --device cpu" in err


def test_annotations_check_lists_problems(folder: Path) -> None:
    bad = folder / "bad.jsonl"
    bad.write_text(
        '{"id": "a", "text": "甲", "spans": [{"start": 0, "end": 1, "label": "LAWS"}]}\n'
    )
    code, _, err = run("annotations", "check", bad)
    assert code == 1
    assert f"{bad}:1: unknown label 'LAWS'; expected COUNT, LAW, RATE, SECTION" in err
    assert run("annotations", "check", bad, "--label", "LAWS")[0] == 0


def test_evaluate_and_train(folder: Path, annotated: Path, recipe_file: Path) -> None:
    pytest.importorskip("torch")
    out = folder / "scores.json"
    code, table, err = run(
        "evaluate",
        SHIPPED_MODEL,
        annotated / "dev",
        "--baselines",
        annotated / "train",
        "--errors",
        "--json",
        out,
    )
    assert code == 0, err
    assert {"model", "CRF", "regex"} <= set(table.split())
    assert json.loads(out.read_text())["strict"]["model"]["micro"]["gold"] == 14
    typo = folder / "typo.yaml"
    typo.write_text("encoder: x\nepochs: 3\n")
    code, _, err = run("train", typo)
    assert code == 1
    assert "epochs: Extra inputs are not permitted (keys are: encoder, labels" in err


def test_encoder_commands(small_encoder: Path, folder: Path) -> None:
    pytest.importorskip("torch")
    recipe = folder / "encoder.yaml"
    texts = folder / "texts.txt"
    texts.write_text("法治" * 400, encoding="utf-8")
    recipe.write_text(
        f"start: {small_encoder}\nout: {folder}/out\nwork: {folder}/work\n"
        f"sources: {{{texts}: 1}}\ntokens: 100\nsequence_tokens: 32\nbatch: 2\n"
    )
    code, _, err = run("encoder", "pretrain", recipe)
    assert code == 1
    assert "no text to train on" in err


def test_help_is_worth_reading() -> None:
    for command in (
        [],
        ["predict"],
        ["train"],
        ["evaluate"],
        ["annotations", "check"],
        ["encoder", "build"],
    ):
        code, out, _ = run(*command, "--help")
        assert code == 0
        assert len(out) > 300
