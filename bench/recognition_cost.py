"""What reading a page costs: CPU time, pages a second, memory, and OCRmyPDF on the same pages."""

from __future__ import annotations

import resource
import shutil
import statistics
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import cv2

from bench.recognition_forms import Sample, issued_samples
from bench.recognition_tally import Pictures
from bench.result import Figure, figure
from evidence.demo.scan_files import write_scans
from evidence.demo.scanner import Scan, simulate_page
from evidence.inbox.lookup import LedgerForms
from evidence.recognition.aligned_scan import align
from evidence.recognition.codes import find_codes
from evidence.recognition.identity import compare_words
from evidence.recognition.marks import judge_marks
from evidence.recognition.pages import open_pages
from evidence.recognition.read import read_page
from evidence.recognition.reading import Limits
from evidence.recognition.reference_cache import reference_of
from evidence.recognition.registration import register
from evidence.recognition.worker import BoundedReader

PEER_PAGES = 20
PEER = "ocrmypdf"
HOW = "pip install 'ocrmypdf>=17,<18'; apt install tesseract-ocr tesseract-ocr-chi-sim ghostscript"


def scans(samples: Sequence[Sample], count: int, first: int, dpi: int, profile: str = "office") -> list[Scan]:
    """Signed and sealed colour pages; every form and page takes its turn."""
    found: list[Scan] = []
    for k in range(count):
        sample = samples[(7 * k) % len(samples)]
        boxes = {box.box for box in sample.page.boxes}
        found.append(
            simulate_page(
                sample.pdf,
                sample.page.page - 1,
                sample.page,
                profile=profile,
                seed=first + k,
                signed=boxes,
                sealed=boxes,
                company=sample.company,
                dpi=dpi,
                mode="color",
            )
        )
    return found


def speed(folder: Path, first: int, count: int) -> list[Figure]:
    """CPU time of a 200 dpi colour page: all of it, and the part the target names."""
    forms, samples = issued_samples(folder)
    paths = [
        write_scans([scan], folder / f"speed-{k}.jpg")
        for k, scan in enumerate(scans(samples, count, first, 200))
    ]
    for path in paths:
        _read(path, forms)  # references are loaded once a worker
    whole = statistics.median(_timed(lambda path: _read(path, forms), paths))
    judged = statistics.median(_timed(lambda path: _judge(path, forms), paths))
    note = f"CPU time, median of {count} signed and sealed JPEG pages of the issued forms"
    return [
        figure(
            "recognition: 200 dpi page, decode + register + marks, one core",
            judged,
            "ms",
            target="<= 150 ms",
            met=judged <= 150,
            note=note,
        ),
        figure(
            "recognition: the same page with identity, alterations and pictures for people",
            whole,
            "ms",
            note=note,
        ),
    ]


def telephone(folder: Path, first: int, count: int) -> Figure:
    """CPU time of a whole photographed page: identity, alterations and pictures for people too."""
    forms, samples = issued_samples(folder)
    paths = [
        write_scans([scan], folder / f"telephone-{k}.jpg")
        for k, scan in enumerate(scans(samples, count, first, 200, "phone"))
    ]
    for path in paths:
        _read(path, forms)
    whole = statistics.median(_timed(lambda path: _read(path, forms), paths))
    return figure(
        "recognition: a telephone page, whole",
        whole,
        "ms",
        target="<= 180 ms",
        met=whole <= 180,
        note=f"CPU time, median of {count} photographed pages",
    )


def _timed(work, paths: Sequence[Path]) -> list[float]:  # type: ignore[no-untyped-def]
    times: list[float] = []
    for path in paths:
        begin = time.process_time()
        work(path)
        times.append(1000 * (time.process_time() - begin))
    return times


def _read(path: Path, forms: LedgerForms) -> None:
    read_page(next(iter(open_pages(path, "image/jpeg"))), forms=forms, previews=Pictures(), ocr=False)


