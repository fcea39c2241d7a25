"""Cheap proof that a file's end has arrived, before anything is copied or rendered.

It reads the places where each format says how long it is. A file that passes may still be damaged
inside: only rendering every page shows that, and recognition renders every page anyway.
"""

from __future__ import annotations

import os
import re
import struct
import zipfile
from pathlib import Path
from typing import BinaryIO

from evidence.inbox import media

_TAIL = 2048


def missing_end(path: Path, media_type: str) -> str:
    """Why the end of a file has not arrived, for the clerk; empty when it has, or cannot be told."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if not size:
            return ""
        check = _CHECKS.get(media_type)
        return check(file, size) if check is not None else ""


def only_zeros(path: Path, sample: int = 65536) -> bool:
    """Whether a file holds nothing but zero bytes at both ends: space reserved, content still to come."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if not size:
            return False
        file.seek(0)
        if any(file.read(sample)):
            return False
        file.seek(max(0, size - sample))
        return not any(file.read(sample))


def _tail(file: BinaryIO, size: int, length: int = _TAIL) -> bytes:
    file.seek(max(0, size - length))
    return file.read(length)


def _pdf(file: BinaryIO, size: int) -> str:
    tail = _tail(file, size)
    before, marker, after = tail.rpartition(b"%%EOF")
    # An end marker with more objects behind it belongs to an earlier revision, or to the first page of a
    # linearised file, which says in its first object how long the whole is (ISO 32000-1 annex F.3.3).
    if not marker or re.search(rb"\d+ \d+ obj\b", after):
        return "PDF 缺少结尾"
    file.seek(0)
    linearised = re.search(rb"/Linearized[^>]*?/L\s+(\d+)", file.read(1024))
    if linearised and int(linearised[1]) > size:
        return "PDF 比它自己声明的短"
    pointer = re.findall(rb"startxref\s+(\d+)\s*$", before)
    # Some producers put rubbish before the header, which shifts every offset: only a pointer beyond
    # the end proves a cut.
    if pointer and int(pointer[-1]) >= size:
        return "PDF 的目录指向文件之外"
    return ""


def _jpeg(file: BinaryIO, size: int) -> str:
    tail = _tail(file, size, 65536).rstrip(b"\x00")
    # Phones append a video or thumbnails behind the picture: the end marker may stand earlier.
    return "" if b"\xff\xd9" in tail else "JPEG 缺少结尾"


def _png(file: BinaryIO, size: int) -> str:
    return "" if b"IEND\xaeB`\x82" in _tail(file, size) else "PNG 缺少结尾"


def _riff(file: BinaryIO, size: int) -> str:
    file.seek(4)
    declared = int.from_bytes(file.read(4), "little") + 8
    return "文件比它自己声明的短" if declared > size + 1 else ""


def _webp(file: BinaryIO, size: int) -> str:
    """Its decoder makes a picture of anything: reserved space is known by its empty end."""
    return _riff(file, size) or ("" if any(_tail(file, size, 256)) else "图片内容还没有写入")


def _bmp(file: BinaryIO, size: int) -> str:
    file.seek(2)
    declared = int.from_bytes(file.read(4), "little")
    return "BMP 比它自己声明的短" if declared > size else ""


def _boxes(file: BinaryIO, size: int) -> str:
    """ISO 14496-12 boxes must end exactly where the file ends; footage without `moov` cannot be played."""
    file.seek(0)
    position = 6 if file.read(6) == b"\xef\xbb\xbf\xef\xbb\xbf" else 0
    seen: set[bytes] = set()
    while position + 8 <= size:
        file.seek(position)
        header = file.read(16)
        length, kind = struct.unpack(">I4s", header[:8])
        if length == 1 and len(header) == 16:
            (length,) = struct.unpack(">Q", header[8:])
        elif length == 0:
            length = size - position
        if length < 8 or (not kind.isascii() and not seen):
            return "影音文件结构不完整"
        seen.add(kind)
        position += length
    file.seek(min(position, size))
    if position > size or any(file.read(8)):
        return "影音文件比它自己声明的短"
    playable = {b"moov", b"mdat"} <= seen or b"moof" in seen or b"meta" in seen
    return "" if playable else "影音文件缺少索引或内容（moov、mdat）"


