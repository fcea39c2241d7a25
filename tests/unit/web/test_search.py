"""Finding a case as a clerk would name it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.domain.parties import Enterprise, EnterpriseClass
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.ledger import Ledger
from evidence.web.readings import all_initials, all_pinyin
from evidence.web.search import find_cases, fits
from tests.support import sample


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    folder: Path = tmp_path_factory.mktemp("search")
    ledger = EmbeddedLedger.open(folder, clock=lambda: sample.FRIDAY)
    ledger.append("x", *sample.journal_events(sample.week_facts()))
    return ledger


def found(ledger: Ledger, wanted: str, limit: int = 30) -> list[str]:
    return [hit.case.id for hit in find_cases(ledger.view, wanted, limit)]


def test_nothing_typed_shows_the_newest_cases_first(ledger: Ledger) -> None:
    ids = [case.id for case in ledger.view.cases()]
    assert len(ids) > 2
    assert found(ledger, "  ") == sorted(ids, reverse=True)
    assert found(ledger, "", limit=2) == sorted(ids, reverse=True)[:2]


def test_a_case_is_found_by_its_number_a_part_of_it_or_the_number_of_a_form(ledger: Ledger) -> None:
    case = ledger.view.cases()[0].id
    assert found(ledger, case) == found(ledger, case.lower()) == found(ledger, f"{case}-JC-001") == [case]
    assert case in found(ledger, case[-4:])
    assert found(ledger, "WJB99-0001") == []


def test_an_enterprise_brings_all_its_cases_with_their_names(ledger: Ledger) -> None:
    case = ledger.view.cases()[0]
    enterprise = ledger.view.enterprise(case.enterprise)
    assert enterprise is not None
    mine = sorted((each.id for each in ledger.view.cases(enterprise.id)), reverse=True)
    for wanted in (enterprise.name, f" {enterprise.short_name} ", all_initials(enterprise.name)[0]):
        assert set(mine) <= set(found(ledger, wanted))
    assert {hit.name for hit in find_cases(ledger.view, enterprise.name)} == {enterprise.name}


@pytest.mark.parametrize("name", ["丰禾", "丰禾机械", "fhjx", "FHJX", "czsfhjx", "91320412MA1XAAAA0A"])
def test_a_company_answers_to_name_number_and_initials(name: str) -> None:
    assert fits(sample.enterprises()[0], name)
    assert not fits(sample.enterprises()[1], name)


def test_initials_keep_letters_and_drop_signs() -> None:
    assert "czjac" in all_initials("常州甲（A）厂")


def _enterprise(name: str) -> Enterprise:
    return Enterprise(
        id=sample.enterprises()[0].id, name=name, short_name=name, classes=(EnterpriseClass.FOUNDRY,)
    )


@given(st.text(max_size=20))
def test_search_takes_any_text(text: str) -> None:
    fits(_enterprise("甲公司"), text)


def test_the_legal_form_of_a_name_does_not_multiply_its_readings() -> None:
    for way in (all_initials, all_pinyin):
        assert len(way("常州市恒晟精密有限公司")) == len(way("常州")) * len(way("恒晟精密"))
