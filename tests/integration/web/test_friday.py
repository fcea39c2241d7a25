"""Friday over HTTP: a running week is asked about, what changed after a package is named, rows unfold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client, override_settings

from evidence.config import Workspace
from evidence.ledger.events import PackageBuilt
from evidence.web.host import Host
from tests.support import sample
from tests.support.desk_client import DeskClient
from tests.support.desk_fixture import make_workspace

WEEK = "/friday/?week=2022-W13"


@pytest.fixture
def client(host: Host) -> Client:
    from django.contrib.auth import get_user_model

    made = DeskClient(SERVER_NAME="127.0.0.1")
    made.force_login(
        get_user_model().objects.get(username="lead"), backend="django.contrib.auth.backends.ModelBackend"
    )
    return made


@pytest.fixture
def own(host: Host, tmp_path: Path) -> Iterator[Workspace]:
    """A workspace that no other test sees, behind the same desk."""
    workspace = make_workspace(tmp_path / "工作区")
    with override_settings(DESK_HOST=Host(workspace=workspace)):
        yield workspace


def _page(client: Client, path: str = WEEK) -> str:
    text: str = client.get(path).content.decode()
    return text


def test_a_running_week_is_previewed_and_building_it_asks(client: Client, own: Workspace) -> None:
    vars(own)["clock"] = lambda: sample.FRIDAY - timedelta(days=2)
    page = _page(client)
    assert "还没到移交日" in page
    assert page.index('<button class="main" name="preview"') < page.index("提前制作")
    before = own.ledger.head.size
    refused = client.post("/friday/build/", {"week": "2022-W13", "incomplete": "1", "why": "企业尚未盖章"})
    assert refused.status_code == 409
    assert "2022-W13 还没有结束" in refused.content.decode()
    assert own.ledger.head.size == before
    assert client.post("/friday/build/", {"week": "2022-W13", "preview": "1"}).status_code == 200


def test_a_row_is_an_enterprise_and_unfolds_to_its_findings(client: Client, own: Workspace) -> None:
    page = _page(client)
    assert page.count('<article class="enterprise-row" aria-label="云泽包装"') == 1
    assert "检查记录补签、补盖后重新扫描" in page
    assert "登记例外" not in page
    unfolded = _page(client, f"/friday/2022-W13/owed/?enterprise={sample.enterprises()[1].id}")
    assert "未见第2页企业陪同人员签名" in unfolded
    assert "登记例外" in unfolded
    assert "<html" not in unfolded
    assert client.get("/friday/2022-W99/owed/").status_code == 404


def test_after_the_package_the_button_is_what_is_left(client: Client, own: Workspace) -> None:
    cases = (sample.CHECKED, sample.HEAVY)
    made = replace(sample.package("2022-W13", "2022-04-01", cases=cases), known_size=own.ledger.head.size)
    own.ledger.append("test", PackageBuilt(package=made))
    page = _page(client)
    assert "已移交，待回执" in page
    assert f"下载 {made.id}" in page
    changed = sample.with_mark(
        sample.week_facts(), f"{sample.CHECKED}-JC-001", "escort", sample.MarkVerdict.ABSENT
    )
    case = next(each for each in changed.cases if each.case.id == sample.CHECKED)
    events = [
        each
        for each in sample.journal_events(replace(changed, cases=(case,), entries=(), plans=(), packages=()))
        if each.KIND == "visit.recorded/1"
    ]
    own.ledger.append("test", *events)
    page = _page(client)
    assert "移交之后又有变动" in page
    stage = page[page.index("移交之后又有变动") :]
    assert "云泽包装 WJB22-0002" in stage[: stage.index("会装入的内容")]
    assert "制作并签名补充包" in page or "声明不完整并制作" in page


def test_what_unfolds_comes_in_parts_and_nothing_is_left_out(
    client: Client, own: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evidence.web import friday

    address = f"/friday/2022-W13/owed/?enterprise={sample.enterprises()[1].id}"
    whole = _page(client, address).count('<article class="finding"')
    assert whole > 1
    monkeypatch.setattr(friday, "UNFOLDED", 1)
    seen, rest = 0, address
    while rest:
        part = _page(client, rest)
        seen += part.count('<article class="finding"')
        found = re.search(r'hx-get="([^"]*first=[^"]*)"', part)
        rest = found[1].replace("&amp;", "&") if found else ""
        assert part.count('<article class="finding"') <= 1
    assert seen == whole
    assert client.get(f"{address}&first=-3").status_code == 200
