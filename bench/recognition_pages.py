"""One scanned page for one seed: which form, who signed, what was altered, how it was scanned."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

import numpy as np
import pypdfium2
from PIL import Image, ImageDraw

from bench.recognition_forms import Sample
from evidence.demo.canvas import Canvas, font
from evidence.demo.scan_files import write_scans
from evidence.demo.scanner import Scan, simulate_page
from evidence.demo.seal import SEAL_FACE
from evidence.domain.document import Box, IssuedPage

Change = Literal["", "line removed", "line replaced", "number replaced"]
Truth = Literal["marked", "empty", "undecided", "covered", "wrong seal", "struck out", "overflowed"]
"""The last four are never called present."""
Region = tuple[float, float, float, float]
"""x, y, w, h in points."""
ALTERED = frozenset({"clean", "office"})
"""Profiles of which every third page carries altered print."""
_MARKED = 0.6
"""Share of boxes that are signed or sealed."""
_INSTEAD = "以上情况均已现场核实未发现其他问题无需整改不再复查企业负责人无异议本页共计内容真实有效"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A scan and its truth."""

    seed: int
    sample: Sample
    marked: frozenset[str]
    change: Change
    where: Region | None
    """The altered place."""
    scan: Scan

    @property
    def media_type(self) -> str:
        """What `write` makes of it."""
        return "image/tiff" if self.scan.truth.mode in ("bilevel", "fax") else "image/jpeg"

    def truth_of(self, box: str) -> Truth:
        """What a box holds; nobody can say where a stray stroke, stain or false print reached it."""
        truth = self.scan.truth
        for held, boxes in (
            ("covered", truth.covered),
            ("wrong seal", truth.wrong_seals),
            ("struck out", truth.voided),
            ("overflowed", truth.overflowed),
        ):
            if box in boxes:
                return held  # type: ignore[return-value]
        if box in self.marked:
            return "marked"
        place = next(place for place in self.sample.page.boxes if place.box == box)
        if box in self.scan.truth.touched or (self.where and _overlap(self.where, place)):
            return "undecided"
        return "empty"

    def write(self, folder: Path, name: str) -> Path:
        """The scan as a scanner or telephone would save it."""
        suffix = ".tif" if self.media_type == "image/tiff" else ".jpg"
        return write_scans([self.scan], folder / f"{name}{suffix}")

    def __str__(self) -> str:
        truth = self.scan.truth
        page = f"{self.sample.issued.number}/{self.sample.page.page}"
        return f"{self.seed} {page} {truth.dpi} dpi {truth.mode} {','.join(truth.effects)} {self.change}"


def _overlap(where: Region, box: Box) -> bool:
    x, y, w, h = where
    return x < box.x + box.w and box.x < x + w and y < box.y + box.h and box.y < y + h


def make_case(samples: Sequence[Sample], profile: str, seed: int, *, covered: bool = False) -> Case:
    """Draw and scan one page; two of three pages drawn have boxes.

    Args:
        covered: both codes lie under something, wholly: only print can tell the page.
    """
    rng = np.random.default_rng([seed, 1])
    boxed = rng.random() < 2 / 3
    choice = [sample for sample in samples if bool(sample.page.boxes) == boxed]
    sample = choice[int(rng.integers(len(choice)))]
    marked = frozenset(box.box for box in sample.page.boxes if rng.random() < _MARKED)
    change: Change = ""
    where: Region | None = None
    retouch: Callable[[np.random.Generator, Canvas], None] | None = None
    if covered:
        retouch = _covering(sample.page)
    elif profile in ALTERED and rng.random() < 1 / 3:
        change, where = _change(rng, sample)
        if where is not None:
            retouch = _retouched(change, where, rng)
    scan = simulate_page(
        sample.pdf,
        sample.page.page - 1,
        sample.page,
        profile=profile,
        seed=seed,
        signed=marked,
        sealed=marked,
        company=sample.company,
        retouch=retouch,
    )
    return Case(seed=seed, sample=sample, marked=marked, change=change, where=where, scan=scan)


