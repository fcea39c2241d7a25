"""Laying a scan on its issued page: codes give the pose, printed tiles and words refine it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from evidence.domain.document import IssuedPage
from evidence.recognition.codes import FoundCode
from evidence.recognition.placement import Placement, fit_bend
from evidence.recognition.reading import Array
from evidence.recognition.reference import PT, TILE, Reference, halved, orb
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """Print features of a picture reduced to about 150 dpi; found once, matched with many pages."""

    picture: Array
    scale: float
    points: Array
    descriptors: Array


def find_features(gray: Array) -> Features | None:
    """Features of a picture without a pose; None when it has hardly any."""
    factor = _reduction(gray, None)
    small = (
        gray if factor == 1 else cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    )
    return _features(small, factor)


def _features(small: Array, factor: float) -> Features | None:
    keypoints, descriptors = orb(4000).detectAndCompute(small, None)
    if descriptors is None or len(keypoints) < 12:
        return None
    points = np.array([point.pt for point in keypoints], np.float32)
    return Features(picture=small, scale=factor, points=points, descriptors=descriptors)


def match_layout(features: Features, reference: Reference, most: int = 700) -> int:
    """How many of at most `most` features of a page lie where one pose puts them: which form is this?"""
    matched = _match_features(features, reference, most)
    return 0 if matched is None else matched[1]


def register_by_print(
    features: Features, reference: Reference, thresholds: RegistrationThresholds = DEFAULT.registration
) -> Registration | None:
    """Lay a picture on a page by its print alone."""
    matched = _match_features(features, reference)
    if matched is None:
        return None
    pose, _share = _settle(features.picture, reference, matched[0], thresholds)
    return _refined(features.picture, features.scale, reference, pose, thresholds)


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
        features = _features(small, factor)
        matched = None if features is None else _match_features(features, reference)
        if matched is not None:
            candidate, candidate_share = _settle(small, reference, matched[0], thresholds)
            if best is None or candidate_share > share:
                best = candidate
    if best is None:
        return None
    return _refined(small, factor, reference, best, thresholds)


def _refined(
    small: Array, factor: float, reference: Reference, pose: Array, thresholds: RegistrationThresholds
) -> Registration:
    placement, share, residual = _refine(small, reference, Placement.flat(pose, reference.shape), thresholds)
    return Registration(placement=placement, scale=factor, share=share, residual=residual)


def _reduction(gray: Array, pose: Array | None) -> float:
    """How much to shrink the picture to about 150 dpi."""
    scale = max(gray.shape) / 1900 if pose is None else float(np.sqrt(abs(np.linalg.det(pose[:2, :2]))))
    return 1 / scale if scale > 1.45 else 1.0


def _settle(
    small: Array, reference: Reference, pose: Array, thresholds: RegistrationThresholds
) -> tuple[Array, float]:
    """Correct a rough pose with tiles at half size, searching 5 mm around; pose and share in agreement."""
    half = halved(reference)
    tiles = reference.tiles // 2
    for reach in (16, 10):
        placement = Placement.flat(pose, reference.shape)
        points, shifts, _scores = _match(
            half, tiles, TILE // 2, small, placement, reach, thresholds.tile_score, scale=0.5
        )
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


def _match_features(
    features: Features, reference: Reference, most: int | None = None
) -> tuple[Array, int] | None:
    """ORB and MAGSAC, when the codes' pose is absent or the sheet is bent or seen askew; pose, inliers."""
    if len(reference.points) < 12:
        return None
    step = 1 if most is None else max(1, len(reference.points) // most)
    points, descriptors = reference.points[::step], np.ascontiguousarray(reference.descriptors[::step])
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(descriptors, features.descriptors, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < 0.8 * pair[1].distance]
    if len(good) < 12:
        return None
    source = np.array([points[match.queryIdx] for match in good], np.float32)
    target = np.array([features.points[match.trainIdx] for match in good], np.float32)
    matrix, inliers = cv2.findHomography(
        source, target, cv2.USAC_MAGSAC, 4.0, maxIters=3000, confidence=0.999
    )
    if matrix is None or int(inliers.sum()) < 12 or not _plausible(matrix, reference.shape):
        return None
    return matrix, int(inliers.sum())


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
    """Tiles at full size."""
    return _match(reference.gray, reference.tiles, TILE, small, placement, reach, least)


def _match(
    page: Array,
    tiles: Array,
    size: int,
    small: Array,
    placement: Placement,
    reach: int,
    least: float,
    *,
    scale: float = 1.0,
) -> tuple[Array, Array, Array]:
    """Centres, displacements and scores of the tiles found within `reach`, in pixels of `page`."""
    points: list[tuple[float, float]] = []
    shifts: list[tuple[float, float]] = []
    scores: list[float] = []
    windows = placement.patches(small, tiles - reach, size + 2 * reach, scale)
    for (x, y), window in zip(tiles.tolist(), windows, strict=True):
        answer = cv2.matchTemplate(window, page[y : y + size, x : x + size], cv2.TM_CCOEFF_NORMED)
        _low, score, _where, (left, top) = cv2.minMaxLoc(answer)
        if score < least or not np.isfinite(score):
            continue
        dx, dy = peak(answer, left, top)
        points.append((x + size / 2, y + size / 2))
        shifts.append((left - reach + dx, top - reach + dy))
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
        a, b, c = answer[top, left - 1 : left + 2].tolist()
        dx = 0.5 * (a - c) / (a - 2 * b + c - 1e-9)
    if 0 < top < answer.shape[0] - 1:
        a, b, c = answer[top - 1 : top + 2, left].tolist()
        dy = 0.5 * (a - c) / (a - 2 * b + c - 1e-9)
    return max(-1.0, min(1.0, dx)), max(-1.0, min(1.0, dy))
