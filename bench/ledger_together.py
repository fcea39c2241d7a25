"""Many processes appending side by side: what group commit is worth.

The peer is the same ledger with its sync inside the lock, so that each writer waits for each other's.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bench.result import Figure, figure
from evidence.domain.case import Case, CaseKind
from evidence.domain.identifiers import CaseId, EnterpriseId
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import CaseOpened

if TYPE_CHECKING:
    from _typeshed import HasFileno

WRITERS = 8


class SyncInTheLock(EmbeddedLedger):
    """As an append was before: lock, append, sync, unlock."""

    def append(self, actor: str, *events: object, **more: object) -> tuple[int, ...]:
        """One after the other."""
        with self._writing():
            start = self._position.offset
            written = self._write(actor, events, None)  # type: ignore[arg-type]
            self._journal.settle(start, self._position.offset, self._journal.epoch())
        return written


def _event(writer: int, number: int) -> CaseOpened:
    case = CaseId(f"WJB{22 + writer}-{number:04d}")
    enterprise = EnterpriseId(f"91320412MA{writer:02d}{number:05d}X")
    return CaseOpened(
        case=Case(id=case, enterprise=enterprise, kind=CaseKind.ANNUAL, opened_on=date(2022, 3, 1))
    )


@contextmanager
def slower_syncs(seconds: float) -> Iterator[None]:
    """Every sync takes that much longer, as on a hard disk or a network share."""
    real = os.fsync

    def slow(fd: int | HasFileno) -> None:
        real(fd)
        time.sleep(seconds)

    os.fsync = slow
    try:
        yield
    finally:
        os.fsync = real


def appends_a_second(folder: Path, kind: type[EmbeddedLedger], writers: int, each: int) -> float:
    """Acknowledged events a second of that many processes together."""
    kind.open(folder)
    reading, writing = os.pipe()
    children = []
    for writer in range(writers):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                ledger = kind.open(folder)
                os.read(reading, 1)
                for number in range(each):
                    ledger.append("bench", _event(writer, number))
                code = 0
            except Exception:
                traceback.print_exc()
            finally:
                os._exit(code)
        children.append(child)
    time.sleep(0.3)  # all have opened it and wait for the start
    begin = time.perf_counter()
    os.write(writing, b"x" * writers)
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    seconds = time.perf_counter() - begin
    os.close(reading)
    os.close(writing)
    assert codes == [0] * writers, codes
    assert kind.open(folder).check_chain().size == writers * each
    return writers * each / seconds


def run(quick: bool) -> list[Figure]:
    """On this disk, and on one whose sync takes ten milliseconds; best of three taken in turns."""
    each, rounds = (25, 2) if quick else (60, 3)
    return [_figure("on this disk", 0.0, each, rounds), _figure("sync 10 ms slower", 0.01, each, rounds)]


def _figure(where: str, slower_s: float, each: int, rounds: int) -> Figure:
    best = {"one": 0.0, "serial": 0.0, "group": 0.0}
    works = {
        "one": (EmbeddedLedger, 1),
        "serial": (SyncInTheLock, WRITERS),
        "group": (EmbeddedLedger, WRITERS),
    }
    with slower_syncs(slower_s):
        for round_ in range(rounds):
            for name, (kind, writers) in works.items():
                with tempfile.TemporaryDirectory(prefix="bench-together-") as folder:
                    rate = appends_a_second(Path(folder) / f"{name}{round_}", kind, writers, each)
                    best[name] = max(best[name], rate)
    return figure(
        f"ledger: {WRITERS} processes appending side by side, {where}",
        best["group"],
        "events/s",
        peer="the same with the sync inside the lock",
        peer_value=best["serial"],
        note=f"one process alone: {best['one']:.0f} events/s; every event acknowledged after its sync",
    )


if __name__ == "__main__":
    for row in run("--quick" in sys.argv):
        print(json.dumps(row, ensure_ascii=False))
