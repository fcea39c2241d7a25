"""The page under a name of the agency's own: by HTTPS it works offline, by plain HTTP it says why not."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client, override_settings

from evidence.config import Workspace, utc_now
from evidence.service.tls import TlsFiles, make_certificate, tls_files
from evidence.web import server
from evidence.web.host import Host
from evidence.web.server import Place
from tests.integration.web.conftest import CHROMIUM, PASSWORD
from tests.integration.web.site_day import set_pin, unlock

NAME = "desk.example.lan"


@dataclass
class Served:
    """The desk by HTTPS, with its certificate."""

    files: TlsFiles
    port: int
    place: Place

    @property
    def spki(self) -> str:
        """What Chromium calls the certificate's key."""
        leaf = x509.load_pem_x509_certificates(self.files.certificate.read_bytes())[0]
        key = leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return b64encode(sha256(key).digest()).decode()


@pytest.fixture(scope="module")
def served(host: Host, workspace: Workspace) -> Iterator[Served]:
    from evidence.web.certified import with_own_certificate

    files = tls_files(workspace.root)
    make_certificate(files, (NAME,), agency="常州承安安全咨询服务有限公司", now=utc_now())
    place = with_own_certificate(Place(host="0.0.0.0"), workspace.root)  # noqa: S104 nothing listens there
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    running = uvicorn.Server(
        uvicorn.Config(
            server.application(), log_level="error", lifespan="off",
            ssl_certfile=place.certificate, ssl_keyfile=place.key,
        )
    )  # fmt: skip
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    with override_settings(ALLOWED_HOSTS=[*place.names()]):
        thread.start()
        while not running.started:
            time.sleep(0.01)
        yield Served(files, port, place)
        running.should_exit = True
        thread.join(timeout=10)
    listener.close()


def _answers(served: Served, name: str) -> bool:
    """Whether somebody who trusts the root believes that this is `name`."""
    context = ssl.create_default_context(cafile=str(served.files.root))
    try:
        with (
            socket.create_connection(("127.0.0.1", served.port), timeout=30) as plain,
            context.wrap_socket(plain, server_hostname=name) as secured,
        ):
            return secured.version() is not None
    except ssl.SSLCertVerificationError:
        return False


def test_the_desk_uses_its_certificate_and_answers_to_its_name(served: Served) -> None:
    assert served.place.certificate == served.files.certificate
    assert NAME in served.place.names()
    assert served.place.url == f"https://{NAME}:8765/"
    assert _answers(served, NAME)
    assert not _answers(served, "other.example.lan")


def test_on_this_machine_alone_no_certificate_is_wanted(workspace: Workspace, served: Served) -> None:
    from evidence.web.certified import with_own_certificate

    assert with_own_certificate(Place(), workspace.root).certificate is None


def test_the_page_with_pictures_offers_the_root_and_its_fingerprint(served: Served) -> None:
    client = Client(SERVER_NAME="127.0.0.1")
    page = client.get("/site/trust/").content.decode()
    root = x509.load_pem_x509_certificate(served.files.root.read_bytes())
    der = client.get("/site/root.crt")
    assert der["Content-Type"] == "application/x-x509-ca-cert"
    assert x509.load_der_x509_certificate(der.content) == root
    assert " ".join(f"{byte:02X}" for byte in sha256(der.content).digest()) in page
    assert "desk/trust/android.svg" in page
    assert "desk/trust/ios.svg" in page


@pytest.fixture
def chromium(tmp_path: Path, served: Served) -> Iterator[Any]:
    """A browser that knows the name and trusts the certificate, as a telephone with the root does."""
    if not Path(CHROMIUM).exists():
        pytest.skip("chromium-headless-shell is not installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=CHROMIUM,
            locale="zh-CN",
            args=[
                "--no-sandbox",
                f"--host-resolver-rules=MAP {NAME} 127.0.0.1",
                f"--ignore-certificate-errors-spki-list={served.spki}",
            ],
        )
        context.set_default_timeout(60_000)
        yield context
        context.close()


def test_by_https_under_the_agencys_name_it_works_without_a_network(chromium: Any, served: Served) -> None:
    page, address = chromium.new_page(), f"https://{NAME}:{served.port}"
    page.goto(f"{address}/login/?next=/site/")
    page.get_by_label("账号").fill("inspector")
    page.get_by_label("密码").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/site/")
    set_pin(page)
    page.get_by_text("计划外检查").wait_for()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    chromium.set_offline(True)
    page.goto(f"{address}/site/")
    unlock(page)
    page.get_by_text("计划外检查").wait_for()


def test_by_plain_http_the_page_says_why_it_cannot_work(chromium: Any, address: str) -> None:
    page = chromium.new_page()
    page.goto(f"{address.replace('127.0.0.1', NAME)}/site/")
    page.get_by_text("本页须经 HTTPS 打开").wait_for()
    assert page.locator("[name=pin]").count() == 0
