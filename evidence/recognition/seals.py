"""Round red seals: colour against the local paper and its noise, then the geometry of the ring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from evidence.domain.document import Box, MarkVerdict
from evidence.recognition.aligned_scan import AlignedScan, Rect, crop
from evidence.recognition.reading import Array
from evidence.recognition.reference import MM
from evidence.recognition.rings import Ring, find_ring, find_rings
from evidence.recognition.seal_outline import outline_of
from evidence.recognition.seal_thresholds import SealThresholds
from evidence.recognition.surroundings import Surroundings, black_hat, box_rect
from evidence.recognition.thresholds import DEFAULT
from evidence.recognition.tones import percentile

_ARCS = 24
_WHOLE, _CLEAR = 0.95, 4.0
"""Share of a ring, and its density over the paper outside, from which it is round without a closer look."""
_PLAIN_RING = 3.8
"""Fullness of a ring that is plainly a seal's own, of 4: circles less likely need not be measured."""
_BROAD_MM = 2.5
"""No line or letter of a seal is so broad; a marker's stripe is..."""
_STRIPE_MM2 = 100.0
"""...and covers more than a star of 14 mm."""
_GRAY_REACH_MM = 14.0
"""How far around its box a ring without colour is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealFinding:
    """What was seen at one seal box."""

    verdict: MarkVerdict
    score: int
    ring: Ring | None = None
    red_mm2: float = 0.0
    copy: bool = False
    """A gray ring on a colour scan: a photocopied seal is not a seal."""
    why: str = ""
    """Why it is asked, in words for the clerk; empty where that is plain."""
    loose: tuple[Ring, ...] = ()
    """Red rings that belong to no box: their ink is no pen's and no thumb's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Red:
    """Red ink around one box."""

    amount: Array
    """Redness, 0 where none."""
    level: float
    """Redness from which a pixel is ink."""
    signed: Array | None = None
    """Redness over the paper's as measured, below zero too: set where red is sought beneath the noise and
    strength says nothing, so that the ring must."""

    @property
    def pale(self) -> bool:
        """Whether it was sought beneath the noise."""
        return self.signed is not None


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


def find_seal(
    sheet: AlignedScan,
    box: Box,
    view: Surroundings,
    foreign: Sequence[Ring] = (),
    limits: SealThresholds = DEFAULT.seal,
) -> SealFinding:
    """Judge one seal box; `foreign` rings belong to other boxes and are left out."""
    region = box_rect(box, limits.reach_mm)
    origin = (max(region[0], 0.0), max(region[1], 0.0))
    if not sheet.colored:
        ring = _gray_ring(sheet, box_rect(box, _GRAY_REACH_MM))
        return SealFinding(
            verdict=MarkVerdict.UNDECIDED, score=300 + round(400 * (ring.sectors if ring else 0)), ring=ring
        )
    patch = sheet.color(*region)
    amount = redness(patch)
    red = _Red(amount=amount, level=redness_level(amount, limits))
    _erase(red.amount, foreign, origin)
    found = _ringed(red, patch, box, origin, limits)
    if found.verdict is not MarkVerdict.PRESENT and not found.why:
        pale = _pale_red(patch, limits)
        _erase(pale.amount, foreign, origin)
        fainter = _ringed(pale, patch, box, origin, limits)
        found = fainter if fainter.verdict is MarkVerdict.PRESENT else found
    if found.verdict is MarkVerdict.PRESENT and view.covered:
        return replace(found, verdict=MarkVerdict.UNDECIDED, score=min(found.score, 600))
    if found.verdict is MarkVerdict.PRESENT or found.why or found.ring is not None:
        return found
    x, y, w, h = box_rect(box, 2)
    ink = red.amount > red.level
    inner = crop(ink, x - origin[0], y - origin[1], w, h)
    if _solid_area(inner) >= limits.ask_mm2:
        return replace(found, score=450)
    copy = _gray_ring(sheet, box_rect(box, _GRAY_REACH_MM))
    if copy is not None and copy.sectors >= limits.gray_ring and copy.gain >= 1.8 and belongs(copy, box):
        return replace(found, score=300, ring=copy, copy=True)
    if not view.may_be_absent:
        return replace(found, score=400)
    area = float(inner.sum()) / MM**2
    return replace(found, verdict=MarkVerdict.ABSENT, score=max(0, min(1000, round(1000 - 100 * area))))


