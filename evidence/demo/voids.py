"""Ink in a box that signs nothing: strokes that strike it out, words of refusal, a neighbour's date."""

from __future__ import annotations

import itertools
from collections.abc import Set

import cv2
import numpy as np

from evidence.demo.canvas import Array, Canvas, smooth_field
from evidence.demo.pen import handwritten, pen_colour
from evidence.domain.document import Box, BoxKind

MARKS = ("slash", "dash", "cross", "tick", "diagonal")
WORDS = ("无", "拒签", "拒绝", "不在", "无人", "未到")


def strike_out(rng: np.random.Generator, canvas: Canvas, box: Box, kind: str = "") -> str:
    """Void a box as clerks do; returns how."""
    kind = kind or str(rng.choice([*MARKS, "无", "拒签", *MARKS, *WORDS]))
    if kind in MARKS:
        _mark(rng, canvas, box, kind)
    else:
        word = handwritten(rng, kind, int(rng.uniform(4.5, 10) * canvas.mm))
        if word is not None:
            _put(rng, canvas, box, word)
    canvas.voided.add(box.box)
    canvas.effects.append(f"void {kind}")
    return kind


def _put(rng: np.random.Generator, canvas: Canvas, box: Box, alpha: Array) -> None:
    h, w = alpha.shape
    x = box.x * canvas.pt + max(box.w * canvas.pt - w, 0) * rng.uniform(0.1, 0.9)
    y = box.y * canvas.pt + max(box.h * canvas.pt - h, 0) * rng.uniform(0.2, 0.8)
    canvas.ink(alpha, x, y, pen_colour(rng, proper=True), meant_for=[box.box])


def _mark(rng: np.random.Generator, canvas: Canvas, box: Box, kind: str) -> None:
    mm = canvas.mm
    w, h = box.w * canvas.pt, box.h * canvas.pt
    size = float(rng.uniform(4, 12)) * mm
    middle = np.array([w * rng.uniform(0.25, 0.75), h * rng.uniform(0.4, 0.6)])
    half = np.array([size / 2, min(size, 0.9 * h) / 2])
    shapes: dict[str, list[list[tuple[float, float]]]] = {
        "slash": [[(-0.6, 1), (0.6, -1)]],
        "dash": [[(-1.2, 0.05), (1.2, -0.05)]],
        "cross": [[(-0.8, -1), (0.8, 1)], [(0.8, -1), (-0.8, 1)]],
        "tick": [[(-0.8, 0.1), (-0.2, 0.9), (1.1, -1)]],
        "diagonal": [[(-1, 1), (1, -1)]],
    }
    if kind == "diagonal":
        middle, half = np.array([w / 2, h / 2]), np.array([w / 2, h / 2]) * rng.uniform(0.8, 1.02)
    pen = max(1.0, float(rng.uniform(0.35, 0.9)) * mm)
    alpha = np.zeros((int(h + 8 * mm), int(w + 8 * mm)), np.float32)
    for line in shapes[kind]:
        points = np.array(line) * half + middle + 4 * mm + rng.normal(0, 0.4 * mm, (len(line), 2))
        _draw(rng, alpha, points, pen)
    alpha *= np.float32(rng.uniform(0.75, 1.0))
    x, y = box.x * canvas.pt - 4 * mm, box.y * canvas.pt - 4 * mm
    canvas.ink(alpha, x, y, pen_colour(rng, proper=True), meant_for=[box.box])


def _draw(rng: np.random.Generator, alpha: Array, points: Array, pen: float) -> None:
    """A pen's line through points, a little bowed."""
    sheet = np.zeros(alpha.shape, np.uint8)
    for a, b in itertools.pairwise(points):
        t = np.linspace(0, 1, 30)[:, None]
        normal = np.array([-(b - a)[1], (b - a)[0]])
        bow = float(rng.normal(0, 0.02))
        curve = a + (b - a) * t + normal * bow * 4 * t * (1 - t)
        cv2.polylines(sheet, [curve.astype(np.int32)], False, 255, max(1, round(pen)), cv2.LINE_AA)
    np.maximum(alpha, sheet.astype(np.float32) / 255, out=alpha)


def overflow_date(rng: np.random.Generator, canvas: Canvas, box: Box, start: float = 0.0) -> Box | None:
    """Write a large date that begins left of its box, in the box before it.

    Args:
        start: share of the date that stands left of its own box; drawn when 0.

    Returns:
        The signature box it runs into, None where the date has no neighbour to its left.
    """
    left = next(
        (
            other
            for other in canvas.boxes
            if other.kind is BoxKind.SIGNATURE
            and abs(other.x + other.w - box.x) < 25
            and min(other.y + other.h, box.y + box.h) - max(other.y, box.y) > 0.5 * min(other.h, box.h)
        ),
        None,
    )
    if left is None:
        return None
    text = f"2022{' ' * int(rng.integers(1, 3))}{rng.integers(1, 13)} {rng.integers(1, 29)}"
    alpha = handwritten(rng, text, int(rng.uniform(4.5, 8.5) * canvas.mm))
    if alpha is None:
        return None
    h, w = alpha.shape
    share = start or float(rng.uniform(0.25, 0.6))
    x = box.x * canvas.pt - share * w
    y = (box.y + box.h / 2) * canvas.pt - h / 2 + rng.normal(0, 0.8 * canvas.mm)
    alpha = (alpha * smooth_field(rng, alpha.shape, 12, 0.8, 1.0)).astype(np.float32)
    canvas.ink(alpha, x, y, pen_colour(rng, proper=True), meant_for=[left.box, box.box])
    canvas.overflowed.add(left.box)
    canvas.effects.append("overflowing-date")
    return left


def date_across(
    rng: np.random.Generator, canvas: Canvas, box: Box, written: Set[str], share: float = 0.0
) -> Box | None:
    """Write a date that stands across the border of the empty date box above or below its own.

    Args:
        written: boxes somebody writes in.
        share: of its height in the other box; drawn when 0.

    Returns:
        The box it runs into, None where the date has no such neighbour.
    """
    other = next(
        (
            each
            for each in canvas.boxes
            if each.kind is BoxKind.DATE
            and each.box not in written
            and abs(each.x - box.x) < 10
            and min(abs(each.y - box.y - box.h), abs(box.y - each.y - each.h)) < 8
        ),
        None,
    )
    if other is None:
        return None
    text = f"2022 {rng.integers(1, 13)} {rng.integers(1, 29)}"
    alpha = handwritten(rng, text, int(rng.uniform(5, 8) * canvas.mm))
    if alpha is None:
        return None
    h, w = alpha.shape
    beyond = share or float(rng.uniform(0.35, 0.6))
    x = box.x * canvas.pt + max(box.w * canvas.pt - w, 0) * rng.uniform(0.1, 0.9)
    below = other.y > box.y
    border = ((box.y + box.h + other.y) / 2 if below else (other.y + other.h + box.y) / 2) * canvas.pt
    y = border - (1 - beyond) * h if below else border - beyond * h
    alpha = (alpha * smooth_field(rng, alpha.shape, 12, 0.8, 1.0)).astype(np.float32)
    canvas.ink(alpha, x, y, pen_colour(rng, proper=True), meant_for=[other.box, box.box])
    canvas.overflowed.add(other.box)
    canvas.effects.append("date-across")
    return other
