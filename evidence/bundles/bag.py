"""A BagIt 1.0 bag (RFC 8493) written file by file, each byte hashed as it is written."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from evidence.bundles.names import is_sound
from evidence.errors import EvidenceError
from evidence.language import _

CHUNK = 1 << 20
BAGIT_TXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
MANIFEST = "manifest-sha256.txt"
TAGMANIFEST = "tagmanifest-sha256.txt"
SIGNATURE = "tagmanifest-sha256.txt.p7s"
BAG_INFO = "bag-info.txt"
BAGIT = "bagit.txt"


class ChangedOriginalError(EvidenceError):
    """A stored file no longer has the bytes its name says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One file of the bag."""

    path: str
    sha256: str
    bytes: int


class BagWriter:
    """Writes payload and tag files below a folder and remembers their digests.

    Every file is written once; `close` writes the two manifests. The folder must not exist yet.
    Different files may be added by different threads.

    Args:
        folder: of the bag.
        durable: sync each file to disk as it is written, for a bag that will be handed over as a folder:
            the disk then works while the rest is still being made.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self.folder = folder
        self._durable = durable
        self.payload: dict[str, Entry] = {}
        self.tags: dict[str, Entry] = {}
        folder.mkdir(parents=True)

    def add_bytes(self, path: str, data: bytes) -> Entry:
        """One file from memory; `path` is relative to the bag, `data/…` for payload."""
        return self._write(path, (data,))

    def add_file(self, path: str, source: Path, *, sha256: str | None = None) -> Entry:
        """A copy of a file; with `sha256` its bytes must have that digest.

        Raises:
            ChangedOriginalError: they have not.
        """
        with source.open("rb") as file:
            entry = self._write(path, iter(lambda: file.read(CHUNK), b""))
        if sha256 is not None and entry.sha256 != sha256:
            raise _changed(source)
        return entry

    def adopt(self, path: str) -> Entry:
        """Register a file that other hands have finished below the folder, at `target(path)`."""
        with self.target(path).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            if self._durable:
                os.fsync(file.fileno())
            size = file.tell()
        return self._register(Entry(path=path, sha256=digest, bytes=size))

    def target(self, path: str) -> Path:
        """Where a file of the bag lies on disk; its folder exists afterwards."""
        self._check(path)
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def close(self, info: Mapping[str, str]) -> bytes:
        """Write `bagit.txt`, `bag-info.txt` and the manifests.

        Args:
            info: labels of `bag-info.txt` in order; empty values are left out, `Payload-Oxum` filled in.

        Returns:
            The exact bytes of `tagmanifest-sha256.txt`, to be signed.
        """
        oxum = f"{sum(each.bytes for each in self.payload.values())}.{len(self.payload)}"
        labels = {label: oxum if label == "Payload-Oxum" else value for label, value in info.items()}
        self.add_bytes(BAGIT, BAGIT_TXT)
        self.add_bytes(BAG_INFO, info_text(labels).encode())
        self.add_bytes(MANIFEST, manifest_text(self.payload.values()).encode())
        tagmanifest = manifest_text(self.tags.values()).encode()
        self.target(TAGMANIFEST).write_bytes(tagmanifest)
        return tagmanifest

    def _write(self, path: str, chunks: Iterable[bytes]) -> Entry:
        digest, size = hashlib.sha256(), 0
        with self.target(path).open("xb") as file:
            for chunk in chunks:
                digest.update(chunk)
                size += file.write(chunk)
            if self._durable:
                file.flush()
                os.fsync(file.fileno())
        return self._register(Entry(path=path, sha256=digest.hexdigest(), bytes=size))

    def _register(self, entry: Entry) -> Entry:
        self._check(entry.path)
        (self.payload if entry.path.startswith("data/") else self.tags)[entry.path] = entry
        return entry

    def _check(self, path: str) -> None:
        if not is_sound(path):
            raise ValueError(f"{path!r} breaks the naming rules of the package format")


def require_unchanged(source: Path, sha256: str) -> None:
    """A stored file that is used without being copied must still be what its name says.

    Raises:
        ChangedOriginalError: it is not.
    """
    with source.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
            raise _changed(source)


def _changed(source: Path) -> ChangedOriginalError:
    return ChangedOriginalError(
        _("档案里的一个原件与登记的摘要不符，不能装入移交包。"),
        where=str(source),
        remedy=_("请运行 evidence audit 查明，并从备份恢复该原件。"),
    )


def manifest_text(entries: Iterable[Entry]) -> str:
    """`<hex>  <path>` lines as `sha256sum` writes them, sorted by UTF-8 bytes of the path."""
    ordered = sorted(entries, key=lambda entry: entry.path.encode())
    return "".join(f"{entry.sha256}  {entry.path}\n" for entry in ordered)


def info_text(labels: Mapping[str, str]) -> str:
    """`Label: value` lines; values lose line breaks, empty ones are left out."""
    return "".join(f"{label}: {' '.join(value.split())}\n" for label, value in labels.items() if value)


def files_in_order(folder: Path) -> Iterator[str]:
    """Relative paths of a bag's files in the canonical order of the zip."""
    first = (BAGIT, BAG_INFO, MANIFEST, TAGMANIFEST, SIGNATURE)
    every = {
        str(Path(top, name).relative_to(folder)) for top, _folders, names in os.walk(folder) for name in names
    }
    yield from (name for name in first if name in every)
    rest = every - set(first)
    # loose tag files, then folders, then the payload
    yield from sorted(rest, key=lambda path: (path.startswith("data/"), "/" in path, path.encode()))
