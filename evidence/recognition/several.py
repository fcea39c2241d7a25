"""Several sheets in one picture, side by side: cut apart by their own codes, each judged by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from evidence.domain.arrival_outcome import Reason
from evidence.domain.document import PageIdentity
from evidence.domain.page_code import PageCode
from evidence.recognition.codes import FoundCode, find_codes
from evidence.recognition.linked_page import linked_page
from evidence.recognition.pages import PagePicture
from evidence.recognition.read import code_problem, look_for_codes, read_page
from evidence.recognition.reading import Array, FormLookup, PageReading, PictureSink
from evidence.recognition.reference import PT, Reference
from evidence.recognition.reference_cache import issued_page, reference_of
from evidence.recognition.registration import pose_from_codes, register

_OVERLAP = 0.04
"""Share of a sheet that another may hide before somebody must part them: rims touch in photographs."""
_ALONE = 0.62
"""Share of a picture that one sheet fills; where it fills less there may be another beside it."""
_MARGIN = 0.02
"""What is cut around a sheet, in shares of its size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """One of the sheets in a picture."""

    code: PageCode
    found: tuple[FoundCode, ...]
    quad: Array
    """Corners of its paper in the picture, 4 x 2."""


def read_sheets(
    picture: PagePicture, *, forms: FormLookup, previews: PictureSink, ocr: bool = True
) -> tuple[PageReading, ...]:
    """What one picture shows: mostly one page, else every sheet whose own codes and print prove it.

    Sheets that lie on each other stay one question, as what they were called before.
    """
    whole = read_page(picture, forms=forms, previews=previews, ocr=ocr)
    if picture.image is None or not (whole.problem == Reason.CONFLICTING_CODES or whole.scan is not None):
        return (whole,)
    fine, gray, found = look_for_codes(picture, picture.image) if whole.problem else (None, None, ())
    if whole.scan is not None:
        fine, gray, found = _with_room_beside(picture, whole, forms)
    if fine is None or gray is None or fine.image is None:
        return (whole,)
    sheets = _sheets(gray, found, forms)
    if len(sheets) < 2 or _overlapping([sheet.quad for sheet in sheets]):
        return (whole,)
    readings = tuple(_read_cut(fine, gray, sheet, forms, previews, ocr=ocr) for sheet in sheets)
    if any(reading.scan is None or reading.scan.identity != PageIdentity.PROVEN for reading in readings):
        return (whole,)
    return readings


def _with_room_beside(
    picture: PagePicture, whole: PageReading, forms: FormLookup
) -> tuple[PagePicture | None, Array | None, tuple[FoundCode, ...]]:
    """The picture and all its codes when the page found leaves room for another; nothing when it does not."""
    nothing = (None, None, ())
    image = picture.image
    if image is None or whole.number is None or whole.page is None or min(image.shape[:2]) < 600:
        return nothing
    fine, gray, found = look_for_codes(picture, image)
    issued = issued_page(forms, whole.number, whole.page)
    pose = pose_from_codes(found, issued) if issued is not None else None
    if issued is None or pose is None:
        return nothing
    quad = _corners(pose, (issued.height * PT, issued.width * PT))
    if cv2.contourArea(quad.astype(np.float32)) > _ALONE * gray.shape[0] * gray.shape[1]:
        return nothing
    rest = gray.copy()
    cv2.fillConvexPoly(rest, quad.astype(np.int32), 255)
    return fine, gray, (*found, *find_codes(rest, attempts=2))


def _corners(pose: Array, shape: tuple[float, float]) -> Array:
    """Corners of a page of so many rows and columns, in the picture."""
    h, w = shape
    return cv2.perspectiveTransform(np.array([[[0, 0], [w, 0], [w, h], [0, h]]], np.float64), pose)[0]


def _sheets(gray: Array, found: Sequence[FoundCode], forms: FormLookup) -> list[_Sheet]:
    """The sheets whose codes are valid and whose print is where they say; none when one is not."""
    groups: dict[tuple[str, int], list[FoundCode]] = {}
    for item in found:
        groups.setdefault((item.code.number, item.code.page), []).append(item)
    sheets: list[_Sheet] = []
    for items in groups.values():
        code = items[0].code
        problem, _message = code_problem([code], forms)
        issued = None if problem else issued_page(forms, code.number, code.page)
        if issued is None:
            return []
        reference: Reference = reference_of(forms, code.number, issued)
        registration = register(gray, reference, items, issued)
        if registration is None:
            return []
        h, w = reference.shape
        corners = registration.placement(np.array([[0, 0], [w, 0], [w, h], [0, h]], float))
        sheets.append(_Sheet(code=code, found=tuple(items), quad=corners / registration.scale))
    return sorted(sheets, key=lambda sheet: (sheet.quad[:, 0].mean(), sheet.quad[:, 1].mean()))


def _overlapping(quads: Sequence[Array]) -> bool:
    for k, one in enumerate(quads):
        for other in quads[k + 1 :]:
            a, b = one.astype(np.float32), other.astype(np.float32)
            common, _points = cv2.intersectConvexConvex(a, b)
            if common > _OVERLAP * min(cv2.contourArea(a), cv2.contourArea(b)):
                return True
    return False


def _read_cut(
    picture: PagePicture,
    gray: Array,
    sheet: _Sheet,
    forms: FormLookup,
    previews: PictureSink,
    *,
    ocr: bool,
) -> PageReading:
    """One sheet judged in its own part of the picture."""
    image = picture.image
    assert image is not None  # noqa: S101 - asked by the only caller
    rows, columns = gray.shape
    margin = _MARGIN * float(np.ptp(sheet.quad, axis=0).max())
    x0, y0 = np.maximum(np.floor(sheet.quad.min(axis=0) - margin), 0).astype(int).tolist()
    x1, y1 = np.minimum(np.ceil(sheet.quad.max(axis=0) + margin), (columns, rows)).astype(int).tolist()
    part = np.s_[y0:y1, x0:x1]
    ink = None if picture.file_ink is None else np.ascontiguousarray(picture.file_ink[part])
    damage = None if picture.damage is None else np.ascontiguousarray(picture.damage[part])
    if damage is not None and not damage.any():
        damage = None  # only the other sheet suffered
    cut = replace(picture, image=np.ascontiguousarray(image[part]), file_ink=ink, damage=damage, finer=None)
    found = tuple(replace(item, quad=item.quad - (x0, y0)) for item in sheet.found)
    reading = linked_page(cut, np.ascontiguousarray(gray[part]), found, sheet.code, forms, previews, ocr=ocr)
    if reading.scan is None:
        return reading
    x, y = 1000 * x0 / columns, 1000 * y0 / rows
    w, h = 1000 * (x1 - x0) / columns, 1000 * (y1 - y0) / rows
    region = (int(x), int(y), int(np.ceil(w)), int(np.ceil(h)))
    return replace(reading, scan=replace(reading.scan, region=region))
