"""Black-and-white copies and faxes: grain, pale print, thumbs; nothing red tells ink apart."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from evidence.demo.seal import fingerprint as press_thumb
from evidence.domain.document import MarkVerdict
from tests.support.recognition_fixture import box_pixels, signature, verdict

PRESENT, ABSENT, UNDECIDED = MarkVerdict.PRESENT, MarkVerdict.ABSENT, MarkVerdict.UNDECIDED


@pytest.mark.parametrize("mode", ["gray", "bilevel", "fax"])
def test_a_thumb_alone_never_signs_without_colour(room, sample, mode):
    def thumb(rng, canvas):
        x, y, w, h = box_pixels(canvas, "escort")
        press_thumb(np.random.default_rng(1), canvas, x + w * 0.5, y + h * 0.5)

    scan = room.scan(sample, mode=mode, retouch=thumb, signed={"expert-1"})
    reading = room.read(scan)
    assert verdict(reading, "escort") is UNDECIDED
    assert verdict(reading, "expert-1") is PRESENT


@pytest.mark.parametrize("across", [0.0, 0.25, 0.75, 1.0])
def test_a_gray_thumb_anywhere_in_a_box_does_not_sign(room, sample, across):
    def thumb(rng, canvas):
        x, y, w, h = box_pixels(canvas, "escort")
        press_thumb(np.random.default_rng(round(8 * across)), canvas, x + w * across, y + h * across)

    assert verdict(room.read(room.scan(sample, mode="gray", retouch=thumb)), "escort") is not PRESENT


def box_on(scan, sample, name):
    """Left, top, width and height of a box of the first page in pixels of its scan."""
    place = next(place for place in sample.geometry[0].boxes if place.box.rpartition("-p")[0] == name)
    corners = np.array([[place.x, place.y, 1], [place.x + place.w, place.y + place.h, 1]])
    on_scan = corners @ scan.truth.matrix.T
    (left, top), (right, bottom) = on_scan[:, :2] / on_scan[:, 2:]
    return round(left), round(top), round(right - left), round(bottom - top)


def test_the_grain_of_a_black_and_white_copy_does_not_sign(room, sample):
    scan = room.scan(sample, profile="office", seed=2, mode="gray", signed={"principal"})
    noise = np.random.default_rng(4).normal(0, 9, scan.image.shape)
    noisy = np.clip(scan.image + noise, 0, 255).astype(np.uint8)
    copy = cv2.adaptiveThreshold(noisy, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 51, 16)
    specks = float((copy[: copy.shape[0] // 8, 200:600] == 0).mean())
    reading = room.read(replace(scan, image=copy, truth=replace(scan.truth, mode="bilevel")))
    assert 0.002 < specks < 0.2
    assert {verdict(reading, name) for name in ("expert-1", "expert-2", "escort")} <= {ABSENT, UNDECIDED}
    assert verdict(reading, "principal") is not ABSENT


@pytest.mark.parametrize("share", [0.10, 0.16, 0.22])
def test_grain_that_clots_all_over_a_black_and_white_copy_does_not_sign(room, sample, share):
    scan = room.scan(sample, profile="office", seed=2, mode="gray", dpi=150, signed={"principal"})
    chance = np.random.default_rng(7).random(scan.image.shape)
    copy = np.where((chance < share) | (scan.image < 128), 0, 255).astype(np.uint8)
    reading = room.read(replace(scan, image=copy, truth=replace(scan.truth, mode="bilevel")))
    assert {verdict(reading, name) for name in ("expert-1", "expert-2", "escort")} <= {ABSENT, UNDECIDED}
    assert verdict(reading, "principal") is not ABSENT


def copied(scan, specks):
    """A black-and-white copy with these specks."""
    copy = np.where(specks | (scan.image < 128), 0, 255).astype(np.uint8)
    return replace(scan, image=copy, truth=replace(scan.truth, mode="bilevel"))


def clear_of_print(scan, reach_mm):
    """Where a copier leaves grain: not beside black."""
    reach = round(reach_mm * 150 / 25.4)
    return cv2.erode(scan.image, np.ones((2 * reach + 1,) * 2)) >= 128


@pytest.mark.parametrize("share", [0.015, 0.03])
def test_a_box_of_even_grain_that_ends_beside_its_rules_is_empty(room, sample, share):
    scan = room.scan(sample, profile="clean", mode="gray", dpi=150)
    grain = np.random.default_rng(7).random(scan.image.shape) < share
    reading = room.read(copied(scan, grain & clear_of_print(scan, 4.0)))
    assert {verdict(reading, name) for name in ("expert-1", "expert-2", "escort", "principal")} == {ABSENT}


@pytest.mark.parametrize("share", [0.14, 0.18, 0.2])
def test_grain_that_clots_and_thins_out_towards_the_rules_does_not_sign(room, sample, share):
    """Of a piece no larger than grain clots to nothing is told, however much of it there is."""
    scan = room.scan(sample, profile="clean", mode="gray", dpi=150, signed={"principal"})
    chance = np.random.default_rng(7).random(scan.image.shape)
    far = cv2.GaussianBlur(clear_of_print(scan, 3.0).astype(np.float32), (0, 0), 8)
    reading = room.read(copied(scan, chance < share * far))
    assert {verdict(reading, name) for name in ("expert-1", "expert-2", "escort")} <= {ABSENT, UNDECIDED}
    assert verdict(reading, "principal") is PRESENT


def test_a_faint_pen_that_a_copy_broke_into_specks_is_asked(room, sample):
    def faint(rng, canvas):
        signature("escort", (150,) * 3, width_mm=18)(rng, canvas)

    scan = room.scan(sample, profile="clean", mode="gray", dpi=150, retouch=faint)
    pen = (scan.image < 215) & clear_of_print(scan, 2.5)
    specks = pen & (np.random.default_rng(7).random(scan.image.shape) < 0.2)
    reading = room.read(copied(scan, specks))
    assert verdict(reading, "escort") is UNDECIDED
    assert verdict(reading, "principal") is ABSENT


def black_and_white(scan, whitened):
    """A copy on which these pixels stayed white."""
    copy = np.where((scan.image < 128) & ~whitened, 0, 255).astype(np.uint8)
    return replace(scan, image=copy, truth=replace(scan.truth, mode="bilevel"))


def thin_rules(scan):
    """Where lines of 10 mm run."""
    dark, reach = (scan.image < 170).astype(np.uint8), round(10 * 150 / 25.4)
    lines = (cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(line)) for line in ((1, reach), (reach, 1)))
    return cv2.dilate(np.maximum(*lines), np.ones((3, 3))) > 0


def test_a_pale_fax_that_lost_its_rules_shows_who_signed_and_asks_about_the_others(room, sample):
    scan = room.scan(
        sample, profile="clean", mode="gray", dpi=150, retouch=signature("escort", width_mm=18, waves=2)
    )
    x, y, w, h = box_on(scan, sample, "escort")
    pen = np.zeros(scan.image.shape, bool)
    pen[y + 6 : y + h - 6, x + 6 : x + w - 6] = True
    reading = room.read(black_and_white(scan, thin_rules(scan) & ~pen))
    assert verdict(reading, "escort") is PRESENT
    assert {verdict(reading, name) for name in ("expert-1", "expert-2", "principal")} == {UNDECIDED}


def test_a_note_with_writing_on_a_copy_that_has_its_rules_does_not_sign(room, sample):
    scan = room.scan(
        sample, profile="clean", mode="gray", dpi=150, retouch=signature("escort", width_mm=18, waves=2)
    )
    x, y, w, h = box_on(scan, sample, "escort")
    note = np.zeros(scan.image.shape, bool)
    note[y - 20 : y + h + 20, x - 20 : x + w + 20] = True
    note[y + 6 : y + h - 6, x + 6 : x + w - 6] = False
    reading = room.read(black_and_white(scan, note))
    assert verdict(reading, "escort") is UNDECIDED
    assert verdict(reading, "principal") is ABSENT
