"""Reads the sheets of a visit workbook, or the same as YAML, into records."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from evidence.errors import InputError
from evidence.forms.tables import (
    Mistakes,
    Record,
    day_number,
    load_yaml,
    open_workbook,
    record_of,
    rows_of_sheet,
    rows_of_yaml,
    values_of,
)
from evidence.forms.visit_tables import HEAD, LISTS
from evidence.language import _


def read_visit_tables(path: Path, mistakes: Mistakes) -> tuple[Record, dict[str, list[Record]]]:
    """基本情况 and the lists that the file has.

    Raises:
        InputError: neither a workbook nor YAML, or without 基本情况.
    """
    if not path.is_file():
        raise InputError(_("没有这个文件。"), where=str(path), remedy=_("请检查文件名和路径。"))
    if path.suffix.lower() in (".yaml", ".yml", ".json"):
        document = load_yaml(path)
        if not isinstance(document, dict):
            raise InputError(
                _("YAML 最外层应是“项目: 内容”。"),
                where=str(path),
                remedy=_("可写的内容见 evidence schema visit。"),
            )
        names = {table.name for table in LISTS}
        head = {key: value for key, value in document.items() if key not in names}
        lists = {
            table.name: rows_of_yaml(document[table.name], table, mistakes)
            for table in LISTS
            if document.get(table.name) is not None
        }
        return _yaml_head(head, mistakes), lists
    book = open_workbook(path)
    sheets = {sheet.name.strip(): sheet for sheet in book.sheets}
    if HEAD.name not in sheets:
        raise InputError(
            _("工作簿中没有工作表“基本情况”。"),
            where=str(path),
            remedy=_("请用 evidence visit template 生成空白工作簿。"),
        )
    values, places = {}, {}
    for number, row in values_of(sheets[HEAD.name]).items():
        column = HEAD.column(str(row[1])) if 1 in row else None
        if column is not None:
            values[column] = day_number(row.get(2), column, sheets[HEAD.name])
            places[column.heading] = f"{HEAD.name}!B{number}"
    head_record = record_of(values, HEAD.name, places, HEAD, mistakes)
    found = {
        table.name: rows_of_sheet(sheets[table.name], table, mistakes)
        for table in LISTS
        if table.name in sheets
    }
    return head_record, found


def _yaml_head(head: dict[Any, Any], mistakes: Mistakes) -> Record:
    """基本情况 written as the outermost keys of a YAML file."""
    (record,) = rows_of_yaml([head], replace(HEAD, name=""), mistakes)
    return record
