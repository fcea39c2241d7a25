"""One mail server for the tests of a module, with an empty mailbox for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.dovecot_server import Dovecot
from tests.support.pki import server_certificate


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dovecot]:
    certificate, key = server_certificate(tmp_path_factory.mktemp("tls"), "localhost")
    server = Dovecot(certificate, key)
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture
def server(running: Dovecot) -> Dovecot:
    """The one server with an empty mailbox."""
    running.empty()
    return running
