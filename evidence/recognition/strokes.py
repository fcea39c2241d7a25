"""Strokes of a pen in one box: long and narrow, dark enough for this paper, mostly inside the box."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from evidence.domain.document import Box, BoxKind
from evidence.recognition.aligned_scan import AlignedScan, Rect, crop
from evidence.recognition.ink_thresholds import InkThresholds
from evidence.recognition.reading import Array
from evidence.recognition.reference import MM
from evidence.recognition.surroundings import box_rect
from evidence.recognition.tones import median

_STRIP_MM = 8.0
"""Narrow enough to follow the light."""
_PLAIN_INK = 100
"""Darkness that levelled shadows do not reach: grain beside a thumb has up to 90."""
_QUARTILE = 0.3186
"""A quarter of normal deviations are less than this share of their standard deviation."""
_RULE_MM = 1.0
"""What a swollen rule reaches into its box on a copy."""
_STRIPS = 10
"""Across a box: a name leaves some of them without ink, grain none."""
_HALO_MM = 1.5
"""As far again a copy has no grain: a copier sets its threshold by what is around, here a black rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strokes:
    length: float
    """Millimetres."""
    area: float
    """Square millimetres."""
    doubtful: float
    """Length in mm of ink that may be a neighbour's or lies under a seal."""
    digits: float | None = None
    """Length in mm of what may be a date's digits, thinner and paler than a name; None in other boxes."""
    grainy: bool = False
    """Specks of a black-and-white copy lie all over the box; some may have clotted."""


def strokes_in(
    dark: Array,
    under_seal: Array,
    weak: float,
    sheet: AlignedScan,
    rect: Rect,
    box: Box,
    limits: InkThresholds,
) -> Strokes:
    """What was written in a box, out of the darkness that is neither print nor seal nor fold."""
    strong = max(limits.strong, 1.5 * weak)
    x0, y0 = max(round(rect[0]), 0), max(round(rect[1]), 0)
    bx, by, bw, bh = box_rect(box, 0.6)
    inner = (bx - x0, by - y0, bx + bw - x0, by + bh - y0)
    if not sheet.bilevel:

        def measured(weaker: float = 1.0, less_strong: float = 1.0) -> Strokes:
            return _measured(dark, under_seal, weaker * weak, less_strong * strong, inner, limits)

        return _with_digits(measured, limits) if box.kind is BoxKind.DATE else measured()
    x, y, w, h = box_rect(box, -_RULE_MM)
    within = crop(dark, x - x0, y - y0, w, h)
    specks = _heaped(within > weak, limits)
    found = _measured(dark, under_seal, limits.bilevel_weak, limits.bilevel_strong, inner, limits)
    inked = within > limits.bilevel_weak
    clots = _pieces_below(inked, limits.clot_mm2)
    grain = float(np.percentile(_density(clots), 25))
    # Where there is grain and no piece larger than it clots to, all of the ink may be grain.
    clotted = grain > limits.speckle_clear and np.count_nonzero(clots) == np.count_nonzero(inked)
    if grain > limits.speckle_drowned or clotted:
        return Strokes(length=0.0, area=0.0, doubtful=found.length + found.doubtful)
    found = replace(found, grainy=grain > limits.speckle_clear)
    return replace(found, doubtful=found.doubtful + specks) if specks > limits.speckle_mm2 else found


def _with_digits(measured: Callable[..., Strokes], limits: InkThresholds) -> Strokes:
    """Digits are small, thin and written quickly: what is too pale for a signature may be a date."""
    found = measured()
    if found.length >= limits.present_mm:
        return replace(found, digits=found.length)
    digits = max(found.length, measured(limits.digit_weak, limits.digit_strong).length)
    if found.length >= limits.absent_mm:
        return replace(found, digits=digits)
    pale = measured(limits.date_share, limits.date_share).length
    return replace(found, digits=digits, doubtful=max(found.doubtful, pale))


