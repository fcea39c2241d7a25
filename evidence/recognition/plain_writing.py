"""Whether the ink of a box is plainly its own writing, so that its surroundings need no closer look.

That look takes straight runs away, in a crop with wide margins, and asks whether a neighbour's date reaches
over. Where no run leaves the box, plenty of bent strokes is left and no neighbour could have written them,
it has only one answer.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from evidence.domain.document import Box, BoxKind
from evidence.recognition.doubts import ink_in
from evidence.recognition.neighbours import may_be_date_ink, straddles
from evidence.recognition.reference import MM
from evidence.recognition.straight import line_count
from evidence.recognition.thresholds import DEFAULT, Thresholds
from evidence.recognition.traits import Around, inner_part, length_of_strokes, part, without

_STRAY_MM2 = 0.1
"""Ink around a box that is dust: what runs on outside it leaves more."""
_PLENTY = 2.0
"""Bent strokes of so many times the least length: what the wider crop sees otherwise takes less away."""


def is_plain_writing(
    box: Box,
    boxes: Sequence[Box],
    around: Around,
    weak: float,
    strong: float,
    thresholds: Thresholds = DEFAULT,
) -> bool:
    """Whether the wide crop could not tell more.

    Args:
        around: a crop a few millimetres larger than the box.
        weak, strong: what a stroke's pixel has at least, and what it reaches somewhere.
    """
    limits = thresholds.straight
    signature = box.kind is BoxKind.SIGNATURE
    least = _PLENTY * (limits.written_mm if signature else limits.dated_mm)
    if straddles(box, boxes, around, weak):
        return False
    if not signature and _is_small_writing(box, around, weak, strong, least, thresholds):
        return True
    if signature:
        around = without(around, may_be_date_ink(box, boxes, around, weak))
    own = ink_in(box, around.rect, around.dark, weak)
    parted = part(box, around, weak, thresholds)
    if parted.outside >= limits.leaves_mm:
        return False
    bent, straight = length_of_strokes(
        parted.rest,
        around.dark,
        parted.inner,
        strong,
        thresholds,
        enough=max(least, limits.mark_mm) if signature else least,
    )
    if bent < least:
        return False
    # A short drawing may be of one or two lines.
    short = signature and bent + straight + parted.in_runs <= limits.mark_mm
    return not short or line_count(own, limits) > limits.mark_lines


def _is_small_writing(
    box: Box, around: Around, weak: float, strong: float, least: float, thresholds: Thresholds
) -> bool:
    """Whether strokes too small for a straight run suffice, with nothing around the box."""
    ink = (around.dark > weak).astype(np.uint8)
    inner = inner_part(box, around.rect, 0.6)
    outside = int(np.count_nonzero(ink)) - int(np.count_nonzero(ink[inner]))
    if outside > _STRAY_MM2 * MM * MM:
        return False
    bent, _straight = length_of_strokes(
        ink, around.dark, inner, strong, thresholds, largest_mm=thresholds.straight.run_mm, enough=least
    )
    return bent >= least
