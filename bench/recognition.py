"""Recognition on simulated scans of our own issued forms: five profiles, fresh seeds.

`python -m bench.recognition --count 40 --profile phone --misses` lists the pages that went wrong.
The default run keeps its 300 pages of each profile; `python -m bench.recognition --full` goes on from them to
2,000, and can be broken off and started again with the same words.
A box that a stray stroke or stain touched is undecided in the truth and counts for nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from functools import lru_cache, partial
from multiprocessing import get_context
from pathlib import Path

import cv2

from bench.recognition_cost import memory, peer, speed, telephone, throughput
from bench.recognition_forms import Sample, issued_samples
from bench.recognition_kept import Kept, MixedVersionsError, PageKept, read_kept, version_of
from bench.recognition_pages import make_case
from bench.recognition_tally import Pictures, Tally, confusion, covered_figures, figures
from bench.result import Figure
from evidence.demo.profiles import PROFILES
from evidence.inbox.lookup import LedgerForms
from evidence.recognition.pages import open_pages
from evidence.recognition.read import read_page

FRESH = 8_000_000
"""First seed of the bench: no page from here on was looked at while thresholds were set."""
KEPT = Path(__file__).parent / "out" / "recognition.jsonl"
"""Finished pages of the default run and of the full run that goes on from it; the forms lie beside."""
USUAL, FULL, QUICK = 300, 2000, 6
_KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(1 << 30), "MALLOC_TRIM_THRESHOLD_": str(1 << 31)}
"""Simulating takes and gives back large pictures all the time; a fifth was the kernel clearing pages."""
TELL_EVERY = 50
"""Pages between two lines of progress."""


@lru_cache(maxsize=2)
def _opened(folder: Path) -> tuple[LedgerForms, list[Sample]]:
    cv2.setNumThreads(1)
    return issued_samples(folder)


def finish_page(seed: int, *, profile: str, folder: Path, ocr: bool, covered: bool = False) -> PageKept:
    """Simulate and read one page; a reader that raises has not linked it."""
    forms, samples = _opened(folder)
    begin = time.process_time()
    case = make_case(samples, profile, seed, covered=covered)
    simulated = time.process_time() - begin
    path = case.write(folder, f"{profile}-{os.getpid()}")
    tally, broke = Tally(), False
    begin = time.process_time()
    try:
        picture = next(iter(open_pages(path, case.media_type)))
        reading = read_page(picture, forms=forms, previews=Pictures(), ocr=ocr)
    except Exception as error:  # a page that breaks the reader is a figure, not the end of the run
        tally.count_broken(case, error)
        broke = True
        spent = time.process_time() - begin
    else:
        spent = time.process_time() - begin
        tally.count(case, reading)
    return PageKept(
        profile=profile,
        seed=seed,
        counts={name: number for name, number in tally.counts.items() if number},
        misses=tally.misses,
        simulated_ms=round(1000 * simulated, 1),
        read_ms=round(1000 * spent, 1),
        broke=broke,
    )


def finish_pages(
    profile: str, seeds: Iterable[int], folder: Path, *, workers: int = 1, ocr: bool, covered: bool = False
) -> Iterator[PageKept]:
    """Pages in the order of their seeds, each as soon as it and those before it are finished."""
    work = partial(finish_page, profile=profile, folder=folder, ocr=ocr, covered=covered)
    if workers == 1:
        yield from map(work, seeds)
        return
    os.environ.update(_KEEP_MEMORY)
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        yield from pool.map(work, seeds)


def tally_profile(
    profile: str,
    seeds: range,
    folder: Path,
    *,
    workers: int,
    ocr: bool,
    covered: bool = False,
    kept: Kept | None = None,
    tell: Callable[[str], None] = lambda _line: None,
) -> Tally:
    """The pages of one profile; those finished in an earlier run are taken from its file."""
    done = [kept.pages[profile, seed] for seed in seeds if (profile, seed) in kept.pages] if kept else []
    total = Tally()
    for page in done:
        total.add(page)
    if done:
        tell(f"{profile}: {len(done)} of {len(seeds)} pages taken from the file")
    finished = {page.seed for page in done}
    missing = [seed for seed in seeds if seed not in finished]
    begin = time.monotonic()
    pages = finish_pages(profile, missing, folder, workers=workers, ocr=ocr, covered=covered)
    for count, page in enumerate(pages, 1):
        if kept:
            kept.add(page)
        total.add(page)
        if count % TELL_EVERY == 0:
            pace = (time.monotonic() - begin) / count
            left = pace * (len(missing) - count) / 60
            tell(f"{profile}: {len(done) + count} of {len(seeds)}, {pace:.2f} s a page, {left:.0f} min left")
    return total


def costs(folder: Path, first: int, *, quick: bool) -> Iterator[Figure]:
    """Time and memory; what takes longest comes last."""
    yield from speed(folder, first, 7 if quick else 21)
    yield telephone(folder, first, 7 if quick else 21)
    yield throughput(folder, first, 16 if quick else 60)
    yield memory(folder, first)
    if not quick:
        yield peer(folder, first)


def without_codes(folder: Path, first: int, count: int) -> list[Figure]:
    """Pages whose codes are covered, `count` of each profile."""
    total = Tally()
    for profile in PROFILES:
        for page in finish_pages(profile, range(first, first + count), folder, ocr=True, covered=True):
            total.add(page)
    return covered_figures(total)


def run(quick: bool) -> list[Figure]:
    """Figures for `bench/results.json`; `--full` of the module's own command line takes 2,000 pages each."""
    cv2.setNumThreads(1)
    seeds = range(FRESH, FRESH + (QUICK if quick else USUAL))
    with tempfile.TemporaryDirectory(prefix="bench-recognition-") as name:
        folder = Path(name) if quick else _kept_anew()
        issued_samples(folder)
        found = list(costs(folder, FRESH, quick=quick))
        with nullcontext() if quick else Kept(KEPT, version_of(folder / "issued")) as kept:
            for profile in PROFILES:
                tally = tally_profile(
                    profile, seeds, folder, workers=os.cpu_count() or 1, ocr=True, kept=kept
                )
                found += figures(profile, tally)
        found += without_codes(folder, FRESH + FULL, 1 if quick else 8)
    return found


