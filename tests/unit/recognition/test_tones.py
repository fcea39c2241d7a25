"""Counted medians and percentiles are those of numpy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from evidence.recognition.tones import median, percentile

tones = arrays(np.uint8, st.integers(1, 60))


@given(tones=tones, share=st.integers(0, 100))
def test_a_counted_percentile_is_the_sorted_one(tones, share):
    assert percentile(tones, share) == pytest.approx(float(np.percentile(tones, share)), abs=1e-9)


@given(tones=tones)
def test_a_counted_median_is_the_sorted_one(tones):
    assert median(tones) == float(np.median(tones))


def test_masked_tones_do_not_count():
    assert median(np.array([[1, 9, 200]], np.uint8), np.array([[1, 1, 0]], np.uint8)) == 5.0


def test_no_tone_has_no_median():
    with pytest.raises(ValueError, match="no tones"):
        median(np.array([[7]], np.uint8), np.zeros((1, 1), np.uint8))
