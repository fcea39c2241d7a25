"""Visits, hazards and reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

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
    Hazard,
    HazardAnswer,
    HazardProgress,
    HazardResult,
    HazardState,
    ProgressState,
)
from evidence.domain.identifiers import (
    CaseId,
    PersonId,
    VisitId,
)
from tests.support.sample.parties import CHECK_DAY, instant


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
        call_noted=("接洽人", "接洽人电话"),
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
