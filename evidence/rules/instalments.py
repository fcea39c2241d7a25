"""The evidence pack of one payment: which chains of its half-year are closed, and what the others lack."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from evidence.domain.document import Document
from evidence.domain.facts import Facts
from evidence.domain.week import add_workdays
from evidence.rules.chain import FOUR, Chain
from evidence.rules.clause import Finding, Kind, Level
from evidence.rules.ground import Ground
from evidence.rules.judge import judge
from evidence.rules.known import known_at
from evidence.rules.money import payable_from
from evidence.rules.parameters import Parameters
from evidence.rules.payment_schedule import Instalment, schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLine:
    """One case of the half-year."""

    case: str
    enterprise: str
    name: str
    checked_on: date
    closed: bool
    lacking: tuple[str, ...]
    """Messages of what is missing or undecided, gravest first; empty when complete."""
    documents: tuple[str, ...]
    """Numbers of the records that prove it."""

    @property
    def complete(self) -> bool:
        """Closed, and nothing missing."""
        return self.closed and not self.lacking


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
    ground = Ground(known_at(facts, as_of), parameters, as_of)
    findings = judge(facts, parameters, as_of)
    by_case: dict[str, list[Finding]] = {}
    for finding in findings:
        by_case.setdefault(finding.subject.case, []).append(finding)
    lines = [
        _line(chain, by_case.get(chain.case.id, ()))
        for chain in ground.chains
        if chain.check is not None and one.first and one.last and one.first <= chain.check.day <= one.last
    ]
    start, known = payable_from(ground, one)
    pay_by = add_workdays(start, parameters.payment_workdays) if known and start else None
    return Pack(instalment=one, as_of=ground.today, chains=tuple(lines), pay_by=pay_by, findings=findings)


def _line(chain: Chain, findings: Sequence[Finding]) -> ChainLine:
    assert chain.check is not None  # noqa: S101 - only checked cases are asked for
    wrong = [
        one
        for one in findings
        if (one.blocking or one.rule_id == "K03-chain-closed")
        and (one.kind in (Kind.FAIL, Kind.REVIEW) or (one.kind is Kind.OPEN and one.blocking))
    ]
    wrong.sort(key=lambda one: (one.kind is not Kind.FAIL, one.level is not Level.ERROR, one.rule_id))
    still_open = [f for f in findings if f.rule_id == "K03-chain-closed" and f.kind is Kind.OPEN]
    return ChainLine(
        case=chain.case.id,
        enterprise=chain.case.enterprise,
        name=chain.ground.name_of(chain.case.enterprise),
        checked_on=chain.check.day,
        closed=any(one.rule_id == "K03-chain-closed" and one.kind is Kind.PASS for one in findings),
        lacking=tuple(dict.fromkeys(one.message for one in (*wrong, *still_open))),
        documents=tuple(one.form.number for one in records_of(chain.documents)),
    )


def records_of(documents: Iterable[Document]) -> tuple[Document, ...]:
    """The four kinds that came back on paper, in order of number."""
    return tuple(one for one in documents if one.form.form in FOUR and one.scans)
