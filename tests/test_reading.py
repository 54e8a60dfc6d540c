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
        (b"\xff\xfea", None, "not text in utf-16, .*; save it as UTF-8, or try another"),
        (b"\xb7\xa8\xff", "gb18030", "not text in gb18030, or badly damaged"),
        ("法".encode("gb18030"), "utf-8", "not text in utf-8"),
        (b"+2AA-", "utf-7", "not text in utf-7"),
        (b"a", "gb", "there is no encoding 'gb'; try gb18030"),
        (b"a", "hex", "there is no encoding 'hex'"),
        ("學習貫徹法治思想".encode("big5") * 9, None, "or name its encoding with"),
        ("法治1".encode("utf-16-le"), None, "say --encoding utf-16-le"),
    ],
)
def test_faulty_files(raw: bytes, encoding: str | None, message: str) -> None:
    with pytest.raises(ReadError, match=rf"^reports/a\.txt: .*{message}"):
        reading.read(raw, "reports/a.txt", ".txt", encoding=encoding)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("named", [False, True])
def test_a_few_damaged_bytes_cost_no_more_than_their_line(encoding: str, named: bool) -> None:
    lines = (TEXT * 4).splitlines(keepends=True)
    raws = [line.encode(encoding.removesuffix("-sig")) for line in lines]
    raws[0] = lines[0].encode(encoding)
    for line in (20, 40):
        raws[line] = raws[line][:4] + b"\xff" + raws[line][5:]
    raws[60] = b"\0" + raws[60]
    raws[-1] = raws[-1][:-2]  # cut off
    raw = b"".join(raws)
    text = reading.read(raw, "a.txt", ".txt", encoding=encoding if named else None).text
    found = text.splitlines(keepends=True)
    damaged = {n for n, line in enumerate(found) if line != lines[n]}
    assert (len(found), damaged) == (len(lines), {20, 40, 60, len(lines) - 1})
    assert all("\ufffd" in found[n] for n in damaged - {60})
    assert found[60] == "\0" + lines[60]


@given(st.integers(0, len(TEXT.encode()) - 1), st.integers(0, 255))
def test_one_byte_costs_one_character(at: int, byte: int) -> None:
    raw = bytearray(TEXT.encode())
    raw[at] = byte
    text = decode(bytes(raw), "a.txt")
    assert text.startswith(raw[:at].decode(errors="ignore"))
    assert text.endswith(raw[at + 4 :].decode(errors="ignore"))


PLAIN = "\n".join(f"{n}.组织开展行政执法检查，办结案件{n}件，提升了法治意识。" for n in range(60))


@given(st.integers(0, len(PLAIN.encode("gb18030")) - 1), st.integers(0, 255))
def test_one_byte_of_gb18030_costs_one_line(at: int, byte: int) -> None:
    raw = bytearray(PLAIN.encode("gb18030"))
    raw[at] = byte
    text = decode(bytes(raw), "a.txt")
    start, stop = raw.rfind(b"\n", 0, at) + 1, (raw + b"\n").find(b"\n", at + 1)
    assert text.startswith(raw[:start].decode("gb18030"))
    assert text.endswith(raw[stop:].decode("gb18030"))


ENCODINGS = [None, "utf-8", "gb18030", "utf-16", "utf-7", "big5", "hz", "idna", "hex", "\ud800"]


@given(
    st.binary(max_size=300)
    | st.text(max_size=100).map(lambda text: text.encode("gb18030", "replace")),
    st.sampled_from(ENCODINGS),
)
def test_any_bytes_give_a_text_or_an_error(raw: bytes, encoding: str | None) -> None:
    try:
        text = reading.read(raw, "a.txt", ".txt", encoding=encoding).text
    except ReadError as error:
        assert str(error).startswith("a.txt: ")
    else:
        assert text.encode().decode() == text


def test_damage_all_over_is_refused() -> None:
    raw = bytearray(TEXT.encode())
    raw[::200] = b"\xff" * len(raw[::200])
    with pytest.raises(ReadError, match="not text in UTF-8"):
        decode(bytes(raw), "a.txt")


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
