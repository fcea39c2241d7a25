"""Compressed entries of a package zip, unpacked into a folder that goes when the package does."""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from evidence.verify.container import CHUNK, Extent
from evidence.verify.zip_directory import Entry, NotAPackageZipError


class Scratch:
    """A folder for unpacked files; removed with the last reference to it, by its own process only."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="evidence-"))
        weakref.finalize(self, _remove, self.path, os.getpid())

    def __reduce__(self) -> tuple[type[None], tuple[()]]:
        """Another process gets paths, and nothing to remove."""
        return type(None), ()


def _remove(path: Path, owner: int) -> None:
    if os.getpid() == owner:
        shutil.rmtree(path, ignore_errors=True)


def unpack(path: Path, entries: Mapping[str, Entry]) -> tuple[Scratch, dict[str, Extent]]:
    """Unpack entries, each no further than the size it declares.

    What cannot be unpacked becomes a shorter file, which its manifest does not know.

    Raises:
        NotAPackageZipError: the directory is such that Python's reader refuses it, as by a false name.
        OSError: there is no room.
    """
    scratch = Scratch()
    files: dict[str, Extent] = {}
    with _opened(path) as archive:
        places = {info.header_offset: info for info in archive.infolist()}
        for number, (name, entry) in enumerate(sorted(entries.items())):
            target = scratch.path / str(number)
            size = _unpack_one(archive, places.get(entry.offset), target, entry.size)
            files[name] = Extent(path=target, offset=0, size=size, crc=entry.crc)
    return scratch, files


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, EOFError, RuntimeError) as error:
        raise NotAPackageZipError("文件名或目录项写法有误") from error


def _unpack_one(archive: zipfile.ZipFile, info: zipfile.ZipInfo | None, target: Path, limit: int) -> int:
    """Bytes written, at most one more than the limit."""
    written = 0
    with target.open("wb") as out:
        if info is None:
            return 0
        try:
            with archive.open(info) as source:
                while written <= limit and (block := source.read(min(CHUNK, limit + 1 - written))):
                    written += out.write(block)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, NotImplementedError):
            return written  # damaged: what came out does not fit its digest
    return written
