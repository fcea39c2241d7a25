"""Word by word: is the issued print really on this sheet, and is it this case's print?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np

from evidence.recognition.aligned_scan import AlignedScan
from evidence.recognition.reading import Array
from evidence.recognition.reference import MM, Reference, softened
from evidence.recognition.registration import peak
from evidence.recognition.thresholds import DEFAULT, Thresholds

_REACH = 4
_FAR = 20
"""Pixels up and down, 3.4 mm, within which a word is looked for again: less than a line, and never sideways,
where the characters of another name stand."""
_PLAIN = 0.62
ENOUGH = 5
"""Words from which a share of them means something."""
FEW = 3
"""Words that prove a page when every one of them is in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What became of each word of the reference on the scan; arrays in the reference's order."""

    score: Array
    """Correlation -1..1 at the best place within 0.7 mm; NaN outside the picture."""
    found: Array
    """Same within 3.4 mm up and down: heads and feet of sheets that are held bend away."""
    covered: Array
    """Share 0..1 of the word's issued strokes that are dark on the scan."""
    ink: Array
    """Ink in the word's place relative to the issued ink."""
    shift: Array
    """n x 2 displacement in pixels, meaningful where the score is good."""

    @property
    def seen(self) -> Array:
        """Words that lie inside the picture."""
        return ~np.isnan(self.score)


class Identity(StrEnum):
    """Whether the sheet is the page its code says."""

    PROVEN = "proven"
    UNDECIDED = "code"
    CONTRADICTED = "contradicted"


def compare_words(sheet: AlignedScan) -> Words:
    """Correlate every printed word with its place on the scan."""
    reference = sheet.reference
    page = softened(reference)
    seen = cv2.GaussianBlur(sheet.gray, (0, 0), 0.6)
    level = 255 - 0.45 * max(sheet.contrast, 40.0)
    count = len(reference.words)
    score, found = np.full(count, np.nan), np.full(count, np.nan)
    covered, ink = np.zeros(count), np.zeros(count)
    shift = np.zeros((count, 2))
    h, w = reference.shape
    for k, (x, y, width, height) in enumerate(reference.words.tolist()):
        x0, y0, x1, y1 = x - 1, y - 1, x + width + 1, y + height + 1
        if x0 < _REACH or y0 < _REACH or x1 > w - _REACH or y1 > h - _REACH:
            continue
        if not sheet.whole and sheet.inside[y0:y1, x0:x1].min() == 0:
            continue
        window = seen[y0 - _REACH : y1 + _REACH, x0 - _REACH : x1 + _REACH]
        template = page[y0:y1, x0:x1]
        answer = cv2.matchTemplate(window, template, cv2.TM_CCOEFF_NORMED)
        _low, best, _where, (left, top) = cv2.minMaxLoc(answer)
        score[k] = found[k] = best if np.isfinite(best) else 0.0
        dx, dy = peak(answer, left, top)
        shift[k] = (left - _REACH + dx, top - _REACH + dy)
        if score[k] < _PLAIN and min(y0, h - y1) > _FAR:
            further = seen[y0 - _FAR : y1 + _FAR, x0 - _REACH : x1 + _REACH]
            better = cv2.minMaxLoc(cv2.matchTemplate(further, template, cv2.TM_CCOEFF_NORMED))[1]
            found[k] = better if np.isfinite(better) else score[k]
        if score[k] >= _PLAIN:
            covered[k] = ink[k] = 1.0  # a word that is plainly there needs no closer look
            continue
        strokes = reference.gray[y0:y1, x0:x1] < 120
        there = window[top : top + y1 - y0, left : left + x1 - x0] < level
        darkest = cv2.erode(window, np.ones((3, 3)))
        reached = darkest[top : top + y1 - y0, left : left + x1 - x0][strokes]
        covered[k] = float((reached < level).mean()) if reached.size else 1.0
        ink[k] = float(there.sum()) / max(float((reference.gray[y0:y1, x0:x1] < 170).sum()), 1.0)
    return Words(score=score, found=found, covered=covered, ink=ink, shift=shift)


def distinctive_words(reference: Reference, sibling: Reference) -> Array:
    """Which words of a page another issue of the same form does not carry in the same place."""
    page, other = softened(reference), softened(sibling)
    if page.shape != other.shape:
        return np.ones(len(reference.words), bool)
    own = np.ones(len(reference.words), bool)
    h, w = reference.shape
    for k, (x, y, width, height) in enumerate(reference.words.tolist()):
        x0, y0, x1, y1 = max(x - 2, 0), max(y - 2, 0), min(x + width + 2, w), min(y + height + 2, h)
        template = page[y : y + height, x : x + width]
        answer = cv2.matchTemplate(other[y0:y1, x0:x1], template, cv2.TM_CCOEFF_NORMED)
        own[k] = not float(answer.max()) > 0.75
    for x, y, width, height in reference.numbers.tolist():
        # The number differs by a digit or two only: too little to tell cases apart by.
        centre = reference.words[:, :2] + reference.words[:, 2:] / 2
        near = (
            (centre[:, 0] > x - MM)
            & (centre[:, 0] < x + width + MM)
            & (centre[:, 1] > y - MM)
            & (centre[:, 1] < y + height + MM)
        )
        own &= ~near
    return own


def judge_identity(
    words: Words, own: Array | None, tile_share: float, thresholds: Thresholds = DEFAULT
) -> tuple[Identity, float]:
    """Identity of a registered sheet and the share of words in place.

    Args:
        own: the words only this case's page carries, None when no other issue of the form is known.
    """
    limits = thresholds.registration
    counted = words.seen if own is None else words.seen & own
    total = int(counted.sum())
    if own is not None and FEW <= total < ENOUGH and bool((words.found[counted] >= limits.word_score).all()):
        # An annex page carries little of its own: the enterprise's name in its head. All of it must be there.
        return Identity.PROVEN, 1.0
    if own is not None and total < ENOUGH:
        everything = words.seen
        share = float((words.found[everything] >= limits.word_score).mean()) if everything.any() else 0.0
        wrong = share < 0.5 and _legible(words, everything, limits.unreadable)
        return (Identity.CONTRADICTED if wrong else Identity.UNDECIDED), share
    if total < ENOUGH:
        return Identity.UNDECIDED, tile_share
    scores = words.found[counted]
    share = float((scores >= limits.word_score).mean())
    replaced = counted & (words.found < thresholds.alteration.word_score) & (words.ink > 0.35)
    foreign = float(replaced.sum()) / total
    # With a sibling known only the filled words count, and another case contradicts most of them.
    bound, most = (
        (limits.contradicted, limits.proven) if own is None else (limits.contradicted_own, limits.missing_own)
    )
    if foreign >= bound and share < most:
        sharp = own is None or _legible(words, words.seen & ~own, limits.unreadable)
        return (Identity.CONTRADICTED if sharp else Identity.UNDECIDED), share
    if share >= (limits.proven if own is None else limits.proven_own):
        return Identity.PROVEN, share
    return Identity.UNDECIDED, share


def _legible(words: Words, mask: Array, least: float) -> bool:
    """Whether print that must be there is seen well enough for its absence elsewhere to mean something."""
    return not mask.any() or float(np.median(words.score[mask])) >= least
