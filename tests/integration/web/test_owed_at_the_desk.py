"""What an earlier package declared missing stays on the desk's Friday page, and needs no second reason."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client

from evidence.config import Workspace
from evidence.domain.identifiers import CaseId
from evidence.domain.register import Gap
from evidence.ledger.events import PackageBuilt
from evidence.web.host import Host
from tests.support import sample
from tests.support.desk_client import DeskClient

GAP = Gap(rule_id="", case=CaseId(sample.CLOSED), since="WJB-2022-W12")


@pytest.fixture
def client(host: Host) -> Client:
    from django.contrib.auth import get_user_model

    signed_in = DeskClient(SERVER_NAME="127.0.0.1")
    signed_in.force_login(
        get_user_model().objects.get(username="lead"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return signed_in


def test_a_declared_gap_is_shown_with_the_package_that_declared_it(
    client: Client, workspace: Workspace
) -> None:
    page = client.get("/friday/?week=2022-W13").content.decode()
    assert "已声明缺交，至今未补" not in page
    found = next(one for one in workspace.ledger.view.packages() if one.id == "WJB-2022-W12")
    owed = tuple(replace(GAP, case=CaseId(case)) for case in (sample.CLOSED, sample.CHECKED, sample.HEAVY))
    workspace.ledger.append("test", PackageBuilt(package=replace(found, owed=owed)))
    try:
        page = client.get("/friday/?week=2022-W13").content.decode()
        assert "WJB-2022-W12 已声明缺交，至今未补" in page
    finally:
        workspace.ledger.append("test", PackageBuilt(package=found))
