"""A whole file becomes a document's electronic counterpart, material or a film, by a person's word."""

from __future__ import annotations

from dataclasses import replace

from evidence.domain.arrival_outcome import ArrivalOutcome
from evidence.domain.case import in_force
from evidence.domain.identifiers import CaseId, Number, VisitId, number_case
from evidence.errors import UsageError
from evidence.inbox.deciding import Decider
from evidence.language import _
from evidence.ledger.arrival_events import ArrivalJudged, RecordingAssigned
from evidence.ledger.events import Event
from evidence.ledger.lookup import standing_case
from evidence.ledger.view import Arrival, View
from evidence.recordings.decide import refuse_own_visit


def as_edocument(arrival: Arrival, number: Number, case: CaseId, who: Decider) -> ArrivalJudged:
    """The electronic counterpart of a document."""
    return ArrivalJudged(
        arrival=arrival.id,
        outcome=ArrivalOutcome.LINKED,
        message=f"经 {who.by} 确认，作为 {number} 的电子文件归入。",
        edocument_of=number,
        case=case,
    )


def as_material(view: View, judged: ArrivalJudged, case: CaseId, hazard: str, who: Decider) -> ArrivalJudged:
    """Material of a case that is no issued form: a photograph of a hazard, a letter.

    Raises:
        UsageError: unknown case or hazard, or a case that was cancelled.
    """
    standing_case(view, case)
    _refuse_unknown_hazard(view, case, hazard)
    what = f"隐患 {hazard} 的照片" if hazard else "材料"
    return replace(
        judged,
        outcome=ArrivalOutcome.LINKED,
        reason="",
        message=f"经 {who.by} 确认，作为案件 {case} 的{what}归入。",
        edocument_of=None,
        case=case,
        hazard=hazard,
        filed_pages=tuple(page.index for page in judged.unlinked) if judged.pages else (),
        unlinked=(),
    )


def as_film(view: View, judged: ArrivalJudged, visit: VisitId, who: Decider) -> tuple[Event, ...]:
    """A film of a visit.

    Raises:
        UsageError: unknown visit, the file is no recording, or the person was there.
    """
    case = number_case(Number(visit))
    known = [one for one in in_force(view.visits(case)) if one.id == visit]
    if not known:
        raise UsageError(
            _("没有检查活动 {visit}。").format(visit=visit),
            remedy=_("案件的活动见 evidence case show 案件编号。"),
        )
    refuse_own_visit(view, known[0], who.by)
    footage = [recording for recording in judged.recordings if not recording.described]
    if not footage:
        raise UsageError(
            _("{arrival} 不是录像。").format(arrival=judged.arrival),
            remedy=_("请用 --to 或 --case 归入文书或案件。"),
        )
    message = f"经 {who.by} 确认，作为 {visit} 的录像归入。"
    return (
        replace(judged, outcome=ArrivalOutcome.LINKED, reason="", message=message, case=case),
        *(
            RecordingAssigned(sha256=recording.sha256, visit=visit, by=who.by, why=who.why, stated=who.stated)
            for recording in footage
        ),
    )


def _refuse_unknown_hazard(view: View, case: CaseId, hazard: str) -> None:
    known = {each.id for visit in in_force(view.visits(case)) for each in visit.hazards}
    if hazard and hazard not in known:
        raise UsageError(
            _("案件 {case} 没有隐患 {hazard}。").format(case=case, hazard=hazard),
            remedy=_("已登记的隐患：{names}").format(names="、".join(sorted(known)) or _("（无）")),
        )
