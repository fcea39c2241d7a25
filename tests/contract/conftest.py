"""Both ledgers, for every test of what the house may expect of any."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.ledger_rooms import EmbeddedRoom, PostgresRoom, Room


@pytest.fixture(params=["embedded", "postgres"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Room:
    if request.param == "embedded":
        return EmbeddedRoom(tmp_path)
    return PostgresRoom(request.getfixturevalue("cluster").ledger_settings())
