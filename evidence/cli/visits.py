"""`evidence visit` and `evidence schema`: what people enter about a case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli.completing import a_case
from evidence.cli.options import IDENTIFIER, NewFileType, json_option, workspace_command
from evidence.cli.output import emit, progress, say
from evidence.domain.identifiers import VisitId
from evidence.language import _
from evidence.ledger.lookup import standing_case

if TYPE_CHECKING:
    from evidence.config import Workspace


@click.group("visit")
def visit_command() -> None:
    """登记检查、督促、复查、指导、约谈，以及整改报告和上报。

    \b
    例：evidence visit template 登记表.xlsx
        evidence visit add WJB22-0001 登记表.xlsx
    """


@visit_command.command("add")
@click.argument("case", type=IDENTIFIER, shell_complete=a_case)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--visit", "visit", type=IDENTIFIER, default=None, help=_("更正哪一次活动，如 WJB22-0001-V1"))
@click.option("--separate", is_flag=True, help=_("同一天同类的另一次活动，不是更正"))
@click.option("--by", "by", default="", help=_("经办人"))
@json_option
@workspace_command
def add_command(
    workspace: Workspace, case: str, file: Path, visit: str | None, separate: bool, by: str, as_json: bool
) -> None:
    """登记一份 Excel 或 YAML。更正过的文件成为新版本并列出差异，旧版本保留。

    \b
    例：evidence visit add WJB22-0001 检查登记.yaml
    """
    from evidence.forms.visit_entry import record_visit_file

    recorded = record_visit_file(
        file,
        case=standing_case(workspace.ledger.view, case),
        ledger=workspace.ledger,
        originals=workspace.originals,
        actor=workspace.actor(by).journalled,
        visit=VisitId(visit) if visit else None,
        separate=separate,
        follow=workspace.claims,
        bounds=workspace.plausible(),
        admit=workspace.attachments.admit_picture,
    )
    if as_json:
        emit({**_as_dict(recorded), "unchanged": recorded.unchanged})
        return
    for warning in recorded.warnings:
        progress(f"◐ {warning}")
    if recorded.new:
        say(_("● 已登记 {id}。").format(id=recorded.id))
    elif recorded.unchanged:
        say(_("{id} 没有变化，未登记新版本。").format(id=recorded.id))
    else:
        say(_("● {id} 已更正为第 {version} 版：").format(id=recorded.id, version=recorded.version))
        say(f"  {line}" for line in recorded.differences)


def _as_dict(recorded: object) -> dict[str, object]:
    import msgspec

    found: dict[str, object] = msgspec.to_builtins(recorded)
    return found


@visit_command.command("withdraw")
@click.argument("visit", type=IDENTIFIER)
@click.option("--why", required=True, help=_("撤回的原因"))
@click.option("--by", "by", default="", help=_("经办人"))
@json_option
@workspace_command
def withdraw_command(workspace: Workspace, visit: str, why: str, by: str, as_json: bool) -> None:
    """撤回登记错的一次活动（全部版本）。编号不再使用，归入它的录像等待重新归入。

    \b
    例：evidence visit withdraw WJB22-0001-V2 --why 日期写错，另行登记
    """
    from evidence.forms.take_back import withdraw_visit

    actor = workspace.actor(by)
    numbers = withdraw_visit(
        workspace.ledger,
        VisitId(visit),
        why=why,
        by=actor.by,
        actor=actor.journalled,
        follow=workspace.releases,
    )
    if as_json:
        emit({"visit": visit, "why": why.strip(), "forms": numbers})
        return
    say(_("已撤回 {visit}。").format(visit=visit))
    for number in numbers:
        say(_("◐ {number} 是为它签发的：请重新登记这次活动，或作废该编号。").format(number=number))


@visit_command.command("template")
@click.argument("out", type=NewFileType())
@json_option
@workspace_command
def template_command(workspace: Workspace, out: Path, as_json: bool) -> None:
    """写出一个空白登记表（带下拉选项和检查项目）。

    \b
    例：evidence visit template 登记表.xlsx
    """
    from evidence.forms.visit_workbook import write_visit_workbook

    write_visit_workbook(out, checklist_folder=workspace.checklist_folder, made=workspace.clock())
    if as_json:
        emit({"path": str(out)})
        return
    say(_("空白登记表已写好：{path}").format(path=out))


@click.command("schema")
@click.argument("name", default="visit")
@click.option("--json", "_as_json", is_flag=True, expose_value=False, help=_("总是 JSON，给出也无妨"))
def schema_command(name: str) -> None:
    """打印录入文件（visit、parties、register、plan）的 JSON Schema。

    \b
    例：evidence schema visit
    """
    from evidence.forms.schemas import schema

    emit(schema(name))
