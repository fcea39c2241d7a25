"""Entries of the registers as they are typed at the desk."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from evidence.errors import UsageError
from evidence.ledger.ledger import Ledger
from evidence.ledger.view import View
from evidence.rules.registers import BY_ID, REGISTERS, Register
from evidence.web.register_form import LABELS, asked_of, entry_of
from tests import world

TODAY = date(2022, 4, 1)


@pytest.fixture
def view(tmp_path: Path) -> View:
    ledger = Ledger.open(tmp_path / "ledger")
    ledger.append("test", *world.journal_events(world.week_facts()))
    return ledger.view


@pytest.mark.parametrize("register", REGISTERS, ids=lambda each: each.id)
def test_every_register_can_be_asked_for(register: Register) -> None:
    asked = asked_of(register)
    assert set(register.about) <= set(LABELS)
    assert len({each.name for each in asked}) == len(register.about) + len(register.data or {})


def test_what_is_typed_becomes_the_entry(view: View) -> None:
    sent = {"key": "T-1", "on": "2022-03-01", "person": "P2", "data|topic": "职业道德", "data|other": "x"}
    entry = entry_of(BY_ID["training"], sent, view, TODAY)
    assert (entry.key, entry.on, entry.person) == ("T-1", date(2022, 3, 1), "P2")
    assert entry.data == {"topic": "职业道德"}


def test_a_receipt_may_come_later(view: View) -> None:
    sent = {"key": "2022-1", "valid_from": "2022-03-01", "valid_to": "2022-03-05"}
    entry = entry_of(BY_ID["force-majeure-notice"], sent, view, TODAY)
    assert (entry.on, entry.receipt_on) == (TODAY, None)


@pytest.mark.parametrize(
    ("register", "sent"),
    [
        ("training", {"person": "P2"}),
        ("training", {"key": "T-1"}),
        ("training", {"key": "T-1", "person": "P99"}),
        ("training", {"key": "T-1", "person": "P2", "on": "昨天"}),
        ("appeal", {"key": "1", "case": "WJB22-0999"}),
        ("questionnaire", {"key": "1", "visit": "WJB22-0001-V9"}),
        ("risk-list", {"key": "1", "enterprise": "没有这家"}),
    ],
)
def test_what_is_missing_or_unknown_is_refused(view: View, register: str, sent: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        entry_of(BY_ID[register], sent, view, TODAY)
