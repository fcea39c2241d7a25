"""Every test hears the program in Chinese, whatever the machine speaks; a test that wants English says so."""

import os
from collections.abc import Iterator

import keyring
import pytest
from hypothesis import HealthCheck, settings
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from tests.support.postgres_server import Cluster

for variable in ("LC_ALL", "LC_MESSAGES", "LANGUAGE"):
    os.environ.pop(variable, None)
os.environ["LANG"] = "zh_CN.UTF-8"

# How quick a machine is says nothing about the program.
settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for the tests of one process; a test that stops one makes its own."""
    made = Cluster()
    try:
        yield made.start()
    finally:
        made.remove()


class _Held(KeyringBackend):
    """A keyring of this process."""

    priority = 1  # type: ignore[assignment]  # keyring documents a plain number

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.held.pop((service, username), None) is None:
            raise PasswordDeleteError("not found")


@pytest.fixture
def system_keyring() -> Iterator[dict[tuple[str, str], str]]:
    """An empty keyring in the system's place: (service, name) -> password."""
    before = keyring.get_keyring()
    made = _Held()
    keyring.set_keyring(made)
    try:
        yield made.held
    finally:
        keyring.set_keyring(before)
