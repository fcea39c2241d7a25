"""Intake killed without warning, again and again, at random moments: what was lost, what came twice?

One workspace lives through all kills while new files keep arriving. A child process takes them in and is
killed after a random time; another begins where it stopped.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

from bench.result import Figure, figure
from evidence.inbox.report import summary
from tests.support.inbox_fixture import CHECK, Room, issue, open_room, real_pdf, scan

FULL, QUICK = 500, 40
LONGEST_S = 0.2
"""A child that lives longer has usually finished; most kills should hit it at work."""
BOUND_S = 240.0


def run(quick: bool) -> list[Figure]:
    """Figures for `bench/results.json`."""
    kills = QUICK if quick else FULL
    dice = random.Random(2022)
    with tempfile.TemporaryDirectory(prefix="bench-chaos-") as name:
        root = Path(name)
        issue(open_room(root).ledger)
        dropped: dict[str, bytes] = {}
        hit = done = 0
        begin = time.monotonic()
        for round_ in range(kills):
            if time.monotonic() - begin > BOUND_S:
                break
            _drop(root, round_, dice, dropped)
            hit += _kill(root, dice.uniform(0.0, LONGEST_S))
            done += 1
        for _ in range(2):
            room = open_room(root)
            room.intake.resume()
            room.intake.run()
        lost, twice, wrong = account(open_room(root), dropped)
        seconds = time.monotonic() - begin
    note = f"{done} kills, {hit} of them at work, {len(dropped)} files, {seconds:.0f} s"
    return [
        figure("chaos: files lost after kill -9", lost, "files", target="0", met=lost == 0, note=note),
        figure("chaos: files taken twice", twice, "files", target="0", met=twice == 0),
        figure("chaos: arrivals whose bytes or sums are wrong", wrong, "", target="0", met=wrong == 0),
    ]


def _drop(root: Path, round_: int, dice: random.Random, dropped: dict[str, bytes]) -> None:
    """A few new files, among them a broken one now and then whose rest never comes."""
    for number in range(dice.randint(1, 3)):
        salt = f"{round_}-{number}"
        content = dice.choice(
            [
                scan(f"{CHECK}/{dice.randint(1, 2)}", salt=salt),
                scan("no_code", salt=salt),
                scan("forged_code", salt=salt),
                real_pdf() + f"% {salt}\n%%EOF\n".encode(),
                scan(f"{CHECK}/1", salt=salt)[:-8],
            ]
        )
        name = f"{salt}.pdf"
        (root / "inbox" / name).write_bytes(content)
        dropped[name] = content


def _kill(root: Path, after_s: float) -> bool:
    """Let a child take files in and kill it; whether it was still alive."""
    child = os.fork()
    if child == 0:
        try:
            room = open_room(root)
            room.intake.resume()
            room.intake.run()
        finally:
            os._exit(0)
    time.sleep(after_s)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def account(room: Room, dropped: dict[str, bytes]) -> tuple[int, int, int]:
    """Files lost, files with more than one arrival, arrivals with other bytes or a sum that fails."""
    arrivals = room.ledger.view.arrivals()
    paths = [arrival.path for arrival in arrivals]
    lost = len(set(dropped) - set(paths))
    wrong = sum(
        1
        for arrival in arrivals
        if arrival.sha256 != hashlib.sha256(dropped[arrival.path]).hexdigest()
        or arrival.sha256 is None
        or room.originals.read(arrival.sha256) != dropped[arrival.path]
    )
    counts = summary(arrivals)
    wrong += counts["received"] != sum(counts.values()) - counts["received"] - counts["ignored"]
    return lost, len(paths) - len(set(paths)), wrong


if __name__ == "__main__":
    for row in run("--quick" in sys.argv):
        print(row)
