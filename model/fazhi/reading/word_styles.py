"""The styles of a Word document, as far as they bear on its text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from fazhi.reading.packages import first, is_on, to_int, value_of

_LEVEL = "pPr/numPr/ilvl"
_MAX_BASES = 32  # styles that a style is based on, in a row


@dataclass(frozen=True, slots=True)
class Style:
    """What a style says, or one that it is based on; None where they say nothing.

    ``num`` names its list, and ``levels`` has the ids of these styles, its own first, each with the
    level in the list that the style says itself. ``outline`` is the depth of a heading from 0;
    ``contents``: for lines of a table of contents.
    """

    levels: tuple[tuple[str, int | None], ...] = ()
    num: str | None = None
    outline: int | None = None
    hidden: bool | None = None
    contents: bool = False


class Styles:
    """The styles by their id, from the root of the part that defines them (None: no styles)."""

    def __init__(self, root: Element | None) -> None:
        items = [] if root is None else root.findall("style")
        self._items = {item.get("styleId", ""): item for item in items}
        self._known: dict[str, Style] = {}
        on = (item for item in items if item.get("default") in ("1", "true", "on"))
        self._default = first(item.get("styleId") for item in on if item.get("type") == "paragraph")

    def of_paragraph(self, properties: Element | None) -> Style:
        """The style of a paragraph by its ``pPr``: the one it names, or the default one."""
        return self._find(value_of(properties, "pStyle") or self._default)

    def of_run(self, properties: Element | None) -> Style:
        """The style of a run by its ``rPr``; one that says nothing if it names none."""
        return self._find(value_of(properties, "rStyle"))

    def _find(self, name: str | None) -> Style:
        if name is None or name not in self._items:
            return Style()
        if name not in self._known:
            self._known[name] = self._resolve(name)
        return self._known[name]

    def _resolve(self, name: str | None) -> Style:
        chain: dict[str, Element] = {}
        while name in self._items and name not in chain and len(chain) < _MAX_BASES:
            chain[name] = self._items[name]
            name = value_of(chain[name], "basedOn")
        items = chain.values()
        titles = [(value_of(item, "name") or "").lower() for item in items]
        return Style(
            levels=tuple((key, to_int(value_of(chain[key], _LEVEL))) for key in chain),
            num=first(value_of(item, "pPr/numPr/numId") for item in items),
            outline=first(map(_outline, items, titles)),
            hidden=first(is_on(item, "rPr/vanish") for item in items),
            contents=any(re.fullmatch("toc ?[1-9]", title) for title in titles),
        )


def _outline(style: Element, title: str) -> int | None:
    """The depth that a style says itself, or its title does: heading 1, 标题 1."""
    level = to_int(value_of(style, "pPr/outlineLvl"))
    named = re.fullmatch(r"(?:heading|标题)\s*([1-9])", title)
    return int(named[1]) - 1 if level is None and named else level
