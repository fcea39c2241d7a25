"""The pictures inside a HEIC or AVIF file and where their coded bytes lie (ISO/IEC 14496-12, 23008-12).

Only what tells sound from damaged is read. A file that does not say it in the standard's way says nothing:
whether it can be shown is its decoder's answer.
"""

from __future__ import annotations

import io
import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from evidence.filetypes.containers import boxes

CODED = frozenset({b"hvc1", b"hev1", b"lhv1", b"av01"})
DERIVED = frozenset({b"grid", b"iovl", b"iden"})
_PICTURES = CODED | DERIVED | {b"avc1", b"vvc1", b"evc1", b"jpeg", b"j2k1", b"unci", b"mski"}
_ALPHA = (
    b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha",
    b"urn:mpeg:hevc:2015:auxid:1",
)
_MOST = 20_000
"""Entries of any list: more is no picture of a camera."""
UNREADABLE = (struct.error, IndexError, ValueError)
"""What reading a broken list of contents ends in."""


@dataclass(slots=True, kw_only=True)
class Item:
    """One entry of a file's list of contents."""

    number: int
    kind: bytes
    hidden: bool = False
    extents: list[tuple[int, int]] | None = None
    """Start and end of its bytes; None where they lie in no place that is read here."""
    properties: list[tuple[bytes, bytes]] = field(default_factory=list)
    """Kind and content, in their order."""

    def property(self, kind: bytes) -> bytes:
        """Content of its first property of a kind; empty when it has none."""
        return next((content for each, content in self.properties if each == kind), b"")


class Heif:
    """Items and how they refer to each other.

    Raises:
        struct.error, IndexError, ValueError: the list of contents cannot be read.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.items: dict[int, Item] = {}
        self.primary = 0
        self._refers: dict[bytes, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        meta = next((each for each in _boxes(data) if each[0] == b"meta"), None)
        if meta is None:
            return
        parts: dict[bytes, tuple[int, int]] = {}
        for kind, start, end in _boxes(data, meta[1] + 4, meta[2]):
            parts.setdefault(kind, (start, end))
        for kind, read in (
            (b"pitm", self._read_primary),
            (b"iinf", self._read_items),
            (b"iref", self._read_references),
            (b"iprp", self._read_properties),
        ):
            if kind in parts:
                read(*parts[kind])
        if b"iloc" in parts:
            self._read_places(*parts[b"iloc"], parts.get(b"idat", (0, 0)))

    def shown(self) -> list[Item]:
        """Pictures in their own right, as libheif counts them: neither hidden nor part of another."""
        lesser = {*self._refers[b"thmb"], *self._refers[b"auxl"]}
        return [
            item
            for number, item in sorted(self.items.items())
            if item.kind in _PICTURES and not item.hidden and number not in lesser
        ]

    def sources(self, item: Item) -> list[Item]:
        """Pictures it is put together from, in the order of a grid."""
        return [self.items[each] for each in self._refers[b"dimg"][item.number] if each in self.items]

    def alphas(self, item: Item) -> list[Item]:
        """Pictures that say which part of it is transparent."""
        return [
            self.items[number]
            for number, masters in self._refers[b"auxl"].items()
            if item.number in masters
            and number in self.items
            and self.items[number].property(b"auxC")[4:].startswith(_ALPHA)
        ]

    def content(self, item: Item) -> bytes | None:
        """Its bytes; None when a part lies outside the file."""
        pieces = []
        for start, end in item.extents or ():
            if end > len(self.data):
                return None
            pieces.append(self.data[start:end])
        return b"".join(pieces)

    def _read_primary(self, start: int, _end: int) -> None:
        (self.primary,) = struct.unpack_from(">I" if self.data[start] else ">H", self.data, start + 4)

    def _read_items(self, start: int, end: int) -> None:
        first = start + (8 if self.data[start] else 6)
        for kind, body, _end in _boxes(self.data, first, end):
            version = self.data[body]
            if kind == b"infe" and version >= 2:
                layout = ">IH4s" if version >= 3 else ">HH4s"
                number, _protected, coding = struct.unpack_from(layout, self.data, body + 4)
                self.items[number] = Item(
                    number=number, kind=coding, hidden=bool(self.data[body + 3] & 1), extents=None
                )

    def _read_references(self, start: int, end: int) -> None:
        letter = "I" if self.data[start] else "H"
        for kind, body, _end in _boxes(self.data, start + 4, end):
            head = f">{letter}H"
            source, count = struct.unpack_from(head, self.data, body)
            found = struct.unpack_from(f">{count}{letter}", self.data, body + struct.calcsize(head))
            self._refers[kind][source] += found

    def _read_properties(self, start: int, end: int) -> None:
        known: list[tuple[bytes, bytes]] = []
        for kind, body, stop in _boxes(self.data, start, end):
            if kind == b"ipco":
                known = [(each, self.data[at:to]) for each, at, to in _boxes(self.data, body, stop)]
        for kind, body, _stop in _boxes(self.data, start, end):
            if kind == b"ipma":
                self._associate(body, known)

    def _associate(self, at: int, known: list[tuple[bytes, bytes]]) -> None:
        number_layout = ">IB" if self.data[at] else ">HB"
        wide = bool(self.data[at + 3] & 1)
        (count,) = struct.unpack_from(">I", self.data, at + 4)
        at += 8
        for _entry in range(_few(count)):
            number, associated = struct.unpack_from(number_layout, self.data, at)
            at += struct.calcsize(number_layout)
            indices = struct.unpack_from(f">{associated}{'H' if wide else 'B'}", self.data, at)
            at += associated * (2 if wide else 1)
            for index in indices:
                position = index & (0x7FFF if wide else 0x7F)
                if number in self.items and 0 < position <= len(known):
                    self.items[number].properties.append(known[position - 1])

    def _read_places(self, at: int, _end: int, idat: tuple[int, int]) -> None:
        version = self.data[at]
        offset_size, length_size = self.data[at + 4] >> 4, self.data[at + 4] & 15
        base_size, index_size = self.data[at + 5] >> 4, self.data[at + 5] & 15 if version else 0
        wide = 4 if version >= 2 else 2
        reader = io.BytesIO(self.data)
        reader.seek(at + 6)
        for _entry in range(_few(_number(reader, wide))):
            number = _number(reader, wide)
            method = _number(reader, 2) & 15 if version else 0
            elsewhere = _number(reader, 2)
            base = _number(reader, base_size)
            extents = []
            for _extent in range(_few(_number(reader, 2))):
                _number(reader, index_size)
                start, length = base + _number(reader, offset_size), _number(reader, length_size)
                start += idat[0] if method == 1 else 0
                extents.append((start, start + length if length else max(start, len(self.data))))
            if number in self.items and method < 2 and not elsewhere:
                self.items[number].extents = extents


def _boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    end = len(data) if end is None else end
    for box in boxes(io.BytesIO(data), start, end):
        if box.end > len(data):
            return
        yield box.kind, box.body, min(box.end, end)


def _number(reader: io.BytesIO, width: int) -> int:
    raw = reader.read(width)
    if len(raw) < width:
        raise ValueError(width)
    return int.from_bytes(raw, "big")


def _few(count: int) -> int:
    if count > _MOST:
        raise ValueError(count)
    return count
