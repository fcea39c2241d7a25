"""The shortest and the longest realistic filling of every form, for layout tests and the pictures in docs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from evidence.domain.case import (
    Attitude,
    Trigger,
    Visit,
    VisitKind,
)
from evidence.domain.document import IssuedForm
from evidence.domain.identifiers import CaseId, VisitId
from evidence.domain.register import Plan
from evidence.domain.week import local_instant
from evidence.forms.content.campaign import campaign_values
from evidence.forms.content.weekly import handover_values, plan_values, receipt_values
from evidence.forms.source import IssueRequest
from evidence.ledger.events import CaseOpened, EscalationRecorded, PlanFiled, VisitRecorded
from tests.support.forms_crowded import (
    RARE,
    WEEK,
    WEEK_PLACES,
    campaign,
    chain,
    handed_over,
    parties,
    photograph,
    plan,
)
from tests.support.forms_fixture import CASE, EXPERTS, FormsWorld, forms_fixture

FROM_CHECK_TO_ESCALATION = (
    "inspection-record",
    "urging-record",
    "rectification-report",
    "recheck-record",
    "interview-notice",
    "interview-record",
    "escalation-report",
    "questionnaire",
    "tenant-notice",
)
CASE_FORMS = (*FROM_CHECK_TO_ESCALATION, "guidance-record", "deadline-extension", "case-closure")
PERSONAL_FORMS = ("undertaking", "interest-declaration", "personnel-change")
BLANK_FORMS = (*CASE_FORMS[:4], "guidance-record", "deadline-extension")
"""Those that are written by hand on site or by the enterprise."""

OPEN_CASE = CaseId("WJB22-0004")
OF_WHAT_IS_OPEN = ("deadline-extension", "interview-notice")
"""Forms that are refused where everything is put right."""


@dataclass(frozen=True, slots=True)
class Filling:
    """One form to be issued, and the world it is issued in."""

    world: FormsWorld
    request: IssueRequest


def issue(fillings: list[Filling]) -> dict[str, tuple[FormsWorld, IssuedForm]]:
    """Every filling issued, by form id: the check record first, since the others cite its number."""
    made = {}
    for world in {id(filling.world): filling.world for filling in fillings}.values():
        requests = [filling.request for filling in fillings if filling.world is world]
        first = [request for request in requests if request.form == CASE_FORMS[0]]
        others = [request for request in requests if request.form != CASE_FORMS[0]]
        for batch in (first, others):
            made |= {form.form: (world, form) for form in world.issue(*batch)}
    return made


def shortest(root: Path) -> list[Filling]:
    """A small factory: no hazard at the check, one hazard in the records that need one, an empty week."""
    nothing = forms_fixture(root / "nothing", hazards=0, heavy=False)
    one = forms_fixture(root / "one", hazards=1, heavy=False)
    passive = replace(
        one.ledger.view.escalations(CASE)[-1],
        trigger=Trigger.PASSIVE,
        reported_at=local_instant(date(2022, 3, 24), 9),
        hazards=("H01",),
    )
    urging = next(v for v in reversed(one.ledger.view.visits(CASE)) if v.kind is VisitKind.URGING)
    one.ledger.append(
        "test",
        VisitRecorded(visit=replace(urging, version=urging.version + 1, attitude=Attitude.PASSIVE)),
        EscalationRecorded(escalation=passive),
    )
    campaign(one, 1)
    _guide(one)
    _open_case(one)
    one.issue(one.request(CASE_FORMS[0]))
    view, settings = one.ledger.view, one.settings
    week = [
        (
            "weekly-plan",
            "2022-W14",
            plan_values(Plan(week="2022-W14", filed_on=date(2022, 4, 1), lines=()), view, settings),
        ),
        (
            "handover-list",
            str(WEEK),
            handover_values(
                [], settings, week=WEEK, package="WJB-2022-W13", completeness="本周没有检查和复查"
            ),
        ),
        ("handover-receipt", str(WEEK), _receipt(one, documents=0)),
        (
            "campaign-summary",
            str(WEEK),
            campaign_values("ZX2022-01", one.ledger.view, settings, on=date(2022, 4, 1)),
        ),
    ]
    return [
        Filling(nothing, nothing.request(CASE_FORMS[0])),
        *(Filling(one, _request(one, form, {})) for form in CASE_FORMS[1:]),
        *(Filling(one, IssueRequest(form=form, experts=EXPERTS[:1])) for form in PERSONAL_FORMS),
        *(Filling(one, IssueRequest(form=form, week=week, values=values)) for form, week, values in week),
    ]


def blank(root: Path) -> list[Filling]:
    """Prefilled for writing on site, for an enterprise of the heavy classes."""
    world = forms_fixture(root, hazards=6)
    known = world.ledger.view.case(CASE)
    check = next(visit for visit in world.ledger.view.visits(CASE) if visit.kind is VisitKind.CHECK)
    assert known is not None
    new, checked = (replace(known, id=CaseId(f"WJB22-000{number}")) for number in (2, 3))
    world.ledger.append(
        "test",
        CaseOpened(case=new),
        CaseOpened(case=checked),
        VisitRecorded(visit=replace(check, id=VisitId(f"{checked.id}-V1"), case=checked.id)),
    )
    return [
        Filling(
            world,
            IssueRequest(
                form=form,
                case=new.id if form == CASE_FORMS[0] else checked.id,
                blank=True,
                experts=EXPERTS,
            ),
        )
        for form in BLANK_FORMS
    ]


def longest(root: Path) -> list[Filling]:
    """A large factory with the longest name and forty hazards, everything remarked upon; a full week."""
    world = forms_fixture(root, hazards=0, long=True)
    photos = tuple(
        world.originals.put_bytes(photograph(number, upright=number % 3 == 0)) for number in range(6)
    )
    world.ledger.append("test", parties(world))
    chain(world, photos)
    world.ledger.append("test", PlanFiled(plan=replace(plan(), version=1, lines=plan().lines[4:])))
    campaign(world, WEEK_PLACES)
    view, settings = world.ledger.view, world.settings
    rows = list(handed_over())
    week = [
        ("weekly-plan", "2022-W14", plan_values(plan(), view, settings, compiler=RARE[1:4])),
        (
            "handover-list",
            str(WEEK),
            handover_values(
                rows,
                settings,
                week=WEEK,
                package="WJB-2022-W13",
                completeness="本周应移交48份，实际移交47份；缺《现场复查记录》WJB22-0007-FC-001第2页，"
                "企业主要负责人出差，已约定4月6日补签（补充移交包 WJB-2022-W13-S1）",
                giver=RARE[2:4],
            ),
        ),
        ("handover-receipt", str(WEEK), _receipt(world, documents=len(rows))),
        (
            "campaign-summary",
            str(WEEK),
            campaign_values("ZX2022-01", view, settings, on=date(2022, 4, 1)),
        ),
    ]
    _guide(world, long=True)
    _open_case(world)
    given = {
        "case-closure": {
            "终结情形": "☐ 整改闭环　☐ 停产　☑ 搬迁　☐ 注销　☐ 退出标段",
            "情况说明": "企业已整体搬迁至外市，原厂房清空移交出租方，经现场核实不再生产；"
            "未整改的隐患随设备拆除消除，现场照片已归档，并已书面告知监管部门。" * 2,
        },
        "deadline-extension": {
            "延期原因": "设备须由原厂改造，订货周期较长。" * 4,
            "防护措施": "停用该设备，断电挂牌。" * 4,
        },
        "personnel-change": {"退出人员": RARE[2:4], "退出原因": "因病长期不能上岗"},
        "interview-notice": {
            "约谈时间": "2022年4月2日14时00分",
            "约谈地点": "武进国家高新技术产业开发区管理委员会综合服务大楼三楼第一会议室",
            "联系人": RARE[1:3],
            "联系人电话": "0519-85100000转8023",
        },
        "escalation-report": {"上报编号": "E2"},
        "questionnaire": {"来源": "监管部门"},
    }
    return [
        *(Filling(world, _request(world, form, given.get(form, {}))) for form in CASE_FORMS),
        *(
            Filling(world, IssueRequest(form=form, experts=EXPERTS[:1], values=given.get(form, {})))
            for form in PERSONAL_FORMS
        ),
        *(Filling(world, IssueRequest(form=form, week=week, values=values)) for form, week, values in week),
    ]


def _request(world: FormsWorld, form: str, values: Mapping[str, Any]) -> IssueRequest:
    """A form of the world's case, or of the one in which nothing is put right yet."""
    if form in OF_WHAT_IS_OPEN:
        return IssueRequest(form=form, case=OPEN_CASE, values=values)
    return world.request(form, values=values)


