"""A strict reading of the package zip (APPNOTE 6.3; docs/package-format.md, Container).

Readers disagree about zips with duplicate names, hidden gaps or headers that contradict each other.
Here every byte outside the stored files must be exactly what the canonical form prescribes: what
makes the content ambiguous fails, any other deviation leaves the verdict open.
"""

from __future__ import annotations

import os
import struct
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from evidence.verify.container import MAX_ENTRIES, Container, Extent, bad_component
from evidence.verify.model import Check, failed, review

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")
_FULL = 0xFFFFFFFF
_FILE_MODE = 0o100644 << 16
_MAX_CENTRAL = 256 << 20


class NotAPackageZipError(ValueError):
    """The file has no readable zip directory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """One central directory header."""

    name: bytes
    made_by: int
    needed: int
    flags: int
    method: int
    time: int
    date: int
    crc: int
    packed: int
    size: int
    disk: int
    internal: int
    external: int
    offset: int
    extra: bytes
    comment: bytes
    wide: bool
    """Whether sizes or offset stand in a ZIP64 field."""


def open_zip(path: Path) -> Container:
    """The stored files of a package zip, with everything that is wrong with its structure.

    Raises:
        NotAPackageZipError: no zip directory can be read.
        OSError: the file cannot be read.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        length = os.fstat(descriptor).st_size
        entries, start, checks = _read_directory(descriptor, length)
        name, files, more = _judge_entries(descriptor, path, entries, start)
    finally:
        os.close(descriptor)
    return Container(name=name, files=files, checks=tuple(checks + more))


def _read_directory(descriptor: int, length: int) -> tuple[list[_Entry], int, list[Check]]:
    """Entries in directory order, where the directory starts, and deviations of the end records."""
    checks: list[Check] = []
    tail = os.pread(descriptor, min(length, 1 << 17), max(0, length - (1 << 17)))
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise NotAPackageZipError("no end of central directory")
    base = length - len(tail)
    _, disk, start_disk, count_here, count, size, start, comment = _END.unpack_from(tail, at)
    directory_end = base + at
    if len(tail) - at != _END.size or comment:
        checks.append(review("zip.structure", "压缩包末尾有注释或多余字节。"))
    if (disk, start_disk) != (0, 0) or count_here != count:
        checks.append(failed("zip.structure", "压缩包声称分卷，无法判断内容。"))
    if start == _FULL or count == 0xFFFF or size == _FULL:
        count, size, start, directory_end = _read_zip64(tail, at, base, checks)
    if count > MAX_ENTRIES or size > _MAX_CENTRAL:
        raise NotAPackageZipError("central directory too large")
    if start + size != directory_end:
        checks.append(failed("zip.structure", "压缩包目录前后夹有多余字节。"))
    data = os.pread(descriptor, size, start)
    if len(data) != size:
        raise NotAPackageZipError("central directory out of bounds")
    entries: list[_Entry] = []
    position = 0
    for _ in range(count):
        if len(data) - position < _CENTRAL.size:
            raise NotAPackageZipError("central directory cut off")
        entry, position = _central_entry(data, position)
        entries.append(entry)
    if position != size:
        checks.append(failed("zip.structure", "压缩包目录中夹有多余字节。"))
    return entries, start, checks


def _read_zip64(tail: bytes, at: int, base: int, checks: list[Check]) -> tuple[int, int, int, int]:
    if at < _LOCATOR.size + _END64.size:
        raise NotAPackageZipError("ZIP64 records missing")
    signature, disk, place, disks = _LOCATOR.unpack_from(tail, at - _LOCATOR.size)
    record = at - _LOCATOR.size - _END64.size
    magic, length, made, needed, disk_a, disk_b, count_here, count, size, start = _END64.unpack_from(
        tail, record
    )
    if (made & 0xFF, needed) != (45, 45):
        checks.append(review("zip.structure", "压缩包的 ZIP64 记录不是规定写法。"))
    if (
        signature != b"PK\x06\x07"
        or magic != b"PK\x06\x06"
        or (disk, disks, disk_a, disk_b) != (0, 1, 0, 0)
        or length != _END64.size - 12
        or place != base + record
        or count_here != count
    ):
        checks.append(failed("zip.structure", "压缩包的 ZIP64 记录互相矛盾。"))
    return count, size, start, base + record


def _central_entry(data: bytes, position: int) -> tuple[_Entry, int]:
    (
        magic, made_by, needed, flags, method, time, date, crc, packed, size,
        name_length, extra_length, comment_length, disk, internal, external, offset,
    ) = _CENTRAL.unpack_from(data, position)  # fmt: skip
    if magic != b"PK\x01\x02":
        raise NotAPackageZipError("bad central header")
    start = position + _CENTRAL.size
    name = data[start : start + name_length]
    extra = data[start + name_length : start + name_length + extra_length]
    end = start + name_length + extra_length + comment_length
    comment = data[end - comment_length : end]
    wide = [packed == _FULL, size == _FULL, offset == _FULL]
    if any(wide):
        # Order in the ZIP64 field: size, packed size, offset, each only when its short form is full.
        values = _zip64_values(extra, sum(wide))
        if size == _FULL:
            size = values.pop(0)
        if packed == _FULL:
            packed = values.pop(0)
        if offset == _FULL:
            offset = values.pop(0)
    entry = _Entry(
        name=name, made_by=made_by, needed=needed, flags=flags, method=method, time=time, date=date,
        crc=crc, packed=packed, size=size, disk=disk, internal=internal, external=external,
        offset=offset, extra=extra, comment=comment, wide=any(wide),
    )  # fmt: skip
    return entry, end


