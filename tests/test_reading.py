"""Files to text, and the errors of files that are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from fazhi import reading
from fazhi.errors import ReadError

TEXT = "一、主要举措\r\n\u3000\u3000开展普法宣传２０次，𠮷\u200b野 镇。\n" * 30


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings_keep_every_character(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(TEXT.encode(encoding))
    assert reading.read(path).text == TEXT


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"PK\x03\x04\x00\x00", "not a text file"),
        (b"\xff\xfea", "damaged utf-16 text"),
    ],
)
def test_faulty_files(raw: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(raw)
    with pytest.raises(ReadError, match=message) as caught:
        reading.read(path)
    assert str(path) in str(caught.value)


def test_noise_is_no_text() -> None:
    with pytest.raises(ReadError, match="save it as UTF-8"):
        reading.decode(bytes(range(128, 256)) * 8, "noise")


def test_size_is_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    path = tmp_path / "long.txt"
    path.write_text("一" * 4, encoding="utf-8")
    with pytest.raises(ReadError, match=r"long.txt: over .* MiB; split it"):
        reading.read(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ReadError, match=r"can't be read \(No such file"):
        reading.read(tmp_path / "none.txt")


def test_folders_are_walked(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("b.txt", "in/a.TXT", "c.csv"):
        (tmp_path / name).write_text("x")
    assert list(reading.find([tmp_path, Path("-")])) == [
        tmp_path / "b.txt",
        tmp_path / "in" / "a.TXT",
        Path("-"),
    ]
    (tmp_path / "in" / "a.TXT").unlink()
    with pytest.raises(ReadError, match="no reports there"):
        list(reading.find([tmp_path / "in"]))
