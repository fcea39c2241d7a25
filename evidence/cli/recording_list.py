"""`evidence recording list`: every film with its visit, how long it is kept, and what is doubtful."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click
import msgspec

from evidence.cli.options import json_option, workspace_command
from evidence.cli.output import emit, say
from evidence.domain.identifiers import VisitId
from evidence.domain.week import SHANGHAI, local_date
from evidence.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evidence.config import Workspace
    from evidence.domain.recording import Recording


@click.command("list")
@click.option("--unassigned", is_flag=True, help=_("只列待指派的"))
@click.option("--announced", is_flag=True, help=_("只列采集站清单已列出、文件尚未到的"))
@json_option
@workspace_command
def list_command(workspace: Workspace, unassigned: bool, announced: bool, as_json: bool) -> None:
    """列出录像：开始时间、时长、设备、归属、疑点。

    \b
    例：evidence recording list --unassigned
    """
    from evidence.recordings.exports import outstanding

    everything = workspace.ledger.view.recordings()
    if announced:
        chosen = list(outstanding(everything))
    else:
        chosen = [each for each in everything if not each.described and not (unassigned and each.visit)]
    keeping = _keeping(workspace, chosen)
    if as_json:
        rows = [msgspec.to_builtins(each) | msgspec.to_builtins(keeping[each.sha256]) for each in chosen]
        emit({"recordings": rows})
        return
    if not chosen:
        say(_("没有符合条件的录像。"))
        return
    for each in chosen:
        say(_line(each))
        if each.visit:
            say(f"    {_kept(keeping[each.sha256])}")
        for doubt in each.remarks:
            say(f"    ◐ {doubt}")


class _Keeping(msgspec.Struct):
    """How long one film stays, and why longer."""

    keep_until: date | None = None
    """Last day it must be kept; None while nobody knows which visit it shows."""
    keep_clause: str = ""
    held_since: date | None = None
    held_why: str = ""


def _keeping(workspace: Workspace, recordings: Iterable[Recording]) -> dict[str, _Keeping]:
    from evidence.domain.case import in_force
    from evidence.domain.identifiers import CaseId
    from evidence.rules.parameters import clause_of, contract_text
    from evidence.rules.retention import footage_until, hold_over

    view, parameters = workspace.ledger.view, workspace.settings.parameters
    days: dict[str, dict[VisitId, date]] = {}
    found: dict[str, _Keeping] = {}
    for each in recordings:
        case = CaseId((each.visit or "").rpartition("-V")[0])
        if case not in days:
            days[case] = {visit.id: local_date(visit.arrived_at) for visit in in_force(view.visits(case))}
        day = days[case].get(each.visit) if each.visit else None
        hold = hold_over(view.holds(case), each.visit) if each.visit else None
        found[each.sha256] = _Keeping(
            keep_until=footage_until(day, parameters) if day else None,
            keep_clause=clause_of("footage_retention_days", contract_text(parameters)) if day else "",
            held_since=local_date(hold.at) if hold else None,
            held_why=hold.why if hold else "",
        )
    return found


def _kept(keeping: _Keeping) -> str:
    words = _("保管至 {day}").format(day=keeping.keep_until)
    if keeping.held_since is None:
        return words
    return words + _("，已封存（{day} 起：{why}），不得处置").format(
        day=keeping.held_since, why=keeping.held_why
    )


def _line(each: Recording) -> str:
    start = (
        each.started_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
        if each.started_at
        else _("时间不明")
    )
    minutes, seconds = divmod((each.duration_ms or 0) // 1000, 60)
    where = each.visit or _("待指派")
    if not each.visit and each.suggestions:
        where += _("（可能是 {visits}）").format(visits="、".join(each.suggestions))
    sign = "○" if each.described else "●" if each.visit else "◐"
    length = _("{minutes:>3} 分 {seconds:02d} 秒").format(minutes=minutes, seconds=seconds)
    return "  ".join(
        (f"{sign} {each.sha256[:12]}", start, length, each.device or _("设备不明"), where, each.name)
    )
