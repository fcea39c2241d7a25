"""The fullest realistic world: the longest names, forty hazards, a campaign and a full week."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from PIL import Image, ImageDraw

from evidence.domain.case import (
    Attitude,
    CaseKind,
    Channel,
    ItemResult,
    ItemVerdict,
    Recipient,
    Refusal,
    ReviewResult,
    Trigger,
    VisitKind,
)
from evidence.domain.hazard import (
    Grade,
    Hazard,
    HazardAnswer,
    HazardProgress,
    HazardResult,
    HazardState,
    ProgressState,
)
from evidence.domain.identifiers import EnterpriseId, PersonId, Sha256
from evidence.domain.parties import (
    Campaign,
    CampaignKind,
    Enterprise,
    EnterpriseClass,
    Person,
    Role,
    Title,
)
from evidence.domain.register import Plan, PlanLine, PlannedWork
from evidence.domain.week import Week, local_instant
from evidence.forms.content.weekly import HandoverRow
from evidence.forms.people import Contact, EnterpriseContacts, VisitDetails, store
from evidence.ledger.events import (
    CaseOpened,
    EscalationRecorded,
    PartiesImported,
    ReportRecorded,
    VisitRecorded,
)
from tests.support.forms_fixture import CASE, CODE, EXPERTS, LONG_NAME, FormsWorld

WEEK = Week.parse("2022-W13")
RARE = "龘喆祎玥堃"
HAZARDS = 40
WEEK_PLACES = 12
"""Enterprises visited in a full week."""
_FOUND = (
    ("一号车间东侧1#～6#砂轮机", "砂轮机未安装防护罩，托架与砂轮间隙大于3mm，操作人员未佩戴护目镜", 17),
    (
        "危化品专用仓库（乙类）",
        "未安装可燃气体浓度报警装置，机械通风设施损坏；油漆、稀释剂与过氧化物混放，未设置防渗漏托盘，"
        "灭火器压力不足且被物料遮挡，现场无安全技术说明书（MSDS）",
        24,
    ),
    ("配电房", "配电柜前堆放杂物，绝缘胶垫老化破损，停送电未执行挂牌上锁", 15),
    (
        "抛光车间湿式除尘系统",
        "铝粉尘收尘桶未按规定时间清理，泄爆口朝向人员通道，未设置锁气卸灰装置，作业岗位未见粉尘清扫记录",
        23,
    ),
    ("三楼办公区安全管理档案", "未见本年度安全生产教育培训计划，新员工三级教育卡无本人签名", 9),
    ("行车（QD型10t）", "限位器失灵，吊钩防脱钩装置缺失，特种设备定期检验合格证已过期21天", 15),
    ("喷漆房及调漆间", "使用非防爆电气设备，静电接地线断开，动火作业票审批人与监护人为同一人", 15),
)
_LAW = (
    "《中华人民共和国安全生产法》第三十六条",
    "《工贸企业重大事故隐患判定标准》",
    "《粉尘防爆安全规程》（GB 15577-2018）第8.1.2条",
    "《建设工程施工现场供用电安全规范》第六章",
)
_ADVICE = (
    "立即停止使用，按规定安装防护罩并经安全管理人员验收后方可恢复作业",
    "加装报警装置并与事故风机联锁；分类分库存放，配备防渗漏托盘，补充灭火器并定期点检",
    "制定计划并于期限内完成，形成记录存档",
)


def photograph(number: int, *, upright: bool = False) -> bytes:
    """A photograph with some structure, landscape or portrait."""
    size = (900, 1200) if upright else (1200, 900)
    picture = Image.linear_gradient("L").resize(size).convert("RGB")
    draw = ImageDraw.Draw(picture)
    for step in range(0, 900, 150):
        draw.rectangle(
            (step, step // 2, step + 90, step // 2 + 200), outline=(20, 40 * (number % 6), 90), width=9
        )
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=80)
    return buffer.getvalue()


def parties(world: FormsWorld) -> PartiesImported:
    contacts = store(
        world.originals,
        EnterpriseContacts(
            legal=Contact(name="欧阳" + RARE[:2], position="董事长兼总经理", telephone="0519-86000001转8001")
        ),
    )
    landlord = Enterprise(
        id=EnterpriseId("91320412666666668A"),
        name="常州市武进区牛塘镇卢家巷村股份经济合作社标准厂房资产经营管理有限公司",
        short_name="卢家巷资产",
        credit_code="91320412666666668A",
        classes=(EnterpriseClass.BELOW_SCALE,),
    )
    enterprise = Enterprise(
        id=CODE,
        name=LONG_NAME,
        short_name="龘喆祎玥堃",
        credit_code=CODE,
        address="江苏省常州市武进国家高新技术产业开发区凤栖路与龙惠路交叉口东南侧智能装备产业园"
        "（二期）12号标准厂房一层至三层及北侧辅房",
        classes=(
            EnterpriseClass.ABOVE_SCALE,
            EnterpriseClass.HAZCHEM_TRADER,
            EnterpriseClass.FOUNDRY,
            EnterpriseClass.DUST_EXPLOSIVE,
        ),
        headcount=1268,
        entered_zone=date(2022, 2, 11),
        production_started=date(2022, 3, 1),
        landlord=landlord.id,
        contacts=contacts,
    )
    people = (
        Person(
            id=EXPERTS[0],
            name="欧阳" + RARE[1:3],
            role=Role.LEADER,
            title=Title.SENIOR,
            specialty="机械设计制造及其自动化",
            badge="武高安第2022-001号",
        ),
        Person(
            id=EXPERTS[1],
            name=RARE[3:5],
            role=Role.EXTERNAL_EXPERT,
            title=Title.SENIOR,
            specialty="粉尘防爆、化工工艺",
            badge="武高安第2022-002号",
        ),
        Person(
            id=PersonId("P03"),
            name="买买提·吐尔逊江",
            role=Role.MEMBER,
            title=Title.INTERMEDIATE,
            specialty="电气",
            badge="武高安第2022-003号",
        ),
    )
    others = tuple(place(number) for number in range(WEEK_PLACES - 1))
    return PartiesImported(
        source=Sha256("1" * 64), enterprises=(enterprise, landlord, *others), people=people
    )


def place(number: int) -> Enterprise:
    """One more enterprise of the week."""
    code = EnterpriseId(f"9132041200000{number:04d}X")
    return Enterprise(
        id=code,
        name=f"常州{'东南西北中春夏秋冬梅兰竹'[number]}方精密制造科技有限公司",
        short_name=f"{'东南西北中春夏秋冬梅兰竹'[number]}方精密",
        credit_code=code,
        classes=(EnterpriseClass.ABOVE_SCALE,),
    )


def hazard(number: int, photos: tuple[Sha256, ...]) -> Hazard:
    place, text, item = _FOUND[number % len(_FOUND)]
    major = number % 9 == 1
    return Hazard(
        id=f"H{number:02d}",
        location=place,
        description=f"{text}。",
        item=item,
        basis=_LAW[number % len(_LAW)],
        grade=Grade.MAJOR if major else Grade.GENERAL,
        criterion="GM2017-01-03" if major else "",
        immediate=number % 11 == 0,
        deadline=date(2022, 3, 14) if number % 11 == 0 else date(2022, 3, 29 + number % 2),
        deadline_reason="需停产检修，已报安监科同意" if number == 6 else "",
        advice=_ADVICE[number % len(_ADVICE)],
        briefed=True,
        photos=photos[:1] if number <= len(photos) else (),
    )


def chain(world: FormsWorld, photos: tuple[Sha256, ...]) -> None:
    """Longer versions of everything the world's case already has."""
    latest = {visit.kind: visit for visit in world.ledger.view.visits(CASE)}
    found = tuple(hazard(number, photos) for number in range(1, HAZARDS + 1))
    team = (*EXPERTS, PersonId("P03"))
    people = store(
        world.originals,
        VisitDetails(
            escort=Contact(name=f"尉迟{RARE[0]}", position="安全环保部部长兼注册安全工程师"),
            principal=Contact(
                name="欧阳" + RARE[:2], position="董事长兼总经理", telephone="0519-86000001转8001"
            ),
            listener=Contact(
                name=f"尉迟{RARE[0]}",
                position="安全环保部部长兼注册安全工程师",
                telephone="0519-86000001转8023",
            ),
            call_minutes=47,
            opinion="情况属实。其中第6项涉及停产检修，请求延长至四月十日；其余各项保证在期限内整改完成，"
            "并举一反三，对全厂同类设备组织一次自查。",
            commitment="我公司诚恳接受约谈，立即成立由本人任组长的整改领导小组，投入专项资金，明确责任人，"
            "四月十日前全部整改到位并书面报告；今后每月组织一次全面自查。",
            place="武进国家高新技术产业开发区管理委员会综合服务大楼三楼第一会议室",
            recorder=RARE[1:4],
            interviewer=Contact(name="司马" + RARE[3:], position="经济发展局安监科科长"),
        ),
    )
    check = replace(
        latest[VisitKind.CHECK],
        version=2,
        experts=team,
        devices=("DSJ-0001", "DSJ-0002", "DSJ-0003"),
        scope="一号车间、二号车间、抛光车间、喷漆房及调漆间、危化品专用仓库（乙类）、配电房、空压机房、"
        "污水处理站、食堂及宿舍",
        summary="检查组听取了企业安全生产情况介绍，查阅了安全生产责任制、教育培训、隐患排查治理、危险作业审批"
        "等档案，并对生产现场进行了检查。企业建立了安全管理机构，但主体责任落实不到位，"
        "现场管理混乱，粉尘涉爆和危化品使用环节存在重大事故隐患。",
        items=tuple(
            ItemResult(
                item=number,
                verdict=ItemVerdict.NOT_APPLICABLE if number == 25 else list(ItemVerdict)[number % 2],
                remark="非化工、医药企业，无需评估"
                if number == 25
                else "制度已建立，未见本年度落实记录，详见隐患清单" * (1 - number % 2),
            )
            for number in range(1, 26)
        ),
        hazards=found,
        hazards_none=False,
        areas_refused=("三号车间（企业称涉及客户商业秘密）",),
        refusals=(Refusal(role="principal", reason="对第2项判定有异议", witness="王强"),),
        details=people,
    )
    urging = replace(
        latest[VisitKind.URGING],
        version=2,
        experts=team,
        channel=Channel.ON_SITE,
        left_at=local_instant(date(2022, 3, 23), 16, 20),
        attitude=Attitude.PASSIVE,
        devices=("DSJ-0001", "DSJ-0002"),
        summary="向企业主要负责人和安全管理人员逐条核对整改进度，企业称资金未到位，多数隐患尚未着手整改。"
        "已告知逾期未整改到位的后果，并要求三日内提交书面整改计划。",
        progress=tuple(
            HazardProgress(
                hazard=hazard.id,
                state=list(ProgressState)[number % 3],
                difficulty="配件采购周期较长，资金未列入本季度预算" if number % 3 else "",
                guidance="先行停用并设置警示标志，落实专人监护，配件到货后三日内完成更换并组织验收",
            )
            for number, hazard in enumerate(found)
        ),
        details=people,
    )
    recheck = replace(
        latest[VisitKind.RECHECK],
        version=2,
        experts=team,
        devices=("DSJ-0001", "DSJ-0002", "DSJ-0003"),
        scope=check.scope,
        summary="复查组对照检查记录逐项核对，危化品仓库、抛光车间除尘系统已停用整改，其余大部分隐患已整改完成。",
        results=tuple(
            HazardResult(
                hazard=hazard.id,
                state=HazardState.UNRECTIFIED if number % 5 == 1 else HazardState.RECTIFIED,
                description="已停用，配件未到货，临时防护措施有效"
                if number % 5 == 1
                else "现场核实已按要求整改，记录齐全",
                new_deadline=date(2022, 4, 15) if number % 5 == 1 else None,
                photos=photos[number : number + 1] if hazard.photos else (),
            )
            for number, hazard in enumerate(found)
        ),
        details=people,
    )
    interview = replace(
        latest[VisitKind.INTERVIEW],
        version=2,
        left_at=local_instant(date(2022, 4, 1), 10, 30),
        summary="一、四月十日前完成全部隐患整改；二、重大事故隐患未消除前，抛光车间和危化品专用仓库不得恢复使用；"
        "三、主要负责人每周向安监科书面报告一次整改进度。",
        details=people,
    )
    old = world.ledger.view.reports(CASE)[-1]
    report = replace(
        old,
        answers=tuple(
            HazardAnswer(
                hazard=hazard.id,
                measure="已委托有资质单位设计施工，加装防护及联锁装置，修订操作规程并培训相关岗位人员",
                responsible=("孙磊", "买买提·吐尔逊江", RARE[:3])[number % 3],
                deadline=date(2022, 4, 10),
                funds_yuan=320_000 if number % 4 == 0 else 3_200,
                completed_on=None if number % 5 == 1 else date(2022, 3, 28),
                status="配件4月8日到货，期间停用设备并专人监护" if number % 5 == 1 else "已完成，自查合格",
                photos=photos[number : number + 1] if hazard.photos else (),
                obviously_wrong=number % 8 == 1,
            )
            for number, hazard in enumerate(found)
        ),
        review=ReviewResult.RETURNED,
        notified_on=date(2022, 3, 30),
        notified_by="电话并书面",
    )
    escalation = replace(
        world.ledger.view.escalations(CASE)[-1],
        id="E2",
        reported_at=local_instant(date(2022, 3, 14), 17),
        trigger=Trigger.MAJOR,
        recipient=Recipient.ENFORCEMENT,
        hazards=tuple(hazard.id for hazard in found),
    )
    world.ledger.append(
        "test",
        *(VisitRecorded(visit=visit) for visit in (check, urging, recheck, interview)),
        ReportRecorded(report=report),
        EscalationRecorded(escalation=escalation),
    )


