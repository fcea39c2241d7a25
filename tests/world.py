"""An in-memory agency and its week 2022-W13, from domain dataclasses alone; every test may bend it.

`week_facts()` holds three cases in which everything is in order at `FRIDAY`:
`WJB22-0001` a closed chain (check 03-14, urging 03-22, report 03-28, recheck 03-31),
`WJB22-0002` checked this week, `WJB22-0003` a heavy-class enterprise with two experts and a supervisor.
Judge it with `PARAMETERS`, which know the contract price. All names are invented.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from evidence.domain.case import (
    Attitude,
    Case,
    CaseKind,
    Channel,
    ItemResult,
    ItemVerdict,
    RectificationReport,
    ReviewResult,
    Visit,
    VisitKind,
)
from evidence.domain.document import (
    BoxKind,
    Document,
    IssuedForm,
    Mark,
    MarkVerdict,
    ScannedPage,
)
from evidence.domain.facts import CaseFacts, Facts, ServiceState
from evidence.domain.hazard import (
    Hazard,
    HazardAnswer,
    HazardProgress,
    HazardResult,
    HazardState,
    ProgressState,
)
from evidence.domain.identifiers import (
    ArrivalId,
    CaseId,
    EnterpriseId,
    Number,
    PersonId,
    Sha256,
    VisitId,
    make_number,
)
from evidence.domain.parties import Device, Enterprise, EnterpriseClass, Person, Role, Title
from evidence.domain.recording import Recording
from evidence.domain.register import Package, Plan, PlanLine, PlannedWork, Receipt, RegisterEntry
from evidence.domain.week import local_instant
from evidence.ledger.events import (
    ArrivalJudged,
    ArrivalTaken,
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
from evidence.rules.parameters import Parameters

PARAMETERS = Parameters(price_yuan=1_000_000)
WEEK = "2022-W13"
FRIDAY = local_instant(date(2022, 4, 1), 15)
"""The usual moment of judgement: Friday of the week at three."""
CLOSED = CaseId("WJB22-0001")
CHECKED = CaseId("WJB22-0002")
HEAVY = CaseId("WJB22-0003")
CHECK_DAY = date(2022, 3, 14)
FORM_CODES = {
    "inspection-record": "JC",
    "urging-record": "DD",
    "rectification-report": "ZG",
    "recheck-record": "FC",
    "interview-record": "YJ",
}
_MARKS = {
    "inspection-record": (
        ("expert-1", "signature", "expert"),
        ("escort", "signature", "escort"),
        ("principal", "signature", "principal"),
        ("enterprise-seal", "seal", "enterprise"),
    ),
    "urging-record": (("urger", "signature", "urger"),),
    "rectification-report": (
        ("principal", "signature", "principal"),
        ("enterprise-seal", "seal", "enterprise"),
        ("reviewer", "signature", "reviewer"),
    ),
    "interview-record": (
        ("interviewer", "signature", "interviewer"),
        ("principal", "signature", "principal"),
    ),
}
_MARKS["recheck-record"] = _MARKS["inspection-record"]


def digest(text: str) -> Sha256:
    """A digest that stands for some bytes."""
    return Sha256(sha256(text.encode()).hexdigest())


def instant(day: date | str, hour: int = 9, minute: int = 0) -> datetime:
    """Shanghai wall time as UTC; days may be written `2022-03-14`."""
    return local_instant(date.fromisoformat(day) if isinstance(day, str) else day, hour, minute)


def enterprises() -> tuple[Enterprise, ...]:
    """Two ordinary enterprises below scale and one foundry."""
    return (
        Enterprise(
            id=EnterpriseId("91320412MA1XAAAA0A"),
            name="常州市丰禾机械有限公司",
            short_name="丰禾机械",
            credit_code="91320412MA1XAAAA0A",
            classes=(EnterpriseClass.BELOW_SCALE,),
            headcount=46,
        ),
        Enterprise(
            id=EnterpriseId("91320412MA1XBBBB0B"),
            name="常州市云泽包装有限公司",
            short_name="云泽包装",
            credit_code="91320412MA1XBBBB0B",
            classes=(EnterpriseClass.BELOW_SCALE,),
            headcount=31,
        ),
        Enterprise(
            id=EnterpriseId("91320412MA1XCCCC0C"),
            name="常州市恒冶铸造有限公司",
            short_name="恒冶铸造",
            credit_code="91320412MA1XCCCC0C",
            classes=(EnterpriseClass.FOUNDRY,),
            headcount=120,
        ),
    )


def people() -> tuple[Person, ...]:
    """A leader, four members, one supervisor of the zone."""
    names = ("陈立群", "周晓岚", "顾建明", "沈一帆", "陆文静")
    team = tuple(
        Person(
            id=PersonId(f"P{n}"),
            name=name,
            role=Role.LEADER if n == 1 else Role.MEMBER,
            title=Title.INTERMEDIATE if n <= 2 else Title.JUNIOR,
            specialty="安全工程",
            qualified=True,
            badge=f"GX-{n:03d}",
            badge_from=date(2021, 12, 1),
            badge_to=date(2023, 12, 31),
            active_from=date(2021, 12, 1),
        )
        for n, name in enumerate(names, start=1)
    )
    supervisor = Person(id=PersonId("G1"), name="吴海峰", role=Role.SUPERVISOR, badge="AJ-017")
    return (*team, supervisor)


def devices() -> tuple[Device, ...]:
    """One recorder for each of the first two members."""
    return (
        Device(serial="TA00716", holder=PersonId("P2"), from_date=date(2021, 12, 1)),
        Device(serial="TA00717", holder=PersonId("P3"), from_date=date(2021, 12, 1)),
    )


def entry(register: str, key: str, on: date | str, **fields: Any) -> RegisterEntry:
    """A register entry; days may be written as text."""
    day = date.fromisoformat(on) if isinstance(on, str) else on
    fields.setdefault("attachment", digest(f"{register}/{key}"))
    return RegisterEntry(register=register, key=key, on=day, **fields)


def undertakings() -> tuple[RegisterEntry, ...]:
    """Confidentiality and integrity undertakings of the whole team."""
    registers = ("confidentiality-undertaking", "integrity-undertaking")
    return tuple(
        entry(register, f"P{n}", "2021-12-08", person=PersonId(f"P{n}"))
        for register in registers
        for n in range(1, 6)
    )


def hazards(day: date = CHECK_DAY) -> tuple[Hazard, ...]:
    """Two general hazards with everything the contract asks for."""
    return (
        Hazard(
            id="H01",
            location="冲压车间",
            description="冲床光电保护装置失效",
            item=3,
            basis="《安全生产法》第三十六条",
            deadline=day + timedelta(days=15),
            advice="修复光电保护装置并做日常点检",
            briefed=True,
        ),
        Hazard(
            id="H02",
            location="配电间",
            description="配电柜前堆放杂物",
            item=15,
            basis="GB/T 13869-2017 第6.3条",
            deadline=day + timedelta(days=15),
            advice="清理杂物，划定禁放区",
            briefed=True,
        ),
    )


def items() -> tuple[ItemResult, ...]:
    """All 25 items; 3 and 15 not conforming."""
    return tuple(
        ItemResult(item=n, verdict=ItemVerdict.NONCONFORMING if n in (3, 15) else ItemVerdict.CONFORMING)
        for n in range(1, 26)
    )


def check_visit(case: CaseId, day: date, **changes: Any) -> Visit:
    """A check with two hazards, in order in every respect."""
    visit = Visit(
        id=VisitId(f"{case}-V1"),
        case=case,
        kind=VisitKind.CHECK,
        arrived_at=instant(day, 9),
        left_at=instant(day, 10, 30),
        experts=(PersonId("P2"),),
        badge_shown=True,
        escort_present=True,
        principal_present=True,
        devices=("TA00716",),
        scope="冲压车间、配电间、仓库",
        summary="现场整体受控，发现隐患两项",
        items=items(),
        hazards=hazards(day),
        planned_recheck=day + timedelta(days=17),
    )
    return replace(visit, **changes)


def urging_visit(case: CaseId, day: date, **changes: Any) -> Visit:
    """An urging by telephone of an active enterprise."""
    visit = Visit(
        id=VisitId(f"{case}-V2"),
        case=case,
        kind=VisitKind.URGING,
        arrived_at=instant(day, 14),
        left_at=instant(day, 14, 15),
        experts=(PersonId("P2"),),
        channel=Channel.PHONE,
        attitude=Attitude.ACTIVE,
        progress=(
            HazardProgress(hazard="H01", state=ProgressState.DONE),
            HazardProgress(hazard="H02", state=ProgressState.UNDER_WAY),
        ),
    )
    return replace(visit, **changes)


def recheck_visit(case: CaseId, day: date, **changes: Any) -> Visit:
    """A recheck that finds everything put right."""
    visit = Visit(
        id=VisitId(f"{case}-V3"),
        case=case,
        kind=VisitKind.RECHECK,
        arrived_at=instant(day, 9),
        left_at=instant(day, 10),
        experts=(PersonId("P2"),),
        badge_shown=True,
        escort_present=True,
        principal_present=True,
        devices=("TA00716",),
        scope="冲压车间、配电间",
        summary="两项隐患均已整改",
        results=(
            HazardResult(hazard="H01", state=HazardState.RECTIFIED),
            HazardResult(hazard="H02", state=HazardState.RECTIFIED),
        ),
    )
    return replace(visit, **changes)


def report(case: CaseId, received: date | str = "2022-03-28", **changes: Any) -> RectificationReport:
    """An accepted first report over both hazards."""
    day = date.fromisoformat(received) if isinstance(received, str) else received
    made = RectificationReport(
        case=case,
        version=1,
        reported_on=day,
        received_on=day,
        received_by=PersonId("P2"),
        answers=tuple(
            HazardAnswer(
                hazard=hazard,
                measure="已按建议整改",
                responsible="张工",
                deadline=day,
                funds_yuan=800,
                completed_on=day,
                obviously_wrong=False,
            )
            for hazard in ("H01", "H02")
        ),
        reviewed_on=day,
        reviewed_by=PersonId("P2"),
        review=ReviewResult.ACCEPTED,
    )
    return replace(made, **changes)


def document(
    case: CaseId,
    form: str,
    day: date,
    *,
    visit: Visit | None = None,
    pages: int = 2,
    marks: tuple[tuple[str, str, str], ...] | None = None,
    running: int = 1,
) -> Document:
    """A signed, sealed and scanned form with all its pages; the marks stand on the last page."""
    number = make_number(case, FORM_CODES[form], running)
    boxes = list(_MARKS[form] if marks is None else marks)
    if visit is not None and form in ("inspection-record", "recheck-record"):
        boxes += [(f"expert-{n}", "signature", "expert") for n in range(2, len(visit.experts) + 1)]
        boxes += [(f"supervisor-{n}", "signature", "supervisor") for n, _ in enumerate(visit.supervisors, 1)]
    seen = tuple(
        Mark(
            box=box,
            kind=BoxKind(kind),
            role=role,
            page=pages,
            required=True,
            verdict=MarkVerdict.PRESENT,
            score=990,
        )
        for box, kind, role in boxes
    )
    scans = tuple(
        ScannedPage(
            number=number,
            page=page,
            arrival="A-20220401-0001",
            sha256=digest(f"scan {number}"),
            index=page - 1,
            quality=900,
            marks=seen if page == pages else (),
        )
        for page in range(1, pages + 1)
    )
    return Document(
        form=IssuedForm(
            number=number,
            form=form,
            case=case,
            visit=visit.id if visit else None,
            visit_version=visit.version if visit else None,
            issued_at=instant(day, 8),
            checks=("AAAAAAAA",) * pages,
            pdf=digest(f"pdf {number}"),
            docx=digest(f"docx {number}"),
            data=digest(f"data {number}"),
            geometry=digest(f"geometry {number}"),
            required_boxes=tuple(f"{pages}:{box}:{kind}:{role}" for box, kind, role in boxes),
        ),
        scans=scans,
        received_at=instant(day, 17),
    )


def footage(visit: Visit, **changes: Any) -> Recording:
    """One recording that covers a visit from a minute before to a minute after."""
    assert visit.left_at is not None
    length = visit.left_at - visit.arrived_at + timedelta(minutes=2)
    device = visit.devices[0] if visit.devices else "TA00716"
    recording = Recording(
        sha256=digest(f"video {visit.id}"),
        name=f"{device}_JX0227_{visit.arrived_at:%Y%m%d%H%M%S}.mp4",
        bytes=1_000_000,
        device=device,
        started_at=visit.arrived_at - timedelta(minutes=1),
        duration_ms=int(length.total_seconds() * 1000),
        video=True,
        audio=True,
        visit=visit.id,
        assigned_by="device+time",
    )
    return replace(recording, **changes)


def closed_case(case: CaseId = CLOSED, enterprise: int = 0) -> CaseFacts:
    """A whole chain in which everything is in order."""
    check = check_visit(case, CHECK_DAY)
    urging = urging_visit(case, date(2022, 3, 22))
    recheck = recheck_visit(case, date(2022, 3, 31))
    return CaseFacts(
        case=Case(
            id=case,
            enterprise=enterprises()[enterprise].id,
            kind=CaseKind.ANNUAL,
            opened_on=date(2022, 3, 10),
        ),
        visits=(check, urging, recheck),
        reports=(report(case),),
        documents=(
            document(case, "inspection-record", CHECK_DAY, visit=check),
            document(case, "urging-record", date(2022, 3, 22), visit=urging),
            document(case, "rectification-report", date(2022, 3, 28)),
            document(case, "recheck-record", date(2022, 3, 31), visit=recheck),
        ),
        recordings=(footage(check), footage(recheck)),
        entries=case_entries(case, "2022-03-18"),
    )


def checked_case(case: CaseId = CHECKED, enterprise: int = 1, day: date = date(2022, 3, 29)) -> CaseFacts:
    """Checked this week; urging, report and recheck are not yet due."""
    check = check_visit(case, day)
    return CaseFacts(
        case=Case(
            id=case,
            enterprise=enterprises()[enterprise].id,
            kind=CaseKind.ANNUAL,
            opened_on=date(2022, 3, 25),
        ),
        visits=(check,),
        documents=(document(case, "inspection-record", day, visit=check),),
        recordings=(footage(check),),
        entries=case_entries(case, "2022-04-01"),
    )


def heavy_case() -> CaseFacts:
    """A foundry checked this week by two experts and a supervisor."""
    day = date(2022, 3, 30)
    check = check_visit(
        HEAVY,
        day,
        experts=(PersonId("P2"), PersonId("P3")),
        supervisors=(PersonId("G1"),),
        devices=("TA00717",),
    )
    return CaseFacts(
        case=Case(
            id=HEAVY, enterprise=enterprises()[2].id, kind=CaseKind.ANNUAL, opened_on=date(2022, 3, 25)
        ),
        visits=(check,),
        documents=(document(HEAVY, "inspection-record", day, visit=check),),
        recordings=(footage(check),),
        entries=case_entries(HEAVY, "2022-04-01"),
    )


def standing_entries() -> tuple[RegisterEntry, ...]:
    """Everything the registers should hold by the end of March 2022."""
    papers = ("tender", "bid", "award", "commitments", "agreed", "annex")
    holders = ("甲方", "乙方", "高新区财政局", "招标代理")
    return (
        *undertakings(),
        *(entry("contract-document", key, "2021-12-07") for key in papers),
        *(entry("contract-copy", key, "2021-12-07") for key in holders),
        *(entry("procedure", key, "2021-12-20") for key in ("management", "quality", "archive")),
        *(
            entry("training", f"2022-01/P{n}", "2022-01-10", person=PersonId(f"P{n}"), data={"topic": "廉洁"})
            for n in range(1, 6)
        ),
        entry("contract-signature", "1", "2021-12-07", data={"signatures": "2", "seals": "2"}),
        entry("safety-plan", "1", "2021-12-20"),
        entry("payment", "1", "2021-12-24", data={"amount_yuan": "200000"}),
        entry("invoice", "1", "2021-12-20", data={"amount_yuan": "200000.00"}),
    )


def case_entries(case: CaseId, day: str) -> tuple[RegisterEntry, ...]:
    """The questionnaire and the internal review of one case."""
    return (
        entry("questionnaire", f"{case}-WJ", day, case=case, data={"filled_by": "安环科"}),
        entry("internal-review", f"{case}-NS", day, case=case, person=PersonId("P5")),
    )


def package(week: str, built: str, *documents: str, **changes: Any) -> Package:
    """A weekly package that was built and complete."""
    made = Package(
        id=f"WJB-{week}",
        week=week,
        built_at=instant(built, 15),
        sha256=digest(f"package {week}"),
        complete=True,
        tree_size=10,
        root="0" * 64,
        documents=documents,
    )
    return replace(made, **changes)


def packages() -> tuple[Package, ...]:
    """The two weeks before, handed over on their Fridays."""
    return (
        package("2022-W11", "2022-03-18", f"{CLOSED}-JC-001"),
        package("2022-W12", "2022-03-25", f"{CLOSED}-DD-001"),
    )


def receipt(package_id: str, on: str) -> Receipt:
    """The regulator's signed paper, scanned."""
    return Receipt(
        package=package_id, at=instant(on, 16), source=digest(f"receipt {package_id}"), manner="scan"
    )


