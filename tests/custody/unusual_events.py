"""Everything lawful that seldom happens, for the honest weeks: people correct, take back, decide and declare.

None of it may cost a wrong word when a package is verified; each is also what a forger would leave out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from evidence.domain.case import Case, CaseKind, Escalation, Recipient, Trigger, Visit
from evidence.domain.document import MarkVerdict, Placing
from evidence.domain.identifiers import ArrivalId, CaseId, PersonId, Sha256
from evidence.domain.parties import Campaign, CampaignKind
from evidence.domain.register import Hold, Incurable, Waiver
from evidence.domain.virus_scan import ScanResult, VirusScan
from evidence.handover.handover_context import HandoverContext
from evidence.ledger.arrival_events import (
    AlterationDecided,
    ArrivalJudged,
    ArrivalScanned,
    ArrivalTaken,
    MarkDecided,
    PersonDecided,
    RecordingAssigned,
)
from evidence.ledger.events import (
    CaseCancelled,
    CaseOpened,
    EscalationRecorded,
    Event,
    FormVoided,
    GapIncurable,
    HoldPlaced,
    PartiesImported,
    PlanFiled,
    RegisterEntered,
    RegisterWithdrawn,
    VisitRecorded,
    VisitWithdrawn,
    WaiverGranted,
)
from tests.support import sample
from tests.support.handing_over import document_events
from tests.support.packing import plain_pdf
from tests.support.sample.papers import document, footage
from tests.support.sample.visits import urging_visit

LATER = CaseId("WJB22-0004")
"""The case that W15 opened."""
LETTER = ArrivalId("A-20220527-0001")
UNSEEN = VirusScan(result=ScanResult.UNAVAILABLE, why="没有应答")


def decisions(office: HandoverContext, at: datetime) -> None:
    """Before W13: a case is held, and people decided about marks and print."""
    record = sample.number(sample.HEAVY, "JC")
    held = Hold(case=sample.CLOSED, why="企业提出异议", by="lihua", at=at)
    office.ledger.append(
        "test",
        HoldPlaced(hold=held),
        HoldPlaced(hold=replace(held, case=sample.CHECKED, at=at - timedelta(hours=1))),
        _word(record, "escort", MarkVerdict.UNDECIDED),
        _word(record, "escort", MarkVerdict.PRESENT),
        replace(_word(record, "principal", MarkVerdict.ABSENT), stated=True),
        AlterationDecided(number=record, page=2, accepted=True, by="lihua", why="更正处已盖章"),
        *_unscanned(office, sample.number(sample.CLOSED, "JC")),
    )


def after_the_instant(office: HandoverContext) -> None:
    """Between W17's Friday and the day it was packed: none of it may count for W17."""
    visit = _visit(office, f"{LATER}-V1")
    office.ledger.append(
        "test",
        VisitRecorded(visit=replace(visit, version=2, summary="更正：复核后补充")),
        _word(sample.number(sample.CHECKED, "JC"), "principal", MarkVerdict.PRESENT),
        *_judged_again(office, sample.number(sample.CHECKED, "JC")),
    )


def corrections(office: HandoverContext, at: datetime) -> None:
    """W20: corrected, replaced, void, re-imported, filed again, released."""
    ledger = office.ledger
    first = ledger.view.enterprises()[0]
    plan = next(each for each in ledger.view.plans() if each.week == sample.WEEK)
    held = next(each for each in ledger.view.holds(sample.CHECKED))
    urging = urging_visit(LATER, (at - timedelta(days=3)).date())
    spoilt = document(LATER, "urging-record", urging.arrived_at.date(), visit=urging)
    entry = sample.entry("safety-plan", "1", at.date(), attachment=None)
    ledger.append(
        "test",
        PartiesImported(
            source=sample.digest("workbook 2"),
            enterprises=(replace(first, headcount=47),),
            campaigns=(
                Campaign(id="Z1", topic="粉尘", kind=CampaignKind.SPECIAL, ordered_on=date(2022, 5, 1)),
            ),
        ),
        PlanFiled(plan=replace(plan, week="2022-W21", version=1)),
        PlanFiled(plan=replace(plan, week="2022-W21", version=2, lines=())),
        HoldPlaced(hold=replace(held, released_at=at)),
        RegisterEntered(entry=entry),
        RegisterWithdrawn(register="safety-plan", key="1", why="登记有误"),
        RegisterEntered(entry=replace(entry, key="2", case=LATER)),
        RegisterWithdrawn(register="safety-plan", key="2", why="登记有误"),
        VisitRecorded(visit=urging),
        *document_events(office, replace(spoilt, scans=()), ArrivalId("unused")),
        FormVoided(number=spoilt.form.number, why="打印错误"),
        *_waiting_film(_visit(office, f"{LATER}-V1"), at),
    )


