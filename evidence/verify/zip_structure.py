"""A package zip as files: the canonical one in place, one packed anew by another program as well.

Readers disagree about zips with duplicate names, hidden gaps or headers that contradict each other:
that fails. Another order, compression, folder entries, extra fields or spelling of names leave the
files what they are, and the bag inside is what is signed: that is stated (docs/package-format.md).
"""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from evidence.verify.container import Container, Extent, bad_component, repacked_check
from evidence.verify.model import Check, failed
from evidence.verify.system_files import is_left_behind
from evidence.verify.unpacking import Scratch, unpack
from evidence.verify.zip_directory import (
    ENCRYPTED,
    UTF8,
    Directory,
    Entry,
    NotAPackageZipError,
    may_follow,
    read_directory,
    read_local,
)

_FILE_MODE = 0o100644 << 16
_STORED = 0
_READABLE = (_STORED, 8, 12, 14)
"""Methods that Python reads: stored, deflate, bzip2, LZMA."""
_BOMB_FACTOR, _BOMB_FLOOR = 200, 16 << 20
_FIRST = (
    "bagit.txt",
    "bag-info.txt",
    "manifest-sha256.txt",
    "tagmanifest-sha256.txt",
    "tagmanifest-sha256.txt.p7s",
)


class UnreadableZipError(ValueError):
    """Nothing is wrong with the zip, but it cannot be read here; the message is Chinese."""


@dataclass(slots=True)
class _Reading:
    """A zip while it is being judged."""

    path: Path
    directory: Directory
    base: str = ""
    files: dict[str, Extent] = field(default_factory=dict)
    packed: dict[str, Entry] = field(default_factory=dict)
    """Files that must be unpacked first, by their name in the package."""
    folders: set[str] = field(default_factory=set)
    beside: list[str] = field(default_factory=list)

    @property
    def checks(self) -> list[Check]:
        return self.directory.checks

    def fail(self, id: str, message: str, where: str) -> None:
        self.checks.append(failed(id, message, where))

    def remark(self, *words: str) -> None:
        self.directory.repacked.update(word for word in words if word)


def open_zip(path: Path) -> Container:
    """The files of a package zip, with everything that is wrong with its structure.

    Raises:
        NotAPackageZipError: no zip directory can be read.
        UnreadableZipError: it asks for a password, or is packed by a method that cannot be read here.
        OSError: the file cannot be read, or there is no room to unpack it.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        length = os.fstat(descriptor).st_size
        reading = _Reading(path, read_directory(descriptor, length))
        _refuse_unreadable(reading.directory.entries)
        _judge(reading, descriptor)
    finally:
        os.close(descriptor)
    scratch: Scratch | None = None
    if _is_bomb(reading, length):
        reading.fail("zip.structure", "解压后大得不合常理，未解压。", path.name)
    elif reading.packed:
        scratch, unpacked = unpack(path, reading.packed)
        reading.files |= unpacked
    checks = reading.checks
    if reading.directory.repacked:
        checks = [*checks, repacked_check(reading.directory.repacked)]
    return Container(
        name=reading.base.rpartition("/")[2] or path.stem,
        files=reading.files,
        checks=tuple(checks),
        repacked=bool(reading.directory.repacked),
        beside=tuple(reading.beside),
        scratch=scratch,
    )


def _refuse_unreadable(entries: list[Entry]) -> None:
    if any(entry.flags & ENCRYPTED for entry in entries):
        raise UnreadableZipError("压缩包带密码，无法读取；请先解压，再验证文件夹。")
    strange = sorted({entry.method for entry in entries} - set(_READABLE))
    if strange:
        raise UnreadableZipError(f"压缩方法 {strange[0]} 不能读取；请先解压，再验证文件夹。")


def _is_bomb(reading: _Reading, length: int) -> bool:
    total = sum(entry.size for entry in reading.packed.values())
    return total > _BOMB_FLOOR + _BOMB_FACTOR * length


def _judge(reading: _Reading, descriptor: int) -> None:
    entries = reading.directory.entries
    names = [_name(reading, entry) for entry in entries]
    reading.base = _base(names)
    if "/" in reading.base or not reading.base:
        reading.remark("外层文件夹")
    inner = [_below(reading.base, name) for name in names]
    order = [name for name in inner if name is not None]
    if order != sorted(order, key=canonical_order):
        reading.remark("文件顺序")
    placed = sorted(zip(entries, names, inner, strict=True), key=lambda each: each[0].offset)
    if [entry for entry, _, _ in placed] != entries:
        reading.remark("文件顺序")
    expected, last = 0, None
    for entry, name, below in placed:
        local = read_local(descriptor, entry)
        if local.problem:
            reading.fail("zip.structure", local.problem, name)
        reading.remark(local.repacked)
        gap = entry.offset - expected
        if gap < 0 or (gap and (last is None or not may_follow(last, gap))):
            reading.fail("zip.structure", "文件之间有多余字节或相互重叠。", name)
        start = entry.offset + local.length
        expected, last = start + entry.packed, entry
        if expected > reading.directory.start:
            reading.fail("zip.structure", "文件数据越界。", name)
        else:
            _take(reading, entry, name, below, start)
    gap = reading.directory.start - expected
    if gap and (last is None or not may_follow(last, gap)):
        reading.fail("zip.structure", "文件数据与目录之间有多余字节。", "")
    _judge_attributes(reading)
    _judge_folders(reading)


def _take(reading: _Reading, entry: Entry, name: str, below: str | None, start: int) -> None:
    """One entry's file, or what is wrong with it."""
    problem = _entry_problem(entry, name)
    if problem:
        reading.fail("zip.entry", problem, name)
    elif entry.is_folder:
        reading.remark("文件夹条目")
        if below:
            reading.folders.add(below.rstrip("/"))
    elif below is None:
        if is_left_behind(name):
            reading.beside.append(name)
        else:
            reading.fail("zip.structure", "文件不在移交包的文件夹之内。", name)
    elif below in reading.files or below in reading.packed:
        reading.fail("zip.duplicate", "同名文件出现多次。", name)
    elif entry.method == _STORED and entry.packed == entry.size:
        reading.files[below] = Extent(path=reading.path, offset=start, size=entry.size, crc=entry.crc)
    else:
        reading.remark("压缩")
        reading.packed[below] = entry


