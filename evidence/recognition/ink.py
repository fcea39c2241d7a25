"""Handwriting in one box: what is dark, narrow, not printed, not a seal, not a fold, not a neighbour's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np

from evidence.domain.document import Box, MarkVerdict
from evidence.recognition.reading import Array
from evidence.recognition.reference import MM, Reference, halved
from evidence.recognition.seals import Ring, redness, redness_level
from evidence.recognition.sheet import Sheet, crop
from evidence.recognition.surroundings import Surroundings, black_hat, box_rect
from evidence.recognition.thresholds import DEFAULT, InkThresholds

_MARGIN_MM = 4.0
_SHIFT = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class InkFinding:
    """Handwriting seen in one box."""

    verdict: MarkVerdict
    score: int
    length_mm: float = 0.0
    area_mm2: float = 0.0
    fingerprint: bool = False
    """A 捺印: a blob of ridges of a thumb's size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Strokes:
    length: float
    area: float
    doubtful: float
    """Length in mm of ink that may be a neighbour's or lies under a seal."""


def unprinted_lines(sheet: Sheet, limits: InkThresholds = DEFAULT.ink) -> Array:
    """Mask of straight page-long dark lines the form has not printed: folds, feeder streaks (point 3)."""
    half = sheet.half
    dark = cv2.subtract(cv2.morphologyEx(half, cv2.MORPH_CLOSE, np.ones((13, 13))), half)
    free = _free_of_print(sheet.reference)
    ink = cv2.bitwise_and((dark > max(9.0, 2.0 * sheet.noise)).astype(np.uint8), free)
    length, aside = int(limits.line_mm * MM / 2), int(1.3 * MM / 2) + 1
    found = np.zeros(ink.shape, np.uint8)
    for across in (True, False):
        along = (length, 1) if across else (1, length)
        thick = cv2.bitwise_and(cv2.dilate(ink, np.ones((3, 1) if across else (1, 3))), free)
        filled = _summed(thick, along)
        if filled.max() <= limits.line_fill * 0.5 * length:
            continue  # nothing runs that far: the usual page
        # Print hides parts of a line: only free paper counts, and half of the run must be free.
        free_run = np.maximum(_summed(free, along), 1)
        line = (filled > limits.line_fill * free_run) & (free_run > 0.5 * length)
        # Handwriting is dark above and below as well; a fold is alone.
        beside = _summed(ink, along) < limits.line_beside * free_run
        for step in (-aside, aside):
            line &= np.roll(beside, step, axis=0 if across else 1)
        grown = cv2.dilate(line.astype(np.uint8), np.ones(along[::-1], np.uint8))
        found |= cv2.bitwise_and(grown, cv2.dilate(thick, np.ones((3, 3))))
    mask = cv2.dilate(found, np.ones((3, 3)))
    return cv2.resize(mask, sheet.gray.shape[::-1], interpolation=cv2.INTER_NEAREST)


@lru_cache(maxsize=64)
def _free_of_print(reference: Reference) -> Array:
    """1 where the form prints nothing, at half size."""
    return cv2.erode((halved(reference) > 215).astype(np.uint8), np.ones((3, 3)))


def _summed(mask: Array, along: tuple[int, int]) -> Array:
    """How many pixels of a 0/1 mask lie along a run around each pixel."""
    return cv2.boxFilter(mask, cv2.CV_16U, along, normalize=False)


def find_ink(
    sheet: Sheet,
    box: Box,
    view: Surroundings,
    rings: Sequence[Ring],
    lines: Array,
    limits: InkThresholds = DEFAULT.ink,
) -> InkFinding:
    """Judge one signature or date box."""
    rect = box_rect(box, _MARGIN_MM)
    seen = crop(sheet.gray, *rect)
    if view.inside < 0.3 or min(seen.shape[:2]) < 12:
        return InkFinding(verdict=MarkVerdict.UNDECIDED, score=300)
    page = _shifted(crop(sheet.reference.gray, *rect), seen)
    spread = 3 if sheet.bilevel else 2
    printed = cv2.dilate((page < 210).astype(np.uint8), np.ones((2 * spread + 1,) * 2))
    dark = black_hat(seen, limits.blackhat_mm)
    dark[crop(lines, *rect) > 0] = 0
    under_seal = np.zeros(dark.shape, bool)
    if rings:
        dark, under_seal = _without_seals(sheet, rect, dark, rings)
    fingerprint = _fingerprint(sheet, rect, printed, rings)
    dark[printed > 0] = 0
    strokes = _strokes(dark, under_seal, sheet, rect, box, limits)
    return _verdict(strokes, view, sheet.bilevel, fingerprint, _sealed_share(box, rings), limits)


