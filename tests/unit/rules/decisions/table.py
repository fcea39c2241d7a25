"""One row of a decision table: bend the sample, judge it, look at one rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from evidence.domain.facts import Facts
from evidence.rules.clause import Finding, Kind
from evidence.rules.judge import judge_by
from evidence.rules.parameters import Parameters
from evidence.rules.registry import RULESETS, Ruleset
from tests.support import sample

PASS, FAIL, REVIEW, OPEN, NONE = Kind.PASS, Kind.FAIL, Kind.REVIEW, Kind.OPEN, Kind.NOT_APPLICABLE
GRAVITY = (FAIL, REVIEW, OPEN, PASS, NONE)
SITUATIONS = ("met", "broken", "boundary", "undecidable")

Bend = Callable[[Facts], Facts]


def same(facts: Facts) -> Facts:
    """The world as it is."""
    return facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A rule, a situation, and what the judgement must say."""

    rule: str
    situation: str
    says: Kind
    bend: Bend = same
    on: datetime = sample.FRIDAY
    case: str | None = None
    parameters: Parameters = sample.PARAMETERS

    def findings(self) -> list[Finding]:
        """What the rule says about the case, or about the whole for a standing rule."""
        today = RULESETS[-1]
        alone = Ruleset(
            "one rule",
            tuple(rule for rule in today.case_rules if rule.id == self.rule),
            tuple(rule for rule in today.standing_rules if rule.id == self.rule),
        )
        found = judge_by(alone, self.bend(sample.week_facts()), self.parameters, self.on)
        wanted = sample.CLOSED if self.case is None else self.case
        return [one for one in found if one.subject.case in ("", wanted)]

    @property
    def gravest(self) -> Kind:
        """The gravest kind among them."""
        return min((one.kind for one in self.findings()), key=GRAVITY.index)


def rows(rule: str, *entries: tuple[object, ...]) -> list[Row]:
    """Rows of one rule: (situation, says, bend?, options?)."""
    made = []
    for entry in entries:
        situation, says, *rest = entry
        bend = next((one for one in rest if callable(one)), same)
        options: dict[str, object] = {}
        for one in rest:
            options |= one if isinstance(one, dict) else {}
        made.append(Row(rule=rule, situation=situation, says=says, bend=bend, **options))  # type: ignore[arg-type]
    return made


def at(day: str, hour: int = 15) -> dict[str, object]:
    """Judge on another day."""
    return {"on": sample.instant(date.fromisoformat(day), hour)}


def of(case: str, **more: object) -> dict[str, object]:
    """Look at another case."""
    return {"case": case, **more}
