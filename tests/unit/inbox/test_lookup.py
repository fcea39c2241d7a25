"""Which issued forms a page without a readable code is compared with."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.archive.issued import IssuedStore
from evidence.domain.document import IssuedForm
from evidence.domain.identifiers import Number
from evidence.inbox import lookup
from evidence.inbox.lookup import LedgerForms
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import FormVoided
from tests.support.inbox_fixture import NOW, issue

NUMBERS = [Number(f"WJB22-000{case}-JC-001") for case in range(1, 6)]


@pytest.fixture
def forms(tmp_path: Path) -> LedgerForms:
    """Five cases with a record each, their PDFs in the store."""
    ledger, store = (
        EmbeddedLedger.open(tmp_path / "ledger", clock=lambda: NOW),
        IssuedStore(tmp_path / "issued"),
    )
    for number in NUMBERS:
        issue(ledger, number)
        place = store.pdf_path(number)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"%PDF-")
    return LedgerForms(view=lambda: ledger.view, store=store)


def offered(forms: LedgerForms) -> list[str]:
    return [form.number for form in forms.candidates()]


def test_the_newest_cases_come_first(forms: LedgerForms) -> None:
    assert offered(forms) == NUMBERS[::-1]


def test_void_forms_and_those_whose_pdf_is_elsewhere_are_left_out(forms: LedgerForms, tmp_path: Path) -> None:
    forms.store.pdf_path(NUMBERS[3]).unlink()
    ledger = EmbeddedLedger.open(tmp_path / "ledger", clock=lambda: NOW)
    ledger.append("x", FormVoided(number=NUMBERS[1], why="打印模糊"))
    again = LedgerForms(view=lambda: ledger.view, store=forms.store)
    assert offered(again) == [NUMBERS[4], NUMBERS[2], NUMBERS[0]]


@pytest.mark.parametrize("block", [1, 2, 64])
def test_cases_older_than_the_newest_few_are_not_even_read(
    forms: LedgerForms, monkeypatch: pytest.MonkeyPatch, block: int
) -> None:
    monkeypatch.setattr(lookup, "_CASES", 3)
    monkeypatch.setattr(lookup, "_BLOCK", block)
    assert offered(forms) == NUMBERS[:1:-1]


def test_the_first_candidate_costs_one_block_of_cases(
    forms: LedgerForms, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[object] = []
    view = forms.view()
    documents = view.documents
    monkeypatch.setattr(view, "documents", lambda case: read.append(case) or documents(case))
    first: IssuedForm = next(LedgerForms(view=lambda: view, store=forms.store).candidates())
    assert (first.number, len(read)) == (NUMBERS[4], 1)
