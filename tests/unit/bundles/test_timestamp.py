"""A time stamp is taken only from an authority that answers truthfully and in time."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

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
    assert open_authority(TimestampSettings(), tmp_path) is None


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


def test_rubbish_is_refused_without_a_crash() -> None:
    with pytest.raises(TimestampError):
        stamp(quiet(lambda query: b"<html>busy</html>"), [b"x"])


@pytest.fixture
def server(keys: Path) -> Iterator[Callable[[str], str]]:
    """A real RFC 3161 server on a free port; the path chooses its behaviour."""
    real = openssl_transport(keys / "tsa", 10)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
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


def test_an_address_that_is_no_http_is_refused() -> None:
    with pytest.raises(TimestampError, match="http://"):
        http_transport("file:///etc/passwd", 1)
