"""Every Friday: the handover of the week's material and the plan for the next (附件六1(4), 附件八1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evidence.domain.case import VisitKind
from evidence.domain.register import Plan, PlannedWork
from evidence.domain.week import Week, is_workday, local_date
from evidence.rules.chain import Chain, Step
from evidence.rules.clause import Level
from evidence.rules.deadlines import Window, handover_window, planning_day
from evidence.rules.ground import Ground
from evidence.rules.outcomes import failed, late, listed, passed, unsure, waiting
from evidence.rules.rule import Outcome, case_rule, revised, standing_rule

WORKS = {
    VisitKind.CHECK: {PlannedWork.CHECK, PlannedWork.SPECIAL},
    VisitKind.RECHECK: {PlannedWork.RECHECK, PlannedWork.SPECIAL},
    VisitKind.GUIDANCE: {PlannedWork.GUIDANCE},
}
"""Kinds of planned work that announce each kind of visit."""
PLAN_IN_FORCE_ONLY = 3
"""From this edition on a line of a superseded plan announces nothing."""


def _uncertain(window: Window) -> bool:
    return any("日历不含" in note for note in window.notes)


@standing_rule(
    "G07-weekly-handover",
    "每周五移交",
    rows="G07 W02",
    parameters="holiday_friday",
    remedy="补做移交；迟交的部分用补充包，迟延会长期列示。",
)
def weekly_handover(ground: Ground) -> Iterator[Outcome]:
    """The package of this week and of the week before was built by its handover day, and complete."""
    if ground.week is None:
        return
    for week in (ground.week.shift(-1), ground.week):
        window = handover_window(week, ground.parameters.holiday_friday)
        if window.last < ground.term[0] or (week != ground.week and not _worked(ground, week)):
            continue
        packages = ground.packages_for(week)
        about: dict[str, Any] = {
            "document": packages[0].id if packages else str(week),
            "due": window.last,
            "expected": f"{window.last.isoformat()} 移交{window.note}",
        }
        if packages:
            first, last = packages[0], packages[-1]
            built = local_date(first.built_at)
            about["observed"] = f"{built.isoformat()} 制作"
            if built > window.last and not _uncertain(window):
                yield failed(f"{week} 于 {built.isoformat()} 才移交，已迟{window.note}。", **about)
            elif not any(one.complete for one in packages):
                yield failed(f"{week} 的移交包不完整：{last.why_incomplete or '未说明原因'}。", **about)
            elif built > window.last:
                yield unsure(
                    f"{week} 于 {built.isoformat()} 移交，是否按期请人工确认{window.note}。", **about
                )
            else:
                yield passed(f"{week} 已按期移交。", **about)
        elif ground.today <= window.last:
            yield waiting(f"{week} 待移交（{window.last.isoformat()}）{window.note}。", **about)
        elif _uncertain(window):
            yield unsure(f"{week} 未见移交，移交日请人工确认{window.note}。", **about)
        else:
            yield failed(f"{week} 没有移交{window.note}。", observed="未移交", **about)

    yield from _earlier_weeks(ground, ground.week.shift(-1))


def _earlier_weeks(ground: Ground, before: Week) -> Iterator[Outcome]:
    """Weeks that were never handed over, or late, stay on the list; they can no longer be cured."""
    missed: list[Week] = []
    tardy: list[Week] = []
    for week in missed_weeks(ground, before):
        (missed if not ground.packages_for(week) else tardy).append(week)
    words = [f"{listed(missed)} 没有移交"] if missed else []
    words += [f"{listed(tardy)} 迟交"] if tardy else []
    if words:
        yield revised(
            late(
                f"以前各周：{'；'.join(words)}。",
                document=str((missed or tardy)[0]),
                expected="每周五移交",
                observed=f"{len(missed)} 周未移交，{len(tardy)} 周迟交",
            )
        )


def missed_weeks(ground: Ground, before: Week) -> Iterator[Week]:
    """Weeks of the contract's term, before a week, with work that was not handed over by its handover day."""
    worked = {
        Week.of(day)
        for one in ground.facts.services
        for day in (one.checked_on, one.rechecked_on)
        if day is not None and day >= ground.term[0]
    }
    for week in sorted(worked):
        window = handover_window(week, ground.parameters.holiday_friday)
        packages = ground.packages_for(week)
        if week >= before or window.last >= ground.today or _uncertain(window):
            continue
        if not packages or local_date(packages[0].built_at) > window.last:
            yield week


