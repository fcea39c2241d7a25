"""The record of a visit that a telephone handed over: issued from its facts, for the printer at hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import Http404, JsonResponse
from django.urls import reverse

from evidence.config import Workspace
from evidence.domain.case import Visit, in_force
from evidence.domain.document import Document, IssuedForm
from evidence.domain.identifiers import CaseId, Number, PersonId, expand
from evidence.errors import UsageError
from evidence.forms.issuer import Issuer
from evidence.forms.source import IssueRequest
from evidence.ledger.events import Event
from evidence.ledger.view import View
from evidence.web.acting import actor_of
from evidence.web.entry_form import FORM_OF, KIND_WORDS
from evidence.web.files import send_form
from evidence.web.problems import refusal
from evidence.web.site.gate import inspector
from evidence.web.speech import say
from evidence.web.viewings import looked_at


@inspector("POST")
def issue(request: Any, person: PersonId) -> Any:
    """Issue the record of one of the inspector's visits; asked again, the answer names the same record."""
    try:
        wanted = str(json.loads(request.body)["visit"])
    except (ValueError, KeyError, TypeError):
        return refusal(400, say("内容无法读取。"), say("请更新页面后再送。"))
    workspace = request.desk.workspace
    visit = _own_visit(workspace, person, wanted)
    if visit is None:
        return refusal(404, say("没有这次检查。"), say("请先送出这次检查，再打印记录。"))
    form = record_of(visit, workspace.issuer(), now=workspace.clock(), actor=actor_of(request).journalled)
    return JsonResponse({"number": form.number, "url": reverse("site-record", args=[form.number])})


@inspector("GET")
def record(request: Any, person: PersonId, number: str) -> Any:
    """The record as issued, to be printed; only of the inspector's own visits."""
    known = expand(number)
    workspace = request.desk.workspace
    document = workspace.ledger.view.document(Number(known)) if known else None
    if document is None or not document.form.visit:
        raise Http404
    if _own_visit(workspace, person, document.form.visit) is None:
        raise Http404
    looked_at(request, numbers=[document.form.number])
    return send_form(workspace, Number(document.form.number))


def record_of(visit: Visit, issuer: Issuer, *, now: datetime, actor: str) -> IssuedForm:
    """The valid record of a visit as it stands now; who asks twice at once is given the same one.

    One that says less than what was corrected since is replaced, unless its signed paper is back.

    Raises:
        UsageError: this kind of visit has no record, or signed paper of an earlier version is back.
    """
    kind = FORM_OF.get(KIND_WORDS[visit.kind.value])
    if kind is None:
        raise UsageError(say("这类活动没有要签名的记录。"), remedy=say("登记后即可，不必打印。"))
    standing = _standing(issuer.ledger.view, visit, kind)
    if standing is not None:
        return standing
    try:
        return _issued(visit, kind, issuer, now=now, actor=actor)
    except UsageError:
        meanwhile = _standing(issuer.ledger.view, visit, kind)
        if meanwhile is None:
            raise
        return meanwhile


def _valid_records(view: View, visit: Visit, kind: str) -> list[Document]:
    return [
        each
        for each in view.documents(visit.case)
        if each.form.form == kind and each.visit == visit.id and not each.form.voided_why
    ]


def _standing(view: View, visit: Visit, kind: str) -> IssuedForm | None:
    """The record that says what the visit says now."""
    own = (each.form for each in _valid_records(view, visit, kind))
    return next((form for form in own if form.visit_version == visit.version), None)


def _issued(visit: Visit, kind: str, issuer: Issuer, *, now: datetime, actor: str) -> IssuedForm:
    """A new record, in place of the earlier one where there is one.

    Raises:
        UsageError: signed paper is back, or somebody issued a record of this visit in the meantime.
    """
    from evidence.forms.issue import issue_forms
    from evidence.forms.withdraw import reissue

    def refuse_second(view: View, _forms: Sequence[IssuedForm]) -> Sequence[Event]:
        if _valid_records(view, visit, kind):
            raise UsageError(say("这次检查的记录刚刚签发。"), remedy=say("请打印那一份。"))
        return []

    own = _valid_records(issuer.ledger.view, visit, kind)
    if any(each.scans for each in own):
        raise UsageError(
            say("签名的记录已经收回，内容后来又有更正。"), remedy=say("请资料员核对后决定是否重新签发。")
        )
    if own:
        return reissue(own[-1].form.number, issuer, why=say("现场内容有更正"), now=now, actor=actor)
    request = IssueRequest(form=kind, case=visit.case, visit=visit.id)
    return issue_forms([request], issuer, now=now, actor=actor, also=refuse_second)[0]


def _own_visit(workspace: Workspace, person: PersonId, wanted: str) -> Visit | None:
    """A visit the inspector took part in."""
    case = CaseId(wanted.rpartition("-V")[0])
    view = workspace.ledger.view
    visits = in_force(view.visits(case)) if view.case(case) is not None else ()
    return next((each for each in visits if each.id == wanted and person in each.experts), None)
