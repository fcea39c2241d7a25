"""Which role follows from which groups, and which settings cannot work."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from evidence.identity.identity import mapped_role, shown
from evidence.identity.settings import LdapSettings, OidcSettings, RoleName, fit_address, group_spelling
from evidence.web.roles import Role

ROLES = {"leads": "lead", "clerks": "clerk", "gov": "regulator"}
OIDC: dict[str, Any] = {"issuer": "https://id.example.cn", "client_id": "desk", "roles": ROLES}
LDAP: dict[str, Any] = {
    "host": "ldap.example.cn", "base": "dc=agency,dc=cn", "bind_dn": "cn=reader", "keyring": "ldap",
    "roles": ROLES,
}  # fmt: skip


def test_the_roles_are_those_of_the_desk() -> None:
    assert set(get_args(RoleName)) == {role.value for role in Role}


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        ((), ""),
        (("strangers",), ""),
        (("clerks",), "clerk"),
        (("clerks", "leads"), "lead"),  # the file's order, not the directory's
        (("leads", "clerks"), "lead"),
        (("gov", "clerks"), "clerk"),
        (("Leads",), ""),  # a claim is compared letter by letter
        (("lead",), ""),  # the role's own name is no group
        (("clerks,leads",), ""),
    ],
)
def test_the_first_line_that_names_a_group_counts(groups: tuple[str, ...], role: str) -> None:
    assert mapped_role(groups, ROLES) == role


@pytest.mark.parametrize(
    ("written", "spelt"),
    [
        ("CN=Leads, OU=Groups, DC=Agency,DC=cn", "cn=leads,ou=groups,dc=agency,dc=cn"),
        ("cn = leads ,ou=groups", "cn=leads,ou=groups"),
        ("  项目负责人 ", "项目负责人"),
    ],
)
def test_groups_are_spelt_as_directories_compare_them(written: str, spelt: str) -> None:
    assert group_spelling(written) == spelt
    settings = LdapSettings(**{**LDAP, "roles": {written: "lead"}})
    assert settings.spelt_roles == {spelt: "lead"}


@pytest.mark.parametrize(
    ("kind", "given", "wrong"),
    [
        (OidcSettings, OIDC, {"issuer": "http://id.example.cn"}),
        (OidcSettings, OIDC, {"issuer": "id.example.cn"}),
        (OidcSettings, OIDC, {"issuer": "https://" + "a" * 260}),
        (OidcSettings, OIDC, {"client_id": ""}),
        (OidcSettings, OIDC, {"scopes": ("profile",)}),
        (OidcSettings, OIDC, {"roles": {}}),
        (OidcSettings, OIDC, {"timeout_s": 0}),
        (LdapSettings, LDAP, {"security": "none"}),
        (LdapSettings, LDAP, {"base": ""}),
        (LdapSettings, LDAP, {"bind_dn": ""}),
        (LdapSettings, LDAP, {"bind_template": "uid={account}"}),
        (LdapSettings, LDAP, {"keyring": ""}),
        (LdapSettings, LDAP, {"bind_dn": "", "bind_template": "uid=zhang"}),
        (LdapSettings, LDAP, {"user_filter": "(uid=*)"}),
        (LdapSettings, LDAP, {"group_attribute": ""}),
        (LdapSettings, LDAP, {"roles": {}}),
        (LdapSettings, LDAP, {"port": 0}),
    ],
)
def test_what_cannot_work_is_refused(kind: Any, given: dict[str, Any], wrong: dict[str, Any]) -> None:
    kind(**given)
    with pytest.raises(ValueError, match=r"."):
        kind(**{**given, **wrong})


def test_nothing_is_configured_by_itself() -> None:
    assert not OidcSettings().issuer
    assert not LdapSettings().host
    assert LdapSettings(**{**LDAP, "host": "127.0.0.1", "security": "none"}).security == "none"


@pytest.mark.parametrize(
    ("address", "fit"),
    [
        ("https://id.example.cn/realms/a", True),
        ("http://127.0.0.1:8080", True),
        ("http://[::1]:8080", True),
        ("http://localhost", True),
        ("http://localhost.example.cn", False),
        ("http://127.0.0.1.example.cn", False),
        ("ftp://127.0.0.1", False),
        ("https://", False),
        ("https://[", False),
        ("javascript:alert(1)", False),
    ],
)
def test_only_addresses_by_tls_or_of_this_machine_are_asked(address: str, fit: bool) -> None:
    assert fit_address(address) is fit


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("陆文静", "陆文静"),
        ("  陆\n文静 ", "陆 文静"),
        ("a\u202eb\u200bc\x00d", "abc d"),
        ("长" * 80, "长" * 64),
        (None, ""),
        (["x"], ""),
    ],
)
def test_a_name_is_one_visible_line(told: object, name: str) -> None:
    assert shown(told, 64) == name
