"""What the archive must hold, as the ledger says it: the common word of audit, browsing and backup."""

from __future__ import annotations

from dataclasses import dataclass

from evidence.domain.identifiers import Sha256

POSITIONS_NAME = "positions.jsonl"
"""File in the archive's folders that remembers the journal lines behind the files beside it."""
MARK_NAME = "position.json"
"""File of the archive that remembers how far the journal has come."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """One file that must be there with exactly these bytes."""

    sha256: Sha256
    place: str
    """Path below `archive/`, with slashes."""
    what: str
    """Plain Chinese: 到件原件, 文书 WJB22-0012-JC-001 …"""
    instead: tuple[tuple[str, Sha256], ...] = ()
    """Other files any of which serves as well: a package kept as a folder instead of a zip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One file of the browsable case tree."""

    path: str
    """Path below `archive/cases/`, with slashes."""
    place: str
    """The file it shows, below `archive/`."""
    sha256: Sha256
