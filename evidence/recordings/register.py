"""Register footage where it lies: its fingerprint and what it proves go into the ledger, not its bytes.

Hours of video stay on the agency's storage; the path is remembered and audited (`reaudit`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path, PurePath

from evidence.domain.arrival_outcome import ArrivalOutcome, Reason
from evidence.domain.case import Visit
from evidence.domain.identifiers import ArrivalId, CaseId, Sha256
from evidence.domain.recording import BY_RULE, Recording
from evidence.domain.register import RegisterEntry
from evidence.errors import UnreadableError
from evidence.isolation.calls import run_bounded
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken, RecordingAssigned
from evidence.ledger.events import Event
from evidence.ledger.ledger import Ledger
from evidence.ledger.view import View
from evidence.recordings.assign import Assignment, assign
from evidence.recordings.cards import CARD_FILES, Card, CardFile, card_of, is_card_file
from evidence.recordings.clashes import flagged
from evidence.recordings.clock import OFFSET_REGISTER, corrected
from evidence.recordings.exports import enriched
from evidence.recordings.read import FootageFile, hash_file, read_bounded
from evidence.recordings.settings import RecordingsSettings

MEDIA_TYPES = {
    ".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".avi": "video/x-msvideo",
    ".mkv": "video/x-matroska", ".m4a": "audio/mp4",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """What became of one file."""

    path: str
    arrival: str
    outcome: str
    """`linked`, `unidentified`, `quarantined`, or `duplicate` when it was registered before."""
    message: str
    recording: Recording | None = None


def footage_below(paths: Iterable[Path]) -> Iterator[Path]:
    """The files themselves, and every footage file in the folders among them; links are not followed."""
    for path in paths:
        if path.is_dir():
            yield from (
                each
                for each in sorted(path.rglob("*"))
                if each.suffix.lower() in MEDIA_TYPES and each.is_file() and not each.is_symlink()
            )
        else:
            yield path


def card_beside(path: Path, levels: int = 4) -> Card | None:
    """The identity file of the card a file lies on, in its folder or a few above."""
    for folder in [*path.parents][:levels]:
        for candidate in (folder, folder / "DCIM" / "100MEDIA"):
            for each in sorted(candidate.glob("*")) if candidate.is_dir() else ():
                if each.name.lower() in CARD_FILES and is_card_file(each.name) and each.is_file():
                    try:
                        return run_bounded(card_of, CardFile(path=each, name=each.name))
                    except (UnreadableError, OSError):
                        continue
    return None


def register_in_place(
    paths: Iterable[Path],
    *,
    ledger: Ledger,
    settings: RecordingsSettings,
    actor: str,
    now: Callable[[], datetime],
    number: Callable[[View, datetime], ArrivalId],
    look: Callable[[Path, Recording], Recording] = lambda _path, recording: recording,
) -> Iterator[Registered]:
    """Register footage files by reference, one after another; each is safe in the journal when yielded.

    Args:
        paths: files, already listed.
        ledger: where they are registered.
        settings: of the recorders.
        actor: who registers, for the journal.
        now: the clock.
        number: gives the next arrival id; called under the ledger's lock.
        look: adds what only the picture shows.

    Raises:
        OSError: a file cannot be read.
    """
    view = ledger.view
    registering = _Registering(
        ledger=ledger,
        settings=settings,
        actor=actor,
        now=now,
        number=number,
        look=look,
        view=view,
        visits=view.all_visits(),
        offsets=view.entries(OFFSET_REGISTER),
        known=list(view.recordings()),
    )
    for path in paths:
        yield registering.register(path.resolve())


@dataclass(frozen=True, slots=True, kw_only=True)
class _Registering:
    """One run over some files: what it was asked with, and what it knows already."""

    ledger: Ledger
    settings: RecordingsSettings
    actor: str
    now: Callable[[], datetime]
    number: Callable[[View, datetime], ArrivalId]
    look: Callable[[Path, Recording], Recording]
    view: View
    """As it stood when the run began, like the visits and the offsets of the clocks."""
    visits: Sequence[Visit]
    offsets: Sequence[RegisterEntry]
    known: list[Recording]
    """Registered before or in this run."""
    cards: dict[Path, Card | None] = field(default_factory=dict)
    """By folder."""

    def register(self, path: Path) -> Registered:
        """One file: taken, read, given to a visit, journalled."""
        sha256 = hash_file(path)
        earlier = next((each for each in self.known if each.sha256 == sha256 and not each.described), None)
        if earlier is not None:
            return Registered(
                path=str(path), arrival=earlier.arrival, outcome=ArrivalOutcome.DUPLICATE, recording=earlier,
                message=f"这段录像已登记过（{earlier.arrival}）。",
            )  # fmt: skip
        card = self._card(path)
        arrival = _take(self.ledger, path, sha256, self.actor, self.now, self.number)
        try:
            recording = self._read(path, sha256, card)
        except UnreadableError as error:
            return self._quarantined(path, arrival, error)
        recording = corrected(
            enriched(recording, self.known), self.offsets, daily_s=self.settings.drift_daily_s
        )
        return self._given(path, replace(recording, arrival=arrival, path=str(path)))

    def _card(self, path: Path) -> Card | None:
        if path.parent not in self.cards:
            self.cards[path.parent] = card_beside(path)
        return self.cards[path.parent]

    def _read(self, path: Path, sha256: Sha256, card: Card | None) -> Recording:
        """What the file proves, and what only its picture shows.

        Raises:
            UnreadableError: nothing can be made of it.
        """
        file = FootageFile(
            path=path,
            name="/".join(path.parts[-4:]),
            sha256=sha256,
            card=card,
            now=self.now(),
            samples=self.settings.samples,
        )
        return self.look(path, read_bounded(file))

    def _quarantined(self, path: Path, arrival: ArrivalId, error: UnreadableError) -> Registered:
        message = f"{error.what}{error.remedy}"
        judged = ArrivalJudged(
            arrival=arrival, outcome=ArrivalOutcome.QUARANTINED, reason=error.reason, message=message
        )
        self.ledger.append(self.actor, judged)
        return Registered(
            path=str(path), arrival=arrival, outcome=ArrivalOutcome.QUARANTINED, message=message
        )

    def _given(self, path: Path, recording: Recording) -> Registered:
        """Journal it with the visit it belongs to, if one is sure, and what it clashes with."""
        near = [each for each in self.known if _may_clash(each, recording)]
        decision = self._decide(recording, near)
        recording = replace(
            recording,
            person=decision.person,
            suggestions=decision.suggestions,
            doubts=tuple(dict.fromkeys((*recording.doubts, *decision.doubts))),
        )
        judged = _judged(recording, decision)
        events: list[Event] = [judged]
        if visit := decision.visit:
            events.append(
                RecordingAssigned(sha256=recording.sha256, visit=visit, by=BY_RULE, why=decision.why)
            )
        events += flagged(recording, near, self.ledger.view, prerecord_s=self.settings.prerecord_s)
        self.ledger.append(self.actor, *events)
        self.known.append(recording)
        return Registered(
            path=str(path),
            arrival=judged.arrival,
            outcome=judged.outcome,
            message=judged.message,
            recording=replace(recording, visit=visit),
        )

    def _decide(self, recording: Recording, near: list[Recording]) -> Assignment:
        (decision,) = assign(
            [recording],
            self.visits,
            self.view.devices(),
            self.view.people(),
            others=near,
            margin_s=self.settings.margin_s,
            prerecord_s=self.settings.prerecord_s,
        )
        return decision


def _judged(recording: Recording, decision: Assignment) -> ArrivalJudged:
    """A cut file still proves what can be played of it, but waits for its rest."""
    visit = decision.visit
    return ArrivalJudged(
        arrival=ArrivalId(recording.arrival),
        outcome=ArrivalOutcome.QUARANTINED
        if recording.truncated
        else ArrivalOutcome.LINKED
        if visit
        else ArrivalOutcome.UNIDENTIFIED,
        reason=Reason.INCOMPLETE if recording.truncated else "",
        message="".join(dict.fromkeys((f"{decision.why}。".replace("。。", "。"), *recording.remarks))),
        recordings=(recording,),
        case=CaseId(visit.rpartition("-V")[0]) if visit else None,
    )


def _may_clash(other: Recording, recording: Recording) -> bool:
    """Same serial within a day: only such files can run at the same time."""
    if not recording.device or other.device != recording.device:
        return False
    if other.started_at is None or recording.started_at is None:
        return False
    return abs(other.started_at - recording.started_at) < timedelta(days=1)


def _take(
    ledger: Ledger,
    path: Path,
    sha256: Sha256,
    actor: str,
    now: Callable[[], datetime],
    number: Callable[[View, datetime], ArrivalId],
) -> ArrivalId:
    def decide(view: View) -> list[Event]:
        return [
            ArrivalTaken(
                arrival=number(view, now()),
                path=PurePath(path).name,
                sha256=sha256,
                bytes=path.stat().st_size,
                received_at=now(),
                media_type=MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream"),
                by_reference=str(path),
            )
        ]

    (taken,) = ledger.transact(actor, decide)
    assert isinstance(taken, ArrivalTaken)  # noqa: S101 what decide returned
    return taken.arrival
