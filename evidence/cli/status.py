"""`evidence status`: one screen about this week."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import click

from evidence.cli.due import days_left
from evidence.cli.options import at_option, json_option, workspace_command
from evidence.cli.output import emit, say
from evidence.cli.signs import SIGNS
from evidence.cli.tables import table
from evidence.domain.arrival_outcome import ArrivalOutcome
from evidence.domain.week import Week, local_date, show_date
from evidence.language import _
from evidence.rules.clause import Kind

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.domain.identifiers import CaseId
    from evidence.jobs.job import DeadJob
    from evidence.rules.clause import Finding
    from evidence.rules.due_item import DueItem

STATES = (Kind.PASS, Kind.FAIL, Kind.REVIEW, Kind.OPEN)
NEXT_DAYS = 7
MOST = 8
"""Lines of one section where there is no screen to fit; the rest is counted."""
FRAME = 13
"""Lines of a full screen that are headings, gaps, counts of the rest and the next prompt."""


@click.command("status")
@at_option
@json_option
@workspace_command
def status_command(workspace: Workspace, at: datetime | None, as_json: bool) -> None:
    """一屏看本周：案件、到件、影响移交的缺项、七天内的期限。

    \b
    例：evidence status
    """
    from evidence.inbox.report import counted, waits_for_a_person
    from evidence.ledger.facts import gather, gather_open
    from evidence.ledger.known import view_known_at
    from evidence.rules.agenda import due_items
    from evidence.rules.judge import judge
    from evidence.rules.summary import blockers, counts

    moment = at or workspace.clock()
    week = Week.of(local_date(moment))
    view = view_known_at(workspace.ledger, at)
    packages = workspace.ledger.view.packages()
    facts = gather(view, week=week, case=None, at=moment, packages=packages)
    parameters = workspace.settings.parameters
    findings = judge(facts, parameters, moment)
    stopping = blockers(findings)
    until = local_date(moment) + timedelta(days=NEXT_DAYS)
    due = due_items(gather_open(view, moment), parameters, moment, until)
    taken_in = counted(view.arrival_counts())
    asking = (*view.arrivals(ArrivalOutcome.UNIDENTIFIED), *view.arrivals(ArrivalOutcome.QUARANTINED))
    waiting = sum(map(waits_for_a_person, asking))
    names = {one.case.id: _name(workspace, one.case.enterprise) for one in facts.carried}
    if as_json:
        emit(
            {
                "week": str(week),
                "at": moment,
                "cases": [{"case": case, "enterprise": name} for case, name in names.items()],
                "arrivals": taken_in,
                "waiting_for_a_person": waiting,
                "jobs_given_up": workspace.given_up,
                "summary": counts(findings),
                "blocking": stopping,
                "due": due,
            }
        )
        return
    say(_("{week}　今天 {today}").format(week=week, today=show_date(local_date(moment))))
    say(_cases(names, findings))
    say(_waiting(taken_in["received"], waiting))
    say(_given_up(workspace.given_up))
    say(_lacking(stopping))
    say(_deadlines(due, local_date(moment)))


def _name(workspace: Workspace, enterprise: str) -> str:
    from evidence.domain.identifiers import EnterpriseId

    found = workspace.ledger.view.enterprise(EnterpriseId(enterprise))
    return found.short_name if found else enterprise


def _cases(names: dict[CaseId, str], findings: tuple[Finding, ...]) -> Iterator[str]:
    yield ""
    yield _("本周案件 {n} 个").format(n=len(names))
    tallies: dict[str, Counter[Kind]] = {case: Counter() for case in names}
    for finding in findings:
        if finding.subject.case in tallies:
            tallies[finding.subject.case][finding.kind] += 1
    worst = sorted(names, key=lambda case: (-tallies[case][Kind.FAIL], -tallies[case][Kind.REVIEW], case))
    rows = (
        (case, names[case], *(f"{SIGNS[kind]} {tallies[case][kind]}" for kind in STATES))
        for case in worst[: _most()]
    )
    yield from table([""] * (2 + len(STATES)), rows, indent=2)
    if len(names) > _most():
        yield _("  ……另有 {n} 个：evidence case list").format(n=len(names) - _most())
    if not names:
        yield _("  还没有。登记一次检查：evidence case open 企业，再 evidence visit add 案件 文件")


def _most() -> int:
    """Lines that each of the three lists may have, so that all stand on one screen."""
    if not sys.stdout.isatty():
        return MOST
    return max(2, (shutil.get_terminal_size().lines - FRAME) // 3)


def _waiting(received: int, asking: int) -> Iterator[str]:
    yield ""
    yield _("到件 {n} 件，等您处理 {asking} 件").format(n=received, asking=asking)
    if asking:
        yield _("  → evidence inbox list")


def _given_up(jobs: tuple[DeadJob, ...]) -> Iterator[str]:
    for job in jobs[: _most()]:
        yield _("  ✕ 后台任务 {key} 试过 {n} 次都没有做成：{why}").format(
            key=job.key, n=job.attempts, why=job.why
        )
    if jobs:
        yield _("  → 排除原因后运行 evidence worker --retry")


def _lacking(stopping: tuple[Finding, ...]) -> Iterator[str]:
    yield ""
    yield _("影响本周移交 {n} 项").format(n=len(stopping))
    for finding in stopping[: _most()]:
        yield f"  {SIGNS[finding.kind]} {finding.message}"
    if len(stopping) > _most():
        yield _("  ……另有 {n} 项：evidence check").format(n=len(stopping) - _most())


def _deadlines(due: tuple[DueItem, ...], today: date) -> Iterator[str]:
    yield ""
    yield _("{days} 天内到期 {n} 项").format(days=NEXT_DAYS, n=len(due))
    rows = (
        (
            f"{SIGNS[Kind.FAIL if item.overdue else Kind.OPEN]} {show_date(item.due)}",
            days_left((item.due - today).days),
            item.what,
            item.name,
            item.who,
        )
        for item in due[: _most()]
    )
    yield from table([""] * 5, rows, indent=2)
    if len(due) > _most():
        yield _("  ……另有 {n} 项：evidence due").format(n=len(due) - _most())
