"""How a recorded exception meets a finding (interface, Findings): it never changes the kind."""

from __future__ import annotations

from evidence.domain.parties import Role
from evidence.domain.register import Waiver
from evidence.rules.chain import Chain
from evidence.rules.clause import AppliedWaiver


def applied(waiver: Waiver) -> AppliedWaiver:
    """The exception as a finding shows it."""
    return AppliedWaiver(by=waiver.by, why=waiver.why, at=waiver.at, attachment=waiver.attachment)


def find(chain: Chain, rule_id: str, visit: str) -> Waiver | None:
    """The exception for one rule of one case and visit: the one that lifts the block, if there is one.

    Of the others one with the regulator's document goes before one without, then the latest: whoever
    explains a finding again does not take away what the lead has answered for.
    Like a late scan, an exception recorded after the day of the judgement counts: it is shown with its date.
    """
    mine = [one for one in chain.facts.waivers if one.rule_id == rule_id and one.case == chain.case.id]
    return max(
        mine,
        key=lambda one: (lifts_block(chain, one, visit), one.attachment is not None, one.at),
        default=None,
    )


def lifts_block(chain: Chain, waiver: Waiver, visit: str) -> bool:
    """Only with the regulator's document, and by a lead who was not on that visit."""
    if waiver.attachment is None:
        return False
    person = chain.ground.people.get(waiver.by)
    if person is None or person.role is not Role.LEADER:
        return False
    return all(person.id not in step.facts.experts for step in chain.visits if not visit or step.id == visit)
