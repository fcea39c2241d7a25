"""Every number the rules use, with the clause it comes from; a contract profile is one of these.

A second contract (another section, other days, no supervisor) is another `[rules]` table in
evidence.toml and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Annotated, get_type_hints

from evidence.domain.coverage import CoverageLimits


class HolidayRule(StrEnum):
    """What happens to a Friday duty on a public holiday; the contract is silent."""

    PREVIOUS = "previous-workday"
    NEXT = "next-workday"
    NONE = "unchanged"


class YearRule(StrEnum):
    """What 每年 counts from (附件五(一)1 speaks of the contract date)."""

    CONTRACT = "contract"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The contract in numbers. Days are calendar days unless a name says workdays."""

    contract: Annotated[str, "封面"] = "WJB"
    """Contract code; the built-in defaults are those of WJB."""
    signed_on: Annotated[date, "签订时间"] = date(2021, 12, 7)
    term_years: Annotated[int, "附件五(一)1"] = 2
    service_year: Annotated[YearRule, "附件五(一)1"] = YearRule.CONTRACT
    price_yuan: Annotated[int | None, "第八条"] = None
    """Whole yuan; None leaves amounts undecided."""

    # 人员
    team_size: Annotated[int, "附件一"] = 5
    leaders: Annotated[int, "附件一"] = 1
    intermediate_titles: Annotated[int, "附件一"] = 2
    experts_ordinary: Annotated[int, "附件一"] = 1
    experts_heavy: Annotated[int, "附件一"] = 2
    supervisors_heavy: Annotated[int, "附件一"] = 1
    """0 for a contract without supervisors."""
    training_days: Annotated[int, "附件八4（“定期”，无数字；推定一年）"] = 365

    # 频次
    new_enterprise_months: Annotated[int, "附件五(一)2"] = 3
    surveys_per_year: Annotated[int, "附件五(一)4"] = 3
    micro_headcount: Annotated[int, "附件五(二)3"] = 20
    """Fewer people than this is a micro enterprise."""
    summary_days: Annotated[int, "附件五(一)3（“及时”，无数字；推定）"] = 5
    """Days after a campaign's deadline for its summary list."""

    # 一案的链条
    rectification_days: Annotated[int, "附件五(二)1"] = 15
    urging_first_day: Annotated[int, "附件五(二)1"] = 7
    urging_last_day: Annotated[int, "附件五(二)1"] = 10
    recheck_days: Annotated[int, "附件五(二)1"] = 5
    escalation_days: Annotated[int, "附件五(二)1（“及时”，无数字；推定）"] = 3
    major_hazard_days: Annotated[int, "附件八6(2)（“及时”；推定当日）"] = 0
    review_days: Annotated[int, "附件五(二)1（“初步审核”，无数字；推定）"] = 3
    notice_days: Annotated[int, "附件五(二)1（“及时告知”，无数字；推定）"] = 3
    interview_days: Annotated[int, "附件五(二)1（约谈无期限；推定）"] = 15
    tenant_notice_days: Annotated[int, "附件五(二)4（无期限；推定）"] = 7
    archive_days: Annotated[int, "附件八5(3)（“及时归档”，无数字；推定）"] = 7
    checklist_items: Annotated[int, "附件五(三)"] = 25

    # 记录仪
    coverage_tolerance_s: Annotated[int, "附件八2（推定）"] = 60
    """Uncovered seconds at the start, the end and between files that are let pass."""
    uncovered_permille: Annotated[int, "附件八2（“全程”；推定）"] = 20
    """Thousandths of the time on site that all gaps together may leave unfilmed; more is for a person."""
    uncovered_most_permille: Annotated[int, "附件八2（“全程”；推定）"] = 50
    """More than so many thousandths unfilmed is no longer the whole visit."""
    coverage_drift_s: Annotated[int, "附件八2（时钟误差；推定，参照 GA/T 947.2 每日 3 秒）"] = 3
    """How far a recorder's clock may be off; a gap this could close makes a person look.
    Set as `drift_s` of `[recordings]`."""
    coverage_prerecord_s: Annotated[int, "附件八2（设备预录；推定）"] = 30
    """Seconds a recorder may prepend from its buffer. Set as `prerecord_s` of `[recordings]`."""
    minimum_visit_minutes: Annotated[int, "附件六1(5)（推定）"] = 20
    """A shorter check makes a person look."""
    footage_retention_days: Annotated[int, "附件八2“留档备查”（无期限；推定）"] = 1095
    record_retention_years: Annotated[int, "附件六1(4)（无期限；推定）"] = 10

    # 每周
    holiday_friday: Annotated[HolidayRule, "附件六1(4)、附件八1（节假日未约定；推定）"] = HolidayRule.PREVIOUS
    visits_per_day: Annotated[int, "计划编排用（推定）"] = 4
    """At most so many visits a day in a proposed plan."""

    # 付款与违约
    first_payment_workdays: Annotated[int, "第八条2 1)"] = 15
    payment_workdays: Annotated[int, "第八条2 2)"] = 10
    instalment_percent: Annotated[tuple[int, ...], "第八条2"] = (20, 20, 20, 20, 15, 5)
    late_permille_per_day: Annotated[int, "第九条2、4"] = 5
    """Thousandths of the amount owed per calendar day (0.5%)."""
    late_cap_percent: Annotated[int, "第九条2、4"] = 5
    incompletion_percent: Annotated[int, "第九条3"] = 10
    campaign_percent: Annotated[int, "第九条6"] = 5
    refusal_percent: Annotated[int, "第九条1"] = 2

    @property
    def coverage_limits(self) -> CoverageLimits:
        """What may be missing of a visit's footage."""
        return CoverageLimits(
            tolerance_s=self.coverage_tolerance_s,
            share_permille=self.uncovered_permille,
            most_permille=self.uncovered_most_permille,
            drift_s=self.coverage_drift_s,
            prerecord_s=self.coverage_prerecord_s,
        )


def clause_of(name: str) -> str:
    """The clause behind a parameter.

    Raises:
        KeyError: there is no such parameter.
    """
    return _clauses()[name]


@cache
def _clauses() -> dict[str, str]:
    hints = get_type_hints(Parameters, include_extras=True)
    return {name: hint.__metadata__[0] for name, hint in hints.items()}


def changed_from_contract(parameters: Parameters) -> tuple[str, ...]:
    """Names of the numbers that differ from the signed contract WJB; facts of the contract itself aside."""
    signed = Parameters()
    own = {"contract", "price_yuan", "visits_per_day"}
    return tuple(
        one.name
        for one in fields(Parameters)
        if one.name not in own and getattr(parameters, one.name) != getattr(signed, one.name)
    )
