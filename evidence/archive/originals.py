"""Write-once store of exact bytes, named by their SHA-256.

A file is complete under its final name or not there at all: copy to a temporary name in the same
folder, fsync, give it its name unless that is taken, fsync the folder, read back and hash again.

A stored object counts once the journal names it. Until then only its writer knows that it is to stay, so
whoever has stored anything holds a shared lock as long as its process lives; who holds the lock alone may
take every object that the journal does not name for what a crash has left.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import file_digest, sha256
from pathlib import Path
from typing import BinaryIO

from evidence.domain.identifiers import Sha256
from evidence.durable import name_once, sync_folder
from evidence.errors import UsageError, VerificationFailedError
from evidence.language import _

CHUNK = 1 << 20
INCOMING = "incoming"
SET_ASIDE = "set-aside"
"""Folder below the store for what a crash left: no journal line names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What was stored."""

    sha256: Sha256
    bytes: int


class Originals:
    """Objects live under `<root>/<first two hex>/<sha256>`, read-only."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._joining = threading.Lock()
        self._joined = False

    @property
    def root(self) -> Path:
        """The store's folder."""
        return self._root

    def put_file(self, path: Path) -> Stored:
        """Store a file's exact bytes; storing them again changes nothing. The file itself stays.

        Raises:
            OSError: disk full, folder not writable, file unreadable; nothing stays under a final name.
            VerificationFailedError: the disk returned other bytes than were written.
        """
        with path.open("rb") as source:
            return self._store(source)

    def put_bytes(self, data: bytes, suffix: str = "") -> Sha256:
        """Store bytes; `suffix` is only a hint for the temporary name.

        Raises:
            OSError, VerificationFailedError: as `put_file`.
        """
        digest = Sha256(sha256(data).hexdigest())
        self._join()
        if digest in self:
            return digest

        def write(target: BinaryIO) -> tuple[str, int]:
            target.write(data)
            return digest, len(data)

        return self._settle(write, suffix).sha256

    def path(self, digest: Sha256) -> Path:
        """Where an object lives or would live.

        Raises:
            UsageError: not a SHA-256.
        """
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise UsageError(
                _("“{digest}”不是 SHA-256 摘要。").format(digest=digest[:80]),
                remedy=_("应为 64 位小写十六进制数字，可从 evidence inbox show 复制。"),
            )
        return self._root / digest[:2] / digest

    def read(self, digest: Sha256) -> bytes:
        """An object's bytes, checked against its name.

        Raises:
            VerificationFailedError: missing, or the bytes have changed.
        """
        path = self.path(digest)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise _missing(path) from error
        if sha256(data).hexdigest() != digest:
            raise _changed(path)
        return data

    def __contains__(self, digest: Sha256) -> bool:
        return self.path(digest).is_file()

    def digests(self) -> Iterator[Sha256]:
        """Names of all objects, sorted."""
        for folder in sorted(self._root.glob("[0-9a-f][0-9a-f]")):
            for path in sorted(folder.iterdir()):
                if len(path.name) == 64:
                    yield Sha256(path.name)

    @contextmanager
    def alone(self) -> Iterator[bool]:
        """Keep others from storing for a moment; False where a process lives that has stored something."""
        descriptor = self._open_root()
        try:
            yield descriptor is not None and _locked(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        finally:
            if descriptor is not None:
                os.close(descriptor)  # releases the lock

    def set_aside(self, digest: Sha256) -> Path | None:
        """Move an object that no line names out of the way; only while `alone`.

        Returns:
            Where it lies now; None when the same bytes were set aside before and this copy stays.
        """
        return self._move_aside(self.path(digest))

    def set_unfinished_aside(self) -> list[Path]:
        """Move what was being copied or unpacked when its process died; only while `alone`."""
        moved = [self._move_aside(path) for path in sorted(self._root.glob(f"{INCOMING}/*"))]
        return [path for path in moved if path is not None]

    def _move_aside(self, path: Path) -> Path | None:
        aside = self._root / SET_ASIDE
        aside.mkdir(exist_ok=True)
        try:
            name_once(path, aside / path.name)
        except FileExistsError:
            return None
        sync_folder(path.parent)
        return aside / path.name

    def _join(self) -> None:
        """Hold the shared lock from now on, until this store is no longer used or its process ends."""
        with self._joining:
            if self._joined:
                return
            self._root.mkdir(parents=True, exist_ok=True)
            descriptor = self._open_root()
            if descriptor is not None:
                _locked(descriptor, fcntl.LOCK_SH)
                weakref.finalize(self, os.close, descriptor)
            self._joined = True

    def _open_root(self) -> int | None:
        """The store's folder, which bears the lock; None while there is none."""
        with suppress(OSError):
            return os.open(self._root, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
        return None

    def _store(self, source: BinaryIO) -> Stored:
        def write(target: BinaryIO) -> tuple[str, int]:
            digest, length = sha256(), 0
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                target.write(chunk)
                length += len(chunk)
            return digest.hexdigest(), length

        return self._settle(write, "")

    def incoming(self) -> Path:
        """The folder in which files become whole before they get their names."""
        self._join()
        folder = self._root / INCOMING
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _settle(self, write: Callable[[BinaryIO], tuple[str, int]], suffix: str) -> Stored:
        """Write to a temporary name, make it durable, give it its final name, read it back."""
        temporary = self.incoming() / f"{os.getpid()}-{secrets.token_hex(8)}{suffix}"
        try:
            with temporary.open("xb") as target:
                digest, length = write(target)
                target.flush()
                os.fsync(target.fileno())
            final = self.path(Sha256(digest))
            if not final.parent.exists():
                final.parent.mkdir(exist_ok=True)
                sync_folder(self._root)
            temporary.chmod(0o440)
            try:
                name_once(temporary, final)
            except FileExistsError:  # the same bytes: what stands there is never replaced
                sync_folder(final.parent)
        finally:
            temporary.unlink(missing_ok=True)
        with final.open("rb") as stored:
            if file_digest(stored, "sha256").hexdigest() != digest:
                raise _changed(final)
        return Stored(sha256=Sha256(digest), bytes=length)


def _locked(descriptor: int, operation: int) -> bool:
    """Whether the lock is ours; a file system that knows none answers no."""
    try:
        fcntl.flock(descriptor, operation)
    except OSError:
        return False
    return True


def _missing(path: Path) -> VerificationFailedError:
    return VerificationFailedError(
        _("档案中缺少一个原件。"),
        where=str(path),
        remedy=_("请运行 evidence audit，并从备份恢复（evidence restore）。"),
    )


def _changed(path: Path) -> VerificationFailedError:
    return VerificationFailedError(
        _("档案中一个原件的内容已与登记的摘要不符。"),
        where=str(path),
        remedy=_("请保留现场，运行 evidence audit，并从备份恢复（evidence restore）；同时检查硬盘。"),
    )