def _tiff(file: BinaryIO, size: int) -> str:
    """Every frame's strips or tiles must lie within the file; BigTIFF is left to the decoder."""
    file.seek(0)
    header = file.read(8)
    order = "<" if header[:2] == b"II" else ">"
    version, position = struct.unpack(order + "HI", header[2:8]) if len(header) == 8 else (0, 0)
    if version != 42:
        return ""
    visited: set[int] = set()
    while position and position not in visited and len(visited) < 10_000:
        visited.add(position)
        if position + 2 > size:
            return "TIFF 的页目录在文件之外"
        file.seek(position)
        (count,) = struct.unpack(order + "H", file.read(2))
        directory = file.read(12 * count + 4)
        if len(directory) < 12 * count + 4:
            return "TIFF 的页目录不完整"
        if not _strips_within(file, size, order, directory, count):
            return "TIFF 的图像数据在文件之外"
        (position,) = struct.unpack(order + "I", directory[-4:])
    return ""


def _strips_within(file: BinaryIO, size: int, order: str, directory: bytes, count: int) -> bool:
    offsets: list[int] = []
    lengths: list[int] = []
    for index in range(count):
        tag, kind, number = struct.unpack(order + "HHI", directory[index * 12 : index * 12 + 8])
        if tag in (273, 324):
            offsets = _values(file, order, kind, number, directory[index * 12 + 8 : index * 12 + 12])
        elif tag in (279, 325):
            lengths = _values(file, order, kind, number, directory[index * 12 + 8 : index * 12 + 12])
    return all(
        offset + length <= size
        for offset, length in zip(offsets, lengths or [0] * len(offsets), strict=False)
    )


def _values(file: BinaryIO, order: str, kind: int, number: int, inline: bytes) -> list[int]:
    width, letter = (2, "H") if kind == 3 else (4, "I")
    number = min(number, 100_000)
    data = inline
    if width * number > 4:
        file.seek(struct.unpack(order + "I", inline)[0])
        data = file.read(width * number)
        if len(data) < width * number:
            return [1 << 40]
    return list(struct.unpack(f"{order}{number}{letter}", data[: width * number]))


def _zip(file: BinaryIO, size: int) -> str:
    return "" if zipfile.is_zipfile(file) else "文档缺少结尾"


def _matroska(file: BinaryIO, size: int) -> str:
    """The segment after the EBML header (RFC 8794) declares its length, unless it was recorded live."""
    file.seek(0)
    start = file.read(64)
    length, width = _vint(start, 4)
    position = 4 + width + length
    if position >= size:
        return "影音文件结构不完整"
    file.seek(position)
    head = file.read(16)
    if head[:4] != b"\x18\x53\x80\x67":
        return ""
    length, width = _vint(head, 4)
    unknown = length == (1 << (7 * width)) - 1
    return "影音文件比它自己声明的短" if not unknown and position + 4 + width + length > size else ""


def _vint(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data) or not data[at]:
        return 0, 1
    width = 9 - data[at].bit_length()
    value = int.from_bytes(data[at : at + width], "big") & ((1 << (7 * width)) - 1)
    return value, width


_CHECKS = {
    media.PDF: _pdf,
    media.JPEG: _jpeg,
    media.PNG: _png,
    media.TIFF: _tiff,
    media.BMP: _bmp,
    media.WEBP: _webp,
    media.AVI: _riff,
    media.HEIC: _boxes,
    media.MP4: _boxes,
    media.MOV: _boxes,
    media.M4A: _boxes,
    media.MKV: _matroska,
    media.DOCX: _zip,
    media.XLSX: _zip,
    "application/zip": _zip,
}