def _worked(ground: Ground, week: Week) -> bool:
    """Whether any enterprise was checked or rechecked in a week."""
    return any(
        day is not None and day in week
        for one in ground.facts.services
        for day in (one.checked_on, one.rechecked_on)
    )


@standing_rule(
    "G07-receipt",
    "移交有接收回执",
    rows="G07 T01",
    remedy="请监管部门签收，回执扫描放入收件夹。",
    unless="尚未移交过。",
)
def receipts(ground: Ground) -> Iterator[Outcome]:
    """Each package of this and the previous week came back with a receipt; its absence never blocks."""
    yield from _disputed_receipts(ground)
    if ground.week is None:
        return
    for week in (ground.week.shift(-1), ground.week):
        for package in ground.packages_for(week):
            due = handover_window(week.shift(1), ground.parameters.holiday_friday).last
            receipt = ground.receipt_for(package)
            about: dict[str, Any] = {"document": package.id, "due": due, "expected": "监管部门签收回执"}
            if receipt is not None and receipt.manner == "scan":
                on = local_date(receipt.at).isoformat()
                yield passed(f"{package.id} 的回执已于 {on} 收到（由本机构登记）。", **about)
            elif receipt is not None:
                on = local_date(receipt.at).isoformat()
                yield passed(f"{package.id} 的回执已于 {on} 收到（监管部门电子签名）。", **about)
            elif ground.today <= due:
                yield waiting(f"{package.id} 的回执未收回。", **about)
            else:
                yield failed(f"{package.id} 的回执至今未收回。", observed="无回执", **about)


def _disputed_receipts(ground: Ground) -> Iterator[Outcome]:
    """Signed receipts of different bytes for one package: which of them holds is for the regulator to say."""
    signed: dict[str, set[str]] = {}
    for receipt in ground.facts.receipts:
        if receipt.manner == "signature":
            signed.setdefault(receipt.package, set()).add(receipt.source)
    for package, sources in sorted(signed.items()):
        if len(sources) > 1:
            yield revised(
                unsure(
                    f"{package} 有 {len(sources)} 份不同的电子签名回执，请向监管部门查问以哪一份为准。",
                    document=package,
                    expected="一包一份签名回执",
                    observed=f"{len(sources)} 份",
                )
            )


@standing_rule(
    "G07-no-gap",
    "移交周次连续",
    rows="G07 C11",
    remedy="补做所缺的周（无检查的周做空包）。",
    unless="尚未移交过。",
)
def no_gap(ground: Ground) -> Iterator[Outcome]:
    """Between the first package and the week before this one every week has a package, empty or not."""
    if ground.week is None or not ground.facts.packages:
        return
    have = {one.week for one in ground.facts.packages}
    week = Week.parse(min(have))
    missing = []
    while week.monday < ground.week.monday:
        if str(week) not in have:
            missing.append(str(week))
        week = week.shift(1)
    if missing:
        yield failed(f"{listed(missing)} 没有移交包。", observed=listed(missing), expected="周次连续")
    else:
        yield passed("移交周次连续。", observed=f"{len(have)} 周", expected="周次连续")


@standing_rule(
    "T01-plan-filed",
    "每周五报备下周计划",
    rows="T01 W02",
    parameters="holiday_friday",
    remedy="用 evidence plan 编制并报备下周计划。",
)
def plan_filed(ground: Ground) -> Iterator[Outcome]:
    """This week's plan was filed by the Friday before, next week's is by this Friday."""
    if ground.week is None:
        return
    for week in (ground.week, ground.week.shift(1)):
        window = planning_day(week, ground.parameters.holiday_friday)
        if window.last < ground.term[0]:
            continue
        plans = [one for one in ground.plans_for(week) if one.filed_on <= ground.today]
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
            elif _uncertain(window):
                yield unsure(
                    f"{week} 的计划于 {filed.isoformat()} 报备，是否按期请确认{window.note}。", **about
                )
            else:
                yield failed(f"{week} 的计划于 {filed.isoformat()} 才报备，已迟{window.note}。", **about)
        elif ground.today <= window.last:
            yield waiting(f"{week} 的计划待报备（{window.last.isoformat()}）{window.note}。", **about)
        elif _uncertain(window):
            yield unsure(f"{week} 的计划未见报备，报备日请确认{window.note}。", **about)
        else:
            yield failed(f"{week} 没有报备计划{window.note}。", observed="未报备", **about)


