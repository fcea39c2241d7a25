"""The rows of one sheet of an XLSX, as far as a table written by a program needs: text and whole numbers.

No office library is in the base installation, and none is needed: the parts are looked through as text, so
no entity of an XML parser can be made to act. What is not in this plain form is refused.
"""

from __future__ import annotations

import html
import io
import re
import zipfile

MOST_BYTES = 256 << 20
"""Largest unpacked part that is read."""
_STRING = re.compile(r"<si>(.*?)</si>", re.DOTALL)
_TEXT = re.compile(r"<t(?: [^>]*)?>(.*?)</t>", re.DOTALL)
_ROW = re.compile(r"<row [^>]*>(.*?)</row>", re.DOTALL)
_CELL = re.compile(r'<c r="([A-Z]+)\d+"([^>]*)>(?:<v>([^<]*)</v>)?</c>')


def workbook_rows(data: bytes, sheet: int = 1) -> list[dict[str, str]]:
    """Column letter -> what the cell shows, of every row of a sheet, headings included.

    Args:
        data: the file.
        sheet: its position, from 1.

    Raises:
        ValueError: it is no such workbook, or too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as book:
            strings = ["".join(_TEXT.findall(each)) for each in _STRING.findall(_part(book, "sharedStrings"))]
            page = _part(book, f"worksheets/sheet{sheet}")
    except (zipfile.BadZipFile, KeyError, NotImplementedError, RuntimeError, EOFError) as error:
        raise ValueError(str(error)) from error
    return [
        {
            column: html.unescape(strings[int(value)]) if 't="s"' in kind else value
            for column, kind, value in _CELL.findall(row)
        }
        for row in _ROW.findall(page)
    ]


def _part(book: zipfile.ZipFile, name: str) -> str:
    found = book.getinfo(f"xl/{name}.xml")
    if found.file_size > MOST_BYTES:
        raise ValueError(f"{name}: {found.file_size} bytes")
    with book.open(found) as part:
        data = part.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(f"{name}: more than it declares")
    return data.decode("utf-8")
