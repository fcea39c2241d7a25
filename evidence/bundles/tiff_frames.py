"""Some frames of a multi-page TIFF as a TIFF of their own; strips, tiles and JPEG tables byte for byte.

TIFF 6.0 and BigTIFF, both byte orders. Directories below a frame (previews, EXIF) stay behind: they are
pictures and notes of their own, and what they say of other frames nobody can tell.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

_BYTES_OF = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}
"""TIFF field type -> bytes of one value."""
_WHOLE = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q"}
_STRIPS, _TILES = (273, 279), (324, 325)
"""Tags that say where the picture's data lie and how long each piece is."""
_LEFT_BEHIND = frozenset({330, 34665, 34853, 40965, 700, 34377, 33723})
"""Further directories; XMP, Photoshop and IPTC blocks, which may hold previews."""
_OLD_JPEG = 513
_MOST_FRAMES = 10_000


class TiffFrameError(ValueError):
    """The file cannot be taken apart."""


@dataclass(frozen=True, slots=True)
class _Field:
    tag: int
    type: int
    count: int
    value: bytes
    """In the file's byte order, without padding."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """Byte order and field widths of one file."""

    order: str
    big: bool

    @property
    def offset(self) -> str:
        """Format of a place in the file."""
        return self.order + ("Q" if self.big else "I")

    @property
    def width(self) -> int:
        """Bytes of a place in the file, and of a value kept inside its entry."""
        return 8 if self.big else 4


def tiff_frames(data: bytes, indexes: Sequence[int]) -> bytes:
    """A TIFF of these frames, in this order.

    Args:
        data: the whole file.
        indexes: 0-based.

    Raises:
        TiffFrameError: no such frame, damaged, or of a kind whose data cannot be moved (old-style JPEG).
    """
    try:
        layout, first = _header(data)
        frames = _directories(data, layout, first)
        return _write(data, layout, [frames[index] for index in indexes])
    except (struct.error, IndexError, KeyError, OverflowError) as error:
        raise TiffFrameError(f"damaged TIFF ({error})") from error


def _header(data: bytes) -> tuple[_Layout, int]:
    order = {b"II": "<", b"MM": ">"}[data[:2]]
    (version,) = struct.unpack_from(order + "H", data, 2)
    if version == 42:
        return _Layout(order, big=False), struct.unpack_from(order + "I", data, 4)[0]
    if version == 43:
        return _Layout(order, big=True), struct.unpack_from(order + "Q", data, 8)[0]
    raise TiffFrameError(f"no TIFF (version {version})")


def _directories(data: bytes, layout: _Layout, place: int) -> list[list[_Field]]:
    frames: list[list[_Field]] = []
    seen: set[int] = set()
    while place and place not in seen and len(frames) < _MOST_FRAMES:
        seen.add(place)
        count_format = layout.order + ("Q" if layout.big else "H")
        (count,) = struct.unpack_from(count_format, data, place)
        at = place + struct.calcsize(count_format)
        entry = 20 if layout.big else 12
        frames.append([_field(data, layout, at + n * entry) for n in range(count)])
        (place,) = struct.unpack_from(layout.offset, data, at + count * entry)
    return frames


def _field(data: bytes, layout: _Layout, at: int) -> _Field:
    tag, kind = struct.unpack_from(layout.order + "HH", data, at)
    (count,) = struct.unpack_from(layout.offset, data, at + 4)
    size = _BYTES_OF[kind] * count
    place = at + 4 + layout.width
    if size > layout.width:
        (place,) = struct.unpack_from(layout.offset, data, place)
    if place + size > len(data):
        raise TiffFrameError(f"field {tag} lies beyond the end of the file")
    return _Field(tag, kind, count, data[place : place + size])


def _numbers(layout: _Layout, field: _Field) -> list[int]:
    return list(struct.unpack(f"{layout.order}{field.count}{_WHOLE[field.type]}", field.value))


def _write(data: bytes, layout: _Layout, frames: Sequence[Sequence[_Field]]) -> bytes:
    order = layout.order
    made = bytearray((b"II" if order == "<" else b"MM") + struct.pack(order + "H", 43 if layout.big else 42))
    if layout.big:
        made += struct.pack(order + "HH", 8, 0)
    link = len(made)
    made += bytes(layout.width)
    for frame in frames:
        fields = {field.tag: field for field in frame if field.tag not in _LEFT_BEHIND}
        if _OLD_JPEG in fields:
            raise TiffFrameError("old-style JPEG in TIFF")
        for places, lengths in (_STRIPS, _TILES):
            if places in fields:
                fields[places] = _moved(data, layout, made, fields[places], fields[lengths])
        link = _directory(layout, made, [fields[tag] for tag in sorted(fields)], link)
    return bytes(made)


def _moved(data: bytes, layout: _Layout, made: bytearray, places: _Field, lengths: _Field) -> _Field:
    """Copy the pieces of a picture; returns where they lie now."""
    fresh = []
    for place, length in zip(_numbers(layout, places), _numbers(layout, lengths), strict=True):
        if place + length > len(data):
            raise TiffFrameError("a strip lies beyond the end of the file")
        _align(made)
        fresh.append(len(made))
        made += data[place : place + length]
    kind = 16 if layout.big else 4
    value = struct.pack(f"{layout.order}{len(fresh)}{_WHOLE[kind]}", *fresh)
    return _Field(places.tag, kind, len(fresh), value)


def _directory(layout: _Layout, made: bytearray, fields: Sequence[_Field], link: int) -> int:
    """Append one directory, point `link` to it; returns where the next link stands."""
    entries = bytearray()
    for field in fields:
        entries += struct.pack(layout.order + "HH", field.tag, field.type)
        entries += struct.pack(layout.offset, field.count)
        if len(field.value) <= layout.width:
            entries += field.value.ljust(layout.width, b"\0")
        else:
            _align(made)
            entries += struct.pack(layout.offset, len(made))
            made += field.value
    _align(made)
    struct.pack_into(layout.offset, made, link, len(made))
    made += struct.pack(layout.order + ("Q" if layout.big else "H"), len(fields)) + entries
    next_link = len(made)
    made += bytes(layout.width)
    return next_link


def _align(made: bytearray) -> None:
    made += bytes(-len(made) % 8)
