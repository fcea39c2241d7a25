"""Typed things out of the fold's rows, and which of them belong to a question; shared by every storage."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

import msgspec

from evidence.domain.document import Document, IssuedForm, Material, ScannedPage, Transcription
from evidence.domain.identifiers import ArrivalId, CaseId, Sha256
from evidence.domain.recording import Recording
from evidence.domain.register import Package, RegisterEntry
from evidence.domain.virus_scan import VirusScan, in_force, remarked
from evidence.ledger import fold_arrivals, fold_tables
from evidence.ledger.arrival_events import (
    AlterationDecided,
    ArrivalJudged,
    ArrivalTaken,
    MarkDecided,
    PersonDecided,
)
from evidence.ledger.codec import event_of
from evidence.ledger.documents import Copy, Word, assemble
from evidence.ledger.rows import Row
from evidence.ledger.view import Arrival


def documents_of(rows: Iterable[tuple[str, Row]]) -> Iterator[Document]:
    """Documents from the rows of one case table, in order of number."""
    forms: dict[str, IssuedForm] = {}
    copies: dict[str, list[Copy]] = {}
    edocuments: dict[str, list[Sha256]] = {}
    words: dict[str, list[Word]] = {}
    typed: dict[str, list[tuple[str, Transcription]]] = {}
    for key, row in rows:
        what, _colon, rest = key.partition(":")
        number, _colon, arrival = rest.partition(":")
        body = row["body"]
        if what == "form":
            forms[number] = msgspec.convert(body, IssuedForm)
        elif what == "scan":
            received_at = msgspec.convert(body["received_at"], datetime)
            copies.setdefault(number, []).extend(
                Copy(
                    page=msgspec.convert({**page, "arrival": arrival}, ScannedPage),
                    received_at=received_at,
                    seq=row["seq"],
                )
                for page in body["pages"]
            )
        elif what == "edoc":
            edocuments.setdefault(number, []).append(body)
        elif what == "transcript":
            typed.setdefault(number, []).append((key, msgspec.convert(body, Transcription)))
        elif what == "word":
            said = event_of(body["kind"], body["word"], row["seq"])
            assert isinstance(said, (MarkDecided, AlterationDecided))  # noqa: S101 - the fold stores no other
            words.setdefault(number, []).append(Word(seq=row["seq"], said=said))
    for number in sorted(forms):
        yield assemble(
            forms[number],
            copies.get(number, ()),
            edocuments.get(number, ()),
            words.get(number, ()),
            tuple(made for _key, made in sorted(typed.get(number, ()), key=lambda each: each[0])),
        )


def of_case(entry: RegisterEntry, case: CaseId) -> bool:
    """Whether a register entry names a case or one of its visits."""
    return entry.case == case or (entry.visit is not None and fold_tables.case_of(entry.visit) == case)


def only_about(package: Package, cases: Collection[CaseId]) -> Package:
    """A package with the documents of some cases, and nothing else of what it lists."""
    documents = tuple(number for number in package.documents if number[:10] in cases)
    return replace(package, documents=documents, cases=(), originals=())


def is_about(entry: RegisterEntry, names: Collection[str]) -> bool:
    """Whether an entry names one of these cases or visits, or none at all."""
    named = [name for name in (entry.case, entry.visit) if name is not None]
    return not named or any(name in names for name in named)


def in_order_of_start(recordings: Iterable[Recording | None]) -> tuple[Recording, ...]:
    """Those that are there, by start, then digest."""
    return tuple(
        sorted(
            (recording for recording in recordings if recording is not None),
            key=lambda recording: (
                "" if recording.started_at is None else recording.started_at.isoformat(),
                recording.sha256,
            ),
        )
    )


def arrival_of_row(id: str, body: Row) -> Arrival:
    """An arrival from its row's body."""
    outcome = fold_arrivals.outcome_of(body)
    decisions = tuple(msgspec.convert(decision, PersonDecided) for decision in body["decisions"])
    judged = None if body["judged"] is None else msgspec.convert(body["judged"], ArrivalJudged)
    scan = None if judged is None else judged.scan
    message = "" if judged is None else judged.message
    if body.get("scanned") is not None:
        scan = in_force(scan, msgspec.convert(body["scanned"], VirusScan))
        message = remarked(message, scan)
    if body["taken"] is None:
        return Arrival(
            id=ArrivalId(id),
            path=body["waiting"]["path"],
            sha256=None,
            bytes=None,
            received_at=datetime.fromisoformat(body["seen"]),
            outcome=outcome,
            reason="" if judged is None else judged.reason,
            message=body["waiting"].get("why", "") if judged is None else judged.message,
            seen_as=body["waiting"].get("seen_as", ""),
            path_bytes=body["waiting"].get("path_bytes", ""),
            judged=judged,
            decisions=decisions,
        )
    taken = msgspec.convert(body["taken"], ArrivalTaken)
    return Arrival(
        id=ArrivalId(id),
        path=taken.path,
        sha256=taken.sha256,
        bytes=taken.bytes,
        received_at=taken.received_at,
        outcome=outcome,
        media_type=taken.media_type,
        reason="" if judged is None else judged.reason,
        message=message,
        duplicate_of=taken.duplicate_of,
        seen_as=taken.seen_as,
        path_bytes=taken.path_bytes,
        within=taken.within,
        judged=judged,
        scan=scan,
        decisions=decisions,
    )


def recording_of_row(body: Row) -> Recording:
    """A recording from its row's body, with its assignment."""
    recording = msgspec.convert(body["recording"], Recording)
    assigned = body["assigned"]
    if assigned is None:
        return recording
    return replace(
        recording,
        visit=assigned["visit"] or None,
        assigned_by=assigned["by"],
        assigned_why=assigned.get("why") or "",
        taken_from=assigned.get("from"),
        assigned_stated=bool(assigned.get("stated")),
    )


def material_of(arrival: Arrival) -> Material:
    """An arrival as its case's material, with the word of the person who filed it."""
    assert arrival.sha256 is not None  # noqa: S101 - only what was taken is filed
    filed = next((each for each in reversed(arrival.decisions) if each.decision == "link"), None)
    return Material(
        arrival=arrival.id,
        sha256=arrival.sha256,
        name=arrival.path,
        media_type=arrival.media_type,
        bytes=arrival.bytes or 0,
        received_at=arrival.received_at,
        pages=() if arrival.judged is None else arrival.judged.filed_pages,
        hazard="" if arrival.judged is None else arrival.judged.hazard,
        filed_by="" if filed is None else filed.by,
        why="" if filed is None else filed.why,
    )
