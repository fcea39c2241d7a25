"""Pages of a PDF: a scanner's picture taken out as it is, anything else drawn."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from evidence.domain.arrival_outcome import Reason
from evidence.errors import UnreadableError
from evidence.recognition.damage import everything
from evidence.recognition.file_ink import file_ink, has_file_ink
from evidence.recognition.pdf_content import MOST_CURVES, PdfStreams, is_locked, too_many_curves
from evidence.recognition.picture import COARSE, Jpeg, PagePicture, finished, finished_jpeg, with_damage
from evidence.recognition.reading import Limits
from evidence.recognition.thresholds import DEFAULT

_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def pdf_pages(path: Path, limits: Limits, start: int, step: int) -> Iterator[PagePicture]:
    streams = PdfStreams(path)
    streams.open()
    try:
        yield from _pages(_opened(path, streams), path, streams, limits, start, step)
    finally:
        streams.close()


def _opened(path: Path, streams: PdfStreams) -> pypdfium2.PdfDocument:
    """The file in pdfium, or its pages under a new page tree where that is what pdfium stumbles over.

    Raises:
        UnreadableError: locked, without pages, or broken.
    """
    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if is_locked(path):
            raise UnreadableError(
                Reason.ENCRYPTED, "PDF 有密码，打不开。", where=path.name, remedy="请去掉密码后重新放入。"
            ) from error
        if streams.opened and not streams.count:
            raise UnreadableError(Reason.MALFORMED, "PDF 里没有页面。", where=path.name) from error
        raise UnreadableError(
            Reason.MALFORMED, "PDF 已损坏，打不开。", where=path.name, remedy="请重新扫描或重新导出。"
        ) from error


def _pages(
    document: pypdfium2.PdfDocument, path: Path, streams: PdfStreams, limits: Limits, start: int, step: int
) -> Iterator[PagePicture]:
    with contextlib.suppress(pypdfium2.PdfiumError):
        document.init_forms()  # signatures shown by form fields are drawn; a broken form is left out
    try:
        if streams.count > len(document):  # the page tree miscounts its pages: pdfium believes it
            document.close()
            document = pypdfium2.PdfDocument(streams.recounted())
        count = len(document)
        if count == 0:
            raise UnreadableError(Reason.MALFORMED, "PDF 里没有页面。", where=path.name)
        if count > limits.pages:
            what = f"PDF 有 {count} 页，上限 {limits.pages} 页。"
            raise UnreadableError(Reason.TOO_LARGE, what, where=path.name)
        for index in range(start, count, step):
            yield _pdf_page(document, index, limits, streams)
    finally:
        document.close()


def _pdf_page(
    document: pypdfium2.PdfDocument, index: int, limits: Limits, streams: PdfStreams
) -> PagePicture:
    try:
        page = document[index]
        curves = too_many_curves(page)
        if curves:
            return PagePicture(
                index=index,
                image=None,
                problem=Reason.TOO_COMPLEX,
                message=f"这一页是矢量图，约有 {curves} 条线段，超过自动辨认的上限 {MOST_CURVES}；"
                "文件已原样保存，请指定文书或案件。",
            )
        width, height = page.get_size()
        drawn_upon = has_file_ink(page)
        scanned = None if drawn_upon else _scanned_jpeg(index, page, limits)
        if scanned is not None:
            return scanned
        native, bilevel = _largest_picture(page, width, height)
        side = max(width, height, 1.0)
        # Vector pages are drawn at 200 dpi; a page box of metres is drawn as small as any other page.
        scale = min(min(max(native, 150.0), 300.0) / 72 if native else 200 / 72, DEFAULT.page.max_side / side)
        if min(width, height) * scale < 8:
            return PagePicture(
                index=index, image=None, problem=Reason.MALFORMED, message="页面太小，没有内容。"
            )
        image = np.ascontiguousarray(page.render(scale=scale).to_numpy()[..., :3])
        picture = finished(index, image, native, bilevel=bilevel)
        if streams.damaged(index):
            picture = with_damage(picture, everything(image))
        # A page without a scan in it was never paper: nobody signed it with a pen.
        return replace(
            picture,
            file_ink=file_ink(page, scale, image) if drawn_upon else None,
            paperless=not native,
        )
    except MemoryError:
        what = f"这一页需要的内存超过上限（{limits.memory // 1_000_000} MB）。"
        return PagePicture(index=index, image=None, problem=Reason.TOO_LARGE, message=what)
    except (pypdfium2.PdfiumError, ValueError):
        return PagePicture(
            index=index, image=None, problem=Reason.MALFORMED, message="这一页已损坏，无法显示。"
        )


def _scanned_jpeg(index: int, page: pypdfium2.PdfPage, limits: Limits) -> PagePicture | None:
    """A page that is one JPEG and nothing else, as scanners write them.

    Drawing such a page costs three times its decoding and resamples it. Anything unusual (masks, other
    colour spaces, stretched pixels, cropping) is None and drawn.
    """
    found = list(itertools.islice(page.get_objects(max_depth=1), 2))
    if len(found) != 1 or found[0].type != pdfium.FPDF_PAGEOBJ_IMAGE:
        return None
    picture = found[0]
    a, b, c, d, left, bottom = picture.get_matrix().get()
    box_left, box_bottom, box_right, box_top = page.get_bbox()
    px, py = picture.get_px_size()
    bits = picture.get_metadata().bits_per_pixel
    if (
        picture.get_filters() != ["DCTDecode"]
        or bits not in (8, 24)
        or b != 0
        or c != 0
        or a <= 0
        or d <= 0
        or pdfium.FPDFPageObj_HasTransparency(picture)
        or max(abs(left - box_left), abs(bottom - box_bottom)) > 1
        or max(abs(left + a - box_right), abs(bottom + d - box_top)) > 1
        or not 0.95 < (px / a) / (py / d) < 1.05
        or px * py > (limits.scaled_pixels if min(px, py) >= 2 * COARSE else limits.pixels)
    ):
        return None
    jpeg = Jpeg(data=bytes(picture.get_data()), size=(px, py), color=bits == 24, turn=False)
    if not jpeg.whole:
        return None
    return finished_jpeg(index, jpeg, 72 * px / a, _TURNS.get(page.get_rotation()))


def _largest_picture(page: pypdfium2.PdfPage, width: float, height: float) -> tuple[float, bool]:
    """Resolution of the page's largest picture (0 for a drawn page), and whether it has one bit a pixel."""
    best, dpi, bilevel = 0.2 * width * height, 0.0, False
    for picture in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        try:
            left, bottom, right, top = picture.get_bounds()
            px, py = picture.get_px_size()
        except pypdfium2.PdfiumError:
            continue
        area = (right - left) * (top - bottom)
        if area > best:
            best = area
            dpi = 72 * max(px, py) / max(right - left, top - bottom, 1.0)
            bilevel = picture.get_metadata().bits_per_pixel == 1
    return float(dpi), bilevel
