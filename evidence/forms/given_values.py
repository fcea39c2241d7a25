"""Further field values a person gives in a YAML file, by the field names of the form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from evidence.domain.week import SHANGHAI
from evidence.errors import InputError
from evidence.forms.content.wording import day, moment
from evidence.forms.declaration import FieldDeclaration, FieldKind, FormDeclaration
from evidence.forms.tables import load_yaml
from evidence.language import _

NUMBER = "编号"


def read_values(path: Path, form: FormDeclaration) -> dict[str, Any]:
    """Values for `IssueRequest.values`: texts, days and moments as printed, flags, rows of texts.

    Dates become `2022年4月8日`; numbers must be quoted, since YAML drops the zero of 0519-8888.

    Raises:
        InputError: no YAML mapping, a field the form does not have or fills itself, or a value of
            the wrong kind; `where` names file and field.
    """
    document = load_yaml(path)
    if not isinstance(document, dict) or not document:
        raise InputError(
            _("文件应逐行写“字段名: 内容”。"), where=str(path), remedy=_("例：约谈地点: 管委会三楼会议室")
        )
    fields = {declared.name: declared for declared in form.fields}
    found: dict[str, Any] = {}
    for name, value in document.items():
        where = f"{path} · {name}"
        declared = fields.get(name) if isinstance(name, str) else None
        if declared is None:
            raise InputError(
                _("《{short}》没有字段“{name}”。").format(short=form.short, name=name),
                where=where,
                remedy=_("可用的字段：evidence template fields {code}").format(code=form.code),
            )
        if declared.name == NUMBER or declared.fixed:
            raise InputError(
                _("“{name}”由程序或填写人本人填写，不能预先给定。").format(name=name),
                where=where,
                remedy=_("请从文件中去掉这一项。"),
            )
        found[declared.name] = _value(declared, value, where)
    return found


def _value(declared: FieldDeclaration, value: Any, where: str) -> Any:
    match declared.kind:
        case FieldKind.TEXT:
            return _text(value, where)
        case FieldKind.FLAG:
            if not isinstance(value, bool):
                raise InputError(
                    _("这里要写 true 或 false。"), where=where, remedy=_("不加引号，直接写 true 或 false。")
                )
            return value
        case FieldKind.LIST:
            return _rows(declared, value, where)
        case _:
            raise InputError(
                _("图片和签章位置不能在这里填写。"), where=where, remedy=_("请从文件中去掉这一项。")
            )


def _text(value: Any, where: str) -> str:
    if isinstance(value, datetime):
        return moment(value if value.tzinfo else value.replace(tzinfo=SHANGHAI))
    if isinstance(value, date):
        return day(value)
    if not isinstance(value, str):
        raise InputError(
            _("这里要写文字。"), where=where, remedy=_("数字、电话请加引号，例：联系人电话: '0519-85100000'")
        )
    return value.strip()


def _rows(declared: FieldDeclaration, value: Any, where: str) -> list[dict[str, str]]:
    """Rows with every declared column; a column left out is empty."""
    columns = {item.name: item.kind for item in declared.items}
    if any(kind is not FieldKind.TEXT for kind in columns.values()):
        raise InputError(
            _("这个表里有图片或签章位置，只能由程序填写。"), where=where, remedy=_("请从文件中去掉这个表。")
        )
    if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
        raise InputError(_("这里要写若干行，每行以“- ”开头。"), where=where, remedy=_("例：- 问题: 通道堵塞"))
    rows = []
    for number, row in enumerate(value, 1):
        for name in row:
            if name not in columns:
                raise InputError(
                    _("表里没有“{name}”这一列。").format(name=name),
                    where=f"{where} · {number} · {name}",
                    remedy=_("可用的列见 evidence template fields。"),
                )
        rows.append(
            {
                name: _text(row[name], f"{where} · {number} · {name}") if name in row else ""
                for name in columns
            }
        )
    return rows
