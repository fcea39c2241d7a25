"""Where telephones send to: photographs by content, then the facts; everything may be sent again."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

import msgspec
from django.http import JsonResponse
from django.views.decorators.http import require_http_methods

from evidence.domain.case import Case, in_force
from evidence.domain.identifiers import PersonId, VisitId
from evidence.errors import EvidenceError
from evidence.web.acting import actor_of
from evidence.web.models import SiteVisit
from evidence.web.problems import refusal
from evidence.web.resuming import OtherBytesError, Partial, Range, Readable, TooLargeError
from evidence.web.site.choosing import forget_version, keep_version, spoken_again
from evidence.web.site.gate import inspector
from evidence.web.site.own_case import case_of_visit, own_case
from evidence.web.site.parts import MAX_BYTES, Parts, files_of, parts_of
from evidence.web.site.recording import Entry, missing, told
from evidence.web.site.sealing import OVERHEAD, SEALED, UnopenedError, seal_key
from evidence.web.site.sending import Sending, read, sent_back, written_back
from evidence.web.speech import say

_DIGEST = re.compile(r"[0-9a-f]{64}")


def _parts(request: Any, entered: frozenset[str] = frozenset()) -> Parts:
    return parts_of(request.desk.workspace, request.user, entered)


@require_http_methods(["GET", "PUT"])  # type: ignore[untyped-decorator]
def photograph(request: Any, digest: str) -> Any:
    """Ask whether a photograph is here, or bring it."""
    return _bring(request, digest) if request.method == "PUT" else _ask(request, digest)


@inspector("GET")
def _ask(request: Any, person: PersonId, digest: str) -> Any:
    parts = _parts(request)
    if _DIGEST.fullmatch(digest) and parts.found(digest) is not None:
        return JsonResponse({"here": True})
    partial = _partial(request, parts, digest)
    return JsonResponse({"here": False, "have": partial.have if partial else 0}, status=404)


def _partial(request: Any, parts: Parts, digest: str) -> Partial | None:
    known = _DIGEST.fullmatch(digest)
    return parts.begun(digest, request.GET.get("sealing", "")) if known else None


@inspector("PUT")
def _bring(request: Any, person: PersonId, digest: str) -> Any:
    again = say("手机会自动再送。")
    if not _DIGEST.fullmatch(digest):
        return refusal(400, say("内容无法读取。"), again)
    try:
        return _taken(request, digest)
    except UnopenedError:
        return _unopened()
    except TooLargeError:
        return refusal(413, say("照片太大。"), say("每张照片不超过 64 MB。"))
    except OtherBytesError:
        return refusal(400, say("照片内容与其摘要不符。"), again)


def _taken(request: Any, digest: str) -> JsonResponse:
    """A whole photograph, or a part of a sealed one: 202 and 409 say how much of it is here (`have`)."""
    parts = _parts(request)
    here = JsonResponse({"here": True}, status=201)
    ranged = request.headers.get("Content-Range")
    if ranged is None:
        parts.take(digest, _unsealed(request, request) if _is_sealed(request) else request)
        return here
    part, partial = Range.read(ranged, most=MAX_BYTES + OVERHEAD), _partial(request, parts, digest)
    if part is None or partial is None or not _is_sealed(request):
        return refusal(400, say("内容无法读取。"), say("手机会自动再送。"))
    have = partial.add(part, request, lambda whole: parts.take(digest, _unsealed(request, whole)))
    if have == part.total == part.end or (not have and parts.found(digest) is not None):
        return here  # this part made it whole, or another did meanwhile
    return JsonResponse({"here": False, "have": have}, status=202 if have == part.end else 409)


@inspector("POST")
def visit(request: Any, person: PersonId) -> Any:
    """Enter one visit. The answer's `receipt` says that it stands in the journal.

    What was refused goes back as it came (`sent`): a telephone that sealed it can no longer read it itself.
    """
    try:
        body = _unsealed(request, BytesIO(request.body)).read() if _is_sealed(request) else request.body
        sending = read(body)
    except UnopenedError:
        return _unopened()
    except (msgspec.ValidationError, msgspec.DecodeError):
        unread = {"what": say("内容无法读取。"), "remedy": say("请更新页面后再送。")}
        back = written_back(body)
        return JsonResponse({**unread, **({"sent": back} if back else {})}, status=400)
    spoken_again(request.user, sending.key)
    known = SiteVisit.objects.filter(owner=request.user, key=sending.key).first()
    parts = _parts(request, _entered(request, known))
    if missing(sending, parts):
        return refusal(409, say("照片没有送到。"), say("手机会自动再送。"))
    try:
        status, answer = _enter(request, person, sending, known, parts)
    except EvidenceError as error:
        status, answer = 409, {"receipt": None, "what": error.what, "remedy": error.remedy}
    if status != 200 or answer["refused"]:
        answer = {**answer, "sent": sent_back(sending)}
    return JsonResponse(answer, status=status)


def _enter(
    request: Any, person: PersonId, sending: Sending, known: SiteVisit | None, parts: Parts
) -> tuple[int, dict[str, Any]]:
    """Status and answer."""
    case = own_case(request, person, sending, known.visit if known else "")
    if case is None:
        what, remedy = say("这次检查不在您名下的计划里。"), say("请资料员核对计划；本机上的内容都还在。")
        return 409, {"receipt": None, "what": what, "remedy": remedy}
    taken = Entry(
        workspace=request.desk.workspace,
        case=case,
        sending=sending,
        parts=parts,
        actor=actor_of(request).journalled,
        correcting=VisitId(known.visit) if known else None,
        settled=known is not None and not _moved_on(request, case, known),
    ).take()
    answer = told(taken, sending.key)
    if taken.theirs:
        keep_version(request, case, sending, taken.visit)
        what, remedy = say("别人已登记或更改了这次检查。"), say("两份都在工作台，由资料员逐项选定。")
        return 409, {**answer, "what": what, "remedy": remedy}
    if taken.recorded is None:
        what, remedy = say("服务器没有收下基本情况。"), say("请按各栏提示改正后再送；本机上的内容都还在。")
        return 409, {**answer, "what": what, "remedy": remedy}
    SiteVisit.objects.update_or_create(
        owner=request.user,
        key=sending.key,
        defaults={"visit": taken.recorded.id, "version": taken.recorded.version},
    )
    forget_version(request.user, sending.key)
    parts.let_go(sending.digests)
    return 200, answer


def _is_sealed(request: Any) -> bool:
    return str(request.content_type) == SEALED


def _unsealed(request: Any, source: Readable) -> BytesIO:
    """What was sealed for this server.

    Raises:
        UnopenedError, TooLargeError: as they say.
    """
    message = source.read(MAX_BYTES + OVERHEAD + 1)
    if len(message) > MAX_BYTES + OVERHEAD:
        raise TooLargeError
    return BytesIO(seal_key(request.desk.workspace.root).open(message))


def _unopened() -> JsonResponse:
    return refusal(
        409, say("这份内容不是为本服务器封存的，无法打开。"), say("请勿清除手机数据，并告诉项目负责人。")
    )


def _moved_on(request: Any, case: Case, known: SiteVisit) -> bool:
    """Whether somebody corrected or withdrew the visit since this telephone sent it."""
    view = request.desk.workspace.ledger.view
    stored = {each.id: each.version for each in in_force(view.visits(case.id))}
    version: int = known.version
    return stored.get(VisitId(known.visit)) != version


def _entered(request: Any, known: SiteVisit | None) -> frozenset[str]:
    """Photographs of the visit that this telephone sent before: it need not bring them again."""
    if known is None:
        return frozenset()
    view = request.desk.workspace.ledger.view
    visits = view.visits(case_of_visit(known.visit))
    return files_of(each for visit in visits if visit.id == known.visit for each in visit.pictures)
