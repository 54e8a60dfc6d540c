"""What every page is made of: assets of the package, a policy that runs only them, and escapes."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from string import Template

from fazhi.version import __version__

_FOLDER = Path(__file__).parent / "page"
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;", "\0": "␀"})
HALF_PAIR = re.compile("[\ud800-\udfff]")
"""What can't be written in UTF-8; ``U+FFFD`` stands for it."""


def fill(
    template: str, *, styles: Sequence[str], scripts: Sequence[str] = (), title: str = ""
) -> str:
    """The page ``template`` with these assets in it, the hashes of its policy and the version.

    The template names them ``$style``, ``$style_hash``, ``$script``, ``$script_hash``,
    ``$version`` and ``$title``.
    """
    style, script = "".join(map(_asset, styles)), "".join(map(_asset, scripts))
    return Template(_asset(template)).substitute(
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        version=__version__,
        title=escape(title),
    )


def escape(text: str) -> str:
    """Text as HTML that shows it and does nothing else, between tags."""
    return HALF_PAIR.sub("\ufffd", text).translate(_ESCAPES)


def write(parts: Iterable[str], path: Path) -> None:
    """Write a page; until it is whole its file has ``.part`` added."""
    part = path.with_name(path.name + ".part")
    with part.open("w", encoding="utf-8", newline="") as file:
        file.writelines(parts)
    part.replace(path)


def _asset(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _hash(content: str) -> str:
    """What a policy calls a script or a style by."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
