"""Backs of pages and separator sheets: blank however they were scanned."""

from __future__ import annotations

import cv2
import numpy as np

from evidence.recognition.reading import Array
from evidence.recognition.thresholds import DEFAULT


def is_blank(gray: Array) -> bool:
    """Whether a page without code carries nothing but paper: holes, bleed-through, dust and edges aside."""
    factor = 620 / max(gray.shape)  # about 53 dpi: print survives, dust and grain do not
    small = cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) if factor < 1 else gray
    h, w = small.shape
    middle = small[int(h * 0.07) : int(h * 0.93), int(w * 0.1) : int(w * 0.9)]
    if middle.size == 0 or float(np.percentile(middle, 50)) < 100:
        return False  # a black or dark picture is something, if only a mistake
    # Paper varies slowly; a picture of a thing does not.
    if float(np.percentile(middle, 95)) - float(np.percentile(middle, 5)) > 60:
        return False
    dark = cv2.subtract(cv2.morphologyEx(middle, cv2.MORPH_CLOSE, np.ones((9, 9))), middle)
    noise = float(np.percentile(dark, 75))
    # Bleed-through from the other side is soft and pale: it stays below real print's darkness.
    ink = (dark > max(45.0, 3 * noise)).astype(np.uint8)
    return float(ink.mean()) <= DEFAULT.page.blank_ink