def _entry_problem(entry: Entry, name: str) -> str:
    """Why an entry cannot be taken safely; empty when it can."""
    if name.startswith("/") or name[1:3] == ":/":
        return "路径是绝对路径。"
    components = name.rstrip("/").split("/")
    if any(component in ("", ".", "..") for component in components):
        return "路径含有路径跳转。"
    if not is_left_behind(name):
        for component in components:
            reason = bad_component(component)
            if reason:
                return f"路径{reason}。"
    if entry.external >> 28 not in (0, 0o10, 0o4):
        return "条目不是普通文件（链接或设备）。"
    return ""


def _name(reading: _Reading, entry: Entry) -> str:
    """An entry's name in the one spelling in which names are compared."""
    raw = entry.unicode_name or entry.name
    for encoding in ("utf-8", "gb18030", "cp437"):
        try:
            name = raw.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    if encoding != "utf-8" and entry.flags & UTF8:
        reading.fail("zip.name", "文件名不是 UTF-8。", name)
    plain = unicodedata.normalize("NFC", name.replace("\\", "/")).removeprefix("./")
    if (plain, encoding) != (name, "utf-8") or entry.unicode_name:
        reading.remark("文件名写法")
    return plain


def _base(names: Iterable[str]) -> str:
    """The folder that holds the bag: that of the shallowest bag file, else the commonest first one."""
    candidates = [
        name.rpartition("/")[0]
        for name in names
        if name.rpartition("/")[2] in _FIRST and not is_left_behind(name)
    ]
    if candidates:
        return min(candidates, key=lambda folder: (folder.count("/") + bool(folder), folder))
    first = Counter(name.partition("/")[0] for name in names if "/" in name and not is_left_behind(name))
    return first.most_common(1)[0][0] if first else ""


def _below(base: str, name: str) -> str | None:
    """The name within the bag's folder; None outside of it, empty for the folder itself."""
    if not base:
        return name
    if name.rstrip("/") == base:
        return ""
    return name.removeprefix(base + "/") if name.startswith(base + "/") else None


def _judge_attributes(reading: _Reading) -> None:
    """Versions, flags, modes and times; they must be the prescribed ones, the same throughout."""
    entries = reading.directory.entries
    style = (entries[0].made_by, entries[0].needed) if entries else (0, 0)
    every_flag = all(entry.flags & UTF8 for entry in entries)
    if not all(_canonical(entry, style, every_flag=every_flag) for entry in entries):
        reading.remark("时间、属性等标记")


def _judge_folders(reading: _Reading) -> None:
    """No manifest can speak for an empty folder."""
    files = [*reading.files, *reading.packed]
    for folder in sorted(reading.folders):
        if not any(name.startswith(folder + "/") for name in files):
            if is_left_behind(folder):
                reading.beside.append(folder)
            else:
                reading.fail("container.entry", "包内有空文件夹，清单无法约束它。", folder)


def canonical_order(path: str) -> tuple[int, bool, bytes]:
    """Sort key of a file in the package zip: bag files, loose tag files, folders, payload."""
    if path in _FIRST:
        return _FIRST.index(path), False, b""
    rank = len(_FIRST) + path.startswith("data/")
    return rank, "/" in path, path.encode("utf-8", "surrogatepass")


def _canonical(entry: Entry, style: tuple[int, int], *, every_flag: bool) -> bool:
    """Whether the attributes are the prescribed ones; versions and flags must be the same throughout."""
    utf8 = UTF8 if every_flag or not entry.name.isascii() else 0
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


__all__ = ["NotAPackageZipError", "UnreadableZipError", "canonical_order", "open_zip"]
