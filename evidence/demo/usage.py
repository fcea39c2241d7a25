"""What people do with a form between printer and scanner, each with its profile's probability."""

from __future__ import annotations

from collections.abc import Set

import cv2
import numpy as np

from evidence.demo.canvas import Canvas, blend
from evidence.demo.covers import COVERS, lay_on_a_box
from evidence.demo.creases import crumple, fold_anyhow
from evidence.demo.profiles import Profile
from evidence.demo.seal import Pressing
from evidence.demo.voids import date_across, overflow_date, strike_out
from evidence.domain.document import Box, BoxKind

_MARKERS = ((60, 250, 250), (200, 150, 255), (120, 250, 130))


def overflows(
    life: np.random.Generator, canvas: Canvas, profile: Profile, box: Box, written: Set[str]
) -> bool:
    """Whether this date was written too large, beginning left of its box, or across a border of it.

    Args:
        written: boxes somebody writes in.
    """
    if life.random() < profile.overflow:
        return overflow_date(life, canvas, box) is not None
    return life.random() < profile.date_across and date_across(life, canvas, box, written) is not None


def pressing(life: np.random.Generator, profile: Profile) -> Pressing:
    """How one seal is pressed."""
    drawn = life.random(4)
    shape = "oval" if drawn[0] < profile.oval_seal else "round"
    if shape == "round" and drawn[0] < profile.oval_seal + profile.square_seal:
        shape = "square"
    strength = float(life.uniform(0.08, 0.4)) if drawn[1] < profile.pale_pad else 1.0
    shift = (0.0, 0.0)
    if drawn[2] < profile.over_border:
        shift = ((-0.5, 0.0), (0.5, 0.0), (0.0, -0.5), (0.0, 0.5))[int(life.integers(4))]
    return Pressing(shape=shape, strength=strength, shift=shift)


def after_seal(
    life: np.random.Generator, canvas: Canvas, profile: Profile, box: Box, pressed: Pressing
) -> None:
    """Remember the wrong kind of seal; draw a marker across some."""
    for name, found in (
        ("pale-pad", pressed.strength < 1),
        ("over-border", pressed.shift != (0.0, 0.0)),
        (f"{pressed.shape}-seal", pressed.shape != "round"),
    ):
        if found:
            canvas.effects.append(name)
    if pressed.shape != "round":
        canvas.wrong_seals.add(box.box)
    if life.random() < profile.highlight:
        highlight(life, canvas, box)


def highlight(life: np.random.Generator, canvas: Canvas, box: Box) -> None:
    """A marker's flat translucent stripe across a box."""
    colour = _MARKERS[int(life.integers(len(_MARKERS)))]
    alpha = np.zeros(canvas.image.shape[:2], np.uint8)
    y = int((box.y + box.h * life.uniform(0.3, 0.7)) * canvas.pt)
    start, end = int(box.x * canvas.pt), int((box.x + box.w) * canvas.pt)
    rise = int(life.normal(0, 3 * canvas.mm))
    cv2.line(alpha, (start, y), (end, y + rise), 255, max(int(4.5 * canvas.mm), 1))
    blend(canvas.image, alpha.astype(np.float32) / 255 * 0.85, 0, 0, colour)
    canvas.effects.append("highlighter")


def strike_out_empty(life: np.random.Generator, canvas: Canvas, profile: Profile, signed: Set[str]) -> None:
    """Void some of the signature boxes that nobody signed."""
    for box in canvas.boxes:
        empty = box.kind is BoxKind.SIGNATURE and box.box not in signed and box.box not in canvas.overflowed
        if empty and life.random() < profile.void:
            strike_out(life, canvas, box)


def bend_and_cover(life: np.random.Generator, canvas: Canvas, profile: Profile) -> None:
    """Fold, crumple, and lay other paper on top."""
    for probability, accident in ((profile.crumple, crumple), (profile.crease, fold_anyhow)):
        if life.random() < probability:
            accident(life, canvas)
    for kind in COVERS:
        if life.random() < getattr(profile, kind):
            lay_on_a_box(life, canvas, kind)
