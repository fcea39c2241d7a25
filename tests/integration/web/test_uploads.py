"""A file that comes to the inbox in parts over HTTP: cut, gone on with, refused in words, by nobody else."""

from __future__ import annotations

import errno
import http.client
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.cookies import SimpleCookie
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from evidence.config import Workspace
from evidence.settings import SETTINGS_FILE
from evidence.web import unfinished
from evidence.web.host import Host
from evidence.web.unfinished import digest_of
from tests.integration.web.conftest import PASSWORD
from tests.support.desk_client import signed_in

WHOLE = bytes(range(250)) * 4
KEY = "c" * 64
NAMED = {"name": "现场录像.mp4", "sending": "a-choice", "digest": digest_of(BytesIO(WHOLE))}


@pytest.fixture(autouse=True)
def tidy(workspace: Workspace) -> Iterator[None]:
    """The inbox belongs to every module's tests."""
    yield
    shutil.rmtree(workspace.root / "desk" / "uploads", ignore_errors=True)
    for each in workspace.inbox.glob("现场录像*"):
        each.unlink()


def _ask(client: Any, *, key: str = KEY, sending: str = "a-choice") -> Any:
    return client.get(f"/inbox/uploads/{key}/?{urlencode({'sending': sending})}")


def _put(client: Any, start: int, end: int, *, key: str = KEY, total: int = 1000, **named: str) -> Any:
    return client.put(
        f"/inbox/uploads/{key}/?{urlencode({**NAMED, **named})}",
        WHOLE[start:end],
        content_type="application/octet-stream",
        headers={"Content-Range": f"bytes {start}-{end - 1}/{total}"},
    )


def _inbox(host: Host) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in host.workspace.inbox.glob("现场录像*")}


def test_after_a_cut_the_server_says_how_much_it_holds_and_takes_the_rest(host: Host) -> None:
    client = signed_in("clerk")
    assert (_ask(client).status_code, _ask(client).json()["have"]) == (200, 0)
    assert _put(client, 0, 400).status_code == 202
    # the page is closed; another one asks
    again = signed_in("clerk")
    assert _ask(again).json()["have"] == 400
    assert "现场录像.mp4" in again.get("/inbox/").content.decode()
    late = _put(again, 0, 300)
    assert (late.status_code, late.json()) == (409, {"here": False, "have": 400})
    assert _put(again, 400, 900).json() == {"here": False, "have": 900}
    assert _inbox(host) == {}
    assert _put(again, 900, 1000).status_code == 201
    assert _inbox(host) == {"现场录像.mp4": WHOLE}
    # the last answer was lost: the same choice of the file is not sent twice
    assert _ask(again).json() == {"here": True}
    assert _ask(again, sending="another-choice").json()["have"] == 0
    assert "没有送完的文件" not in again.get("/inbox/").content.decode()


def test_other_content_than_was_chosen_is_told_and_not_kept(host: Host) -> None:
    client = signed_in("clerk")
    _put(client, 0, 400)
    answer = _put(client, 400, 1000, digest="0" * 64)
    assert answer.status_code == 409
    assert "与所选的文件不符" in answer.json()["what"]
    assert _inbox(host) == {}
    assert _ask(client).json()["have"] == 0
    _put(client, 0, 1000)
    assert _inbox(host) == {"现场录像.mp4": WHOLE}


def test_another_account_neither_sees_nor_ends_what_was_begun(host: Host) -> None:
    clerk, lead = signed_in("clerk"), signed_in("lead")
    _put(clerk, 0, 400)
    assert _ask(lead).json()["have"] == 0
    assert _put(lead, 400, 1000).status_code == 409
    assert lead.delete(f"/inbox/uploads/{KEY}/").status_code == 204
    lead.post(f"/inbox/uploads/{KEY}/drop/")
    assert "现场录像" not in lead.get("/inbox/").content.decode()
    assert _ask(clerk).json()["have"] == 400


