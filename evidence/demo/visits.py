"""What the inspectors of the demonstration found: facts of its visits, calls and reports."""

from __future__ import annotations

from datetime import date, datetime

from evidence.domain.case import (
    Attitude,
    Channel,
    ItemResult,
    ItemVerdict,
    RectificationReport,
    ReviewResult,
    Visit,
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
from evidence.domain.identifiers import CaseId, PersonId, VisitId
from evidence.domain.week import local_instant

CLOSED, FRESH, HEAVY = CaseId("WJB22-0001"), CaseId("WJB22-0002"), CaseId("WJB22-0003")


def _at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return local_instant(date(2022, month, day), hour, minute)


def _items(**remarks: tuple[ItemVerdict, str]) -> tuple[ItemResult, ...]:
    """All 25 items; `item3=(不合格, "…")` for those that do not simply conform."""
    results = []
    for item in range(1, 26):
        verdict, remark = remarks.get(f"item{item}", (ItemVerdict.CONFORMING, ""))
        results.append(ItemResult(item=item, verdict=verdict, remark=remark))
    return tuple(results)


_NO, _NA = ItemVerdict.NONCONFORMING, ItemVerdict.NOT_APPLICABLE

CLOSED_HAZARDS = (
    Hazard(
        id="H01",
        location="机加工车间配电间",
        description="配电箱箱门未关闭，未张贴“当心触电”警示标识",
        item=3,
        basis="《安全生产法》第三十五条；GB 2894-2008 第4.2条",
        deadline=date(2022, 3, 29),
        advice="关闭并锁好箱门，在箱门醒目处张贴当心触电标识",
        briefed=True,
    ),
    Hazard(
        id="H02",
        location="危废暂存间",
        description="切削液废桶与棉纱混放，未设置防泄漏托盘",
        item=12,
        basis="GB 18597-2001 第6.2条",
        deadline=date(2022, 3, 29),
        advice="分类存放并加设防泄漏托盘，明确管理责任人",
        briefed=True,
    ),
)
CLOSED_CHECK = Visit(
    id=VisitId(f"{CLOSED}-V1"),
    case=CLOSED,
    kind=VisitKind.CHECK,
    arrived_at=_at(14, 9),
    left_at=_at(14, 9, 40),
    experts=(PersonId("P01"),),
    badge_shown=True,
    escort_present=True,
    principal_present=True,
    devices=("0012345",),
    scope="机加工车间、配电间、危废暂存间、办公区",
    summary="对照二十五项检查内容全面检查，查阅制度、台账并查看现场，发现一般隐患2项，已逐一向企业交底。",
    items=_items(
        item3=(_NO, "配电箱标识缺失"),
        item12=(_NO, "危废暂存管控措施未落实"),
        item23=(_NA, "非重点监管企业"),
        item24=(_NA, "不使用危险化学品"),
    ),
    hazards=CLOSED_HAZARDS,
    planned_recheck=date(2022, 3, 31),
)
CLOSED_URGING = Visit(
    id=VisitId(f"{CLOSED}-V2"),
    case=CLOSED,
    kind=VisitKind.URGING,
    arrived_at=_at(22, 10),
    left_at=_at(22, 10, 12),
    experts=(PersonId("P01"),),
    channel=Channel.PHONE,
    call_noted=("接洽人", "接洽人电话"),
    attitude=Attitude.ACTIVE,
    progress=(
        HazardProgress(hazard="H01", state=ProgressState.DONE, guidance="请保留整改后照片，随整改报告上报"),
        HazardProgress(
            hazard="H02", state=ProgressState.UNDER_WAY, difficulty="托盘已订购", guidance="到货后分类存放"
        ),
    ),
    summary="企业积极整改，配电箱已整改完成，防泄漏托盘预计3月25日到货。",
)
CLOSED_REPORT = RectificationReport(
    case=CLOSED,
    version=1,
    reported_on=date(2022, 3, 28),
    received_on=date(2022, 3, 28),
    received_by=PersonId("P01"),
    answers=(
        HazardAnswer(
            hazard="H01",
            measure="箱门加锁，张贴当心触电标识，纳入每周巡查",
            responsible="顾明芳",
            deadline=date(2022, 3, 29),
            funds_yuan=200,
            completed_on=date(2022, 3, 21),
            status="已完成",
            obviously_wrong=False,
        ),
        HazardAnswer(
            hazard="H02",
            measure="购置防泄漏托盘两只，废桶与棉纱分区存放，指定专人管理",
            responsible="顾明芳",
            deadline=date(2022, 3, 29),
            funds_yuan=1600,
            completed_on=date(2022, 3, 26),
            status="已完成",
            obviously_wrong=False,
        ),
    ),
    reviewed_on=date(2022, 3, 28),
    reviewed_by=PersonId("P01"),
    review=ReviewResult.ACCEPTED,
)
CLOSED_RECHECK = Visit(
    id=VisitId(f"{CLOSED}-V3"),
    case=CLOSED,
    kind=VisitKind.RECHECK,
    arrived_at=_at(31, 9, 30),
    left_at=_at(31, 10),
    experts=(PersonId("P01"),),
    badge_shown=True,
    escort_present=True,
    principal_present=True,
    devices=("0012345",),
    scope="机加工车间配电间、危废暂存间",
    summary="对照整改报告逐项复查，2项隐患均已整改到位。",
    results=(
        HazardResult(hazard="H01", state=HazardState.RECTIFIED, description="箱门已锁，标识齐全"),
        HazardResult(
            hazard="H02", state=HazardState.RECTIFIED, description="托盘已配置，分区存放，责任人已上墙"
        ),
    ),
)
FRESH_CHECK = Visit(
    id=VisitId(f"{FRESH}-V1"),
    case=FRESH,
    kind=VisitKind.CHECK,
    arrived_at=_at(29, 14),
    left_at=_at(29, 14, 35),
    experts=(PersonId("P04"),),
    badge_shown=True,
    escort_present=True,
    principal_present=True,
    devices=("0012346",),
    scope="印刷车间、模切车间、成品仓库",
    summary="对照二十五项检查内容全面检查，发现一般隐患1项，已向企业交底。",
    items=_items(item9=(_NO, "二季度培训计划未制定"), item23=(_NA, "非重点监管企业")),
    hazards=(
        Hazard(
            id="H01",
            location="成品仓库",
            description="纸箱堆垛距灯具不足0.5米",
            item=9,
            basis="《仓储场所消防安全管理通则》XF 1131-2014 第8.4条",
            deadline=date(2022, 4, 13),
            advice="调整堆垛，保持灯具下方及水平间距不小于0.5米",
            briefed=True,
        ),
    ),
    planned_recheck=date(2022, 4, 15),
)
HEAVY_CHECK = Visit(
    id=VisitId(f"{HEAVY}-V1"),
    case=HEAVY,
    kind=VisitKind.CHECK,
    arrived_at=_at(30, 9),
    left_at=_at(30, 9, 45),
    experts=(PersonId("P02"), PersonId("P03")),
    supervisors=(PersonId("G01"),),
    badge_shown=True,
    escort_present=True,
    principal_present=True,
    devices=("0012346", "0012347"),
    scope="砂光车间、除尘系统、喷漆房、木粉收集间",
    summary="会同高新区安全监管人员对粉尘涉爆环节开展专家深度检查，发现一般隐患2项，已逐一向企业交底。",
    items=_items(
        item12=(_NO, "清扫记录不完整"),
        item15=(_NO, "动火作业票缺少监护人签字"),
        item24=(_NA, "不使用危险化学品"),
    ),
    hazards=(
        Hazard(
            id="H01",
            location="砂光车间",
            description="清扫记录缺3月20日至22日",
            item=12,
            basis="GB 15577-2018 第9.1条",
            grade=Grade.GENERAL,
            deadline=date(2022, 4, 14),
            advice="按班次清扫并记录，由车间主任每日签字",
            briefed=True,
        ),
        Hazard(
            id="H02",
            location="检维修现场",
            description="3月25日动火作业票监护人未签字",
            item=15,
            basis="GB 30871-2014 第5.3条",
            deadline=date(2022, 4, 14),
            advice="补充培训动火作业审批要求，安全总监逐票复核",
            briefed=True,
        ),
    ),
    deep_inspection=True,
    planned_recheck=date(2022, 4, 18),
)