def plans() -> tuple[Plan, ...]:
    """The plans for this week and the next, each filed and receipted on the Friday before."""
    firms = [one.id for one in enterprises()]
    this = (
        PlanLine(
            day=date(2022, 3, 29), enterprise=firms[1], work=PlannedWork.CHECK, experts=(PersonId("P2"),)
        ),
        PlanLine(
            day=date(2022, 3, 30),
            enterprise=firms[2],
            work=PlannedWork.CHECK,
            experts=(PersonId("P2"), PersonId("P3")),
            supervisor_needed=True,
        ),
        PlanLine(
            day=date(2022, 3, 31),
            enterprise=firms[0],
            work=PlannedWork.RECHECK,
            case=CLOSED,
            experts=(PersonId("P2"),),
        ),
    )
    earlier = (PlanLine(day=CHECK_DAY, enterprise=firms[0], work=PlannedWork.CHECK),)
    return (
        Plan(week="2022-W11", filed_on=date(2022, 3, 11), receipt_on=date(2022, 3, 11), lines=earlier),
        Plan(week=WEEK, filed_on=date(2022, 3, 25), receipt_on=date(2022, 3, 25), lines=this),
        Plan(week="2022-W14", filed_on=date(2022, 4, 1), receipt_on=date(2022, 4, 1), lines=()),
    )


