"""An empty workbook for one visit: a sheet of questions, the 25 items ready, lists with drop-downs."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from evidence.forms.content.checklist import checklist_rows
from evidence.forms.empty_workbook import ROWS, add_check, add_sheet, cell_formats
from evidence.forms.tables import Column
from evidence.forms.visit_tables import HEAD, ITEMS, LISTS


def write_visit_workbook(
    path: Path, *, checklist_folder: Path, made: datetime, known: dict[str, str] | None = None
) -> None:
    """Write the workbook.

    Args:
        checklist_folder: folder of the inspection record's template, with `checklist.yaml`.
        made: creation date in the file's properties.
        known: values of 基本情况 to fill in beforehand.
    """
    book = xlsxwriter.Workbook(str(path), {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm"})
    book.set_properties({"title": "登记表", "created": made.replace(tzinfo=None)})
    formats = cell_formats(book)
    _questions(book, formats, known or {})
    for table in LISTS:
        sheet = add_sheet(book, table, formats)
        if table is ITEMS:
            categories = checklist_rows(checklist_folder, None)
            for number, row in enumerate((row for kind in categories for row in kind["项目"]), 1):
                sheet.write(number, 0, int(row["序号"]), formats["number"])
                sheet.write(number, 1, row["名称"], formats["text"])
    book.close()


def _questions(book: Any, formats: dict[str, Any], known: dict[str, str]) -> None:
    sheet = book.add_worksheet(HEAD.name)
    sheet.freeze_panes(1, 1)
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 60)
    sheet.set_column(2, 2, 60)
    for index, heading in enumerate(("项目", "内容", "说明")):
        sheet.write(0, index, heading, formats["head"])
    for row, column in enumerate(HEAD.columns, 1):
        heading = f"{column.heading}*" if column.required else column.heading
        sheet.write(row, 0, heading, formats["required" if column.required else "head"])
        sheet.write(row, 1, known.get(column.heading, ""), formats[column.kind])
        sheet.write(row, 2, _hint(column), formats["text"])
        add_check(sheet, column, row, row, 1)
    sheet.data_validation(len(HEAD.columns) + 1, 1, ROWS, 1, {"validate": "any"})


def _hint(column: Column) -> str:
    choices = f"（{'、'.join(column.options)}）" if column.options else ""
    return column.comment + choices
