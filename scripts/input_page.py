"""Writes docs/input-files.zh.md: every file that people fill in, from the tables that read it.

`make docs` writes the page; a test holds it to that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path

from evidence.domain.register import PartOfDay, PlanLine, PlannedWork, RegisterEntry
from evidence.forms.party_tables import TABLES
from evidence.forms.tables import Column, Table
from evidence.forms.visit_tables import HEAD, LISTS

PAGE = Path(__file__).parents[1] / "docs" / "input-files.zh.md"
KINDS = {"text": "文字", "date": "日期", "moment": "日期和时刻", "number": "数"}
MEANINGS = {
    "register": "台账的代码，见[台账一览](registers.zh.md)",
    "key": "登记号，同一台账中不重复；再登记一次即为更正",
    "on": "日期",
    "person": "人员编号",
    "enterprise": "企业简称、名称或编号",
    "case": "案件编号",
    "visit": "活动编号，如 WJB22-0001-V1",
    "valid_from": "有效期起",
    "valid_to": "有效期止",
    "receipt_on": "签收日期，可以后补",
    "data": "其他内容，名称见[台账一览](registers.zh.md)",
    "attachment": "扫描件的路径，相对于本文件",
    "day": "哪一天",
    "part_of_day": "、".join(PartOfDay),
    "work": "、".join(PlannedWork),
    "experts": "检查人员的编号，一列",
    "supervisor_needed": "是否请监管人员同去：true 或 false",
    "note": "说明",
}
UNSAID = {"entered_at"}
"""Written by the program itself."""


def page() -> str:
    """docs/input-files.zh.md."""
    lines = [
        "# 录入文件",
        "",
        "写给在 Excel 里填名册和登记表、或用 YAML 批量录入的人。空白表由程序给出，列头上有批注；"
        "本页是全部列头的一览。",
        "",
        "由 `make docs` 从读这些表的程序生成。同样内容的 JSON Schema：`evidence schema parties`、"
        "`visit`、`register`、`plan`。",
        "",
        "通用的规矩：列的次序不限，标题上方可以有别的行；日期写 2022-03-14，时刻写 2022-03-14 09:00，"
        "是否写“是”“否”；多个用顿号分开。"
        "有一处不对就什么都不录，逐条写明哪张表、哪一格。不认识的列会指出来，其余照录。",
        "",
        "## 名册",
        "",
        "空白表：`evidence import --template 名册.xlsx`；导入：`evidence import 名册.xlsx`，"
        "或在工作台“企业”页的“名册登记与导入”。",
    ]
    for table in TABLES:
        lines += ["", f"### {table.name}", "", table.note, "", *_table(table)]
    lines += [
        "",
        "## 登记表",
        "",
        "一次检查、督促、复查、指导、约谈、整改报告或上报。空白表：`evidence visit template 登记表.xlsx`；"
        "录入：`evidence visit add 案件编号 登记表.xlsx`。同样的列头写成 YAML 也可以。与本次无关的留空。",
    ]
    for table in (HEAD, *LISTS):
        lines += ["", f"### {table.name}", "", table.note, "", *_table(table)]
    lines += [
        "",
        "## 台账（YAML）",
        "",
        "一列登记事项，`evidence register import 台账.yaml` 一次录入。",
        "",
        *_shape(RegisterEntry),
        "",
        "## 下周计划（YAML）",
        "",
        "一列要做的事，`evidence plan --week 2022-W14` 报备；不给文件的，用程序的建议。",
        "",
        *_shape(PlanLine),
        "",
        "## 批量签发（文本）",
        "",
        "`evidence issue --batch 明天.txt`：一行一份，写“案件编号 文书”，手写用的空白文书在后面加 `blank`。",
    ]
    return "\n".join(lines) + "\n"


def _table(table: Table) -> Iterator[str]:
    yield "| 列头 | 必填 | 种类 | 写什么 | 可选的词 |"
    yield "|---|---|---|---|---|"
    yield from (_column(each) for each in table.columns)


def _column(column: Column) -> str:
    also = f"（也认：{'、'.join(column.aliases)}）" if column.aliases else ""
    return (
        f"| {column.heading}{also} | {'是' if column.required else ''} | {KINDS[column.kind]} "
        f"| {column.comment or '–'} | {'、'.join(column.options) or '–'} |"
    )


def _shape(kind: type) -> Iterator[str]:
    yield "| 名称 | 必填 | 写什么 |"
    yield "|---|---|---|"
    for each in fields(kind):
        if each.name not in UNSAID:
            needed = each.default is MISSING and each.default_factory is MISSING
            yield f"| `{each.name}` | {'是' if needed else ''} | {MEANINGS[each.name]} |"


def made() -> dict[Path, str]:
    """The page as it should be."""
    return {PAGE: page()}