def services() -> tuple[ServiceState, ...]:
    """The three cycles in one line each."""
    firms = [one.id for one in enterprises()]
    return (
        ServiceState(
            enterprise=firms[0],
            case=CLOSED,
            kind="annual",
            checked_on=CHECK_DAY,
            urged_on=date(2022, 3, 22),
            rechecked_on=date(2022, 3, 31),
            closed=True,
        ),
        ServiceState(enterprise=firms[1], case=CHECKED, kind="annual", checked_on=date(2022, 3, 29)),
        ServiceState(enterprise=firms[2], case=HEAVY, kind="annual", checked_on=date(2022, 3, 30)),
    )


def week_facts() -> Facts:
    """The whole week, in order."""
    return Facts(
        week=WEEK,
        enterprises=enterprises(),
        people=people(),
        devices=devices(),
        cases=(closed_case(), checked_case(), heavy_case()),
        services=services(),
        entries=standing_entries(),
        plans=plans(),
        packages=packages(),
        receipts=(receipt("WJB-2022-W11", "2022-03-18"), receipt("WJB-2022-W12", "2022-03-25")),
    )


def case_facts(case: CaseId = CLOSED) -> Facts:
    """The same facts narrowed to one case."""
    facts = week_facts()
    return replace(facts, cases=tuple(one for one in facts.cases if one.case.id == case))


