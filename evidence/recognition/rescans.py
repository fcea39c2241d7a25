"""A page that is scanned again: whether its marks are made of strokes that the earlier scan lacks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from evidence.domain.document import Box, BoxKind, IssuedPage, Mark, MarkVerdict
from evidence.recognition.aligned_scan import PAPER, AlignedScan
from evidence.recognition.identity import Words
from evidence.recognition.ink import find_ink
from evidence.recognition.marks import PageMarks
from evidence.recognition.reading import Array, EarlierScan
from evidence.recognition.reference import MM
from evidence.recognition.seals import find_seal
from evidence.recognition.surroundings import black_hat, look_around
from evidence.recognition.thresholds import DEFAULT, Thresholds

_LIKE_BEFORE_MM = 1.2
"""What lies this near to ink of the earlier scan was there before: two scans lie that far apart at most."""
_FAINT = 0.6
"""Share of a stroke's least darkness from which something was there before."""
_RED = 8
"""Redness from which something red was there before."""


def with_new_strokes(
    sheet: AlignedScan,
    words: Words,
    issued: IssuedPage,
    marks: PageMarks,
    earlier: Sequence[EarlierScan],
    thresholds: Thresholds = DEFAULT,
) -> tuple[Mark, ...]:
    """The marks; those present now and absent before name the scans that lack their strokes.

    What was there before is painted over and the box judged again: only what came since may sign it.
    """
    found = {mark.box: mark for mark in marks.marks}
    for scan in earlier:
        asked = [
            box
            for box in issued.boxes
            if box.box in scan.absent and found[box.box].verdict is MarkVerdict.PRESENT
        ]
        picture = _picture(scan, sheet) if asked else None
        if picture is None:
            continue
        since = _without(sheet, picture, thresholds)
        for box in asked:
            if _present(since, words, box, issued, marks, thresholds):
                mark = found[box.box]
                found[box.box] = replace(mark, new_since=(*mark.new_since, scan.picture))
    return tuple(found[mark.box] for mark in marks.marks)


def _present(
    sheet: AlignedScan, words: Words, box: Box, issued: IssuedPage, marks: PageMarks, thresholds: Thresholds
) -> bool:
    view = look_around(sheet, words, box, thresholds)
    if box.kind is BoxKind.SEAL:
        return find_seal(sheet, box, view, (), thresholds.seal).verdict is MarkVerdict.PRESENT
    ink = find_ink(sheet, box, issued, view, marks.rings, marks.lines, thresholds)
    return ink.verdict is MarkVerdict.PRESENT


def _picture(scan: EarlierScan, sheet: AlignedScan) -> Array | None:
    """The earlier scan's upright picture, in the frame of the page; None when it is gone or another size."""
    if not scan.path or not Path(scan.path).is_file():
        return None
    picture = cv2.imdecode(np.fromfile(scan.path, np.uint8), cv2.IMREAD_UNCHANGED)
    if picture is None or picture.shape[:2] != sheet.gray.shape[:2]:
        return None
    return picture


def _without(sheet: AlignedScan, earlier: Array, thresholds: Thresholds) -> AlignedScan:
    """The sheet with paper wherever the earlier scan shows ink that the form has not printed."""
    gray = earlier if earlier.ndim == 2 else cv2.cvtColor(earlier, cv2.COLOR_BGR2GRAY)
    there = black_hat(gray, thresholds.ink.blackhat_mm) > _FAINT * thresholds.ink.weak
    if earlier.ndim == 3:
        blue, green, red = cv2.split(cv2.GaussianBlur(earlier, (0, 0), 1.0))
        there |= cv2.subtract(red, cv2.max(blue, green)) > _RED + _tint(earlier)
    printed = cv2.dilate((sheet.reference.gray < 210).astype(np.uint8), np.ones((7, 7))) > 0
    before = (there & ~printed).astype(np.uint8)
    reach = int(_LIKE_BEFORE_MM * MM)
    before = cv2.morphologyEx(before, cv2.MORPH_OPEN, np.ones((2, 2)))  # grain is nothing that was there
    covered = (cv2.dilate(before, np.ones((2 * reach + 1,) * 2)) > 0) & ~printed
    now, raw = sheet.gray.copy(), sheet.raw.copy()
    now[covered] = 255
    paper = cv2.resize(sheet.paper, None, fx=PAPER, fy=PAPER, interpolation=cv2.INTER_LINEAR)
    h, w = min(paper.shape[0], raw.shape[0]), min(paper.shape[1], raw.shape[1])
    raw[:h, :w][covered[:h, :w]] = paper[:h, :w][covered[:h, :w]]
    return replace(sheet, gray=now, raw=raw)


def _tint(picture: Array) -> int:
    """Redness of the paper itself."""
    blue, green, red = cv2.split(picture[::8, ::8])
    return int(np.median(cv2.subtract(red, cv2.max(blue, green))))
