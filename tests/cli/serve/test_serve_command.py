"""`evidence serve` as people start it, in a process of its own."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from evidence.settings import SETTINGS_FILE
from evidence.web.server import check_tls

COMMAND = [sys.executable, "-c", "from evidence.cli.main import main; main()", "serve"]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "work"
    (root / "inbox").mkdir(parents=True)
    (root / SETTINGS_FILE).write_text('[contract]\ncode = "WJB"\n', encoding="utf-8")
    return root


def _run(workspace: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "--workspace", str(workspace), *arguments],
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def serving(workspace: Path, port: int) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The running desk and what it said until it was ready."""
    process = subprocess.Popen(
        [*COMMAND, "--workspace", str(workspace), "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    said = "".join(process.stdout.readline() for _line in range(3))
    yield process, said
    process.kill()
    process.wait()
    process.stdout.close()


def _get(port: int, path: str, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text


def test_the_first_start_offers_one_link_and_stops_cleanly(
    serving: tuple[subprocess.Popen[str], str], port: int, workspace: Path
) -> None:
    process, said = serving
    link = re.search(r"http://127\.0\.0\.1:\d+(/setup/\S+/)", said)
    assert link is not None
    status, text = _get(port, link[1])
    assert status == 200
    assert "建立第一个账号" in text
    assert _get(port, "/setup/guessed/")[0] == 404
    assert (workspace / "desk/secret").stat().st_mode & 0o077 == 0
    assert (workspace / "desk/desk.sqlite3").stat().st_mode & 0o077 == 0
    # The watcher runs inside: what is dropped is taken.
    (workspace / "inbox/便条.pdf").write_bytes("不是 PDF".encode())
    deadline = time.monotonic() + 30
    while not any((workspace / "archive/quarantine").glob("**/*便条*")) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert any((workspace / "archive/quarantine").glob("**/*便条*"))
    _programs_see_how_it_is(workspace, port)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=40) in {0, -signal.SIGTERM}
    assert not (workspace / "archive/health.json").exists()


def _programs_see_how_it_is(workspace: Path, port: int) -> None:
    """Health file, health pages and metrics of the running desk, with its inbox and without."""
    deadline = time.monotonic() + 30
    while not (workspace / "archive/health.json").exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    written = json.loads((workspace / "archive/health.json").read_text(encoding="utf-8"))
    assert written["error"] is None
    assert {"inbox", "disk", "clock", "backup"} <= {each["name"] for each in written["conditions"]}
    status, text = _get(port, "/healthz")
    assert (status, json.loads(text)["conditions"]["watcher"]) == (200, "ok")
    assert _get(port, "/readyz")[0] == 200
    status, text = _get(port, "/metrics")
    assert status == 200
    assert "evidence_disk_free_bytes " in text
    assert 'evidence_arrivals{outcome="quarantined"} 1.0' in text
    through_a_proxy = {"X-Forwarded-For": "192.0.2.7"}
    assert _get(port, "/metrics", **through_a_proxy)[0] == 401
    token = (workspace / "desk/metrics-token").read_text(encoding="ascii")
    assert _get(port, "/metrics", Authorization=f"Bearer {token}", **through_a_proxy)[0] == 200
    (workspace / "inbox").rename(workspace / "gone")
    for page in ("/healthz", "/readyz"):
        status, text = _get(port, page)
        assert (status, json.loads(text)["conditions"]["inbox"]) == (503, "failing")
    (workspace / "gone").rename(workspace / "inbox")


def test_a_key_that_does_not_fit_the_certificate_is_told_before_the_desk_opens(
    workspace: Path, tmp_path: Path
) -> None:
    files = {}
    for name in ("a", "b"):
        key = ec.generate_private_key(ec.SECP256R1())
        day = timedelta(days=1)
        now = datetime.now(UTC)
        for age, word in ((0, ""), (400, "-old")):
            since = now - timedelta(days=age) - day
            files[name + word] = tmp_path / f"{name}{word}.pem"
            files[name + word].write_bytes(_certificate(key, since, since + 100 * day))
        files[name + ".key"] = tmp_path / f"{name}.key"
        files[name + ".key"].write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
    check_tls(files["a"], files["a.key"])
    for certificate, words in (("b", "不是一对"), ("a-old", "有效期"), ("a.key", "不能用")):
        tls = ("--tls-cert", str(files[certificate]), "--tls-key", str(files["a.key"]))
        result = _run(workspace, "--no-watch", *tls)
        assert result.returncode == 2
        assert words in result.stderr
        assert "工作台：" not in result.stdout


def _certificate(key: ec.EllipticCurvePrivateKey, since: datetime, until: datetime) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "desk.example.cn")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def test_beyond_this_machine_it_asks_for_tls(workspace: Path) -> None:
    result = _run(workspace, "--host", "0.0.0.0")  # noqa: S104 what is refused
    assert result.returncode == 2
    assert "--tls-cert" in result.stderr
    assert "Traceback" not in result.stderr


def test_an_account_is_made_in_the_terminal_once_and_with_a_strong_password(workspace: Path) -> None:
    good = "gaoxin-2022-desk\n" * 2
    arguments = ("--add-account", "wangfang", "--person", "王芳", "--role", "clerk")
    weak = _run(workspace, *arguments, typed="12345\n12345\n")
    assert weak.returncode == 2
    assert "密码太弱" in weak.stderr
    assert _run(workspace, *arguments, typed=good).returncode == 0
    again = _run(workspace, *arguments, typed=good)
    assert again.returncode == 2
    assert "已经有了" in again.stderr
    with closing(sqlite3.connect(workspace / "desk/desk.sqlite3")) as accounts:
        ((kept,),) = accounts.execute("SELECT password FROM auth_user")
    memory = re.match(r"argon2\$argon2id\$v=19\$m=(\d+),t=\d", kept)
    assert memory is not None
    assert int(memory[1]) >= 64 * 1024, "KiB a guess costs; the desk of the other tests asks less"


def test_a_port_in_use_names_the_next_step(workspace: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = _run(workspace, "--no-watch", "--port", str(taken.getsockname()[1]))
    assert result.returncode == 2
    assert "--port" in result.stderr