# Bending the world: every function returns a changed copy.


def on_case(facts: Facts, case: str, change: Callable[[CaseFacts], CaseFacts]) -> Facts:
    """Change one case."""
    return replace(facts, cases=tuple(change(one) if one.case.id == case else one for one in facts.cases))


def on_visit(facts: Facts, visit: str, **changes: Any) -> Facts:
    """Change fields of one visit."""

    def change(one: CaseFacts) -> CaseFacts:
        return replace(one, visits=tuple(replace(v, **changes) if v.id == visit else v for v in one.visits))

    return on_case(facts, visit[:10], change)


def without_visit(facts: Facts, visit: str) -> Facts:
    """Take a visit away, with its record and its footage."""

    def change(one: CaseFacts) -> CaseFacts:
        return replace(
            one,
            visits=tuple(v for v in one.visits if v.id != visit),
            documents=tuple(d for d in one.documents if d.form.visit != visit),
            recordings=tuple(r for r in one.recordings if r.visit != visit),
        )

    return on_case(facts, visit[:10], change)


def with_visit(facts: Facts, visit: Visit) -> Facts:
    """Add a visit."""
    return on_case(facts, visit.case, lambda one: replace(one, visits=(*one.visits, visit)))


def on_hazard(facts: Facts, hazard: str, case: str = CLOSED, **changes: Any) -> Facts:
    """Change fields of one hazard of a case's check."""

    def change(one: CaseFacts) -> CaseFacts:
        visits = tuple(
            replace(v, hazards=tuple(replace(h, **changes) if h.id == hazard else h for h in v.hazards))
            for v in one.visits
        )
        return replace(one, visits=visits)

    return on_case(facts, case, change)


