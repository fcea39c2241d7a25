"""Any accepted file becomes page pictures; the structural check of pictures and PDFs is here too.

The input is hostile: sizes are checked before pixels are decoded, and everything here runs inside
the worker process (`worker.py`), whose crash or hang cannot stop intake.
"""

from __future__ import annotations

import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from evidence.errors import EvidenceError, ExitCode
from evidence.recognition.reading import Array, Limits
from evidence.recognition.thresholds import DEFAULT

cv2.setNumThreads(1)
pillow_heif.register_heif_opener()
Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before any pixel is decoded
Image.init()  # a format asked for by name must be registered, MPO too

_DRAFT = DEFAULT.page.max_side * 2 // 3
"""Pixels under which no side of a JPEG is scaled while it is decoded."""
_JPEG_TAIL = 4096
"""Bytes at the end in which padding may follow the end of the picture."""
_READ = {
    "RGB": (cv2.IMREAD_COLOR, cv2.IMREAD_REDUCED_COLOR_2, cv2.IMREAD_REDUCED_COLOR_4),
    "L": (cv2.IMREAD_GRAYSCALE, cv2.IMREAD_REDUCED_GRAYSCALE_2, cv2.IMREAD_REDUCED_GRAYSCALE_4),
}
PDF = "application/pdf"
PICTURE_TYPES = frozenset(
    {"image/jpeg", "image/png", "image/tiff", "image/bmp", "image/webp", "image/heic", "image/heif"}
)
_FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "WEBP", "HEIF")


