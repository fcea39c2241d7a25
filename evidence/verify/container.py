"""A package as named files with random access: a folder, or a zip.

Stored entries of a zip are read in place; files of a folder must be regular files below it, so a
link cannot lead out. Names are compared after NFC.
"""

from __future__ import annotations

import io
import os
import stat
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evidence.verify.model import Check, failed, stated
from evidence.verify.system_files import is_left_behind
from evidence.verify.window import window_of_file

CHUNK = 1 << 20
"""Bytes read at a time while hashing."""
MAX_ENTRIES = 500_000
"""Files in one package; a week of a whole province stays far below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """Where a file's bytes lie."""

    path: Path
    offset: int
    size: int
    crc: int | None = None
    """CRC-32 declared by a zip entry; None in a folder."""

    def open(self) -> io.BufferedReader:
        """The bytes as a seekable stream."""
        return io.BufferedReader(window_of_file(self.path, self.offset, self.size), 1 << 16)

    def read(self, limit: int) -> bytes:
        """All bytes.

        Raises:
            ValueError: more than `limit` bytes.
            OSError: the file cannot be read.
        """
        if self.size > limit:
            raise ValueError(f"{self.size} bytes, more than {limit}")
        with self.open() as stream:
            return stream.read()


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """All files of a package by their path below its base directory."""

    name: str
    """Name of the base directory: the package id."""
    files: Mapping[str, Extent]
    checks: tuple[Check, ...] = field(default_factory=tuple)
    """What is wrong with the container itself."""
    repacked: bool = False
    """Whether another program packed or wrote it; the bag inside is what is signed."""
    beside: tuple[str, ...] = ()
    """Left behind by operating systems outside of the package's folder, or as empty folders in it."""
    scratch: object | None = None
    """Keeps unpacked files while the package is looked at."""


def repacked_check(how: Iterable[str]) -> Check:
    """States that the container is not as the agency wrote it."""
    text = f"容器由别的程序重新打包或改写过名称（{'、'.join(sorted(how))}）；以包内签名为准，内容已逐一核对。"
    return stated("container.repacked", text)


def bad_component(component: str) -> str:
    """Why a path component is not allowed in a package (docs/package-format.md); empty when it is."""
    if component in ("", ".", ".."):
        return "含有路径跳转"
    if len(component.encode("utf-8", "surrogatepass")) > 80:
        return "超过 80 字节"
    if unicodedata.normalize("NFC", component) != component:
        return "不是 NFC 形式"
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") for letter in component):
        return "含有控制字符"
    if any(ord(letter) in _BIDI for letter in component):
        return "含有改变书写方向的字符"
    if any(letter in '%/\\:*?"<>|' for letter in component):
        return "含有不允许的字符"
    if component != component.strip(" ") or component.endswith("."):
        return "首尾有空格或句点"
    return ""


_BIDI = frozenset({0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)})


def open_folder(root: Path) -> Container:
    """Every regular file below a folder.

    Raises:
        OSError: the folder cannot be read.
    """
    files: dict[str, Extent] = {}
    checks: list[Check] = []
    beside: list[str] = []
    respelt = False
    pending = [(root, "")]
    while pending:
        directory, prefix = pending.pop()
        with os.scandir(directory) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
        if not found and prefix:
            if is_left_behind(prefix.rstrip("/")):
                beside.append(prefix)
            else:
                checks.append(failed("container.entry", "包内有空文件夹，清单无法约束它。", prefix))
        for entry in found:
            name = unicodedata.normalize("NFC", entry.name)
            respelt = respelt or name != entry.name
            path = prefix + name
            reason = "" if is_left_behind(path) else bad_component(name)
            if reason:
                checks.append(
                    failed("container.name", f"文件名{reason}。", path.encode("utf-8", "replace").decode())
                )
            mode = entry.stat(follow_symlinks=False).st_mode
            if stat.S_ISDIR(mode):
                pending.append((Path(entry.path), path + "/"))
            elif path in files:
                checks.append(failed("zip.duplicate", "同名文件出现多次。", path))
            elif stat.S_ISREG(mode):
                files[path] = Extent(
                    path=Path(entry.path), offset=0, size=entry.stat(follow_symlinks=False).st_size
                )
            else:
                checks.append(failed("container.entry", "不是普通文件（链接、管道或设备），未读取。", path))
            if len(files) > MAX_ENTRIES:
                checks.append(failed("container.entry", f"文件多于 {MAX_ENTRIES} 个，停止读取。"))
                pending.clear()
                break
    if respelt:
        checks.append(repacked_check(["文件名写法"]))
    return Container(
        name=root.name, files=files, checks=tuple(checks), repacked=respelt, beside=tuple(beside)
    )
