"""One file in, what every page of it is: the room's front door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from evidence.domain.document import IssuedPage, Mark, MarkVerdict, ScannedPage
from evidence.domain.identifiers import ArrivalId, Sha256
from evidence.domain.page_code import Corner, PageCode
from evidence.errors import UnreadableError
from evidence.ledger.events import Suggestion
from evidence.recognition.alterations import find_alterations
from evidence.recognition.blank import is_blank
from evidence.recognition.codes import FoundCode, find_codes
from evidence.recognition.damaged_page import without_accusations
from evidence.recognition.identity import Identity, Words, compare_words, judge_identity
from evidence.recognition.marks import PageMarks, judge_marks
from evidence.recognition.number_print import number_proves
from evidence.recognition.ocr import WITHOUT_OCR, installed_ocr
from evidence.recognition.pages import PagePicture, open_pages
from evidence.recognition.reading import (
    Array,
    FileReading,
    FormLookup,
    Limits,
    PageReading,
    PictureSink,
    Placed,
)
from evidence.recognition.registration import Registration, register
from evidence.recognition.rescans import with_new_strokes
from evidence.recognition.sheet import Sheet, jpeg, lay_out
from evidence.recognition.shelf import own_words, reference_of, siblings
from evidence.recognition.suggestions import guess_page, whose_print
from evidence.recognition.thresholds import DEFAULT

_PREVIEW_SIDE = 1240
_DARK = 100
"""Median brightness of a page under which its paper cannot be white."""
_NO_ARRIVAL = ArrivalId("")
_NO_DIGEST = Sha256("")


def read_file(
    path: Path,
    *,
    media_type: str,
    forms: FormLookup,
    limits: Limits | None = None,
    previews: PictureSink,
) -> FileReading:
    """Read every page of a file in a worker process bounded in time and memory.

    Never raises for what a file contains: a broken file is a problem with its reason.
    """
    from evidence.recognition.worker import shared_reader

    return shared_reader().read(
        path, media_type=media_type, forms=forms, limits=limits or Limits(), previews=previews
    )


def read_here(
    path: Path,
    *,
    media_type: str,
    forms: FormLookup,
    limits: Limits | None = None,
    previews: PictureSink,
) -> FileReading:
    """The same in this process, unbounded: for tests and measurements."""
    limits = limits or Limits()
    try:
        pages = tuple(read_pages(path, media_type=media_type, forms=forms, limits=limits, previews=previews))
    except UnreadableError as error:
        return FileReading(problem=error.reason, message=error.what)
    remarks = dict.fromkeys(remark for page in pages for remark in remarks_on(page, limits))
    return FileReading(pages=pages, remarks=tuple(remarks))


def remarks_on(reading: PageReading, limits: Limits) -> tuple[str, ...]:
    """What the clerk should know about this machine when a page was not recognised."""
    lacking = reading.problem == "no_code" and limits.ocr and installed_ocr() is None
    return (WITHOUT_OCR,) if lacking else ()


def read_pages(
    path: Path,
    *,
    media_type: str,
    forms: FormLookup,
    limits: Limits,
    previews: PictureSink,
    start: int = 0,
) -> Iterator[PageReading]:
    """Readings in page order, from the 0-based page `start`.

    Raises:
        UnreadableError: the file as a whole cannot be opened.
    """
    from evidence.recognition.several import read_sheets

    for picture in open_pages(path, media_type, limits, start):
        yield from read_sheets(picture, forms=forms, previews=previews, ocr=limits.ocr)


def read_page(
    picture: PagePicture, *, forms: FormLookup, previews: PictureSink, ocr: bool = True
) -> PageReading:
    """What one picture is: blank, a page of an issued form, or something a person must look at."""
    if picture.image is None:
        return PageReading(index=picture.index, problem=picture.problem, message=picture.message)
    picture, gray, found = look_for_codes(picture, picture.image)
    if not found:
        picture, gray, found = _positive(picture, gray)
    image = picture.image
    if not found:
        if picture.damage is None and is_blank(gray):
            return PageReading(index=picture.index, blank=True)
        guess = guess_page(picture, gray, forms, ocr=ocr)
        if not guess.found:
            return _without_code(picture, gray, guess.suggestions, previews)
        found = guess.found
    codes = {(item.code.number, item.code.page): item.code for item in found}
    code = next(iter(codes.values()))
    problem, message = code_problem(list(codes.values()), forms)
    if problem:
        return PageReading(
            index=picture.index,
            problem=problem,
            message=message,
            number=code.number,
            page=code.page,
            picture=_preview(image, previews),
        )
    return linked_page(picture, gray, found, code, forms, previews, ocr=ocr)


def read_placed(
    picture: PagePicture, place: Placed, *, forms: FormLookup, previews: PictureSink
) -> PageReading:
    """What one picture shows as the page that a person says it is; a code is of use, not needed."""
    image, form = picture.image, forms.issued(place.number)
    if image is None or form is None or not 1 <= place.page <= form.pages:
        return PageReading(index=picture.index, problem=picture.problem or "no_code", message=picture.message)
    gray = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    found = tuple(
        item for item in find_codes(gray) if (item.code.number, item.code.page) == (place.number, place.page)
    )
    code = PageCode(
        number=place.number,
        page=place.page,
        pages=form.pages,
        corner=Corner.TOP_RIGHT,
        check=form.checks[place.page - 1],
    )
    return linked_page(picture, gray, found, code, forms, previews, ocr=False)


def look_for_codes(picture: PagePicture, image: Array) -> tuple[PagePicture, Array, tuple[FoundCode, ...]]:
    """The picture to go on with, gray, and its codes: the small one when everything is large enough there."""
    gray = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    if picture.finer is None:
        return picture, gray, find_codes(gray)
    found = find_codes(gray, attempts=2)
    if found and min(item.module for item in found) >= DEFAULT.code.least_module:
        return picture, gray, found
    finer = picture.finer()
    if finer.image is None:
        return picture, gray, found
    return look_for_codes(replace(finer, finer=None), finer.image)


def _positive(picture: PagePicture, gray: Array) -> tuple[PagePicture, Array, tuple[FoundCode, ...]]:
    """A negative, as some scanners and fax programs save it, turned back; anything else as it was."""
    if picture.image is None or float(np.median(gray[::4, ::4])) >= _DARK:
        return picture, gray, ()
    finer = picture.finer() if picture.finer is not None else picture
    if finer.image is None:
        return picture, gray, ()
    turned = replace(finer, image=255 - finer.image, finer=None)
    whole, bright, found = look_for_codes(turned, 255 - finer.image)
    return (whole, bright, found) if found else (picture, gray, ())


def code_problem(codes: list[PageCode], forms: FormLookup) -> tuple[str, str]:
    """What is wrong with the codes of a page; empty when they name one valid page."""
    for code in codes:
        form = forms.issued(code.number)
        if form is None:
            return "unknown_code", f"条码编号 {code.number} 不是本工作区签发的。"
        if (
            form.pages != code.pages
            or not code.page <= form.pages
            or form.checks[code.page - 1] != code.check
        ):
            return "forged_code", f"条码 {code.number} 的校验与签发时不符，可能是伪造的。"
    if len(codes) > 1:
        names = "、".join(f"{code.number} 第{code.page}页" for code in codes)
        return "conflicting_codes", f"同一页上有不同的条码：{names}。"
    form = forms.issued(codes[0].number)
    if form is not None and form.voided_why:
        return "void_form", f"编号 {form.number} 已作废：{form.voided_why}"
    return "", ""


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
    sheet = lay_out(picture, registration, reference)
    words = compare_words(sheet)
    sisters = siblings(forms, code)
    identity, share = judge_identity(words, own_words(reference, sisters), registration.share)
    if identity is Identity.CONTRADICTED and sheet.damage is not None:
        identity = Identity.UNDECIDED  # print that did not survive contradicts nothing
    if identity is Identity.CONTRADICTED:
        likely = whose_print(picture, gray, forms, ocr=ocr)
        guess = f"看内容可能是 {likely[0].number} 第{likely[0].page}页，请人工确认。" if likely else ""
        return PageReading(
            index=picture.index,
            problem="wrong_case",
            message=f"条码写的是 {code.number} 第{code.page}页，但纸上印的内容不是这一页。{guess}",
            number=code.number,
            page=code.page,
            suggestions=likely,
            picture=previews.put(jpeg(sheet.raw), ".jpg"),
        )
    if identity is Identity.UNDECIDED and number_proves(sheet, sisters):
        identity = Identity.PROVEN
    marks = judge_marks(sheet, words, issued, previews)
    earlier = forms.earlier(code.number, code.page)
    if earlier:
        marks = replace(marks, marks=with_new_strokes(sheet, words, issued, marks, earlier))
    notes = list(marks.notes)
    if identity is Identity.UNDECIDED:
        notes.append(f"第{code.page}页靠条码归档，印刷内容不足以证明是本案的这一页，请人工核对。")
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
        alterations=find_alterations(sheet, words, issued, marks.rings, marks.lines, marks.marks, previews),
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


def _only_code(
    picture: PagePicture, code: PageCode, issued: IssuedPage, previews: PictureSink
) -> PageReading:
    """The code is genuine but nothing else of the page is found: a person must look at every box."""
    preview = _preview(picture.image, previews)
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
        notes=(f"第{code.page}页只读到条码，看不清其余内容，请重新扫描整页。",),
        identity=Identity.UNDECIDED.value,
        picture=preview,
        damaged=picture.damage is not None,
    )
    return PageReading(
        index=picture.index, number=code.number, page=code.page, scan=scan, picture=preview, quality=50
    )


def _without_code(
    picture: PagePicture, gray: Array, suggestions: tuple[Suggestion, ...], previews: PictureSink
) -> PageReading:
    if suggestions:
        message = (
            f"没有读到条码；看内容可能是 {suggestions[0].number} 第{suggestions[0].page}页，请人工确认。"
        )
    elif float(np.percentile(gray, 95)) < 40:
        message = "整页是黑的，没有读到条码，请重新扫描。"
    else:
        message = "没有读到本系统签发的条码，也认不出是哪份文书。"
    if picture.damage is not None:
        message = "图像有一部分已损坏，请重新扫描这一页。"
    return PageReading(
        index=picture.index,
        problem="no_code" if picture.damage is None else "damaged",
        message=message,
        suggestions=suggestions,
        picture=_preview(picture.image, previews),
    )


def _quality(marks: PageMarks, words: Words, registration: Registration, sheet: Sheet, share: float) -> int:
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


def _preview(image: Array | None, previews: PictureSink) -> Sha256 | None:
    if image is None:
        return None
    factor = _PREVIEW_SIDE / max(image.shape[:2])
    small = (
        image if factor >= 1 else cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    )
    return previews.put(jpeg(small), ".jpg")
