"""A time stamp is taken only from an authority that answers truthfully and in time."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import pytest
from asn1crypto import tsp

from evidence.bundles.keys import make_evaluation_keys
from evidence.bundles.settings import TimestampSettings
from evidence.bundles.timestamp import (
    Authority,
    TimestampError,
    http_transport,
    open_authority,
    openssl_transport,
    stamp,
)
from evidence.errors import ExitCode


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tsa-keys")
    make_evaluation_keys(folder)
    return folder


def quiet(transport: Callable[[bytes], bytes], **options: object) -> Authority:
    return Authority(transport, name="test", pause=lambda seconds: None, **options)  # type: ignore[arg-type]


def test_openssl_verifies_what_the_local_authority_stamped(keys: Path, tmp_path: Path) -> None:
    authority = open_authority(TimestampSettings(local="tsa"), keys)
    assert authority is not None
    (tmp_path / "token.tst").write_bytes(stamp(authority, [b"hel", b"lo"]))
    (tmp_path / "data").write_bytes(b"hello")
    command = ["openssl", "ts", "-verify", "-token_in", "-in", "token.tst", "-data", "data"]
    done = subprocess.run(
        [*command, "-CAfile", str(keys / "ca.pem")], cwd=tmp_path, capture_output=True, check=False
    )
    assert b"Verification: OK" in done.stdout + done.stderr


def test_nothing_configured_is_no_authority(tmp_path: Path) -> None:
    assert open_authority(TimestampSettings(local=""), tmp_path) is None


def test_a_named_folder_that_is_not_there_is_an_error_and_no_silent_lower_level(tmp_path: Path) -> None:
    with pytest.raises(TimestampError, match="没有找到") as refused:
        open_authority(TimestampSettings(local="keys/tsa"), tmp_path)
    assert "keys/tsa" in refused.value.where
    assert 'local = ""' in refused.value.remedy
    assert refused.value.exit_code is ExitCode.MISSING_PART


def test_a_silent_authority_is_asked_again_then_named(keys: Path) -> None:
    asked: list[bytes] = []

    def silent(query: bytes) -> bytes:
        asked.append(query)
        raise OSError("connection refused")

    with pytest.raises(TimestampError, match="已试 3 次"):
        stamp(quiet(silent, attempts=3), [b"x"])
    assert len(asked) == 3


def test_an_answer_at_the_second_attempt_is_taken(keys: Path) -> None:
    real = openssl_transport(keys / "tsa", 10)
    failures = [OSError("reset")]

    def flaky(query: bytes) -> bytes:
        if failures:
            raise failures.pop()
        return real(query)

    assert stamp(quiet(flaky, attempts=2), [b"x"])


def answering_other_query(keys: Path, change: Callable[[tsp.TimeStampReq], None]) -> Callable[[bytes], bytes]:
    real = openssl_transport(keys / "tsa", 10)

    def lying(query: bytes) -> bytes:
        request = tsp.TimeStampReq.load(query)
        change(request)
        return real(request.dump(force=True))

    return lying


def wrong_nonce(request: tsp.TimeStampReq) -> None:
    request["nonce"] = 42


def wrong_imprint(request: tsp.TimeStampReq) -> None:
    request["message_imprint"]["hashed_message"] = b"\x01" * 32


def no_certificate(request: tsp.TimeStampReq) -> None:
    request["cert_req"] = False


@pytest.mark.parametrize(
    ("change", "said"),
    [(wrong_nonce, "随机数"), (wrong_imprint, "摘要与请求不符"), (no_certificate, "")],
)
def test_a_lying_authority_is_refused(
    keys: Path, change: Callable[[tsp.TimeStampReq], None], said: str
) -> None:
    with pytest.raises(TimestampError, match=f"不可信.*{said}"):
        stamp(quiet(answering_other_query(keys, change)), [b"x"])


@pytest.mark.parametrize("hours", [-2, 2])
def test_an_authority_whose_clock_is_far_off_is_refused(keys: Path, hours: int) -> None:
    skewed = datetime.now(UTC) + timedelta(hours=hours)
    authority = quiet(openssl_transport(keys / "tsa", 10), clock=lambda: skewed)
    with pytest.raises(TimestampError, match="时钟与本机相差"):
        stamp(authority, [b"x"])


@pytest.mark.parametrize("days", [-400, -2, 2])
def test_whoever_says_that_his_clock_is_right_gets_the_stamp(
    keys: Path, days: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    skewed = datetime.now(UTC) + timedelta(days=days)
    refusing = open_authority(TimestampSettings(local=str(keys / "tsa"), chain=()), keys)
    believing = open_authority(
        TimestampSettings(local=str(keys / "tsa"), chain=()).whatever_its_clock(), keys
    )
    assert refusing is not None
    assert believing is not None
    for authority in (refusing, believing):
        monkeypatch.setattr(authority, "_clock", lambda: skewed)
    with pytest.raises(TimestampError) as refused:
        stamp(refusing, [b"x"])
    assert "--clock-is-right" in refused.value.remedy
    assert stamp(believing, [b"x"])


def test_rubbish_is_refused_without_a_crash() -> None:
    with pytest.raises(TimestampError):
        stamp(quiet(lambda query: b"<html>busy</html>"), [b"x"])


@pytest.fixture
def server(keys: Path) -> Iterator[Callable[[str], str]]:
    """A real RFC 3161 server on a free port; the path chooses its behaviour."""
    real = openssl_transport(keys / "tsa", 10)
    finished = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/hang":
                finished.wait(10)
                return
            if self.path == "/trickle":
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.end_headers()
                while not finished.wait(0.02):
                    self.wfile.write(b"0")
                    self.wfile.flush()
                return
            if self.path == "/down":
                self.send_error(503)
                return
            body = b"no" if self.path == "/html" else real(query)
            kind = "text/html" if self.path == "/html" else "application/timestamp-reply"
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=running.serve_forever, daemon=True).start()
    yield lambda path: f"http://127.0.0.1:{running.server_address[1]}/{path}"
    finished.set()
    running.shutdown()
    running.server_close()


def test_a_real_authority_over_http_stamps(server: Callable[[str], str]) -> None:
    assert stamp(quiet(http_transport(server("stamp"), 10)), [b"x"])


@pytest.mark.parametrize("path", ["down", "html"])
def test_an_authority_that_answers_nonsense_over_http_is_named(
    server: Callable[[str], str], path: str
) -> None:
    with pytest.raises(TimestampError, match="没有给出可用的回答"):
        stamp(quiet(http_transport(server(path), 10), attempts=2), [b"x"])


@pytest.mark.parametrize("path", ["hang", "trickle"])
def test_an_authority_that_never_finishes_is_given_up_in_time(
    server: Callable[[str], str], path: str
) -> None:
    start = time.monotonic()
    with pytest.raises(TimestampError, match="已试 2 次"):
        stamp(quiet(http_transport(server(path), 0.2), attempts=2), [b"x"])
    assert time.monotonic() - start < 5


def test_a_forged_token_is_refused(keys: Path) -> None:
    real = openssl_transport(keys / "tsa", 10)

    def forging(query: bytes) -> bytes:
        answer = tsp.TimeStampResp.load(real(query))
        info = answer["time_stamp_token"]["content"]["signer_infos"][0]
        value = bytearray(info["signature"].native)
        value[7] ^= 1
        info["signature"] = bytes(value)
        return answer.dump(force=True)

    with pytest.raises(TimestampError, match="签名不成立"):
        stamp(quiet(forging), [b"x"])


def test_another_authority_in_place_of_ours_is_refused(keys: Path, tmp_path: Path) -> None:
    """Whoever sits on the line may answer truthfully about everything but who he is."""
    make_evaluation_keys(tmp_path)
    (tmp_path / "ours.pem").write_bytes((keys / "ca.pem").read_bytes())
    settings = TimestampSettings(local="tsa", chain=("ours.pem",))
    impostor = open_authority(settings, tmp_path)
    assert impostor is not None
    with pytest.raises(TimestampError, match="chain"):
        stamp(impostor, [b"x"])
    ours = open_authority(TimestampSettings(local="tsa", chain=("ca.pem",)), tmp_path)
    assert ours is not None
    assert stamp(ours, [b"x"])


def test_an_address_that_is_no_http_is_refused() -> None:
    with pytest.raises(TimestampError, match="http://"):
        http_transport("file:///etc/passwd", 1)
