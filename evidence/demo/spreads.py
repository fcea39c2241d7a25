"""Two sheets in one picture: beside each other on a flatbed or a table, or one partly beneath."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from evidence.demo.canvas import Array
from evidence.demo.scanner import Scan


def spread(left: Scan, right: Scan, *, gap_mm: float = 4.0, lid: int = 235, lean: float = 0.0) -> Scan:
    """Both scans in one picture, as an A3 flatbed or a camera sees them.

    Args:
        gap_mm: between the sheets; below zero the right one lies on the left.
        lid: shade of what shows around them.
        lean: how much narrower the far side is, as a camera sees it, in shares of the height.
    """
    mm = left.truth.dpi / 25.4
    one, other = _coloured(left.image), _coloured(right.image)
    height = max(one.shape[0], other.shape[0]) + int(12 * mm)
    start = int(6 * mm) + one.shape[1] + int(gap_mm * mm)
    picture = np.full((height, start + other.shape[1] + int(6 * mm), 3), lid, np.uint8)
    for sheet, x in ((one, int(6 * mm)), (other, start)):
        y = int(6 * mm)
        picture[y : y + sheet.shape[0], x : x + sheet.shape[1]] = sheet
    if lean:
        h, w = picture.shape[:2]
        corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
        moved = corners + np.array([[lean * w, 0], [-lean * w, lean * h], [0, 0], [0, 0]], np.float32)
        pose = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
        picture = cv2.warpPerspective(picture, pose, (w, h), borderValue=(lid,) * 3)
    return replace(left, image=picture)


def _coloured(image: Array) -> Array:
    return image if image.ndim == 3 else cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
