"""Office files as they are stored: a zip archive of XML parts that refer to each other.

The XML is safe to parse with the standard library because a DOCTYPE, which office programs never
write, is refused: without one there are no entities. What is unpacked, the elements and their depth
are bounded, so that a small file can't take much time or memory, whatever the ratio of its packing.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable
from typing import TypeVar
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from fazhi.errors import ReadError
from fazhi.limits import Limits
from fazhi.reading.archives import ZIP_ERRORS

_T = TypeVar("_T")

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # begins old Word files and encrypted ones
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# Elements of these are known by their local name, in both editions of the standard.
_NAMESPACES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "http://purl.oclc.org/ooxml/wordprocessingml/main",
    "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "http://purl.oclc.org/ooxml/officeDocument/math",
    "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "http://schemas.openxmlformats.org/package/2006/relationships",
}


def is_old_word(raw: bytes) -> bool:
    """Whether a file is one of Word before 2007, whatever its name says."""
    return raw.startswith(_OLE) and _ENCRYPTED not in raw


class Package:
    """An office file's parts as XML trees. Attributes and known elements have no namespace.

    ``main`` is the path of the part that holds the document. All raise ReadError, with ``name`` in
    its message, for what is damaged, encrypted or over a limit.
    """

    def __init__(self, raw: bytes, name: str, limits: Limits) -> None:
        self._name, self._limits = name, limits
        self._bytes_left = limits.unpacked_mib * 2**20
        self._elements_left = limits.xml_elements
        if raw.startswith(_OLE):
            if _ENCRYPTED in raw:
                raise self.error("password-protected; remove the password and save it again")
            raise self.error("an old Word file (.doc); open it in Word and save it as .docx")
        if not raw.startswith(b"PK"):
            raise self.error("not a .docx file (no zip archive); save the report as .docx")
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(raw))
        except ZIP_ERRORS as error:
            raise self.error(f"damaged or cut off ({error}); fetch it again") from error
        if len(self._archive.namelist()) > limits.members:
            raise limits.exceeded(name, "members", "files inside")
        self.main = next(iter(self._targets("", "officeDocument")), "word/document.xml")

    def error(self, message: str) -> ReadError:
        """The error to raise for this file."""
        return ReadError(f"{self._name}: {message}")

    def related(self, kind: str) -> list[Element]:
        """The parts that the main part refers to as its ``styles``, its ``header`` …, in order."""
        parts = (self.part(path) for path in self._targets(self.main, kind))
        return [part for part in parts if part is not None]

    def part(self, path: str) -> Element | None:
        """The root of a part, None where the file has no such part."""
        member = self._archive.NameToInfo.get(path)
        if member is None:
            return None
        if member.flag_bits & 1:
            raise self.error("password-protected; remove the password and save it again")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self.error(f"{path} is packed in an unknown way; save it again in Word")
        try:
            with self._archive.open(member) as file:
                raw = file.read(self._bytes_left + 1)
        except ZIP_ERRORS as error:
            raise self.error(f"{path} is damaged or cut off ({error}); fetch it again") from error
        self._bytes_left -= len(raw)
        if self._bytes_left < 0:
            raise self._limits.exceeded(self._name, "unpacked_mib", "MiB when unpacked")
        return self._parse(path, raw)

    def _parse(self, path: str, raw: bytes) -> Element:
        builder = _Builder(self._elements_left, self._limits.xml_depth)
        try:
            text = raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
            if "<!DOCTYPE" in text:
                raise ValueError("it declares a DOCTYPE")
            parser = ElementTree.XMLParser(target=builder)
            parser.feed(text)
            root: Element = parser.close()
        except (ElementTree.ParseError, ValueError) as error:
            message = f"{path} is broken XML ({error}); open it in Word and save it again"
            raise self.error(message) from error
        except _TooManyElementsError as error:
            raise self._limits.exceeded(self._name, "xml_elements", "elements") from error
        except _TooDeepError as error:
            raise self._limits.exceeded(self._name, "xml_depth", "elements deep") from error
        self._elements_left -= builder.elements
        for parent in reversed(root.findall(".//AlternateContent/..")):
            parent[:] = [kept for child in parent for kept in _chosen(child)]
        return root

    def _targets(self, source: str, kind: str) -> list[str]:
        """Paths of the parts that a part refers to as of a kind, each once."""
        folder, base = posixpath.split(source)
        part = self.part(posixpath.join(folder, "_rels", f"{base}.rels"))
        targets = (
            item.get("Target", "")
            for item in (() if part is None else part.iterfind("Relationship"))
            if item.get("Type", "").endswith(f"/{kind}") and item.get("TargetMode") != "External"
        )
        paths = (posixpath.normpath(posixpath.join("/", folder, target)) for target in targets)
        return list(dict.fromkeys(path.lstrip("/") for path in paths))


def to_int(text: str | None) -> int | None:
    """A whole number as XML has it, None for anything else."""
    return int(text) if text and re.fullmatch(r"-?[0-9]{1,9}", text) else None


def value_of(element: Element | None, path: str) -> str | None:
    """The ``val`` of what stands at a path below an element; None where there is none."""
    found = None if element is None else element.find(path)
    return None if found is None else found.get("val")


def is_on(element: Element | None, path: str) -> bool | None:
    """Whether a property that is on or off is on; None where nothing is said."""
    if element is None or (found := element.find(path)) is None:
        return None
    return found.get("val") not in ("0", "false", "off")


def first(values: Iterable[_T | None]) -> _T | None:
    """The first value that is one, None where all are None."""
    return next((value for value in values if value is not None), None)


class _TooManyElementsError(Exception):
    """XML over the limit of elements."""


class _TooDeepError(Exception):
    """XML over the limit of depth."""


class _Builder(ElementTree.TreeBuilder):
    """Builds a tree with the known namespaces taken off, within limits."""

    def __init__(self, elements: int, depth: int) -> None:
        super().__init__()
        self.elements, self._depth = 0, 0
        self._max_elements, self._max_depth = elements, depth
        self._names: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str], /) -> Element:
        self.elements += 1
        self._depth += 1
        if self.elements > self._max_elements:
            raise _TooManyElementsError
        if self._depth > self._max_depth:
            raise _TooDeepError
        if tag not in self._names:
            space, _, local = tag[1:].rpartition("}")
            self._names[tag] = local if space in _NAMESPACES else tag
        plain = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        return super().start(self._names[tag], plain)

    def end(self, tag: str, /) -> Element:
        self._depth -= 1
        return super().end(tag)


def _chosen(element: Element) -> list[Element]:
    """An element, or for one in several versions (``AlternateContent``) the first one's content."""
    if element.tag != "AlternateContent":
        return [element]
    versions = [item for item in element if item.tag in ("Choice", "Fallback")]
    return list(versions[0]) if versions else []
