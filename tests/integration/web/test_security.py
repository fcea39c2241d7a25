"""The desk against strangers, hostile names and accounts that want more than they may."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from evidence.domain.identifiers import ArrivalId
from evidence.errors import InputError
from evidence.ledger.events import ArrivalJudged, ArrivalTaken
from evidence.ledger.upkeep import FootageSeen
from evidence.web.host import Host
from tests import world
from tests.desk_client import DeskClient
from tests.desk_world import CHECK_RECORD, HOSTILE, HOSTILE_COMPANY, HOSTILE_NAME, UNKNOWN

GOLDEN = Path(__file__).parents[2] / "golden/packages"
PASSWORD = "gaoxin-2022-desk"
PAGES = [
    "/",
    "/live/",
    "/inbox/",
    f"/inbox/{UNKNOWN}/",
    "/cases/",
    "/cases/WJB22-0002/",
    f"/documents/{CHECK_RECORD}/",
    "/registers/",
    "/registers/training/",
    "/friday/",
    "/plan/",
    "/numbers/",
    "/auditor/",
    "/cell/2022-W13/WJB22-0002/check/",
]
WRITING = [
    "/cases/WJB22-0002/issue/", "/cases/WJB22-0002/issue/interview-notice/", "/cases/WJB22-0002/write/上报/",
]  # fmt: skip
DECISIONS = [
    ("/inbox/upload/", {}),
    (f"/inbox/{UNKNOWN}/decide/", {"action": "reject", "why": "试验"}),
    (f"/documents/{CHECK_RECORD}/mark/", {"page": "2", "box": "escort", "verdict": "present"}),
    ("/friday/waive/", {"rule": "V02-whole-visit", "case": "WJB22-0003", "why": "试验", "by": "P1"}),
    ("/friday/build/", {"week": "2022-W13"}),
    ("/accounts/", {"username": "x"}),
    ("/plan/file/", {"week": "2022-W14", "lines": "0"}),
    ("/cases/open/", {"enterprise": "丰禾机械"}),
    ("/cases/WJB22-0002/write/检查/enter/", {"head|到达时间": "2022-03-14T09:00"}),
    ("/cases/WJB22-0002/write/检查/draft/", {"head|情况": "x"}),
    ("/cases/WJB22-0002/issue/interview-notice/", {"value|约谈地点": "x"}),
    (f"/documents/{CHECK_RECORD}/withdraw/", {"action": "void", "why": "试验"}),
    ("/registers/training/enter/", {"key": "T1", "person": "P1"}),
    ("/plan/forms/", {"week": "2022-W14", "day": "2022-04-06"}),
    (f"/documents/{CHECK_RECORD}/transcribe/", {}),
    ("/visits/WJB22-0002-V1/withdraw/", {"why": "试验"}),
    ("/cases/WJB22-0002/cancel/", {"why": "试验"}),
    ("/registers/training/withdraw/", {"key": "2022-01/P1", "why": "试验"}),
]


@pytest.fixture
def sign_in(host: Host) -> Callable[..., Client]:
    def made(name: str, *, csrf: bool = False) -> Client:
        client = DeskClient(enforce_csrf_checks=csrf, SERVER_NAME="127.0.0.1")
        from django.contrib.auth import get_user_model

        user = get_user_model().objects.get(username=name)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return made


@pytest.mark.parametrize("path", [*PAGES, "/accounts/"])
def test_strangers_are_sent_to_the_login(host: Host, path: str) -> None:
    response = Client(SERVER_NAME="127.0.0.1").get(path)
    assert response.status_code == 302
    assert response["Location"].startswith("/login/")


@pytest.mark.parametrize("role", ["lead", "clerk", "auditor", "regulator"])
@pytest.mark.parametrize("path", PAGES)
def test_every_role_may_read(sign_in: Callable[..., Client], role: str, path: str) -> None:
    assert sign_in(role).get(path).status_code in {200, 204}


@pytest.mark.parametrize("path", WRITING)
@pytest.mark.parametrize(("role", "status"), [("clerk", 200), ("auditor", 403), ("regulator", 403)])
def test_only_those_who_write_see_the_forms(
    sign_in: Callable[..., Client], role: str, status: int, path: str
) -> None:
    assert sign_in(role).get(path).status_code == status


@pytest.mark.parametrize(("path", "data"), DECISIONS)
@pytest.mark.parametrize("role", ["auditor", "regulator"])
def test_readers_decide_nothing(
    sign_in: Callable[..., Client], host: Host, role: str, path: str, data: dict[str, str]
) -> None:
    before = host.workspace.ledger.head.size
    assert sign_in(role).post(path, data).status_code == 403
    assert host.workspace.ledger.head.size == before


@pytest.mark.parametrize(("path", "data"), [DECISIONS[3], DECISIONS[5]])
def test_a_clerk_grants_no_exceptions_and_makes_no_accounts(
    sign_in: Callable[..., Client], path: str, data: dict[str, str]
) -> None:
    assert sign_in("clerk").post(path, data).status_code == 403


def test_a_clerk_declares_nothing_incomplete(sign_in: Callable[..., Client]) -> None:
    data = {"week": "2022-W13", "incomplete": "1", "why": "试验"}
    assert sign_in("clerk").post("/friday/build/", data).status_code == 403


@pytest.mark.parametrize(("ticked", "wanted"), [({}, False), ({"with_footage": "on"}, True)])
def test_footage_goes_along_only_when_it_was_ticked(
    sign_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch, ticked: dict[str, str], wanted: bool
) -> None:
    from evidence.handover import package

    asked: SimpleQueue[package.Order] = SimpleQueue()

    def instead(_office: object, order: package.Order, **_others: object) -> None:
        asked.put(order)
        raise InputError("enough")

    monkeypatch.setattr(package, "build_package", instead)
    data = {"week": "2022-W13", "incomplete": "1", "why": "试验", **ticked}
    assert sign_in("lead").post("/friday/build/", data).status_code == 302
    assert asked.get(timeout=20).with_footage is wanted


@pytest.mark.parametrize(("path", "data"), DECISIONS)
def test_without_our_token_nothing_is_done(
    sign_in: Callable[..., Client], host: Host, path: str, data: dict[str, str]
) -> None:
    before = host.workspace.ledger.head.size
    assert sign_in("lead", csrf=True).post(path, data).status_code == 403
    assert host.workspace.ledger.head.size == before


@pytest.mark.parametrize(
    ("path", "_data"),
    [
        each
        for each in DECISIONS
        if each[0] not in {"/accounts/", "/cases/WJB22-0002/issue/interview-notice/"}
    ],
)
def test_decisions_are_no_links(sign_in: Callable[..., Client], path: str, _data: dict[str, str]) -> None:
    assert sign_in("lead").get(path).status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/originals/..%2f..%2fevidence.toml/",
        "/originals/../../evidence.toml",
        "/pictures/" + "0" * 63 + "./",
        "/pictures/" + "0" * 64 + "/",
        "/originals/" + "0" * 64 + "/",
        "/packages/..%2f..%2fevidence.toml/",
        "/packages/WJB-2022-W12/",
        "/documents/..%2f..%2f/",
        "/documents/WJB22-9999-JC-001/form.pdf",
        "/static/../desk/secret",
        "/static/..%2f..%2fdesk%2fsecret",
        "/cell/2022-W99/x/check/",
        "/jobs/x/",
        "/print/?n=../../evidence.toml",
        "/print/",
        "/registers/no-such-register/",
        "/footage/" + "0" * 64 + "/",
        "/footage/..%2f..%2fevidence.toml/",
        "/cases/WJB22-0002/issue/..%2f..%2fevidence/",
        "/cases/WJB22-0002/issue/weekly-plan/",
        "/cases/WJB22-0002/write/乱写/",
        "/inbox/A-1/",
    ],
)
def test_paths_lead_nowhere_else(sign_in: Callable[..., Client], path: str) -> None:
    assert sign_in("lead").get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/inbox/", f"/inbox/{HOSTILE}/", "/friday/", "/cases/WJB22-0003/"])
def test_hostile_names_are_text(sign_in: Callable[..., Client], path: str) -> None:
    text = sign_in("lead").get(path).content.decode()
    assert HOSTILE_NAME not in text
    assert HOSTILE_COMPANY not in text
    assert not re.search(r"<script>|\son\w+=[\"']", text)


def test_originals_are_handed_over_never_shown(sign_in: Callable[..., Client], host: Host) -> None:
    arrival = host.workspace.ledger.view.arrival(HOSTILE)
    assert arrival is not None
    response = sign_in("lead").get(f"/originals/{arrival.sha256}/")
    assert response.status_code == 200
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")
    assert "<" not in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]


@pytest.fixture(scope="module")
def film(host: Host) -> str:
    """A film of the world's week as the archive holds it, and its digest."""
    from evidence.domain.recording import Recording

    workspace, arrival = host.workspace, ArrivalId("A-20220401-0300")
    data = bytes(range(256)) * 40
    digest = workspace.originals.put_bytes(data)
    recording = Recording(sha256=digest, name="DSJ0001.MP4", bytes=len(data), video=True, arrival=arrival)
    workspace.ledger.append(
        "test",
        ArrivalTaken(
            arrival=arrival, path="DSJ0001.MP4", sha256=digest, bytes=len(data),
            received_at=world.FRIDAY, media_type="video/mp4",
        ),
        ArrivalJudged(arrival=arrival, outcome="unidentified", message="待指派。", recordings=(recording,)),
    )  # fmt: skip
    return str(digest)


