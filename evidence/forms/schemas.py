"""JSON Schemas of the files people write, made from the same tables that read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from evidence.domain.register import PlanLine, RegisterEntry
from evidence.errors import UsageError
from evidence.forms import cells
from evidence.forms.party_tables import TABLES
from evidence.forms.tables import Column, Table
from evidence.forms.visit_tables import HEAD, LISTS
from evidence.language import _, did_you_mean

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_PATTERNS = {
    "date": r"^\d{4}-\d{2}-\d{2}$",
    "moment": r"^\d{4}-\d{2}-\d{2}[ T]\d{1,2}:\d{2}(:\d{2})?$",
}
_SEVERAL = {cells.several}


def schema(name: str) -> dict[str, Any]:
    """The schema of one input file: `parties`, `visit`, `register` or `plan`.

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
    if name in ("register", "台账"):
        return _rows(RegisterEntry, title="台账：一列登记事项，附件写相对于本文件的路径")
    if name in ("plan", "计划"):
        return _rows(PlanLine, title="计划：一列要做的检查、复查、督促、专项、指导")
    raise UsageError(
        _("没有名为“{name}”的录入文件。").format(name=name),
        remedy=did_you_mean(name, ("parties", "visit", "register", "plan"))
        + _("可用：parties、visit、register、plan。"),
    )


def _rows(kind: type, *, title: str) -> dict[str, Any]:
    """A list of one of the ledger's own shapes."""
    found = msgspec.json.schema(list[kind])  # type: ignore[valid-type]
    for row in found["$defs"].values():
        if row.get("type") == "object":
            row["additionalProperties"] = False
    return {"$schema": _DRAFT, "title": title, **found}


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
