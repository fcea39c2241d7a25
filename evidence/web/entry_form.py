"""The visit form, made from the same tables as the workbook and the YAML file; pure.

What is typed becomes the same document that `visit add` reads, so that there is one reader and one
set of messages whatever way the facts come in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evidence.domain.case import VisitKind
from evidence.domain.identifiers import PersonId
from evidence.domain.parties import Device, Person, Role
from evidence.domain.terms import VISIT_KINDS
from evidence.forms.tables import Column, Table
from evidence.forms.visit_tables import (
    ANSWERS,
    ESCALATION,
    HAZARDS,
    HEAD,
    ITEMS,
    KINDS,
    PROGRESS,
    REFUSALS,
    REPORT,
    RESULTS,
)

_ON_SITE = (
    "到达时间", "离开时间", "检查人员", "监管人员", "记录仪", "出示工作证", "陪同人员", "陪同人员职务",
    "陪同人员到场", "主要负责人", "主要负责人职务", "主要负责人到场", "检查场所", "情况", "未开放场所",
)  # fmt: skip
_LATER = ("企业意见", "计划外说明")
HEADINGS: dict[str, tuple[str, ...]] = {
    "检查": (*_ON_SITE, "未发现隐患", "深度检查", "计划复查日期", *_LATER),
    "复查": (*_ON_SITE, *_LATER),
    "指导": (*_ON_SITE, "指导内容", *_LATER),
    "督促": (
        "到达时间", "离开时间", "检查人员", "督促方式", "企业态度", "接洽人", "接洽人职务", "接洽人电话",
        "通话分钟", "记录仪", "情况", "计划外说明",
    ),
    "约谈": (
        "到达时间", "离开时间", "约谈地点", "约谈人", "约谈人职务", "记录人", "主要负责人", "主要负责人职务",
        "主要负责人到场", "情况", "企业意见", "企业表态",
    ),
    REPORT: (
        "报告日期", "收到日期", "接收人", "审核日期", "审核人", "审核结论", "告知日期", "告知方式",
    ),
    ESCALATION: ("上报情形", "收件单位", "上报时间", "上报隐患", "签收时间", "处理结果"),
}  # fmt: skip
"""What each kind asks for, in the order people fill it in."""
LISTS: dict[str, tuple[Table, ...]] = {
    "检查": (ITEMS, HAZARDS, REFUSALS),
    "复查": (RESULTS, HAZARDS, REFUSALS),
    "指导": (HAZARDS,),
    "督促": (PROGRESS,),
    "约谈": (),
    REPORT: (ANSWERS,),
    ESCALATION: (),
}
FORM_OF = {
    "检查": "inspection-record",
    "复查": "recheck-record",
    "督促": "urging-record",
    "约谈": "interview-record",
    ESCALATION: "escalation-report",
}
"""The record that can be issued from it."""
TITLES = {word: VISIT_KINDS[VisitKind(kind)] if kind in VISIT_KINDS else word for word, kind in KINDS.items()}
_LONG = frozenset({"情况", "企业意见", "企业表态", "描述", "整改建议", "指导意见", "整改措施"})
_PHOTOS = "照片"
_HAZARD = "隐患"
_SPARE = 2
_ITEMS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing to fill in."""

    name: str
    heading: str
    widget: str
    """`text`, `area`, `select`, `several`, `date`, `moment`, `number`, `photos` or `fixed`."""
    values: tuple[str, ...]
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False
    hint: str = ""

    @property
    def value(self) -> str:
        """The single value."""
        return self.values[0] if self.values else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """One list of the form."""

    table: Table
    headings: tuple[str, ...]
    rows: tuple[tuple[Field, ...], ...]
    labels: tuple[str, ...]
    """What each row is about: the item's name, the hazard's description; empty for free rows."""
    keys: tuple[tuple[str, str], ...] = ()
    """Name and value of the hidden field that says which hazard a row answers; its place never does."""


Typed = Mapping[str, Sequence[str]]


def head_name(heading: str) -> str:
    """Name of a field of 基本情况."""
    return f"head|{heading}"


def row_name(table: str, row: int, heading: str) -> str:
    """Name of a field of a list."""
    return f"{table}|{row}|{heading}"


def head_fields(
    kind: str,
    typed: Typed,
    *,
    people: Sequence[Person],
    devices: Sequence[Device],
    hazards: Mapping[str, str] | None = None,
) -> tuple[Field, ...]:
    """The fields of 基本情况 for one kind of visit.

    Args:
        hazards: hazard id -> what it is, for the report that names hazards.
    """
    known = tuple((each, f"{each} {what}") for each, what in (hazards or {}).items())
    return tuple(
        _field(
            head_name(heading),
            column,
            typed,
            known if heading == "上报隐患" else _choices(heading, people, devices),
        )
        for heading in HEADINGS[kind]
        if (column := HEAD.column(heading)) is not None
    )


