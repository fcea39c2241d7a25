"""A desk behind a TLS proxy: reached by its name, trusting what the proxy adds and nothing else."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from evidence.errors import UsageError
from evidence.web.configuration import _behind, asked_by
from evidence.web.server import Place, admit

BEHIND = Place(host="0.0.0.0", proxy="evidence.example.cn", proxy_from=("172.18.0.0/16",))  # noqa: S104  inside a container


def test_it_is_reached_by_the_proxys_name_and_needs_accounts() -> None:
    assert BEHIND.secure
    assert BEHIND.url == "https://evidence.example.cn/"
    assert "evidence.example.cn" in BEHIND.names()
    admit(BEHIND, accounts=True)
    with pytest.raises(UsageError, match="账号"):
        admit(BEHIND, accounts=False)


def test_beyond_this_machine_the_proxy_must_be_known() -> None:
    for unknown in ((), ("nginx",)):
        with pytest.raises(UsageError, match="--proxy-from"):
            admit(replace(BEHIND, proxy_from=unknown), accounts=True)
    admit(Place(proxy="evidence.example.cn"), accounts=True)


def test_failed_log_ins_count_for_the_address_that_the_proxy_saw() -> None:
    claimed = {"HTTP_X_FORWARDED_FOR": "198.51.100.1, 192.0.2.7", "REMOTE_ADDR": "127.0.0.1"}
    assert asked_by(SimpleNamespace(META=claimed)) == "192.0.2.7"
    assert asked_by(SimpleNamespace(META={"REMOTE_ADDR": "127.0.0.1"})) == "127.0.0.1"


def test_forms_are_taken_from_pages_of_that_name_alone() -> None:
    assert _behind("evidence.example.cn")["CSRF_TRUSTED_ORIGINS"] == ["https://evidence.example.cn"]
    assert _behind("") == {}
