"""The doctor asks the provider and the directory: works, works but, does not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evidence import doctor
from evidence.config import open_workspace
from evidence.health.model import Condition
from evidence.identity.settings import LdapSettings, OidcSettings
from tests.support.first_contract import SETTINGS_TEXT
from tests.support.ldap_server import BASE, READER, READER_PASSWORD, LdapServer
from tests.support.oidc_provider import CLIENT, OidcProvider


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything else the doctor looks at is in good health."""
    others = "_folders _inbox _office _fonts _templates _ledger _key _authority _routine"
    for name in others.split():
        monkeypatch.setattr(doctor, name, lambda _workspace: iter(()))


def told(root: Path, **settings: Any) -> list[Condition]:
    """What the doctor says, within its own round."""
    (root / "evidence.toml").write_text(SETTINGS_TEXT, encoding="utf-8")
    workspace = open_workspace(root)
    return list(doctor.examine(replace(workspace, settings=replace(workspace.settings, **settings))))


def test_nothing_is_said_of_what_nobody_asked_for(root: Path) -> None:
    assert told(root) == []


def test_the_provider_is_asked(provider: OidcProvider, root: Path) -> None:
    oidc = OidcSettings(issuer=provider.issuer, client_id=CLIENT, roles={"clerks": "clerk"})
    [found] = told(root, oidc=oidc)
    assert (found.name, found.good) == ("oidc", True)
    provider.bent.discovery = {"code_challenge_methods_supported": None}
    [found] = told(root, oidc=oidc)
    assert (found.good, bool(found.remedy)) == (None, True)
    provider.bent.discovery = {"issuer": "https://another.example.cn"}
    [found] = told(root, oidc=oidc)
    assert (found.name, found.good) == ("oidc", False)
    assert "another.example.cn" in found.message
    assert "[oidc]" in found.remedy


def test_the_directory_is_asked(directory: LdapServer, root: Path) -> None:
    (root / "reader.password").write_text(READER_PASSWORD, encoding="utf-8")
    (root / "reader.password").chmod(0o600)
    ldap = LdapSettings(
        host="localhost",
        port=directory.tls_port,
        ca_file=str(directory.certificate),
        base=BASE,
        bind_dn=READER,
        password_file="reader.password",
        roles={"clerks": "clerk"},
    )
    [found] = told(root, ldap=ldap)
    assert (found.name, found.good) == ("ldap", True)
    [found] = told(root, ldap=replace(ldap, bind_dn="", bind_template="uid={account}"))
    assert (found.good, bool(found.remedy)) == (None, True)
    (root / "reader.password").write_text("falsch", encoding="utf-8")
    [found] = told(root, ldap=ldap)
    assert (found.good, "bind_dn" in found.remedy) == (False, True)
    (root / "reader.password").unlink()
    [found] = told(root, ldap=ldap)
    assert (found.name, found.good) == ("ldap", False)
