"""Mutations of files: what bad transfer, faulty programs and ill will make of them.

Each is a function of bytes and a source of chance; the same state of that gives the same file.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from fazhi.reading.archives import ZIP_ERRORS

Mutation = Callable[[bytes, random.Random], bytes]

_TAG = re.compile(rb"<[^<>]+>")
_VALUE = re.compile(rb'(?<==")[^"<>]*(?=")')
_NUMBER = re.compile(rb"[0-9]+")
_STREAM = re.compile(rb"(?<=stream)\r?\n(.*?)(?=\r?\nendstream)", re.DOTALL)
_ODD = (
    *(b"", b"0", b"-1", b"99", b"65536", b"2147483648", b"9" * 30, b"1e999", b"NaN", b"true"),
    *(b"%9", b"%1%1%1", b"rId1", b"../../x", b"&#0;", b"&none;", b"\xff\xfe", b"x" * 5_000),
)
# What is read of a .docx file; half of the mutations inside one are made here.
_MAIN = re.compile(r"word/(?:document|styles|numbering|header\d|footer\d|_rels/document)\.")


def flip(raw: bytes, chance: random.Random) -> bytes:
    """A few bytes are others."""
    changed = bytearray(raw)
    for _ in range(chance.choice((1, 8, 64))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut_off(raw: bytes, chance: random.Random) -> bytes:
    """The end is missing."""
    return raw[: chance.randrange(len(raw))]


def insert(raw: bytes, chance: random.Random) -> bytes:
    """A run of one byte, or of any, is put in."""
    (at,) = _places(raw, chance, 1)
    length = chance.choice((1, 100, 10_000))
    run = chance.choice((chance.randbytes(length), chance.choice((b"\0", b"<", b"(")) * length))
    return raw[:at] + run + raw[at:]


def swap(raw: bytes, chance: random.Random) -> bytes:
    """Two blocks change places."""
    a, b, c, d = _places(raw, chance, 4)
    return raw[:a] + raw[c:d] + raw[b:c] + raw[a:b] + raw[d:]


def duplicate(raw: bytes, chance: random.Random) -> bytes:
    """A part stands there again, once or often."""
    a, b = _places(raw, chance, 2)
    return raw[:b] + raw[a:b] * chance.choice((1, 2, 20)) + raw[b:]


def delete_tag(raw: bytes, chance: random.Random) -> bytes:
    """A tag is missing, or all from one to another."""
    tags = list(_TAG.finditer(raw))
    first, last = sorted(chance.choices(tags, k=2), key=re.Match.start)
    return raw[: first.start()] + raw[chance.choice((first, last)).end() :]


def repeat_tag(raw: bytes, chance: random.Random) -> bytes:
    """A tag stands there again, once or so often that elements are very deep."""
    tag = chance.choice(list(_TAG.finditer(raw)))
    return raw[: tag.end()] + tag[0] * chance.choice((1, 50, 3_000)) + raw[tag.end() :]


def delete_element(raw: bytes, chance: random.Random) -> bytes:
    """An element is missing, with all that is in it."""
    start, end = _element(raw, chance)
    return raw[:start] + raw[end:]


def repeat_element(raw: bytes, chance: random.Random) -> bytes:
    """An element stands there again, or instead of another."""
    start, end = _element(raw, chance)
    other, stop = _element(raw, chance)
    copies = raw[start:end] * chance.choice((1, 2, 20))
    return raw[:other] + copies + raw[chance.choice((other, stop)) :]


def alter_tag(raw: bytes, chance: random.Random) -> bytes:
    """A tag is another of the file."""
    tags = list(_TAG.finditer(raw))
    return _put(raw, chance.choice(tags), chance.choice(tags)[0])


def alter_value(raw: bytes, chance: random.Random) -> bytes:
    """An attribute has an odd value."""
    return _put(raw, chance.choice(list(_VALUE.finditer(raw))), chance.choice(_ODD))


def alter_number(raw: bytes, chance: random.Random) -> bytes:
    """A number is an odd one."""
    return _put(raw, chance.choice(list(_NUMBER.finditer(raw))), chance.choice(_ODD))


def in_stream(raw: bytes, chance: random.Random) -> bytes:
    """A packed stream of a PDF file is altered and packed again, in its place if it fits there."""
    stream = chance.choice(list(_STREAM.finditer(raw)))
    content = zlib.decompress(stream[1])
    altered = zlib.compress(chance.choice((*BYTES, alter_number))(content, chance), 9)
    return _put(raw, stream, b"\n" + altered.ljust(len(stream[1])))


def in_member(raw: bytes, chance: random.Random) -> bytes:
    """A file in an archive is altered, missing or under another name, and all is packed again."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    main = [name for name in members if _MAIN.match(name)]
    name = chance.choice(chance.choice((main or list(members), list(members))))
    content = members.pop(name)
    if chance.random() < 0.95:
        members[name] = mutate(content, Path(name).suffix, chance)
    elif chance.random() < 0.5:
        members[chance.choice(list(members) or ["x"])] = content
    return pack(members)


def pack(members: Mapping[str, bytes]) -> bytes:
    """An archive of these files."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


BYTES: tuple[Mutation, ...] = (flip, cut_off, insert, swap, duplicate)
MARKUP: tuple[Mutation, ...] = (
    *(delete_tag, repeat_tag, alter_tag, alter_value, alter_number),
    *(delete_element, repeat_element),
)
INSIDE: Mapping[str, tuple[Mutation, ...]] = {
    ".docx": (in_member,),
    ".zip": (in_member,),
    ".pdf": (in_stream, alter_number),
    ".html": MARKUP,
    ".xml": MARKUP,
    ".rels": MARKUP,
}
"""What is done to files of some formats, three times as often as what is done to bytes."""


def mutate(raw: bytes, suffix: str, chance: random.Random) -> bytes:
    """A file after one to three mutations that its format allows; never the same bytes."""
    altered = raw
    left = chance.choice((1, 1, 2, 3))
    while altered and (left > 0 or altered == raw):
        mutation = chance.choice(BYTES if chance.random() < 0.25 else INSIDE.get(suffix, BYTES))
        left -= 1
        try:
            altered = mutation(altered, chance)
        except ZIP_ERRORS:
            continue  # nothing of its kind in there, or already so damaged that it can't be opened
    return altered


def _places(raw: bytes, chance: random.Random, number: int) -> list[int]:
    return sorted(chance.choices(range(len(raw) + 1), k=number))


def _element(raw: bytes, chance: random.Random) -> tuple[int, int]:
    """Where an element begins and ends: at its closing tag, or at its own tag if it has none."""
    tags = [tag for tag in _TAG.finditer(raw) if tag[0][1:2] not in b"/?!"]
    first = chance.choice(tags)
    if first[0].endswith(b"/>"):
        return first.span()
    depth = 0
    name = re.escape(re.split(rb"[\s>]", first[0][1:], maxsplit=1)[0])
    for tag in re.compile(rb"<(/?)%s(?:\s[^<>]*)?>" % name).finditer(raw, first.start()):
        depth += -1 if tag[1] else int(not tag[0].endswith(b"/>"))
        if not depth:
            return first.start(), tag.end()
    return first.span()


def _put(raw: bytes, match: re.Match[bytes], content: bytes) -> bytes:
    return raw[: match.start()] + content + raw[match.end() :]
