"""An enterprise that stopped, moved, was struck off or left the zone: its chain ends with that, stated once.

What was owed before it left stays owed; what would fall due afterwards is no longer asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from evidence.domain.facts import Facts
from evidence.domain.register import RegisterEntry
from evidence.rules.case_history import CaseHistory
from evidence.rules.clause import Kind
from evidence.rules.outcomes import passed, unsure
from evidence.rules.rule import Outcome

REGISTER = "enterprise-departure"
REASONS = ("停产", "搬迁", "注销", "退出")
CLOSING = "K03-chain-closed"
"""The rule that states how a chain ended."""


def departures(facts: Facts, today: date) -> dict[str, RegisterEntry]:
    """Enterprise -> its last departure so far; an entry without a reason of the four ends nothing."""
    found: dict[str, RegisterEntry] = {}
    for entry in (*facts.entries, *(each for case in facts.cases for each in case.entries)):
        if entry.register == REGISTER and entry.enterprise and entry.on <= today and reason_of(entry):
            found[entry.enterprise] = entry
    return found


def reason_of(entry: RegisterEntry) -> str:
    """停产, 搬迁, 注销 or 退出; empty when the entry says none of them."""
    said = entry.data.get("reason", "")
    return next((reason for reason in REASONS if reason in said), "")


def ended(facts: Facts, gone: dict[str, RegisterEntry]) -> Facts:
    """The facts with every departed enterprise in force until the day it left."""
    if not gone:
        return facts
    return replace(
        facts,
        enterprises=tuple(
            replace(one, active_to=min(filter(None, (one.active_to, gone[one.id].on))))
            if one.id in gone
            else one
            for one in facts.enterprises
        ),
    )


def no_longer_asked(due: date | None, left_on: date) -> bool:
    """Whether a duty falls due after the enterprise left."""
    return due is not None and due >= left_on


def without_what_ended(chain: CaseHistory, rule: str, outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """The outcomes of one rule for a case whose enterprise may have left.

    Duties that a record already made brings with it (its pages, its film) stay: they name their visit.
    """
    said = tuple(outcomes)
    entry = chain.index.departures.get(chain.case.enterprise)
    if entry is None:
        return said
    kept = tuple(
        one
        for one in said
        if one.visit
        or one.kind not in (Kind.OPEN, Kind.FAIL)
        or one.level is not None
        or not no_longer_asked(one.due, entry.on)
    )
    if rule != CLOSING or kept == said:
        return kept
    return (*kept, _ending(entry))


def _ending(entry: RegisterEntry) -> Outcome:
    said = f"企业已{reason_of(entry)}（{entry.on.isoformat()}），本案终结"
    if entry.attachment is None:
        return unsure(f"{said}，没有证明材料，请补交。", observed=reason_of(entry))
    return passed(f"{said}。", observed=reason_of(entry))
