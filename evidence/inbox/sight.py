"""Looking at the inbox without trusting it: nothing is followed, nothing outside is reached."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from evidence.errors import EvidenceError
from evidence.inbox.names import is_ignored, shown
from evidence.language import _

README = "README.md"
MAX_DEPTH = 32
"""Folders within folders; deeper is no filing but an attack or an accident."""


class MovedAwayError(EvidenceError):
    """The file is no longer the one that was seen, or may not be read; the next look decides anew."""

    forbidden = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One directory entry as one look found it."""

    path: Path
    """Where it lies."""
    name: str
    """Relative to the inbox, as the clerk named it (NFC, nothing invisible)."""
    regular: bool
    """False for links, pipes, sockets, devices and folders nested too deep."""
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int

    @property
    def identity(self) -> str:
        """Changes with every rewrite, and no copying tool can set the change time it holds."""
        return f"{self.inode}:{self.size}:{self.mtime_ns}:{self.ctime_ns}"

    @property
    def changed_at(self) -> float:
        """Seconds since the epoch of the last change of content, name or attributes."""
        return max(self.mtime_ns, self.ctime_ns) / 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Everything one look at the inbox found, in order of name."""

    sightings: tuple[Sighting, ...]
    ignored: int
    """Entries whose names are never arrivals."""


def look(root: Path) -> Look:
    """Every entry below a folder; folders that are links are entries themselves and never entered."""
    found: list[Sighting] = []
    ignored = 0
    stack = [(root, 0)]
    while stack:
        folder, depth = stack.pop()
        try:
            entries = list(os.scandir(folder))
        except (FileNotFoundError, NotADirectoryError):
            continue
        for entry in entries:
            if is_ignored(entry.name) or (folder == root and entry.name == README):
                ignored += 1
                continue
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            if stat.S_ISDIR(status.st_mode) and depth < MAX_DEPTH:
                stack.append((Path(entry.path), depth + 1))
                continue
            found.append(_sighting(Path(entry.path), root, status))
    found.sort(key=lambda sighting: sighting.name)
    return Look(sightings=tuple(found), ignored=ignored)


def look_among(paths: Iterable[Path], inbox: Path) -> Look:
    """Some files and folders, in the inbox or elsewhere; what is not there is left out."""
    sightings: list[Sighting] = []
    ignored = 0
    for given in paths:
        path = Path(os.path.normpath(given))  # `inbox/../x` lies beside the inbox, not in it
        inside = path.is_relative_to(inbox)
        if path.is_dir() and not path.is_symlink():
            below = look(path)
            ignored += below.ignored
            sightings += [
                look_at(each.path, inbox) if inside else each
                for each in below.sightings
                if os.path.lexists(each.path)
            ]
        elif os.path.lexists(path):
            sightings.append(look_at(path, inbox if inside else path.parent))
    return Look(sightings=tuple(sightings), ignored=ignored)


def look_at(path: Path, root: Path) -> Sighting:
    """One entry.

    Raises:
        FileNotFoundError: there is none.
    """
    return _sighting(path, root, path.lstat())


def _sighting(path: Path, root: Path, status: os.stat_result) -> Sighting:
    relative = path.relative_to(root) if path.is_relative_to(root) else path
    return Sighting(
        path=path,
        name=shown(relative.as_posix()),
        regular=stat.S_ISREG(status.st_mode),
        inode=status.st_ino,
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        ctime_ns=status.st_ctime_ns,
    )


def same_file(sighting: Sighting) -> bool:
    """Whether the file is still exactly the one that was seen."""
    try:
        return look_at(sighting.path, sighting.path.parent).identity == sighting.identity
    except OSError:
        return False


@contextmanager
def opened(sighting: Sighting) -> Iterator[int]:
    """A read-only descriptor of exactly the file that was seen; a link swapped in since is refused.

    Raises:
        MovedAwayError: it is gone, or another file lies in its place.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    flags |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
    try:
        descriptor = os.open(sighting.path, flags)
    except OSError as error:
        gone = MovedAwayError(_("文件已被移走或换成了别的东西。"), where=sighting.name)
        gone.forbidden = isinstance(error, PermissionError)
        raise gone from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_ino != sighting.inode:
            raise MovedAwayError(
                _("文件已被移走或换成了别的东西。"),
                where=sighting.name,
                remedy=_("请确认文件还在收件夹，再运行 evidence ingest。"),
            )
        yield descriptor
    finally:
        os.close(descriptor)


def being_written(descriptor: int) -> bool | None:
    """Whether any process holds the file open for writing; None where the system cannot tell.

    A read lease (fcntl(2), Linux) is granted only while there is no writer, so a copy that stalls for
    minutes, or an SMB client that reserved the full size first, is seen although nothing changes.
    """
    try:
        import fcntl
        import signal

        set_signal = (
            10  # F_SETSIG: a lease broken meanwhile sends this signal, whose default is to do nothing
        )
        fcntl.fcntl(descriptor, set_signal, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except (ImportError, AttributeError):
        return None
    except OSError as error:
        return True if error.errno in {11, 35} else None  # EAGAIN: there is a writer
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False
