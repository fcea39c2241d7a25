"""Files within a file: zip archives, mail, PDF attachments; unpacked with limits in a bounded child."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.domain.arrival_outcome import Reason
from evidence.errors import UnreadableError
from evidence.filetypes import media
from evidence.filetypes.mail_headers import Letterhead
from evidence.filetypes.mail_message import unpack_message

CHUNK = 1 << 20

_UNPACK = "请解压后把文件分别放入。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """One file to be unpacked."""

    path: Path
    media_type: str
    into: Path
    """An empty folder of ours; members are put there under running numbers, never under their names."""
    most_bytes: int
    """Of all members together."""
    most_members: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpacked:
    """One member, lying in the folder."""

    name: bytes
    """As the container has it, in whatever encoding; folders with `/`."""
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a container holds."""

    members: tuple[Unpacked, ...] = ()
    left: tuple[str, ...] = ()
    """What was not taken out, and why, in Chinese."""
    cover: bool = False
    """The container's own pages say nothing: a portfolio's cover."""
    letterhead: Letterhead | None = None
    """Of a message."""


def unpack(container: Container) -> Contents:
    """Take the members out.

    Raises:
        UnreadableError: damaged, encrypted, or more than the limits; the limit is named.
    """
    room = _Room(container)
    cover = False
    head = None
    match container.media_type:
        case media.ZIP:
            _zip(container.path, room)
        case media.EML:
            with container.path.open("rb") as file:
                head = unpack_message(file, room)
        case media.MSG:
            _outlook(container.path, room)
        case media.PDF:
            cover = _attachments(container.path, room)
    return Contents(members=tuple(room.members), left=tuple(room.left), cover=cover, letterhead=head)


class _Room:
    """The folder, and how much of it may still be used."""

    def __init__(self, container: Container) -> None:
        self._container = container
        self._left = container.most_bytes
        self.members: list[Unpacked] = []
        self.left: list[str] = []

    def put(self, name: bytes, chunks: Iterator[bytes]) -> None:
        """Keep one member."""
        if len(self.members) >= self._container.most_members:
            what = f"里面的文件超过上限（{self._container.most_members} 个）。"
            raise UnreadableError(Reason.TOO_LARGE, what, remedy=_UNPACK)
        path = self._container.into / f"{len(self.members):05d}"
        with path.open("xb") as file:
            for chunk in chunks:
                self._left -= len(chunk)
                if self._left < 0:
                    what = f"里面的文件展开后超过上限（{self._container.most_bytes // 1024**2} MB）。"
                    raise UnreadableError(Reason.TOO_LARGE, what, remedy=_UNPACK)
                file.write(chunk)
        self.members.append(Unpacked(name=name, path=path))


def _zip(path: Path, room: _Room) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in archive.infolist():
                # without the flag a name is in whatever the maker's system used: its bytes are kept
                name = entry.orig_filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437", "replace")
                if entry.is_dir():
                    continue
                if entry.flag_bits & 1:
                    raise UnreadableError(
                        Reason.ENCRYPTED, "压缩包设有密码。", remedy="请去掉密码，或解压后分别放入。"
                    )
                if stat.S_ISLNK(entry.external_attr >> 16):
                    room.left.append(f"{entry.filename}（是链接）")
                    continue
                with archive.open(entry) as member:
                    room.put(name.replace(b"\\", b"/"), iter(lambda: member.read(CHUNK), b""))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise UnreadableError(
            Reason.MALFORMED, "压缩包已损坏，或用了本程序不认识的压缩方法。", remedy=_UNPACK
        ) from error


_ATTACHMENT = "__attach_version1.0_#"
_DATA, _EMBEDDED = "37010102", "3701000D"
_LONG_NAME, _SHORT_NAME = ("3707001F", "3707001E"), ("3704001F", "3704001E")
_DISPLAY_NAME, _SUBJECT = ("3001001F", "3001001E"), ("0037001F", "0037001E")
"""Property streams of an attachment and of a message ([MS-OXMSG] 2.2.2, [MS-OXPROPS])."""
_DEEPEST_MESSAGE = 8
"""Messages forwarded within each other."""


def _outlook(path: Path, room: _Room) -> None:
    import olefile

    try:
        with olefile.OleFileIO(str(path)) as storage:
            _message(storage, (), b"", room)
    except (OSError, ValueError, IndexError) as error:
        if isinstance(error, UnreadableError) or (isinstance(error, OSError) and error.errno):
            raise
        raise UnreadableError(
            Reason.MALFORMED, "Outlook 邮件已损坏。", remedy="请在邮件程序中把附件另存后分别放入。"
        ) from error


def _message(storage: Any, at: tuple[str, ...], folder: bytes, room: _Room) -> None:
    """The attachments of one message, and those of the messages attached to it.

    Args:
        storage: the compound file.
        at: where the message lies in it; the file itself is one.
        folder: under which its attachments are named.
        room: where they are put.
    """
    depth = len(at)
    inside = (entry for entry in storage.listdir() if tuple(entry[:depth]) == at and len(entry) > depth)
    for name in sorted({entry[depth] for entry in inside if entry[depth].startswith(_ATTACHMENT)}):
        place = (*at, name)
        shown = _text(storage, place, _LONG_NAME, _SHORT_NAME, _DISPLAY_NAME)
        embedded = (*place, f"__substg1.0_{_EMBEDDED}")
        data = [*place, f"__substg1.0_{_DATA}"]
        if storage.exists(data):
            room.put(folder + shown, iter([storage.openstream(data).read()]))
        elif storage.exists([*embedded, "__properties_version1.0"]) and depth < 2 * _DEEPEST_MESSAGE:
            title = _text(storage, embedded, _SUBJECT) or shown or "转发的邮件".encode()
            before = len(room.members)
            _message(storage, embedded, folder + title.replace(b"/", b"_") + b".msg/", room)
            if len(room.members) == before:
                room.left.append(f"{title.decode('utf-8', 'replace')}（是转发的邮件，没有附件）")
        else:
            title = shown or "一件附件".encode()
            room.left.append(f"{title.decode('utf-8', 'replace')}（是内嵌的对象，请另存后放入）")


def _text(storage: Any, place: tuple[str, ...], *properties: tuple[str, str]) -> bytes:
    """The first of some properties that is there, in UTF-8 where its encoding is known."""
    for wide, narrow in properties:
        for name in (wide, narrow):
            if storage.exists([*place, f"__substg1.0_{name}"]):
                raw: bytes = storage.openstream([*place, f"__substg1.0_{name}"]).read()
                text = raw.decode("utf-16-le", "replace").encode() if name == wide else raw
                return text.strip(b"\0")
    return b""


def _attachments(path: Path, room: _Room) -> bool:
    """Attachments of a PDF; True when its pages are only the cover of a portfolio (ISO 32000-2, 12.3.5)."""
    import pikepdf

    try:
        with pikepdf.open(path) as document:
            for name in document.attachments:
                attached = document.attachments[name]
                file = attached.get_file()
                room.put((attached.filename or name).encode(), iter([file.read_bytes()]))
            return "/Collection" in document.Root and bool(room.members)
    except pikepdf.PasswordError:
        return False
    except (pikepdf.PdfError, ValueError, KeyError, AttributeError, RuntimeError):
        room.left.append("PDF 的附件目录读不出来")
        return False
