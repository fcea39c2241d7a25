"""What a person says about footage, as events: assignment, clock measurements, audit results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from evidence.domain.case import Visit
from evidence.domain.coverage import Coverage, visit_coverage
from evidence.domain.identifiers import ArrivalId, CaseId, Sha256, VisitId
from evidence.domain.recording import Recording
from evidence.domain.register import RegisterEntry
from evidence.domain.week import local_date
from evidence.errors import UsageError
from evidence.language import _
from evidence.ledger.events import Event, RecordingAssigned, RegisterEntered, ThingAudited
from evidence.ledger.ledger import Ledger
from evidence.ledger.view import View
from evidence.recordings.assign import in_force
from evidence.recordings.clock import OFFSET_REGISTER
from evidence.recordings.reaudit import Audited, Standing
from evidence.recordings.settings import RecordingsSettings


def find_recording(view: View, digest: str) -> Recording:
    """The recording whose digest begins so.

    Raises:
        UsageError: none does, or several do.
    """
    text = digest.strip().lower()
    exact = view.recording(Sha256(text)) if len(text) == 64 else None
    found = (
        [exact] if exact else [each for each in view.recordings() if text and each.sha256.startswith(text)]
    )
    if len(found) != 1:
        raise UsageError(
            _("没有指纹以 {text} 开头的录像。").format(text=text)
            if not found
            else _("指纹以 {text} 开头的录像有 {count} 段。").format(text=text, count=len(found)),
            remedy=_("请用 evidence recording list 查看指纹，多写几位。"),
        )
    return found[0]


def find_visit(view: View, visit: VisitId) -> Visit:
    """The version in force of a visit.

    Raises:
        UsageError: there is no such visit.
    """
    case = CaseId(visit.rpartition("-V")[0])
    found = next((each for each in in_force(view.visits(case)) if each.id == visit), None)
    if found is None:
        raise UsageError(
            _("没有编号为 {visit} 的检查。").format(visit=visit),
            remedy=_("请用 evidence case show {case} 查看本案各次检查的编号。").format(case=case or "…"),
        )
    return found


def assign_by_person(ledger: Ledger, digest: str, visit: VisitId, *, why: str, by: str) -> Recording:
    """A person's word on one recording; the arrival becomes `linked`.

    Raises:
        UsageError: unknown recording or visit.
    """

    def decide(view: View) -> list[Event]:
        recording = find_recording(view, digest)
        find_visit(view, visit)
        events: list[Event] = [RecordingAssigned(sha256=recording.sha256, visit=visit, by=by, why=why)]
        arrival = view.arrival(ArrivalId(recording.arrival))
        judged = arrival.judged if arrival else None
        if judged is not None and judged.outcome == "unidentified":
            message = f"录像 {recording.name} 由 {by} 归入 {visit}：{why}"
            case = CaseId(visit.rpartition("-V")[0])
            events.append(replace(judged, outcome="linked", message=message, case=case))
        return events

    found = find_recording(ledger.view, digest)
    ledger.transact(by, decide)
    return found


def enter_offset(
    ledger: Ledger,
    device: str,
    *,
    shown: datetime,
    real: datetime,
    proof: Sha256 | None,
    valid_from: date | None,
    valid_to: date | None,
    by: str,
    drift_s: int | None = None,
) -> RegisterEntry:
    """Put one measured clock offset into the register.

    Args:
        ledger: where it goes.
        device: serial as it stands in file names.
        shown: what the recorder's display said, aware.
        real: the true time of the same moment, aware.
        proof: digest of the photograph of both clocks.
        valid_from: first day it holds; None without limit.
        valid_to: last day it holds.
        by: who measured.
        drift_s: how far the measurement itself may be off, in seconds; None: as two clocks are read.
    """
    day = local_date(real)
    data = {"device": device, "offset_s": str(round((shown - real).total_seconds())), "by": by}
    if drift_s is not None:
        data["drift_s"] = str(drift_s)
    entry = RegisterEntry(
        register=OFFSET_REGISTER,
        key=f"{device}@{real.isoformat()}",
        on=day,
        valid_from=valid_from,
        valid_to=valid_to,
        data=data,
        attachment=proof,
    )
    ledger.append(by, RegisterEntered(entry=entry))
    return entry


def visit_against_footage(
    view: View, visit: VisitId, settings: RecordingsSettings, tolerance_s: int = 60
) -> tuple[Visit, tuple[Recording, ...], Coverage]:
    """A visit, its recordings and their coverage.

    Raises:
        UsageError: there is no such visit.
    """
    facts = find_visit(view, visit)
    own = tuple(each for each in view.recordings(facts.case) if each.visit == visit and not each.described)
    found = visit_coverage(
        facts, own, tolerance_s=tolerance_s, drift_s=settings.drift_s, prerecord_s=settings.prerecord_s
    )
    return facts, own, found


def journal_audit(ledger: Ledger, results: Sequence[Audited]) -> None:
    """Write what an audit of footage found; a moved file's new place replaces the old one."""
    if not results:
        return

    def decide(view: View) -> list[Event]:
        events: list[Event] = [
            ThingAudited(
                objects=len(results),
                missing=tuple(
                    each.sha256
                    for each in results
                    if each.standing in {Standing.MISSING, Standing.UNREADABLE}
                ),
                changed=tuple(each.sha256 for each in results if each.standing is Standing.CHANGED),
            )
        ]
        for each in results:
            recording = view.recording(each.sha256) if each.standing is Standing.MOVED else None
            arrival = view.arrival(ArrivalId(recording.arrival)) if recording else None
            if arrival is not None and arrival.judged is not None:
                moved = tuple(
                    replace(one, path=each.found_at) if one.sha256 == each.sha256 else one
                    for one in arrival.judged.recordings
                )
                events.append(replace(arrival.judged, recordings=moved))
        return events

    ledger.transact("system", decide)
