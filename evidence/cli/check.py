"""`evidence check`: the contract, clause by clause, against what the ledger knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import click

from evidence.cli.completing import a_case
from evidence.cli.options import IDENTIFIER, at_option, json_option, week_option, workspace_command
from evidence.cli.output import emit, say
from evidence.cli.signs import SIGNS, bold
from evidence.domain.identifiers import CaseId, Number, Sha256
from evidence.domain.week import Week, local_date, show_date
from evidence.errors import IncompleteError, UsageError
from evidence.language import _
from evidence.rules.clause import Finding, Kind, Level
from evidence.rules.owed import Owing, owing

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.domain.facts import Facts
    from evidence.rules.sarif_places import Places

FAR_DAYS = 30
"""What is due later than this stays off the screen; `--all` and `--json` show it."""


@click.command("check")
@workspace_command
@week_option
@click.option(
    "--case",
    "case",
    type=IDENTIFIER,
    default=None,
    shell_complete=a_case,
    help=_("只核对一个案件，如 WJB22-0001"),
)
@at_option
@click.option("--all", "everything", is_flag=True, help=_("连同已满足和不适用的一并列出"))
@click.option("--sarif", "as_sarif", is_flag=True, help=_("打印 SARIF 2.1.0"))
@json_option
def check_command(
    workspace: Workspace,
    week: Week | None,
    case: str | None,
    at: datetime | None,
    everything: bool,
    as_sarif: bool,
    as_json: bool,
) -> int:
    """按合同逐条核对完整性：缺什么、依据哪一条、怎么补。

    退出码：3 有未登记例外的缺项，5 有待认定的事项，0 全部满足或未到期。

    \b
    例：evidence check --week 2022-W13
    """
    from evidence.ledger.facts import gather
    from evidence.ledger.known import view_known_at
    from evidence.rules.judge import judge
    from evidence.rules.sarif import to_sarif
    from evidence.rules.summary import check_exit_code, to_json

    if case is not None and week is not None:
        raise UsageError(_("--week 与 --case 只能给一个。"), remedy=_("去掉其中一个再试。"))
    if as_json and as_sarif:
        raise UsageError(_("--json 与 --sarif 只能给一个。"), remedy=_("去掉其中一个再试。"))
    moment = at or workspace.clock()
    if case is None:
        week = week or Week.of(local_date(moment))
    facts = gather(
        view_known_at(workspace.ledger, at),
        week=week,
        case=CaseId(case) if case is not None else None,
        at=moment,
        packages=workspace.ledger.view.packages(),
    )
    findings = judge(facts, workspace.settings.parameters, moment)
    owed = owing(facts, findings)
    if as_sarif:
        emit(to_sarif(findings, _places(workspace, facts), parameters=workspace.settings.parameters))
    elif as_json:
        emit(to_json(findings, week=facts.week, at=moment, owing=owed))
    else:
        say(report(findings, facts.week or str(case), moment, owed=owed, everything=everything))
    return check_exit_code(findings)


def _places(workspace: Workspace, facts: Facts) -> Places:
    """Where the findings look in this workspace: originals by their path below its root."""
    from evidence.rules.sarif_places import Found, Places, box_in_permille

    def file(_case: str, digest: str) -> str:
        path = workspace.originals.path(Sha256(digest))
        return path.relative_to(workspace.root).as_posix() if path.is_file() else ""

    def box(number: str, page: int, name: str) -> tuple[int, int, int, int] | None:
        try:
            return box_in_permille(workspace.issued.geometry(Number(number)), page, name)
        except IncompleteError:
            return None  # `audit` tells of a lost layout; the finding still has its page

    return Places(facts, Found(file=file, box=box), workspace.settings.parameters)


def report(
    findings: Sequence[Finding],
    title: str,
    at: datetime,
    *,
    owed: Owing | None = None,
    everything: bool = False,
) -> Iterable[str]:
    """Lines for the terminal: counts first, then what needs somebody, gravest first."""
    tally = {kind: sum(one.kind is kind for one in findings) for kind in Kind}
    waived = sum(one.waiver is not None for one in findings)
    counted = _(
        "● 满足 {met}  ✕ 缺 {lacking}  ◐ 待认定 {undecided}  ○ 未到期 {open}  － 不适用 {none}"
    ).format(
        met=tally[Kind.PASS],
        lacking=tally[Kind.FAIL],
        undecided=tally[Kind.REVIEW],
        open=tally[Kind.OPEN],
        none=tally[Kind.NOT_APPLICABLE],
    )
    excepted = _("  已登记例外 {n}").format(n=waived) if waived else ""
    yield f"{title}  {show_date(local_date(at))}  {counted}{excepted}"
    owed = owed or Owing()
    if owed.all:
        yield _(
            "影响移交：本周 {this_week} 项，此前声明未移交 {before} 项；已声明无法补正 {incurable} 项"
        ).format(this_week=len(owed.this_week), before=len(owed.owed_before), incurable=len(owed.incurable))
    since = {id(each.finding): each.since for each in owed.owed_before}
    wanted = set(Kind) if everything else {Kind.FAIL, Kind.REVIEW, Kind.OPEN}
    horizon = local_date(at) + timedelta(days=FAR_DAYS)
    far = [one for one in findings if one.kind is Kind.OPEN and one.due and one.due > horizon]
    hidden = set() if everything else {id(one) for one in far}
    shown = [one for one in findings if one.kind in wanted and id(one) not in hidden]
    for case in sorted({one.subject.case for one in shown}):
        yield ""
        yield bold(case or _("本周与合同常设事项"))
        for one in sorted((one for one in shown if one.subject.case == case), key=_gravity):
            yield _line(one, since.get(id(one), ""))
            if one.kind in (Kind.FAIL, Kind.REVIEW) and one.remediation:
                yield f"      → {one.remediation}"
            if one.incurable is not None:
                day = show_date(local_date(one.incurable.at))
                yield _("      已声明无法补正：{why}（{by}，{day}）").format(
                    why=one.incurable.why, by=one.incurable.by, day=day
                )
            if one.waiver is not None:
                day = show_date(local_date(one.waiver.at))
                yield _("      例外：{why}（{by}，{day}）").format(
                    why=one.waiver.why, by=one.waiver.by, day=day
                )


def _gravity(finding: Finding) -> tuple[int, int, int]:
    kinds = (Kind.FAIL, Kind.REVIEW, Kind.OPEN, Kind.PASS, Kind.NOT_APPLICABLE)
    levels = (Level.ERROR, Level.WARNING, Level.NOTE)
    return (kinds.index(finding.kind), 0 if finding.blocking else 1, levels.index(finding.level))


def _line(finding: Finding, since: str) -> str:
    stop = _("【阻移交】") if finding.blocking and finding.kind is not Kind.OPEN else ""
    if since:
        stop = _("【{package} 起欠交】").format(package=since)
    return f"  {SIGNS[finding.kind]} {stop}{finding.message}  〔{finding.clause.number}·{finding.rule_id}〕"
