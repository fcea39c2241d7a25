"""Handwriting in one box: what is dark, narrow, not printed, not a seal, not a fold, not a neighbour's."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import cv2
import numpy as np

from evidence.domain.document import Box, MarkVerdict
from evidence.recognition.reading import Array
from evidence.recognition.reference import MM, ruled_places
from evidence.recognition.seals import Ring, disk_of, redness, redness_level
from evidence.recognition.sheet import Sheet, crop
from evidence.recognition.strokes import Strokes, erase_rules, evened, least_darkness, ridged, strokes_in
from evidence.recognition.surroundings import Surroundings, black_hat, box_rect
from evidence.recognition.thresholds import DEFAULT, InkThresholds

_MARGIN_MM = 4.0
_SHIFT = 6
_ASIDE_MM = 20.0
"""A note on a box covers its surroundings too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InkFinding:
    """Handwriting seen in one box."""

    verdict: MarkVerdict
    score: int
    length_mm: float = 0.0
    area_mm2: float = 0.0
    fingerprint: bool = False
    """A 捺印: a blob of ridges of a thumb's size."""


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
    issued = crop(sheet.reference.gray, *rect)
    page = _shifted(issued, seen)
    spread = 3 if sheet.bilevel else 2
    printed = cv2.dilate((page < 210).astype(np.uint8), np.ones((2 * spread + 1,) * 2))
    dark = black_hat(seen, limits.blackhat_mm)
    weak = least_darkness(dark, sheet, limits)
    gone = _print_is_gone(page, dark, weak, limits)
    if _lies_under(seen, limits) or (gone and not _rules_are_lost(sheet, rect, limits)):
        view = replace(view, covered=True)
    view = replace(view, printed=not gone)
    dark[crop(lines, *rect) > 0] = 0
    disks = _disks(rect, dark, rings)
    thumb = _thumb(sheet, rect, rings, limits)
    dark, under_seal = _without_red_ink(sheet, rect, dark, disks if thumb is None else disks | thumb)
    dark[printed > 0] = 0
    if not sheet.bilevel:
        dark = evened(dark, seen, sheet.noise)
    erase_rules(dark, issued, weak, limits)
    judge = partial(
        _judged, sheet=sheet, box=box, rect=rect, weak=weak, view=view, rings=rings, limits=limits
    )
    found = judge(dark, under_seal, thumb is not None)
    if found.verdict is MarkVerdict.PRESENT and not sheet.colored:
        ridges = _ridges(sheet, dark, weak, found, limits)
        if ridges is not None:
            dark[ridges] = 0
            if not sheet.bilevel or judge(dark, under_seal, False).verdict is not MarkVerdict.PRESENT:
                return replace(found, verdict=MarkVerdict.UNDECIDED, score=min(found.score, 600))
    return found


def _judged(
    dark: Array,
    under_seal: Array,
    fingerprint: bool,
    *,
    sheet: Sheet,
    box: Box,
    rect: tuple[float, float, float, float],
    weak: float,
    view: Surroundings,
    rings: Sequence[Ring],
    limits: InkThresholds,
) -> InkFinding:
    strokes = strokes_in(dark, under_seal, weak, sheet, rect, box, limits)
    return _verdict(strokes, view, sheet.bilevel, fingerprint, _sealed_share(box, rings), limits)


def _ridges(sheet: Sheet, dark: Array, weak: float, found: InkFinding, limits: InkThresholds) -> Array | None:
    """Where ink without colour may be a thumb's, lines side by side as no writing has; None if nowhere."""
    if sheet.bilevel:
        lines = ridged(
            dark,
            limits.bilevel_weak,
            coherence=limits.bilevel_ridge_coherence,
            density=limits.bilevel_ridge_density,
            window_mm=limits.ridge_window_mm,
        )
        least = min(
            max(limits.bilevel_ridge_mm2, limits.bilevel_ridges * found.area_mm2),
            max(limits.bold_ridge_mm2, limits.bold_ridges * found.area_mm2),
        )
    else:
        lines = ridged(
            dark,
            weak,
            coherence=limits.ridge_coherence,
            density=limits.ridge_density,
            window_mm=limits.ridge_window_mm,
        )
        least = limits.ridge_mm2
    if float(lines.sum()) / MM**2 <= least:
        return None
    gap = int(limits.thumb_gap_mm * MM)
    whole = cv2.morphologyEx(lines.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((2 * gap + 1,) * 2))
    return cv2.dilate(whole, np.ones((gap, gap))) > 0


