"""Where each point of the issued page lies in the picture: a homography bent by the paper's curl."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

from evidence.recognition.reading import Array

_GRID = 16
"""Pixels between nodes whose places are computed; between them they are interpolated."""
_STRIP = 8 * _GRID
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

    def bend_at_most(self) -> float:
        """Greatest displacement by the paper's curl, what is flat left out; reference pixels."""
        h, w = self.shape
        points = np.stack(np.meshgrid(np.linspace(0, w, 9), np.linspace(0, h, 13)), -1).reshape(-1, 2)
        curl = self.bend.copy()
        curl[:3] = 0  # shift, turn and stretch
        return float(np.linalg.norm(basis(points, self.shape) @ curl, axis=1).max())

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
        h, w = self._size(scale)
        nodes = self._nodes(scale)
        if picture.ndim == 3:
            # Four channels are taken in half the time of three, with the same result.
            picture = cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA)
        warped = np.empty((h, w) if picture.ndim == 2 else (h, w, 3), np.uint8)
        # Strip by strip: the map and the four channels of a whole page do not fit into a cache.
        for top in range(0, h, _STRIP):
            strip = warped[top : top + _STRIP]
            seen = _between(nodes, top, len(strip), w)
            if picture.ndim == 2:
                cv2.remap(picture, seen, None, cv2.INTER_LINEAR, dst=strip, borderValue=border)
            else:
                four = cv2.remap(picture, seen, None, cv2.INTER_LINEAR, borderValue=(border,) * 4)
                cv2.cvtColor(four, cv2.COLOR_BGRA2BGR, dst=strip)
        return warped

    def cut(self, picture: Array, corner: tuple[float, float], size: tuple[int, int], zoom: float) -> Array:
        """A gray rectangle of the page, straightened and enlarged; white where the picture ends.

        Args:
            corner: its upper left corner, x and y in reference pixels.
            size: rows and columns of the answer.
            zoom: pixels of the answer for one of the reference.
        """
        nodes = self._nodes_at(*size, corner, zoom)
        seen = _between(nodes, 0, *size)
        return cv2.remap(picture, seen, None, cv2.INTER_CUBIC, borderValue=255)

    def inside(self, rows: int, columns: int, scale: float) -> Array:
        """255 where a picture of this size covers the page, in the frame of the page times `scale`."""
        h, w = self._size(scale)
        seen = _between(self._nodes(scale), 0, h, w)
        return cv2.inRange(seen, (0.0, 0.0), (columns - 1.0, rows - 1.0))

    def _size(self, scale: float) -> tuple[int, int]:
        return round(self.shape[0] * scale), round(self.shape[1] * scale)

    def _nodes(self, scale: float) -> Array:
        """Picture positions of every sixteenth pixel of the page times `scale`, one more on each side."""
        return self._nodes_at(*self._size(scale), (0.0, 0.0), scale)

    def _nodes_at(self, h: int, w: int, corner: tuple[float, float], scale: float) -> Array:
        # cv2.resize puts node k at pixel 16 k + 7.5.
        middle = (_GRID - 1) / 2 - _GRID
        across, down = np.meshgrid(np.arange(middle, w + _GRID, _GRID), np.arange(middle, h + _GRID, _GRID))
        nodes = self(np.stack([across.ravel(), down.ravel()], 1) / scale + corner)
        return nodes.reshape((*across.shape, 2)).astype(np.float32)

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


def _between(nodes: Array, top: int, rows: int, columns: int) -> Array:
    """Picture positions of every pixel of some rows from `top` on, a multiple of the nodes' distance."""
    part = nodes[top // _GRID : (top + rows + _GRID - 1) // _GRID + 2]
    grown = cv2.resize(part, None, fx=_GRID, fy=_GRID, interpolation=cv2.INTER_LINEAR)
    return grown[_GRID : _GRID + rows, _GRID : _GRID + columns]


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
