"""A room to try recognition in: issued sample forms, a scanner, and stores that only remember."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, field, replace
from pathlib import Path

import cv2
import numpy as np

from evidence.demo.canvas import Canvas
from evidence.demo.sample_form import SampleForm, make_sample, sample_number
from evidence.demo.scan_files import write_scans
from evidence.demo.scanner import Scan, simulate_page
from evidence.domain.document import BoxKind, IssuedForm, IssuedPage, Mark, MarkVerdict
from evidence.domain.identifiers import Number, Sha256
from evidence.recognition.pages import open_pages
from evidence.recognition.read import read_page
from evidence.recognition.reading import Array, EarlierScan, PageReading
from evidence.recognition.reference import encode_references, reference_beside

MEDIA = {
    ".bmp": "image/bmp",
    ".webp": "image/webp",
    ".heic": "image/heic",
    ".avif": "image/avif",
    ".jpg": "image/jpeg",
    ".tif": "image/tiff",
    ".pdf": "application/pdf",
    ".png": "image/png",
}
BLUE = (160, 60, 30)
"""Of a ball pen, BGR."""
Retouch = Callable[[np.random.Generator, Canvas], None]


@dataclass
class Pictures:
    """A picture sink that remembers."""

    kept: dict[Sha256, bytes] = field(default_factory=dict)

    def put(self, data: bytes, suffix: str) -> Sha256:
        digest = Sha256(hashlib.sha256(data).hexdigest())
        self.kept[digest] = data
        return digest


@dataclass
class Room:
    """Issued forms and a scanner."""

    folder: Path
    samples: dict[Number, SampleForm] = field(default_factory=dict)
    void: dict[Number, str] = field(default_factory=dict)
    pictures: Pictures = field(default_factory=Pictures)
    earlier_scans: dict[tuple[Number, int], tuple[EarlierScan, ...]] = field(default_factory=dict)

    def issue(self, index: int, *, pages: int = 2, annex: bool = False) -> SampleForm:
        """The `index`-th sample record, with its reference kept beside it."""
        number = sample_number(index)
        if number not in self.samples:
            sample = make_sample(self.folder, number, seed=index, pages=pages, annex=annex)
            reference_beside(sample.pdf).write_bytes(encode_references(sample.pdf, sample.geometry))
            self.samples[number] = sample
        return self.samples[number]

    # FormLookup

    def issued(self, number: Number) -> IssuedForm | None:
        sample = self.samples.get(number)
        if sample is None:
            return None
        return replace(sample.issued, voided_why=self.void.get(number, ""))

    def geometry(self, number: Number) -> tuple[IssuedPage, ...]:
        return self.samples[number].geometry

    def pdf(self, number: Number) -> Path:
        return self.samples[number].pdf

    def earlier(self, number: Number, page: int) -> tuple[EarlierScan, ...]:
        return self.earlier_scans.get((number, page), ())

    def candidates(self) -> Iterable[IssuedForm]:
        return [sample.issued for sample in self.samples.values()]

    # scanning

    def scan(
        self,
        sample: SampleForm,
        page: int = 1,
        *,
        signed: Set[str] = frozenset(),
        profile: str = "clean",
        seed: int = 1,
        dpi: int | None = 200,
        mode: str | None = "color",
        orientation: int | None = 0,
        retouch: Retouch | None = None,
    ) -> Scan:
        """A page as it comes back; `signed` takes box names without their page suffix."""
        names = {f"{name}-p{page}" for name in signed}
        return simulate_page(
            sample.pdf,
            page - 1,
            sample.geometry[page - 1],
            profile=profile,
            seed=seed,
            signed=names,
            sealed=names,
            company=sample.company,
            dpi=dpi,
            mode=mode,
            orientation=orientation,
            retouch=retouch,
        )

    def file(self, scans: Scan | list[Scan], name: str) -> Path:
        """Scans as a file of the kind its suffix names."""
        return write_scans(scans if isinstance(scans, list) else [scans], self.folder / name)

    def read(self, scan: Scan, *, ocr: bool = False) -> PageReading:
        """One scan through file, decoder and recognition."""
        suffix = ".tif" if scan.truth.mode in ("bilevel", "fax") else ".jpg"
        path = self.file(scan, f"read{suffix}")
        return self.read_path(path, ocr=ocr)[0]

    def read_path(self, path: Path, *, ocr: bool = False) -> list[PageReading]:
        """Every page of a file, in this process."""
        return [
            read_page(picture, forms=self, previews=self.pictures, ocr=ocr)
            for picture in open_pages(path, MEDIA[path.suffix])
        ]


def all_boxes(sample: SampleForm, kinds: Set[BoxKind] = frozenset(BoxKind)) -> set[str]:
    """Names of the boxes of a page, without page suffix."""
    return {box.box.rpartition("-p")[0] for box in sample.geometry[0].boxes if box.kind in kinds}


def verdict(reading: PageReading, name: str) -> MarkVerdict:
    """What was said about one box."""
    return mark(reading, name).verdict


def mark(reading: PageReading, name: str) -> Mark:
    """The mark of one box."""
    assert reading.scan is not None, (reading.problem, reading.message)
    return next(found for found in reading.scan.marks if found.box.rpartition("-p")[0] == name)


def box_pixels(canvas: Canvas, name: str) -> tuple[int, int, int, int]:
    """x, y, w, h of a box on the simulator's paper."""
    box = next(box for box in canvas.boxes if box.box.rpartition("-p")[0] == name)
    return tuple(round(value * canvas.pt) for value in (box.x, box.y, box.w, box.h))  # type: ignore[return-value]


def line_on(canvas: Canvas, points: Array, colour: tuple[int, int, int], width_mm: float) -> None:
    """A stroke through n x 2 points in pixels."""
    alpha = np.zeros(canvas.image.shape[:2], np.uint8)
    cv2.polylines(
        alpha, [points.astype(np.int32)], False, 255, max(1, round(width_mm * canvas.mm)), cv2.LINE_AA
    )
    canvas.ink(alpha.astype(np.float32) / 255, 0, 0, colour)


def signature(
    name: str,
    colour: tuple[int, int, int] = BLUE,
    *,
    pen_mm: float = 0.5,
    width_mm: float = 26.0,
    height_mm: float = 8.0,
    waves: int = 4,
) -> Retouch:
    """A plain wavy signature in the middle of a box."""

    def retouch(_rng: np.random.Generator, canvas: Canvas) -> None:
        x, y, w, h = box_pixels(canvas, name)
        t = np.linspace(0, 1, 160)
        across = x + w / 2 + (t - 0.5) * width_mm * canvas.mm
        down = y + h / 2 + np.sin(t * waves * 2 * np.pi) * (0.5 - 0.25 * t) * height_mm * canvas.mm
        line_on(canvas, np.stack([across, down], 1), colour, pen_mm)

    return retouch
