"""Batches in parts: a listing is cut, each part is done once, and the rows are the local ones."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fazhi.batches import parts, places
from fazhi.batches.parts import Part, PartedOutput, Piece, cut
from fazhi.batches.sources import Failure, Source, find
from fazhi.errors import FazhiError
from fazhi.limits import DEFAULT_LIMITS, Limits

pytest.importorskip("pyarrow")


def fill(folder: Path) -> Path:
    """Files of all sorts, with ids that must be told apart and some that can't be read."""
    (folder / "下级").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "下级/a.txt", "下级/a b.txt", "c#1.txt", "d.docx"):
        (folder / name).write_text(f"学习{len(name)}次", encoding="utf-8")
    with zipfile.ZipFile(folder / "z.zip", "w") as archive:
        for name in ("a.txt", "b.txt", "in.zip", "y.txt"):
            archive.writestr(name, f"办结{len(name)}件")
    (folder / "~$a.docx").write_bytes(b"lock")
    (folder / "other.bin").write_bytes(b"")
    return folder


def lines(path: Path) -> Path:
    records = [{"text": "学习1次", "id": own} for own in ("a", "l", None, "a")]
    path.write_text("\n".join([*map(json.dumps, records), "{", ""]), encoding="utf-8")
    return path


def looked_into(pieces: Sequence[Piece], folder: Path) -> list[parts.Ids]:
    ids: list[parts.Ids] = []
    for number, piece in enumerate(pieces):
        (folder / f"look{number}").mkdir(parents=True)
        found = piece.find_all(folder / f"look{number}", DEFAULT_LIMITS)
        ids.append([one.id if isinstance(one, Source) else None for one in found])
    return ids


def cut_up(
    inputs: Sequence[str], most: int, folder: Path, known: Sequence[Part] = ()
) -> list[Part]:
    return cut(inputs, known, lambda pieces: looked_into(pieces, folder), lambda reports: most)


def found_in(listing: Sequence[Part], folder: Path) -> list[Source | Failure]:
    found: list[Source | Failure] = []
    for part in listing:
        (folder / part.name).mkdir(parents=True)
        found += Part.from_json(part.to_json()).find(folder / part.name, DEFAULT_LIMITS)
    return found


@pytest.mark.parametrize("most", [1, 2, 3, 100])
@pytest.mark.parametrize("scheme", ["", "file://"])
def test_parts_have_what_is_found_in_all(tmp_path: Path, most: int, scheme: str) -> None:
    """The same names, ids, bytes and failures, by path and by URI."""
    folder, jsonl = fill(tmp_path / "报告 1"), lines(tmp_path / "t.jsonl")
    expected = list(find([folder, jsonl, folder]))
    inputs = [f"{scheme}{place}" for place in (folder, jsonl, folder)]
    listing = cut_up(inputs, most, tmp_path / "look")
    assert all(len(part) == most for part in listing[:-1])
    found = found_in(listing, tmp_path / "done")
    if scheme:
        expected = [one.renamed(f"file://{one.name}") for one in expected]
    assert found == expected
    assert len(found) == 15


def test_new_files_come_after_those_that_are_known(tmp_path: Path) -> None:
    folder = fill(tmp_path / "in")
    known = cut_up([str(folder)], 4, tmp_path / "look1")
    (folder / "0.txt").write_text("新", encoding="utf-8")
    (folder / "下级" / "y.txt").write_text("新", encoding="utf-8")
    parted = cut_up([str(folder)], 4, tmp_path / "look2", known)
    assert parted[:-1] == known
    assert [one.id for one in found_in(parted[-1:], tmp_path / "done")] == ["0", "y-2"]  # type: ignore[union-attr]


def test_places_with_nothing_in_them(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    inputs = [str(empty), f"file://{empty}", f"file://{tmp_path}/none.txt", str(tmp_path / "no")]
    found = found_in(cut_up(inputs, 9, tmp_path / "look"), tmp_path / "done")
    assert [one.name for one in found] == inputs
    assert all(isinstance(one, Failure) and one.reason.startswith(one.name) for one in found)


def test_what_is_too_large_is_not_fetched(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"a" * 3 * 2**20)
    piece = Piece(f"file://{tmp_path}", f"{tmp_path}/a.txt", 0, ["a"])
    copies = tmp_path / "copies"
    copies.mkdir()
    (found,) = piece.find(copies, Limits(file_mib=1))
    assert isinstance(found, Failure)
    assert found.reason.startswith(f"file://{tmp_path}/a.txt: over 1 MiB")
    assert (copies / "a.txt").stat().st_size == 2 * 2**20


@pytest.mark.parametrize("place", ["nowhere://a", "://"])
def test_places_that_cannot_be_opened(place: str) -> None:
    with pytest.raises(FazhiError, match="can't be opened"):
        places.list_files(place)


SETTINGS: dict[str, Any] = {"model": "m", "limits": {"chars": 9}, "inputs": ["a"]}


def test_the_output_knows_what_is_done(tmp_path: Path) -> None:
    out = PartedOutput(str(tmp_path / "out"))
    out.begin(SETTINGS)
    assert out.listing() == []
    listing = [Part("000000", (Piece("in", "in/a.txt", 0, ["a", None]),)), Part("000001", ())]
    out.note_listing(listing)
    table = tmp_path / "t"
    table.write_bytes(b"rows")
    out.finish(listing[1], {"counts": table}, {"tagged": 2})
    (tmp_path / "out/_batch/unfinished/f.part").write_bytes(b"half")
    again = PartedOutput(f"file://{tmp_path}/out")
    again.begin(dict(SETTINGS))
    assert again.listing() == listing
    assert again.finished() == {"000001": {"tagged": 2}}
    assert (tmp_path / "out/counts/000001.parquet").read_bytes() == b"rows"
    again.tidy()
    assert not list((tmp_path / "out").rglob("*.part"))


def test_a_batch_that_was_begun_otherwise_is_refused(tmp_path: Path) -> None:
    PartedOutput(str(tmp_path / "out")).begin(SETTINGS)
    changed = SETTINGS | {"inputs": ["b"], "model": "n"}
    with pytest.raises(FazhiError, match=r"out: .*model was 'm', is 'n'; inputs was \['a'\], is"):
        PartedOutput(str(tmp_path / "out")).begin(changed)
    (tmp_path / "out/_batch/settings.json").write_text("{")
    with pytest.raises(FazhiError, match=r"settings.json: damaged; delete the folder to begin"):
        PartedOutput(str(tmp_path / "out")).begin(SETTINGS)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").touch()
    with pytest.raises(FazhiError, match="holds other things; name a new folder"):
        PartedOutput(str(tmp_path)).begin(SETTINGS)
    assert os.listdir(tmp_path) == ["thesis.docx"]  # noqa: PTH208


def test_what_is_known_may_hold_fewer_reports_now(tmp_path: Path) -> None:
    path = lines(tmp_path / "t.jsonl")
    (part,) = cut_up([str(path)], 9, tmp_path / "look")
    path.write_text('{"text": "学习1次", "id": "l"}\n', encoding="utf-8")
    (found,) = found_in([part], tmp_path / "done")
    assert found == replace(found, id="a")  # type: ignore[arg-type]
