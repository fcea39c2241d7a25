"""What happens to paper between the printer and the scanner: folds, holes, stains, stray ink."""

from __future__ import annotations

import math

import cv2
import numpy as np

from evidence.demo.canvas import Canvas, blend, smooth_field
from evidence.demo.pen import handwritten, pen_colour, strokes
from evidence.demo.profiles import Profile
from evidence.demo.seal import fingerprint
from evidence.domain.document import BoxKind, CodePlace


def wear(rng: np.random.Generator, canvas: Canvas, profile: Profile, codes: tuple[CodePlace, ...]) -> None:
    """Apply the profile's accidents, each with its probability."""
    accidents = (
        (profile.stray, _stray),
        (profile.bleed, _bleed_through),
        (profile.stain, _coffee),
        (profile.fold, _fold),
        (profile.hole, _punch),
        (profile.staple, _staple),
    )
    for probability, accident in accidents:
        if rng.random() < probability:
            accident(rng, canvas)
    if codes and rng.random() < profile.code_pen:
        _pen_over_code(rng, canvas, codes[rng.integers(len(codes))])


def _stray(rng: np.random.Generator, canvas: Canvas) -> None:
    height, width = canvas.image.shape[:2]
    pt = canvas.pt
    kind = str(rng.choice(["scribble", "note", "fingerprint", "tick", "dirt"]))
    if kind == "scribble":
        alpha = strokes(rng, int(150 * pt), int(40 * pt), 4, canvas.dpi, 0.6)
        canvas.ink(alpha, rng.uniform(0.1, 0.7) * width, rng.uniform(0.3, 0.6) * height, pen_colour(rng))
    elif kind == "note":
        words = handwritten(rng, "情况属实无异议", int(18 * pt))
        if words is not None:
            canvas.ink(
                words, rng.uniform(0.1, 0.5) * width, rng.uniform(0.45, 0.65) * height, pen_colour(rng)
            )
    elif kind == "fingerprint":
        places = [box for box in canvas.boxes if box.kind is BoxKind.SIGNATURE]
        if places:
            box = places[rng.integers(len(places))]
            fingerprint(
                rng, canvas, (box.x + box.w * rng.uniform(0.75, 1.15)) * pt, (box.y - rng.uniform(0, 15)) * pt
            )
    elif kind == "tick":
        alpha = strokes(rng, int(30 * pt), int(20 * pt), 2, canvas.dpi, 0.7)
        canvas.ink(alpha, rng.uniform(0.1, 0.85) * width, rng.uniform(0.18, 0.92) * height, pen_colour(rng))
    else:
        for _ in range(30):
            spot = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
            radius = int(rng.uniform(1, 0.012 * canvas.dpi))
            cv2.circle(canvas.image, spot, radius, (70, 70, 70), -1, cv2.LINE_AA)
    canvas.effects.append(kind)


def _bleed_through(rng: np.random.Generator, canvas: Canvas) -> None:
    back = cv2.cvtColor(canvas.image[:, ::-1], cv2.COLOR_BGR2GRAY)
    soft = cv2.GaussianBlur(back, (0, 0), 0.6 * canvas.mm).astype(np.float32)
    blend(canvas.image, (1 - soft / 255) * rng.uniform(0.08, 0.3), 0, 0, (120, 120, 120))
    canvas.effects.append("bleed")


def _coffee(rng: np.random.Generator, canvas: Canvas) -> None:
    height, width = canvas.image.shape[:2]
    radius = rng.uniform(32, 42) * canvas.mm
    n = int(radius * 2.4)
    rows, columns = np.mgrid[0:n, 0:n].astype(np.float32)
    distance = np.hypot(columns - n / 2, rows - n / 2) / radius
    alpha = np.exp(-(((distance - 1) / 0.035) ** 2)) * 0.55 + (distance < 1) * 0.12
    alpha = (alpha * smooth_field(rng, (n, n), n / 4, 0.3, 1)).astype(np.float32)
    canvas.ink(alpha, rng.uniform(-0.1, 0.9) * width, rng.uniform(-0.1, 0.9) * height, (60, 105, 150))
    canvas.effects.append("stain")


def _fold(rng: np.random.Generator, canvas: Canvas) -> None:
    height, width = canvas.image.shape[:2]
    for _ in range(rng.integers(1, 3)):
        across = rng.random() < 0.7
        length, extent = (width, height) if across else (height, width)
        at = extent * rng.choice([1 / 3, 0.5, 2 / 3]) + rng.normal(0, 3 * canvas.mm)
        breadth = max(2, int(rng.uniform(0.3, 1.2) * canvas.mm))
        profile = np.exp(-(np.linspace(-2.5, 2.5, breadth * 4) ** 2)).astype(np.float32) * rng.uniform(
            0.12, 0.4
        )
        shade = np.repeat(profile[:, None], length, 1) * smooth_field(
            rng, (len(profile), length), 12 * canvas.mm, 0.3, 1
        )
        if across:
            blend(canvas.image, shade, 0, at, (95, 95, 95))
        else:
            blend(canvas.image, np.ascontiguousarray(shade.T), at, 0, (95, 95, 95))
    canvas.effects.append("fold")


def _punch(rng: np.random.Generator, canvas: Canvas) -> None:
    middle = canvas.image.shape[0] / 2
    x = rng.uniform(9, 13) * canvas.mm
    shade = 40 if rng.random() < 0.5 else 215
    for y in (middle - 40 * canvas.mm, middle + 40 * canvas.mm):
        centre = (int(x), int(y + rng.normal(0, canvas.mm)))
        cv2.circle(canvas.image, centre, int(3 * canvas.mm), (shade,) * 3, -1, cv2.LINE_AA)
    canvas.effects.append("holes")


def _staple(rng: np.random.Generator, canvas: Canvas) -> None:
    mm = canvas.mm
    x, y, angle = rng.uniform(6, 16) * mm, rng.uniform(5, 14) * mm, rng.uniform(-1, 1)
    end = (int(x + math.cos(angle) * 6 * mm), int(y + math.sin(angle) * 6 * mm))
    cv2.line(canvas.image, (int(x), int(y)), end, (120, 120, 120), max(2, int(0.6 * mm)), cv2.LINE_AA)
    canvas.effects.append("staple")
    if rng.random() < 0.25:
        leg = int(rng.uniform(15, 30) * mm)
        cv2.fillPoly(
            canvas.image, [np.array([[0, 0], [leg, 0], [0, leg]], np.int32)], (205, 208, 210), cv2.LINE_AA
        )
        canvas.effects.append("folded-corner")


def _pen_over_code(rng: np.random.Generator, canvas: Canvas, code: CodePlace) -> None:
    pt = canvas.pt
    alpha = strokes(
        rng,
        int(code.size * 1.6 * pt),
        int(code.size * 1.2 * pt),
        int(rng.integers(1, 4)),
        canvas.dpi,
        rng.uniform(0.4, 0.9),
    )
    canvas.ink(alpha, (code.x - 0.3 * code.size) * pt, (code.y - 0.1 * code.size) * pt, pen_colour(rng))
    canvas.effects.append("pen-over-code")
