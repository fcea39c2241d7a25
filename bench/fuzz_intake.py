"""Changed files of every accepted kind dropped into an inbox: each must end as one row with its reason."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.fuzz_changes import changed
from bench.fuzz_samples import arrivals
from evidence.domain.arrival_outcome import OUTCOMES
from evidence.domain.document import IssuedForm, IssuedPage
from evidence.domain.identifiers import Number
from evidence.inbox.readers import Recogniser
from evidence.inbox.report import summary
from evidence.ledger.view import Arrival
from tests.support.inbox_fixture import QUICK, Room, open_room, real_pdf
from tests.support.recognition_fixture import Pictures

LIMIT_S = 120.0
"""Seconds by the clock for one small file; a reader may use 30 of a processor."""
_BROKEN = "程序出错"
"""What an arrival says when our own code failed on it."""


@dataclass
class NothingIssued:
    """An agency that has issued no form yet."""

    def issued(self, number: Number) -> IssuedForm | None:
        """None."""

    def geometry(self, number: Number) -> tuple[IssuedPage, ...]:
        """Nothing."""
        return ()

    def pdf(self, number: Number) -> Path:
        """Never asked for."""
        return Path()

    def earlier(self, number: Number, page: int) -> tuple[object, ...]:
        """Nothing."""
        return ()

    def candidates(self) -> Iterator[IssuedForm]:
        """Nobody."""
        return iter(())


def make(seed: int) -> tuple[str, bytes]:
    """Name and bytes of the file of one case."""
    dice = random.Random(seed)
    samples = arrivals()
    name = dice.choice(list(samples))
    content = changed(name.rpartition(".")[2].lower(), samples[name], dice)
    return name, content


def faults(folder: Path, seeds: Sequence[int]) -> dict[int, str]:
    """The cases that went wrong, with what is wrong; all files are taken in one pass.

    A sound file lies beside them: none may hold it up.
    """
    reader = Recogniser(forms=NothingIssued(), previews=Pictures(), settings=QUICK)  # type: ignore[arg-type]
    room = open_room(folder, reader=reader)  # type: ignore[arg-type]
    contents: dict[str, tuple[int, bytes]] = {}
    for seed in seeds:
        name, content = make(seed)
        path = f"{seed}/{name}"
        contents[path] = (seed, content)
        room.drop(path, content)
    room.drop("sound.pdf", real_pdf() + f"\n% {seeds[0]}\n".encode())
    begin = time.monotonic()
    taken = room.ingest()
    spent = time.monotonic() - begin
    rows: dict[str, list[Arrival]] = {}
    for arrival in taken:
        rows.setdefault(arrival.path, []).append(arrival)
    wrong = {
        seed: fault
        for path, (seed, content) in contents.items()
        if (fault := _fault(room, path, content, rows.get(path, [])))
    }
    if [each.outcome for each in rows.get("sound.pdf", [])] != ["unidentified"]:
        wrong.setdefault(seeds[0], "the sound file beside it was not taken as it is")
    if fault := _sums(room, folder, taken):
        wrong.setdefault(seeds[0], fault)
    if spent > LIMIT_S * len(seeds) ** 0.5:
        wrong.setdefault(seeds[0], f"{spent:.0f} s for {len(seeds)} files")
    for arrival in taken:
        if _BROKEN in arrival.message:
            wrong.setdefault(int(arrival.path.partition("/")[0]), f"{arrival.path}: {arrival.message}")
    return wrong


def _fault(room: Room, path: str, content: bytes, rows: list[Arrival]) -> str:
    if len(rows) != 1:
        return f"{len(rows)} rows for one file"
    (row,) = rows
    if row.outcome not in OUTCOMES:
        return f"outcome {row.outcome!r}"
    if row.outcome == "quarantined" and not (row.reason and row.message):
        return "quarantined without reason or words"
    digest = hashlib.sha256(content).hexdigest()
    if row.sha256 is None:
        kept = (room.inbox / path).exists()
        return (
            ""
            if row.outcome in {"waiting", "quarantined"} and kept
            else "neither stored nor left where it was"
        )
    if row.sha256 != digest or room.originals.read(row.sha256) != content:
        return "stored with other bytes"
    return ""


def _sums(room: Room, folder: Path, taken: Sequence[Arrival]) -> str:
    counts = summary(taken)
    if counts["received"] != sum(counts[outcome] for outcome in OUTCOMES):
        return f"the sums differ: {counts}"
    again = {each.id: (each.outcome, each.sha256) for each in open_room(folder).ledger.view.arrivals()}
    now = {each.id: (each.outcome, each.sha256) for each in room.ledger.view.arrivals()}
    return "" if again == now else "the journal tells another story than the view"
