"""Photographs in a form: upright, bounded, JPEG. The original stays untouched in the archive."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from evidence.errors import InputError
from evidence.forms.fill import Photo
from evidence.forms.settings import FormsSettings
from evidence.language import _

MAX_PIXELS = 120_000_000
"""A larger picture is refused: no camera makes it, a bomb does."""


@lru_cache(maxsize=64)
def prepare(path: Path, width_mm: float, height_mm: float, settings: FormsSettings) -> Photo:
    """The picture as it is placed into a box of at most that size.

    Raises:
        InputError: the file is no picture, or too large to open safely.
    """
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
            picture.draft("RGB", (settings.photo_pixels, settings.photo_pixels))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise InputError(
            _("这个文件不是可用的照片。"), where=str(path), remedy=_("请换成 JPEG 或 PNG 照片后重新登记。")
        ) from error
    upright.thumbnail((settings.photo_pixels, settings.photo_pixels))
    buffer = io.BytesIO()
    upright.save(buffer, "JPEG", quality=settings.photo_quality, subsampling=2)
    scale = min(width_mm / upright.width, height_mm / upright.height)
    return Photo(jpeg=buffer.getvalue(), width_mm=round(upright.width * scale, 1))
