"""The form's own print around one box: moved onto what is seen, and whether it is there at all."""

from __future__ import annotations

import itertools

import cv2
import numpy as np

from evidence.recognition.aligned_scan import AlignedScan, Rect, crop
from evidence.recognition.ink_thresholds import InkThresholds
from evidence.recognition.reading import Array
from evidence.recognition.reference import MM, ruled_places
from evidence.recognition.surroundings import black_hat

_SHIFT = 6
PARTS = 5
"""Parts of a box, from left to right, in each of which its print is looked for."""
_STRIP_MM = 12.0
"""Breadth of the strips of a large box."""
_SEEN = 0.6
"""Share of a stroke's least darkness at which print is seen, also beneath a pale seal."""
_PRINT = 200
"""Brightness up to which a pixel of the issued page is of its print."""
_WORD_MM = 6.0
"""A character of the forms is smaller, a rule across a strip longer."""
_ASIDE_MM = 20.0
"""A note on a box covers its surroundings too."""


def shifted(page: Array, seen: Array) -> Array:
    """The issued print moved, and tilted when its halves say so, onto what is seen."""
    h, w = page.shape
    if page.shape != seen.shape:
        return page
    half = w // 2
    moves = [_move(page[:, part], seen[:, part]) for part in (np.s_[:half], np.s_[half:])]
    if any(move is None for move in moves):
        whole = _move(page, seen)
        moves = [whole, whole]
    if moves[0] is None or moves[1] is None:
        return page
    (x0, y0), (x1, y1) = moves[0], moves[1]
    # The halves' middles lie at a quarter and three quarters of the width.
    slope_x, slope_y = (x1 - x0) / max(half, 1), (y1 - y0) / max(half, 1)
    move = np.array([[1 + slope_x, 0, x0 - slope_x * w / 4], [slope_y, 1, y0 - slope_y * w / 4]], np.float32)
    return cv2.warpAffine(page, move, (w, h), borderMode=cv2.BORDER_REPLICATE)


def lies_under(seen: Array, limits: InkThresholds) -> bool:
    """Whether something broader than any pen and darker than the paper lies on the box."""
    shade = (cv2.blur(seen, (5, 5)) < limits.cover_level).astype(np.uint8)
    if float(shade.mean()) < limits.broad_share:
        return False
    broad = cv2.morphologyEx(shade, cv2.MORPH_OPEN, np.ones((int(limits.thick_mm * MM),) * 2))
    return float(broad.mean()) > limits.broad_share


def print_is_gone(
    page: Array,
    dark: Array,
    least: float,
    print_there: float,
    limits: InkThresholds,
    parts: tuple[int, int] = (1, PARTS),
) -> bool:
    """Whether print around some part of the box is not there.

    Something of the paper's colour lies on it, or the sheet is curled so that this is another place.
    """
    if page.shape != dark.shape:
        return False
    there = cv2.dilate((dark > least).astype(np.uint8), np.ones((5, 5)))
    down, across = (
        itertools.pairwise(np.linspace(0, side, count + 1).astype(int).tolist())
        for side, count in zip(page.shape, parts, strict=True)
    )
    for (top, bottom), (left, right) in itertools.product(down, across):
        strokes = page[top:bottom, left:right] < 128
        if int(strokes.sum()) < limits.print_least:
            continue
        if float(there[top:bottom, left:right][strokes].mean()) < print_there:
            return True
    return False


def print_is_gone_around(sheet: AlignedScan, rect: Rect, limits: InkThresholds) -> bool:
    """The same of a large box, strip by strip: each is laid on what is seen by itself."""
    page, seen = crop(sheet.reference.gray, *rect), crop(sheet.gray, *rect)
    dark = black_hat(seen, limits.blackhat_mm)
    least = max(_SEEN * limits.weak, limits.noise_gain * sheet.noise)
    rows, columns = (max(round(side / (_STRIP_MM * MM)), 1) for side in page.shape)
    edges = np.linspace(0, page.shape[1], columns + 1).astype(int)
    for left, right in itertools.pairwise(edges.tolist()):
        part = np.s_[:, left:right]
        if not print_is_gone(page[part], dark[part], least, limits.print_there, limits, (rows, 1)):
            continue  # most strips lie in place
        strip = shifted(np.ascontiguousarray(page[part]), np.ascontiguousarray(seen[part]))
        strip = _without_cut_words(strip, first=left == 0, last=right == page.shape[1])
        if print_is_gone(strip, dark[part], least, limits.print_there, limits, (rows, 1)):
            return True
    return False


def _without_cut_words(strip: Array, *, first: bool, last: bool) -> Array:
    """The print of a strip less the edges of words that begin outside the crop.

    Nothing says where on bent paper such an edge is to be looked for; rules are longer than words.

    Args:
        first, last: whether the strip's left, and right, end is the crop's own.
    """
    count, labels, stats, _centres = cv2.connectedComponentsWithStats((strip < _PRINT).astype(np.uint8))
    rows, columns = strip.shape
    cut = np.zeros(count, bool)
    for k, (x, y, w, h, _size) in enumerate(stats[1:].tolist(), 1):
        reaches = y == 0 or y + h == rows or (first and x == 0) or (last and x + w == columns)
        cut[k] = reaches and max(w, h) < _WORD_MM * MM
    return np.where(cut[labels], 255, strip).astype(np.uint8) if cut.any() else strip


def rules_are_lost(
    sheet: AlignedScan, rect: tuple[float, float, float, float], limits: InkThresholds
) -> bool:
    """Whether a black-and-white copy is so pale that thin rules are broken all over the page.

    Then they do not tell that something lies on this box: ink that is seen was written there, but what is
    not seen may be lost as they are.
    """
    if not sheet.bilevel:
        return False
    rows, columns = ruled_places(sheet.reference)
    x, y, w, h = rect
    aside = _ASIDE_MM * MM
    away = (np.abs(columns - x - w / 2) > w / 2 + aside) | (np.abs(rows - y - h / 2) > h / 2 + aside)
    if int(away.sum()) < limits.rules_least:
        return False
    darkest = cv2.erode(sheet.gray, np.ones((5, 5)))
    return float((darkest[rows[away], columns[away]] < 128).mean()) < limits.rules_there


def _move(page: Array, seen: Array) -> tuple[float, float] | None:
    """By how much print lies off in a part of the box; None where there is nothing to lock on."""
    if min(page.shape) < 2 * _SHIFT + 12:
        return None
    core = page[_SHIFT:-_SHIFT, _SHIFT:-_SHIFT]
    if cv2.meanStdDev(core)[1].item() < 8:
        return None
    answer = cv2.matchTemplate(seen, np.ascontiguousarray(core), cv2.TM_CCOEFF_NORMED)
    _low, score, _where, (left, top) = cv2.minMaxLoc(answer)
    return None if score < 0.45 else (left - _SHIFT, top - _SHIFT)
