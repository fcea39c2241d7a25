"""What a person says about footage, as events: assignment, clock measurements, audit results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from evidence.domain.arrival_outcome import ArrivalOutcome
from evidence.domain.case import Visit, in_force
from evidence.domain.coverage import Coverage, CoverageLimits, visit_coverage
from evidence.domain.identifiers import ArrivalId, CaseId, Sha256, VisitId
from evidence.domain.reasons import require_substance, require_words
from evidence.domain.recording import Recording
from evidence.domain.register import RegisterEntry
from evidence.domain.week import local_date
from evidence.errors import UsageError
from evidence.language import _
from evidence.ledger.arrival_events import RecordingAssigned
from evidence.ledger.events import Event, RegisterEntered
from evidence.ledger.ledger import Ledger
from evidence.ledger.own_visit import took_part
from evidence.ledger.upkeep import ThingAudited
from evidence.ledger.view import View
from evidence.recordings.clock import OFFSET_REGISTER
from evidence.recordings.reaudit import Audited, Standing


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


def refuse_own_visit(view: View, visit: Visit, by: str) -> None:
    """Whoever took part in a visit does not say which film shows it.

    Raises:
        UsageError: this person was there.
    """
    if took_part(view, [visit], by):
        raise UsageError(
            _("{by}参加了 {visit}，不能指派它的录像。").format(by=by, visit=visit.id),
            remedy=_("请由没有参加该次活动的人指派。"),
        )


def assign_by_person(
    ledger: Ledger,
    digest: str,
    visit: VisitId,
    *,
    why: str,
    by: str,
    actor: str = "",
    stated: bool = False,
) -> Recording:
    """A person's word on one recording; the arrival becomes `linked`.

    Args:
        ledger: where it goes.
        digest: how the recording's begins.
        visit: the one it shows.
        why: the reason, journalled.
        by: the person.
        actor: the account that enters it.
        stated: the account is tied to nobody, so that the person is only what it says.

    Raises:
        UsageError: unknown recording or visit, no reason of substance, or the person was on that visit.
    """
    reason = require_substance(why)

    def decide(view: View) -> list[Event]:
        recording = find_recording(view, digest)
        refuse_own_visit(view, find_visit(view, visit), by)
        word = RecordingAssigned(sha256=recording.sha256, visit=visit, by=by, why=reason, stated=stated)
        events: list[Event] = [word]
        arrival = view.arrival(ArrivalId(recording.arrival))
        judged = arrival.judged if arrival else None
        if judged is not None and judged.outcome in {ArrivalOutcome.UNIDENTIFIED, ArrivalOutcome.LINKED}:
            message = f"录像 {recording.name} 由 {by} 归入 {visit}：{reason}"
            if recording.visit and recording.visit != visit:
                message += f"（原归入 {recording.visit}）"
            case = CaseId(visit.rpartition("-V")[0])
            events.append(replace(judged, outcome=ArrivalOutcome.LINKED, message=message, case=case))
        return events

    found = find_recording(ledger.view, digest)
    ledger.transact(actor or by, decide)
    return found


def release_by_person(ledger: Ledger, digest: str, *, why: str, by: str, actor: str) -> Recording:
    """Take an assignment back: the recording belongs to no visit until it is assigned again.

    Raises:
        UsageError: unknown recording, one that is assigned to nothing, or no reason in words.
    """
    reason = require_words(why)

    def decide(view: View) -> list[Event]:
        recording = find_recording(view, digest)
        if not recording.visit:
            raise UsageError(
                _("录像 {name} 没有指派给任何检查。").format(name=recording.name), remedy=_("不必撤回。")
            )
        return _released(view, recording, by=by, why=reason)

    found = find_recording(ledger.view, digest)
    ledger.transact(actor, decide)
    return found


def released_from(view: View, visit: VisitId) -> list[Event]:
    """The films of a visit that is withdrawn wait again, for the rules or for a person."""
    case = CaseId(visit.rpartition("-V")[0])
    return [
        event
        for recording in view.recordings(case)
        if recording.visit == visit
        for event in _released(view, recording, by="", why=f"活动 {visit} 已撤回")
    ]


def _released(view: View, recording: Recording, *, by: str, why: str) -> list[Event]:
    events: list[Event] = [RecordingAssigned(sha256=recording.sha256, visit=VisitId(""), by=by, why=why)]
    arrival = view.arrival(ArrivalId(recording.arrival))
    judged = arrival.judged if arrival else None
    if judged is not None and judged.outcome == ArrivalOutcome.LINKED:
        message = f"录像 {recording.name} 的指派已撤回：{why}"
        events.append(replace(judged, outcome=ArrivalOutcome.UNIDENTIFIED, message=message, case=None))
    return events


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
    actor: str = "",
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
        actor: the account that enters it.
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
    ledger.append(actor or by, RegisterEntered(entry=entry))
    return entry


def visit_against_footage(
    view: View, visit: VisitId, limits: CoverageLimits
) -> tuple[Visit, tuple[Recording, ...], Coverage]:
    """A visit, its recordings and their coverage.

    Raises:
        UsageError: there is no such visit.
    """
    facts = find_visit(view, visit)
    own = tuple(each for each in view.recordings(facts.case) if each.visit == visit and not each.described)
    return facts, own, visit_coverage(facts, own, limits)


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
