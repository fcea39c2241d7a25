"""Judging a week and listing what is due: the two answers that take longer than a page may."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from evidence.domain.week import Week, local_date
from evidence.rules.agenda import DueItem
from evidence.rules.clause import Finding
from evidence.rules.owed import Owing, owing
from evidence.web.matrix import Row, build_rows, standing

if TYPE_CHECKING:
    from evidence.config import Workspace

AHEAD = timedelta(days=21)
"""How far the list of what is due looks."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judged:
    """One judgement of one week, ready to show; compared by identity, so that drawings can be kept."""

    week: Week
    at: datetime
    size: int
    """Journal position it was made at."""
    findings: tuple[Finding, ...]
    rows: tuple[Row, ...]
    standing: tuple[Finding, ...]
    owing: Owing
    carried: frozenset[str]
    """Cases whose material goes into the week's package."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Due:
    """What falls due in the next weeks, over every open case."""

    items: tuple[DueItem, ...]
    size: int
    day: date


def judge_week(workspace: Workspace, week: Week, at: datetime) -> Judged:
    """The week's findings as of `at`, with the matrix they make."""
    from evidence.ledger.facts import gather
    from evidence.rules.judge import judge

    view = workspace.ledger.view
    size = view.head.size
    facts = gather(view, week=week, case=None, at=at)
    findings = judge(facts, workspace.settings.parameters, at)
    names = {str(each.id): each.short_name or each.name for each in facts.enterprises}
    return Judged(
        week=week,
        at=at,
        size=size,
        findings=findings,
        rows=build_rows(findings, names),
        standing=standing(findings),
        owing=owing(facts, findings),
        carried=frozenset(one.case.id for one in facts.carried),
    )


def list_due(workspace: Workspace, at: datetime) -> Due:
    """What is due in the three weeks after `at`."""
    from evidence.ledger.facts import gather_open
    from evidence.rules.agenda import due_items

    view = workspace.ledger.view
    size, today = view.head.size, local_date(at)
    facts = gather_open(view, at)
    items = due_items(facts, workspace.settings.parameters, at, today + AHEAD)
    return Due(items=items, size=size, day=today)
