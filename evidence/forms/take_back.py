"""Acts taken back by an event that says so: nothing is erased, and no number is given twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from evidence.domain.case import Case, in_force
from evidence.domain.identifiers import CaseId, VisitId
from evidence.domain.reasons import require_words
from evidence.errors import UsageError
from evidence.language import _
from evidence.ledger.events import CaseCancelled, Event, FormVoided, RegisterWithdrawn, VisitWithdrawn
from evidence.ledger.ledger import Ledger
from evidence.ledger.view import View

Follow = Callable[[View, VisitId], Sequence[Event]]


def withdraw_visit(
    ledger: Ledger,
    visit: VisitId,
    *,
    why: str,
    by: str,
    actor: str,
    follow: Follow = lambda _view, _visit: (),
) -> tuple[str, ...]:
    """Take back a visit that was entered by mistake, in all its versions.

    Args:
        ledger: where it stands.
        visit: which one.
        why: the reason, journalled.
        by: the person, as decisions name him.
        actor: the account.
        follow: what else no longer holds, e.g. the assignment of its footage; journalled in the same breath.

    Returns:
        Numbers issued for it that are not void: they wait for the visit to be entered anew, or to be voided.

    Raises:
        UsageError: no such visit, or no reason in words.
    """
    reason = require_words(why)
    issued: list[str] = []

    def decide(view: View) -> Sequence[Event]:
        case = CaseId(visit.rpartition("-V")[0])
        if all(known.id != visit for known in view.visits(case)):
            raise UsageError(
                _("没有活动“{visit}”。").format(visit=visit),
                remedy=_("案件的活动见 evidence case show 案件编号。"),
            )
        issued[:] = [
            document.form.number
            for document in view.documents(case)
            if document.form.visit == visit and not document.form.voided_why
        ]
        return [VisitWithdrawn(visit=visit, why=reason, by=by), *follow(view, visit)]

    ledger.transact(actor, decide)
    return tuple(issued)


def cancel_case(ledger: Ledger, case: Case, *, why: str, by: str, actor: str) -> tuple[str, ...]:
    """Cancel a case that was opened by mistake; the forms issued for it become void with it.

    Returns:
        The numbers that became void.

    Raises:
        UsageError: no reason in words, cancelled already, or something of it is evidence: a visit, a returned
            page.
    """
    reason = require_words(why)
    voided: list[str] = []

    def decide(view: View) -> Sequence[Event]:
        current = view.case(case.id)
        if current is None or current.cancelled_why:
            raise UsageError(
                _("案件 {case} 已经撤销：{why}").format(
                    case=case.id, why=current.cancelled_why if current else ""
                ),
                remedy=_("不必再撤销。"),
            )
        _refuse_evidence(view, case.id)
        open_ = [each.form.number for each in view.documents(case.id) if not each.form.voided_why]
        voided[:] = open_
        return [
            *(FormVoided(number=number, why=f"案件撤销：{reason}") for number in open_),
            CaseCancelled(case=case.id, why=reason, by=by),
        ]

    ledger.transact(actor, decide)
    return tuple(voided)


def _refuse_evidence(view: View, case: CaseId) -> None:
    visits = [visit.id for visit in in_force(view.visits(case))]
    back: list[str] = [
        each.form.number
        for each in view.documents(case)
        if (each.scans or each.edocuments) and not each.form.voided_why
    ]
    if view.reports(case) or view.escalations(case):
        back.append(_("整改报告或上报"))
    filed = [each.arrival for each in view.materials(case)]
    entries = [f"{each.register} {each.key}" for each in view.entries() if each.case == case]
    held = [*visits, *back, *filed, *entries]
    if held:
        raise UsageError(
            _("案件 {case} 已有材料，不能撤销：{what}").format(case=case, what="、".join(held[:6])),
            remedy=_(
                "登记错的活动先用 evidence visit withdraw 撤回，收回的记录先作废其编号，"
                "归错的到件用 evidence inbox undo 撤销，台账事项用 evidence register withdraw 撤回。"
            ),
        )


def withdraw_entry(ledger: Ledger, register: str, key: str, *, why: str, by: str, actor: str) -> None:
    """Take back the entry in force under a key of a register; the one it replaced holds again.

    Raises:
        UsageError: no such entry, or no reason in words.
    """
    reason = require_words(why)

    def decide(view: View) -> Sequence[Event]:
        if all(entry.key != key for entry in view.entries(register)):
            raise UsageError(
                _("台账 {register} 没有登记号“{key}”。").format(register=register, key=key),
                remedy=_("已登记的事项见 evidence register list。"),
            )
        return [RegisterWithdrawn(register=register, key=key, why=reason, by=by)]

    ledger.transact(actor, decide)
