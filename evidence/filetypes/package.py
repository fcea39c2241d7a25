"""Office Open XML packages by their relations, not by the habitual names of their parts (ISO/IEC 29500-2)."""

from __future__ import annotations

import lzma
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WORD_MAIN = re.compile(
    r"application/vnd\.(openxmlformats-officedocument\.wordprocessingml|ms-word)\.[^;]*main\+xml"
)
_SHEET_MAIN = re.compile(
    r"application/vnd\.(openxmlformats-officedocument\.spreadsheetml|ms-excel)\.[^;]*main\+xml"
)
HABITUAL = ("word/document.xml", "xl/workbook.xml")
"""Where the main part lies when nothing says so."""
_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError),
    *(OSError, ValueError, NotImplementedError, EOFError, RuntimeError),
)
MAX_ENTRIES = 20_000
MAX_LIST = 4_000_000
"""Bytes of the list of content types, or of one list of relations."""
MAX_NAME = 200
"""Bytes of a media type."""
_OPEN_DOCUMENTS = frozenset(
    f"application/vnd.oasis.opendocument.{each}"
    for each in ("text", "spreadsheet", "presentation", "graphics")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """One part another part refers to."""

    id: str
    kind: str
    """Last step of the relation's type: `officeDocument`, `worksheet`, `header` …"""
    target: str
    """Name of the part in the package."""


def main_kind(path: Path) -> str | None:
    """DOCX, XLSX, empty for another zip; None when the list of contents cannot be read."""
    try:
        with zipfile.ZipFile(path) as archive:
            if "[Content_Types].xml" not in set(archive.namelist()):
                return ""
            kinds = read_part(archive, "[Content_Types].xml", MAX_LIST).decode("utf-8", "replace")
    except _UNREADABLE:
        return None
    if _WORD_MAIN.search(kinds):
        return DOCX
    if _SHEET_MAIN.search(kinds):
        return XLSX
    return _by_relation(path)


def stated_kind(path: Path) -> str:
    """What a package of another family says it is (OpenDocument 1.3, part 2, 3.3); empty when silent."""
    try:
        with zipfile.ZipFile(path) as archive:
            stated = read_part(archive, "mimetype", MAX_NAME).decode("ascii").strip()
    except (*_UNREADABLE, KeyError):
        return ""
    kind = stated.removesuffix("-template")
    return kind if kind in _OPEN_DOCUMENTS else ""


def _by_relation(path: Path) -> str:
    """For packages whose list of content types is of no use: where the root relation points, or by habit."""
    try:
        with zipfile.ZipFile(path) as archive:
            main = main_part(archive)
            if not main:
                main = next((name for name in HABITUAL if name in archive.NameToInfo), "")
            return {"word": DOCX, "xl": XLSX}.get(main.split("/")[0], "") if main else ""
    except (*_UNREADABLE, SyntaxError):
        return ""


def read_part(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """A part's bytes, whatever size it declares.

    Raises:
        ValueError: longer than `limit` bytes.
        KeyError: no such part.
    """
    with archive.open(name) as part:
        data = part.read(limit + 1)
    if len(data) > limit:
        raise ValueError(name)
    return data


def main_part(archive: zipfile.ZipFile) -> str:
    """Name of the part the package is about; empty when no relation says so."""
    return next((each.target for each in relations(archive, "") if each.kind == "officeDocument"), "")


def relations(archive: zipfile.ZipFile, part: str) -> Iterator[Relation]:
    """What a part refers to inside the package; "" for the package itself. Broken lists refer to nothing."""
    folder, name = posixpath.split(part)
    listed = posixpath.join(folder, "_rels", f"{name}.rels")
    names = {each.lower(): each for each in archive.namelist()}
    if listed.lower() not in names:
        return
    for element in parse(read_part(archive, names[listed.lower()], MAX_LIST)):
        target = element.get("Target", "")
        if element.get("TargetMode") == "External" or not target or target.upper() == "NULL":
            continue
        full = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip("/")
        kind = element.get("Type", "").rsplit("/", 1)[-1]
        yield Relation(id=element.get("Id", ""), kind=kind, target=names.get(full.lower(), full))


def parse(data: bytes) -> ElementTree.Element:
    """A small XML document without entity definitions.

    Raises:
        ValueError: it defines entities.
        ElementTree.ParseError: not well formed.
    """
    plain = data.replace(b"\0", b"")  # UTF-16 says the same with a zero between
    if b"<!DOCTYPE" in plain or b"<!ENTITY" in plain:
        raise ValueError("entities")
    return ElementTree.fromstring(data)  # noqa: S314 - no entities, and only in a bounded child


def local(tag: str) -> str:
    """Name of an element without its namespace: Strict and Transitional documents differ only there."""
    return tag.rpartition("}")[2]