def _covering(page: IssuedPage) -> Callable[[np.random.Generator, Canvas], None]:
    def retouch(_rng: np.random.Generator, canvas: Canvas) -> None:
        for code in page.codes:
            x, y, size = (round(value * canvas.pt) for value in (code.x, code.y, code.size))
            grow = round(4 * canvas.pt)
            area = np.s_[max(y - grow, 0) : y + size + grow, max(x - grow, 0) : x + size + grow]
            canvas.image[area] = (214, 226, 232)

    return retouch


def _change(rng: np.random.Generator, sample: Sample) -> tuple[Change, Region | None]:
    lines, numbers = _print_of(sample.pdf, sample.page.page)
    kind: Change = str(rng.choice(["line removed", "line replaced", "number replaced"]))  # type: ignore[assignment]
    places = numbers if kind == "number replaced" else lines
    return (kind, places[int(rng.integers(len(places)))]) if places else ("", None)


@lru_cache(maxsize=200)
def _print_of(pdf: Path, page: int) -> tuple[tuple[Region, ...], tuple[Region, ...]]:
    """Whole lines of 25 mm and more and the numbers of two digits and more, codes' neighbours left out."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        sheet = document[page - 1]
        text = sheet.get_textpage()
        height = sheet.get_height()
        letters = text.get_text_range()
        boxes = [text.get_charbox(k, loose=True) for k in range(text.count_chars())]
    finally:
        document.close()
    regions: dict[str, list[Region]] = {"line": [], "number": []}
    for kind, pattern in (("line", r"[^\r\n]{6,}"), ("number", r"\d[\d.:：-]*\d")):
        for match in re.finditer(pattern, letters):
            inside = [
                b
                for b, c in zip(boxes[match.start() : match.end()], match.group(), strict=False)
                if c.strip()
            ]
            if not inside:
                continue
            left, right = min(b[0] for b in inside), max(b[2] for b in inside)
            low, high = min(b[1] for b in inside), max(b[3] for b in inside)
            if high - low > 30 or (kind == "line" and right - left < 70):
                continue
            regions[kind].append((left, height - high, right - left, high - low))
    return tuple(regions["line"]), tuple(regions["number"])


def _retouched(
    change: Change, where: Region, rng: np.random.Generator
) -> Callable[[np.random.Generator, Canvas], None]:
    seed = int(rng.integers(1 << 30))

    def retouch(_rng: np.random.Generator, canvas: Canvas) -> None:
        _paint_out(canvas, where)
        if change != "line removed":
            _print_over(canvas, where, change, np.random.default_rng(seed))

    return retouch


def _paint_out(canvas: Canvas, where: Region) -> None:
    """Correction fluid, a shade brighter than the paper; ruled lines around the text stay."""
    x, y, w, h = (value * canvas.pt for value in where)
    rows = slice(max(int(y + 0.06 * h), 0), int(y + 0.98 * h))
    canvas.image[rows, max(int(x), 0) : int(x + w) + 1] = 253


def _print_over(canvas: Canvas, where: Region, change: Change, rng: np.random.Generator) -> None:
    x, y, w, h = (value * canvas.pt for value in where)
    size = max(int(0.86 * h), 6)
    face = font(SEAL_FACE, size)
    if face is None:
        return
    if change == "number replaced":
        count = max(2, round(w / (0.5 * size)))
        words = "".join(str(rng.integers(10)) for _ in range(count))
    else:
        count = max(4, int(w / size))
        words = "".join(_INSTEAD[int(k)] for k in rng.integers(0, len(_INSTEAD), count))
    sheet = Image.fromarray(canvas.image)
    ImageDraw.Draw(sheet).text((x, y + 0.05 * h), words, (25, 25, 25), face)
    canvas.image = np.array(sheet)
