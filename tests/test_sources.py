"""What is named becomes sources: files, folders, archives, lines and annotated reports."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Iterable
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import REPORT
from fazhi import reading
from fazhi.annotations import parse_inline
from fazhi.batches.sources import Failure, Source, count, find, free_id
from fazhi.errors import ReadError
from fazhi.limits import DEFAULT_LIMITS, Limits
from fazhi.reading.archives import members

UTF8_FLAG = 0x800
FEW = Limits(members=3, file_mib=1)


def found(*paths: Path, limits: Limits = DEFAULT_LIMITS) -> tuple[list[Source], dict[str, str]]:
    """The sources, and the reasons of the failures by file."""
    items = list(find(paths, limits))
    failures = [item for item in items if isinstance(item, Failure)]
    assert {item.stage for item in failures} <= {"read"}
    for item in failures:  # the text of an annotation in .json stands in a .txt
        assert item.reason.startswith(item.file.removesuffix("json"))
    return [i for i in items if isinstance(i, Source)], {i.file: i.reason for i in failures}


def texts(items: Iterable[Source]) -> list[str]:
    return [
        reading.read(item.raw, item.name, item.suffix, encoding=item.encoding).text
        for item in items
    ]


def pack(path: Path, files: dict[str, bytes], encoding: str = "utf-8") -> Path:
    """An archive with names as a program that writes ``encoding`` stores them, without a flag."""
    names = {
        f"{number:04}".ljust(len(name.encode(encoding)), "_"): name
        for number, name in enumerate(files)
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for plain, name in names.items():
            archive.writestr(plain, files[name])
    raw = buffer.getvalue()
    for plain, name in names.items():
        assert raw.count(plain.encode()) == 2
        raw = raw.replace(plain.encode(), name.encode(encoding))
    path.write_bytes(raw)
    return path


# Files and folders


def test_folders_are_walked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    for name in ("b.txt", "in/a.TXT", "c.csv"):
        (tmp_path / name).write_text("x")
    items, failures = found(tmp_path)
    assert [(item.name, item.id, item.suffix) for item in items] == [
        (str(tmp_path / "b.txt"), "b", ".txt"),
        (str(tmp_path / "in" / "a.TXT"), "a", ".txt"),
    ]
    assert not failures
    (tmp_path / "in" / "a.TXT").unlink()
    _, failures = found(tmp_path / "in")
    assert "no reports there (looked for .txt, .docx, " in failures[str(tmp_path / "in")]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("甲".encode() * 9)))
    items, failures = found(Path("-"), Path("-"))
    assert [(item.name, item.id, item.suffix, item.raw) for item in items] == [
        ("standard input", "stdin", "", "甲".encode() * 9)
    ]
    assert texts(items) == ["甲" * 9]
    assert not failures


def test_hidden_files_are_left_out(tmp_path: Path) -> None:
    names = (".a.txt", "~$b.docx", ".git/c.txt", "d/.e/f.txt", "__MACOSX/g.txt", "d/h.txt")
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    assert [item.id for item in found(tmp_path)[0]] == ["h"]
    assert [item.id for item in found(tmp_path / ".git")[0]] == ["c"]  # who names it means it
    assert [item.id for item in found(tmp_path / ".a.txt")[0]] == [".a"]
    archive = pack(tmp_path / "a.zip", {f"./{name}": b"x" for name in names})
    assert [item.id for item in found(archive)[0]] == ["h"]


def test_what_is_named_twice_is_given_once(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("甲")
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "a.txt").write_text("甲")
    gone = tmp_path / "gone.txt"
    items, failures = found(tmp_path, tmp_path / "a.txt", gone, tmp_path, gone)
    assert [(Path(item.name).parent.name, item.id) for item in items] == [
        (tmp_path.name, "a"),
        ("b", "a-2"),
    ]
    assert list(failures) == [str(gone)]


def test_ids_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    ids = ["a", "a-2", "a", "a", "b", "a-2", None, "a.jsonl:7"]
    path.write_text("".join(json.dumps({"text": "甲", "id": own}) + "\n" for own in ids))
    assert [item.id for item in found(path)[0]] == [
        *("a", "a-2", "a-3", "a-4", "b", "a-2-2", "a.jsonl:7", "a.jsonl:7-2")
    ]


@given(st.lists(st.sampled_from(["a", "a-2", "a-3", "a-2-2", "b"]), max_size=30))
def test_ids_are_all_different(ids: list[str]) -> None:
    given_so_far: dict[str, int] = {}
    new = [free_id(own, given_so_far) for own in ids]
    assert len(set(new)) == len(new)
    assert all(one.startswith(old) for one, old in zip(new, ids, strict=True))


def test_many_of_one_id_are_quick() -> None:
    so_far: dict[str, int] = {}
    last = [free_id("报告", so_far) for _ in range(20_000)][-1]
    assert last == "报告-20000"


@pytest.mark.skipif(os.name != "posix", reason="names are text elsewhere")
def test_names_that_are_no_text_can_be_written(tmp_path: Path) -> None:
    for name in (b"\xc4\xea.txt", b"\xc4\xeb.txt"):
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name)).write_text("甲")
    items, _ = found(tmp_path)
    assert [Path(item.name).name for item in items] == [r"\xc4\xea.txt", r"\xc4\xeb.txt"]
    assert [item.id for item in items] == ["\ufffd\ufffd", "\ufffd\ufffd-2"]
    empty = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xc4"))
    empty.mkdir()
    _, failures = found(empty, empty / "none.txt")
    for text in (*failures, *failures.values()):
        text.encode()


def test_what_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "big.txt").write_bytes(b"a" * (2**20 + 1))
    (tmp_path / "fits.txt").write_bytes(b"a" * 2**20)
    (tmp_path / "a.zip").mkdir()
    (tmp_path / "a.zip" / "b.txt").write_text("x")
    items, failures = found(tmp_path / "big.txt", tmp_path / "none.txt", tmp_path, limits=FEW)
    assert [item.id for item in items] == ["b", "fits"]  # a folder may have any name
    assert "over 1 MiB; " in failures[str(tmp_path / "big.txt")]
    assert "--limit file_mib=NUMBER" in failures[str(tmp_path / "big.txt")]
    assert "can't be read (No such file" in failures[str(tmp_path / "none.txt")]


def test_a_huge_limit_takes_no_room(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("甲")
    items, failures = found(tmp_path, limits=Limits(file_mib=10**11))
    assert (len(items), failures) == (1, {})


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        ("a.xlsx", b"PK\x03\x04\x14\x00\x00\x00", "not a text file; save the report as .txt"),
        ("a.png", b"\x89PNG\r\n\x1a\n\x00\x00", "not a text file"),
        ("a", b"\x00\x01", "not a text file"),
    ],
)
def test_what_no_reader_knows(name: str, raw: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(raw)
    items, _ = found(tmp_path / name)
    with pytest.raises(ReadError, match=f"{name}: {message}"):
        texts(items)


# Archives


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8"])
@pytest.mark.parametrize(
    "name",
    ["青石镇/2024年法治政府建设年度报告.txt", "报告.docx", "某区报告①.html", "联通.txt", "a/b.txt"],
)
def test_names_in_archives(encoding: str, name: str, tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", {name: "学法2次。".encode("gb18030")}, encoding)
    ((item,), failures) = found(archive)
    assert (item.name, item.id, item.suffix) == (
        f"{archive}/{name}",
        Path(name).stem,
        Path(name).suffix,
    )
    assert not failures


@pytest.mark.parametrize("name", ["报告.txt", normalize("NFD", "é报告.txt"), "ñ.txt"])
def test_names_in_archives_with_the_flag(name: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name, "甲")
    assert [item.name for item in found(tmp_path)[0]] == [f"{tmp_path / 'a.zip'}/{name}"]


def test_archives_are_read_in_the_order_of_names(tmp_path: Path) -> None:
    files = {"乙.txt": "乙", "甲/丙.txt": "丙", "甲/b.csv": "", "a.TXT": "a"}
    archive = pack(tmp_path / "a.zip", {name: text.encode() for name, text in files.items()})
    items, failures = found(archive)
    assert texts(items) == ["a", "乙", "丙"]
    assert not failures
    assert count([tmp_path]) == count([archive]) == 3


def test_folders_as_windows_writes_them(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.zip", {"青石镇\\报告.txt": b"x"}, "gbk")
    assert [(item.name, item.id) for item in found(archive)[0]] == [
        (f"{archive}/青石镇/报告.txt", "报告")
    ]


def test_one_name_twice_is_the_last_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "旧")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.txt", "新")
    assert texts(found(tmp_path)[0]) == ["新"]


def test_one_bad_file_in_an_archive_fails_alone(tmp_path: Path) -> None:
    inner = pack(tmp_path / "inner.zip", {"x.txt": b"x"}).read_bytes()
    files = {
        "a.txt": "甲".encode(),
        "b.txt": b"0123456789" * 50,
        "c.txt": b"secret",
        "d.zip": inner,
        "e.txt": b"a" * (2**20 + 1),
        "f.txt": "乙".encode(),
    }
    raw = bytearray(pack(tmp_path / "a.zip", files).read_bytes())
    for name, (in_local, in_central), bits in (
        (b"b.txt", (14, 16), 0xFF),  # its checksum
        (b"c.txt", (6, 8), 1),  # the flag of what is encrypted
    ):
        raw[raw.rindex(b"PK\x03\x04", 0, raw.index(name)) + in_local] ^= bits
        raw[raw.rindex(b"PK\x01\x02", 0, raw.rindex(name)) + in_central] ^= bits
    (tmp_path / "a.zip").write_bytes(raw)
    items, failures = found(tmp_path / "a.zip", limits=Limits(file_mib=1))
    assert texts(items) == ["甲", "乙"]
    at = f"{tmp_path / 'a.zip'}"
    for name, message in (
        ("b.txt", "damaged or cut off (Bad CRC-32"),
        ("c.txt", "password-protected; unpack it with the password first"),
        ("d.zip", "an archive in an archive; unpack it first"),
        ("e.txt", "over 1 MiB; if it is worth it, allow more with --limit file_mib=NUMBER"),
    ):
        assert failures[f"{at}/{name}"].startswith(f"{at}/{name}: {message}")
    assert len(failures) == 4


def test_bad_archives(tmp_path: Path) -> None:
    good = pack(tmp_path / "good.zip", {"a.txt": b"a"}).read_bytes()
    cases = {
        "cut": (good[: len(good) // 2], "a damaged archive .*; fetch it again"),
        "noise": (b"\x00" * 100, "a damaged archive"),
        "empty": (b"", "a damaged archive"),
        "bare": (pack(tmp_path / "x.zip", {"a.csv": b"a"}).read_bytes(), "no reports in it"),
        "many": (
            pack(tmp_path / "x.zip", {f"{n}.csv": b"" for n in range(4)}).read_bytes(),
            "over 3 files inside; .*--limit members=NUMBER",
        ),
    }
    for name, (raw, message) in cases.items():
        path = tmp_path / f"{name}.zip"
        path.write_bytes(raw)
        with pytest.raises(ReadError, match=f"{name}.zip: {message}"):
            list(members(path, FEW))
        assert count([path]) <= 1
    with pytest.raises(ReadError, match=r"none.zip: can't be read \(No such file"):
        list(members(tmp_path / "none.zip", FEW))


@given(st.data())
def test_a_damaged_archive_is_told(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.getbasetemp()
    files = {"甲.txt": "学习《民法典》2次。".encode() * 20, "乙.html": b"<p>a</p>" * 20}
    raw = bytearray(pack(folder / "fuzzed.zip", files).read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(raw)))
    (folder / "fuzzed.zip").write_bytes(raw if data.draw(st.booleans()) else raw[:cut])
    for item in find([folder / "fuzzed.zip"]):
        assert isinstance(item, Source | Failure)
    count([folder / "fuzzed.zip"])


# Lines and annotated reports

TAGGED = st.lists(
    st.sampled_from(
        ["<META>", "</META>", '{"id": "a"}', "<LAW", ' name="法"', ">", "</LAW>", "&lt;"]
    )
    | st.text(max_size=4)
).map(lambda parts: "".join(parts).encode("utf-8", "replace"))
LINES = st.lists(
    st.sampled_from(
        ['{"text": "甲"}', '{"id": [], "text": "甲"}', "[" * 2000, '{"text": 1}', "\r", ""]
    )
    | st.text(max_size=9)
).map(lambda lines: "\n".join(lines).encode("utf-8", "replace"))


@given(st.sampled_from([".txt", ".jsonl", ".json", ".zip", ".md"]), TAGGED | LINES | st.binary())
def test_any_file_gives_sources_or_failures(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, raw: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / f"any{suffix}"
    path.write_bytes(raw)
    for item in find([path]):
        assert isinstance(item, Source | Failure)
        assert item.name.startswith(str(path.with_suffix("")))
    assert count([path]) >= 0


def test_lines_of_texts(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    lines = [
        json.dumps({"text": "甲\r\n\u0000\ufeff", "id": "松溪\ud800"}),
        "",
        '{"text": "乙"}\r',
        "{",
        '["text"]',
        '{"text": 1}',
        '{"tekst": "丙"}',
        "[" * 100_000,
        '{"text": "\\ud800丁", "id": 7, "spans": [1]}',
        '{"text": "' + "a" * 2**20 + '"}',
        '{"text": "末"}',
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    items, failures = found(path, limits=FEW)
    assert [(Path(item.name).name, item.id) for item in items] == [
        ("a.jsonl:1", "松溪?"),
        ("a.jsonl:3", "a.jsonl:3"),
        ("a.jsonl:9", "7"),
        ("a.jsonl:11", "a.jsonl:11"),
    ]
    assert texts(items) == ["甲\r\n\u0000\ufeff", "乙", "?丁", "末"]
    messages = {Path(name).name: reason for name, reason in failures.items()}
    assert list(messages) == [f"a.jsonl:{line}" for line in (4, 5, 6, 7, 8, 10)]
    assert "not JSON (" in messages["a.jsonl:4"]
    assert 'expected an object with a "text", like {"text": "…"}' in messages["a.jsonl:5"]
    assert "not JSON (" in messages["a.jsonl:8"]
    assert "over 1 MiB in one line; " in messages["a.jsonl:10"]
    assert "--limit file_mib=NUMBER" in messages["a.jsonl:10"]
    assert count([path]) == 10
    (tmp_path / "c.txt").write_text("x")
    assert [item.id for item in found(tmp_path)[0]] == ["c"]  # lines must be named


def test_the_text_of_a_line_is_not_guessed_at(tmp_path: Path) -> None:
    """Texts whose bytes would hold as something else stay what they are."""
    path = tmp_path / "a.jsonl"
    own = ["\ufeff甲", "\ufffe", "a\u0000b", "联通"]
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in own))
    assert texts(found(path)[0]) == own


def test_annotated_reports_give_their_bare_texts(tmp_path: Path) -> None:
    bare = parse_inline(REPORT, Path("a.txt")).report.text
    (tmp_path / "a.txt").write_text(REPORT, encoding="utf-8")
    (tmp_path / "b.txt").write_text("丙", encoding="utf-8")
    (tmp_path / "b.json").write_text('{"text_sha256": "", "spans": []}')
    (tmp_path / "c.jsonl").write_text(json.dumps({"text": "丁", "spans": [], "id": "c"}))
    items, failures = found(*(tmp_path / name for name in ("a.txt", "b.json", "c.jsonl")))
    assert texts(items) == [bare, "丙", "丁"]
    assert [item.id for item in items] == ["a", "b", "c"]
    assert not failures
    assert "<" in bare  # an entity of the file
    (tmp_path / "d.json").write_text("{}")
    (tmp_path / "e.txt").write_text("<META>{</META>", encoding="utf-8")
    (tmp_path / "f.txt").write_bytes(b"<META>\xff")
    _, failures = found(*(tmp_path / name for name in ("d.json", "e.txt", "f.txt")))
    assert [Path(name).name for name in failures] == ["d.json", "e.txt", "f.txt"]
    assert "d.txt: can't be read" in failures[str(tmp_path / "d.json")]
    assert "a damaged annotation file" in failures[str(tmp_path / "e.txt")]


def test_what_is_the_same_has_the_same_digest() -> None:
    one = Source("a.txt", "a", ".txt", b"x")
    assert one.digest == Source("b.txt", "b", ".txt", b"x").digest
    others = [
        Source("a.txt", "a", ".html", b"x"),
        Source("a.txt", "a", ".txt", b"y"),
        Source("a.txt", "a", ".txt", b"x", "utf-8"),
    ]
    assert len({one.digest, *(other.digest for other in others)}) == 4
