"""What the C2PA manifest in a photograph or film is worth, in a line beside the file.

The line is fetched when it comes into view: a page never waits for it and reads no file nobody looks at.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from cryptography.x509 import load_pem_x509_certificates
from django.http import Http404
from django.shortcuts import render

from evidence.domain.arrival_outcome import Reason
from evidence.domain.case_files import photographs_of, pictures_of
from evidence.domain.identifiers import ArrivalId, CaseId, Sha256
from evidence.errors import InputError, UnreadableError
from evidence.filetypes.content_credentials import Asked, Credentials, Doubt, judge, undecided
from evidence.isolation.calls import run_bounded
from evidence.isolation.limits import Bounds
from evidence.web.credential_words import DOUBTS, state_of
from evidence.web.files import photographed, refuse_harmful
from evidence.web.originals_shown import may_take, name_of
from evidence.web.pages import page
from evidence.web.roles import Act
from evidence.web.speech import say

if TYPE_CHECKING:
    from evidence.config import Workspace

_BOUNDS = Bounds(cpu_seconds=60)
"""A manifest of a film vouches for every byte of it."""
_PATIENCE_S = 1.0
"""Threads are few: one reads, the others do not wait long for it."""
_turn = Lock()


@page(Act.SEE)
def arrival_credentials(request: Any, identifier: str, digest: str) -> Any:
    """The line for what an arrival brought; as a page of its own where no script fetched it."""
    view = request.desk.workspace.ledger.view
    arrival = view.arrival(ArrivalId(identifier))
    if arrival is None:
        raise Http404
    recordings = arrival.judged.recordings if arrival.judged else ()
    return _shown(request, digest, {arrival.sha256, *(each.sha256 for each in recordings)})


@page(Act.SEE)
def case_credentials(request: Any, identifier: str, digest: str) -> Any:
    """The same of a case's photograph, of the camera's own file behind it, or of a film."""
    view = request.desk.workspace.ledger.view
    facts = photographed(view, CaseId(identifier))
    if facts is None:
        raise Http404
    own = {each.sha256 for each in photographs_of(facts)}
    own |= {each.captured.original for each in pictures_of(facts).values() if each.captured}
    own |= {each.sha256 for each in view.recordings(facts.case.id)}
    return _shown(request, digest, own)


def _shown(request: Any, digest: str, own: Collection[str | None]) -> Any:
    """The line for one of a thing's own files."""
    workspace = request.desk.workspace
    if digest not in own or not may_take(request, digest):
        raise Http404
    refuse_harmful(workspace, digest)
    name = name_of(workspace.ledger.view, digest)
    found = _found(digest, _place(workspace, Sha256(digest)), name, _known_roots(workspace))
    context = {
        "found": found,
        "state": state_of(found),
        "doubt": say(DOUBTS[found.doubt]) if found.doubt else "",
        "name": name,
    }
    return render(request, "desk/_credentials.html" if request.htmx else "desk/credentials.html", context)


def _place(workspace: Workspace, digest: Sha256) -> Path:
    """Where the file lies; a film that is registered and not there is said to be missing, not unknown."""
    recording = workspace.ledger.view.recording(digest)
    if recording is not None and recording.path:
        return Path(recording.path)
    path = workspace.originals.path(digest)
    if recording is None and not path.is_file():
        raise Http404
    return path


def _known_roots(workspace: Workspace) -> str:
    """The certificates named in `[site] camera_roots`, PEM; empty when none are."""
    named = workspace.settings.site.camera_roots
    if not named:
        return ""
    path = workspace.root / named
    try:
        data = path.read_bytes()
        load_pem_x509_certificates(data)
        return data.decode()
    except (OSError, ValueError) as error:
        raise InputError(
            say("相机签名的根证书读不出来。"),
            where=str(path),
            remedy=say("请管理员核对设置 [site] camera_roots：它应指向 PEM 格式的证书文件。"),
        ) from error


def _found(digest: str, path: Path, name: str, roots: str) -> Credentials:
    if not _turn.acquire(timeout=_PATIENCE_S):
        return undecided(Doubt.BUSY)
    try:
        return _read(digest, path, name, roots)
    except OSError:
        return undecided(Doubt.MISSING)
    finally:
        _turn.release()


@lru_cache(maxsize=4096)
def _read(digest: str, path: Path, name: str, roots: str) -> Credentials:
    """Once for each content and process."""
    try:
        return run_bounded(judge, Asked(path=path, name=name, roots=roots), _BOUNDS)
    except UnreadableError as error:
        spent = error.reason in {Reason.TOO_LARGE, Reason.ENGINE_TIMEOUT}
        return undecided(Doubt.BOUNDS if spent else Doubt.DAMAGED)
