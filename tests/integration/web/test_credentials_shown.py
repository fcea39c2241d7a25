"""What a photograph's own manifest is worth stands beside it, for those who may see the file."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evidence.domain.identifiers import ArrivalId, Sha256
from evidence.domain.recording import Recording
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken
from evidence.web.host import Host, current
from tests.support import sample
from tests.support.clips import make_clip
from tests.support.credentials import CAMERA, TOOL, photograph, shared_camera
from tests.support.desk_client import signed_in
from tests.support.desk_fixture import UNKNOWN

_NUMBERS = itertools.count(810)
Filed = Callable[..., Sha256]


@pytest.fixture
def filed(host: Host) -> Filed:
    """A photograph taken in and filed to a case."""

    def taken(data: bytes, **judged: Any) -> Sha256:
        digest = host.workspace.originals.put_bytes(data)
        arrival = ArrivalId(f"A-20220401-0{next(_NUMBERS)}")
        outcome = {"outcome": "linked", "case": sample.CLOSED, "hazard": "H01"} | judged
        host.workspace.ledger.append(
            "test",
            ArrivalTaken(
                arrival=arrival, path=f"{digest[:8]}.jpg", sha256=digest, bytes=len(data),
                received_at=sample.FRIDAY, media_type="image/jpeg",
            ),
            ArrivalJudged(arrival=arrival, **outcome),
            at=sample.FRIDAY,
        )  # fmt: skip
        return digest

    return taken


def _address(digest: str) -> str:
    """The line's address under the arrival that brought the file; under another for what none brought."""
    arrival = current().workspace.ledger.view.arrival_of(Sha256(digest))
    return f"/inbox/{arrival.id if arrival else UNKNOWN}/credentials/{digest}/"


def _line(digest: str, *, name: str = "clerk", status: int = 200, address: str = "") -> str:
    answer = signed_in(name).get(address or _address(digest), headers={"HX-Request": "true"})
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def _changed(data: bytes) -> bytes:
    return data[:-200] + bytes([data[-200] ^ 1]) + data[-199:]


def test_a_photograph_s_line_says_what_its_manifest_is_worth(host: Host, filed: Filed) -> None:
    plain = photograph()
    signed = shared_camera().signed(plain)
    assert _line(filed(plain)) == ""
    intact = _line(filed(signed))
    assert "签名人不在认可名单内" in intact
    assert CAMERA in intact
    assert TOOL in intact
    assert "present" not in intact, "whoever may have signed it is no proof"
    changed = _line(filed(_changed(signed)))
    assert "✕" in changed
    assert "签名之后被改动过" in changed
    assert "assertion.dataHash.mismatch" in changed


def test_the_line_stands_under_the_photograph_s_own_case_alone(host: Host, filed: Filed) -> None:
    digest = filed(shared_camera().signed(photograph()))
    assert CAMERA in _line(digest, address=f"/cases/{sample.CLOSED}/credentials/{digest}/")
    for elsewhere in (f"/cases/{sample.HEAVY}", "/cases/WJB22-9999", f"/inbox/{UNKNOWN}", "/inbox/A-1"):
        _line(digest, address=f"{elsewhere}/credentials/{digest}/", status=404)
    assert signed_in("clerk").get(f"/credentials/{digest}/").status_code == 404


def test_a_photograph_that_was_named_and_never_gathered_has_no_line(host: Host) -> None:
    for name in ("clerk", "auditor"):
        page = signed_in(name).get(f"/cases/{sample.CLOSED}/").content.decode()
        lines = set(re.findall(r'hx-get="(/cases/[^"]+/credentials/[^"]+)"', page))
        assert {signed_in(name).get(each).status_code for each in lines} <= {200}


def test_without_a_script_it_is_a_page_of_its_own(host: Host, filed: Filed) -> None:
    page = signed_in("clerk").get(_address(filed(photograph()))).content.decode()
    assert "没有不是缺陷" in page
    assert "<header" in page


@pytest.fixture
def roots_named(host: Host) -> Iterator[None]:
    """The workspace's settings are frozen once it is open: for one test they are others."""
    before = host.workspace.settings
    site = replace(before.site, camera_roots="keys/cameras.pem")
    object.__setattr__(host.workspace, "settings", replace(before, site=site))
    yield
    object.__setattr__(host.workspace, "settings", before)


def test_a_signer_below_a_root_the_agency_named_is_known(host: Host, filed: Filed, roots_named: None) -> None:
    workspace = host.workspace
    digest = filed(shared_camera().signed(photograph()))
    roots = workspace.root / "keys/cameras.pem"
    roots.parent.mkdir(exist_ok=True)
    roots.write_bytes(shared_camera().root.pem)
    assert "● </span>".replace(" ", "") in _line(digest).replace(" ", "")
    roots.write_bytes(b"no certificate")
    assert "根证书读不出来" in _line(digest)


def test_a_file_is_read_once(host: Host, filed: Filed, monkeypatch: pytest.MonkeyPatch) -> None:
    from evidence.web import credentials_shown

    asked = []
    real = credentials_shown.run_bounded

    def counted(function: Any, argument: Any, bounds: Any) -> Any:
        asked.append(argument)
        return real(function, argument, bounds)

    monkeypatch.setattr(credentials_shown, "run_bounded", counted)
    digest = filed(shared_camera().signed(photograph()))
    assert _line(digest) == _line(digest, name="auditor")
    assert len(asked) == 1


def test_a_film_s_line_is_for_those_who_may_watch_it(host: Host, tmp_path: Path) -> None:
    data = shared_camera().signed(make_clip(tmp_path / "a.mp4").read_bytes(), "video/mp4")
    digest = host.workspace.originals.put_bytes(data)
    arrival = ArrivalId(f"A-20220401-0{next(_NUMBERS)}")
    recording = Recording(sha256=digest, name="DSJ0002.MP4", bytes=len(data), video=True, arrival=arrival)
    host.workspace.ledger.append(
        "test",
        ArrivalTaken(
            arrival=arrival, path="DSJ0002.MP4", sha256=digest, bytes=len(data),
            received_at=sample.FRIDAY, media_type="video/mp4",
        ),
        ArrivalJudged(arrival=arrival, outcome="unidentified", message="待指派。", recordings=(recording,)),
    )  # fmt: skip
    assert CAMERA in _line(digest, name="regulator")
    _line(digest, name="auditor", status=404)
    address = _address(digest)
    assert address in signed_in("clerk").get(f"/inbox/{arrival}/").content.decode()
    assert address not in signed_in("auditor").get(f"/inbox/{arrival}/").content.decode()


@pytest.mark.parametrize("digest", ["0" * 64, "..%2f..%2fevidence.toml", "x"])
def test_other_names_lead_nowhere(host: Host, digest: str) -> None:
    _line(digest, status=404)


def test_what_a_virus_scanner_found_is_not_opened(host: Host, filed: Filed) -> None:
    harmful = photograph() + b"infected"
    digest = filed(harmful, outcome="rejected", reason="infected", case=None, hazard="", message="病毒")
    _line(digest, status=404)


def test_the_line_comes_when_the_photograph_is_looked_at(
    open_page: Callable[..., Any], host: Host, filed: Filed
) -> None:
    digest = filed(shared_camera().signed(photograph()))
    page = open_page("clerk", f"/cases/{sample.CLOSED}/")
    picture = page.locator(f'img[src="/cases/{sample.CLOSED}/photographs/{digest}/"]')
    picture.scroll_into_view_if_needed()
    line = page.locator("li", has=picture).locator(".credentials")
    line.wait_for(timeout=30_000)
    assert CAMERA in line.inner_text()
