"""Every Friday: the plan for the next week, filed with the regulator; visits that stand in it (附件八1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evidence.domain.case import VisitKind
from evidence.domain.reasons import substantial
from evidence.domain.register import Plan, PlannedWork
from evidence.domain.week import Week, ranges_of
from evidence.rules.case_history import CaseHistory
from evidence.rules.clause import Level
from evidence.rules.deadlines import Window, uncertain
from evidence.rules.facts_index import FactsIndex
from evidence.rules.outcomes import failed, late, passed, unsure, waiting
from evidence.rules.rule import Outcome, case_rule, revised, standing_rule
from evidence.rules.steps import Step

WORKS = {
    VisitKind.CHECK: {PlannedWork.CHECK, PlannedWork.SPECIAL},
    VisitKind.RECHECK: {PlannedWork.RECHECK, PlannedWork.SPECIAL},
    VisitKind.GUIDANCE: {PlannedWork.GUIDANCE},
}
"""Kinds of planned work that announce each kind of visit."""
WHILE_IT_RUNS = 5
"""From this edition on a week after the contract's term needs neither plan nor handover."""
PLAN_IN_FORCE_ONLY = 3
"""From this edition on a line of a superseded plan announces nothing."""


@standing_rule(
    "T01-plan-filed",
    "每{handover_day}报备下周计划",
    rows="T01 W02",
    parameters="holiday_friday",
    remedy="用 evidence plan 编制并报备下周计划。",
)
def plan_filed(index: FactsIndex) -> Iterator[Outcome]:
    """This week's plan was filed by the Friday before, next week's is by this Friday."""
    if index.week is None:
        return
    yield from _earlier_plans(index, index.week)
    for week in (index.week, index.week.shift(1)):
        window = index.planning_day(week)
        if window.last < index.term[0]:
            continue
        plans = [one for one in index.plans_for(week) if one.filed_on <= index.today]
        if index.edition >= WHILE_IT_RUNS and not plans and not index.in_term(week):
            continue
        about: dict[str, Any] = {
            "document": plans[0].number if plans else "",
            "due": window.last,
            "expected": f"{window.last.isoformat()} 前报备{window.note}",
        }
        if plans:
            filed = plans[0].filed_on
            about["observed"] = filed.isoformat()
            if filed <= window.last:
                yield passed(f"{week} 的计划已于 {filed.isoformat()} 报备。", **about)
            elif uncertain(window):
                yield unsure(
                    f"{week} 的计划于 {filed.isoformat()} 报备，是否按期请确认{window.note}。", **about
                )
            else:
                yield late(f"{week} 的计划于 {filed.isoformat()} 才报备，已迟{window.note}。", **about)
        elif index.today <= window.last:
            yield waiting(f"{week} 的计划待报备（{window.last.isoformat()}）{window.note}。", **about)
        elif uncertain(window):
            yield unsure(f"{week} 的计划未见报备，报备日请确认{window.note}。", **about)
        else:
            yield failed(f"{week} 没有报备计划{window.note}。", observed="未报备", **about)


def _earlier_plans(index: FactsIndex, before: Week) -> Iterator[Outcome]:
    """Weeks of the term whose plan was never filed, or late: they stay on the list, in one row."""
    missed: list[Week] = []
    tardy: list[Week] = []
    for week, window in _planned_weeks(index, before):
        plans = [one for one in index.plans_for(week) if one.filed_on <= index.today]
        if not plans:
            missed.append(week)
        elif plans[0].filed_on > window.last:
            tardy.append(week)
    words = [f"{ranges_of(missed)} 没有报备计划"] if missed else []
    words += [f"{ranges_of(tardy)} 的计划迟报"] if tardy else []
    if words:
        yield revised(
            late(
                f"以前各周：{'；'.join(words)}。",
                document=str((missed or tardy)[0]),
                expected="每{handover_day}报备下周计划",
                observed=f"{len(missed)} 周未报备，{len(tardy)} 周迟报",
            )
        )


def _planned_weeks(index: FactsIndex, before: Week) -> Iterator[tuple[Week, Window]]:
    """Weeks before another whose planning day lay in the term, each with that day."""
    first, last = index.term
    week = Week.of(first).shift(1)
    while week < before and week.monday <= last:
        window = index.planning_day(week)
        if window.last >= first and not uncertain(window):
            yield week, window
        week = week.shift(1)


