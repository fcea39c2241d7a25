"""`evidence serve` as people start it, in a process of its own."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.settings import SETTINGS_FILE

COMMAND = [sys.executable, "-c", "from evidence.cli.main import main; main()", "serve"]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    root = tmp_path / "work"
    (root / "inbox").mkdir(parents=True)
    (root / SETTINGS_FILE).write_text("", encoding="utf-8")
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
    said = process.stdout.readline() + process.stdout.readline()
    yield process, said
    process.kill()
    process.wait()
    process.stdout.close()


def _get(port: int, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path)
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
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=40) in {0, -signal.SIGTERM}


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


def test_a_port_in_use_names_the_next_step(workspace: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        result = _run(workspace, "--no-watch", "--port", str(taken.getsockname()[1]))
    assert result.returncode == 2
    assert "--port" in result.stderr
