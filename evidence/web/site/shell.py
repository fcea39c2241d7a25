"""The page itself, its manifest and its service worker: nothing personal, so the device may keep them."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

from csp.decorators import csp_update
from django.http import Http404, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from evidence.domain.case import in_force
from evidence.domain.identifiers import PersonId, Sha256
from evidence.domain.week import Week, local_date
from evidence.web.files import send_photograph
from evidence.web.site.bundle import bundle_of
from evidence.web.site.choosing import settled_keys
from evidence.web.site.devices import token_for
from evidence.web.site.gate import inspector
from evidence.web.site.planned import own_visits
from evidence.web.site.sealing import seal_key
from evidence.web.site.words import words_for
from evidence.web.speech import say

_WEB = Path(__file__).parents[1]
_FILES = _WEB / "static/desk/site"
_FIRST = ("lock.js", "vault.js", "seal.js", "store.js", "element.js", "words.js")
"""What the lock is drawn with: fetched together, not one after the other as each names the next."""
_PERMISSIONS = "camera=(self), microphone=(), geolocation=(self)"


def _kept() -> list[Path]:
    return sorted(path for path in _FILES.iterdir() if path.suffix in {".js", ".css", ".svg"})


def version() -> str:
    """Changes with any file of the page: the worker then keeps a new copy beside the old one."""
    parts = [*_kept(), _WEB / "templates/site/shell.html", _WEB / "templates/site/worker.js"]
    return sha256(b"".join(path.read_bytes() for path in parts)).hexdigest()[:16]


@require_safe  # type: ignore[untyped-decorator]
@csp_update({"worker-src": ["'self'"], "manifest-src": ["'self'"], "img-src": ["blob:"]})
def site(request: Any) -> Any:
    """The page; over plain http on another machine it says why it cannot work."""
    first = [static(f"desk/site/{name}") for name in _FIRST]
    response = render(request, "site/shell.html", {"version": version(), "first": first})
    response.headers["Permissions-Policy"] = _PERMISSIONS
    return response


@require_safe  # type: ignore[untyped-decorator]
def worker(request: Any) -> Any:
    """The service worker; browsers compare its bytes, which carry the version."""
    files = ["/site/", "/site/words.json", *(static(f"desk/site/{path.name}") for path in _kept())]
    text = (_WEB / "templates/site/worker.js").read_text(encoding="utf-8")
    head = f"const VERSION = {json.dumps(version())};\nconst FILES = {json.dumps(files)};\n"
    response = HttpResponse(head + text, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@require_safe  # type: ignore[untyped-decorator]
def manifest(request: Any) -> Any:
    """What makes the page installable."""
    described = {
        "name": say("现场检查"),
        "short_name": say("现场检查"),
        "start_url": "/site/",
        "scope": "/site/",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#1f4e79",
        "lang": "zh-CN",
        "icons": [{"src": static("desk/site/icon.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    return JsonResponse(described, content_type="application/manifest+json")


@require_safe  # type: ignore[untyped-decorator]
def words(request: Any) -> Any:
    """The page's phrases in the reader's language."""
    return JsonResponse(words_for())


@inspector("GET")
def bundle(request: Any, person: PersonId) -> Any:
    """The inspector's visits; with the server's time and the token that sending back needs."""
    workspace = request.desk.workspace
    now = workspace.clock()
    made = bundle_of(workspace, person, local_date(now))
    account = {"account": request.user.get_username(), "person": request.user.seat.person}
    keys = {"seal_key": seal_key(workspace.root).public, "device_token": token_for(request)}
    clock = {"token": get_token(request), "server_now": int(now.timestamp() * 1000)}
    return JsonResponse({**made, **account, **keys, **clock, "settled": settled_keys(request.user)})


@inspector("GET")
def picture(request: Any, person: PersonId, digest: str) -> Any:
    """A hazard's first photograph, for the recheck; only of the inspector's own planned visits."""
    workspace = request.desk.workspace
    view = workspace.ledger.view
    cases = {
        each.case.id for each in own_visits(view, person, Week.of(local_date(workspace.clock()))) if each.case
    }
    shown = {
        photo
        for case in cases
        for visit in in_force(view.visits(case))
        for hazard in visit.hazards
        for photo in hazard.photos
    }
    if digest not in shown:
        raise Http404
    return send_photograph(workspace, Sha256(digest))
