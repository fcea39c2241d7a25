"""judge(facts, parameters, as_of) -> findings: pure, deterministic, sorted, passes included."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from evidence.contracts.contract import no_clause
from evidence.domain.facts import Facts
from evidence.domain.register import Gap
from evidence.rules import waivers
from evidence.rules.case_history import CaseHistory
from evidence.rules.clause import AppliedIncurable, Clause, Finding, Kind, Subject
from evidence.rules.endings import without_what_ended
from evidence.rules.facts_index import FactsIndex
from evidence.rules.money import OWED_BY_REGULATOR
from evidence.rules.owed import declared_incurable
from evidence.rules.parameters import Parameters
from evidence.rules.registry import RULESETS, Ruleset
from evidence.rules.rule import CaseRule, Outcome, Rule, StandingRule, as_said_by
from evidence.rules.surroundings import Surroundings
from evidence.rules.wording import worded

RULESET_VERSION = RULESETS[-1].version

Judge = Callable[[Facts, Parameters, datetime], tuple[Finding, ...]]


def judge(facts: Facts, parameters: Parameters, as_of: datetime) -> tuple[Finding, ...]:
    """Findings of today's ruleset, sorted by case, rule and subject.

    A rule that does not apply to a case yields one `notApplicable` row, so that no silence is a pass.
    """
    return judge_by(RULESETS[-1], facts, parameters, as_of)


def judge_by(ruleset: Ruleset, facts: Facts, parameters: Parameters, as_of: datetime) -> tuple[Finding, ...]:
    """Findings of one ruleset."""
    index = FactsIndex(ruleset.known_at(facts, as_of), parameters, as_of, edition=ruleset.edition)
    findings: list[Finding] = []
    without = left_out(index)
    for chain in index.chains:
        for rule in ruleset.case_rules:
            if rule.id in without:
                continue
            findings += _case_findings(rule, chain)
    if facts.week:
        for standing in ruleset.standing_rules:
            if standing.id in without:
                continue
            findings += _standing_findings(standing, index)
    findings.sort(key=_order)
    return tuple(findings)


def ruleset_sha256(version: str = RULESET_VERSION) -> str:
    """Digest of a ruleset's declared rules.

    Raises:
        KeyError: no such version.
    """
    return {one.version: one.sha256 for one in RULESETS}[version]


def rulesets() -> dict[str, Judge]:
    """Every version that can still judge, by its name."""

    def bound(ruleset: Ruleset) -> Judge:
        return lambda facts, parameters, as_of: judge_by(ruleset, facts, parameters, as_of)

    return {one.version: bound(one) for one in RULESETS}


def _clause(rule: Rule, index: Surroundings) -> Clause:
    """The clause behind a rule, in this contract's words."""
    if index.parameters.text is None:
        return rule.clause
    found = index.text.clauses.get(rule.id) or no_clause(worded(rule.title, index.words))
    return Clause(number=found.number, text=found.quote)


def _order(finding: Finding) -> tuple[str, str, str, str, str, str, str]:
    about = finding.subject
    return (
        about.case,
        finding.rule_id,
        about.enterprise,
        about.visit,
        about.hazard,
        about.document,
        finding.message,
    )


def _case_findings(rule: CaseRule, chain: CaseHistory) -> list[Finding]:
    index = chain.index
    outcomes = without_what_ended(chain, rule.id, as_said_by(index.edition, rule.judge(chain)))
    case, enterprise = chain.case.id, chain.case.enterprise
    if not outcomes:
        return [
            Finding(
                rule_id=rule.id,
                clause=_clause(rule, index),
                level=rule.level,
                kind=Kind.NOT_APPLICABLE,
                blocking=False,
                subject=Subject(case=case, enterprise=enterprise),
                message=worded(rule.unless, index.words),
            )
        ]
    findings = []
    for outcome in outcomes:
        blocking = rule.blocking and _stops(outcome)
        shown = None
        if chain.facts.waivers and outcome.kind in (Kind.FAIL, Kind.REVIEW):
            waiver = waivers.find(chain, rule.id, outcome.visit, outcome.document)
            if waiver is not None:
                shown = waivers.applied(waiver)
                blocking = blocking and not waivers.lifts_block(chain, waiver, outcome.visit)
        subject = Subject(
            case=case,
            enterprise=outcome.enterprise or enterprise,
            visit=outcome.visit,
            hazard=outcome.hazard,
            document=outcome.document,
        )
        incurable = _incurable(rule, chain, subject) if blocking and chain.facts.incurables else None
        findings.append(
            Finding(
                rule_id=rule.id,
                clause=_clause(rule, index),
                level=outcome.level or rule.level,
                kind=outcome.kind,
                blocking=blocking and incurable is None,
                subject=subject,
                message=outcome.message,
                expected=outcome.expected,
                observed=outcome.observed,
                due=outcome.due,
                remediation=_remedy(rule, outcome, index),
                evidence=outcome.evidence,
                waiver=shown,
                incurable=incurable,
            )
        )
    return findings


def left_out(index: Surroundings) -> frozenset[str]:
    """Rules that do not speak: duties this contract does not know, and the client's where he reads along."""
    return frozenset(index.text.without_rules) | (
        frozenset() if index.parameters.judge_client else OWED_BY_REGULATOR
    )


def _incurable(rule: CaseRule, chain: CaseHistory, about: Subject) -> AppliedIncurable | None:
    gap = Gap(
        rule_id=rule.id, case=chain.case.id, visit=about.visit, hazard=about.hazard, document=about.document
    )
    return declared_incurable(chain.facts, gap)


def _standing_findings(rule: StandingRule, index: FactsIndex) -> list[Finding]:
    outcomes = as_said_by(index.edition, rule.judge(index)) or (
        Outcome(kind=Kind.NOT_APPLICABLE, message=worded(rule.unless, index.words)),
    )
    return [
        Finding(
            rule_id=rule.id,
            clause=_clause(rule, index),
            level=outcome.level or rule.level,
            kind=outcome.kind,
            blocking=False,
            subject=Subject(
                enterprise=outcome.enterprise,
                visit=outcome.visit,
                hazard=outcome.hazard,
                document=outcome.document,
            ),
            message=outcome.message,
            expected=outcome.expected,
            observed=outcome.observed,
            due=outcome.due,
            remediation=_remedy(rule, outcome, index),
            evidence=outcome.evidence,
        )
        for outcome in outcomes
    ]


def _stops(outcome: Outcome) -> bool:
    """Not a pass; and of what is not yet due only the material of visits already made."""
    if outcome.kind in (Kind.PASS, Kind.NOT_APPLICABLE):
        return False
    return outcome.blocking and (outcome.kind is not Kind.OPEN or bool(outcome.visit))


def _remedy(rule: CaseRule | StandingRule, outcome: Outcome, index: Surroundings) -> str:
    return "" if outcome.kind in (Kind.PASS, Kind.NOT_APPLICABLE) else worded(rule.remedy, index.words)
