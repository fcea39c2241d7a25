"""Pictures in a PDF that pdfium paints in silence whatever their bytes have lost: JPEG 2000, JBIG2, Group 4.

What is missing is painted white or as blots, and white reads as "nobody signed here".
"""

from __future__ import annotations

import io
import struct

from PIL import Image

from evidence.recognition.damage import fax_damage, heard

_CODESTREAM = b"\xff\x4f\xff\x51"
_TILE, _DATA, _END = 0xFF90, 0xFF93, 0xFFD9
_LOST = bytes(4096)
"""A lost cluster. Bare paper is coded in single zeros (ISO/IEC 15444-1, B.10.3), but not in so many."""
_CODED_ZEROS = bytes(64)
"""Arithmetic coding (ISO/IEC 14492, annex E) writes no such run."""
_FAX_ZEROS = bytes(8)
"""No Group 4 code has so many zero bits (ITU-T T.6)."""


def jpeg2000_is_whole(data: bytes) -> bool:
    """Whether every tile part lies within the data, down to the end mark, and no stretch of it is zeros."""
    at = data.find(_CODESTREAM)
    if at < 0 or _LOST in data[at:].rstrip(b"\0"):
        return False
    at += 2
    while at + 4 <= len(data):
        marker, length = struct.unpack(">HH", data[at : at + 4])
        if marker == _END:
            return True
        if marker != _TILE:
            at += 2 + length
            continue
        if at + 12 > len(data):
            return False
        size = int.from_bytes(data[at + 6 : at + 10], "big")
        if not size:
            return True  # the last tile part goes on to the end, wherever that is
        at += size
    return at == len(data) or data[at : at + 2] == b"\xff\xd9"  # some writers leave the end mark out


def jbig2_is_whole(data: bytes) -> bool:
    """Whether no stretch of a bi-level picture is zeros."""
    return _CODED_ZEROS not in data.rstrip(b"\0")


def group4_is_whole(data: bytes, width: int, height: int) -> bool:
    """Whether libtiff finds every line of a Group 4 picture."""
    if _FAX_ZEROS in data.rstrip(b"\0"):
        return False
    try:
        _pixels, said = heard(lambda: _decoded(_as_tiff(data, width, height)))
    except (OSError, ValueError, Image.DecompressionBombError):
        return False
    return fax_damage(said, (height, width), height) is None


def _decoded(tiff: bytes) -> Image.Image:
    with Image.open(io.BytesIO(tiff)) as picture:
        picture.load()
        return picture


def _as_tiff(data: bytes, width: int, height: int) -> bytes:
    """The coded lines as the only strip of a TIFF (TIFF 6.0, section 11)."""
    tags = (
        (256, width),
        (257, height),
        (258, 1),
        (259, 4),
        (262, 0),
        (273, 8),
        (277, 1),
        (278, height),
        (279, len(data)),
    )
    padded = data + bytes(len(data) % 2)
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    head = b"II*\0" + struct.pack("<I", 8 + len(padded))
    return head + padded + struct.pack("<H", len(tags)) + entries + bytes(4)
