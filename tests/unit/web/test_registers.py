"""Entries of the registers as they are typed at the desk."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from evidence.errors import UsageError
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.view import View
from evidence.rules.registers import BY_ID, REGISTERS, Register
from evidence.web.register_form import LABELS, asked_of, entry_of, hint_of, key_words, keys_of
from tests.support import sample

TODAY = date(2022, 4, 1)


@pytest.fixture
def view(tmp_path: Path) -> View:
    ledger = EmbeddedLedger.open(tmp_path / "ledger")
    ledger.append("test", *sample.journal_events(sample.week_facts()))
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


def test_what_a_register_lists_is_chosen_and_never_typed() -> None:
    documents = BY_ID["contract-document"]
    assert keys_of(documents)[0] == ("tender", "招标文件")
    assert key_words(documents, "annex") == "合同附件"
    assert hint_of(documents) == ""
    assert [value for value, _words in keys_of(BY_ID["materials-submission"])] == ["2", "3", "4", "5", "6"]
    (status,) = asked_of(documents)
    assert (status.label, status.choices) == ("状态", ("已归档", "未提供"))


@pytest.mark.parametrize("register", REGISTERS, ids=lambda each: each.id)
def test_no_register_asks_for_a_word_of_the_program(register: Register) -> None:
    words = [register.title, hint_of(register), *(words for _value, words in keys_of(register))]
    words += [word for each in asked_of(register) for word in (each.label, *each.choices)]
    assert not [word for word in words if re.search("[a-z]{2}", word)]
