"""Any accepted file becomes page pictures; the structural check of pictures and PDFs is here too.

The input is hostile: sizes are checked before pixels are decoded, and everything here runs inside
the worker process (`worker.py`), whose crash or hang cannot stop intake.
"""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
from PIL import Image, ImageOps, ImageSequence

from evidence.domain.arrival_outcome import Reason
from evidence.errors import UnreadableError
from evidence.isolation.messages import trouble_of
from evidence.recognition.damage import heard
from evidence.recognition.frame_damage import frame_damage
from evidence.recognition.pdf_pages import pdf_pages
from evidence.recognition.picture import (
    COARSE,
    DRAFT,
    Jpeg,
    PagePicture,
    finished,
    finished_jpeg,
    with_damage,
)
from evidence.recognition.reading import Array, Limits
from evidence.recognition.thresholds import DEFAULT

__all__ = ["PDF", "PICTURE_TYPES", "PagePicture", "open_pages"]

cv2.setNumThreads(1)
pillow_heif.register_heif_opener(thumbnails=False)  # a page is the picture itself, whatever else is with it
Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before any pixel is decoded
Image.init()  # a format asked for by name must be registered, MPO too

PDF = "application/pdf"
_OPENCV_SIDE = 32_000
"""Longest side that OpenCV works on."""
PICTURE_TYPES = frozenset(
    {"image/jpeg", "image/png", "image/tiff", "image/bmp", "image/webp", "image/heic", "image/heif"}
    | {"image/avif"}
)
_GIVEN_UP = (
    *(OSError, SyntaxError, ValueError, KeyError, TypeError, IndexError),
    *(struct.error, RuntimeError),  # libheif and libavif say so of a picture they cannot decode
)
_FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "WEBP", "HEIF", "AVIF")


def open_pages(
    path: Path, media_type: str, limits: Limits | None = None, start: int = 0, step: int = 1
) -> Iterator[PagePicture]:
    """Every `step`-th page of a file from the 0-based `start`; each is decoded when it is asked for.

    Raises:
        UnreadableError: the file as a whole is broken, encrypted, too large or of another type.
    """
    limits = limits or Limits()
    if path.stat().st_size == 0:
        raise UnreadableError(Reason.EMPTY, "文件是空的。", where=path.name)
    if media_type == PDF:
        return pdf_pages(path, limits, start, step)
    if media_type in PICTURE_TYPES:
        return _frames(path, limits, start, step)
    raise UnreadableError(Reason.UNSUPPORTED_TYPE, "这种文件不能作为扫描件读取。", where=path.name)


_NOT_OPENED = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    struct.error,
    Image.DecompressionBombError,
)
"""What Pillow raises for bytes that are no picture; its own error is an OSError."""


def _frames(path: Path, limits: Limits, start: int, step: int) -> Iterator[PagePicture]:
    with _opened(path) as source:
        index = -1
        try:
            for frame in ImageSequence.Iterator(source):
                if _is_thumbnail(frame):
                    continue
                index += 1
                if index >= limits.pages:
                    what = f"图片超过上限（{limits.pages} 页）。"
                    raise UnreadableError(Reason.TOO_LARGE, what, where=path.name)
                if index >= start and (index - start) % step == 0:
                    yield _frame(index, frame, limits)
                if source.format not in ("TIFF", "HEIF"):
                    break  # a GIF-like second frame of a photograph is a thumbnail, not a page
        except _GIVEN_UP as error:
            if trouble_of(error) is not None:
                raise
            if index < 0:
                raise UnreadableError(Reason.MALFORMED, "图片已损坏，打不开。", where=path.name) from error
            yield PagePicture(
                index=index + 1,
                image=None,
                problem=Reason.MALFORMED,
                message="从这一页起文件已损坏，无法显示；其后是否还有页，不得而知。",
            )