def _choices(
    heading: str, people: Sequence[Person], devices: Sequence[Device]
) -> tuple[tuple[str, str], ...]:
    if heading == "监管人员":
        return tuple((each.id, each.name) for each in people if each.role is Role.SUPERVISOR)
    if heading in {"检查人员", "接收人", "审核人"}:
        return tuple((each.id, each.name) for each in people if each.role is not Role.SUPERVISOR)
    if heading == "记录仪":
        names: dict[PersonId | None, str] = {each.id: each.name for each in people}
        return tuple((each.serial, f"{each.serial} {names.get(each.holder, '')}".strip()) for each in devices)
    return ()


def _field(name: str, column: Column, typed: Typed, choices: tuple[tuple[str, str], ...] = ()) -> Field:
    several = column.heading in {"检查人员", "监管人员", "记录仪", "指导内容", "上报隐患"}
    if column.heading == _PHOTOS:
        widget = "photos"
    elif several:
        widget = "several"
    elif choices or column.options:
        widget = "select"
    elif column.kind in {"date", "moment", "number"}:
        widget = column.kind
    else:
        widget = "area" if column.heading in _LONG else "text"
    return Field(
        name=name,
        heading=column.heading,
        widget=widget,
        values=tuple(typed.get(name, ())),
        choices=choices or tuple((each, each) for each in column.options),
        required=column.required,
        hint=column.comment,
    )


def list_rows(
    table: Table, typed: Typed, *, items: Sequence[str] = (), hazards: Mapping[str, str] | None = None
) -> Rows:
    """One list with its rows: the 25 items, the case's hazards, or as many as are filled and two more.

    Args:
        table: the list.
        typed: what was typed so far.
        items: names of the checklist's items, for 检查项目.
        hazards: hazard id -> what it is, for lists that answer hazards.
    """
    fixed = table is ITEMS
    known = list((hazards or {}).items()) if table in (PROGRESS, RESULTS, ANSWERS) else []
    if fixed:
        count, labels = _ITEMS, tuple(items)
    elif known:
        count, labels = len(known), tuple(f"{hazard} {what}" for hazard, what in known)
    else:
        count, labels = _filled(table, typed) + _SPARE, ()
    columns = [column for column in table.columns if column.heading not in {"序号", "项目", "编号"}]
    if known:
        columns = [column for column in columns if column.heading != _HAZARD]
    rows = tuple(
        tuple(_field(row_name(table.name, row, column.heading), column, typed) for column in columns)
        for row in range(count)
    )
    return Rows(
        table=table,
        headings=tuple(column.heading for column in columns),
        rows=rows,
        labels=tuple(labels[row] if row < len(labels) else "" for row in range(count)),
        keys=tuple((row_name(table.name, row, _HAZARD), hazard) for row, (hazard, _) in enumerate(known)),
    )


def _filled(table: Table, typed: Typed) -> int:
    rows = [
        int(name.split("|")[1])
        for name, values in typed.items()
        if name.startswith(f"{table.name}|") and any(value.strip() for value in values)
    ]
    return max(rows, default=-1) + 1


def document(kind: str, typed: Typed, photos: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """The document `visit add` reads.

    Args:
        kind: 检查, 复查 …
        typed: field name -> values.
        photos: name of a photo field -> file names beside the document.
    """
    made: dict[str, Any] = {"类型": kind}
    for heading in HEADINGS[kind]:
        value = "、".join(each.strip() for each in typed.get(head_name(heading), ()) if each.strip())
        if value:
            made[heading] = value.replace("T", " ") if heading.endswith("时间") else value
    for table in LISTS[kind]:
        rows = []
        for row in range(_ITEMS if table is ITEMS else _filled(table, typed)):
            values = {
                column.heading: text
                for column in table.columns
                if (text := "、".join(typed.get(row_name(table.name, row, column.heading), ())).strip())
            }
            names = photos.get(row_name(table.name, row, _PHOTOS), ())
            if names:
                values[_PHOTOS] = "、".join(names)
            # A row that only names its hazard was left empty.
            if not values.keys() - {_HAZARD}:
                continue
            if table is ITEMS:
                values["序号"] = str(row + 1)
            rows.append(values)
        if rows:
            made[table.name] = rows
    return made
