"""What the desk gives out, and to whom: originals, photographs, films, hostile names and paths."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path
from queue import SimpleQueue

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from evidence.domain.identifiers import ArrivalId
from evidence.errors import InputError
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken
from evidence.ledger.upkeep import FootageSeen
from evidence.web.host import Host
from tests.support import sample
from tests.support.desk_client import signed_in
from tests.support.desk_fixture import CHECK_RECORD, HOSTILE, HOSTILE_COMPANY, HOSTILE_NAME, UNKNOWN

pytestmark = pytest.mark.usefixtures("host")
FILMED = ArrivalId("A-20220401-0300")
GOLDEN = Path(__file__).parents[2] / "golden/packages"


@pytest.mark.parametrize(("ticked", "wanted"), [({}, False), ({"with_footage": "on"}, True)])
def test_footage_goes_along_only_when_it_was_ticked(
    monkeypatch: pytest.MonkeyPatch, ticked: dict[str, str], wanted: bool
) -> None:
    from evidence.handover import package

    asked: SimpleQueue[package.Order] = SimpleQueue()

    def instead(_office: object, order: package.Order, **_others: object) -> None:
        asked.put(order)
        raise InputError("enough")

    monkeypatch.setattr(package, "build_package", instead)
    data = {"week": "2022-W13", "incomplete": "1", "why": "试验", **ticked}
    assert signed_in("lead").post("/friday/build/", data).status_code == 302
    assert asked.get(timeout=20).with_footage is wanted


@pytest.mark.parametrize(
    "path",
    [
        f"/documents/{CHECK_RECORD}/originals/..%2f..%2fevidence.toml/",
        f"/documents/{CHECK_RECORD}/originals/../../../evidence.toml",
        f"/documents/{CHECK_RECORD}/pictures/" + "0" * 63 + "./",
        f"/documents/{CHECK_RECORD}/pictures/" + "0" * 64 + "/",
        f"/documents/{CHECK_RECORD}/pictures/None/",
        f"/inbox/{UNKNOWN}/pictures/" + "0" * 64 + "/",
        "/inbox/A-1/pictures/" + "0" * 64 + "/",
        f"/documents/{CHECK_RECORD}/originals/" + "0" * 64 + "/",
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
        "/cases/WJB22-0002/films/" + "0" * 64 + "/",
        "/cases/WJB22-0002/films/..%2f..%2fevidence.toml/",
        "/cases/WJB22-0002/issue/..%2f..%2fevidence/",
        "/cases/WJB22-0002/issue/weekly-plan/",
        "/cases/WJB22-0002/write/乱写/",
        "/inbox/A-1/",
    ],
)
def test_paths_lead_nowhere_else(path: str) -> None:
    assert signed_in("lead").get(path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/inbox/", f"/inbox/{HOSTILE}/", "/friday/", "/cases/WJB22-0003/"])
def test_hostile_names_are_text(path: str) -> None:
    text = signed_in("lead").get(path).content.decode()
    assert HOSTILE_NAME not in text
    assert HOSTILE_COMPANY not in text
    assert not re.search(r"<script>|\son\w+=[\"']", text)


def test_originals_are_handed_over_never_shown() -> None:
    response = signed_in("lead").get(f"/inbox/{HOSTILE}/original/")
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

    workspace, arrival = host.workspace, FILMED
    data = bytes(range(256)) * 40
    digest = workspace.originals.put_bytes(data)
    recording = Recording(sha256=digest, name="DSJ0001.MP4", bytes=len(data), video=True, arrival=arrival)
    workspace.ledger.append(
        "test",
        ArrivalTaken(
            arrival=arrival, path="DSJ0001.MP4", sha256=digest, bytes=len(data),
            received_at=sample.FRIDAY, media_type="video/mp4",
        ),
        ArrivalJudged(arrival=arrival, outcome="unidentified", message="待指派。", recordings=(recording,)),
    )  # fmt: skip
    return str(digest)


def test_material_of_a_case_is_on_its_page_and_a_photograph_is_made_anew(host: Host) -> None:
    workspace = host.workspace
    case = sample.CLOSED
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
            received_at=sample.FRIDAY,
            media_type="image/jpeg",
        ),
        ArrivalJudged(arrival=arrival, outcome="linked", case=case, hazard=hazard),
        at=sample.FRIDAY,
    )
    page = signed_in("clerk").get(f"/cases/{case}/").content.decode()
    assert "现场.jpg" in page
    assert f"/cases/{case}/photographs/{digest}/" in page
    picture = signed_in("clerk").get(f"/cases/{case}/photographs/{digest}/")
    assert picture.headers["Content-Type"] == "image/jpeg"
    assert b"<script>" not in picture.content
    with Image.open(io.BytesIO(picture.content)) as shown:
        assert max(shown.size) == 1000
    assert signed_in("clerk").get(f"/cases/{case}/photographs/{'0' * 64}/").status_code == 404


@pytest.mark.parametrize(
    ("role", "status"), [("clerk", 206), ("lead", 206), ("regulator", 206), ("auditor", 403)]
)
def test_films_are_for_those_who_may_watch_and_only_films(film: str, role: str, status: int) -> None:
    response = signed_in(role).get(f"/inbox/{FILMED}/films/{film}/", headers={"range": "bytes=256-511"})
    assert response.status_code == status
    if status == 206:
        assert response["Content-Type"] == "video/mp4"
        assert response["Content-Range"] == "bytes 256-511/10240"
        assert response["Content-Length"] == "256"
        assert "sandbox" in response["Content-Security-Policy"]
        assert response["X-Content-Type-Options"] == "nosniff"


def test_who_looked_at_a_film_is_journalled_once_a_session(film: str, host: Host) -> None:
    ledger = host.workspace.ledger
    size = ledger.head.size
    first, second = signed_in("regulator"), signed_in("auditor")
    for start in (0, 256, 512):
        first.get(f"/inbox/{FILMED}/films/{film}/", headers={"range": f"bytes={start}-{start + 99}"})
        second.get(f"/inbox/{FILMED}/films/{film}/", headers={"range": f"bytes={start}-{start + 99}"})
    seen = [entry for entry in ledger.entries(size) if isinstance(entry.event, FootageSeen)]
    assert [(each.event.sha256, each.actor.partition("（")[0]) for each in seen] == [(film, "desk:regulator")]


def test_a_range_beyond_the_film_is_refused(film: str) -> None:
    response = signed_in("lead").get(f"/inbox/{FILMED}/films/{film}/", headers={"range": "bytes=99999-"})
    assert (response.status_code, response["Content-Range"]) == (416, "bytes */10240")


def test_a_picture_is_no_film(host: Host) -> None:
    arrival = host.workspace.ledger.view.arrival(HOSTILE)
    assert arrival is not None
    assert signed_in("lead").get(f"/inbox/{HOSTILE}/films/{arrival.sha256}/").status_code == 404


@pytest.mark.parametrize(("changed", "indication"), [(False, "INDETERMINATE"), (True, "TOTAL-FAILED")])
def test_the_auditors_page_says_what_the_command_says(tmp_path: Path, changed: bool, indication: str) -> None:
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
    shown = signed_in("auditor").post("/auditor/", files).content.decode()
    report = verify_path(package, trust=[root], previous=None, at=None)
    assert report.indication.value == indication
    said = html.unescape(re.sub("<[^>]+>", "", shown))
    clock = re.compile(r"\d{2}:\d{2}(:\d{2})?")
    for line in text_report(report):
        assert clock.sub("", line.strip()) in clock.sub("", said)