def taken_back(office: HandoverContext, at: datetime) -> None:
    """W21: a visit withdrawn, a case cancelled, a gap beyond cure, a report upwards, papers moved."""
    ledger = office.ledger
    wrong = Case(
        id=CaseId("WJB22-0005"),
        enterprise=ledger.view.enterprises()[2].id,
        kind=CaseKind.ANNUAL,
        opened_on=at.date(),
    )
    gap = next(gap for package in reversed(ledger.view.packages()) for gap in package.owed or () if gap.visit)
    film = ledger.view.recordings(sample.CHECKED)[0]
    ledger.append(
        "test",
        CaseOpened(case=wrong),
        CaseCancelled(case=wrong.id, why="重复立案", by="lihua"),
        VisitWithdrawn(visit=urging_visit(LATER, at.date()).id, why="企业有误", by="lihua"),
        GapIncurable(incurable=Incurable(gap=gap, why="企业已注销", by=PersonId("P1"), at=at)),
        EscalationRecorded(
            escalation=Escalation(
                id="E1",
                case=sample.CHECKED,
                trigger=Trigger.OVERDUE,
                recipient=Recipient.SAFETY_SECTION,
                reported_at=at - timedelta(hours=3),
            )
        ),
        RecordingAssigned(sha256=film.sha256, visit=_visit(office, f"{LATER}-V1").id, by="lihua", why="归错"),
        *_filed(office, "A-20220527-0001", sample.CHECKED, at),
        *_filed(office, "A-20220527-0001", LATER, at, again=True),
        *_unscanned(office, sample.number(sample.CHECKED, "JC")),
        *(
            replace(office.ledger.view.arrival(ArrivalId(film.arrival)).judged, scan=UNSEEN)
            for film in ledger.view.recordings(sample.CHECKED)[:1]
        ),
    )


def exceptions(office: HandoverContext, at: datetime) -> None:
    """W22: an exception with the regulator's letter; a film comes back to where it was."""
    ledger = office.ledger
    letter = office.originals.put_bytes(plain_pdf("同意函"))
    waiver = Waiver(
        rule_id="G08-pages",
        case=sample.CHECKED,
        why="监管部门同意",
        by=PersonId("P1"),
        at=at,
        attachment=letter,
        account="lihua",
        covers=("",),
    )
    film = ledger.view.recordings(LATER)[-1]
    visit = _visit(office, f"{sample.CHECKED}-V1").id
    ledger.append(
        "test",
        WaiverGranted(waiver=waiver),
        RecordingAssigned(sha256=film.sha256, visit=visit, by="lihua", why="更正", stated=True),
        _word(sample.number(sample.CHECKED, "JC"), "escort", MarkVerdict.PRESENT),
        ArrivalScanned(arrival=LETTER, scan=UNSEEN),
        ArrivalScanned(arrival=LETTER, scan=replace(UNSEEN, result=ScanResult.CLEAN, why="")),
    )


def _unscanned(office: HandoverContext, number: str) -> Iterable[Event]:
    """The arrivals of a document were taken while the virus scanner was down."""
    found = office.ledger.view.document(number)  # type: ignore[arg-type]
    for arrival in dict.fromkeys(scan.arrival for scan in (*found.scans, *found.other_copies)):
        yield replace(office.ledger.view.arrival(ArrivalId(arrival)).judged, scan=UNSEEN)


def _word(number: str, box: str, verdict: MarkVerdict) -> MarkDecided:
    return MarkDecided(number=number, page=2, box=box, verdict=verdict, by="lihua", why="核对原件")  # type: ignore[arg-type]


def _visit(office: HandoverContext, id: str):  # type: ignore[no-untyped-def]
    return next(visit for visit in office.ledger.view.visits(CaseId(id[:10])) if visit.id == id)


def _judged_again(office: HandoverContext, number: str) -> Iterable[Event]:
    """The arrivals of a document are read once more: a page is found to be worse, and a person placed it."""
    word = Placing(by="lihua", why="条码撕去，对照过")
    found = office.ledger.view.document(number)  # type: ignore[arg-type]
    for arrival in dict.fromkeys(scan.arrival for scan in (*found.scans, *found.other_copies)):
        judged = office.ledger.view.arrival(ArrivalId(arrival)).judged
        pages = (
            replace(page, quality=page.quality - 1, identity="person", placed=word) for page in judged.pages
        )
        yield replace(judged, pages=tuple(pages))


def _waiting_film(visit: Visit, at: datetime) -> Iterable[Event]:
    """A film comes that may show a visit, and nobody says which."""
    film = replace(footage(visit), sha256=sample.digest("waiting film"), visit=None, suggestions=(visit.id,))
    arrival = ArrivalId("A-20220520-0007")
    yield ArrivalTaken(
        arrival=arrival,
        path=film.name,
        sha256=film.sha256,
        bytes=film.bytes,
        received_at=at,
        media_type="video/mp4",
    )
    yield ArrivalJudged(arrival=arrival, outcome="unidentified", recordings=(film,))


def _filed(
    office: HandoverContext, arrival: str, case: CaseId, at: datetime, *, again: bool = False
) -> Iterable[Event]:
    """A letter is filed with a case by a person."""
    data = plain_pdf("企业来函")
    digest = office.originals.put_bytes(data)
    if not again:
        yield ArrivalTaken(
            arrival=ArrivalId(arrival),
            path="来函.pdf",
            sha256=Sha256(digest),
            bytes=len(data),
            received_at=at - timedelta(hours=4),
            media_type="application/pdf",
        )
    yield PersonDecided(
        arrival=ArrivalId(arrival), decision="link", by="lihua", why="企业来函", detail={"case": case}
    )
    yield ArrivalJudged(arrival=ArrivalId(arrival), outcome="linked", case=case)
