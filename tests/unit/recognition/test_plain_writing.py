"""What is plainly a box's own writing gets no closer look; whatever the closer look may refuse gets one."""

import cv2
import numpy as np

from evidence.domain.document import Box, BoxKind
from evidence.recognition.plain_writing import is_plain_writing
from evidence.recognition.reference import MM, PT
from evidence.recognition.surroundings import box_rect
from evidence.recognition.traits import Around

_MARGIN = 4.0


def box(name, kind, x, w):
    """A box of a row 14 mm high; x and w in mm from the row's left end."""
    pt = MM / PT
    return Box(box=name, kind=kind, role="expert", required=True, x=60 + x * pt, y=60, w=w * pt, h=14 * pt)


SIGNED = box("expert-1", BoxKind.SIGNATURE, 0, 59)
DATED = box("expert-1-date", BoxKind.DATE, 60, 41)


def seen(place, *drawn):
    """The crop about a box with words (text, x, height) and lines (x0, y0, x1, y1) in mm from its corner."""
    rect = box_rect(place, _MARGIN)
    dark = np.zeros((round(rect[3]), round(rect[2])), np.uint8)
    for item in drawn:
        if isinstance(item[0], str):
            text, x, high = item
            at = (round((x + _MARGIN) * MM), round((_MARGIN + 7 + high / 2) * MM))
            cv2.putText(dark, text, at, cv2.FONT_HERSHEY_SIMPLEX, high * MM / 21, 200, 2)
        else:
            start, end = ((round((v + _MARGIN) * MM) for v in pair) for pair in (item[:2], item[2:]))
            cv2.line(dark, tuple(start), tuple(end), 120, 2)
    return Around(rect=rect, dark=dark, hidden=np.zeros(dark.shape, bool))


def plain(place, *drawn):
    return is_plain_writing(place, (SIGNED, DATED), seen(place, *drawn), 40, 60)


def test_a_name_in_the_middle_of_its_box_is_plain():
    assert plain(SIGNED, ("Sg8", 4, 7), ("B3e", 30, 7))


def test_a_date_in_its_box_is_plain():
    assert plain(DATED, ("2022 8 9", 4, 4))


def test_a_line_that_leaves_the_box_beside_a_name_is_not():
    assert not plain(SIGNED, ("Sgaeg8B", 8, 7), (-4, 2, 63, 6))


def test_a_line_through_a_dated_box_is_not_where_it_is_all_there_is():
    assert not plain(DATED, (-4, 5, 45, 9))


def test_a_cross_and_a_slash_are_not():
    assert not plain(SIGNED, (5, 1, 50, 13), (5, 13, 50, 1))
    assert not plain(SIGNED, (5, 1, 50, 13))


def test_a_date_that_begins_in_the_box_of_the_signature_is_not():
    assert not plain(SIGNED, ("2022 7", 40, 5))
