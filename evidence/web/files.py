"""Bytes for the browser: page pictures and our own forms are shown, everything else is only handed over.

Nothing that came from outside is ever served as something a browser would run: pictures carry the
type of our own previews, originals go out as attachments without a type, both sandboxed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.http import Http404, HttpResponse, StreamingHttpResponse

from evidence.domain.arrival_outcome import Reason
from evidence.domain.case_files import photographs_of
from evidence.domain.facts import CaseFacts
from evidence.domain.identifiers import ArrivalId, CaseId, Number, Sha256, expand
from evidence.errors import EvidenceError
from evidence.web.films_held import holds_film
from evidence.web.middleware import role_of
from evidence.web.pages import page, refused
from evidence.web.roles import Act, may
from evidence.web.viewings import downloaded, looked_at

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.domain.document import ScannedPage
    from evidence.ledger.view import View

_PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}
_CHUNK = 1 << 18
_TOGETHER = 40
"""Forms printed in one go at most."""
_ANY = "application/octet-stream"
_SANDBOX = "default-src 'none'; sandbox"


def _send(path: Path, *, type: str, name: str, attachment: bool) -> Any:
    try:
        size = path.stat().st_size
    except OSError as error:
        raise Http404 from error
    response = StreamingHttpResponse(_chunks(path), content_type=type)
    response.headers["Content-Length"] = str(size)
    response.headers["Content-Disposition"] = _disposition("attachment" if attachment else "inline", name)
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
    return _send(path, type=_ANY, name=name, attachment=True)


def hand_out(request: Any, made: Path | bytes, name: str, *, type: str = _ANY, **about: str) -> Any:
    """A file that the desk made, to be saved under this name; first it is written down who takes it.

    Args:
        about: `number`, `arrival`, `case` or `package` that it is about, where it is about one.

    Raises:
        Http404: there is no such file.
        EvidenceError: it cannot be written down; then it does not go out either.
    """
    if isinstance(made, Path):
        response = _send(made, type=type, name=name, attachment=True)
    else:
        response = HttpResponse(made, content_type=type)
        response.headers["Content-Disposition"] = _disposition("attachment", name)
        response.headers["Content-Security-Policy"] = _SANDBOX
    downloaded(request, name, **about)
    return response


def _disposition(manner: str, name: str) -> str:
    return f"{manner}; filename*=UTF-8''{quote(name, safe='')}"


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


def refuse_harmful(workspace: Workspace, digest: str) -> None:
    """What a virus scanner has found is kept, and goes out to nobody."""
    if any(each.reason == Reason.INFECTED for each in workspace.ledger.view.arrivals_of(Sha256(digest))):
        raise Http404


@page(Act.SEE)
def photograph(request: Any, identifier: str, digest: str) -> Any:
    """A case's photograph at the size it is printed, made anew: nothing else of the file is passed on."""
    workspace = request.desk.workspace
    facts = photographed(workspace.ledger.view, CaseId(identifier))
    if facts is None or digest not in {each.sha256 for each in photographs_of(facts)}:
        raise Http404
    looked_at(request, cases=[identifier])
    return send_photograph(workspace, Sha256(digest))


def photographed(view: View, identifier: CaseId) -> CaseFacts | None:
    """What of a case has photographs, and no more of it: pages show many."""
    case = view.case(identifier)
    if case is None:
        return None
    visits, reports, materials = view.visits(case.id), view.reports(case.id), view.materials(case.id)
    return CaseFacts(case=case, visits=visits, reports=reports, materials=materials)


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
    view = workspace.ledger.view
    built = next((each for each in view.packages() if each.id == name), None)
    if built is None:
        raise Http404
    if not may(role_of(request), Act.WATCH) and any(holds_film(view, each) for each in built.originals):
        return refused(request, Act.WATCH)
    found = next(iter(sorted((workspace.archive / "handover").rglob(f"{name}.zip"))), None)
    if found is None:
        raise Http404
    return hand_out(request, found, found.name, type="application/zip", package=name)
