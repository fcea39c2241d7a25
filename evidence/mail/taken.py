"""Which messages of a mailbox were taken: lines of `archive/mail/NAME.jsonl`, before the server is told.

Not evidence: the messages themselves are arrivals. A lost file costs a second look at every message, whose
bytes are then found to be an arrival already.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import msgspec

from evidence.durable import sync_folder
from evidence.mail.message import Letter


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    uidvalidity: int
    uid: int
    message_id: str = ""
    content_sha256: str = ""


class TakenMessages:
    """What one mailbox gave so far. One process writes at a time (`Ledger.alone`)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._uids: set[tuple[int, int]] = set()
        self._letters: set[tuple[str, str]] = set()
        with suppress(FileNotFoundError):
            for line in path.read_bytes().split(b"\n"):
                with suppress(msgspec.MsgspecError):  # a torn last line: that message is looked at again
                    self._remember(msgspec.json.decode(line, type=_Line))

    def has(self, uidvalidity: int, uid: int) -> bool:
        """Whether the server's own number was taken; numbers hold for one UIDVALIDITY (RFC 9051, 2.3.1.1)."""
        return (uidvalidity, uid) in self._uids

    def knows(self, letter: Letter) -> bool:
        """Whether the same letter came before: same Message-ID and same content.

        The Message-ID alone proves nothing: anybody may write another's.
        """
        return bool(letter.message_id) and (letter.message_id, letter.content_sha256) in self._letters

    def add(self, uidvalidity: int, uid: int, letter: Letter) -> None:
        """Remember a message that is safe here.

        Raises:
            OSError: disk full or folder not writable.
        """
        line = _Line(
            uidvalidity=uidvalidity,
            uid=uid,
            message_id=letter.message_id,
            content_sha256=letter.content_sha256,
        )
        new = not self._path.exists()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            # a newline before it, too: what a crash left behind stays a line of its own
            file.write(b"\n" + msgspec.json.encode(line) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        if new:
            sync_folder(self._path.parent)
        self._remember(line)

    def _remember(self, line: _Line) -> None:
        self._uids.add((line.uidvalidity, line.uid))
        if line.message_id:
            self._letters.add((line.message_id, line.content_sha256))
