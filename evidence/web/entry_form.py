"""The visit form, made from the same tables as the workbook and the YAML file; pure.

What is typed becomes the same document that `visit add` reads, so that there is one reader and one
set of messages whatever way the facts come in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
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
KIND_WORDS = {value: word for word, value in KINDS.items()}
"""`check` -> 检查."""
_LONG = frozenset({"情况", "企业意见", "企业表态", "描述", "整改建议", "指导意见", "整改措施"})
_PHOTOS = "照片"
_HAZARD = "隐患"
_ITEMS = 25
_FEW = 4
"""So many choices are shown side by side, one press each; more go into a list."""
SELDOM = frozenset(
    {
        "监管人员", "陪同人员到场", "主要负责人职务", "陪同人员职务", "未开放场所", "未发现隐患",
        "深度检查", "企业意见", "计划外说明", "接洽人职务",
        "检查项", "立即整改", "期限说明", "有异议",
    }
)  # fmt: skip
"""Fields that are known already or rarely filled in: they stand behind 更多 until they hold something."""
REST = {"检查项目": ("结果", "合格"), "复查结果": ("结果", "已整改"), "整改进度": ("进度", "进行中")}
"""What every row that was left alone says when 其余 is ticked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing to fill in."""

    name: str
    heading: str
    widget: str
    """`text`, `area`, `choice`, `select`, `several`, `date`, `moment`, `number` or `photos`."""
    values: tuple[str, ...]
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False
    hint: str = ""
    list_id: str = ""
    """Id of the page's list of words to choose from."""
    known_from: str = ""
    """Where a value that nobody typed was taken from."""
    offers: tuple[tuple[str, str], ...] = ()
    """Values that may fit, as (value, words): one press takes one."""
    error: str = ""

    @property
    def seldom(self) -> bool:
        """Whether it may stay out of sight."""
        return self.heading in SELDOM and not self.values and not self.error

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
    rest: str = ""
    """What the rows left alone are when 其余 is ticked; empty where a list knows no such word."""
    rest_ticked: bool = False
    empty: tuple[Field, ...] = ()
    """A row to be copied, with `NN` for its place; empty where the rows are fixed."""

    @property
    def rest_name(self) -> str:
        """Name of the box 其余."""
        return rest_name(self.table.name)


Typed = Mapping[str, Sequence[str]]
_WORD_LISTS = {"依据": "bases", "判定条款": "criteria"}


def head_name(heading: str) -> str:
    """Name of a field of 基本情况."""
    return f"head|{heading}"


def row_name(table: str, row: int | str, heading: str) -> str:
    """Name of a field of a list."""
    return f"{table}|{row}|{heading}"


def rest_name(table: str) -> str:
    """Name of the box that answers every row left alone."""
    return f"rest|{table}"


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
        widget = "choice" if len(choices or column.options) <= _FEW else "select"
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
        list_id=_WORD_LISTS.get(column.heading, ""),
    )


def list_rows(
    table: Table, typed: Typed, *, items: Sequence[str] = (), hazards: Mapping[str, str] | None = None
) -> Rows:
    """One list with its rows: the 25 items, the case's open hazards, or as many as are filled.

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
        count, labels = _filled(table, typed), ()
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
        keys=tuple((row_name(table.name, row, _HAZARD), hazard) for row, (hazard, _) in enumerate(known))
        or _numbers(table, typed, count),
        rest=REST[table.name][1] if table.name in REST and (fixed or known) else "",
        rest_ticked=bool(typed.get(rest_name(table.name))),
        empty=()
        if fixed or known
        else tuple(_field(row_name(table.name, "NN", column.heading), column, {}) for column in columns),
    )


def _numbers(table: Table, typed: Typed, count: int) -> tuple[tuple[str, str], ...]:
    """The numbers that rows of a stored visit keep when it is corrected."""
    if table is not HAZARDS:
        return ()
    names = [row_name(table.name, row, "编号") for row in range(count)]
    return tuple((name, "".join(typed.get(name, ()))) for name in names)


def _filled(table: Table, typed: Typed) -> int:
    rows = [
        int(name.split("|")[1])
        for name, values in typed.items()
        if name.startswith(f"{table.name}|") and any(value.strip() for value in values)
    ]
    return max(rows, default=-1) + 1


@dataclass(slots=True)
class Written:
    """The document `visit add` reads, and which field of the form each of its places is."""

    content: dict[str, Any]
    fields: dict[str, str] = field(default_factory=dict)
    """`隐患[3].判定条款` -> name of the field."""


def document(kind: str, typed: Typed, photos: Mapping[str, Sequence[str]]) -> Written:
    """What was typed, in the words of `visit add`.

    Args:
        kind: 检查, 复查 …
        typed: field name -> values.
        photos: name of a photo field -> file names beside the document.
    """
    made = Written({"类型": kind})
    for heading in HEADINGS[kind]:
        made.fields[heading] = head_name(heading)
        value = "、".join(each.strip() for each in typed.get(head_name(heading), ()) if each.strip())
        if value:
            made.content[heading] = value.replace("T", " ") if heading.endswith("时间") else value
    for table in LISTS[kind]:
        rows = []
        for row in range(_ITEMS if table is ITEMS else _filled(table, typed)):
            values = _row(table, row, typed, photos)
            # A row that holds only what the page put there was left empty.
            if not values.keys() - {_HAZARD, "等级", "整改期限"}:
                continue
            if table is ITEMS:
                values["序号"] = str(row + 1)
            rows.append(values)
            place = f"{table.name}[{len(rows)}]"
            made.fields |= {
                f"{place}.{column.heading}": row_name(table.name, row, column.heading)
                for column in table.columns
            }
            made.fields[place] = row_name(table.name, row, table.columns[-1].heading)
        if rows:
            made.content[table.name] = rows
    return made


def _row(table: Table, row: int, typed: Typed, photos: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """One row; what was left alone says what 其余 says."""
    values = {
        column.heading: text
        for column in table.columns
        if (text := "、".join(typed.get(row_name(table.name, row, column.heading), ())).strip())
    }
    names = photos.get(row_name(table.name, row, _PHOTOS), ())
    if names:
        values[_PHOTOS] = "、".join(names)
    if table.name in REST and typed.get(rest_name(table.name)):
        heading, word = REST[table.name]
        if table is ITEMS or _HAZARD in values:
            values.setdefault(heading, word)
    return values


def with_errors(fields: Sequence[Field], errors: Mapping[str, str]) -> tuple[Field, ...]:
    """The fields, each with what is wrong with it."""
    return tuple(replace(each, error=errors.get(each.name, "")) for each in fields)