def _kept_anew() -> Path:
    """Where a default run issues its forms, once what an earlier one kept is removed."""
    folder = KEPT.with_suffix(".forms")
    KEPT.unlink(missing_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def main() -> int:
    """One profile after another, with its misses."""
    parser = argparse.ArgumentParser(prog="python -m bench.recognition", description=__doc__)
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--full", action="store_true", help=f"{FULL} pages of each profile, OCR where needed")
    parser.add_argument("--profile", action="append", choices=list(PROFILES))
    parser.add_argument("--first", type=int, help=f"first seed; 0, for tuning, and {FRESH} with --full")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--ocr", action="store_true")
    parser.add_argument("--costs", action="store_true", help="time and memory too")
    parser.add_argument("--covered", action="store_true", help="only pages whose codes are covered")
    parser.add_argument("--json", type=Path, help="file to write the figures to")
    parser.add_argument("--forms", type=Path, help="folder to keep the issued forms in for the next run")
    parser.add_argument(
        "--keep", type=Path, help=f"file of finished pages: go on from it, add to it; {KEPT.name} with --full"
    )
    parser.add_argument("--mix", action="store_true", help="go on from pages that another version made")
    parser.add_argument("--so-far", action="store_true", help="only the figures of the pages in --keep")
    options = parser.parse_args()
    if options.full and options.keep is None:
        options.keep = KEPT
    if options.so_far:
        _report_kept(options)
        return 0
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory(prefix="bench-recognition-") as name:
        beside = options.keep.with_suffix(".forms") if options.keep else Path(name)
        folder = options.forms or beside
        issued_samples(folder)
        first = (FRESH if options.full else 0) if options.first is None else options.first
        rows: list[Figure] = []
        if options.costs:
            for row in costs(folder, first, quick=False):
                rows.append(row)
                _print([row])
            if options.count == 0:
                return 0
        if options.covered:
            _print(without_codes(folder, first, options.count))
            return 0
        seeds = range(first, first + (FULL if options.full else options.count))
        try:
            made_by = version_of(folder / "issued")
            keeping = Kept(options.keep, made_by, mix=options.mix) if options.keep else nullcontext()
        except MixedVersionsError as error:
            sys.stderr.write(f"{error}\n")
            return 2
        with keeping as kept:
            for profile in options.profile or list(PROFILES):
                tally = tally_profile(
                    profile,
                    seeds,
                    folder,
                    workers=options.workers,
                    ocr=options.ocr or options.full,
                    kept=kept,
                    tell=_tell,
                )
                rows += _report(profile, tally, misses=options.misses)
                _write_json(options.json, rows)
    return 0


def _report_kept(options: argparse.Namespace) -> None:
    rows: list[Figure] = []
    pages, _versions = read_kept(options.keep)
    for profile in PROFILES:
        tally = Tally()
        for page in pages:
            if page.profile == profile:
                tally.add(page)
        if tally.counts["pages"]:
            rows += _report(profile, tally, misses=options.misses)
    _write_json(options.json, rows)


def _report(profile: str, tally: Tally, *, misses: bool) -> list[Figure]:
    rows = figures(profile, tally)
    _print(rows)
    sys.stdout.writelines(f"    {line}\n" for line in confusion(tally.counts))
    if misses:
        sys.stdout.writelines(f"  - {miss}\n" for miss in tally.misses)
    sys.stdout.flush()
    return rows


def _write_json(path: Path | None, rows: list[Figure]) -> None:
    if path:
        path.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


def _tell(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def _print(rows: list[Figure]) -> None:
    for row in rows:
        words = {True: "met", False: "MISSED", None: ""}[row["met"]]
        peer_words = f"{row['peer']} {row['peer_value']} ratio {row['ratio']}" if row["peer"] else ""
        line = (row["figure"], str(row["value"]), row["unit"], peer_words, row["target"], words, row["note"])
        sys.stdout.write(" | ".join(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
