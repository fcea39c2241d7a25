"""`[oidc]` and `[ldap]` of evidence.toml: the agency's own directory, and who of it has which role."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from evidence.identity.identity import LONGEST

RoleName = Literal["clerk", "lead", "auditor", "regulator", "inspector"]
"""Roles of the desk, which stands above this room; a test keeps them equal."""


def on_this_machine(host: str) -> bool:
    """Whether a host is this machine itself, so that nobody listens on the way."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def fit_address(address: str) -> bool:
    """Whether an address of the provider may be asked: by TLS, or on this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and on_this_machine(host)))


def group_spelling(group: str) -> str:
    """A group as directories compare it: case and blanks around signs are no difference."""
    return re.sub(r"\s*([,=])\s*", r"\1", group.strip()).casefold()


def _refuse_first(*faults: tuple[bool, str]) -> None:
    for wrong, place in faults:
        if wrong:
            raise ValueError(place)


@dataclass(frozen=True, slots=True, kw_only=True)
class OidcSettings:
    """The provider of OpenID Connect, and what its claims mean here."""

    issuer: str = ""
    """The provider's issuer, letter by letter as it names itself; empty: nobody signs in this way."""
    client_id: str = ""
    """What the provider calls this desk."""
    secret_file: str = ""
    """File with the client's secret, relative to the workspace, readable by its owner only (0600)."""
    keyring: str = ""
    """Name of the secret in the system's keyring (`keyring set evidence NAME`); wins over the file. With
    neither the desk is a public client, proven by PKCE alone."""
    scopes: tuple[str, ...] = ("openid", "profile")
    """What is asked for; `openid` must be among them."""
    role_claim: str = "roles"
    """Claim that `roles` looks up, a text or a list; dots lead inward (`realm_access.roles`)."""
    name_claim: str = "name"
    """Claim with the person's name, which goes into the journal."""
    account_claim: str = "preferred_username"
    """Claim that the desk's account is called after."""
    person_claim: str = ""
    """Claim with the person's id in the roster; empty: the lead ties the account on the page 账号."""
    label: str = "用单位账号登录"
    """What the button on the sign-in page says."""
    ca_file: str = ""
    """PEM file of the certificate authority, relative to the workspace; empty for those of the system."""
    timeout_s: int = 10
    """Seconds that one answer of the provider may take."""
    roles: dict[str, RoleName] = field(default_factory=dict)
    """`[oidc.roles]`: value of the claim -> role of the desk; of several the first line counts. Whom no line
    names stays outside."""

    def __post_init__(self) -> None:
        """Refuse what cannot work.

        Raises:
            ValueError: an issuer that is not asked by TLS, no client, no role, or a scope is missing.
        """
        if self.issuer:
            _refuse_first(
                (not fit_address(self.issuer) or len(self.issuer) > LONGEST, "issuer: https://"),
                (not self.client_id, "client_id"),
                ("openid" not in self.scopes, "scopes: openid"),
                (not self.roles, "[oidc.roles]"),
                (self.timeout_s < 1, "timeout_s < 1"),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class LdapSettings:
    """The directory, how people are found in it, and what their groups mean here."""

    host: str = ""
    """The LDAP server; empty: nobody signs in this way."""
    port: int = 636
    """Its port; 389 for `starttls`."""
    security: Literal["tls", "starttls", "none"] = "tls"
    """`none` sends passwords in the clear: only to this machine itself."""
    ca_file: str = ""
    """PEM file of the certificate authority, relative to the workspace; empty for those of the system."""
    bind_dn: str = ""
    """The account that looks people up; empty where `bind_template` says whom to bind as."""
    password_file: str = ""
    """File with that account's password, relative to the workspace, readable by its owner only (0600)."""
    keyring: str = ""
    """Name of that password in the system's keyring (`keyring set evidence NAME`); wins over the file."""
    bind_template: str = ""
    """Whom to bind as, without an account that looks people up: `uid={account},ou=people,dc=agency,dc=cn`."""
    base: str = ""
    """Below which entry people are; it also names the directory in the desk's accounts."""
    user_filter: str = "(uid={account})"
    """Which entry is whose; for Active Directory `(sAMAccountName={account})`."""
    subject_attribute: str = "entryUUID"
    """What names an entry for ever; `objectGUID` for Active Directory."""
    name_attribute: str = "cn"
    """The person's name, which goes into the journal; `displayName` for Active Directory."""
    person_attribute: str = ""
    """The person's id in the roster; empty: the lead ties the account on the page 账号."""
    group_attribute: str = "memberOf"
    """Attribute of a person that lists groups; empty where there is none."""
    group_base: str = ""
    """Below which entry groups are looked for, and outside of which none counts; empty: nowhere."""
    group_filter: str = "(|(member={dn})(uniqueMember={dn}))"
    """Which groups a person is in; `{account}` for `memberUid`."""
    label: str = "单位账号"
    """What the sign-in page calls these accounts."""
    timeout_s: int = 10
    """Seconds without an answer after which the server counts as down."""
    roles: dict[str, RoleName] = field(default_factory=dict)
    """`[ldap.roles]`: group -> role of the desk, by its name (cn) or whole DN; of several the first line
    counts. Whom no line names stays outside."""

    def __post_init__(self) -> None:
        """Refuse what cannot work.

        Raises:
            ValueError: passwords in the clear, nobody to bind as, no place to search, no role.
        """
        if self.host:
            by_template = bool(self.bind_template)
            signs_in = by_template or bool(self.password_file or self.keyring)
            _refuse_first(
                (self.security == "none" and not on_this_machine(self.host), 'security = "none"'),
                (not 0 < len(self.base) <= LONGEST, "base"),
                (bool(self.bind_dn) == bool(self.bind_template), "bind_dn / bind_template"),
                (bool(self.bind_dn) and not signs_in, "password_file / keyring"),
                (
                    bool(self.bind_template) and "{account}" not in self.bind_template,
                    "bind_template: {account}",
                ),
                ("{account}" not in self.user_filter, "user_filter: {account}"),
                (not (self.group_attribute or self.group_base), "group_attribute / group_base"),
                (not self.roles, "[ldap.roles]"),
                (min(self.timeout_s, self.port) < 1, "timeout_s / port < 1"),
            )

    @property
    def spelt_roles(self) -> Mapping[str, RoleName]:
        """The table with its groups as directories compare them."""
        return {group_spelling(group): role for group, role in self.roles.items()}
