"""Cases, documents and arrivals by what a person typed; a wrong word is answered with the nearest ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence.domain.case import Case
from evidence.domain.document import Document
from evidence.domain.identifiers import ArrivalId, CaseId, Number, as_typed, expand, number_case
from evidence.errors import UsageError
from evidence.language import _, did_you_mean

if TYPE_CHECKING:
    from evidence.ledger.view import Arrival, View


def known_case(view: View, typed: str) -> Case:
    """The case of an id, in whatever width and letters it was typed.

    Raises:
        UsageError: there is none.
    """
    wanted = CaseId(as_typed(typed))
    case = view.case(wanted)
    if case is None:
        raise UsageError(
            _("没有案件“{case}”。").format(case=typed),
            remedy=did_you_mean(wanted, (each.id for each in view.cases()))
            + _("用 evidence case list 查看全部案件编号。"),
        )
    return case


def standing_case(view: View, typed: str) -> Case:
    """The same, refused when it was cancelled.

    Raises:
        UsageError: there is none, or it was cancelled.
    """
    case = known_case(view, typed)
    if case.cancelled_why:
        raise UsageError(
            _("案件 {case} 已撤销：{why}").format(case=case.id, why=case.cancelled_why),
            remedy=_("请用同一企业的其他案件，或重新开立。"),
        )
    return case


def known_document(view: View, typed: str) -> Document:
    """The issued document of a number.

    Raises:
        UsageError: no document of that number was issued.
    """
    wanted = expand(as_typed(typed)) or Number(as_typed(typed))
    document = view.document(wanted)
    if document is None:
        issued = [each.form.number for each in view.documents(number_case(wanted))]
        raise UsageError(
            _("没有签发过编号 {number}。").format(number=typed),
            remedy=did_you_mean(wanted, issued) + _("案件已签发的编号见 evidence case show 案件编号。"),
        )
    return document


def known_arrival(view: View, typed: str) -> Arrival:
    """The arrival of an id.

    Raises:
        UsageError: there is none.
    """
    wanted = ArrivalId(as_typed(typed))
    arrival = view.arrival(wanted)
    if arrival is None:
        raise UsageError(
            _("没有到件 {arrival}。").format(arrival=typed),
            remedy=did_you_mean(wanted, (each.id for each in view.arrivals()))
            + _("请用 evidence inbox list 查看。"),
        )
    return arrival
