"""All rules, each ruleset an immutable tuple; a released one is never edited, only followed by another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any

import msgspec

from evidence.domain.facts import Facts
from evidence.rules import (
    campaigns,
    checking,
    conduct,
    escalation,
    footage,
    frequency,
    incidents,
    money,
    papers,
    rechecking,
    records,
    rectification,
    returned,
    returned_marks,
    signatures,
    staffing,
    team,
    urging,
    virus_scans,
    weekly,
)
from evidence.rules.known import known_at, known_at_by_rulesets_1_and_2
from evidence.rules.parameters import Parameters
from evidence.rules.rule import CaseRule, Rule, StandingRule
from evidence.rules.superseded import as_before
from evidence.rules.surroundings import EDITION
from evidence.rules.wording import worded, words_of


@dataclass(frozen=True)
class Ruleset:
    """One version of the contract as rules."""

    version: str
    case_rules: tuple[CaseRule, ...]
    standing_rules: tuple[StandingRule, ...] = ()
    known_at: Callable[[Facts, datetime], Facts] = known_at
    """What of the facts had happened by an instant."""
    edition: int = EDITION
    """The version as a number, for rules whose meaning changed."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """All of them."""
        return (*self.case_rules, *self.standing_rules)

    @cached_property
    def sha256(self) -> str:
        """Digest of the declared rules: ids, revisions, clauses, quotes, levels, parameters, remedies."""
        return sha256(
            msgspec.json.encode([declared(rule) for rule in self.rules], order="sorted")
        ).hexdigest()


_FIRST = words_of(Parameters())
"""The first contract's words, in which rules have always been declared."""


def declared(rule: Rule) -> dict[str, Any]:
    """What a rule says of itself, as data."""
    return {
        "id": rule.id,
        "revision": rule.revision,
        "title": worded(rule.title, _FIRST),
        "rows": rule.rows,
        "clause": rule.clause.number,
        "quote": rule.clause.text,
        "level": rule.level,
        "blocking": rule.blocking,
        "parameters": rule.parameters,
        "remedy": worded(rule.remedy, _FIRST),
    }


CHAIN_RULES: tuple[CaseRule, ...] = (
    *records.RULES,
    *signatures.RULES,
    *footage.RULES,
    *staffing.RULES,
    *checking.RULES,
    *urging.RULES,
    *rectification.RULES,
    *rechecking.RULES,
    *escalation.RULES,
)
"""The chain of one case."""

SERVICE_RULES: tuple[CaseRule, ...] = (
    *frequency.CASE_RULES,
    *weekly.CASE_RULES,
    *conduct.CASE_RULES,
    *incidents.CASE_RULES,
)
"""What surrounds the chain: frequency, plans, handover, conduct."""

STANDING_RULES: tuple[StandingRule, ...] = (
    *team.STANDING_RULES,
    *weekly.STANDING_RULES,
    *frequency.STANDING_RULES,
    *campaigns.STANDING_RULES,
    *conduct.STANDING_RULES,
    *money.STANDING_RULES,
    *papers.STANDING_RULES,
    *incidents.STANDING_RULES,
)
"""What belongs to no single case."""

CASE_RULES_FROM_ARRIVAL: tuple[CaseRule, ...] = (
    *returned.RULES,
    *(returned.from_arrival(returned_marks.on_the_document(rule)) for rule in (*CHAIN_RULES, *SERVICE_RULES)),
)
"""The same rules, which also answer for what came back before anybody entered its facts."""

RULESETS: tuple[Ruleset, ...] = (
    Ruleset("1", as_before(CHAIN_RULES), known_at=known_at_by_rulesets_1_and_2, edition=1),
    Ruleset(
        "2",
        as_before((*CHAIN_RULES, *SERVICE_RULES)),
        as_before(STANDING_RULES),
        known_at_by_rulesets_1_and_2,
        edition=2,
    ),
    Ruleset("3", CASE_RULES_FROM_ARRIVAL, STANDING_RULES, edition=3),
    Ruleset("4", (*CASE_RULES_FROM_ARRIVAL, *virus_scans.RULES), STANDING_RULES, edition=4),
    Ruleset("5", (*CASE_RULES_FROM_ARRIVAL, *virus_scans.RULES), STANDING_RULES),
)
"""Oldest first; the last one judges today. Version 1 knew only the chain of a case, version 2 judged a
record's marks only through a visit that was entered. Both left packages, receipts, footage and plans of later
days among the facts. Version 3, of 1.0.0, did not ask whether what came in was scanned for
viruses, by whom and why a film was assigned, nor on which day a request for acceptance was answered. Version
4 held rechecks, reports upward and answers to the deadline first set although a later one had been, and took
a page that a person placed for proven whoever had placed it; it asked for plans and handovers beyond the
term."""
