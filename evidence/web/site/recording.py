"""A visit that a telephone sent becomes a line of the journal, once, and never over somebody else's."""

from __future__ import annotations

import json
import os
import re
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from evidence.config import Workspace
from evidence.domain.case import Case, Visit
from evidence.domain.identifiers import Sha256, VisitId
from evidence.forms.device_report import DeviceReport, Shot
from evidence.forms.tables import MistakesError
from evidence.forms.visit_entry import Recorded, SameDayError, record_visit_file
from evidence.web import entry_form
from evidence.web.entry_stored import kept_photographs
from evidence.web.names import safe_name
from evidence.web.site.partly import Refused, Typed, refused_of, without
from evidence.web.site.parts import Parts
from evidence.web.site.sending import Sending

_PARTING = re.compile(r"[、,，;；]")
_ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What came of one sending."""

    recorded: Recorded | None = None
    """None where nothing could be entered."""
    refused: tuple[Refused, ...] = ()
    theirs: tuple[str, ...] = field(default=())
    """What differs from the version that somebody else entered; nothing was entered then."""
    visit: str = ""
    """The visit that they entered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One sending about one case."""

    workspace: Workspace
    case: Case
    sending: Sending
    parts: Parts
    actor: str
    correcting: VisitId | None
    """The visit this key entered before; None for a first sending."""
    settled: bool
    """Whether a difference from what is stored corrects it; otherwise it is only told."""
    stored: Visit | None = None
    """Its photographs stay, but those of rows for which the sending names some."""
    whole: bool = False
    """A mistake refuses everything: nothing is left out."""

    def take(self) -> Taken:
        """Enter the facts; those with mistakes are left out and named."""
        typed: Typed = self.sending.typed
        refused: list[Refused] = []
        for _round in range(_ROUNDS):
            fields: dict[str, str] = {}
            try:
                recorded = self._record(typed, fields)
            except SameDayError as error:
                return Taken(theirs=error.would.differences, visit=error.would.id)
            except MistakesError as error:
                found = refused_of(error.found, fields)
                refused += found
                rest = None if self.whole else without(typed, found)
                if rest is None:
                    return Taken(refused=tuple(refused))
                typed = rest
            else:
                # nothing was journalled for facts that were there: the version that stands is the one before
                standing = replace(recorded, version=recorded.version - recorded.unchanged)
                return Taken(recorded=standing, refused=tuple(refused))
        return Taken(refused=tuple(refused))

    def _record(self, typed: Typed, fields: dict[str, str]) -> Recorded:
        workspace = self.workspace
        with tempfile.TemporaryDirectory(prefix="site-visit-") as name:
            folder = Path(name)
            beside = self._photographs(typed, folder)
            kept_photographs(self.stored, self._unphotographed(typed), beside, folder, workspace.originals)
            written = entry_form.document(self.sending.kind, typed, beside)
            fields |= written.fields
            path = folder / "登记.json"
            path.write_text(json.dumps(written.content, ensure_ascii=False), encoding="utf-8")
            return record_visit_file(
                path,
                case=self.case,
                ledger=workspace.ledger,
                originals=workspace.originals,
                actor=self.actor,
                visit=self.correcting,
                settled=self.settled,
                follow=workspace.claims,
                bounds=workspace.plausible(),
                admit=workspace.attachments.admit_picture,
                device=DeviceReport(shots=self._shots(), clocked=self.sending.clocked),
            )

    def _unphotographed(self, typed: Typed) -> Typed:
        """Without the rows for which the sending says which photographs they have."""
        own = tuple(name.rpartition("|")[0] + "|" for name in self.sending.photographs)
        return {name: values for name, values in typed.items() if not name.startswith(own)}

    def _shots(self) -> dict[Sha256, Shot]:
        """What the device said of each photograph, with the camera's own file."""
        found = {}
        for digest, told in self.sending.described.items():
            original = self.parts.found(told.captured_sha256)
            if original is not None:
                found[Sha256(digest)] = Shot(capture=told.capture, original=original)
        return found

    def _photographs(self, typed: Typed, folder: Path) -> dict[str, list[str]]:
        """The photographs of rows that are still there, under the time they were taken at."""
        beside: dict[str, list[str]] = {}
        for name, digests in self.sending.photographs.items():
            row = name.rpartition("|")[0]
            if not any(other.startswith(f"{row}|") for other in typed):
                continue
            for place, digest in enumerate(digests):
                told = self.sending.described.get(digest)
                called = _PARTING.sub("_", safe_name(told.name if told else "")) or f"{digest[:12]}.jpg"
                target = folder / f"{digest[:12]}-{place}" / Path(called).with_suffix(".jpg").name
                target.parent.mkdir(exist_ok=True)
                part = self.parts.found(digest)
                if part is None:
                    continue
                target.write_bytes(part.read_bytes())
                if told is not None:
                    at = told.taken_at.timestamp()
                    os.utime(target, (at, at))
                beside.setdefault(name, []).append(target.relative_to(folder).as_posix())
        return beside


def missing(sending: Sending, parts: Parts) -> list[str]:
    """Digests of photographs that have not arrived, copies and originals alike."""
    return sorted(digest for digest in sending.digests if parts.found(digest) is None)


def told(taken: Taken, key: str) -> dict[str, Any]:
    """The receipt: only where there is one was the visit delivered."""
    recorded = taken.recorded
    receipt = {"key": key, "visit": recorded.id, "version": recorded.version} if recorded else None
    return {
        "receipt": receipt,
        "refused": [{"field": each.field, "place": each.place, "what": each.what} for each in taken.refused],
        "theirs": [*taken.theirs],
    }