def campaign(world: FormsWorld, places: int) -> None:
    """A campaign about the world's own case and others nobody visited yet."""
    campaign = Campaign(
        id="ZX2022-01",
        topic="涉爆粉尘专项检查" if places == 1 else "涉爆粉尘、铝镁机加工、有限空间和喷涂作业安全专项检查",
        kind=CampaignKind.SPECIAL,
        ordered_on=date(2022, 2, 28),
        due=date(2022, 4, 30),
        targets=(CODE, *(place(number).id for number in range(places - 1))),
    )
    case = world.ledger.view.case(CASE)
    assert case is not None
    world.ledger.append(
        "test",
        PartiesImported(source=Sha256("2" * 64), campaigns=(campaign,)),
        CaseOpened(case=replace(case, kind=CaseKind.SPECIAL, campaign=campaign.id)),
    )


def plan() -> Plan:
    """Two visits a day from Monday to Friday, and what was moved."""
    work = list(PlannedWork)
    lines = tuple(
        PlanLine(
            day=date(2022, 4, 4) + timedelta(days=number % 5),
            enterprise=CODE if number == 0 else place(number % (WEEK_PLACES - 1)).id,
            work=work[number % len(work)],
            case=CASE,
            experts=(*EXPERTS, PersonId("P03"))[: 1 + number % 3],
            supervisor_needed=number % 2 == 0,
            note="原定3月30日，因企业停电改期" if number % 4 == 0 else "",
        )
        for number in range(3 * WEEK_PLACES)
    )
    return Plan(week="2022-W14", version=2, filed_on=date(2022, 4, 1), lines=lines)


def handed_over() -> Iterator[HandoverRow]:
    """Four kinds of material of twelve enterprises."""
    kinds = (("检查记录", "JC", 16), ("督促指导记录", "DD", 3), ("整改报告", "ZG", 5), ("复查记录", "FC", 6))
    for index in range(WEEK_PLACES):
        name = LONG_NAME if index == 0 else place(index - 1).name
        for material, code, pages in kinds:
            yield HandoverRow(
                enterprise=name,
                material=material,
                number=f"WJB22-{index + 1:04d}-{code}-001",
                pages=pages,
                paper_copies=2,
                file=f"企业/9132041200000{index:04d}X-精密制造科技/WJB22-{index + 1:04d}/原件/"
                f"WJB22-{index + 1:04d}-{code}-001.pdf",
                bytes=4_812_345 + index * 99_991,
                sha256=f"{index:02x}{pages:02x}" * 16,
                original=index % 3 != 2,
                note="缺第2页，补签中" if (index, code) == (6, "FC") else "",
            )