def _measured(
    dark: Array,
    under_seal: Array,
    weak: float,
    strong: float,
    inner: tuple[float, float, float, float],
    limits: InkThresholds,
) -> Strokes:
    """Strokes of at least this darkness; `inner` is the box's left, top, right, bottom in the crop."""
    count, labels, stats, _centres = cv2.connectedComponentsWithStats(
        (dark > weak).astype(np.uint8), connectivity=8
    )
    left, top, right, bottom = inner
    length = area = 0.0
    doubtful = float((under_seal & (labels > 0)).sum()) / MM / 3
    for k in range(1, count):
        x, y, w, h, size = stats[k].tolist()
        if size < 0.08 * MM * MM or max(w, h) < 0.8 * MM:
            continue
        mask = labels[y : y + h, x : x + w] == k
        if ninth_decile(dark[y : y + h, x : x + w][mask]) < strong:
            continue
        width, broad = stroke_width(mask, limits.thick_mm)
        if broad:
            continue
        within = size
        if x < left or y < top or x + w > right or y + h > bottom:
            rows, columns = np.nonzero(mask)
            across, down = (
                (columns + x >= left) & (columns + x < right),
                (rows + y >= top) & (rows + y < bottom),
            )
            within = int(np.count_nonzero(across & down))
        inside_length = within / max(1.0, width) / MM
        if within < limits.inside * size:
            # A signature may start outside its box; a neighbour's overflow may end in it.
            doubtful += inside_length if inside_length > 3 else 0.0
            continue
        length += inside_length
        area += within / MM**2
    return Strokes(length=length, area=area, doubtful=doubtful)


