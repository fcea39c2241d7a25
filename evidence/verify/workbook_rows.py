"""The rows of one sheet of an XLSX, as far as a table written by a program needs: text and whole numbers.

No office library is in the base installation, and none is needed: the parts are looked through as text, so
no entity of an XML parser can be made to act. What is not in this plain form is refused.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator

MOST_BYTES = 256 << 20
"""Largest unpacked part that is read."""
_ATTRIBUTES = r'((?: [\w:]+="[^"<>]*")*)'
_STRING = re.compile(r"<si><t(?: [^<>]*)?>([^<]*)</t></si>|<si><t/></si>")
_ROW = re.compile(rf"<row{_ATTRIBUTES}>(.*?)</row>", re.DOTALL)
_CELL = re.compile(rf'<c r="([A-Z]+)\d+"{_ATTRIBUTES}(?:/>|>(?:<v>([^<]*)</v>)?</c>)')
_SHEET = re.compile(r'<sheet [^<>]*?r:id="([^"<>]*)"')
_RELATION = re.compile(r'<Relationship Id="([^"<>]*)" Type="[^"<>]*/(\w+)" Target="([^"<>]*)"/>')


def workbook_rows(data: bytes, sheet: int = 1) -> list[dict[str, str]]:
    """Column letter -> what the cell shows, of every row of a sheet, headings included.

    Args:
        data: the file.
        sheet: its position, from 1.

    Raises:
        ValueError: it is no such workbook, or too large; or people might be shown something else than is
            read here: a hidden row, a cell in another form, another part in the place of the sheet.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            _check_parts(book, sheet)
            told = _within("sst", _part(book, "sharedStrings.xml"))
            strings = [html.unescape(each[1] or "") for each in _one_by_one(_STRING, told)]
            page = _part(book, f"worksheets/sheet{sheet}.xml")
        return [_cells(row[1], row[2], strings) for row in _one_by_one(_ROW, _within("sheetData", page))]
    except (zipfile.BadZipFile, LookupError, NotImplementedError, RuntimeError, EOFError) as error:
        raise ValueError(str(error)) from error


def _cells(attributes: str, row: str, strings: list[str]) -> dict[str, str]:
    if " hidden=" in attributes:
        raise ValueError("a hidden row")
    return {
        column: strings[int(value)] if ' t="s"' in kind else value
        for column, kind, value in (each.groups("") for each in _one_by_one(_CELL, row))
    }


def _within(element: str, page: str) -> str:
    """What stands in the one element of this name."""
    _before, _begin, rest = page.partition(f"<{element}")
    _attributes, _closed, rest = rest.partition(">")
    inside, end, after = rest.partition(f"</{element}>")
    if not end or f"<{element}" in after:
        raise ValueError(f"not one {element}")
    return inside


def _one_by_one(form: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
    """Each piece from the beginning to the end; nothing may stand between two.

    Raises:
        ValueError: something has another form.
    """
    place = 0
    while place < len(text):
        found = form.match(text, place)
        if found is None:
            raise ValueError(f"another form at {place}")
        yield found
        place = found.end()


def _check_parts(book: zipfile.ZipFile, sheet: int) -> None:
    """The sheet and the strings that people are shown are those that are read, and there once.

    Raises:
        ValueError, LookupError: they are not.
    """
    names = book.namelist()
    if len(names) != len(set(names)):
        raise ValueError("a part is there twice")
    related = _RELATION.findall(_part(book, "_rels/workbook.xml.rels"))
    target = {id: place for id, _kind, place in related}
    shown = _SHEET.findall(_part(book, "workbook.xml"))
    strings = [place for _id, kind, place in related if kind == "sharedStrings"]
    if target[shown[sheet - 1]] != f"worksheets/sheet{sheet}.xml" or strings != ["sharedStrings.xml"]:
        raise ValueError("another part in the place of the sheet")


def _part(book: zipfile.ZipFile, name: str) -> str:
    found = book.getinfo(f"xl/{name}")
    if found.file_size > MOST_BYTES:
        raise ValueError(f"{name}: {found.file_size} bytes")
    with book.open(found) as part:
        data = part.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(f"{name}: more than it declares")
    return data.decode("utf-8")
