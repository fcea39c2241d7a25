"""What a PDF page is made of, where drawing it would not tell: streams that are cut, and endless curves."""

from __future__ import annotations

import contextlib
import io
import zlib
from pathlib import Path
from typing import Any

import cv2
import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium

from evidence.recognition.coded_pictures import group4_is_whole, jbig2_is_whole, jpeg2000_is_whole
from evidence.recognition.damage import decoded_jpeg

_CHUNK = 1 << 16
_LONG_CONTENT = 1 << 16
MOST_CURVES = 250_000
"""Segments of one page that are drawn; more take minutes, and no printed form has a tenth of them."""


def too_many_curves(page: pypdfium2.PdfPage) -> int:
    """How many segments a page draws, when they are too many; else 0."""
    count = pdfium.FPDFPage_CountObjects(page)
    segments = 0
    if count < 1:
        return 0
    for index in range(count):
        drawn = pdfium.FPDFPage_GetObject(page, index)
        if pdfium.FPDFPageObj_GetType(drawn) == pdfium.FPDF_PAGEOBJ_PATH:
            segments += max(pdfium.FPDFPath_CountSegments(drawn), 0)
    return segments if segments > MOST_CURVES else 0


def is_locked(path: Path) -> bool:
    """Whether a PDF asks for a password; pdfium's own word may be about the file it opened before."""
    try:
        with pikepdf.open(path, suppress_warnings=True):
            return False
    except pikepdf.PasswordError:
        return True
    except (pikepdf.PdfError, ValueError, RuntimeError):  # locked in a way that qpdf does not know, perhaps
        return b"/Encrypt" in path.read_bytes()


class PdfStreams:
    """The same file seen by qpdf, which says what pdfium passes over in silence."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._document: pikepdf.Pdf | None = None

    def open(self) -> None:
        """What pdfium alone can open is judged by pdfium alone."""
        with contextlib.suppress(pikepdf.PdfError, pikepdf.PasswordError, ValueError, RuntimeError, OSError):
            self._document = pikepdf.open(self._path, suppress_warnings=True)

    def close(self) -> None:
        """Free the file."""
        if self._document is not None:
            self._document.close()

    @property
    def opened(self) -> bool:
        """Whether qpdf could open it."""
        return self._document is not None

    @property
    def count(self) -> int:
        """Pages that the page tree really holds; 0 when that cannot be told."""
        if self._document is None:
            return 0
        try:
            return len(self._document.pages)
        except (pikepdf.PdfError, ValueError, RuntimeError):
            return 0

    def recounted(self) -> bytes:
        """The same pages under a page tree that counts right."""
        assert self._document is not None  # noqa: S101 - it was counted
        buffer = io.BytesIO()
        with pikepdf.new() as whole:
            whole.pages.extend(self._document.pages)
            whole.save(buffer)
        return buffer.getvalue()

    def damaged(self, index: int) -> bool:
        """Whether content or a picture of a page, by its 0-based number, is missing or cut."""
        if self._document is None or index >= len(self._document.pages):
            return False
        page = self._document.pages[index]
        try:
            contents = page.obj.get("/Contents")
            pictures = page.resources.get("/XObject", pikepdf.Dictionary())
            parts = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
            parts = [part for part in parts if part is not None]
            parts += [each for each in pictures.values() if each.get("/Subtype") == "/Image"]
            return any(not self._whole(part) for part in parts) or self._paints_nothing(page, pictures)
        except (pikepdf.PdfError, ValueError, RuntimeError, KeyError, TypeError, AttributeError):
            return False

    def _paints_nothing(self, page: pikepdf.Page, pictures: pikepdf.Object) -> bool:
        """Whether a page paints a picture that the file does not hold: what a lost object looks like."""
        contents = page.obj.get("/Contents")
        if not isinstance(contents, pikepdf.Stream) or len(contents.read_raw_bytes()) > _LONG_CONTENT:
            return False  # many streams, or long ones, are drawn text, and no scan
        painted = [step.operands[0] for step in pikepdf.parse_content_stream(page, "Do") if step.operands]
        return any(str(name) not in pictures for name in painted)

    def _whole(self, part: pikepdf.Object) -> bool:
        """Whether a stream decodes without a complaint; a reference to nothing does not."""
        assert self._document is not None  # noqa: S101 - asked only while it is open
        if not isinstance(part, pikepdf.Stream):
            return False
        filters = part.get("/Filter")
        names = [str(filters)] if isinstance(filters, pikepdf.Name) else [str(each) for each in filters or ()]
        if names == ["/DCTDecode"]:
            return decoded_jpeg(part.read_raw_bytes(), cv2.IMREAD_REDUCED_GRAYSCALE_8)[1] is None
        if names == ["/FlateDecode"]:
            return _inflates(part.read_raw_bytes(), _least_bytes(part))
        return _is_whole(part, names)


def _is_whole(part: pikepdf.Stream, filters: list[str]) -> bool:
    """Whether a picture's own code is sound, where one filter alone made it and we can tell."""
    data = part.read_raw_bytes()
    if filters == ["/JPXDecode"]:
        return jpeg2000_is_whole(data)
    if filters == ["/JBIG2Decode"]:
        return jbig2_is_whole(data)
    if filters == ["/CCITTFaxDecode"] and int(_parameters(part).get("/K", 0)) < 0:
        return group4_is_whole(data, int(part["/Width"]), int(part["/Height"]))
    return True  # what only another decoder understands


def _parameters(part: pikepdf.Stream) -> Any:
    given = part.get("/DecodeParms", pikepdf.Dictionary())
    return given[0] if isinstance(given, pikepdf.Array) and len(given) else given


_COMPONENTS = {
    "/DeviceGray": 1,
    "/CalGray": 1,
    "/Indexed": 1,
    "/DeviceRGB": 3,
    "/CalRGB": 3,
    "/DeviceCMYK": 4,
}


def _least_bytes(part: pikepdf.Stream) -> int:
    """How many bytes the rows of a picture take unpacked; 0 where that is not plainly said."""
    try:
        space: Any = part.get("/ColorSpace")
        kind = str(space[0] if isinstance(space, pikepdf.Array) else space)
        components = int(space[1]["/N"]) if kind == "/ICCBased" else _COMPONENTS.get(kind, 0)
        row = int(part["/Width"]) * components * int(part["/BitsPerComponent"])
        return (row + 7) // 8 * int(part["/Height"])
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return 0


def _inflates(data: bytes, least: int) -> bool:
    """Whether deflated data have no fault inside; a missing checksum at the end is common and harmless.

    Args:
        data: as they stand in the file.
        least: how many bytes must come of them.
    """
    inflating, made = zlib.decompressobj(), 0
    try:
        for at in range(0, len(data), _CHUNK):
            piece = data[at : at + _CHUNK]
            while piece and not inflating.eof:
                made += len(inflating.decompress(piece, _CHUNK * 16))
                piece = inflating.unconsumed_tail
    except zlib.error:
        return False
    return made >= least