def _density(specks: Array) -> Array:
    """Share of each 4 mm cell that specks cover."""
    cell = int(4 * MM)
    size = (max(specks.shape[1] // cell, 2), max(specks.shape[0] // cell, 2))
    return cv2.resize(specks.astype(np.float32), size, interpolation=cv2.INTER_AREA)


def _pieces_below(specks: Array, mm2: float) -> Array:
    """What of the specks is no larger than this: a name that fills its box is not grain."""
    _count, labels, stats, _centres = cv2.connectedComponentsWithStats(
        specks.astype(np.uint8), connectivity=8
    )
    small = stats[:, 4] < mm2 * MM * MM
    small[0] = False
    return small[labels]


def _heaped(specks: Array, limits: InkThresholds) -> float:
    """Area in mm2 of specks that are more than grain: those in heaps, and pieces too large for a speck."""
    halo = int(_HALO_MM * MM)
    inner = specks[halo:-halo, halo:-halo] if min(specks.shape) > 4 * halo else specks
    strips = np.sort([strip.mean() for strip in np.array_split(inner, _STRIPS, axis=1)])
    if strips[_STRIPS // 4] < limits.speckle_even * max(strips[-1], 1e-6):
        return float(specks.sum()) / MM**2
    _count, _labels, stats, _centres = cv2.connectedComponentsWithStats(
        inner.astype(np.uint8), connectivity=8
    )
    sizes = stats[1:, 4] / MM**2
    return float(sizes[sizes > limits.speck_mm2].sum())


def ninth_decile(values: Array) -> float:
    """np.percentile(values, 90) without its overhead, which is most of the time on small strokes."""
    return float(np.sort(values)[int(0.9 * (len(values) - 1))])


def stroke_width(mask: Array, thick_mm: float) -> tuple[float, bool]:
    """Mean width in pixels of a component, and whether most of it is broader than any pen."""
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    depth = cv2.distanceTransform(padded, cv2.DIST_L2, 3)
    inner = depth[depth > 0]
    # Across a stroke of width w the distance to its edge averages w / 4.
    width = max(1.0, 4 * float(inner.mean()) - 0.5)
    core = float((inner > thick_mm * MM / 2).mean())
    return width, core > 0.15


def ridged(dark: Array, weak: float, *, coherence: float, density: float, window_mm: float) -> Array:
    """Where lines run side by side, densely and in one direction, as in a thumb's print.

    Args:
        coherence: least share by which the edges within a window run one way.
        density: least share of its pixels on an edge.
    """
    tones = np.minimum(dark, 120).astype(np.float32)
    across, down = (cv2.Sobel(tones, cv2.CV_32F, *axis, ksize=3) for axis in ((1, 0), (0, 1)))
    ink = (dark > weak).astype(np.uint8)
    edges = cv2.morphologyEx(ink, cv2.MORPH_GRADIENT, np.ones((3, 3))).astype(np.float32)
    size = (int(window_mm * MM) | 1,) * 2
    xx, yy, xy, dense = (
        cv2.boxFilter(each, -1, size) for each in (across * across, down * down, across * down, edges)
    )
    # Coherence of the structure tensor: 1 where all edges run one way, 0 where they run all ways.
    one_way = np.hypot(xx - yy, 2 * xy) / (xx + yy + 1e-3)
    return (one_way > coherence) & (dense > density)


def least_darkness(dark: Array, sheet: AlignedScan, limits: InkThresholds) -> float:
    """What a pixel of a stroke must have over the grain of its surroundings."""
    sample = dark[::2, ::2]
    grain = sample[sample > 0]
    noise = median(grain) if grain.size > 0.5 * sample.size else sheet.noise
    return max(limits.weak, limits.noise_gain * noise + limits.noise_offset)


def erase_rules(dark: Array, page: Array, weak: float, limits: InkThresholds) -> None:
    """Leftovers of a printed rule that lies a little off or askew: long, thin, straight beside it."""
    printed = (page < 210).astype(np.uint8)
    rows = np.nonzero(cv2.reduce(printed, 1, cv2.REDUCE_SUM, dtype=cv2.CV_32S) > 0.5 * page.shape[1])[0]
    columns = np.nonzero(cv2.reduce(printed, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32S) > 0.5 * page.shape[0])[1]
    if not len(rows) and not len(columns):
        return
    count, labels, stats, _centres = cv2.connectedComponentsWithStats((dark > weak).astype(np.uint8))
    x, y, w, h = stats[1:count, :4].T.astype(float)
    for across, rules in ((True, rows), (False, columns)):
        if not len(rules):
            continue
        length, thick, middle = (w, h, y + h / 2) if across else (h, w, x + w / 2)
        thin = (thick < limits.rule_thick_mm * MM) & (length > 4 * thick)
        for k in np.nonzero(thin)[0].tolist():
            if float(np.abs(rules - middle[k]).min()) < limits.rule_beside_mm * MM:
                left, top, wide, high = stats[k + 1, :4].tolist()
                part = np.s_[top : top + high, left : left + wide]
                dark[part][labels[part] == k + 1] = 0


def evened(dark: Array, seen: Array, usual: float) -> Array:
    """Darkness where the grain is coarser than the page's, reduced to what it would be there.

    Levelling a shadow multiplies its grain; a strip is narrow enough to follow the light. Plain ink and
    its surroundings are left out, for a large signature makes up most of a strip.
    """
    tones = seen.astype(np.float32)
    grain = cv2.absdiff(tones, cv2.GaussianBlur(tones, (0, 0), 2.0))
    paper = cv2.dilate((dark > _PLAIN_INK).astype(np.uint8), np.ones((9, 9))) == 0
    width = int(_STRIP_MM * MM)
    strips = [np.s_[:, x : x + width] for x in range(0, max(grain.shape[1] - width // 2, 1), width)]
    local = np.array([[_grain_of(grain[strip], paper[strip]) for strip in strips]], np.float32)
    factor = np.minimum(1.0, max(usual, 1.0) / np.maximum(local, 0.5))
    if float(factor.min()) > 0.9:
        return dark
    across = cv2.resize(factor, (grain.shape[1], 1), interpolation=cv2.INTER_LINEAR)
    return (dark * across).astype(np.uint8)


def _grain_of(deviations: Array, paper: Array) -> float:
    """Standard deviation of the paper's grain; of everything where hardly any paper is left.

    From the lower quartile: pale handwriting may cover more than half of a strip, and is no grain.
    """
    values = deviations[paper] if np.count_nonzero(paper) > 0.1 * paper.size else deviations.ravel()
    return float(np.partition(values, len(values) // 4)[len(values) // 4]) / _QUARTILE