class UnreadableFileError(EvidenceError):
    """A file or page cannot become a picture; `reason` is one of the interface's reasons."""

    exit_code = ExitCode.USAGE

    def __init__(self, reason: str, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePicture:
    """One page or frame, upright as far as the file itself says."""

    index: int
    image: Array | None
    """Gray or BGR; None when this page alone cannot be read, see `problem`."""
    dpi: float = 0.0
    """Resolution the file was scanned at, before our own scaling; 0 when it does not say."""
    bilevel: bool = False
    problem: str = ""
    message: str = ""


def open_pages(
    path: Path, media_type: str, limits: Limits | None = None, start: int = 0, step: int = 1
) -> Iterator[PagePicture]:
    """Every `step`-th page of a file from the 0-based `start`; each is decoded when it is asked for.

    Raises:
        UnreadableFileError: the file as a whole is broken, encrypted, too large or of another type.
    """
    limits = limits or Limits()
    if path.stat().st_size == 0:
        raise UnreadableFileError("empty", "文件是空的。", where=path.name)
    if media_type == PDF:
        return _pdf_pages(path, limits, start, step)
    if media_type in PICTURE_TYPES:
        return _frames(path, limits, start, step)
    raise UnreadableFileError("unsupported_type", "这种文件不能作为扫描件读取。", where=path.name)


# ---------------------------------------------------------------- PDF


def _pdf_pages(path: Path, limits: Limits, start: int, step: int) -> Iterator[PagePicture]:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise UnreadableFileError(
                "encrypted", "PDF 有密码，打不开。", where=path.name, remedy="请去掉密码后重新放入。"
            ) from error
        raise UnreadableFileError(
            "malformed", "PDF 已损坏，打不开。", where=path.name, remedy="请重新扫描或重新导出。"
        ) from error
    try:
        count = len(document)
        if count == 0:
            raise UnreadableFileError("malformed", "PDF 里没有页面。", where=path.name)
        if count > limits.pages:
            raise UnreadableFileError("too_large", "PDF 页数超过上限。", where=path.name)
        for index in range(start, count, step):
            yield _pdf_page(document, index)
    finally:
        document.close()


def _pdf_page(document: pypdfium2.PdfDocument, index: int) -> PagePicture:
    try:
        page = document[index]
        width, height = page.get_size()
        native, bilevel = _largest_picture(page, width, height)
        side = max(width, height, 1.0)
        # Vector pages are drawn at 200 dpi; a page box of metres is drawn as small as any other page.
        scale = min(min(max(native, 150.0), 300.0) / 72 if native else 200 / 72, DEFAULT.page.max_side / side)
        if min(width, height) * scale < 8:
            return PagePicture(index=index, image=None, problem="malformed", message="页面太小，没有内容。")
        image = page.render(scale=scale).to_numpy()[..., :3]
        return _picture(index, np.ascontiguousarray(image), native, bilevel=bilevel)
    except (pypdfium2.PdfiumError, ValueError, MemoryError):
        return PagePicture(index=index, image=None, problem="malformed", message="这一页已损坏，无法显示。")


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


# ---------------------------------------------------------------- pictures


def _frames(path: Path, limits: Limits, start: int, step: int) -> Iterator[PagePicture]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # broken metadata is no reason to refuse a picture
            source = Image.open(path, formats=_FORMATS)
    except UnidentifiedImageError as error:
        raise UnreadableFileError("malformed", "图片已损坏，打不开。", where=path.name) from error
    except (OSError, SyntaxError, ValueError, TypeError, struct.error, Image.DecompressionBombError) as error:
        raise UnreadableFileError("malformed", "图片已损坏，打不开。", where=path.name) from error
    with source:
        index = -1
        try:
            for index, frame in enumerate(ImageSequence.Iterator(source)):
                if index >= limits.pages:
                    raise UnreadableFileError("too_large", "图片帧数超过上限。", where=path.name)
                if index >= start and (index - start) % step == 0:
                    yield _frame(index, frame, limits)
                if source.format not in ("TIFF", "HEIF"):
                    break  # a GIF-like second frame of a photograph is a thumbnail, not a page
        except (OSError, SyntaxError, ValueError, KeyError, TypeError, IndexError, struct.error) as error:
            if index < 0:
                raise UnreadableFileError("malformed", "图片已损坏，打不开。", where=path.name) from error
            yield PagePicture(
                index=index + 1, image=None, problem="malformed", message="这一页已损坏，无法显示。"
            )


def _frame(index: int, frame: Image.Image, limits: Limits) -> PagePicture:
    width, height = frame.size
    if width * height > limits.pixels:
        return PagePicture(
            index=index,
            image=None,
            problem="too_large",
            message=f"图片有 {width * height // 1_000_000} 百万像素，超过上限；请用 300 dpi 重新扫描。",
        )
    dpi_x, dpi_y = _stated_dpi(frame)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = _whole_jpeg(frame)
            if image is None:
                frame.draft("RGB", (_DRAFT,) * 2)  # a 600 dpi JPEG is decoded at half size
                image = _eight_bit(_upright(frame))
    except (OSError, SyntaxError, ValueError, KeyError, IndexError, TypeError, MemoryError, EOFError):
        return PagePicture(index=index, image=None, problem="malformed", message="这一页已损坏，无法显示。")
    if min(image.shape[:2]) < 8:
        return PagePicture(index=index, image=None, problem="malformed", message="图片太小，没有内容。")
    if dpi_x and dpi_y and not 0.8 < dpi_x / dpi_y < 1.25:  # a fax has 204 x 98 or 204 x 196 lines
        h, w = image.shape[:2]
        factor = dpi_x / dpi_y
        size = (w, round(h * factor)) if factor > 1 else (round(w / factor), h)
        if max(size) <= 4 * DEFAULT.page.max_side:
            image = cv2.resize(image, size, interpolation=cv2.INTER_LINEAR)
    return _picture(index, image, max(dpi_x, dpi_y), bilevel=frame.mode == "1")


def _whole_jpeg(frame: Image.Image) -> Array | None:
    """A plain JPEG that ends as it should, decoded in half the time; None leaves it to Pillow.

    OpenCV draws what it can of a truncated file, Pillow refuses it: only whole files are decoded here.
    """
    if frame.format != "JPEG" or frame.mode not in ("RGB", "L"):
        return None
    name = getattr(frame, "filename", "")
    data = Path(name).read_bytes() if name else b""
    if not data[-_JPEG_TAIL:].rstrip(b"\0").endswith(b"\xff\xd9"):
        return None
    reduction = min(frame.width // _DRAFT, frame.height // _DRAFT)
    flags = _READ[frame.mode][0 if reduction < 2 else 1 if reduction < 4 else 2]
    return cv2.imdecode(np.frombuffer(data, np.uint8), flags)


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


def _picture(index: int, image: Array, dpi: float, *, bilevel: bool = False) -> PagePicture:
    """Scale down to the working size, drop a colour file's empty colour, notice bilevel."""
    side = max(image.shape[:2])
    if side > DEFAULT.page.max_side * 1.25:
        factor = DEFAULT.page.max_side / side
        image = cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    if image.ndim == 3 and _is_gray(image):
        image = np.ascontiguousarray(image[..., 1])
    if image.ndim == 2 and not bilevel:
        sample = image[::3, ::3]
        bilevel = bool(((sample < 24) | (sample > 231)).mean() > DEFAULT.page.bilevel_share) and _two_toned(
            image
        )
    return PagePicture(index=index, image=image, dpi=dpi, bilevel=bilevel)


def _is_gray(image: Array) -> bool:
    """A gray scan saved as colour has (nearly) equal channels everywhere."""
    blue, green, red = cv2.split(np.ascontiguousarray(image[::4, ::4]))
    high, low = cv2.max(cv2.max(blue, green), red), cv2.min(cv2.min(blue, green), red)
    counts = np.bincount(cv2.subtract(high, low).ravel(), minlength=256)
    coloured = int(counts[int(DEFAULT.page.gray_spread) + 1 :].sum())
    return coloured <= 0.0005 * high.size


def _two_toned(image: Array) -> bool:
    """Black and white without paper grain: white-out by a scanner app keeps gray edges."""
    sample = image[::2, ::2]
    return bool(((sample > 8) & (sample < 247)).mean() < 0.02)
