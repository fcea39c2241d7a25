"""Damage of pictures that Pillow decodes: what each format's own structure says of it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from evidence.recognition.damage import WHOLE, decoded_jpeg, everything, fax_damage
from evidence.recognition.heif_damage import heif_damage
from evidence.recognition.reading import Array

_FAX_KINDS = frozenset({2, 3, 4})
_PLAIN_KIND, _JPEG_KIND = 1, 7
_LEAST_BAND = 50
"""Of the height of a picture: a thinner band of one value may be a drawn line."""
_PAPER = 200
"""Grey of the darkest paper; a band above it is paper that nothing is printed on."""
_CODED_ZEROS = bytes(64)
"""Arithmetic coding (VP8) writes no such run; only a lost cluster has it."""
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
    if frame.format == "WEBP":
        return everything(image) if _webp_zeros(frame) else None
    if frame.format in ("HEIF", "AVIF"):
        return heif_damage(frame, image)
    if frame.format == "BMP":
        return flat_bands(image)
    if frame.format != "TIFF":
        return None
    tags = frame.tag_v2  # type: ignore[attr-defined]
    compression, rows = int(tags.get(259, 1)), int(tags.get(278, frame.height))
    if compression == _PLAIN_KIND:
        return flat_bands(image)
    mask = fax_damage(said, (frame.height, frame.width), rows)
    for index, strip in enumerate(_strips(frame)):
        fax = compression in _FAX_KINDS and _FAX_ZEROS in strip.rstrip(b"\0")
        if fax or (compression == _JPEG_KIND and _jpeg_strip_damaged(strip, tags.get(347, b""))):
            mask = _marked(mask, frame, index * rows, rows)
    return mask


def flat_bands(image: Array) -> Array | None:
    """Bands from edge to edge of one dark value within a picture that is stored as it is.

    Nothing that a scanner sees is so even. At the upper and lower edge it is the open lid, perhaps.
    """
    plain = image if image.ndim == 2 else image.max(axis=2)
    even = (plain.max(axis=1) == plain.min(axis=1)) & (plain[:, 0] < _PAPER)
    rows = np.flatnonzero(~even)
    if not rows.size or even.sum() * _LEAST_BAND < plain.shape[0]:
        return None
    even[: rows[0]] = even[rows[-1] :] = False
    mask = np.zeros(plain.shape, np.uint8)
    for band in np.split(np.flatnonzero(even), np.flatnonzero(np.diff(np.flatnonzero(even)) > 1) + 1):
        if band.size * _LEAST_BAND >= plain.shape[0]:
            mask[max(0, band[0] - 16) : band[-1] + 17] = WHOLE
    return mask if mask.any() else None


def _webp_zeros(frame: Image.Image) -> bool:
    """Whether the coded picture of a lossy WebP (RFC 9649, 2.5) holds a run of zeros inside."""
    name = getattr(frame, "filename", "")
    data = Path(name).read_bytes() if name else b""
    position = 12
    while position + 8 <= len(data):
        length = int.from_bytes(data[position + 4 : position + 8], "little")
        if data[position : position + 4] == b"VP8 ":
            return _CODED_ZEROS in data[position + 8 : position + 8 + length].rstrip(b"\0")
        position += 8 + length + length % 2
    return False


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
