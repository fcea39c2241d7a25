"""What a decoded page is: its pixels at a working size, and why there are none."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from evidence.errors import EvidenceError, ExitCode
from evidence.recognition.reading import Array
from evidence.recognition.thresholds import DEFAULT

DRAFT = DEFAULT.page.max_side * 2 // 3
"""Pixels under which no side of a JPEG is scaled while it is decoded."""
_JPEG_TAIL = 4096
"""Bytes at the end in which padding may follow the end of the picture."""
_READ = {
    True: (cv2.IMREAD_COLOR, cv2.IMREAD_REDUCED_COLOR_2, cv2.IMREAD_REDUCED_COLOR_4),
    False: (cv2.IMREAD_GRAYSCALE, cv2.IMREAD_REDUCED_GRAYSCALE_2, cv2.IMREAD_REDUCED_GRAYSCALE_4),
}


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


def decode_jpeg(data: bytes, size: tuple[int, int], *, color: bool, turn: bool = True) -> Array | None:
    """Pixels of a JPEG that ends as it should, None for any other.

    OpenCV draws what it can of a truncated file and says nothing: only whole files are decoded here.

    Args:
        size: width, height; large pictures are halved or quartered while they are decoded.
        turn: follow the camera's remark which way is up.
    """
    if not data[-_JPEG_TAIL:].rstrip(b"\0\r\n").endswith(b"\xff\xd9"):
        return None
    reduction = min(size[0] // DRAFT, size[1] // DRAFT)
    flags = _READ[color][0 if reduction < 2 else 1 if reduction < 4 else 2]
    if not turn:
        flags |= cv2.IMREAD_IGNORE_ORIENTATION
    return cv2.imdecode(np.frombuffer(data, np.uint8), flags)


def finished(index: int, image: Array, dpi: float, *, bilevel: bool = False) -> PagePicture:
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
