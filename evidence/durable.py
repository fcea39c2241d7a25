"""Making files and folder entries durable: what every room that keeps something rests on."""

from __future__ import annotations

import errno
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}
"""What file systems answer that know no hard links (FAT, some network shares)."""


def sync_folder(folder: Path) -> None:
    """Make a folder's entries durable; a no-op where folders cannot be opened (Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync_tree(folder: Path) -> None:
    """Make every file and folder below a folder durable, and its own entries."""
    for top, _folders, names in os.walk(folder):
        for name in names:
            # Windows flushes only what may be written to
            descriptor = os.open(Path(top, name), os.O_RDWR if os.name == "nt" else os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        sync_folder(Path(top))


def write_whole(path: Path, data: bytes, *, mode: int = 0o640) -> None:
    """Put a file under its name complete or not at all, replacing what was there.

    Raises:
        OSError: disk full or folder not writable; the old file is untouched.
    """
    with _finished(path, data, mode) as temporary:
        temporary.replace(path)
        sync_folder(path.parent)


def write_once(path: Path, data: bytes, *, mode: int = 0o440) -> bool:
    """Put a file under its name complete or not at all; what stands there is never replaced.

    Returns:
        Whether it was written; False when exactly these bytes stand there already.

    Raises:
        FileExistsError: other bytes stand there.
        OSError: disk full or folder not writable; nothing stays under the name.
    """
    with _finished(path, data, mode) as temporary:
        try:
            name_once(temporary, path)
        except FileExistsError:
            if path.is_file() and path.read_bytes() == data:
                return False
            raise
    return True


@contextmanager
def _finished(path: Path, data: bytes, mode: int) -> Iterator[Path]:
    """A whole, synced file beside the name it is meant for, to be given that name or gone afterwards."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(6)}.tmp")
    try:
        with temporary.open("xb") as target:
            target.write(data)
            target.flush()
            os.fsync(target.fileno())
        temporary.chmod(mode)
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def name_once(finished: Path, path: Path) -> None:
    """Move a finished, synced file or folder of the same file system to a name nobody has yet.

    Raises:
        FileExistsError: the name is taken; what stands there is untouched, and so is `finished`.
    """
    if finished.is_dir():
        try:
            path.mkdir()
        except FileExistsError:
            if not path.is_dir() or any(path.iterdir()):  # an empty one is what a crash just here leaves
                raise
        finished.replace(path)
    else:
        try:
            os.link(finished, path)
        except FileExistsError:
            raise
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            _copy_once(finished, path)
        finished.unlink()
    sync_folder(path.parent)


def _copy_once(finished: Path, path: Path) -> None:
    """The same without hard links: the name is taken first, then filled."""
    with finished.open("rb") as source, path.open("xb") as target:
        try:
            shutil.copyfileobj(source, target, 1 << 20)
            target.flush()
            os.fsync(target.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    shutil.copymode(finished, path)
