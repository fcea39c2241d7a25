"""`evidence plan`: next week's visits, proposed, put on the official form and filed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from evidence.cli.options import DayType, at_option, json_option, week_option, workspace_command
from evidence.cli.output import emit, say
from evidence.cli.tables import table
from evidence.cli.waiting import Working
from evidence.domain.register import Plan, PlanLine
from evidence.domain.week import Week, local_date, show_date
from evidence.errors import InputError, UsageError
from evidence.foreign import fault_of
from evidence.language import _
from evidence.ledger.facts import gather_open
from evidence.ledger.known import view_known_at
from evidence.rules.planning import Proposal, propose_plan

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.ledger.view import View


@click.command("plan")
@week_option
@at_option
@click.option("--propose", is_flag=True, help=_("只看建议，不报备、不签发"))
@click.option("--again", is_flag=True, help=_("已报备的，重新编制为新的一版"))
@click.option(
    "--lines",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    default=None,
    help=_("按这个 YAML 清单编制，不用建议"),
)
@click.option("--receipt", type=DayType(), default=None, help=_("登记监管部门的签收日期"))
@click.option("--by", "by", default="", help=_("编制人姓名"))
@json_option
@workspace_command
def plan_command(
    workspace: Workspace,
    week: Week | None,
    at: datetime | None,
    propose: bool,
    again: bool,
    lines: Path | None,
    receipt: date | None,
    by: str,
    as_json: bool,
) -> None:
    """下周检查复查工作计划：按到期事项和人手编排，签发计划表并报备。已报备的周只显示，不重复报备。

    \b
    例：evidence plan --week 2022-W14
    """
    moment = at or workspace.clock()
    week = week or Week.of(local_date(moment)).shift(1)
    filed = [one for one in workspace.ledger.view.plans() if one.week == str(week)]
    newest = max(filed, key=lambda one: one.version, default=None)
    if receipt is not None:
        newest = _receipted(workspace, newest, receipt, week)
    if newest is not None and not (propose or again or lines):
        _show(Proposal(plan=newest, unplaced=()), workspace, as_json)
        return
    proposal = (
        Proposal(plan=_from_file(workspace, lines, week, moment, newest), unplaced=())
        if lines is not None
        else propose_plan(
            gather_open(view_known_at(workspace.ledger, at), moment),
            workspace.settings.parameters,
            moment,
            week,
        )
    )
    if not propose:
        proposal = replace(proposal, plan=_file(workspace, proposal.plan, moment, by))
    _show(proposal, workspace, as_json)


def _file(workspace: Workspace, plan: Plan, at: datetime, by: str) -> Plan:
    """Issue the form and file the plan in one transaction."""
    from evidence.forms.plan_filing import file_plan

    with Working(_("正在生成计划表……")):
        return file_plan(plan, workspace.issuer(), now=at, actor=workspace.actor(by).journalled, compiler=by)


def _receipted(workspace: Workspace, newest: Plan | None, receipt: date, week: Week) -> Plan:
    from evidence.ledger.events import PlanFiled

    if newest is None:
        raise UsageError(
            _("{week} 没有报备过计划。").format(week=week), remedy=_("先用 evidence plan 编制并报备。")
        )
    plan = replace(newest, receipt_on=receipt)
    workspace.ledger.append(workspace.actor().journalled, PlanFiled(plan=plan))
    return plan


def _from_file(workspace: Workspace, file: Path, week: Week, at: datetime, newest: Plan | None) -> Plan:
    """A plan from a YAML list of lines; every line is checked before anything is filed."""
    from evidence.forms.open_case import find_enterprise
    from evidence.forms.tables import load_yaml

    rows = load_yaml(file)
    if not isinstance(rows, list):
        raise InputError(
            _("文件应是一列计划。"), where=str(file), remedy=_("每行写 day、enterprise、work、experts。")
        )
    view = workspace.ledger.view
    lines = []
    for number, row in enumerate(rows, start=1):
        where = f"{file.name} 第 {number} 行"
        if not isinstance(row, dict):
            raise InputError(_("这一行不是计划。"), where=where, remedy=_("写成 day: 2022-04-06 等各项。"))
        given: dict[str, Any] = dict(row)
        given["enterprise"] = find_enterprise(view, str(given.get("enterprise", ""))).id
        try:
            line = msgspec.convert(given, PlanLine, strict=False)
        except msgspec.ValidationError as error:
            raise InputError(
                _("计划行不对：{error}。").format(error=fault_of(error)),
                where=where,
                remedy=_("work 写检查、复查、督促、专项或指导。"),
            ) from error
        if line.day not in week:
            raise InputError(
                _("{day} 不在 {week}。").format(day=line.day, week=week),
                where=where,
                remedy=_("改为该周的日期。"),
            )
        unknown = [one for one in line.experts if view.person(one) is None]
        if unknown:
            raise InputError(
                _("人员台账没有 {who}。").format(who="、".join(unknown)),
                where=where,
                remedy=_("写人员编号。"),
            )
        lines.append(line)
    version = newest.version + 1 if newest else 1
    return Plan(week=str(week), version=version, filed_on=local_date(at), lines=tuple(lines))


def _show(proposal: Proposal, workspace: Workspace, as_json: bool) -> None:
    plan = proposal.plan
    if as_json:
        pdf = str(workspace.issued.pdf_path(plan.number)) if plan.number else ""  # type: ignore[arg-type]
        unplaced = [{"item": item, "why": why} for item, why in proposal.unplaced]
        emit({"plan": plan, "pdf": pdf, "unplaced": unplaced})
        return
    say(_lines(proposal, workspace))


def _lines(proposal: Proposal, workspace: Workspace) -> Iterator[str]:
    plan, view = proposal.plan, workspace.ledger.view
    state = (
        _("{number}，{day} 报备").format(number=plan.number, day=plan.filed_on.isoformat())
        if plan.number
        else _("建议，未报备")
    )
    yield _("{week} 检查复查工作计划  第 {version} 版  {state}  共 {n} 项").format(
        week=plan.week, version=plan.version, state=state, n=len(plan.lines)
    )
    yield from table([""] * 5, (_row(line, view) for line in plan.lines), indent=2)
    if not plan.lines:
        yield _("  该周没有到期的检查、复查。")
    for item, why in proposal.unplaced:
        yield _("  ◐ 未能安排：{what} {name}（最迟 {due}）：{why}").format(
            what=item.what, name=item.name, due=item.due.isoformat(), why=why
        )


def _row(line: PlanLine, view: View) -> tuple[str, ...]:
    enterprise = view.enterprise(line.enterprise)
    people = [person.name if (person := view.person(one)) else one for one in line.experts]
    more = [_("须监管人员会同")] if line.supervisor_needed else []
    name = enterprise.short_name if enterprise else line.enterprise
    notes = "；".join([*more, *([line.note] if line.note else [])])
    return (show_date(line.day) + (line.part_of_day or ""), line.work.value, name, "、".join(people), notes)
