"""A backup taken while the inbox is at work: consistent whatever it caught."""

from __future__ import annotations

import threading
from pathlib import Path

from evidence.archive.audit import audit
from evidence.archive.backup import back_up, restore
from evidence.archive.originals import Originals
from evidence.domain.parties import Enterprise, EnterpriseClass
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import PartiesImported
from evidence.ledger.holdings import holdings
from tests.support.ledger_scenario import START, EnterpriseId, digest, taken


def test_every_backup_taken_while_files_come_in_is_whole_and_grows(tmp_path: Path) -> None:
    root, backup = tmp_path / "work", tmp_path / "backup"
    backup.mkdir()
    ledger = EmbeddedLedger.open(root / "archive" / "ledger", clock=lambda: START)
    originals = Originals(root / "archive" / "originals")
    stop = threading.Event()

    def intake() -> None:
        running = 0
        while not stop.is_set():
            running += 1
            originals.put_bytes(str(running).encode())
            ledger.append("watch", taken(running, f"{running}.pdf", str(running)))

    writer = threading.Thread(target=intake)
    writer.start()
    sizes = []
    try:
        for number in range(5):
            back_up(root, backup, at=START, same_disk=True)
            restored = tmp_path / f"restored-{number}"
            restore(backup, restored)
            copy = EmbeddedLedger.open(restored / "archive" / "ledger")
            report = audit(restored / "archive", holdings(copy.entries()))
            assert report.faults == ()
            assert copy.check_chain() == copy.head
            sizes.append(copy.head.size)
    finally:
        stop.set()
        writer.join()
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0]


def test_thousands_of_enterprises_come_in_at_once_and_stay_in_order(tmp_path: Path) -> None:
    ledger = EmbeddedLedger.open(tmp_path, clock=lambda: START)
    enterprises = tuple(
        Enterprise(
            id=EnterpriseId(f"X-{number:05d}"), name=f"企业{number}", short_name=str(number),
            classes=(EnterpriseClass.BELOW_SCALE,),
        )
        for number in reversed(range(3000))
    )  # fmt: skip
    ledger.append("import", PartiesImported(source=digest("x"), enterprises=enterprises))
    assert ledger.view.enterprises() == enterprises[::-1]
    assert ledger.view.enterprise(EnterpriseId("X-02999")) == enterprises[0]
