"""A writer of small OLE2 compound files ([MS-CFB]): encrypted Office files and Outlook messages."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


@dataclass
class _Node:
    """A storage, or a stream with content."""

    name: str
    kind: int
    content: bytes = b""
    children: list[_Node] = field(default_factory=list)
    number: int = 0


def compound(streams: Mapping[str, bytes]) -> bytes:
    """Streams by name; slashes put a stream into storages. All are kept in ordinary sectors."""
    root = _Node("Root Entry", 5)
    for path, content in streams.items():
        folder = root
        *storages, name = path.split("/")
        for storage in storages:
            found = next((each for each in folder.children if each.name == storage), None)
            if found is None:
                found = _Node(storage, 1)
                folder.children.append(found)
            folder = found
        folder.children.append(_Node(name, 2, _padded(content)))
    nodes = list(_walk(root))
    for number, node in enumerate(nodes):
        node.number = number
    fat: list[int] = []
    body = b""
    starts: list[int] = []
    for node in nodes:
        starts.append(len(fat) if node.content else _END)
        fat += _chain(len(fat), len(node.content) // _SECTOR)
        body += node.content
    after = {
        one.number: other.number for node in nodes for one, other in itertools.pairwise(node.children)
    }  # a chain is a tree, too
    directory = b"".join(
        _entry(node, start, after.get(node.number, _FREE)) for node, start in zip(nodes, starts, strict=True)
    )
    directory += bytes(-len(directory) % _SECTOR)
    directory_start = len(fat)
    fat += _chain(len(fat), len(directory) // _SECTOR)
    tables = 1
    while (len(fat) + tables) * 4 > tables * _SECTOR:
        tables += 1
    fat_start = len(fat)
    fat += [_FAT] * tables
    assert tables <= 109, "the header names so many sectors of the table"
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(tables * _SECTOR, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, tables, directory_start, 0, 0, _END, 0, _END, 0)
    header += struct.pack(f"<{tables}I", *range(fat_start, fat_start + tables))
    return header.ljust(_SECTOR, b"\xff") + body + directory + table


def _walk(node: _Node) -> Iterator[_Node]:
    yield node
    for child in node.children:
        yield from _walk(child)


def _chain(first: int, sectors: int) -> list[int]:
    return [*range(first + 1, first + sectors), _END] if sectors else []


def _padded(content: bytes) -> bytes:
    """At least the cutoff of the mini stream, so that ordinary sectors hold it."""
    size = max(4096, len(content))
    return content.ljust(size + -size % _SECTOR, b"\0")


def _entry(node: _Node, start: int, right: int) -> bytes:
    raw = node.name.encode("utf-16-le")
    child = node.children[0].number if node.children else _FREE
    entry = raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw) + 2, node.kind, 1)
    entry += struct.pack("<III", _FREE, right, child) + bytes(36)
    return entry + struct.pack("<IQ", start, len(node.content))
