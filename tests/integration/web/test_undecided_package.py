"""A package that nobody can tell to be sound, ordered at the desk and really built: only with a reason."""

from __future__ import annotations

import asyncio
import io
import threading
import zipfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
from django.test import Client

from evidence.config import Workspace, open_workspace
from evidence.settings import SETTINGS_FILE
from evidence.verify.examine import verify_path
from evidence.web.host import Host
from tests.support import sample
from tests.support.desk_client import DeskClient
from tests.support.handing_over import QuickPrinter, make_office

WHY = "时间戳服务停机，安监科催要"


@pytest.fixture
def unstamped(
    host: Host, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Workspace:
    """The desk over a week in order whose workspace has no time-stamp authority."""
    make_office(tmp_path, tmp_path_factory.mktemp("keys"))
    (tmp_path / SETTINGS_FILE).write_text(
        '[contract]\ncode = "WJB"\n[timestamp]\nlocal = ""\n', encoding="utf-8"
    )
    workspace = open_workspace(tmp_path, clock=lambda: sample.FRIDAY)
    workspace.__dict__["handover"] = replace(workspace.handover, printer=QuickPrinter())
    monkeypatch.setattr(host, "workspace", workspace)
    return workspace


@pytest.fixture
def lead(unstamped: Workspace) -> Client:
    from django.contrib.auth import get_user_model

    client = DeskClient(SERVER_NAME="127.0.0.1")
    client.force_login(
        get_user_model().objects.get(username="lead"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return client


@pytest.fixture
def order(lead: Client) -> Callable[..., str]:
    """Order the week's package; the page of the finished work."""

    def ordered(**ticked: str) -> str:
        answer = lead.post("/friday/build/", {"week": "2022-W13", **ticked})
        assert answer.status_code == 302, answer.content.decode()
        place = answer.headers["Location"]
        for thread in threading.enumerate():
            if thread.name == f"job-{place.strip('/').rpartition('/')[2]}":
                thread.join(timeout=120)
        page: str = lead.get(place).content.decode()
        return page

    return ordered


async def _sent(parts: AsyncIterator[bytes]) -> bytes:
    """What the desk hands out, as a browser receives it."""
    return b"".join([part async for part in parts])


def test_without_a_person_who_accepts_it_nothing_is_signed(
    unstamped: Workspace, order: Callable[..., str]
) -> None:
    page = order()
    assert "没有签名" in page
    assert "没有时间戳服务" in page
    assert not unstamped.ledger.view.packages()
    assert not list((unstamped.archive / "handover").glob("WJB*"))


@pytest.mark.parametrize("why", ["", "。。。。", "停机"])
def test_a_reason_without_substance_builds_nothing(unstamped: Workspace, lead: Client, why: str) -> None:
    sent = {"week": "2022-W13", "accept_indeterminate": "on", "why": why}
    refused = lead.post("/friday/build/", sent)
    assert refused.status_code == 409
    assert "原因" in refused.content.decode()
    assert not unstamped.ledger.view.packages()


def test_the_lead_has_it_built_with_his_reason_in_it(
    unstamped: Workspace, lead: Client, order: Callable[..., str]
) -> None:
    page = order(accept_indeterminate="on", why=WHY)
    assert "移交包已做好并签名：WJB-2022-W13" in page
    (package,) = unstamped.ledger.view.packages()
    assert package.id == "WJB-2022-W13"
    sent = asyncio.run(_sent(lead.get("/packages/WJB-2022-W13/").streaming_content))
    with zipfile.ZipFile(io.BytesIO(sent)) as zipped:
        labels = zipped.read("WJB-2022-W13/bag-info.txt").decode()
    assert f"Indeterminate-Why: {WHY}" in labels
    path = unstamped.archive / "handover" / "WJB-2022-W13.zip"
    assert path.read_bytes() == sent
    report = verify_path(path, trust=[(unstamped.root / "keys/ca.pem").read_bytes()])
    assert report.indication == "INDETERMINATE"
    open_checks = {check.id for check in report.checks if check.kind == "review"}
    assert "signature.timestamp" in open_checks
