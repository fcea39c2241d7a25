"""Whose page, which page: codes, registration, identity."""

import cv2
import numpy as np
import pytest

from tests.support.recognition_fixture import all_boxes


@pytest.mark.parametrize("orientation", [0, 90, 180, 270])
def test_a_page_is_linked_in_every_orientation(room, sample, orientation):
    reading = room.read(room.scan(sample, 2, orientation=orientation, dpi=150))
    assert (reading.number, reading.page, reading.problem) == (sample.issued.number, 2, "")
    assert reading.scan.identity == "proven"


@pytest.mark.parametrize("mode", ["gray", "bilevel", "fax"])
def test_a_page_is_linked_without_colour(room, sample, mode):
    reading = room.read(room.scan(sample, profile="office", mode=mode))
    assert reading.scan is not None
    assert reading.scan.number == sample.issued.number


def test_a_bent_phone_photograph_is_linked(room, sample):
    reading = room.read(room.scan(sample, profile="phone", seed=11, dpi=170))
    assert reading.scan is not None
    assert reading.scan.number == sample.issued.number


@pytest.mark.parametrize("suffix", [".pdf", ".tif"])
def test_forms_of_several_cases_in_one_file_are_told_apart(room, suffix):
    first, second = room.issue(0), room.issue(4)
    scans = [
        room.scan(second, 2, dpi=150),
        room.scan(first, 1, dpi=150, orientation=180),
        room.scan(second, 1, dpi=150),
    ]
    readings = room.read_path(room.file(scans, f"bundle{suffix}"))
    assert [(r.number, r.page) for r in readings] == [
        (second.issued.number, 2),
        (first.issued.number, 1),
        (second.issued.number, 1),
    ]


def paste(source):
    """Glue the codes of another page over those of this one."""

    def retouch(rng, canvas):
        height, width = canvas.image.shape[:2]
        other = cv2.resize(source, (width, height))
        for x0, y0, x1, y1 in ((0.82, 0.02, 0.97, 0.12), (0.03, 0.89, 0.17, 0.99)):
            area = np.s_[int(y0 * height) : int(y1 * height), int(x0 * width) : int(x1 * width)]
            canvas.image[area] = other[area]

    return retouch


def test_a_copied_code_on_another_cases_page_is_wrong_case(room):
    from evidence.demo.canvas import render_page

    mine, other = room.issue(0), room.issue(4)
    codes_of_mine = render_page(mine.pdf, 0, 200)
    reading = room.read(room.scan(other, 1, retouch=paste(codes_of_mine)))
    assert reading.problem == "wrong_case"
    assert reading.scan is None
    assert f"条码写的是 {mine.issued.number} 第1页" in reading.message
    assert f"看内容可能是 {other.issued.number} 第1页" in reading.message
    assert (reading.suggestions[0].number, reading.suggestions[0].page) == (other.issued.number, 1)


def test_identical_annex_pages_are_linked_by_code_and_left_to_a_person(tmp_path):
    from tests.support.recognition_fixture import Room

    room = Room(tmp_path)
    mine, _other = room.issue(0, annex=True), room.issue(4, annex=True)
    reading = room.read(room.scan(mine, 2))
    assert reading.scan is not None
    assert reading.scan.identity == "code"
    assert any("人工核对" in note for note in reading.scan.notes)


def test_a_lonely_form_is_proven_by_all_its_words(tmp_path):
    from tests.support.recognition_fixture import Room

    room = Room(tmp_path)
    mine = room.issue(0)
    assert room.read(room.scan(mine)).scan.identity == "proven"


def test_a_void_form_is_refused_with_its_reason(room):
    sample = room.issue(8)
    room.void[sample.issued.number] = "写错企业名称"
    try:
        reading = room.read(room.scan(sample, dpi=150))
    finally:
        del room.void[sample.issued.number]
    assert reading.problem == "void_form"
    assert "写错企业名称" in reading.message


def test_a_number_never_issued_here_is_unknown(room, tmp_path):
    from tests.support.recognition_fixture import Room

    stranger = Room(tmp_path).issue(20)
    assert room.read(room.scan(stranger, dpi=150)).problem == "unknown_code"


def test_a_known_number_with_another_check_is_forged(room, tmp_path):
    from evidence.demo.sample_form import make_sample

    mine = room.issue(0)
    # Somebody rebuilds the form with the right number and an invented check.
    fake = make_sample(tmp_path, mine.issued.number, seed=99)
    reading = room.read(room.scan(fake, dpi=150))
    assert reading.problem == "forged_code"
    assert reading.scan is None


def test_two_pages_codes_on_one_sheet_conflict(room):
    from evidence.demo.canvas import render_page

    mine, other = room.issue(0), room.issue(4)
    picture = render_page(other.pdf, 0, 200)

    def retouch(rng, canvas):
        height, width = canvas.image.shape[:2]
        area = np.s_[int(0.89 * height) : int(0.99 * height), int(0.03 * width) : int(0.17 * width)]
        canvas.image[area] = cv2.resize(picture, (width, height))[area]

    assert room.read(room.scan(mine, retouch=retouch)).problem == "conflicting_codes"


def test_one_code_lost_to_a_pen_leaves_the_other(room, sample):
    code = sample.geometry[0].codes[0]

    def retouch(rng, canvas):
        x, y, size = (round(value * canvas.pt) for value in (code.x, code.y, code.size))
        cv2.rectangle(canvas.image, (x, y), (x + size, y + size), (30, 30, 30), -1)

    reading = room.read(room.scan(sample, retouch=retouch, signed=all_boxes(sample)))
    assert reading.scan is not None
    assert reading.scan.identity == "proven"


def test_blank_backs_are_blank_even_when_ink_shines_through(room, sample):
    from dataclasses import replace

    scan = room.scan(sample, dpi=150)
    paper = cv2.flip(scan.image, 1)
    back = 255 - ((255 - paper) * 0.12).astype(np.uint8)
    noise = np.random.default_rng(1).normal(0, 2, back.shape)
    back = np.clip(back + noise, 0, 255).astype(np.uint8)
    assert room.read(replace(scan, image=back)).blank


@pytest.mark.parametrize("name", ["cat", "black"])
def test_pictures_of_other_things_are_neither_blank_nor_linked(room, sample, name):
    from dataclasses import replace

    rng = np.random.default_rng(5)
    scan = room.scan(sample, dpi=150)
    if name == "cat":
        grain = rng.integers(0, 255, (12, 16, 3)).astype(np.uint8)
        image = cv2.resize(grain, (1600, 1200), interpolation=cv2.INTER_CUBIC)
    else:
        image = np.zeros((1754, 1240), np.uint8)
    reading = room.read(replace(scan, image=image))
    assert reading.problem == "no_code"
    assert not reading.blank
    assert reading.scan is None
    assert reading.message
