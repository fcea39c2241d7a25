"""Photographs that came from a telephone and wait for the facts that name them; addressed by content."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from evidence.archive.originals import Originals
from evidence.config import Workspace
from evidence.domain.hazard import Picture
from evidence.domain.identifiers import Sha256
from evidence.web.resuming import OtherBytesError, Partial, Readable, TooLargeError

MAX_BYTES = 64 * 1024 * 1024
_CHUNK = 1 << 20
_SEALING = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Parts:
    """One account's folder, and the archive behind it; a part is there whole or not at all."""

    folder: Path
    originals: Originals
    entered: frozenset[str] = frozenset()
    """What of the archive this account brought itself; of the rest it learns nothing."""

    def found(self, digest: str) -> Path | None:
        """Where a part lies: still waiting, or in the archive since its visit was entered."""
        waiting = self._waiting(digest)
        if waiting.is_file():
            return waiting
        known = Sha256(digest)
        return self.originals.path(known) if digest in self.entered and known in self.originals else None

    def take(self, digest: str, source: Readable) -> None:
        """Keep what comes in.

        Args:
            digest: SHA-256 in hexadecimal, already known to be well-formed.

        Raises:
            TooLargeError, OtherBytesError: nothing is kept then.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self.folder)
        try:
            with os.fdopen(handle, "wb") as file:
                if _copy(source, file.write) != digest:
                    raise OtherBytesError
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._waiting(digest))
        finally:
            Path(name).unlink(missing_ok=True)

    def begun(self, digest: str, sealing: str) -> Partial | None:
        """What of one sealing of one photograph is here; None where the sealing is none.

        Args:
            sealing: 32 hexadecimal digits of the key pair made for this sealing alone. The same photograph
                sealed again is another message: their parts must not be joined.
        """
        return Partial(self.folder / f"{digest}.{sealing}.part") if _SEALING.fullmatch(sealing) else None

    def let_go(self, digests: Iterable[str]) -> None:
        """Remove what the archive has taken over."""
        for digest in digests:
            if Sha256(digest) in self.originals:
                self._waiting(digest).unlink(missing_ok=True)
                for begun in self.folder.glob(f"{digest}.*.part"):  # of a sealing that was never finished
                    begun.unlink(missing_ok=True)

    def _waiting(self, digest: str) -> Path:
        return self.folder / f"{digest}.jpg"


def parts_of(workspace: Workspace, account: Any, entered: frozenset[str] = frozenset()) -> Parts:
    """What an account's telephone sent and no visit has taken over yet."""
    return Parts(workspace.root / "desk" / "site" / str(account.pk), workspace.originals, entered)


def files_of(pictures: Iterable[Picture]) -> frozenset[str]:
    """Digests of the copies in the record and of the camera's own files behind them."""
    told = tuple(pictures)
    return frozenset(
        {each.sha256 for each in told} | {each.captured.original for each in told if each.captured}
    )


def _copy(source: Readable, write: Callable[[bytes], int]) -> str:
    """Digest of everything copied."""
    hashed, count = sha256(), 0
    while chunk := source.read(_CHUNK):
        count += len(chunk)
        if count > MAX_BYTES:
            raise TooLargeError
        hashed.update(chunk)
        write(chunk)
    return hashed.hexdigest()
