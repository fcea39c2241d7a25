"""What is straight is no signature: folds of every kind, edges of paper, strokes that void a box."""

import math
from dataclasses import replace

import numpy as np
import pytest

from evidence.demo.creases import Crease, crumple, press_crease
from evidence.demo.voids import MARKS, strike_out
from evidence.domain.document import MarkVerdict
from tests.support.recognition_fixture import BLUE, box_pixels, mark, signature, verdict

PRESENT, ABSENT, UNDECIDED = MarkVerdict.PRESENT, MarkVerdict.ABSENT, MarkVerdict.UNDECIDED
SIGNATURES = ("expert-1", "expert-2", "escort", "principal")


def folded(name, **kind):
    """A fold through the middle of a box."""

    def retouch(rng, canvas):
        x, y, w, h = box_pixels(canvas, name)
        crease = Crease(**{"x": x + w / 2, "y": y + h / 2, "angle": 0.0, "before": 400, "after": 400, **kind})
        press_crease(rng, canvas, crease)

    return retouch


def both(*steps):
    def retouch(rng, canvas):
        for step in steps:
            step(rng, canvas)

    return retouch


@pytest.mark.parametrize("level", [0, 90])
@pytest.mark.parametrize("turn", [0, 3, 5, 10, 20, 45])
def test_a_line_across_the_page_signs_nothing(room, sample, level, turn):
    fold = folded("expert-1", angle=level + turn, breadth=0.3, depth=0.9)
    reading = room.read(room.scan(sample, retouch=fold))
    assert PRESENT not in {verdict(reading, name) for name in SIGNATURES}


@pytest.mark.parametrize("turn", [7, 30, 80])
def test_a_short_crease_signs_nothing(room, sample, turn):
    fold = folded("escort", angle=turn, before=10, after=10, depth=0.5)
    assert verdict(room.read(room.scan(sample, retouch=fold)), "escort") is not PRESENT


@pytest.mark.parametrize("turn", [0, 88, 96, 140])
@pytest.mark.parametrize("flank", [0.15, 0.3])
def test_a_shaded_side_does_not_make_a_crease_a_signature(room, sample, turn, flank):
    fold = folded("escort", angle=turn, flank=flank, ridge=0.1, depth=0.35)
    assert verdict(room.read(room.scan(sample, retouch=fold)), "escort") is not PRESENT


def test_two_folds_side_by_side_sign_nothing(room, sample):
    def beside(rng, canvas):
        x, y, w, h = box_pixels(canvas, "principal")
        for step in (0, 2.5):
            at = {"x": x + w / 2 + step * canvas.mm, "y": y + h / 2, "angle": 82, "before": 300, "after": 300}
            press_crease(rng, canvas, Crease(**at, depth=0.5))

    assert verdict(room.read(room.scan(sample, retouch=beside)), "principal") is not PRESENT


@pytest.mark.parametrize("seed", range(3))
def test_crumpled_paper_signs_nothing(room, sample, seed):
    def press(_rng, canvas):
        crumple(np.random.default_rng(seed), canvas)

    reading = room.read(room.scan(sample, retouch=press, profile="office", seed=5))
    assert PRESENT not in {verdict(reading, name) for name in SIGNATURES}


@pytest.mark.parametrize("turn", [2, 30, 85])
def test_a_signature_on_a_fold_of_any_direction_is_seen(room, sample, turn):
    fold = folded("expert-1", angle=turn, depth=0.4, flank=0.1)
    reading = room.read(room.scan(sample, retouch=both(signature("expert-1", BLUE, waves=6), fold)))
    assert verdict(reading, "expert-1") is PRESENT


@pytest.mark.parametrize("kind", MARKS)
@pytest.mark.parametrize("seed", range(2))
def test_strokes_that_void_a_box_are_asked_with_a_suggestion(room, sample, kind, seed):
    def void(_rng, canvas):
        box = next(box for box in canvas.boxes if box.box.startswith("escort"))
        strike_out(np.random.default_rng(seed), canvas, replace(box), kind)

    found = mark(room.read(room.scan(sample, retouch=void)), "escort")
    assert found.verdict is UNDECIDED
    # A mark too small to sign is asked as before, without a word.
    assert not found.why or found.why.startswith("划去/拒签？")


def test_a_slash_from_corner_to_corner_is_called_a_stroke_that_voids(room, sample):
    def slash(rng, canvas):
        x, y, w, h = box_pixels(canvas, "principal")
        crease = Crease(
            x=x + w / 2,
            y=y + h / 2,
            angle=-math.degrees(math.atan2(h, w)),
            before=0.46 * math.hypot(w, h) / canvas.mm,
            after=0.46 * math.hypot(w, h) / canvas.mm,
            breadth=0.5,
            depth=1.5,
        )
        press_crease(rng, canvas, crease)

    found = mark(room.read(room.scan(sample, retouch=slash)), "principal")
    assert found.verdict is UNDECIDED
    assert found.why.startswith("划去/拒签？（"), "with what speaks for it"
