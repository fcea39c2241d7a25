"""All rules, each ruleset an immutable tuple; a released one is never edited, only followed by another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

import msgspec

from evidence.rules import (
    checking,
    escalation,
    footage,
    rechecking,
    records,
    rectification,
    signatures,
    staffing,
    urging,
)
from evidence.rules.rule import CaseRule, Rule, StandingRule


@dataclass(frozen=True)
class Ruleset:
    """One version of the contract as rules."""

    version: str
    case_rules: tuple[CaseRule, ...]
    standing_rules: tuple[StandingRule, ...] = ()

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


def declared(rule: Rule) -> dict[str, Any]:
    """What a rule says of itself, as data."""
    return {
        "id": rule.id,
        "revision": rule.revision,
        "title": rule.title,
        "rows": rule.rows,
        "clause": rule.clause.number,
        "quote": rule.clause.text,
        "level": rule.level,
        "blocking": rule.blocking,
        "parameters": rule.parameters,
        "remedy": rule.remedy,
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

RULESETS: tuple[Ruleset, ...] = (Ruleset("1", CHAIN_RULES),)
"""Oldest first; the last one judges today."""
