"""JSON Schemas of the files people write, made from the same tables that read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evidence.errors import UsageError
from evidence.forms import cells
from evidence.forms.party_tables import TABLES
from evidence.forms.tables import Column, Table
from evidence.forms.visit_tables import HEAD, LISTS
from evidence.language import _

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_PATTERNS = {
    "date": r"^\d{4}-\d{2}-\d{2}$",
    "moment": r"^\d{4}-\d{2}-\d{2}[ T]\d{1,2}:\d{2}(:\d{2})?$",
}
_SEVERAL = {cells.several}


def schema(name: str) -> dict[str, Any]:
    """The schema of one input file: `parties` or `visit`.

    Raises:
        UsageError: no such file kind.
    """
    if name in ("parties", "名册"):
        lists = {table.name: _list(table) for table in TABLES}
        return _object(lists, (), title="名册：企业、人员、记录仪、专项")
    if name in ("visit", "登记"):
        properties = {column.heading: _value(column) for column in HEAD.columns}
        properties |= {table.name: _list(table) for table in LISTS}
        required = [column.heading for column in HEAD.columns if column.required]
        return _object(properties, required, title="登记：检查、督促、复查、指导、约谈、整改报告、上报")
    raise UsageError(_("没有名为“{name}”的录入文件。").format(name=name), remedy=_("可用：parties、visit。"))


def _object(properties: dict[str, Any], required: Sequence[str], *, title: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        found["required"] = list(required)
    return {"$schema": _DRAFT, "title": title, **found} if title else found


def _list(table: Table) -> dict[str, Any]:
    row = _object(
        {column.heading: _value(column) for column in table.columns},
        [column.heading for column in table.columns if column.required],
    )
    return {"type": "array", "description": table.note, "items": row}


def _value(column: Column) -> dict[str, Any]:
    """One field; what may be left empty may also be null."""
    described = {"description": column.comment} if column.comment else {}
    kinds: list[dict[str, Any]]
    if column.read is cells.yes_no:
        kinds = [{"enum": ["是", "否"]}, {"type": "boolean"}]
    elif column.read in _SEVERAL or column.read.__qualname__.startswith("many_of"):
        one: dict[str, Any] = {"enum": list(column.options)} if column.options else {"type": "string"}
        kinds = [{"type": "array", "items": one}, {"type": "string"}]
    elif column.options:
        kinds = [{"enum": list(column.options)}]
    elif column.kind == "number":
        kinds = [{"type": "integer"}]
    elif column.kind in _PATTERNS:
        kinds = [{"type": "string", "pattern": _PATTERNS[column.kind]}]
    else:
        kinds = [{"type": ["string", "number"]}]
    if not column.required:
        kinds.append({"type": "null"})
    return {**(kinds[0] if len(kinds) == 1 else {"anyOf": kinds}), **described}
