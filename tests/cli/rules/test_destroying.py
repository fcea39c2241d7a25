"""`disposal --approved`: what may go goes, with every copy in the archive; its digest remains."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from evidence import config
from evidence.archive.originals import Originals
from evidence.config import open_workspace
from evidence.handover.disposal import destroy, disposed
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.upkeep import MaterialDisposed
from tests.cli.rules.conftest import Run
from tests.support import sample
from tests.support.accounts import tie
from tests.support.inbox_fixture import real_pdf

LATER = sample.instant("2025-06-01")


@pytest.fixture(autouse=True)
def years_later(monkeypatch: pytest.MonkeyPatch, friday: None) -> None:
    """Every command of these tests is typed when the periods have ended."""
    opened = config.open_workspace

    def later(folder: Path | None = None) -> config.Workspace:
        return replace(opened(folder), clock=lambda: LATER)

    monkeypatch.setattr(config, "open_workspace", later)


@pytest.fixture
def stored(workspace: Path) -> dict[str, Path]:
    """Name of each film -> its bytes among the originals, with a copy in the browsable tree."""
    originals = Originals(workspace / "archive" / "originals")
    tree = workspace / "archive" / "cases" / sample.CLOSED
    tree.mkdir(parents=True)
    found = {}
    for case in sample.week_facts().cases:
        for recording in case.recordings:
            visit = recording.visit
            digest = originals.put_bytes(f"video {visit}".encode())
            assert digest == recording.sha256
            found[f"{visit}"] = originals.path(digest)
            os.link(originals.path(digest), tree / f"{visit}.mp4")
    return found


@pytest.fixture
def approval(tmp_path: Path) -> str:
    paper = tmp_path / "批准.pdf"
    paper.write_bytes(real_pdf())
    return str(paper)


WHY = ("--why", "保管期满经甲方批准销毁")


def test_only_what_may_go_goes_and_a_digest_remains(
    run: Run, workspace: Path, stored: dict[str, Path], approval: str
) -> None:
    tie(workspace, "P1")
    proposed = json.loads(run("disposal", "--json").stdout)["items"]
    ready = {one["sha256"] for one in proposed if not one["stopped_by"]}
    assert 0 < len(ready) < len(proposed)
    result = run("disposal", "--approved", approval, *WHY, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert {item["sha256"] for item in told["items"]} == ready
    for visit, path in stored.items():
        gone = path.name in ready
        assert path.exists() is not gone
        assert (workspace / "archive/cases" / sample.CLOSED / f"{visit}.mp4").exists() is not gone
    events = [entry.event for entry in EmbeddedLedger.open(workspace / "archive" / "ledger").entries()]
    event = next(each for each in events if isinstance(each, MaterialDisposed))
    assert (event.by, {item.sha256 for item in event.items}) == ("P1", ready)
    assert Originals(workspace / "archive" / "originals").path(event.approval).is_file()
    left = {one["sha256"] for one in json.loads(run("disposal", "--json").stdout)["items"]}
    assert not left & ready
    assert run("disposal", "--approved", approval, *WHY).exit_code == 2, "nothing is left that may go"


def test_audit_does_not_miss_what_was_destroyed(
    run: Run, workspace: Path, stored: dict[str, Path], approval: str
) -> None:
    tie(workspace, "P1")
    before = {fault["place"] for fault in json.loads(run("audit", "--json").stdout)["faults"]}
    run("disposal", "--approved", approval, *WHY)
    gone = {path.name for path in stored.values() if not path.exists()}
    assert gone
    after = {fault["place"] for fault in json.loads(run("audit", "--json").stdout)["faults"]}
    assert after <= before
    assert not {place for place in after if Path(place).name in gone}


@pytest.mark.parametrize("person", ["", "P2"], ids=["tied to nobody", "no leader"])
def test_nobody_but_a_leader_by_his_own_account_destroys(
    run: Run, workspace: Path, stored: dict[str, Path], approval: str, person: str
) -> None:
    if person:
        tie(workspace, person)
    by = () if person else ("--by", "P1")
    assert run("disposal", "--approved", approval, *WHY, *by).exit_code == 2
    assert all(path.exists() for path in stored.values())


def test_a_reason_without_substance_or_an_empty_approval_destroys_nothing(
    run: Run, workspace: Path, stored: dict[str, Path], approval: str, tmp_path: Path
) -> None:
    tie(workspace, "P1")
    (tmp_path / "空.pdf").touch()
    assert run("disposal", "--approved", approval, "--why", "。").exit_code == 2
    assert run("disposal", "--approved", str(tmp_path / "空.pdf"), *WHY).exit_code == 2
    assert run("disposal", "--approved", approval, *WHY, "--at", "2025-06-01").exit_code == 2
    assert all(path.exists() for path in stored.values())


def test_what_a_crash_left_is_destroyed_by_the_next_run(
    run: Run, workspace: Path, stored: dict[str, Path], approval: str
) -> None:
    tie(workspace, "P1")
    kept = {path: path.read_bytes() for path in stored.values()}
    run("disposal", "--approved", approval, *WHY)
    gone = [path for path in kept if not path.exists()]
    for path in gone:
        path.write_bytes(kept[path])
    opened = open_workspace(workspace)
    done = destroy(opened.archive, opened.originals, opened.ledger.view, disposed(opened.ledger))
    assert len(done.files) >= len(gone)
    assert not any(path.exists() for path in gone)
