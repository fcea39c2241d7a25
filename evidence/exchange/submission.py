"""What a submission information package holds: files, where each comes from, and what happened to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from io import BufferedIOBase
from pathlib import PurePosixPath

from evidence.domain.identifiers import Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedFile:
    """One file of the representation."""

    path: PurePosixPath
    """Below the representation's `data/`."""
    sha256: Sha256
    bytes: int
    media_type: str
    open: Callable[[], BufferedIOBase]
    """Opens the exact bytes."""
    arrival: str = ""
    """The arrival that brought it; empty for what the program made."""
    packages: tuple[str, ...] = ()
    """Signed weekly packages that carry the same digest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedEvent:
    """One journal line about what is submitted."""

    seq: int
    """0-based journal position."""
    digest: str
    """Digest of the line: a package's journal slice shows it."""
    kind: str
    at: datetime
    actor: str
    about: tuple[Sha256, ...] = ()
    """Files it names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One package or one closed case, ready to be written."""

    id: str
    title: str
    agency: str
    regulator: str
    contract: str
    begun_on: str
    """First day it is about, ISO 8601."""
    ended_on: str
    created: datetime
    files: tuple[SubmittedFile, ...]
    events: tuple[SubmittedEvent, ...]

    def digests(self) -> Iterator[Sha256]:
        """Of every file, in order of path."""
        yield from (file.sha256 for file in self.files)
