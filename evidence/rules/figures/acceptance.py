"""验收资料: what acceptance looks at, enterprise by enterprise and promise by promise; there and missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from evidence.rules.clause import Finding, Kind
from evidence.rules.facts_index import FactsIndex
from evidence.rules.figures.hazards import HazardLine, hazard_lines
from evidence.rules.instalments import lacking, records_of
from evidence.rules.money import OWED_BY_REGULATOR
from evidence.rules.section import YearCoverage, year_coverage, years_begun

NONE_REGISTERED = "没有登记投标承诺，无从验收；请对照投标文件逐条登记（台账 bid-commitment）。"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterpriseYear:
    """One enterprise of the section in one service year."""

    year: int
    enterprise: str
    name: str
    cases: tuple[str, ...]
    """Every case checked in that year; empty where nobody ever went."""
    checked_on: date | None
    rechecked_on: date | None
    closed: bool
    hazards: int
    hazards_open: int
    records: tuple[str, ...]
    """Numbers of the records that came back on paper."""
    missing: tuple[str, ...]

    @property
    def complete(self) -> bool:
        """A complete cycle and nothing missing."""
        return self.closed and not self.missing


@dataclass(frozen=True, slots=True, kw_only=True)
class Commitment:
    """One promise of the bid."""

    key: str
    evidence: str
    """As registered; empty where nothing proves it."""
    attached: bool
    """A file stands behind the entry."""

    @property
    def missing(self) -> str:
        """What is missing of its proof; empty when it is there."""
        if not self.evidence:
            return "没有登记履行证据"
        return "" if self.attached else "没有附件"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """The whole pack."""

    as_of: date
    coverage: tuple[YearCoverage, ...]
    enterprises: tuple[EnterpriseYear, ...]
    commitments: tuple[Commitment, ...]
    standing: tuple[Finding, ...]
    """Standing duties that are broken or undecided."""

    @property
    def missing(self) -> tuple[str, ...]:
        """Everything that is not there, a line each; empty when the pack may be handed in."""
        lines = [
            f"第 {one.year} 服务年度 {one.name}：{what}" for one in self.enterprises for what in one.missing
        ]
        if not self.commitments:
            lines.append(NONE_REGISTERED)
        lines += [f"投标承诺 {one.key}：{one.missing}" for one in self.commitments if one.missing]
        return (*lines, *(one.message for one in self.standing if one.kind is Kind.FAIL))


def acceptance(index: FactsIndex, findings: Sequence[Finding]) -> Acceptance:
    """Every enterprise of the section in every service year begun, and every bid commitment."""
    coverage = tuple(year_coverage(index, year) for year in years_begun(index))
    by_case: dict[str, list[Finding]] = {}
    for finding in findings:
        by_case.setdefault(finding.subject.case, []).append(finding)
    lines = hazard_lines(index)
    entries = index.entries("bid-commitment")
    return Acceptance(
        as_of=index.today,
        coverage=coverage,
        enterprises=tuple(
            _enterprise(index, one, enterprise, by_case, lines)
            for one in coverage
            for enterprise in one.targets
        ),
        commitments=tuple(
            Commitment(
                key=one.key, evidence=one.data.get("evidence", ""), attached=one.attachment is not None
            )
            for one in entries
        ),
        standing=tuple(
            one
            for one in findings
            if not one.subject.case
            and one.kind in (Kind.FAIL, Kind.REVIEW)
            and one.rule_id not in OWED_BY_REGULATOR
        ),
    )


def _enterprise(
    index: FactsIndex,
    year: YearCoverage,
    enterprise: str,
    by_case: dict[str, list[Finding]],
    lines: Iterable[HazardLine],
) -> EnterpriseYear:
    chains = [
        chain
        for chain in index.chains
        if chain.case.enterprise == enterprise and chain.check and year.first <= chain.check.day <= year.last
    ]
    cycle = year.cycles[enterprise]
    mine = {chain.case.id for chain in chains}
    found = [one for one in lines if one.case in mine]
    missing = [what for chain in chains for what in lacking(by_case.get(chain.case.id, ()))]
    if cycle is None:
        missing.insert(0, "本服务年度没有检查")
    known = index.enterprises.get(enterprise)
    return EnterpriseYear(
        year=year.year,
        enterprise=enterprise,
        name=known.name if known else enterprise,
        cases=tuple(sorted(mine)),
        checked_on=cycle.checked_on if cycle else None,
        rechecked_on=cycle.rechecked_on if cycle else None,
        closed=bool(cycle and cycle.closed),
        hazards=len(found),
        hazards_open=sum(one.open for one in found),
        records=tuple(one.form.number for chain in chains for one in records_of(chain.documents)),
        missing=tuple(dict.fromkeys(missing)),
    )