def _sealed_share(box: Box, rings: Sequence[Ring]) -> float:
    x, y, w, h = box_rect(box)
    across, down = np.meshgrid(np.linspace(x, x + w, 24), np.linspace(y, y + h, 12))
    under = np.zeros(across.shape, bool)
    for ring in rings:
        under |= np.hypot(across - ring.x, down - ring.y) < ring.radius
    return float(under.mean())


def _shifted(page: Array, seen: Array) -> Array:
    """The issued print moved onto what is seen, when there is print to lock on."""
    h, w = page.shape
    if min(h, w) < 2 * _SHIFT + 12 or page.shape != seen.shape:
        return page
    core = page[_SHIFT:-_SHIFT, _SHIFT:-_SHIFT]
    if core.std() < 8:
        return page
    answer = cv2.matchTemplate(seen, np.ascontiguousarray(core), cv2.TM_CCOEFF_NORMED)
    _low, score, _where, (left, top) = cv2.minMaxLoc(answer)
    if score < 0.45:
        return page
    move = np.array([[1, 0, left - _SHIFT], [0, 1, top - _SHIFT]], np.float32)
    return cv2.warpAffine(page, move, (w, h), borderMode=cv2.BORDER_REPLICATE)


def _without_seals(
    sheet: Sheet, rect: tuple[float, float, float, float], dark: Array, rings: Sequence[Ring]
) -> tuple[Array, Array]:
    """Subtract ring-shaped red only (point 2); under a colour seal dark pens stay visible in red light."""
    x0, y0 = max(round(rect[0]), 0), max(round(rect[1]), 0)
    rows, columns = np.mgrid[0 : dark.shape[0], 0 : dark.shape[1]]
    disk = np.zeros(dark.shape, bool)
    for ring in rings:
        disk |= np.hypot(columns + x0 - ring.x, rows + y0 - ring.y) < ring.radius * 1.06 + 3
    if not disk.any():
        return dark, disk
    result = dark.copy()
    if not sheet.colored:
        result[disk] = 0
        return result, disk & (dark > 0)
    patch = sheet.color(*rect)
    red_light = black_hat(np.ascontiguousarray(patch[..., 2]), DEFAULT.ink.blackhat_mm)
    amount = redness(patch)
    seal_ink = cv2.dilate((amount > redness_level(amount)).astype(np.uint8), np.ones((3, 3))) > 0
    pen = ~seal_ink | (red_light > 110)
    result[disk] = np.where(pen & (red_light > 0), red_light, 0)[disk]
    return result, np.zeros(dark.shape, bool)


def _strokes(
    dark: Array,
    under_seal: Array,
    sheet: Sheet,
    rect: tuple[float, float, float, float],
    box: Box,
    limits: InkThresholds,
) -> _Strokes:
    noise = float(np.median(dark[dark > 0])) if (dark > 0).mean() > 0.5 else sheet.noise
    weak = max(limits.weak, limits.noise_gain * noise + limits.noise_offset)
    count, labels, stats, _centres = cv2.connectedComponentsWithStats(
        (dark > weak).astype(np.uint8), connectivity=8
    )
    x0, y0 = max(round(rect[0]), 0), max(round(rect[1]), 0)
    bx, by, bw, bh = box_rect(box, 0.6)
    left, top, right, bottom = bx - x0, by - y0, bx + bw - x0, by + bh - y0
    length = area = 0.0
    doubtful = float((under_seal & (labels > 0)).sum()) / MM / 3
    for k in range(1, count):
        x, y, w, h, size = (int(value) for value in stats[k])
        if size < 0.08 * MM * MM or max(w, h) < 0.8 * MM:
            continue
        mask = labels[y : y + h, x : x + w] == k
        if ninth_decile(dark[y : y + h, x : x + w][mask]) < max(limits.strong, 1.5 * weak):
            continue
        width, broad = stroke_width(mask, limits.thick_mm)
        if broad:
            continue
        rows, columns = np.nonzero(mask)
        within = (columns + x >= left) & (columns + x < right) & (rows + y >= top) & (rows + y < bottom)
        share = float(within.mean())
        inside_length = float(within.sum()) / max(1.0, width) / MM
        if share < limits.inside:
            # A signature may start outside its box; a neighbour's overflow may end in it.
            doubtful += inside_length if inside_length > 3 else 0.0
            continue
        length += inside_length
        area += float(within.sum()) / MM**2
    return _Strokes(length=length, area=area, doubtful=doubtful)