@standing_rule(
    "T01-plan-receipt",
    "计划报备有签收",
    rows="T01",
    level=Level.NOTE,
    remedy="请监管部门签收计划并登记签收日期。",
    unless="尚无报备的计划。",
)
def plan_receipt(ground: Ground) -> Iterator[Outcome]:
    """The newest plan of this week and the next carries the regulator's receipt."""
    if ground.week is None:
        return
    for week in (ground.week, ground.week.shift(1)):
        plans = [one for one in ground.plans_for(week) if one.filed_on <= ground.today]
        if not plans:
            continue
        plan = plans[-1]
        if plan.receipt_on is not None and plan.receipt_on < plan.filed_on:
            yield unsure(f"{week} 的计划签收早于报备，请核对。", document=plan.number)
        elif plan.receipt_on is not None:
            yield passed(f"{week} 的计划已签收。", document=plan.number)
        elif any(one.receipt_on for one in plans):
            yield revised(
                unsure(
                    f"{week} 的计划第 {plan.version} 版尚无签收；签收的是以前的版本。", document=plan.number
                ),
                passed(f"{week} 的计划已签收。", document=plan.number),
            )
        elif ground.today < week.monday:
            yield waiting(f"{week} 的计划待签收。", document=plan.number, due=week.monday)
        else:
            yield failed(f"{week} 的计划没有签收。", document=plan.number)


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
def visit_planned(chain: Chain) -> Iterator[Outcome]:
    """Every check, recheck and guidance visit was in a filed plan, or carries a change note."""
    for step in chain.visits:
        if step.facts.kind not in WORKS:
            continue
        week = Week.of(step.day)
        there, same_day = announced(
            chain.ground.plans_for(week),
            step,
            chain.case.enterprise,
            superseded=chain.ground.edition < PLAN_IN_FORCE_ONLY,
        )
        about: dict[str, Any] = {"visit": step.id, "expected": f"列入 {week} 计划或有变更说明"}
        if same_day:
            yield passed(f"{step.name}在计划之内。", observed="计划内", **about)
        elif step.facts.change_note.strip():
            yield passed(f"{step.name}计划有变：{step.facts.change_note}。", observed="有变更说明", **about)
        elif there:
            yield unsure(f"{step.name}在当周计划内，但日期不同，又无变更说明。", observed="日期不同", **about)
        else:
            yield failed(f"{step.name}不在 {week} 的计划内，也没有变更说明。", observed="计划外", **about)


@case_rule(
    "G07-handed-over-in-time",
    "记录当周移交",
    rows="G07 C15 W02",
    parameters="holiday_friday",
    level=Level.WARNING,
    remedy="列入下一个移交包或补充包；迟延会长期列示。",
    unless="尚无检查或复查。",
)
def handed_over_in_time(chain: Chain) -> Iterator[Outcome]:
    """The record of each check and recheck was in the package of its week; late stays visible as late."""
    for step in chain.inspections:
        due = chain.handover_due(step)
        document = chain.record(step)
        number = document.form.number if document else ""
        sent = chain.ground.carriers(number)
        about: dict[str, Any] = {
            "visit": step.id,
            "document": number,
            "due": due,
            "expected": f"{due.isoformat()} 移交",
        }
        if sent:
            built = local_date(sent[0].built_at)
            if built <= due:
                yield passed(f"{number} 已随 {sent[0].id} 移交。", observed=built.isoformat(), **about)
            else:
                late = (built - due).days
                yield failed(
                    f"{number} 随 {sent[0].id} 迟交 {late} 天。", observed=built.isoformat(), **about
                )
        elif chain.today <= due:
            yield waiting(f"{step.name}的记录 {due.isoformat()} 移交。", observed="未移交", **about)
        elif is_workday(due) is None:
            yield unsure(f"{step.name}的记录未见移交，日历不含该年度，移交日请人工确认。", **about)
        else:
            yield failed(f"{step.name}的记录过了 {due.isoformat()} 仍未移交。", observed="未移交", **about)


CASE_RULES = (visit_planned, handed_over_in_time)
STANDING_RULES = (weekly_handover, receipts, no_gap, plan_filed, plan_receipt)
