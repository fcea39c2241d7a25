"""`evidence service tls`: what the administrator is told, with a root of the workspace's own and without."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner, Result

from evidence.cli.program import cli
from tests.support.own_agency import OWN_AGENCY


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    made = CliRunner().invoke(cli, ["init", str(tmp_path / "w"), *OWN_AGENCY])
    assert made.exit_code == 0, made.output
    return tmp_path / "w"


def _tls(workspace: Path, *arguments: str) -> Result:
    done = CliRunner().invoke(cli, ["service", "tls", "--workspace", str(workspace), *arguments])
    assert done.exit_code == 0, done.output
    return done


def test_a_root_that_gives_way_is_renamed_and_that_is_said(workspace: Path, tmp_path: Path) -> None:
    assert "/site/trust/" in _tls(workspace, "desk.example.lan").output
    folder = workspace / "keys/tls"
    key = (folder / "root.key").read_bytes()
    for name in ("desk.pem", "desk.key"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    other = ("--certificate", str(tmp_path / "desk.pem"), "--key", str(tmp_path / "desk.key"))
    told = _tls(workspace, *other).output
    (kept,) = folder.glob("root.key.*")
    assert kept.read_bytes() == key
    assert str(kept) in told
    assert "/site/trust/" not in told  # there is no root of ours to install
    assert "evidence serve" in told
    assert msgspec.json.decode(_tls(workspace, *other, "--json").output)["put_aside"] == []
