"""`evidence serve --behind` with a real nginx in front, set up as the administrator's guide says."""

from __future__ import annotations

import http.client
import os
import re
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest

from evidence.settings import SETTINGS_FILE
from evidence.web.behind_proxy import from_proxy
from evidence.web.server import trusted_networks
from tests.support.nginx_server import NAME, NginxRoom

COMMAND = [sys.executable, "-c", "from evidence.cli.main import main; main()", "serve"]
PASSWORD = "gaoxin-2022-desk"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "evidence.pem", folder / "evidence.key"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", str(key), "-out", str(made), "-days", "2", "-subj", f"/CN={NAME}",
            "-addext", f"subjectAltName=DNS:{NAME}",
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    return made, key


@pytest.fixture(scope="module")
def front(
    certificate: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[int, int, Path]]:
    """Port of nginx, port of the desk, certificate."""
    root = tmp_path_factory.mktemp("behind") / "work"
    (root / "inbox").mkdir(parents=True)
    (root / SETTINGS_FILE).write_text('[contract]\ncode = "WJB"\n', encoding="utf-8")
    port, desk = _free_port(), _free_port()
    common = [*COMMAND, "--workspace", str(root)]
    subprocess.run(
        [*common, "--add-account", "lead", "--role", "lead"],
        input=f"{PASSWORD}\n{PASSWORD}\n", text=True, check=True, capture_output=True,
    )  # fmt: skip
    with subprocess.Popen(
        [*common, "--behind", f"{NAME}:{port}", "--port", str(desk), "--no-watch"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        while f"https://{NAME}" not in (said := process.stdout.readline()):
            assert said, "the desk did not start"
        made, key = certificate
        nginx = NginxRoom(port=port, desk=desk, certificate=made, key=key).start()
        yield port, desk, made
        nginx.remove()
        process.kill()


def ask(
    front: tuple[int, int, Path], method: str, path: str, form: dict[str, str] | None = None, **headers: str
) -> http.client.HTTPResponse:
    """A request of a browser that knows the name; headers as given win."""
    port, _desk, certificate = front
    context = ssl.create_default_context(cafile=str(certificate))
    with socket.create_connection(("127.0.0.1", port), timeout=60) as plain:
        connection = http.client.HTTPSConnection(NAME, port, timeout=60)
        connection.sock = context.wrap_socket(plain, server_hostname=NAME)
        sent = {
            "Host": f"{NAME}:{port}",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        body = urlencode(form) if form is not None else None
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body=body, headers=sent)
        response = connection.getresponse()
        response.text = response.read().decode()  # type: ignore[attr-defined]
    return response


def sign_in(front: tuple[int, int, Path], password: str, **headers: str) -> http.client.HTTPResponse:
    """The sign-in page's form, sent as a browser sends it."""
    page = ask(front, "GET", "/login/")
    cookies = SimpleCookie(page.headers.get("Set-Cookie", ""))
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)  # type: ignore[attr-defined]
    assert token is not None
    own = {
        "Cookie": f"csrftoken={cookies['csrftoken'].value}",
        "Origin": f"https://{NAME}:{front[0]}",
        "Referer": f"https://{NAME}:{front[0]}/login/",
    }
    form = {"csrfmiddlewaretoken": token[1], "username": "lead", "password": password}
    return ask(front, "POST", "/login/", form, **{**own, **headers})


def test_people_sign_in_by_the_proxys_name_with_cookies_for_tls_alone(front: tuple[int, int, Path]) -> None:
    answer = sign_in(front, PASSWORD)
    assert answer.status == 302
    assert answer.headers["Location"] == "/"
    cookies = answer.headers.get_all("Set-Cookie") or []
    assert any("desk_session=" in each and "Secure" in each and "HttpOnly" in each for each in cookies)
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_a_form_of_another_site_is_refused(front: tuple[int, int, Path]) -> None:
    answer = sign_in(front, PASSWORD, Origin="https://evil.example", Referer="https://evil.example/")
    assert answer.status == 403


def test_another_name_is_nobodys(front: tuple[int, int, Path]) -> None:
    assert ask(front, "GET", "/login/", Host="evil.example").status == 400


def test_who_guesses_is_counted_by_the_address_that_nginx_saw(front: tuple[int, int, Path]) -> None:
    statuses = [sign_in(front, "falsch", X_Forwarded_For=f"203.0.113.{number}").status for number in range(6)]
    assert statuses == [200, 200, 200, 200, 429, 429]
    assert sign_in(front, PASSWORD, X_Forwarded_For="203.0.113.99").status == 429


def test_the_desk_is_healthy_for_programs_on_this_machine(front: tuple[int, int, Path]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", front[1], timeout=60)
    connection.request("GET", "/readyz")
    assert connection.getresponse().status in {200, 503}
    connection.close()


@pytest.mark.parametrize(
    ("address", "trusted"),
    [
        ("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("172.18.0.5", True),
        ("::ffff:172.18.0.5", True), ("172.19.0.5", False), ("203.0.113.7", False), ("", False), ("x", False),
    ],
)  # fmt: skip
def test_only_the_proxy_is_listened_to(address: str, trusted: bool) -> None:
    assert from_proxy(address, trusted_networks(("172.18.0.0/16",))) is trusted