@standing_rule(
    "T01-plan-receipt",
    "计划报备有签收",
    rows="T01",
    level=Level.NOTE,
    remedy="请监管部门签收计划并登记签收日期。",
    unless="尚无报备的计划。",
)
def plan_receipt(index: FactsIndex) -> Iterator[Outcome]:
    """The newest plan of this week and the next carries the regulator's receipt."""
    if index.week is None:
        return
    yield from _earlier_plan_receipts(index, index.week)
    for week in (index.week, index.week.shift(1)):
        plans = [one for one in index.plans_for(week) if one.filed_on <= index.today]
        if not plans:
            continue
        plan = plans[-1]
        if plan.receipt_on is not None and plan.receipt_on < plan.filed_on:
            yield unsure(f"{week} 的计划签收早于报备，请核对。", document=plan.number)
        elif plan.receipt_on is not None and plan.receipt_on >= week.monday:
            on = plan.receipt_on.isoformat()
            yield revised(
                late(f"{week} 的计划 {on} 才签收，该周已经开始。", document=plan.number),
                passed(f"{week} 的计划已签收。", document=plan.number),
            )
        elif plan.receipt_on is not None:
            yield passed(f"{week} 的计划已签收。", document=plan.number)
        elif any(one.receipt_on for one in plans):
            yield revised(
                unsure(
                    f"{week} 的计划第 {plan.version} 版尚无签收；签收的是以前的版本。", document=plan.number
                ),
                passed(f"{week} 的计划已签收。", document=plan.number),
            )
        elif index.today < week.monday:
            yield waiting(f"{week} 的计划待签收。", document=plan.number, due=week.monday)
        else:
            yield failed(f"{week} 的计划没有签收。", document=plan.number)


def _earlier_plan_receipts(index: FactsIndex, before: Week) -> Iterator[Outcome]:
    """Plans of earlier weeks that were filed and never receipted: one row, listing their weeks."""
    bare = [
        week
        for week, _window in _planned_weeks(index, before)
        if (plans := [one for one in index.plans_for(week) if one.filed_on <= index.today])
        and plans[-1].receipt_on is None
    ]
    if bare:
        yield revised(
            late(
                f"以前各周：{ranges_of(bare)} 的计划没有签收。",
                document=str(bare[0]),
                observed=f"{len(bare)} 周无签收",
            )
        )


def announced(
    plans: tuple[Plan, ...], step: Step, enterprise: str, *, superseded: bool = False
) -> tuple[bool, bool]:
    """Whether a visit stands in the plan in force on its day, and whether on that very day.

    Args:
        superseded: whether lines of versions that a later one replaced count, too (before edition 3).
    """
    works = WORKS.get(step.facts.kind, set())
    filed = [plan for plan in plans if plan.filed_on <= step.day]
    lines = [
        line
        for plan in (filed if superseded else filed[-1:])
        for line in plan.lines
        if line.enterprise == enterprise and line.work in works
    ]
    return bool(lines), any(line.day == step.day for line in lines)


@case_rule(
    "T01-visit-planned",
    "上门在计划之内",
    rows="T01",
    level=Level.WARNING,
    remedy="计划外的上门写明变更原因（change_note），并告知监管部门。",
    unless="尚无检查、复查、指导。",
)
def visit_planned(chain: CaseHistory) -> Iterator[Outcome]:
    """Every check, recheck and guidance visit was in a filed plan, or carries a change note."""
    for step in chain.visits:
        if step.facts.kind not in WORKS:
            continue
        week = Week.of(step.day)
        there, same_day = announced(
            chain.index.plans_for(week),
            step,
            chain.case.enterprise,
            superseded=chain.index.edition < PLAN_IN_FORCE_ONLY,
        )
        about: dict[str, Any] = {"visit": step.id, "expected": f"列入 {week} 计划或有变更说明"}
        if same_day:
            yield passed(f"{step.name}在计划之内。", observed="计划内", **about)
        elif note := step.facts.change_note.strip():
            explained = passed(
                f"{step.name}计划有变：{step.facts.change_note}。", observed="有变更说明", **about
            )
            idle = f"{step.name}计划有变，说明“{note}”没有实质内容。"
            doubted = revised(unsure(idle, observed="有变更说明", **about), explained)
            yield explained if substantial(note) else doubted
        elif there:
            yield unsure(f"{step.name}在当周计划内，但日期不同，又无变更说明。", observed="日期不同", **about)
        else:
            yield failed(f"{step.name}不在 {week} 的计划内，也没有变更说明。", observed="计划外", **about)
