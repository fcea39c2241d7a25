"""How a recorded exception meets a finding (interface, Findings): it never changes the kind."""

from __future__ import annotations

from datetime import datetime

import msgspec

from evidence.domain.case import Visit
from evidence.domain.parties import Person, Role
from evidence.domain.register import Waiver
from evidence.rules.case_history import CaseHistory
from evidence.rules.clause import AppliedWaiver
from evidence.rules.steps import Step
from evidence.rules.surroundings import Surroundings, in_force

DEPUTY = "leader-deputy"
"""Register: who stands in for the project leader, recorded before it is needed."""
AGENCY = frozenset({Role.LEADER, Role.MEMBER, Role.CLERK})
"""Who may enter the regulator's document when every leader was on the visit."""


def applied(waiver: Waiver) -> AppliedWaiver:
    """The exception as a finding shows it."""
    return AppliedWaiver(
        by=f"{waiver.by}（{waiver.account} 自述）" if waiver.stated else waiver.by,
        why=waiver.why,
        at=waiver.at,
        attachment=waiver.attachment,
        stated=True if waiver.stated else msgspec.UNSET,
    )


def find(chain: CaseHistory, rule_id: str, visit: str, document: str = "") -> Waiver | None:
    """The exception for one rule of one case and visit: the one that lifts the block, if there is one.

    Of the others one with the regulator's document goes before one without, then the latest: whoever
    explains a finding again does not take away what the lead has answered for.
    Like a late scan, an exception recorded after the day of the judgement counts: it is shown with its date.
    """
    mine = [
        one
        for one in chain.facts.waivers
        if one.rule_id == rule_id and one.case == chain.case.id and covers(one, visit, document)
    ]
    return max(
        mine,
        key=lambda one: (lifts_block(chain, one, visit), one.attachment is not None, one.at),
        default=None,
    )


def covers(waiver: Waiver, visit: str, document: str) -> bool:
    """Whether the finding was there when the exception was given; older ones cover whatever the rule says."""
    if not waiver.covers:
        return True
    return (visit or document) in waiver.covers


def lifts_block(chain: CaseHistory, waiver: Waiver, visit: str) -> bool:
    """Only with the regulator's document, entered by one who may and who was not on that visit."""
    return not why_not(chain, waiver, visit)


def why_not(chain: CaseHistory, waiver: Waiver, visit: str) -> str:
    """Why an exception lifts no block, in a short Chinese clause; empty when it does.

    A project leader lifts, or his deputy who was recorded before the visit. Where every leader in service
    was on the visit, the regulator's document lifts when another person of the agency enters it.
    """
    if waiver.attachment is None:
        return "没有附监管部门的书面意见"
    if waiver.stated:
        return "登记的账号没有关联人员，决定人只是自述"
    person = chain.index.people.get(waiver.by)
    if person is None:
        return "决定人不在名册"
    steps = [step for step in chain.visits if not visit or step.id == visit]
    if any(person.id in step.facts.experts for step in steps):
        return f"{person.name}参加了该次活动"
    if person.role is Role.LEADER or _deputy(chain.index, person, steps):
        return ""
    if person.role in AGENCY and steps and all(_leaders_were_there(chain.index, step) for step in steps):
        return ""
    return f"{person.name}不是项目负责人，也没有事先登记为其代理人"


def _leaders_were_there(index: Surroundings, step: Step) -> bool:
    """No leader in service on that day stayed away, and there was one."""
    leaders = [one for one in index.active_team(step.day) if one.role is Role.LEADER]
    return bool(leaders) and all(one.id in step.facts.experts for one in leaders)


def _deputy(index: Surroundings, person: Person, steps: list[Step]) -> bool:
    """A deputy for every one of these visits, recorded before they began."""
    entries = index.entries_of(DEPUTY, person.id)
    return bool(steps) and all(
        any(
            in_force(step.day, entry.valid_from, entry.valid_to)
            and _before(entry.entered_at, step.facts)
            and entry.attachment is not None
            for entry in entries
        )
        for step in steps
    )


def _before(entered_at: datetime | None, visit: Visit) -> bool:
    return entered_at is not None and entered_at <= visit.arrived_at
