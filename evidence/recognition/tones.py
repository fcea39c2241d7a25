"""Medians and percentiles of 8-bit tones by counting them: sorting is most of the time on whole boxes."""

from __future__ import annotations

import cv2
import numpy as np

from evidence.recognition.reading import Array


def percentile(tones: Array, share: float, mask: Array | None = None) -> float:
    """`np.percentile` of uint8 tones, to the same value.

    Args:
        share: 0..100.
        mask: uint8, 0 where a tone does not count.

    Raises:
        ValueError: no tone counts.
    """
    counts = cv2.calcHist([tones], [0], mask, [256], [0, 256]).ravel()
    upto = np.cumsum(counts, dtype=np.int64)
    total = int(upto[-1])
    if total == 0:
        raise ValueError("no tones to take a percentile of")
    place = share / 100 * (total - 1)
    low, high = np.searchsorted(upto, (int(place), min(int(place) + 1, total - 1)), side="right").tolist()
    return low + (place - int(place)) * (high - low)


def median(tones: Array, mask: Array | None = None) -> float:
    """`np.median` of uint8 tones; raises ValueError when there are none."""
    return percentile(tones, 50, mask)
