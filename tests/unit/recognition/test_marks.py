"""Signed, sealed, dated: the nine points of the research on real pages, each with a test."""

import cv2
import numpy as np
import pytest

from evidence.demo.pen import handwritten
from evidence.demo.seal import fingerprint as press_thumb
from evidence.demo.seal import seal_alpha
from evidence.domain.document import BoxKind, MarkVerdict
from evidence.recognition.strokes import evened
from tests.support.recognition_fixture import BLUE, all_boxes, box_pixels, line_on, mark, signature, verdict

PRESENT, ABSENT, UNDECIDED = MarkVerdict.PRESENT, MarkVerdict.ABSENT, MarkVerdict.UNDECIDED
BLACK, RED = (40, 35, 40), (50, 40, 205)


def seal(
    name="enterprise-seal", colour=RED, *, density=1.0, shift_mm=(0, 0), company="常州鑫盛精密机械有限公司"
):
    """A seal pressed on a box."""

    def retouch(rng, canvas):
        x, y, w, h = box_pixels(canvas, name)
        alpha = seal_alpha(np.random.default_rng(3), canvas.dpi, company) ** 0.6 * density
        size = alpha.shape[0]
        left = x + w / 2 - size / 2 + shift_mm[0] * canvas.mm
        top = y + h / 2 - size / 2 + shift_mm[1] * canvas.mm
        canvas.ink(np.clip(alpha, 0, 1).astype(np.float32), left, top, colour)

    return retouch


def both(*steps):
    def retouch(rng, canvas):
        for step in steps:
            step(rng, canvas)

    return retouch


def test_every_box_is_judged_with_a_picture_for_the_person(room, sample):
    reading = room.read(room.scan(sample, signed=all_boxes(sample)))
    assert {m.box for m in reading.scan.marks} >= {box.box for box in sample.geometry[0].boxes}
    assert all(m.crop in room.pictures.kept for m in reading.scan.marks)
    assert all(0 <= m.score <= 1000 for m in reading.scan.marks)


def test_empty_boxes_of_a_clean_page_are_absent(room, sample):
    reading = room.read(room.scan(sample))
    assert {m.verdict for m in reading.scan.marks} == {ABSENT}


def test_full_boxes_of_a_clean_page_are_present(room, sample):
    reading = room.read(room.scan(sample, signed=all_boxes(sample), seed=6))
    assert {m.verdict for m in reading.scan.marks if m.kind is not BoxKind.DATE} == {PRESENT}


# Point 1: seal colour against the local paper, ring geometry, hue.


@pytest.mark.parametrize(
    ("colour", "density", "expected"),
    [
        pytest.param(RED, 1.0, {PRESENT}, id="red"),
        pytest.param((110, 100, 200), 0.9, {PRESENT, UNDECIDED}, id="dull old ink"),
        pytest.param(RED, 0.16, {UNDECIDED, PRESENT}, id="very pale"),
        pytest.param((190, 60, 40), 1.0, {UNDECIDED, ABSENT}, id="blue"),
        pytest.param((40, 40, 40), 1.0, {UNDECIDED}, id="photocopied black"),
    ],
)
def test_a_seal_is_judged_by_hue_and_ring(room, sample, colour, density, expected):
    reading = room.read(room.scan(sample, retouch=seal(colour=colour, density=density)))
    assert verdict(reading, "enterprise-seal") in expected


def test_red_ink_without_a_ring_is_asked(room, sample):
    reading = room.read(room.scan(sample, retouch=signature("enterprise-seal", RED, pen_mm=1.2)))
    assert verdict(reading, "enterprise-seal") is UNDECIDED


def test_a_photocopied_seal_is_named(room, sample):
    reading = room.read(room.scan(sample, retouch=seal(colour=(40, 40, 40))))
    assert any("复印" in note for note in reading.scan.notes)


def test_coffee_rings_are_no_seals(room, sample):
    def cup(rng, canvas):
        x, y, w, h = box_pixels(canvas, "enterprise-seal")
        rows, columns = np.mgrid[0 : canvas.image.shape[0], 0 : canvas.image.shape[1]].astype(np.float32)
        distance = np.hypot(columns - x - w / 2, rows - y - h / 2) / (20 * canvas.mm)
        alpha = np.exp(-(((distance - 1) / 0.05) ** 2)) * 0.5
        canvas.ink(alpha.astype(np.float32), 0, 0, (60, 105, 150))

    assert verdict(room.read(room.scan(sample, retouch=cup)), "enterprise-seal") is not PRESENT