def _guide(world: FormsWorld, *, long: bool = False) -> None:
    """A guidance visit with all four subjects."""
    visit = Visit(
        id=VisitId(f"{CASE}-V9"),
        case=CASE,
        kind=VisitKind.GUIDANCE,
        arrived_at=local_instant(date(2022, 4, 1), 9),
        left_at=local_instant(date(2022, 4, 1), 10, 30),
        experts=EXPERTS if long else EXPERTS[:1],
        devices=("DSJ-0001",),
        scope="办公室、一号车间",
        topics=("责任制", "自查自改", "系统申报", "风险辨识"),
        summary="逐项讲解并帮助企业完成系统申报和风险辨识，企业当场修订了责任制清单。" * (6 if long else 1),
    )
    world.ledger.append("test", VisitRecorded(visit=visit))


def _open_case(world: FormsWorld) -> None:
    """The same check in a case of its own, of which nothing was rechecked."""
    known = world.ledger.view.case(CASE)
    check = next(v for v in reversed(world.ledger.view.visits(CASE)) if v.kind is VisitKind.CHECK)
    assert known is not None
    world.ledger.append(
        "test",
        CaseOpened(case=replace(known, id=OPEN_CASE, again_why="另案")),
        VisitRecorded(visit=replace(check, id=VisitId(f"{OPEN_CASE}-V1"), case=OPEN_CASE)),
    )


def _receipt(world: FormsWorld, *, documents: int) -> dict[str, object]:
    return receipt_values(
        world.settings,
        week=WEEK,
        package="WJB-2022-W13",
        list_number="WJB22-0000-YD-001",
        fingerprint="A1B2C3D4E5F60718",
        documents=documents,
    )
