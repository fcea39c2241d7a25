"""Every number the rules use; the clause behind each stands in the contract's folder.

A second contract (another section, other days, no supervisor) is another folder beside
`contracts/wjb` and nothing else. The defaults are the first contract's.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from evidence.contracts.contract import shipped_contract
from evidence.contracts.text import ContractText
from evidence.domain.coverage import CoverageLimits

NOT_AGREED = frozenset({"contract", "price_yuan", "visits_per_day"})
"""Facts of the contract itself, and what the agency may settle alone."""
NO_NUMBERS = frozenset({"text", "amended", "judge_client"})
"""What parameters carry into a package beside numbers: words, and how the judgement is meant."""


class HolidayRule(StrEnum):
    """What happens to a handover day that is a public holiday; the contract is silent."""

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

    contract: str = "WJB"
    """Contract code."""
    text: ContractText | None = None
    """The contract's words; None for those that ship as the first contract."""
    amended: tuple[str, ...] | None = None
    """Numbers, and rules as `rule:<id>`, that evidence.toml or the contract's folder state otherwise than
    signed; None in packages of before it was recorded."""
    signed_on: date = date(2021, 12, 7)
    judge_client: bool = True
    """Whether what the client owes (payments, replies) is judged: the agency's own view does, a package
    only when `[contract] claims_in_package` says so."""
    term_years: int = 2
    """Years the contract runs."""
    service_year: YearRule = YearRule.CONTRACT
    """What a service year counts from: `contract`, the day of signing, or `calendar`, the first of
    January."""
    price_yuan: int | None = None
    """Whole yuan; None leaves amounts undecided."""

    # 人员
    team_size: int = 5
    """People the agency must keep on the contract."""
    leaders: int = 1
    """Of them project leaders."""
    intermediate_titles: int = 2
    """Of them with an intermediate title or higher."""
    experts_ordinary: int = 1
    """Experts at least on a visit to an ordinary enterprise."""
    experts_heavy: int = 2
    """Experts at least on a visit to an enterprise of a graver class."""
    supervisors_heavy: int = 1
    """0 for a contract without supervisors."""
    training_days: int = 365
    """A training older than so many days no longer counts."""

    # 频次
    new_enterprise_months: int = 3
    """Months from the start of production within which a new enterprise is guided and inspected."""
    surveys_per_year: int = 3
    """Surveys in a service year."""
    micro_headcount: int = 20
    """Fewer people than this is a micro enterprise."""
    summary_days: int = 5
    """Days after a campaign's deadline for its summary list."""

    # 一案的链条
    rectification_days: int = 15
    """Days an enterprise has to rectify an ordinary hazard, from the inspection."""
    urging_first_day: int = 7
    """First day after the inspection on which urging counts."""
    urging_last_day: int = 10
    """Last day after the inspection on which urging counts."""
    recheck_days: int = 5
    """Days from the rectification's deadline within which the recheck takes place."""
    escalation_days: int = 3
    """Days within which a refusal or an unrectified hazard is reported to the regulator."""
    major_hazard_days: int = 0
    """Days within which a major hazard is reported; 0: on the same day."""
    order_10_from: date = date(2023, 5, 15)
    """From this day the criteria of Order 10 decide what a major hazard is."""
    order_10_articles: tuple[str, ...] = ()
    """Their articles as hazards name them, once the list is imported; until then a lead confirms each."""
    force_majeure_days: int = 3
    """A notice sent later than so many days after the event began is not 尽快."""
    review_days: int = 3
    """Days within which a factory's rectification report is reviewed."""
    notice_days: int = 3
    """Days after a report was found not to fit within which the enterprise is told."""
    interview_days: int = 15
    """Days after the report of passivity within which the principal is interviewed."""
    tenant_notice_days: int = 7
    """Days within which the regulator is told of a new tenant."""
    archive_days: int = 7
    """Days after the last step within which a case is archived."""
    checklist_items: int = 25
    """Items of the inspection checklist."""

    # 记录仪
    coverage_tolerance_s: int = 60
    """Uncovered seconds at the start, the end and between files that are let pass."""
    uncovered_permille: int = 20
    """Thousandths of the time on site that all gaps together may leave unfilmed; more is for a person."""
    uncovered_most_permille: int = 50
    """More than so many thousandths unfilmed is no longer the whole visit."""
    coverage_drift_s: int = 3
    """How far a recorder's clock may be off; a gap this could close makes a person look.
    Set as `drift_s` of `[recordings]`."""
    coverage_prerecord_s: int = 30
    """Seconds a recorder may prepend from its buffer. Set as `prerecord_s` of `[recordings]`."""
    minimum_visit_minutes: int = 20
    """A shorter check makes a person look."""
    footage_retention_days: int = 1095
    """Days that footage is kept, from its recording."""
    record_retention_years: int = 10
    """Years that records are kept."""

    # 每周
    handover_weekday: int = 5
    """Day of the handover and of the plan for the week after it: 1 is Monday, 5 Friday."""
    holiday_friday: HolidayRule = HolidayRule.PREVIOUS
    """What happens when that day is a public holiday."""
    visits_per_day: int = 4
    """At most so many visits a day in a proposed plan."""

    # 付款与违约
    first_payment_workdays: int = 15
    """Workdays within which the first instalment is paid."""
    payment_workdays: int = 10
    """Workdays within which each other instalment is paid."""
    instalment_percent: tuple[int, ...] = (20, 20, 20, 20, 15, 5)
    """Percent of the fee, instalment by instalment."""
    acceptance_instalment: int = 5
    """Number of the instalment that is paid from acceptance, not from submission; 0 for none."""
    late_permille_per_day: int = 5
    """Thousandths of the amount owed per calendar day (0.5%)."""
    late_cap_percent: int = 5
    """Percent of the amount owed that damages for lateness never exceed."""
    incompletion_percent: int = 10
    """Damages, in percent of the fee, where the agency cannot complete the work."""
    campaign_percent: int = 5
    """Damages, in percent of the fee, where help with a special campaign was not given as promised."""
    refusal_percent: int = 2
    """Damages, in percent of the fee, where the client refuses acceptance or payment without reason."""

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


def contract_text(parameters: Parameters) -> ContractText:
    """The words of the contract that these parameters belong to."""
    return parameters.text or shipped_contract().text


def clause_of(name: str, text: ContractText) -> str:
    """The clause that fixes a parameter; 合同 where the contract's folder names none."""
    return text.numbers.get(name, "合同")


def changed_from_contract(parameters: Parameters) -> tuple[str, ...]:
    """Names of what differs from the contract as signed; facts of the contract itself aside.

    Packages of before this was recorded all executed the first contract.
    """
    if parameters.amended is not None:
        return parameters.amended
    signed = Parameters()
    own = NOT_AGREED | NO_NUMBERS
    return tuple(
        one.name
        for one in fields(Parameters)
        if one.name not in own and getattr(parameters, one.name) != getattr(signed, one.name)
    )
