"""Each thing that can go wrong unseen, seen: in time, too late, and where it cannot be looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from evidence.bundles.keys import make_evaluation_keys
from evidence.config import Workspace
from evidence.health import conditions as looks
from evidence.health.authority import ask_if_due
from evidence.health.conditions import conditions
from evidence.health.heartbeat import FILE_NAME
from evidence.health.model import Condition, State, as_json, worst
from evidence.health.upkeep import note, read_upkeep
from evidence.health.watched import Watched
from evidence.ledger.arrival_events import ArrivalJudged
from evidence.settings import ContractSettings, Settings
from tests.support.ledger_scenario import taken

NOW = datetime(2022, 4, 1, 4, 0, tzinfo=UTC)


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    """A workspace whose newest line is an hour old, where everything is as it should be."""
    (tmp_path / "inbox").mkdir()
    (tmp_path / "archive").mkdir()
    settings = Settings(contract=ContractSettings(signed_on=date(2021, 12, 7)))
    workspace = Workspace(root=tmp_path, settings=settings, clock=lambda: NOW - timedelta(hours=1))
    workspace.ledger.append("clerk", taken(1, "甲.pdf", "甲"))
    beat(workspace, NOW - timedelta(seconds=20))
    note(tmp_path, backup_at=NOW - timedelta(hours=20), restore_at=NOW - timedelta(days=30), stamp_at=NOW)
    return workspace


def beat(workspace: Workspace, at: datetime, error: str | None = None) -> None:
    text = json.dumps({"pid": 1, "at": at.isoformat(), "error": error, "taken": 3})
    (workspace.archive / FILE_NAME).write_text(text, encoding="utf-8")


def one(workspace: Workspace, name: str, now: datetime = NOW) -> Condition:
    found = [each for each in conditions(workspace, now) if each.name == name]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("guide_name", ["service.md", "service.zh.md"])
def test_the_names_are_those_that_the_guide_lists(office: Workspace, guide_name: str) -> None:
    guide = (Path(__file__).parents[3] / "docs" / guide_name).read_text(encoding="utf-8")
    for each in conditions(office, NOW):
        assert f"| `{each.name}` |" in guide
        for figure in each.figures:
            assert figure in guide


def test_a_vanished_inbox_is_never_an_empty_one(office: Workspace) -> None:
    assert one(office, "inbox").good is True
    office.inbox.rmdir()
    assert one(office, "inbox").state is State.FAILING


def test_a_watcher_that_failed_or_fell_silent_is_not_green(office: Workspace) -> None:
    assert one(office, "watcher").good is True
    beat(office, NOW - timedelta(seconds=20), "磁盘已满\n其余")
    failed = one(office, "watcher")
    assert (failed.good, "磁盘已满" in failed.message) == (False, True)
    beat(office, NOW - timedelta(seconds=301))
    assert one(office, "watcher").good is False
    beat(office, NOW - timedelta(seconds=299))
    assert one(office, "watcher").good is True
    (office.archive / FILE_NAME).write_text("{", encoding="utf-8")
    assert one(office, "watcher").good is None


def test_a_clock_behind_the_journal_or_the_contract_is_told_and_a_long_pause_is_not(
    office: Workspace,
) -> None:
    last = NOW - timedelta(hours=1)
    assert one(office, "clock").good is True
    assert one(office, "clock", last + timedelta(days=400)).good is True
    assert one(office, "clock", last - timedelta(minutes=5)).good is True
    assert one(office, "clock", last - timedelta(minutes=5, seconds=1)).good is None
    early = replace(office.settings, contract=ContractSettings(signed_on=date(2022, 6, 1)))
    assert one(replace(office, settings=early), "clock").good is None


@pytest.mark.parametrize(("days", "good"), [(4.9, True), (5.1, None)])
def test_what_waits_for_a_person_too_long_is_told_with_its_age(
    days: float, good: bool | None, tmp_path: Path
) -> None:
    came = NOW - timedelta(days=days)
    workspace = Workspace(root=tmp_path, settings=Settings(), clock=lambda: came)
    arrived = replace(taken(2, "谁的.pdf", "谁的"), received_at=came)
    unknown = ArrivalJudged(arrival=arrived.arrival, outcome="unidentified")
    workspace.ledger.append("watch", arrived, unknown)
    found = one(workspace, "undecided")
    assert found.good is good
    assert found.figures["evidence_undecided_arrivals"] == 1
    assert found.figures["evidence_oldest_undecided_seconds"] == pytest.approx(days * 86400)


def test_a_stale_revocation_list_is_amber_before_and_after_its_end(office: Workspace) -> None:
    assert one(office, "revocation").good is None, "there is none"
    make_evaluation_keys(office.root / "keys")
    now = datetime.now(UTC)
    until = datetime.fromtimestamp(
        one(office, "revocation", now).figures["evidence_revocation_list_expires_timestamp_seconds"], UTC
    )
    assert one(office, "revocation", until - timedelta(days=2, seconds=1)).good is True
    assert one(office, "revocation", until - timedelta(days=2)).good is None
    stale = one(office, "revocation", until + timedelta(seconds=1))
    assert (stale.good, "B-T" in stale.message) == (None, True)


@pytest.mark.parametrize(
    ("name", "field", "limit"), [("backup", "backup_at", 2), ("restore", "restore_at", 100)]
)
def test_backups_and_their_proofs_go_stale(office: Workspace, name: str, field: str, limit: int) -> None:
    note(office.root, **{field: NOW - timedelta(days=limit)})
    assert one(office, name).good is True
    note(office.root, **{field: NOW - timedelta(days=limit, seconds=1)})
    assert one(office, name).good is None
    note(office.root, **{field: None})
    assert one(office, name).good is None


def test_an_authority_that_failed_is_told_and_one_that_is_not_named_too(office: Workspace) -> None:
    assert one(office, "timestamp").good is True
    note(office.root, stamp_error="没有回答")
    assert one(office, "timestamp").good is None
    silent = replace(office.settings, timestamp=replace(office.settings.timestamp, url="", local=""))
    assert one(replace(office, settings=silent), "timestamp").good is None


def test_free_space_has_two_limits(office: Workspace) -> None:
    free = one(office, "disk").figures["evidence_disk_free_bytes"] / 2**30
    for low, full, good in ((free - 1, 0.0, True), (free + 5, 0.0, None), (free + 9, free + 5, False)):
        limits = replace(office.settings.health, disk_low_gb=low, disk_full_gb=full)
        settings = replace(office.settings, health=limits)
        assert one(replace(office, settings=settings), "disk").good is good


def test_what_cannot_be_examined_is_a_finding_and_hides_nothing_else(
    office: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreadable(_workspace: Workspace, _now: datetime) -> Iterator[Condition]:
        raise PermissionError(13, "Permission denied")
        yield

    before = len(conditions(office, NOW))
    monkeypatch.setattr(looks, "ledger", unreadable)
    after = conditions(office, NOW)
    assert len(after) == before
    assert worst(after) is State.FAILING


def test_a_watcher_writes_all_of_it_and_asks_the_authority_beside_it(office: Workspace) -> None:
    make_evaluation_keys(office.root / "keys")
    note(office.root, stamp_at=datetime.now(UTC))  # not due: its thread leaves the authority alone
    written = Watched(office)()
    names = {each["name"] for each in written}
    assert names == {each["name"] for each in as_json(conditions(office, NOW, watcher=False))}
    note(office.root, stamp_at=None)
    ask_if_due(office, NOW)
    assert read_upkeep(office.root).stamp_at is not None
    assert read_upkeep(office.root).stamp_error == ""
