"""A writer of small OLE2 compound files ([MS-CFB]): encrypted Office files and Outlook messages."""

from __future__ import annotations

import struct
from collections.abc import Mapping

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(streams: Mapping[str, bytes]) -> bytes:
    """Streams by name; one slash puts a stream into a storage. All are kept in ordinary sectors."""
    folders = sorted({name.partition("/")[0] for name in streams if "/" in name})
    entries: list[tuple[str, int, bytes, list[str]]] = [("Root Entry", 5, b"", [])]
    top = [name for name in streams if "/" not in name] + folders
    entries[0] = ("Root Entry", 5, b"", top)
    order: list[str] = []
    for name in top:
        order.append(name)
        if name in folders:
            inner = [each for each in streams if each.startswith(f"{name}/")]
            entries.append((name, 1, b"", inner))
            for each in inner:
                order.append(each)
                entries.append((each.partition("/")[2], 2, _padded(streams[each]), []))
        else:
            entries.append((name, 2, _padded(streams[name]), []))
    index = {name: number for number, name in enumerate(order, 1)}
    fat: list[int] = []
    body = b""
    starts: list[int] = []
    for _name, _kind, content, _children in entries:
        if not content:
            starts.append(_END)
            continue
        sectors = len(content) // _SECTOR
        starts.append(len(fat))
        fat += [*range(len(fat) + 1, len(fat) + sectors), _END]
        body += content
    directory = b"".join(
        _entry(name, kind, len(content), start, _siblings(number, entries, index), _child(children, index))
        for number, ((name, kind, content, children), start) in enumerate(zip(entries, starts, strict=True))
    )
    directory += bytes(-len(directory) % _SECTOR)
    directory_start = len(fat)
    sectors = len(directory) // _SECTOR
    fat += [*range(len(fat) + 1, len(fat) + sectors), _END]
    fat_start = len(fat)
    fat.append(_FAT)
    table = struct.pack(f"<{len(fat)}I", *fat)
    assert len(table) <= _SECTOR, "one sector of the table is enough here"
    table += b"\xff" * (_SECTOR - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIIII", 0, 1, directory_start, 0, 0, _END, 0, _END, 0, fat_start)
    return header.ljust(_SECTOR, b"\xff") + body + directory + table


def _padded(content: bytes) -> bytes:
    """At least the cutoff of the mini stream, so that ordinary sectors hold it."""
    size = max(4096, len(content))
    return content.ljust(size + -size % _SECTOR, b"\0")


def _siblings(number: int, entries: list[tuple[str, int, bytes, list[str]]], index: dict[str, int]) -> int:
    """The next entry of the same storage: a chain is a tree, too."""
    for _name, _kind, _content, children in entries:
        ids = [index[child] for child in children]
        if number in ids and ids.index(number) + 1 < len(ids):
            return ids[ids.index(number) + 1]
    return _FREE


def _child(children: list[str], index: dict[str, int]) -> int:
    return index[children[0]] if children else _FREE


def _entry(name: str, kind: int, size: int, start: int, right: int, child: int) -> bytes:
    raw = name.encode("utf-16-le")
    entry = raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw) + 2, kind, 1)
    entry += struct.pack("<III", _FREE, right, child) + bytes(36)
    return entry + struct.pack("<IQ", start, size)
