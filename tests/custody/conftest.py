"""The ten weeks, lived through once a session; tests only read them and spoil copies."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.custody.forging import hidden_supplement
from tests.custody.ten_weeks import Weeks, ten_weeks


@pytest.fixture(scope="session")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Weeks:
    """2022-W13 to 2022-W22 of one honest agency."""
    return ten_weeks(tmp_path_factory.mktemp("custody") / "agency")


@pytest.fixture(params=[True, False], ids=["zip", "folder"])
def as_zip(request: pytest.FixtureRequest) -> bool:
    """Every forgery is tried as a zip and as a folder."""
    return bool(request.param)


@pytest.fixture(scope="session", params=[True, False], ids=["zip", "folder"])
def without_supplement(
    weeks: Weeks, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Path:
    """W16 as if W15-S1 had never been."""
    path = hidden_supplement(weeks, tmp_path_factory.mktemp("hidden"))
    if request.param:
        return path
    shutil.unpack_archive(path, path.parent)
    return path.with_suffix("")
