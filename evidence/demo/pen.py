"""Handwriting: the installed Kai face set wobbling, and connected strokes of our own."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageDraw

from evidence.demo.canvas import Array, Canvas, Colour, font, smooth_field
from evidence.domain.document import Box, BoxKind

HAND_FACE = "AR PL UKai CN"
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国志文"


def pen_colour(rng: np.random.Generator, *, proper: bool = False) -> Colour:
    """Black gel, blue, now and then red or a faint pencil; `proper` keeps to what records are signed with."""
    choice = rng.random() * (0.9 if proper else 1.0)
    if choice < 0.52:
        low, high = (10, 10, 10), (60, 55, 60)
    elif choice < 0.9:
        low, high = (120, 40, 10), (190, 90, 60)
    elif choice < 0.95:
        low, high = (40, 30, 180), (80, 70, 225)
    else:
        low, high = (90, 80, 80), (130, 110, 110)
    blue, green, red = (int(value) for value in rng.integers(low, high))
    return blue, green, red


def strokes(rng: np.random.Generator, width: int, height: int, count: int, dpi: int, pen_mm: float) -> Array:
    """Alpha of a cursive scribble: `count` cubic curves, mostly connected, under changing pressure."""
    scale = 2
    width, height = max(width, 8), max(height, 8)
    sheet = np.zeros((height * scale, width * scale), np.uint8)
    span = np.array([width, height], float) * scale
    point = np.array([rng.uniform(0.02, 0.12), rng.uniform(0.3, 0.7)]) * span
    step = span[0] / (count + 1)
    t = np.linspace(0, 1, 40)[:, None]
    for _ in range(count):
        first = point + rng.normal(0, 1, 2) * [step * 0.8, span[1] * 0.45]
        second = point + rng.normal(0, 1, 2) * [step, span[1] * 0.45]
        end = np.array([point[0] + step * rng.uniform(0.3, 1.5), rng.uniform(0.12, 0.88) * span[1]])
        curve = (1 - t) ** 3 * point + 3 * (1 - t) ** 2 * t * first + 3 * (1 - t) * t**2 * second + t**3 * end
        start, swing = rng.uniform(0, 6.28), rng.uniform(0.2, 0.5)
        pressure = 1 + swing * np.sin(np.linspace(start, start + rng.uniform(1, 6), 40))
        widths = pen_mm / 25.4 * dpi * scale * pressure
        points = curve.astype(np.int32)
        for a, b, thick in zip(points[:-1], points[1:], widths, strict=False):
            cv2.line(sheet, a.tolist(), b.tolist(), 255, max(1, round(float(thick))), cv2.LINE_AA)
        connected = rng.random() < 0.65
        point = end if connected else end + rng.normal(0, 1, 2) * [step * 0.2, span[1] * 0.3]
    small = cv2.resize(sheet, (width, height), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32) / 255


def handwritten(rng: np.random.Generator, text: str, size: int) -> Array | None:
    """Alpha of text in the Kai face with jitter, slant, wobble and pressure; None without the font."""
    if font(HAND_FACE, size) is None:
        return None
    sheet = Image.new("L", (int(size * (len(text) * 1.05 + 1)), size * 2), 0)
    draw = ImageDraw.Draw(sheet)
    x = size * 0.3
    for character in text:
        glyph = int(size * rng.uniform(0.85, 1.15))
        draw.text((x, size * 0.4 + rng.normal(0, size * 0.06)), character, 255, font(HAND_FACE, glyph))
        x += glyph * rng.uniform(0.72, 0.98) * (0.55 if character.isascii() else 1)
    alpha = np.asarray(sheet, np.float32) / 255
    h, w = alpha.shape
    rows, columns = np.mgrid[0:h, 0:w].astype(np.float32)
    slant, lift = rng.uniform(-0.25, 0.25), rng.uniform(-0.1, 0.1)
    wobble = size * 0.06
    map_x = columns + slant * (rows - h / 2) + smooth_field(rng, (h, w), size * 0.5, -1, 1) * wobble
    map_y = rows + lift * (columns - w / 2) + smooth_field(rng, (h, w), size * 0.5, -1, 1) * wobble
    alpha = cv2.remap(alpha, map_x.astype(np.float32), map_y.astype(np.float32), cv2.INTER_LINEAR)
    if rng.random() < 0.35:
        alpha = cv2.erode(alpha, np.ones((2, 2)))
    inked_rows, inked_columns = np.where(alpha > 0.2)
    if not len(inked_rows):
        return None
    alpha = alpha[
        max(inked_rows.min() - 2, 0) : inked_rows.max() + 3,
        max(inked_columns.min() - 2, 0) : inked_columns.max() + 3,
    ]
    return alpha * smooth_field(rng, alpha.shape, max(size * 0.4, 2), 0.55, 1.0)


def write(
    rng: np.random.Generator, canvas: Canvas, box: Box, text: str = "", *, proper_pen: bool = False
) -> str:
    """Sign in a box, or date it; may run over its edge as people do. Returns the style used."""
    width, height = box.w * canvas.pt, box.h * canvas.pt
    style = "kai" if rng.random() < 0.5 else "strokes"
    if box.kind is BoxKind.DATE:
        text = text or f"2022{rng.integers(1, 13):3d}{rng.integers(1, 29):3d}"
        fill, style = rng.uniform(0.4, 0.65), "kai"
    else:
        given = "".join(_GIVEN[i] for i in rng.integers(0, len(_GIVEN), rng.integers(1, 3)))
        text = text or _SURNAMES[rng.integers(len(_SURNAMES))] + given
        fill = rng.uniform(0.55, 1.15) if box.h < 45 else rng.uniform(0.35, 0.7)
    alpha = (
        handwritten(rng, text, max(12, int(min(height, 15 * canvas.mm) * fill))) if style == "kai" else None
    )
    if alpha is None:
        style = "strokes"
        alpha = strokes(
            rng,
            int(min(width, 50 * canvas.mm) * rng.uniform(0.3, 0.85)),
            int(min(height, 16 * canvas.mm) * min(1.1, fill)),
            int(rng.integers(3, 11)),
            canvas.dpi,
            rng.uniform(0.35, 0.9),
        )
    alpha = alpha * rng.uniform(0.75, 1.0)
    if rng.random() < 0.2:  # a pen running dry skips
        alpha = alpha * (smooth_field(rng, alpha.shape, 6) > 0.22)
    h, w = alpha.shape
    x = box.x * canvas.pt + max(0, width - w) * rng.uniform(0, 0.8) + rng.normal(0, 2 * canvas.pt)
    y = box.y * canvas.pt + (height - h) / 2 + rng.normal(0, 0.06 * height)
    canvas.ink(alpha.astype(np.float32), x, y, pen_colour(rng, proper=proper_pen), meant_for=[box.box])
    return style
