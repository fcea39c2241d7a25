"""A mixed stack of 200 pages as intake takes it, against the least that any reading of it must do.

The floor decodes every JPEG, looks once for codes with zxing and hashes the file twice, on both cores. Intake
also finds whose page each is, judges its marks, keeps pictures for people and journals what it found.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import cv2
import img2pdf
import numpy as np
import zxingcpp

from bench.recognition_cost import scans
from bench.recognition_forms import issued_samples
from bench.result import Figure, figure
from evidence.config import open_workspace
from evidence.demo.scan_files import write_scans
from evidence.settings import SETTINGS_FILE

PAGES, DIFFERENT, QUICK_PAGES, QUICK_DIFFERENT = 200, 25, 24, 6
DPI, TARGET = 300, 1.4
FIRST_SEED = 9_000_000


def run(quick: bool) -> list[Figure]:
    """Figures for `bench/results.json`."""
    cv2.setNumThreads(1)
    count, different = (QUICK_PAGES, QUICK_DIFFERENT) if quick else (PAGES, DIFFERENT)
    with tempfile.TemporaryDirectory(prefix="bench-stack-") as name:
        root = Path(name) / "workspace"
        _forms, samples = issued_samples(root / "archive")
        (root / SETTINGS_FILE).write_text(
            '[contract]\ncode = "WJB"\n[inbox]\nsettle_s = 0.0\n', encoding="utf-8"
        )
        pages = [
            write_scans([scan], Path(name) / f"{number}.jpg").read_bytes()
            for number, scan in enumerate(scans(samples, different, FIRST_SEED, DPI))
        ]
        stack = [pages[number % different] for number in range(count)]
        warm, whole = Path(name) / "warm.pdf", Path(name) / "stack.pdf"
        warm.write_bytes(img2pdf.convert(pages))
        whole.write_bytes(img2pdf.convert(stack))
        floor_s = floor(whole, stack)
        spent = intake(root, warm, whole)
        size = whole.stat().st_size
    return [
        figure(
            f"stack: {count} pages at {DPI} dpi taken in, recognised, journalled",
            spent,
            "s",
            peer="JPEG decode, one zxing pass, SHA-256 twice, both cores",
            peer_value=floor_s,
            target=f"<= {TARGET} x" if not quick else "",
            met=spent <= TARGET * floor_s if not quick else None,
            note=(
                f"one PDF of {size / 1e6:.0f} MB, {different} different pages in turn, "
                f"{count / spent:.1f} pages/s, floor {count / floor_s:.1f} pages/s"
            ),
        )
    ]


def floor(path: Path, pages: Sequence[bytes]) -> float:
    """Seconds; the processes are there before the clock starts."""
    width = os.cpu_count() or 1
    with ProcessPoolExecutor(width, get_context("spawn")) as pool:
        list(pool.map(_page, pages[:width]))
        begin = time.perf_counter()
        hashes = [pool.submit(_hash, path) for _ in range(2)]
        list(pool.map(_page, pages))
        for each in hashes:
            each.result()
        return time.perf_counter() - begin


def _page(data: bytes) -> int:
    cv2.setNumThreads(1)
    gray = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_GRAYSCALE)
    return len(zxingcpp.read_barcodes(gray))


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def intake(root: Path, warm: Path, stack: Path) -> float:
    """Seconds for the stack; its different pages went before it, so that readers and references are ready."""
    inbox = root / "inbox"
    inbox.mkdir()
    taking = open_workspace(root).intake
    shutil.copyfile(warm, inbox / "warm.pdf")
    taking.run()
    shutil.copyfile(stack, inbox / "stack.pdf")
    os.sync()
    begin = time.perf_counter()
    result = taking.run()
    spent = time.perf_counter() - begin
    if len(result.arrivals) != 1 or any(inbox.iterdir()):
        raise AssertionError("the stack was not taken in")
    return spent


if __name__ == "__main__":
    for row in run(False):
        print(row)