def _sealed_share(box: Box, rings: Sequence[Ring]) -> float:
    if not rings:
        return 0.0
    x, y, w, h = box_rect(box)
    across, down = np.meshgrid(np.linspace(x, x + w, 24), np.linspace(y, y + h, 12))
    under = np.zeros(across.shape, bool)
    for ring in rings:
        under |= np.hypot(across - ring.x, down - ring.y) < ring.radius
    return float(under.mean())


def _shifted(page: Array, seen: Array) -> Array:
    """The issued print moved, and tilted when its halves say so, onto what is seen."""
    h, w = page.shape
    if page.shape != seen.shape:
        return page
    half = w // 2
    moves = [_move(page[:, part], seen[:, part]) for part in (np.s_[:half], np.s_[half:])]
    if any(move is None for move in moves):
        whole = _move(page, seen)
        moves = [whole, whole]
    if moves[0] is None or moves[1] is None:
        return page
    (x0, y0), (x1, y1) = moves[0], moves[1]
    # The halves' middles lie at a quarter and three quarters of the width.
    slope_x, slope_y = (x1 - x0) / max(half, 1), (y1 - y0) / max(half, 1)
    move = np.array([[1 + slope_x, 0, x0 - slope_x * w / 4], [slope_y, 1, y0 - slope_y * w / 4]], np.float32)
    return cv2.warpAffine(page, move, (w, h), borderMode=cv2.BORDER_REPLICATE)


def _lies_under(seen: Array, limits: InkThresholds) -> bool:
    """Whether something broader than any pen and darker than the paper lies on the box."""
    shade = (cv2.blur(seen, (5, 5)) < limits.cover_level).astype(np.uint8)
    if float(shade.mean()) < limits.broad_share:
        return False
    broad = cv2.morphologyEx(shade, cv2.MORPH_OPEN, np.ones((int(limits.thick_mm * MM),) * 2))
    return float(broad.mean()) > limits.broad_share


def _print_is_gone(page: Array, dark: Array, least: float, limits: InkThresholds) -> bool:
    """Whether print around the left, middle or right of the box is not there.

    Something of the paper's colour lies on it, or the sheet is curled so that this is another place.
    """
    if page.shape != dark.shape:
        return False
    there = cv2.dilate((dark > least).astype(np.uint8), np.ones((5, 5)))
    edges = np.linspace(0, page.shape[1], 4).astype(int)
    for left, right in itertools.pairwise(edges.tolist()):
        strokes = page[:, left:right] < 128
        if int(strokes.sum()) < limits.print_least:
            continue
        if float(there[:, left:right][strokes].mean()) < limits.print_there:
            return True
    return False


def _rules_are_lost(sheet: Sheet, rect: tuple[float, float, float, float], limits: InkThresholds) -> bool:
    """Whether a black-and-white copy is so pale that thin rules are broken all over the page.

    Then they do not tell that something lies on this box: ink that is seen was written there, but what is
    not seen may be lost as they are.
    """
    if not sheet.bilevel:
        return False
    rows, columns = ruled_places(sheet.reference)
    x, y, w, h = rect
    aside = _ASIDE_MM * MM
    away = (np.abs(columns - x - w / 2) > w / 2 + aside) | (np.abs(rows - y - h / 2) > h / 2 + aside)
    if int(away.sum()) < limits.rules_least:
        return False
    darkest = cv2.erode(sheet.gray, np.ones((5, 5)))
    return float((darkest[rows[away], columns[away]] < 128).mean()) < limits.rules_there


def _move(page: Array, seen: Array) -> tuple[float, float] | None:
    """By how much print lies off in a part of the box; None where there is nothing to lock on."""
    if min(page.shape) < 2 * _SHIFT + 12:
        return None
    core = page[_SHIFT:-_SHIFT, _SHIFT:-_SHIFT]
    if cv2.meanStdDev(core)[1].item() < 8:
        return None
    answer = cv2.matchTemplate(seen, np.ascontiguousarray(core), cv2.TM_CCOEFF_NORMED)
    _low, score, _where, (left, top) = cv2.minMaxLoc(answer)
    return None if score < 0.45 else (left - _SHIFT, top - _SHIFT)


def _disks(rect: tuple[float, float, float, float], dark: Array, rings: Sequence[Ring]) -> Array:
    """Where seals lie in a crop that begins at the rectangle's corner."""
    x0, y0 = max(round(rect[0]), 0), max(round(rect[1]), 0)
    disks = np.zeros(dark.shape, bool)
    for ring in rings:
        disks |= disk_of(ring, dark.shape, (x0, y0), 1.06)
    return disks


