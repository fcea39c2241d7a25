"""A directory and a provider for the tests of a module; each test finds them as they were."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.ldap_server import LdapServer
from tests.support.oidc_provider import Bent, OidcProvider
from tests.support.pki import server_certificate


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LdapServer]:
    certificate, key = server_certificate(tmp_path_factory.mktemp("tls"), "localhost")
    server = LdapServer(certificate, key)
    try:
        yield server.start().fill()
    finally:
        server.remove()


@pytest.fixture(scope="module")
def running() -> Iterator[OidcProvider]:
    made = OidcProvider()
    yield made
    made.stop()


@pytest.fixture
def provider(running: OidcProvider) -> OidcProvider:
    """The one provider, right in everything."""
    running.bent = Bent()
    running.asked.clear()
    return running


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace's folder with the secrets in it."""
    return tmp_path
