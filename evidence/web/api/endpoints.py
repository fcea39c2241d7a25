"""`/api/`: what the desk shows, for other programs; read-only but for files that a scanner brings.

Off until `[api] enabled = true`. A token has a role, and the one table of roles decides as it does for pages.
"""

# annotations are read at run time, by decorators that live in another module
from functools import wraps
from typing import Annotated, Any, Literal

from django.http import Http404
from ninja import File, NinjaAPI, Path, Query, UploadedFile
from ninja.errors import HttpError
from ninja.pagination import LimitOffsetPagination, paginate
from ninja.responses import Status
from ninja.security import HttpBearer
from ninja.throttling import AuthRateThrottle
from pydantic import StringConstraints

from evidence import __version__
from evidence.domain.arrival_outcome import ArrivalOutcome
from evidence.domain.identifiers import ArrivalId, CaseId, EnterpriseId, Number
from evidence.domain.week import Week, local_date
from evidence.errors import EvidenceError
from evidence.web.api import rows
from evidence.web.api.schemas import (
    Arrival,
    Case,
    Document,
    Enterprise,
    Finding,
    Hazard,
    Package,
    Refusal,
    Taken,
)
from evidence.web.api.tokens import token_of
from evidence.web.host import current
from evidence.web.received import store_upload
from evidence.web.roles import Act, Role, may

_REFUSALS = {401: Refusal, 403: Refusal, 404: Refusal, 409: Refusal, 429: Refusal}
Identifier = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z._-]+$")]
IsoWeek = Annotated[str, StringConstraints(pattern=r"^(19|20)[0-9]{2}-W[0-9]{2}$")]
Outcome = Literal["linked", "unidentified", "quarantined", "duplicate", "waiting"]


class Token(HttpBearer):
    """`Authorization: Bearer evd_…`; the answer is the token with its role."""

    def authenticate(self, request: Any, token: str) -> Any:
        """The token, None for a wrong one."""
        if not request.desk.workspace.settings.api.enabled:
            raise Http404
        return token_of(token)


class PerMinute(AuthRateThrottle):
    """So many requests a minute and token, as evidence.toml says at the time."""

    def __init__(self) -> None:
        super().__init__("1/m")

    def allow_request(self, request: Any) -> bool:
        """Whether this one is within the rate."""
        self.num_requests = request.desk.workspace.settings.api.requests_per_minute
        return bool(super().allow_request(request))


def _where_enabled(view: Any) -> Any:
    """The description is for everybody, where there is something to describe."""

    @wraps(view)
    def guarded(request: Any, *args: Any, **given: Any) -> Any:
        if not request.desk.workspace.settings.api.enabled:
            raise Http404
        return view(request, *args, **given)

    return guarded


api = NinjaAPI(
    title="evidence",
    version=__version__,
    auth=Token(),
    throttle=PerMinute(),
    docs_url=None,
    docs_decorator=_where_enabled,
    urls_namespace="api",
)


@api.exception_handler(EvidenceError)
def _told(request: Any, error: EvidenceError) -> Any:
    return api.create_response(request, {"what": error.what, "remedy": error.remedy}, status=409)


@api.exception_handler(HttpError)
def _refused(request: Any, error: HttpError) -> Any:
    return api.create_response(request, {"what": str(error), "remedy": ""}, status=error.status_code)


@api.exception_handler(Http404)
def _absent(request: Any, _error: Http404) -> Any:
    return api.create_response(request, {"what": "not found", "remedy": ""}, status=404)


def _may(request: Any, act: Act) -> None:
    if not may(Role(request.auth.role), act):
        raise HttpError(403, f"the role {request.auth.role} may not: {act.name}")


def _view(request: Any) -> Any:
    _may(request, Act.SEE)
    return request.desk.workspace.ledger.view


@api.get("/enterprises", response={200: list[Enterprise], **_REFUSALS})
@paginate(LimitOffsetPagination)
def enterprises(request: Any) -> Any:
    """Every enterprise, in order of id."""
    return [rows.enterprise_row(each) for each in _view(request).enterprises()]


