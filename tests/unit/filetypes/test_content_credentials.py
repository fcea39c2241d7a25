"""What the manifest in a photograph or film is worth: judged in the bounded child, without any network."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from evidence.bundles.keys import make_evaluation_keys
from evidence.bundles.timestamp import openssl_transport
from evidence.filetypes import content_credentials
from evidence.filetypes.content_credentials import (
    ABSENT,
    Asked,
    Credentials,
    Doubt,
    Standing,
    judge,
    verdict_of,
)
from evidence.isolation.calls import run_bounded
from tests.support.clips import make_clip
from tests.support.credentials import CAMERA, TOOL, photograph, shared_camera
from tests.support.pki import make_identity

_STORE = b"c2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x008\x9bq"


@pytest.fixture(scope="module")
def plain() -> bytes:
    return photograph()


@pytest.fixture(scope="module")
def signed(plain: bytes) -> bytes:
    return shared_camera().signed(plain)


def _judged(folder: Path, data: bytes, name: str = "现场.jpg", roots: str = "") -> Credentials:
    path = folder / name
    path.write_bytes(data)
    return run_bounded(judge, Asked(path=path, name=name, roots=roots))


def _flipped(data: bytes, at: int) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


def test_a_photograph_without_one_says_nothing(tmp_path: Path, plain: bytes) -> None:
    assert _judged(tmp_path, plain) == ABSENT


def test_an_intact_one_names_its_signer_whom_we_do_not_know(tmp_path: Path, signed: bytes) -> None:
    found = _judged(tmp_path, signed)
    assert found == Credentials(standing=Standing.INTACT, signer=f"{CAMERA}，测试机构", tool=TOOL)


def test_a_signer_below_a_known_root_is_known_and_below_another_is_not(tmp_path: Path, signed: bytes) -> None:
    ours, another = shared_camera().root, make_identity("别家根证书")
    assert _judged(tmp_path, signed, roots=ours.pem.decode()).known
    assert not _judged(tmp_path, signed, roots=another.pem.decode()).known


@pytest.mark.parametrize(
    ("failed", "held", "state", "standing"),
    [
        ([], ["claimSignature.validated", "assertion.dataHash.match"], "Valid", Standing.INTACT),
        (["signingCredential.expired"], [], "Invalid", Standing.UNDECIDED),
        (["signingCredential.ocsp.revoked"], [], "Invalid", Standing.UNDECIDED),
        (["assertion.missing"], ["claimSignature.validated"], "Invalid", Standing.UNDECIDED),
        ([], ["claimSignature.validated", "assertion.dataHash.match"], "Invalid", Standing.UNDECIDED),
        ([], ["claimSignature.validated", "assertion.dataHash.match"], None, Standing.UNDECIDED),
        ([], ["claimSignature.validated"], "Valid", Standing.UNDECIDED),
        ([], ["assertion.dataHash.match"], "Trusted", Standing.UNDECIDED),
        (["claimSignature.mismatch"], ["assertion.dataHash.match"], "Invalid", Standing.CONTRADICTED),
    ],
)
def test_only_a_whole_verification_is_called_intact(
    failed: list[str], held: list[str], state: str | None, standing: Standing
) -> None:
    told = {
        "active_manifest": "m",
        "manifests": {"m": {"claim_generator": "x"}},
        "validation_state": state,
        "validation_results": {
            "activeManifest": {
                "success": [{"code": code} for code in held],
                "failure": [{"code": code} for code in (*failed, "signingCredential.untrusted")],
            }
        },
    }
    found = verdict_of(told)
    assert found.standing is standing
    assert found.codes == tuple(failed) or found.doubt is Doubt.NOT_VALID
    assert not found.known


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[str]:
    """A time-stamp authority that nobody knows."""
    make_evaluation_keys(tmp_path / "keys")
    ask = openssl_transport(tmp_path / "keys/tsa", 30)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = ask(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_address[1]}/"
        running.shutdown()


def test_a_time_stamp_is_told(tmp_path: Path, plain: bytes, authority: str) -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)
    found = _judged(tmp_path, shared_camera().signed(plain, stamp=authority))
    assert found.standing is Standing.INTACT
    assert found.stamped_at is not None
    assert before <= found.stamped_at <= datetime.now(UTC)


def test_one_changed_byte_of_the_picture_contradicts_it(tmp_path: Path, signed: bytes) -> None:
    found = _judged(tmp_path, _flipped(signed, -200))
    assert (found.standing, found.codes) == (Standing.CONTRADICTED, ("assertion.dataHash.mismatch",))


@pytest.mark.parametrize(
    ("word", "code"),
    [(CAMERA, "claimSignature.mismatch"), (TOOL.split()[0], "claimSignature.mismatch")],
)
def test_a_changed_signer_or_tool_contradicts_it(tmp_path: Path, signed: bytes, word: str, code: str) -> None:
    found = _judged(tmp_path, _flipped(signed, signed.index(word.encode())))
    assert found.standing is Standing.CONTRADICTED
    assert code in found.codes


def _without_segments(data: bytes, keep: slice) -> bytes:
    """The JPEG without those of its manifest's segments that `keep` leaves out."""
    at, segments, rest = 2, [], b""
    while data[at + 1] != 0xDA:
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] == 0xEB:
            segments.append(data[at:end])
        else:
            rest += data[at:end]
        at = end
    assert len(segments) > 1
    return data[:2] + b"".join(segments[keep]) + rest + data[at:]


