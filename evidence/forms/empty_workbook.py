"""Empty workbooks to fill in: headings with comments, drop-downs, text format where Excel would spoil."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from evidence.forms.tables import Column, Table

ROWS = 1000
"""Drop-downs and formats reach so far down."""


def write_empty_workbook(path: Path, tables: Sequence[Table], *, title: str, made: datetime) -> None:
    """Write one sheet for each table and a first sheet that explains.

    Args:
        made: creation date in the file's properties, so that the same call gives the same bytes.
    """
    book = xlsxwriter.Workbook(str(path), {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    book.set_properties({"title": title, "created": made.replace(tzinfo=None)})
    formats = cell_formats(book)
    _explain(book, tables, title, formats)
    for table in tables:
        add_sheet(book, table, formats)
    book.close()


def cell_formats(book: Any) -> dict[str, Any]:
    """Formats by kind of cell."""
    return {
        "title": book.add_format({"bold": True, "font_size": 14, "font_name": "宋体"}),
        "text": book.add_format({"num_format": "@", "font_name": "宋体", "text_wrap": True, "valign": "top"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd", "font_name": "宋体", "valign": "top"}),
        "moment": book.add_format({"num_format": "yyyy-mm-dd hh:mm", "font_name": "宋体", "valign": "top"}),
        "number": book.add_format({"num_format": "0", "font_name": "宋体", "valign": "top"}),
        "head": book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1, "font_name": "宋体"}),
        "required": book.add_format({"bold": True, "bg_color": "#FCE9D6", "border": 1, "font_name": "宋体"}),
    }


def _explain(book: Any, tables: Sequence[Table], title: str, formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet("填写说明")
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 90)
    sheet.write(0, 0, title, formats["title"])
    lines = [
        ("必填", "表头为橙色并带 * 的列必须填写；其余可留空。"),
        ("日期", "写成 2022-03-14；时间写成 2022-03-14 09:30。"),
        ("多个值", "用顿号“、”分开。"),
        ("不要", "不要写公式，不要改表头和工作表名；可以增加自己的列，导入时略过。"),
        *((table.name, table.note) for table in tables),
    ]
    for row, (key, value) in enumerate(lines, 2):
        sheet.write(row, 0, key, formats["head"])
        sheet.write(row, 1, value, formats["text"])


def add_sheet(book: Any, table: Table, formats: dict[str, Any]) -> Any:
    """One sheet with headings, comments and drop-downs."""
    sheet = book.add_worksheet(table.name)
    sheet.freeze_panes(1, 1)
    for index, column in enumerate(table.columns):
        sheet.set_column(index, index, column.width, formats[column.kind])
        heading = f"{column.heading}*" if column.required else column.heading
        sheet.write(0, index, heading, formats["required" if column.required else "head"])
        if column.comment:
            sheet.write_comment(0, index, column.comment, {"x_scale": 1.6, "author": "evidence"})
        add_check(sheet, column, 1, ROWS, index)
    return sheet


def add_check(sheet: Any, column: Column, first: int, last: int, index: int) -> None:
    """The column's drop-down or range check on rows `first` to `last` (0-based)."""
    if column.options and sum(len(option) + 1 for option in column.options) <= 255:
        # several values may be typed by hand, so a foreign value only warns
        rule: dict[str, Any] = {
            "validate": "list",
            "source": list(column.options),
            "error_type": "warning",
            "error_title": "请核对",
            "error_message": "不在可选项中；多个值请用顿号分开。",
        }
    elif column.kind == "date":
        rule = {
            "validate": "date",
            "criteria": "between",
            "minimum": datetime(2000, 1, 1),  # noqa: DTZ001 (a cell has no zone)
            "maximum": datetime(2099, 12, 31),  # noqa: DTZ001
            "error_type": "warning",
            "error_title": "请核对日期",
            "error_message": "请写成 2022-03-14。",
        }
    elif column.kind == "number":
        rule = {
            "validate": "integer",
            "criteria": ">=",
            "value": 0,
            "error_title": "请填整数",
            "error_message": "这里只填整数。",
        }
    else:
        return
    sheet.data_validation(first, index, last, index, rule | {"ignore_blank": True})
