"""The chain of one case: all that belongs to it in order of days, and what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from evidence.domain.case import Escalation, RectificationReport, Visit, VisitKind, in_force
from evidence.domain.facts import CaseFacts
from evidence.domain.hazard import Grade
from evidence.domain.register import Package, Receipt
from evidence.domain.terms import VISIT_KINDS
from evidence.domain.week import SHANGHAI, local_date
from evidence.rules.clause import Finding, Kind
from evidence.web.matrix import State, column_of, state_of
from evidence.web.speech import say

CLOSED_RULE = "K03-chain-closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One station of the chain: done on a day, or due on one."""

    title: str
    day: date | None
    state: str
    sign: str
    note: str
    at: datetime | None = None
    """When on that day, where the hour counts."""


def closed(findings: Sequence[Finding]) -> bool:
    """Whether the rule that looks at the whole chain finds it closed."""
    found = [each.kind for each in findings if each.rule_id == CLOSED_RULE]
    return bool(found) and all(kind is Kind.PASS for kind in found)


def chain_steps(
    facts: CaseFacts,
    findings: Sequence[Finding],
    packages: Sequence[Package] = (),
    receipts: Sequence[Receipt] = (),
) -> list[Step]:
    """What happened and what comes next, in order of days.

    Args:
        packages: any; those count that carry a document of the case.
        receipts: of any package.
    """
    done = [step for visit in in_force(facts.visits) for step in _of_visit(visit)]
    done += [step for report in facts.reports for step in _of_report(report)]
    done += [step for each in facts.escalations for step in _of_escalation(each)]
    signed = {each.package: each for each in receipts}
    for package in packages:
        if any(str(number).startswith(str(facts.case.id)) for number in package.documents):
            done += _of_package(package, signed.get(package.id))
    steps = [*done, *_coming(findings)]
    latest = datetime.max.replace(tzinfo=SHANGHAI)
    return sorted(steps, key=lambda step: (step.day or date.max, step.sign != "●", step.at or latest))


def _did(title: str, day: date, note: str = "", at: datetime | None = None) -> Step:
    return Step(title=title, day=day, state="present", sign="●", note=note, at=at)


def _of_visit(visit: Visit) -> Iterator[Step]:
    day = local_date(visit.arrived_at)
    told = [visit.id if visit.version == 1 else f"{visit.id} {_version(visit.version)}"]
    if visit.hazards:
        told.append(say("隐患 {count} 项").format(count=len(visit.hazards)))
    if majors := [each.id for each in visit.hazards if each.grade is Grade.MAJOR]:
        told.append(f"{say('重大')} {'、'.join(majors)}")
    yield _did(VISIT_KINDS[visit.kind], day, " · ".join(told), visit.arrived_at)
    if visit.kind is VisitKind.RECHECK:
        for result in visit.results:
            if result.new_deadline:
                note = f"{result.hazard} → {result.new_deadline.isoformat()}"
                yield _did("改定整改期限", day, note, visit.arrived_at)


def _of_report(report: RectificationReport) -> Iterator[Step]:
    version = _version(report.version)
    waits = "" if report.review else f" · {say('待审核')}"
    yield _did("整改报告", report.received_on, f"{version}{waits}")
    if report.review and report.reviewed_on:
        told = f" · {say('已告知企业')} {report.notified_by}" if report.notified_on else ""
        yield _did("初步审核", report.reviewed_on, f"{version} · {say(report.review.value)}{told}")


def _of_escalation(escalation: Escalation) -> Iterator[Step]:
    about = "、".join(escalation.hazards)
    note = " · ".join(filter(None, (say(escalation.trigger.value), say(escalation.recipient.value), about)))
    yield _did("上报", local_date(escalation.reported_at), note, escalation.reported_at)
    if escalation.receipt_at:
        note = " · ".join(filter(None, (say(escalation.trigger.value), escalation.outcome)))
        yield _did("上报签收", local_date(escalation.receipt_at), note, escalation.receipt_at)


def _of_package(package: Package, receipt: Receipt | None) -> Iterator[Step]:
    yield _did("移交", local_date(package.built_at), package.id, package.built_at)
    if receipt is not None:
        yield _did("移交签收", local_date(receipt.at), package.id, receipt.at)


def _coming(findings: Sequence[Finding]) -> Iterator[Step]:
    seen: set[tuple[str, date]] = set()
    for finding in findings:
        if finding.due is None or state_of(finding) not in {State.OPEN, State.MISSING}:
            continue
        place = (column_of(finding).id, finding.due)
        if place in seen:
            continue
        seen.add(place)
        late = state_of(finding) is State.MISSING
        yield Step(
            title=finding.message,
            day=finding.due,
            state="missing" if late else "open",
            sign="✕" if late else "○",
            note=finding.clause.number,
        )


def _version(version: int) -> str:
    return say("第 {version} 版").format(version=version)
