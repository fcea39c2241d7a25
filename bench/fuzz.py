"""Files of every accepted kind and packages, changed by what knows their structure: `python -m bench fuzz`.

Ten minutes, with `--quick` one. Each case is made from its number; the keys
that sign packages are new in each run, so the file of a fault is kept in `bench/out/fuzz`:

    python -m bench.fuzz --seconds 600             numbers drawn anew, printed at the beginning
    python -m bench.fuzz --first 7000 --count 500  these numbers
    python -m bench.fuzz --case verify:7123 --keep DIR   one case again, its file kept
"""

from __future__ import annotations

import argparse
import contextlib
import secrets
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import fuzz_inputs, fuzz_intake, fuzz_verify
from bench.result import Figure, figure
from tests.support.packing import to_folder
from tests.support.pki import shared_pki

FULL_S, QUICK_S = 600.0, 60.0
_TOGETHER = 12
"""Files of one pass over the inbox, in each round beside so many packages and PDFs, and input files."""
_VERIFIED = _TYPED = 4
_HANG_S = 900
KEPT = Path(__file__).parent / "out" / "fuzz"
"""Where the file of each fault is kept: keys are made anew by each process, and signatures with them."""


class HungError(Exception):
    """The main process itself did not come back."""


@dataclass(kw_only=True)
class Outcome:
    """What a run did."""

    arrivals: int = 0
    verified: int = 0
    typed: int = 0
    faults: dict[str, str] = field(default_factory=dict)
    """By case, as `--case` takes it."""

    @property
    def tried(self) -> str:
        """How much."""
        return f"{self.arrivals} files, {self.verified} packages and PDFs, {self.typed} input files"


def run(quick: bool) -> list[Figure]:
    """Figures for `bench/results.json`."""
    first = secrets.randbelow(10**9)
    outcome = explore(first, seconds=QUICK_S if quick else FULL_S)
    note = f"{outcome.tried}, from number {first} on"
    wrong = [case for case, what in outcome.faults.items() if "passed" in what]
    other = sorted(outcome.faults.keys() - set(wrong))
    return [
        figure(
            "fuzz: crashes, hangs and files not accounted for",
            len(other),
            "cases",
            target="0",
            met=not other,
            note="; ".join([note, *other]),
        ),
        figure(
            "fuzz: changed packages and PDFs that passed",
            len(wrong),
            "cases",
            target="0",
            met=not wrong,
            note="; ".join([note, *wrong]),
        ),
    ]


def explore(first: int, *, seconds: float | None = None, count: int | None = None) -> Outcome:
    """Cases from a number on, until the time is over or so many were tried.

    Every fault is printed with the command that makes it again.
    """
    print(f"fuzz: from number {first} on", file=sys.stderr, flush=True)
    outcome = Outcome()
    deadline = None if seconds is None else time.monotonic() + seconds
    number = first
    while (deadline is None or time.monotonic() < deadline) and (count is None or number < first + count):
        size = _TOGETHER if count is None else min(_TOGETHER, first + count - number)
        seeds = range(number, number + size)
        faults = {f"intake:{seed}": what for seed, what in _intake(list(seeds)).items()}
        outcome.arrivals += size
        for seed in seeds[:_VERIFIED]:
            if what := _verify(seed):
                faults[f"verify:{seed}"] = what
            outcome.verified += 1
        faults |= {f"input:{seed}": what for seed, what in _inputs(list(seeds[:_TYPED])).items()}
        outcome.typed += len(seeds[:_TYPED])
        for case, what in faults.items():
            _keep(case, KEPT / case.replace(":", "-"))
            print(
                f"{case}: {what}\n  again: python -m bench.fuzz --case {case}\n  its file: {KEPT}",
                file=sys.stderr,
                flush=True,
            )
        outcome.faults |= faults
        number += size
    return outcome


def _intake(seeds: list[int]) -> dict[int, str]:
    return _together(fuzz_intake.faults, seeds)


def _inputs(seeds: list[int]) -> dict[int, str]:
    return _together(fuzz_inputs.faults, seeds)


def _together(faults: Callable[[Path, list[int]], dict[int, str]], seeds: list[int]) -> dict[int, str]:
    """Faults of one pass; a pass that breaks is taken apart to find the file that breaks it."""
    try:
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder, _ended_when_hung():
            return faults(Path(folder), seeds) if seeds else {}
    except Exception as error:
        if len(seeds) == 1:
            return {seeds[0]: _told(error)}
        found: dict[int, str] = {}
        for seed in seeds:
            found |= _together(faults, [seed])
        return found or {seeds[0]: f"only together with the next {len(seeds) - 1}: {_told(error)}"}


def _verify(seed: int) -> str:
    try:
        with tempfile.TemporaryDirectory(prefix="fuzz-") as folder, _ended_when_hung():
            return fuzz_verify.fault(Path(folder), seed)
    except Exception as error:
        return _told(error)


def _told(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})"


@contextlib.contextmanager
def _ended_when_hung() -> Iterator[None]:
    """An alarm for the main process; children have limits of their own."""

    def rang(_signal: int, _frame: Any) -> None:
        raise HungError(f"no answer within {_HANG_S} s")

    earlier = signal.signal(signal.SIGALRM, rang)
    signal.alarm(_HANG_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, earlier)


def _keep(case: str, folder: Path) -> None:
    """Write the file of a case where a person can look at it."""
    kind, _colon, number = case.partition(":")
    folder.mkdir(parents=True, exist_ok=True)
    if kind in {"intake", "input"}:
        name, content = (fuzz_intake if kind == "intake" else fuzz_inputs).make(int(number))
        (folder / name).write_bytes(content)
        return
    made = fuzz_verify.make(int(number))
    (folder / "root.pem").write_bytes(shared_pki().root.pem)
    if made.files is not None:
        to_folder(made.files, folder / fuzz_verify.NAME)
    else:
        (folder / f"{fuzz_verify.NAME}.{'pdf' if made.pdf else 'zip'}").write_bytes(made.pdf or made.archive)


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; 1 when there is a fault."""
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=None, help=f"default {FULL_S:.0f} without --count")
    parser.add_argument("--first", type=int, default=None, help="first number; default: drawn")
    parser.add_argument("--count", type=int, default=None, help="numbers to try")
    parser.add_argument("--case", default="", metavar="KIND:NUMBER", help="one case of an earlier run")
    parser.add_argument(
        "--keep", type=Path, default=None, metavar="DIR", help="write the file of --case there"
    )
    given = parser.parse_args(arguments)
    if given.case:
        if given.keep:
            _keep(given.case, given.keep)
        kind, _colon, number = given.case.partition(":")
        seed = int(number)
        found = {"intake": _intake, "input": _inputs}.get(kind, lambda _seeds: {seed: _verify(seed)})([seed])
        what = found.get(seed, "")
        print(what or "nothing wrong")
        return int(bool(what))
    first = secrets.randbelow(10**9) if given.first is None else given.first
    seconds = FULL_S if given.seconds is None and given.count is None else given.seconds
    outcome = explore(first, seconds=seconds, count=given.count)
    print(f"{outcome.tried}, {len(outcome.faults)} faults")
    return int(bool(outcome.faults))


if __name__ == "__main__":
    raise SystemExit(main())
