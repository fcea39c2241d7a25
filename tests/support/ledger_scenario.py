"""A small journal that holds every kind of event once or more, for the ledger's own tests."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

from evidence.domain.case import (
    Case,
    CaseKind,
    Escalation,
    Recipient,
    RectificationReport,
    Trigger,
    Visit,
    VisitKind,
)
from evidence.domain.document import (
    Alteration,
    BoxKind,
    IssuedForm,
    Mark,
    MarkVerdict,
    ScannedPage,
    Transcription,
)
from evidence.domain.hazard import Hazard, HazardAnswer, HazardResult, HazardState
from evidence.domain.identifiers import ArrivalId, CaseId, EnterpriseId, Number, PersonId, Sha256, VisitId
from evidence.domain.parties import Campaign, CampaignKind, Device, Enterprise, EnterpriseClass, Person, Role
from evidence.domain.recording import Recording, TimeClaim
from evidence.domain.register import (
    Gap,
    Hold,
    Incurable,
    Package,
    Plan,
    PlanLine,
    PlannedWork,
    Receipt,
    RegisterEntry,
    Waiver,
)
from evidence.domain.signer_change import Consent, SignerChange
from evidence.domain.virus_scan import ScanResult, VirusScan
from evidence.ledger.arrival_events import (
    AlterationDecided,
    ArrivalJudged,
    ArrivalScanned,
    ArrivalTaken,
    ArrivalWaiting,
    MarkDecided,
    PersonDecided,
    RecordingAssigned,
    Suggestion,
    UnlinkedPage,
)
from evidence.ledger.events import (
    CaseCancelled,
    CaseOpened,
    CheckpointMade,
    DocumentTranscribed,
    EscalationRecorded,
    Event,
    FormIssued,
    FormVoided,
    GapIncurable,
    HoldPlaced,
    PackageBuilt,
    PartiesImported,
    PlanFiled,
    ReceiptReceived,
    RegisterEntered,
    RegisterWithdrawn,
    ReportRecorded,
    SignerChanged,
    VisitRecorded,
    VisitWithdrawn,
    WaiverGranted,
)
from evidence.ledger.upkeep import (
    DisposedItem,
    FootageSeen,
    LedgerRecovered,
    LedgerRestored,
    MaterialDisposed,
    MaterialViewed,
    NumbersReserved,
    OriginalHandedOut,
    RecoveredItem,
    Reserved,
    TailCut,
    ThingAudited,
)

START = datetime(2022, 3, 14, 1, 30, tzinfo=UTC)
OWN, OTHER = CaseId("WJB22-0012"), CaseId("WJB22-0013")
MISTAKEN = CaseId("WJB22-0099")
OWN_FORM, OTHER_FORM = Number("WJB22-0012-JC-001"), Number("WJB22-0013-JC-001")
OWN_ENTERPRISE, OTHER_ENTERPRISE = EnterpriseId("91320412MA1WABCD6T"), EnterpriseId("91320412MA1XEFGH2K")


def digest(text: str) -> Sha256:
    """Digest of stand-in content `text`."""
    return Sha256(sha256(text.encode()).hexdigest())


def form(case: CaseId, running: int = 1, code: str = "JC") -> IssuedForm:
    """An issued form whose files have the content `<number><suffix>`."""
    number = Number(f"{case}-{code}-{running:03d}")
    return IssuedForm(
        number=number,
        form="inspection-record",
        case=None if case.endswith("-0000") else case,
        visit=None if case.endswith("-0000") else VisitId(f"{case}-V1"),
        issued_at=START,
        checks=("ABCDEFGH",),
        pdf=digest(f"{number}.pdf"),
        docx=digest(f"{number}.docx"),
        data=digest(f"{number}.json"),
        geometry=digest(f"{number}.geometry.json"),
        required_boxes=("1:escort:signature:escort",),
    )


def page(
    number: Number, content: str, *, verdict: MarkVerdict = MarkVerdict.PRESENT, quality: int = 800
) -> ScannedPage:
    """Page 1 of a form as found in a file of that content."""
    mark = Mark(
        box="escort",
        kind=BoxKind.SIGNATURE,
        role="escort",
        page=1,
        required=True,
        verdict=verdict,
        score=950,
        crop=digest("crop"),
    )
    altered = Alteration(page=1, kind="added_ink", region=(10, 20, 30, 40))
    return ScannedPage(
        number=number,
        page=1,
        arrival="",
        sha256=digest(content),
        index=0,
        quality=quality,
        marks=(mark,),
        alterations=(altered,),
        notes=("请用彩色重新扫描",),
    )


def taken(running: int, path: str, content: str) -> ArrivalTaken:
    """An arrival of stand-in content."""
    return ArrivalTaken(
        arrival=ArrivalId(f"A-20220314-{running:04d}"),
        path=path,
        sha256=digest(content),
        bytes=len(content.encode()),
        received_at=START + timedelta(minutes=running),
        media_type="application/pdf",
    )


def parties() -> PartiesImported:
    """Two enterprises and the people who visit them."""
    return PartiesImported(
        source=digest("名册.xlsx"),
        enterprises=(
            Enterprise(
                id=OWN_ENTERPRISE,
                name="常州华星铸造有限公司",
                short_name="华星铸造",
                credit_code=OWN_ENTERPRISE,
                classes=(EnterpriseClass.FOUNDRY,),
                contacts=digest("contacts"),
            ),
            Enterprise(
                id=OTHER_ENTERPRISE,
                name="常州远达精密机械有限公司",
                short_name="远达精密",
                credit_code=OTHER_ENTERPRISE,
                classes=(EnterpriseClass.BELOW_SCALE,),
            ),
        ),
        people=(Person(id=PersonId("P01"), name="李华", role=Role.LEADER),),
        devices=(Device(serial="DSJ-1", holder=PersonId("P01")),),
        campaigns=(
            Campaign(id="ZX2022-01", topic="粉尘", kind=CampaignKind.SPECIAL, ordered_on=date(2022, 3, 1)),
        ),
    )


def case_events(case: CaseId, enterprise: EnterpriseId) -> list[Event]:
    """One cycle: check, issue, recheck."""
    hazard = Hazard(id="H01", location="一车间", description="防护罩缺失", photos=(digest("photo"),))
    check = Visit(
        id=VisitId(f"{case}-V1"),
        case=case,
        kind=VisitKind.CHECK,
        arrived_at=START,
        hazards=(hazard,),
        experts=(PersonId("P01"),),
        details=digest(f"details {case}"),
    )
    recheck = Visit(
        id=VisitId(f"{case}-V2"),
        case=case,
        kind=VisitKind.RECHECK,
        arrived_at=START + timedelta(days=17),
        results=(HazardResult(hazard="H01", state=HazardState.RECTIFIED),),
    )
    return [
        CaseOpened(
            case=Case(id=case, enterprise=enterprise, kind=CaseKind.ANNUAL, opened_on=date(2022, 3, 10))
        ),
        VisitRecorded(visit=check),
        FormIssued(form=form(case)),
        VisitRecorded(visit=recheck),
    ]


def every_kind() -> list[Event]:
    """Every kind of event, in an order that could have happened."""
    answer = HazardAnswer(hazard="H01", measure="加装防护罩", funds_yuan=2000)
    recording = Recording(
        sha256=digest("mp4"),
        name="DSJ-1_20220314093000.mp4",
        bytes=3,
        started_at=START,
        duration_ms=60_000,
        video=True,
        audio=True,
        times=(TimeClaim(source="name", at=START),),
    )
    package = Package(
        id="WJB-2022-W13",
        week="2022-W13",
        built_at=START + timedelta(days=18),
        sha256=digest("package"),
        complete=True,
        tree_size=12,
        root="00" * 32,
        cases=(OWN,),
        documents=(OWN_FORM,),
        tagmanifest=digest("tag"),
    )
    return [
        parties(),
        *case_events(OWN, OWN_ENTERPRISE),
        *case_events(OTHER, OTHER_ENTERPRISE),
        FormIssued(form=form(CaseId("WJB22-0000"), code="JH")),
        FormIssued(form=form(OTHER, 2)),
        FormVoided(number=Number("WJB22-0013-JC-002"), why="填写有误"),
        RegisterEntered(
            entry=RegisterEntry(
                register="notice",
                key="N1",
                on=date(2022, 3, 15),
                case=OWN,
                data={"内容": "≥2 项"},
                attachment=digest("notice"),
            )
        ),
        ArrivalWaiting(arrival=ArrivalId("A-20220314-0001"), path="扫描/检查记录.pdf", why="仍在写入"),
        taken(1, "扫描/检查记录.pdf", "scan own"),
        ArrivalJudged(
            arrival=ArrivalId("A-20220314-0001"),
            outcome="linked",
            pages=(page(OWN_FORM, "scan own", verdict=MarkVerdict.UNDECIDED),),
            blank_pages=(1,),
        ),
        taken(2, "混合.tif", "scan both"),
        ArrivalJudged(
            arrival=ArrivalId("A-20220314-0002"),
            outcome="unidentified",
            pages=(page(OWN_FORM, "scan both", quality=300), page(OTHER_FORM, "scan both")),
            unlinked=(
                UnlinkedPage(
                    index=2,
                    reason="no_code",
                    suggestions=(Suggestion(number=OTHER_FORM, page=1, score=500, why="标题相近"),),
                ),
            ),
        ),
        PersonDecided(
            arrival=ArrivalId("A-20220314-0002"),
            decision="link",
            by="lihua",
            why="看过原件",
            detail={"index": 2},
        ),
        MarkDecided(
            number=OWN_FORM, page=1, box="escort", verdict=MarkVerdict.PRESENT, by="lihua", why="是本人签名"
        ),
        AlterationDecided(number=OWN_FORM, page=1, accepted=True, by="lihua", why="更正处已签名"),
        taken(3, "DSJ-1_20220314093000.mp4", "mp4"),
        ArrivalJudged(arrival=ArrivalId("A-20220314-0003"), outcome="linked", recordings=(recording,)),
        RecordingAssigned(sha256=digest("mp4"), visit=VisitId(f"{OWN}-V1"), by="device+time"),
        taken(4, "整改报告.docx", "docx"),
        ArrivalJudged(arrival=ArrivalId("A-20220314-0004"), outcome="linked", edocument_of=OWN_FORM),
        ArrivalScanned(
            arrival=ArrivalId("A-20220314-0004"),
            scan=VirusScan(result=ScanResult.CLEAN, engine="ClamAV 1.4.3", signatures="27500"),
        ),
        taken(5, "空.pdf", ""),
        ArrivalJudged(
            arrival=ArrivalId("A-20220314-0005"), outcome="quarantined", reason="empty", message="文件是空的"
        ),
        ReportRecorded(
            report=RectificationReport(case=OWN, version=1, received_on=date(2022, 3, 28), answers=(answer,))
        ),
        EscalationRecorded(
            escalation=Escalation(
                id="SB-1",
                case=OTHER,
                trigger=Trigger.OVERDUE,
                recipient=Recipient.SAFETY_SECTION,
                reported_at=START,
            )
        ),
        PlanFiled(
            plan=Plan(
                week="2022-W14",
                filed_on=date(2022, 4, 1),
                lines=(PlanLine(day=date(2022, 4, 6), enterprise=OTHER_ENTERPRISE, work=PlannedWork.CHECK),),
            )
        ),
        WaiverGranted(waiver=Waiver(rule_id="R-1", case=OWN, why="企业停产", by=PersonId("P01"), at=START)),
        DocumentTranscribed(
            transcription=Transcription(
                number=OWN_FORM, sha256=digest("typed"), version=1, visit=VisitId(f"{OWN}-V1")
            )
        ),
        CaseCancelled(case=MISTAKEN, why="重复开立", by="P01"),
        VisitWithdrawn(visit=VisitId(f"{OTHER}-V9"), why="日期写错", by="P01"),
        RegisterWithdrawn(register="training", key="没有这一项", why="登错台账", by="P01"),
        GapIncurable(
            incurable=Incurable(
                gap=Gap(rule_id="R-2", case=OTHER, visit=f"{OTHER}-V1", since="WJB-2022-W12"),
                why="企业已注销",
                by=PersonId("P01"),
                at=START,
            )
        ),
        HoldPlaced(hold=Hold(case=OTHER, why="行政复议", by="lihua", at=START)),
        CheckpointMade(week="2022-W13", size=12, root="00" * 32, text="WJB\n12\n" + "A" * 43 + "=\n"),
        PackageBuilt(package=package),
        ReceiptReceived(
            receipt=Receipt(package="WJB-2022-W13", at=START, source=digest("receipt"), manner="scan")
        ),
        SignerChanged(
            change=SignerChange(
                contract="WJB",
                before=digest("old certificate"),
                after=digest("new certificate"),
                at=START,
                why="旧证书到期",
                certificate="MAA=",
                replaced="MAA=",
                consent=Consent.OLD_KEY,
                signature="MAA=",
            )
        ),
        TailCut(bytes=7, sha256=digest("torn")),
        ThingAudited(objects=3),
        MaterialDisposed(
            items=(
                DisposedItem(
                    sha256=digest("film"),
                    kind="录像",
                    name="一.mp4",
                    case=OWN,
                    until=date(2022, 3, 1),
                    clause="附件八2",
                ),
            ),
            approval=digest("approval"),
            by=PersonId("P01"),
            why="保管期满",
        ),
        FootageSeen(sha256=digest("film"), by="P01"),
        OriginalHandedOut(sha256=digest("scan own"), name="扫描.pdf", by="P01"),
        MaterialViewed(number=OWN_FORM, by="P01"),
        NumbersReserved(numbers=(Reserved(number=Number("WJB22-0013-JC-003"), form="inspection-record"),)),
        LedgerRestored(
            backup="/media/backup", backed_up_at=START, size=40, digest="00" * 32, by="lihua", gap=20
        ),
        LedgerRecovered(
            size=40,
            regained=1,
            known=42,
            by="lihua",
            items=(RecoveredItem(what="arrival", id="A-20220314-0001", sha256=digest("scan own"), seq=41),),
        ),
    ]
