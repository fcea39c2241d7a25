"""Forms issued through the product's own doors (templates, LibreOffice, ledger) for `bench recognition`.

Six enterprises with the same chain of visits get the same five forms, so that every page has sisters
in other cases that differ from it in the filled fields only.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from evidence.archive.issued import IssuedStore
from evidence.archive.originals import Originals
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
from evidence.domain.document import IssuedForm, IssuedPage
from evidence.domain.hazard import (
    Hazard,
    HazardAnswer,
    HazardProgress,
    HazardResult,
    HazardState,
    ProgressState,
)
from evidence.domain.identifiers import CaseId, EnterpriseId, PersonId, Sha256, VisitId
from evidence.domain.parties import Enterprise, EnterpriseClass, Person, Role, Title
from evidence.domain.week import local_date, local_instant
from evidence.forms.catalogue import Catalogue, shipped_templates
from evidence.forms.issue import issue_forms
from evidence.forms.issuer import Issuer
from evidence.forms.people import Contact, EnterpriseContacts, VisitDetails, store
from evidence.forms.source import IssueRequest
from evidence.inbox.lookup import LedgerForms
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import CaseOpened, Event, PartiesImported, ReportRecorded, VisitRecorded
from evidence.ledger.ledger import Ledger
from evidence.recognition.reference import keep_references
from tests.support.first_contract import FIRST_CONTRACT

FORMS = ("inspection-record", "urging-record", "rectification-report", "recheck-record", "interview-record")
CASES = 6
NOW = datetime(2022, 4, 20, 7, 0, tzinfo=UTC)
_NAMES = ("恒晟", "润禾", "金翎", "宏达", "永信", "捷昌")
_TRADES = ("精密机械", "包装材料", "木业", "金属制品", "汽车零部件", "智能装备")
_PEOPLE = ("沈国梁", "尤晓东", "冯玥", "顾明芳", "许静", "韩立新")
_PLACES = ("机加工车间配电间", "危废暂存间", "喷涂线", "成品仓库", "砂光车间", "空压站", "厂区北门", "打磨区")
_FOUND = (
    "配电箱箱门未关闭，未张贴当心触电标识",
    "消防通道堆放杂物，宽度不足四米",
    "特种作业人员未持证上岗",
    "除尘器未设置锁气卸灰装置",
    "可燃气体报警器探头失效，未及时更换",
    "压力容器未按期检验",
    "切削液废桶与棉纱混放，未设置防泄漏托盘",
    "动火作业票缺少监护人签字",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One issued page to be signed and scanned."""

    issued: IssuedForm
    page: IssuedPage
    pdf: Path
    company: str


def issued_samples(folder: Path) -> tuple[LedgerForms, list[Sample]]:
    """Every page of the bench's forms; issued on the first call, opened afterwards.

    Raises:
        EvidenceError: LibreOffice or a font is missing.
    """
    ledger = EmbeddedLedger.open(folder / "ledger", clock=lambda: NOW)
    store_ = IssuedStore(folder / "issued")
    if not list(ledger.view.cases()):
        _issue(ledger, store_, folder)
    forms = LedgerForms(view=lambda: ledger.view, store=store_)
    samples = [
        Sample(
            issued=document.form,
            page=page,
            pdf=store_.pdf_path(document.form.number),
            company=_company(index),
        )
        for index in range(CASES)
        for document in ledger.view.documents(_case(index))
        for page in store_.geometry(document.form.number)
    ]
    return forms, samples


def _issue(ledger: Ledger, issued: IssuedStore, folder: Path) -> None:
    originals = Originals(folder / "originals")
    people = tuple(
        Person(id=PersonId(f"P{n:02d}"), name=name, role=Role.MEMBER, title=Title.SENIOR, badge=f"GX-{n:03d}")
        for n, name in enumerate(("赵启明", "钱文博", "孙晓岚"), 1)
    )
    firms = tuple(_enterprise(originals, index) for index in range(CASES))
    events: list[Event] = [PartiesImported(source=Sha256("0" * 64), enterprises=firms, people=people)]
    for index, firm in enumerate(firms):
        opened = Case(id=_case(index), enterprise=firm.id, kind=CaseKind.ANNUAL, opened_on=date(2022, 3, 1))
        events += [CaseOpened(case=opened), *_chain(originals, index)]
    ledger.append("bench", *events)
    dice = random.Random(2022)
    forms = issue_forms(
        [IssueRequest(form=form, case=_case(index)) for index in range(CASES) for form in FORMS],
        Issuer(
            catalogue=Catalogue.load(shipped_templates(), FIRST_CONTRACT.form_texts),
            ledger=ledger,
            originals=originals,
            issued=issued,
            settings=FIRST_CONTRACT,
            draw=lambda: "".join(dice.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=8)),
        ),
        now=NOW,
    )
    for form in forms:
        keep_references(issued.pdf_path(form.number), issued.geometry(form.number))


def _case(index: int) -> CaseId:
    return CaseId(f"WJB22-{index + 1:04d}")


