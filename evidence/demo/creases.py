"""Folded and crumpled paper: lines of any direction, depth and length, with a shaded side."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from evidence.demo.canvas import Array, Canvas, blend, smooth_field

_SHADE = (95, 95, 95)
"""Colour of full shade: a crease of depth 0.5 darkens paper by a third."""
_REACH_MM = 16.0
"""How far a shaded side is drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crease:
    """One fold line. Depths are alphas 0..1 of gray pigment, lengths millimetres."""

    x: float
    """A point on it, pixels."""
    y: float
    angle: float
    """Degrees, 0 is level, counted clockwise."""
    before: float
    """Length back from the point..."""
    after: float
    """...and onward."""
    breadth: float = 0.4
    depth: float = 0.3
    flank: float = 0.0
    """Depth of the shade on one side of the line..."""
    fade: float = 5.0
    """...which falls to a third within this distance."""
    ridge: float = 0.0
    """How much lighter the paper is right beside the line, on the other side."""
    arc: float = 0.0
    """Sagitta."""
    broken: float = 0.0
    """Share of the line that is hardly seen."""


def press_crease(rng: np.random.Generator, canvas: Canvas, crease: Crease) -> None:
    """Darken the paper along one fold."""
    mm = canvas.mm
    reach = _REACH_MM if crease.flank else max(2.5 * crease.breadth + 0.6, 1.5)
    half = int((reach + abs(crease.arc)) * mm) + 2
    length = max(int((crease.before + crease.after) * mm), 4)
    across = np.arange(-half, half + 1, dtype=np.float32)[:, None] / mm
    along = np.arange(length, dtype=np.float32)[None] / mm
    total = crease.before + crease.after
    bent = across - crease.arc * (1 - (2 * along / total - 1) ** 2)
    ragged = smooth_field(rng, (1, length), 9 * mm, -0.12, 0.12)
    core = np.exp(-(((bent - ragged) / max(crease.breadth / 2, 0.05)) ** 2))
    strength = smooth_field(rng, (1, length), 12 * mm, 0.45, 1.0)
    if crease.broken:
        gaps = smooth_field(rng, (1, length), 3 * mm) < crease.broken
        strength = np.where(gaps, 0.1 * strength, strength).astype(np.float32)
    alpha = crease.depth * core * strength
    if crease.flank:
        alpha = alpha + crease.flank * np.where(bent > 0, np.exp(-np.abs(bent) / crease.fade), 0)
    if crease.ridge:
        alpha = alpha - crease.ridge * np.exp(-(((bent + crease.breadth) / max(crease.breadth, 0.2)) ** 2))
    # A crease that does not run off the paper tapers out.
    taper = np.clip(np.minimum(along, total - along) / 1.5, 0, 1)
    _lay(canvas, (alpha * taper).astype(np.float32), crease, half)


def _lay(canvas: Canvas, strip: Array, crease: Crease, half: int) -> None:
    """Turn a strip, drawn along its line, onto the paper."""
    height, width = canvas.image.shape[:2]
    turn = math.radians(crease.angle)
    cos, sin = math.cos(turn), math.sin(turn)
    start = crease.before * canvas.mm
    corners = np.array([[0, 0], [strip.shape[1], 0], [0, strip.shape[0]], [strip.shape[1], strip.shape[0]]])
    moved = (corners - (start, half)) @ np.array([[cos, sin], [-sin, cos]]) + (crease.x, crease.y)
    x0, y0 = np.maximum(np.floor(moved.min(axis=0)), 0).astype(int).tolist()
    x1, y1 = np.minimum(np.ceil(moved.max(axis=0)) + 1, (width, height)).astype(int).tolist()
    if x1 <= x0 or y1 <= y0:
        return
    matrix = np.array(
        [
            [cos, -sin, crease.x - x0 - cos * start + sin * half],
            [sin, cos, crease.y - y0 - sin * start - cos * half],
        ]
    )
    alpha = cv2.warpAffine(strip, matrix, (x1 - x0, y1 - y0), flags=cv2.INTER_LINEAR)
    blend(canvas.image, alpha, x0, y0, _SHADE)