@pytest.mark.parametrize("how", ["cancel", "drop"])
def test_what_is_given_up_is_gone(host: Host, how: str) -> None:
    client = signed_in("clerk")
    _put(client, 0, 400)
    if how == "cancel":
        assert client.delete(f"/inbox/uploads/{KEY}/").status_code == 204
    else:
        assert client.post(f"/inbox/uploads/{KEY}/drop/").status_code == 302
    assert _ask(client).json()["have"] == 0


@pytest.mark.parametrize("name", ["auditor", "regulator", "inspector"])
def test_who_may_not_bring_files_is_told(host: Host, name: str) -> None:
    client = signed_in(name)
    for answer in (_ask(client), _put(client, 0, 400), client.delete(f"/inbox/uploads/{KEY}/")):
        assert answer.status_code == 403
        assert answer.json()["what"]
    assert client.post(f"/inbox/uploads/{KEY}/drop/").status_code == 403


def test_a_session_that_ended_is_told_as_such(host: Host) -> None:
    client = signed_in("clerk")
    client.logout()
    answer = _put(client, 0, 400)
    assert answer.status_code == 401
    assert "登录已失效" in answer.json()["what"]


def test_nothing_is_taken_without_the_token_that_the_answer_gives(host: Host) -> None:
    client = signed_in("clerk", csrf=True)
    assert _put(client, 0, 400).status_code == 403
    token = _ask(client).json()["token"]
    answer = client.put(
        f"/inbox/uploads/{KEY}/?{urlencode(NAMED)}",
        WHOLE,
        content_type="application/octet-stream",
        headers={"Content-Range": "bytes 0-999/1000", "X-CSRFToken": token},
    )
    assert answer.status_code == 201


