"""Plain Excel lists: one heading row a sheet, frozen, wide enough; what clerks sort, print and sign."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

Cell = str | int | date | None

_WIDEST = 44
"""Characters of the widest column; longer text wraps."""
_MOST = 32_767
"""Characters that a cell of Excel holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One sheet."""

    title: str
    heads: Sequence[str]
    """Headings, the first being 序号."""
    rows: Iterable[Sequence[Cell]]
    """Cells from the second column on: text, a whole number, a day, or nothing."""
    filtered: bool = False
    """With the little arrows to sort and filter by."""
    numbered: bool = True
    """Without it 序号 is left out: another system takes its columns from the first one on."""


def write_tables(path: Path, *tables: Table) -> None:
    """Write a workbook; the first column numbers the rows, text is never taken for a formula."""
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        formats = {
            "head": book.add_format({"bold": True, "border": 1, "align": "center", "text_wrap": True}),
            "cell": book.add_format({"border": 1, "text_wrap": True, "valign": "top"}),
            "day": book.add_format({"border": 1, "valign": "top", "num_format": "yyyy-mm-dd"}),
        }
        for table in tables:
            _write(book.add_worksheet(table.title), table, formats)


def _write(sheet: Any, table: Table, formats: dict[str, Any]) -> None:
    first = 1 if table.numbered else 0
    heads = table.heads[1 - first :]
    widths = [len(name) * 2 + 2 for name in heads]
    for column, name in enumerate(heads):
        sheet.write_string(0, column, name, formats["head"])
    number = 0
    for number, row in enumerate(table.rows, start=1):
        if table.numbered:
            sheet.write_number(number, 0, number, formats["cell"])
        for column, value in enumerate(row, start=first):
            _write_cell(sheet, number, column, value, formats)
            widths[column] = max(widths[column], min(_WIDEST, _width(value)))
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    if table.filtered:
        sheet.autofilter(0, 0, number, len(heads) - 1)
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&C第 &P 页 共 &N 页")


def _write_cell(sheet: Any, row: int, column: int, value: Cell, formats: dict[str, Any]) -> None:
    if value is None:
        sheet.write_blank(row, column, None, formats["cell"])
    elif isinstance(value, date):
        sheet.write_datetime(row, column, value, formats["day"])
    elif isinstance(value, int):
        sheet.write_number(row, column, value, formats["cell"])
    else:
        shown = value if len(value) <= _MOST else f"{value[: _MOST - 1]}…"
        sheet.write_string(row, column, shown, formats["cell"])


def _width(value: Cell) -> int:
    lines = str("" if value is None else value).splitlines() or [""]
    return max(sum(2 if ord(c) > 255 else 1 for c in line) for line in lines) + 2
