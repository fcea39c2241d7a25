"""The facts as journal events."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from evidence.domain.facts import Facts
from evidence.domain.identifiers import (
    ArrivalId,
    Sha256,
)
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken
from evidence.ledger.events import (
    CaseOpened,
    EscalationRecorded,
    Event,
    FormIssued,
    HoldPlaced,
    PackageBuilt,
    PartiesImported,
    PlanFiled,
    ReceiptReceived,
    RegisterEntered,
    ReportRecorded,
    VisitRecorded,
    WaiverGranted,
)
from tests.support.sample.parties import FRIDAY, digest


def journal_events(facts: Facts, first_arrival: int = 0) -> list[Event]:
    """The same facts as a ledger would have learned them; arrivals are numbered after `first_arrival`."""
    events: list[Event] = [
        PartiesImported(
            source=digest("workbook"),
            enterprises=facts.enterprises,
            people=facts.people,
            devices=facts.devices,
            campaigns=facts.campaigns,
        )
    ]
    events += [RegisterEntered(entry=one) for one in facts.entries]
    events += [PlanFiled(plan=one) for one in facts.plans]
    arrival = first_arrival

    def took(name: str, sha256: Sha256, on: datetime | None, **judged: Any) -> list[Event]:
        nonlocal arrival
        arrival += 1
        mine = ArrivalId(f"A-20220401-{arrival:04d}")
        return [
            ArrivalTaken(
                arrival=mine,
                path=name,
                sha256=sha256,
                bytes=1,
                received_at=on or FRIDAY,
                media_type="image/jpeg",
            ),
            ArrivalJudged(arrival=mine, outcome="linked", **judged),
        ]

    for one in facts.cases:
        events.append(CaseOpened(case=one.case))
        events += [VisitRecorded(visit=visit) for visit in one.visits]
        events += [ReportRecorded(report=report) for report in one.reports]
        events += [EscalationRecorded(escalation=escalation) for escalation in one.escalations]
        events += [RegisterEntered(entry=entry) for entry in one.entries]
        for document in one.documents:
            events.append(FormIssued(form=document.form))
            if document.scans:
                pages = tuple(
                    replace(scan, arrival=ArrivalId(f"A-20220401-{arrival + 1:04d}"))
                    for scan in document.scans
                )
                events += took(
                    f"{document.form.number}.jpg", document.scans[0].sha256, document.received_at, pages=pages
                )
        for recording in one.recordings:
            events += took(recording.name, recording.sha256, None, recordings=(recording,))
        events += [WaiverGranted(waiver=waiver) for waiver in one.waivers]
        events += [HoldPlaced(hold=hold) for hold in one.holds]
    events += [PackageBuilt(package=one) for one in facts.packages]
    events += [ReceiptReceived(receipt=one) for one in facts.receipts]
    return events
