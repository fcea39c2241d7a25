"""Bytes for the browser: page pictures and our own forms are shown, everything else is only handed over.

Nothing that came from outside is ever served as something a browser would run: pictures carry the
type of our own previews, originals go out as attachments without a type, both sandboxed.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.http import Http404, HttpResponse, StreamingHttpResponse

from evidence.domain.case_files import photographs_of
from evidence.domain.facts import CaseFacts
from evidence.domain.identifiers import ArrivalId, CaseId, Number, Sha256, expand
from evidence.errors import EvidenceError
from evidence.ledger.upkeep import OriginalHandedOut
from evidence.web.acting import reader_of
from evidence.web.pages import page
from evidence.web.roles import Act
from evidence.web.viewings import looked_at

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.domain.document import ScannedPage
    from evidence.ledger.view import View

_PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}
_DIGEST = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1 << 18
_TOGETHER = 40
"""Forms printed in one go at most."""
_HANDED_OUT = "originals-handed-out"
_SANDBOX = "default-src 'none'; sandbox"


def _send(path: Path, *, type: str, name: str, attachment: bool) -> Any:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise Http404 from error
    response = StreamingHttpResponse(_chunks(path), content_type=type)
    response.headers["Content-Length"] = str(size)
    manner = "attachment" if attachment else "inline"
    response.headers["Content-Disposition"] = f"{manner}; filename*=UTF-8''{quote(name, safe='')}"
    if attachment or type.startswith("image/"):
        response.headers["Content-Security-Policy"] = _SANDBOX
    return response


async def _chunks(path: Path) -> AsyncIterator[bytes]:
    """A file in pieces, read beside the event loop: footage is larger than memory."""
    stream = await asyncio.to_thread(path.open, "rb")
    try:
        while chunk := await asyncio.to_thread(stream.read, _CHUNK):
            yield chunk
    finally:
        await asyncio.to_thread(stream.close)


def send_attachment(path: Path, name: str) -> Any:
    """A file to be saved under this name; large ones are never held in memory."""
    return _send(path, type="application/octet-stream", name=name, attachment=True)


@page(Act.SEE)
def picture(request: Any, number: str, digest: str) -> Any:
    """A picture that recognition made of a document's page, or of a place on it."""
    workspace = request.desk.workspace
    document = workspace.ledger.view.document(Number(number))
    if document is None or digest not in set(_drawn((*document.scans, *document.other_copies))):
        raise Http404
    looked_at(request, numbers=[number])
    return _send_picture(workspace, Sha256(digest))


@page(Act.SEE)
def arrival_picture(request: Any, identifier: str, digest: str) -> Any:
    """The same of an arrival's pages, whether it is known what they are or not."""
    workspace = request.desk.workspace
    arrival = workspace.ledger.view.arrival(ArrivalId(identifier))
    judged = arrival.judged if arrival is not None else None
    if judged is None or digest not in {*_drawn(judged.pages), *(each.picture for each in judged.unlinked)}:
        raise Http404
    looked_at(request, arrival=identifier)
    return _send_picture(workspace, Sha256(digest))


def _drawn(scans: Iterable[ScannedPage]) -> Iterator[Sha256 | None]:
    for scan in scans:
        yield scan.picture
        yield from (mark.crop for mark in scan.marks)
        yield from (alteration.crop for alteration in scan.alterations)


def _send_picture(workspace: Workspace, digest: Sha256) -> Any:
    path = workspace.previews.path(digest)
    type_ = _PICTURES.get(path.suffix.lower())
    if type_ is None:
        raise Http404
    response = _send(path, type=type_, name=path.name, attachment=False)
    # Named by content, so it never changes.
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return response


@page(Act.SEE)
def original(request: Any, digest: str) -> Any:
    """The exact bytes of an arrival, under the name the clerk gave it."""
    workspace = request.desk.workspace
    if not _DIGEST.fullmatch(digest):
        raise Http404
    refuse_harmful(workspace, digest)
    arrival = workspace.ledger.view.arrival_of(Sha256(digest))
    asked = PurePath(request.GET.get("name", "")).name
    name = PurePath(arrival.path).name if arrival is not None else asked or digest
    try:
        path = workspace.originals.path(Sha256(digest))
    except EvidenceError as error:
        raise Http404 from error
    if request.method != "HEAD" and path.is_file():
        _remember(request, digest, name)
    return _send(path, type="application/octet-stream", name=name, attachment=True)


