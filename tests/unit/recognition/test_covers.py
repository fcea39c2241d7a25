"""Other people's paper on a box: whatever is printed or written on it signs nothing, and it is named."""

import numpy as np
import pytest

from evidence.demo.covers import business_card, receipt
from evidence.domain.document import MarkVerdict
from tests.recognition_room import box_pixels, mark


def lying(kind, seed):
    """A piece of paper on the middle of a box."""

    def retouch(_rng, canvas):
        x, y, w, h = box_pixels(canvas, "expert-1")
        kind(np.random.default_rng(seed), canvas, (x + 0.4 * w, y + h / 2))

    return retouch


@pytest.mark.parametrize("kind", [receipt, business_card])
@pytest.mark.parametrize("seed", range(2))
def test_paper_of_others_on_a_box_is_asked_and_named(room, sample, kind, seed):
    found = mark(room.read(room.scan(sample, retouch=lying(kind, seed))), "expert-1")
    assert (found.verdict, found.why) == (MarkVerdict.UNDECIDED, "有别的纸或物盖在上面")
