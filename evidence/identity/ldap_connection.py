"""One connection to an LDAP server over `ldap3`, as little of the protocol as signing in needs.

Imported only where the extra `[ldap]` is installed. Referrals are never followed: a directory must not send a
person's password to another server.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import ldap3
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import escape_rdn, parse_dn

from evidence.identity.identity import DirectoryDownError
from evidence.identity.settings import LdapSettings
from evidence.language import _

WRONG = frozenset({19, 32, 48, 49, 50, 53})
"""Answers to a bind that mean this account, not the server: wrong, locked, expired, switched off."""
_MOST_GROUPS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry: its name and what was asked of it."""

    dn: str
    attributes: Mapping[str, tuple[bytes, ...]]
    """By the attribute's name in lower case."""

    def text(self, attribute: str) -> str:
        """The first value; empty where there is none. Binary ids are written as people know them."""
        values = self.attributes.get(attribute.lower(), ()) if attribute else ()
        if not values:
            return ""
        if attribute.lower() == "objectguid" and len(values[0]) == 16:
            return str(UUID(bytes_le=values[0]))
        try:
            return values[0].decode("utf-8")
        except UnicodeDecodeError:
            return values[0].hex()  # replaced, the ids of two people would be one

    def texts(self, attribute: str) -> tuple[str, ...]:
        """All values."""
        values = self.attributes.get(attribute.lower(), ()) if attribute else ()
        return tuple(value.decode("utf-8", "replace") for value in values)


class _PlatformTls(ldap3.Tls):  # type: ignore[misc]
    """TLS by the platform's own context, which also compares the server's name."""

    def __init__(self, ca_file: str) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self._context = ssl.create_default_context(cafile=ca_file or None)

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        """What ldap3 calls when TLS begins; the handshake happens here."""
        del do_handshake
        connection.socket = self._context.wrap_socket(
            connection.socket, server_hostname=connection.server.host
        )


class Session:
    """An open connection. Every method raises `DirectoryDownError` when the server fails it."""

    def __init__(self, connection: Any, timeout_s: int) -> None:
        self._connection = connection
        self._timeout_s = timeout_s

    def binds(self, user: str, password: str) -> bool:
        """Whether the server takes this password for this name; both are never empty.

        Raises:
            ValueError: an empty password, which a server takes for nobody and answers with success.
        """
        if not user or not password:
            raise ValueError("an empty password proves nothing")
        with answering():
            # as bytes it is sent as typed; ldap3 takes signs out of a text, down to an empty one
            self._connection.user, self._connection.password = user, password.encode("utf-8")
            self._connection.authentication = ldap3.SIMPLE
            if self._connection.bind(read_server_info=False):
                return True
            result = self._connection.result
            if result["result"] in WRONG:
                return False
            raise _answered(result)

    def found(self, base: str, filter_: str, attributes: list[str], most: int) -> list[Entry]:
        """Entries below a place, at most so many; references to other servers are left out."""
        return self._searched(base, filter_, attributes, most, ldap3.SUBTREE)

    def there(self, dn: str) -> bool:
        """Whether an entry exists and may be seen."""
        return bool(self._searched(dn, "(objectClass=*)", ["1.1"], 1, ldap3.BASE))

    def _searched(self, base: str, filter_: str, attributes: list[str], most: int, scope: Any) -> list[Entry]:
        with answering():
            self._connection.search(
                base,
                filter_,
                search_scope=scope,
                dereference_aliases=ldap3.DEREF_NEVER,
                attributes=attributes,
                size_limit=most,
                time_limit=self._timeout_s,
            )
            result = self._connection.result
            if result["result"] not in {0, 4, 32}:  # done; more than asked for; no such place
                raise _answered(result)
            return [
                Entry(
                    dn=str(each["dn"]),
                    attributes={
                        str(name).lower(): tuple(bytes(value) for value in values)
                        for name, values in each["raw_attributes"].items()
                    },
                )
                for each in self._connection.response or ()
                if each.get("type") == "searchResEntry"
            ]

    def groups_of(self, person: Entry, account: str, settings: LdapSettings) -> list[str]:
        """DNs of the groups that a person is in, by the person's own list and by the groups'."""
        named = list(person.texts(settings.group_attribute))
        if settings.group_base:
            wanted = filled(settings.group_filter, {"dn": person.dn, "account": account})
            named += [each.dn for each in self.found(settings.group_base, wanted, ["1.1"], _MOST_GROUPS)]
        return named


@contextmanager
def answering() -> Iterator[None]:
    """Whatever the server does wrong within becomes `DirectoryDownError`."""
    try:
        yield
    except (LDAPException, OSError, EOFError) as error:
        raise _down(" ".join(str(error).split())[:200] or type(error).__name__) from error


def _answered(result: Mapping[str, Any]) -> DirectoryDownError:
    words = (str(result.get("description", "")), str(result.get("message", "")))
    return _down(" ".join(" ".join(words).split())[:200])


def _down(why: str) -> DirectoryDownError:
    return DirectoryDownError(
        _("单位的目录服务（LDAP）没有办成：{why}").format(why=why),
        where="[ldap]",
        remedy=_("请核对 evidence.toml 的 [ldap] 和网络，再运行 evidence doctor。"),
    )


@contextmanager
def session(settings: LdapSettings, ca_file: str) -> Iterator[Session]:
    """Connect, by TLS as the settings say; nobody is bound yet.

    Raises:
        DirectoryDownError: no answer, or a certificate that does not hold.
    """
    connection: Any = None
    try:
        with answering():
            server = ldap3.Server(
                settings.host,
                port=settings.port,
                use_ssl=settings.security == "tls",
                tls=None if settings.security == "none" else _PlatformTls(ca_file),
                get_info=ldap3.NONE,
                connect_timeout=settings.timeout_s,
                allowed_referral_hosts=[],
            )
            connection = ldap3.Connection(
                server,
                client_strategy=ldap3.SYNC,
                auto_bind=ldap3.AUTO_BIND_NONE,
                auto_referrals=False,
                receive_timeout=settings.timeout_s,
                read_only=True,
                check_names=False,
                raise_exceptions=False,
            )
            connection.open(read_server_info=False)
            if settings.security == "starttls":
                connection.start_tls(read_server_info=False)
        yield Session(connection, settings.timeout_s)
    finally:
        if connection is not None:
            with suppress(Exception):  # the work is done or has failed already; a farewell changes nothing
                connection.unbind()


def filled(filter_: str, values: Mapping[str, str]) -> str:
    """A filter with its places filled in once; nothing filled in becomes part of the filter's grammar."""
    return _put_in(filter_, {name: escape_filter_chars(value) for name, value in values.items()})


def named(template: str, account: str) -> str:
    """Whom to bind as; the account is never more than one value of the name."""
    return _put_in(template, {"account": escape_rdn(account)})


def _put_in(template: str, values: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), template)


def short_name(dn: str) -> str:
    """The first value of a DN, `leads` of `cn=leads,ou=groups,…`; empty for what is no DN."""
    try:
        return str(parse_dn(dn, strip=True)[0][1])
    except (LDAPException, IndexError):
        return ""


def is_below(dn: str, base: str) -> bool:
    """Whether an entry stands below a place; both in the spelling of `group_spelling`."""
    return not base or dn == base or dn.endswith(f",{base}")
