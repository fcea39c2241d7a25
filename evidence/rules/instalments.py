"""The evidence pack of one payment: the whole section, which chains of its half-year are closed, what the
others lack, and whom nobody visited.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from evidence.domain.case import CaseKind
from evidence.domain.document import Document
from evidence.domain.facts import Facts
from evidence.domain.week import add_workdays
from evidence.rules.case_history import FOUR, CaseHistory
from evidence.rules.clause import Finding, Kind, Level
from evidence.rules.facts_index import FactsIndex
from evidence.rules.judge import judge
from evidence.rules.known import known_at
from evidence.rules.money import payable_from
from evidence.rules.parameters import Parameters
from evidence.rules.payment_schedule import Instalment, schedule
from evidence.rules.section import YearCoverage, year_coverage

CLOSED_RULE = "K03-chain-closed"
"""The rule that says whether a case is closed."""
UNSERVED_WORDS = "至该半年末没有检查"
"""What the lists of a payment pack say is lacking of an enterprise that nobody checked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFiles:
    """The files behind one record, by SHA-256."""

    number: str
    pdf: str
    """As issued."""
    scans: tuple[str, ...]
    """Its pages as they came back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLine:
    """One case with what it proves."""

    case: str
    enterprise: str
    name: str
    checked_on: date
    closed: bool
    lacking: tuple[str, ...]
    """Messages of what is missing or undecided, gravest first; empty when complete."""
    documents: tuple[str, ...]
    """Numbers of the records that prove it."""
    records: tuple[RecordFiles, ...] = ()
    """The same with their files."""

    @property
    def complete(self) -> bool:
        """Closed, and nothing missing."""
        return self.closed and not self.lacking


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """An enterprise that nobody has checked: of a half-year's service year, or of a campaign."""

    enterprise: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """What goes to Party A with the request for one payment."""

    instalment: Instalment
    as_of: date
    chains: tuple[ChainLine, ...]
    pay_by: date | None
    """Last day for Party A to pay; None until the material is submitted, or beyond the calendar."""
    findings: tuple[Finding, ...]
    """Everything judged: the cases and the standing duties about money."""
    section: YearCoverage
    """Every enterprise of the section in the service year in which the half-year ends."""
    unserved: tuple[Unserved, ...]
    """Those of them that were not checked until the half-year's end."""
    verdict: Kind
    """Whether the half-year may be paid as far as the section goes; see `_verdict`."""

    @property
    def complete(self) -> tuple[ChainLine, ...]:
        """Chains that prove their work."""
        return tuple(one for one in self.chains if one.complete)

    @property
    def incomplete(self) -> tuple[ChainLine, ...]:
        """Chains that do not, or not yet."""
        return tuple(one for one in self.chains if not one.complete)


def current_half(parameters: Parameters, today: date) -> int:
    """The half-year a day lies in, bounded by the first and the last of the contract."""
    halves = [one for one in schedule(parameters) if one.half and one.first and one.first <= today]
    return max((one.half or 1 for one in halves), default=1)


def of_half(parameters: Parameters, half: int) -> Instalment:
    """The instalment that pays a half-year.

    Raises:
        ValueError: the contract has no such half-year.
    """
    for one in schedule(parameters):
        if one.half == half:
            return one
    raise ValueError(half)


def cases_of_half(facts: Iterable[tuple[str, date | None]], one: Instalment) -> tuple[str, ...]:
    """Cases (id, day of check) whose check falls into the half-year, in order."""
    return tuple(
        sorted(case for case, day in facts if day and one.first and one.last and one.first <= day <= one.last)
    )


