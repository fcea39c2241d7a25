"""Originals, films and their manifests go out under the thing they belong to, to those who may see it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from evidence.config import Workspace
from evidence.domain.identifiers import ArrivalId, CaseId, Sha256, VisitId
from evidence.domain.recording import Recording
from evidence.domain.register import RegisterEntry
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken, RecordingAssigned
from evidence.ledger.events import RegisterEntered
from evidence.ledger.upkeep import FootageSeen, OriginalHandedOut
from evidence.web.host import Host
from tests.support import sample
from tests.support.desk_client import signed_in
from tests.support.desk_fixture import CHECK_RECORD, RECHECK_RECORD, make_workspace, page_picture

CASE, VISIT, ELSEWHERE = CaseId("WJB22-0002"), VisitId("WJB22-0002-V1"), CaseId("WJB22-0003")
REGISTER = "confidentiality-undertaking"
READERS = ("clerk", "lead", "auditor", "regulator")
WATCHERS = ("clerk", "lead", "regulator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What the workspace of these tests holds beside its week."""

    workspace: Workspace
    counterpart: Sha256
    letter: Sha256
    photograph: Sha256
    paper: Sha256
    film: Sha256

    def take(self, number: int, name: str, data: bytes, media_type: str, **judged: Any) -> ArrivalId:
        """An arrival with these bytes."""
        return take(self.workspace, number, name, data, media_type, **judged)


def take(
    workspace: Workspace, number: int, name: str, data: bytes, media_type: str, **judged: Any
) -> ArrivalId:
    arrival = ArrivalId(f"A-20220401-{number:04d}")
    taken = ArrivalTaken(
        arrival=arrival, path=name, sha256=workspace.originals.put_bytes(data), bytes=len(data),
        received_at=sample.FRIDAY, media_type=media_type,
    )  # fmt: skip
    outcome = {"outcome": "linked"} | judged
    workspace.ledger.append("test", taken, ArrivalJudged(arrival=arrival, **outcome), at=sample.FRIDAY)
    return arrival


COUNTERPART, LETTER, PHOTOGRAPH, FILM = (ArrivalId(f"A-20220401-07{n}") for n in ("01", "02", "03", "04"))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    workspace = make_workspace(tmp_path_factory.mktemp("originals") / "工作区")
    take(workspace, 701, "来件/回执.pdf", b"%PDF-counterpart", "application/pdf", edocument_of=CHECK_RECORD)
    take(workspace, 702, "来件/说明.pdf", b"%PDF-letter", "application/pdf", case=CASE)
    picture = page_picture(["PHOTO"])
    hazard = workspace.ledger.view.visits(CASE)[0].hazards[0].id
    take(workspace, 703, "现场.jpg", picture, "image/jpeg", case=CASE, hazard=hazard)
    film = b"film" * 64
    digest = workspace.originals.put_bytes(film)
    recording = Recording(sha256=digest, name="DSJ7.MP4", bytes=len(film), video=True, arrival=FILM)
    take(workspace, 704, "DSJ7.MP4", film, "video/mp4", recordings=(recording,))
    paper = workspace.originals.put_bytes(b"%PDF-undertaking")
    entry = RegisterEntry(register=REGISTER, key="P1", on=sample.CHECK_DAY, attachment=paper)
    workspace.ledger.append(
        "test",
        RecordingAssigned(sha256=digest, visit=VISIT, by="P1"),
        RegisterEntered(entry=entry),
        at=sample.FRIDAY,
    )

    def digest_of(arrival: ArrivalId) -> Sha256:
        found = workspace.ledger.view.arrival(arrival)
        assert found is not None
        assert found.sha256 is not None
        return found.sha256

    return Kept(
        workspace=workspace,
        counterpart=digest_of(COUNTERPART),
        letter=digest_of(LETTER),
        photograph=digest_of(PHOTOGRAPH),
        paper=paper,
        film=digest,
    )


