"""A workspace whose journal tells the ledger's story."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.ledger_fixture import build


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return build(tmp_path / "work")
