"""What the desk makes and somebody takes away stands in 办理记录: who took which file, of what, when."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

import evidence.web
from evidence.config import Workspace
from evidence.domain.identifiers import EnterpriseId
from evidence.domain.parties import Campaign, CampaignKind
from evidence.ledger.events import PackageBuilt, PartiesImported
from evidence.ledger.upkeep import MaterialViewed
from evidence.web.host import Host
from evidence.web.lists.lists import LISTINGS
from tests.support import sample
from tests.support.desk_client import signed_in
from tests.support.desk_fixture import CHECK_RECORD, UNKNOWN, make_workspace
from tests.support.sample.weeks import package

FIRST = EnterpriseId("91320412MA1XAAAA0A")
CAMPAIGN = Campaign(
    id="ZX-9", kind=CampaignKind.SPECIAL, topic="粉尘专项", ordered_on=date(2022, 3, 1), due=date(2022, 5, 1),
    targets=(FIRST,),
)  # fmt: skip
FILMED = "WJB-2022-W13-S9"
HOLDING_BYTES = {"auditor.py", "certified.py", "files.py", "roster.py"}
"""What is not the agency's material goes out without a line: a verdict on a package that the reader brought,
the desk's own root certificate, an empty roster."""


@pytest.fixture(scope="module")
def spare(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = make_workspace(tmp_path_factory.mktemp("downloads") / "工作区")
    source = sample.digest("campaigns")
    made.ledger.append(
        "test",
        PartiesImported(source=source, enterprises=(), people=(), devices=(), campaigns=(CAMPAIGN,)),
        at=sample.FRIDAY,
    )
    reports = made.root / "desk" / "reports"
    reports.mkdir(parents=True)
    (reports / "hazards-0.xlsx").write_bytes(b"PK")
    (reports / f"campaign-{CAMPAIGN.id}.zip").write_bytes(b"PK")
    return made


@pytest.fixture(autouse=True)
def elsewhere(host: Host, spare: Workspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    other = Host(workspace=spare)
    for field in fields(Host):
        monkeypatch.setattr(host, field.name, getattr(other, field.name))
    yield
    other.board.reckoner.stop()


def newest(of: str = "") -> str:
    """The first line of 办理记录 as text."""
    page = signed_in("lead").get("/activity/", {"of": of} if of else {}).content.decode()
    found = re.findall(r"<tr>\s*<td[^>]*>(.*?)</tr>", page, re.DOTALL)
    return " ".join(re.sub("<[^>]+>", " ", found[0]).split())


def taken(workspace: Workspace, since: int) -> list[MaterialViewed]:
    events = (each.event for each in workspace.ledger.entries(since))
    return [each for each in events if isinstance(each, MaterialViewed) and each.download]


@pytest.mark.parametrize(
    ("address", "name", "of"),
    [
        *((f"/lists/{each.key}/export/", f"{each.title}-清单.xlsx", "") for each in LISTINGS),
        (f"/campaigns/{CAMPAIGN.id}/export/", "粉尘专项-专项进展.xlsx", ""),
        (f"/campaigns/{CAMPAIGN.id}/pack/file/", "专项资料包-粉尘专项.zip", ""),
        ("/reports/hazards/0/file/", "隐患台账.xlsx", ""),
        (f"/enterprises/{FIRST}/one-page.pdf", "-情况说明.pdf", "WJB22-0001"),
        (f"/activity/trail.pdf?of={CHECK_RECORD}", f"{CHECK_RECORD}-办理经过.pdf", CHECK_RECORD),
        ("/activity/trail.pdf?of=WJB22-0003", "WJB22-0003-办理经过.pdf", "WJB22-0003"),
        (f"/activity/trail.pdf?of={UNKNOWN}", f"{UNKNOWN}-办理经过.pdf", UNKNOWN),
        (f"/activity/trail.pdf?of={FIRST}", f"{FIRST}-办理经过.pdf", ""),
    ],
)
def test_a_download_is_written_down_once_a_day_with_who_when_and_what(
    spare: Workspace, address: str, name: str, of: str
) -> None:
    size, client = spare.ledger.head.size, signed_in("clerk")
    assert client.head(address).status_code == 200
    assert spare.ledger.head.size == size
    for _each in range(2):
        answer = client.get(address)
        assert answer["Content-Disposition"].startswith("attachment")
    (seen,) = taken(spare, size)
    assert seen.download.endswith(name)
    line = newest(of)
    assert line.startswith("2022-04-01")
    assert "陆文静 下载资料" in line
    assert seen.download in line
    signed_in("lead").get(address)
    assert len(taken(spare, size)) == 2


@pytest.mark.parametrize(
    ("address", "roles"),
    [
        (f"/campaigns/{CAMPAIGN.id}/pack/file/", {"auditor", "regulator", "inspector"}),
        ("/reports/hazards/0/file/", {"auditor", "regulator", "inspector"}),
        ("/lists/enterprises/export/", {"inspector"}),
        (f"/enterprises/{FIRST}/one-page.pdf", {"inspector"}),
    ],
)
def test_what_a_role_may_not_have_is_neither_given_nor_written_down(
    spare: Workspace, address: str, roles: set[str]
) -> None:
    size = spare.ledger.head.size
    assert {signed_in(role).get(address).status_code for role in roles} == {403}
    assert spare.ledger.head.size == size


def test_a_package_with_films_goes_to_those_who_may_watch_them(spare: Workspace) -> None:
    film = spare.ledger.view.recordings()[0].sha256
    built = package("2022-W13", "2022-04-01", id=FILMED, supplement=9, originals=(film,))
    spare.ledger.append("test", PackageBuilt(package=built), at=sample.FRIDAY)
    folder = spare.archive / "handover"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{FILMED}.zip").write_bytes(b"PK")
    size = spare.ledger.head.size
    refused = signed_in("auditor").get(f"/packages/{FILMED}/")
    assert refused.status_code == 403
    assert "播放录像" in refused.content.decode()
    assert spare.ledger.head.size == size
    assert signed_in("regulator").get(f"/packages/{FILMED}/").status_code == 200
    (seen,) = taken(spare, size)
    assert (seen.package, seen.download) == (FILMED, f"{FILMED}.zip")
    assert f"{FILMED}.zip" in newest(FILMED)


def test_nothing_else_of_the_desk_sends_files_of_its_own() -> None:
    """Whoever adds a download sends it by `hand_out`, which writes it down."""
    folder = Path(evidence.web.__file__).parent
    sending = {
        path.name
        for path in folder.rglob("*.py")
        if re.search(r'"attachment\b|\battachment;', path.read_text(encoding="utf-8"))
        and "Content-Disposition" in path.read_text(encoding="utf-8")
    }
    assert sending - {"compression.py"} == HOLDING_BYTES