def _without_red_ink(
    sheet: Sheet, rect: tuple[float, float, float, float], dark: Array, stamped: Array
) -> tuple[Array, Array]:
    """Subtract red only where a seal or thumb was pressed (point 2): dark pens stay visible in red light."""
    if not stamped.any():
        return dark, stamped
    result = dark.copy()
    if not sheet.colored:
        result[stamped] = 0
        return result, stamped & (dark > 0)
    patch = sheet.color(*rect)
    red_light = black_hat(np.ascontiguousarray(patch[..., 2]), DEFAULT.ink.blackhat_mm)
    amount = redness(patch)
    red_ink = cv2.dilate((amount > redness_level(amount)).astype(np.uint8), np.ones((3, 3))) > 0
    pen = ~red_ink | (red_light > 110)
    result[stamped] = np.where(pen & (red_light > 0), red_light, 0)[stamped]
    return result, np.zeros(dark.shape, bool)


def _thumb(
    sheet: Sheet, rect: tuple[float, float, float, float], rings: Sequence[Ring], limits: InkThresholds
) -> Array | None:
    """Where a thumb was pressed: a compact red blob of 8-24 mm with ridges, outside every seal."""
    if not sheet.colored:
        return None
    patch = sheet.color(*rect)
    blue, green, red = cv2.split(np.ascontiguousarray(patch[::3, ::3]))
    reddish = cv2.subtract(red, cv2.max(blue, green)) > int(DEFAULT.seal.floor)
    if int(np.count_nonzero(reddish)) < 10 * MM**2 / 9:
        return None
    amount = redness(patch)
    ink = (amount > redness_level(amount)).astype(np.uint8)
    x0, y0 = max(round(rect[0]), 0), max(round(rect[1]), 0)
    for ring in rings:
        ink[disk_of(ring, ink.shape, (x0, y0), 1.1)] = 0
    if ink.sum() < 25 * MM**2:
        return None
    gap = int(limits.thumb_gap_mm * MM)
    solid = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones((gap, gap)))
    solid = cv2.morphologyEx(solid, cv2.MORPH_OPEN, np.ones((int(5 * MM),) * 2))
    count, labels, stats, _centres = cv2.connectedComponentsWithStats(solid)
    pressed = np.zeros_like(solid)
    for k, (_x, _y, w, h, size) in enumerate(stats[1:count].tolist(), 1):
        filled = size / max(w * h, 1)
        if min(w, h) > 7 * MM and max(w, h) < 26 * MM and filled > 0.55:
            pressed[labels == k] = 1
    if not pressed.any():
        return None
    return cv2.dilate(pressed, np.ones((2 * gap + 1,) * 2)) > 0


def _verdict(
    strokes: Strokes,
    view: Surroundings,
    bilevel: bool,
    fingerprint: bool,
    sealed: float,
    limits: InkThresholds,
) -> InkFinding:
    """`sealed` is the share of the box under a seal: what a seal covers is never called empty."""
    length, area, doubt = strokes.length, strokes.area, limits.doubt_mm
    if bilevel:
        least_mm2, least_mm = (
            (limits.grainy_present_mm2, limits.present_mm)
            if strokes.grainy
            else (limits.bilevel_present_mm2, limits.bilevel_present_mm)
        )
        sure = area >= least_mm2 and length >= least_mm
        empty = area < limits.bilevel_absent_mm2 or length < limits.absent_mm
    else:
        sure = length >= limits.present_mm and area >= limits.present_mm2
        empty = length < limits.absent_mm or area < limits.absent_mm2
        if strokes.digits is not None and view.quiet:
            sure = sure or strokes.digits >= limits.date_mm
            doubt = limits.date_doubt_mm
    score = round(1000 * min(1.0, length / (3 * limits.present_mm)))
    if sure and view.inside > 0.5 and view.lit and view.in_place and not view.covered:
        verdict = MarkVerdict.PRESENT
        score = max(score, 600)
    elif empty and strokes.doubtful < doubt and view.may_be_absent and not fingerprint and sealed < 0.2:
        verdict, score = MarkVerdict.ABSENT, 1000 - score
    else:
        verdict, score = MarkVerdict.UNDECIDED, min(max(score, 200), 600)
    return InkFinding(
        verdict=verdict, score=min(score, 1000), length_mm=length, area_mm2=area, fingerprint=fingerprint
    )
