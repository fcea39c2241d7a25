"""What must happen next, for whom, by when, under which clause: the work list behind `due` and `plan`.

Built from the same deadlines as the rules; what was done, even late, is no longer on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from evidence.domain.case import Attitude, CaseKind, ReviewResult, Trigger
from evidence.domain.facts import Facts
from evidence.domain.hazard import Grade, HazardState
from evidence.domain.parties import CampaignKind
from evidence.domain.week import Week
from evidence.rules.chain import FORM_OF, KIND_NAME, Chain, Step
from evidence.rules.deadlines import move
from evidence.rules.departures import no_longer_asked
from evidence.rules.ground import Ground, in_force
from evidence.rules.known import known_at
from evidence.rules.newcomers import is_newcomer
from evidence.rules.owed_deeds import FILM, PAPER, Owed, owed_deeds
from evidence.rules.parameters import Parameters
from evidence.rules.section import served
from evidence.rules.weekly import missed_weeks

CHECKED_FOR = {
    CaseKind.ANNUAL: "F02-yearly-chain",
    CaseKind.NEW_ENTERPRISE: "F03-new-enterprise",
    CaseKind.SPECIAL: "F04-campaign-coverage",
    CaseKind.SURVEY: "F07-surveys-per-year",
}
"""Kind of case -> the rule that asks for its check."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueItem:
    """One thing somebody has to do."""

    what: str
    """Chinese, short: `督促整改`."""
    who: str
    """Name of the person, or 企业, 资料员, 项目负责人."""
    due: date
    """Last day in time."""
    first: date
    """First day in time; the day of the judgement for what may be done at once."""
    clause: str
    rule_id: str
    case: str = ""
    enterprise: str = ""
    name: str = ""
    """Short name of the enterprise."""
    detail: str = ""
    overdue: bool = False

    @property
    def key(self) -> str:
        """Stable identity, for calendars that replace an entry when it moves."""
        return f"{self.rule_id}/{self.case or self.enterprise or self.what}/{self.detail}"


def due_items(facts: Facts, parameters: Parameters, as_of: datetime, until: date) -> tuple[DueItem, ...]:
    """Everything due by `until` that has not been done, overdue things first."""
    ground = Ground(known_at(facts, as_of), parameters, as_of)
    items = [item for chain in ground.chains for item in _of_case(chain)]
    items += [*_of_section(ground), *_of_office(ground, until)]
    items += _judged_beside(ground, items)
    kept = [item for item in items if item.due <= until and not _ended(ground, item)]
    return tuple(sorted(kept, key=lambda item: (item.due, item.case, item.rule_id, item.name, item.detail)))


def _ended(ground: Ground, item: DueItem) -> bool:
    """Whether an enterprise left before this fell due; paper of visits already made stays wanted."""
    entry = ground.departures.get(item.enterprise)
    made = item.rule_id in (PAPER, FILM)
    return entry is not None and not made and no_longer_asked(item.due, entry.on)


def _answers(item: DueItem, one: Owed) -> bool:
    """Whether what an item asks for, done in time, leaves a rule nothing to ask."""
    if one.outcome.due is not None and item.due > one.outcome.due:
        return False
    if item.case or item.enterprise:
        return item.case == one.case if item.case else item.enterprise == one.enterprise
    return item.rule_id != one.rule.id or item.detail == one.outcome.document


def _judged_beside(ground: Ground, items: Sequence[DueItem]) -> Iterator[DueItem]:
    """What the rules will judge in time and no item above answers for."""
    listed: dict[str, list[DueItem]] = {}
    for item in items:
        listed.setdefault(item.rule_id, []).append(item)
    for one in owed_deeds(ground):
        if any(_answers(item, one) for rule in one.answered_by for item in listed.get(rule, ())):
            continue
        due = one.outcome.due
        assert due is not None  # noqa: S101 - only what has its day is owed
        yield DueItem(
            what=one.what,
            who=one.who,
            due=due,
            first=ground.today,
            clause=ground.clause_number(one.rule.id),
            rule_id=one.rule.id,
            case=one.case,
            enterprise=one.enterprise,
            name=ground.name_of(one.enterprise) if one.enterprise else "",
            detail=one.outcome.hazard or one.outcome.visit or one.outcome.document,
            overdue=due < ground.today,
        )


def _item(
    chain: Chain, what: str, who: str, due: date, rule: str, *, first: date | None = None, detail: str = ""
) -> DueItem:
    return DueItem(
        what=what,
        who=who,
        due=due,
        first=first or chain.today,
        clause=chain.ground.clause_number(rule),
        rule_id=rule,
        case=chain.case.id,
        enterprise=chain.case.enterprise,
        name=chain.ground.name_of(chain.case.enterprise),
        detail=detail,
        overdue=due < chain.today,
    )


