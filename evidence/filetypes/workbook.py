"""Values of an XLSX workbook by its used cells.

Neither openpyxl nor calamine reads by used cells: both lay out the whole rectangle up to the last one,
and one cell in XFD1048576 makes that seventeen thousand million cells (measured: minutes, or an abort).
A workbook without styles, with an empty fill or in the Strict variant is read like any other, since
nothing but values, date formats and merged ranges is looked at (ISO/IEC 29500-1, 18).
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path

from evidence.domain.arrival_outcome import Reason
from evidence.errors import UnreadableError
from evidence.filetypes import ole, package
from evidence.filetypes.sheet_xml import SheetParser, read_date_styles, read_strings

MAX_CELLS = 400_000
"""Filled cells of one workbook: five thousand enterprises have a hundred thousand."""
MAX_PART = 256 * 1024**2
"""Bytes of one unpacked part."""
_MAC_YEAR = 1904
_AGAIN = "请重新导出，或用 Excel、WPS 打开后另存为 .xlsx，再试一次。"
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError)
"""What a part that does not unpack raises."""
_CELL = re.compile(r"([A-Z]{1,3})(\d{1,7})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One filled cell."""

    kind: str
    """`text`, `number`, `date`, `bool` or `error`."""
    text: str
    """As stored; a date in ISO form; empty for a formula whose value was never calculated."""
    formula: bool = False

    @property
    def value(self) -> str | int | float | bool | datetime | time:
        """The value as Python has it."""
        match self.kind:
            case "number":
                number = float(self.text)
                return int(number) if number.is_integer() and "." not in self.text else number
            case "bool":
                return self.text == "1"
            case "date":
                return (
                    time.fromisoformat(self.text)
                    if self.text[2:3] == ":"
                    else datetime.fromisoformat(self.text)
                )
            case _:
                return self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A rectangle of merged cells, counted from 1, both ends inclusive."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet: only what is filled."""

    name: str
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    """Row number -> column number -> cell, both from 1, rows in ascending order."""
    merged: tuple[Range, ...] = ()
    from_1904: bool = False
    """Day numbers count from 1904, as workbooks from old Macs do; date cells are converted already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """All sheets in their order."""

    sheets: tuple[Sheet, ...] = ()
    macros: bool = False


def read_workbook(path: Path) -> Workbook:
    """Read a workbook; to be called in a bounded child.

    Raises:
        UnreadableError: encrypted, damaged (naming the sheet), too many filled cells, or no XLSX.
    """
    with path.open("rb") as file:
        if file.read(8) == ole.MAGIC:
            raise _compound(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive)
    except (*_BROKEN, NotImplementedError, RuntimeError) as error:
        raise UnreadableError(
            Reason.MALFORMED, "不是有效的 XLSX 工作簿，或已损坏。", remedy=_AGAIN
        ) from error


def _compound(path: Path) -> UnreadableError:
    kind, encrypted = ole.kind_of(path)
    if encrypted:
        return UnreadableError(Reason.ENCRYPTED, "工作簿设有密码。", remedy="请去掉密码后另存，再试一次。")
    what = "这是旧版 Excel 工作簿（.xls）。" if kind == "application/vnd.ms-excel" else "这不是 XLSX 工作簿。"
    return UnreadableError(Reason.UNSUPPORTED_TYPE, what, remedy="请用 Excel 或 WPS 另存为 .xlsx 后再试。")


def _read(archive: zipfile.ZipFile) -> Workbook:
    try:
        main = package.main_part(archive) or package.HABITUAL[1]
        if main not in archive.NameToInfo:
            raise UnreadableError(Reason.MALFORMED, "工作簿里没有目录（workbook）。", remedy=_AGAIN)
        book = package.parse(package.read_part(archive, main, package.MAX_LIST))
        parts = {each.id: each for each in package.relations(archive, main)}
        by_kind = {each.kind: each.target for each in parts.values()}
        base = _epoch(book)
        strings = read_strings(archive, by_kind.get("sharedStrings", ""), MAX_PART)
        dates = read_date_styles(archive, by_kind.get("styles", ""))
    except (SyntaxError, ValueError, KeyError) as error:
        raise UnreadableError(Reason.MALFORMED, "工作簿的目录或文字表已损坏。", remedy=_AGAIN) from error
    budget = MAX_CELLS
    sheets: list[Sheet] = []
    for name, id in _listed(book):
        part = parts[id].target if id in parts else ""
        if not part or parts[id].kind != "worksheet":
            continue  # a chart sheet holds no cells
        parser = SheetParser(strings=strings, dates=dates, limit=budget)
        try:
            parser.read(archive, part, MAX_PART)
        except (SyntaxError, ValueError, KeyError, *_BROKEN) as error:
            where = f"{name}!{letters_of(parser.column)}{parser.row}" if parser.row else name
            raise UnreadableError(
                Reason.MALFORMED, f"工作表“{name}”的内容已损坏。", where=where, remedy=_AGAIN
            ) from error
        if parser.filled > budget:
            what = f"工作簿填写的单元格超过上限（{MAX_CELLS} 个）。"
            raise UnreadableError(Reason.TOO_LARGE, what, where=name, remedy="请分成几份后再试。")
        budget -= parser.filled
        sheets.append(_sheet(name, parser, base))
    macros = any(entry.lower().endswith("vbaproject.bin") for entry in archive.namelist())
    return Workbook(sheets=tuple(sheets), macros=macros)


def _epoch(book: object) -> datetime:
    for element in book:  # type: ignore[attr-defined]
        if package.local(element.tag) == "workbookPr" and element.get("date1904", "0").lower() in {
            "1",
            "true",
        }:
            return datetime(_MAC_YEAR, 1, 1)  # noqa: DTZ001 - cells have no zone
    return datetime(1899, 12, 30)  # noqa: DTZ001


def _listed(book: object) -> Iterator[tuple[str, str]]:
    """Name and relation of each sheet."""
    for element in book:  # type: ignore[attr-defined]
        if package.local(element.tag) != "sheets":
            continue
        for sheet in element:
            ids = [value for key, value in sheet.attrib.items() if package.local(key) == "id"]
            yield sheet.get("name", ""), ids[0] if ids else ""


def _sheet(name: str, parser: SheetParser, base: datetime) -> Sheet:
    rows: dict[int, dict[int, Cell]] = {}
    for number in sorted(parser.rows):
        rows[number] = {
            column: _dated(text, base, formula)
            if kind == "date"
            else Cell(kind=kind, text=text, formula=formula)
            for column, (kind, text, formula) in sorted(parser.rows[number].items())
        }
    merged = (place for each in parser.merged if (place := range_of(each)) is not None)
    return Sheet(name=name, rows=rows, merged=tuple(merged), from_1904=base.year == _MAC_YEAR)


def _dated(text: str, base: datetime, formula: bool) -> Cell:
    """A day number, or an ISO date, as an ISO date; a fraction of a day alone is a time.

    A number outside of the calendar stays what it is (Excel shows `#####`): its reader names the cell.
    """
    try:
        days = float(text)
    except ValueError:
        return _written_out(text, formula)
    try:
        moment = base + timedelta(seconds=round(days * 86400))
    except (OverflowError, ValueError):
        return Cell(kind="text", text=text, formula=formula)
    shown = moment.time().isoformat() if 0 <= days < 1 else moment.isoformat()
    return Cell(kind="date", text=shown, formula=formula)


def _written_out(text: str, formula: bool) -> Cell:
    try:
        return Cell(
            kind="date", text=datetime.fromisoformat(text.replace("Z", "")).isoformat(), formula=formula
        )
    except ValueError:
        return Cell(kind="text", text=text, formula=formula)


def range_of(reference: str) -> Range | None:
    """`A1:C3`, `B2`; None for anything else."""
    first, _colon, last = reference.replace("$", "").partition(":")
    start, end = place_of(first), place_of(last or first)
    if start is None or end is None:
        return None
    return Range(top=start[0], left=start[1], bottom=end[0], right=end[1])


def place_of(reference: str) -> tuple[int, int] | None:
    """`C14` -> (14, 3)."""
    match = _CELL.fullmatch(reference)
    if match is None:
        return None
    column = 0
    for letter in match[1]:
        column = column * 26 + ord(letter) - 64
    return int(match[2]), column


def letters_of(column: int) -> str:
    """3 -> `C`."""
    found = ""
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(65 + rest) + found
    return found