def _zip64_values(extra: bytes, count: int) -> list[int]:
    if len(extra) != 4 + 8 * count or extra[:4] != struct.pack("<2H", 1, 8 * count):
        raise NotAPackageZipError("bad ZIP64 field")
    return list(struct.unpack_from(f"<{count}Q", extra, 4))


def _judge_entries(
    descriptor: int, path: Path, entries: list[_Entry], directory_start: int
) -> tuple[str, dict[str, Extent], list[Check]]:
    files: dict[str, Extent] = {}
    checks: list[Check] = []
    bases: Counter[str] = Counter()
    names: list[str] = []
    expected_offset = 0
    style = (entries[0].made_by, entries[0].needed) if entries else (0, 0)
    every_flag = all(entry.flags & 0x800 for entry in entries)
    for entry in entries:
        try:
            full = entry.name.decode("utf-8")
        except UnicodeDecodeError:
            checks.append(failed("zip.name", "文件名不是 UTF-8。", repr(entry.name)))
            continue
        base, _, inner = full.partition("/")
        bases[base] += 1
        names.append(inner)
        shown = full.encode("utf-8", "replace").decode()
        problem = _entry_problem(entry, full)
        if problem:
            checks.append(failed("zip.entry", problem, shown))
            continue
        local, local_length = _local_problem(descriptor, entry)
        if local:
            checks.append(failed("zip.structure", local, shown))
        if entry.offset != expected_offset:
            checks.append(failed("zip.structure", "文件之间有多余字节或相互重叠。", shown))
        expected_offset = entry.offset + local_length + entry.size
        if not _canonical(entry, style, every_flag=every_flag):
            checks.append(
                review("zip.structure", "条目的属性不是移交包的规定写法，压缩包可能被重新打包。", shown)
            )
        data_start = entry.offset + local_length
        if data_start + entry.size > directory_start:
            checks.append(failed("zip.structure", "文件数据越界。", shown))
            continue
        if inner in files:
            checks.append(failed("zip.duplicate", "同名文件出现多次。", shown))
            continue
        files[inner] = Extent(path=path, offset=data_start, size=entry.size, crc=entry.crc)
    if expected_offset != directory_start:
        checks.append(failed("zip.structure", "文件数据与目录之间有多余字节。"))
    if len(bases) != 1:
        checks.append(failed("zip.structure", "压缩包应当只有一个顶层文件夹。"))
    if names != sorted(names, key=canonical_order):
        checks.append(review("zip.structure", "文件顺序不是移交包的规定顺序。"))
    return (bases.most_common(1)[0][0] if bases else ""), files, checks


_FIRST = (
    "bagit.txt",
    "bag-info.txt",
    "manifest-sha256.txt",
    "tagmanifest-sha256.txt",
    "tagmanifest-sha256.txt.p7s",
)


def canonical_order(path: str) -> tuple[int, bool, bytes]:
    """Sort key of a file in the package zip: bag files, loose tag files, folders, payload."""
    if path in _FIRST:
        return _FIRST.index(path), False, b""
    rank = len(_FIRST) + path.startswith("data/")
    return rank, "/" in path, path.encode("utf-8", "surrogatepass")


def _entry_problem(entry: _Entry, full: str) -> str:
    """Why an entry cannot be read safely; empty when it can."""
    if full.startswith(("/", "\\")) or "\\" in full or "/" not in full:
        return "路径不在顶层文件夹之内。"
    for component in full.split("/"):
        reason = bad_component(component)
        if reason:
            return f"路径{reason}。"
    if entry.flags & ~0x800:
        return "条目加密或使用数据描述符。"
    if entry.method != 0 or entry.packed != entry.size:
        return "条目经过压缩；移交包不压缩。请先解压，再验证文件夹。"
    if entry.external >> 28 not in (0, 0o10):
        return "条目不是普通文件（链接或设备）。"
    return ""


def _local_problem(descriptor: int, entry: _Entry) -> tuple[str, int]:
    """What the local header contradicts, and the length of the header."""
    header = os.pread(descriptor, _LOCAL.size, entry.offset)
    if len(header) != _LOCAL.size:
        return "文件头越界。", _LOCAL.size
    magic, needed, flags, method, time, date, crc, packed, size, name_length, extra_length = _LOCAL.unpack(
        header
    )
    rest = os.pread(descriptor, name_length + extra_length, entry.offset + _LOCAL.size)
    name, extra = rest[:name_length], rest[name_length:]
    length = _LOCAL.size + name_length + extra_length
    if extra:
        try:
            size, packed = _zip64_values(extra, 2)
        except NotAPackageZipError:
            return "文件头带有附加字段。", length
    here = (magic, needed, flags, method, time, date, crc, packed, size, name)
    there = (
        b"PK\x03\x04", entry.needed, entry.flags, entry.method, entry.time, entry.date,
        entry.crc, entry.packed, entry.size, entry.name,
    )  # fmt: skip
    return ("" if here == there else "文件头与目录不一致。"), length


def _canonical(entry: _Entry, style: tuple[int, int], *, every_flag: bool) -> bool:
    """Whether the attributes are the prescribed ones; versions and flags must be the same throughout."""
    utf8 = 0x800 if every_flag or not entry.name.isascii() else 0
    return (
        (entry.time, entry.date) == (0, 0x21)
        and entry.external == _FILE_MODE
        and entry.internal == 0
        and entry.disk == 0
        and not entry.comment
        and entry.flags == utf8
        and entry.made_by >> 8 == 3
        and (entry.wide or (entry.made_by, entry.needed) == style)
        and entry.needed in (10, 20, 45)
        and entry.made_by & 0xFF in (20, 30, 45, 63)
        and (entry.wide or not entry.extra)
    )
