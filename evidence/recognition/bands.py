"""Two folds side by side that the paper's grain joins to one: no line, too broad, but as straight as one."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from evidence.recognition.reading import Array
from evidence.recognition.reference import MM

_JOINED_MM = 1.5
"""Gap between the lines of one band, and where print hides it."""
_LEAST_MM = 12.0
"""Length of a band at least..."""
_BROADEST_MM = 3.2
"""...its breadth at most: names are higher..."""
_LONGER = 5.0
"""...and how many times longer it is than broad."""
_BOW = 0.04
"""Rise of its bow in shares of half its length, at most."""


def bands_in(ink: Array) -> Iterator[tuple[Array, float]]:
    """Masks of straight bands of ink, bool, and the length of each in mm.

    Args:
        ink: uint8, 1 where something dark lies that is not printed.
    """
    side = int(_JOINED_MM * MM) | 1
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((side, side)))
    count, labels, stats, _centres = cv2.connectedComponentsWithStats(joined)
    for k, (x, y, w, h, _size) in enumerate(stats[1:count].tolist(), 1):
        if np.hypot(w, h) < _LEAST_MM * MM:
            continue
        place = np.s_[y : y + h, x : x + w]
        rows, columns = np.nonzero((labels[place] == k) & (ink[place] > 0))
        length, breadth = _spread(rows.astype(float), columns.astype(float))
        if length < _LEAST_MM * MM or breadth > _BROADEST_MM * MM or length < _LONGER * breadth:
            continue
        mask = np.zeros(ink.shape, bool)
        mask[y + rows, x + columns] = True
        yield mask, length / MM


def _spread(rows: Array, columns: Array) -> tuple[float, float]:
    """Length and breadth of ink along its own gentle arc, in pixels; without what is furthest off."""
    x, y = columns - columns.mean(), rows - rows.mean()
    turn = 0.5 * np.arctan2(2 * (x * y).mean(), (x * x).mean() - (y * y).mean())
    along, off = x * np.cos(turn) + y * np.sin(turn), y * np.cos(turn) - x * np.sin(turn)
    half = max(float(np.ptp(along)) / 2, 1.0)
    bend, slope, level = np.polyfit(along, off, 2)
    if abs(bend) * half > _BOW:
        return 0.0, 0.0
    off = off - (bend * along**2 + slope * along + level)
    low, high = np.percentile(off, (2, 98))
    return 2 * half, float(high - low)
