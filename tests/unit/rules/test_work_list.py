"""`due` and `check` know the same duties: compared both ways on every Friday of a year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from evidence.domain.case import Escalation, Recipient, Trigger
from evidence.domain.facts import Facts
from evidence.domain.parties import Campaign, CampaignKind
from evidence.domain.week import Week, local_instant
from evidence.rules.agenda import due_items
from evidence.rules.clause import Finding, Kind
from evidence.rules.due_item import DueItem
from evidence.rules.judge import judge
from evidence.rules.owed_deeds import ANSWERED_BY
from evidence.rules.registry import RULESETS
from tests.support import sample

LEVELS = {rule.id: rule.level for rule in RULESETS[-1].rules}
FRIDAYS = [date(2022, 1, 7) + timedelta(weeks=n) for n in range(52)]
YEAR = timedelta(days=370)


def busy_year() -> Facts:
    """The world of three cases with everything around it that has a day."""
    facts = sample.week_facts()
    first, second, third = facts.enterprises[:3]
    firms = (
        replace(first, headcount=12),
        replace(second, entered_zone=date(2022, 4, 20), production_started=date(2022, 5, 10)),
        third,
        replace(first, id="X-1", short_name="未查企业", name="未查企业", headcount=60),
    )
    campaign = Campaign(
        id="ZX-1", kind=CampaignKind.SPECIAL, topic="涉爆粉尘", ordered_on=date(2022, 6, 1),
        due=date(2022, 7, 15), targets=(first.id, third.id),
    )  # fmt: skip
    survey = Campaign(
        id="PC-1", kind=CampaignKind.SURVEY, topic="普查", ordered_on=date(2022, 8, 1), due=date(2022, 9, 1)
    )
    reported = Escalation(
        id="E1", case=sample.HEAVY, trigger=Trigger.PASSIVE, recipient=Recipient.SAFETY_SECTION,
        reported_at=sample.instant("2022-04-20"),
    )  # fmt: skip
    cases = tuple(
        replace(one, escalations=(reported,)) if one.case.id == sample.HEAVY else one for one in facts.cases
    )
    facts = replace(facts, enterprises=firms, campaigns=(campaign, survey), cases=cases)
    for entry in (
        sample.entry("materials-submission", "2", "2022-06-20", receipt_on=date(2022, 6, 21)),
        sample.entry("acceptance-request", "1", "2022-07-01", receipt_on=date(2022, 7, 1)),
    ):
        facts = sample.with_entry(facts, entry)
    return facts


def listed_on(facts: Facts, day: date) -> tuple[tuple[DueItem, ...], tuple[Finding, ...]]:
    facts = replace(facts, week=str(Week.of(day)))
    at = local_instant(day, 12)
    parameters = replace(sample.PARAMETERS, price_yuan=1_000_000)
    return due_items(facts, parameters, at, day + YEAR), judge(facts, parameters, at)


def still_owed(finding: Finding) -> bool:
    """Open, or failed and not done at last; each with the day by which it is judged."""
    if finding.due is None or finding.kind not in (Kind.OPEN, Kind.FAIL):
        return False
    return finding.kind is Kind.OPEN or "迟" not in finding.message


def about(one: DueItem | Finding) -> set[str]:
    if isinstance(one, DueItem):
        return {one.case, one.enterprise, one.detail} - {""}
    return {one.subject.case, one.subject.enterprise, one.subject.document} - {""}


def for_all(item: DueItem, finding: Finding) -> bool:
    """An item of the office that answers for every case: the week's handover."""
    return not item.case and not item.enterprise and item.rule_id != finding.rule_id


