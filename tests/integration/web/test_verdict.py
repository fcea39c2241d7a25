"""The verdict page reads like a report: no code in its headline, no server path, a PDF to take along."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader

from evidence.web.host import Host
from tests.support.desk_client import DeskClient

GOLDEN = Path(__file__).parents[2] / "golden/packages"
NAME = "WJB-2022-W13.zip"
CODES = re.compile(r"[A-Z]{4,}")


@pytest.fixture
def auditor(host: Host) -> Client:
    from django.contrib.auth import get_user_model

    client = DeskClient(SERVER_NAME="127.0.0.1")
    user = get_user_model().objects.get(username="auditor")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def _judged(client: Client, data: bytes, name: str = NAME) -> str:
    files = {
        "package": SimpleUploadedFile(name, data),
        "trust": SimpleUploadedFile("root.pem", (GOLDEN / "root.pem").read_bytes()),
    }
    shown: str = client.post("/auditor/", files).content.decode()
    return shown


@pytest.mark.parametrize(("changed", "verdict"), [(False, "尚不能认定"), (True, "验证不通过")])
def test_the_headline_is_the_verdict_in_words(auditor: Client, changed: bool, verdict: str) -> None:
    data = bytearray((GOLDEN / NAME).read_bytes())
    data[len(data) // 2] ^= changed
    shown = _judged(auditor, bytes(data))
    heading = re.search(r"<h1>(.*?)</h1>", shown, re.DOTALL)
    assert heading is not None
    assert verdict in heading[1]
    assert not CODES.search(re.sub("<[^>]+>", "", heading[1]))
    for part in ("查了什么", "没有查、也查不出的", "指纹", "现场情况以原件、签名和录像为准"):
        assert part in shown


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.zip", b"PK\x05\x06" + b"\0" * 18), ("b.zip", b"nonsense"), ("c.pdf", b"%PDF-1.7\n"), ("d.pdf", b"")],
)
def test_no_page_names_a_path_of_the_server(auditor: Client, name: str, data: bytes) -> None:
    shown = _judged(auditor, data, name)
    assert "desk-audit" not in shown
    assert "/tmp" not in shown  # noqa: S108 looked for, not written to


def test_the_report_goes_along_as_a_pdf_of_the_one_who_asked(auditor: Client, host: Host) -> None:
    from django.contrib.auth import get_user_model

    shown = _judged(auditor, (GOLDEN / NAME).read_bytes())
    assert "desk-audit" not in shown
    found = re.search(r'href="(/auditor/report/[^"]+)"', shown)
    assert found is not None
    answer = auditor.get(found[1])
    assert answer["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    text = "".join(page.extract_text() for page in pages).replace("\0", "")
    assert "尚不能认定" in text
    assert "desk-audit" not in text
    other = DeskClient(SERVER_NAME="127.0.0.1")
    clerk = get_user_model().objects.get(username="clerk")
    other.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    assert other.get(found[1]).status_code == 404