def pack(facts: Facts, parameters: Parameters, as_of: datetime, half: int) -> Pack:
    """Judge the cases of a half-year and list what each proves or lacks.

    Args:
        facts: holding every case checked in the half-year, and a week, so that money is judged too.

    Raises:
        ValueError: the contract has no such half-year.
    """
    one = of_half(parameters, half)
    index = FactsIndex(known_at(facts, as_of), parameters, as_of)
    findings = judge(facts, parameters, as_of)
    by_case: dict[str, list[Finding]] = {}
    for finding in findings:
        by_case.setdefault(finding.subject.case, []).append(finding)
    lines = [
        chain_line(chain, by_case.get(chain.case.id, ()))
        for chain in index.chains
        if chain.check is not None and one.first and one.last and one.first <= chain.check.day <= one.last
    ]
    section = year_coverage(index, index.year_of(one.last or index.today))
    start, known = payable_from(index, one)
    pay_by = add_workdays(start, parameters.payment_workdays) if known and start else None
    unserved = _unserved(index, section, one)
    return Pack(
        instalment=one,
        as_of=index.today,
        chains=tuple(lines),
        pay_by=pay_by,
        findings=findings,
        section=section,
        unserved=unserved,
        verdict=_verdict(index, section, one, lines, unserved),
    )


def _unserved(index: FactsIndex, section: YearCoverage, one: Instalment) -> tuple[Unserved, ...]:
    until = one.last or section.last
    return tuple(
        Unserved(enterprise=enterprise, name=index.name_of(enterprise))
        for enterprise in section.targets
        if not any(
            service.checked_on
            and section.first <= service.checked_on <= until
            and service.kind in (CaseKind.ANNUAL, CaseKind.NEW_ENTERPRISE)
            for service in index.services_of(enterprise)
        )
    )


def _verdict(
    index: FactsIndex,
    section: YearCoverage,
    one: Instalment,
    chains: Sequence[ChainLine],
    unserved: Sequence[Unserved],
) -> Kind:
    """What the section says of the half-year, whatever its single chains say.

    `open` before it begins; `fail` where nothing was done in it, or where it ended the service year and
    somebody was never visited; `review` where somebody was not visited and the year goes on, because the
    contract promises no share for a single half-year; else `pass`.
    """
    if one.first is None or one.first > index.today:
        return Kind.OPEN
    if not chains:
        return Kind.FAIL
    if not unserved:
        return Kind.PASS
    return Kind.FAIL if one.last == section.last and index.today > section.last else Kind.REVIEW


def lacking(findings: Iterable[Finding]) -> tuple[str, ...]:
    """What one case misses of its proof, gravest first: messages of what is missing, undecided or open."""
    listed = list(findings)
    wrong = [
        one
        for one in listed
        if (one.blocking or one.rule_id == CLOSED_RULE)
        and (one.kind in (Kind.FAIL, Kind.REVIEW) or (one.kind is Kind.OPEN and one.blocking))
    ]
    wrong.sort(key=lambda one: (one.kind is not Kind.FAIL, one.level is not Level.ERROR, one.rule_id))
    still_open = [one for one in listed if one.rule_id == CLOSED_RULE and one.kind is Kind.OPEN]
    return tuple(dict.fromkeys(one.message for one in (*wrong, *still_open)))


def chain_line(chain: CaseHistory, findings: Sequence[Finding]) -> ChainLine:
    """What one checked case proves or lacks.

    Args:
        findings: those about it.
    """
    assert chain.check is not None  # noqa: S101 - only checked cases are asked for
    proving = records_of(chain.documents)
    return ChainLine(
        case=chain.case.id,
        enterprise=chain.case.enterprise,
        name=chain.index.name_of(chain.case.enterprise),
        checked_on=chain.check.day,
        closed=any(one.rule_id == CLOSED_RULE and one.kind is Kind.PASS for one in findings),
        lacking=lacking(findings),
        documents=tuple(one.form.number for one in proving),
        records=tuple(
            RecordFiles(
                number=one.form.number,
                pdf=one.form.pdf,
                scans=tuple(dict.fromkeys(scan.sha256 for scan in one.scans)),
            )
            for one in proving
        ),
    )


def records_of(documents: Iterable[Document]) -> tuple[Document, ...]:
    """The four kinds that came back on paper, in order of number."""
    return tuple(one for one in documents if one.form.form in FOUR and one.scans)
