"""Behind a proxy only the proxy is listened to: what it says of an asker is believed, and anybody
could say it.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Any

from evidence.web import host as hosts
from evidence.web.problems import problem


def from_proxy(address: str, networks: tuple[Any, ...]) -> bool:
    """Whether a connection comes from this machine or from where the proxy stands."""
    try:
        asked = ipaddress.ip_address(address)
    except ValueError:
        return False
    asked = getattr(asked, "ipv4_mapped", None) or asked
    return asked.is_loopback or any(asked in network for network in networks)


def proxy_middleware(get_response: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Refuse whoever goes round the proxy: without it nothing of the address and of TLS is true."""

    def handle(request: Any) -> Any:
        host = hosts.current()
        if host.proxy and not from_proxy(request.META.get("REMOTE_ADDR", ""), host.proxy_from):
            return problem(request, 403)
        return get_response(request)

    return handle