@pytest.fixture(autouse=True)
def elsewhere(host: Host, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    other = Host(workspace=kept.workspace)
    for field in fields(Host):
        monkeypatch.setattr(host, field.name, getattr(other, field.name))
    yield
    other.board.reckoner.stop()


def addresses(kept: Kept) -> dict[str, tuple[str, str]]:
    """What each address serves, and the same file asked for under something it does not belong to."""
    inbox, case, other = "/inbox/{}", f"/cases/{CASE}", f"/cases/{ELSEWHERE}"
    return {
        "arrival-original": (inbox.format(LETTER) + "/original/", "/inbox/A-20220401-9999/original/"),
        "document-original": (
            f"/documents/{CHECK_RECORD}/originals/{kept.counterpart}/",
            f"/documents/{RECHECK_RECORD}/originals/{kept.counterpart}/",
        ),
        "case-original": (f"{case}/originals/{kept.letter}/", f"{other}/originals/{kept.letter}/"),
        "register-original": (
            f"/registers/{REGISTER}/originals/{kept.paper}/",
            f"/registers/replacement-consent/originals/{kept.paper}/",
        ),
        "arrival-credentials": (
            f"/inbox/{PHOTOGRAPH}/credentials/{kept.photograph}/",
            f"/inbox/{LETTER}/credentials/{kept.photograph}/",
        ),
        "case-credentials": (
            f"{case}/credentials/{kept.photograph}/",
            f"{other}/credentials/{kept.photograph}/",
        ),
        "photograph": (f"{case}/photographs/{kept.photograph}/", f"{other}/photographs/{kept.photograph}/"),
        "arrival-film": (f"/inbox/{FILM}/films/{kept.film}/", f"/inbox/{LETTER}/films/{kept.film}/"),
        "case-film": (f"{case}/films/{kept.film}/", f"{other}/films/{kept.film}/"),
    }


ROUTES = (
    "arrival-original", "document-original", "case-original", "register-original", "arrival-credentials",
    "case-credentials", "photograph", "arrival-film", "case-film",
)  # fmt: skip


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("role", READERS)
def test_each_role_gets_what_belongs_to_the_thing_and_nothing_else(kept: Kept, route: str, role: str) -> None:
    own, foreign = addresses(kept)[route]
    client = signed_in(role)
    if route.endswith("film") and role not in WATCHERS:
        assert client.get(own).status_code == client.get(foreign).status_code == 403
        return
    assert client.get(own).status_code == 200
    assert client.get(foreign).status_code == 404


@pytest.mark.parametrize("route", ROUTES)
def test_an_inspector_and_a_stranger_get_none(kept: Kept, route: str) -> None:
    size = kept.workspace.ledger.head.size
    for address in addresses(kept)[route]:
        assert signed_in("inspector").get(address).status_code == 403
        assert Client(SERVER_NAME="127.0.0.1").get(address)["Location"].startswith("/login/")
    assert kept.workspace.ledger.head.size == size


def test_an_inspector_gets_the_record_of_the_own_visit_and_nobody_elses(kept: Kept) -> None:
    from evidence.web.models import Seat

    document = kept.workspace.ledger.view.document(CHECK_RECORD)
    assert document is not None
    (visit,) = [each for each in kept.workspace.ledger.view.visits(CASE) if each.id == document.form.visit]
    people = [str(each.id) for each in kept.workspace.ledger.view.people()]
    own = Seat.objects.filter(user__username="inspector")
    before = own.get().roster_id
    try:
        for person in people:
            own.update(roster_id=person)
            answer = signed_in("inspector").get(f"/site/records/{CHECK_RECORD}/")
            assert answer.status_code == (200 if person in visit.experts else 404), person
    finally:
        own.update(roster_id=before)
    assert 0 < len(visit.experts) < len(people)


def test_no_address_answers_to_a_digest_alone(kept: Kept) -> None:
    def routes(resolver: Any, before: str = "") -> Iterator[str]:
        for each in resolver.url_patterns:
            route = before + str(each.pattern)
            if isinstance(each, URLResolver):
                yield from routes(each, route)
            elif isinstance(each, URLPattern):
                yield route

    named = {route for route in routes(get_resolver()) if "digest" in route}
    # the telephone's own: what it brought itself, and the hazards of the visits planned for its inspector
    own = {"site/photographs/<str:digest>/", "site/pictures/<str:digest>/"}
    assert {route for route in named if route.count("<") == 1} == own
    for digest in (kept.letter, kept.photograph, kept.film):
        for was in ("originals", "credentials", "footage"):
            assert signed_in("lead").get(f"/{was}/{digest}/").status_code == 404


PACKED = {
    "a film": (801, "DSJ8.MP4", "video/mp4", (), 403),
    "a film of no known kind": (802, "DSJ8.dav", "application/octet-stream", (), 403),
    "a film that is damaged": (803, "坏.avi", "video/x-msvideo", (), 403),
    "a sound": (804, "录音.m4a", "audio/mp4", (), 403),
    "a paper": (805, "说明.pdf", "application/pdf", (), 200),
    "an archive with a film": (811, "现场.zip", "application/zip", (805, 801), 403),
    "an archive with papers": (812, "资料.zip", "application/zip", (805,), 200),
    "an archive nobody opened": (813, "加密.zip", "application/zip", (), 403),
    "an archive of another program": (814, "现场.7z", "application/x-7z-compressed", (), 403),
    "a message with that archive": (815, "来信.eml", "message/rfc822", (805, 811), 403),
    "a message with a paper": (816, "来函.eml", "message/rfc822", (805, 812), 200),
    "a portfolio with a film": (817, "汇编.pdf", "application/pdf", (803,), 403),
}


@pytest.fixture(scope="module")
def packed(kept: Kept) -> dict[str, tuple[ArrivalId, int]]:
    return {
        words: (
            kept.take(
                number, name, words.encode(), kind,
                members=tuple(ArrivalId(f"A-20220401-{each:04d}") for each in members), case=CASE,
            ),
            status,
        )
        for words, (number, name, kind, members, status) in PACKED.items()
    }  # fmt: skip


@pytest.mark.parametrize("words", PACKED)
def test_no_film_reaches_who_may_not_watch_however_it_is_packed(
    kept: Kept, packed: dict[str, tuple[ArrivalId, int]], words: str
) -> None:
    arrival, status = packed[words]
    found = kept.workspace.ledger.view.arrival(arrival)
    assert found is not None
    size = kept.workspace.ledger.head.size
    for address in (f"/inbox/{arrival}/original/", f"/cases/{CASE}/originals/{found.sha256}/"):
        answer = signed_in("auditor").get(address)
        assert answer.status_code == status
        if status == 403:
            assert "播放录像" in answer.content.decode()
            assert kept.workspace.ledger.head.size == size
        assert signed_in("regulator").head(address).status_code == 200
    page = signed_in("auditor").get(f"/inbox/{arrival}/").content.decode()
    assert (f"/inbox/{arrival}/original/" in page) == (status == 200)
    page = signed_in("auditor").get(f"/cases/{CASE}/").content.decode()
    assert (f"/cases/{CASE}/originals/{found.sha256}/" in page) == (status == 200)
    assert f"/inbox/{arrival}/original/" in signed_in("regulator").get(f"/inbox/{arrival}/").content.decode()


def test_an_archive_that_holds_itself_is_answered(kept: Kept) -> None:
    own = kept.take(820, "自身.zip", b"quine", "application/zip")
    again = kept.take(821, "自身.zip/自身.zip", b"quine", "application/zip", members=(own,))
    assert signed_in("auditor").get(f"/inbox/{again}/original/").status_code == 200


def test_every_link_to_an_original_on_the_case_leads_to_it(kept: Kept) -> None:
    for role in READERS:
        page = signed_in(role).get(f"/cases/{CASE}/").content.decode()
        links = set(re.findall(rf'href="(/cases/{CASE}/originals/(\w+)/)"', page))
        assert kept.letter in {digest for _address, digest in links}
        here = [address for address, digest in links if Sha256(digest) in kept.workspace.originals]
        assert {signed_in(role).head(each).status_code for each in here} == {200}


def test_what_a_case_s_findings_rest_on_belongs_to_the_case(kept: Kept) -> None:
    from evidence.ledger.facts import gather
    from evidence.rules.judge import judge
    from evidence.web.originals_shown import _of_case

    workspace = kept.workspace
    for case in workspace.ledger.view.cases():
        at = workspace.clock()
        facts = gather(workspace.ledger.view, week=None, case=case.id, at=at)
        findings = judge(facts, workspace.settings.parameters, at)
        rested = {each.sha256 for one in findings if one.subject.case == case.id for each in one.evidence}
        assert rested
        assert rested <= set(_of_case(workspace, case.id))


def rows(page: str) -> list[str]:
    found = re.findall(r"<tr>\s*<td[^>]*>(.*?)</tr>", page, re.DOTALL)
    return [" ".join(re.sub("<[^>]+>", " ", each).split()) for each in found]


@pytest.mark.parametrize(
    ("route", "thing", "name"),
    [
        ("arrival-original", LETTER, "说明.pdf"),
        ("document-original", CHECK_RECORD, "回执.pdf"),
        ("case-original", CASE, "说明.pdf"),
        ("register-original", REGISTER, "…"),
    ],
)
def test_an_original_that_went_out_stands_in_the_activity_of_its_thing(
    kept: Kept, route: str, thing: str, name: str
) -> None:
    size = kept.workspace.ledger.head.size
    client = signed_in("regulator")
    for _each in range(2):
        assert client.get(addresses(kept)[route][0]).status_code == 200
    (seen,) = kept.workspace.ledger.entries(size)
    assert isinstance(seen.event, OriginalHandedOut)
    assert seen.event.name.endswith(name)
    newest = rows(signed_in("lead").get("/activity/", {"of": thing}).content.decode())[0]
    assert "吴海峰 下载原件" in newest
    assert seen.event.name in newest
    assert "2022-04-01" in newest


def test_the_same_original_under_another_thing_is_written_down_again(kept: Kept) -> None:
    size, client = kept.workspace.ledger.head.size, signed_in("lead")
    for address in (f"/inbox/{LETTER}/original/", f"/cases/{CASE}/originals/{kept.letter}/"):
        client.get(address)
        client.get(address)
    events = [each.event for each in kept.workspace.ledger.entries(size)]
    assert [(each.arrival, each.case) for each in events if isinstance(each, OriginalHandedOut)] == [
        (LETTER, ""),
        ("", CASE),
    ]


def test_a_film_played_under_its_case_is_written_down(kept: Kept) -> None:
    size = kept.workspace.ledger.head.size
    signed_in("regulator").get(f"/cases/{CASE}/films/{kept.film}/", headers={"range": "bytes=0-9"})
    (seen,) = [each.event for each in kept.workspace.ledger.entries(size)]
    assert isinstance(seen, FootageSeen)
    assert (seen.sha256, seen.visit) == (kept.film, VISIT)


def test_a_name_on_record_is_marked_as_such_for_english_readers(kept: Kept) -> None:
    client = signed_in("lead")
    client.get(f"/cases/{CASE}/originals/{kept.letter}/")
    client.cookies["desk_language"] = "en"
    page = client.get(f"/activity/?of={CASE}").content.decode()
    assert '<span class="recorded" lang="zh-CN">说明.pdf</span>' in page
