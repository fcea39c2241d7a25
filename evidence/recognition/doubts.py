"""Why ink that would sign a box must be asked about all the same: in words for the clerk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evidence.domain.document import Box, BoxKind, IssuedPage
from evidence.recognition.aligned_scan import AlignedScan, Rect
from evidence.recognition.closer import look_closer
from evidence.recognition.neighbours import date_ink, straddles
from evidence.recognition.reading import Array
from evidence.recognition.refusals import is_one_character, refusal_in
from evidence.recognition.rings import Ring
from evidence.recognition.straight import line_count
from evidence.recognition.straight_thresholds import StraightThresholds
from evidence.recognition.surroundings import box_rect
from evidence.recognition.thresholds import DEFAULT, Thresholds
from evidence.recognition.traits import Around, Traits, traits_of, without

STRAIGHT = "像折痕、纸边或划线"
STRUCK_OUT = "划去/拒签？"
COVERED = "有别的纸或物盖在上面"
NEIGHBOUR = "像是相邻一格的字写了过来"
BETWEEN = "盖在两个盖章处之间"
CORRECTED = "底纹校正前后判断不一"
FILE_INK = "电子签名图像"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Why a box is asked."""

    why: str
    folds: Array | None = None
    """Pale lines of the sheet that run through the box and on: without them it may be empty."""


def doubt_about(
    sheet: AlignedScan,
    box: Box,
    issued: IssuedPage,
    rings: Sequence[Ring],
    weak: float,
    strong: float,
    thresholds: Thresholds = DEFAULT,
) -> Doubt | None:
    """Why enough ink in a box does not sign it; None when it does.

    Args:
        weak: least darkness of a stroke's pixel; strong: what it must reach somewhere.
    """
    around = look_closer(sheet, box, rings, weak, thresholds)
    traits = traits_of(sheet, box, around, weak, strong, thresholds)
    limits = thresholds.straight
    signature = box.kind is BoxKind.SIGNATURE
    least = limits.written_mm if signature else limits.dated_mm
    lines = limits.many_lines
    if signature and (traits.bent < least or traits.length <= limits.mark_mm):
        lines = line_count(_ink_in(box, around, weak), limits)
    few = lines <= limits.mark_lines
    if not _is_written(traits, least, limits) and (few or not _is_zigzag(traits, least, limits)):
        pale = traits.hue < limits.inked_hue and traits.dark < limits.inked_dark
        if traits.runs_outside < (0.1 if pale else 0.35) * max(traits.in_runs, 1.0):
            return Doubt(why=_struck_out(traits, lines, few=few))  # drawn in the box, not folded through it
        return Doubt(why=_straight(traits), folds=_on_sheet(traits, around, sheet) if pale else None)
    if signature and few:
        return Doubt(why=_struck_out(traits, lines, few=few))
    refused = refusal_words(_ink_in(box, around, weak), traits.length, limits) if signature else ""
    if refused:
        return Doubt(why=refused)
    # A fold through name and date would make one piece of them.
    flat = without(around, traits.folds)
    dated = date_ink(box, issued.boxes, flat, weak) if signature else np.zeros(0, bool)
    if dated.any():
        alone = traits_of(sheet, box, without(around, dated), weak, strong, thresholds)
        if not _is_written(alone, least, limits):
            return Doubt(why=NEIGHBOUR)
    if straddles(box, issued.boxes, around, weak):
        return Doubt(why=NEIGHBOUR)
    return None


def refusal_words(ink: Array, length: float, limits: StraightThresholds = DEFAULT.straight) -> str:
    """Why ink that is likely a word of refusal is asked; empty where it is not.

    Args:
        ink: uint8, of the box.
        length: of its strokes, mm.
    """
    if length > limits.refused_mm:
        return ""
    word, likely = refusal_in(ink)
    least = limits.refused_alone if is_one_character(ink) else limits.refused
    return f"{STRUCK_OUT}（字形像“{word}”，把握{likely:.0%}）" if likely >= least else ""


def _struck_out(traits: Traits, lines: int, *, few: bool) -> str:
    """With what speaks for it: how many straight lines the ink is made of, and how much is bent."""
    made_of = f"由{lines}条直线组成，" if few else ""
    return f"{STRUCK_OUT}（{made_of}墨迹长{traits.length:.0f}毫米，其中弯折笔画{traits.bent:.0f}毫米）"


def _straight(traits: Traits) -> str:
    """With what speaks for it: straight runs in the box and beyond it, and how much is bent."""
    return (
        f"{STRAIGHT}（直线{traits.in_runs:.0f}毫米，延伸到格外{traits.runs_outside:.0f}毫米，"
        f"弯折笔画{traits.bent:.0f}毫米）"
    )


def _on_sheet(traits: Traits, around: Around, sheet: AlignedScan) -> Array:
    """The folds of a crop as a mask of the sheet's size."""
    mask = np.zeros(sheet.gray.shape, np.uint8)
    x, y = max(round(around.rect[0]), 0), max(round(around.rect[1]), 0)
    h, w = traits.folds.shape
    mask[y : y + h, x : x + w] = traits.folds
    return mask


def _is_written(traits: Traits, least: float, limits: StraightThresholds) -> bool:
    """Whether enough of the ink has branches or turns, and stands out where the paper is creased."""
    if traits.bent < least:
        return False
    creased = traits.runs_outside >= limits.creased_mm and traits.hue < limits.inked_hue
    alike = traits.rest_dark < limits.stands_out * traits.runs_dark
    return not (creased and alike and traits.bent < limits.creased_written_mm)


def _is_zigzag(traits: Traits, least: float, limits: StraightThresholds) -> bool:
    """Whether straight legs that stay in the box are joined to writing by a pen, not by crossing folds."""
    inked = traits.hue >= limits.inked_hue or traits.dark >= limits.inked_dark
    return traits.joined >= least and inked


def _ink_in(box: Box, around: Around, weak: float) -> Array:
    return ink_in(box, around.rect, around.dark, weak)


def ink_in(box: Box, rect: Rect, dark: Array, weak: float) -> Array:
    """Ink within the box itself, uint8; `rect` is where the darkness was cut out."""
    x, y, w, h = box_rect(box)
    x0, y0 = max(round(rect[0]), 0), max(round(rect[1]), 0)
    left, top = max(round(x) - x0, 0), max(round(y) - y0, 0)
    return (dark[top : top + round(h), left : left + round(w)] > weak).astype(np.uint8)
