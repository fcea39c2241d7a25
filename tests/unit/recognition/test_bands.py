"""Two folds side by side that grain joins to one band are as straight as one."""

import cv2
import numpy as np
import pytest

from evidence.recognition.bands import bands_in
from evidence.recognition.reference import MM


def band(bow_mm, broad_mm=2.0, long_mm=30.0):
    """Two lines a little bowed, with grain between them."""
    ink = np.zeros((round(20 * MM), round(40 * MM)), np.uint8)
    high, end = round(broad_mm * MM), round(long_mm * MM)
    grain = np.random.default_rng(3).random((high, end)) < 0.6
    grain[:3] = grain[-3:] = True
    for column in range(end):
        top = round((8 + bow_mm * (column / end) ** 2) * MM)
        ink[top : top + high, column] = grain[:, column]
    return ink


@pytest.mark.parametrize("bow", [0.0, 1.0, -2.0])
def test_two_folds_that_grain_joins_are_one_band(bow):
    (found,) = bands_in(band(bow))
    mask, length = found
    assert length == pytest.approx(30, abs=1)
    assert (mask == (band(bow) > 0)).all()


@pytest.mark.parametrize(
    "ink",
    [
        pytest.param(band(0.0, broad_mm=5.0), id="as high as a name"),
        pytest.param(band(0.0, long_mm=9.0), id="short"),
        pytest.param(band(8.0), id="bent"),
    ],
)
def test_what_is_high_short_or_bent_is_no_band(ink):
    assert not list(bands_in(ink))


def test_a_name_is_no_band():
    ink = np.zeros((round(20 * MM), round(50 * MM)), np.uint8)
    cv2.putText(ink, "Abg Wky", (10, round(12 * MM)), cv2.FONT_HERSHEY_SIMPLEX, 5 * MM / 21, 1, 3)
    assert not list(bands_in(ink))
