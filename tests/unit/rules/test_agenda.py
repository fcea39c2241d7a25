"""What is due, and the week proposed from it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

import icalendar
import pytest

from evidence.cli.ics import calendar_file
from evidence.domain.facts import Facts
from evidence.domain.parties import Campaign, CampaignKind
from evidence.domain.register import PlannedWork
from evidence.domain.week import Week, is_workday, local_instant
from evidence.rules.agenda import due_items
from evidence.rules.due_item import DueItem
from evidence.rules.parameters import Parameters, contract_text
from evidence.rules.planning import propose_plan
from tests.support import sample

UNTIL = date(2022, 4, 30)


def due(facts: Facts, day: date = date(2022, 4, 1), until: date = UNTIL) -> dict[tuple[str, str], DueItem]:
    """Items by rule and case."""
    items = due_items(facts, sample.PARAMETERS, local_instant(day, 15), until)
    return {(item.rule_id, item.case): item for item in items}


def test_a_closed_chain_asks_for_nothing() -> None:
    assert not [key for key in due(sample.week_facts()) if key[1] == sample.CLOSED]


def test_an_urging_is_due_on_day_10_and_begins_on_day_7() -> None:
    item = due(sample.week_facts())["P03-urging-window", sample.CHECKED]
    assert (item.first, item.due, item.who) == (date(2022, 4, 5), date(2022, 4, 8), "周晓岚")


def test_a_recheck_is_due_5_days_after_the_deadline() -> None:
    item = due(sample.week_facts())["P11-recheck-window", sample.CHECKED]
    assert (item.first, item.due, item.detail) == (date(2022, 4, 14), date(2022, 4, 18), "H01、H02")


def test_what_was_done_late_is_no_longer_due() -> None:
    facts = sample.on_visit(
        sample.week_facts(), f"{sample.CLOSED}-V2", arrived_at=sample.instant("2022-03-29")
    )
    assert ("P03-urging-window", sample.CLOSED) not in due(facts)


def test_what_was_not_done_stays_on_the_list_as_overdue() -> None:
    facts = sample.without_visit(
        sample.without_visit(sample.week_facts(), f"{sample.CLOSED}-V3"), f"{sample.CLOSED}-V2"
    )
    items = due(facts, date(2022, 4, 11))
    assert items["P03-urging-window", sample.CLOSED].overdue
    assert items["P11-recheck-window", sample.CLOSED].overdue


@pytest.mark.parametrize("until", [date(2022, 4, 1), date(2022, 4, 8), date(2022, 12, 31)])
def test_nothing_is_listed_beyond_the_last_day_asked_for(until: date) -> None:
    items = due_items(sample.week_facts(), sample.PARAMETERS, sample.FRIDAY, until)
    assert all(item.due <= until for item in items)


def test_a_missing_scan_is_the_clerk_s_business() -> None:
    facts = sample.without_document(sample.week_facts(), f"{sample.CHECKED}-JC-001")
    item = due(facts)["G08-pages", sample.CHECKED]
    assert (item.who, item.due) == ("资料员", date(2022, 4, 1))


def test_the_calendar_opens_and_holds_one_event_an_item() -> None:
    items = due_items(sample.week_facts(), sample.PARAMETERS, sample.FRIDAY, UNTIL)
    calendar = icalendar.Calendar.from_ical(calendar_file(items, at=sample.FRIDAY, contract="WJB"))
    events = calendar.walk("VEVENT")
    assert len(events) == len(items)
    assert len({str(event["uid"]) for event in events}) == len(items)
    assert calendar["method"] == "PUBLISH"
    urging = next(event for event in events if "督促" in str(event["summary"]))
    assert urging.decoded("dtstart") == date(2022, 4, 5)
    assert urging.decoded("dtend") == date(2022, 4, 9)


def test_the_same_item_keeps_its_uid_when_it_is_written_again() -> None:
    items = due_items(sample.week_facts(), sample.PARAMETERS, sample.FRIDAY, UNTIL)
    later = local_instant(date(2022, 4, 2), 9)
    first, second = (
        {str(event["uid"]) for event in icalendar.Calendar.from_ical(text).walk("VEVENT")}
        for text in (
            calendar_file(items, at=sample.FRIDAY, contract="WJB"),
            calendar_file(items, at=later, contract="WJB"),
        )
    )
    assert first == second


def plan_for(facts: Facts, week: str, parameters: Parameters = sample.PARAMETERS) -> tuple:
    """Lines of the proposed plan."""
    return propose_plan(facts, parameters, sample.FRIDAY, Week.parse(week)).plan.lines


def test_rechecks_stand_on_a_working_day_inside_their_window() -> None:
    facts = replace(sample.week_facts(), plans=())
    lines = [line for line in plan_for(facts, "2022-W15") if line.work is PlannedWork.RECHECK]
    assert {line.case: line.day for line in lines} == {
        sample.CHECKED: date(2022, 4, 14),
        sample.HEAVY: date(2022, 4, 15),
    }


def test_heavy_classes_get_two_experts_and_ask_for_a_supervisor() -> None:
    lines = plan_for(replace(sample.week_facts(), plans=()), "2022-W15")
    heavy = next(line for line in lines if line.case == sample.HEAVY and line.work is PlannedWork.RECHECK)
    assert heavy.experts == ("P2", "P3")
    assert heavy.supervisor_needed


def many(count: int) -> Facts:
    """A section with many enterprises nobody has visited, at the end of the service year."""
    firms = tuple(
        replace(sample.enterprises()[0], id=f"X-{n:03d}", short_name=f"企业{n}") for n in range(count)
    )
    facts = sample.week_facts()
    return replace(facts, enterprises=firms, cases=(), services=(), plans=())


@pytest.mark.parametrize("capacity", [1, 2, 4])
def test_no_day_holds_more_visits_than_the_parameter_and_no_person_more_than_two(capacity: int) -> None:
    parameters = replace(sample.PARAMETERS, visits_per_day=capacity)
    proposal = propose_plan(many(60), parameters, local_instant(date(2022, 11, 25), 15), Week(2022, 48))
    lines = proposal.plan.lines
    assert lines
    assert max(Counter(line.day for line in lines).values()) <= capacity
    assert max(Counter((line.day, one) for line in lines for one in line.experts).values()) <= 2
    assert all(is_workday(line.day) for line in lines)
    assert len(lines) + len(proposal.unplaced) == 60


def test_far_deadlines_are_spread_over_the_weeks_that_are_left() -> None:
    lines = plan_for(many(60), "2022-W14")
    assert 1 <= len(lines) <= 3


def test_nobody_visits_where_he_declared_an_interest() -> None:
    facts = sample.with_entry(
        replace(sample.week_facts(), plans=()),
        sample.entry(
            "conflict-declaration", "1", "2022-03-01", person="P2", enterprise=sample.enterprises()[1].id
        ),
    )
    lines = plan_for(facts, "2022-W15")
    assert all("P2" not in line.experts for line in lines if line.enterprise == sample.enterprises()[1].id)


def test_what_another_week_s_plan_announces_is_not_planned_twice() -> None:
    facts = replace(sample.week_facts(), plans=())
    first = propose_plan(facts, sample.PARAMETERS, sample.FRIDAY, Week(2022, 15)).plan
    again = propose_plan(
        replace(facts, plans=(first,)), sample.PARAMETERS, sample.FRIDAY, Week(2022, 16)
    ).plan
    assert [line for line in again.lines if line.work is PlannedWork.RECHECK] == []


def test_the_same_facts_give_the_same_plan_in_any_order() -> None:
    facts = replace(sample.week_facts(), plans=())
    turned = replace(
        facts, cases=facts.cases[::-1], people=facts.people[::-1], enterprises=facts.enterprises[::-1]
    )
    assert plan_for(facts, "2022-W15") == plan_for(turned, "2022-W15")


def test_nothing_is_proposed_on_a_public_holiday_or_a_day_already_past() -> None:
    national_day = Week.parse("2022-W40")  # 1 to 7 October are off; 8 and 9 October are worked instead
    at = local_instant(date(2022, 9, 30), 15)
    assert {line.day for line in propose_plan(many(60), sample.PARAMETERS, at, national_day).plan.lines} == {
        date(2022, 10, 8),
        date(2022, 10, 9),
    }
    wednesday = local_instant(date(2022, 11, 23), 9)
    lines = propose_plan(many(60), sample.PARAMETERS, wednesday, Week.of(date(2022, 11, 23))).plan.lines
    assert lines
    assert min(line.day for line in lines) == date(2022, 11, 23)


def test_a_window_of_holidays_alone_is_put_on_a_working_day_or_named() -> None:
    late = local_instant(date(2022, 10, 7), 15)
    proposal = propose_plan(many(3), sample.PARAMETERS, late, Week.parse("2022-W40"))
    assert all(is_workday(line.day) for line in proposal.plan.lines)
    over = propose_plan(
        many(3), sample.PARAMETERS, local_instant(date(2022, 12, 5), 9), Week.parse("2022-W48")
    )
    assert not over.plan.lines
    assert {why for _item, why in over.unplaced} <= {"该周没有尚未过去的工作日"}


def test_what_is_due_names_the_clause_of_its_own_rule() -> None:
    campaign = Campaign(
        id="ZX-1",
        kind=CampaignKind.SPECIAL,
        topic="粉尘",
        ordered_on=date(2022, 3, 1),
        due=date(2022, 4, 15),
        targets=(sample.week_facts().enterprises[0].id,),
    )
    text = contract_text(sample.PARAMETERS)
    told = {rule: replace(clause, number=f"条 {rule}") for rule, clause in text.clauses.items()}
    parameters = replace(sample.PARAMETERS, text=replace(text, clauses=told))
    facts = replace(sample.week_facts(), campaigns=(campaign,))
    items = due_items(facts, parameters, local_instant(date(2022, 4, 1), 15), date(2022, 5, 31))
    assert "F05-campaign-summary" in {item.rule_id for item in items}
    assert {item.rule_id: item.clause for item in items} == {
        item.rule_id: f"条 {item.rule_id}" for item in items
    }
