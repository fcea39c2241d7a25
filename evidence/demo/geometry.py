"""How a sheet lies under the scanner or the camera: one composed warp from paper to picture."""

from __future__ import annotations

import math
from collections.abc import Callable

import cv2
import numpy as np

from evidence.demo.canvas import Array
from evidence.demo.profiles import Profile

Curl = Callable[[Array, Array], tuple[Array, Array]]
"""Displacement in points at paper coordinates in points."""


def pose(
    rng: np.random.Generator, profile: Profile, page: tuple[float, float], dpi: int, turned: int
) -> tuple[Array, tuple[int, int]]:
    """Homography from page points to picture pixels, and the picture's (width, height)."""
    width_pt, height_pt = page
    scale = dpi / 72 * (1 + rng.uniform(-profile.scale, profile.scale))
    stretch = scale * (1 + rng.uniform(-0.004, 0.004))
    angle = math.radians(rng.uniform(-profile.skew, profile.skew))
    to_middle = np.array([[1, 0, -width_pt / 2], [0, 1, -height_pt / 2], [0, 0, 1.0]])
    rotate = np.array(
        [
            [math.cos(angle) * scale, -math.sin(angle) * stretch, 0],
            [math.sin(angle) * scale, math.cos(angle) * stretch, 0],
            [0, 0, 1.0],
        ]
    )
    width, height = width_pt * dpi / 72, height_pt * dpi / 72
    if profile.phone:
        margin = rng.uniform(0.03, 0.14)
        width, height = width * (1 + 2 * margin), height * (1 + 1.4 * margin)
    elif rng.random() < profile.crop:
        width, height = width * rng.uniform(0.95, 1), height * rng.uniform(0.96, 1)
    drift = profile.offset / 25.4 * dpi / 3
    place = np.array(
        [[1, 0, width / 2 + rng.normal(0, drift)], [0, 1, height / 2 + rng.normal(0, drift)], [0, 0, 1.0]]
    )
    matrix = place @ rotate @ to_middle
    if profile.perspective:
        corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        bend = rng.normal(0, profile.perspective / 2, (4, 2)).clip(-profile.perspective, profile.perspective)
        moved = corners + np.float32(bend * [width, height])
        matrix = cv2.getPerspectiveTransform(corners, np.float32(moved)) @ matrix
    w, h = round(width), round(height)
    turns = {
        0: np.eye(3),
        90: np.array([[0, -1, h - 1], [1, 0, 0], [0, 0, 1.0]]),
        180: np.array([[-1, 0, w - 1], [0, -1, h - 1], [0, 0, 1.0]]),
        270: np.array([[0, 1, 0], [-1, 0, w - 1], [0, 0, 1.0]]),
    }
    return turns[turned] @ matrix, ((h, w) if turned in (90, 270) else (w, h))


def curl(rng: np.random.Generator, profile: Profile, page: tuple[float, float]) -> Curl:
    """A smooth wave of the paper."""
    width, height = page
    swing = profile.curl * 72 / 25.4 * rng.uniform(0.2, 1)
    waves, phases = rng.uniform(0.5, 1.6, 4), rng.uniform(0, 6.28, 4)

    def displacement(x: Array, y: Array) -> tuple[Array, Array]:
        across = waves[0] * x / width + 0.4 * waves[1] * y / height
        down = waves[2] * y / height + 0.4 * waves[3] * x / width
        return swing * np.sin(2 * np.pi * across + phases[0]), swing * np.sin(2 * np.pi * down + phases[1])

    return displacement


def lay(
    sheet: Array, dpi: int, matrix: Array, size: tuple[int, int], wave: Curl, index: Array | int
) -> Array:
    """The sheet (pixels at `dpi`) seen in the picture, over a table's picture or a lid of one shade."""
    width, height = size
    step = 8  # the way is reckoned at the middle of blocks of so many pixels, one block beyond each edge
    grid_x, grid_y = np.meshgrid(
        np.arange(-step / 2 - 0.5, width + step, step), np.arange(-step / 2 - 0.5, height + step, step)
    )
    paper = np.linalg.inv(matrix) @ np.stack([grid_x.ravel(), grid_y.ravel(), np.ones(grid_x.size)])
    x, y = (paper[0] / paper[2]).reshape(grid_x.shape), (paper[1] / paper[2]).reshape(grid_x.shape)
    dx, dy = wave(x, y)
    places = np.dstack([x + dx, y + dy]).astype(np.float32) * np.float32(dpi / 72)
    grown = cv2.resize(places, None, fx=step, fy=step, interpolation=cv2.INTER_LINEAR)
    places = grown[step : step + height, step : step + width]
    lid = (index,) * 3 if isinstance(index, int) else (0, 0, 0)
    seen = cv2.remap(sheet, places, None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=lid)
    if isinstance(index, int):
        return seen
    covered = cv2.remap(np.full(sheet.shape[:2], 255, np.uint8), places, None, cv2.INTER_LINEAR)
    outside = cv2.cvtColor(255 - covered, cv2.COLOR_GRAY2BGR)
    return cv2.add(seen, cv2.multiply(index, outside, scale=1 / 255.0))
