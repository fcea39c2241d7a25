"""One picture in, what it is: blank, a page of an issued form, or something a person must look at."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from evidence.domain.arrival_outcome import Reason
from evidence.domain.page_code import Corner, PageCode
from evidence.ledger.arrival_events import Suggestion
from evidence.recognition.blank import is_blank
from evidence.recognition.codes import FoundCode, find_codes
from evidence.recognition.linked_page import linked_page, preview_of
from evidence.recognition.pages import PagePicture
from evidence.recognition.reading import (
    Array,
    FormLookup,
    PageReading,
    PictureSink,
    Placed,
)
from evidence.recognition.suggestions import guess_page
from evidence.recognition.thresholds import DEFAULT

_DARK = 100
"""Median brightness of a page under which its paper cannot be white."""


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
            picture=preview_of(image, previews),
        )
    return linked_page(picture, gray, found, code, forms, previews, ocr=ocr)


def read_placed(
    picture: PagePicture, place: Placed, *, forms: FormLookup, previews: PictureSink
) -> PageReading:
    """What one picture shows as the page that a person says it is; a code is of use, not needed."""
    image, form = picture.image, forms.issued(place.number)
    if image is None or form is None or not 1 <= place.page <= form.pages:
        return PageReading(
            index=picture.index, problem=picture.problem or Reason.NO_CODE, message=picture.message
        )
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
            return Reason.UNKNOWN_CODE, f"条码编号 {code.number} 不是本工作区签发的。"
        if (
            form.pages != code.pages
            or not code.page <= form.pages
            or form.checks[code.page - 1] != code.check
        ):
            return Reason.FORGED_CODE, f"条码 {code.number} 的校验与签发时不符，可能是伪造的。"
    if len(codes) > 1:
        names = "、".join(f"{code.number} 第{code.page}页" for code in codes)
        return Reason.CONFLICTING_CODES, f"同一页上有不同的条码：{names}。"
    form = forms.issued(codes[0].number)
    if form is not None and form.voided_why:
        return Reason.VOID_FORM, f"编号 {form.number} 已作废：{form.voided_why}"
    return "", ""


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
        problem=Reason.NO_CODE if picture.damage is None else Reason.DAMAGED,
        message=message,
        suggestions=suggestions,
        picture=preview_of(picture.image, previews),
    )
