"""Signatures, dates and seals of one registered page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from evidence.domain.document import Box, BoxKind, IssuedPage, Mark, MarkVerdict
from evidence.domain.identifiers import Sha256
from evidence.recognition.aligned_scan import AlignedScan, crop, jpeg
from evidence.recognition.doubts import BETWEEN, COVERED, FILE_INK
from evidence.recognition.folds import unprinted_lines
from evidence.recognition.frames import FRAME_MM, frame_is_whole
from evidence.recognition.identity import Words
from evidence.recognition.ink import find_ink
from evidence.recognition.ink_thresholds import InkThresholds
from evidence.recognition.local_print import print_is_gone_around
from evidence.recognition.reading import Array, PictureSink
from evidence.recognition.reference import MM
from evidence.recognition.rings import Ring
from evidence.recognition.seals import SealFinding, belongs, find_seal
from evidence.recognition.surroundings import Surroundings, box_rect, look_around
from evidence.recognition.thresholds import DEFAULT, Thresholds

_FILE_INK_MM2 = 1.0
"""Area that annotations and form fields draw in a box from which its mark is theirs."""
_BORDER_MM = 2.0
"""How far outside a seal box its own rules lie at most."""
_SLIPPED_MM = 3.0
"""How far a seal must reach into a box to be perhaps its own."""
_COPIED_BOXES = 2
_GRAY_HUE = 7.0
"""Chroma over the paper's that toner does not reach; blue pens have 20-130, black ones up to 8."""
_WRITTEN = 70
FINGERPRINT_SUFFIX = ".fingerprint"
"""Box id of a 捺印 beside the signature it accompanies: its own mark, never the signature's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageMarks:
    """Marks of a page and what the clerk should know about them."""

    marks: tuple[Mark, ...]
    notes: tuple[str, ...]
    rings: tuple[Ring, ...]
    """Seals and seal-like rings, for the rest of the page's judgement."""
    lines: Array
    """Folds and streaks."""


def judge_marks(
    sheet: AlignedScan,
    words: Words,
    issued: IssuedPage,
    pictures: PictureSink,
    thresholds: Thresholds = DEFAULT,
) -> PageMarks:
    """Every box of the page, in the form's order."""
    views = {box.box: look_around(sheet, words, box, thresholds) for box in issued.boxes}
    seals = _seals(sheet, issued, views, thresholds)
    rings = tuple(
        ring
        for finding in seals.values()
        for ring in (finding.ring, *finding.loose)
        if ring is not None and ring.sectors >= 0.3
    )
    lines = unprinted_lines(sheet, thresholds.ink)
    marks: list[Mark] = []
    notes: list[str] = []
    for box in issued.boxes:
        picture = pictures.put(
            jpeg(crop(sheet.raw, *box_rect(box, 6 if box.kind is BoxKind.SEAL else 3))), ".jpg"
        )
        if box.kind is BoxKind.SEAL:
            finding = seals[box.box]
            marks.append(
                _named(
                    sheet,
                    box,
                    views[box.box],
                    _mark(box, issued.page, finding.verdict, finding.score, picture, finding.why),
                )
            )
            if finding.copy:
                notes.append(f"第{issued.page}页的印章像是复印件，不是原印。")
            continue
        ink = find_ink(sheet, box, issued, views[box.box], rings, lines, thresholds)
        marks.append(
            _named(
                sheet, box, views[box.box], _mark(box, issued.page, ink.verdict, ink.score, picture, ink.why)
            )
        )
        if ink.fingerprint:
            marks.append(
                Mark(
                    box=box.box + FINGERPRINT_SUFFIX,
                    kind=BoxKind.FINGERPRINT,
                    role=box.role,
                    page=issued.page,
                    required=False,
                    verdict=MarkVerdict.PRESENT,
                    score=700,
                    crop=picture,
                )
            )
    notes += _copy_notes(sheet, issued, marks)
    notes += _scan_notes(sheet, issued, marks, thresholds)
    return PageMarks(marks=tuple(marks), notes=tuple(notes), rings=rings, lines=lines)


