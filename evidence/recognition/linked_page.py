"""A page whose code is known: laid on its form, proven to be that page, its marks judged."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from evidence.domain.arrival_outcome import Reason
from evidence.domain.document import IssuedPage, Mark, MarkVerdict, ScannedPage
from evidence.domain.identifiers import ArrivalId, Sha256
from evidence.domain.page_code import PageCode
from evidence.recognition.aligned_scan import AlignedScan, align, jpeg
from evidence.recognition.alterations import INK, PRINT, find_alterations
from evidence.recognition.codes import FoundCode
from evidence.recognition.damaged_page import without_accusations
from evidence.recognition.identity import Identity, Words, compare_words, judge_identity
from evidence.recognition.marks import PageMarks, judge_marks
from evidence.recognition.number_print import number_proves
from evidence.recognition.pages import PagePicture
from evidence.recognition.reading import (
    Array,
    FormLookup,
    PageReading,
    PictureSink,
)
from evidence.recognition.reference_cache import own_words, reference_of, siblings
from evidence.recognition.registration import Registration, register
from evidence.recognition.rescans import with_new_strokes
from evidence.recognition.suggestions import whose_print

_PREVIEW_SIDE = 1240
_NO_ARRIVAL = ArrivalId("")
_NO_DIGEST = Sha256("")


def linked_page(
    picture: PagePicture,
    gray: Array,
    found: tuple[FoundCode, ...],
    code: PageCode,
    forms: FormLookup,
    previews: PictureSink,
    *,
    ocr: bool,
) -> PageReading:
    """Register on the page the code names, prove it is that page, judge its marks."""
    issued = next(page for page in forms.geometry(code.number) if page.page == code.page)
    reference = reference_of(forms, code.number, issued)
    registration = register(gray, reference, found, issued)
    if registration is None or picture.image is None:
        return _only_code(picture, code, issued, previews)
    sheet = align(picture, registration, reference)
    words = compare_words(sheet)
    identity, share = _identity(sheet, words, registration, forms, code)
    if identity is Identity.CONTRADICTED:
        return _wrong_case(picture, gray, sheet, code, forms, previews, ocr=ocr)
    marks = judge_marks(sheet, words, issued, previews)
    earlier = forms.earlier(code.number, code.page)
    if earlier:
        marks = replace(marks, marks=with_new_strokes(sheet, words, issued, marks, earlier))
    notes = list(marks.notes)
    if identity is Identity.UNDECIDED:
        notes.append(f"第{code.page}页靠条码归档，印刷内容不足以证明是本案的这一页，请人工核对。")
    altered = find_alterations(sheet, words, issued, marks.rings, marks.lines, marks.marks, previews)
    if note := altered.note(code.page):
        notes.append(note)
    quality = _quality(marks, words, registration, sheet, share)
    upright = previews.put(jpeg(sheet.raw), ".jpg")
    scan = ScannedPage(
        number=code.number,
        page=code.page,
        arrival=_NO_ARRIVAL,
        sha256=_NO_DIGEST,
        index=picture.index,
        quality=quality,
        marks=marks.marks,
        alterations=altered.found,
        unchecked=altered.unchecked,
        notes=tuple(notes),
        identity=identity.value,
        picture=upright,
        rotation=registration.placement.turn_to_upright(),
        compared_with=tuple(scan.picture for scan in earlier),
    )
    if sheet.damage is not None and sheet.damage.any():
        scan = without_accusations(scan, issued, sheet.damage)
    return PageReading(
        index=picture.index,
        number=code.number,
        page=code.page,
        scan=scan,
        picture=upright,
        quality=scan.quality,
    )


def _identity(
    sheet: AlignedScan, words: Words, registration: Registration, forms: FormLookup, code: PageCode
) -> tuple[Identity, float]:
    """Whether it is the page that its code names, and the share of the page's own print that was seen."""
    sisters = siblings(forms, code)
    identity, share = judge_identity(words, own_words(sheet.reference, sisters), registration.share)
    if identity is Identity.CONTRADICTED and sheet.damage is not None:
        identity = Identity.UNDECIDED  # print that did not survive contradicts nothing
    if identity is Identity.UNDECIDED and number_proves(sheet, sisters):
        identity = Identity.PROVEN
    return identity, share


def _wrong_case(
    picture: PagePicture,
    gray: Array,
    sheet: AlignedScan,
    code: PageCode,
    forms: FormLookup,
    previews: PictureSink,
    *,
    ocr: bool,
) -> PageReading:
    """Another page than its code says: filed nowhere, with a guess at whose print it is."""
    likely = whose_print(picture, gray, forms, ocr=ocr)
    guess = f"看内容可能是 {likely[0].number} 第{likely[0].page}页，请人工确认。" if likely else ""
    return PageReading(
        index=picture.index,
        problem=Reason.WRONG_CASE,
        message=f"条码写的是 {code.number} 第{code.page}页，但纸上印的内容不是这一页。{guess}",
        number=code.number,
        page=code.page,
        suggestions=likely,
        picture=previews.put(jpeg(sheet.raw), ".jpg"),
    )


def _only_code(
    picture: PagePicture, code: PageCode, issued: IssuedPage, previews: PictureSink
) -> PageReading:
    """The code is genuine but nothing else of the page is found: a person must look at every box."""
    preview = preview_of(picture.image, previews)
    marks = tuple(
        Mark(
            box=box.box,
            kind=box.kind,
            role=box.role,
            page=code.page,
            required=box.required,
            verdict=MarkVerdict.UNDECIDED,
            score=0,
            crop=preview,
        )
        for box in issued.boxes
    )
    scan = ScannedPage(
        number=code.number,
        page=code.page,
        arrival=_NO_ARRIVAL,
        sha256=_NO_DIGEST,
        index=picture.index,
        quality=50,
        marks=marks,
        unchecked=(PRINT, INK),
        notes=(f"第{code.page}页只读到条码，看不清其余内容，请重新扫描整页。",),
        identity=Identity.UNDECIDED.value,
        picture=preview,
        damaged=picture.damage is not None,
    )
    return PageReading(
        index=picture.index, number=code.number, page=code.page, scan=scan, picture=preview, quality=50
    )


def _quality(
    marks: PageMarks, words: Words, registration: Registration, sheet: AlignedScan, share: float
) -> int:
    """0..1000; the copy with more of the required marks wins, then the better picture.

    A page that was rescanned because a signature was missing must replace the unsigned scan, even
    when the first scan was the sharper one.
    """
    worth = {MarkVerdict.PRESENT: 1.0, MarkVerdict.UNDECIDED: 0.5, MarkVerdict.ABSENT: 0.0}
    wanted = [worth[mark.verdict] for mark in marks.marks if mark.required]
    signed = sum(wanted) / len(wanted) if wanted else 1.0
    seen = words.seen
    sharp = float(np.clip(np.median(words.score[seen]), 0, 1)) if seen.any() else registration.share
    picture = (
        0.35 * share
        + 0.35 * sharp
        + 0.15 * min(sheet.dpi / 300, 1.0)
        + 0.15 * (1.0 if sheet.colored else 0.3)
    )
    return max(0, min(1000, round(600 * signed + 400 * picture)))


def preview_of(image: Array | None, previews: PictureSink) -> Sha256 | None:
    """The picture small enough to be shown; None where there is none."""
    if image is None:
        return None
    factor = _PREVIEW_SIDE / max(image.shape[:2])
    small = (
        image if factor >= 1 else cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    )
    return previews.put(jpeg(small), ".jpg")
