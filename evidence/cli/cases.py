"""`evidence case`: open, list, show."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from evidence.cli.options import emit, json_option, say, workspace_command
from evidence.domain.case import CaseKind
from evidence.domain.week import local_date
from evidence.forms.open_case import find_enterprise, open_case
from evidence.language import _

if TYPE_CHECKING:
    from evidence.config import Workspace

_KINDS = [kind.value for kind in CaseKind]


@click.group("case")
def case_command() -> None:
    """案件：一家企业的一次检查周期。

    \b
    例：evidence case open 常州甲精密机械有限公司 --kind annual
    """


@case_command.command("open")
@click.argument("enterprise")
@click.option(
    "--kind", type=str, default="annual", help=_("annual、new-enterprise、special:专项编号、survey:编号")
)
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), default=None, help=_("开立日期（默认：今天）"))
@click.option("--by", "by", default="", help=_("经办人"))
@json_option
@workspace_command
def open_command(
    workspace: Workspace, enterprise: str, kind: str, on: date | None, by: str, as_json: bool
) -> None:
    """开立一个案件。企业可写名称、简称或信用代码。

    \b
    例：evidence case open 甲精密 --kind special:ZX2022-01 --on 2022-03-10
    """
    day = date(on.year, on.month, on.day) if on else local_date(workspace.clock())
    case = open_case(
        workspace.ledger,
        contract=workspace.settings.contract.code,
        enterprise=enterprise,
        kind=kind,
        on=day,
        actor=by or "case",
    )
    if as_json:
        emit(case)
    else:
        say(_("已开立案件 {id}。").format(id=case.id))


@case_command.command("list")
@click.option("--enterprise", default=None, help=_("只列一家企业：名称、简称或信用代码"))
@json_option
@workspace_command
def list_command(workspace: Workspace, enterprise: str | None, as_json: bool) -> None:
    """列出案件。

    \b
    例：evidence case list
    """
    view = workspace.ledger.view
    wanted = find_enterprise(view, enterprise).id if enterprise else None
    cases = view.cases(wanted)
    if as_json:
        emit(cases)
        return
    if not cases:
        say(_("还没有案件。用 evidence case open 企业名称 开立。"))
    for case in cases:
        party = view.enterprise(case.enterprise)
        say(f"{case.id}  {case.kind:<15} {case.opened_on}  {party.name if party else case.enterprise}")


@case_command.command("show")
@click.argument("case_id")
@json_option
@workspace_command
def show_command(workspace: Workspace, case_id: str, as_json: bool) -> None:
    """一个案件的活动、文书和缺页。

    \b
    例：evidence case show WJB22-0001
    """
    from evidence.forms.open_case import find_case

    view = workspace.ledger.view
    case = find_case(view, case_id)
    enterprise = view.enterprise(case.enterprise)
    visits = view.visits(case.id)
    documents = view.documents(case.id)
    if as_json:
        emit({"case": case, "enterprise": enterprise, "visits": visits, "documents": documents})
        return
    say(f"{case.id}  {enterprise.name if enterprise else case.enterprise}")
    for visit in visits:
        say(f"  {local_date(visit.arrived_at)}  {visit.kind.value:<9} {visit.id} v{visit.version}")
    for document in documents:
        form = document.form
        state = _("已作废：") + form.voided_why if form.voided_why else _missing(document.missing_pages)
        say(f"  {form.number}  {form.form}  {form.pages} 页  {state}")


def _missing(pages: tuple[int, ...]) -> str:
    return _("● 已齐") if not pages else _("✕ 缺第 {pages} 页").format(pages="、".join(map(str, pages)))
