"""A second look at a box with enough ink to be signed: what would sign it must be writing."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from evidence.domain.document import Box
from evidence.recognition.aligned_scan import AlignedScan, crop
from evidence.recognition.local_print import shifted
from evidence.recognition.red_ink import disks_in, thumb_in, without_red_ink
from evidence.recognition.rings import Ring
from evidence.recognition.strokes import erase_rules
from evidence.recognition.surroundings import black_hat, box_rect
from evidence.recognition.thresholds import DEFAULT, Thresholds
from evidence.recognition.traits import WIDE_MM, Around


def look_closer(
    sheet: AlignedScan,
    box: Box,
    rings: Sequence[Ring],
    weak: float,
    thresholds: Thresholds = DEFAULT,
) -> Around:
    """The box with what lies around it.

    Args:
        weak: least darkness of a stroke.
    """
    rect = box_rect(box, WIDE_MM)
    seen = crop(sheet.gray, *rect)
    issued = crop(sheet.reference.gray, *rect)
    page = shifted(issued, seen)
    spread = 3 if sheet.bilevel else 2
    printed = cv2.dilate((page < 210).astype(np.uint8), np.ones((2 * spread + 1,) * 2))
    dark = black_hat(seen, thresholds.ink.blackhat_mm)
    stamped = disks_in(rect, dark, rings)
    thumb = thumb_in(sheet, rect, rings, thresholds.ink)
    dark, _under = without_red_ink(sheet, rect, dark, stamped if thumb is None else stamped | thumb)
    dark[printed > 0] = 0
    erase_rules(dark, issued, weak, thresholds.ink)
    return Around(rect=rect, dark=dark, hidden=(printed > 0) | stamped)
