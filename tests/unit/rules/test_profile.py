"""Another contract by configuration alone: 10 days instead of 15, no supervisor, another code."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from evidence.domain.facts import Facts
from evidence.errors import InputError
from evidence.rules.clause import Kind
from evidence.rules.judge import judge
from evidence.rules.parameters import Parameters
from evidence.settings import load_settings
from tests.support import sample

PROFILE = """
[contract]
code = "WJC"
name = "另一标段"
section = "C标段"
signed_on = 2022-01-04

[rules]
rectification_days = 10
supervisors_heavy = 0
service_year = "calendar"
holiday_friday = "next-workday"
"""


@pytest.fixture
def profile(tmp_path: Path) -> Parameters:
    """Parameters of the second contract, read from its evidence.toml."""
    file = tmp_path / "evidence.toml"
    file.write_text(PROFILE, encoding="utf-8")
    return load_settings(file).parameters


def kinds(facts: Facts, parameters: Parameters, rule: str, case: str) -> set[Kind]:
    """What one rule says of one case."""
    found = judge(facts, parameters, sample.FRIDAY)
    return {one.kind for one in found if one.rule_id == rule and one.subject.case in ("", case)}


def test_the_profile_is_read_from_the_file(profile: Parameters) -> None:
    assert (profile.contract, profile.signed_on, profile.rectification_days) == ("WJC", date(2022, 1, 4), 10)


def test_fifteen_days_need_a_reason_and_ten_do_not(profile: Parameters) -> None:
    facts = sample.week_facts()
    assert kinds(facts, profile, "P02-hazard-deadlines", sample.CLOSED) == {Kind.FAIL}
    for hazard in ("H01", "H02"):
        facts = sample.on_hazard(facts, hazard, deadline=date(2022, 3, 24))
    assert kinds(facts, profile, "P02-hazard-deadlines", sample.CLOSED) == {Kind.PASS}


def test_no_supervisor_is_asked_for(profile: Parameters) -> None:
    facts = sample.on_visit(sample.week_facts(), f"{sample.HEAVY}-V1", supervisors=())
    assert kinds(facts, profile, "S05-supervisor", sample.HEAVY) == {Kind.NOT_APPLICABLE}
    assert kinds(facts, profile, "S05-supervisor-signature", sample.HEAVY) == {Kind.NOT_APPLICABLE}
    assert kinds(facts, sample.PARAMETERS, "S05-supervisor", sample.HEAVY) == {Kind.FAIL}


def test_its_own_numbers_need_no_amendment(profile: Parameters) -> None:
    assert kinds(sample.week_facts(), profile, "C19-amended-parameters", "") == {Kind.NOT_APPLICABLE}


def test_the_service_year_is_the_calendar_year(profile: Parameters) -> None:
    found = judge(sample.week_facts(), profile, sample.FRIDAY)
    due = {one.due for one in found if one.rule_id == "F02-yearly-chain"}
    assert due == {date(2022, 12, 31)}


def test_a_number_of_the_wrong_kind_is_refused_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "evidence.toml"
    file.write_text('[rules]\nrectification_days = "十五"\n', encoding="utf-8")
    with pytest.raises(InputError, match="rectification_days"):
        load_settings(file)
