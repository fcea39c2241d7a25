"""One enterprise with a whole chain of visits, in a real ledger, for the tests of forms."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from evidence.archive.issued import IssuedStore
from evidence.archive.originals import Originals
from evidence.domain.case import (
    Attitude,
    Case,
    CaseKind,
    Channel,
    Escalation,
    ItemResult,
    ItemVerdict,
    Recipient,
    RectificationReport,
    ReviewResult,
    Trigger,
    Visit,
    VisitKind,
)
from evidence.domain.document import IssuedForm
from evidence.domain.hazard import (
    Grade,
    Hazard,
    HazardAnswer,
    HazardProgress,
    HazardResult,
    HazardState,
    ProgressState,
)
from evidence.domain.identifiers import CaseId, EnterpriseId, PersonId, Sha256, VisitId
from evidence.domain.page_code import draw_check
from evidence.domain.parties import Enterprise, EnterpriseClass, Person, Role, Title
from evidence.domain.week import local_instant
from evidence.forms.catalogue import Catalogue, shipped_templates
from evidence.forms.issue import issue_forms
from evidence.forms.issuer import Issuer
from evidence.forms.kept_checks import KeptChecks
from evidence.forms.people import Contact, EnterpriseContacts, VisitDetails, store
from evidence.forms.source import IssueRequest
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import (
    CaseOpened,
    EscalationRecorded,
    PartiesImported,
    ReportRecorded,
    VisitRecorded,
)
from evidence.ledger.ledger import Ledger
from evidence.settings import Settings
from tests.support.first_contract import FIRST_CONTRACT

NOW = datetime(2022, 4, 1, 7, 0, tzinfo=UTC)
CASE = CaseId("WJB22-0001")
CODE = EnterpriseId("91310110666007217T")
EXPERTS = (PersonId("P01"), PersonId("P02"))
SUPERVISORS = (PersonId("S01"),)
LONG_NAME = ("常州市武进国家高新技术产业开发区龘喆祎玥堃精密机械智能装备新材料科技研究院" * 4)[
    :116
] + "有限公司"
CHECK_DAY = date(2022, 3, 14)


@dataclass(frozen=True, kw_only=True)
class FormsWorld:
    """Ledger, stores, templates."""

    root: Path
    ledger: Ledger
    originals: Originals
    issued: IssuedStore
    catalogue: Catalogue
    settings: Settings
    draw: Callable[[], str] = draw_check
    kept_checks: KeptChecks | None = None

    def issue(self, *requests: IssueRequest, **more: object) -> list[IssuedForm]:
        """Issue a batch at the world's time."""
        return issue_forms(requests, self.issuer, now=NOW, **more)  # type: ignore[arg-type]

    @property
    def issuer(self) -> Issuer:
        """What issuing works with."""
        return Issuer(
            catalogue=self.catalogue,
            ledger=self.ledger,
            originals=self.originals,
            issued=self.issued,
            settings=self.settings,
            draw=self.draw,
            kept_checks=self.kept_checks,
        )

    def request(self, form: str, **more: object) -> IssueRequest:
        """A request about the world's case."""
        return IssueRequest(form=form, case=CASE, **more)  # type: ignore[arg-type]


def hazard(number: int, *, long: bool = False, photos: tuple[Sha256, ...] = ()) -> Hazard:
    """The n-th hazard; every seventh is a major one."""
    text = "危化品库未安装可燃气体报警装置，通风设施损坏；油漆与稀释剂混放，未设置防渗漏托盘。"
    major = number % 7 == 0
    return Hazard(
        id=f"H{number:02d}",
        location=("二号车间砂轮机", "一号车间配电箱", "危化品库")[number % 3],
        description=text * (3 if long else 1),
        item=number % 25 + 1,
        basis="《中华人民共和国安全生产法》第三十六条",
        grade=Grade.MAJOR if major else Grade.GENERAL,
        criterion="GM2017-01-03" if major else "",
        deadline=date(2022, 3, 29),
        advice="安装报警装置并修复通风设施",
        briefed=True,
        photos=photos,
    )


