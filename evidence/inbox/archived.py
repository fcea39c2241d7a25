"""Reads files whose bytes lie in the archive: for the first time, again, or on a person's word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from evidence.archive.originals import Originals
from evidence.domain.document import ScannedPage
from evidence.domain.identifiers import ArrivalId, Number
from evidence.errors import EvidenceError
from evidence.inbox.booking import Piece
from evidence.inbox.identify import quarantined
from evidence.inbox.media import Family, identify_media
from evidence.inbox.structure import missing_end
from evidence.inbox.understand import Material, Understander, Understanding
from evidence.ledger.ledger import Ledger
from evidence.ledger.view import Arrival


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """Holds no state of its own."""

    ledger: Ledger
    originals: Originals
    understander: Understander
    clock: Callable[[], datetime]

    def first(self, piece: Piece, arrival: Arrival | None, detail: str) -> Understanding:
        """Read what was just stored.

        Args:
            piece: the file.
            arrival: the arrival it continues or retries; None for a new one.
            detail: why its end cannot have come; empty when it may be whole.
        """
        material = Material(
            arrival=arrival.id if arrival is not None else ArrivalId(""),
            path=self.originals.path(piece.stored.sha256),
            name=piece.sighting.name,
            sha256=piece.stored.sha256,
            bytes=piece.stored.bytes,
            media=piece.media,
            beside=piece.sighting.path.parent,
        )
        return self._understand(material, detail)

    def again(self, arrival: Arrival) -> Understanding:
        """Read archived bytes once more."""
        assert arrival.sha256 is not None  # noqa: S101 - callers ask only for archived bytes
        path = self.originals.path(arrival.sha256)
        kind = identify_media(path, arrival.path)
        material = Material(
            arrival=arrival.id,
            path=path,
            name=arrival.path,
            sha256=arrival.sha256,
            bytes=arrival.bytes or 0,
            media=kind,
        )
        return self._understand(material, "" if kind.mismatch else missing_end(path, kind.type))

    def placed(self, arrival: Arrival, places: Mapping[int, tuple[Number, int]]) -> dict[int, ScannedPage]:
        """What the pages show whose place a person names, by 0-based page of the file.

        A page is left out where nothing could be read: then a person looks at every box of it.
        """
        assert arrival.sha256 is not None  # noqa: S101 - it has pages
        path = self.originals.path(arrival.sha256)
        kind = identify_media(path, arrival.path)
        try:
            reading = self.understander.pages.read_placed(path, kind.type, places)
        except (EvidenceError, OSError):
            return {}
        return {page.index: page.scan for page in reading.pages if page.scan and page.index in places}

    def _understand(self, material: Material, detail: str) -> Understanding:
        """One that lacks its end is `incomplete`, with what can be played of a film."""
        view, now = self.ledger.view, self.clock()
        if not detail:
            return self.understander.understand(material, view, now)
        judged = quarantined(material.arrival, "incomplete", detail)
        if material.media.family is Family.FOOTAGE:
            played = self.understander.understand(material, view, now)
            judged = replace(judged, recordings=played.judged.recordings)
        return Understanding(judged=judged, broken=True)
