"""What ink in a box is like: numbers by which writing differs from folds, edges, grain and strokes that void.

Judged only where there is enough ink to sign; the crop has wide margins, for what lies around a box
tells what the paper is like.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from evidence.domain.document import Box
from evidence.recognition.aligned_scan import AlignedScan, Rect
from evidence.recognition.bands import bands_in
from evidence.recognition.reading import Array
from evidence.recognition.reference import MM
from evidence.recognition.straight import is_straight, straight_runs
from evidence.recognition.strokes import ninth_decile, stroke_width
from evidence.recognition.surroundings import box_rect
from evidence.recognition.thresholds import DEFAULT, Thresholds
from evidence.recognition.tones import median

WIDE_MM = 12.0
"""Margin of the crop: where a fold has left the box behind."""
_BAND_MM2 = 1.5
"""Ink outside a box from which a band of it may leave the box."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """Lengths in mm, darkness 0..255; of the ink within the box unless said otherwise."""

    length: float
    """Of all strokes."""
    bent: float
    """Of strokes with branch or turn, once straight runs are taken away."""
    joined: float
    """The same when only runs that leave the box are taken away: a zigzag is made of straight legs."""
    straight: float
    """Of strokes that are one line or gentle arc, all runs taken away."""
    in_runs: float
    """Of what lies in straight runs."""
    runs_outside: float
    """How far such runs go on outside the box, together."""
    runs_dark: float
    """Upper quartile of the darkness of straight runs."""
    rest_dark: float
    """Likewise of the rest."""
    dark: float
    """Ninth decile of the darkness of all ink in shares of the print's."""
    folds: Array
    """Pixels of the crop in straight runs that leave the box."""
    hue: float
    """How much more coloured the ink is than the paper, 0..255; 0 on gray scans."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """The crop in which a box is looked at; arrays of one shape."""

    rect: Rect
    """Where the crop lies on the sheet."""
    dark: Array
    """Darkness that is not printed, 0 under seals."""
    hidden: Array
    """Where print hides the paper."""


def without(around: Around, gone: Array) -> Around:
    """The same crop less some of its ink; `gone` is bool, of its shape."""
    return replace(around, dark=np.where(gone, 0, around.dark)) if gone.any() else around


@dataclass(frozen=True, slots=True, kw_only=True)
class Parted:
    """The ink of a crop, straight runs apart from the rest; arrays of the crop's shape, lengths in mm."""

    inner: tuple[slice, slice]
    """The box within the crop."""
    ink: Array
    rest: Array
    """Ink in no run."""
    inside: Array
    """Ink in no run that leaves the box."""
    in_run: Array
    """Ink in runs that touch the box."""
    folds: Array
    """Runs that leave the box."""
    in_runs: float
    outside: float
    """Length of runs in the box, and of what goes on outside it."""
    any_runs: bool


def inner_part(box: Box, rect: Rect, margin_mm: float = 0.0) -> tuple[slice, slice]:
    """The box, grown by a margin, within the crop that was cut out at a rectangle."""
    x0, y0 = max(round(rect[0]), 0), max(round(rect[1]), 0)
    x, y, w, h = box_rect(box, margin_mm)
    left, top = max(round(x - x0), 0), max(round(y - y0), 0)
    return slice(top, round(y + h - y0)), slice(left, round(x + w - x0))


def part(box: Box, around: Around, weak: float, thresholds: Thresholds = DEFAULT) -> Parted:
    """Take straight runs out of the ink around a box."""
    ink = (around.dark > weak).astype(np.uint8)
    runs = straight_runs(ink, around.hidden, thresholds.straight)
    inner = inner_part(box, around.rect, 0.6)
    in_runs = outside = 0.0
    rest, inside, in_run, folds = ink.copy(), ink.copy(), np.zeros(ink.shape, bool), np.zeros(ink.shape, bool)
    for run in runs:
        within = float(np.count_nonzero(run.mask[inner]))
        share = within / max(float(np.count_nonzero(run.mask)), 1)
        if share > 0.02:
            in_runs += share * run.length_mm
            outside += (1 - share) * run.length_mm
            in_run |= run.mask
        band = cv2.dilate(run.mask.astype(np.uint8), np.ones((3, 3))) > 0
        rest[band] = 0
        if (1 - share) * run.length_mm > thresholds.straight.leaves_mm:
            inside[band] = 0
            folds |= band
    banded = False
    if int(np.count_nonzero(rest)) - int(np.count_nonzero(rest[inner])) > _BAND_MM2 * MM * MM:
        for mask, length in bands_in(rest):
            share = float(np.count_nonzero(mask[inner])) / max(float(np.count_nonzero(mask)), 1)
            if share <= 0.02 or (1 - share) * length <= thresholds.straight.leaves_mm:
                continue
            banded = True
            in_runs += share * length
            outside += (1 - share) * length
            in_run |= mask
            rest[mask] = inside[mask] = 0
    return Parted(
        inner=inner,
        ink=ink,
        rest=rest,
        inside=inside,
        in_run=in_run,
        folds=folds,
        in_runs=in_runs,
        outside=outside,
        any_runs=bool(runs) or banded,
    )


