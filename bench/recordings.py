"""Registering recorder footage: time per file beyond hashing, and hashing against `sha256sum`."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.result import Figure, figure
from evidence.domain.identifiers import ArrivalId
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.view import View
from evidence.recordings.read import hash_file
from evidence.recordings.register import register_in_place
from evidence.recordings.settings import RecordingsSettings
from tests.support.clips import make_clip

TARGET_MS = 60
NOW = datetime(2022, 4, 1, 7, tzinfo=UTC)


def run(quick: bool) -> list[Figure]:
    """Figures for `bench/results.json`."""
    with tempfile.TemporaryDirectory(prefix="bench-recordings-") as name:
        folder = Path(name)
        return [_registering(folder, 100 if quick else 1_000), *_hashing(folder, 256 if quick else 1_024)]


def _registering(folder: Path, count: int) -> Figure:
    clip = make_clip(folder / "clip.mp4", seconds=20).read_bytes()
    files = []
    for number in range(count):
        start = datetime(2022, 3, 14, 9, 30) + timedelta(minutes=number)  # noqa: DTZ001 wall time
        path = folder / f"0012345_000123_{start:%Y%m%d%H%M%S}.MP4"
        # A free box makes each file's digest its own without encoding again.
        path.write_bytes(clip + struct.pack(">I4sQ", 16, b"free", number))
        files.append(path)
    begin = time.perf_counter()
    for path in files:
        hash_file(path)
    hashing = time.perf_counter() - begin
    ledger = EmbeddedLedger.open(folder / "ledger", clock=lambda: NOW)
    numbers = iter(range(1, count + 1))

    def number_of(view: View, now: datetime) -> ArrivalId:
        return ArrivalId(f"A-20220401-{next(numbers):04d}")

    begin, cpu = time.perf_counter(), time.process_time()
    done = sum(
        1
        for _each in register_in_place(
            files,
            ledger=ledger,
            settings=RecordingsSettings(),
            actor="bench",
            now=lambda: NOW,
            number=number_of,
        )
    )
    spent, cpu = time.perf_counter() - begin, time.process_time() - cpu
    each_ms = (spent - hashing) / done * 1_000
    return figure(
        f"recordings: registering {done} files, per file beyond hashing",
        each_ms,
        "ms",
        target=f"<= {TARGET_MS} ms",
        met=each_ms <= TARGET_MS,
        note=f"box walk, MediaInfo, six samples of picture and sound, assignment, two fsyncs; 20 s clips; "
        f"{cpu / done * 1_000:.0f} ms of CPU a file, hashing included",
    )


def _hashing(folder: Path, megabytes: int) -> list[Figure]:
    program = shutil.which("sha256sum")
    if program is None:
        return []
    path = folder / "big.bin"
    block = os.urandom(1 << 20)
    with path.open("wb") as stream:
        for _number in range(megabytes):
            stream.write(block)
    ours, theirs = [], []
    for _round in range(3):
        begin = time.perf_counter()
        hash_file(path)
        ours.append(time.perf_counter() - begin)
        begin = time.perf_counter()
        subprocess.run([program, str(path)], check=True, stdout=subprocess.DEVNULL)
        theirs.append(time.perf_counter() - begin)
    speed, peer = megabytes / min(ours), megabytes / min(theirs)
    return [
        figure(
            f"recordings: SHA-256 of {megabytes} MiB",
            speed,
            "MiB/s",
            peer="sha256sum",
            peer_value=peer,
            target=">= 0.9 x sha256sum",
            met=speed >= 0.9 * peer,
        )
    ]


if __name__ == "__main__":
    for row in run("--quick" in sys.argv):
        print(row)
