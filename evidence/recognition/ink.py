"""Handwriting in one box: what is dark, narrow, not printed, not a seal, not a fold, not a neighbour's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import cv2
import numpy as np

from evidence.domain.document import Box, BoxKind, IssuedPage, MarkVerdict
from evidence.recognition.aligned_scan import AlignedScan, Rect, crop
from evidence.recognition.doubts import CORRECTED, COVERED, doubt_about, ink_in, refusal_words
from evidence.recognition.frames import FRAME_MM, frame_is_whole
from evidence.recognition.ink_thresholds import InkThresholds
from evidence.recognition.local_print import PARTS, lies_under, print_is_gone, rules_are_lost, shifted
from evidence.recognition.plain_writing import is_plain_writing
from evidence.recognition.reading import Array
from evidence.recognition.red_ink import disks_in, thumb_in, without_red_ink
from evidence.recognition.reference import MM
from evidence.recognition.rings import Ring
from evidence.recognition.strokes import Strokes, erase_rules, evened, least_darkness, ridged, strokes_in
from evidence.recognition.surroundings import Surroundings, black_hat, box_rect
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
    sheet: AlignedScan,
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
    ink = _cleaned(sheet, box, rect, seen, view, rings, lines, limits)
    judge = partial(
        _judged,
        under_seal=ink.under_seal,
        sheet=sheet,
        box=box,
        rect=rect,
        weak=ink.weak,
        view=ink.view,
        rings=rings,
        limits=limits,
    )
    found = judge(ink.dark, ink.thumb)
    if found.verdict is MarkVerdict.ABSENT and ink.dark is not ink.plain:
        # What a correction took away is never missing: what it decides alone, a person decides.
        erase_rules(ink.plain, ink.print_, ink.weak, limits)
        corrected = judge(ink.plain, ink.thumb).verdict is not MarkVerdict.ABSENT
        return _asked(found, CORRECTED) if corrected else found
    if found.verdict is not MarkVerdict.PRESENT:
        return found
    if not sheet.colored and _may_be_a_thumb(sheet, ink, found, judge, limits):
        return _asked(found)
    return _confirmed(found, ink, judge, sheet, box, issued, rings, thresholds)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ink:
    """What is left of a box's darkness when print, rules and red ink are taken away."""

    rect: Rect
    dark: Array
    """The steps that judge it take away more of it."""
    plain: Array
    """Without the correction for an uneven ground; the same array on a bilevel sheet."""
    print_: Array
    """What the form has there."""
    weak: float
    """Darkness from which a pixel may be of a stroke."""
    under_seal: Array
    hidden: Array
    """Pixels that nothing can be said of: below print or a seal's disk."""
    thumb: bool
    view: Surroundings


def _cleaned(
    sheet: AlignedScan,
    box: Box,
    rect: Rect,
    seen: Array,
    view: Surroundings,
    rings: Sequence[Ring],
    lines: Array,
    limits: InkThresholds,
) -> _Ink:
    print_ = crop(sheet.reference.gray, *rect)
    page = shifted(print_, seen)
    spread = 3 if sheet.bilevel else 2
    printed = cv2.dilate((page < 210).astype(np.uint8), np.ones((2 * spread + 1,) * 2))
    dark = black_hat(seen, limits.blackhat_mm)
    weak = least_darkness(dark, sheet, limits)
    gone = _print_gone(sheet, page, dark, weak, limits)
    if gone and frame_is_whole(sheet, box_rect(box)):  # print beyond the frame says nothing of the box
        edge = int((_MARGIN_MM - FRAME_MM) * MM)
        inner = np.s_[edge : page.shape[0] - edge, edge : page.shape[1] - edge]
        gone = _print_gone(sheet, page[inner], dark[inner], weak, limits)
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
    return _Ink(
        rect=rect,
        dark=dark,
        plain=plain,
        print_=print_,
        weak=weak,
        under_seal=under_seal,
        hidden=(printed > 0) | disks,
        thumb=thumb is not None,
        view=view,
    )


def _print_gone(sheet: AlignedScan, page: Array, dark: Array, weak: float, limits: InkThresholds) -> bool:
    there = limits.bilevel_print_there if sheet.bilevel else limits.print_there
    gone = print_is_gone(page, dark, weak, there, limits)
    if not sheet.bilevel:
        # One of two rules hidden is enough to hide a name; copies lose thin rules.
        gone |= print_is_gone(page, dark, weak, limits.half_there, limits, (2, PARTS))
    return gone


def _may_be_a_thumb(
    sheet: AlignedScan,
    ink: _Ink,
    found: InkFinding,
    judge: Callable[[Array, bool], InkFinding],
    limits: InkThresholds,
) -> bool:
    """Whether ink without colour lies in a thumb's ridges, and no writing would be left without them."""
    ridges = _ridges(sheet, ink.dark, ink.weak, found, limits)
    if ridges is None:
        return False
    ink.dark[ridges] = 0
    return not sheet.bilevel or judge(ink.dark, False).verdict is not MarkVerdict.PRESENT


def _confirmed(
    found: InkFinding,
    ink: _Ink,
    judge: Callable[[Array, bool], InkFinding],
    sheet: AlignedScan,
    box: Box,
    issued: IssuedPage,
    rings: Sequence[Ring],
    thresholds: Thresholds,
) -> InkFinding:
    """What stands there, unless it may be something else than this box's writing."""
    weak, strong = _stroke_levels(ink, sheet, box, thresholds.ink)
    around = Around(rect=ink.rect, dark=ink.dark, hidden=ink.hidden)
    if is_plain_writing(box, issued.boxes, around, weak, strong, thresholds):
        signature = box.kind is BoxKind.SIGNATURE
        written = ink_in(box, ink.rect, ink.dark, weak)
        refused = refusal_words(written, found.length_mm, thresholds.straight) if signature else ""
        return _asked(found, refused) if refused else found
    doubt = doubt_about(sheet, box, issued, rings, weak, strong, thresholds)
    if doubt is None:
        return found
    if doubt.folds is not None:
        ink.dark[crop(doubt.folds, *ink.rect) > 0] = 0
        without = judge(ink.dark, ink.thumb)
        if without.verdict is MarkVerdict.ABSENT:
            return without
    return _asked(found, doubt.why)


def _stroke_levels(ink: _Ink, sheet: AlignedScan, box: Box, limits: InkThresholds) -> tuple[float, float]:
    """Darkness from which a pixel is perhaps, and surely, of a stroke."""
    if sheet.bilevel:
        return limits.bilevel_weak, limits.bilevel_strong
    weak, strong = ink.weak, max(limits.strong, 1.5 * ink.weak)
    if box.kind is BoxKind.DATE and ink.view.quiet:
        return limits.digit_weak * weak, limits.digit_strong * strong
    return weak, strong


def _asked(found: InkFinding, why: str = "") -> InkFinding:
    return replace(found, verdict=MarkVerdict.UNDECIDED, score=min(found.score, 600), why=why)


def _judged(
    dark: Array,
    fingerprint: bool,
    *,
    under_seal: Array,
    sheet: AlignedScan,
    box: Box,
    rect: Rect,
    weak: float,
    view: Surroundings,
    rings: Sequence[Ring],
    limits: InkThresholds,
) -> InkFinding:
    strokes = strokes_in(dark, under_seal, weak, sheet, rect, box, limits)
    return _verdict(strokes, view, sheet.bilevel, fingerprint, _sealed_share(box, rings), limits)


def _ridges(
    sheet: AlignedScan, dark: Array, weak: float, found: InkFinding, limits: InkThresholds
) -> Array | None:
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
