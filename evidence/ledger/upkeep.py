"""What the journal says of itself and of its archive: numbers reserved, a torn tail, a restore, an audit.

Part of the vocabulary in `events`, and under the same rule: a kind's payload only ever grows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from evidence.domain.identifiers import Number, PersonId, Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """A number that nobody else is given any more."""

    number: Number
    form: str
    """Form id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumbersReserved:
    """Numbers about to be issued: journalled before the first byte of their files is written.

    One that is never issued afterwards (a crash, a full disk) stays a gap.
    """

    KIND: ClassVar[str] = "number.reserved/1"
    numbers: tuple[Reserved, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TailCut:
    """A torn, never acknowledged last line was cut off after a crash."""

    KIND: ClassVar[str] = "ledger.tail-cut/1"
    bytes: int
    sha256: Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRestored:
    """A backup became the ledger again: what was journalled after it may be lost, its numbers are taken."""

    KIND: ClassVar[str] = "ledger.restored/1"
    backup: str
    """Folder the backup lay in."""
    backed_up_at: datetime
    size: int
    """Journal lines in the backup."""
    digest: str
    """Digest of the last of them."""
    regained: int = 0
    """Lines behind them that newer packages or copies still held, taken over unchanged."""
    by: str
    """Account that restored."""
    gap: int
    """Numbers left free in every series that was open at the time."""
    last_numbers: tuple[Number, ...] = ()
    """The last numbers known to be given out; their series go on right behind them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveredItem:
    """One thing whose journal line was lost and which the archive still proves."""

    what: str
    """`form`, `arrival`, `checkpoint`, `package` or `receipt`."""
    id: str
    sha256: Sha256 | None = None
    seq: int | None = None
    """Position of the lost line, None when nothing states it."""
    digest: str = ""
    """Digest of the lost line, empty when nothing states it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRecovered:
    """The journal had fallen behind its archive and was brought up to what the archive proves.

    The lines behind this one, as many as `items`, repeat what the items stand for.
    """

    KIND: ClassVar[str] = "ledger.recovered/1"
    size: int
    """Lines the journal still had."""
    regained: int
    """Lines behind them that packages and positions still held, taken over unchanged."""
    known: int
    """Lines that the archive proves there were."""
    by: str
    """Account that recovered."""
    items: tuple[RecoveredItem, ...] = ()
    lost: tuple[RecoveredItem, ...] = ()
    """Files whose lines are lost for good: too long to be kept beside them, or their bytes have changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingAudited:
    """An audit ran: what it covered and what it found."""

    KIND: ClassVar[str] = "archive.audited/1"
    objects: int
    missing: tuple[Sha256, ...] = ()
    changed: tuple[Sha256, ...] = ()
    extra: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DisposedItem:
    """Bytes that are gone; what they were stays known."""

    sha256: Sha256
    kind: str
    """`录像`, `记录`, `照片` or `相机原图`."""
    name: str
    case: str
    until: date
    """Last day it had to be kept."""
    clause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialDisposed:
    """Material whose period had ended was destroyed on a written approval; digests and this line remain."""

    KIND: ClassVar[str] = "material.disposed/1"
    items: tuple[DisposedItem, ...]
    approval: Sha256
    """The approval, among the originals."""
    by: PersonId
    """Leader who had it destroyed."""
    why: str
    elsewhere: tuple[str, ...] = ()
    """Where copies are known to remain: backups and packages, for whoever keeps them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FootageSeen:
    """Somebody looked at a film at the desk; once for each film and session."""

    KIND: ClassVar[str] = "footage.seen/1"
    sha256: Sha256
    visit: str = ""
    """Visit the film belonged to at that time."""
    by: str
    """Person of the roster, or the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginalHandedOut:
    """Somebody downloaded an original at the desk; once for each file and session."""

    KIND: ClassVar[str] = "original.handed-out/1"
    sha256: Sha256
    name: str = ""
    """Under which it went out."""
    number: str = ""
    """Document under which it was asked for; of the four things one, in older lines none."""
    arrival: str = ""
    case: str = ""
    register: str = ""
    by: str
    """Person of the roster, or the account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialViewed:
    """Somebody looked at material at the desk, or downloaded something that the desk made.

    One of four things, or of a download perhaps none; once for each person, thing, download and day.
    """

    KIND: ClassVar[str] = "material.viewed/1"
    number: str = ""
    """Document whose form or scanned pages were shown."""
    arrival: str = ""
    """Arrival whose pages were shown."""
    case: str = ""
    """Case whose photographs were shown."""
    package: str = ""
    """Package that was downloaded."""
    download: str = ""
    """Name of the file that was downloaded: a list, a report, a pack; empty where material was only shown."""
    by: str
    """Person of the roster, or the account."""
