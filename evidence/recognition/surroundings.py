"""Whether a box can be judged at all: lit, uncovered, in the picture, and in place (points 5 and 6)."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from evidence.domain.document import Box, BoxKind
from evidence.recognition.aligned_scan import PAPER, AlignedScan, Rect, crop
from evidence.recognition.frames import FRAME_MM, frame_is_whole
from evidence.recognition.identity import Words
from evidence.recognition.ink_thresholds import InkThresholds
from evidence.recognition.reading import Array
from evidence.recognition.reference import MM, PT, softened
from evidence.recognition.thresholds import DEFAULT, Thresholds

_STRAY_MM = (3.0, 6.5)
"""How far across and down bent paper moves words at the foot of a page..."""
_STRAY_WORD = 0.55
"""...with what correlation they are found there..."""
_ALIKE_MM = 2.0
"""...and how differently from each other they have moved at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """How well one box is seen."""

    inside: float
    """Share of the box within the picture."""
    lit: bool
    covered: bool
    """Something lies on it: note, thumb, folded corner."""
    in_place: bool
    """Print around it is where the issued page has it."""
    legible: bool
    """Print around it has contrast; ink would have it too."""
    printed: bool = True
    """The print around it is there; `covered` too where that means that something lies on it."""
    quiet: bool = False
    """Paper without grain, and print around as it was issued: the thinnest writing would be seen."""

    @property
    def may_be_absent(self) -> bool:
        """Only a box that is seen well can be called empty."""
        seen = self.inside > 0.98 and self.lit and not self.covered and self.printed
        return seen and self.in_place and self.legible


def box_rect(box: Box, margin_mm: float = 0.0) -> Rect:
    """The box in reference pixels, grown on every side."""
    grow = margin_mm * MM
    return box.x * PT - grow, box.y * PT - grow, box.w * PT + 2 * grow, box.h * PT + 2 * grow


def look_around(sheet: AlignedScan, words: Words, box: Box, thresholds: Thresholds = DEFAULT) -> Surroundings:
    """Judge the view of one box."""
    ink, limits = thresholds.ink, thresholds.registration
    rect = box_rect(box)
    seen = crop(sheet.inside, *rect)
    paper = crop(sheet.paper, *(value / PAPER for value in rect))
    if not seen.size or not paper.size:
        return Surroundings(inside=0.0, lit=False, covered=True, in_place=False, legible=False)
    brightness = paper if paper.ndim == 2 else paper.mean(axis=2)
    low = float(np.percentile(brightness, 10))
    lit = low >= ink.paper_floor * sheet.paper_level
    error, near = _error_near(sheet, words, rect)
    foreign = _words_under(sheet, words, rect, ink, ink.foreign_mm) >= ink.foreign_words
    if foreign and box.kind is BoxKind.SEAL and sheet.bent_mm > thresholds.alteration.bent_mm:
        foreign = not have_strayed(sheet, _hidden_words(sheet, words, rect, ink, ink.foreign_mm))
    framed = (foreign or error > limits.local_error_mm) and frame_is_whole(sheet, rect)
    if framed:  # only what is within the frame tells
        foreign = _words_under(sheet, words, rect, ink, FRAME_MM) >= ink.foreign_words
    return Surroundings(
        inside=float((seen > 0).mean()),
        lit=lit,
        covered=foreign or _covered(sheet, paper, ink.paper_hue),
        in_place=framed or error <= limits.local_error_mm,
        legible=(framed or near >= 0.3) and sheet.contrast >= ink.contrast_floor,
        quiet=not sheet.bilevel and sheet.noise <= ink.quiet_noise and near >= ink.quiet_near,
    )


