"""Rules as rulesets 1 and 2 declared them, for packages that were judged by those.

What such a rule said otherwise stands beside what it says now (`Outcome.earlier`); here stands what it
declared otherwise, since a ruleset's digest covers its declarations.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from evidence.rules.clause import Level
from evidence.rules.rule import Rule

AnyRule = TypeVar("AnyRule", bound=Rule)

PARAMETERS: dict[str, tuple[str, ...]] = {
    "V02-whole-visit": ("coverage_tolerance_s",),
    "C18-force-majeure": (),
    "K05-major-criterion": (),
}
"""Rule -> parameters it named then, where they differ."""
REMEDIES: dict[str, str] = {"P13-overdue-reported": "向安监科或执法中队书面上报并取得签收。"}
"""Rule -> what it advised then, where it differs."""
LEVELS: dict[str, Level] = {}
"""Rule -> its level then, where it differs."""


def as_before(rules: tuple[AnyRule, ...]) -> tuple[AnyRule, ...]:
    """The rules as first declared."""
    return tuple(
        replace(
            rule,
            revision=1,
            parameters=PARAMETERS.get(rule.id, rule.parameters),
            remedy=REMEDIES.get(rule.id, rule.remedy),
            level=LEVELS.get(rule.id, rule.level),
        )
        for rule in rules
    )
