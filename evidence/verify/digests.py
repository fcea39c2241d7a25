"""SHA-256 of every file of a package, on all cores: hashing releases Python's lock."""

from __future__ import annotations

import os
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256

from evidence.verify.container import CHUNK, Extent


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What reading one file gave."""

    sha256: str
    """Lower-case hex; empty when the file could not be read."""
    crc_ok: bool = True
    """Whether a zip entry's declared CRC-32 is right."""


def digest_all(files: Mapping[str, Extent]) -> dict[str, Digest]:
    """Digest of every file; largest first, so that no core waits for a late giant."""
    order = sorted(files, key=lambda path: -files[path].size)
    if sum(extent.size for extent in files.values()) < 2 * CHUNK:
        return {path: _digest(files[path]) for path in order}
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        return dict(zip(order, pool.map(lambda path: _digest(files[path]), order), strict=True))


def _digest(extent: Extent) -> Digest:
    hasher = sha256()
    crc = 0
    buffer = memoryview(bytearray(min(CHUNK, max(1, extent.size))))
    read = 0
    try:
        with extent.open() as stream:
            while count := stream.readinto(buffer):
                hasher.update(buffer[:count])
                read += count
                if extent.crc is not None:
                    crc = zlib.crc32(buffer[:count], crc)
    except OSError:
        return Digest(sha256="", crc_ok=False)
    if read != extent.size:
        return Digest(sha256="", crc_ok=False)
    return Digest(sha256=hasher.hexdigest(), crc_ok=extent.crc is None or crc == extent.crc)
