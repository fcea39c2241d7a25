"""Voiding and replacing issued forms; a number is never used twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from evidence.archive.issued import IssuedStore
from evidence.archive.originals import Originals
from evidence.domain.document import IssuedForm
from evidence.domain.identifiers import Number
from evidence.errors import UsageError
from evidence.forms.catalogue import Catalogue
from evidence.forms.issue import issue_forms
from evidence.forms.source import IssueRequest, IssueSettings
from evidence.language import _
from evidence.ledger.events import Event, FormVoided
from evidence.ledger.ledger import Ledger
from evidence.ledger.view import View


def valid_form(view: View, number: Number) -> IssuedForm:
    """The issued form of a number that is not void.

    Raises:
        UsageError: never issued, or void already.
    """
    document = view.document(number)
    if document is None:
        raise UsageError(
            _("没有签发过编号 {number}。").format(number=number),
            remedy=_("案件已签发的编号见 evidence case show 案件编号。"),
        )
    if document.form.voided_why:
        raise UsageError(
            _("{number} 已经作废：{why}").format(number=number, why=document.form.voided_why),
            remedy=_("重新签发过的，请用新编号；见 evidence case show 案件编号。"),
        )
    return document.form


def void(ledger: Ledger, number: Number, *, why: str, actor: str) -> None:
    """Void a number with its reason.

    Raises:
        UsageError: no reason, never issued, or void already.
    """
    reason = _reason(why)

    def decide(view: View) -> Sequence[Event]:
        valid_form(view, number)
        return [FormVoided(number=number, why=reason)]

    ledger.transact(actor, decide)


def reissue(
    number: Number,
    *,
    why: str,
    blank: bool = False,
    values: Mapping[str, Any] = MappingProxyType({}),
    catalogue: Catalogue,
    ledger: Ledger,
    originals: Originals,
    issued: IssuedStore,
    settings: IssueSettings,
    now: datetime,
    actor: str,
) -> IssuedForm:
    """Issue the same form anew from the facts as they stand now; the old number becomes void.

    Args:
        values: further field values; they win over the ledger's.

    Raises:
        UsageError: no reason, never issued, or void already; besides, as `issue_forms`.
    """
    reason = _reason(why)
    old = valid_form(ledger.view, number)
    request = IssueRequest(
        form=old.form,
        case=old.case,
        visit=old.visit,
        week=old.week,
        blank=blank or (old.blank and old.visit is None),
        values=values,
        predecessor=number,
    )

    def also(view: View, forms: Sequence[IssuedForm]) -> Sequence[Event]:
        valid_form(view, number)
        text = f"{reason}（由 {forms[0].number} 代替）"
        return [FormVoided(number=number, why=text)]

    (form,) = issue_forms(
        [request],
        catalogue=catalogue,
        ledger=ledger,
        originals=originals,
        issued=issued,
        settings=settings,
        now=now,
        actor=actor,
        also=also,
    )
    return form


def _reason(why: str) -> str:
    if not why.strip():
        raise UsageError(_("请写明作废原因。"), remedy=_("用 --why 写明。"))
    return why.strip()
