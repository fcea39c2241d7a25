"""The text of an Office document, without opening it in anything that runs macros, fields or links."""

from __future__ import annotations

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from evidence.domain.arrival_outcome import Reason
from evidence.errors import UnreadableError
from evidence.filetypes import package
from evidence.filetypes.sheet_xml import XmlReader
from evidence.filetypes.workbook import read_workbook

MAX_TEXT = 400_000
"""Characters looked at; a number or title stands near the beginning."""
_OF_TEXT = frozenset({"header", "footer", "footnotes", "endnotes"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeFile:
    """One document."""

    path: Path
    workbook: bool
    max_unpacked: int
    """Most bytes it may unpack to."""


def office_text(file: OfficeFile) -> str:
    """All text of a DOCX or XLSX; to be called in a bounded child.

    Raises:
        UnreadableError: damaged, encrypted, or unpacking to more than the limit.
    """
    try:
        with zipfile.ZipFile(file.path) as archive:
            _check(archive, file.max_unpacked)
            text = "" if file.workbook else _document_text(archive, file.max_unpacked)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise UnreadableError(Reason.MALFORMED, "文档的压缩包已损坏。") from error
    if file.workbook:
        text = _workbook_text(file.path)
    return text[:MAX_TEXT]


def _check(archive: zipfile.ZipFile, max_unpacked: int) -> None:
    entries = archive.infolist()
    # The declared sizes may lie: each part is read up to the limit and no further.
    size = sum(entry.file_size for entry in entries)
    if size > max_unpacked or len(entries) > package.MAX_ENTRIES:
        what = f"文档展开后有 {size // 1024**2} MB、{len(entries)} 个部分，"
        limit = f"上限 {max_unpacked // 1024**2} MB、{package.MAX_ENTRIES} 个。"
        raise UnreadableError(Reason.TOO_LARGE, what + limit)
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnreadableError(Reason.ENCRYPTED, "文档的压缩包设有密码。")
    damaged = archive.testzip()
    if damaged is not None:
        raise UnreadableError(Reason.MALFORMED, f"文档中的“{damaged}”已损坏。")


def _document_text(archive: zipfile.ZipFile, max_unpacked: int) -> str:
    try:
        main = package.main_part(archive) or package.HABITUAL[0]
    except (SyntaxError, ValueError) as error:
        raise UnreadableError(Reason.MALFORMED, "文档的目录已损坏。") from error
    if main not in archive.NameToInfo:
        raise UnreadableError(Reason.MALFORMED, "文档里没有正文。")
    parts = [main, *(each.target for each in package.relations(archive, main) if each.kind in _OF_TEXT)]
    texts: list[str] = []
    for part in dict.fromkeys(parts):
        if part not in archive.NameToInfo:
            continue
        reader = _Words()
        try:
            reader.read(archive, part, max_unpacked)
        except (SyntaxError, ValueError) as error:
            raise UnreadableError(Reason.MALFORMED, f"文档中的“{part}”已损坏。") from error
        texts.append("".join(reader.words))
    return "\n".join(texts)


class _Words(XmlReader):
    """Text runs; a paragraph, a cell or a row ends a line. What was deleted with tracking is no text."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._taking = False
        self._length = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._taking = tag == "t"

    def end(self, tag: str) -> None:
        self._taking = False
        if tag in {"p", "tc", "tr"}:
            self.words.append("\n")

    def data(self, text: str) -> None:
        if self._taking and self._length < MAX_TEXT:
            self._length += len(text)
            self.words.append(text)


def _workbook_text(path: Path) -> str:
    return "\n".join(
        "\t".join(cell.text for cell in row.values())
        for sheet in read_workbook(path).sheets
        for row in sheet.rows.values()
    )
