"""Who did what when, for one thing and for all; sign-ins; the trail of one document as a PDF."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from evidence.config import Workspace
from evidence.ledger.events import PartiesImported
from evidence.ledger.upkeep import OriginalHandedOut
from evidence.web.host import Host
from tests.support import sample
from tests.support.desk_client import DeskClient, signed_in
from tests.support.desk_fixture import CHECK_RECORD, HOSTILE, UNKNOWN, make_workspace
from tests.support.pdf_text import text_of


@pytest.fixture(scope="module")
def spare(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return make_workspace(tmp_path_factory.mktemp("activity") / "工作区")


@pytest.fixture(autouse=True)
def elsewhere(host: Host, spare: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    other = Host(workspace=spare)
    for field in fields(Host):
        monkeypatch.setattr(host, field.name, getattr(other, field.name))
    yield
    other.board.reckoner.stop()


def rows(page: str) -> list[str]:
    """Each line of the list as text."""
    found = re.findall(r"<tr>\s*<td[^>]*>(.*?)</tr>", page, re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", " ", each).split()) for each in found]


def test_an_act_stands_first_and_at_its_document_with_its_person(spare: Workspace) -> None:
    clerk = signed_in("clerk")
    decided = clerk.post(
        f"/documents/{CHECK_RECORD}/mark/",
        {"page": "2", "box": "principal", "verdict": "present", "why": "看过原件"},
    )
    assert decided.status_code == 302, decided.content.decode()
    everything = rows(clerk.get("/activity/").content.decode())
    assert "陆文静 人工认定签章" in everything[0]
    assert CHECK_RECORD in everything[0]
    about = rows(clerk.get(f"/activity/?of={CHECK_RECORD}").content.decode())
    assert "人工认定签章" in about[0]
    assert len(about) < len(everything)
    assert rows(clerk.get("/activity/?of=WJB22-0002").content.decode())[0] == about[0]
    assert "人工认定签章" in rows(clerk.get("/activity/?of=91320412MA1XBBBB0B").content.decode())[0]


def test_a_person_is_filtered(spare: Workspace) -> None:
    lead = signed_in("lead")
    lead.post(f"/inbox/{HOSTILE}/decide/", {"action": "reject", "why": "不是我们的"})
    page = lead.get("/activity/?who=lead").content.decode()
    assert rows(page)
    assert all("陈立群" in each for each in rows(page))


@pytest.mark.parametrize("of", ["WJB22-0999", "nobody", "<b>", "0" * 64, "%00"])
def test_what_the_ledger_does_not_know_is_said(of: str) -> None:
    client = signed_in("auditor")
    answer = client.get("/activity/", {"of": of})
    assert answer.status_code == 200
    assert "账上没有这一件" in answer.content.decode()
    assert client.get("/activity/trail.pdf", {"of": of}).status_code == 404


def test_downloading_an_original_is_written_down_once_a_session(spare: Workspace) -> None:
    arrival = spare.ledger.view.arrival(UNKNOWN)
    assert arrival is not None
    size = spare.ledger.head.size
    auditor = signed_in("auditor")
    for _each in range(3):
        assert auditor.get(f"/inbox/{UNKNOWN}/original/").status_code == 200
    auditor.head(f"/inbox/{UNKNOWN}/original/")
    seen = [each.event for each in spare.ledger.entries(size) if isinstance(each.event, OriginalHandedOut)]
    assert [(each.sha256, each.name) for each in seen] == [(arrival.sha256, "微信图片_20220401.jpg")]
    signed_in("clerk").get(f"/inbox/{UNKNOWN}/original/")
    about = rows(auditor.get(f"/activity/?of={UNKNOWN}").content.decode())
    assert sum("下载原件" in each for each in about) == 2


def test_the_trail_is_a_pdf_with_every_act(spare: Workspace, tmp_path: Path) -> None:
    head = spare.ledger.head
    answer = signed_in("auditor").get(f"/activity/trail.pdf?of={CHECK_RECORD}")
    assert answer["Content-Type"] == "application/pdf"
    (tmp_path / "trail.pdf").write_bytes(answer.content)
    text = text_of(tmp_path / "trail.pdf")
    assert f"{CHECK_RECORD}的办理经过" in text
    assert "签发文书" in text
    assert head.digest[:30] in text


def test_what_is_named_leads_to_its_own_trail(spare: Workspace) -> None:
    client = signed_in("lead")
    page = client.get("/activity/").content.decode()
    for of in set(re.findall(r'href="\?of=([^"]+)"', page)):
        assert rows(client.get(f"/activity/?of={of}").content.decode()), of


def test_pages_lead_on_to_what_is_older(spare: Workspace) -> None:
    client = signed_in("lead")
    page = client.get("/activity/").content.decode()
    (more,) = re.findall(r'href="\?([^"]*first=50[^"]*)"', page)
    older = rows(client.get("/activity/?" + more.replace("&amp;", "&")).content.decode())
    assert older
    assert not set(older) & set(rows(page)) or len(older) == 50


def test_only_who_answers_for_accounts_sees_sign_ins(host: Host) -> None:
    DeskClient(SERVER_NAME="127.0.0.1").post("/login/", {"username": "neugierig", "password": "x"})
    shown: Any = signed_in("lead").get("/activity/sign-ins/").content.decode()
    assert "neugierig" in shown
    assert "登录未成" in shown
    for name in ("clerk", "auditor", "regulator"):
        assert signed_in(name).get("/activity/sign-ins/").status_code == 403


def test_the_account_of_an_enterprise_is_one_page(spare: Workspace, tmp_path: Path) -> None:
    client = signed_in("lead")
    page = client.get("/enterprises/91320412MA1XAAAA0A/").content.decode()
    assert 'href="/enterprises/91320412MA1XAAAA0A/one-page.pdf"' in page
    head = spare.ledger.head
    answer = client.get("/enterprises/91320412MA1XAAAA0A/one-page.pdf")
    (tmp_path / "one.pdf").write_bytes(answer.content)
    text = text_of(tmp_path / "one.pdf")
    assert "第1页，共1页" in text
    for words in ("情况说明", "现场检查", "整改报告", "现场复查", "隐患", head.digest[:20]):
        assert words in text, words
    assert client.get("/enterprises/91320412MA1XZZZZ0Z/one-page.pdf").status_code == 404


def test_a_closed_case_says_so(spare: Workspace) -> None:
    client = signed_in("clerk")
    assert "已闭环" in client.get("/cases/WJB22-0001/").content.decode()
    assert "已闭环" not in client.get("/cases/WJB22-0002/").content.decode()


def test_an_enterprise_shows_how_its_master_data_changed(spare: Workspace) -> None:
    facts = sample.week_facts()
    moved = replace(facts.enterprises[2], address="别处1号")
    spare.ledger.append(
        "desk:lead",
        PartiesImported(
            source=sample.digest("workbook 2"), enterprises=(moved,), people=(), devices=(), campaigns=()
        ),
    )
    page = signed_in("auditor").get(f"/enterprises/{moved.id}/").content.decode()
    assert "历次变动（2）" in " ".join(re.sub("<[^>]+>", "", page).split()).replace(" （", "（")
    changed = page.split("历次变动")[1]
    assert "别处1号" in changed
    assert changed.index("别处1号") < changed.index("列入名册")
    assert "陈立群" in changed
