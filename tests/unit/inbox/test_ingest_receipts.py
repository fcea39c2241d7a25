"""The regulator's receipt comes back through the inbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.domain.identifiers import Number, Sha256
from evidence.domain.register import Package
from evidence.ledger.events import PackageBuilt
from tests.support.inbox_fixture import NOW, Room, issue, open_room, scan


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = open_room(tmp_path)
    issue(room.ledger)
    return room


RECEIPT = Number("WJB22-0000-HS-003")


def handed_over(room: Room) -> None:
    issue(room.ledger, RECEIPT, form="handover-receipt")
    package = Package(
        id="WJB-2022-W13",
        week="2022-W13",
        built_at=NOW,
        sha256=Sha256("5" * 64),
        complete=True,
        tree_size=1,
        root="6" * 64,
        list_number="WJB22-0000-YD-003",
    )
    room.ledger.append("test", PackageBuilt(package=package))


def test_the_regulator_s_receipt_comes_back_through_the_scanner(room: Room) -> None:
    handed_over(room)
    arrival = room.take("回执.pdf", scan(f"{RECEIPT}/1", f"{RECEIPT}/2"))
    assert "WJB-2022-W13 的接收回执已登记" in arrival.message
    (receipt,) = room.ledger.view.receipts()
    assert (receipt.package, receipt.manner, receipt.source) == ("WJB-2022-W13", "scan", arrival.sha256)


def test_a_receipt_nobody_signed_is_no_receipt_yet(room: Room) -> None:
    handed_over(room)
    room.reader.absent.add((RECEIPT, 2, "escort"))
    arrival = room.take("回执.pdf", scan(f"{RECEIPT}/1", f"{RECEIPT}/2"))
    assert arrival.outcome == "linked"
    assert "第2页未见" in arrival.message
    assert room.ledger.view.receipts() == ()
