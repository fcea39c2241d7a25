"""Forms issued by a worker: ordered once, issued once, however often the order is delivered."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from evidence.cli.program import cli
from evidence.config import open_workspace
from evidence.forms.source import IssueRequest
from evidence.jobs.database import DatabaseQueue
from evidence.workers import issue as work
from tests.support.forms_fixture import CASE, NOW, forms_fixture
from tests.support.inbox_fixture import CHECK
from tests.support.jobs_fixture import make_workspace
from tests.support.postgres_server import Cluster


@pytest.mark.office
@pytest.mark.slow
def test_an_order_delivered_again_and_again_issues_its_forms_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = forms_fixture(tmp_path)
    workspace: Any = SimpleNamespace(ledger=world.ledger, issuer=lambda: world.issuer)

    def numbers() -> list[str]:
        return [document.form.number for document in world.ledger.view.documents(CASE)]

    before = numbers()
    at = NOW + timedelta(seconds=1, microseconds=7)
    job = work.order([IssueRequest(form="WJ", case=CASE)], at, "clerk:李华")
    work.issue(workspace, **job.arguments)
    once = numbers()
    assert len(once) == len(before) + 1
    work.issue(workspace, **job.arguments)
    assert numbers() == once
    looked = iter([False, True])  # another delivery is quicker between our look and our transaction
    monkeypatch.setattr(work, "_issued_already", lambda *_given: next(looked))
    work.issue(workspace, **job.arguments)
    assert numbers() == once
    assert next(looked, None) is None


def test_an_order_waits_in_the_database_each_form_as_a_job_of_its_own(
    tmp_path: Path, cluster: Cluster
) -> None:
    settings = cluster.ledger_settings()
    root = make_workspace(tmp_path / "w", settings).root
    case = CHECK[:10]
    (tmp_path / "明天.txt").write_text(f"{case} JC blank\n{case} FC blank\n", encoding="utf-8")
    asked = ["issue", "--batch", str(tmp_path / "明天.txt"), "--later", "--json", "--workspace", str(root)]
    done = CliRunner().invoke(cli, asked, standalone_mode=False)
    assert done.exception is None, done.exception
    ordered = json.loads(done.stdout)["ordered"]
    queue = DatabaseQueue(settings)
    assert queue.keys("todo") == set(ordered)
    assert len(ordered) == queue.waiting() == 2
    queue.close()
    assert len(open_workspace(root).ledger.view.documents(case)) == 1  # type: ignore[arg-type]


def test_without_a_database_there_is_nobody_to_leave_it_to(tmp_path: Path) -> None:
    root = make_workspace(tmp_path / "w").root
    asked = ["issue", CHECK[:10], "JC", "--blank", "--later", "--workspace", str(root)]
    refused = CliRunner().invoke(cli, asked, standalone_mode=False)
    assert "账本须在数据库" in str(refused.exception)
