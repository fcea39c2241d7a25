"""Circles of ink: where they may lie, and how much of each is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from evidence.recognition.reading import Array
from evidence.recognition.reference import MM
from evidence.recognition.seal_thresholds import SealThresholds
from evidence.recognition.thresholds import DEFAULT

_COARSE = 0.25
_FINE = 0.5
_SECTORS = 72


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A circle of ink; reference pixels."""

    x: float
    y: float
    radius: float
    sectors: float
    """Share of its circumference that carries ink."""
    gain: float
    """Density on the circle over density just outside it."""
    redness: float
    """Median redness of its pixels, 0 for gray rings."""


def find_ring(weight: Array, limits: SealThresholds = DEFAULT.seal) -> Ring | None:
    """The best circle of seal size in a map of ink 0..1 (float32, reference scale)."""
    return next(iter(find_rings(weight, limits)), None)


def find_rings(weight: Array, limits: SealThresholds = DEFAULT.seal) -> Iterator[Ring]:
    """Circles of seal size in a map of ink, the likeliest first: the likeliest is not always a seal's."""
    fine = cv2.resize(weight, None, fx=_FINE, fy=_FINE, interpolation=cv2.INTER_AREA)
    rows, columns = (each.astype(np.float32) for each in np.nonzero(fine > 0.3))
    if len(rows) < 20:
        return
    for x, y, radius in _candidates(weight, limits):
        ring = _measure(rows, columns, x, y, radius)
        if ring is not None:
            yield ring


def _candidates(weight: Array, limits: SealThresholds) -> list[tuple[float, float, float]]:
    """Centres and radii with the most votes, no two of them alike."""
    coarse = cv2.resize(weight, None, fx=_COARSE, fy=_COARSE, interpolation=cv2.INTER_AREA)
    if float(coarse.sum()) < 6:
        return []
    peaks: list[tuple[float, float, float, float]] = []
    radii = [radius_mm * MM * _COARSE for radius_mm in limits.radii_mm]
    reach = int(max(radii) * 0.5)
    h, w = coarse.shape
    rows, columns = (cv2.getOptimalDFTSize(side + 2 * reach + int(max(radii)) + 4) for side in (h, w))
    space = np.zeros((rows, columns), np.float32)
    space[reach : reach + h, reach : reach + w] = np.minimum(coarse * 2, 1)
    spectrum = cv2.dft(space)
    for radius in radii:
        product = cv2.mulSpectrums(spectrum, _circle_spectrum(radius, rows, columns), 0)
        votes = cv2.dft(product, flags=cv2.DFT_INVERSE | cv2.DFT_SCALE | cv2.DFT_REAL_OUTPUT)
        pad = int(radius * 0.5)
        off = reach - pad
        field = votes[off : off + h + 2 * pad, off : off + w + 2 * pad].copy()
        for _peak in range(limits.peaks):
            _low, vote, _where, (x, y) = cv2.minMaxLoc(field)
            if vote <= limits.least_vote:
                break
            peaks.append((vote, (x - pad) / _COARSE, (y - pad) / _COARSE, radius / _COARSE))
            cv2.circle(field, (x, y), int(limits.apart_mm * MM * _COARSE), 0, -1)
    found: list[tuple[float, float, float]] = []
    for _vote, x, y, radius in sorted(peaks, reverse=True):
        if len(found) == limits.candidates:
            break
        if all(np.hypot(x - a, y - b) + abs(radius - r) > limits.apart_mm * MM for a, b, r in found):
            found.append((x, y, radius))
    return found


@lru_cache(maxsize=16)
def _circle(radius: float) -> Array:
    """A thin ring of total weight 1."""
    n = 2 * int(radius + 3) + 1
    rows, columns = np.mgrid[0:n, 0:n] - n // 2
    kernel = np.exp(-(((np.hypot(rows, columns) - radius) / 0.9) ** 2)).astype(np.float32)
    return kernel / kernel.sum()


@lru_cache(maxsize=128)
def _circle_spectrum(radius: float, rows: int, columns: int) -> Array:
    """Spectrum of that ring about the corner of a picture of this size; boxes come in few sizes."""
    circle = _circle(radius)
    centre = circle.shape[0] // 2
    whole = np.zeros((rows, columns), np.float32)
    whole[: circle.shape[0], : circle.shape[1]] = circle
    return cv2.dft(np.roll(whole, (-centre, -centre), (0, 1)))


def _measure(rows: Array, columns: Array, x: float, y: float, radius: float) -> Ring | None:
    """Sharpen centre and radius, then count the sectors that carry ink.

    Args:
        rows, columns: where ink lies, at `_FINE` scale.
    """
    cx, cy, r = x * _FINE, y * _FINE, radius * _FINE
    for _round in range(4):
        distance = np.hypot(columns - cx, rows - cy)
        on = np.abs(distance - r) < 3.0
        if on.sum() < 20:
            return None
        px, py = columns[on].astype(float), rows[on].astype(float)
        # Algebraic circle fit: x^2 + y^2 = 2ax + 2by + c.
        system = np.stack([2 * px, 2 * py, np.ones_like(px)], 1)
        (a, b, c), *_rest = np.linalg.lstsq(system, px**2 + py**2, rcond=None)
        fitted = float(np.sqrt(max(c + a * a + b * b, 1.0)))
        if abs(fitted - r) > 6 or np.hypot(a - cx, b - cy) > 8:
            break
        cx, cy, r = float(a), float(b), fitted
    distance = np.hypot(columns - cx, rows - cy)

    def filled(low: float, high: float) -> float:
        band = (distance >= low) & (distance < high)
        angle = np.arctan2(rows[band] - cy, columns[band] - cx) + np.pi
        sectors = (angle / (2 * np.pi) * _SECTORS).astype(int) % _SECTORS
        return int(np.count_nonzero(np.bincount(sectors, minlength=_SECTORS))) / _SECTORS

    width = 0.55 * MM * _FINE
    on_ring = filled(r - width, r + width)
    outside = filled(r + 2.4 * width, r + 4.4 * width)
    return Ring(
        x=cx / _FINE,
        y=cy / _FINE,
        radius=r / _FINE,
        sectors=on_ring,
        gain=on_ring / max(outside, 0.08),
        redness=0.0,
    )
