"""One room for all recognition tests: drawing and encoding forms is the slow part."""

import pytest

from tests.support.recognition_fixture import Room


@pytest.fixture(scope="session")
def room(tmp_path_factory):
    made = Room(tmp_path_factory.mktemp("recognition"))
    for index in (0, 4, 8):
        made.issue(index)
    return made


@pytest.fixture(scope="session")
def sample(room):
    return room.issue(0)
