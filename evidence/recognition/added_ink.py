"""Ink where nobody prints, signs, seals, staples or punches."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import cv2
import numpy as np

from evidence.domain.document import Box, BoxKind, CodePlace, IssuedPage
from evidence.recognition.aligned_scan import AlignedScan, crop
from evidence.recognition.identity import Words
from evidence.recognition.reading import Array
from evidence.recognition.reference import MM, PT, Reference
from evidence.recognition.rings import Ring
from evidence.recognition.straight import straight_runs
from evidence.recognition.strokes import ninth_decile, stroke_width
from evidence.recognition.surroundings import black_hat, box_rect
from evidence.recognition.thresholds import DEFAULT, AlterationThresholds, Thresholds
from evidence.recognition.traits import ink_hue

_HALF_MM = MM / 2
"""Pixels per millimetre at half size."""
_SEAL_REACH_MM = 18
"""A seal pressed beside its box reaches this far."""
_EDGE_MM = 12
"""Holes, staples, thumbs and scanner borders live in the margin; nothing there is reported."""


def shows_added_ink(sheet: AlignedScan) -> bool:
    """Whether the copy can show added writing: in black and white grain and swollen print look like it."""
    return not sheet.bilevel


def added_ink(
    sheet: AlignedScan,
    words: Words,
    issued: IssuedPage,
    rings: Sequence[Ring],
    lines: Array,
    thresholds: Thresholds = DEFAULT,
) -> list[tuple[int, int, int, int]]:
    """Regions of handwriting outside the writable places, in pixels of the sheet.

    Sought at half size, where a pen is still 1.5 px wide.
    """
    limits = thresholds.alteration
    half = sheet.half
    rows, columns = half.shape
    dark = cv2.subtract(cv2.morphologyEx(half, cv2.MORPH_CLOSE, np.ones((11, 11))), half)
    dark *= _free_paper(sheet, issued, rings)[:rows, :columns]
    dark[lines[: 2 * rows : 2, : 2 * columns : 2] > 0] = 0
    weak = max(thresholds.ink.weak, thresholds.ink.noise_gain * sheet.noise + 14)
    ink = (dark > weak).astype(np.uint8)
    if float(cv2.countNonZero(ink)) < 0.5 * limits.added_mm2 * _HALF_MM**2:
        return []
    _count, labels, stats, _centres = cv2.connectedComponentsWithStats(ink, connectivity=8)
    lengths = _stroke_lengths(dark, labels, stats, weak, thresholds)
    if float(lengths.sum()) < limits.added_mm:
        return []
    keep = lengths > 0
    marked = keep[labels].astype(np.uint8)
    groups, group_labels, group_stats, _where = cv2.connectedComponentsWithStats(
        # A note runs along a line; print it crosses cuts it into pieces up to 9 mm apart.
        cv2.dilate(marked, np.ones((int(5 * _HALF_MM), int(9 * _HALF_MM))))
    )
    found: list[tuple[int, int, int, int]] = []
    for g in range(1, groups):
        x, y, w, h, _size = (int(value) for value in group_stats[g])
        part = np.s_[y : y + h, x : x + w]
        member = (group_labels[part] == g) & (marked[part] > 0)
        area = float(member.sum()) / _HALF_MM**2
        if area < limits.added_mm2 or _is_crease(member, limits):
            continue
        length = float(lengths[np.unique(labels[part][member])].sum())
        rect = (2 * x, 2 * y, 2 * w, 2 * h)
        if length < limits.added_mm or not _in_place(sheet, words, rect, thresholds):
            continue
        if length * (1 - _folded_share(sheet, member, (x, y))) >= limits.added_mm:
            found.append(rect)
    return found


def _stroke_lengths(dark: Array, labels: Array, stats: Array, weak: float, thresholds: Thresholds) -> Array:
    """Millimetres of each connected piece; 0 of what is too small, too pale or too broad for a pen."""
    lengths = np.zeros(len(stats))
    for k in range(1, len(stats)):
        x, y, w, h, size = stats[k].tolist()
        if max(w, h) < 1.5 * _HALF_MM or size < 0.3 * _HALF_MM**2:
            continue
        mask = labels[y : y + h, x : x + w] == k
        if ninth_decile(dark[y : y + h, x : x + w][mask]) < max(thresholds.ink.strong, 1.5 * weak):
            continue
        width, broad = stroke_width(mask, thresholds.ink.thick_mm / 2)
        if not broad:
            lengths[k] = size / max(width, 1.0) / _HALF_MM
    return lengths


def _in_place(
    sheet: AlignedScan, words: Words, rect: tuple[int, int, int, int], thresholds: Thresholds
) -> bool:
    """Whether the print around a region lies where it was issued; else what is seen may be that print."""
    x, y, w, h = rect
    places, limits = sheet.reference.words, thresholds.alteration
    centres = places[:, :2] + places[:, 2:] / 2
    gap = np.maximum(np.abs(centres - (x + w / 2, y + h / 2)) - (w / 2, h / 2), 0)
    distance = np.hypot(gap[:, 0], gap[:, 1])
    good = words.score >= thresholds.registration.word_score
    if sheet.bent_mm > limits.bent_mm and bool((~good & (distance < limits.strayed_mm * MM)).any()):
        return False  # on bent paper print that is missed here may be what is seen
    distance[~words.seen] = np.inf
    nearest = np.argsort(distance)[: limits.neighbours]
    nearest = nearest[np.isfinite(distance[nearest])]
    if not len(nearest):
        return False
    return float(good[nearest].mean()) >= 0.7


def _is_crease(member: Array, limits: AlterationThresholds) -> bool:
    """Long and thinner than any writing is high: the shade of a fold, broken by print."""
    rows, columns = np.nonzero(member)
    # The middle nine tenths: a speck beside the line must not make it high.
    tall, wide = (np.subtract(*np.percentile(values, (95, 5))) for values in (rows, columns))
    return bool(min(tall, wide) < limits.crease_mm * _HALF_MM and max(tall, wide) > 12 * _HALF_MM)


def _folded_share(sheet: AlignedScan, member: Array, corner: tuple[int, int]) -> float:
    """Share of a group's ink that lies in pale straight runs: folds at any angle, which no pen drew.

    Args:
        member: bool, the group's ink at half size.
        corner: where it was cut out.
    """
    ink = cv2.resize(member.astype(np.uint8), None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
    x, y = 2 * corner[0], 2 * corner[1]
    h, w = ink.shape
    print_ = crop(sheet.reference.gray, x, y, w, h)
    if print_.shape != ink.shape:
        return 0.0
    hidden = cv2.dilate((print_ < 210).astype(np.uint8), np.ones((15, 15))) > 0
    limits = DEFAULT.straight
    dark = black_hat(crop(sheet.gray, x, y, w, h), DEFAULT.ink.blackhat_mm)
    folded = np.zeros(ink.shape, bool)
    for run in straight_runs(ink, hidden):
        pale = float(np.percentile(dark[run.mask], 75)) < limits.inked_dark * max(sheet.contrast, 60.0)
        if pale and ink_hue(sheet, (x, y), run.mask) < limits.inked_hue:
            folded |= cv2.dilate(run.mask.astype(np.uint8), np.ones((7, 7))) > 0
    return float(np.count_nonzero(folded & (ink > 0))) / max(int(np.count_nonzero(ink)), 1)


def _free_paper(sheet: AlignedScan, issued: IssuedPage, rings: Sequence[Ring]) -> Array:
    """1 where nobody prints, signs, seals, staples or punches; half size."""
    free = _never_written(sheet.reference, issued.boxes, issued.codes)
    if rings or not sheet.whole:
        free = cv2.bitwise_and(free, (sheet.inside[::2, ::2] > 0).astype(np.uint8))
        for ring in rings:
            cv2.circle(free, (int(ring.x / 2), int(ring.y / 2)), int(ring.radius * 0.55 + 2), 0, -1)
    return free


@lru_cache(maxsize=64)
def _never_written(reference: Reference, boxes: tuple[Box, ...], codes: tuple[CodePlace, ...]) -> Array:
    """The same as far as the issued page alone decides it."""
    limits = DEFAULT.alteration
    closed = cv2.dilate((reference.gray < 210).astype(np.uint8), np.ones((9, 9)))
    edge = int(_EDGE_MM * MM)
    closed[:edge] = closed[-edge:] = 1
    closed[:, :edge] = closed[:, -edge:] = 1
    for box in boxes:
        grow = _SEAL_REACH_MM if box.kind is BoxKind.SEAL else limits.writable_mm
        x, y, w, h = box_rect(box, grow)
        closed[max(int(y), 0) : max(int(y + h), 0), max(int(x), 0) : max(int(x + w), 0)] = 1
    for code in codes:
        x, y, size = code.x * PT - 10, code.y * PT - 10, code.size * PT + 20
        closed[max(int(y), 0) : int(y + size), max(int(x), 0) : int(x + size)] = 1
    return np.ascontiguousarray(1 - closed[::2, ::2])
