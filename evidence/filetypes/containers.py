"""The outer structure of MP4/MOV, AVI and MKV files, read without decoding anything.

A declared end beyond the end of the file proves a cut, whatever the players say: FFmpeg opens a cut
faststart MP4 with its full declared length and no error (measured). Bytes behind the last box are a
maker's trailer and prove nothing. Box layout: ISO/IEC 14496-12; RIFF: Microsoft AVI reference;
Matroska: RFC 9559.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_BOM = b"\xef\xbb\xbf"
_MP4_TOP = frozenset(
    {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"moof", b"mfra", b"uuid", b"sidx", b"styp"}
    | {b"pnot", b"meta", b"emsg", b"prft", b"udta", b"pdin", b"ssix", b"junk"}
)
_MAX_BOXES = 200_000
_EBML, _SEGMENT = 0x1A45DFA3, 0x18538067


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """What the outer structure says."""

    container: str
    """`mp4`, `avi`, `mkv`, or empty when it is none of them."""
    prefix: int = 0
    """Bytes some stations put in front (UTF-8 byte order marks); they belong to the original."""
    declared_end: int = 0
    """Where the last structure says it ends; beyond the file's size for a cut file."""
    trailer: int = 0
    """Bytes behind the last structure that belong to none."""
    truncated: bool = False
    fragmented: bool = False
    index_found: bool = True
    """Whether the index that players need is there (`moov`, or a picture's `meta`)."""
    created_raw: int | None = None
    """mvhd creation time in seconds as stored; None when absent or zero."""
    declared_ms: int | None = None
    """mvhd duration; for fragmented files usually None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One box of a level."""

    kind: bytes
    body: int
    """Where its payload begins."""
    end: int
    """Where it says it ends."""


def read_structure(stream: BinaryIO) -> Structure:
    """Walk the top level of a seekable stream; any bytes are fine, none raise."""
    size = stream.seek(0, os.SEEK_END)
    stream.seek(0)
    head = stream.read(64)
    prefix = 0
    while head.startswith(_BOM, prefix):
        prefix += len(_BOM)
    start = head[prefix : prefix + 12]
    if start[4:8] in _MP4_TOP:
        return _mp4(stream, prefix, size)
    if start[:4] == b"RIFF" and start[8:12] == b"AVI ":
        return _avi(stream, prefix, size)
    if start[:4] == b"\x1a\x45\xdf\xa3":
        return _mkv(stream, prefix, size)
    return Structure(container="", prefix=prefix)


def boxes(stream: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """Boxes up to the first bytes that are no box header."""
    position = start
    for _count in range(_MAX_BOXES):
        stream.seek(position)
        header = stream.read(min(16, max(0, end - position)))
        if len(header) < 8 or not _is_kind(header[4:8]):
            return
        length, kind = struct.unpack(">I4s", header[:8])
        body = position + 8
        if length == 1:
            if len(header) < 16:
                return
            (length,) = struct.unpack(">Q", header[8:])
            body = position + 16
        elif length == 0:
            length = end - position
        if length < body - position:
            return
        yield Box(kind=kind, body=body, end=position + length)
        position += length


def _is_kind(kind: bytes) -> bool:
    """Four printable characters; QuickTime begins some with a copyright sign."""
    return all(32 <= byte < 127 or byte == 0xA9 for byte in kind)


def _mp4(stream: BinaryIO, prefix: int, size: int) -> Structure:
    seen: set[bytes] = set()
    reached = declared_end = prefix
    created: int | None = None
    declared: int | None = None
    fragmented = False
    for box in boxes(stream, prefix, size):
        if box.end > size and box.kind not in _MP4_TOP and _complete(seen):
            break  # text or a maker's data behind the film happens to look like a header
        declared_end = max(declared_end, box.end)
        reached = min(box.end, size)
        if box.end > size:
            break
        seen.add(box.kind)
        if box.kind == b"moov":
            created, declared, extends = _movie_header(stream, box.body, box.end)
            fragmented = fragmented or extends
    fragmented = fragmented or b"moof" in seen
    # a header cut in the middle: only where nothing more is needed may the rest be a trailer
    cut = declared_end > size or (
        reached < size and (fragmented or not _complete(seen)) and size - reached < 8
    )
    return Structure(
        container="mp4",
        prefix=prefix,
        declared_end=max(declared_end, size + 1) if cut else declared_end,
        trailer=0 if cut else size - reached,
        truncated=cut or not _complete(seen),
        fragmented=fragmented,
        index_found=not {b"moov", b"meta"}.isdisjoint(seen),
        created_raw=created or None,
        declared_ms=None if fragmented else declared,
    )


def _complete(seen: set[bytes]) -> bool:
    """Index and content are there: of a film, of a film in fragments, or of a picture."""
    return {b"moov", b"mdat"} <= seen or b"moof" in seen or b"meta" in seen


def _movie_header(stream: BinaryIO, start: int, end: int) -> tuple[int | None, int | None, bool]:
    created: int | None = None
    duration: int | None = None
    extends = False
    for box in boxes(stream, start, end):
        if box.kind == b"mvex":
            extends = True
        if box.kind != b"mvhd" or box.end > end:
            continue
        stream.seek(box.body)
        raw = stream.read(32)
        if len(raw) < 32:
            continue
        if raw[0] == 1:
            created, _modified, scale, length = struct.unpack(">QQIQ", raw[4:32])
        else:
            created, _modified, scale, length = struct.unpack(">IIII", raw[4:20])
        duration = length * 1000 // scale if scale else None
    return created, duration, extends


def _avi(stream: BinaryIO, prefix: int, size: int) -> Structure:
    position = prefix
    while position + 8 <= size:
        stream.seek(position)
        kind, length = struct.unpack("<4sI", stream.read(8))
        if kind not in {b"RIFF", b"JUNK", b"idx1"}:
            break
        position += 8 + length + (length & 1)
    # The pad byte of an odd last chunk is often missing.
    return Structure(container="avi", prefix=prefix, declared_end=position, truncated=position > size + 1)


def _mkv(stream: BinaryIO, prefix: int, size: int) -> Structure:
    position, truncated, began = prefix, False, False
    for _count in range(64):
        stream.seek(position)
        raw = stream.read(12)
        identifier, id_length = _vint(raw, keep_marker=True)
        length, size_length = _vint(raw[id_length:], keep_marker=False)
        if identifier not in {_EBML, _SEGMENT} or not size_length:
            break
        began = began or identifier == _SEGMENT
        if length is None:
            # Unknown length is allowed for live recordings; only demuxing can tell where it stops.
            position = size
            break
        position += id_length + size_length + length
        if position >= size:
            truncated = position > size
            break
    return Structure(container="mkv", prefix=prefix, declared_end=position, truncated=truncated or not began)


def _vint(raw: bytes, *, keep_marker: bool) -> tuple[int | None, int]:
    """An EBML variable-length number and its length; None for the reserved unknown value."""
    if not raw or raw[0] == 0:
        return None, 0
    length = 9 - raw[0].bit_length()
    if len(raw) < length:
        return None, 0
    value = int.from_bytes(raw[:length], "big")
    if keep_marker:
        return value, length
    value &= (1 << (7 * length)) - 1
    return (None if value == (1 << (7 * length)) - 1 else value), length
