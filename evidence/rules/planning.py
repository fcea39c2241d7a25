"""Next week's visits, proposed from what is due (附件八1), within staffing and a day's capacity."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from evidence.domain.facts import Facts
from evidence.domain.identifiers import CaseId, EnterpriseId, PersonId
from evidence.domain.parties import Person, Role
from evidence.domain.register import Plan, PlanLine, PlannedWork
from evidence.domain.week import Week, is_public_holiday, is_workday
from evidence.rules.agenda import due_items
from evidence.rules.due_item import DueItem
from evidence.rules.facts_index import FactsIndex
from evidence.rules.known import known_at
from evidence.rules.parameters import Parameters
from evidence.rules.surroundings import in_force

WORK_OF = {
    "P11-recheck-window": PlannedWork.RECHECK,
    "F04-campaign-coverage": PlannedWork.CHECK,
    "F07-surveys-per-year": PlannedWork.CHECK,
    "F02-yearly-chain": PlannedWork.CHECK,
    "F03-new-enterprise": PlannedWork.CHECK,
    "P03-urging-window": PlannedWork.URGING,
}
PACED = {"F02-yearly-chain", "F04-campaign-coverage", "F07-surveys-per-year"}
"""Work with a far deadline, spread evenly over the weeks that are left."""
VISITS_PER_PERSON = 2
"""A forenoon and an afternoon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A plan nobody has filed yet, and what did not fit."""

    plan: Plan
    unplaced: tuple[tuple[DueItem, str], ...]
    """Due in that week, with the Chinese reason why it found no place."""


@dataclass(slots=True)
class _Board:
    """The week while it is being filled."""

    index: FactsIndex
    days: list[date]
    """Working days that are still to come."""
    resting: list[date]
    """Weekends that are still to come; never public holidays."""
    lines: list[PlanLine] = field(default_factory=list)
    visits: Counter[date] = field(default_factory=Counter)
    load: Counter[tuple[date, str]] = field(default_factory=Counter)
    total: Counter[str] = field(default_factory=Counter)


def propose_plan(facts: Facts, parameters: Parameters, as_of: datetime, week: Week) -> Proposal:
    """Rechecks and urgings whose window meets the week, then checks, each on its best working day.

    Rechecks go first, the most pressing before the others; a person takes at most two visits a day,
    the agency at most `visits_per_day`. A pure function of its arguments: the same facts, the same plan.
    """
    index = FactsIndex(known_at(facts, as_of), parameters, as_of)
    whole = tuple(day for n in range(7) if (day := week.monday + timedelta(days=n)) >= index.today)
    days = [day for day in whole if is_workday(day) or (is_workday(day) is None and day <= week.friday)]
    resting = [day for day in whole if day not in days and is_public_holiday(day) is False]
    board = _Board(index, days, resting)
    wanted = _wanted(facts, parameters, as_of, week, index)
    unplaced = [(item, why) for item in wanted if (why := _place(board, item, week))]
    planned = {str(week)}
    version = max((p.version for p in facts.plans if p.week in planned), default=0) + 1
    lines = sorted(board.lines, key=lambda one: (one.day, one.work, one.enterprise))
    plan = Plan(week=str(week), version=version, filed_on=index.today, lines=tuple(lines))
    return Proposal(plan=plan, unplaced=tuple(unplaced))


def _wanted(
    facts: Facts, parameters: Parameters, as_of: datetime, week: Week, index: FactsIndex
) -> list[DueItem]:
    """What belongs into the week, in the order in which it takes its place."""
    last = index.year_span(index.year_of(week.monday))[1]
    items = [
        item
        for item in due_items(facts, parameters, as_of, max(last, week.sunday))
        if item.rule_id in WORK_OF and item.enterprise
    ]
    announced = {
        (line.enterprise, line.work)
        for plan in facts.plans
        if Week.of(index.today).monday <= Week.parse(plan.week).monday < week.monday
        for line in plan.lines
    }
    items = [
        item
        for item in items
        if (item.enterprise, WORK_OF[item.rule_id]) not in announced
        and (item.overdue or item.due >= week.monday)
    ]
    pressing = [i for i in items if i.rule_id not in PACED and i.first <= week.sunday and _near(i, week)]
    paced = [i for i in items if i.rule_id in PACED]
    weeks_left = max(1, ((last - week.monday).days + 6) // 7)
    pace = -(-len(paced) // weeks_left)
    soon = [i for i in paced if i.due <= week.sunday + timedelta(days=7)]
    order = {PlannedWork.RECHECK: 0, PlannedWork.URGING: 1, PlannedWork.CHECK: 2}
    pressing.sort(key=lambda i: (order[WORK_OF[i.rule_id]], i.due, i.case, i.enterprise))
    return pressing + (soon + [i for i in paced if i not in soon])[: max(pace, len(soon))]


def _near(item: DueItem, week: Week) -> bool:
    """Newcomers' checks are planned from a month before their last day, all else when its window opens."""
    return item.rule_id != "F03-new-enterprise" or item.due <= week.sunday + timedelta(days=30)


