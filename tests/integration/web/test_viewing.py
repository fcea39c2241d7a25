"""Looking at material is written down, once a person and day, and nothing is reckoned anew by it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import timedelta

import pytest

from evidence.config import Workspace
from evidence.domain.case import in_force
from evidence.domain.identifiers import CaseId
from evidence.ledger.events import VisitRecorded
from evidence.ledger.upkeep import MaterialViewed, OriginalHandedOut
from evidence.web.host import Host
from evidence.web.viewings import Viewings
from tests.support import sample
from tests.support.desk_client import signed_in
from tests.support.desk_fixture import (
    CHECK_RECORD,
    HOSTILE,
    RECHECK_RECORD,
    UNKNOWN,
    make_workspace,
    page_picture,
)

PICTURED = "WJB22-0001"
"""A case with photographs of its hazards."""
_DAYS = itertools.count(10, 10)


@pytest.fixture(scope="module")
def spare(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = make_workspace(tmp_path_factory.mktemp("looked") / "工作区")
    visit = made.ledger.view.visits(CaseId(PICTURED))[0]
    photograph = made.originals.put_bytes(page_picture(["HAZARD"]))
    hazards = tuple(replace(each, photos=(photograph,)) for each in visit.hazards)
    made.ledger.append("test", VisitRecorded(visit=replace(visit, version=2, hazards=hazards)))
    return made


@pytest.fixture(autouse=True)
def elsewhere(host: Host, spare: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    other = Host(workspace=spare)
    for field in fields(Host):
        monkeypatch.setattr(host, field.name, getattr(other, field.name))
    yield
    other.board.reckoner.stop()


def viewed(workspace: Workspace, since: int) -> list[tuple[str, str, str]]:
    """Who looked at what, as journalled from a line on."""
    found = (each.event for each in workspace.ledger.entries(since) if isinstance(each.event, MaterialViewed))
    return [(each.number, each.arrival, each.case) for each in found]


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Moves the desk's clock on, to days on which no other test looked at anything."""
    begin = sample.FRIDAY + timedelta(days=next(_DAYS))
    return lambda ahead: monkeypatch.setattr(sample, "FRIDAY", begin + timedelta(days=ahead))


@pytest.mark.parametrize(
    ("path", "thing"),
    [
        (f"/documents/{CHECK_RECORD}/", (CHECK_RECORD, "", "")),
        (f"/documents/{CHECK_RECORD}/form.pdf", (CHECK_RECORD, "", "")),
        (f"/inbox/{UNKNOWN}/", ("", UNKNOWN, "")),
        (f"/cases/{PICTURED}/", ("", "", PICTURED)),
        ("/enterprises/91320412MA1XAAAA0A/", ("", "", PICTURED)),
        (f"/cases/WJB22-0002/write/检查/?paper={CHECK_RECORD}", (CHECK_RECORD, "", "")),
    ],
)
def test_looking_at_material_is_written_down_once_a_person_and_day(
    spare: Workspace, day: Callable[[int], None], path: str, thing: tuple[str, str, str]
) -> None:
    day(0)
    size = spare.ledger.head.size
    assert signed_in("clerk").head(path).status_code == 200
    assert viewed(spare, size) == []
    for _each in range(2):
        assert signed_in("clerk").get(path).status_code == 200
    assert viewed(spare, size) == [thing]
    signed_in("lead").get(path)
    assert viewed(spare, size) == [thing, thing]
    day(1)
    signed_in("lead").get(path)
    assert viewed(spare, size) == [thing, thing, thing]
    of = next(filter(None, thing))
    newest = signed_in("lead").get(f"/activity/?of={of}").content.decode().split("<tr>")[2]
    assert "查看材料" in newest
    assert "陈立群" in newest


def test_a_photograph_opened_by_itself_is_its_cases_and_is_written_down(
    spare: Workspace, day: Callable[[int], None]
) -> None:
    day(0)
    visits = in_force(spare.ledger.view.visits(CaseId(PICTURED)))
    photograph = next(hazard.photos[0] for each in visits for hazard in each.hazards if hazard.photos)
    arrival = spare.ledger.view.arrival(UNKNOWN)
    assert arrival is not None
    size = spare.ledger.head.size
    assert signed_in("regulator").get(f"/cases/WJB22-0002/photographs/{photograph}/").status_code == 404
    assert signed_in("regulator").get(f"/cases/{PICTURED}/photographs/{arrival.sha256}/").status_code == 404
    assert signed_in("regulator").get(f"/cases/WJB22-9999/photographs/{photograph}/").status_code == 404
    assert spare.ledger.head.size == size
    for _each in range(2):
        shown = signed_in("regulator").get(f"/cases/{PICTURED}/photographs/{photograph}/")
        assert shown["Content-Type"] == "image/jpeg"
    assert viewed(spare, size) == [("", "", PICTURED)]


