"""Which number is printed on the sheet: what tells two annex pages apart that differ in nothing else."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np

from evidence.recognition.aligned_scan import AlignedScan
from evidence.recognition.reading import Array
from evidence.recognition.reference import Reference

_REACH = 4
_MARGIN = 3
_DIFFERENT = 80
"""Gray levels by which two printed numbers differ where their digits differ."""
_LIKE = 0.6
"""Least correlation of the differing digits with this page's print."""
_BETTER = 0.15
"""By how much they must be liker this page's print than the other's."""


def number_proves(sheet: AlignedScan, siblings: Iterable[Reference]) -> bool:
    """Whether the printed number is this page's and none of the siblings'.

    Every sibling must be ruled out in one printed place at least and be favoured in none; a sibling
    whose number cannot be told from ours on this scan leaves the question open.
    """
    seen = cv2.GaussianBlur(sheet.gray, (0, 0), 0.5)
    ruled_out = [_rules_out(seen, sheet.reference, sibling) for sibling in siblings]
    return bool(ruled_out) and all(ruled_out)


def _rules_out(seen: Array, own: Reference, other: Reference) -> bool:
    if own.shape != other.shape:
        return False
    verdicts = [_liker(seen, own.gray, other.gray, place) for place in own.numbers.tolist()]
    return any(verdict > 0 for verdict in verdicts) and not any(verdict < 0 for verdict in verdicts)


def _liker(seen: Array, own: Array, other: Array, place: list[int]) -> int:
    """1: the scan shows our digits, -1: the other's, 0: cannot tell."""
    x, y, w, h = place
    there = np.s_[max(y, 0) : y + h, max(x, 0) : x + w]
    rows, columns = np.nonzero(np.abs(own[there].astype(int) - other[there].astype(int)) > _DIFFERENT)
    if not len(rows):
        return 0
    y0, y1 = y + int(rows.min()) - _MARGIN, y + int(rows.max()) + 1 + _MARGIN
    x0, x1 = x + int(columns.min()) - _MARGIN, x + int(columns.max()) + 1 + _MARGIN
    height, width = own.shape
    if x0 < _REACH or y0 < _REACH or x1 > width - _REACH or y1 > height - _REACH:
        return 0
    window = seen[y0 - _REACH : y1 + _REACH, x0 - _REACH : x1 + _REACH]
    box = np.s_[y0:y1, x0:x1]
    ours, theirs = _likeness(window, own[box]), _likeness(window, other[box])
    if ours >= _LIKE and ours - theirs >= _BETTER:
        return 1
    return -1 if theirs - ours >= _BETTER else 0


def _likeness(window: Array, print_: Array) -> float:
    """Best correlation of a piece of print within reach."""
    template = cv2.GaussianBlur(print_, (0, 0), 0.7)
    return float(cv2.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED).max())