def _ringed(
    red: _Red, patch: Array, box: Box, origin: tuple[float, float], limits: SealThresholds
) -> SealFinding:
    """What the circles in red ink say: the first that is a seal's, else the first that may be."""
    mine, loose = _circles(red, box, origin, limits)
    best: SealFinding | None = None
    for ring in mine:
        finding = _weighed(red, patch, ring, _moved(ring, origin), limits)
        if finding.verdict is MarkVerdict.PRESENT or finding.why:
            return replace(finding, loose=loose)
        best = best or finding
    if red.pale or best is None:
        return SealFinding(verdict=MarkVerdict.UNDECIDED, score=300, loose=loose)
    return replace(best, loose=loose)


def _circles(
    red: _Red, box: Box, origin: tuple[float, float], limits: SealThresholds
) -> tuple[list[Ring], tuple[Ring, ...]]:
    """Circles at this box, in the crop, the fullest first; and those elsewhere, on the sheet.

    A whole circle elsewhere is another seal: its ink is taken away, for parts of it make circles here.
    """
    loose: list[Ring] = []
    while True:
        weight = np.clip(red.amount / (1.6 * red.level), 0, 1).astype(np.float32)
        inked = np.nonzero(red.amount > red.level)
        found: list[Ring] = []
        for circle in find_rings(weight, limits):
            if circle.sectors < 0.3 or circle.gain < limits.ring_gain:
                continue
            ring = _with_redness(circle, red.amount, inked)
            found.append(ring)
            if _fullness(ring) >= _PLAIN_RING and belongs(_moved(ring, origin), box):
                break  # no other circle is fuller
        found.sort(key=_fullness, reverse=True)
        first = next(iter(found), None)
        whole = first is not None and first.sectors >= limits.loose_sectors
        if first is None or not whole or belongs(_moved(first, origin), box) or len(loose) == 2:
            return [ring for ring in found if belongs(_moved(ring, origin), box)], tuple(loose)
        loose.append(_moved(first, origin))
        _erase(red.amount, loose[-1:], origin)


def _fullness(ring: Ring) -> float:
    """How much a circle is a ring's own: lettering makes full circles with ink on both sides."""
    return ring.sectors * min(ring.gain, 4.0)


def _weighed(red: _Red, patch: Array, ring: Ring, there: Ring, limits: SealThresholds) -> SealFinding:
    """Whether one ring is a seal's: by strength and half a ring, or by the ring and its hue alone."""
    ink = red.amount > red.level
    disk = disk_of(ring, ink.shape, (0.0, 0.0), 1.1)
    area = float((ink & disk).sum()) / MM**2
    if red.pale:
        strong = (
            ring.sectors >= limits.pale_sectors
            and ring.redness >= limits.pale_floor
            and _purity(red, patch, ring) >= limits.pale_purity
            and _redder_arcs(red, ring, limits) >= limits.pale_arcs
        )
    else:
        strong = ring.sectors >= limits.present_sectors and ring.redness >= max(
            limits.present_saturation, 1.5 * red.level
        )
    strong = strong and area >= limits.present_mm2
    score = min(1000, round(400 + 600 * min(ring.sectors / 0.9, 1) * min(max(ring.redness, 20) / 60, 1)))
    why = ""
    if strong and not (ring.sectors >= _WHOLE and ring.gain >= _CLEAR):
        drawn = _drawn(red) & disk_of(ring, ink.shape, (0.0, 0.0), 1.45)
        why = outline_of(drawn, ring, limits)
    return SealFinding(
        verdict=MarkVerdict.PRESENT if strong and not why else MarkVerdict.UNDECIDED,
        score=score if not why else min(score, 600),
        ring=there,
        red_mm2=area,
        why=why,
    )


def _drawn(red: _Red) -> Array:
    """Red ink, bool; where a marker crosses, less its stripe, on which lines and letters are redder still."""
    ink = red.amount > red.level
    broad = cv2.morphologyEx(red.amount, cv2.MORPH_OPEN, np.ones((int(_BROAD_MM * MM),) * 2))
    if float((broad > red.level).sum()) < _STRIPE_MM2 * MM**2:
        return ink
    edges = cv2.morphologyEx((broad > red.level).astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((9, 9)))
    return ((red.amount - broad) > red.level) & (edges == 0)