@pytest.mark.parametrize(
    ("page", "thing"),
    [
        (f"/documents/{CHECK_RECORD}/", (CHECK_RECORD, "", "")),
        (f"/inbox/{UNKNOWN}/", ("", UNKNOWN, "")),
    ],
)
def test_a_page_picture_opened_by_itself_is_its_things_and_is_written_down(
    spare: Workspace, day: Callable[[int], None], page: str, thing: tuple[str, str, str]
) -> None:
    day(0)
    (address, *_more) = re.findall(
        r'src="([^"]+/pictures/[^"]+)"', signed_in("clerk").get(page).content.decode()
    )
    size = spare.ledger.head.size
    elsewhere = address.replace(CHECK_RECORD, RECHECK_RECORD).replace(str(UNKNOWN), str(HOSTILE) + "9")
    assert signed_in("regulator").get(elsewhere).status_code == 404
    assert signed_in("regulator").head(address).status_code == 200
    assert viewed(spare, size) == []
    for _each in range(2):
        assert signed_in("regulator").get(address)["Content-Type"] == "image/jpeg"
    assert viewed(spare, size) == [thing]


def test_a_record_opened_on_the_telephone_is_written_down(
    spare: Workspace, day: Callable[[int], None]
) -> None:
    from evidence.web.models import Seat

    day(0)
    size, own = spare.ledger.head.size, Seat.objects.filter(user__username="inspector")
    before = own.get().roster_id
    own.update(roster_id="P2")
    try:
        shown = [signed_in("inspector").get(f"/site/records/{CHECK_RECORD}/") for _each in range(2)]
    finally:
        own.update(roster_id=before)
    assert {each["Content-Type"] for each in shown} == {"application/pdf"}
    assert viewed(spare, size) == [(CHECK_RECORD, "", "")]


def test_downloading_a_package_is_written_down(spare: Workspace, day: Callable[[int], None]) -> None:
    day(0)
    built = spare.ledger.view.packages()[0].id
    folder = spare.archive / "handover"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{built}.zip").write_bytes(b"PK")
    size = spare.ledger.head.size
    assert signed_in("regulator").head(f"/packages/{built}/").status_code == 200
    assert spare.ledger.head.size == size
    for _each in range(2):
        assert signed_in("regulator").get(f"/packages/{built}/").status_code == 200
    (looked,) = (each.event for each in spare.ledger.entries(size))
    assert isinstance(looked, MaterialViewed)
    assert looked.package == built
    assert looked.download == f"{built}.zip"
    assert "下载资料" in signed_in("lead").get(f"/activity/?of={built}").content.decode()


def test_what_the_side_panel_shows_was_looked_at(spare: Workspace, day: Callable[[int], None]) -> None:
    day(0)
    clerk = signed_in("clerk")
    size = spare.ledger.head.size
    pictures = 0
    for key in re.findall(r'data-line="(\w+)"', clerk.get("/?week=2022-W13").content.decode()):
        panel = clerk.get(f"/deeds/{key}/?week=2022-W13").content.decode()
        drawn = re.findall(r'(?:src|href)="([^"]+/pictures/[^"]+)"', panel)
        assert {clerk.get(each).status_code for each in drawn} <= {200}
        pictures += len(drawn)
    assert pictures
    assert {CHECK_RECORD, UNKNOWN} <= {each for thing in viewed(spare, size) for each in thing}


def test_an_account_whose_person_left_the_roster_still_reads_as_itself(
    spare: Workspace, day: Callable[[int], None]
) -> None:
    from evidence.web.models import Seat

    day(0)
    arrival = spare.ledger.view.arrival(UNKNOWN)
    assert arrival is not None
    own = Seat.objects.filter(user__username="lead")
    before = own.get().roster_id
    own.update(roster_id="P99")
    size = spare.ledger.head.size
    try:
        assert signed_in("lead").get(f"/documents/{CHECK_RECORD}/").status_code == 200
        assert signed_in("lead").get(f"/inbox/{UNKNOWN}/original/").status_code == 200
        refused = signed_in("lead").post(f"/documents/{CHECK_RECORD}/mark/", {"page": "2"}).content.decode()
    finally:
        own.update(roster_id=before)
    assert viewed(spare, size) == [(CHECK_RECORD, "", "")]
    handed = [each for each in spare.ledger.entries(size) if isinstance(each.event, OriginalHandedOut)]
    assert [(each.actor, each.event.sha256) for each in handed] == [("desk:lead", arrival.sha256)]
    assert "账号 lead 关联的人员 P99 不在名册" in refused


def test_a_started_desk_remembers_who_looked_today(spare: Workspace, day: Callable[[int], None]) -> None:
    day(0)
    signed_in("lead").get(f"/documents/{CHECK_RECORD}/")
    size = spare.ledger.head.size
    again = Viewings(spare)
    assert again.new("desk:lead（P1）", [CHECK_RECORD, "WJB22-0099-JC-001"]) == ["WJB22-0099-JC-001"]
    assert again.said() < size


def test_looking_changes_nothing_that_was_reckoned(
    host: Host, spare: Workspace, day: Callable[[int], None]
) -> None:
    """No list is drawn and no week judged anew because somebody reads."""
    day(0)
    board = host.board
    week = board.this_week()
    judged, due, said = board.judged(week, fresh=True), board.agenda.due(), board.said()
    signed_in("regulator").get(f"/documents/{CHECK_RECORD}/")
    assert spare.ledger.head.size > said
    assert board.said() == said
    assert board.judged(week) is judged
    assert board.agenda.due() is due
    signed_in("clerk").post(f"/inbox/{HOSTILE}/decide/", {"action": "reject", "why": "不是我们的"})
    assert board.said() > said
