"""The central directory of a zip and its local headers, read strictly (APPNOTE 6.3).

What other programs write differently without changing the content is remarked; what makes readers
disagree about the content is an error.
"""

from __future__ import annotations

import os
import struct
import zlib
from dataclasses import dataclass, field

from evidence.verify.container import MAX_ENTRIES
from evidence.verify.model import Check, failed, review

_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR = struct.Struct("<4sIQI")
_FULL = 0xFFFFFFFF
_MAX_CENTRAL = 256 << 20
_ZIP64, _UNICODE_PATH = 0x0001, 0x7075
DESCRIPTOR, UTF8, ENCRYPTED = 0x0008, 0x0800, 0x2041
"""Flag bits: sizes behind the data, names in UTF-8, any kind of encryption."""
_DESCRIPTORS = (0, 12, 16, 20, 24)
"""Lengths of a data descriptor, with and without its mark, with short and long sizes."""


class NotAPackageZipError(ValueError):
    """The file has no readable zip directory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
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
    unicode_name: bytes = b""
    """UTF-8 name in an Info-ZIP field beside one in another encoding."""

    @property
    def is_folder(self) -> bool:
        """Whether it only names a folder."""
        return self.name.endswith((b"/", b"\\")) and self.size == 0


@dataclass(slots=True, kw_only=True)
class Directory:
    """Everything the end of a zip says."""

    entries: list[Entry]
    start: int
    """Offset of the central directory."""
    checks: list[Check] = field(default_factory=list)
    repacked: set[str] = field(default_factory=set)
    """Chinese: what another program writes differently."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """What a local header says against its directory entry."""

    length: int
    """Of the header, bytes."""
    problem: str = ""
    """Chinese; readers would disagree."""
    repacked: str = ""
    """Chinese; another program wrote it."""


def read_directory(descriptor: int, length: int) -> Directory:
    """Entries in directory order, where the directory starts, and deviations of the end records.

    Raises:
        NotAPackageZipError: no zip directory can be read.
        OSError: the file cannot be read.
    """
    checks: list[Check] = []
    repacked: set[str] = set()
    tail = os.pread(descriptor, min(length, 1 << 17), max(0, length - (1 << 17)))
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < _END.size:
        raise NotAPackageZipError("no end of central directory")
    base = length - len(tail)
    _, disk, start_disk, count_here, count, size, start, comment = _END.unpack_from(tail, at)
    directory_end = base + at
    if len(tail) - at != _END.size + comment:
        checks.append(review("zip.structure", "压缩包末尾有多余字节。"))
    elif comment:
        repacked.add("注释")
    if _has_second_end(tail, at):
        checks.append(failed("zip.structure", "压缩包有两个目录，各程序读出的内容可能不同。"))
    if (disk, start_disk) != (0, 0) or count_here != count:
        checks.append(failed("zip.structure", "压缩包声称分卷，无法判断内容。"))
    if start == _FULL or count == 0xFFFF or size == _FULL:
        count, size, start, directory_end = _read_zip64(tail, at, base, checks, repacked)
    if count > MAX_ENTRIES or size > _MAX_CENTRAL:
        raise NotAPackageZipError("central directory too large")
    if start + size != directory_end:
        checks.append(failed("zip.structure", "压缩包目录前后夹有多余字节。"))
    data = os.pread(descriptor, size, start)
    if len(data) != size:
        raise NotAPackageZipError("central directory out of bounds")
    entries, position = _entries(data, count)
    if position != size:
        checks.append(failed("zip.structure", "压缩包目录中夹有多余字节。"))
    return Directory(entries=entries, start=start, checks=checks, repacked=repacked)


def _entries(data: bytes, count: int) -> tuple[list[Entry], int]:
    """So many entries, and where the last one ends.

    Raises:
        NotAPackageZipError: there are fewer.
    """
    entries: list[Entry] = []
    position = 0
    for _ in range(count):
        if len(data) - position < _CENTRAL.size:
            raise NotAPackageZipError("central directory cut off")
        entry, position = _central_entry(data, position)
        entries.append(entry)
    return entries, position


def _has_second_end(tail: bytes, at: int) -> bool:
    """Whether an earlier end record's comment swallows the one that was found."""
    place = tail.find(b"PK\x05\x06")
    while 0 <= place < at:
        if len(tail) - place >= _END.size:
            (comment,) = struct.unpack_from("<H", tail, place + _END.size - 2)
            if place + _END.size + comment == len(tail):
                return True
        place = tail.find(b"PK\x05\x06", place + 1)
    return False


