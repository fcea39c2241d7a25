"""Print that differs from the issued page, and ink where nobody writes: hints for a person, never proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from evidence.domain.document import (
    Alteration,
    BoxKind,
    IssuedPage,
    Mark,
    MarkVerdict,
)
from evidence.recognition.added_ink import added_ink, shows_added_ink
from evidence.recognition.aligned_scan import AlignedScan, crop, jpeg
from evidence.recognition.identity import Words
from evidence.recognition.reading import Array, PictureSink
from evidence.recognition.reference import MM, PT, softened
from evidence.recognition.rings import Ring
from evidence.recognition.surroundings import box_rect
from evidence.recognition.thresholds import DEFAULT, AlterationThresholds, Thresholds

_PIECE_REACH = 2
"""Pixels a piece of a word may stand off."""
_DATED_REACH = 3
"""Pixels a word in a date box may: half a millimetre."""
_STROKE = 120
"""Brightness up to which a pixel of the issued print is a stroke."""


PRINT, INK = "altered_print", "added_ink"
_UNCHECKED = {PRINT: "图像模糊，印刷内容无法逐字与签发件核对", INK: "黑白图像看不出书写处以外有无添写"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAlterations:
    """What became of the page since it was issued, as far as this copy shows it."""

    found: tuple[Alteration, ...] = ()
    """Regions a person should look at, in whole points."""
    unchecked: tuple[str, ...] = ()
    """Kinds that could not be looked for: neither found nor excluded."""

    def note(self, page: int) -> str:
        """Why nobody can tell, for the clerk; empty where everything was looked for."""
        reasons = "；".join(_UNCHECKED[kind] for kind in self.unchecked)
        return f"第{page}页改动情况无法判断（{reasons}），请对照签发件核对。" if reasons else ""


def find_alterations(
    sheet: AlignedScan,
    words: Words,
    issued: IssuedPage,
    rings: Sequence[Ring],
    lines: Array,
    marks: Sequence[Mark],
    pictures: PictureSink,
    thresholds: Thresholds = DEFAULT,
) -> PageAlterations:
    """Regions a person should look at, and what the copy is too poor to tell.

    Args:
        marks: what was seen in the boxes: a written date covers the printed 年 月 日, and takes none away.
    """
    dated = _dated(sheet.reference.words, issued, marks)
    unchecked: list[str] = []
    found: list[tuple[str, tuple[int, int, int, int]]] = []
    if _shows_words(words, dated, thresholds.alteration):
        found += [(PRINT, rect) for rect in _altered_print(words, dated, sheet, thresholds)]
    else:
        unchecked.append(PRINT)
    if shows_added_ink(sheet):
        found += [(INK, rect) for rect in added_ink(sheet, words, issued, rings, lines, thresholds)]
    else:
        unchecked.append(INK)
    alterations: list[Alteration] = []
    for kind, (x, y, w, h) in found:
        picture = pictures.put(jpeg(crop(sheet.raw, x - 30, y - 30, w + 60, h + 60)), ".jpg")
        region = (round(x / PT), round(y / PT), max(round(w / PT), 1), max(round(h / PT), 1))
        alterations.append(Alteration(page=issued.page, kind=kind, region=region, crop=picture))
    return PageAlterations(found=tuple(alterations), unchecked=tuple(unchecked))


def _shows_words(words: Words, dated: Array, limits: AlterationThresholds) -> bool:
    """Whether print is seen sharply enough for single words to be told from others."""
    seen = words.seen & ~dated
    return bool(seen.any()) and float(np.median(words.score[seen])) >= limits.page_score


def _dated(places: Array, issued: IssuedPage, marks: Sequence[Mark]) -> Array:
    """Words that lie in a date box somebody wrote in."""
    verdicts = {mark.box: mark.verdict for mark in marks}
    centres = places[:, :2] + places[:, 2:] / 2
    inside = np.zeros(len(places), bool)
    for box in issued.boxes:
        if box.kind is BoxKind.DATE and verdicts.get(box.box) is not MarkVerdict.ABSENT:
            x, y, w, h = box_rect(box, 1)
            across, down = centres[:, 0] - x, centres[:, 1] - y
            inside |= (across > 0) & (across < w) & (down > 0) & (down < h)
    return inside


def _altered_print(
    words: Words, dated: Array, sheet: AlignedScan, thresholds: Thresholds
) -> list[tuple[int, int, int, int]]:
    limits = thresholds.alteration
    seen = words.seen & ~dated
    typical = float(np.median(words.score[seen]))
    unlike, least = limits.word_score, limits.elsewhere_poor
    if typical >= limits.crisp_score:
        unlike, least = max(unlike, typical - limits.unlike_crisp), limits.elsewhere_crisp
    elif typical >= limits.sharp_score:
        least = limits.elsewhere
    bad = words.seen & (words.score < unlike) & (words.covered < limits.covered)
    places = sheet.reference.words
    for k in np.nonzero(bad)[0].tolist():
        x, y, w, h = places[k].tolist()
        place = (x - 1, y - 1, w + 2, h + 2)
        like = min(least, limits.elsewhere) if dated[k] else least  # digits beside it make it unlike itself
        if dated[k] and is_written_over(sheet, place, limits):
            bad[k] = False
        else:  # also where nobody can tell whether something was written over it
            bad[k] = not _stands_near(sheet, place, int(3 * MM), like)
    if typical >= limits.sharp_score:
        worse = seen & ~bad & (words.score < typical - limits.worse) & (words.score >= limits.word_score)
        for k in np.nonzero(worse)[0].tolist():
            bad[k] = _has_foreign_piece(sheet, places[k], words.shift[k], limits)
    bad &= _well_surrounded(sheet, words, places, bad, thresholds)
    return _joined([tuple(rect) for rect in places[bad].tolist()], sheet.gray.shape)


def _has_foreign_piece(sheet: AlignedScan, place: Array, shift: Array, limits: AlterationThresholds) -> bool:
    """Whether other print stands in a digit's worth of a word though the rest is there.

    Correlation of the piece alone, not of the word: two pale small digits leave a long word like itself.
    """
    x, y, w, h = (int(value) for value in place)
    dx, dy = (round(float(value)) for value in shift)
    x, y, w, h = x - 1, y - 1, w + 2, h + 2
    # A single character may stand a pixel off: renderers round each one's place for themselves.
    reach = _PIECE_REACH
    seen = crop(sheet.gray, x + dx - reach, y + dy - reach, w + 2 * reach, h + 2 * reach)
    issued, print_ = crop(sheet.reference.gray, x, y, w, h), crop(softened(sheet.reference), x, y, w, h)
    if seen.shape != (h + 2 * reach, w + 2 * reach) or issued.shape != (h, w):
        return False
    black = seen < 255 - 0.4 * max(sheet.contrast, 40.0)
    there = np.s_[reach : reach + h, reach : reach + w]
    near = cv2.dilate(black.astype(np.uint8), np.ones((3, 3)))[there] > 0
    strokes = issued < 110
    # Nothing is printed along a white streak of a worn drum; amid other digits rows and columns are inked.
    lost = strokes & ~near & black[there].any(axis=0) & black[there].any(axis=1, keepdims=True)
    width = min(round(limits.piece_mm * MM), w)
    wanted, missing = (
        np.convolve(mask.sum(axis=0, dtype=np.int32), np.ones(width, np.int32), "valid")
        for mask in (strokes, lost)
    )
    asked = (wanted >= limits.piece_strokes) & (missing > limits.piece_missing * wanted)
    for left in np.nonzero(asked)[0].tolist():
        window = cv2.GaussianBlur(seen[:, left : left + width + 2 * reach], (0, 0), 0.6)
        like = cv2.matchTemplate(window, print_[:, left : left + width], cv2.TM_CCOEFF_NORMED)
        if float(like.max()) < limits.piece_like:
            return True
    return False


def is_written_over(
    sheet: AlignedScan,
    place: tuple[int, int, int, int],
    limits: AlterationThresholds = DEFAULT.alteration,
) -> bool | None:
    """Whether a word that is unlike itself is still there beneath writing; None when that cannot be measured.

    Writing across print leaves its strokes dark; it only makes the word unlike itself.
    """
    dark = _dark_strokes(sheet, place)
    return None if dark is None else dark >= limits.dated


def _dark_strokes(sheet: AlignedScan, place: tuple[int, int, int, int]) -> float | None:
    """Share of a word's issued strokes that are dark, at the place near by where most of them are.

    None where the place reaches beyond the sheet or has no strokes.
    """
    x, y, w, h = place
    strokes = (crop(sheet.reference.gray, x, y, w, h) < _STROKE).astype(np.float32)
    reach = _DATED_REACH
    seen = cv2.GaussianBlur(crop(sheet.gray, x - reach, y - reach, w + 2 * reach, h + 2 * reach), (0, 0), 0.6)
    if strokes.shape != (h, w) or seen.shape != (h + 2 * reach, w + 2 * reach) or not strokes.any():
        return None
    level = 255 - 0.45 * max(sheet.contrast, 40.0)
    dark = (cv2.erode(seen, np.ones((3, 3))) < level).astype(np.float32)
    return float(cv2.matchTemplate(dark, strokes, cv2.TM_CCORR).max() / strokes.sum())


def _stands_near(sheet: AlignedScan, place: tuple[int, int, int, int], reach: int, least: float) -> bool:
    """Whether issued print is found within `reach` pixels of its place."""
    x, y, w, h = place
    window = crop(sheet.gray, x - reach, y - reach, w + 2 * reach, h + 2 * reach)
    print_ = crop(softened(sheet.reference), x, y, w, h)
    if window.shape[0] < print_.shape[0] or window.shape[1] < print_.shape[1]:
        return False
    return float(cv2.matchTemplate(window, print_, cv2.TM_CCOEFF_NORMED).max()) >= least


def _well_surrounded(
    sheet: AlignedScan, words: Words, places: Array, asked: Array, thresholds: Thresholds
) -> Array:
    """Words among those asked about whose neighbours lie where the issued page has them."""
    limits = thresholds.alteration
    centres = places[:, :2] + places[:, 2:] / 2
    good = words.seen & (words.score >= thresholds.registration.word_score)
    result = np.zeros(len(places), bool)
    for k in np.nonzero(asked)[0].tolist():
        distance = np.hypot(*(centres - centres[k]).T)
        distance[~words.seen] = np.inf
        nearest = np.argsort(distance)[1 : limits.neighbours + 1]
        unaltered = np.where(asked, np.inf, distance)
        near = np.argsort(unaltered)[: limits.near]
        near = near[np.isfinite(unaltered[near])]
        if len(near) < limits.known_near:
            continue
        if sheet.bent_mm > limits.bent_mm and unaltered[near[limits.known_near - 1]] > limits.known_mm * MM:
            continue  # bent paper: nobody knows how it runs on from there
        bent = float(np.median(np.linalg.norm(words.shift[near], axis=1))) > limits.near_shift_mm * MM
        result[k] = (
            not bent
            and float(good[near].mean()) >= limits.near_in_place
            and float(good[nearest].mean()) >= limits.neighbours_in_place
        )
    return result


def _joined(rects: Sequence[tuple[int, ...]], shape: tuple[int, ...]) -> list[tuple[int, int, int, int]]:
    """Neighbouring words become one region."""
    if not rects:
        return []
    mask = np.zeros((shape[0] // 4 + 1, shape[1] // 4 + 1), np.uint8)
    for x, y, w, h in rects:
        mask[y // 4 : (y + h) // 4 + 1, x // 4 : (x + w) // 4 + 1] = 1
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((int(2 * MM / 4), int(9 * MM / 4))))
    count, _labels, stats, _centres = cv2.connectedComponentsWithStats(joined)
    return [(4 * x, 4 * y, 4 * w, 4 * h) for x, y, w, h, _size in stats[1:count].tolist()]
