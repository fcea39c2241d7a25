"""A neighbour's ink stays the neighbour's: dates that begin left of their box."""

import cv2
import numpy as np
import pytest

from evidence.domain.document import Box, BoxKind
from evidence.recognition.neighbours import date_ink, straddles
from evidence.recognition.reference import MM, PT
from evidence.recognition.surroundings import box_rect
from evidence.recognition.traits import WIDE_MM, Around

_TOP, _LEFT = 60.0, 60.0


def box(name, kind, x, w):
    """A box of a row 14 mm high; x and w in mm from the row's left end."""
    pt = MM / PT
    return Box(
        box=name, kind=kind, role="expert", required=True, x=_LEFT + x * pt, y=_TOP, w=w * pt, h=14 * pt
    )


SIGNED = box("expert-1", BoxKind.SIGNATURE, 0, 59)
DATED = box("expert-1-date", BoxKind.DATE, 60, 41)


def around(*words):
    """The row as it is seen about the signature box; words are (text, x in mm, height in mm)."""
    rect = box_rect(SIGNED, WIDE_MM)
    seen = np.zeros((round(rect[3]), round(rect[2] + 20 * MM)), np.uint8)
    for text, x, high in words:
        place = (round((x + WIDE_MM) * MM), round((WIDE_MM + 7 + high / 2) * MM))
        cv2.putText(seen, text, place, cv2.FONT_HERSHEY_SIMPLEX, high * MM / 21, 255, 3)
    nothing = np.zeros(seen.shape, bool)
    return Around(rect=rect, dark=seen, hidden=nothing)


@pytest.mark.parametrize("start", [34, 44, 52])
def test_a_large_date_that_begins_in_the_signature_box_is_the_dates(start):
    row = around(("2022 7 11", start, 5))
    assert share_of_the_date(row) == 1


def share_of_the_date(row, first_mm=0.0, last_mm=59.0):
    """Share of the ink in some stretch of the signature box that is taken for the date's."""
    theirs = date_ink(SIGNED, (SIGNED, DATED), row, 40)
    stretch = np.s_[:, round((WIDE_MM + first_mm) * MM) : round((WIDE_MM + last_mm) * MM)]
    ink = row.dark[stretch] > 40
    return float((ink & theirs[stretch]).sum() / max(ink.sum(), 1))


def test_a_signature_beside_its_date_is_a_signature():
    row = around(("Abg Wky", 4, 7), ("2022 7 11", 64, 4))
    assert share_of_the_date(row) == 0


def test_a_signature_that_ends_at_the_border_is_higher_than_the_date():
    row = around(("Wk", 38, 10), ("2022 7", 62, 4))
    assert share_of_the_date(row) == 0


def test_a_signature_and_the_beginning_of_a_date_are_told_apart():
    row = around(("Abg", 4, 7), ("2022 7 11", 48, 5))
    assert share_of_the_date(row, 0, 30) == 0
    assert share_of_the_date(row, 40, 59) == 1


def test_a_crease_far_from_the_date_does_not_hide_whose_the_date_is():
    row = around(("2022 7 11", 48, 5))
    cv2.line(row.dark, (round((WIDE_MM + 9) * MM), 0), (round((WIDE_MM + 5) * MM), row.dark.shape[0]), 255, 2)
    assert share_of_the_date(row, 0, 15) == 0
    assert share_of_the_date(row, 40, 59) == 1


def test_digits_in_broken_strokes_on_a_rising_line_are_a_year():
    row = around(("20", 40, 4.2))
    higher = around(("22", 46.5, 4.2))
    row.dark[: -round(1 * MM)] |= higher.dark[round(1 * MM) :]
    row.dark[::9] = 0
    row.dark[:] |= around(("7 11", 62, 4.5)).dark
    assert share_of_the_date(row) == 1


def test_an_empty_date_box_has_no_ink_to_give():
    assert share_of_the_date(around(("Abg", 30, 6))) == 0


def test_a_year_that_stands_alone_left_of_its_month_is_the_dates():
    row = around(("2022", 40, 5), ("7 11", 65, 5))
    assert share_of_the_date(row) == 1


ABOVE = Box(
    box="expert-0-date", kind=BoxKind.DATE, role="expert", required=True, x=_LEFT, y=_TOP - 41, w=160, h=40
)


def written_at(top, high, text="2022 7 11"):
    """A date whose top lies so many mm below the upper border of the signature box."""
    rect = box_rect(SIGNED, WIDE_MM)
    seen = np.zeros((round(rect[3]), round(rect[2])), np.uint8)
    place = (round((WIDE_MM + 6) * MM), round((WIDE_MM + top + high) * MM))
    cv2.putText(seen, text, place, cv2.FONT_HERSHEY_SIMPLEX, high * MM / 21, 255, 3)
    border = round(WIDE_MM * MM)
    seen[border - 4 : border + 2] = 0  # the printed rule
    return Around(rect=rect, dark=seen, hidden=np.zeros(seen.shape, bool))


@pytest.mark.parametrize("top", [-2.6, -3.0, -4.0])
def test_writing_across_the_border_of_the_box_above_may_be_eithers(top):
    assert straddles(SIGNED, (SIGNED, ABOVE), written_at(top, 6.0), 40)
    assert not straddles(SIGNED, (SIGNED, DATED), written_at(top, 6.0), 40), "nobody writes above"


@pytest.mark.parametrize("top", [0.5, -0.6])
def test_writing_that_only_touches_the_border_is_the_boxs_own(top):
    assert not straddles(SIGNED, (SIGNED, ABOVE), written_at(top, 6.0), 40)