def traits_of(
    sheet: AlignedScan, box: Box, around: Around, weak: float, strong: float, thresholds: Thresholds = DEFAULT
) -> Traits:
    """Traits of the ink in a box."""
    dark = around.dark
    parted = part(box, around, weak, thresholds)
    inner, ink, rest = parted.inner, parted.ink, parted.rest
    bent, straight = length_of_strokes(rest, dark, inner, strong, thresholds)
    joined = bent
    if parted.any_runs:
        joined = length_of_strokes(parted.inside, dark, inner, strong, thresholds)[0]
    values = dark[inner][ink[inner] > 0]
    return Traits(
        length=bent + straight + parted.in_runs,
        bent=bent,
        joined=joined,
        straight=straight,
        in_runs=parted.in_runs,
        runs_outside=parted.outside,
        runs_dark=_upper_quartile(dark[parted.in_run]),
        rest_dark=_upper_quartile(dark[inner][rest[inner] > 0]),
        dark=ninth_decile(values) / max(sheet.contrast, 60.0) if values.size else 0.0,
        folds=parted.folds,
        hue=ink_hue(sheet, _corner(around.rect, inner), ink[inner] > 0),
    )


def _corner(rect: Rect, inner: tuple[slice, slice]) -> tuple[float, float]:
    """Where the box begins on the sheet."""
    return max(round(rect[0]), 0) + inner[1].start, max(round(rect[1]), 0) + inner[0].start


def length_of_strokes(
    ink: Array,
    dark: Array,
    inner: tuple[slice, slice],
    strong: float,
    thresholds: Thresholds,
    *,
    largest_mm: float = math.inf,
    enough: float = math.inf,
) -> tuple[float, float]:
    """Length of the strokes with branch or turn, and of the straight ones, mm.

    Args:
        largest_mm: larger strokes are left out.
        enough: counting ends once strokes with branch or turn are so long together.
    """
    count, labels, stats, _centres = cv2.connectedComponentsWithStats(ink, connectivity=8)
    bent = straight = 0.0
    rows, columns = inner
    for k in (1 + np.argsort(-stats[1:count, 4])).tolist():
        if bent >= enough:
            break
        x, y, w, h, size = stats[k].tolist()
        if size < 0.08 * MM * MM or not 0.8 * MM <= max(w, h) <= largest_mm * MM:
            continue
        if x >= columns.stop or x + w <= columns.start or y >= rows.stop or y + h <= rows.start:
            continue
        mask = labels[y : y + h, x : x + w] == k
        if ninth_decile(dark[y : y + h, x : x + w][mask]) < strong:
            continue
        width, broad = stroke_width(mask, thresholds.ink.thick_mm)
        if broad:
            continue
        here = mask[max(rows.start - y, 0) : rows.stop - y, max(columns.start - x, 0) : columns.stop - x]
        length = float(np.count_nonzero(here)) / max(1.0, width) / MM
        if is_straight(mask, width, thresholds.straight):
            straight += length
        else:
            bent += length
    return bent, straight


def _upper_quartile(values: Array) -> float:
    return float(np.percentile(values, 75)) if values.size else 0.0


def ink_hue(sheet: AlignedScan, corner: tuple[float, float], ink: Array) -> float:
    """Chroma of ink over that of the paper around it, 0..255; 0 where there is neither colour nor ink.

    Args:
        corner: pixel of the sheet at which the mask begins.
        ink: bool.
    """
    if not sheet.colored or not ink.any():
        return 0.0
    patch = sheet.color(*corner, ink.shape[1], ink.shape[0])
    if patch.shape[:2] != ink.shape:
        return 0.0
    soft = cv2.GaussianBlur(patch, (0, 0), 1.0)
    blue, green, red = cv2.split(soft)
    chroma = cv2.subtract(cv2.max(cv2.max(blue, green), red), cv2.min(cv2.min(blue, green), red))
    bare = 1 - cv2.dilate(ink.astype(np.uint8), np.ones((5, 5)))
    paper = median(chroma, bare) if bare.any() else 0.0
    return float(np.percentile(chroma[ink], 60)) - paper
