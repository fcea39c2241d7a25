"""The scan in the frame of its issued page, with paper set to white and light evened out."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from evidence.recognition.pages import PagePicture
from evidence.recognition.reading import Array
from evidence.recognition.reference import Reference
from evidence.recognition.registration import Registration

_QUARTER = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All pictures have the reference's size."""

    gray: Array
    """Brightness against the local paper, 255 = paper."""
    color: Array | None
    """BGR against the local paper; None when the picture has no colour."""
    raw: Array
    """As scanned, gray or BGR, for people."""
    inside: Array
    """255 where the picture covers the page."""
    paper: Array
    """Local paper as scanned at quarter size: BGR or gray."""
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


def lay_out(picture: PagePicture, registration: Registration, reference: Reference) -> Sheet:
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
    lid = np.full(small.shape[:2], 255, np.uint8)
    inside = cv2.resize(
        registration.placement.warp(lid, border=0, scale=_QUARTER), (w, h), interpolation=cv2.INTER_NEAREST
    )
    paper_small = _local_paper(raw)
    paper = cv2.resize(paper_small, (w, h), interpolation=cv2.INTER_LINEAR)
    level = cv2.divide(raw, np.maximum(paper, 30), scale=255)
    gray = level if raw.ndim == 2 else cv2.cvtColor(level, cv2.COLOR_BGR2GRAY)
    tone = np.median(paper_small[::4, ::4].reshape(-1, 1 if raw.ndim == 2 else 3), axis=0)
    printed = (reference.gray[::2, ::2] < 110) & (inside[::2, ::2] > 0)
    dark = 255 - gray[::2, ::2][printed]
    scale = float(np.sqrt(abs(np.linalg.det(registration.placement.matrix[:2, :2])))) / factor
    return Sheet(
        gray=gray,
        color=level if raw.ndim == 3 else None,
        raw=raw,
        inside=inside,
        paper=paper_small,
        paper_color=() if raw.ndim == 2 else tuple(float(v) for v in tone),
        paper_level=float(tone.mean()),
        noise=_grain(gray, reference),
        contrast=float(np.median(dark)) if dark.size else 0.0,
        bilevel=picture.bilevel,
        dpi=scale * 150,
        reference=reference,
    )


def _local_paper(image: Array) -> Array:
    """Brightness of the bare paper around each point, at quarter size: the lightest tone nearby."""
    small = cv2.resize(image, None, fx=_QUARTER, fy=_QUARTER, interpolation=cv2.INTER_AREA)
    light = cv2.dilate(small, np.ones((9, 9)))
    return cv2.medianBlur(light, 21)


def _grain(gray: Array, reference: Reference) -> float:
    """Noise of empty paper: robust spread where the form prints nothing."""
    empty = cv2.erode((reference.gray[::2, ::2] > 250).astype(np.uint8), np.ones((9, 9)))
    values = gray[::2, ::2][: empty.shape[0], : empty.shape[1]][empty > 0]
    if values.size < 100:
        return 0.0
    sample = values[:: max(1, values.size // 40_000)].astype(np.float32)
    return float(1.48 * np.median(np.abs(sample - np.median(sample))))


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
