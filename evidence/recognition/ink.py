"""Handwriting in one box: what is dark, narrow, not printed, not a seal, not a fold, not a neighbour's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import cv2
import numpy as np

from evidence.domain.document import Box, BoxKind, IssuedPage, MarkVerdict
from evidence.recognition.doubts import CORRECTED, COVERED, doubt_about, ink_in, refusal_words
from evidence.recognition.ink_thresholds import InkThresholds
from evidence.recognition.local_print import PARTS, lies_under, print_is_gone, rules_are_lost, shifted
from evidence.recognition.plain_writing import is_plain_writing
from evidence.recognition.reading import Array
from evidence.recognition.red_ink import disks_in, thumb_in, without_red_ink
from evidence.recognition.reference import MM
from evidence.recognition.rings import Ring
from evidence.recognition.sheet import Sheet, crop
from evidence.recognition.strokes import Strokes, erase_rules, evened, least_darkness, ridged, strokes_in
from evidence.recognition.surroundings import Rect, Surroundings, black_hat, box_rect
from evidence.recognition.thresholds import DEFAULT, Thresholds
from evidence.recognition.traits import Around

_MARGIN_MM = 4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class InkFinding:
    """Handwriting seen in one box."""

    verdict: MarkVerdict
    score: int
    length_mm: float = 0.0
    area_mm2: float = 0.0
    fingerprint: bool = False
    """A 捺印: a blob of ridges of a thumb's size."""
    why: str = ""
    """Why it is asked, in words for the clerk; empty where that is plain."""


def find_ink(
    sheet: Sheet,
    box: Box,
    issued: IssuedPage,
    view: Surroundings,
    rings: Sequence[Ring],
    lines: Array,
    thresholds: Thresholds = DEFAULT,
) -> InkFinding:
    """Judge one signature or date box of the issued page."""
    limits = thresholds.ink
    rect = box_rect(box, _MARGIN_MM)
    seen = crop(sheet.gray, *rect)
    if view.inside < 0.3 or min(seen.shape[:2]) < 12:
        return InkFinding(verdict=MarkVerdict.UNDECIDED, score=300)
    print_ = crop(sheet.reference.gray, *rect)
    page = shifted(print_, seen)
    spread = 3 if sheet.bilevel else 2
    printed = cv2.dilate((page < 210).astype(np.uint8), np.ones((2 * spread + 1,) * 2))
    dark = black_hat(seen, limits.blackhat_mm)
    weak = least_darkness(dark, sheet, limits)
    there = limits.bilevel_print_there if sheet.bilevel else limits.print_there
    gone = print_is_gone(page, dark, weak, there, limits)
    if not sheet.bilevel:
        # One of two rules hidden is enough to hide a name; copies lose thin rules.
        gone |= print_is_gone(page, dark, weak, limits.half_there, limits, (2, PARTS))
    if lies_under(seen, limits) or (gone and not rules_are_lost(sheet, rect, limits)):
        view = replace(view, covered=True)
    view = replace(view, printed=not gone)
    dark[crop(lines, *rect) > 0] = 0
    disks = disks_in(rect, dark, rings)
    thumb = thumb_in(sheet, rect, rings, limits)
    dark, under_seal = without_red_ink(sheet, rect, dark, disks if thumb is None else disks | thumb)
    dark[printed > 0] = 0
    plain = dark
    if not sheet.bilevel:
        dark = evened(dark, seen, sheet.noise)
    erase_rules(dark, print_, weak, limits)
    judge = partial(
        _judged, sheet=sheet, box=box, rect=rect, weak=weak, view=view, rings=rings, limits=limits
    )
    found = judge(dark, under_seal, thumb is not None)
    if found.verdict is MarkVerdict.ABSENT and dark is not plain:
        # What a correction took away is never missing: what it decides alone, a person decides.
        erase_rules(plain, print_, weak, limits)
        if judge(plain, under_seal, thumb is not None).verdict is not MarkVerdict.ABSENT:
            return _asked(found, CORRECTED)
    if found.verdict is MarkVerdict.PRESENT and not sheet.colored:
        ridges = _ridges(sheet, dark, weak, found, limits)
        if ridges is not None:
            dark[ridges] = 0
            if not sheet.bilevel or judge(dark, under_seal, False).verdict is not MarkVerdict.PRESENT:
                return _asked(found)
    if found.verdict is MarkVerdict.PRESENT:
        strong = max(limits.strong, 1.5 * weak)
        if sheet.bilevel:
            weak, strong = limits.bilevel_weak, limits.bilevel_strong
        elif box.kind is BoxKind.DATE and view.quiet:
            weak, strong = limits.digit_weak * weak, limits.digit_strong * strong
        around = Around(rect=rect, dark=dark, hidden=(printed > 0) | disks)
        if is_plain_writing(box, issued.boxes, around, weak, strong, thresholds):
            signature = box.kind is BoxKind.SIGNATURE
            ink = ink_in(box, rect, dark, weak)
            refused = refusal_words(ink, found.length_mm, thresholds.straight) if signature else ""
            return _asked(found, refused) if refused else found
        doubt = doubt_about(sheet, box, issued, rings, weak, strong, thresholds)
        if doubt is None:
            return found
        if doubt.folds is not None:
            dark[crop(doubt.folds, *rect) > 0] = 0
            without = judge(dark, under_seal, thumb is not None)
            if without.verdict is MarkVerdict.ABSENT:
                return without
        return _asked(found, doubt.why)
    return found


def _asked(found: InkFinding, why: str = "") -> InkFinding:
    return replace(found, verdict=MarkVerdict.UNDECIDED, score=min(found.score, 600), why=why)


def _judged(
    dark: Array,
    under_seal: Array,
    fingerprint: bool,
    *,
    sheet: Sheet,
    box: Box,
    rect: Rect,
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
        least = min(limits.ridge_mm2, max(limits.ridges_least_mm2, limits.ridges_of_ink * found.area_mm2))
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
        verdict=verdict,
        score=min(score, 1000),
        length_mm=length,
        area_mm2=area,
        fingerprint=fingerprint,
        why=COVERED if view.covered and verdict is MarkVerdict.UNDECIDED else "",
    )
