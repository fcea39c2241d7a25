"""Damage inside HEIC and AVIF pictures, which their decoders conceal: libde265 paints over what is lost.

Both codings say how long each of their units is, and neither writes what a lost cluster leaves behind.
"""

from __future__ import annotations

import re
import struct
from pathlib import Path

import numpy as np
from PIL import Image

from evidence.recognition.damage import WHOLE, everything
from evidence.recognition.heif_items import CODED, DERIVED, UNREADABLE, Heif, Item
from evidence.recognition.reading import Array

_NEVER = re.compile(rb"\x00\x00[\x00-\x02]")
"""No HEVC unit has these three bytes: an encoder puts a 3 between them (ITU-T H.265, 7.4.2)."""
_PADDING = 32
"""Zeros that careless programs may leave behind a unit; fewer than any sector of a disk has."""
_CODED_ZEROS = bytes(32)
"""Read on zeros, AV1's arithmetic decoder finds the first symbol of every alphabet again and again (8.2.6),
and the first answer to "is this block empty" is no. Blank paper needs the other one, print needs all of
them: the emptiest pictures hold four such bytes in a row, and a run of 256 zero bits is no picture."""
_DRAWN = frozenset({3, 4, 6})
"""OBUs that hold the picture: frame header, tile group, frame (AV1 6.2.2)."""
_ANYTHING = frozenset({5, 8, 15})
"""OBUs that may hold any bytes: metadata, tile list, padding."""
_DEPTH = 4
_LONGEST = 1 << 16
"""Pixels of a side that a list of tiles is believed."""


def heif_damage(frame: Image.Image, image: Array) -> Array | None:
    """A mask of what did not survive of a HEIC or AVIF frame; None when nothing speaks for damage."""
    name = getattr(frame, "filename", "")
    if not name:
        return None
    try:
        heif = Heif(Path(name).read_bytes())
        pictures = _pictures(heif, frame)
        if len(pictures) == 1:
            return _mask(heif, pictures[0], image)
        found = any(_damaged(heif, each) for each in pictures)
    except UNREADABLE:
        return None
    return everything(image) if found else None


def _pictures(heif: Heif, frame: Image.Image) -> list[Item]:
    """The item a frame shows; all of them where that cannot be told."""
    if frame.format == "AVIF":
        return [heif.items[heif.primary]] if heif.primary in heif.items else []
    shown = heif.shown()
    return [shown[frame.tell()]] if len(shown) == getattr(frame, "n_frames", 1) else shown


def _mask(heif: Heif, item: Item, image: Array) -> Array | None:
    """Of a grid, as telephones write it, the lost tiles alone; of any other picture all of it."""
    tiles = heif.sources(item)
    grid = heif.content(item) if item.kind == b"grid" else None
    kinds = {kind for kind, _content in item.properties}
    size = tiles[0].property(b"ispe") if tiles else b""
    if not grid or len(size) < 12 or kinds & {b"imir", b"clap"} or heif.alphas(item):
        return everything(image) if _damaged(heif, item) else None
    rows, columns, *shape = struct.unpack_from(">BBII" if grid[1] & 1 else ">BBHH", grid, 2)
    if len(tiles) != (rows + 1) * (columns + 1) or max(shape) > _LONGEST:
        return everything(image) if _damaged(heif, item) else None
    width, height = struct.unpack_from(">II", size, 4)
    mask = np.zeros(shape[::-1], np.uint8)
    for index, tile in enumerate(tiles):
        if _damaged(heif, tile):
            top, left = index // (columns + 1) * height, index % (columns + 1) * width
            mask[top : top + height, left : left + width] = WHOLE
    turn = item.property(b"irot")
    return np.ascontiguousarray(np.rot90(mask, turn[0] & 3 if turn else 0)) if mask.any() else None


def _damaged(heif: Heif, item: Item, depth: int = 0) -> bool:
    """Whether an item, or one it is made of, lost something."""
    parts = heif.alphas(item) + (heif.sources(item) if item.kind in DERIVED else [])
    if depth < _DEPTH and any(_damaged(heif, each, depth + 1) for each in parts):
        return True
    if item.extents is None or item.kind not in CODED:
        return False
    content = heif.content(item)
    if content is None:
        return True
    if item.kind == b"av01":
        return not _whole_av1(content)
    setup = item.property(b"hvcC")
    return len(setup) > 21 and not _whole_hevc(content, (setup[21] & 3) + 1)


def _whole_hevc(content: bytes, width: int) -> bool:
    """A chain of units, each behind its length (ISO/IEC 14496-15, 8.3), that ends where the picture ends."""
    position, drawn = 0, False
    while position < len(content):
        if len(content) - position < _PADDING and not any(content[position:]):
            break
        length = int.from_bytes(content[position : position + width], "big")
        unit = content[position + width : position + width + length]
        position += width + length
        if len(unit) != length or not _whole_unit(unit):
            return False
        drawn = drawn or unit[0] >> 1 < 32
    return drawn


def _whole_unit(unit: bytes) -> bool:
    """No unit sets the forbidden bit or lacks its temporal layer (H.265, 7.3.1.2)."""
    bare = unit.rstrip(b"\0")
    if len(bare) < 2 or len(unit) - len(bare) >= _PADDING:
        return False
    return not bare[0] & 0x80 and bool(bare[1] & 7) and _NEVER.search(bare) is None


def _whole_av1(content: bytes) -> bool:
    """A chain of OBUs (AV1 5.3) that ends where the picture ends."""
    position, drawn = 0, False
    while position < len(content):
        if len(content) - position < _PADDING and not any(content[position:]):
            break
        head = content[position]
        kind = head >> 3 & 15
        position += 2 if head & 4 else 1
        length = len(content) - position
        if head & 2:
            length, position = _leb128(content, position)
        unit = content[position : position + max(0, length)]
        position += length
        if head & 0x80 or length < 0 or len(unit) != length:
            return False
        if kind not in _ANYTHING and _CODED_ZEROS in unit:
            return False
        drawn = drawn or kind in _DRAWN
    return drawn


def _leb128(content: bytes, position: int) -> tuple[int, int]:
    """A number of AV1 (4.10.5) and where it ends; negative where there is none."""
    value = 0
    for index, byte in enumerate(content[position : position + 8]):
        value |= (byte & 0x7F) << 7 * index
        if not byte & 0x80:
            return value, position + index + 1
    return -1, position
