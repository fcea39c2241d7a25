"""Cheap proof that a file's end has arrived, before anything is copied or rendered.

It reads the places where each format says how long it is. A file that passes may still be damaged
inside: only rendering every page shows that, and recognition renders every page anyway. A file that does
not pass may still be whole for every renderer: that, too, only rendering shows.
"""

from __future__ import annotations

import mmap
import os
import re
import struct
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from evidence.filetypes import media
from evidence.filetypes.containers import read_structure

_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")
"""A JPEG marker inside scan data: neither a stuffed byte nor a restart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """What a file's own structure says about its end."""

    missing: str = ""
    """Why it cannot have arrived, for the clerk; empty when it has, or when it cannot be told."""
    trailer: int = 0
    """Bytes behind it."""
    decisive: bool = True
    """Whether a missing end proves a cut; otherwise opening every page decides."""


def read_end(path: Path, media_type: str) -> End:
    """What a file says about its own end."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        if not size:
            return End()
        check = _CHECKS.get(media_type)
        return check(file, size) if check is not None else End()


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


def _lacking(what: str) -> End:
    """Proof of a cut."""
    return End(missing=what)


def _odd(what: str) -> End:
    """No proof: programs that write such files exist."""
    return End(missing=what, decisive=False)


def _pdf(file: BinaryIO, size: int) -> End:
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        marker = data.rfind(b"%%EOF")
        after = data[marker + 5 : marker + 5 + (1 << 20)] if marker >= 0 else b""
        # An end marker with more objects behind it belongs to an earlier revision, or to the first page of a
        # linearised file, which says in its first object how long the whole is (ISO 32000-1 annex F.3.3).
        if marker < 0 or re.search(rb"\d+ \d+ obj\b", after):
            return _odd("PDF 缺少结尾")
        linearised = re.search(rb"/Linearized[^>]*?/L\s+(\d+)", data[:1024])
        if linearised and int(linearised[1]) > size:
            return _odd("PDF 比它自己声明的短")
        pointer = re.findall(rb"startxref\s+(\d+)\s*$", data[max(0, marker - 64) : marker])
    # Some producers put rubbish before the header, which shifts every offset: only a pointer beyond
    # the end speaks for a cut.
    if pointer and int(pointer[-1]) >= size:
        return _odd("PDF 的目录指向文件之外")
    return End(trailer=len(after.strip(b"\r\n\t ")) and size - marker - 5)


def _jpeg(file: BinaryIO, size: int) -> End:
    """The picture's own end marker, not that of a thumbnail in its header; a phone's film may follow it."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        position = 2
        while position + 4 <= size:
            if data[position] != 0xFF:
                return _odd("JPEG 的段落不连续")
            kind = data[position + 1]
            if kind == 0xFF:
                position += 1
                continue
            if kind == 0xD9:
                return End(trailer=size - position - 2)
            position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
            if kind == 0xDA:  # scan data run to the next marker
                found = _MARKER.search(data, position)
                if found is None:
                    return _lacking("JPEG 缺少结尾")
                position = found.end() - 2
        if data[position : position + 2] == b"\xff\xd9":
            return End()
    return _lacking("JPEG 缺少结尾")


def _png(file: BinaryIO, size: int) -> End:
    position = 8
    while position + 12 <= size:
        file.seek(position)
        length, kind = struct.unpack(">I4s", file.read(8))
        position += 12 + length
        if kind == b"IEND":
            return End(trailer=max(0, size - position))
    return _lacking("PNG 缺少结尾")


def _riff(file: BinaryIO, size: int) -> End:
    file.seek(4)
    declared = int.from_bytes(file.read(4), "little") + 8
    if declared > size + 1:
        return _lacking("文件比它自己声明的短")
    return End(trailer=max(0, size - declared - 1))


def _webp(file: BinaryIO, size: int) -> End:
    """Its decoder makes a picture of anything: reserved space is known by its empty end."""
    end = _riff(file, size)
    if end.missing:
        return end
    file.seek(max(0, size - end.trailer - 256))
    return end if any(file.read(256)) else _lacking("图片内容还没有写入")


def _bmp(file: BinaryIO, size: int) -> End:
    file.seek(2)
    declared = int.from_bytes(file.read(4), "little")
    return _odd("BMP 比它自己声明的短") if declared > size else End()


def _boxes(file: BinaryIO, size: int) -> End:
    """ISO 14496-12: footage without `moov` cannot be played, boxes must lie within the file."""
    structure = read_structure(file)
    if structure.container != "mp4":
        return _lacking("影音文件结构不完整")
    if structure.declared_end > size:
        return _lacking("影音文件比它自己声明的短")
    if structure.truncated:
        return _lacking("影音文件缺少索引或内容（moov、mdat）")
    return End(trailer=structure.trailer)


def _tiff(file: BinaryIO, size: int) -> End:
    """Every frame's strips or tiles must lie within the file; BigTIFF is left to the decoder."""
    file.seek(0)
    header = file.read(8)
    order = "<" if header[:2] == b"II" else ">"
    version, position = struct.unpack(order + "HI", header[2:8]) if len(header) == 8 else (0, 0)
    if version != 42:
        return End()
    visited: set[int] = set()
    while position and position not in visited and len(visited) < 10_000:
        visited.add(position)
        if position + 2 > size:
            return _lacking("TIFF 的页目录在文件之外")
        file.seek(position)
        (count,) = struct.unpack(order + "H", file.read(2))
        directory = file.read(12 * count + 4)
        if len(directory) < 12 * count + 4:
            return _lacking("TIFF 的页目录不完整")
        if not _strips_within(file, size, order, directory, count):
            return _lacking("TIFF 的图像数据在文件之外")
        (position,) = struct.unpack(order + "I", directory[-4:])
    return End()


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


def _zip(file: BinaryIO, size: int) -> End:
    return End() if zipfile.is_zipfile(file) else _lacking("缺少结尾的目录")


def _film(file: BinaryIO, size: int) -> End:
    return _lacking("影音文件比它自己声明的短") if read_structure(file).truncated else End()


_CHECKS = {
    media.PDF: _pdf,
    media.JPEG: _jpeg,
    media.PNG: _png,
    media.TIFF: _tiff,
    media.BMP: _bmp,
    media.WEBP: _webp,
    media.AVI: _film,
    media.HEIC: _boxes,
    media.AVIF: _boxes,
    media.MP4: _boxes,
    media.MOV: _boxes,
    media.M4A: _boxes,
    media.MKV: _film,
    media.DOCX: _zip,
    media.XLSX: _zip,
    media.ZIP: _zip,
}