# Point 2: red pens sign too; a seal over a signature does not hide it.


def test_a_red_pen_is_a_signature(room, sample):
    reading = room.read(room.scan(sample, retouch=signature("principal", RED)))
    assert verdict(reading, "principal") is PRESENT


@pytest.mark.parametrize("colour", [BLACK, BLUE])
def test_a_seal_over_a_signature_does_not_hide_it(room, sample, colour):
    over = both(signature("principal", colour), seal("principal", shift_mm=(4, 3)))
    assert verdict(room.read(room.scan(sample, retouch=over)), "principal") is not ABSENT


def test_a_seal_over_an_empty_signature_box_does_not_sign_it(room, sample):
    reading = room.read(room.scan(sample, retouch=seal(shift_mm=(0, -14))))
    assert verdict(reading, "principal") is not PRESENT
    assert verdict(reading, "enterprise-seal") is PRESENT


# Point 3: folds and feeder streaks.


@pytest.mark.parametrize("across", [True, False])
@pytest.mark.parametrize("shade", [60, 150])
def test_folds_and_streaks_do_not_sign(room, sample, across, shade):
    def fold(rng, canvas):
        x, y, w, h = box_pixels(canvas, "expert-1")
        height, width = canvas.image.shape[:2]
        middle = y + h * 0.45 if across else x + w * 0.4
        ends = [[0, middle], [width, middle + 4]] if across else [[middle, 0], [middle + 4, height]]
        line_on(canvas, np.array(ends), (shade,) * 3, 0.4)

    reading = room.read(room.scan(sample, retouch=fold))
    assert verdict(reading, "expert-1") is not PRESENT


def test_a_signature_on_a_fold_is_still_seen(room, sample):
    def fold(rng, canvas):
        _x, y, _w, h = box_pixels(canvas, "expert-1")
        ends = [[0, y + h * 0.45], [canvas.image.shape[1], y + h * 0.45]]
        line_on(canvas, np.array(ends), (150,) * 3, 0.4)

    reading = room.read(room.scan(sample, retouch=both(fold, signature("expert-1", BLACK))))
    assert verdict(reading, "expert-1") is PRESENT


# Point 4: highlighter and seal arcs are not ink.


@pytest.mark.parametrize("colour", [(60, 250, 250), (200, 150, 255)], ids=["yellow", "pink"])
def test_highlighter_does_not_sign(room, sample, colour):
    def marker(rng, canvas):
        x, y, w, h = box_pixels(canvas, "escort")
        points = np.array([[x + 4, y + h / 2], [x + w - 4, y + h / 2]])
        line_on(canvas, points, colour, 4.5)

    assert verdict(room.read(room.scan(sample, retouch=marker)), "escort") is not PRESENT


# Point 5: absent only where the box is seen well.


@pytest.mark.parametrize("mode", ["gray", "bilevel", "fax"])
def test_seals_without_colour_are_always_asked(room, sample, mode):
    for retouch in (None, seal()):
        reading = room.read(room.scan(sample, profile="office", mode=mode, seed=4, retouch=retouch))
        assert verdict(reading, "enterprise-seal") is UNDECIDED
        assert any("彩色" in note for note in reading.scan.notes)


def test_a_covered_box_is_asked(room, sample):
    def sticky_note(rng, canvas):
        x, y, w, h = box_pixels(canvas, "expert-2")
        cv2.rectangle(canvas.image, (x - 10, y - 10), (x + w + 10, y + h + 10), (120, 235, 250), -1)

    assert verdict(room.read(room.scan(sample, retouch=sticky_note)), "expert-2") is UNDECIDED


def test_a_box_in_deep_shadow_is_asked(room, sample):
    def shadow(rng, canvas):
        x, y, w, h = box_pixels(canvas, "escort")
        area = np.s_[y - 20 : y + h + 20, x - 20 : x + w + 20]
        canvas.image[area] = (canvas.image[area] * 0.2).astype(np.uint8)

    assert verdict(room.read(room.scan(sample, retouch=shadow)), "escort") is UNDECIDED


# Point 6: registration is measured near each box.


def test_a_box_torn_out_of_place_is_not_called_absent(room, sample):
    def crumple(rng, canvas):
        x, y, w, h = box_pixels(canvas, "principal")
        top, left, drop = y - 60, x - 330, 22
        area = canvas.image[top : y + h + 40, left : x + w + 40].copy()
        canvas.image[top + drop : top + drop + area.shape[0], left : left + area.shape[1]] = area

    reading = room.read(room.scan(sample, retouch=crumple))
    assert reading.scan is not None
    assert verdict(reading, "principal") is not PRESENT


