"""Footage in the browser: MP4 only, in ranges, for the roles that may watch it.

A film is handed out as what our own reader found it to be, never as what its name says, and never as
anything but a film: the browser is told not to guess.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse

from evidence.domain.identifiers import Sha256
from evidence.domain.recording import Recording
from evidence.errors import EvidenceError, UsageError
from evidence.ledger.upkeep import FootageSeen
from evidence.web.acting import reader_of
from evidence.web.pages import page
from evidence.web.ranges import playable, span
from evidence.web.roles import Act
from evidence.web.speech import say

_DIGEST = re.compile(r"[0-9a-f]{64}")
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
def watch(request: Any, digest: str) -> Any:
    """A film, whole or the part the player asks for."""
    workspace = request.desk.workspace
    recording = workspace.ledger.view.recording(Sha256(digest)) if _DIGEST.fullmatch(digest) else None
    if recording is None or not playable(recording):
        raise Http404
    try:
        path = Path(recording.path) if recording.path else workspace.originals.path(recording.sha256)
        size = path.stat().st_size
    except (EvidenceError, OSError) as error:
        raise Http404 from error
    if size != recording.bytes:
        raise UsageError(
            say("录像文件与登记时的大小不同，不予播放。"),
            where=recording.name,
            remedy=say("请管理员核查存档的录像。"),
        )
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
