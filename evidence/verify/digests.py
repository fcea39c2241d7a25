"""SHA-256 of every file of a package, on all cores: hashing releases Python's lock.

The same pass notes which files are signed PDFs, so that nothing is read twice to find them.
"""

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
    signed_pdf: bool = False
    """Whether it is a PDF with a signature's byte range somewhere in it."""


class _SignedPdf:
    """Watches a file go by for the byte range of a signature; signature dictionaries are never packed."""

    _MARK = b"/ByteRange"

    def __init__(self) -> None:
        self.found = False
        self._is_pdf: bool | None = None
        self._kept = b""

    def feed(self, block: bytearray, count: int) -> None:
        if self._is_pdf is None:
            self._is_pdf = block.find(b"%PDF-", 0, min(count, 1024)) >= 0
        if not self._is_pdf or self.found:
            return
        overlap = len(self._MARK) - 1
        seam = self._kept + block[: min(count, overlap)]
        self.found = self._MARK in seam or block.find(self._MARK, 0, count) >= 0
        self._kept = bytes(block[max(0, count - overlap) : count])


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
    block = bytearray(min(CHUNK, max(1, extent.size)))
    buffer = memoryview(block)
    read = 0
    watch = _SignedPdf()
    try:
        with extent.open() as stream:
            while count := stream.readinto(buffer):
                hasher.update(buffer[:count])
                watch.feed(block, count)
                read += count
                if extent.crc is not None:
                    crc = zlib.crc32(buffer[:count], crc)
    except OSError:
        return Digest(sha256="", crc_ok=False)
    if read != extent.size:
        return Digest(sha256="", crc_ok=False)
    return Digest(
        sha256=hasher.hexdigest(),
        crc_ok=extent.crc is None or crc == extent.crc,
        signed_pdf=watch.found,
    )