def _remember(request: Any, digest: str, name: str) -> None:
    """One line in the journal for each original and session."""
    out: list[str] = request.session.get(_HANDED_OUT, [])
    if digest in out:
        return
    reader = reader_of(request)
    request.desk.workspace.ledger.append(
        reader.journalled, OriginalHandedOut(sha256=Sha256(digest), name=name[:200], by=reader.by)
    )
    request.session[_HANDED_OUT] = [*out, digest]


def refuse_harmful(workspace: Workspace, digest: str) -> None:
    """What a virus scanner has found is kept, and goes out to nobody."""
    if any(each.reason == "infected" for each in workspace.ledger.view.arrivals_of(Sha256(digest))):
        raise Http404


@page(Act.SEE)
def photograph(request: Any, identifier: str, digest: str) -> Any:
    """A case's photograph at the size it is printed, made anew: nothing else of the file is passed on."""
    workspace = request.desk.workspace
    if digest not in _photographs(workspace.ledger.view, CaseId(identifier)):
        raise Http404
    looked_at(request, cases=[identifier])
    return send_photograph(workspace, Sha256(digest))


def _photographs(view: View, identifier: CaseId) -> set[str]:
    """Digests; of an unknown case none. No more of a case is read than has photographs: pages show many."""
    case = view.case(identifier)
    if case is None:
        return set()
    visits, reports, materials = view.visits(case.id), view.reports(case.id), view.materials(case.id)
    facts = CaseFacts(case=case, visits=visits, reports=reports, materials=materials)
    return {each.sha256 for each in photographs_of(facts)}


def send_photograph(workspace: Workspace, digest: Sha256) -> Any:
    """A stored photograph as `photograph` shows it; whoever asks was let in by the page."""
    from evidence.bundles.sources import BOUNDS, print_size
    from evidence.isolation.calls import run_bounded

    refuse_harmful(workspace, digest)
    path = workspace.originals.path(digest)
    try:
        shown = run_bounded(print_size, path, BOUNDS) if path.is_file() else None
    except EvidenceError as error:
        raise Http404 from error
    if shown is None:
        raise Http404
    response = HttpResponse(shown, content_type="image/jpeg")
    response.headers["Content-Security-Policy"] = _SANDBOX
    response.headers["Cache-Control"] = "private, max-age=86400, immutable"
    return response


@page(Act.SEE)
def form_pdf(request: Any, number: str) -> Any:
    """A form as issued, to be printed."""
    known = expand(number)
    workspace = request.desk.workspace
    if known is None or workspace.ledger.view.document(Number(known)) is None:
        raise Http404
    looked_at(request, numbers=[known])
    return send_form(workspace, Number(known))


def send_form(workspace: Workspace, number: Number) -> Any:
    """The PDF of an issued form; whoever asks was let in by the page."""
    path = workspace.issued.pdf_path(number)
    return _send(path, type="application/pdf", name=f"{number}.pdf", attachment=False)


@page(Act.SEE)
def print_forms(request: Any) -> Any:
    """Several forms as one PDF, in the order asked for: one press of the printer's button."""
    import io

    from pypdf import PdfWriter

    workspace = request.desk.workspace
    numbers = [expand(each) for each in request.GET.getlist("n")[:_TOGETHER]]
    writer = PdfWriter()
    for number in numbers:
        if number is None or workspace.ledger.view.document(Number(number)) is None:
            raise Http404
        writer.append(workspace.issued.pdf_path(number))
    if not numbers:
        raise Http404
    looked_at(request, numbers=filter(None, numbers))
    merged = io.BytesIO()
    writer.write(merged)
    response = HttpResponse(merged.getvalue(), content_type="application/pdf")
    response.headers["Content-Disposition"] = "inline; filename*=UTF-8''forms.pdf"
    return response


@page(Act.DOWNLOAD_PACKAGE)
def package(request: Any, name: str) -> Any:
    """A weekly package that was built."""
    workspace = request.desk.workspace
    if name not in {each.id for each in workspace.ledger.view.packages()}:
        raise Http404
    found = next(iter(sorted((workspace.archive / "handover").rglob(f"{name}.zip"))), None)
    if found is None:
        raise Http404
    looked_at(request, package=name)
    return _send(found, type="application/zip", name=found.name, attachment=True)
