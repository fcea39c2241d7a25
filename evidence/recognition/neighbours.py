"""Ink that belongs to the writing in a neighbouring box: it stays the neighbour's."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from evidence.domain.document import Box, BoxKind
from evidence.recognition.reading import Array
from evidence.recognition.reference import MM, PT
from evidence.recognition.surroundings import box_rect
from evidence.recognition.traits import Around

_ADJOINING_MM = 6.0
"""Boxes this near beside each other have a border in common."""
_REACH_MM = 3.0
"""Gap between two digits of one date written large, and between a digit and the border."""
_FAR_MM = 9.0
"""Gap between a year and its month: further off only what is as high as the date, as level and, as digits
are, of equal parts is its beginning."""
_HIGHER = 1.5
"""A signature is higher than a date; what is no higher than this may be the date's beginning..."""
_ALIKE = 1.4
"""...and, further off, what is no higher or lower than this."""
_TOUCHING_MM = 0.6
_NEXT_MM = 5.0
"""Even writing that reaches the border itself, and the date that goes on this far beyond it..."""
_HIGHER_ACROSS = 1.65
"""...may differ in height by this: a digit on the border is cut."""
_EVEN = 0.6
"""Least height of the middle piece in shares of the whole: digits are of one height, strokes are not."""
_YEAR = 1.6
"""Breadth of a year's four digits in shares of their height, at least."""
_LEAST_MM2 = 0.4
_STACKED_MM = 3.0
"""Boxes this near above each other have a border in common."""
_BORDER_MM = 1.6
"""Height that the printed border and the blank beside it take out of writing across it."""
_ACROSS = 0.3
"""Share of a stroke in the other box from which it stands across the border..."""
_MOSTLY = 0.6
"""...and of the box's ink that must for the box to be asked."""


def date_ink(box: Box, boxes: Sequence[Box], around: Around, weak: float) -> Array:
    """Ink of a box that is in line with the date beside it and touches it across their border.

    Returns:
        bool, of the crop's size; nothing where no date reaches over.
    """
    ink = (around.dark > weak).astype(np.uint8)
    theirs = np.zeros(ink.shape, bool)
    x0, y0 = max(round(around.rect[0]), 0), max(round(around.rect[1]), 0)
    own = _span(box, x0, y0)
    for other, side in _dates_beside(box, boxes):
        columns = _columns_across(ink, own, _span(other, x0, y0), side)
        theirs[own[1] : own[3], max(own[0], 0) : own[2]] |= columns
    return theirs


def may_be_date_ink(box: Box, boxes: Sequence[Box], around: Around, weak: float) -> Array:
    """The same, judged without looking at the date: ink that could be its beginning."""
    ink = (around.dark > weak).astype(np.uint8)
    theirs = np.zeros(ink.shape, bool)
    left, top, right, bottom = _span(box, max(round(around.rect[0]), 0), max(round(around.rect[1]), 0))
    place = np.s_[top:bottom, max(left, 0) : right]
    mine = _big_enough(ink[place])
    for other, side in _dates_beside(box, boxes):
        columns = _nearest(mine, side)
        if columns.any() and _may_run_across(mine & columns, side, other.h * PT):
            theirs[place] |= columns
    return theirs


def _dates_beside(box: Box, boxes: Sequence[Box]) -> list[tuple[Box, int]]:
    """Date boxes that adjoin, each with the side it lies on."""
    dates = [other for other in boxes if other.box != box.box and other.kind is BoxKind.DATE]
    return [(other, side) for other in dates if (side := _side(box, other))]


def _nearest(mine: Array, side: int) -> Array:
    """Columns, bool, from the border as far as ink goes on without a gap; none where there is no ink."""
    width = mine.shape[1]
    columns = np.nonzero(mine.any(axis=0))[0]
    if not len(columns):
        return np.zeros(width, bool)
    gaps = np.nonzero(np.diff(columns) > 1.5 * int(_REACH_MM * MM))[0]
    if side > 0:
        first = columns[gaps[-1] + 1] if len(gaps) else 0
        return np.arange(width) >= first
    last = columns[gaps[0]] if len(gaps) else width
    return np.arange(width) <= last


def straddles(box: Box, boxes: Sequence[Box], around: Around, weak: float) -> bool:
    """Whether the ink of a box is writing that stands across the border of the box above or below.

    It may be either's: nobody can say whose from where it stands.
    """
    x0, y0 = max(round(around.rect[0]), 0), max(round(around.rect[1]), 0)
    left, top, right, bottom = _span(box, x0, y0)
    beyond = [
        _span(other, x0, y0)
        for other in boxes
        if other.box != box.box and other.kind is not BoxKind.SEAL and _stacked(box, other)
    ]
    if not beyond:
        return False
    ink = (around.dark > weak).astype(np.uint8)
    own = np.zeros(ink.shape, bool)
    own[top:bottom, max(left, 0) : right] = True
    theirs = np.zeros(ink.shape, bool)
    for o_left, o_top, o_right, o_bottom in beyond:
        theirs[max(o_top, 0) : max(o_bottom, 0), max(o_left, 0) : max(o_right, 0)] = True
    # The printed border between them cuts writing in two.
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((int(_BORDER_MM * MM), 3)))
    count, labels = cv2.connectedComponents(joined)
    pieces = labels[ink > 0]
    mine = np.bincount(pieces[own[ink > 0]], minlength=count).astype(float)
    other = np.bincount(pieces[theirs[ink > 0]], minlength=count)
    # Digits are pieces of their own; specks on either side say nothing.
    across = (other > _ACROSS * (mine + other)) & (other > 0.3 * _LEAST_MM2 * MM * MM)
    return float(mine[across].sum()) > _MOSTLY * max(float(mine.sum()), 1.0)