@pytest.mark.parametrize("friday", FRIDAYS, ids=str)
def test_whatever_check_will_judge_in_time_stands_on_the_list(friday: date) -> None:
    items, findings = listed_on(busy_year(), friday)
    missing = []
    for finding in findings:
        if not still_owed(finding) or finding.due is None or finding.due > friday + YEAR:
            continue
        rules = {finding.rule_id, *ANSWERED_BY.get(finding.rule_id, ())}
        fitting = [
            item
            for item in items
            if item.rule_id in rules
            and (about(item) & about(finding) or not about(finding) or for_all(item, finding))
        ]
        if not any(item.due <= finding.due for item in fitting):
            missing.append((finding.rule_id, finding.message, finding.due, [i.due for i in fitting]))
    assert not missing


@pytest.mark.parametrize("friday", FRIDAYS, ids=str)
def test_nothing_on_the_list_is_not_applicable(friday: date) -> None:
    items, findings = listed_on(busy_year(), friday)
    said: dict[str, list[Finding]] = {}
    for finding in findings:
        said.setdefault(finding.rule_id, []).append(finding)
    idle = []
    for item in items:
        mine = [one for one in said.get(item.rule_id, ()) if not item.case or one.subject.case == item.case]
        if mine and all(one.kind is Kind.NOT_APPLICABLE for one in mine):
            idle.append((item.rule_id, item.case, item.what, item.detail))
    assert not idle


def test_weeks_that_were_never_handed_over_stay_on_the_list() -> None:
    facts = replace(sample.week_facts(), packages=())
    items, _findings = listed_on(facts, date(2022, 6, 3))
    missed = {item.detail for item in items if item.rule_id == "G07-weekly-handover" and item.overdue}
    assert {"2022-W11", "2022-W13"} <= missed


def without_answers(facts: Facts) -> Facts:
    """Nobody paid, answered, reviewed or receipted anything."""
    gone = {"payment", "questionnaire", "internal-review"}
    kept = tuple(one for one in facts.entries if one.register not in gone)
    cases = tuple(
        replace(one, entries=tuple(each for each in one.entries if each.register not in gone))
        for one in facts.cases
    )
    return replace(facts, entries=kept, cases=cases, receipts=())


def test_money_surveys_guidance_notices_and_questionnaires_are_work() -> None:
    facts = without_answers(busy_year())
    listed = {item.rule_id for friday in FRIDAYS for item in listed_on(facts, friday)[0]}
    assert {
        "C08-first-payment", "C09-half-year-payments", "C09-half-year-material", "C12-acceptance-requests",
        "F07-surveys-per-year", "P16-micro-guidance", "P17-newcomer-notified", "P06-principal-interviewed",
        "E05-questionnaire", "T07-internal-review", "G07-receipt",
    } <= listed  # fmt: skip


def test_every_item_names_a_rule_that_judges() -> None:
    known = {rule.id for rule in RULESETS[-1].rules}
    items = [item for friday in FRIDAYS[::13] for item in listed_on(busy_year(), friday)[0]]
    assert {item.rule_id for item in items} <= known
    assert set(ANSWERED_BY) | {rule for each in ANSWERED_BY.values() for rule in each} <= known


def test_after_the_term_no_week_is_asked_for_and_none_is_listed() -> None:
    """The contract ends on 2023-12-06, a Wednesday; that week is still handed over, the next one is not."""
    facts = replace(sample.week_facts(), packages=(), plans=())
    last, after = date(2023, 12, 6), date(2023, 12, 12)
    items, findings = listed_on(facts, last)
    weekly = {(item.rule_id, item.detail) for item in items if not item.overdue}
    assert ("G07-weekly-handover", "2023-W49") in weekly
    assert not {detail for rule, detail in weekly if rule in ASKED_WEEKLY} & {"2023-W50", "2023-W51"}
    items, findings = listed_on(facts, after)
    assert not [item for item in items if item.rule_id in ASKED_WEEKLY and not item.overdue]
    assert not [one for one in findings if one.rule_id in ASKED_WEEKLY and one.kind is Kind.OPEN]


ASKED_WEEKLY = ("G07-weekly-handover", "T01-plan-filed")
