"""For programs that watch the desk: /healthz, /readyz, and /metrics for Prometheus.

The first two say names and states only and are open to everybody who reaches the desk. Figures are for
this machine alone, or for whoever shows the token of `desk/metrics-token`.
"""

from __future__ import annotations

import hmac
import ipaddress
import os
import secrets
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from evidence import __version__
from evidence.config import utc_now
from evidence.health.conditions import conditions
from evidence.health.model import Condition, State, worst
from evidence.web.host import Host, current

_NEEDED = {"inbox", "watcher", "journal"}
"""Without these the desk cannot do its work; the rest worries people, not load balancers."""
_FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-Ip")
_RANK = {State.OK: 0.0, State.WARNING: 1.0, State.FAILING: 2.0}


def healthz(_request: HttpRequest) -> JsonResponse:
    """Everything that is watched: 200, or 503 while something must be mended."""
    return _answer(_looked(current()))


def readyz(_request: HttpRequest) -> JsonResponse:
    """Whether files are taken in and pages can be answered."""
    return _answer([each for each in _looked(current()) if each.name in _NEEDED])


def metrics(request: HttpRequest) -> HttpResponse:
    """Every figure in Prometheus' text format."""
    from prometheus_client import CollectorRegistry, Gauge, generate_latest
    from prometheus_client.exposition import CONTENT_TYPE_LATEST

    host = current()
    if not (_from_this_machine(request) or _shows_token(request, host)):
        return HttpResponse("token required\n", status=401, headers={"WWW-Authenticate": "Bearer"})
    registry = CollectorRegistry()
    looked = _looked(host)
    state = Gauge("evidence_condition", "0 good, 1 warning, 2 failing", ["condition"], registry=registry)
    Gauge("evidence_build_info", "Version", ["version"], registry=registry).labels(__version__).set(1)
    figures: dict[str, float] = {}
    ranks: dict[str, float] = {}
    for each in looked:
        ranks[each.name] = max(ranks.get(each.name, 0.0), _RANK[each.state])
        figures.update(each.figures)
    for name, rank in ranks.items():
        state.labels(name).set(rank)
    for name, value in figures.items():
        Gauge(name, name.removeprefix("evidence_").replace("_", " "), registry=registry).set(value)
    counted = Gauge("evidence_arrivals", "Arrivals by outcome", ["outcome"], registry=registry)
    for outcome, count in host.workspace.ledger_as_found.view.arrival_counts().items():
        counted.labels(outcome).set(count)
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def metrics_token(folder: Path) -> str:
    """The token a Prometheus on another machine shows: made once, readable by this account only."""
    path = folder / "metrics-token"
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
    return path.read_text(encoding="ascii").strip()


def _looked(host: Host) -> list[Condition]:
    return list(conditions(host.workspace, utc_now(), watcher=host.watching))


def _answer(looked: list[Condition]) -> JsonResponse:
    state = worst(looked)
    body: dict[str, Any] = {
        "status": state.value,
        "version": __version__,
        "conditions": {
            each.name: each.state.value for each in sorted(looked, key=lambda one: _RANK[one.state])
        },
    }
    return JsonResponse(body, status=503 if state is State.FAILING else 200)


def _from_this_machine(request: HttpRequest) -> bool:
    """Asked directly, not through a proxy that happens to run here."""
    if any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _shows_token(request: HttpRequest, host: Host) -> bool:
    shown = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    wanted = metrics_token(host.workspace.root / "desk")
    return hmac.compare_digest(shown.encode(), wanted.encode())
