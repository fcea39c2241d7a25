"""The three kinds of XML part whose content becomes cell values: strings, styles, sheets. Streamed."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from typing import IO
from xml.parsers import expat

from evidence.filetypes import package

_CHUNK = 1 << 16
_DATE_FORMATS = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
"""Built-in number formats that show dates or times (18.8.30, with those of East Asia)."""
_NOT_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h|m|s)[^\]]*\]', re.I)
_COLUMN = re.compile(r"[A-Z]+")
MAX_STRINGS = 2_000_000
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"""Of a sheet (18.3.1.73 and the limits that Excel publishes)."""

RawCell = tuple[str, str, bool]
"""Kind, stored text, whether a formula stands behind it."""


class XmlReader:
    """An expat parser that refuses entity definitions, which is how XML bombs are built."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = lambda tag, attributes: self.start(package.local(tag), attributes)
        self._parser.EndElementHandler = lambda tag: self.end(package.local(tag))
        self._parser.CharacterDataHandler = self.data
        self._parser.StartDoctypeDeclHandler = self._refuse

    def read(self, archive: zipfile.ZipFile, part: str, limit: int) -> None:
        """Raises ValueError or SyntaxError for what is not well formed or longer than `limit` bytes."""
        with archive.open(part) as source:
            self._feed(source, limit)

    def _feed(self, source: IO[bytes], limit: int) -> None:
        try:
            while chunk := source.read(_CHUNK):
                limit -= len(chunk)
                if limit < 0:
                    raise ValueError("too long")
                self._parser.Parse(chunk, False)
            self._parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise SyntaxError(str(error)) from error

    def _refuse(self, *_rest: object) -> None:
        raise ValueError("entities")

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def data(self, text: str) -> None:
        """Characters between."""


class _Strings(XmlReader):
    """`si` elements; readings aid pronunciation (`rPh`) and are no part of the text."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._parts: list[str] = []
        self._taking = False
        self._phonetic = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            self._parts = []
            if len(self.found) >= MAX_STRINGS:
                raise ValueError("too many strings")
        self._phonetic = self._phonetic or tag == "rPh"
        self._taking = tag == "t" and not self._phonetic

    def end(self, tag: str) -> None:
        self._taking = False
        if tag == "rPh":
            self._phonetic = False
        elif tag == "si":
            self.found.append("".join(self._parts))

    def data(self, text: str) -> None:
        if self._taking:
            self._parts.append(text)


class _Styles(XmlReader):
    """Which cell formats (`cellXfs`) show dates."""

    def __init__(self) -> None:
        super().__init__()
        self.dates: set[int] = set()
        self._codes: dict[str, bool] = {}
        self._inside = False
        self._next = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "numFmt":
            code = _NOT_CODE.sub("", attributes.get("formatCode", "").split(";")[0])
            self._codes[attributes.get("numFmtId", "")] = bool(re.search("[ymdhs年月日时]", code, re.I))
        elif tag == "cellXfs":
            self._inside = True
        elif tag == "xf" and self._inside:
            id = attributes.get("numFmtId", "0")
            if self._codes.get(id, id.isdecimal() and int(id) in _DATE_FORMATS):
                self.dates.add(self._next)
            self._next += 1

    def end(self, tag: str) -> None:
        if tag == "cellXfs":
            self._inside = False


def read_strings(archive: zipfile.ZipFile, part: str, limit: int) -> list[str]:
    """The workbook's table of strings; empty when it has none."""
    if not part or part not in archive.NameToInfo:
        return []
    reader = _Strings()
    reader.read(archive, part, limit)
    return reader.found


def read_date_styles(archive: zipfile.ZipFile, part: str) -> frozenset[int]:
    """Indexes of the cell formats that show dates; nothing when there are no readable styles."""
    if not part or part not in archive.NameToInfo:
        return frozenset()
    reader = _Styles()
    try:
        reader.read(archive, part, package.MAX_LIST * 8)
    except (SyntaxError, ValueError):
        return frozenset()
    return frozenset(reader.dates)


class SheetParser(XmlReader):
    """The filled cells of one sheet."""

    def __init__(self, *, strings: list[str], dates: frozenset[int], limit: int) -> None:
        """Args: `limit`: filled cells after which reading stops."""
        super().__init__()
        self.rows: dict[int, dict[int, RawCell]] = {}
        self.merged: list[str] = []
        self.filled = 0
        self._strings, self._dates, self._limit = strings, dates, limit
        self.row = self.column = 0
        """Where reading stands; both from 1."""
        self._type = ""
        self._style = 0
        self._text: list[str] = []
        self._taking = self._formula = self._in_cell = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        match tag:
            case "row":
                self.row = int(attributes.get("r", self.row + 1))
                self.column = 0
                if not 0 < self.row <= LAST_ROW:
                    raise ValueError("no such row")
            case "c":
                self.column = self._column_of(attributes.get("r", ""))
                if self.column > LAST_COLUMN:
                    raise ValueError("no such column")
                self._type = attributes.get("t", "n")
                self._style = int(attributes.get("s") or 0)
                self._text, self._formula, self._in_cell = [], False, True
            case "f":
                self._formula = self._in_cell
            case "v" | "t" if self._in_cell:
                self._taking = True
            case "mergeCell" if len(self.merged) < 20_000:
                self.merged.append(attributes.get("ref", ""))

    def end(self, tag: str) -> None:
        if tag in {"v", "t"}:
            self._taking = False
        elif tag == "c":
            self._in_cell = False
            self._keep("".join(self._text))

    def data(self, text: str) -> None:
        if self._taking:
            self._text.append(text)

    def _column_of(self, reference: str) -> int:
        match = _COLUMN.match(reference)
        if match is None:
            return self.column + 1
        column = 0
        for letter in match[0][:4]:
            column = column * 26 + ord(letter) - 64
        return column

    def _keep(self, text: str) -> None:
        if not text and not self._formula:
            return
        self.filled += 1
        if self.filled > self._limit:
            self._stop()
            return
        cell = self._cell(text)
        if cell is not None:
            self.rows.setdefault(self.row, {})[self.column] = cell

    def _stop(self) -> None:
        """Enough: what follows is passed over."""
        nothing: Callable[..., None] = lambda *_rest: None  # noqa: E731
        self._parser.StartElementHandler = self._parser.EndElementHandler = nothing
        self._parser.CharacterDataHandler = nothing

    def _cell(self, text: str) -> RawCell | None:
        match self._type:
            case "s":
                index = int(text or -1)
                text = self._strings[index] if 0 <= index < len(self._strings) else ""
                return ("text", text, self._formula) if text or self._formula else None
            case "b":
                return "bool", text, self._formula
            case "e":
                return "error", text, self._formula
            case "d":
                return "date", text, self._formula
            case "n":
                if not text:
                    return "text", "", self._formula
                float(text)
                return "date" if self._style in self._dates else "number", text, self._formula
            case _:
                return "text", text, self._formula
