"""What is due beside the cases: enterprises to serve, campaigns, each week's duties, the team's papers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from evidence.domain.parties import CampaignKind
from evidence.domain.week import Week
from evidence.rules.due_item import DueItem
from evidence.rules.facts_index import FactsIndex
from evidence.rules.newcomers import is_newcomer
from evidence.rules.section import served
from evidence.rules.surroundings import in_force
from evidence.rules.weekly import missed_weeks


def of_section(index: FactsIndex) -> Iterator[DueItem]:
    """Enterprises still to be served this year, and campaigns."""
    if in_force(index.today, *index.term):
        yield from _to_serve(index)
    yield from _of_campaigns(index)


def _to_serve(index: FactsIndex) -> Iterator[DueItem]:
    """A yearly check, or the first guidance of an enterprise that began to produce, where none is opened."""
    today = index.today
    year = index.year_of(today)
    last = index.year_span(year)[1]
    for one in sorted(index.facts.enterprises, key=lambda enterprise: enterprise.id):
        if not in_force(today, one.active_from, one.active_to):
            continue
        due, rule, what = last, "F02-yearly-chain", "年度全面检查"
        services = index.services_of(one.id)
        if is_newcomer(one, index.parameters.signed_on) and one.production_started:
            months = index.parameters.new_enterprise_months
            due = min(last, one.production_started + relativedelta(months=months))
            rule, what = "F03-new-enterprise", "新投产企业指导和检查"
        if served(index, services, year) is None and not any(s.checked_on is None for s in services):
            yield DueItem(
                what=what,
                who="项目负责人",
                due=due,
                first=today,
                clause=index.clause_number(rule),
                rule_id=rule,
                enterprise=one.id,
                name=one.short_name,
                overdue=due < today,
            )


def _of_campaigns(index: FactsIndex) -> Iterator[DueItem]:
    today = index.today
    for campaign in index.facts.campaigns:
        if campaign.kind is not CampaignKind.SPECIAL or campaign.due is None or campaign.ordered_on > today:
            continue
        done = {s.enterprise for s in index.facts.services if s.campaign == campaign.id and s.checked_on}
        left = [one for one in campaign.targets if one not in done]
        if left:
            yield DueItem(
                what=f"专项“{campaign.topic}”检查（还有 {len(left)} 家）",
                who="项目负责人",
                due=campaign.due,
                first=today,
                clause=index.clause_number("F04-campaign-coverage"),
                rule_id="F04-campaign-coverage",
                detail=campaign.id,
                overdue=campaign.due < today,
            )
        if index.entry("campaign-pack", campaign.id) is None:
            due = campaign.due + timedelta(days=index.parameters.summary_days)
            yield DueItem(
                what=f"报送专项“{campaign.topic}”汇总清单",
                who="资料员",
                due=due,
                first=campaign.due,
                clause=index.clause_number("F05-campaign-summary"),
                rule_id="F05-campaign-summary",
                detail=campaign.id,
                overdue=due < today,
            )


def of_office(index: FactsIndex, until: date) -> Iterator[DueItem]:
    """Weeks that were missed, each week's duties up to a day, training, badges that run out."""
    yield from _missed_handovers(index)
    yield from _of_weeks(index, until)
    yield from _of_people(index)


def _missed_handovers(index: FactsIndex) -> Iterator[DueItem]:
    for missed in missed_weeks(index, Week.of(index.today)):
        if not index.packages_for(missed):
            yield DueItem(
                what="补做移交",
                who="资料员",
                due=index.handover_window(missed).last,
                first=index.today,
                clause=index.clause_number("G07-weekly-handover"),
                rule_id="G07-weekly-handover",
                detail=str(missed),
                overdue=True,
            )


def _of_weeks(index: FactsIndex, until: date) -> Iterator[DueItem]:
    """Handover of each week, and the plan for the one after it."""
    week = Week.of(index.today)
    while week.monday <= until:
        window = index.handover_window(week)
        if index.in_term(week) and window.last >= index.today and not index.packages_for(week):
            yield DueItem(
                what="移交本周资料",
                who="资料员",
                due=window.last,
                first=window.last,
                clause=index.clause_number("G07-weekly-handover"),
                rule_id="G07-weekly-handover",
                detail=str(week),
            )
        following = week.shift(1)
        filing = index.planning_day(following)
        wanted = index.in_term(following) and not index.plans_for(following)
        if wanted and filing.last >= index.today:
            yield DueItem(
                what="编制并报备下周计划",
                who="项目负责人",
                due=filing.last,
                first=filing.last,
                clause=index.clause_number("T01-plan-filed"),
                rule_id="T01-plan-filed",
                detail=str(following),
            )
        week = week.shift(1)


def _of_people(index: FactsIndex) -> Iterator[DueItem]:
    """Training and badges of those who work here today."""
    period = timedelta(days=index.parameters.training_days)
    for person in index.active_team(index.today):
        last = max((one.on for one in index.entries_of("training", person.id)), default=None)
        due = (last or max(filter(None, (person.active_from, index.term[0])))) + period
        yield DueItem(
            what="参加教育培训",
            who=person.name,
            due=due,
            first=index.today,
            clause=index.clause_number("T06-training"),
            rule_id="T06-training",
            detail=person.id,
            overdue=due < index.today,
        )
        if person.badge_to is not None:
            yield DueItem(
                what="换发工作证",
                who=person.name,
                due=person.badge_to,
                first=index.today,
                clause=index.clause_number("T02-badges"),
                rule_id="T02-badges",
                detail=person.id,
                overdue=person.badge_to < index.today,
            )
