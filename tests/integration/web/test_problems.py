"""What cannot be answered is said on pages of our own, and no address or parameter is answered 500."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import fields
from typing import Any
from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver

from evidence.config import Workspace
from evidence.web.host import Host
from tests.support.desk_client import DeskClient
from tests.support.desk_fixture import CHECK_RECORD, UNKNOWN, make_workspace

ROLES = ["", "lead", "clerk", "auditor", "regulator"]
WAY_BACK = 'href="/"'
KNOWN = [CHECK_RECORD, UNKNOWN, "WJB22-0002", "WJB22-0002-V1", "2022-W13", "training", "enterprises", "检查"]
JUNK = [
    "0", "-1", "x" * 300, "%00", "%F0%9F%92%A9", "..%2F..%2Fetc%2Fpasswd", "2022-W99", "9999-99-99", "'\"<b>",
    "%ED%A0%80", "a" * 64, "g" * 64, "٣", "1e999", "NaN",
]  # fmt: skip
NAMES = [
    "week", "day", "month", "page", "sort", "q", "n", "name", "key", "view", "columns", "until", "next", "of",
    "from", "role", "enterprise", "case", "who", "kind", "by", "at", "start", "record", "offset",
]  # fmt: skip


def _client(name: str, **meta: Any) -> Client:
    client = DeskClient(SERVER_NAME="127.0.0.1", raise_request_exception=False, **meta)
    if name:
        from django.contrib.auth import get_user_model

        user = get_user_model().objects.get(username=name)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(("language", "words"), [("zh", "没有这一页"), ("en", "There is no such page")])
@pytest.mark.parametrize("role", ROLES)
def test_an_unknown_address_is_told_in_the_readers_language(
    host: Host, role: str, language: str, words: str
) -> None:
    client = _client(role)
    client.cookies["desk_language"] = language
    response = client.get("/nowhere/")
    assert response.status_code == 404
    assert words in response.content.decode()
    assert WAY_BACK in response.content.decode()


def test_an_unknown_thing_is_told_like_an_unknown_address(host: Host) -> None:
    response = _client("clerk").get("/cases/WJB22-0002/originals/" + "0" * 64 + "/")
    assert response.status_code == 404
    assert "没有这一页" in response.content.decode()


@pytest.mark.parametrize(("method", "path"), [("get", "/inbox/upload/"), ("get", "/language/"), ("put", "/")])
def test_a_wrong_method_is_told_and_the_right_ones_are_named(host: Host, method: str, path: str) -> None:
    response = getattr(_client("clerk"), method)(path)
    assert response.status_code == 405
    assert response["Allow"]
    assert "不能这样打开" in response.content.decode()
    assert WAY_BACK in response.content.decode()


def test_a_name_that_is_not_ours_gets_a_page(host: Host) -> None:
    response = Client(SERVER_NAME="evil.example", raise_request_exception=False).get("/")
    assert response.status_code == 400
    assert "这个请求看不懂" in response.content.decode()


def test_too_much_is_413(host: Host) -> None:
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100):
        response = _client("clerk").post("/cases/open/", {"enterprise": "x" * 1000})
    assert response.status_code == 413
    assert "一次送得太多" in response.content.decode()


def test_too_many_fields_are_413(host: Host) -> None:
    response = _client("clerk").post("/cases/open/", {f"f{number}": "" for number in range(2_100)})
    assert response.status_code == 413


@pytest.mark.parametrize(
    ("raised", "status", "words"),
    [(RuntimeError("/srv/secret"), 500, "工作台出了差错"), (PermissionDenied(), 403, "这里不能进")],
)
def test_a_fault_shows_nothing_of_its_inside(
    host: Host, raised: Exception, status: int, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    with patch("evidence.web.search_page.render", side_effect=raised):
        response = _client("clerk").get("/search/?q=a")
    assert response.status_code == status
    assert words in response.content.decode()
    assert "/srv/secret" not in response.content.decode()
    assert ("GET /search/" in caplog.text) is (status == 500)


def test_a_program_gets_words_without_a_page(host: Host) -> None:
    response = _client("").get("/api/nowhere")
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/plain")


@pytest.fixture(scope="module")
def spare(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace that nobody else looks at: here everything may be sent."""
    return make_workspace(tmp_path_factory.mktemp("fuzz") / "工作区")


@pytest.fixture
def elsewhere(host: Host, spare: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Host(workspace=spare)
    for field in fields(Host):
        if field.name in {"workspace", "board", "jobs"}:
            monkeypatch.setattr(host, field.name, getattr(other, field.name))


def _routes(resolver: Any, before: str = "") -> Iterator[tuple[str, list[str]]]:
    for each in resolver.url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _routes(each, route)
        elif isinstance(each, URLPattern):
            parts = route.replace(">", "<").split("<")
            yield "{}".join(parts[::2]), parts[1::2]


def _addresses(values: list[str]) -> Iterator[str]:
    for route, names in _routes(get_resolver()):
        if not names:
            yield f"/{route}"
            continue
        for value in values:
            yield "/" + route.format(*([value] * len(names)))
        for first, second in itertools.product(
            ["WJB22-0002", "2022-W13"], ["检查", "interview-notice", "%00"]
        ):
            yield "/" + route.format(*[first, second, second][: len(names)])


@pytest.mark.parametrize("role", ROLES)
def test_no_address_is_answered_with_a_fault(elsewhere: None, host: Host, role: str) -> None:
    client = _client(role)
    faults = [
        (address, response.status_code)
        for address in dict.fromkeys(_addresses([*KNOWN, *JUNK]))
        if address != "/logout/" and (response := client.get(address)).status_code in {500, 502, 504}
    ]
    assert faults == []


@pytest.mark.parametrize("role", ["lead", "auditor"])
def test_no_parameter_is_answered_with_a_fault(elsewhere: None, host: Host, role: str) -> None:
    client = _client(role)
    faults = []
    for route, names in _routes(get_resolver()):
        known = ["WJB22-0002" if "number" not in name else CHECK_RECORD for name in names]
        address = "/" + route.format(*["enterprises" if name == "slug:name" else value
                                       for name, value in zip(names, known, strict=True)])  # fmt: skip
        for junk in JUNK:
            asked = f"{address}?" + "&".join(f"{name}={junk}" for name in NAMES)
            if "/logout/" not in address and client.get(asked).status_code == 500:
                faults.append(asked[:120])
    assert faults == []


@pytest.mark.parametrize("role", ["lead", "clerk", "auditor"])
def test_no_form_is_answered_with_a_fault(elsewhere: None, host: Host, role: str) -> None:
    client = _client(role)
    faults = []
    fields_sent = [
        *NAMES, "action",
        "why", "rule", "lines", "verdict", "box", "number", "person", "username", "id", "form",
        "toggle", "tie", "roster_id", "company", "ids", "row", "seen", "head|到达时间",
    ]  # fmt: skip
    for address in dict.fromkeys(_addresses([*KNOWN, *JUNK[:4]])):
        if address in {"/logout/", "/friday/build/"}:
            continue
        for junk in ("", "x\x00y", "9" * 400, "2022-W13", "٣"):
            response = client.post(address, dict.fromkeys(fields_sent, junk))
            if response.status_code == 500:
                faults.append((address, junk[:10]))
    assert faults == []
