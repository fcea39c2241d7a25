"""Print that differs from the issued page, and ink where nobody writes: hints for a person, never proof."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from evidence.domain.document import Alteration, BoxKind, IssuedPage
from evidence.recognition.identity import Words
from evidence.recognition.ink import stroke_width
from evidence.recognition.reading import Array, PictureSink
from evidence.recognition.reference import MM, PT
from evidence.recognition.seals import Ring
from evidence.recognition.sheet import Sheet, crop, jpeg
from evidence.recognition.surroundings import black_hat, box_rect
from evidence.recognition.thresholds import DEFAULT, Thresholds

_EDGE_MM = 12
"""Holes, staples, thumbs and scanner borders live in the margin; nothing there is reported."""


def find_alterations(
    sheet: Sheet,
    words: Words,
    issued: IssuedPage,
    rings: Sequence[Ring],
    lines: Array,
    pictures: PictureSink,
    thresholds: Thresholds = DEFAULT,
) -> tuple[Alteration, ...]:
    """Regions a person should look at, in whole points."""
    found = [("altered_print", rect) for rect in _altered_print(words, sheet, thresholds)]
    found += [("added_ink", rect) for rect in _added_ink(sheet, issued, rings, lines, thresholds)]
    alterations: list[Alteration] = []
    for kind, (x, y, w, h) in found:
        picture = pictures.put(jpeg(crop(sheet.raw, x - 30, y - 30, w + 60, h + 60)), ".jpg")
        region = (round(x / PT), round(y / PT), max(round(w / PT), 1), max(round(h / PT), 1))
        alterations.append(Alteration(page=issued.page, kind=kind, region=region, crop=picture))
    return tuple(alterations)


def _altered_print(words: Words, sheet: Sheet, thresholds: Thresholds) -> list[tuple[int, int, int, int]]:
    limits = thresholds.alteration
    seen = words.seen
    if not seen.any() or float(np.median(words.score[seen])) < limits.page_score or sheet.bilevel:
        return []
    bad = seen & (words.score < limits.word_score) & (words.covered < limits.covered)
    return _joined([tuple(rect) for rect in sheet.reference.words[bad].tolist()], sheet.gray.shape)


def _added_ink(
    sheet: Sheet, issued: IssuedPage, rings: Sequence[Ring], lines: Array, thresholds: Thresholds
) -> list[tuple[int, int, int, int]]:
    limits = thresholds.alteration
    if sheet.bilevel:
        return []
    page = sheet.reference.gray
    closed = cv2.dilate((page < 210).astype(np.uint8), np.ones((9, 9)))
    edge = int(_EDGE_MM * MM)
    closed[:edge] = closed[-edge:] = 1
    closed[:, :edge] = closed[:, -edge:] = 1
    for box in issued.boxes:
        grow = 18 if box.kind is BoxKind.SEAL else limits.writable_mm
        x, y, w, h = box_rect(box, grow)
        closed[max(int(y), 0) : max(int(y + h), 0), max(int(x), 0) : max(int(x + w), 0)] = 1
    for code in issued.codes:
        x, y, size = code.x * PT - 10, code.y * PT - 10, code.size * PT + 20
        closed[max(int(y), 0) : int(y + size), max(int(x), 0) : int(x + size)] = 1
    for ring in rings:
        cv2.circle(closed, (int(ring.x), int(ring.y)), int(ring.radius * 1.1 + 4), 1, -1)
    free = (closed == 0) & (lines == 0) & (sheet.inside > 0)
    half = cv2.resize(sheet.gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    if not _anything(half, free[::2, ::2], thresholds):
        return []
    dark = black_hat(sheet.gray, thresholds.ink.blackhat_mm)
    dark[~free] = 0
    weak = max(thresholds.ink.weak + 6, thresholds.ink.noise_gain * sheet.noise + 20)
    ink = (dark > weak).astype(np.uint8)
    count, labels, stats, _centres = cv2.connectedComponentsWithStats(ink, connectivity=8)
    keep = np.zeros(count, bool)
    lengths = np.zeros(count)
    for k in range(1, count):
        x, y, w, h, size = stats[k].tolist()
        if max(w, h) < 1.5 * MM or size < 0.3 * MM**2:
            continue
        part = dark[y : y + h, x : x + w][labels[y : y + h, x : x + w] == k]
        if np.percentile(part, 90) < max(thresholds.ink.strong + 16, 1.5 * weak):
            continue
        mask = (labels[y : y + h, x : x + w] == k).astype(np.uint8)
        width, broad = stroke_width(mask, thresholds.ink.thick_mm)
        if broad:
            continue
        keep[k] = True
        lengths[k] = size / max(width, 1.0) / MM
    if not keep.any():
        return []
    marked = keep[labels].astype(np.uint8)
    groups, group_labels, group_stats, _where = cv2.connectedComponentsWithStats(
        cv2.dilate(marked, np.ones((int(5 * MM),) * 2))
    )
    found: list[tuple[int, int, int, int]] = []
    for g in range(1, groups):
        members = np.unique(labels[(group_labels == g) & (marked > 0)])
        area = float(((group_labels == g) & (marked > 0)).sum()) / MM**2
        if float(lengths[members].sum()) >= limits.added_mm and area >= limits.added_mm2:
            x, y, w, h, _size = group_stats[g].tolist()
            found.append((x, y, w, h))
    return found


def _anything(half: Array, free: Array, thresholds: Thresholds) -> bool:
    """A quick look at half size: most pages carry no ink outside their boxes."""
    dark = cv2.subtract(cv2.morphologyEx(half, cv2.MORPH_CLOSE, np.ones((11, 11))), half)
    dark = dark[: free.shape[0], : free.shape[1]]
    # Half of the least reportable area, at half resolution.
    least = 0.5 * thresholds.alteration.added_mm2 * MM**2 / 4
    return float((dark[free[: dark.shape[0], : dark.shape[1]]] > thresholds.ink.weak).sum()) > least


def _joined(rects: Sequence[tuple[int, ...]], shape: tuple[int, ...]) -> list[tuple[int, int, int, int]]:
    """Neighbouring words become one region."""
    if not rects:
        return []
    mask = np.zeros(shape[:2], np.uint8)
    for x, y, w, h in rects:
        mask[y : y + h, x : x + w] = 1
    joined = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((int(2 * MM), int(9 * MM))))
    count, _labels, stats, _centres = cv2.connectedComponentsWithStats(joined)
    return [(x, y, w, h) for x, y, w, h, _size in stats[1:count].tolist()]
