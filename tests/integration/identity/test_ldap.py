"""A real slapd says who somebody is; what it must never be talked into."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from evidence.credentials import CredentialError
from evidence.identity.identity import DirectoryDownError, IdentityPartMissingError, NotVouchedError
from evidence.identity.ldap import authenticate, look
from evidence.identity.settings import LdapSettings
from tests.support.ldap_server import BASE, PASSWORD, PEOPLE, READER, READER_PASSWORD, LdapServer, dn_of

ROLES = {"leads": "lead", "clerks": "clerk"}


def settings(directory: LdapServer, root: Path, **more: Any) -> LdapSettings:
    secret = root / "reader.password"
    if not secret.exists():
        secret.write_text(f"{READER_PASSWORD}\n", encoding="utf-8")
        secret.chmod(0o600)
    given: dict[str, Any] = {
        "host": "localhost", "port": directory.tls_port, "ca_file": str(directory.certificate), "base": BASE,
        "bind_dn": READER, "password_file": secret.name, "person_attribute": "employeeNumber",
        "group_base": f"ou=groups,{BASE}", "timeout_s": 5, "roles": ROLES,
    }  # fmt: skip
    return LdapSettings(**{**given, **more})


def test_the_directory_says_who_it_is(directory: LdapServer, root: Path) -> None:
    found = authenticate(settings(directory, root), root, "chenliqun", PASSWORD)
    assert (found.way, found.issuer, found.account, found.name) == ("ldap", BASE, "chenliqun", "陈立群")
    assert found.roster_id == "P02"
    assert {"leads", "clerks", f"cn=leads,ou=groups,{BASE}"} <= set(found.groups)
    again = authenticate(settings(directory, root), root, "CHENLIQUN", PASSWORD)
    assert again.subject == found.subject
    assert len(found.subject) == 36


@pytest.mark.parametrize(
    "more",
    [
        {"security": "starttls"},
        {"security": "none", "host": "127.0.0.1"},
        {"bind_dn": "", "bind_template": f"uid={{account}},ou=people,{BASE}"},
        {"group_base": ""},
        {"group_attribute": ""},
    ],
    ids=["starttls", "loopback", "template", "own list", "groups' list"],
)
def test_every_way_of_asking_gives_the_same_person(
    directory: LdapServer, root: Path, more: dict[str, Any]
) -> None:
    port = directory.tls_port if more.get("security", "tls") == "tls" else directory.port
    found = authenticate(settings(directory, root, port=port, **more), root, "luwenjing", PASSWORD)
    assert (found.name, "clerks" in found.groups) == ("陆文静", True)


def test_a_club_outside_the_groups_counts_for_nothing(directory: LdapServer, root: Path) -> None:
    assert authenticate(settings(directory, root), root, "wuming", PASSWORD).groups == ()


@pytest.mark.parametrize(
    ("account", "password"),
    [
        ("luwenjing", "falsch"),
        ("luwenjing", ""),
        ("niemand", PASSWORD),
        ("", PASSWORD),
        ("*", PASSWORD),
        ("luwenjing*", PASSWORD),
        ("*)(uid=*", PASSWORD),
        ("luwenjing)(|(uid=*", PASSWORD),
        ("luwenjing)(uid=chenliqun", PASSWORD),
        ("\\2a", PASSWORD),
        ("luwenjing\x00", PASSWORD),
        ("luwen\u00adjing", PASSWORD),
        ("luwenjing", "geheim\x00"),
        ("luwenjing", "\u00ad"),  # nothing at all, as passwords are prepared for some servers
        ("luwenjing", "\x00"),
        (dn_of("luwenjing"), PASSWORD),
        (f"luwenjing,ou=people,{BASE}", PASSWORD),
    ],
)
@pytest.mark.parametrize("template", ["", f"uid={{account}},ou=people,{BASE}"], ids=["reader", "template"])
def test_nobody_else_is_vouched_for(
    directory: LdapServer, root: Path, account: str, password: str, template: str
) -> None:
    asked = settings(directory, root, bind_dn="" if template else READER, bind_template=template)
    with pytest.raises(NotVouchedError) as refused:
        authenticate(asked, root, account, password)
    assert refused.value.remedy


def test_an_empty_password_is_refused_before_any_server_is_asked(root: Path) -> None:
    """Most servers answer a bind without a password with success (RFC 4513, 5.1.2)."""
    nowhere = LdapSettings(
        host="127.0.0.1",
        port=1,
        base=BASE,
        bind_template="uid={account}",
        timeout_s=1,
        roles={"leads": "lead"},
    )
    for account, password in (("luwenjing", ""), ("", "x")):
        with pytest.raises(NotVouchedError):
            authenticate(nowhere, root, account, password)
    from evidence.identity.ldap_connection import Session

    with pytest.raises(ValueError, match="empty"):
        Session(None, 1).binds(dn_of("luwenjing"), "")


def test_two_entries_of_one_account_are_nobody(directory: LdapServer, root: Path) -> None:
    with pytest.raises(NotVouchedError):
        authenticate(settings(directory, root, user_filter="(|(uid={account})(sn=吴))"), root, "x", PASSWORD)


def test_a_referral_is_not_followed(directory: LdapServer, root: Path) -> None:
    """The search meets one on its way, and one is named as the place to search."""
    assert authenticate(settings(directory, root), root, "luwenjing", PASSWORD).name == PEOPLE["luwenjing"]
    elsewhere = settings(directory, root, base=f"ou=elsewhere,{BASE}")
    with pytest.raises(DirectoryDownError):
        authenticate(elsewhere, root, "luwenjing", PASSWORD)


def test_a_certificate_for_another_name_or_of_a_stranger_ends_it(directory: LdapServer, root: Path) -> None:
    for more in ({"host": "127.0.0.1"}, {"ca_file": ""}):
        for security, port in (("tls", directory.tls_port), ("starttls", directory.port)):
            asked = settings(directory, root, security=security, port=port, **more)
            with pytest.raises(DirectoryDownError):
                authenticate(asked, root, "luwenjing", PASSWORD)


def test_a_server_that_is_down_is_no_wrong_password(root: Path, directory: LdapServer) -> None:
    with pytest.raises(DirectoryDownError) as down:
        authenticate(settings(directory, root, port=1), root, "luwenjing", PASSWORD)
    assert "evidence doctor" in down.value.remedy


@pytest.mark.parametrize(
    "more", [{"subject_attribute": "uuid"}, {"bind_dn": f"cn=stranger,{BASE}"}, {"base": "dc=nobody"}]
)
def test_settings_the_directory_does_not_know_are_said_to_be_so(
    directory: LdapServer, root: Path, more: dict[str, Any]
) -> None:
    with pytest.raises((DirectoryDownError, NotVouchedError)):
        authenticate(settings(directory, root, **more), root, "luwenjing", PASSWORD)


def test_looking_says_whether_people_can_be_looked_up(directory: LdapServer, root: Path) -> None:
    assert look(settings(directory, root), root)
    by_template = settings(directory, root, bind_dn="", bind_template="uid={account}")
    assert not look(by_template, root)
    for more in ({"base": "ou=nobody,dc=agency,dc=cn"}, {"bind_dn": f"cn=stranger,{BASE}"}, {"port": 1}):
        with pytest.raises(DirectoryDownError):
            look(settings(directory, root, **more), root)


def test_the_reader_s_password_is_its_owner_s_alone(directory: LdapServer, root: Path) -> None:
    asked = settings(directory, root)
    (root / "reader.password").chmod(0o644)
    with pytest.raises(CredentialError):
        authenticate(asked, root, "luwenjing", PASSWORD)
    (root / "reader.password").unlink()
    with pytest.raises(CredentialError):
        look(asked, root)


def test_without_the_extra_the_refusal_says_what_to_install(
    root: Path, directory: LdapServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = settings(directory, root)
    monkeypatch.setitem(sys.modules, "ldap3", None)
    with pytest.raises(IdentityPartMissingError) as refused:
        authenticate(asked, root, "luwenjing", PASSWORD)
    assert "[ldap]" in refused.value.remedy
