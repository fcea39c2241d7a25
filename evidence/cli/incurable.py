"""`evidence incurable`: a person's word that something declared missing can never be delivered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli.completing import a_case
from evidence.cli.options import json_option, workspace_command
from evidence.cli.output import emit, say
from evidence.errors import UsageError
from evidence.language import _
from evidence.ledger.lookup import known_case

if TYPE_CHECKING:
    from evidence.config import Workspace


@click.command("incurable")
@click.argument("case", shell_complete=a_case)
@click.option("--why", required=True, help=_("为什么再也补不上"))
@click.option("--by", "by", default="", help=_("决定人：项目负责人的人员编号（账号已关联人员的可不写）"))
@click.option("--rule", default="", help=_("只指其中一条规则，如 G08-pages"))
@click.option("--visit", default="", help=_("只指其中一次检查"))
@click.option("--hazard", default="", help=_("只指其中一项隐患"))
@click.option("--document", default="", help=_("只指其中一份文书"))
@click.option(
    "--attach",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    default=None,
    help=_("依据（文件），随包移交"),
)
@json_option
@workspace_command
def incurable_command(
    workspace: Workspace,
    case: str,
    why: str,
    by: str,
    rule: str,
    visit: str,
    hazard: str,
    document: str,
    attach: Path | None,
    as_json: bool,
) -> None:
    """声明一个案件欠交的材料无法补正。此后每个移交包都列明它，但不再计入欠交。

    只能声明以前的移交包已写明缺少的材料；由未参加该次上门的项目负责人决定。

    \b
    例：evidence incurable WJB22-0002 --document WJB22-0002-FC-001 --why 原件毁于水灾 --by P01
    """
    from evidence.domain.register import Gap
    from evidence.handover.incurable import declare_incurable

    actor = workspace.actor(by)
    if actor.person is None:
        raise UsageError(
            _("本账号没有关联人员，不能声明无法补正。"),
            where=actor.account,
            remedy=_("请在 evidence.toml 的 [accounts] 写明本账号是谁的，或由项目负责人用自己的账号办理。"),
        )
    found = known_case(workspace.ledger.view, case).id
    wanted = Gap(rule_id=rule, case=found, visit=visit, hazard=hazard, document=document)
    acts = declare_incurable(
        workspace.ledger,
        wanted,
        parameters=workspace.settings.parameters,
        why=why,
        by=actor.person.id,
        at=workspace.clock(),
        actor=actor.journalled,
        attachment=None if attach is None else workspace.attachments.keep(attach),
    )
    if as_json:
        emit({"incurable": list(acts)})
        return
    say(
        _("● 已声明 {case} 的 {count} 项无法补正；此后每包列明，不再计入欠交。").format(
            case=found, count=len(acts)
        )
    )
