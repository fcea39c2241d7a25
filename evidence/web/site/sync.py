"""Where telephones send to: photographs by content, then the facts; everything may be sent again."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from django.http import JsonResponse
from django.views.decorators.http import require_http_methods

from evidence.domain.case import Case, in_force
from evidence.domain.identifiers import CaseId, PersonId, VisitId
from evidence.domain.week import Week, local_date
from evidence.ledger.view import View
from evidence.web.acting import actor_of
from evidence.web.models import SiteVisit
from evidence.web.site.gate import inspector, refusal
from evidence.web.site.parts import OtherBytesError, Parts, TooLargeError
from evidence.web.site.planned import own_visits
from evidence.web.site.recording import Entry, missing, told
from evidence.web.site.sending import Sending, read
from evidence.web.speech import say

_DIGEST = re.compile(r"[0-9a-f]{64}")
_BACK = 4
"""So many weeks a telephone may have been without a network."""


def _parts(request: Any) -> Parts:
    folder = request.desk.workspace.root / "desk" / "site" / str(request.user.pk)
    return Parts(folder)


@require_http_methods(["GET", "PUT"])  # type: ignore[untyped-decorator]
def photograph(request: Any, digest: str) -> Any:
    """Ask whether a photograph is here, or bring it."""
    return _bring(request, digest) if request.method == "PUT" else _ask(request, digest)


@inspector("GET")
def _ask(request: Any, person: PersonId, digest: str) -> Any:
    here = bool(_DIGEST.fullmatch(digest)) and _parts(request).path(digest).is_file()
    return JsonResponse({"here": here}, status=200 if here else 404)


@inspector("PUT")
def _bring(request: Any, person: PersonId, digest: str) -> Any:
    again = say("请再送一次。")
    if not _DIGEST.fullmatch(digest):
        return refusal(400, say("内容无法读取。"), again)
    try:
        _parts(request).take(digest, request)
    except TooLargeError:
        return refusal(413, say("照片太大。"), say("每张照片不超过 64 MB。"))
    except OtherBytesError:
        return refusal(400, say("照片内容与其摘要不符。"), again)
    return JsonResponse({"here": True}, status=201)


@inspector("POST")
def visit(request: Any, person: PersonId) -> Any:
    """Enter one visit. The answer's `receipt` says that it stands in the journal."""
    try:
        sending = read(request.body)
    except (msgspec.ValidationError, msgspec.DecodeError):
        return refusal(400, say("内容无法读取。"), say("请更新页面后再送。"))
    parts = _parts(request)
    if missing(sending, parts):
        return refusal(409, say("照片没有送到。"), say("请再送一次。"))
    case = _own_case(request, person, sending)
    if case is None:
        return refusal(
            409, say("这次检查不在您名下的计划里。"), say("请资料员核对计划；本机上的内容都还在。")
        )
    known = SiteVisit.objects.filter(owner=request.user, key=sending.key).first()
    taken = Entry(
        workspace=request.desk.workspace,
        case=case,
        sending=sending,
        parts=parts,
        actor=actor_of(request).journalled,
        correcting=VisitId(known.visit) if known else None,
        settled=known is not None and not _moved_on(request, case, known),
    ).take()
    if taken.theirs:
        return _conflict([*taken.theirs])
    if taken.recorded is None:
        answer = told(taken, sending.key)
        what, remedy = say("服务器没有收下基本情况。"), say("请按各栏提示改正后再送；本机上的内容都还在。")
        return JsonResponse({**answer, "what": what, "remedy": remedy}, status=409)
    SiteVisit.objects.update_or_create(
        owner=request.user,
        key=sending.key,
        defaults={"visit": taken.recorded.id, "version": taken.recorded.version},
    )
    return JsonResponse(told(taken, sending.key))


def _conflict(theirs: list[str]) -> JsonResponse:
    what, remedy = say("别人已登记或更改了这次检查。"), say("请与资料员商定以哪一份为准。")
    body = {"receipt": None, "refused": [], "theirs": theirs, "what": what, "remedy": remedy}
    return JsonResponse(body, status=409)


def _moved_on(request: Any, case: Case, known: SiteVisit) -> bool:
    """Whether somebody corrected or withdrew the visit since this telephone sent it."""
    view = request.desk.workspace.ledger.view
    stored = {each.id: each.version for each in in_force(view.visits(case.id))}
    version: int = known.version
    return stored.get(VisitId(known.visit)) != version


def _own_case(request: Any, person: PersonId, sending: Sending) -> Case | None:
    """The case of a planned visit of this inspector; opened where the plan has none yet."""
    from evidence.forms.open_case import open_case

    workspace = request.desk.workspace
    view: View = workspace.ledger.view
    this = Week.of(local_date(workspace.clock()))
    for back in range(_BACK):
        for each in own_visits(view, person, this.shift(-back)):
            if each.key != sending.key or each.kind != sending.kind:
                continue
            if sending.case:
                found = view.case(CaseId(sending.case))
                return found if found and found.enterprise == each.line.enterprise else None
            known = SiteVisit.objects.filter(owner=request.user, key=sending.key).first()
            if known is not None:
                return view.case(CaseId(known.visit.rpartition("-V")[0]))
            if each.case is not None:
                return each.case
            return open_case(
                workspace.ledger,
                contract=workspace.settings.contract.code,
                enterprise=each.line.enterprise,
                kind="annual",
                on=local_date(workspace.clock()),
                actor=actor_of(request).journalled,
                again_why=f"{this.shift(-back)} 计划",
                year_of=workspace.year_of,
            )
    return None
