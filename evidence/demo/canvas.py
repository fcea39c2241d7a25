"""The sheet of paper the simulator draws on: pigment multiplied into the printed page."""

from __future__ import annotations

import math
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pypdfium2
from PIL import ImageFont

from evidence.domain.document import Box

Array = npt.NDArray[Any]
"""Pixels: BGR or gray uint8, or alpha float32 in 0..1."""
Colour = tuple[int, int, int]
"""Blue, green, red, 0..255."""

_TOUCH_ALPHA = 0.15
_TOUCH_MM2 = 0.3


@dataclass(slots=True)
class Canvas:
    """A printed page under the pen; remembers which boxes were touched by ink not meant for them."""

    image: Array
    """BGR."""
    dpi: int
    boxes: tuple[Box, ...] = ()
    touched: set[str] = field(default_factory=set)
    covered: set[str] = field(default_factory=set)
    """Boxes on which other paper lies."""
    voided: set[str] = field(default_factory=set)
    """Boxes that were struck out."""
    overflowed: set[str] = field(default_factory=set)
    """Boxes into which a neighbour's date runs."""
    wrong_seals: set[str] = field(default_factory=set)
    """Seal boxes with a seal of another shape than round."""
    effects: list[str] = field(default_factory=list)

    @property
    def mm(self) -> float:
        """Pixels per millimetre."""
        return self.dpi / 25.4

    @property
    def pt(self) -> float:
        """Pixels per point."""
        return self.dpi / 72

    def ink(self, alpha: Array, x: float, y: float, colour: Colour, *, meant_for: Iterable[str] = ()) -> None:
        """Blend pigment with the patch's top-left at pixel (x, y); other boxes it reaches are touched."""
        blend(self.image, alpha, x, y, colour)
        allowed = set(meant_for)
        for box in self.boxes:
            if box.box not in allowed and self._covers(alpha, x, y, box):
                self.touched.add(box.box)

    def _covers(self, alpha: Array, x: float, y: float, box: Box) -> bool:
        left, top = int(box.x * self.pt - x), int(box.y * self.pt - y)
        right, bottom = int(left + box.w * self.pt), int(top + box.h * self.pt)
        part = alpha[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
        return bool((part > _TOUCH_ALPHA).sum() > _TOUCH_MM2 * self.mm**2)


def blend(image: Array, alpha: Array, x: float, y: float, colour: Colour) -> None:
    """image *= 1 - alpha * (1 - colour / 255), in place, clipped to the image."""
    height, width = image.shape[:2]
    h, w = alpha.shape
    x, y = round(x), round(y)
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + w, width), min(y + h, height)
    if x1 <= x0 or y1 <= y0:
        return
    part = alpha[y0 - y : y1 - y, x0 - x : x1 - x].astype(np.float32, copy=False)
    keep = cv2.merge([1 - part * np.float32(1 - value / 255) for value in colour])
    image[y0:y1, x0:x1] = cv2.multiply(image[y0:y1, x0:x1], keep, dtype=cv2.CV_8U)


def smooth_field(
    rng: np.random.Generator, shape: tuple[int, int], cell: float, low: float = 0.0, high: float = 1.0
) -> Array:
    """Smooth random values in [low, high] with features of `cell` pixels."""
    h, w = shape
    grid = rng.random((max(2, math.ceil(h / cell) + 1), max(2, math.ceil(w / cell) + 1)), dtype=np.float32)
    grown = cv2.resize(grid, (w, h), interpolation=cv2.INTER_CUBIC)
    np.clip(grown, 0, 1, out=grown)
    grown *= high - low
    grown += low
    return grown


def render_page(pdf: Path, index: int, dpi: int) -> Array:
    """One PDF page as BGR pixels (0-based index)."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[index]
        return np.ascontiguousarray(page.render(scale=dpi / 72).to_numpy()[..., :3])
    finally:
        document.close()


@lru_cache(maxsize=8)
def _face(family: str) -> tuple[str, int] | None:
    """File and face index of an installed family; fontconfig's nearest when it is absent."""
    try:
        answer = subprocess.run(
            ["fc-match", "-f", "%{file}|%{index}", family],
            capture_output=True,
            text=True,
            check=True,
            timeout=20,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    file, _, index = answer.rpartition("|")
    return (file, int(index)) if file and index.isdigit() else None


@lru_cache(maxsize=256)
def font(family: str, size: int) -> ImageFont.FreeTypeFont | None:
    """An installed font found through fontconfig, None when the machine has none."""
    face = _face(family)
    return ImageFont.truetype(face[0], max(size, 4), index=face[1]) if face else None
