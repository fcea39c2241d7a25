"""Recognition on simulated scans of our own issued forms: five profiles, fresh seeds.

`python -m bench.recognition --count 40 --profile phone --misses` lists the pages that went wrong.
A box that a stray stroke or stain touched is undecided in the truth and counts for nothing.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import cv2

from bench.recognition_cost import memory, peer, speed, throughput
from bench.recognition_forms import issued_samples
from bench.recognition_pages import make_case
from bench.recognition_tally import Pictures, Tally, covered_figures, figures
from bench.result import Figure
from evidence.demo.profiles import PROFILES
from evidence.recognition.pages import open_pages
from evidence.recognition.read import read_page

FRESH = 1_000_000
"""First seed of the bench; tuning used seeds below 100,000."""
USUAL, FULL, QUICK = 300, 2000, 6


def measure(profile: str, seeds: range, folder: Path, ocr: bool, covered: bool = False) -> Tally:
    """Simulate and read one page for each seed."""
    cv2.setNumThreads(1)
    forms, samples = issued_samples(folder)
    tally = Tally()
    for seed in seeds:
        case = make_case(samples, profile, seed, covered=covered)
        path = case.write(folder, f"{profile}-{os.getpid()}")
        begin = time.process_time()
        picture = next(iter(open_pages(path, case.media_type)))
        reading = read_page(picture, forms=forms, previews=Pictures(), ocr=ocr)
        tally.count(case, reading, 1000 * (time.process_time() - begin))
    return tally


def tally_profile(profile: str, seeds: range, folder: Path, *, workers: int, ocr: bool) -> Tally:
    """Spread the pages of a profile over processes."""
    share = math.ceil(len(seeds) / workers)
    parts = [seeds[k : k + share] for k in range(0, len(seeds), share)]
    total = Tally()
    if workers == 1:
        for part in parts:
            total.add(measure(profile, part, folder, ocr))
        return total
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        for job in [pool.submit(measure, profile, part, folder, ocr) for part in parts]:
            total.add(job.result())
    return total


def costs(folder: Path, first: int, *, quick: bool) -> Iterator[Figure]:
    """Time and memory; what takes longest comes last."""
    yield from speed(folder, first, 7 if quick else 21)
    yield throughput(folder, first, 16 if quick else 60)
    yield memory(folder, first)
    if not quick:
        yield peer(folder, first)


def without_codes(folder: Path, first: int, count: int) -> list[Figure]:
    """Pages whose codes are covered, `count` of each profile."""
    total = Tally()
    for profile in PROFILES:
        total.add(measure(profile, range(first, first + count), folder, ocr=True, covered=True))
    return covered_figures(total)


def run(quick: bool) -> list[Figure]:
    """Figures for `bench/results.json`; `--full` of the module's own command line takes 2,000 pages each."""
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory(prefix="bench-recognition-") as name:
        folder = Path(name)
        issued_samples(folder)
        found = list(costs(folder, FRESH, quick=quick))
        seeds = range(FRESH, FRESH + (QUICK if quick else USUAL))
        for profile in PROFILES:
            tally = tally_profile(profile, seeds, folder, workers=os.cpu_count() or 1, ocr=True)
            found += figures(profile, tally)
        found += without_codes(folder, FRESH + FULL, 1 if quick else 8)
    return found


def main() -> None:
    """One profile after another, with its misses."""
    parser = argparse.ArgumentParser(prog="python -m bench.recognition", description=__doc__)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--full", action="store_true", help=f"{FULL} pages of each profile")
    parser.add_argument("--profile", action="append", choices=list(PROFILES))
    parser.add_argument("--first", type=int, default=0, help="first seed; 0 is for tuning")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--ocr", action="store_true")
    parser.add_argument("--costs", action="store_true", help="time and memory too")
    parser.add_argument("--covered", action="store_true", help="only pages whose codes are covered")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--forms", type=Path, help="folder to keep the issued forms in for the next run")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory(prefix="bench-recognition-") as name:
        folder = options.forms or Path(name)
        issued_samples(folder)
        rows: list[Figure] = []
        if options.costs:
            for row in costs(folder, options.first, quick=False):
                rows.append(row)
                _print([row])
            if options.count == 0:
                return
        if options.covered:
            _print(without_codes(folder, options.first, options.count))
            return
        seeds = range(options.first, options.first + (FULL if options.full else options.count))
        for profile in options.profile or list(PROFILES):
            tally = tally_profile(profile, seeds, folder, workers=options.workers, ocr=options.ocr)
            found = figures(profile, tally)
            rows += found
            _print(found)
            for key in sorted(tally.counts):
                sys.stdout.write(f"    {key}: {tally.counts[key]}\n")
            if options.misses:
                sys.stdout.writelines(f"  - {miss}\n" for miss in tally.misses)
            if options.json:
                options.json.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


def _print(rows: list[Figure]) -> None:
    for row in rows:
        words = {True: "met", False: "MISSED", None: ""}[row["met"]]
        peer_words = f"{row['peer']} {row['peer_value']} ratio {row['ratio']}" if row["peer"] else ""
        line = (row["figure"], str(row["value"]), row["unit"], peer_words, row["target"], words, row["note"])
        sys.stdout.write(" | ".join(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
