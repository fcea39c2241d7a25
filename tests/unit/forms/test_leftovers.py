"""Files that no line speaks of: a crash's are set aside, a lost journal's stop everything."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.archive.issued import SET_ASIDE, IssuedStore
from evidence.archive.originals import Originals
from evidence.domain.identifiers import Number
from evidence.errors import ExitCode
from evidence.forms.leftovers import settle_archive, settle_leftovers
from evidence.ledger.comparison import LedgerBehindError, compare
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import FormIssued
from evidence.ledger.ledger import Ledger
from evidence.ledger.positions import Positions
from evidence.ledger.upkeep import NumbersReserved, Reserved
from tests.support.ledger_scenario import OWN, START, form

ISSUED, LEFT, STRAY = (Number(f"{OWN}-JC-00{n}") for n in (1, 2, 3))


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A form issued, one that a crash left after its number was reserved, and files nobody spoke of."""
    store = IssuedStore(tmp_path / "issued")
    for number in (ISSUED, LEFT, STRAY):
        store.put(number, pdf=number.encode(), docx=b"docx", data=b"{}", geometry=b"[]")
    ledger = opened(tmp_path)
    ledger.append("a", FormIssued(form=form(OWN, 1)), reserved(LEFT))
    return tmp_path


def opened(archive: Path) -> Ledger:
    ledger = EmbeddedLedger.open(archive / "ledger", clock=lambda: START)
    ledger.positions = Positions(archive)
    return ledger


def reserved(number: Number) -> NumbersReserved:
    return NumbersReserved(numbers=(Reserved(number=number, form="inspection-record"),))


def test_what_has_no_position_is_set_aside_named_and_its_number_stays_a_gap(archive: Path) -> None:
    store, ledger = IssuedStore(archive / "issued"), opened(archive)
    before = compare(ledger, "WJB")
    assert {Path(place).name.partition(".")[0] for place in before.leftovers} == {LEFT, STRAY}
    assert before.problems == ()
    settle_leftovers([OWN], ledger, store)
    assert store.pdf_path(ISSUED).read_bytes() == ISSUED.encode()
    for number in (LEFT, STRAY):
        assert not store.pdf_path(number).exists()
        assert (archive / "issued" / SET_ASIDE / f"{number}.pdf").read_bytes() == number.encode()
    after = compare(ledger, "WJB")
    assert {Path(place).parent.name for place in after.leftovers} == {SET_ASIDE}
    assert len(after.leftovers) == len(before.leftovers)
    assert max(ledger.view.next_running(OWN, "JC"), store.highest(OWN, "JC") + 1) == 4


def test_in_an_archive_that_remembers_nothing_a_stray_form_stays(archive: Path) -> None:
    for path in archive.rglob("position*"):
        path.unlink()
    store, ledger = IssuedStore(archive / "issued"), opened(archive)
    settle_leftovers([OWN], ledger, store)
    assert store.pdf_path(STRAY).read_bytes() == STRAY.encode()
    assert store.highest(OWN, "JC") == 3


def test_a_form_that_a_position_vouches_for_stops_the_issue(archive: Path) -> None:
    ledger = opened(archive)
    ledger.append("a", FormIssued(form=form(OWN, 3)))
    journal = archive / "ledger" / "journal.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-1]))
    with pytest.raises(LedgerBehindError) as stopped:
        settle_leftovers([OWN], opened(archive), IssuedStore(archive / "issued"))
    assert stopped.value.exit_code is ExitCode.LEDGER_DAMAGED
    assert STRAY in stopped.value.where


def test_doctor_sets_drafts_aside_while_nobody_issues(archive: Path) -> None:
    store, ledger = IssuedStore(archive / "issued"), opened(archive)
    originals = Originals(archive / "originals")
    with opened(archive).alone("issuing", 1):
        assert settle_archive(ledger, "WJB", store, originals).moved == ()
    assert store.pdf_path(LEFT).exists()
    done = settle_archive(ledger, "WJB", store, originals)
    assert {Path(place).name.partition(".")[0] for place in done.moved} == {LEFT, STRAY}
    assert done.kept == ()
    assert (archive / "issued" / SET_ASIDE / f"{STRAY}.pdf").read_bytes() == STRAY.encode()
    assert store.pdf_path(ISSUED).exists()
    again = settle_archive(ledger, "WJB", store, originals)
    assert again.moved == ()
    assert {Path(place).parent.name for place in again.kept} == {SET_ASIDE}
