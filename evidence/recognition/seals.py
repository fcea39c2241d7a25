"""Round red seals: colour against the local paper and its noise, then the geometry of the ring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from evidence.domain.document import Box, MarkVerdict
from evidence.recognition.reading import Array
from evidence.recognition.reference import MM
from evidence.recognition.sheet import Sheet, crop
from evidence.recognition.surroundings import Surroundings, black_hat, box_rect
from evidence.recognition.thresholds import DEFAULT, SealThresholds
from evidence.recognition.tones import percentile

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


@dataclass(frozen=True, slots=True, kw_only=True)
class SealFinding:
    """What was seen at one seal box."""

    verdict: MarkVerdict
    score: int
    ring: Ring | None = None
    red_mm2: float = 0.0
    copy: bool = False
    """A gray ring on a colour scan: a photocopied seal is not a seal."""


def redness(color: Array) -> Array:
    """R - max(G, B) of a levelled picture, 0 unless the hue is within reach of red; int16."""
    blue, green, red = cv2.split(cv2.GaussianBlur(color, (0, 0), 0.7))
    amount = cv2.subtract(red, cv2.max(green, blue))
    chroma = cv2.max(cv2.subtract(red, cv2.min(green, blue)), 1).astype(np.int16)
    # Hue in degrees from pure red: 60 * (G - B) / chroma; brown coffee and orange marker lie beyond.
    tilt = 60 * cv2.absdiff(green, blue).astype(np.int16)
    amount[tilt > DEFAULT.seal.hue_degrees * chroma] = 0
    return amount


def redness_level(amount: Array, limits: SealThresholds = DEFAULT.seal) -> float:
    """Redness above which a pixel is ink on this paper."""
    tones = np.minimum(amount, 255).astype(np.uint8)
    paper = (tones < 3 * limits.floor).astype(np.uint8)
    noise = percentile(tones, 84, paper) if paper.any() else 0.0
    return max(limits.floor, limits.noise_gain * noise)


def find_ring(weight: Array, limits: SealThresholds = DEFAULT.seal) -> Ring | None:
    """The best circle of seal size in a map of ink 0..1 (float32, reference scale)."""
    coarse = cv2.resize(weight, None, fx=_COARSE, fy=_COARSE, interpolation=cv2.INTER_AREA)
    if float(coarse.sum()) < 6:
        return None
    best = (0.0, 0.0, 0.0, 0.0)
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
        _low, vote, _where, (x, y) = cv2.minMaxLoc(votes[off : off + h + 2 * pad, off : off + w + 2 * pad])
        if vote > best[0]:
            best = (vote, (x - pad) / _COARSE, (y - pad) / _COARSE, radius / _COARSE)
    if best[0] <= 0.02:
        return None
    return _measure(weight, *best[1:])


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


def _measure(weight: Array, x: float, y: float, radius: float) -> Ring | None:
    """Sharpen centre and radius, then count the sectors that carry ink."""
    fine = cv2.resize(weight, None, fx=_FINE, fy=_FINE, interpolation=cv2.INTER_AREA)
    rows, columns = np.nonzero(fine > 0.3)
    if len(rows) < 20:
        return None
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
    angle = ((np.arctan2(rows - cy, columns - cx) + np.pi) / (2 * np.pi) * _SECTORS).astype(int) % _SECTORS

    def filled(low: float, high: float) -> float:
        band = (distance >= low) & (distance < high)
        return len(np.unique(angle[band])) / _SECTORS

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


def find_seal(
    sheet: Sheet,
    box: Box,
    view: Surroundings,
    foreign: Sequence[Ring] = (),
    limits: SealThresholds = DEFAULT.seal,
) -> SealFinding:
    """Judge one seal box; `foreign` rings belong to other boxes and are left out."""
    region = box_rect(box, 14)
    origin = (max(region[0], 0.0), max(region[1], 0.0))
    if not sheet.colored:
        ring = _gray_ring(sheet, region, origin)
        return SealFinding(
            verdict=MarkVerdict.UNDECIDED, score=300 + round(400 * (ring.sectors if ring else 0)), ring=ring
        )
    amount = redness(sheet.color(*region))
    level = redness_level(amount, limits)
    _erase(amount, foreign, origin)
    ring = find_ring(np.clip(amount / (1.6 * level), 0, 1).astype(np.float32), limits)
    ink = amount > level
    area = float(ink.sum()) / MM**2
    if ring is not None:
        ring = _with_redness(ring, amount, level)
        ring = _moved(ring, origin)
    near = ring is not None and _belongs(ring, box)
    if ring is not None and near and ring.sectors >= 0.3 and ring.gain >= limits.ring_gain:
        strong = (
            area >= limits.present_mm2
            and ring.sectors >= limits.present_sectors
            and ring.redness >= max(limits.present_saturation, 1.5 * level)
        )
        score = min(1000, round(400 + 600 * min(ring.sectors / 0.9, 1) * min(ring.redness / 60, 1)))
        verdict = MarkVerdict.PRESENT if strong else MarkVerdict.UNDECIDED
        return SealFinding(verdict=verdict, score=score, ring=ring, red_mm2=area)
    x, y, w, h = box_rect(box, 2)
    inner = crop(ink, x - origin[0], y - origin[1], w, h)
    if _solid_area(inner) >= limits.ask_mm2:
        return SealFinding(verdict=MarkVerdict.UNDECIDED, score=450, red_mm2=area)
    copy = _gray_ring(sheet, region, origin)
    if copy is not None and copy.sectors >= limits.gray_ring and copy.gain >= 1.8 and _belongs(copy, box):
        return SealFinding(verdict=MarkVerdict.UNDECIDED, score=300, ring=copy, copy=True)
    if not view.may_be_absent:
        return SealFinding(verdict=MarkVerdict.UNDECIDED, score=400)
    return SealFinding(verdict=MarkVerdict.ABSENT, score=min(1000, round(1000 - 100 * area)))


def _erase(amount: Array, rings: Sequence[Ring], origin: tuple[float, float]) -> None:
    for ring in rings:
        amount[disk_of(ring, amount.shape, origin, 1.08)] = 0


def disk_of(ring: Ring, shape: tuple[int, ...], origin: tuple[float, float], grown: float) -> Array:
    """Which pixels of a crop that begins at `origin` lie within a ring `grown` times and 3 pixels larger."""
    across = (np.arange(shape[1]) + (origin[0] - ring.x)) ** 2
    down = (np.arange(shape[0]) + (origin[1] - ring.y)) ** 2
    return across[None] + down[:, None] < (ring.radius * grown + 3) ** 2


def _solid_area(ink: Array) -> float:
    """Area in mm2 without specks."""
    solid = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2)))
    return float(solid.sum()) / MM**2


def _gray_ring(
    sheet: Sheet, region: tuple[float, float, float, float], origin: tuple[float, float]
) -> Ring | None:
    """A ring of ink that is not our print, whatever its colour."""
    page = crop(sheet.reference.gray, *region)
    seen = crop(sheet.gray, *region)
    printed = cv2.dilate((page < 200).astype(np.uint8), np.ones((7, 7)))
    dark = black_hat(seen, 4)
    dark[printed > 0] = 0
    level = max(30.0, 4 * sheet.noise)
    ring = find_ring(np.clip(dark / (1.6 * level), 0, 1).astype(np.float32))
    return None if ring is None else _moved(ring, origin)


def _with_redness(ring: Ring, amount: Array, level: float) -> Ring:
    rows, columns = np.nonzero(amount > level)
    on = np.abs(np.hypot(columns - ring.x, rows - ring.y) - ring.radius) < 0.8 * MM
    values = amount[rows[on], columns[on]]
    return Ring(
        x=ring.x,
        y=ring.y,
        radius=ring.radius,
        sectors=ring.sectors,
        gain=ring.gain,
        redness=float(np.percentile(values, 70)) if values.size else 0.0,
    )


def _moved(ring: Ring, origin: tuple[float, float]) -> Ring:
    return Ring(
        x=ring.x + origin[0],
        y=ring.y + origin[1],
        radius=ring.radius,
        sectors=ring.sectors,
        gain=ring.gain,
        redness=ring.redness,
    )


def _belongs(ring: Ring, box: Box) -> bool:
    """The seal's centre lies in the box or within 8 mm of it."""
    x, y, w, h = box_rect(box, 8)
    return x <= ring.x <= x + w and y <= ring.y <= y + h
