"""Kill -9 at random times while two processes write: what was acknowledged must be there."""

from __future__ import annotations

import itertools
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
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import CaseOpened
from evidence.ledger.ledger import Ledger
from evidence.ledger.upkeep import TailCut
from evidence.ledger.view import View

LONGEST_LIFE_S = 0.05
CHECK_EVERY = 25
"""Rounds between two checks of the whole chain by a reader that begins anew."""


def _next_case(round_: int) -> Callable[[View], Sequence[CaseOpened]]:
    """The next number of this round, decided on the fresh view: gapless in spite of every kill."""
    enterprise = EnterpriseId(f"X-{round_}")

    def decide(view: View) -> Sequence[CaseOpened]:
        running = round_ % 20 * 500 + len(view.cases(enterprise))
        case = CaseId(f"WJB{22 + round_ // 20}-{running:04d}")
        return [
            CaseOpened(
                case=Case(id=case, enterprise=enterprise, kind=CaseKind.ANNUAL, opened_on=date(2022, 3, 1))
            )
        ]

    return decide


def _write(ledger: Ledger, round_: int, tell: Callable[[str], object]) -> None:
    """Append for ever, telling each case id after it was acknowledged."""
    while True:
        [event] = ledger.transact("chaos", _next_case(round_))
        assert isinstance(event, CaseOpened)
        tell(event.case.id)


def _child(ledger: Ledger, round_: int) -> tuple[int, int]:
    """A process that goes on with the ledger as its parent has it open: no time is lost on opening."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            _write(ledger, round_, lambda text: os.write(writing, f"{text}\n".encode()))
        finally:
            os._exit(1)
    os.close(writing)
    return child, reading


def run(quick: bool) -> list[Figure]:
    """500 kills (quick: 60); each pair of writers is killed at a random moment."""
    kills = 60 if quick else 500
    chance = random.Random(20220331)
    told: set[str] = set()
    lost = broken = 0
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chaos-ledger-") as name:
        folder = Path(name)
        ledger = EmbeddedLedger.open(folder)
        for round_ in range(kills // 2):
            children = [_child(ledger, round_) for _ in range(2)]
            time.sleep(chance.uniform(0.002, LONGEST_LIFE_S))
            heard: set[str] = set()
            for child, _reading in children:
                os.kill(child, signal.SIGKILL)
            for child, reading in children:
                os.waitpid(child, 0)
                with os.fdopen(reading, "rb") as pipe:
                    heard |= set(pipe.read().decode().split())
            lost += len(heard - {case.id for case in ledger.view.cases(EnterpriseId(f"X-{round_}"))})
            told |= heard
            if round_ % CHECK_EVERY == 0:
                broken += EmbeddedLedger.open(folder, snapshots=False).head != ledger.check_chain()
        anew = EmbeddedLedger.open(folder, snapshots=False)
        broken += anew.check_chain() != anew.head
        cuts = sum(entry.kind == TailCut.KIND for entry in anew.entries())
        cases = [case.id for case in anew.view.cases()]
        lost += len(told - set(cases))
    gapless = len(set(cases)) == len(cases) and all(
        int(after[-4:]) == int(before[-4:]) + 1 or int(after[-4:]) % 500 == 0
        for before, after in itertools.pairwise(sorted(cases))
    )
    seconds = time.monotonic() - begin
    note = (
        f"{len(told)} acknowledged events, {cuts} torn tails cut, {len(cases)} numbers without a gap, "
        f"chain checked anew {kills // 2 // CHECK_EVERY + 1} times, {seconds:.0f} s"
    )
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