def drawn_crease(
    rng: np.random.Generator, canvas: Canvas, *, aim: tuple[float, float] | None = None
) -> Crease:
    """A fold out of the air: near an axis or at any angle, across the paper or short, sharp or soft."""
    height, width = canvas.image.shape[:2]
    if aim is None:
        aim = (width * rng.uniform(0.1, 0.9), height * rng.uniform(0.1, 0.9))
    spread = float(rng.choice([1.5, 8.0, 45.0]))
    angle = float(rng.choice([0.0, 90.0])) + float(rng.uniform(-spread, spread))
    whole = rng.random() < 0.6
    across = math.hypot(height, width) / canvas.mm
    before, after = (across, across) if whole else (float(rng.uniform(4, 60)), float(rng.uniform(4, 60)))
    shaded = rng.random() < 0.6
    return Crease(
        x=aim[0],
        y=aim[1],
        angle=angle,
        before=before,
        after=after,
        breadth=float(rng.uniform(0.15, 1.2)),
        depth=float(rng.uniform(0.08, 0.6)),
        flank=float(rng.uniform(0.03, 0.3)) if shaded else 0.0,
        fade=float(rng.uniform(1.5, 10)),
        ridge=float(rng.uniform(0.0, 0.15)) if shaded else 0.0,
        arc=float(rng.normal(0, 0.6)),
        broken=float(rng.choice([0.0, 0.0, 0.3, 0.5])),
    )


def fold_anyhow(rng: np.random.Generator, canvas: Canvas) -> None:
    """One to three folds, mostly through a box; now and then two lines side by side, or along the text."""
    for _ in range(int(rng.integers(1, 4))):
        aim = None
        if canvas.boxes and rng.random() < 0.75:
            box = canvas.boxes[int(rng.integers(len(canvas.boxes)))]
            aim = (
                (box.x + box.w * rng.uniform(0.1, 0.9)) * canvas.pt,
                (box.y + box.h * rng.uniform(0.1, 0.9)) * canvas.pt,
            )
        crease = drawn_crease(rng, canvas, aim=aim)
        press_crease(rng, canvas, crease)
        if rng.random() < 0.3:
            press_crease(rng, canvas, _beside(crease, canvas, float(rng.uniform(0.8, 5.0))))
    canvas.effects.append("crease")


def _beside(crease: Crease, canvas: Canvas, gap_mm: float) -> Crease:
    """The second line of a double fold."""
    turn = math.radians(crease.angle)
    gap = gap_mm * canvas.mm
    return Crease(
        x=crease.x - math.sin(turn) * gap,
        y=crease.y + math.cos(turn) * gap,
        angle=crease.angle + 0.4,
        before=crease.before,
        after=crease.after,
        breadth=crease.breadth,
        depth=0.8 * crease.depth,
        arc=crease.arc,
        broken=crease.broken,
    )


def crumple(rng: np.random.Generator, canvas: Canvas) -> None:
    """Paper pressed in a fist: short creases that meet at corners, facets lit unequally."""
    height, width = canvas.image.shape[:2]
    mm = canvas.mm
    cell = float(rng.uniform(14, 40))
    depth = float(rng.uniform(0.06, 0.3))
    columns, rows = int(width / mm / cell) + 2, int(height / mm / cell) + 2
    grid = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1) * cell * mm
    corners = grid + rng.uniform(-0.4, 0.4, grid.shape) * cell * mm
    facets = smooth_field(rng, (height, width), cell * mm, -0.06, 0.10)
    blend(canvas.image, facets, 0, 0, _SHADE)
    for row in range(rows):
        for column in range(columns):
            for down, right in ((0, 1), (1, 0), (1, 1)):
                if row + down >= rows or column + right >= columns or rng.random() < 0.35:
                    continue
                (x0, y0), (x1, y1) = corners[row, column], corners[row + down, column + right]
                crease = Crease(
                    x=float(x0),
                    y=float(y0),
                    angle=math.degrees(math.atan2(y1 - y0, x1 - x0)),
                    before=0.0,
                    after=math.hypot(x1 - x0, y1 - y0) / mm,
                    breadth=float(rng.uniform(0.2, 0.7)),
                    depth=depth * float(rng.uniform(0.4, 1.2)),
                    ridge=float(rng.uniform(0.0, 0.1)),
                    arc=float(rng.normal(0, 0.5)),
                )
                press_crease(rng, canvas, crease)
    canvas.effects.append("crumple")
