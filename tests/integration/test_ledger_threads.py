"""The desk's threads read while the watcher's thread writes: one ledger object for all."""

from __future__ import annotations

import threading
from pathlib import Path

from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.facts import gather
from tests.support.ledger_scenario import OWN, START, case_events, parties, taken


def test_readers_never_stumble_over_a_writer(tmp_path: Path) -> None:
    ledger = EmbeddedLedger.open(tmp_path, clock=lambda: START)
    ledger.append("x", parties(), *case_events(OWN, parties().enterprises[0].id))
    finished = threading.Event()
    trouble: list[BaseException] = []
    reads = [0, 0, 0]

    def read(place: int) -> None:
        try:
            while not finished.is_set():
                before = ledger.head.size
                arrivals = ledger.view.arrivals()
                assert len(arrivals) <= ledger.head.size
                assert ledger.head.size >= before
                assert gather(ledger.view, week=None, case=OWN, at=START).cases[0].case.id == OWN
                reads[place] += 1
        except BaseException as error:
            trouble.append(error)

    readers = [threading.Thread(target=read, args=(place,)) for place in range(3)]
    for reader in readers:
        reader.start()
    for running in range(1, 200):
        ledger.append("watch", taken(running, f"{running}.pdf", str(running)))
    finished.set()
    for reader in readers:
        reader.join()
    assert trouble == []
    assert min(reads) > 0
    assert len(ledger.view.arrivals()) == 199


def test_threads_that_write_side_by_side_leave_one_chain(tmp_path: Path) -> None:
    ledger = EmbeddedLedger.open(tmp_path, clock=lambda: START)

    def write(first: int) -> None:
        for running in range(first, first + 30):
            ledger.append("x", taken(running, "a.pdf", str(running)))

    threads = [threading.Thread(target=write, args=(first,)) for first in (100, 200, 300)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.check_chain() == ledger.head
    assert len(ledger.view.arrivals("taken")) == 90
