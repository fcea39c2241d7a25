"""Every Friday: the handover of the week's material (附件六1(4)); the plan is in `weekly_plan`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from evidence.domain.register import Package
from evidence.domain.week import Week, is_workday, local_date, ranges_of
from evidence.rules import weekly_plan
from evidence.rules.case_history import CaseHistory
from evidence.rules.clause import Level
from evidence.rules.deadlines import Window, uncertain
from evidence.rules.facts_index import FactsIndex
from evidence.rules.outcomes import failed, late, listed, passed, unsure, waiting
from evidence.rules.rule import Outcome, case_rule, revised, standing_rule
from evidence.rules.weekly_plan import WHILE_IT_RUNS


@standing_rule(
    "G07-weekly-handover",
    "每{handover_day}移交",
    rows="G07 W02",
    parameters="holiday_friday",
    remedy="补做移交；迟交的部分用补充包，迟延会长期列示。",
)
def weekly_handover(index: FactsIndex) -> Iterator[Outcome]:
    """The package of this week and of the week before was built by its handover day, and complete."""
    if index.week is None:
        return
    for week in (index.week.shift(-1), index.week):
        window = index.handover_window(week)
        if window.last < index.term[0] or (week != index.week and not _worked(index, week)):
            continue
        packages = index.packages_for(week)
        if index.edition >= WHILE_IT_RUNS and not (index.in_term(week) or packages or _worked(index, week)):
            continue  # after the term nothing is handed over but work that was done all the same
        about: dict[str, Any] = {
            "document": packages[0].id if packages else str(week),
            "due": window.last,
            "expected": f"{window.last.isoformat()} 移交{window.note}",
        }
        if packages:
            yield _handed_over(week, window, packages, about)
        elif index.today <= window.last:
            yield waiting(f"{week} 待移交（{window.last.isoformat()}）{window.note}。", **about)
        elif uncertain(window):
            yield unsure(f"{week} 未见移交，移交日请人工确认{window.note}。", **about)
        else:
            yield failed(f"{week} 没有移交{window.note}。", observed="未移交", **about)

    yield from _earlier_weeks(index, index.week.shift(-1))


def _handed_over(week: Week, window: Window, packages: Sequence[Package], about: dict[str, Any]) -> Outcome:
    """Of a week with packages: the first says when, any of them whether it was complete."""
    built = local_date(packages[0].built_at)
    about = {**about, "observed": f"{built.isoformat()} 制作"}
    if built > window.last and not uncertain(window):
        return late(f"{week} 于 {built.isoformat()} 才移交，已迟{window.note}。", **about)
    if not any(one.complete for one in packages):
        why = packages[-1].why_incomplete or "未说明原因"
        return failed(f"{week} 的移交包不完整：{why}。", **about)
    if built > window.last:
        return unsure(f"{week} 于 {built.isoformat()} 移交，是否按期请人工确认{window.note}。", **about)
    return passed(f"{week} 已按期移交。", **about)


def _earlier_weeks(index: FactsIndex, before: Week) -> Iterator[Outcome]:
    """Weeks that were never handed over, or late, stay on the list; they can no longer be cured."""
    missed: list[Week] = []
    tardy: list[Week] = []
    for week in missed_weeks(index, before):
        (missed if not index.packages_for(week) else tardy).append(week)
    words = [f"{ranges_of(missed)} 没有移交"] if missed else []
    words += [f"{ranges_of(tardy)} 迟交"] if tardy else []
    if words:
        yield revised(
            late(
                f"以前各周：{'；'.join(words)}。",
                document=str((missed or tardy)[0]),
                expected=f"每{index.handover_day}移交",
                observed=f"{len(missed)} 周未移交，{len(tardy)} 周迟交",
            )
        )


def missed_weeks(index: FactsIndex, before: Week) -> Iterator[Week]:
    """Weeks of the contract's term, before a week, with work that was not handed over by its handover day."""
    worked = {
        Week.of(day)
        for one in index.facts.services
        for day in (one.checked_on, one.rechecked_on)
        if day is not None and day >= index.term[0]
    }
    for week in sorted(worked):
        window = index.handover_window(week)
        packages = index.packages_for(week)
        if week >= before or window.last >= index.today or uncertain(window):
            continue
        if not packages or local_date(packages[0].built_at) > window.last:
            yield week