def ninth_decile(values: Array) -> float:
    """np.percentile(values, 90) without its overhead, which is most of the time on small strokes."""
    return float(np.sort(values)[int(0.9 * (len(values) - 1))])


def stroke_width(mask: Array, thick_mm: float) -> tuple[float, bool]:
    """Mean width in pixels of a component, and whether most of it is broader than any pen."""
    depth = cv2.distanceTransform(np.pad(mask.astype(np.uint8), 1), cv2.DIST_L2, 3)
    inner = depth[depth > 0]
    # Across a stroke of width w the distance to its edge averages w / 4.
    width = max(1.0, 4 * float(inner.mean()) - 0.5)
    core = float((inner > thick_mm * MM / 2).mean())
    return width, core > 0.15


def _fingerprint(
    sheet: Sheet, rect: tuple[float, float, float, float], printed: Array, rings: Sequence[Ring]
) -> bool:
    """A compact red blob of 8-24 mm with ridges, outside every seal."""
    if not sheet.colored:
        return False
    patch = sheet.color(*rect)
    few = patch[::3, ::3].astype(np.int16)
    if float((few[..., 2] - few[..., :2].max(axis=2) > DEFAULT.seal.floor).sum()) < 10 * MM**2 / 9:
        return False
    amount = redness(patch)
    ink = (amount > redness_level(amount)).astype(np.uint8)
    x0, y0 = max(round(rect[0]), 0), max(round(rect[1]), 0)
    rows, columns = np.mgrid[0 : ink.shape[0], 0 : ink.shape[1]]
    for ring in rings:
        ink[np.hypot(columns + x0 - ring.x, rows + y0 - ring.y) < ring.radius * 1.1 + 3] = 0
    if ink.sum() < 25 * MM**2:
        return False
    solid = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((int(2.2 * MM),) * 2))
    solid = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((int(5 * MM),) * 2))
    count, _labels, stats, _centres = cv2.connectedComponentsWithStats(solid)
    for _x, _y, w, h, size in stats[1:count].tolist():
        filled = size / max(w * h, 1)
        if min(w, h) > 7 * MM and max(w, h) < 26 * MM and filled > 0.55:
            return True
    return False


def _verdict(
    strokes: _Strokes,
    view: Surroundings,
    bilevel: bool,
    fingerprint: bool,
    sealed: float,
    limits: InkThresholds,
) -> InkFinding:
    """`sealed` is the share of the box under a seal: what a seal covers is never called empty."""
    length, area = strokes.length, strokes.area
    if bilevel:
        sure = area >= limits.bilevel_present_mm2 and length >= limits.present_mm
        empty = area < limits.bilevel_absent_mm2 or length < limits.absent_mm
    else:
        sure = length >= limits.present_mm and area >= limits.present_mm2
        empty = length < limits.absent_mm or area < limits.absent_mm2
    score = round(1000 * min(1.0, length / (3 * limits.present_mm)))
    if sure and view.inside > 0.5 and view.lit and view.in_place and not view.covered:
        verdict = MarkVerdict.PRESENT
        score = max(score, 600)
    elif empty and strokes.doubtful < 3 and view.may_be_absent and not fingerprint and sealed < 0.2:
        verdict, score = MarkVerdict.ABSENT, 1000 - score
    else:
        verdict, score = MarkVerdict.UNDECIDED, min(max(score, 200), 600)
    return InkFinding(
        verdict=verdict, score=min(score, 1000), length_mm=length, area_mm2=area, fingerprint=fingerprint
    )