def _judge(path: Path, forms: LedgerForms) -> None:
    picture = next(iter(open_pages(path, "image/jpeg")))
    assert picture.image is not None
    gray = picture.image if picture.image.ndim == 2 else cv2.cvtColor(picture.image, cv2.COLOR_BGR2GRAY)
    found = find_codes(gray)
    code = found[0].code
    issued = forms.geometry(code.number)[code.page - 1]
    reference = reference_of(forms, code.number, issued)
    registration = register(gray, reference, found, issued)
    assert registration is not None
    sheet = align(picture, registration, reference)
    judge_marks(sheet, compare_words(sheet), issued, Pictures())


def throughput(folder: Path, first: int, count: int) -> Figure:
    """Pages a second of one PDF through two worker processes, as intake reads it."""
    forms, samples = issued_samples(folder)
    path = write_scans(scans(samples, count, first, 200), folder / "stack.pdf")
    reader = BoundedReader()
    try:
        limits = Limits(workers=2, ocr=False)
        reader.read(path, media_type="application/pdf", forms=forms, limits=limits, previews=Pictures())
        begin = time.perf_counter()
        reading = reader.read(
            path, media_type="application/pdf", forms=forms, limits=limits, previews=Pictures()
        )
        spent = time.perf_counter() - begin
    finally:
        reader.close()
    linked = sum(page.scan is not None for page in reading.pages)
    return figure(
        "recognition: pages a second, two workers",
        count / spent,
        "pages/s",
        target=">= 10 pages/s",
        met=count / spent >= 10,
        note=f"one PDF of {count} colour pages of 200 dpi, {linked} linked, warm workers, wall clock",
    )


def memory(folder: Path, first: int) -> Figure:
    """Peak memory of a fresh process that reads one A4 colour page of 600 dpi."""
    _forms, samples = issued_samples(folder)
    path = write_scans(scans(samples, 1, first, 600, "clean"), folder / "big.pdf")
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        peak = pool.submit(_peak, path, folder).result()
    return figure(
        "recognition: memory at 600 dpi A4 colour",
        peak,
        "MiB",
        target="<= 600 MiB",
        met=peak <= 600,
        note="peak resident size of the reading process, PDF with one JPEG",
    )


def _peak(path: Path, folder: Path) -> float:
    forms, _samples = issued_samples(folder)
    read_page(next(iter(open_pages(path, "application/pdf"))), forms=forms, previews=Pictures(), ocr=False)
    # ru_maxrss would be inherited from the parent, which simulated the page.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def peer(folder: Path, first: int) -> Figure:
    """CPU seconds a page against OCRmyPDF on the same pages of 300 dpi."""
    name = "recognition: CPU time a page at 300 dpi"
    program = shutil.which(PEER)
    if program is None or shutil.which("tesseract") is None:
        return figure(name, 0, "s", met=None, note=f"not measured: OCRmyPDF is not installed ({HOW})")
    forms, samples = issued_samples(folder)
    path = write_scans(scans(samples, PEER_PAGES, first, 300), folder / "peer.pdf")
    for _page in open_pages(path, "application/pdf"):
        break
    pages = list(open_pages(path, "application/pdf"))
    for page in pages:
        read_page(page, forms=forms, previews=Pictures(), ocr=False)
    begin = time.process_time()
    linked = 0
    for page in open_pages(path, "application/pdf"):
        linked += read_page(page, forms=forms, previews=Pictures(), ocr=False).scan is not None
    ours = (time.process_time() - begin) / PEER_PAGES
    version = subprocess.run(
        [program, "--version"], capture_output=True, text=True, check=True
    ).stdout.strip()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [program, "-l", "chi_sim", "--jobs", "2", "--output-type", "pdf", str(path), str(folder / "ocr.pdf")],
        check=True,
        capture_output=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    theirs = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / PEER_PAGES
    return figure(
        name,
        ours,
        "s",
        peer=f"OCRmyPDF {version}, chi_sim, the same {PEER_PAGES} pages",
        peer_value=theirs,
        target="<= 1/25 of the peer",
        met=ours <= theirs / 25,
        note=f"{linked} of {PEER_PAGES} linked; the peer takes {theirs / ours:.0f} times as long",
    )
