"""OLE2 compound files: encrypted Office files, Outlook messages, and the old Office formats."""

from __future__ import annotations

import struct
from pathlib import Path

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
STORAGE = "application/x-ole-storage"
MESSAGE = "application/vnd.ms-outlook"
_FIB_ENCRYPTED = 0x0100
"""FibBase, fEncrypted ([MS-DOC] 2.5.2)."""
_FILEPASS = 0x002F
"""[MS-XLS] 2.4.117."""
_OLD = (
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
)


def kind_of(path: Path) -> tuple[str, bool]:
    """Media type of a compound file, and whether a password protects it."""
    import olefile

    try:
        with olefile.OleFileIO(str(path)) as storage:
            if storage.exists("EncryptedPackage"):
                return STORAGE, True
            if storage.exists("__properties_version1.0"):
                return MESSAGE, False
            for stream, kind in _OLD:
                if storage.exists(stream):
                    with storage.openstream(stream) as content:
                        return kind, _has_password(stream, content.read(4096))
    except (OSError, ValueError, IndexError, struct.error):
        return STORAGE, False
    return STORAGE, False


def _has_password(stream: str, head: bytes) -> bool:
    if stream == "WordDocument" and len(head) >= 12:
        return bool(int.from_bytes(head[10:12], "little") & _FIB_ENCRYPTED)
    position = 0
    while stream in {"Workbook", "Book"} and position + 4 <= len(head):
        record, length = struct.unpack_from("<HH", head, position)
        if record == _FILEPASS:
            return True
        position += 4 + length
    return False