def forms_fixture(
    root: Path, *, hazards: int = 3, long: bool = False, heavy: bool = True, photos: tuple[bytes, ...] = ()
) -> FormsWorld:
    """A ledger with check, urging, report, recheck, interview and escalation of one enterprise."""
    ledger = EmbeddedLedger.open(root / "ledger", clock=lambda: NOW)
    originals = Originals(root / "originals")
    stored = tuple(originals.put_bytes(photo) for photo in photos)
    enterprise = Enterprise(
        id=CODE,
        name=LONG_NAME if long else "常州甲精密机械有限公司",
        short_name="甲精密",
        credit_code=CODE,
        address="江苏省常州市武进区西湖路18号",
        classes=(EnterpriseClass.ABOVE_SCALE, EnterpriseClass.DUST_EXPLOSIVE)
        if heavy
        else (EnterpriseClass.BELOW_SCALE,),
        headcount=35,
        entered_zone=date(2022, 2, 11),
        contacts=store(
            originals,
            EnterpriseContacts(
                legal=Contact(name="龘喆祎" if long else "张伟", position="总经理", telephone="0519-86000001")
            ),
        ),
    )
    people = (
        Person(id=EXPERTS[0], name="李建国", role=Role.LEADER, title=Title.SENIOR, badge="GX-001"),
        Person(id=EXPERTS[1], name="周玥", role=Role.EXTERNAL_EXPERT, title=Title.INTERMEDIATE),
        Person(id=SUPERVISORS[0], name="王强", role=Role.SUPERVISOR, badge="苏D-0412-023"),
    )
    case = Case(id=CASE, enterprise=CODE, kind=CaseKind.ANNUAL, opened_on=date(2022, 3, 10))
    ledger.append(
        "test",
        PartiesImported(source=Sha256("0" * 64), enterprises=(enterprise,), people=people),
        CaseOpened(case=case),
    )
    found = tuple(hazard(n, long=long, photos=stored if n <= 2 else ()) for n in range(1, hazards + 1))
    ledger.append("test", *_chain(originals, found, heavy=heavy, photos=stored))
    return FormsWorld(
        root=root,
        ledger=ledger,
        originals=originals,
        issued=IssuedStore(root / "issued"),
        catalogue=Catalogue.load(shipped_templates(), FIRST_CONTRACT.form_texts),
        settings=FIRST_CONTRACT,
    )


def _chain(
    originals: Originals, found: tuple[Hazard, ...], *, heavy: bool, photos: tuple[Sha256, ...]
) -> list[VisitRecorded | ReportRecorded | EscalationRecorded]:
    details = store(originals, VisitDetails(escort=Contact(name="赵敏", position="安全员")))
    check = Visit(
        id=VisitId(f"{CASE}-V1"),
        case=CASE,
        kind=VisitKind.CHECK,
        arrived_at=local_instant(CHECK_DAY, 9),
        left_at=local_instant(CHECK_DAY, 11, 30),
        experts=EXPERTS if heavy else EXPERTS[:1],
        supervisors=SUPERVISORS if heavy else (),
        badge_shown=True,
        escort_present=True,
        principal_present=True,
        devices=("DSJ-0001",),
        scope="一号车间、危化品库",
        summary="检查组对该单位落实安全生产主体责任情况进行了现场检查。",
        items=tuple(ItemResult(item=n, verdict=ItemVerdict.CONFORMING) for n in range(1, 26)),
        hazards=found,
        hazards_none=not found,
        planned_recheck=date(2022, 3, 31),
        details=details,
    )
    urging = Visit(
        id=VisitId(f"{CASE}-V2"),
        case=CASE,
        kind=VisitKind.URGING,
        arrived_at=local_instant(date(2022, 3, 23), 14),
        experts=EXPERTS[:1],
        channel=Channel.PHONE,
        attitude=Attitude.ACTIVE,
        progress=tuple(HazardProgress(hazard=h.id, state=ProgressState.UNDER_WAY) for h in found),
        details=store(originals, VisitDetails(listener=Contact(name="赵敏"), call_minutes=12)),
    )
    recheck = dataclasses.replace(
        check,
        id=VisitId(f"{CASE}-V3"),
        kind=VisitKind.RECHECK,
        arrived_at=local_instant(date(2022, 3, 31), 9, 30),
        left_at=local_instant(date(2022, 3, 31), 10, 40),
        items=(),
        hazards=(),
        results=tuple(
            HazardResult(
                hazard=h.id,
                state=HazardState.UNRECTIFIED if n == 2 else HazardState.RECTIFIED,
                new_deadline=date(2022, 4, 15) if n == 2 else None,
                photos=photos if n == 0 else (),
            )
            for n, h in enumerate(found)
        ),
    )
    interview = Visit(
        id=VisitId(f"{CASE}-V4"),
        case=CASE,
        kind=VisitKind.INTERVIEW,
        arrived_at=local_instant(date(2022, 4, 1), 9),
        principal_present=True,
        details=store(originals, VisitDetails(interviewer=Contact(name="王强", position="科长"))),
    )
    report = RectificationReport(
        case=CASE,
        version=1,
        reported_on=date(2022, 3, 28),
        received_on=date(2022, 3, 29),
        received_by=EXPERTS[0],
        answers=tuple(
            HazardAnswer(hazard=h.id, measure="加装报警装置", responsible="孙磊", funds_yuan=3200)
            for h in found
        ),
        reviewed_on=date(2022, 3, 30),
        reviewed_by=EXPERTS[0],
        review=ReviewResult.ACCEPTED,
    )
    escalation = Escalation(
        id="E1",
        case=CASE,
        trigger=Trigger.OVERDUE,
        recipient=Recipient.SAFETY_SECTION,
        reported_at=local_instant(date(2022, 4, 1), 9),
        hazards=tuple(h.id for h in found[2:3]),
    )
    visits = [VisitRecorded(visit=visit) for visit in (check, urging, recheck, interview)]
    return [*visits, ReportRecorded(report=report), EscalationRecorded(escalation=escalation)]
