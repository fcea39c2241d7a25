"""Seals are judged by geometry and hue: pale pads, borders, markers, wrong kinds, copies."""

from dataclasses import replace
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from evidence.demo.canvas import font
from evidence.demo.seal import SEAL_FACE, Pressing, stamp
from evidence.demo.usage import highlight
from evidence.domain.document import Box, BoxKind, MarkVerdict
from evidence.recognition.marks import asked_beside, asked_between, hides_a_seal, shared_out
from evidence.recognition.reference import MM, PT
from evidence.recognition.rings import Ring
from evidence.recognition.seals import SealFinding
from tests.support.recognition_fixture import box_pixels, line_on, mark, verdict

PRESENT, ABSENT, UNDECIDED = MarkVerdict.PRESENT, MarkVerdict.ABSENT, MarkVerdict.UNDECIDED
BOX = "enterprise-seal"
RED = (50, 40, 205)


def pressed(seed=3, colour=RED, **how):
    """A seal on the box, pressed in some way."""

    def retouch(_rng, canvas):
        box = next(box for box in canvas.boxes if box.box.startswith(BOX))
        stamp(np.random.default_rng(seed), canvas, box, "常州鑫盛精密机械有限公司", colour, Pressing(**how))

    return retouch


def then(*steps):
    def retouch(rng, canvas):
        for step in steps:
            step(rng, canvas)

    return retouch


@pytest.mark.parametrize("strength", [0.12, 0.2, 0.35])
def test_a_pale_pads_seal_is_a_seal(room, sample, strength):
    reading = room.read(room.scan(sample, retouch=pressed(strength=strength)))
    assert verdict(reading, BOX) is PRESENT


@pytest.mark.parametrize("across", [-0.5, -0.47, -0.44, 0.5])
def test_a_seal_half_over_the_border_is_a_seal(room, sample, across):
    reading = room.read(room.scan(sample, retouch=pressed(shift=(across, 0.0))))
    assert verdict(reading, BOX) is PRESENT


@pytest.mark.parametrize("seed", range(2))
def test_a_marker_across_a_seal_does_not_hide_it(room, sample, seed):
    def marker(_rng, canvas):
        box = next(box for box in canvas.boxes if box.box.startswith(BOX))
        highlight(np.random.default_rng(seed), canvas, box)

    reading = room.read(room.scan(sample, retouch=then(pressed(), marker)))
    assert verdict(reading, BOX) is PRESENT


@pytest.mark.parametrize("down", [0.5, 0.65, 0.8])
def test_a_seal_that_hangs_below_its_box_is_no_thumb_and_dates_nothing(room, sample, down):
    reading = room.read(room.scan(sample, retouch=pressed(shift=(-0.9, down))))
    assert BoxKind.FINGERPRINT not in {found.kind for found in reading.scan.marks}
    assert verdict(reading, "principal-date") is not PRESENT


@pytest.mark.parametrize("seed", range(3))
def test_an_oval_seal_is_asked_and_named(room, sample, seed):
    found = mark(room.read(room.scan(sample, retouch=pressed(seed, shape="oval"))), BOX)
    assert found.verdict is UNDECIDED
    assert "椭圆" in found.why


@pytest.mark.parametrize("seed", range(3))
def test_a_rectangular_seal_is_asked_and_named(room, sample, seed):
    found = mark(room.read(room.scan(sample, retouch=pressed(seed, shape="square"))), BOX)
    assert found.verdict is UNDECIDED
    assert "方形" in found.why


@pytest.mark.parametrize("strength", [0.15, 0.4, 1.0])
def test_a_gray_copy_of_a_seal_is_never_accepted(room, sample, strength):
    copy = pressed(colour=(70, 70, 70), strength=strength)
    for profile in ("clean", "phone"):
        reading = room.read(room.scan(sample, retouch=copy, profile=profile, seed=4))
        assert verdict(reading, BOX) is not PRESENT


@pytest.mark.parametrize("seed", [1, 6, 9, 12, 16, 19])
def test_a_pink_marker_across_an_oval_seal_does_not_make_it_round(room, sample, seed):
    def marker(_rng, canvas):
        box = next(box for box in canvas.boxes if box.box.startswith(BOX))
        highlight(np.random.default_rng(seed), canvas, box)

    steps = then(pressed(seed, shape="oval"), marker)
    found = mark(room.read(room.scan(sample, retouch=steps)), BOX)
    assert found.verdict is UNDECIDED
    assert "椭圆" in found.why


def test_red_words_and_boxes_are_no_seal(room, sample):
    def words(_rng, canvas):
        from PIL import Image, ImageDraw

        x, y, w, h = box_pixels(canvas, BOX)
        sheet = Image.fromarray(canvas.image)
        face = font(SEAL_FACE, int(7 * canvas.mm))
        ImageDraw.Draw(sheet).text((x + 10, y + h / 3), "常州鑫盛公司", RED, face)
        canvas.image[:] = np.array(sheet)
        line_on(canvas, np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h], [x, y]]), RED, 0.6)

    assert verdict(room.read(room.scan(sample, retouch=words)), BOX) is UNDECIDED