def _named(sheet: AlignedScan, box: Box, view: Surroundings, mark: Mark) -> Mark:
    """The mark, asked and named where the file itself drew it or something lies on the box."""
    drawn = sheet.paperless and mark.verdict is not MarkVerdict.ABSENT
    if sheet.file_ink is not None:
        drawn |= int(np.count_nonzero(crop(sheet.file_ink, *box_rect(box)))) > _FILE_INK_MM2 * MM * MM
    if drawn:
        return replace(mark, verdict=MarkVerdict.UNDECIDED, score=min(mark.score, 600), why=FILE_INK)
    if mark.verdict is MarkVerdict.UNDECIDED and view.covered and not mark.why:
        return replace(mark, why=COVERED)
    return mark


def _mark(box: Box, page: int, verdict: MarkVerdict, score: int, picture: Sha256, why: str = "") -> Mark:
    return Mark(
        box=box.box,
        kind=box.kind,
        role=box.role,
        page=page,
        required=box.required,
        verdict=verdict,
        score=max(0, min(score, 1000)),
        crop=picture,
        why=why,
    )


def _seals(
    sheet: AlignedScan, issued: IssuedPage, views: dict[str, Surroundings], thresholds: Thresholds
) -> dict[str, SealFinding]:
    """Each ring belongs to the seal box whose middle is nearest; the others are judged without it.

    The fullest ring first: a part of it makes circles in a neighbouring box.
    """
    boxes = [box for box in issued.boxes if box.kind is BoxKind.SEAL]
    for box in boxes:
        # Present, as absent, is said only of the form's own paper.
        if sheet.colored and hides_a_seal(sheet, box, thresholds.ink):
            views[box.box] = replace(views[box.box], covered=True)
    findings = {box.box: find_seal(sheet, box, views[box.box], (), thresholds.seal) for box in boxes}
    waiting, owned = list(boxes), list[Ring]()
    while len(waiting) > 1:
        waiting.sort(key=lambda box: _sectors(findings[box.box]), reverse=True)
        first, *waiting = waiting
        ring = findings[first.box].ring
        if ring is None:
            break
        nearest = min(boxes, key=lambda other: _distance(ring, other))
        if nearest.box == first.box:
            owned.append(ring)
        elif nearest in waiting:
            waiting.append(first)  # it is judged again without the neighbour's ring
            owned.append(ring)
            waiting.remove(nearest)
        for box in waiting:
            if _reaches(ring, findings[box.box].ring):
                findings[box.box] = find_seal(sheet, box, views[box.box], tuple(owned), thresholds.seal)

    def without(box: Box, ring: Ring) -> SealFinding:
        return find_seal(sheet, box, views[box.box], (ring,), thresholds.seal)

    return asked_beside(asked_between(shared_out(findings, boxes, without), boxes), boxes)


def asked_beside(findings: dict[str, SealFinding], boxes: Sequence[Box]) -> dict[str, SealFinding]:
    """A box into which a seal reaches that is no box's own is not empty: it may have slipped."""
    asked = dict(findings)
    owned = [finding.ring for finding in findings.values() if finding.ring is not None]
    for box in boxes:
        finding = findings[box.box]
        slipped = any(
            belongs(ring, box, ring.radius / MM - _SLIPPED_MM)
            and not any(_reaches(ring, other, 0.3) for other in owned)
            for ring in finding.loose
        )
        if finding.verdict is MarkVerdict.ABSENT and slipped:
            asked[box.box] = replace(finding, verdict=MarkVerdict.UNDECIDED, score=400)
    return asked


def shared_out(
    findings: dict[str, SealFinding], boxes: Sequence[Box], without: Callable[[Box, Ring], SealFinding]
) -> dict[str, SealFinding]:
    """A seal on the border goes to the box that has no other, where the other has one of its own.

    Args:
        without: judges a box anew with a ring left out.
    """
    shared = dict(findings)
    for box in boxes:
        ring = shared[box.box].ring
        if ring is None or shared[box.box].verdict is not MarkVerdict.PRESENT:
            continue
        for other in boxes:
            if other is box or shared[other.box].verdict is MarkVerdict.PRESENT or not belongs(ring, other):
                continue
            own = without(box, ring)
            if own.verdict is MarkVerdict.PRESENT and own.ring is not None and not belongs(own.ring, other):
                shared[box.box], shared[other.box] = own, shared[box.box]
                break
    return shared