def _inspectors(chain: Chain, step: Step | None) -> str:
    if step is None:
        return "检查人员"
    people = chain.ground.people
    return "、".join(people[one].name if one in people else one for one in step.facts.experts) or "检查人员"


def _of_case(chain: Chain) -> Iterator[DueItem]:
    yield from _paper(chain)
    if chain.check is None:
        due = _check_due(chain)
        if due is not None:
            yield _item(chain, "现场检查", "检查人员", due, CHECKED_FOR[chain.case.kind])
        return
    who = _inspectors(chain, chain.check)
    window = chain.urging_window
    if window is not None and not chain.urgings and not chain.rechecks:
        yield _item(
            chain, "督促整改（电话或上门）", who, window.last, "P03-urging-window", first=window.first
        )
    yield from _report(chain, who)
    seen = {one.hazard for step in chain.rechecks for one in step.facts.results}
    for expiry in chain.expiries:
        later = {
            one.hazard for step in chain.rechecks if step.day > expiry.deadline for one in step.facts.results
        }
        waiting = [one for one in expiry.hazards if one not in (later if seen else set())]
        if waiting and not (chain.rechecks and not seen):
            yield _item(
                chain,
                "现场复查",
                who,
                expiry.window.last,
                "P11-recheck-window",
                first=expiry.window.first,
                detail="、".join(waiting),
            )
    yield from _upwards(chain, who)


def _check_due(chain: Chain) -> date | None:
    ground, enterprise = chain.ground, chain.enterprise
    if chain.case.kind in (CaseKind.SPECIAL, CaseKind.SURVEY):
        campaigns = {one.id: one for one in ground.facts.campaigns}
        campaign = campaigns.get(chain.case.campaign)
        return campaign.due if campaign else None
    if (
        enterprise is not None
        and enterprise.production_started
        and chain.case.kind is CaseKind.NEW_ENTERPRISE
    ):
        return enterprise.production_started + relativedelta(months=chain.parameters.new_enterprise_months)
    return ground.year_span(ground.year_of(chain.case.opened_on))[1]


def _report(chain: Chain, who: str) -> Iterator[DueItem]:
    if chain.report_due is None or chain.check is None:
        return
    due, _notes = move(chain.check.day, chain.report_due, chain.suspensions)
    if not chain.reports:
        yield _item(chain, "上报整改报告", "企业", due, "P07-report-in-time")
        return
    last = chain.reports[-1]
    if last.review is None:
        day = last.received_on + timedelta(days=chain.parameters.review_days)
        yield _item(chain, "初审整改报告", who, day, "P08-preliminary-review", detail=f"第{last.version}版")
    elif last.review is ReviewResult.RETURNED:
        if last.notified_on is None and last.reviewed_on is not None:
            day = last.reviewed_on + timedelta(days=chain.parameters.notice_days)
            yield _item(
                chain,
                "告知企业纠正整改报告",
                who,
                day,
                "P09-notice-of-nonconformity",
                detail=f"第{last.version}版",
            )
        yield _item(
            chain, "重新上报整改报告", "企业", due, "P10-versions-kept", detail=f"第{last.version + 1}版"
        )


def _upwards(chain: Chain, who: str) -> Iterator[DueItem]:
    days = chain.parameters.escalation_days
    passive = next((s for s in chain.urgings if s.facts.attitude is Attitude.PASSIVE), None)
    if passive is not None and not chain.escalated(Trigger.PASSIVE):
        due = passive.day + timedelta(days=days)
        yield _item(
            chain, f"向{chain.ground.names.section}书面上报不积极整改", who, due, "P05-passive-reported"
        )
    for step in chain.rechecks:
        unfinished = [o.hazard for o in step.facts.results if o.state is HazardState.UNRECTIFIED]
        if unfinished and not chain.escalated(Trigger.OVERDUE):
            due = step.day + timedelta(days=days)
            yield _item(
                chain, "上报逾期未整改", who, due, "P13-overdue-reported", detail="、".join(unfinished)
            )
    for step in chain.finding_visits:
        major = [one.id for one in step.facts.hazards if one.grade is Grade.MAJOR]
        told = {hazard for report in chain.escalated(Trigger.MAJOR) for hazard in report.hazards or major}
        left = [hazard for hazard in major if hazard not in told]
        if left:
            due = step.last_day + timedelta(days=chain.parameters.major_hazard_days)
            yield _item(chain, "上报重大事故隐患", who, due, "D02-major-reported", detail="、".join(left))