def _error_near(sheet: AlignedScan, words: Words, rect: Rect) -> tuple[float, float]:
    """Registration error in mm around a box and the typical correlation of the words there."""
    places = sheet.reference.words
    if not len(places):
        return 0.0, 1.0
    x, y, w, h = rect
    centre = places[:, :2] + places[:, 2:] / 2
    gap_x = np.maximum(np.maximum(x - centre[:, 0], centre[:, 0] - x - w), 0)
    gap_y = np.maximum(np.maximum(y - centre[:, 1], centre[:, 1] - y - h), 0)
    order = np.argsort(np.hypot(gap_x, gap_y))
    nearest = order[words.seen[order]][:6].tolist()
    if not nearest:
        return 99.0, 0.0
    good = [k for k in nearest if words.score[k] >= 0.45]
    typical = float(np.median(words.score[nearest]))
    if len(good) < 2:
        return 99.0, typical
    return float(np.median(np.linalg.norm(words.shift[good], axis=1))) / MM, typical


def _gaps(places: Array, rect: Rect) -> Array:
    """Distance in pixels of words from a box, 0 for those that reach into it."""
    x, y, w, h = rect
    across = np.maximum(np.maximum(x - places[:, 0] - places[:, 2], places[:, 0] - x - w), 0)
    down = np.maximum(np.maximum(y - places[:, 1] - places[:, 3], places[:, 1] - y - h), 0)
    return np.hypot(across, down)


def _words_under(sheet: AlignedScan, words: Words, rect: Rect, ink: InkThresholds, near_mm: float) -> int:
    """How many words near a box something lies on: their strokes are not there, other print may be."""
    return len(_hidden_words(sheet, words, rect, ink, near_mm))


def _hidden_words(sheet: AlignedScan, words: Words, rect: Rect, ink: InkThresholds, near_mm: float) -> Array:
    """Which words those are, n x 4 as in the reference."""
    near = words.seen & (_gaps(sheet.reference.words, rect) < near_mm * MM)
    hidden = near & (words.score < ink.foreign_word) & (words.covered < ink.foreign_covered)
    return sheet.reference.words[hidden]


def have_strayed(sheet: AlignedScan, places: Array) -> bool:
    """Whether words that are not in their place all stand further off, moved alike as bent paper moves them.

    Only told of seal boxes, beside which so much matters little.
    """
    across, down = round(_STRAY_MM[0] * MM), round(_STRAY_MM[1] * MM)
    page = softened(sheet.reference)
    moves: list[tuple[float, float]] = []
    for x, y, w, h in places.tolist():
        window = crop(sheet.gray, x - across, y - down, w + 2 * across, h + 2 * down)
        if window.shape != (h + 2 * down, w + 2 * across):
            return False
        answer = cv2.matchTemplate(
            cv2.GaussianBlur(window, (0, 0), 0.6), page[y : y + h, x : x + w], cv2.TM_CCOEFF_NORMED
        )
        _low, score, _where, (left, top) = cv2.minMaxLoc(answer)
        if score < _STRAY_WORD:
            return False
        moves.append((left - across, top - down))
    apart = np.ptp(np.array(moves, float), axis=0)
    return len(moves) > 1 and float(np.hypot(*apart)) < _ALIKE_MM * MM


def _covered(sheet: AlignedScan, paper: Array, hue: float) -> bool:
    """Local paper of another colour than the page's: a sticky note, a thumb, the table."""
    if paper.ndim == 2 or sheet.paper.ndim == 2:
        return False
    page = np.array(sheet.paper_color, np.float32)
    local = paper.reshape(-1, 3).astype(np.float32)
    brightness = np.maximum(local.mean(axis=1, keepdims=True), 20)
    difference = np.abs(local / brightness - page / max(float(page.mean()), 20.0)).max(axis=1) * 128
    return bool((difference > hue).mean() > 0.12)


def black_hat(gray: Array, reach_mm: float) -> Array:
    """Darkness of narrow things against what is around them, 0..255."""
    size = int(reach_mm * MM) | 1
    smooth = cv2.GaussianBlur(gray, (0, 0), 0.8)
    # A square kernel costs a tenth of a disk and differs only in the corners.
    return cv2.subtract(cv2.morphologyEx(smooth, cv2.MORPH_CLOSE, np.ones((size, size))), smooth)
