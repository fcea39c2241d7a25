"""The compose file: whoever is forwarded to the desk comes from an address that it trusts."""

from __future__ import annotations

import ipaddress
import itertools
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from evidence.web.behind_proxy import from_proxy
from evidence.web.server import Place, admit, trusted_networks

COMPOSE = Path(__file__).parents[3] / "scripts/container/compose.yaml"


def composed(**given: str) -> dict[str, Any]:
    """The file as `podman compose` reads it with these variables."""

    def value(variable: re.Match[str]) -> str:
        return given.get(variable["name"], variable["otherwise"] or "")

    text = re.sub(
        r"\$\{(?P<name>\w+)(?::(?:-(?P<otherwise>[^}]*)|\?[^}]*))?\}", value, COMPOSE.read_text("utf-8")
    )
    read: dict[str, Any] = yaml.safe_load(text)
    return read


@pytest.mark.parametrize("given", [{}, {"EVIDENCE_SUBNET": "192.168.77.0/28"}])
def test_what_the_engine_forwards_comes_from_the_trusted_network(given: dict[str, str]) -> None:
    """A published port is forwarded from the gateway of the network, which is an address in it."""
    read = composed(EVIDENCE_NAME="evidence.example.cn", **given)
    desk = read["services"]["desk"]
    command = desk["command"]
    options = dict(itertools.pairwise(command))
    place = Place(host=options["--host"], proxy=options["--behind"], proxy_from=(options["--proxy-from"],))
    admit(place, accounts=True)
    trusted = trusted_networks(place.proxy_from)
    (subnet,) = (each["subnet"] for each in read["networks"]["default"]["ipam"]["config"])
    gateway = next(ipaddress.ip_network(subnet).hosts())
    assert from_proxy(str(gateway), trusted)
    assert not from_proxy("172.17.0.1", trusted)
    assert all("networks" not in service for service in read["services"].values())
    assert all(port.startswith("127.0.0.1:") for port in desk["ports"])
