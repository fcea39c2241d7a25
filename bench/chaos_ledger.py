"""Kill -9 at random times while two processes write: what was acknowledged must be there."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from bench.result import Figure, figure
from evidence.domain.case import Case, CaseKind
from evidence.domain.identifiers import CaseId, EnterpriseId
from evidence.ledger.events import CaseOpened, TailCut
from evidence.ledger.ledger import Ledger
from evidence.ledger.view import View

LONGEST_LIFE_S = 0.12


def _next_case(view: View) -> Sequence[CaseOpened]:
    running = len(view.cases()) + 1
    case = Case(
        id=CaseId(f"WJB{22 + running // 10_000}-{running % 10_000:04d}"),
        enterprise=EnterpriseId("X-1"),
        kind=CaseKind.ANNUAL,
        opened_on=date(2022, 3, 1),
    )
    return [CaseOpened(case=case)]


def _write(folder: Path, tell: Callable[[str], None]) -> None:
    """Append for ever, telling each case id after it was acknowledged."""
    ledger = Ledger.open(folder)
    while True:
        [event] = ledger.transact("chaos", _next_case)
        assert isinstance(event, CaseOpened)
        tell(event.case.id)


def _child(folder: Path) -> tuple[int, int]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            _write(folder, lambda text: os.write(writing, f"{text}\n".encode()) and None)
        finally:
            os._exit(1)
    os.close(writing)
    return child, reading


def run(quick: bool) -> list[Figure]:
    """500 kills (quick: 60); each pair of writers is killed at a random moment."""
    kills = 60 if quick else 500
    chance = random.Random(20220331)
    lost = broken = acknowledged = 0
    with tempfile.TemporaryDirectory(prefix="chaos-ledger-") as name:
        folder = Path(name)
        for _round in range(kills // 2):
            children = [_child(folder) for _ in range(2)]
            time.sleep(chance.uniform(0.01, LONGEST_LIFE_S))
            told: set[str] = set()
            for child, _reading in children:
                os.kill(child, signal.SIGKILL)
            for child, reading in children:
                os.waitpid(child, 0)
                with os.fdopen(reading, "rb") as pipe:
                    told |= set(pipe.read().decode().split())
            ledger = Ledger.open(folder)
            held = {case.id for case in ledger.view.cases()}
            lost += len(told - held)
            acknowledged += len(told)
            broken += ledger.check_chain() != ledger.head
        cuts = sum(entry.kind == TailCut.KIND for entry in ledger.entries())
        cases = ledger.view.cases()
    note = f"{acknowledged} acknowledged events, {cuts} torn tails cut, {len(cases)} numbers without a gap"
    gapless = len({case.id for case in cases}) == len(cases)
    return [
        figure(
            f"ledger: acknowledged events lost in {kills} random kills -9",
            lost,
            "events",
            target="0",
            met=lost == 0 and broken == 0 and gapless,
            note=note,
        )
    ]


if __name__ == "__main__":
    for each in run("--quick" in sys.argv):
        print(json.dumps(each, ensure_ascii=False))
