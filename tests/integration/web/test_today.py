"""今天 over HTTP: what is listed, for whom, how much of it, and what the page weighs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from django.test import Client, override_settings

from evidence.config import Workspace
from evidence.domain.case import Escalation, Recipient, Trigger
from evidence.domain.hazard import Grade
from evidence.domain.identifiers import ArrivalId, CaseId
from evidence.forms.people import Contact, EnterpriseContacts, store
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken, PersonDecided
from evidence.ledger.events import EscalationRecorded, PartiesImported, VisitRecorded
from evidence.web.apart import Reckoner
from evidence.web.board import Board
from evidence.web.host import Host
from evidence.web.listed import A_PAGE, FEW
from tests.support import sample
from tests.support.desk_client import signed_in
from tests.support.desk_fixture import make_workspace

MANY = A_PAGE + FEW + 3


@pytest.fixture
def client(host: Host) -> Client:
    return signed_in("clerk")


@pytest.fixture
def many(host: Host) -> Iterator[list[ArrivalId]]:
    """More arrivals to decide than a page shows; all rejected again afterwards."""
    names = [ArrivalId(f"A-20220401-{3000 + number}") for number in range(MANY)]
    for name in names:
        host.workspace.ledger.append(
            "test",
            ArrivalTaken(
                arrival=name, path=f"{name}.jpg", sha256=sample.digest(name), bytes=1,
                received_at=sample.FRIDAY, media_type="image/jpeg",
            ),
            ArrivalJudged(arrival=name, outcome="unidentified", message="没有读到二维码，请看图归入。"),
        )  # fmt: skip
    yield names
    for name in names:
        host.workspace.ledger.append(
            "test", PersonDecided(arrival=name, decision="reject", by="陆文静", why="试验", detail={})
        )


def test_right_after_a_start_the_page_says_what_it_still_reckons(
    host: Host, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    board, judged = Board(host.workspace), Event()
    monkeypatch.setattr(host, "board", board)
    monkeypatch.setattr(board, "patience_s", 0.0)
    reckoner = Reckoner(host.workspace)
    monkeypatch.setattr(board.reckoner, "week", lambda *asked: judged.wait(60) and reckoner.week(*asked))
    waiting = page_of(client)
    assert "正在核算 2022-W13 " in waiting
    assert 'http-equiv="refresh"' in waiting
    assert 'id="live"' not in waiting
    assert client.get("/live/").status_code == 204
    judged.set()
    monkeypatch.setattr(board, "patience_s", 60.0)
    assert 'id="live"' in page_of(client)


def page_of(client: Client, query: str = "") -> str:
    response = client.get(f"/{query}")
    assert response.status_code == 200
    text: str = response.content.decode()
    return text


def keys_in(page: str) -> list[str]:
    return re.findall(r'data-line="([0-9a-f]{16})"', page)


def test_every_line_says_enterprise_deed_person_and_has_one_button(client: Client, host: Host) -> None:
    page = page_of(client)
    assert "<h1>今天" in page
    lines = page.split('<li class="deed"')[1:]
    assert len(lines) == len(keys_in(page)) > 5
    for line in lines:
        assert line.count('class="button go"') == 1
        assert re.search(r'<span class="by">[^<]+</span>', line)
    (missing,) = [line for line in lines if "检查记录补签、补盖后重新扫描" in line]
    assert "<strong>云泽包装</strong>" in missing
    assert "影响移交" in missing


def test_nothing_is_cut_without_a_count_and_a_way_to_the_rest(client: Client, many: list[ArrivalId]) -> None:
    first = page_of(client)
    waiting = int(re.search(r'id="g-look">要看 <span class="count">(\d+)', first)[1])  # type: ignore[index]
    assert waiting >= MANY
    assert f"还有 {waiting - FEW} 项" in first
    found: list[str] = []
    query = re.search(r'href="(\?[^"]*group=look[^"]*)"', first)
    while query is not None:
        page = page_of(client, query[1].replace("&amp;", "&"))
        found += keys_in(page)
        query = re.search(r'href="(\?[^"]*)" rel="next">后', page)
    assert len(found) == len(set(found)) == waiting


def test_mine_leaves_out_what_is_for_others_and_keeps_the_count_of_all(client: Client, host: Host) -> None:
    everything, mine = page_of(client), page_of(client, "?mine=1")
    who = re.compile(r'<span class="by">([^<]+)</span>')
    assert set(who.findall(mine)) <= {"陆文静", "资料员", "企业", "检查人员"}
    assert set(keys_in(mine)) < set(keys_in(everything))
    counts = re.compile(r'<span class="count">(\d+)</span></a>')
    assert counts.findall(mine)[:2] == counts.findall(everything)[:2]


def test_what_cannot_be_done_yet_is_counted_and_listed_apart(client: Client, host: Host) -> None:
    page = page_of(client)
    count = int(re.search(r"以后才能办的 (\d+) 项", page)[1])  # type: ignore[index]
    later = page_of(client, "?group=later")
    listed = later[later.index('id="g-later"') :]
    assert listed[: listed.index("</section>")].count("<li>") == count


def test_the_matrix_of_another_week_leaves_the_list_as_it_is(client: Client, host: Host) -> None:
    now, before = page_of(client), page_of(client, "?week=2022-W12")
    assert keys_in(now) == keys_in(before)
    assert "<small>2022-W12</small>" in before


def test_what_was_looked_at_last_opens_next_time(client: Client, host: Host) -> None:
    mine = page_of(client, "?mine=1")
    assert len(keys_in(mine)) < len(keys_in(page_of(client, "?mine=0")))
    page_of(client, "?mine=1")
    assert keys_in(page_of(client)) == keys_in(mine)
    (everything,) = re.findall(r'<a href="\?([^"]*mine=0[^"]*)"', page_of(client))
    assert "mine=0" in everything
    elsewhere = signed_in("clerk")
    assert keys_in(page_of(elsewhere)) == keys_in(mine), "on another device, too"
    assert keys_in(page_of(signed_in("lead"))) != keys_in(mine)
    elsewhere.head("/?mine=0")
    assert keys_in(page_of(client)) == keys_in(mine)


def test_a_page_of_everybodys_stays_so_while_its_reader_looks_at_the_own_elsewhere(
    client: Client, host: Host
) -> None:
    everything = page_of(client, "?mine=0")
    page_of(signed_in("clerk"), "?mine=1")
    (live,) = re.findall(r'hx-get="/live/\?([^"]+)"', everything)
    asked = re.sub(r"head=[^&]*", "head=", live.replace("&amp;", "&"))
    drawn = client.get(f"/live/?{asked}").content.decode()
    assert keys_in(drawn) == keys_in(everything)


@pytest.mark.parametrize("query", ["?group=nonsense", "?first=99999", "?first=-1", "?mine=yes", "?week=x"])
def test_an_address_that_asks_for_nothing_shows_the_page(client: Client, host: Host, query: str) -> None:
    assert "<h1>今天" in page_of(client, query)


@pytest.mark.parametrize("role", ["auditor", "regulator"])
def test_readers_see_the_list(host: Host, role: str) -> None:
    assert keys_in(page_of(signed_in(role)))


def arrived(host: Host, arrival: ArrivalId, data: bytes) -> str:
    """Where the original of an arrival with these bytes goes out."""
    taken = ArrivalTaken(
        arrival=arrival, path="来件.txt", sha256=host.workspace.originals.put_bytes(data), bytes=len(data),
        received_at=sample.FRIDAY, media_type="text/plain",
    )  # fmt: skip
    host.workspace.ledger.append("test", taken, ArrivalJudged(arrival=arrival, outcome="linked"))
    return f"/inbox/{arrival}/original/"


def test_pages_travel_compressed_and_files_as_they_are(client: Client, host: Host) -> None:
    plain = client.get("/")
    small = client.get("/", headers={"accept-encoding": "gzip"})
    assert small["Content-Encoding"] == "gzip"
    assert len(small.content) < len(plain.content) / 2
    address = arrived(host, ArrivalId("A-20220401-0501"), b"an original " * 500)
    original = client.get(address, headers={"accept-encoding": "gzip"})
    assert "Content-Encoding" not in original
    assert int(original["Content-Length"]) == 6000


@pytest.mark.parametrize("path", ["/", "/inbox/", "/friday/", "/auditor/", "/roster/", "/cases/WJB22-0002/"])
def test_asking_for_the_head_of_a_page_is_allowed(client: Client, host: Host, path: str) -> None:
    response = client.head(path)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/html")
    assert response.content == b""


def test_the_head_of_a_file_has_its_size_and_nothing_to_read(client: Client, host: Host) -> None:
    response = client.head(arrived(host, ArrivalId("A-20220401-0502"), b"x" * 4321))
    assert (response.status_code, response["Content-Length"]) == (200, "4321")
    assert not response.streaming


def test_the_head_of_a_forms_address_is_still_refused(client: Client, host: Host) -> None:
    assert client.head("/inbox/upload/").status_code == 405


IN_PANEL = {"hx-request": "true", "hx-target": "panel"}


def test_every_line_has_a_panel_and_a_page_of_its_own(client: Client, host: Host) -> None:
    page = page_of(client)
    for key in keys_in(page):
        fragment = client.get(f"/deeds/{key}/", headers=IN_PANEL).content.decode()
        assert f'data-key="{key}"' in fragment
        assert "<html" not in fragment
        whole = client.get(f"/deeds/{key}/").content.decode()
        assert "<html" in whole
        assert f'data-key="{key}"' in whole


def test_a_line_that_is_gone_gives_way_to_the_next(client: Client, host: Host) -> None:
    keys = keys_in(page_of(client))
    fragment = client.get("/deeds/0123456789abcdef/", headers=IN_PANEL).content.decode()
    assert f'data-key="{keys[0]}"' in fragment
    skipped = client.get(f"/deeds/{keys[0]}/next/?skip=1", headers=IN_PANEL).content.decode()
    assert f'data-key="{keys[1]}"' in skipped
    then = client.get(f"/deeds/0123456789abcdef/next/?then={keys[2]}", headers=IN_PANEL).content.decode()
    assert f'data-key="{keys[2]}"' in then


def test_a_form_sent_from_a_page_leads_back_to_the_list(client: Client, host: Host) -> None:
    keys = keys_in(page_of(client))
    sent = {"key": "试-1", "on": "2022-04-01", "data|status": "未提供", "line": keys[0], "then": keys[1]}
    response = client.post("/registers/contract-document/enter/", sent)
    assert response.status_code == 302
    assert response["Location"] == f"/?after={keys[0]}&then={keys[1]}"
    page = page_of(client, response["Location"][1:])
    assert f'hx-get="/deeds/{keys[0]}/next/?then={keys[1]}"' in page
    elsewhere = client.post("/registers/contract-document/enter/", sent | {"line": "//evil.example/"})
    assert elsewhere["Location"] == "/registers/contract-document/"


def test_a_mistake_is_said_in_the_panel(client: Client, host: Host) -> None:
    sent = {"key": "", "line": "0123456789abcdef"}
    response = client.post("/registers/payment/enter/", sent, headers=IN_PANEL)
    assert response["HX-Retarget"] == "#panel-said"
    assert "请填写" in response.content.decode()


@pytest.mark.parametrize("query", ["after=<script>", 'after=" onload="x', "after=" + "a" * 17])
def test_what_follows_is_a_key_or_nothing(client: Client, host: Host, query: str) -> None:
    assert 'hx-trigger="load"' not in page_of(client, f"?{query}")


def test_a_long_matrix_is_cut_with_a_count_and_a_way_to_all_of_it(
    client: Client, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evidence.web import today

    whole = page_of(client)
    rows = whole[whole.index("<tbody>") : whole.index("</tbody>")].count('<th scope="row">')
    assert rows > 1
    for each in (today._drawn_live, today._drawn_matrix):
        each.cache_clear()
    monkeypatch.setattr(today, "FEW_ROWS", 1)
    cut = page_of(client)
    for each in (today._drawn_live, today._drawn_matrix):
        each.cache_clear()
    found = re.search(rf'href="(\?[^"]*rows=1)#matrix">还有 {rows - 1} 项', cut)
    assert found is not None
    everything = page_of(client, found[1].replace("&amp;", "&"))
    assert (
        everything[everything.index("<tbody>") : everything.index("</tbody>")].count('<th scope="row">')
        == rows
    )


@pytest.fixture
def own(host: Host, tmp_path: Path) -> Iterator[Workspace]:
    """A workspace that no other test sees, behind the same desk."""
    workspace = make_workspace(tmp_path / "工作区")
    with override_settings(DESK_HOST=Host(workspace=workspace)):
        yield workspace


def test_what_is_missing_comes_with_whom_to_ring_up(client: Client, own: Workspace) -> None:
    assert "☎" not in page_of(client)
    contacts = EnterpriseContacts(safety=Contact(name="王芳", telephone="0519-86310000"))
    facts = sample.week_facts()
    changed = [
        replace(each, contacts=store(own.originals, contacts)) if number == 1 else each
        for number, each in enumerate(facts.enterprises)
    ]
    own.ledger.append(
        "test",
        PartiesImported(
            source=sample.digest("workbook"), enterprises=tuple(changed), people=facts.people,
            devices=facts.devices, campaigns=facts.campaigns,
        ),
    )  # fmt: skip
    with override_settings(DESK_HOST=Host(workspace=own)):
        page = page_of(client)
    (line,) = [each for each in page.split('<li class="deed"') if "补签、补盖" in each]
    assert '<a href="tel:0519-86310000">☎ 王芳 0519-86310000</a>' in line
    key = keys_in('<li class="deed"' + line)[0]
    assert "tel:0519-86310000" in client.get(f"/deeds/{key}/", headers=IN_PANEL).content.decode()


def test_a_major_hazard_is_a_banner_from_its_entry_to_its_receipt(client: Client, own: Workspace) -> None:
    assert "重大事故隐患 ·" not in page_of(client)
    facts = sample.on_hazard(sample.week_facts(), "H01", case=sample.CHECKED, grade=Grade.MAJOR)
    case = next(each for each in facts.cases if each.case.id == sample.CHECKED)
    own.ledger.append("test", *(VisitRecorded(visit=replace(visit, version=2)) for visit in case.visits))
    with override_settings(DESK_HOST=Host(workspace=own)):
        for query in ("", "?mine=1", "?group=look"):
            assert "重大事故隐患 · 云泽包装" in page_of(client, query)
    report = Escalation(
        id="SB-1", case=CaseId(sample.CHECKED), trigger=Trigger.MAJOR, recipient=next(iter(Recipient)),
        reported_at=sample.FRIDAY, receipt_at=sample.FRIDAY,
    )  # fmt: skip
    own.ledger.append("test", EscalationRecorded(escalation=report))
    with override_settings(DESK_HOST=Host(workspace=own)):
        assert "重大事故隐患 ·" not in page_of(client)
