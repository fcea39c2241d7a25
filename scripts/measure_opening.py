"""How long the comparison of journal and archive takes at every opening of a ledger.

    python scripts/measure_opening.py [--files 50000]

The demo's week is cut at every line, then an archive of so many originals is made, whole and cut by one line.
Each check is timed on a ledger that is already folded; median and worst of wall clock and of this process's
own processor time, in milliseconds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from evidence.config import open_workspace
from evidence.domain.holding import MARK_NAME
from evidence.domain.identifiers import ArrivalId, Sha256
from evidence.ledger import chain
from evidence.ledger.arrival_events import ArrivalTaken
from evidence.ledger.comparison import LedgerBehindError, check_at_opening
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.ledger import Ledger
from evidence.ledger.positions import Positions
from tests.support import sample
from tests.support.kept_workspace import kept_workspace

_REPEATS = 20


def main() -> None:
    """Measure both and print one line each."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--files", type=int, default=50_000)
    files = options.parse_args().files
    with tempfile.TemporaryDirectory() as name:
        _demo_week(Path(name) / "week")
        _large(Path(name) / "large", files)


def _demo_week(root: Path) -> None:
    kept_workspace(root)
    ledger = open_workspace(root).ledger
    assert ledger.positions is not None
    ledger.positions.rebuild(ledger.lines())
    spent = []
    for _n in range(_REPEATS):
        ledger.positions.rebuild(ledger.lines())  # forgets that the checkpoint was compared
        spent.append(_timed(open_workspace(root).ledger_as_found, seen=False))
    _say("the demo's week, whole, tree and package read", spent)
    again = [_timed(open_workspace(root).ledger, seen=False) for _n in range(_REPEATS)]
    _say("the demo's week, whole", again)
    journal = root / "archive/ledger/journal.jsonl"
    whole = journal.read_bytes().splitlines(keepends=True)
    for remembered in ("by its mark", "by its folders only"):
        if remembered != "by its mark":
            (root / "archive" / MARK_NAME).unlink()
        spent = []
        for kept in range(len(whole)):
            journal.write_bytes(b"".join(whole[:kept]))
            spent.append(_timed(open_workspace(root).ledger_as_found, seen=True))
        _say(f"the demo's week, cut at each of its {len(whole)} lines, known {remembered}", spent)


def _large(root: Path, files: int) -> None:
    """An archive of so many originals, each with its line and position."""
    archive = root / "archive"
    originals = archive / "originals"
    for n in range(256):
        (originals / f"{n:02x}").mkdir(parents=True)
    journal = archive / "ledger/journal.jsonl"
    journal.write_bytes(b"".join(_arrivals(_opened(archive), files)))
    whole = _opened(archive)
    for line in whole.lines():
        digest = json.loads(line)["payload"]["sha256"]
        (originals / digest[:2] / digest).touch()
    assert whole.positions is not None
    whole.positions.rebuild(whole.lines())
    _say(f"{files} originals, whole", [_timed(whole, seen=False) for _n in range(_REPEATS)])
    data = journal.read_bytes()
    journal.write_bytes(data[: data.rindex(b"\n", 0, -1) + 1])
    cut = _opened(archive)
    _say(f"{files} originals, the last line cut", [_timed(cut, seen=True) for _n in range(_REPEATS)])


def _arrivals(ledger: Ledger, count: int) -> Iterator[bytes]:
    """The lines of so many arrivals, as a ledger writes them: the first is its own."""
    first = ArrivalTaken(
        arrival=ArrivalId("A-20220401-00000"), path="0.pdf", sha256=Sha256("0" * 64), bytes=0,
        received_at=sample.FRIDAY, media_type="application/pdf",
    )  # fmt: skip
    ledger.append("measure", first, at=sample.FRIDAY)
    fields = json.loads(next(iter(ledger.lines())))
    told = {name: fields[name] for name in ("actor", "at", "kind", "payload")}
    digest = chain.START
    for n in range(count):
        told["payload"] |= {
            "arrival": f"A-20220401-{n:05d}",
            "path": f"{n}.pdf",
            "sha256": f"{n * 0x9E3779B97F4A7C15 % 2**64:016x}" * 4,
        }
        line, digest = chain.seal(told, seq=n, prev=digest)
        yield line + b"\n"


def _opened(archive: Path) -> Ledger:
    ledger = EmbeddedLedger.open(archive / "ledger", snapshots=False)
    ledger.positions = Positions(archive)
    return ledger


def _timed(ledger: Ledger, *, seen: bool) -> tuple[float, float]:
    """Wall clock and processor milliseconds of one check; `seen` is whether it must find the cut."""
    assert ledger.view.head is not None
    found = False
    wall, processor = time.perf_counter(), time.process_time()
    with suppress(LedgerBehindError):
        check_at_opening(ledger, "WJB")
        found = True
    spent = (time.perf_counter() - wall) * 1000, (time.process_time() - processor) * 1000
    assert found is not seen, "the check was to find the cut, and only the cut"
    return spent


def _say(what: str, spent: list[tuple[float, float]]) -> None:
    figures: list[Callable[[list[float]], float]] = [statistics.median, max]
    wall, processor = ([each[n] for each in spent] for n in (0, 1))
    words = [f"{figure(values):.1f}" for values in (wall, processor) for figure in figures]
    print(
        f"{what}: wall median {words[0]} ms, worst {words[1]} ms; "
        f"processor median {words[2]} ms, worst {words[3]} ms"
    )


if __name__ == "__main__":
    main()
