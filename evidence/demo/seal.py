"""Round company seals and red fingerprints, drawn with uneven ink."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw

from evidence.demo.canvas import Array, Canvas, Colour, font, smooth_field
from evidence.domain.document import Box

SEAL_FACE = "AR PL UMing CN"
RED: Colour = (60, 45, 215)


def seal_alpha(
    rng: np.random.Generator, dpi: int, company: str, label: str = "", diameter_mm: float = 40
) -> Array:
    """Ring, five-pointed star, the company's name along the ring, optional line below the star.

    Returns:
        Alpha of the ink as a pad of some wetness leaves it.
    """
    size = int(diameter_mm / 25.4 * dpi)
    n = size * 2  # drawn twice as large, then averaged
    centre = n / 2
    sheet = np.zeros((n, n), np.uint8)
    ring = max(2, int(n * rng.uniform(0.022, 0.035)))
    cv2.circle(sheet, (int(centre), int(centre)), int(centre - ring), 255, ring, cv2.LINE_AA)
    star = [
        (
            centre + n * (0.0573 if k % 2 else 0.15) * math.sin(k * math.pi / 5),
            centre - n * (0.0573 if k % 2 else 0.15) * math.cos(k * math.pi / 5),
        )
        for k in range(10)
    ]
    cv2.fillPoly(sheet, [np.array(star, np.int32)], 255, cv2.LINE_AA)
    picture = Image.fromarray(sheet)
    picture.paste(255, (0, 0), _arc_text(company, n))
    small_font = font(SEAL_FACE, int(n * 0.085))
    if label and small_font:
        ImageDraw.Draw(picture).text((centre, n * 0.74), label, 255, small_font, anchor="mm", stroke_width=1)
    alpha = (
        cv2.resize(np.asarray(picture), (size, size), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
    )
    turn = cv2.getRotationMatrix2D((size / 2, size / 2), float(rng.normal(0, 14)), 1)
    alpha = cv2.warpAffine(alpha, turn, (size, size))
    gaps = smooth_field(rng, (size, size), 2.2) > rng.uniform(0.62, 0.95)
    density = (
        rng.uniform(0.45, 1.0) * smooth_field(rng, (size, size), size / 3, 0.35, 1.3) * (1 - 0.55 * gaps)
    )
    if rng.random() < 0.25:  # pressed on one side only
        angle = rng.uniform(0, 6.28)
        rows, columns = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
        tilt = (columns * math.cos(angle) + rows * math.sin(angle)) * rng.uniform(0.5, 1.0)
        density = density * np.clip(0.75 + tilt, 0.0, 1.1)
    soft = cv2.GaussianBlur((alpha * density).astype(np.float32), (0, 0), 0.003 * dpi + 0.3)
    return np.clip(soft, 0, 1)


@lru_cache(maxsize=32)
def _arc_text(company: str, n: int) -> Image.Image:
    """Gray mask of the company's name along the ring of a seal of n pixels."""
    sheet = Image.new("L", (n, n), 0)
    size = int(n * min(0.135, 2.1 / max(len(company), 8)))
    face = font(SEAL_FACE, size)
    if face is None:
        return sheet
    span = math.radians(min(265, 21 * len(company)))
    for i, character in enumerate(company):
        angle = -span / 2 + span * i / max(1, len(company) - 1)
        glyph: Image.Image = Image.new("L", (size * 2, size * 2), 0)
        stroke = max(1, size // 28)
        ImageDraw.Draw(glyph).text((size, size), character, 255, face, anchor="mm", stroke_width=stroke)
        glyph = glyph.resize((int(size * 1.6), int(size * 2.3)))
        glyph = glyph.rotate(-math.degrees(angle), expand=True, resample=Image.Resampling.BICUBIC)
        x = n / 2 + n * 0.385 * math.sin(angle) - glyph.width / 2
        y = n / 2 - n * 0.385 * math.cos(angle) - glyph.height / 2
        sheet.paste(255, (int(x), int(y)), glyph)
    return sheet


def oval_alpha(rng: np.random.Generator, dpi: int, company: str) -> Array:
    """发票专用章: an ellipse of 40 by 30 mm, two lines of print, no star."""
    mm = dpi / 25.4
    w, h = int(40 * mm), int(30 * mm)
    picture = Image.new("L", (w + 4, h + 4), 0)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((2, 2, w, h), outline=255, width=max(2, int(0.9 * mm)))
    return _pressed(
        rng,
        picture,
        ((company[:10], 3.0, 0.32), ("913204120000000000", 2.4, 0.52), ("发票专用章", 3.4, 0.74)),
        mm,
    )


def square_alpha(rng: np.random.Generator, dpi: int, words: str = "财务专用章") -> Array:
    """A rectangular chop of 36 by 22 mm."""
    mm = dpi / 25.4
    w, h = int(36 * mm), int(22 * mm)
    picture = Image.new("L", (w + 4, h + 4), 0)
    ImageDraw.Draw(picture).rectangle((2, 2, w, h), outline=255, width=max(2, int(0.9 * mm)))
    return _pressed(rng, picture, ((words, 5.0, 0.5),), mm)


def _pressed(
    rng: np.random.Generator, picture: Image.Image, lines: Sequence[tuple[str, float, float]], mm: float
) -> Array:
    """Lines of print (words, size in mm, place down) added, turned a little, inked unevenly."""
    pen = ImageDraw.Draw(picture)
    for words, size, down in lines:
        face = font(SEAL_FACE, int(size * mm))
        if face is not None:
            pen.text(
                (picture.width / 2, picture.height * down), words, 255, face, anchor="mm", stroke_width=1
            )
    alpha = np.asarray(picture, np.float32) / 255
    h, w = alpha.shape
    turn = cv2.getRotationMatrix2D((w / 2, h / 2), float(rng.normal(0, 8)), 1)
    pad = int(4 * mm)
    turn[:, 2] += pad
    alpha = cv2.warpAffine(alpha, turn, (w + 2 * pad, h + 2 * pad))
    density = rng.uniform(0.5, 1.0) * smooth_field(rng, alpha.shape, max(h / 3, 2), 0.5, 1.2)
    return np.clip(cv2.GaussianBlur(alpha * density, (0, 0), 0.05 * mm + 0.3), 0, 1).astype(np.float32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressing:
    """How a seal is pressed when not as it should be."""

    shape: str = "round"
    """`round`, `oval` or `square`."""
    strength: float = 1.0
    """Share of the usual ink: a pad nearly dry leaves 0.1-0.3."""
    shift: tuple[float, float] = (0.0, 0.0)
    """Of the centre from the box's, in shares of the box's width and height."""


def stamp(
    rng: np.random.Generator,
    canvas: Canvas,
    box: Box,
    company: str,
    colour: Colour | None = None,
    pressing: Pressing = Pressing(),
) -> None:
    """Press a seal roughly onto its box, as people do."""
    label = str(rng.choice(["", "", "合同专用章", "行政专用章"]))
    alpha = seal_alpha(rng, canvas.dpi, company, label, float(rng.choice([38, 40, 40, 42])))
    size = alpha.shape[0]
    x = (box.x + box.w / 2) * canvas.pt + rng.normal(0, 0.12 * size)
    y = (box.y + box.h / 2) * canvas.pt + rng.normal(0, 0.10 * size)
    if colour is None:
        blue, green, red = (int(value) for value in rng.integers((35, 20, 190), (95, 70, 240)))
        colour = (blue, green, red)
    if pressing.shape == "oval":
        alpha = oval_alpha(rng, canvas.dpi, company)
    elif pressing.shape == "square":
        alpha = square_alpha(rng, canvas.dpi)
    x += pressing.shift[0] * box.w * canvas.pt - alpha.shape[1] / 2
    y += pressing.shift[1] * box.h * canvas.pt - alpha.shape[0] / 2
    # A seal over a neighbouring signature box is ordinary office life, not a stray.
    alpha = (alpha * pressing.strength).astype(np.float32)
    canvas.ink(alpha, x, y, colour, meant_for=[other.box for other in canvas.boxes])


def fingerprint(rng: np.random.Generator, canvas: Canvas, x: float, y: float, colour: Colour = RED) -> None:
    """A thumb's print of about 13 × 17 mm with its top-left at pixel (x, y)."""
    h, w = int(17 * canvas.mm), int(13 * canvas.mm)
    rows, columns = np.mgrid[-1 : 1 : h * 1j, -1 : 1 : w * 1j]
    ridges = 0.5 + 0.5 * np.sin(38 * np.sqrt((columns + 0.2) ** 2 + (rows - 0.3) ** 2))
    alpha = (rows**2 + columns**2 < 1) * ridges * smooth_field(rng, (h, w), 8, 0.2, 0.9)
    canvas.ink(alpha.astype(np.float32), x, y, colour)
