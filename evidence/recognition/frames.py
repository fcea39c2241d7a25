"""Whether the printed frame of a box is whole: then nothing reaches over it from outside.

Print that is missing beside a box may lie under a slip that covers the box too, but such a slip covers the
rules between; where all of them are seen in one piece, the print was painted out or replaced.
"""

from __future__ import annotations

import cv2
import numpy as np

from evidence.recognition.aligned_scan import AlignedScan, Rect, crop
from evidence.recognition.reading import Array
from evidence.recognition.reference import MM
from evidence.recognition.thresholds import DEFAULT

FRAME_MM = 1.5
"""How far outside its box a frame's rules lie at most."""
_RULE = 170
"""Brightness up to which a pixel of the issued page belongs to a rule."""
_OFF = 4
"""Pixels a rule may lie off, and..."""
_PIECE_MM = 3.0
"""...over pieces of this length, which follow paper that is bent."""
_SEEN = 0.9
"""Share of each piece that must be dark, in one row and the two beside it."""
_DARK = 0.3
"""Darkness of a rule in shares of the print's: thin rules are paler than words."""


def frame_is_whole(sheet: AlignedScan, rect: Rect) -> bool:
    """Whether rules run along all four sides of a box and each is seen from end to end.

    Never on bent paper: the frame may be that of the row above or below.

    Args:
        rect: the box alone.
    """
    if sheet.bent_mm > DEFAULT.alteration.bent_mm:
        return False
    x, y, w, h = rect
    reach, inward = FRAME_MM * MM, 0.5 * MM
    sides = (
        ((x, y - reach, w, reach + inward), False),
        ((x, y + h - inward, w, reach + inward), False),
        ((x - reach, y, reach + inward, h), True),
        ((x + w - inward, y, reach + inward, h), True),
    )
    return all(_rule_is_whole(sheet, side, turned=turned) for side, turned in sides)


def _rule_is_whole(sheet: AlignedScan, side: Rect, *, turned: bool) -> bool:
    """Whether a rule of the issued page in this strip along a side is seen; turned where it is upright."""
    x, y, w, h = side
    grown = (x - _OFF, y, w + 2 * _OFF, h) if turned else (x, y - _OFF, w, h + 2 * _OFF)
    page, seen = crop(sheet.reference.gray, *side), crop(sheet.gray, *grown)
    if turned:
        page, seen = page.T, seen.T
    rows = np.nonzero((page < _RULE).mean(axis=1) > _SEEN)[0]
    if not len(rows) or seen.shape != (page.shape[0] + 2 * _OFF, page.shape[1]):
        return False
    middle = int(rows[len(rows) // 2]) + _OFF
    return _runs_on(np.ascontiguousarray(seen[middle - _OFF : middle + _OFF + 1]), sheet)


def _runs_on(band: Array, sheet: AlignedScan) -> bool:
    """Whether each piece of a band has one row, level or a little askew, that is dark all along."""
    dark = (band < 255 - _DARK * max(sheet.contrast, 60.0)).astype(np.uint8)
    # One row to either side: a rule falls between two rows of pixels, or climbs by one.
    dark = cv2.dilate(dark, np.ones((3, 1)))
    pieces = max(round(dark.shape[1] / (_PIECE_MM * MM)), 1)
    return all(float(piece.mean(axis=1).max()) >= _SEEN for piece in np.array_split(dark, pieces, axis=1))
