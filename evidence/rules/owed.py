"""What is owed: the gaps of this week, those declared before, and those nobody can fill any more.

A gap is a blocking finding. One that an earlier package declared with its reason stays owed until it is
delivered, waived or declared incurable; it needs no second reason, and no package is complete without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from evidence.domain.facts import CaseFacts, Facts
from evidence.domain.identifiers import CaseId
from evidence.domain.register import Gap, Package
from evidence.rules.clause import AppliedIncurable, Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """One finding a package must answer for."""

    finding: Finding
    since: str = ""
    """The package that declared it first; empty for a gap of this week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owing:
    """Everything a package must answer for, each thing in one place."""

    this_week: tuple[Owed, ...] = ()
    """Not declared before: the package needs a reason to go without."""
    owed_before: tuple[Owed, ...] = ()
    """Declared by an earlier package and still owed."""
    incurable: tuple[Owed, ...] = ()
    """Stated for ever, counted no more."""
    supplement: bool = False

    @property
    def complete(self) -> bool:
        """Whether a package of this content is complete; a supplement is so for what it carries."""
        return not self.this_week and (self.supplement or not self.owed_before)

    @property
    def all(self) -> tuple[Owed, ...]:
        """What the next package must know of."""
        return (*self.this_week, *self.owed_before, *self.incurable)

    def declared_by(self, package: str) -> tuple[Gap, ...]:
        """What a package of this content declares, each gap with the package that was first to do so."""
        return tuple(replace(gap_of(each.finding), since=each.since or package) for each in self.all)


def owing(facts: Facts, findings: Sequence[Finding], *, supplement: bool = False) -> Owing:
    """Sort the blocking findings by who declared them first.

    Args:
        facts: what the findings were judged from.
        findings: all of them.
        supplement: whether they are a supplement's: of what nobody declared it answers only for what is
            wrong with the documents it carries; the rest is the weekly package's to declare.
    """
    declared = declared_in(facts.packages)
    this_week: list[Owed] = []
    before: list[Owed] = []
    incurable: list[Owed] = []
    brought = _came_back(facts.carried) if supplement else None
    for finding in findings:
        if not finding.blocking and finding.incurable is None:
            continue
        gap = gap_of(finding)
        known = next((one for one in declared.get(gap.case, ()) if one.covers(gap)), None)
        since = "" if known is None else known.since
        if finding.incurable is not None:
            incurable.append(Owed(finding=finding, since=since))
        elif known is not None:
            before.append(Owed(finding=finding, since=since))
        elif brought is None or finding.subject.document in brought:
            this_week.append(Owed(finding=finding))
    return Owing(
        this_week=tuple(this_week),
        owed_before=tuple(before),
        incurable=tuple(incurable),
        supplement=supplement,
    )


def declared_in(packages: Sequence[Package]) -> dict[CaseId, list[Gap]]:
    """The gaps that packages declared, by case."""
    found: dict[CaseId, list[Gap]] = {}
    for package in packages:
        for gap in package.owed or ():
            found.setdefault(gap.case, []).append(gap)
    return found


def gap_of(finding: Finding) -> Gap:
    """What a finding says is missing."""
    about = finding.subject
    return Gap(
        rule_id=finding.rule_id,
        case=CaseId(about.case),
        visit=about.visit,
        hazard=about.hazard,
        document=about.document,
    )


def declared_incurable(case: CaseFacts, gap: Gap) -> AppliedIncurable | None:
    """The act that says a gap of this case can never be filled."""
    found = next((one for one in case.incurables if one.gap.covers(gap)), None)
    return None if found is None else AppliedIncurable(by=found.by, why=found.why, at=found.at)


def _came_back(cases: Sequence[CaseFacts]) -> set[str]:
    return {
        document.form.number
        for case in cases
        for document in case.documents
        if document.scans or document.edocuments
    }