def _place(board: _Board, item: DueItem, week: Week) -> str:
    """Put one item on the board; the Chinese reason when it does not fit, else nothing."""
    index = board.index
    work = WORK_OF[item.rule_id]
    enterprise = index.enterprises.get(item.enterprise)
    if enterprise is None:
        return "企业不在台账"
    inside = [day for day in board.days if item.first <= day <= item.due]
    resting = [day for day in board.resting if item.first <= day <= item.due]
    choices = inside or resting or board.days
    if not choices:
        return "该周没有尚未过去的工作日"
    heavy = enterprise.heavy and work is not PlannedWork.URGING
    number = index.parameters.experts_heavy if heavy else index.parameters.experts_ordinary
    supervised = heavy and index.parameters.supervisors_heavy > 0
    for day in sorted(choices, key=lambda one: (board.visits[one], one) if not item.overdue else (0, one)):
        if work is not PlannedWork.URGING and board.visits[day] >= index.parameters.visits_per_day:
            continue
        experts = _experts(board, day, item, number)
        if experts is None:
            continue
        remarks = [] if inside else ["期限内只有休息日"]
        if item.overdue:
            remarks = [f"已逾期（{item.due.isoformat()}）"]
        board.lines.append(
            PlanLine(
                day=day,
                enterprise=EnterpriseId(item.enterprise),
                work=work,
                case=CaseId(item.case) if item.case else None,
                experts=experts,
                supervisor_needed=supervised,
                note="；".join(remarks),
            )
        )
        if work is not PlannedWork.URGING:
            board.visits[day] += 1
            for one in experts:
                board.load[day, one] += 1
        for one in experts:
            board.total[one] += 1
        return ""
    return "人手或每日家数已满"


def _experts(board: _Board, day: date, item: DueItem, number: int) -> tuple[PersonId, ...] | None:
    """The people for one visit: who checked before goes again, then whoever has least to do."""
    free = [
        one
        for one in _available(board.index, day, item.enterprise)
        if board.load[day, one.id] < VISITS_PER_PERSON
    ]
    before = {
        person
        for chain in board.index.chains
        if chain.case.id == item.case and chain.check is not None
        for person in chain.check.facts.experts
    }
    free.sort(key=lambda one: (one.id not in before, board.total[one.id], one.id))
    return tuple(sorted(one.id for one in free[:number])) if len(free) >= number else None


def _available(index: FactsIndex, day: date, enterprise: str) -> list[Person]:
    """Qualified members in service with a valid badge and no declared interest."""
    found = []
    for person in index.team:
        conflicts = [
            one
            for one in index.entries_of("conflict-declaration", person.id)
            if one.enterprise == enterprise and one.data.get("conflict") != "无"
        ]
        if (
            person.role in (Role.LEADER, Role.MEMBER)
            and person.qualified
            and person.badge
            and in_force(day, person.active_from, person.active_to)
            and in_force(day, person.badge_from, person.badge_to)
            and not conflicts
        ):
            found.append(person)
    return found
