"""Which enterprises stopped, moved, were struck off or left the zone, and since when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from evidence.domain.facts import Facts
from evidence.domain.register import RegisterEntry

REGISTER = "enterprise-departure"
REASONS = ("停产", "搬迁", "注销", "退出")


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
