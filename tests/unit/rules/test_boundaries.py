"""Boundaries that the decision tables do not touch: a ruleset's first edition, a last day, a weekend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from evidence.domain.facts import Facts
from evidence.domain.register import PlannedWork
from evidence.domain.week import Week, local_instant
from evidence.rules.clause import Finding, Kind
from evidence.rules.judge import judge, rulesets
from evidence.rules.parameters import Parameters, YearRule
from evidence.rules.planning import propose_plan
from tests.support import sample as w
from tests.unit.rules.decisions.bends import JC, V1, V3, entry, gone, hazard

AFTER = local_instant(date(2022, 5, 20), 15)


def moved_in_long_ago(facts: Facts) -> Facts:
    """An enterprise that entered long before the contract; nobody wrote when it began to produce."""
    first = facts.enterprises[0]
    old = replace(first, entered_zone=date(2019, 5, 1), production_started=None)
    return replace(facts, enterprises=(old, *facts.enterprises[1:]))


def filled_in_by_id(facts: Facts) -> Facts:
    return entry("questionnaire", case=w.CLOSED, data={"filled_by": "P2"})(facts)


@pytest.mark.parametrize(
    ("bend", "rule", "before", "since"),
    [
        (moved_in_long_ago, "F03-newcomers", Kind.REVIEW, Kind.NOT_APPLICABLE),
        (filled_in_by_id, "E05-questionnaire", Kind.PASS, Kind.FAIL),
    ],
)
def test_what_changed_with_the_third_edition_holds_in_it(
    bend: Callable[[Facts], Facts], rule: str, before: Kind, since: Kind
) -> None:
    def worst(version: str) -> Kind:
        found = rulesets()[version](bend(w.week_facts()), w.PARAMETERS, w.FRIDAY)
        mine = [one.kind for one in found if one.rule_id == rule and one.subject.case in ("", w.CLOSED)]
        return min(mine, key=[Kind.FAIL, Kind.REVIEW, Kind.OPEN, Kind.PASS, Kind.NOT_APPLICABLE].index)

    assert worst("2") is before
    assert {worst(version) for version in ("3", "4", "5")} == {since}


def findings(facts: Facts, rule: str, *, parameters: Parameters = w.PARAMETERS) -> list[Finding]:
    return [one for one in judge(facts, parameters, w.FRIDAY) if one.rule_id == rule]


def test_a_calendar_year_of_which_the_contract_has_one_day_is_judged() -> None:
    last_day = replace(w.PARAMETERS, signed_on=date(2021, 12, 31), service_year=YearRule.CALENDAR)
    assert len(findings(w.week_facts(), "F02-coverage", parameters=last_day)) == 2
    next_day = replace(last_day, signed_on=date(2022, 1, 1))
    assert len(findings(w.week_facts(), "F02-coverage", parameters=next_day)) == 1


@pytest.mark.parametrize(("seconds", "kind"), [(60, Kind.PASS), (61, Kind.FAIL)])
def test_a_gap_of_a_minute_is_let_pass(seconds: int, kind: Kind) -> None:
    facts = w.week_facts()
    visit = next(one for case in facts.cases for one in case.visits if one.id == V1)
    assert visit.left_at is not None
    begins = visit.arrived_at + timedelta(seconds=seconds)
    length = round((visit.left_at - begins).total_seconds() * 1000)
    films = w.on_recordings(facts, V1, started_at=begins, duration_ms=length, declared_ms=length, drift_s=0)
    [found] = [one for one in findings(films, "V02-whole-visit") if one.subject.visit == V1]
    assert found.kind is kind, found.message


def test_material_is_due_in_the_week_of_its_own_visit() -> None:
    facts = w.on_document(
        w.week_facts(), JC, lambda one: replace(one, form=replace(one.form, blank=True), edocuments=())
    )
    [found] = [one for one in findings(facts, "G08-edocument") if one.subject.document == JC]
    assert (found.kind, found.due) == (Kind.FAIL, date(2022, 3, 18))


def test_a_window_that_opens_on_a_weekend_is_planned_there_with_a_remark() -> None:
    facts = hazard(deadline=date(2022, 3, 25), immediate=False)(gone(V3)(w.week_facts()))
    friday = local_instant(date(2022, 3, 25), 15)
    lines = propose_plan(facts, w.PARAMETERS, friday, Week.of(friday.date())).plan.lines
    [recheck] = [line for line in lines if line.case == w.CLOSED and line.work is PlannedWork.RECHECK]
    assert (recheck.day, recheck.note) == (date(2022, 3, 26), "期限内只有休息日")
