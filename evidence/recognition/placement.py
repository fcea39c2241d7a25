"""Where each point of the issued page lies in the picture: a homography bent by the paper's curl."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from evidence.recognition.reading import Array

_GRID = 16
_ORDER_COST = np.diag([0.0, 0.02, 0.02] + [0.15] * 3 + [0.4] * 4)
"""Ridge weights: shift is free, higher orders must be earned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Reference pixels to picture pixels."""

    matrix: Array
    """3 x 3 homography."""
    shape: tuple[int, int]
    """Rows, columns of the reference."""
    bend: Array
    """10 x 2 coefficients of a cubic displacement in reference pixels."""
    dents: tuple[tuple[Array, Array, float], ...] = ()
    """Local residuals (points, displacements, radius), for crumpled paper."""

    @classmethod
    def flat(cls, matrix: Array, shape: tuple[int, int]) -> Placement:
        """A placement without curl."""
        return cls(matrix=matrix, shape=shape, bend=np.zeros((10, 2)))

    def turn_to_upright(self) -> int:
        """Degrees clockwise (0, 90, 180, 270) by which the picture must be turned to be read."""
        start, end = self(np.array([[0.0, 0.0], [500.0, 0.0]]))
        dx, dy = end - start
        if abs(dx) > abs(dy):
            return 0 if dx > 0 else 180
        return 270 if dy > 0 else 90

    def __call__(self, points: Array) -> Array:
        """Picture pixels of n x 2 reference points."""
        moved = points + basis(points, self.shape) @ self.bend
        for centres, shifts, radius in self.dents:
            distance = ((points[:, None, :] - centres[None]) ** 2).sum(2)
            weight = np.exp(-distance / (2 * radius * radius))
            moved = moved + (weight @ shifts) / (weight.sum(1, keepdims=True) + 0.15)
        return cv2.perspectiveTransform(moved[None].astype(np.float64), self.matrix)[0]

    def warp(self, picture: Array, *, border: int = 255, scale: float = 1.0) -> Array:
        """The picture in the frame of the issued page, times `scale`."""
        seen = self._map(scale)
        if picture.ndim == 2:
            return cv2.remap(picture, seen, None, cv2.INTER_LINEAR, borderValue=border)
        # Four channels are taken in half the time of three, with the same result.
        padded = cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA)
        warped = cv2.remap(padded, seen, None, cv2.INTER_LINEAR, borderValue=(border,) * 4)
        return cv2.cvtColor(warped, cv2.COLOR_BGRA2BGR)

    def inside(self, rows: int, columns: int, scale: float) -> Array:
        """255 where a picture of this size covers the page, in the frame of the page times `scale`."""
        seen = self._map(scale)
        return cv2.inRange(seen, (0.0, 0.0), (columns - 1.0, rows - 1.0))

    def _map(self, scale: float) -> Array:
        """Picture positions of every pixel of the page times `scale`, interpolated between nodes."""
        h, w = round(self.shape[0] * scale), round(self.shape[1] * scale)
        # cv2.resize puts node k at pixel 16 k + 7.5; a further row and column stand outside on each side.
        middle = (_GRID - 1) / 2 - _GRID
        across, down = np.meshgrid(np.arange(middle, w + _GRID, _GRID), np.arange(middle, h + _GRID, _GRID))
        nodes = self(np.stack([across.ravel(), down.ravel()], 1) / scale)
        nodes = nodes.reshape((*across.shape, 2)).astype(np.float32)
        grown = cv2.resize(nodes, None, fx=_GRID, fy=_GRID, interpolation=cv2.INTER_LINEAR)
        return grown[_GRID : _GRID + h, _GRID : _GRID + w]

    def patches(self, picture: Array, places: Array, size: int, scale: float = 1.0) -> Iterator[Array]:
        """Square pieces of the page times `scale`, each cut by itself: over 20 mm the curl is straight.

        Args:
            places: n x 2 top-left corners, in pixels of the page times `scale`, like `size`.
        """
        edges = np.array([[0, 0], [size, 0], [0, size]], float)
        corners = (places[:, None, :] + edges[None]).reshape(-1, 2) / scale
        seen = self(corners).astype(np.float32).reshape(-1, 3, 2)
        frame = edges.astype(np.float32)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        for corner in seen:
            matrix = cv2.getAffineTransform(frame, corner)
            yield cv2.warpAffine(picture, matrix, (size, size), flags=flags, borderValue=(255,) * 3)

    def scaled(self, factor: float) -> Placement:
        """The same placement in a picture resized by `factor`."""
        return replace(self, matrix=np.diag([factor, factor, 1.0]) @ self.matrix)


def basis(points: Array, shape: tuple[int, int]) -> Array:
    """Cubic polynomial terms of points in [-1, 1] coordinates, n x 10."""
    x, y = points[:, 0] / shape[1] * 2 - 1, points[:, 1] / shape[0] * 2 - 1
    one = np.ones_like(x)
    return np.stack([one, x, y, x * x, x * y, y * y, x**3, x * x * y, x * y * y, y**3], 1)


def fit_bend(
    points: Array, shifts: Array, weights: Array, shape: tuple[int, int], stiffness: float = 0.1
) -> tuple[Array, Array]:
    """Robust cubic fit of displacements (Tukey weights); coefficients and the residual of each point."""
    terms = basis(points, shape)
    ridge = _ORDER_COST * len(points) * stiffness + np.eye(10) * 1e-6
    current = weights.copy()
    bend, residual = np.zeros((10, 2)), np.zeros(len(points))
    for _round in range(8):
        weighted = terms.T * current
        bend = np.linalg.solve(weighted @ terms + ridge, weighted @ shifts)
        residual = np.linalg.norm(shifts - terms @ bend, axis=1)
        scale = max(1.0, 1.48 * float(np.median(residual)))
        current = weights * np.clip(1 - (residual / (4 * scale)) ** 2, 0, 1) ** 2
    return bend, residual