def test_material_of_a_case_is_on_its_page_and_a_photograph_is_made_anew(
    sign_in: Callable[..., Client], host: Host
) -> None:
    workspace = host.workspace
    case = world.CLOSED
    hazard = next(each.id for visit in workspace.ledger.view.visits(case) for each in visit.hazards)
    buffer = io.BytesIO()
    Image.new("RGB", (2000, 1500), "red").save(buffer, "JPEG", comment=b"<script>")
    arrival = ArrivalId("A-20220401-0700")
    workspace.ledger.append(
        "test",
        ArrivalTaken(
            arrival=arrival,
            path="微信/现场.jpg",
            sha256=(digest := workspace.originals.put_bytes(buffer.getvalue())),
            bytes=len(buffer.getvalue()),
            received_at=world.FRIDAY,
            media_type="image/jpeg",
        ),
        ArrivalJudged(arrival=arrival, outcome="linked", case=case, hazard=hazard),
        at=world.FRIDAY,
    )
    page = sign_in("clerk").get(f"/cases/{case}/").content.decode()
    assert "现场.jpg" in page
    assert f"/photographs/{digest}/" in page
    picture = sign_in("clerk").get(f"/photographs/{digest}/")
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert b"<script>" not in picture.content
    with Image.open(io.BytesIO(picture.content)) as shown:
        assert max(shown.size) == 1000
    assert sign_in("clerk").get(f"/photographs/{'0' * 64}/").status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [("clerk", 206), ("lead", 206), ("regulator", 206), ("auditor", 403)]
)
def test_films_are_for_those_who_may_watch_and_only_films(
    sign_in: Callable[..., Client], film: str, role: str, status: int
) -> None:
    response = sign_in(role).get(f"/footage/{film}/", headers={"range": "bytes=256-511"})
    assert response.status_code == status
    if status == 206:
        assert response["Content-Type"] == "video/mp4"
        assert response["Content-Range"] == "bytes 256-511/10240"
        assert response["Content-Length"] == "256"
        assert "sandbox" in response["Content-Security-Policy"]
        assert response["X-Content-Type-Options"] == "nosniff"


