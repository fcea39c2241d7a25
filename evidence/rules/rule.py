"""What a rule is: a clause with the contract's own words, and one pure function over the facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from evidence.contracts.text import first_clauses
from evidence.rules.clause import Clause, EvidenceRef, Kind, Level

if TYPE_CHECKING:
    from evidence.rules.case_history import CaseHistory
    from evidence.rules.facts_index import FactsIndex


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One rule's word on one subject, before the judge adds clause, level and waiver.

    A Struct, not a dataclass: a week of 100 cases makes 12,000 of them, and these are made in C.
    """

    kind: Kind
    message: str
    expected: str = ""
    observed: str = ""
    due: date | None = None
    enterprise: str = ""
    visit: str = ""
    hazard: str = ""
    document: str = ""
    evidence: tuple[EvidenceRef, ...] = ()
    blocking: bool = True
    """Only counts for a rule that may block, and never for a pass."""
    level: Level | None = None
    """Where it differs from the rule's own: what was done late is a warning for ever."""
    since: int = 0
    """Rulesets before this edition said something else here; 0: every one said it."""
    earlier: Outcome | None = None
    """What they said, itself perhaps revised once; None where they said nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One executable sentence of the contract."""

    id: str
    """Stable for ever: waivers and old packages name it."""
    title: str
    rows: tuple[str, ...]
    """Rows of the obligations table it discharges."""
    clause: Clause
    level: Level
    remedy: str
    parameters: tuple[str, ...] = ()
    """Names in `Parameters` its verdict depends on."""
    blocking: bool = False
    """It concerns a document, page, mark or recording that the weekly package must contain."""
    unless: str = "本案不涉及。"
    """Said when the rule does not apply."""
    revision: int = 1
    """Raised, in a new ruleset version, when the meaning changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRule(Rule):
    """Judges one case."""

    judge: Callable[[CaseHistory], Iterable[Outcome]] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRule(Rule):
    """Judges what belongs to no single case: team, week, money, registers."""

    judge: Callable[[FactsIndex], Iterable[Outcome]] = field(repr=False)


def _signed(rule: str) -> Clause:
    """The clause of the first contract that a rule was written from: `contracts/wjb/clauses.toml`."""
    clause = first_clauses()[rule]
    return Clause(number=clause.number, text=clause.quote)


def case_rule(
    id: str,
    title: str,
    *,
    rows: str,
    remedy: str,
    level: Level = Level.ERROR,
    parameters: str = "",
    blocking: bool = False,
    unless: str = "本案不涉及。",
    revision: int = 1,
) -> Callable[[Callable[[CaseHistory], Iterable[Outcome]]], CaseRule]:
    """Turn a function over one case into a rule; `rows` and `parameters` are blank-separated."""

    def declare(function: Callable[[CaseHistory], Iterable[Outcome]]) -> CaseRule:
        return CaseRule(
            id=id,
            title=title,
            rows=tuple(rows.split()),
            clause=_signed(id),
            level=level,
            remedy=remedy,
            parameters=tuple(parameters.split()),
            blocking=blocking,
            unless=unless,
            revision=revision,
            judge=function,
        )

    return declare


def standing_rule(
    id: str,
    title: str,
    *,
    rows: str,
    remedy: str,
    level: Level = Level.WARNING,
    parameters: str = "",
    unless: str = "目前不涉及。",
    revision: int = 1,
) -> Callable[[Callable[[FactsIndex], Iterable[Outcome]]], StandingRule]:
    """Turn a function over the whole facts into a rule; standing duties never block."""

    def declare(function: Callable[[FactsIndex], Iterable[Outcome]]) -> StandingRule:
        return StandingRule(
            id=id,
            title=title,
            rows=tuple(rows.split()),
            clause=_signed(id),
            level=level,
            remedy=remedy,
            parameters=tuple(parameters.split()),
            unless=unless,
            revision=revision,
            judge=function,
        )

    return declare


def revised(now: Outcome, earlier: Outcome | None = None, *, since: int | None = None) -> Outcome:
    """An outcome that rulesets before an edition did not have, with what they said in its place.

    Args:
        now: what is said from that edition on.
        earlier: what was said before; None where nothing was.
        since: the edition; by default the third, with which rules began to change their meaning.
    """
    return msgspec.structs.replace(now, since=since or FIRST_EDITION_OF_REVISIONS, earlier=earlier)


def as_said_by(edition: int, outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
    """The outcomes as a ruleset of an edition states them, so that old packages are judged as they were."""
    said = tuple(found for one in outcomes if (found := _as_said(edition, one)) is not None)
    if edition >= FIRST_EDITION_OF_REVISIONS:
        return said
    return tuple(msgspec.structs.replace(one, level=None) for one in said)


def _as_said(edition: int, outcome: Outcome) -> Outcome | None:
    said: Outcome | None = outcome
    while said is not None and said.since > edition:
        said = said.earlier
    return said


FIRST_EDITION_OF_REVISIONS = 3


def verdict(met: bool | None) -> Kind:
    """pass, fail, or review when nobody can tell."""
    if met is None:
        return Kind.REVIEW
    return Kind.PASS if met else Kind.FAIL
