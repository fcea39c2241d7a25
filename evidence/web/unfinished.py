"""Files on their way into the inbox: one account's, kept in parts until they are whole and proven."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import msgspec

from evidence.web.received import move_in
from evidence.web.resuming import OtherBytesError, Partial, Range, Readable

BLOCK = 1 << 20
"""A whole file's digest is that of its blocks' digests: no browser can hash a film in one piece."""
_SPARE_BYTES = 256 * 1024**2
"""What files on their way leave free on the disk: ledger and accounts are written to it, too."""


class NoRoomError(Exception):
    """The disk would be full."""


class TooManyError(Exception):
    """More was begun and not finished than one account may have, or all together."""


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one file beside its bytes."""

    name: str
    total: int
    sending: str = ""
    """Of one that is in the inbox: which choice of the file in a browser brought it there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """One file that was begun and not finished."""

    key: str
    name: str
    total: int
    have: int

    @property
    def percent(self) -> int:
        """How much of it is here."""
        return 100 * self.have // self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """What one account has on its way."""

    folder: Path
    """The account's; those of others lie beside it."""
    inbox: Path
    most_of_account: int
    most_of_all: int

    def partial(self, key: str) -> Partial:
        """What of a file is here."""
        return Partial(self.folder / f"{key}.part")

    def arrived(self, key: str, sending: str) -> bool:
        """Whether this choice of the file is in the inbox already: its last answer may have been lost."""
        noted = self._noted(key) if sending else None
        return noted is not None and noted.sending == sending

    def begun(self) -> tuple[Begun, ...]:
        """Every file that was begun and not finished, by name."""
        found = []
        for path in self.folder.glob("*.part"):
            noted, have = self._noted(path.stem), Partial(path).have
            if noted is not None and have:
                found.append(Begun(key=path.stem, name=noted.name, total=noted.total, have=have))
        return tuple(sorted(found, key=lambda each: (each.name, each.key)))

    def take(self, key: str, part: Range, source: Readable, *, whole: Noted, digest: str) -> int:
        """Keep a part; with the last one the file is compared, synced and moved into the inbox.

        Args:
            digest: of the whole, in hexadecimal; only the last part needs it.

        Returns:
            How much is here now, as `Partial.add`.

        Raises:
            TooManyError, NoRoomError: the part is not taken, what was here stays.
            OtherBytesError: the file is let go.
            OSError: what was here stays.
        """
        self._check_room(key, part)
        if not part.start:
            self._note(key, msgspec.structs.replace(whole, sending=""))

        def finish(file: BinaryIO) -> None:
            if digest_of(file) != digest:
                raise OtherBytesError
            os.fsync(file.fileno())
            # A server that died just after the move leaves two names: the inbox has it already.
            if os.fstat(file.fileno()).st_nlink < 2:
                move_in(self.inbox, whole.name, self.partial(key).path)
            self._note(key, whole)

        return self.partial(key).add(part, source, finish)

    def drop(self, key: str) -> None:
        """Let go what of a file is here; one that is complete and being compared goes into the inbox."""
        self.partial(key).let_go()
        if not self.partial(key).have:
            (self.folder / key).unlink(missing_ok=True)

    def _check_room(self, key: str, part: Range) -> None:
        others = all_others = 0
        for path in self.folder.parent.glob("*/*.part"):
            with suppress(FileNotFoundError):
                held = path.stat().st_size
                own = path.parent == self.folder
                all_others += 0 if own and path.stem == key else held
                others += held if own and path.stem != key else 0
        if others + part.total > self.most_of_account or all_others + part.total > self.most_of_all:
            raise TooManyError
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(self.folder).free < part.total - part.start + _SPARE_BYTES:
            raise NoRoomError

    def _note(self, key: str, noted: Noted) -> None:
        # Without it no byte is lost: a page lacks a name, or a lost answer is asked for in vain.
        with suppress(OSError):
            (self.folder / key).write_bytes(msgspec.json.encode(noted))

    def _noted(self, key: str) -> Noted | None:
        try:
            return msgspec.json.decode((self.folder / key).read_bytes(), type=Noted)
        except (OSError, msgspec.DecodeError):
            return None


def digest_of(file: BinaryIO) -> str:
    """The digest of the digests of its blocks, in hexadecimal; the file is never held in memory."""
    whole = sha256()
    for block in _blocks(file):
        whole.update(sha256(block).digest())
    return whole.hexdigest()


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    file.seek(0)
    while block := file.read(BLOCK):
        yield block