# Point 8: short thin initials reach at least "ask".


@pytest.mark.parametrize("mode", ["color", "gray"])
@pytest.mark.parametrize("pen_mm", [0.35, 0.5])
def test_short_thin_initials_are_never_lost(room, sample, mode, pen_mm):
    initials = signature("expert-2", BLACK, pen_mm=pen_mm, width_mm=6, height_mm=4.5, waves=1)
    reading = room.read(room.scan(sample, profile="office", mode=mode, seed=2, retouch=initials))
    assert verdict(reading, "expert-2") is not ABSENT


# And the rest of the sentence.


def test_a_neighbours_overflow_does_not_sign(room, sample):
    def overflow(rng, canvas):
        x, y, w, h = box_pixels(canvas, "expert-1")
        t = np.linspace(0, 1, 80)
        across = x + w * (0.2 + 0.5 * t)
        down = y + h * (0.45 + 0.35 * np.sin(t * 20)) + 0.3 * h * (t > 0.9)
        line_on(canvas, np.stack([across, down], 1), BLUE, 0.5)

    reading = room.read(room.scan(sample, retouch=overflow))
    assert verdict(reading, "expert-1") is PRESENT
    assert verdict(reading, "escort") is not PRESENT


def test_a_fingerprint_is_its_own_kind_of_mark(room, sample):
    def thumb(rng, canvas):
        x, y, w, h = box_pixels(canvas, "escort")
        press_thumb(np.random.default_rng(1), canvas, x + w * 0.3, y - h * 0.1)

    reading = room.read(room.scan(sample, retouch=thumb))
    kinds = {m.kind for m in reading.scan.marks if m.box.startswith("escort")}
    assert BoxKind.FINGERPRINT in kinds
    assert verdict(reading, "escort") is UNDECIDED


@pytest.mark.parametrize("seed", range(3))
def test_a_name_in_red_ink_is_a_signature_and_no_fingerprint(room, sample, seed):
    def name(rng, canvas):
        x, y, _w, _h = box_pixels(canvas, "escort")
        alpha = handwritten(np.random.default_rng(seed), "刘明艳", int(10 * canvas.mm))
        canvas.ink(alpha, x + 3 * canvas.mm, y + canvas.mm, (60, 50, 200), meant_for=[])

    reading = room.read(room.scan(sample, retouch=name))
    assert BoxKind.FINGERPRINT not in {m.kind for m in reading.scan.marks}
    assert verdict(reading, "escort") is PRESENT


@pytest.mark.parametrize("colour", [BLACK, BLUE])
def test_a_signature_under_a_fingerprint_is_not_lost(room, sample, colour):
    def thumb(rng, canvas):
        x, y, w, h = box_pixels(canvas, "escort")
        press_thumb(np.random.default_rng(1), canvas, x + w * 0.3, y - h * 0.1)

    reading = room.read(room.scan(sample, retouch=both(signature("escort", colour), thumb)))
    assert verdict(reading, "escort") is PRESENT
    assert BoxKind.FINGERPRINT in {m.kind for m in reading.scan.marks if m.box.startswith("escort")}


def test_a_poor_scan_is_named_only_where_a_seal_stays_open_for_it(room, sample):
    pale = seal(density=0.05)
    reading = room.read(room.scan(sample, dpi=150, retouch=pale))
    open_seal = verdict(reading, "enterprise-seal") is UNDECIDED
    assert any("200 dpi" in note for note in reading.scan.notes) is open_seal
    decided = room.read(room.scan(sample, dpi=150, retouch=seal()))
    assert verdict(decided, "enterprise-seal") is PRESENT
    assert not decided.scan.notes
    gray = room.read(room.scan(sample, dpi=150, mode="gray", retouch=seal()))
    assert any("200 dpi" in note for note in gray.scan.notes)


def test_a_good_colour_scan_is_not_nagged(room, sample):
    assert room.read(room.scan(sample, dpi=300)).scan.notes == ()


def test_the_signed_copy_beats_the_sharper_unsigned_one(room, sample):
    sharp = room.read(room.scan(sample, dpi=300))
    later = room.read(room.scan(sample, profile="office", dpi=150, seed=6, signed=all_boxes(sample)))
    assert later.quality > sharp.quality