def _worked(index: FactsIndex, week: Week) -> bool:
    """Whether any enterprise was checked or rechecked in a week."""
    return any(
        day is not None and day in week
        for one in index.facts.services
        for day in (one.checked_on, one.rechecked_on)
    )


@standing_rule(
    "G07-receipt",
    "移交有接收回执",
    rows="G07 T01",
    remedy="请监管部门签收，回执扫描放入收件夹。",
    unless="尚未移交过。",
)
def receipts(index: FactsIndex) -> Iterator[Outcome]:
    """Each package of this and the previous week came back with a receipt; its absence never blocks."""
    yield from _disputed_receipts(index)
    if index.week is None:
        return
    yield from _earlier_receipts(index, index.week.shift(-1))
    for week in (index.week.shift(-1), index.week):
        for package in index.packages_for(week):
            due = _receipt_due(index, week)
            receipt = index.receipt_for(package)
            about: dict[str, Any] = {"document": package.id, "due": due, "expected": "监管部门签收回执"}
            if receipt is not None and receipt.manner == "scan":
                on = local_date(receipt.at).isoformat()
                yield passed(f"{package.id} 的回执已于 {on} 收到（由本机构登记）。", **about)
            elif receipt is not None:
                on = local_date(receipt.at).isoformat()
                yield passed(f"{package.id} 的回执已于 {on} 收到（监管部门电子签名）。", **about)
            elif index.today <= due:
                yield waiting(f"{package.id} 的回执未收回。", **about)
            else:
                yield failed(f"{package.id} 的回执至今未收回。", observed="无回执", **about)


def _receipt_due(index: FactsIndex, week: Week) -> date:
    """The next handover day, on which the receipt goes into the next package."""
    return index.handover_window(week.shift(1)).last


def _earlier_receipts(index: FactsIndex, before: Week) -> Iterator[Outcome]:
    """Packages of earlier weeks whose receipt never came, or came late: one row, for ever."""
    missing: list[Package] = []
    tardy: list[Package] = []
    for package in index.facts.packages:
        week = Week.parse(package.week)
        due = _receipt_due(index, week)
        receipt = index.receipt_for(package)
        if week >= before or index.today <= due:
            continue
        if receipt is None:
            missing.append(package)
        elif local_date(receipt.at) > due:
            tardy.append(package)
    words = [f"{listed(one.id for one in missing)} 的回执至今未收回"] if missing else []
    words += [f"{listed(one.id for one in tardy)} 的回执迟收"] if tardy else []
    if words:
        yield revised(
            late(
                f"以前各周：{'；'.join(words)}。",
                document=(missing or tardy)[0].id,
                expected="监管部门签收回执",
                observed=f"{len(missing)} 份未收回，{len(tardy)} 份迟收",
            )
        )


def _disputed_receipts(index: FactsIndex) -> Iterator[Outcome]:
    """Signed receipts of different bytes for one package: which of them holds is for the regulator to say."""
    signed: dict[str, set[str]] = {}
    for receipt in index.facts.receipts:
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
def no_gap(index: FactsIndex) -> Iterator[Outcome]:
    """Between the first package and the week before this one every week has a package, empty or not."""
    if index.week is None or not index.facts.packages:
        return
    have = {one.week for one in index.facts.packages}
    week = Week.parse(min(have))
    missing = []
    while week.monday < index.week.monday:
        if str(week) not in have:
            missing.append(str(week))
        week = week.shift(1)
    if missing:
        yield failed(f"{listed(missing)} 没有移交包。", observed=listed(missing), expected="周次连续")
    else:
        yield passed("移交周次连续。", observed=f"{len(have)} 周", expected="周次连续")


@case_rule(
    "G07-handed-over-in-time",
    "记录当周移交",
    rows="G07 C15 W02",
    parameters="holiday_friday",
    level=Level.WARNING,
    remedy="列入下一个移交包或补充包；迟延会长期列示。",
    unless="尚无检查或复查。",
)
def handed_over_in_time(chain: CaseHistory) -> Iterator[Outcome]:
    """The record of each check and recheck was in the package of its week; late stays visible as late."""
    for step in chain.inspections:
        due = chain.handover_due(step)
        document = chain.record(step)
        number = document.form.number if document else ""
        sent = chain.index.carriers(number)
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


CASE_RULES = (weekly_plan.visit_planned, handed_over_in_time)
STANDING_RULES = (weekly_handover, receipts, no_gap, weekly_plan.plan_filed, weekly_plan.plan_receipt)
