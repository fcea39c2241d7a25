"""Laying a scan on its issued page: codes give the pose, printed tiles and words refine it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from evidence.domain.document import IssuedPage
from evidence.recognition.codes import FoundCode
from evidence.recognition.placement import Placement, fit_bend
from evidence.recognition.reading import Array
from evidence.recognition.reference import PT, TILE, Reference, orb
from evidence.recognition.thresholds import DEFAULT, RegistrationThresholds


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A scan laid on its page."""

    placement: Placement
    """Into the picture resized by `scale`."""
    scale: float
    """Picture pixels per original pixel: pictures finer than 150 dpi are averaged down first."""
    share: float
    """Share of the page's tiles that lie within 0.5 mm."""
    residual: float
    """Median error of the tiles in reference pixels."""


def pose_from_codes(found: Sequence[FoundCode], issued: IssuedPage) -> Array | None:
    """Similarity from reference pixels to picture pixels out of the codes' corners."""
    places = {code.corner: code for code in issued.codes}
    source: list[list[float]] = []
    target: list[Array] = []
    for item in found:
        place = places.get(item.code.corner.value)
        if place is None:
            continue
        x, y, size = place.x * PT, place.y * PT, place.size * PT
        source += [[x, y], [x + size, y], [x + size, y + size], [x, y + size]]
        target.append(item.quad)
    if not source:
        return None
    matrix, _inliers = cv2.estimateAffinePartial2D(
        np.array(source, np.float32), np.concatenate(target).astype(np.float32), ransacReprojThreshold=1e6
    )
    return None if matrix is None else np.vstack([matrix, [0, 0, 1]])


def register(
    gray: Array,
    reference: Reference,
    found: Sequence[FoundCode] = (),
    issued: IssuedPage | None = None,
    thresholds: RegistrationThresholds = DEFAULT.registration,
) -> Registration | None:
    """Lay a gray picture on the issued page; None when neither codes nor print give a pose."""
    pose = pose_from_codes(found, issued) if issued is not None else None
    factor = _reduction(gray, pose)
    small = (
        gray if factor == 1 else cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    )
    best: Array | None = None
    share = 0.0
    if pose is not None:
        best, share = _settle(small, reference, np.diag([factor, factor, 1.0]) @ pose, thresholds)
    if share < thresholds.coarse_share:
        matched = _match_features(small, reference)
        if matched is not None:
            candidate, candidate_share = _settle(small, reference, matched, thresholds)
            if best is None or candidate_share > share:
                best = candidate
    if best is None:
        return None
    placement, share, residual = _refine(small, reference, Placement.flat(best, reference.shape), thresholds)
    return Registration(placement=placement, scale=factor, share=share, residual=residual)


def _reduction(gray: Array, pose: Array | None) -> float:
    """How much to shrink the picture to about 150 dpi."""
    scale = max(gray.shape) / 1900 if pose is None else float(np.sqrt(abs(np.linalg.det(pose[:2, :2]))))
    return 1 / scale if scale > 1.45 else 1.0


