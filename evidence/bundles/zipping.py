"""One bag as one zip: stored, fixed times, canonical order; the same bag gives the same bytes."""

from __future__ import annotations

import hashlib
import os
import shutil
import zipfile
from pathlib import Path

from evidence.bundles.bag import CHUNK, files_in_order

_EPOCH = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE = 0o100644 << 16
_UNIX = 3


def write_zip(folder: Path, target: Path) -> str:
    """Pack a bag's folder below a base directory of its own name; synced to disk on return.

    Args:
        folder: the bag; its name becomes the base directory.
        target: a new file.

    Returns:
        SHA-256 of the zip.
    """
    with target.open("xb") as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            for path in files_in_order(folder):
                source = folder / path
                entry = zipfile.ZipInfo(f"{folder.name}/{path}", _EPOCH)
                entry.create_system = _UNIX
                entry.external_attr = _REGULAR_FILE
                entry.file_size = source.stat().st_size
                with source.open("rb") as data, archive.open(entry, "w") as packed:
                    shutil.copyfileobj(data, packed, CHUNK)
        file.flush()
        os.fsync(file.fileno())
    with target.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