def test_who_looked_at_a_film_is_journalled_once_a_session(
    sign_in: Callable[..., Client], film: str, host: Host
) -> None:
    ledger = host.workspace.ledger
    size = ledger.head.size
    first, second = sign_in("regulator"), sign_in("auditor")
    for start in (0, 256, 512):
        first.get(f"/footage/{film}/", headers={"range": f"bytes={start}-{start + 99}"})
        second.get(f"/footage/{film}/", headers={"range": f"bytes={start}-{start + 99}"})
    seen = [entry for entry in ledger.entries(size) if isinstance(entry.event, FootageSeen)]
    assert [(each.event.sha256, each.actor.partition("（")[0]) for each in seen] == [(film, "desk:regulator")]


def test_a_range_beyond_the_film_is_refused(sign_in: Callable[..., Client], film: str) -> None:
    response = sign_in("lead").get(f"/footage/{film}/", headers={"range": "bytes=99999-"})
    assert (response.status_code, response["Content-Range"]) == (416, "bytes */10240")


def test_a_picture_is_no_film(sign_in: Callable[..., Client], host: Host) -> None:
    arrival = host.workspace.ledger.view.arrival(HOSTILE)
    assert arrival is not None
    assert sign_in("lead").get(f"/footage/{arrival.sha256}/").status_code == 404


