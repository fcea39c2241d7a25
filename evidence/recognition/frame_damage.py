"""Damage of pictures that Pillow decodes: JPEG, and the fax and JPEG strips of a TIFF."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from evidence.recognition.damage import WHOLE, decoded_jpeg, fax_damage
from evidence.recognition.reading import Array

_FAX_KINDS = frozenset({2, 3, 4})
_JPEG_KIND = 7
_FAX_ZEROS = bytes(8)
"""No fax code has so many zero bits; only padding at a strip's end has (ITU-T T.6)."""
_MOST = 64 << 20


def frame_damage(frame: Image.Image, image: Array, said: str) -> Array | None:
    """A mask of what did not survive, of any size with the picture's shape; None when nothing speaks for it.

    Args:
        frame: the frame Pillow has decoded.
        image: its pixels, upright.
        said: what was heard meanwhile.
    """
    if frame.format == "JPEG":
        name = getattr(frame, "filename", "")
        if not name:
            return None
        _pixels, damage = decoded_jpeg(Path(name).read_bytes(), cv2.IMREAD_REDUCED_GRAYSCALE_2)
        return damage
    if frame.format != "TIFF":
        return None
    tags = frame.tag_v2  # type: ignore[attr-defined]
    compression, rows = int(tags.get(259, 1)), int(tags.get(278, frame.height))
    mask = fax_damage(said, (frame.height, frame.width), rows)
    for index, strip in enumerate(_strips(frame)):
        fax = compression in _FAX_KINDS and _FAX_ZEROS in strip.rstrip(b"\0")
        if fax or (compression == _JPEG_KIND and _jpeg_strip_damaged(strip, tags.get(347, b""))):
            mask = _marked(mask, frame, index * rows, rows)
    return mask


def _marked(mask: Array | None, frame: Image.Image, top: int, rows: int) -> Array:
    if mask is None:
        mask = np.zeros((frame.height, frame.width), np.uint8)
    mask[max(0, top - 16) : top + rows + 16] = WHOLE
    return mask


def _strips(frame: Image.Image) -> list[bytes]:
    """The compressed strips of a TIFF frame; tiles are left to their decoder."""
    tags = frame.tag_v2  # type: ignore[attr-defined]
    offsets, lengths = tags.get(273, ()), tags.get(279, ())
    name = getattr(frame, "filename", "")
    if not name or len(offsets) != len(lengths) or sum(lengths) > _MOST:
        return []
    found: list[bytes] = []
    with Path(name).open("rb") as file:
        for offset, length in zip(offsets, lengths, strict=True):
            file.seek(offset)
            found.append(file.read(length))
    return found


def _jpeg_strip_damaged(strip: bytes, tables: bytes) -> bool:
    whole = tables[:-2] + strip[2:] if tables[:2] == b"\xff\xd8" else strip
    pixels, damage = decoded_jpeg(whole, cv2.IMREAD_REDUCED_GRAYSCALE_8)
    return pixels is None or damage is not None
