"""Whether a seal is round: an oval or rectangular one where a round one belongs is another seal."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np

from evidence.recognition.reading import Array
from evidence.recognition.reference import MM
from evidence.recognition.rings import Ring
from evidence.recognition.seal_thresholds import SealThresholds
from evidence.recognition.thresholds import DEFAULT

OVAL = "像椭圆形印章（如发票专用章），不是圆形公章"
RECTANGLE = "像方形印章，不是圆形公章"
_POINTS = 96


def outline_of(ink: Array, ring: Ring, limits: SealThresholds = DEFAULT.seal) -> str:
    """What another outline than the ring's explains the ink better; empty for a round seal.

    Args:
        ink: bool, red ink around the ring and nothing else.
        ring: the circle found in it, in the crop's pixels.
    """
    ink, ring = _cut_out(ink, ring)
    solid = cv2.morphologyEx(ink.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((int(2.5 * MM),) * 2))
    solid = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((3, 3)))
    count, labels, stats, _centres = cv2.connectedComponentsWithStats(solid)
    if count < 2:
        return ""
    main = labels == 1 + int(np.argmax(stats[1:, 4]))
    rows, columns = np.nonzero(main & ink)
    if len(rows) < 50:
        return ""
    hull = cv2.convexHull(np.stack([columns, rows], 1).astype(np.int32))
    near = cv2.dilate(ink.astype(np.uint8), np.ones((int(1.2 * MM) | 1,) * 2))
    round_share = _carried(near, _ellipse((ring.x, ring.y), (ring.radius, ring.radius), 0.0))
    if len(hull) < 6:
        return ""
    (x, y), (a, b), turn = cv2.fitEllipse(hull)
    oval = _carried(near, _ellipse((x, y), (a / 2, b / 2), math.radians(turn)))
    corners = cv2.boxPoints(cv2.minAreaRect(hull))
    straight = _carried(near, _sides(corners))
    least = limits.outline_sectors
    beyond = np.hypot(columns - ring.x, rows - ring.y) > 1.1 * ring.radius
    if float(beyond.mean()) < limits.outline_beyond:
        # The circle holds all the ink: another outline must explain it better.
        least = max(least, round_share + limits.outline_better)
    filled = cv2.contourArea(hull) / max(cv2.contourArea(corners), 1.0)
    if straight >= least and straight > oval and filled > 0.88:
        return RECTANGLE
    if oval >= least and min(a, b) < limits.oval_ratio * max(a, b):
        return OVAL
    return ""


def _cut_out(ink: Array, ring: Ring) -> tuple[Array, Ring]:
    """The inked part of the crop with as much around it as the closing reaches, and the ring in it."""
    x, y, w, h = cv2.boundingRect(ink.astype(np.uint8))
    margin = int(4 * MM)
    left, top = max(x - margin, 0), max(y - margin, 0)
    return ink[top : y + h + margin, left : x + w + margin], replace(ring, x=ring.x - left, y=ring.y - top)


def _ellipse(centre: tuple[float, float], axes: tuple[float, float], turn: float) -> Array:
    """Points along an ellipse, n x 2."""
    t = np.linspace(0, 2 * math.pi, _POINTS, endpoint=False)
    x, y = axes[0] * np.cos(t), axes[1] * np.sin(t)
    cos, sin = math.cos(turn), math.sin(turn)
    return np.stack([centre[0] + x * cos - y * sin, centre[1] + x * sin + y * cos], 1)


def _sides(corners: Array) -> Array:
    """Points along a rectangle."""
    t = np.linspace(0, 1, _POINTS // 4, endpoint=False)[:, None]
    return np.concatenate(
        [a + (b - a) * t for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)]
    )


def _carried(near: Array, points: Array) -> float:
    """Share of points with ink."""
    columns, rows = np.round(points).astype(int).T
    inside = (columns >= 0) & (rows >= 0) & (columns < near.shape[1]) & (rows < near.shape[0])
    return float(near[rows[inside], columns[inside]].sum()) / max(len(points), 1)