def _pale_red(patch: Array, limits: SealThresholds) -> _Red:
    """Red beneath the paper's noise: averaged, and held against what the paper itself still has."""
    soft = cv2.GaussianBlur(patch, (0, 0), limits.pale_blur)
    blue, green, red = cv2.split(soft.astype(np.int16))
    amount = red - cv2.max(green, blue)
    usual = float(np.median(amount))
    noise = 1.48 * float(np.median(np.abs(amount - usual)))
    level = max(limits.pale_floor, limits.pale_gain * noise)
    signed = (amount - usual).astype(np.float32)
    amount = np.clip(signed, 0, 255).astype(np.int16)
    tilt = 60 * np.abs(green - blue)
    amount[tilt > limits.hue_degrees * np.maximum(red - cv2.min(green, blue), 1)] = 0
    return _Red(amount=amount, level=level, signed=signed)


def _redder_arcs(red: _Red, ring: Ring, limits: SealThresholds) -> float:
    """Share of arcs of a ring that are redder, on the average, than the paper just outside them."""
    signed = red.signed
    if signed is None:
        return 0.0
    reach = ring.radius + 3.2 * MM
    left, top = max(int(ring.x - reach), 0), max(int(ring.y - reach), 0)
    part = signed[top : int(ring.y + reach) + 1, left : int(ring.x + reach) + 1]
    rows, columns = np.indices(part.shape)
    dx, dy = columns + left - ring.x, rows + top - ring.y
    distance = np.hypot(dx, dy) - ring.radius
    arc = ((np.arctan2(dy, dx) + np.pi) / (2 * np.pi) * _ARCS).astype(int) % _ARCS
    on, off = np.abs(distance) < 0.5 * MM, (distance > 1.3 * MM) & (distance < 2.8 * MM)
    redder = 0
    for k in range(_ARCS):
        here, paper = part[on & (arc == k)], part[off & (arc == k)]
        if len(here) < 20 or len(paper) < 20:
            continue
        # Neighbouring pixels were averaged together: an eighth of them tell something of their own.
        error = float(paper.std()) * np.sqrt(8 / len(here) + 8 / len(paper))
        redder += float(here.mean() - paper.mean()) > limits.pale_redder + 4 * error
    return redder / _ARCS


def _purity(red: _Red, patch: Array, ring: Ring) -> float:
    """Share of redness in the darkness of the ring's ink: near 1 for a red pad, near 0 for toner."""
    soft = cv2.GaussianBlur(np.ascontiguousarray(patch[..., 1]), (0, 0), DEFAULT.seal.pale_blur)
    rows, columns = np.nonzero(red.amount > red.level)
    on = np.abs(np.hypot(columns - ring.x, rows - ring.y) - ring.radius) < 0.8 * MM
    if not on.any():
        return 0.0
    paper = float(np.median(soft))
    darkness = np.maximum(paper - soft[rows[on], columns[on]].astype(float), 1.0)
    return float(np.median(red.amount[rows[on], columns[on]] / darkness))


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


def _gray_ring(sheet: AlignedScan, region: Rect) -> Ring | None:
    """A ring of ink that is not our print, whatever its colour."""
    origin = (max(region[0], 0.0), max(region[1], 0.0))
    page = crop(sheet.reference.gray, *region)
    seen = crop(sheet.gray, *region)
    printed = cv2.dilate((page < 200).astype(np.uint8), np.ones((7, 7)))
    dark = black_hat(seen, 4)
    dark[printed > 0] = 0
    level = max(30.0, 4 * sheet.noise)
    ring = find_ring(np.clip(dark / (1.6 * level), 0, 1).astype(np.float32))
    return None if ring is None else _moved(ring, origin)


def _with_redness(ring: Ring, amount: Array, inked: tuple[Array, ...]) -> Ring:
    rows, columns = inked
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


def belongs(ring: Ring, box: Box, margin_mm: float = 8.0) -> bool:
    """The seal's centre lies in the box or within 8 mm of it."""
    x, y, w, h = box_rect(box, margin_mm)
    return x <= ring.x <= x + w and y <= ring.y <= y + h
