"""Bytes to text: encodings, and the errors of what is none or too much."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fazhi import reading
from fazhi.documents import Place
from fazhi.errors import FazhiError, ReadError
from fazhi.limits import Limits
from fazhi.reading.text import decode, read_text

TEXT = "一、主要举措\r\n\u3000\u3000开展普法宣传２０次，𠮷\u200b野 镇。\n" * 30


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_encodings_keep_every_character(encoding: str) -> None:
    assert reading.read(TEXT.encode(encoding), "a.txt", ".txt").text == TEXT


@pytest.mark.parametrize("encoding", ["big5", "utf-16-le", "gb18030", "utf-8"])
def test_a_named_encoding_holds(encoding: str) -> None:
    text = "學習貫徹法治思想，開展宣傳二十次。\n"
    document = reading.read(text.encode(encoding), "a.txt", ".txt", encoding=encoding)
    assert document.text == text


def test_a_named_encoding_holds_for_pages() -> None:
    page = "<meta charset=utf-8><p>學習貫徹法治思想，開展宣傳二十次，辦結案件三十件。"
    document = reading.read(page.encode("big5"), "a.html", ".html", encoding="big5")
    assert document.text.strip() == page.rpartition(">")[2]


@pytest.mark.parametrize(
    ("raw", "encoding", "message"),
    [
        (b"", None, "empty"),
        (b" \n", None, "empty"),
        (b"\xef\xbb\xbf", None, "empty"),
        (b"PK\x03\x04\x00\x00", None, "not a text file"),
        (b"\xff\xfea", None, "damaged utf-16 text"),
        (b"\xb7\xa8\xff", "gb18030", "damaged gb18030 text at byte 2; save it as UTF-8"),
        ("法".encode("gb18030"), "utf-8", "damaged utf-8 text at byte 0"),
        (b"+2AA-", "utf-7", "damaged utf-7 text"),
        (b"a", "gb", "there is no encoding 'gb'; try gb18030"),
        (b"a", "hex", "there is no encoding 'hex'"),
        (bytes(range(128, 256)) * 8, None, "save it as UTF-8"),
    ],
)
def test_faulty_files(raw: bytes, encoding: str | None, message: str) -> None:
    with pytest.raises(ReadError, match=rf"^reports/a\.txt: .*{message}"):
        reading.read(raw, "reports/a.txt", ".txt", encoding=encoding)


def test_noise_is_no_text() -> None:
    with pytest.raises(ReadError, match="save it as UTF-8"):
        decode(bytes(range(128, 256)) * 8, "noise")


@pytest.mark.parametrize(
    ("limit", "message"),
    [
        ("file_mib", r"over 1 MiB; .*--limit file_mib=NUMBER"),
        ("chars", r"over 1 characters; .*--limit chars=NUMBER"),
    ],
)
def test_size_is_bounded(limit: str, message: str) -> None:
    raw = b"a" * (2**20 + 1)
    with pytest.raises(ReadError, match=rf"^long\.txt: {message}"):
        reading.read(raw, "long.txt", ".txt", limits=Limits.parse([f"{limit}=1"]))
    assert reading.read(raw, "long.txt", ".txt", limits=Limits.parse([f"{limit}=2000000"])).text


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (["char=5"], "unknown limit 'char'; expected one of file_mib, .*, seconds"),
        (["chars"], "limit 'chars': expected chars=NUMBER, a whole number over 0"),
        (["chars=0"], "a whole number over 0"),
        (["chars=-1"], "a whole number over 0"),
        (["chars=1.5"], "a whole number over 0"),
        (["chars=5", "chars=²"], "limit 'chars=²'"),
        (["chars=" + "9" * 5000], "a whole number over 0"),
    ],
)
def test_limits_that_are_none(changes: list[str], message: str) -> None:
    with pytest.raises(FazhiError, match=message):
        Limits.parse(changes)


def test_limits_are_changed_one_by_one() -> None:
    assert Limits.parse([]) == Limits()
    assert Limits.parse(["chars=5", "pages=7"]) == Limits(chars=5, pages=7)


@pytest.mark.parametrize("suffix", [".doc", ".wps"])
def test_old_word_files_need_libreoffice(suffix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(ReadError, match=rf"^a: reading \{suffix} needs LibreOffice .* as \.docx"):
        reading.read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a", suffix)
    page = "<html><p>学习贯彻法治思想，开展宣传二十次，办结案件三十件。".encode()
    assert "二十次" in reading.read(page, "a", suffix).text  # pages come under that name, too


@given(st.lists(st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]))))
def test_lines_are_the_places_of_a_text(lines: list[str]) -> None:
    text = "\n".join([*lines, "末"])
    document = read_text(text.encode(), "a.txt", "utf-8")
    assert document.text == text
    for piece in document.pieces:
        ((step, number),) = piece.place.steps
        assert (step, (text.split("\n"))[number].rstrip("\r")) == (
            "line",
            text[piece.start : piece.end],
        )
    assert all(one.end < other.start for one, other in pairwise(document.pieces))
    assert document.places(len(text) - 1, len(text)) == (Place((("line", len(lines)),)),)
