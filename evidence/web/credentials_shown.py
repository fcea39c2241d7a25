"""What the C2PA manifest in a photograph or film is worth, in a line beside the file.

The line is fetched when it comes into view: a page never waits for it and reads no file nobody looks at.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from cryptography.x509 import load_pem_x509_certificates
from django.http import Http404
from django.shortcuts import render

from evidence.domain.identifiers import Sha256
from evidence.errors import EvidenceError, InputError, UnreadableError
from evidence.filetypes.content_credentials import Asked, Credentials, Doubt, judge, undecided
from evidence.isolation.calls import run_bounded
from evidence.isolation.limits import Bounds
from evidence.web.credential_words import DOUBTS, state_of
from evidence.web.files import refuse_harmful
from evidence.web.middleware import role_of
from evidence.web.pages import page
from evidence.web.roles import Act, may
from evidence.web.speech import say

if TYPE_CHECKING:
    from evidence.config import Workspace

_DIGEST = re.compile(r"[0-9a-f]{64}")
_BOUNDS = Bounds(cpu_seconds=60)
"""A manifest of a film vouches for every byte of it."""
_PATIENCE_S = 1.0
"""Threads are few: one reads, the others do not wait long for it."""
_turn = Lock()


@page(Act.SEE)
def credentials(request: Any, digest: str) -> Any:
    """The line for one stored file; as a page of its own where no script fetched it."""
    workspace = request.desk.workspace
    if not _DIGEST.fullmatch(digest):
        raise Http404
    refuse_harmful(workspace, digest)
    path, name = _place(workspace, Sha256(digest), films=may(role_of(request), Act.WATCH))
    found = _found(digest, path, name, _known_roots(workspace))
    context = {
        "found": found,
        "state": state_of(found),
        "doubt": say(DOUBTS[found.doubt]) if found.doubt else "",
        "name": name,
    }
    return render(request, "desk/_credentials.html" if request.htmx else "desk/credentials.html", context)


def _place(workspace: Workspace, digest: Sha256, *, films: bool) -> tuple[Path, str]:
    recording = workspace.ledger.view.recording(digest)
    if recording is not None and not films:
        raise Http404
    try:
        elsewhere = recording.path if recording is not None else ""
        path = Path(elsewhere) if elsewhere else workspace.originals.path(digest)
    except EvidenceError as error:
        raise Http404 from error
    if recording is None and not path.is_file():
        raise Http404
    return path, recording.name if recording is not None else f"{digest[:12]}…"


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
        spent = error.reason in {"too_large", "engine_timeout"}
        return undecided(Doubt.BOUNDS if spent else Doubt.DAMAGED)