def _company(index: int) -> str:
    return f"常州{_NAMES[index]}{_TRADES[index]}有限公司"


def _enterprise(originals: Originals, index: int) -> Enterprise:
    code = EnterpriseId(f"91320412MA2XBEN{index:02d}X")
    legal = Contact(name=_PEOPLE[index], position="总经理", telephone=f"0519-8000{index:04d}")
    return Enterprise(
        id=code,
        name=_company(index),
        short_name=f"{_NAMES[index]}{_TRADES[index]}",
        credit_code=code,
        address=f"武进国家高新区凤林南路{11 + 37 * index}号",
        classes=(EnterpriseClass.DUST_EXPLOSIVE if index % 2 else EnterpriseClass.BELOW_SCALE,),
        headcount=20 + 13 * index,
        contacts=store(originals, EnterpriseContacts(legal=legal, principal=legal)),
    )


def _chain(originals: Originals, index: int) -> list[Event]:
    dice = random.Random(index)
    case, day = _case(index), date(2022, 3, 2) + timedelta(days=2 * index)
    hazards = tuple(
        Hazard(
            id=f"H{n:02d}",
            location=place,
            description=found,
            item=dice.randint(1, 25),
            basis=f"《安全生产法》第{dice.choice('一二三四五')}十{dice.choice('一二三四五')}条",
            deadline=day + timedelta(days=dice.randint(10, 20)),
            advice=f"限期整改，由{dice.choice(_PEOPLE)}负责，完成后拍照留存",
            briefed=True,
        )
        for n, (place, found) in enumerate(
            zip(dice.sample(_PLACES, 4), dice.sample(_FOUND, 4), strict=True), 1
        )
    )[: 2 + index % 3]
    escort = Contact(name=_PEOPLE[(index + 3) % len(_PEOPLE)], position="安全员")
    check = Visit(
        id=VisitId(f"{case}-V1"),
        case=case,
        kind=VisitKind.CHECK,
        arrived_at=local_instant(day, 9, dice.randint(0, 50)),
        left_at=local_instant(day, 11, dice.randint(0, 50)),
        experts=(PersonId("P01"), PersonId("P02"))[: 1 + index % 2],
        badge_shown=True,
        escort_present=True,
        principal_present=True,
        scope="、".join(hazard.location for hazard in hazards),
        summary=f"对照二十五项检查内容全面检查，发现一般隐患{len(hazards)}项，已逐一向企业交底。",
        items=tuple(
            ItemResult(item=item, verdict=dice.choice((ItemVerdict.CONFORMING, ItemVerdict.NONCONFORMING)))
            for item in range(1, 26)
        ),
        hazards=hazards,
        planned_recheck=day + timedelta(days=21),
        details=store(originals, VisitDetails(escort=escort)),
    )
    urging = Visit(
        id=VisitId(f"{case}-V2"),
        case=case,
        kind=VisitKind.URGING,
        arrived_at=local_instant(day + timedelta(days=8), 14, dice.randint(0, 50)),
        experts=(PersonId("P03"),),
        channel=Channel.PHONE,
        attitude=Attitude.ACTIVE,
        progress=tuple(
            HazardProgress(hazard=h.id, state=dice.choice((ProgressState.DONE, ProgressState.UNDER_WAY)))
            for h in hazards
        ),
        details=store(originals, VisitDetails(listener=escort, call_minutes=dice.randint(3, 20))),
    )
    report = RectificationReport(
        case=case,
        version=1,
        reported_on=day + timedelta(days=14),
        received_on=day + timedelta(days=14),
        received_by=PersonId("P01"),
        answers=tuple(
            HazardAnswer(
                hazard=h.id,
                measure=h.advice,
                responsible=escort.name,
                funds_yuan=100 * dice.randint(1, 90),
                completed_on=day + timedelta(days=dice.randint(3, 12)),
                status="已完成",
            )
            for h in hazards
        ),
        reviewed_on=day + timedelta(days=14),
        reviewed_by=PersonId("P01"),
        review=ReviewResult.ACCEPTED,
    )
    recheck = replace(
        check,
        id=VisitId(f"{case}-V3"),
        kind=VisitKind.RECHECK,
        arrived_at=local_instant(day + timedelta(days=21), 9, 30),
        left_at=local_instant(day + timedelta(days=21), 10, 15),
        items=(),
        hazards=(),
        results=tuple(HazardResult(hazard=h.id, state=HazardState.RECTIFIED) for h in hazards),
    )
    interview = Visit(
        id=VisitId(f"{case}-V4"),
        case=case,
        kind=VisitKind.INTERVIEW,
        arrived_at=local_instant(local_date(NOW), 9),
        principal_present=True,
        details=store(originals, VisitDetails(interviewer=Contact(name="吴建国", position="科长"))),
    )
    visits = [VisitRecorded(visit=visit) for visit in (check, urging, recheck, interview)]
    return [*visits, ReportRecorded(report=report)]