def test_every_page_carries_the_strict_headers(sign_in: Callable[..., Client]) -> None:
    response = sign_in("lead").get("/")
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy.replace("https", "http").split("script-src")[1].split(";")[0]
    assert response["X-Frame-Options"] == "DENY"
    assert response["Cache-Control"] == "no-store"
    assert "style=" not in re.sub(r"<svg.*?</svg>", "", response.content.decode(), flags=re.DOTALL)


def test_other_host_names_are_refused(host: Host) -> None:
    assert Client(SERVER_NAME="evil.example").get("/login/").status_code == 400


@pytest.mark.parametrize(("changed", "indication"), [(False, "INDETERMINATE"), (True, "TOTAL-FAILED")])
def test_the_auditors_page_says_what_the_command_says(
    sign_in: Callable[..., Client], tmp_path: Path, changed: bool, indication: str
) -> None:
    from evidence.verify.examine import verify_path
    from evidence.verify.wording import text_report

    package, root = tmp_path / "WJB-2022-W13.zip", (GOLDEN / "root.pem").read_bytes()
    data = bytearray((GOLDEN / package.name).read_bytes())
    data[len(data) // 2] ^= changed
    package.write_bytes(data)
    files = {
        "package": SimpleUploadedFile(package.name, bytes(data)),
        "trust": SimpleUploadedFile("root.pem", root),
    }
    shown = sign_in("auditor").post("/auditor/", files).content.decode()
    report = verify_path(package, trust=[root], previous=None, at=None)
    assert report.indication.value == indication
    said = html.unescape(re.sub("<[^>]+>", "", shown))
    clock = re.compile(r"\d{2}:\d{2}(:\d{2})?")
    for line in text_report(report):
        assert clock.sub("", line.strip()) in clock.sub("", said)


def test_signing_in_changes_the_session(host: Host) -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    client.get("/login/")
    session = client.session
    session["planted"] = "1"
    session.save()
    before = session.session_key
    client.cookies["desk_session"] = before
    client.post("/login/", {"username": "clerk", "password": PASSWORD})
    after = client.cookies["desk_session"].value
    assert after != before
    assert client.cookies["desk_session"]["httponly"]
    assert client.cookies["desk_session"]["samesite"] == "Lax"


def test_five_wrong_passwords_lock_the_account(host: Host) -> None:
    from evidence.web.accounts import create_account

    create_account(username="locked", person="某", role="clerk", password=PASSWORD)
    client = Client(SERVER_NAME="127.0.0.1")
    for _attempt in range(5):
        client.post("/login/", {"username": "locked", "password": "wrong"})
    response = client.post("/login/", {"username": "locked", "password": PASSWORD})
    assert response.status_code == 429
    assert "十五分钟" in response.content.decode()


def test_passwords_are_argon2(host: Host) -> None:
    from django.contrib.auth import get_user_model

    assert get_user_model().objects.get(username="lead").password.startswith("argon2$argon2id$")


def test_the_first_account_page_closes_behind_the_first(host: Host) -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    assert client.get(f"/setup/{host.setup_key}/").status_code == 404
    assert client.get("/setup/guess/").status_code == 404


def test_an_account_without_a_role_may_nothing(host: Host) -> None:
    from django.contrib.auth import get_user_model

    user = get_user_model().objects.create_user(username="seatless", password=PASSWORD)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/").status_code == 403


def test_the_language_page_leads_nowhere_else(host: Host) -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    response = client.post("/language/", {"language": "en", "next": "https://evil.example/"})
    assert response["Location"] == "/"
