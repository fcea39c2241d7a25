"""A plain Excel list: one heading row, frozen, wide enough; what clerks sort, print and sign."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import xlsxwriter


def write_sheet(path: Path, title: str, heads: Sequence[str], rows: Iterable[Sequence[str | int]]) -> None:
    """Write one sheet; the first column numbers the rows, every cell is text or a whole number.

    Args:
        heads: headings, the first being 序号.
        rows: cells from the second column on.
    """
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(title)
        head = book.add_format({"bold": True, "border": 1, "align": "center", "text_wrap": True})
        cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
        widths = [len(name) * 2 + 2 for name in heads]
        for column, name in enumerate(heads):
            sheet.write_string(0, column, name, head)
        for number, row in enumerate(rows, start=1):
            sheet.write_number(number, 0, number, cell)
            for column, value in enumerate(row, start=1):
                if isinstance(value, int):
                    sheet.write_number(number, column, value, cell)
                else:
                    sheet.write_string(number, column, value, cell)
                widths[column] = max(
                    widths[column], min(44, sum(2 if ord(c) > 255 else 1 for c in str(value)) + 2)
                )
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        sheet.freeze_panes(1, 0)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