def test_marks_name_page_role_and_requirement(room, sample):
    found = mark(room.read(room.scan(sample)), "escort")
    assert (found.page, found.role, found.required, found.kind) == (1, "escort", True, BoxKind.SIGNATURE)


# What the bench on our own issued forms showed.


def test_a_rule_that_lies_askew_does_not_sign(room, sample):
    def tilt(rng, canvas):
        x, y, w, h = box_pixels(canvas, "escort")
        slope = int(0.7 * canvas.mm)
        canvas.image[y + h - slope - 3 : y + h + slope + 4, x + 4 : x + w - 4] = 252
        line_on(canvas, np.array([[x, y + h + slope], [x + w, y + h - slope]]), (25,) * 3, 0.25)

    assert verdict(room.read(room.scan(sample, retouch=tilt)), "escort") is not PRESENT


def written(text, tone, name="principal-date", size=0.7):
    """Small digits in a box."""

    def retouch(rng, canvas):
        x, y, _w, h = box_pixels(canvas, name)
        where, face = (x + 6, y + h // 2), cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(canvas.image, text, where, face, size, (tone,) * 3, 1, cv2.LINE_AA)

    return retouch


@pytest.mark.parametrize("tone", [190, 205])
def test_a_pale_date_is_asked_not_called_missing(room, sample, tone):
    reading = room.read(room.scan(sample, retouch=written("2022 3 7", tone)))
    assert verdict(reading, "principal-date") is not ABSENT


def test_two_digits_on_quiet_paper_are_a_date(room, sample):
    reading = room.read(room.scan(sample, retouch=written("7 8", 60)))
    assert verdict(reading, "principal-date") is PRESENT


def test_as_little_ink_is_no_signature(room, sample):
    reading = room.read(room.scan(sample, retouch=written("7 8", 60, "principal")))
    assert verdict(reading, "principal") is UNDECIDED


def test_two_digits_on_a_telephone_page_are_asked(room, sample):
    reading = room.read(room.scan(sample, profile="phone", seed=4, retouch=written("7 8", 60)))
    assert verdict(reading, "principal-date") is UNDECIDED


def test_print_that_shows_through_is_no_date(room, sample):
    reading = room.read(room.scan(sample, retouch=written("2022 3 7", 232)))
    assert verdict(reading, "principal-date") is not PRESENT


def paper(rng, spread):
    """A levelled box with its surroundings: 20 by 60 mm of paper of this grain."""
    return np.clip(247 + rng.normal(0, spread, (118, 354)), 0, 255).astype(np.uint8)


def test_pale_characters_that_fill_a_strip_are_not_taken_for_grain():
    """Levelled with the shadows, two clear characters of a clean page were called an empty box."""
    seen = paper(np.random.default_rng(5), 1.5)
    seen[24:94, 60:160][:, np.arange(100) % 7 < 4] = 175
    dark = cv2.subtract(np.full_like(seen, 250), seen)
    assert (evened(dark, seen, 1.5)[24:94, 60:160] > 24).mean() > 0.5


def test_grain_that_levelling_multiplied_is_reduced_to_the_pages():
    rng = np.random.default_rng(5)
    seen = paper(rng, 1.5)
    seen[:, 60:160] = paper(rng, 20)[:, 60:160]
    dark = cv2.subtract(np.full_like(seen, 250), seen)
    assert (dark[:, 80:140] > 24).mean() > 0.05
    assert (evened(dark, seen, 1.5)[:, 80:140] > 24).mean() < 0.002


def test_a_copy_on_which_the_seal_vanished_is_called_a_copy(room, sample):
    """Black pens, no colour anywhere, no seal to be seen on a colour scan."""
    written = both(
        signature("principal", BLACK, waves=6),
        signature("escort", BLACK, waves=6),
    )

    def copied(rng, canvas):
        written(rng, canvas)
        gray = cv2.cvtColor(canvas.image, cv2.COLOR_BGR2GRAY)
        canvas.image[:] = cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR)

    reading = room.read(room.scan(sample, retouch=copied))
    assert verdict(reading, "enterprise-seal") is ABSENT
    assert any("复印件" in note for note in reading.scan.notes)


def test_a_page_signed_in_blue_without_a_seal_is_not_called_a_copy(room, sample):
    written = both(signature("principal", waves=6), signature("escort", waves=6))
    reading = room.read(room.scan(sample, retouch=written))
    assert not any("复印件" in note for note in reading.scan.notes)