def test_a_red_circle_drawn_by_hand_has_no_lettering_but_is_looked_at(room, sample):
    def arc(_rng, canvas):
        x, y, w, h = box_pixels(canvas, BOX)
        size = (int(9 * canvas.mm), int(9 * canvas.mm))
        cv2.ellipse(canvas.image, (x + w // 2, y + h // 2), size, 0, 20, 300, RED, 3)

    assert verdict(room.read(room.scan(sample, retouch=arc)), BOX) is not PRESENT


POINTS = 72 / 25.4
LEFT, RIGHT = (
    Box(
        box=name,
        kind=BoxKind.SEAL,
        role=role,
        x=left * POINTS,
        y=100 * POINTS,
        w=80 * POINTS,
        h=40 * POINTS,
        required=True,
    )
    for name, role, left in (("enterprise-seal", "enterprise", 20), ("agency-seal", "agency", 101))
)


def found(verdict, across_mm=None):
    """A seal's finding, its centre so many millimetres from the sheet's left edge."""
    ring = across_mm and Ring(
        x=across_mm * MM, y=120 * MM, radius=20 * MM, sectors=0.97, gain=3.0, redness=60.0
    )
    return SealFinding(verdict=verdict, score=980, ring=ring or None)


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        pytest.param(found(PRESENT, 99), found(UNDECIDED, 99), (UNDECIDED, UNDECIDED), id="on the border"),
        pytest.param(found(PRESENT, 94), found(ABSENT), (UNDECIDED, UNDECIDED), id="7 mm inside"),
        pytest.param(found(PRESENT, 92), found(ABSENT), (PRESENT, ABSENT), id="9 mm inside"),
        pytest.param(found(PRESENT, 99), found(PRESENT, 141), (PRESENT, PRESENT), id="the other has its own"),
        pytest.param(found(PRESENT, 60), found(ABSENT), (PRESENT, ABSENT), id="in the middle"),
    ],
)
def test_a_seal_between_two_boxes_the_other_empty_signs_neither(left, right, said):
    asked = asked_between({LEFT.box: left, RIGHT.box: right}, (LEFT, RIGHT))
    assert (asked[LEFT.box].verdict, asked[RIGHT.box].verdict) == said
    assert all((one.why == "盖在两个盖章处之间") == (said[0] is UNDECIDED) for one in asked.values())


@pytest.mark.parametrize(
    ("again", "said"),
    [
        pytest.param(found(PRESENT, 141), (PRESENT, PRESENT), id="another seal well inside"),
        pytest.param(found(PRESENT, 105), (UNDECIDED, PRESENT), id="another that may be either's too"),
        pytest.param(found(UNDECIDED), (UNDECIDED, PRESENT), id="no other"),
    ],
)
def test_a_seal_on_the_border_goes_to_the_box_that_has_no_other(again, said):
    before = {LEFT.box: found(UNDECIDED), RIGHT.box: found(PRESENT, 102)}
    shared = shared_out(before, (LEFT, RIGHT), lambda _box, _ring: again)
    assert (shared[LEFT.box].verdict, shared[RIGHT.box].verdict) == said


@pytest.mark.parametrize(
    ("across_mm", "left", "said"),
    [
        pytest.param(192, found(ABSENT), UNDECIDED, id="beyond the right border, half in the box"),
        pytest.param(199, found(ABSENT), ABSENT, id="its edge alone"),
        pytest.param(89, found(PRESENT, 89), ABSENT, id="the other box's own"),
    ],
)
def test_a_seal_that_slipped_out_of_its_box_is_asked(across_mm, left, said):
    beside = replace(found(ABSENT), loose=(found(ABSENT, across_mm).ring,))
    asked = asked_beside({LEFT.box: left, RIGHT.box: beside}, (LEFT, RIGHT))
    assert asked[RIGHT.box].verdict is said


def sheet_without(*lost, word_mm=None):
    """A ruled box of 40 mm, a second rule just beyond its left edge; without some of these lines.

    With a word in place of the lower rule, 1.7 mm below it on the issued page and `word_mm` on the scan.
    """
    mm, points = MM, MM / PT
    where = {"x": 20 * points, "y": 20 * points, "w": 40 * points, "h": 40 * points}
    box = Box(box="seal", kind=BoxKind.SEAL, role="", required=True, **where)
    page = np.full((round(80 * mm), round(80 * mm)), 255, np.uint8)
    seen = page.copy()
    low, high = round(20 * mm), round(60 * mm)
    sides = {
        "top": np.s_[low - 2 : low, low:high],
        "bottom": np.s_[high : high + 2, low:high],
        "left": np.s_[low:high, low - 2 : low],
        "right": np.s_[low:high, high : high + 2],
        "beyond": np.s_[low:high, round(18.1 * mm) : round(18.1 * mm) + 2],
    }
    if word_mm is not None:
        del sides["bottom"]
    for name, place in sides.items():
        page[place] = 0
        seen[place] = 255 if name in lost else 0
    for paper, down in ((page, 1.7), (seen, word_mm)):
        if word_mm is not None:
            top = high + round(down * mm)
            paper[top : top + round(4 * mm), round(41 * mm) : round(45 * mm)] = 0
    sheet = SimpleNamespace(
        gray=seen, reference=SimpleNamespace(gray=page), noise=1.0, contrast=200.0, bent_mm=0.2, bilevel=False
    )
    return sheet, box


@pytest.mark.parametrize(
    ("lost", "hidden"),
    [
        pytest.param((), False, id="all print is there"),
        pytest.param(("beyond",), False, id="print is missing beyond a whole frame"),
        pytest.param(("left", "beyond"), True, id="a side of the frame is missing too"),
        pytest.param(("left",), True, id="a side of the frame is missing"),
    ],
)
def test_print_missing_beyond_a_whole_frame_does_not_cover_a_seal(lost, hidden):
    assert hides_a_seal(*sheet_without(*lost)) is hidden


def test_the_edge_of_a_word_below_the_box_that_bent_paper_moved_covers_no_seal():
    assert hides_a_seal(*sheet_without(word_mm=2.8)) is False
    assert hides_a_seal(*sheet_without("left", word_mm=2.8)) is True
