"""Instalments and late fees, in fen and to the day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from evidence.rules.judge import judge
from evidence.rules.parameters import Parameters
from evidence.rules.payment_schedule import half_year, late_fee, schedule, yuan
from tests.support import sample

PRICED = Parameters(price_yuan=1_234_567)


def test_the_six_instalments_are_the_whole_price() -> None:
    made = schedule(PRICED)
    assert [one.percent for one in made] == [20, 20, 20, 20, 15, 5]
    assert sum(one.amount_fen or 0 for one in made) == 123_456_700
    assert [one.half for one in made] == [None, 1, 2, 3, 4, None]


def test_half_years_follow_each_other_without_gap_and_fill_the_term() -> None:
    spans = [half_year(date(2021, 12, 7), half) for half in (1, 2, 3, 4)]
    assert spans[0] == (date(2021, 12, 7), date(2022, 6, 6))
    assert spans[-1][1] == date(2023, 12, 6)
    assert all((later[0] - earlier[1]).days == 1 for earlier, later in pairwise(spans))


@pytest.mark.parametrize(
    ("days", "fen"), [(0, 0), (-3, 0), (1, 5_000), (9, 45_000), (10, 50_000), (11, 50_000), (400, 50_000)]
)
def test_the_late_fee_is_half_a_percent_a_day_and_capped_on_day_10(days: int, fen: int) -> None:
    assert late_fee(1_000_000, days, PRICED) == fen


def test_amounts_read_as_people_write_them() -> None:
    assert yuan(12_345_670) == "¥123,456.70"


def test_without_a_price_every_amount_is_unknown_and_none_is_nought() -> None:
    assert {one.amount_fen for one in schedule(Parameters())} == {None}


def test_the_late_fee_and_the_right_to_rescind_are_stated_as_risk() -> None:
    from evidence.rules.judge import judge

    facts = sample.without_entries(sample.week_facts(), "payment")
    found = next(
        f for f in judge(facts, sample.PARAMETERS, sample.FRIDAY) if f.rule_id == "C08-first-payment"
    )
    assert "¥10,000.00" in found.message
    assert "有权解除合同" in found.message
    assert found.level == "note"


def test_what_the_client_owes_is_judged_by_the_agency_alone() -> None:
    facts = replace(sample.week_facts(), entries=())
    duties = ("C08-first-payment", "C09-half-year-payments", "C12-acceptance-requests")
    own = {f.rule_id for f in judge(facts, sample.PARAMETERS, sample.FRIDAY)}
    sent = {f.rule_id for f in judge(facts, replace(sample.PARAMETERS, judge_client=False), sample.FRIDAY)}
    assert own - sent == set(duties)
    assert not sent - own
