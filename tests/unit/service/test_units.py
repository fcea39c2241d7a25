"""The shipped units as systemd itself reads them, and what installing them does."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.errors import MissingPartError, UsageError
from evidence.service.install import install, write_units
from evidence.service.units import UNIT_FOLDER, Installation, Part, commands, unit_files

TRUE = Path("/usr/bin/true")
"""Stands for the program: systemd looks whether it is there."""
ALL = Installation(
    program=TRUE, workspace=Path("/srv/evidence"), parts=tuple(Part), backup=Path("/mnt/backup"),
    desk_options="--behind evidence.example.cn", watch_options="--poll",
)  # fmt: skip
WORST_EXPOSURE = 25
"""Of 100, as `systemd-analyze security` counts; 19 when this was written."""


def systemd(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return write_units(ALL, tmp_path_factory.mktemp("system"))


def test_systemd_finds_nothing_to_remark(written: list[Path]) -> None:
    done = systemd("verify", "--man=no", *map(str, written))
    remarks = [line for line in done.stderr.splitlines() if "evidence" in line]
    assert (done.returncode, remarks) == (0, [])


def test_every_service_is_as_closed_as_it_can_be(written: list[Path]) -> None:
    version = re.search(r"systemd (\d+)", systemd("--version").stdout)
    assert version is not None
    if int(version[1]) < 250:
        pytest.skip("this systemd cannot judge a file that is not installed")
    for path in written:
        if path.suffix == ".service":
            done = systemd("security", "--offline=true", f"--threshold={WORST_EXPOSURE}", str(path))
            assert done.returncode == 0, done.stdout.splitlines()[-1:]


def test_a_worker_reaches_its_database_and_nothing_loses_its_network() -> None:
    for text in unit_files(ALL).values():
        assert "PrivateNetwork" not in text
        assert "@" not in re.sub(r"@system-service|@privileged", "", text)


def test_one_watcher_for_one_inbox() -> None:
    files = unit_files(ALL)
    assert "--behind evidence.example.cn --no-watch\n" in files["evidence-desk.service"]
    alone = unit_files(replace(ALL, parts=(Part.DESK,)))
    assert "evidence-watch.service" not in alone
    assert "--no-watch" not in alone["evidence-desk.service"]


def test_what_is_enabled_is_every_service_that_stays_and_every_timer() -> None:
    assert set(ALL.started) == {
        "evidence-desk.service", "evidence-watch.service", "evidence-worker.service",
        "evidence-backup.timer", "evidence-backup-proof.timer", "evidence-audit.timer",
    }  # fmt: skip
    assert replace(ALL, parts=(Part.WORKER,), backup=None).started == ("evidence-worker.service",)
    here = replace(ALL, parts=(Part.DESK,), backup=None)
    assert set(here.started) == {"evidence-desk.service", "evidence-audit.timer"}
    for name, text in unit_files(ALL).items():
        assert ("[Install]" in text) == (name in ALL.started)


def test_account_rights_and_units_come_in_this_order() -> None:
    made = commands(ALL, known_account=False, start=True)
    assert [each[0] for each in made] == [
        "useradd",
        "chown",
        "chmod",
        "chmod",
        "chmod",
        "systemctl",
        "systemctl",
        "systemctl",
    ]
    assert made[1][2:] == ("evidence:evidence", "/srv/evidence", "/mnt/backup")
    assert made[-1] == ("systemctl", "restart", *ALL.started)
    offline = commands(ALL, known_account=False, start=True, booted=False)
    assert offline[-1] == ("systemctl", "enable", *ALL.started)
    again = commands(ALL, known_account=True, start=False)
    assert {each[0] for each in again} == {"chown", "chmod"}


@pytest.mark.parametrize(
    "changed",
    [
        {"workspace": Path("/srv/our evidence")},
        {"workspace": Path("/srv/50%")},
        {"workspace": Path("/home/anna/evidence")},
        {"program": Path("/root/.venv/bin/evidence")},
        {"backup": Path("/tmp/backup")},  # noqa: S108
        {"account": "evidence user"},
    ],
    ids=str,
)
def test_what_systemd_would_read_otherwise_or_hide_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(UsageError):
        replace(ALL, **changed)  # type: ignore[arg-type]


def test_installing_writes_the_units_and_runs_the_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Sequence[str]] = []
    monkeypatch.setattr("os.geteuid", lambda: 0)
    with pytest.raises(MissingPartError, match="没有挂上"):
        install(replace(ALL, backup=Path("/mnt/no-such-disk")), start=True, system=tmp_path, run=ran.append)
    assert ran == []
    here = replace(ALL, backup=None)
    written = install(here, start=True, system=tmp_path, run=ran.append)
    assert sorted(path.name for path in written) == sorted(here.names)
    assert sorted((tmp_path / UNIT_FOLDER).iterdir()) == sorted(written)
    assert ("systemctl", "enable", *here.started) in ran
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(MissingPartError, match="管理员"):
        install(here, start=True, system=tmp_path, run=ran.append)
