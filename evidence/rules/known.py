"""What had happened by an instant: the second of the two times that every judgement keeps apart.

The journal's own time comes first and is cut where the facts are gathered: what was not yet
journalled at `as_of` is not among them (`ledger.known.view_known_at`). Of what was known, this module leaves
only what had happened, so that no rule asks about time again: visits that had begun, papers that were
issued and had come back, films that had started. Waivers and holds have no time but the journal's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from evidence.domain.case import RectificationReport, Visit, in_force
from evidence.domain.document import Document
from evidence.domain.facts import CaseFacts, Facts, ServiceState
from evidence.domain.identifiers import arrival_day
from evidence.domain.recording import Recording
from evidence.domain.register import Plan, RegisterEntry
from evidence.domain.week import local_date


def known_at(facts: Facts, as_of: datetime) -> Facts:
    """The facts without anything that happened after `as_of`, in their order."""
    today = local_date(as_of)
    return replace(
        facts,
        cases=tuple(_case(one, as_of) for one in facts.cases),
        services=tuple(service_known_on(one, today) for one in facts.services),
        entries=_entries(facts.entries, today),
        plans=tuple(_plan(one, today) for one in facts.plans if one.filed_on <= today),
        packages=tuple(one for one in facts.packages if one.built_at <= as_of),
        receipts=tuple(one for one in facts.receipts if one.at <= as_of),
    )


def known_at_by_rulesets_1_and_2(facts: Facts, as_of: datetime) -> Facts:
    """What those versions left out; packages they judged are judged again in the same way."""
    today = local_date(as_of)
    cases = tuple(
        replace(
            one,
            visits=_visits(one.visits, as_of),
            reports=tuple(each for each in one.reports if each.received_on <= today),
            escalations=tuple(each for each in one.escalations if each.reported_at <= as_of),
            entries=_newest_only(one.entries, today),
        )
        for one in facts.cases
    )
    return replace(facts, cases=cases, entries=_newest_only(facts.entries, today))


def _case(facts: CaseFacts, as_of: datetime) -> CaseFacts:
    today = local_date(as_of)
    visits = _visits(facts.visits, as_of)
    later = {visit.id for visit in facts.visits} - {visit.id for visit in visits}
    return replace(
        facts,
        visits=visits,
        documents=tuple(
            _document(one, as_of)
            for one in facts.documents
            if one.form.issued_at <= as_of and one.form.visit not in later
        ),
        reports=tuple(_report(one, today) for one in facts.reports if one.received_on <= today),
        escalations=tuple(
            replace(one, receipt_at=None) if one.receipt_at and one.receipt_at > as_of else one
            for one in facts.escalations
            if one.reported_at <= as_of
        ),
        recordings=_begun(facts.recordings, as_of),
        unassigned=_begun(facts.unassigned, as_of),
        films_taken=_begun(facts.films_taken, as_of),
        virus_scans=tuple(one for one in facts.virus_scans if _here(one.arrival, today)),
        entries=_entries(facts.entries, today),
    )


def _here(arrival: str, today: date) -> bool:
    """Whether an arrival had come by the end of a day; one of an unknown day had."""
    day = arrival_day(arrival)
    return day is None or day <= today


def _begun(recordings: Iterable[Recording], as_of: datetime) -> tuple[Recording, ...]:
    return tuple(one for one in recordings if one.started_at is None or one.started_at <= as_of)


def _visits(visits: Iterable[Visit], as_of: datetime) -> tuple[Visit, ...]:
    """Every version of the visits whose version in force has begun.

    Of a visit that was corrected to a later time no earlier version comes into force again.
    """
    visits = tuple(visits)
    begun = {visit.id for visit in in_force(visits) if visit.arrived_at <= as_of}
    return tuple(visit for visit in visits if visit.id in begun)


def _document(document: Document, as_of: datetime) -> Document:
    """The document with the pages that had come back."""
    if document.received_at is not None and document.received_at <= as_of:
        return document
    today = local_date(as_of)
    scans, others = (
        tuple(each for each in copies if _here(each.arrival, today))
        for copies in (document.scans, document.other_copies)
    )
    return replace(document, scans=scans, other_copies=others, received_at=None)


def _report(report: RectificationReport, today: date) -> RectificationReport:
    if report.reviewed_on is not None and report.reviewed_on > today:
        report = replace(report, reviewed_on=None, reviewed_by=None, review=None)
    if report.notified_on is not None and report.notified_on > today:
        report = replace(report, notified_on=None, notified_by="")
    return report


def _entries(entries: Iterable[RegisterEntry], today: date) -> tuple[RegisterEntry, ...]:
    return tuple(
        replace(one, receipt_on=None) if one.receipt_on is not None and one.receipt_on > today else one
        for one in entries
        if one.on <= today
    )


def _newest_only(entries: Iterable[RegisterEntry], today: date) -> tuple[RegisterEntry, ...]:
    newest = {(one.register, one.key): one for one in entries}
    return tuple(one for one in newest.values() if one.on <= today)


def _plan(plan: Plan, today: date) -> Plan:
    receipt = plan.receipt_on
    return replace(plan, receipt_on=None) if receipt is not None and receipt > today else plan


def service_known_on(service: ServiceState, today: date) -> ServiceState:
    """A cycle's line; a step of a later day takes the end of the cycle with it."""
    days = (service.checked_on, service.urged_on, service.rechecked_on, service.guidance_on)
    if all(day is None or day <= today for day in days):
        return service
    checked, urged, rechecked, guided = (None if day and day > today else day for day in days)
    return replace(
        service,
        checked_on=checked,
        urged_on=urged,
        rechecked_on=rechecked,
        guidance_on=guided,
        guided=tuple((day, topics) for day, topics in service.guided if day <= today),
        closed=False,
    )
