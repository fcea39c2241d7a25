"""Who may decide about what arrived, and why: a name, a reason in words, nobody about an own visit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from evidence.domain.identifiers import Number, VisitId, number_case
from evidence.domain.reasons import require_substance
from evidence.errors import UsageError
from evidence.language import _
from evidence.ledger.arrival_events import ArrivalJudged, RecordingAssigned
from evidence.ledger.own_visit import took_part
from evidence.ledger.view import View
from evidence.rules.case_history import FORM_OF


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """Who decides, and why."""

    actor: str
    """Account at the machine: `cli:<user>` or `desk:<account>`."""
    by: str
    """The person."""
    why: str
    stated: bool = False
    """The account is tied to nobody; the person is only what it says."""

    def __post_init__(self) -> None:
        """Nobody decides without saying why.

        Raises:
            UsageError: the reason is no words.
        """
        require_substance(self.why)


def films_back(
    view: View, judged: ArrivalJudged, undone: Mapping[str, Any], who: Decider
) -> Iterator[RecordingAssigned]:
    """The films of an undone assignment go back to the visit they had, unless they moved on since."""
    visit, before = undone.get("visit"), undone.get("visits_before", {})
    for each in judged.recordings:
        recording = view.recording(each.sha256)
        if visit and recording is not None and recording.visit == visit:
            back = VisitId(before.get(each.sha256, ""))
            yield RecordingAssigned(sha256=each.sha256, visit=back, by=who.by, why=who.why, stated=who.stated)


def refuse_own_visit(view: View, number: Number, who: Decider) -> None:
    """Whoever took part in a visit has no word on what its record shows.

    Raises:
        UsageError: this person was there.
    """
    document = view.document(number)
    if document is None:
        return
    recorded = (
        visit
        for visit in view.visits(number_case(number))
        if visit.id == document.visit
        or (document.visit is None and FORM_OF.get(visit.kind) == document.form.form)
    )
    if took_part(view, recorded, who.by):
        raise UsageError(
            _("{by}参加了该次检查，不能认定自己的记录 {number}。").format(by=who.by, number=number),
            remedy=_("请由没有参加该次检查的人认定。"),
        )
