"""An issue that dies half way leaves a gap: its number is never given again, its files are set aside."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from evidence.archive.issued import SET_ASIDE, IssuedStore
from evidence.archive.originals import Originals
from evidence.domain.document import IssuedForm
from evidence.domain.identifiers import Number
from evidence.forms.catalogue import Catalogue, shipped_templates
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import Event
from evidence.ledger.upkeep import NumbersReserved
from evidence.ledger.view import View
from tests.support.first_contract import FIRST_CONTRACT
from tests.support.forms_fixture import NOW, FormsWorld, forms_fixture

pytestmark = [pytest.mark.office, pytest.mark.slow]


def die_before_the_journal(root: Path) -> None:
    """Issue, and be killed after the files are stored and before the journal knows of them."""

    world = reopened(root)

    def also(_view: View, forms: Sequence[IssuedForm]) -> Sequence[Event]:
        if world.issued.pdf_path(forms[0].number).is_file():  # asked first before the numbers are reserved
            os.kill(os.getpid(), 9)
        return ()

    world.issue(world.request("WJ"), also=also)


def issue_two(root: Path) -> None:
    """Two forms from a process of its own."""
    world = reopened(root)
    for _ in range(2):
        world.issue(world.request("WJ"))


def reopened(root: Path) -> FormsWorld:
    """The world as another process finds it."""
    return FormsWorld(
        root=root,
        ledger=EmbeddedLedger.open(root / "ledger", clock=lambda: NOW),
        originals=Originals(root / "originals"),
        issued=IssuedStore(root / "issued"),
        catalogue=Catalogue.load(shipped_templates(), FIRST_CONTRACT.form_texts),
        settings=FIRST_CONTRACT,
    )


def test_what_a_killed_issue_left_is_set_aside_and_the_next_number_is_given(tmp_path: Path) -> None:
    world = forms_fixture(tmp_path)
    before = world.ledger.head.size
    process = multiprocessing.get_context("spawn").Process(target=die_before_the_journal, args=(tmp_path,))
    process.start()
    process.join()
    assert process.exitcode == -9
    number = Number("WJB22-0001-WJ-001")
    assert world.issued.pdf_path(number).is_file(), "killed too early to prove anything"
    (reserved,) = [entry.event for entry in world.ledger.entries(before)]
    assert isinstance(reserved, NumbersReserved)
    assert [each.number for each in reserved.numbers] == [number]
    left = world.issued.pdf_path(number).read_bytes()
    (form,) = world.issue(world.request("WJ"))
    assert form.number == "WJB22-0001-WJ-002"
    assert not world.issued.pdf_path(number).exists()
    assert (tmp_path / "issued" / SET_ASIDE / f"{number}.pdf").read_bytes() == left
    assert sha256(world.issued.pdf_path(form.number).read_bytes()).hexdigest() == form.pdf


def test_two_processes_issue_side_by_side_without_a_gap(tmp_path: Path) -> None:
    world = forms_fixture(tmp_path)
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=issue_two, args=(tmp_path,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        assert process.exitcode == 0
    numbers = sorted(
        document.form.number
        for document in world.ledger.view.documents(world.request("WJ").case)
        if document.form.form == "questionnaire"
    )
    assert numbers == [f"WJB22-0001-WJ-{n:03d}" for n in range(1, 5)]