@pytest.mark.parametrize("keep", [slice(0, -1), slice(1, None)], ids=["its end", "its beginning"])
def test_a_manifest_that_is_cut_is_undecided(tmp_path: Path, signed: bytes, keep: slice) -> None:
    found = _judged(tmp_path, _without_segments(signed, keep))
    assert (found.standing, found.doubt) == (Standing.UNDECIDED, Doubt.DAMAGED)


def test_a_file_that_ends_within_its_manifest_is_undecided(tmp_path: Path, signed: bytes) -> None:
    found = _judged(tmp_path, signed[: signed.index(_STORE) + 2_000])
    assert (found.standing, found.doubt) == (Standing.UNDECIDED, Doubt.DAMAGED)


def test_a_manifest_elsewhere_is_stated_and_nobody_goes_there(tmp_path: Path, plain: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/m.c2pa"
        found = _judged(tmp_path, shared_camera().signed(plain, address=address))
        server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.accept()
    assert (found.standing, found.doubt, found.address) == (Standing.UNDECIDED, Doubt.REMOTE, address)


def test_a_photograph_that_nobody_can_read_and_that_names_a_place_for_one_is_undecided(
    tmp_path: Path, plain: bytes
) -> None:
    """The word alone is others', too: only who could look and found nothing says that there is none."""
    told = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><r dcterms:provenance='family album'/></x:xmpmeta>"
    xmp = b"http://ns.adobe.com/xap/1.0/\0" + told
    whole = plain[:2] + b"\xff\xe1" + (len(xmp) + 2).to_bytes(2, "big") + xmp + plain[2:]
    assert _judged(tmp_path, whole) == ABSENT
    found = _judged(tmp_path, whole[: len(xmp) + 40])
    assert (found.standing, found.doubt) == (Standing.UNDECIDED, Doubt.DAMAGED)


def test_without_its_reader_a_manifest_is_undecided_and_none_is_none(
    tmp_path: Path, plain: bytes, signed: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content_credentials, "find_spec", lambda _name: None)
    for data, expected in ((plain, ABSENT.doubt), (signed, Doubt.NOT_INSTALLED)):
        path = tmp_path / "现场.jpg"
        path.write_bytes(data)
        assert judge(Asked(path=path, name=path.name)).doubt is expected


_FILMS = [("mp4", "video/mp4"), ("mov", "video/quicktime"), ("avi", "video/x-msvideo")]


@pytest.mark.parametrize(("ending", "kind"), _FILMS)
def test_films_are_judged_alike(tmp_path: Path, ending: str, kind: str) -> None:
    name = f"0716.{ending}"
    plain = make_clip(tmp_path / name).read_bytes()
    signed = shared_camera().signed(plain, kind)
    assert _judged(tmp_path, plain, name) == ABSENT
    assert _judged(tmp_path, signed, name).standing is Standing.INTACT
    changed = _judged(
        tmp_path, _flipped(signed, signed.index(b"movi" if ending == "avi" else b"mdat") + 500), name
    )
    assert changed.standing is Standing.CONTRADICTED
    assert changed.codes[0] in {"assertion.bmffHash.mismatch", "assertion.dataHash.mismatch"}
    cut = _judged(tmp_path, signed[: signed.index(_STORE) + 500], name)
    assert (cut.standing, cut.doubt) == (Standing.UNDECIDED, Doubt.DAMAGED)


def test_a_kind_that_has_no_place_for_one_says_nothing(tmp_path: Path) -> None:
    assert _judged(tmp_path, b"not a picture" + _STORE, "说明.txt") == ABSENT
