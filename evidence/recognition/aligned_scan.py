"""The scan in the frame of its issued page, with paper set to white and light evened out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from evidence.recognition.pages import PagePicture
from evidence.recognition.reading import Array
from evidence.recognition.reference import MM, Reference, bare_places, inked_places
from evidence.recognition.registration import Registration
from evidence.recognition.tones import median

Rect = tuple[float, float, float, float]
"""x, y, w, h in reference pixels."""
PAPER = 8
"""The map of local paper is this many times smaller than the sheet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlignedScan:
    """All pictures have the reference's size."""

    gray: Array
    """Brightness against the local paper, 255 = paper."""
    half: Array
    """The same at half size."""
    raw: Array
    """As scanned, gray or BGR, for people."""
    inside: Array
    """255 where the picture covers the page."""
    whole: bool
    """The picture covers the page entirely."""
    paper: Array
    """Local paper as scanned, `PAPER` times smaller: BGR or gray."""
    paper_color: tuple[float, ...]
    """Typical colour of the page's paper (BGR), empty without colour."""
    paper_level: float
    """Typical brightness of the page's paper, 0..255."""
    noise: float
    """Grain of the paper after levelling, standard deviation."""
    contrast: float
    """Darkness of the issued print on this scan, 0..255; small on faded or overexposed pages."""
    bilevel: bool
    dpi: float
    """Resolution of the scan over the page: measured, not what the file says."""
    reference: Reference
    bent_mm: float = 0.0
    """How far the paper is bent out of its plane at most."""
    file_ink: Array | None = None
    """255 where annotations and form fields of the file draw; None where nowhere."""
    damage: Array | None = None
    """255 where the picture did not survive; None where it is whole."""
    paperless: bool = False
    """A program made the page: nothing on it was ever ink on paper."""

    @property
    def colored(self) -> bool:
        """Whether the picture has colour at all."""
        return self.raw.ndim == 3

    def color(self, x: float, y: float, w: float, h: float) -> Array:
        """BGR against the local paper of one region: colour is judged in a few places only."""
        rows, columns = self.raw.shape[:2]
        x0, y0 = max(round(x), 0), max(round(y), 0)
        x1, y1 = min(round(x + w), columns), min(round(y + h), rows)
        left, top = max(x0 // PAPER - 1, 0), max(y0 // PAPER - 1, 0)
        part = self.paper[top : y1 // PAPER + 3, left : x1 // PAPER + 3]
        grown = cv2.resize(part, None, fx=PAPER, fy=PAPER, interpolation=cv2.INTER_LINEAR)
        grown = cv2.copyMakeBorder(grown, 0, PAPER, 0, PAPER, cv2.BORDER_REPLICATE)
        paper = grown[y0 - top * PAPER : y1 - top * PAPER, x0 - left * PAPER : x1 - left * PAPER]
        return cv2.divide(
            self.raw[y0:y1, x0:x1], cv2.max(np.ascontiguousarray(paper), (30.0,) * 4), scale=255
        )


def align(picture: PagePicture, registration: Registration, reference: Reference) -> AlignedScan:
    """Warp and level a registered picture."""
    image = picture.image
    if image is None:
        raise ValueError("an unreadable page has no sheet")
    factor = registration.scale
    small = (
        image if factor == 1 else cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    )
    raw = registration.placement.warp(small)
    h, w = raw.shape[:2]
    covered = registration.placement.inside(small.shape[0], small.shape[1], 1 / PAPER)
    paper = _local_paper(raw)
    plain = raw if raw.ndim == 2 else cv2.cvtColor(raw, cv2.COLOR_BGR2GRAY)
    # The level follows the smoothest estimate of the paper, or print itself would move it.
    pale = cv2.medianBlur(paper if paper.ndim == 2 else cv2.cvtColor(paper, cv2.COLOR_BGR2GRAY), 11)
    level = cv2.resize(cv2.max(pale, 30), (w, h), interpolation=cv2.INTER_LINEAR)
    gray = cv2.divide(plain, level, scale=255)
    tone = [median(channel) for channel in cv2.split(np.ascontiguousarray(paper[::2, ::2]))]
    inside = cv2.resize(covered, (w, h), interpolation=cv2.INTER_NEAREST)
    rows, columns = inked_places(reference)
    dark = 255 - gray[rows, columns][inside[rows, columns] > 0]
    scale = float(np.sqrt(abs(np.linalg.det(registration.placement.matrix[:2, :2])))) / factor
    return AlignedScan(
        gray=gray,
        half=cv2.resize(gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
        raw=raw,
        inside=inside,
        whole=bool(covered.all()),
        paper=paper,
        paper_color=() if raw.ndim == 2 else tuple(tone),
        paper_level=sum(tone) / len(tone),
        noise=_grain(gray, reference),
        contrast=median(dark) if dark.size else 0.0,
        bilevel=picture.bilevel,
        dpi=scale * 150 * picture.reduction,
        reference=reference,
        bent_mm=registration.placement.bend_at_most() / MM,
        file_ink=_laid(picture.file_ink, image.shape[:2], small.shape[:2], registration),
        damage=_laid(picture.damage, image.shape[:2], small.shape[:2], registration),
        paperless=picture.paperless,
    )


def _laid(
    mask: Array | None, whole: tuple[int, ...], small: tuple[int, ...], registration: Registration
) -> Array | None:
    """A mask of the picture's size in the frame of the page."""
    if mask is None or mask.shape[:2] != tuple(whole):
        return None
    reduced = cv2.resize(mask, tuple(small[::-1]), interpolation=cv2.INTER_AREA)
    return registration.placement.warp(reduced, border=0)


def _local_paper(image: Array) -> Array:
    """The bare paper around each point, `PAPER` times smaller: the lightest tone nearby."""
    small = cv2.resize(image, None, fx=2 / PAPER, fy=2 / PAPER, interpolation=cv2.INTER_AREA)
    light = cv2.dilate(small, np.ones((9, 9)))
    return cv2.medianBlur(cv2.resize(light, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), 5)


def _grain(gray: Array, reference: Reference) -> float:
    """Noise of empty paper: robust spread where the form prints nothing."""
    rows, columns = bare_places(reference)
    if len(rows) < 100:
        return 0.0
    sample = gray[rows, columns]
    return 1.48 * median(cv2.absdiff(sample, np.full_like(sample, int(median(sample)))))


def crop(picture: Array, x: float, y: float, w: float, h: float) -> Array:
    """Part of a picture, clipped to it."""
    rows, columns = picture.shape[:2]
    x0, y0 = max(round(x), 0), max(round(y), 0)
    x1, y1 = min(round(x + w), columns), min(round(y + h), rows)
    return picture[y0 : max(y1, y0), x0 : max(x1, x0)]


def jpeg(picture: Array, quality: int = 80) -> bytes:
    """A picture for people."""
    _ok, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes()
