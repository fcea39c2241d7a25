"""One session's evaluation keys and one built package that tests only read."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from tests.support.handing_over import Friday, build, make_office


@pytest.fixture(scope="session")
def key_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where this session's keys lie."""
    return tmp_path_factory.mktemp("key-home")


@pytest.fixture(scope="session")
def friday(key_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Friday:
    """The week in order, packed. Tests must not change it."""
    root = tmp_path_factory.mktemp("friday")
    office = make_office(root, key_home)
    built = build(office)
    with zipfile.ZipFile(built.path) as archive:
        archive.extractall(root / "unpacked")
    return Friday(office=office, built=built, folder=root / "unpacked" / built.package.id)
