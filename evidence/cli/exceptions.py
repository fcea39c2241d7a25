"""`evidence waive`, `hold`, `disposal`: decisions of people that stand beside the rules."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli.completing import a_case
from evidence.cli.options import IDENTIFIER, OutFileType, at_option, json_option, workspace_command
from evidence.cli.output import emit, progress, say
from evidence.cli.tables import table
from evidence.domain.identifiers import CaseId, VisitId, as_typed
from evidence.domain.reasons import require_substance, require_words
from evidence.domain.register import Hold
from evidence.domain.week import local_date, show_date
from evidence.errors import ExitCode, UsageError
from evidence.language import _
from evidence.ledger.lookup import known_case, standing_case

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.rules.retention import Disposable


@click.command("waive")
@click.argument("rule")
@click.argument("case", type=IDENTIFIER, shell_complete=a_case)
@click.option("--why", required=True, help=_("原因"))
@click.option("--by", "by", default="", help=_("决定人：人员编号（账号已关联人员的可不写）"))
@click.option(
    "--attach",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    default=None,
    help=_("监管部门的书面意见（文件）；没有它不解除移交阻断"),
)
@json_option
@workspace_command
def waive_command(
    workspace: Workspace, rule: str, case: str, why: str, by: str, attach: Path | None, as_json: bool
) -> None:
    """登记一项例外。核对结论不变，例外随每份报告列示。

    只有附监管部门书面意见、且由未参加该次上门的项目负责人登记的例外，才解除移交阻断。

    \b
    例：evidence waive G06-enterprise-seal WJB22-0001 --why 企业公章年检 --by P01 --attach 意见.pdf
    """
    from evidence.handover.exceptions import grant_waiver

    actor = workspace.actor(by)
    waiver = grant_waiver(
        workspace.ledger,
        workspace.settings.parameters,
        rule_id=rule,
        case=standing_case(workspace.ledger.view, case),
        why=why,
        actor=actor,
        at=workspace.clock(),
        attachment=workspace.attachments.check(attach) if attach is not None else None,
        keep=lambda: workspace.attachments.originals.put_file(attach) if attach is not None else None,
    )
    if as_json:
        emit(waiver)
    else:
        say(_("已登记例外：{case} {rule}。").format(case=waiver.case, rule=waiver.rule_id))
    if waiver.stated:
        progress(
            _("◐ 本账号没有关联人员，“{by}”只记作自述，不解除移交阻断。请先在 [accounts] 关联本人。").format(
                by=waiver.by
            )
        )


@click.command("hold")
@click.argument("case", type=IDENTIFIER, shell_complete=a_case)
@click.option("--why", default="", help=_("封存或解除的原因"))
@click.option("--by", "by", default="", help=_("决定人（账号已关联人员的可不写）"))
@click.option("--release", is_flag=True, help=_("解除封存"))
@json_option
@workspace_command
def hold_command(workspace: Workspace, case: str, why: str, by: str, release: bool, as_json: bool) -> None:
    """封存一个案件，或其中一次有争议的检查：封存期间其资料和录像不得处置。

    \b
    例：evidence hold WJB22-0001 --why 企业申诉中 --by P01
        evidence hold WJB22-0001-V1 --why 对检查过程有争议 --by P01
    """
    from evidence.ledger.events import HoldPlaced

    actor = workspace.actor(by)
    if release and actor.stated and not _in_roster(workspace, by):
        raise UsageError(
            _("人员台账没有“{by}”。").format(by=by),
            remedy=_("--by 写人员编号；先用 evidence import 登记人员。"),
        )
    case_id, visit = _known_case_or_visit(workspace, case)
    reason = require_words(why)
    now = workspace.clock()
    open_ = [
        one for one in workspace.ledger.view.holds(case_id) if one.released_at is None and one.visit == visit
    ]
    target = visit or case_id
    if release and not open_:
        raise UsageError(_("{case} 没有封存。").format(case=target), remedy=_("不必解除。"))
    hold = Hold(
        case=case_id,
        visit=visit,
        why=reason,
        by=actor.by,
        at=open_[-1].at if release else now,
        released_at=now if release else None,
    )
    workspace.ledger.append(actor.journalled, HoldPlaced(hold=hold))
    if as_json:
        emit(hold)
        return
    say((_("已解除封存：{case}。") if release else _("已封存：{case}。")).format(case=target))


def _in_roster(workspace: Workspace, by: str) -> bool:
    return any(by.strip() in (person.id, person.name) for person in workspace.ledger.view.people())


def _known_case_or_visit(workspace: Workspace, text: str) -> tuple[CaseId, VisitId | None]:
    """`WJB22-0001` is a case, `WJB22-0001-V1` one visit of it."""
    case, dash, running = as_typed(text).rpartition("-V")
    if not dash or not running.isdecimal():
        return known_case(workspace.ledger.view, text).id, None
    case_id, visit = known_case(workspace.ledger.view, case).id, VisitId(f"{case}-V{running}")
    if all(known.id != visit for known in workspace.ledger.view.visits(case_id)):
        raise UsageError(
            _("没有编号为 {visit} 的检查。").format(visit=visit),
            remedy=_("请用 evidence case show {case} 查看本案各次检查的编号。").format(case=case_id),
        )
    return case_id, visit


@click.command("disposal")
@at_option
@click.option("--out", type=OutFileType(), default=None, help=_("另存为 Excel 清册"))
@click.option(
    "--approved",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    default=None,
    help=_("书面批准（文件）：销毁此刻可处置的全部资料，摘要和批准留存"),
)
@click.option("--why", default="", help=_("销毁的原因"))
@click.option("--by", "by", default="", help=_("决定人（账号已关联人员的可不写）"))
@json_option
@workspace_command
def disposal_command(
    workspace: Workspace,
    at: datetime | None,
    out: Path | None,
    approved: Path | None,
    why: str,
    by: str,
    as_json: bool,
) -> int:
    """销毁清册：哪些资料保管期已满、可以报批，哪些因封存等原因不得处置。

    只有附书面批准、由项目负责人以本人账号办理（--approved）时才真正销毁：原件、预览和浏览目录中的副本一并删除，
    备份和已移交的包中还有副本的逐一列出。不能恢复。

    \b
    例：evidence disposal --at 2025-06-01
        evidence disposal --approved 批准.pdf --why 保管期满经批准销毁
    """
    from evidence.handover.disposal import register
    from evidence.ledger.facts import gather_cases
    from evidence.ledger.known import view_known_at

    moment = at or workspace.clock()
    if approved is not None and at is not None:
        raise UsageError(_("销毁以当前时刻为准。"), remedy=_("请去掉 --at。"))
    view = view_known_at(workspace.ledger, at)
    facts = gather_cases(view, [case.id for case in view.cases()], week=None)
    rows = list(register(workspace.ledger, facts, workspace.settings.parameters, moment))
    if approved is not None:
        return _dispose(workspace, rows, approved, why, by, as_json)
    if out is not None:
        from evidence.reports.workbook import Table, write_tables

        write_tables(out, Table(title=_("销毁清册"), heads=HEADS, rows=[_cells(one) for one in rows]))
        progress(_("清册已写到 {out}。").format(out=out))
    if as_json:
        emit({"at": moment, "items": rows})
        return ExitCode.DONE
    ready = sum(one.may_go for one in rows)
    say(
        _("{day}：保管期已满 {all} 件，可报批处置 {ready} 件，不得处置 {held} 件。").format(
            day=show_date(local_date(moment)), all=len(rows), ready=ready, held=len(rows) - ready
        )
    )
    if rows:
        heads = (_("案件"), _("类别"), _("名称"), _("保管期至"), _("结论"))
        say(table(heads, ((o.case, o.kind, o.name, o.until, _verdict(o)) for o in rows), indent=2))
    return ExitCode.DONE


def _dispose(
    workspace: Workspace, rows: list[Disposable], approved: Path, why: str, by: str, as_json: bool
) -> int:
    """Journal, destroy, and say what remains for others to do."""
    from evidence.handover.disposal import decide, destroy, disposed, packages_with
    from evidence.health.upkeep import read_upkeep

    actor = workspace.actor(by)
    going = [one.sha256 for one in rows if one.may_go]
    backup = read_upkeep(workspace.root).backup_place
    elsewhere = [*([backup] if backup else []), *packages_with(workspace.ledger.view, going)]
    require_substance(why)
    workspace.attachments.check(approved)
    approval = workspace.originals.put_file(approved).sha256
    event = decide(workspace.ledger, rows, actor=actor, why=why, approval=approval, elsewhere=elsewhere)
    view, gone = workspace.ledger.view, disposed(workspace.ledger)
    done = destroy(workspace.archive, workspace.originals, view, gone)
    if as_json:
        emit({"items": event.items, "files": done.files, "left": done.left, "elsewhere": elsewhere})
    else:
        say(_("已销毁 {n} 件，摘要和批准留在账本。").format(n=len(event.items)))
        say(
            table(
                (_("案件"), _("类别"), _("名称"), "SHA-256"),
                ((o.case, o.kind, o.name, o.sha256[:16]) for o in event.items),
                indent=2,
            )
        )
        for place in elsewhere:
            say(
                _("◐ {place} 中还有副本，请按批准另行处置（已移交的包由接收方保管，不动）。").format(
                    place=place
                )
            )
        for each in done.left:
            say(_("✕ 没有删成：{place}").format(place=each))
    return ExitCode.MISSING_PART if done.left else ExitCode.DONE


HEADS = (
    "序号",
    "案件",
    "企业",
    "类别",
    "名称",
    "数字摘要",
    "形成日期",
    "保管期至",
    "依据",
    "结论",
    "批准人",
    "批准日期",
)


def _cells(one: Disposable) -> tuple[str, ...]:
    return (
        one.case,
        one.enterprise,
        one.kind,
        one.name,
        one.sha256,
        one.on.isoformat(),
        one.until.isoformat(),
        one.clause,
        _stop(one) or "可报批",
        "",
        "",
    )


def _verdict(one: Disposable) -> str:
    return _("○ 期满，可报批") if one.may_go else f"✕ {_stop(one)}"


def _stop(one: Disposable) -> str:
    """Why it must stay, and since when its case is held."""
    return one.stopped_by + (f"（{one.held_since.isoformat()} 起）" if one.held_since else "")
