"""Whether a file holds any part of a C2PA manifest, or names a place for one: without understanding it.

A film is not read for that: only the beginnings of its outermost boxes are, where a manifest has to lie.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from evidence.filetypes import media

_BOXED = frozenset({media.MP4, media.MOV, media.M4A, media.HEIC, media.AVIF})
_STREAMED = frozenset({media.JPEG, media.PNG, media.TIFF, media.WEBP})
_STORE = bytes.fromhex("63327061 0011 0010 8000 00aa00389b71")
"""The type of a manifest store in its JUMBF description."""
_BOX = bytes.fromhex("d8fec3d6 1b0e 483c 9297 5828877ec481")
"""The box of MP4 and its kin that holds one."""
_SEGMENT = re.compile(rb"\xff\xeb..JP.{10}jumb", re.DOTALL)
"""A segment of a JPEG with any part of one."""
_ELSEWHERE = b"dcterms:provenance"
"""Of XMP: where one lies outside the file; others use the word too."""
_CHUNK = 1 << 20
_OVERLAP = 64
_HEAD = 1 << 16


def manifest_marks(path: Path, kind: str) -> tuple[bool, bool]:
    """Whether any part of a manifest is in the file, and whether it may name another place.

    Args:
        kind: media type by content; BMP and Matroska have no place for a manifest (C2PA 2.2, A.3).
    """
    remains = elsewhere = False
    with path.open("rb") as file:
        for piece in _pieces(file, kind):
            segment = kind == media.JPEG and _SEGMENT.search(piece) is not None
            remains = remains or segment or _STORE in piece or _BOX in piece
            elsewhere = elsewhere or _ELSEWHERE in piece
            if remains:
                break
    return remains, elsewhere


def _pieces(file: BinaryIO, kind: str) -> Iterator[bytes]:
    if kind in _STREAMED:
        return _whole(file)
    if kind in _BOXED:
        return _boxes(file)
    return _chunks(file) if kind == media.AVI else iter(())


def _whole(file: BinaryIO) -> Iterator[bytes]:
    """Everything, in pieces that overlap."""
    before = b""
    while piece := file.read(_CHUNK):
        yield before + piece
        before = piece[-_OVERLAP:]


def _boxes(file: BinaryIO) -> Iterator[bytes]:
    """How each outermost box begins (ISO 14496-12, 4.2); what is shown and heard is passed over."""
    at, size = 0, file.seek(0, os.SEEK_END)
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        length, first = int.from_bytes(head[:4], "big"), 8
        if length == 1:
            length, first = int.from_bytes(head[8:], "big"), 16
        length = length or size - at
        if length < first:
            return
        if head[4:8] != b"mdat":
            file.seek(at)
            yield file.read(min(length, _HEAD))
        at += length


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    """How each outermost chunk of a RIFF file begins, the list of pictures and sounds passed over."""
    at, size = 0, file.seek(0, os.SEEK_END)
    while at + 8 <= size:
        file.seek(at)
        head = file.read(12)
        if head[:4] == b"RIFF":
            at += 12  # its chunks follow; long films are several of them in a row
            continue
        length = int.from_bytes(head[4:8], "little")
        if head[8:12] != b"movi":
            file.seek(at)
            yield file.read(min(length + 8, _HEAD))
        at += 8 + length + length % 2
