"""No code readable: OCR, shortlist, registration; a person confirms."""

import cv2
import pytest

from evidence.recognition.ocr import installed_ocr


def hide_codes(sample, page=1):
    def retouch(rng, canvas):
        for code in sample.geometry[page - 1].codes:
            x, y, size = (round(value * canvas.pt) for value in (code.x, code.y, code.size))
            cv2.rectangle(canvas.image, (x - 4, y - 4), (x + size + 4, y + size + 4), (50, 50, 50), -1)

    return retouch


@pytest.mark.skipif(installed_ocr() is None, reason="the extra evidence[ocr] is not installed")
@pytest.mark.parametrize("orientation", [0, 90])
def test_the_right_page_is_suggested_first_and_never_linked(room, orientation):
    sample = room.issue(4)
    scan = room.scan(sample, profile="office", seed=3, orientation=orientation, retouch=hide_codes(sample))
    reading = room.read(scan, ocr=True)
    assert (reading.scan, reading.problem) == (None, "no_code")
    best = reading.suggestions[0]
    assert (best.number, best.page) == (sample.issued.number, 1)
    assert best.score > 700
    assert sample.issued.number in reading.message


def test_without_ocr_features_alone_find_the_page(room):
    sample = room.issue(0)
    reading = room.read(room.scan(sample, retouch=hide_codes(sample)), ocr=False)
    assert reading.scan is None
    assert reading.suggestions[0].number == sample.issued.number


def test_a_code_too_weak_for_the_first_look_is_read_on_the_straightened_page(room, monkeypatch):
    """Registration by print alone recovers a code that the plain picture did not give up."""
    from evidence.recognition import read

    sample = room.issue(0)
    monkeypatch.setattr(read, "find_codes", lambda gray: ())
    reading = room.read(room.scan(sample, profile="rough", seed=3, mode="gray"), ocr=False)
    assert reading.scan is not None
    assert reading.scan.number == sample.issued.number
