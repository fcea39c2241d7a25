"""Two sheets in one picture are cut by their own codes; a sheet on another stays a question."""

import pytest

from evidence.demo.spreads import spread
from evidence.domain.document import MarkVerdict
from evidence.recognition.pages import open_pages
from evidence.recognition.several import read_sheets
from tests.support.recognition_fixture import BLUE, signature


def read_spread(room, scan, name="spread.jpg"):
    path = room.file(scan, name)
    (picture,) = open_pages(path, "image/jpeg")
    return read_sheets(picture, forms=room, previews=room.pictures, ocr=False)


def named(readings):
    return [(reading.scan.number, reading.scan.page) for reading in readings]


def marks(reading):
    return {found.box.rpartition("-p")[0]: found.verdict for found in reading.scan.marks}


@pytest.mark.parametrize("lean", [0.0, 0.03])
def test_two_cases_side_by_side_are_linked_each(room, sample, lean):
    other = room.issue(4)
    left = room.scan(sample, dpi=150, retouch=signature("escort", BLUE, waves=6))
    right = room.scan(other, dpi=150, seed=2)
    readings = read_spread(room, spread(left, right, lean=lean))
    assert named(readings) == [(sample.issued.number, 1), (other.issued.number, 1)]
    assert marks(readings[0])["escort"] is MarkVerdict.PRESENT
    assert marks(readings[1])["escort"] is MarkVerdict.ABSENT
    (x, _y, w, _h), (x2, _y2, w2, _h2) = (reading.scan.region for reading in readings)
    assert x < 60
    assert 430 < x2 < 560
    assert 400 < w < 560
    assert 400 < w2 < 560


def test_two_pages_of_one_form_on_an_a3_flatbed(room, sample):
    readings = read_spread(room, spread(room.scan(sample, dpi=150), room.scan(sample, page=2, dpi=150)))
    assert named(readings) == [(sample.issued.number, 1), (sample.issued.number, 2)]
    assert {reading.index for reading in readings} == {0}


def test_a_page_partly_beneath_another_stays_a_question(room, sample):
    other = room.issue(4)
    on_top = spread(room.scan(sample, dpi=150), room.scan(other, dpi=150), gap_mm=-70)
    (reading,) = read_spread(room, on_top)
    assert reading.scan is None
    assert reading.problem == "conflicting_codes"


def test_a_sheet_with_a_code_nobody_issued_beside_it_stays_a_question(room, sample):
    strange = room.issue(8)
    picture = spread(room.scan(sample, dpi=150), room.scan(strange, dpi=150))
    room.void[strange.issued.number] = "重复签发"
    try:
        (reading,) = read_spread(room, picture)
    finally:
        room.void.clear()
    assert reading.scan is None


def test_one_page_alone_is_read_as_before(room, sample):
    (reading,) = read_spread(room, room.scan(sample, dpi=150), "alone.jpg")
    assert reading.scan.region is None