def hides_a_seal(sheet: AlignedScan, box: Box, limits: InkThresholds = DEFAULT.ink) -> bool:
    """Whether print around a seal box is not there, so that something may lie on the box.

    Where its frame is whole, what is missing beyond it was painted out or replaced.
    """
    gone = print_is_gone_around(sheet, box_rect(box, _BORDER_MM), limits)
    if gone and frame_is_whole(sheet, box_rect(box)):
        return print_is_gone_around(sheet, box_rect(box, FRAME_MM), limits)
    return gone


def asked_between(findings: dict[str, SealFinding], boxes: Sequence[Box]) -> dict[str, SealFinding]:
    """Both boxes are asked where a seal lies between them and the other has none: it may be either's."""
    asked = dict(findings)
    for box in boxes:
        ring = findings[box.box].ring
        if ring is None or findings[box.box].verdict is not MarkVerdict.PRESENT:
            continue
        for other in boxes:
            unsealed = findings[other.box].verdict is not MarkVerdict.PRESENT
            if other is not box and unsealed and belongs(ring, other):
                for either in (box.box, other.box):
                    score = min(findings[either].score, 600)
                    asked[either] = replace(
                        findings[either], verdict=MarkVerdict.UNDECIDED, score=score, why=BETWEEN
                    )
    return asked


def _sectors(finding: SealFinding) -> float:
    return 0.0 if finding.ring is None else finding.ring.sectors


def _reaches(ring: Ring, other: Ring | None, share: float = 1.15) -> bool:
    """Whether two rings overlap or nearly touch: a circle in a box may be the edge of the next box's seal.

    Args:
        share: how far apart their middles may lie, in shares of both radii.
    """
    if other is None:
        return False
    return float(np.hypot(ring.x - other.x, ring.y - other.y)) < share * (ring.radius + other.radius)


def _distance(ring: Ring, box: Box) -> float:
    x, y, w, h = box_rect(box)
    return float(np.hypot(ring.x - x - w / 2, ring.y - y - h / 2))


def _copy_notes(sheet: AlignedScan, issued: IssuedPage, marks: Sequence[Mark]) -> Sequence[str]:
    """A page without its seal on which all writing is as gray as toner may be a photocopy that lost it."""
    verdicts = {mark.box: mark.verdict for mark in marks}
    boxes = {box.box: box for box in issued.boxes}
    unsealed = any(
        box.kind is BoxKind.SEAL and box.required and verdicts[box.box] is MarkVerdict.ABSENT
        for box in issued.boxes
    )
    written = [
        boxes[mark.box]
        for mark in marks
        if mark.kind in (BoxKind.SIGNATURE, BoxKind.DATE) and mark.verdict is MarkVerdict.PRESENT
    ]
    if not unsealed or not sheet.colored or sheet.paperless or len(written) < _COPIED_BOXES:
        return ()
    if max(_ink_hue(sheet, box) for box in written) > _GRAY_HUE:
        return ()
    return (f"第{issued.page}页没有彩色墨迹，可能是复印件，印章也许没有印出来，请核对原件。",)


def _ink_hue(sheet: AlignedScan, box: Box) -> float:
    """Chroma of what is written in a box, 0..255."""
    patch = cv2.GaussianBlur(sheet.color(*box_rect(box, -1.0)), (0, 0), 1.0).astype(np.int16)
    dark = patch.min(axis=2) < 255 - _WRITTEN
    chroma = patch.max(axis=2) - patch.min(axis=2)
    paper = float(np.median(chroma))
    return float(np.percentile(chroma[dark], 75)) - paper if np.count_nonzero(dark) > 30 else 0.0


def _scan_notes(
    sheet: AlignedScan, issued: IssuedPage, marks: Sequence[Mark], thresholds: Thresholds
) -> Sequence[str]:
    """A better scan is asked for only where a seal stays open that it would decide."""
    open_seal = any(
        mark.kind is BoxKind.SEAL and mark.verdict is MarkVerdict.UNDECIDED and not mark.why for mark in marks
    )
    poor = sheet.dpi < thresholds.page.poor_dpi
    if open_seal and not sheet.paperless and (not sheet.colored or poor):
        return (f"第{issued.page}页有盖章处，请用彩色、200 dpi 以上重新扫描。",)
    return ()