def _settle(
    small: Array, reference: Reference, pose: Array, thresholds: RegistrationThresholds
) -> tuple[Array, float]:
    """Correct a rough pose with tiles at half size, searching 5 mm around; pose and share in agreement."""
    half = cv2.resize(reference.gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    tiles = reference.tiles // 2
    for reach in (16, 10):
        seen = Placement.flat(pose, reference.shape).warp(small, scale=0.5)
        points, shifts, _scores = _match_tiles(half, seen, tiles, TILE // 2, reach, thresholds.tile_score)
        if len(points) < 6:
            return pose, 0.0
        source, target = points * 2, (points + shifts) * 2
        if len(points) >= 10:
            fix, inliers = cv2.findHomography(
                source.astype(np.float32), target.astype(np.float32), cv2.USAC_MAGSAC, 5.0, maxIters=1000
            )
        else:
            affine, inliers = cv2.estimateAffine2D(source, target, ransacReprojThreshold=5.0)
            fix = None if affine is None else np.vstack([affine, [0, 0, 1]])
        if fix is None:
            return pose, 0.0
        pose = pose @ fix
        share = float(inliers.sum()) / max(len(tiles), 1)
        if share < thresholds.coarse_share:
            return pose, share
    return pose, share


def _match_features(small: Array, reference: Reference) -> Array | None:
    """ORB and MAGSAC, when the codes' pose is absent or the sheet is bent or seen askew."""
    if len(reference.points) < 12:
        return None
    keypoints, descriptors = orb(4000).detectAndCompute(small, None)
    if descriptors is None or len(keypoints) < 12:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(reference.descriptors, descriptors, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < 0.8 * pair[1].distance]
    if len(good) < 12:
        return None
    source = np.array([reference.points[match.queryIdx] for match in good], np.float32)
    target = np.array([keypoints[match.trainIdx].pt for match in good], np.float32)
    matrix, inliers = cv2.findHomography(
        source, target, cv2.USAC_MAGSAC, 4.0, maxIters=3000, confidence=0.999
    )
    if matrix is None or int(inliers.sum()) < 12 or not _plausible(matrix, reference.shape):
        return None
    return matrix


def _plausible(matrix: Array, shape: tuple[int, int]) -> bool:
    """A sheet seen by a camera stays a convex quadrilateral of some size and is never mirrored."""
    h, w = shape
    corners = cv2.perspectiveTransform(np.array([[[0, 0], [w, 0], [w, h], [0, h]]], np.float64), matrix)[0]
    edges = np.roll(corners, -1, axis=0) - corners
    turns = edges[:, 0] * np.roll(edges[:, 1], -1) - edges[:, 1] * np.roll(edges[:, 0], -1)
    return bool(
        np.isfinite(corners).all() and (turns > 0).all() and np.linalg.norm(edges, axis=1).min() > 200
    )


def _refine(
    small: Array, reference: Reference, placement: Placement, thresholds: RegistrationThresholds
) -> tuple[Placement, float, float]:
    """Cubic bend, then local dents where the bend leaves more than a pixel."""
    share, residual = 0.0, 99.0
    reaches = [12, 6]
    while reaches:
        reach = reaches.pop(0)
        points, shifts, scores = _track_tiles(reference, small, placement, reach, thresholds.tile_score)
        if len(points) < 8:
            return placement, share, residual
        bend, errors = fit_bend(points, shifts, scores**2, reference.shape)
        placement = replace(placement, bend=placement.bend + bend)
        residual = float(np.median(errors))
        share = float((errors <= thresholds.locked_px).sum()) / max(len(reference.tiles), 1)
        if reach == 12 and share < thresholds.bent_share:
            reaches = [24, 16, 8]  # a curled sheet: corners lie further off than the pose foretells
    for reach, radius in ((14, 170.0), (8, 110.0)):
        if residual < 1.0:
            break
        points, shifts, scores = _track_tiles(reference, small, placement, reach, thresholds.tile_score)
        near = ((points[:, None] - points[None]) ** 2).sum(2) < (2.2 * radius) ** 2
        typical = np.array([np.median(shifts[mask], axis=0) for mask in near]).reshape(-1, 2)
        agreeing = np.linalg.norm(shifts - typical, axis=1) < 7 if len(points) else np.zeros(0, bool)
        if agreeing.sum() < 8:
            break
        dent = (points[agreeing], shifts[agreeing] * scores[agreeing, None], radius)
        placement = replace(placement, dents=(*placement.dents, dent))
        errors = np.linalg.norm(shifts[agreeing] - typical[agreeing], axis=1)
        residual = float(np.median(errors))
        share = float((errors <= thresholds.locked_px).sum()) / max(len(reference.tiles), 1)
    return placement, share, residual


def _track_tiles(
    reference: Reference, small: Array, placement: Placement, reach: int, least: float
) -> tuple[Array, Array, Array]:
    """Tiles at full size, each cut from the picture by itself: a seventh of the work of a whole warp."""

    def cut(x: int, y: int, size: int) -> tuple[Array, int, int]:
        side = size + 2 * reach
        return placement.patch(small, x - reach, y - reach, side, side), x - reach, y - reach

    return _match(reference.gray, reference.tiles, TILE, cut, least)


def _match_tiles(
    page: Array, seen: Array, tiles: Array, size: int, reach: int, least: float
) -> tuple[Array, Array, Array]:
    """Tiles in a warped picture, searched within `reach` pixels."""
    h, w = page.shape

    def cut(x: int, y: int, size: int) -> tuple[Array, int, int]:
        x0, y0 = max(x - reach, 0), max(y - reach, 0)
        return seen[y0 : min(y + size + reach, h), x0 : min(x + size + reach, w)], x0, y0

    return _match(page, tiles, size, cut, least)


def _match(
    page: Array, tiles: Array, size: int, cut: Callable[[int, int, int], tuple[Array, int, int]], least: float
) -> tuple[Array, Array, Array]:
    """Centres, displacements and scores of the tiles found in what `cut` returns."""
    points: list[tuple[float, float]] = []
    shifts: list[tuple[float, float]] = []
    scores: list[float] = []
    for x, y in tiles.tolist():
        window, x0, y0 = cut(x, y, size)
        answer = cv2.matchTemplate(window, page[y : y + size, x : x + size], cv2.TM_CCOEFF_NORMED)
        _low, score, _where, (left, top) = cv2.minMaxLoc(answer)
        if score < least or not np.isfinite(score):
            continue
        dx, dy = peak(answer, left, top)
        points.append((x + size / 2, y + size / 2))
        shifts.append((x0 + left + dx - x, y0 + top + dy - y))
        scores.append(score)
    return (
        np.array(points, float).reshape(-1, 2),
        np.array(shifts, float).reshape(-1, 2),
        np.array(scores, float),
    )


def peak(answer: Array, left: int, top: int) -> tuple[float, float]:
    """Sub-pixel offset of a correlation peak by a parabola, 0 at the border."""
    dx = dy = 0.0
    if 0 < left < answer.shape[1] - 1:
        a, b, c = (float(v) for v in answer[top, left - 1 : left + 2])
        dx = 0.5 * (a - c) / (a - 2 * b + c - 1e-9)
    if 0 < top < answer.shape[0] - 1:
        a, b, c = (float(v) for v in answer[top - 1 : top + 2, left])
        dy = 0.5 * (a - c) / (a - 2 * b + c - 1e-9)
    return max(-1.0, min(1.0, dx)), max(-1.0, min(1.0, dy))
