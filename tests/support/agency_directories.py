"""A desk that signs in by the agency's own directory: real servers, and the ways in from a browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from evidence.config import Workspace
from evidence.identity.settings import LdapSettings, OidcSettings
from evidence.web.host import Host
from tests.support.desk_client import DeskClient
from tests.support.ldap_server import BASE, PASSWORD, READER, READER_PASSWORD, LdapServer
from tests.support.oidc_provider import CLIENT, Bent, OidcProvider

HERE = "127.0.0.1"


@pytest.fixture(scope="module")
def oidc_server() -> Iterator[OidcProvider]:
    made = OidcProvider()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def ldap_server() -> Iterator[LdapServer]:
    server = LdapServer()
    try:
        yield server.start().fill()
    finally:
        server.remove()


@pytest.fixture
def set_up(host: Host, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Gives the desk other settings; afterwards nobody is left who came in by them."""

    def given(**more: Any) -> None:
        monkeypatch.setitem(workspace.__dict__, "settings", replace(workspace.settings, **more))

    yield given
    from django.contrib.auth import get_user_model

    get_user_model().objects.filter(agency__isnull=False).delete()


@pytest.fixture
def provider(oidc_server: OidcProvider, workspace: Workspace, set_up: Any) -> OidcProvider:
    """The desk signs in by this provider, which is right in everything."""
    oidc_server.bent = Bent()
    oidc_server.asked.clear()
    secret = workspace.root / "oidc.secret"
    secret.write_text("klient-geheim-31", encoding="utf-8")
    secret.chmod(0o600)
    set_up(
        oidc=OidcSettings(
            issuer=oidc_server.issuer,
            client_id=CLIENT,
            secret_file=secret.name,
            person_claim="employee",
            timeout_s=5,
            roles={"leads": "lead", "clerks": "clerk"},
        )
    )
    return oidc_server


@pytest.fixture
def ldap(ldap_server: LdapServer, workspace: Workspace, set_up: Any) -> LdapServer:
    """The desk signs in by this directory."""
    secret = workspace.root / "ldap.password"
    secret.write_text(READER_PASSWORD, encoding="utf-8")
    secret.chmod(0o600)
    set_up(
        ldap=LdapSettings(
            host=HERE,
            port=ldap_server.port,
            security="none",
            base=BASE,
            bind_dn=READER,
            password_file=secret.name,
            group_base=f"ou=groups,{BASE}",
            timeout_s=5,
            roles={"leads": "lead", "clerks": "clerk"},
        )
    )
    return ldap_server


def stranger(address: str = HERE) -> DeskClient:
    return DeskClient(SERVER_NAME=HERE, REMOTE_ADDR=address)


def by_oidc(
    provider: OidcProvider, back: str = "", client: DeskClient | None = None
) -> tuple[DeskClient, Any]:
    client = client or stranger()
    going = client.get(f"/login/oidc/?next={back}")
    assert going.status_code == 302, going.content.decode()
    coming = urlsplit(provider.authorize(going["Location"]))
    return client, client.get(f"{coming.path}?{coming.query}")


def by_ldap(
    account: str, password: str = PASSWORD, *, back: str = "", address: str = HERE
) -> tuple[Any, Any]:
    client = stranger(address)
    sent = {"account": account, "password": password, "next": back}
    return client, client.post("/login/ldap/", sent)


def account(name: str) -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.select_related("seat", "agency").get(username=name)
