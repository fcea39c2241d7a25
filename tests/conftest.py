"""Every test hears the program in Chinese, whatever the machine speaks; a test that wants English says so."""

import os
from collections.abc import Iterator

import pytest

from tests.postgres_room import Cluster

for variable in ("LC_ALL", "LC_MESSAGES", "LANGUAGE"):
    os.environ.pop(variable, None)
os.environ["LANG"] = "zh_CN.UTF-8"


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for the tests of one process; a test that stops one makes its own."""
    made = Cluster()
    try:
        yield made.start()
    finally:
        made.remove()
