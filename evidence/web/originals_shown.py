"""Originals go out under the thing they belong to, so that who may see the thing decides, and never shown.

No address answers to a digest alone: whoever knows one learns nothing by it. A film, and whatever holds one,
goes to those who may watch films. Who took what is written down.
"""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from django.http import Http404

from evidence.domain.case_files import pictures_of
from evidence.domain.identifiers import ArrivalId, CaseId, Number, Sha256, expand
from evidence.errors import EvidenceError, UsageError
from evidence.ledger.upkeep import OriginalHandedOut
from evidence.web.acting import reader_of
from evidence.web.files import refuse_harmful, send_attachment
from evidence.web.films_held import holds_film
from evidence.web.middleware import role_of
from evidence.web.pages import page, refused
from evidence.web.roles import Act, may
from evidence.web.speech import say

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.ledger.view import View

_HANDED_OUT = "originals-handed-out"
_LONGEST_NAME = 200


@page(Act.SEE)
def arrival_original(request: Any, identifier: str) -> Any:
    """The exact bytes of an arrival, under the name the clerk gave it."""
    arrival = request.desk.workspace.ledger.view.arrival(ArrivalId(identifier))
    if arrival is None or arrival.sha256 is None:
        raise Http404
    return _hand_out(request, arrival.sha256, arrival.path, arrival=arrival.id)


@page(Act.SEE)
def document_original(request: Any, number: str, digest: str) -> Any:
    """A file that shows pages of a document, or its counterpart."""
    view = request.desk.workspace.ledger.view
    known = expand(number)
    document = view.document(Number(known)) if known else None
    if document is None:
        raise Http404
    scans = {scan.sha256 for scan in (*document.scans, *document.other_copies)}
    if digest not in {*scans, *document.edocuments}:
        raise Http404
    return _hand_out(request, Sha256(digest), name_of(view, digest), number=document.form.number)


@page(Act.SEE)
def case_original(request: Any, identifier: str, digest: str) -> Any:
    """A file that a case rests on: its papers, photographs, films, and what people filed with it."""
    workspace = request.desk.workspace
    if workspace.ledger.view.case(CaseId(identifier)) is None:
        raise Http404
    name = _of_case(workspace, CaseId(identifier)).get(digest)
    if name is None:
        raise Http404
    return _hand_out(request, Sha256(digest), name, case=identifier)


@page(Act.SEE)
def register_original(request: Any, identifier: str, digest: str) -> Any:
    """The paper of an entry that stands in a register."""
    view = request.desk.workspace.ledger.view
    if digest not in {each.attachment for each in view.entries(identifier)}:
        raise Http404
    return _hand_out(request, Sha256(digest), name_of(view, digest), register=identifier)


def _of_case(workspace: Workspace, case: CaseId) -> dict[str, str]:
    """Digest -> name of everything that the case's page and its findings speak of."""
    from evidence.handover.originals import originals_of
    from evidence.ledger.facts import gather

    view = workspace.ledger.view
    facts = gather(view, week=None, case=case, at=workspace.clock()).cases[0]
    found = {str(scan.sha256): name_of(view, scan.sha256) for scan in facts.virus_scans}
    for film in (*facts.recordings, *facts.unassigned, *facts.films_taken):
        found[film.sha256] = film.name
    for picture in pictures_of(facts).values():
        if picture.captured is not None:
            found[picture.captured.original] = picture.name
    return found | {str(each.sha256): each.name for each in originals_of(view, facts, workspace.originals)}


def name_of(view: View, digest: str) -> str:
    """The name under which bytes came in; where nobody gave them one, the beginning of their digest."""
    arrival = view.arrival_of(Sha256(digest))
    return arrival.path if arrival is not None else f"{digest[:12]}…"


def stored_at(workspace: Workspace, digest: Sha256) -> Path:
    """Where an original lies: in the archive, or where a film that was registered by reference stays.

    Raises:
        Http404: there are no such bytes any more.
        UsageError: the film is not the one that was registered.
    """
    recording = workspace.ledger.view.recording(digest)
    elsewhere = recording.path if recording is not None else ""
    try:
        path = Path(elsewhere) if elsewhere else workspace.originals.path(digest)
        size = path.stat().st_size
    except (EvidenceError, OSError) as error:
        raise Http404 from error
    if recording is not None and size != recording.bytes:
        raise UsageError(
            say("录像文件与登记时的大小不同，不予播放和下载。"),
            where=recording.name,
            remedy=say("请管理员核查存档的录像。"),
        )
    return path


def may_take(request: Any, digest: str) -> bool:
    """Whether the reader may have these bytes, once it is clear that the thing they belong to may be seen."""
    return may(role_of(request), Act.WATCH) or not holds_film(request.desk.workspace.ledger.view, digest)


def _hand_out(request: Any, digest: Sha256, name: str, **thing: str) -> Any:
    """The bytes as a download without a type, or the refusal of a film.

    Args:
        thing: `number`, `arrival`, `case` or `register` under which they were asked for.
    """
    workspace = request.desk.workspace
    refuse_harmful(workspace, digest)
    if not may_take(request, digest):
        return refused(request, Act.WATCH)
    plain = PurePath(name).name or f"{digest[:12]}…"
    response = send_attachment(stored_at(workspace, digest), plain)
    if request.method != "HEAD":
        _remember(request, digest, plain, thing)
    return response


def _remember(request: Any, digest: Sha256, name: str, thing: dict[str, str]) -> None:
    """One line in the journal for each original, thing and session."""
    out: list[str] = request.session.get(_HANDED_OUT, [])
    taken = "/".join((*thing.values(), digest))
    if taken in out:
        return
    reader = reader_of(request)
    handed_out = OriginalHandedOut(sha256=digest, name=name[:_LONGEST_NAME], by=reader.by, **thing)
    request.desk.workspace.ledger.append(reader.journalled, handed_out)
    request.session[_HANDED_OUT] = [*out, taken]
