"""Photographs in a form: upright, bounded, JPEG. The original stays untouched in the archive."""

from __future__ import annotations

import io
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

import pillow_heif
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from evidence.domain.hazard import Picture
from evidence.domain.identifiers import Sha256
from evidence.domain.week import SHANGHAI
from evidence.errors import InputError
from evidence.forms.settings import FormsSettings
from evidence.forms.template_values import Photo
from evidence.isolation.calls import run_bounded
from evidence.language import _

pillow_heif.register_heif_opener()  # telephones
MAX_PIXELS = 120_000_000
"""A larger picture is refused: no camera makes it, a bomb does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One photograph for one box."""

    path: Path
    width_mm: float
    height_mm: float
    pixels: int
    quality: int


@lru_cache(maxsize=64)
def prepare(path: Path, width_mm: float, height_mm: float, settings: FormsSettings) -> Photo:
    """The picture as it is placed into a box of at most that size; decoded in a bounded child.

    Raises:
        InputError: the file is no picture, or too large to open safely.
    """
    asked = _Asked(
        path=path.absolute(),
        width_mm=width_mm,
        height_mm=height_mm,
        pixels=settings.photo_pixels,
        quality=settings.photo_quality,
    )
    return run_bounded(placed, asked)


def placed(asked: _Asked) -> Photo:
    """What the child does."""
    path = asked.path
    try:
        with Image.open(path) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise InputError(
                    _("照片的像素太多（{width}×{height}）。").format(
                        width=picture.width, height=picture.height
                    ),
                    where=str(path),
                    remedy=_("请用图片软件缩小后再登记。"),
                )
            picture.draft("RGB", (asked.pixels, asked.pixels))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(
            _("这个文件不是可用的照片。"), where=str(path), remedy=_("请换成 JPEG 或 PNG 照片后重新登记。")
        ) from error
    upright.thumbnail((asked.pixels, asked.pixels))
    buffer = io.BytesIO()
    upright.save(buffer, "JPEG", quality=asked.quality, subsampling=2)
    scale = min(asked.width_mm / upright.width, asked.height_mm / upright.height)
    return Photo(jpeg=buffer.getvalue(), width_mm=round(upright.width * scale, 1))


def picture_of(path: Path, sha256: Sha256) -> Picture:
    """Name, kind, size and times of a photograph that `prepare` has opened.

    Raises:
        InputError: it cannot be opened after all.
        OSError: it is gone.
    """
    state = path.stat()
    media_type, taken_at = run_bounded(described, path.absolute())
    return Picture(
        sha256=sha256,
        name=path.name,
        media_type=media_type,
        bytes=state.st_size,
        taken_at=taken_at,
        file_time=datetime.fromtimestamp(int(state.st_mtime), UTC),
    )


def described(path: Path) -> tuple[str, datetime | None]:
    """What the child reads of `picture_of`: media type and time of the shot."""
    with Image.open(path) as picture:
        return Image.MIME.get(picture.format or "", ""), _taken_at(picture)


def _taken_at(picture: Image.Image) -> datetime | None:
    """DateTimeOriginal with its zone if it has one (Exif 2.31)."""
    with suppress(ValueError, TypeError, KeyError, OSError, SyntaxError):
        exif = picture.getexif().get_ifd(ExifTags.IFD.Exif)
        moment = datetime.strptime(str(exif[ExifTags.Base.DateTimeOriginal])[:19], "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007
        zone = str(exif.get(ExifTags.Base.OffsetTimeOriginal, "")).strip("\0 ")
        if zone:
            return datetime.fromisoformat(f"{moment.isoformat()}{zone}").astimezone(UTC)
        return moment.replace(tzinfo=SHANGHAI).astimezone(UTC)
    return None
