"""What a decoded page is: its pixels at a working size, and why there are none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np

from evidence.recognition.damage import decoded_jpeg
from evidence.recognition.reading import Array
from evidence.recognition.thresholds import DEFAULT

COARSE = 1240
"""Width of an A4 page at the working resolution."""
DRAFT = DEFAULT.page.max_side * 2 // 3
"""Pixels under which no side of a JPEG is scaled while it is decoded."""
_JPEG_TAIL = 4096
"""Bytes at the end in which padding may follow the end of the picture."""
_READ = {
    True: {1: cv2.IMREAD_COLOR, 2: cv2.IMREAD_REDUCED_COLOR_2, 4: cv2.IMREAD_REDUCED_COLOR_4},
    False: {1: cv2.IMREAD_GRAYSCALE, 2: cv2.IMREAD_REDUCED_GRAYSCALE_2, 4: cv2.IMREAD_REDUCED_GRAYSCALE_4},
}


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
    reduction: int = 1
    """How many times smaller than the scan the picture was decoded."""
    file_ink: Array | None = None
    """255 where annotations and form fields of the file draw, of the picture's size; None where nowhere."""
    paperless: bool = False
    """The page holds no scan: all that is on it was made by a program."""
    damage: Array | None = None
    """255 where the picture did not survive, of the picture's size; None where it is whole."""
    finer: Callable[[], PagePicture] | None = None
    """The same page at higher resolution, for codes and pages too small in this one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Jpeg:
    """A JPEG that ends as it should.

    OpenCV draws what it can of a truncated file and says nothing: only whole files are decoded here.
    """

    data: bytes
    size: tuple[int, int]
    """Width, height."""
    color: bool
    turn: bool = True
    """Follow the camera's remark which way is up."""

    @property
    def whole(self) -> bool:
        """Whether its end is there."""
        return self.data[-_JPEG_TAIL:].rstrip(b"\0\r\n").endswith(b"\xff\xd9")

    def reduction(self, side: int) -> int:
        """1, 2 or 4: by how much it is scaled down while neither side falls under `side`."""
        factor = min(self.size[0] // side, self.size[1] // side)
        return 1 if factor < 2 else 2 if factor < 4 else 4

    def pixels(self, side: int) -> tuple[Array | None, Array | None]:
        """Decoded at that reduction, None when OpenCV cannot; and a mask of what did not survive."""
        flags = _READ[self.color][self.reduction(side)]
        if not self.turn:
            flags |= cv2.IMREAD_IGNORE_ORIENTATION
        return decoded_jpeg(self.data, flags)


def finished_jpeg(
    index: int, jpeg: Jpeg, dpi: float, rotate: int | None = None, side: int = COARSE
) -> PagePicture | None:
    """A page out of a JPEG: first about 150 dpi, which is all that marks are judged at, finer on demand."""
    pixels, damage = jpeg.pixels(side)
    if pixels is None:
        return None
    picture = finished(index, pixels if rotate is None else cv2.rotate(pixels, rotate), dpi)
    picture = with_damage(picture, damage if damage is None or rotate is None else cv2.rotate(damage, rotate))
    reduction = jpeg.reduction(side)

    def finer() -> PagePicture:
        return finished_jpeg(index, jpeg, dpi, rotate, DRAFT) or picture

    return replace(picture, reduction=reduction, finer=finer if reduction > jpeg.reduction(DRAFT) else None)


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


def with_damage(picture: PagePicture, damage: Array | None) -> PagePicture:
    """The page with what did not survive of it, whatever size the mask was made in."""
    if damage is None or picture.image is None:
        return picture
    if picture.damage is not None:
        damage = cv2.max(picture.damage, cv2.resize(damage, picture.damage.shape[::-1]))
    h, w = picture.image.shape[:2]
    return replace(picture, damage=cv2.resize(damage, (w, h), interpolation=cv2.INTER_NEAREST))


def _is_gray(image: Array) -> bool:
    """A gray scan saved as colour has (nearly) equal channels everywhere."""
    blue, green, red = cv2.split(np.ascontiguousarray(image[::4, ::4]))
    high, low = cv2.max(cv2.max(blue, green), red), cv2.min(cv2.min(blue, green), red)
    coloured = cv2.threshold(cv2.subtract(high, low), DEFAULT.page.gray_spread, 1, cv2.THRESH_BINARY)[1]
    return cv2.countNonZero(coloured) <= 0.0005 * high.size


def _two_toned(image: Array) -> bool:
    """Black and white without paper grain: white-out by a scanner app keeps gray edges."""
    sample = image[::2, ::2]
    return bool(((sample > 8) & (sample < 247)).mean() < 0.02)