def test_what_is_too_large_or_finds_no_room_is_told_in_plain_words(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = signed_in("clerk")
    answer = _put(client, 0, 400, total=65 * 1024**3)
    assert answer.status_code == 413
    assert "文件太大，超过了 64.0 GB" in answer.json()["what"]
    with monkeypatch.context() as patched:
        patched.setattr(unfinished, "_SPARE_BYTES", 1 << 60)
        answer = _put(client, 0, 400)
    assert answer.status_code == 507
    assert "磁盘满了" in answer.json()["what"]

    def full(_folder: Path, _name: str, _whole: Path) -> Path:
        raise OSError(errno.ENOSPC, "no space")

    with monkeypatch.context() as patched:
        patched.setattr(unfinished, "move_in", full)
        answer = _put(client, 0, 1000)
    assert (answer.status_code, _ask(client).json()["have"]) == (507, 1000)
    assert _put(client, 999, 1000).status_code == 201
    assert _inbox(host) == {"现场录像.mp4": WHOLE}


def test_too_much_begun_is_told(host: Host, tmp_path: Path) -> None:
    root = tmp_path / "工作区"
    (root / "inbox").mkdir(parents=True)
    small = '[contract]\ncode = "WJB"\n[inbox]\nmax_unfinished_bytes = 1500\n'
    (root / SETTINGS_FILE).write_text(small, encoding="utf-8")
    from evidence.config import open_workspace

    client = signed_in("clerk")
    with override_settings(DESK_HOST=Host(workspace=open_workspace(root))):
        assert _put(client, 0, 600).status_code == 202
        answer = _put(client, 0, 600, key="d" * 64)
    assert answer.status_code == 413
    assert "没有送完的文件太多" in answer.json()["what"]


@pytest.mark.parametrize(
    ("key", "named", "ranged"),
    [
        ("C" * 64, {}, "bytes 0-999/1000"),
        (KEY, {"name": ""}, "bytes 0-999/1000"),
        (KEY, {"digest": ""}, "bytes 0-999/1000"),
        (KEY, {}, "bytes 0-1000/1000"),
        (KEY, {}, ""),
    ],
)
def test_what_cannot_be_read_keeps_nothing(host: Host, key: str, named: dict[str, str], ranged: str) -> None:
    answer = signed_in("clerk").put(
        f"/inbox/uploads/{key}/?{urlencode({**NAMED, **named})}",
        WHOLE,
        content_type="application/octet-stream",
        headers={"Content-Range": ranged},
    )
    assert answer.status_code == 400
    assert answer.json()["what"]
    assert _inbox(host) == {}


@pytest.mark.parametrize("name", ["DSJ8.MP4.part", "~$记录.docx", "Thumbs.db", "扫描.pdf.crdownload"])
def test_a_name_that_the_inbox_never_takes_is_told_before_anything_is_sent(host: Host, name: str) -> None:
    clerk = signed_in("clerk")
    answer = _put(clerk, 0, 400, name=name)
    assert answer.status_code == 400
    assert "收件夹不收这样命名的文件" in answer.json()["what"]
    whole = clerk.post("/inbox/upload/", {"files": SimpleUploadedFile(name, WHOLE)})
    assert whole.status_code == 409
    assert not list(host.workspace.inbox.rglob("*.part"))


def test_a_name_is_only_a_name(host: Host) -> None:
    assert _put(signed_in("clerk"), 0, 1000, name="../../现场录像\n.mp4").status_code == 201
    assert _inbox(host) == {"现场录像.mp4": WHOLE}


def test_without_a_script_the_form_brings_the_file_in_one_piece(host: Host) -> None:
    page = signed_in("clerk").get("/inbox/").content.decode()
    assert re.search(r'<form[^>]*action="/inbox/upload/"[^>]*enctype="multipart/form-data"', page)
    sent = BytesIO(WHOLE)
    sent.name = "现场录像.mp4"
    assert signed_in("clerk").post("/inbox/upload/", {"files": sent}).status_code == 302
    assert _inbox(host) == {"现场录像.mp4": WHOLE}


COMMAND = [sys.executable, "-c", "from evidence.cli.main import main; main()", "serve"]


class _Browser:
    """One that stays signed in whatever becomes of the server."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies = SimpleCookie()

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, str, http.client.HTTPMessage]:
        """Status, text and head of the answer."""
        sent = {"Cookie": "; ".join(f"{name}={each.value}" for name, each in self.cookies.items()), **headers}
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, path, body=body, headers=sent)
            answer = connection.getresponse()
            for each in answer.headers.get_all("Set-Cookie") or []:
                self.cookies.load(each)
            return answer.status, answer.read().decode(), answer.headers

    def sign_in(self) -> None:
        """Through the page's form."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.ask("GET", "/login/")[1])
        assert token is not None
        form = {"csrfmiddlewaretoken": token[1], "username": "lead", "password": PASSWORD}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        assert self.ask("POST", "/login/", urlencode(form).encode(), **kind)[0] == 302

    def put(self, start: int, end: int) -> int:
        """A part; the token comes with the answer that says how much is there."""
        token = json.loads(self.ask("GET", f"/inbox/uploads/{KEY}/")[1])["token"]
        return self.ask(
            "PUT",
            f"/inbox/uploads/{KEY}/?{urlencode(NAMED)}",
            WHOLE[start:end],
            **{"Content-Range": f"bytes {start}-{end - 1}/1000", "X-CSRFToken": token},
        )[0]


@contextmanager
def _server(root: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*COMMAND, "--workspace", str(root), "--port", str(port), "--no-watch"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        while f":{port}" not in (said := process.stdout.readline()):
            assert said, "the desk did not start"
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.slow
def test_a_server_that_is_killed_in_between_goes_on_where_it_was(tmp_path: Path) -> None:
    root = tmp_path / "工作区"
    (root / "inbox").mkdir(parents=True)
    (root / SETTINGS_FILE).write_text('[contract]\ncode = "WJB"\n', encoding="utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    subprocess.run(
        [*COMMAND, "--workspace", str(root), "--add-account", "lead", "--role", "lead"],
        input=f"{PASSWORD}\n{PASSWORD}\n", text=True, check=True, capture_output=True,
    )  # fmt: skip
    browser = _Browser(port)
    with _server(root, port) as first:
        browser.sign_in()
        assert browser.put(0, 400) == 202
        first.kill()
    with _server(root, port):
        status, said, _head = browser.ask("GET", f"/inbox/uploads/{KEY}/")
        assert (status, json.loads(said)["have"]) == (200, 400)
        assert browser.put(400, 1000) == 201
    assert {each.name: each.read_bytes() for each in (root / "inbox").iterdir()} == {"现场录像.mp4": WHOLE}
