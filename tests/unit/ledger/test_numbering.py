"""Numbers are given once: reserved ones count, and after a restore every open series leaves a gap."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from evidence.domain.case import Case, CaseKind
from evidence.domain.identifiers import CaseId, EnterpriseId, Number
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import CaseOpened, FormIssued
from evidence.ledger.ledger import Ledger
from evidence.ledger.upkeep import LedgerRestored, NumbersReserved, Reserved
from tests.support.ledger_scenario import START, form

ONE, TWO, THREE = CaseId("WJB22-0001"), CaseId("WJB22-0002"), CaseId("WJB22-0003")
WEEKLY = CaseId("WJB22-0000")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    opened = EmbeddedLedger.open(tmp_path, clock=lambda: START)
    opened.append("a", case(ONE), FormIssued(form=form(ONE, 1)), case(TWO))
    return opened


def case(id_: CaseId) -> CaseOpened:
    return CaseOpened(
        case=Case(id=id_, enterprise=EnterpriseId("X-1"), kind=CaseKind.ANNUAL, opened_on=date(2022, 3, 1))
    )


def restore(*last: str) -> LedgerRestored:
    return LedgerRestored(
        backup="/b", backed_up_at=START, size=3, digest="0" * 64, by="lihua", gap=20,
        last_numbers=tuple(Number(each) for each in last),
    )  # fmt: skip


def test_a_reserved_number_is_taken_whether_or_not_it_was_issued(ledger: Ledger) -> None:
    ledger.append("a", NumbersReserved(numbers=(Reserved(number=Number(f"{ONE}-JC-002"), form="x"),)))
    assert ledger.view.next_running(ONE, "JC") == 3
    assert ledger.view.next_running(ONE, "DD") == 1
    assert [given.number for given in ledger.view.given(ONE)] == [f"{ONE}-JC-001", f"{ONE}-JC-002"]


def test_after_a_restore_every_open_series_leaves_a_gap_and_new_ones_do_not(ledger: Ledger) -> None:
    ledger.append("a", restore())
    view = ledger.view
    assert (view.next_running(ONE, "JC"), view.next_running(ONE, "DD")) == (22, 21)
    assert view.next_running(WEEKLY, "JH") == 21
    assert view.next_running(CaseId("WJB23-0000"), "JH") == 1
    assert view.next_case("WJB22-") == 23
    later = CaseId("WJB22-0023")
    ledger.append("a", case(later), FormIssued(form=form(ONE, 22)))
    assert view.next_running(later, "JC") == 1
    assert ledger.view.next_running(ONE, "JC") == 23
    assert ledger.view.next_case("WJB22-") == 24


def test_a_series_whose_last_number_is_known_goes_on_right_behind_it(ledger: Ledger) -> None:
    ledger.append("a", restore(f"{ONE}-JC-004", f"{THREE}-JC-001"))
    view = ledger.view
    assert (view.next_running(ONE, "JC"), view.next_running(ONE, "DD")) == (5, 21)
    assert view.next_case("WJB22-") == 4


def test_each_restore_leaves_its_own_gap(ledger: Ledger) -> None:
    ledger.append("a", restore(), restore())
    assert ledger.view.next_running(ONE, "JC") == 42
    assert ledger.view.next_case("WJB22-") == 43


@pytest.mark.parametrize(
    ("number", "lost"),
    [
        (f"{ONE}-JC-002", True),
        (f"{ONE}-JC-021", True),
        (f"{ONE}-JC-022", False),
        (f"{THREE}-JC-001", True),
        ("WJB22-0022-FC-001", True),
        ("WJB22-0023-JC-001", False),
        (f"{WEEKLY}-JH-020", True),
        (f"{WEEKLY}-JH-021", False),
    ],
)
def test_an_unknown_number_in_a_gap_may_have_been_given_before_the_restore(
    ledger: Ledger, number: str, lost: bool
) -> None:
    assert not ledger.view.may_be_lost(Number(number))
    ledger.append("a", restore())
    assert ledger.view.may_be_lost(Number(number)) is lost