def on_report(facts: Facts, case: str = CLOSED, **changes: Any) -> Facts:
    """Change fields of every report of a case."""
    return on_case(
        facts, case, lambda one: replace(one, reports=tuple(replace(r, **changes) for r in one.reports))
    )


def on_document(facts: Facts, number: str, change: Callable[[Document], Document]) -> Facts:
    """Change one document."""
    return on_case(
        facts,
        number[:10],
        lambda one: replace(
            one, documents=tuple(change(d) if d.form.number == number else d for d in one.documents)
        ),
    )


def without_document(facts: Facts, number: str) -> Facts:
    """Take a document away."""
    return on_case(
        facts,
        number[:10],
        lambda one: replace(one, documents=tuple(d for d in one.documents if d.form.number != number)),
    )


def with_mark(facts: Facts, number: str, box: str, verdict: MarkVerdict) -> Facts:
    """See something else in one box."""

    def change(one: Document) -> Document:
        scans = tuple(
            replace(s, marks=tuple(replace(m, verdict=verdict) if m.box == box else m for m in s.marks))
            for s in one.scans
        )
        return replace(one, scans=scans)

    return on_document(facts, number, change)


def without_page(facts: Facts, number: str, page: int) -> Facts:
    """Lose the scan of one page."""
    return on_document(
        facts,
        number,
        lambda d: replace(d, scans=tuple(s for s in d.scans if s.page != page), received_at=None),
    )


