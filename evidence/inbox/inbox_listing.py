"""Looking at the inbox without trusting it: nothing is followed, nothing outside is reached."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from evidence.errors import EvidenceError, MissingPartError
from evidence.foreign import reason_of
from evidence.inbox.names import README, is_ignored, own_bytes, shown
from evidence.language import _

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
    """False for links, pipes, sockets, devices, and for folders that could not be looked into."""
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int
    name_bytes: str = ""
    """The name's own bytes in hexadecimal, where they are not the UTF-8 of `name`."""
    trouble: str = ""
    """Why nothing below this entry was looked at, in Chinese; empty for an ordinary entry."""

    @property
    def entry(self) -> str:
        """Tells this directory entry from every other, whatever is shown of its name."""
        return self.name_bytes or self.name

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
    ignored: tuple[str, ...] = ()
    """Names of files that are never arrivals."""


@dataclass(slots=True)
class _Walk:
    """One look under way; what goes wrong with an entry concerns that entry alone."""

    root: Path
    found: list[Sighting] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    folders: list[tuple[Path, int]] = field(default_factory=list)

    def enter(self, folder: Path, depth: int) -> None:
        """Note every entry of a folder."""
        try:
            entries = list(os.scandir(folder))
        except (FileNotFoundError, NotADirectoryError):
            return  # gone since it was seen
        except OSError as error:
            self._closed(folder, f"无法查看这个文件夹（{reason_of(error)}）。")
            return
        for entry in entries:
            path = Path(entry.path)
            try:
                status = entry.stat(follow_symlinks=False)
            except FileNotFoundError:
                continue
            except OSError as error:
                self._closed(path, f"无法查看（{reason_of(error)}）。")
                continue
            self._note(path, status, depth)

    def _note(self, path: Path, status: os.stat_result, depth: int) -> None:
        if stat.S_ISDIR(status.st_mode):
            if depth < MAX_DEPTH:
                self.folders.append((path, depth + 1))
            else:
                self._closed(path, f"文件夹嵌套超过 {MAX_DEPTH} 层，里面的文件没有接收。")
        elif is_ignored(path.name) or (path.parent == self.root and path.name == README):
            self.ignored.append(_name(path, self.root)[0])
        else:
            self.found.append(_sighting(path, self.root, status))

    def _closed(self, path: Path, why: str) -> None:
        name, own = _name(path, self.root)
        self.found.append(
            Sighting(
                path=path,
                name=name,
                name_bytes=own,
                regular=False,
                trouble=why,
                inode=0,
                size=0,
                mtime_ns=0,
                ctime_ns=0,
            )
        )


def look(root: Path) -> Look:
    """Every entry below a folder; folders that are links are entries themselves and never entered.

    Raises:
        MissingPartError: the folder itself is gone or closed: nothing can be said of what lies in it.
    """
    try:
        os.scandir(root).close()
    except OSError as error:
        raise MissingPartError(
            _("无法查看收件夹：{why}。").format(why=reason_of(error)),
            where=str(root),
            remedy=_("请检查网络盘是否连上、文件夹是否被移走或改了权限，再运行 evidence ingest。"),
        ) from error
    walk = _Walk(root)
    walk.folders.append((root, 0))
    while walk.folders:
        walk.enter(*walk.folders.pop())
    found = sorted(walk.found, key=lambda sighting: (sighting.name, sighting.name_bytes))
    return Look(sightings=tuple(found), ignored=tuple(sorted(walk.ignored)))


def look_among(paths: Iterable[Path], inbox: Path) -> Look:
    """Some files and folders, in the inbox or elsewhere; what is not there is left out."""
    sightings: list[Sighting] = []
    ignored: list[str] = []
    for given in paths:
        path = Path(os.path.normpath(given))  # `inbox/../x` lies beside the inbox, not in it
        inside = path.is_relative_to(inbox)
        if path.is_dir() and not path.is_symlink():
            below = _below(path)
            ignored += below.ignored
            sightings += [
                look_at(each.path, inbox) if inside and not each.trouble else each
                for each in below.sightings
                if each.trouble or os.path.lexists(each.path)
            ]
        elif os.path.lexists(path):
            sightings.append(look_at(path, inbox if inside else path.parent))
    return Look(sightings=tuple(sightings), ignored=tuple(ignored))


def _below(folder: Path) -> Look:
    """What lies below one of several folders: one that is closed does not stop the others."""
    try:
        return look(folder)
    except MissingPartError as closed:
        name, own = _name(folder, folder.parent)
        sighting = Sighting(
            path=folder,
            name=name,
            name_bytes=own,
            regular=False,
            trouble=closed.what,
            inode=0,
            size=0,
            mtime_ns=0,
            ctime_ns=0,
        )
        return Look(sightings=(sighting,))


def look_at(path: Path, root: Path) -> Sighting:
    """One entry.

    Raises:
        FileNotFoundError: there is none.
    """
    return _sighting(path, root, path.lstat())


def _name(path: Path, root: Path) -> tuple[str, str]:
    """As it is shown, and its own bytes where they differ."""
    relative = (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()
    return shown(relative), own_bytes(relative)


def _sighting(path: Path, root: Path, status: os.stat_result) -> Sighting:
    name, own = _name(path, root)
    return Sighting(
        path=path,
        name=name,
        name_bytes=own,
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


def readable_path(descriptor: int, sighting: Sighting) -> Path:
    """A path to exactly the opened file, immune to a link swapped in later, where the system has one.

    It names this process, so that a child reads the same file.
    """
    through = Path(f"/proc/{os.getpid()}/fd/{descriptor}")
    return through if through.exists() else sighting.path
