"""What the worklist needs beside findings and due days, taken from the facts of one judgement; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from evidence.domain.case import Trigger, in_force
from evidence.domain.facts import CaseFacts, Facts, ServiceState
from evidence.domain.hazard import Grade
from evidence.domain.register import Plan, PlanLine, PlannedWork
from evidence.domain.week import Week
from evidence.rules.clause import Finding
from evidence.web.worklist import MajorHazard


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistContext:
    """Whom and what the lines name, as of one judgement."""

    majors: tuple[MajorHazard, ...] = ()
    planned: tuple[PlanLine, ...] = ()
    enterprise_names: Mapping[str, str] = field(default_factory=dict)
    enterprise_of_case: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)
    visit_kinds: Mapping[str, str] = field(default_factory=dict)
    visit_people: Mapping[str, str] = field(default_factory=dict)


def worklist_context(
    facts: Facts, findings: Sequence[Finding], plans: Sequence[Plan], today: date
) -> WorklistContext:
    """Names of whoever the findings, the plans and the major hazards are about, and of nobody else.

    Args:
        plans: of this week and the one before; what was filed later replaces what was filed earlier.
    """
    majors = tuple(each for case in facts.cases for each in _majors(case))
    planned = _not_carried_out(plans, facts.services, today)
    named = {each.subject.enterprise for each in findings}
    named |= {each.enterprise for each in planned} | {each.enterprise for each in majors}
    people = {str(each.id): each.name for each in facts.people}
    visits = [visit for case in facts.cases for visit in in_force(case.visits)]
    return WorklistContext(
        majors=majors,
        planned=planned,
        enterprise_names={
            str(each.id): each.short_name or each.name for each in facts.enterprises if each.id in named
        },
        enterprise_of_case={str(each.case.id): str(each.case.enterprise) for each in facts.cases},
        people=people,
        visit_kinds={str(visit.id): visit.kind.value for visit in visits},
        visit_people={
            name: "、".join(people.get(each, each) for each in visit.experts)
            for visit in visits
            if visit.experts
            for name in (str(visit.id), str(visit.case))
        },
    )


def _majors(case: CaseFacts) -> list[MajorHazard]:
    found = [
        hazard for visit in in_force(case.visits) for hazard in visit.hazards if hazard.grade is Grade.MAJOR
    ]
    reports = [each for each in case.escalations if each.trigger is Trigger.MAJOR]
    majors = []
    for hazard in found:
        about = [each for each in reports if not each.hazards or hazard.id in each.hazards]
        if any(each.receipt_at for each in about):
            continue
        majors.append(
            MajorHazard(
                case=case.case.id,
                enterprise=case.case.enterprise,
                hazard=hazard.id,
                words=f"{hazard.location}：{hazard.description}",
                reported=bool(about),
            )
        )
    return majors


def _not_carried_out(
    plans: Sequence[Plan], services: Sequence[ServiceState], today: date
) -> tuple[PlanLine, ...]:
    """Lines of the plans in force up to today for which nobody went in their week, or since."""
    newest = {
        plan.week: plan for plan in sorted(plans, key=lambda plan: plan.version) if plan.filed_on <= today
    }
    done: dict[tuple[str, PlannedWork], date] = {}
    for each in services:
        for work, on in _went(each):
            held = done.get((each.enterprise, work))
            done[each.enterprise, work] = on if held is None else max(on, held)
    return tuple(
        line
        for plan in newest.values()
        for line in plan.lines
        if line.day <= today
        and done.get((line.enterprise, line.work), date.min) < Week.parse(plan.week).monday
    )


def _went(service: ServiceState) -> list[tuple[PlannedWork, date]]:
    days = (
        (PlannedWork.CHECK, service.checked_on),
        (PlannedWork.SPECIAL, service.checked_on),
        (PlannedWork.RECHECK, service.rechecked_on),
        (PlannedWork.SPECIAL, service.rechecked_on),
        (PlannedWork.URGING, service.urged_on),
        (PlannedWork.GUIDANCE, service.guidance_on),
    )
    return [(work, on) for work, on in days if on is not None]
