"""A person's decision about an arrival: an event with name and reason, followed by the new outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from evidence.domain.arrival_outcome import ArrivalOutcome, Reason
from evidence.domain.document import Box, IssuedPage, MarkVerdict, Placing, ScannedPage
from evidence.domain.identifiers import ArrivalId, CaseId, Number, Sha256, VisitId, number_case
from evidence.errors import UsageError
from evidence.inbox.deciding import Decider, films_back, refuse_own_visit
from evidence.inbox.filing import as_edocument, as_film, as_material
from evidence.inbox.ingest import Intake
from evidence.inbox.placing import Placement, place_pages, valid_form
from evidence.inbox.screening import INFECTED
from evidence.language import _
from evidence.ledger.arrival_events import (
    AlterationDecided,
    ArrivalJudged,
    MarkDecided,
    PersonDecided,
)
from evidence.ledger.events import Event
from evidence.ledger.ledger import Ledger
from evidence.ledger.lookup import known_arrival
from evidence.ledger.view import Arrival, View

ACCEPTABLE = frozenset({Reason.INCOMPLETE, Reason.MALFORMED})
"""Reasons that a person may overrule by taking the file as it is."""
_OPENING = frozenset({"link", "split", "photo"})
"""Decisions after which the file's content is read, shown or handed over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where people decide."""

    ledger: Ledger
    intake: Intake
    geometry: Callable[[Number], tuple[IssuedPage, ...]]

    def place(self, arrival: ArrivalId, placements: Sequence[Placement], who: Decider) -> Arrival:
        """Link pages of a file to pages of forms: what `link --to` and `split` do.

        The person vouches for whose page it is; its marks are read on that word. Where that fails, every
        box asks to be looked at.

        Raises:
            UsageError: unknown arrival, form or page; a void form; a page image used twice; a record of a
                visit that the person took part in.
        """
        if len({placement.index for placement in placements}) != len(placements):
            raise UsageError(
                _("同一页不能归入两处。"), remedy=_("文件的每一页只写一次；同一页的复印件请另行扫描。")
            )

        read = self._read(arrival, placements)

        def decide(view: View, current: Arrival, judged: ArrivalJudged) -> Sequence[Event]:
            for number in dict.fromkeys(placement.number for placement in placements):
                refuse_own_visit(view, number, who)
            word = Placing(by=who.by, why=who.why, stated=who.stated)
            return (place_pages(view, current, judged, placements, read, boxes=self._boxes, word=word),)

        detail = {"pages": [msgspec.to_builtins(placement) for placement in placements]}
        return self._decide(arrival, "link" if len(placements) == 1 else "split", who, detail, decide)

    def link_edocument(self, arrival: ArrivalId, number: Number, who: Decider) -> Arrival:
        """The file is the electronic counterpart of a document.

        Raises:
            UsageError: unknown arrival or form, or a void form.
        """

        def decide(view: View, current: Arrival, judged: ArrivalJudged) -> Sequence[Event]:
            form = valid_form(view, number)
            self._refuse_unfilled(view, current, number)
            return (as_edocument(current, number, form or number_case(number), who),)

        return self._decide(arrival, "link", who, {"edocument_of": number}, decide)

    def link_case(self, arrival: ArrivalId, case: CaseId, who: Decider, *, hazard: str = "") -> Arrival:
        """The file is material of a case that is no issued form: a photograph, a letter.

        Args:
            hazard: `H01` when it is a photograph of that hazard.

        Raises:
            UsageError: unknown arrival, case or hazard, or a case that was cancelled.
        """

        def decide(view: View, current: Arrival, judged: ArrivalJudged) -> Sequence[Event]:
            return (as_material(view, judged, case, hazard, who),)

        detail = {"case": case, "hazard": hazard} if hazard else {"case": case}
        return self._decide(arrival, "link", who, detail, decide)

    def link_visit(self, arrival: ArrivalId, visit: VisitId, who: Decider) -> Arrival:
        """The recording shows a visit.

        Raises:
            UsageError: unknown arrival or visit, the arrival is no recording, or the person was there.
        """

        def decide(view: View, current: Arrival, judged: ArrivalJudged) -> Sequence[Event]:
            return as_film(view, judged, visit, who)

        held = self._arrival(arrival).judged
        was = {one.sha256: self._visit_of(one.sha256) for one in held.recordings} if held else {}
        return self._decide(arrival, "link", who, {"visit": visit, "visits_before": was}, decide)

    def reject(self, arrival: ArrivalId, who: Decider) -> Arrival:
        """It does not belong here. Its bytes stay; the same bytes dropped again are looked at again.

        Raises:
            UsageError: unknown arrival, or one whose pages stand in a document: undo that first.
        """

        def decide(view: View, current: Arrival, judged: ArrivalJudged) -> Sequence[Event]:
            # whatever is kept apart has a reason; for a person's refusal the nearest is: nothing we take
            return (
                ArrivalJudged(
                    arrival=current.id,
                    outcome=ArrivalOutcome.QUARANTINED,
                    reason=judged.reason or Reason.UNSUPPORTED_TYPE,
                    message=f"已由 {who.by} 退回：{who.why}",
                ),
            )

        return self._decide(arrival, "reject", who, {}, decide)

    def retry(self, arrival: ArrivalId, who: Decider) -> Arrival:
        """Read it again, now that the cause is gone.

        Raises:
            UsageError: unknown arrival, or nothing of it was ever received.
        """
        current = self._arrival(arrival)
        if current.sha256 is None:
            raise UsageError(
                _("{arrival} 没有收到过内容，无法重试。").format(arrival=arrival),
                where=current.path,
                remedy=_("请把文件本身重新放入收件夹。"),
            )
        if current.outcome == ArrivalOutcome.DUPLICATE:
            raise UsageError(
                _("{arrival} 与 {first} 内容相同，请对 {first} 重试。").format(
                    arrival=arrival, first=current.duplicate_of
                ),
                remedy=_("evidence inbox retry 加先收到的那个到件编号。"),
            )
        self.ledger.append(who.actor, _decision(current, "retry", who, {}))
        self.intake.judge_again(current)
        return self._arrival(arrival)

    def accept(self, arrival: ArrivalId, who: Decider) -> Arrival:
        """Take a file as it is: no more of it will come. What can be read of it counts, the rest is said.

        Raises:
            UsageError: unknown arrival, nothing of it was ever received, or nothing is wrong with its end.
        """
        current = self._arrival(arrival)
        if (
            current.sha256 is None
            or current.outcome != ArrivalOutcome.QUARANTINED
            or current.reason not in ACCEPTABLE
        ):
            raise UsageError(
                _("{arrival} 不是因文件不完整而隔离的，不需要按现状接收。").format(arrival=arrival),
                remedy=_("当前情况见 evidence inbox show 到件编号。"),
            )
        self.ledger.append(who.actor, _decision(current, "accept", who, {}))
        self.intake.judge_again(current, as_it_is=who.by)
        return self._arrival(arrival)

    def undo(self, arrival: ArrivalId, who: Decider) -> Arrival:
        """Take back the last decision: the outcome before it holds again, as a new event.

        Raises:
            UsageError: there is no decision to take back.
        """

        def decide(view: View, current: Arrival, judged: ArrivalJudged) -> Sequence[Event]:
            last = next(
                (each for each in reversed(current.decisions) if each.detail.get("before") is not None), None
            )
            if last is None or (current.decisions and current.decisions[-1].decision == "undo"):
                raise UsageError(
                    _("{arrival} 没有可以撤销的决定。").format(arrival=arrival),
                    remedy=_("历次决定见 evidence inbox show 到件编号。"),
                )
            before = msgspec.convert(last.detail["before"], ArrivalJudged)
            if current.reason == INFECTED and before.reason != INFECTED:
                raise _harmful(current)
            return (before, *films_back(view, judged, last.detail, who))

        return self._decide(arrival, "undo", who, {}, decide)

    def mark(self, number: Number, page: int, box: str, verdict: MarkVerdict, who: Decider) -> None:
        """A person's word on one box.

        Raises:
            UsageError: unknown form, page or box, or the person took part in the visit.
        """
        valid_form(self.ledger.view, number)
        refuse_own_visit(self.ledger.view, number, who)
        boxes = self._boxes(number, page)
        if box not in {each.box for each in boxes}:
            raise UsageError(
                _("{number} 第 {page} 页没有“{box}”。").format(number=number, page=page, box=box),
                remedy=_("该页可填：{names}").format(names="、".join(each.box for each in boxes)),
            )
        self.ledger.append(
            who.actor,
            MarkDecided(
                number=number, page=page, box=box, verdict=verdict, by=who.by, why=who.why, stated=who.stated
            ),
        )

    def accept_print(self, number: Number, page: int, accepted: bool, who: Decider) -> None:
        """A person looked at flagged print or ink.

        Raises:
            UsageError: unknown form, or the person took part in the visit.
        """
        valid_form(self.ledger.view, number)
        refuse_own_visit(self.ledger.view, number, who)
        self.ledger.append(
            who.actor,
            AlterationDecided(
                number=number, page=page, accepted=accepted, by=who.by, why=who.why, stated=who.stated
            ),
        )

    def _refuse_unfilled(self, view: View, arrival: Arrival, number: Number) -> None:
        document = view.document(number)
        if document is None or arrival.sha256 is None:
            return
        archived = self.intake.archived
        path = archived.originals.path(arrival.sha256)
        if archived.understander.says_nothing(arrival, document, path):
            raise UsageError(
                _("该文件与签发的空白文书相同，没有填写，不能作为 {number} 的电子文档。").format(
                    number=number
                ),
                where=arrival.path,
                remedy=_(
                    "请录入该次活动后生成转录件（evidence transcribe {number}），或放入填写好的文件。"
                ).format(number=number),
            )

    def _arrival(self, arrival: ArrivalId) -> Arrival:
        return known_arrival(self.ledger.view, arrival)

    def _visit_of(self, digest: Sha256) -> str:
        recording = self.ledger.view.recording(digest)
        return (recording.visit or "") if recording else ""

    def _decide(
        self,
        arrival: ArrivalId,
        decision: str,
        who: Decider,
        detail: Mapping[str, Any],
        decide: Callable[[View, Arrival, ArrivalJudged], Sequence[Event]],
    ) -> Arrival:
        self._arrival(arrival)

        def events(view: View) -> Sequence[Event]:
            current = view.arrival(arrival)
            if current is None or current.judged is None:
                raise UsageError(
                    _("{arrival} 还没有处理完，请稍后再试。").format(arrival=arrival),
                    remedy=_("用 evidence inbox show 到件编号 查看进度。"),
                )
            if current.outcome == ArrivalOutcome.DUPLICATE:
                raise UsageError(
                    _("{arrival} 与 {first} 内容相同，请对 {first} 作决定。").format(
                        arrival=arrival, first=current.duplicate_of
                    ),
                    remedy=_("把命令中的到件编号换成先收到的那个。"),
                )
            if current.reason == INFECTED and decision in _OPENING:
                raise _harmful(current)
            what = {**detail, "before": msgspec.to_builtins(current.judged)}
            scan = current.judged.scan  # of the same bytes, whatever they are found to be
            return (
                _decision(current, decision, who, what),
                *(
                    replace(each, scan=each.scan or scan) if isinstance(each, ArrivalJudged) else each
                    for each in decide(view, current, current.judged)
                ),
            )

        self.ledger.transact(who.actor, events)
        self.intake.lay_out(arrival)
        return self._arrival(arrival)

    def _read(self, id: ArrivalId, placements: Sequence[Placement]) -> dict[int, ScannedPage]:
        """Before anything is locked: reading takes a second."""
        arrival = self._arrival(id)
        view = self.ledger.view
        places = {
            each.index: (each.number, each.page)
            for each in placements
            if view.document(each.number) is not None
        }
        unread = arrival.judged is None or arrival.sha256 is None or arrival.reason == INFECTED
        if unread or arrival.duplicate_of or not places:
            return {}
        return self.intake.archived.placed(arrival, places)

    def _boxes(self, number: Number, page: int) -> tuple[Box, ...]:
        pages = {each.page: each for each in self.geometry(number)}
        if page not in pages:
            raise UsageError(
                _("{number} 没有第 {page} 页。").format(number=number, page=page),
                remedy=_("页数见 evidence inbox show 到件编号，或 evidence form show 文书编号。"),
            )
        return pages[page].boxes


def _decision(arrival: Arrival, decision: str, who: Decider, detail: dict[str, Any]) -> PersonDecided:
    return PersonDecided(
        arrival=arrival.id, decision=decision, by=who.by, why=who.why, detail=detail, stated=who.stated
    )


def _harmful(arrival: Arrival) -> UsageError:
    return UsageError(
        _("{arrival} 含有病毒扫描发现的有害内容，不能归入。").format(arrival=arrival.id),
        where=arrival.path,
        remedy=_("请让提供人查杀后重新提供；误报的，更新病毒库后重试。"),
    )