def _stacked(box: Box, other: Box) -> bool:
    """Whether the other box lies right above or below."""
    x, y, w, h = box_rect(box)
    ox, oy, ow, oh = box_rect(other)
    if min(x + w, ox + ow) - max(x, ox) < 0.5 * min(w, ow):
        return False
    return min(abs(oy - y - h), abs(oy + oh - y)) < _STACKED_MM * MM


def _may_run_across(mine: Array, side: int, highest: float) -> bool:
    """`highest` is the date box's own height: no date is higher."""
    mine = mine[:, ::-1] if side < 0 else mine
    to_border = mine.shape[1] - 1 - int(np.nonzero(mine.any(axis=0))[0][-1])
    if to_border > _FAR_MM * MM or _height(mine) > _HIGHER * highest:
        return False
    return to_border <= int(_REACH_MM * MM) or _evenness(mine) >= _EVEN


def _side(box: Box, other: Box) -> int:
    """1 where the other box begins at the right border, -1 where it ends at the left one, else 0."""
    x, y, w, h = box_rect(box)
    ox, oy, ow, oh = box_rect(other)
    if min(y + h, oy + oh) - max(y, oy) < 0.5 * min(h, oh):
        return 0
    if abs(ox - x - w) < _ADJOINING_MM * MM:
        return 1
    return -1 if abs(ox + ow - x) < _ADJOINING_MM * MM else 0


def _span(box: Box, x0: int, y0: int) -> tuple[int, int, int, int]:
    """Left, top, right, bottom in the crop."""
    x, y, w, h = box_rect(box)
    return round(x) - x0, max(round(y) - y0, 0), round(x + w) - x0, round(y + h) - y0


def _columns_across(
    ink: Array, own: tuple[int, int, int, int], theirs: tuple[int, int, int, int], side: int
) -> Array:
    """Columns of a box, bool, whose ink is one line of writing with theirs; all of one piece or none.

    What stands further off may be the signature: it is judged without these.
    """
    left, top, right, bottom = own
    mine = _big_enough(ink[top:bottom, max(left, 0) : right])
    o_left, o_top, o_right, o_bottom = theirs
    beyond = _big_enough(ink[o_top:o_bottom, max(o_left, 0) : max(o_right, 0)])
    columns = _nearest(mine, side)
    if not columns.any() or not beyond.any():
        return np.zeros(columns.shape, bool)
    near = mine & columns
    if side < 0:
        near, beyond = near[:, ::-1], beyond[:, ::-1]
    return columns & _in_line(near, beyond)


def _in_line(mine: Array, beyond: Array) -> bool:
    """Whether two pieces of writing left and right of a border are one."""
    reach = int(_REACH_MM * MM)
    to_border = mine.shape[1] - 1 - int(np.nonzero(mine.any(axis=0))[0][-1])
    from_border = int(np.nonzero(beyond.any(axis=0))[0][0])
    theirs_near = beyond[:, : 12 * reach]
    if max(to_border, from_border) <= reach and to_border + from_border <= 1.5 * reach:
        return _height(mine) <= _HIGHER * _height(theirs_near)
    if to_border + from_border > _FAR_MM * MM:
        return False
    ratio = _height(mine) / _height(theirs_near)
    if to_border <= _TOUCHING_MM * MM and from_border <= _NEXT_MM * MM and _evenness(mine) >= _EVEN:
        return ratio <= _HIGHER_ACROSS
    level = abs(_middle(mine) - _middle(theirs_near)) < 0.5 * _height(theirs_near)
    return 1 / _ALIKE < ratio < _ALIKE and level and _evenness(mine) >= _EVEN


def _middle(ink: Array) -> float:
    return float(np.median(np.nonzero(ink)[0]))


def _evenness(ink: Array) -> float:
    """Height of the middle one of its pieces, or of the lowest quarter of its width where that is more, in
    shares of the whole: a pale pen breaks digits into crumbs, a broad one joins them; 0 for what is no wider
    than a digit or two.
    """
    whole = max(_height(ink), 1.0)
    count, _labels, stats, _centres = cv2.connectedComponentsWithStats(ink.astype(np.uint8))
    pieces = float(np.median(stats[1:, cv2.CC_STAT_HEIGHT])) if count >= 4 else 0.0
    columns = np.nonzero(ink.any(axis=0))[0]
    left, right = int(columns[0]), int(columns[-1]) + 1
    if right - left < _YEAR * whole:
        return pieces / whole
    quarters = np.array_split(ink[:, left:right], 4, axis=1)
    lowest = min(_height(quarter) if quarter.any() else 0.0 for quarter in quarters)
    return max(pieces, lowest) / whole


def _big_enough(ink: Array) -> Array:
    """Ink without specks."""
    count, labels, stats, _centres = cv2.connectedComponentsWithStats(np.ascontiguousarray(ink))
    keep = stats[:, 4] >= _LEAST_MM2 * MM * MM
    keep[0] = False
    return keep[labels] if count > 1 else np.zeros(ink.shape, bool)


def _height(ink: Array) -> float:
    """From the second to the ninety-eighth hundredth of the inked rows."""
    rows = np.nonzero(ink)[0]
    return float(np.subtract(*np.percentile(rows, (98, 2)))) + 1
