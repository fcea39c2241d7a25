"""Codes no decoder reads: cut by the edge, smeared, covered; what is left names the page or nothing does."""

import cv2
import pytest

from evidence.recognition import suggestions
from evidence.recognition.codes import find_codes
from evidence.recognition.ocr import WITHOUT_OCR
from tests.support.recognition_fixture import Room

PAPER = (252, 252, 252)


def cut(sample, share, page=1):
    """Both codes lose this share of their height, each on the side of the paper's edge."""

    def retouch(rng, canvas):
        for code in sample.geometry[page - 1].codes:
            x, y, size = (round(value * canvas.pt) for value in (code.x, code.y, code.size))
            gone = round(share * size)
            top = y if code.corner == "T" else y + size - gone
            cv2.rectangle(canvas.image, (x - 8, top - 8), (x + size + 8, top + gone), PAPER, -1)

    return retouch


def gray_of(scan):
    return scan.image if scan.image.ndim == 2 else cv2.cvtColor(scan.image, cv2.COLOR_BGR2GRAY)


@pytest.mark.parametrize("page", [1, 2])
@pytest.mark.parametrize("profile", ["clean", "rough"])
def test_codes_cut_by_the_edge_of_the_scan_still_link_the_page(room, page, profile):
    sample = room.issue(4)
    scan = room.scan(sample, page, profile=profile, seed=5, mode="gray", retouch=cut(sample, 0.3, page))
    assert find_codes(gray_of(scan)) == ()
    reading = room.read(scan)
    assert reading.scan is not None
    assert (reading.number, reading.page, reading.scan.identity) == (sample.issued.number, page, "proven")


def test_too_little_of_the_codes_is_a_suggestion_only(room):
    sample = room.issue(4)
    reading = room.read(room.scan(sample, retouch=cut(sample, 0.85)))
    assert (reading.scan, reading.problem) == (None, "no_code")
    assert reading.suggestions[0].number == sample.issued.number


def test_a_page_of_a_form_never_issued_is_not_taken_for_its_sister(room, tmp_path):
    stranger = Room(tmp_path).issue(21)
    reading = room.read(room.scan(stranger, retouch=cut(stranger, 0.3)))
    assert reading.scan is None


def test_damaged_codes_of_another_check_are_not_ours(room, tmp_path):
    """Somebody rebuilds the form with the right number; a third of both codes is cut away."""
    from evidence.demo.sample_form import make_sample

    fake = make_sample(tmp_path, room.issue(0).issued.number, seed=99)
    assert room.read(room.scan(fake, retouch=cut(fake, 0.3))).scan is None


def test_the_clerk_is_told_when_print_cannot_be_read_for_want_of_ocr(room, monkeypatch):
    from evidence.recognition import ocr
    from evidence.recognition.reading import Limits

    monkeypatch.setattr(ocr, "installed_ocr", lambda: None)
    monkeypatch.setattr(suggestions, "installed_ocr", lambda: None)
    sample = room.issue(0)
    path = room.file(room.scan(sample, retouch=cut(sample, 1.0)), "bare.jpg")
    (found,) = room.read_path(path, ocr=True)
    assert ocr.remarks_on(found, Limits()) == (WITHOUT_OCR,)
    assert ocr.remarks_on(found, Limits(ocr=False)) == ()
