"""Voiding and replacing issued forms; a number is never used twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from evidence.archive.issued import IssuedStore
from evidence.domain.document import BoxKind, IssuedForm
from evidence.domain.identifiers import Number, PersonId
from evidence.domain.reasons import require_words
from evidence.errors import UsageError
from evidence.forms.campaign_list import FORM as SUMMARY
from evidence.forms.campaign_list import campaign_of, campaign_request
from evidence.forms.issue import issue_forms
from evidence.forms.issuer import Issuer
from evidence.forms.kept_values import given_before
from evidence.forms.source import IssueRequest
from evidence.language import _
from evidence.ledger.events import Event, FormVoided, PlanFiled
from evidence.ledger.ledger import Ledger
from evidence.ledger.lookup import known_document
from evidence.ledger.view import View


def valid_form(view: View, number: Number) -> IssuedForm:
    """The issued form of a number that is not void.

    Raises:
        UsageError: never issued, or void already.
    """
    document = known_document(view, number)
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
    reason = require_words(why)

    def decide(view: View) -> Sequence[Event]:
        valid_form(view, number)
        return [FormVoided(number=number, why=reason)]

    ledger.transact(actor, decide)


def reissue(
    number: Number,
    issuer: Issuer,
    *,
    why: str,
    blank: bool = False,
    values: Mapping[str, Any] = MappingProxyType({}),
    now: datetime,
    actor: str,
) -> IssuedForm:
    """Issue the same form anew from the facts as they stand now; the old number becomes void.

    What a person gave for the old one is carried over: fields, and who was to sign a blank form.

    Args:
        values: further field values; they win over the ledger's and over those carried.

    Raises:
        UsageError: no reason, never issued, or void already; besides, as `issue_forms`.
    """
    reason = require_words(why)
    view, issued = issuer.ledger.view, issuer.issued
    old = valid_form(view, number)
    carried = given_before(old, issuer.catalogue.form(old.form), issued)
    if old.form == SUMMARY:
        campaign = campaign_of(old, issued)
        carried |= campaign_request(campaign, view, issuer.settings, now=now).values
    anew_blank = blank or (old.blank and old.visit is None)
    request = IssueRequest(
        form=old.form,
        case=old.case,
        visit=old.visit,
        week=old.week,
        blank=anew_blank,
        experts=_signers(old, issued, "expert") if anew_blank else (),
        supervisors=_signers(old, issued, "supervisor") if anew_blank else (),
        values={**carried, **values},
        predecessor=number,
    )

    def also(view: View, forms: Sequence[IssuedForm]) -> Sequence[Event]:
        valid_form(view, number)
        text = f"{reason}（由 {forms[0].number} 代替）"
        plans = [plan for plan in view.plans() if plan.number == number]
        moved = [PlanFiled(plan=replace(plan, number=forms[0].number)) for plan in plans]
        return [FormVoided(number=number, why=text), *moved]

    (form,) = issue_forms([request], issuer, now=now, actor=actor, also=also)
    return form


def _signers(old: IssuedForm, issued: IssuedStore, role: str) -> tuple[PersonId, ...]:
    """Whose signature the old form asked for, in the order of its boxes."""
    found = [
        (page.page, box.y, box.person)
        for page in issued.geometry(old.number)
        for box in page.boxes
        if box.role == role and box.kind is BoxKind.SIGNATURE and box.person is not None
    ]
    return tuple(person for _page, _y, person in sorted(found))
