"""The bag alone, against bagit-python on the very same files: making it, and checking it."""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import bagit

from bench.result import Figure, figure
from evidence.bundles.bag import BagWriter
from evidence.verify.bag import examine_bag
from evidence.verify.container import open_folder
from evidence.verify.digests import digest_all

INFO = {"Source-Organization": "bench", "Payload-Oxum": "filled in"}
FILE_BYTES = 256 * 1024


def run(quick: bool) -> list[Figure]:
    """A package's worth of scans; both sides hash with SHA-256 only."""
    count = 400 if quick else 2_000
    with tempfile.TemporaryDirectory(prefix="bench-bag-") as name:
        folder = Path(name)
        sources = _sources(folder / "sources", count)

        def ours() -> None:
            writer = BagWriter(folder / "ours")
            for source in sources:
                writer.add_file(f"data/{source.name}", source)
            writer.close(INFO)

        def theirs() -> None:
            shutil.copytree(folder / "sources", folder / "theirs")  # bagit takes a folder over in place
            bagit.make_bag(str(folder / "theirs"), checksums=["sha256"])

        def check_ours() -> None:
            container = open_folder(folder / "ours")
            examined = examine_bag(container, digest_all(container.files))
            assert len(examined.sound) >= count

        def check_theirs() -> None:
            bagit.Bag(str(folder / "ours")).validate()

        def clear() -> None:
            for each in ("ours", "theirs"):
                shutil.rmtree(folder / each)

        made = _in_turns([ours, theirs], clear)
        ours()
        checked = _in_turns([check_ours, check_theirs], lambda: None)
    size = f"{count} files of {FILE_BYTES // 1024} KiB, the same bytes on both sides"
    return [
        figure(
            f"bag: make, {count} files",
            made[0],
            "s",
            peer="bagit-python make_bag on a copy",
            peer_value=made[1],
            target="ratio <= 1",
            met=made[0] <= made[1],
            note=size,
        ),
        figure(
            f"bag: check, {count} files",
            checked[0],
            "s",
            peer="bagit-python validate, the same bag",
            peer_value=checked[1],
            target="ratio <= 1",
            met=checked[0] <= checked[1],
            note=f"{size}; bagit-python in its default single process",
        ),
    ]


def _sources(folder: Path, count: int) -> list[Path]:
    folder.mkdir()
    chance = random.Random(1)
    paths = [folder / f"{number:05d}.pdf" for number in range(count)]
    for path in paths:
        path.write_bytes(chance.randbytes(FILE_BYTES))
    os.sync()
    return paths


def _in_turns(works: list[Callable[[], None]], between: Callable[[], None], rounds: int = 3) -> list[float]:
    """Best seconds of each work, taken in turns so that a busy machine is busy for all."""
    best = [float("inf")] * len(works)
    for _ in range(rounds):
        for number, work in enumerate(works):
            begin = time.perf_counter()
            work()
            best[number] = min(best[number], time.perf_counter() - begin)
        between()
    return best


if __name__ == "__main__":
    for each in run("--quick" in sys.argv):
        print(json.dumps(each, ensure_ascii=False))
