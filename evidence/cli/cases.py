"""`evidence case`: open, list, show."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click
import msgspec

from evidence.cli.completing import a_case
from evidence.cli.options import IDENTIFIER, DayType, json_option, workspace_command
from evidence.cli.output import emit, say
from evidence.cli.tables import table
from evidence.domain.case import Case
from evidence.domain.case_files import FileRole
from evidence.domain.reasons import require_words
from evidence.domain.terms import CASE_KINDS, VISIT_KINDS, form_title
from evidence.domain.week import SHANGHAI, local_date, show_date
from evidence.forms.open_case import find_enterprise, open_case
from evidence.handover.wording import document_state
from evidence.language import _

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.domain.case import Visit
    from evidence.domain.document import Document
    from evidence.handover.originals import Original
    from evidence.ledger.view import View


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
@click.option("--on", "on", type=DayType(), default=None, help=_("开立日期（默认：今天）"))
@click.option("--again", is_flag=True, help=_("同一企业同一年已有同类案件，仍要另开"))
@click.option("--why", default="", help=_("另开的原因"))
@click.option("--by", "by", default="", help=_("经办人"))
@click.option("--quiet", "-q", is_flag=True, help=_("只打印编号，供脚本使用"))
@json_option
@workspace_command
def open_command(
    workspace: Workspace,
    enterprise: str,
    kind: str,
    on: date | None,
    again: bool,
    why: str,
    by: str,
    quiet: bool,
    as_json: bool,
) -> None:
    """开立一个案件。企业可写名称、简称或信用代码。

    \b
    例：evidence case open 甲精密 --kind special:ZX2022-01 --on 2022-03-10
    """
    if again:
        require_words(why)
    day = on or local_date(workspace.clock())
    case = open_case(
        workspace.ledger,
        contract=workspace.settings.contract.code,
        enterprise=enterprise,
        kind=kind,
        on=day,
        actor=workspace.actor(by).journalled,
        again_why=why if again else None,
        bounds=workspace.plausible(),
        year_of=workspace.year_of,
    )
    if as_json:
        emit(case)
    else:
        say(case.id if quiet else _("已开立案件 {id}。").format(id=case.id))


@case_command.command("cancel")
@click.argument("case_id", type=IDENTIFIER, shell_complete=a_case)
@click.option("--why", required=True, help=_("撤销的原因"))
@click.option("--by", "by", default="", help=_("经办人"))
@json_option
@workspace_command
def cancel_command(workspace: Workspace, case_id: str, why: str, by: str, as_json: bool) -> None:
    """撤销误开的案件。编号连同原因留在账本，不再使用；已有材料的案件不能撤销。

    \b
    例：evidence case cancel WJB22-0004 --why 同一企业重复开立
    """
    from evidence.forms.take_back import cancel_case
    from evidence.ledger.lookup import known_case

    actor = workspace.actor(by)
    case = known_case(workspace.ledger.view, case_id)
    voided = cancel_case(workspace.ledger, case, why=why, by=actor.by, actor=actor.journalled)
    if as_json:
        emit({"case": case.id, "why": why.strip(), "voided": voided})
        return
    say(_("已撤销案件 {case}：{why}").format(case=case.id, why=why.strip()))
    for number in voided:
        say(_("  {number} 随之作废").format(number=number))


@case_command.command("list")
@click.option("--enterprise", default=None, help=_("只列一家企业：名称、简称或信用代码"))
@json_option
@workspace_command
def list_command(workspace: Workspace, enterprise: str | None, as_json: bool) -> None:
    """列出案件。

    \b
    例：evidence case list
    """
    from evidence.ledger.query_tables import ask, tables

    view = workspace.ledger.view
    wanted = find_enterprise(view, enterprise).id if enterprise else None
    with tables(workspace.archive / "ledger", view) as asked:
        cases = [msgspec.convert(row, Case) for row in ask(asked, "cases", {"enterprise": wanted})]
    if as_json:
        emit(cases)
        return
    if not cases:
        say(_("还没有案件。用 evidence case open 企业名称 开立。"))
        return
    say(
        table(
            (_("案件"), _("类别"), _("开立日期"), _("企业")),
            ((case.id, _kind(case), case.opened_on, _enterprise(view, case)) for case in cases),
        )
    )


def _kind(case: Case) -> str:
    cancelled = _("已撤销：{why}").format(why=case.cancelled_why) if case.cancelled_why else ""
    return " ".join(part for part in (_(CASE_KINDS[case.kind]), case.campaign, cancelled) if part)


def _enterprise(view: View, case: Case) -> str:
    party = view.enterprise(case.enterprise)
    return party.name if party else case.enterprise


@case_command.command("show")
@click.argument("case_id", type=IDENTIFIER, shell_complete=a_case)
@json_option
@workspace_command
def show_command(workspace: Workspace, case_id: str, as_json: bool) -> None:
    """一个案件的活动、文书和缺页。

    \b
    例：evidence case show WJB22-0001
    """
    from evidence.handover.originals import originals_of
    from evidence.ledger.facts import gather
    from evidence.ledger.lookup import known_case

    view = workspace.ledger.view
    case = known_case(view, case_id)
    visits = view.visits(case.id)
    documents = view.documents(case.id)
    facts = gather(view, week=None, case=case.id, at=workspace.clock()).cases[0]
    files = originals_of(view, facts, workspace.originals)
    if as_json:
        emit(
            {
                "case": case,
                "enterprise": view.enterprise(case.enterprise),
                "visits": visits,
                "withdrawn": view.withdrawn_visits(case.id),
                "documents": documents,
                "materials": facts.materials,
                "recordings": facts.recordings,
                "files": [_file_json(each) for each in files],
            }
        )
        return
    say(f"{case.id}  {_enterprise(view, case)}  {_kind(case)}")
    if visits:
        heads = (_("日期"), _("活动"), _("编号"), _("版本"))
        say(table(heads, map(_visit_row, visits), indent=2))
    else:
        say(_("  还没有登记活动：evidence visit add {case} 文件").format(case=case.id))
    for gone in view.withdrawn_visits(case.id):
        say(_("  － {visit} 已撤回：{why}").format(visit=gone.visit, why=gone.why))
    if documents:
        say(table((_("编号"), _("文书"), _("页数"), _("扫描件")), map(_document_row, documents), indent=2))
    else:
        say(_("  还没有签发文书：evidence issue {case} 现场检查记录").format(case=case.id))
    further = [each for each in files if each.role not in (FileRole.SCAN, FileRole.OTHER_SCAN)]
    if further:
        heads = (_("材料"), _("文件"), _("到件"), _("所属"))
        say(table(heads, map(_file_row, further), indent=2))


def _file_row(file: Original) -> tuple[object, ...]:
    told = file.told.taken_at if file.told else None
    name = f"{file.name} {told.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if told else file.name
    return (file.role.value, name, file.arrival, file.hazard or file.number)


def _file_json(file: Original) -> dict[str, object]:
    return {
        "role": file.role.name.lower(),
        "sha256": file.sha256,
        "name": file.name,
        "media_type": file.media_type,
        "bytes": file.bytes,
        "arrival": file.arrival,
        "number": file.number,
        "hazard": file.hazard,
        "taken_at": file.told.taken_at if file.told else None,
        "pages": None if file.cuts is None else [cut.index + 1 for cut in file.cuts],
    }


def _visit_row(visit: Visit) -> tuple[object, ...]:
    day = show_date(local_date(visit.arrived_at))
    return (day, _(VISIT_KINDS[visit.kind]), visit.id, visit.version)


def _document_row(document: Document) -> tuple[object, ...]:
    form = document.form
    return (form.number, form_title(form.form), form.pages, _state(document))


def _state(document: Document) -> str:
    pages = document.missing_pages
    if document.form.voided_why:
        return _("－ 已作废：{why}").format(why=document.form.voided_why)
    if pages:
        return _("✕ 缺第 {pages} 页").format(pages="、".join(map(str, pages)))
    states = {
        "present": _("● 已齐"),
        "missing": _("✕ 签章有缺"),
        "undecided": _("◐ 签章待认定"),
    }
    return states[document_state(document)]