def _opened(path: Path) -> Image.Image:
    """Raises: UnreadableError: no picture can be made of it. OSError: the machine fails, not the file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # broken metadata is no reason to refuse a picture
            return Image.open(path, formats=_FORMATS)
    except _NOT_OPENED as error:
        if trouble_of(error) is not None:
            raise
        raise UnreadableError(Reason.MALFORMED, "图片已损坏，打不开。", where=path.name) from error


def _frame(index: int, frame: Image.Image, limits: Limits) -> PagePicture:
    width, height = frame.size
    scaled = frame.format == "JPEG" and min(width, height) >= 2 * COARSE  # a smaller scale is decoded
    most_pixels = limits.scaled_pixels if scaled else limits.pixels
    if width * height > most_pixels:
        million, most = width * height // 1_000_000, most_pixels // 1_000_000
        what = f"图片有 {million} 百万像素，超过上限 {most} 百万；请用 300 dpi 重新扫描。"
        return PagePicture(index=index, image=None, problem=Reason.TOO_LARGE, message=what)
    if max(width, height) > _OPENCV_SIDE:
        return PagePicture(
            index=index,
            image=None,
            problem=Reason.TOO_LARGE,
            message=f"图片有 {width}×{height} 像素，边长超过上限 {_OPENCV_SIDE}。",
        )
    dpi_x, dpi_y = _stated_dpi(frame)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            plain = _whole_jpeg(index, frame, (dpi_x, dpi_y))
            if plain is not None:
                return plain
            frame.draft("RGB", (DRAFT,) * 2)  # a 600 dpi JPEG is decoded at half size
            image, said = heard(lambda: _eight_bit(_upright(frame)))
    except MemoryError:
        return PagePicture(index=index, image=None, problem=Reason.TOO_LARGE, message=_memory(limits))
    except (*_GIVEN_UP, EOFError) as error:
        if trouble_of(error) is not None:
            raise
        return _rest_of_jpeg(index, frame, (dpi_x, dpi_y)) or PagePicture(
            index=index, image=None, problem=Reason.MALFORMED, message="这一页已损坏，无法显示。"
        )
    if min(image.shape[:2]) < 8:
        return PagePicture(index=index, image=None, problem=Reason.MALFORMED, message="图片太小，没有内容。")
    if dpi_x and dpi_y and not 0.8 < dpi_x / dpi_y < 1.25:  # a fax has 204 x 98 or 204 x 196 lines
        h, w = image.shape[:2]
        factor = dpi_x / dpi_y
        size = (w, round(h * factor)) if factor > 1 else (round(w / factor), h)
        if max(size) <= 4 * DEFAULT.page.max_side:
            image = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    picture = finished(index, image, max(dpi_x, dpi_y), bilevel=frame.mode == "1")
    return with_damage(picture, frame_damage(frame, image, said))


def _whole_jpeg(index: int, frame: Image.Image, dpi: tuple[float, float]) -> PagePicture | None:
    """A plain JPEG decoded in half of Pillow's time; None leaves it to Pillow."""
    name = getattr(frame, "filename", "")
    square = not all(dpi) or 0.8 < dpi[0] / dpi[1] < 1.25
    if frame.format != "JPEG" or frame.mode not in ("RGB", "L") or not name or not square:
        return None
    jpeg = Jpeg(data=Path(name).read_bytes(), size=frame.size, color=frame.mode == "RGB")
    if min(frame.size) < 8 or max(frame.size) > _OPENCV_SIDE:
        return None
    return finished_jpeg(index, jpeg, max(dpi)) if jpeg.whole else None


def _rest_of_jpeg(index: int, frame: Image.Image, dpi: tuple[float, float]) -> PagePicture | None:
    """A JPEG that Pillow gives up, as far as libjpeg can paint it; what is missing is damage."""
    name = getattr(frame, "filename", "")
    if frame.format != "JPEG" or not name or min(frame.size) < 8:
        return None
    data = Path(name).read_bytes()
    picture = finished_jpeg(index, Jpeg(data=data, size=frame.size, color=frame.mode != "L"), max(dpi))
    return picture if picture is not None and picture.damage is not None else None


def _is_thumbnail(frame: Image.Image) -> bool:
    """A reduced version of another page (NewSubfileType bit 0, TIFF 6.0), no page of its own."""
    tags = getattr(frame, "tag_v2", None)
    return tags is not None and bool(int(tags.get(254, 0)) & 1)


def _memory(limits: Limits) -> str:
    return f"这一页需要的内存超过上限（{limits.memory // 1_000_000} MB）。"


def _upright(frame: Image.Image) -> Image.Image:
    """As the camera held it; copied only when it must be turned."""
    return frame if frame.getexif().get(0x0112, 1) == 1 else ImageOps.exif_transpose(frame)


def _stated_dpi(frame: Image.Image) -> tuple[float, float]:
    try:
        x, y = frame.info.get("dpi", (0, 0))
        x, y = float(x), float(y)
    except (TypeError, ValueError, ZeroDivisionError):
        return 0.0, 0.0
    return (x, y) if 30 < x < 5000 and 30 < y < 5000 else (0.0, 0.0)


def _eight_bit(frame: Image.Image) -> Array:
    """Gray or BGR uint8 pixels of any Pillow mode; transparency becomes white paper."""
    if frame.mode in ("1", "L"):
        return np.array(frame.convert("L"))
    if frame.mode.startswith("I") or frame.mode == "F":
        values = np.asarray(frame, np.float32)
        top = 65535.0 if frame.mode.startswith("I") and values.max(initial=0) > 255 else 255.0
        return np.clip(values * (255 / top), 0, 255).astype(np.uint8)
    if "A" in frame.mode or "transparency" in frame.info:
        clear = frame.convert("RGBA")
        paper = Image.new("RGBA", clear.size, "white")
        frame = Image.alpha_composite(paper, clear)
    return cv2.cvtColor(np.asarray(frame if frame.mode == "RGB" else frame.convert("RGB")), cv2.COLOR_RGB2BGR)
