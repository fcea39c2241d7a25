"""Red ink in a box that is no pen's: a seal's, a thumb's."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from evidence.recognition.aligned_scan import AlignedScan, Rect
from evidence.recognition.ink_thresholds import InkThresholds
from evidence.recognition.reading import Array
from evidence.recognition.reference import MM
from evidence.recognition.rings import Ring
from evidence.recognition.seals import disk_of, redness, redness_level
from evidence.recognition.surroundings import black_hat
from evidence.recognition.thresholds import DEFAULT

_BEYOND = 12 * MM
_DENSE = 0.76
"""Share of ink in a thumb's blob that no writing has: names had 0.5-0.72, one 0.82."""
_LONG = 1.75
"""Length over breadth from which a blob is no thumb's: thumbs had 1.2-1.6, names 1.9 and more."""
_ROUND = 0.79
"""Likeness to an ellipse of equal moments that thumbs have: they had 0.81 and more, names 0.77 and less."""


def disks_in(rect: Rect, dark: Array, rings: Sequence[Ring]) -> Array:
    """Where seals lie in a crop that begins at the rectangle's corner."""
    x0, y0 = max(round(rect[0]), 0), max(round(rect[1]), 0)
    disks = np.zeros(dark.shape, bool)
    for ring in rings:
        disks |= disk_of(ring, dark.shape, (x0, y0), 1.06)
    return disks


def without_red_ink(sheet: AlignedScan, rect: Rect, dark: Array, stamped: Array) -> tuple[Array, Array]:
    """Subtract red only where a seal or thumb was pressed (point 2): dark pens stay visible in red light."""
    if not stamped.any():
        return dark, stamped
    result = dark.copy()
    if not sheet.colored:
        result[stamped] = 0
        return result, stamped & (dark > 0)
    patch = sheet.color(*rect)
    red_light = black_hat(np.ascontiguousarray(patch[..., 2]), DEFAULT.ink.blackhat_mm)
    amount = redness(patch)
    red_ink = cv2.dilate((amount > redness_level(amount)).astype(np.uint8), np.ones((3, 3))) > 0
    pen = ~red_ink | (red_light > 110)
    result[stamped] = np.where(pen & (red_light > 0), red_light, 0)[stamped]
    return result, np.zeros(dark.shape, bool)


def thumb_in(sheet: AlignedScan, rect: Rect, rings: Sequence[Ring], limits: InkThresholds) -> Array | None:
    """Where a thumb was pressed: a compact red blob of 8-24 mm with ridges, outside every seal."""
    if not sheet.colored:
        return None
    patch = sheet.color(*rect)
    blue, green, red = cv2.split(np.ascontiguousarray(patch[::3, ::3]))
    reddish = cv2.subtract(red, cv2.max(blue, green)) > int(DEFAULT.seal.floor)
    left, top = max(round(rect[0]), 0), max(round(rect[1]), 0)
    for ring in rings:
        reddish &= ~disk_of(ring, patch.shape, (left, top), 1.1)[::3, ::3]
    if int(np.count_nonzero(reddish)) < 10 * MM**2 / 9:
        return None
    # What reaches far beyond the box is part of something larger than a thumb: a seal hanging over.
    wide = (rect[0] - _BEYOND, rect[1] - _BEYOND, rect[2] + 2 * _BEYOND, rect[3] + 2 * _BEYOND)
    amount = redness(sheet.color(*wide))
    ink = (amount > redness_level(amount)).astype(np.uint8)
    x0, y0 = max(round(wide[0]), 0), max(round(wide[1]), 0)
    for ring in rings:
        ink[disk_of(ring, ink.shape, (x0, y0), 1.1)] = 0
    if ink.sum() < 25 * MM**2:
        return None
    gap = int(limits.thumb_gap_mm * MM)
    closed = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((gap, gap)))
    solid = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((int(5 * MM),) * 2))
    count, labels, stats, _centres = cv2.connectedComponentsWithStats(solid)
    pressed = np.zeros_like(solid)
    for k, (_x, _y, w, h, size) in enumerate(stats[1:count].tolist(), 1):
        filled = size / max(w * h, 1)
        compact = min(w, h) > 7 * MM and max(w, h) < 26 * MM and filled > 0.55
        if compact and not _is_line_of_writing(ink, closed, labels == k):
            pressed[labels == k] = 1
    if not pressed.any():
        return None
    grown = cv2.dilate(pressed, np.ones((2 * gap + 1,) * 2)) > 0
    here = grown[top - y0 : top - y0 + patch.shape[0], left - x0 : left - x0 + patch.shape[1]]
    return here if here.any() else None


def _is_line_of_writing(ink: Array, closed: Array, blob: Array) -> bool:
    """Whether a blob is part of a name in red ink: long, unlike an ellipse, and with paper in between.

    Of 51 thumbs drawn whole and patchy all but one pressed onto another were rounder, of 18 names none.
    """
    if float(ink[blob].mean()) > _DENSE:
        return False
    _count, labels = cv2.connectedComponents(closed)
    whole = (labels == int(np.bincount(labels[blob]).argmax())).astype(np.uint8)
    moments = cv2.moments(whole, binaryImage=True)
    area = moments["m00"]
    across, down = moments["m10"] / area, moments["m01"] / area
    spread = np.array([[moments["mu20"], moments["mu11"]], [moments["mu11"], moments["mu02"]]]) / area
    values, turns = np.linalg.eigh(spread)
    short, long = (4 * np.sqrt(np.maximum(values, 0.25))).tolist()
    ellipse = np.zeros_like(whole)
    turn = float(np.degrees(np.arctan2(turns[1, 1], turns[0, 1])))
    cv2.ellipse(ellipse, ((across, down), (long, short), turn), (1.0,), -1)
    like = float(np.count_nonzero(whole & ellipse)) / float(np.count_nonzero(whole | ellipse))
    return long > _LONG * short and like < _ROUND
