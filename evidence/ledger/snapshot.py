"""The view on disk, so that opening a long journal is quick. Never the truth: any doubt, and it is ignored.

Layout: each table's rows in JSON, an index in JSON, and a last line of fixed length
`evidence-view 1 <index bytes> <crc of tables> <crc of index>`. Tables are decoded when first touched:
a command that asks about one case of ten thousand reads one table.
"""

from __future__ import annotations

import mmap
import os
import pkgutil
import secrets
import zlib
from collections.abc import Iterable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from evidence.durable import sync_folder
from evidence.ledger.journal import Position
from evidence.ledger.rows import Row
from evidence.ledger.unread import read_rows, text_of

SNAPSHOT_NAME = "view.snapshot"
_LAST_LINE = "evidence-view 1 {index:015d} {tables_crc:010d} {index_crc:010d}\n"
_LAST_LINE_BYTES = len(_LAST_LINE.format(index=0, tables_crc=0, index_crc=0))
_CHUNK = 1 << 22
_SHAPE = (
    "fold.py",
    "fold_arrivals.py",
    "fold_tables.py",
    "service.py",
    "snapshot.py",
    "codec.py",
    "payload_views.py",
    "unread.py",
)
"""Modules that decide what rows look like; when one changes, old snapshots are ignored."""


class _Index(msgspec.Struct):
    shape: str
    end: Position
    marks: list[Position]
    tables: dict[str, tuple[int, int]]
    """Name -> start and length in the file."""


class SavedTables(dict[str, Any]):
    """Tables of a loaded snapshot or a long journal: read when somebody asks for them."""

    def __init__(self, tables: dict[str, Any] | None = None, unread: Iterable[str] = ()) -> None:
        """`unread` names the tables whose rows may hold unread values."""
        super().__init__(tables or {})
        self.unread = set(unread)

    def __getitem__(self, name: str) -> dict[str, Row]:
        value = super().__getitem__(name)
        if isinstance(value, memoryview):
            value = self[name] = msgspec.json.decode(value)
        elif name in self.unread:
            value = self[name] = read_rows(value)
            self.unread.discard(name)
        rows: dict[str, Row] = value
        return rows

    def get(self, name: str, default: Any = None) -> Any:
        """As a dictionary's `get`, decoding as `[]` does."""
        return self[name] if name in self else default  # noqa: SIM401 - `get` is what this defines

    def raw(self, name: str) -> memoryview | bytes:
        """A table as JSON, without decoding one that nobody asked for."""
        value = super().__getitem__(name)
        return value if isinstance(value, memoryview) else text_of(value)


class Snapshot(msgspec.Struct):
    """A loaded snapshot."""

    end: Position
    """Journal position the tables have reached."""
    marks: list[Position]
    """Positions along the journal, for starting to read in the middle."""
    tables: SavedTables


def shape() -> str:
    """Fingerprint of the code that decides what rows look like."""
    source = (pkgutil.get_data("evidence.ledger", name) or b"" for name in _SHAPE)
    return sha256(b"\0".join(source)).hexdigest()


def save(folder: Path, tables: SavedTables, end: Position, marks: list[Position]) -> None:
    """Write a snapshot by temporary file and rename.

    Raises:
        OSError: disk full or folder not writable; the old snapshot is untouched.
    """
    places: dict[str, tuple[int, int]] = {}
    start, check = 0, 0
    temporary = folder / f".{SNAPSHOT_NAME}.{secrets.token_hex(6)}.tmp"
    try:
        with temporary.open("xb", buffering=_CHUNK) as file:
            for name in tables:
                raw = tables.raw(name)
                file.write(raw)
                check = zlib.crc32(raw, check)
                places[name] = (start, len(raw))
                start += len(raw)
            index = msgspec.json.encode(_Index(shape=shape(), end=end, marks=marks, tables=places))
            file.write(index)
            last = _LAST_LINE.format(index=len(index), tables_crc=check, index_crc=zlib.crc32(index))
            file.write(last.encode())
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(0o600)
        temporary.replace(folder / SNAPSHOT_NAME)
        sync_folder(folder)
    finally:
        temporary.unlink(missing_ok=True)


def load(folder: Path) -> Snapshot | None:
    """The saved snapshot, None when there is none, it is damaged, or other code wrote it.

    Whether it is a prefix of the journal is the ledger's question.
    """
    with suppress(OSError, ValueError, msgspec.MsgspecError), (folder / SNAPSHOT_NAME).open("rb") as file:
        data = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        last = bytes(data[-_LAST_LINE_BYTES:]).decode()
        length, tables_check, index_check = (int(word) for word in last.split()[2:])
        end = len(data) - _LAST_LINE_BYTES - length
        if last != _LAST_LINE.format(index=length, tables_crc=tables_check, index_crc=index_check):
            return None
        raw_index = data[end:-_LAST_LINE_BYTES]
        if zlib.crc32(raw_index) != index_check or _crc(data[:end]) != tables_check:
            return None
        index = msgspec.json.decode(raw_index, type=_Index)
        if index.shape != shape():
            return None
        tables = SavedTables({name: data[at : at + size] for name, (at, size) in index.tables.items()})
        return Snapshot(end=index.end, marks=index.marks, tables=tables)
    return None


def _crc(data: memoryview) -> int:
    check = 0
    for at in range(0, len(data), _CHUNK):
        check = zlib.crc32(data[at : at + _CHUNK], check)
    return check