def _paper(chain: Chain) -> Iterator[DueItem]:
    for step in chain.visits:
        due = chain.handover_due(step)
        document = chain.record(step) if step.facts.kind in FORM_OF else None
        name = f"{step.day.isoformat()} {KIND_NAME[step.facts.kind]}"
        if step.facts.kind in FORM_OF and (document is None or not document.scans or document.missing_pages):
            yield _item(chain, "扫描签字盖章的记录", "资料员", due, "G08-pages", detail=name)
        if step.on_site and not chain.footage(step):
            yield _item(chain, "导入执法记录仪录像", "资料员", due, "V02-whole-visit", detail=name)


def _of_section(ground: Ground) -> Iterator[DueItem]:
    """Enterprises still to be served, campaigns, training and badges."""
    today = ground.today
    year = ground.year_of(today)
    if in_force(today, *ground.term):
        last = ground.year_span(year)[1]
        for one in sorted(ground.facts.enterprises, key=lambda enterprise: enterprise.id):
            if not in_force(today, one.active_from, one.active_to):
                continue
            due, rule, what = last, "F02-yearly-chain", "年度全面检查"
            services = ground.services_of(one.id)
            if is_newcomer(one, ground.parameters.signed_on) and one.production_started:
                months = ground.parameters.new_enterprise_months
                due = min(last, one.production_started + relativedelta(months=months))
                rule, what = "F03-new-enterprise", "新投产企业指导和检查"
            if served(ground, services, year) is None and not any(s.checked_on is None for s in services):
                yield DueItem(
                    what=what,
                    who="项目负责人",
                    due=due,
                    first=today,
                    clause=ground.clause_number(rule),
                    rule_id=rule,
                    enterprise=one.id,
                    name=one.short_name,
                    overdue=due < today,
                )
    for campaign in ground.facts.campaigns:
        if campaign.kind is not CampaignKind.SPECIAL or campaign.due is None or campaign.ordered_on > today:
            continue
        done = {s.enterprise for s in ground.facts.services if s.campaign == campaign.id and s.checked_on}
        left = [one for one in campaign.targets if one not in done]
        if left:
            yield DueItem(
                what=f"专项“{campaign.topic}”检查（还有 {len(left)} 家）",
                who="项目负责人",
                due=campaign.due,
                first=today,
                clause=ground.clause_number("F04-campaign-coverage"),
                rule_id="F04-campaign-coverage",
                detail=campaign.id,
                overdue=campaign.due < today,
            )
        if ground.entry("campaign-pack", campaign.id) is None:
            due = campaign.due + timedelta(days=ground.parameters.summary_days)
            yield DueItem(
                what=f"报送专项“{campaign.topic}”汇总清单",
                who="资料员",
                due=due,
                first=campaign.due,
                clause=ground.clause_number("F04-campaign-coverage"),
                rule_id="F05-campaign-summary",
                detail=campaign.id,
                overdue=due < today,
            )


def _of_office(ground: Ground, until: date) -> Iterator[DueItem]:
    """Each week's duties up to a day, weeks that were missed, training, badges that run out."""
    for missed in missed_weeks(ground, Week.of(ground.today)):
        if not ground.packages_for(missed):
            yield DueItem(
                what="补做移交",
                who="资料员",
                due=ground.handover_window(missed).last,
                first=ground.today,
                clause=ground.clause_number("G07-weekly-handover"),
                rule_id="G07-weekly-handover",
                detail=str(missed),
                overdue=True,
            )
    week = Week.of(ground.today)
    while week.monday <= until:
        window = ground.handover_window(week)
        if window.last >= ground.today and not ground.packages_for(week):
            yield DueItem(
                what="移交本周资料",
                who="资料员",
                due=window.last,
                first=window.last,
                clause=ground.clause_number("G07-weekly-handover"),
                rule_id="G07-weekly-handover",
                detail=str(week),
            )
        filing = ground.planning_day(week.shift(1))
        if filing.last >= ground.today and not ground.plans_for(week.shift(1)):
            yield DueItem(
                what="编制并报备下周计划",
                who="项目负责人",
                due=filing.last,
                first=filing.last,
                clause=ground.clause_number("T01-plan-filed"),
                rule_id="T01-plan-filed",
                detail=str(week.shift(1)),
            )
        week = week.shift(1)
    period = timedelta(days=ground.parameters.training_days)
    for person in ground.active_team(ground.today):
        last = max((one.on for one in ground.entries_of("training", person.id)), default=None)
        due = (last or max(filter(None, (person.active_from, ground.term[0])))) + period
        yield DueItem(
            what="参加教育培训",
            who=person.name,
            due=due,
            first=ground.today,
            clause=ground.clause_number("T06-training"),
            rule_id="T06-training",
            detail=person.id,
            overdue=due < ground.today,
        )
        if person.badge_to is not None:
            yield DueItem(
                what="换发工作证",
                who=person.name,
                due=person.badge_to,
                first=ground.today,
                clause=ground.clause_number("T02-badges"),
                rule_id="T02-badges",
                detail=person.id,
                overdue=person.badge_to < ground.today,
            )