def on_recordings(facts: Facts, visit: str, **changes: Any) -> Facts:
    """Change every recording of a visit."""
    return on_case(
        facts,
        visit[:10],
        lambda one: replace(
            one,
            recordings=tuple(replace(r, **changes) if r.visit == visit else r for r in one.recordings),
        ),
    )


def on_person(facts: Facts, person: str, **changes: Any) -> Facts:
    """Change one person."""
    return replace(facts, people=tuple(replace(p, **changes) if p.id == person else p for p in facts.people))


def on_enterprise(facts: Facts, number: int, **changes: Any) -> Facts:
    """Change the enterprise of that place in `enterprises()`."""
    wanted = enterprises()[number].id
    return replace(
        facts,
        enterprises=tuple(replace(e, **changes) if e.id == wanted else e for e in facts.enterprises),
    )


def with_entry(facts: Facts, *entries: RegisterEntry) -> Facts:
    """Add register entries, to the case they name or to the whole."""
    for one in entries:
        if one.case is not None and any(c.case.id == one.case for c in facts.cases):
            facts = on_case(facts, one.case, lambda c, one=one: replace(c, entries=(*c.entries, one)))
        else:
            facts = replace(facts, entries=(*facts.entries, one))
    return facts


def without_entries(facts: Facts, register: str) -> Facts:
    """Empty a register."""
    return replace(facts, entries=tuple(e for e in facts.entries if e.register != register))


def number(case: str, code: str, running: int = 1) -> Number:
    """A form number of a case."""
    return make_number(CaseId(case), code, running)


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
