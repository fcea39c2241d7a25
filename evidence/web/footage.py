"""Footage in the browser: MP4 only, in ranges, for the roles that may watch it.

A film is handed out as what our own reader found it to be, never as what its name says, and never as
anything but a film: the browser is told not to guess.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse

from evidence.domain.identifiers import ArrivalId, CaseId, Sha256
from evidence.domain.recording import Recording
from evidence.ledger.upkeep import FootageSeen
from evidence.web.acting import reader_of
from evidence.web.files import refuse_harmful
from evidence.web.originals_shown import stored_at
from evidence.web.pages import page
from evidence.web.ranges import playable, span
from evidence.web.roles import Act

_CHUNK = 1 << 18
_SEEN = "films-seen"
_POLICY = "default-src 'none'; media-src 'self'; sandbox"


async def _part(path: Path, first: int, last: int) -> AsyncIterator[bytes]:
    stream = await asyncio.to_thread(path.open, "rb")
    try:
        await asyncio.to_thread(stream.seek, first)
        left = last - first + 1
        while left and (chunk := await asyncio.to_thread(stream.read, min(_CHUNK, left))):
            left -= len(chunk)
            yield chunk
    finally:
        await asyncio.to_thread(stream.close)


def _remember(request: Any, recording: Recording) -> None:
    """One line in the journal for each film and session; a film that cannot be noted is not shown."""
    seen: list[str] = request.session.get(_SEEN, [])
    if recording.sha256 in seen:
        return
    reader = reader_of(request)
    request.desk.workspace.ledger.append(
        reader.journalled,
        FootageSeen(sha256=recording.sha256, visit=recording.visit or "", by=reader.by),
    )
    request.session[_SEEN] = [*seen, recording.sha256]


@page(Act.WATCH)
def arrival_film(request: Any, identifier: str, digest: str) -> Any:
    """A film that an arrival brought."""
    view = request.desk.workspace.ledger.view
    arrival = view.arrival(ArrivalId(identifier))
    if arrival is None or arrival.judged is None:
        raise Http404
    own = {each.sha256 for each in arrival.judged.recordings}
    return _watch(request, view.recording(Sha256(digest)) if digest in own else None)


@page(Act.WATCH)
def case_film(request: Any, identifier: str, digest: str) -> Any:
    """A film of one of a case's visits."""
    view = request.desk.workspace.ledger.view
    if view.case(CaseId(identifier)) is None:
        raise Http404
    own = {each.sha256: each for each in view.recordings(CaseId(identifier))}
    return _watch(request, own.get(Sha256(digest)))


def _watch(request: Any, recording: Recording | None) -> Any:
    """A film, whole or the part the player asks for."""
    if recording is None or not playable(recording):
        raise Http404
    refuse_harmful(request.desk.workspace, recording.sha256)
    path, size = stored_at(request.desk.workspace, recording.sha256), recording.bytes
    asked = request.headers.get("Range", "")
    part = span(asked, size) if asked else (0, size - 1)
    headers = {
        "Accept-Ranges": "bytes",
        "Content-Security-Policy": _POLICY,
        "Content-Disposition": "inline",
        "Cache-Control": "private, no-store",
    }
    if part is None:
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    if request.method != "HEAD":
        _remember(request, recording)
    first, last = part
    headers["Content-Length"] = str(last - first + 1)
    if asked:
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return StreamingHttpResponse(
        _part(path, first, last), status=206 if asked else 200, content_type="video/mp4", headers=headers
    )