@api.get("/enterprises/{id}", response={200: Enterprise, **_REFUSALS})
def enterprise(request: Any, id: Path[Identifier]) -> Any:
    """One enterprise."""
    found = _view(request).enterprise(EnterpriseId(id))
    if found is None:
        raise Http404
    return rows.enterprise_row(found)


@api.get("/cases", response={200: list[Case], **_REFUSALS})
@paginate(LimitOffsetPagination)
def cases(request: Any, enterprise: Query[Identifier | None] = None) -> Any:
    """Cases, all or of one enterprise, in order of id."""
    wanted = None if enterprise is None else EnterpriseId(enterprise)
    return [rows.case_row(each) for each in _view(request).cases(wanted)]


@api.get("/cases/{id}", response={200: Case, **_REFUSALS})
def case(request: Any, id: Path[Identifier]) -> Any:
    """One case."""
    found = _view(request).case(CaseId(id))
    if found is None:
        raise Http404
    return rows.case_row(found)


@api.get("/hazards", response={200: list[Hazard], **_REFUSALS})
@paginate(LimitOffsetPagination)
def hazards(request: Any, case: Query[Identifier | None] = None) -> Any:
    """Hazards, all or of one case."""
    view = _view(request)
    wanted = [each.id for each in view.cases()] if case is None else [CaseId(case)]
    workspace = request.desk.workspace
    parameters, today = workspace.settings.parameters, local_date(workspace.clock())
    return [row for each in wanted for row in rows.hazard_rows(view, each, parameters, today)]


@api.get("/documents", response={200: list[Document], **_REFUSALS})
@paginate(LimitOffsetPagination)
def documents(request: Any, case: Query[Identifier]) -> Any:
    """Issued forms of one case with the marks in force."""
    return [rows.document_row(each) for each in _view(request).documents(CaseId(case))]


@api.get("/documents/{number}", response={200: Document, **_REFUSALS})
def document(request: Any, number: Path[Identifier]) -> Any:
    """One issued form."""
    found = _view(request).document(Number(number))
    if found is None:
        raise Http404
    return rows.document_row(found)


@api.get("/findings", response={200: list[Finding], **_REFUSALS})
@paginate(LimitOffsetPagination)
def findings(request: Any, week: Query[IsoWeek | None] = None) -> Any:
    """What `check` says of a week, this one when none is named."""
    _may(request, Act.SEE)
    board = current().board
    try:
        wanted = board.this_week() if week is None else Week.parse(week)
    except ValueError as error:
        raise HttpError(409, f"no such week: {week}") from error
    return [rows.finding_row(each) for each in board.judged(wanted).findings]


@api.get("/packages", response={200: list[Package], **_REFUSALS})
@paginate(LimitOffsetPagination)
def packages(request: Any) -> Any:
    """Every package, in order of building."""
    return [rows.package_row(each) for each in _view(request).packages()]


@api.get("/arrivals", response={200: list[Arrival], **_REFUSALS})
@paginate(LimitOffsetPagination)
def arrivals(request: Any, outcome: Query[Outcome | None] = None) -> Any:
    """Arrivals, all or with one outcome, in order of id."""
    view = _view(request)
    found = view.arrivals(outcome)
    if outcome == ArrivalOutcome.WAITING.value:  # what is safe here and not yet read waits, too
        found = sorted((*found, *view.arrivals(ArrivalOutcome.TAKEN)), key=lambda each: each.id)
    return [rows.arrival_row(each) for each in found]


@api.get("/arrivals/{id}", response={200: Arrival, **_REFUSALS})
def arrival(request: Any, id: Path[Identifier]) -> Any:
    """One arrival."""
    found = _view(request).arrival(ArrivalId(id))
    if found is None:
        raise Http404
    return rows.arrival_row(found)


@api.post("/arrivals", response={202: Taken, **_REFUSALS})
def upload(request: Any, file: File[UploadedFile]) -> Any:
    """A scanner or recorder station brings a file; it lies in the inbox when this answers."""
    _may(request, Act.UPLOAD)
    inbox = request.desk.workspace.inbox
    stored = store_upload(inbox, file)
    return Status(202, Taken(path=stored.relative_to(inbox).as_posix(), bytes=file.size))
