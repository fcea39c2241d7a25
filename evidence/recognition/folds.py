"""Straight page-long dark lines that the form has not printed: folds, feeder streaks (point 3)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from evidence.recognition.aligned_scan import AlignedScan
from evidence.recognition.ink_thresholds import InkThresholds
from evidence.recognition.reading import Array
from evidence.recognition.reference import MM, Reference, halved
from evidence.recognition.thresholds import DEFAULT


def unprinted_lines(sheet: AlignedScan, limits: InkThresholds = DEFAULT.ink) -> Array:
    """Mask of such lines, of the sheet's size."""
    half = sheet.half
    dark = cv2.subtract(cv2.morphologyEx(half, cv2.MORPH_CLOSE, np.ones((13, 13))), half)
    free = _free_of_print(sheet.reference)
    ink = cv2.bitwise_and((dark > int(max(9.0, 2.0 * sheet.noise))).astype(np.uint8), free)
    found = np.zeros(ink.shape, np.uint8)
    kinds = [_Kind(mm=limits.line_mm, fill=limits.line_fill, beside=limits.line_beside)]
    if sheet.bilevel:
        kinds.append(_Kind(mm=limits.broken_mm, fill=limits.broken_fill, beside=limits.broken_beside))
    for kind in kinds:
        for across in (True, False):
            _find(ink, free, kind, found, across=across)
    if not found.any():
        return np.zeros_like(sheet.gray)
    mask = cv2.dilate(found, np.ones((3, 3)))
    return cv2.resize(mask, sheet.gray.shape[::-1], interpolation=cv2.INTER_NEAREST)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """What a line must be like."""

    mm: float
    """Length of the run looked at."""
    fill: float
    """Least share of it that is dark, of what print leaves free."""
    beside: float
    """Less than this share is dark beside it."""


def _find(ink: Array, free: Array, kind: _Kind, found: Array, *, across: bool) -> None:
    """Add the lines of one kind and direction to `found`."""
    length, aside = int(kind.mm * MM / 2), int(1.3 * MM / 2) + 1
    along = (length, 1) if across else (1, length)
    thick = cv2.bitwise_and(cv2.dilate(ink, np.ones((3, 1) if across else (1, 3))), free)
    filled = _summed(thick, along)
    far = cv2.compare(filled, int(kind.fill * 0.5 * length), cv2.CMP_GT)
    if not cv2.countNonZero(far):
        return  # nothing runs that far: the usual page
    near = _surroundings_of(far, along, aside)
    runs = far[near] > 0
    rows, columns = np.divmod(np.flatnonzero(runs), runs.shape[1])  # np.nonzero takes four times as long
    # Print hides parts of a line: only free paper counts, and half of the run must be free.
    free_run = np.maximum(_summed(free[near], along), 1)
    room = free_run[rows, columns]
    line = (filled[near][rows, columns] > kind.fill * room) & (room > 0.5 * length)
    if not line.any():
        return  # signatures
    rows, columns = rows[line], columns[line]
    # Handwriting is dark above and below as well; a fold is alone.
    dark_run = _summed(ink[near], along)
    alone = np.ones(len(rows), bool)
    for step in (-aside, aside):
        down, right = (step, 0) if across else (0, step)
        places = (rows + down) % dark_run.shape[0], (columns + right) % dark_run.shape[1]
        alone &= dark_run[places] < kind.beside * free_run[places]
    mask = np.zeros(dark_run.shape, np.uint8)
    mask[rows[alone], columns[alone]] = 1
    grown = cv2.dilate(mask, np.ones(along[::-1], np.uint8))
    found[near] |= cv2.bitwise_and(grown, cv2.dilate(thick[near], np.ones((3, 3))))


def _surroundings_of(candidates: Array, along: tuple[int, int], aside: int) -> tuple[slice, slice]:
    """The part of the sheet to look at closely: most pages have a few dark runs, of signatures."""
    x, y, w, h = cv2.boundingRect(candidates)
    margin = max(aside, *along)
    return np.s_[max(y - margin, 0) : y + h + margin, max(x - margin, 0) : x + w + margin]


@lru_cache(maxsize=64)
def _free_of_print(reference: Reference) -> Array:
    """1 where the form prints nothing, at half size."""
    return cv2.erode((halved(reference) > 215).astype(np.uint8), np.ones((3, 3)))


def _summed(mask: Array, along: tuple[int, int]) -> Array:
    """How many pixels of a 0/1 mask lie along a run around each pixel."""
    return cv2.boxFilter(mask, cv2.CV_16U, along, normalize=False)