def _read_zip64(
    tail: bytes, at: int, base: int, checks: list[Check], repacked: set[str]
) -> tuple[int, int, int, int]:
    if at < _LOCATOR.size + _END64.size:
        raise NotAPackageZipError("ZIP64 records missing")
    signature, disk, place, disks = _LOCATOR.unpack_from(tail, at - _LOCATOR.size)
    record = at - _LOCATOR.size - _END64.size
    magic, length, made, needed, disk_a, disk_b, count_here, count, size, start = _END64.unpack_from(
        tail, record
    )
    if (made & 0xFF, needed) != (45, 45):
        repacked.add("ZIP64 记录")
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


def _central_entry(data: bytes, position: int) -> tuple[Entry, int]:
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
    entry = Entry(
        name=name, made_by=made_by, needed=needed, flags=flags, method=method, time=time, date=date,
        crc=crc, packed=packed, size=size, disk=disk, internal=internal, external=external,
        offset=offset, extra=extra, comment=comment, wide=any(wide),
        unicode_name=_unicode_name(extra, name),
    )  # fmt: skip
    return entry, end


def _fields(extra: bytes) -> dict[int, bytes]:
    """Extra fields by id; the rest that is no field is left out."""
    found: dict[int, bytes] = {}
    position = 0
    while position + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, position)
        found.setdefault(kind, extra[position + 4 : position + 4 + length])
        position += 4 + length
    return found


def _zip64_values(extra: bytes, count: int) -> list[int]:
    data = _fields(extra).get(_ZIP64, b"")
    if len(data) < 8 * count:
        raise NotAPackageZipError("bad ZIP64 field")
    return list(struct.unpack_from(f"<{count}Q", data))


def _unicode_name(extra: bytes, name: bytes) -> bytes:
    """The Info-ZIP Unicode path, where it belongs to this very name."""
    data = _fields(extra).get(_UNICODE_PATH, b"")
    if len(data) < 5 or struct.unpack_from("<I", data, 1)[0] != zlib.crc32(name):
        return b""
    return data[5:]


def read_local(descriptor: int, entry: Entry) -> Local:
    """Compare a local header with the directory."""
    header = os.pread(descriptor, _LOCAL.size, entry.offset)
    if len(header) != _LOCAL.size:
        return Local(length=_LOCAL.size, problem="文件头越界。")
    magic, needed, flags, method, time, date, crc, packed, size, name_length, extra_length = _LOCAL.unpack(
        header
    )
    rest = os.pread(descriptor, name_length + extra_length, entry.offset + _LOCAL.size)
    name, extra = rest[:name_length], rest[name_length:]
    length = _LOCAL.size + name_length + extra_length
    if _FULL in (size, packed):
        try:
            size, packed = _zip64_values(extra, 2)
        except NotAPackageZipError:
            return Local(length=length, problem="文件头的长度读不出来。")
    late = bool(flags & DESCRIPTOR) and (crc, packed, size) == (0, 0, 0)
    sizes = late or (crc, packed, size) == (entry.crc, entry.packed, entry.size)
    here = (magic, flags & (DESCRIPTOR | UTF8 | ENCRYPTED), method, name)
    there = (b"PK\x03\x04", entry.flags & (DESCRIPTOR | UTF8 | ENCRYPTED), entry.method, entry.name)
    if here != there or not sizes:
        return Local(length=length, problem="文件头与目录不一致。")
    same = (needed, flags, time, date) == (entry.needed, entry.flags, entry.time, entry.date)
    plain = same and (not extra or (len(extra) == 20 and _ZIP64 in _fields(extra)))
    return Local(length=length, repacked="" if plain else "附加字段")


def may_follow(entry: Entry, gap: int) -> bool:
    """Whether so many bytes may stand behind an entry's data: its data descriptor."""
    return gap in (_DESCRIPTORS if entry.flags & DESCRIPTOR else (0,))
