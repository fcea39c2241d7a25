"""Signing in by LDAP: find the entry, then bind as it with the password that was typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from evidence import credentials
from evidence.identity.identity import (
    LONGEST,
    DirectoryDownError,
    Identity,
    IdentityPartMissingError,
    NotVouchedError,
    shown,
)
from evidence.identity.settings import LdapSettings, group_spelling
from evidence.language import _
from evidence.release import install_command

if TYPE_CHECKING:
    from evidence.identity.ldap_connection import Entry, Session


def authenticate(settings: LdapSettings, root: Path, account: str, password: str) -> Identity:
    """Who has this account and password, by the directory's word.

    Args:
        root: the workspace.

    Raises:
        NotVouchedError: no such account, a wrong or empty password, or an account that may not sign in.
        DirectoryDownError: no answer, or settings that the server does not go along with.
        IdentityPartMissingError: `ldap3` is not installed.
        CredentialError: no password for the account that looks people up.
    """
    if not account or not account.isprintable() or not password:
        raise _wrong()  # a bind without a password succeeds on most servers and proves nothing
    _require()
    with _connected(settings, root) as session:
        _bind_to_look(session, settings, root, account, password)
        person = _person(session, settings, account)
        groups = session.groups_of(person, account, settings)
    with _connected(settings, root) as session:
        if not session.binds(person.dn, password):
            raise _wrong()
    subject = person.text(settings.subject_attribute)
    if not subject or len(subject) > LONGEST:
        raise DirectoryDownError(
            _("目录里的这个人没有 {attribute}，认不出下一次是不是同一个人。").format(
                attribute=settings.subject_attribute
            ),
            where="[ldap] subject_attribute",
            remedy=_("请在 evidence.toml 的 [ldap] 写明每个人都有、终身不变的属性。"),
        )
    return Identity(
        way="ldap",
        issuer=group_spelling(settings.base),
        subject=subject,
        account=shown(account, 64),
        name=shown(person.text(settings.name_attribute), 64) or shown(account, 64),
        groups=_counted(groups, settings),
        roster_id=person.text(settings.person_attribute).strip(),
    )


def look(settings: LdapSettings, root: Path) -> bool:
    """Whether the directory can be asked: connected, and where an account looks people up, bound and found.

    Returns:
        True when people can be looked up; False when only a person's own password could show it.

    Raises:
        DirectoryDownError, IdentityPartMissingError, CredentialError: as when somebody signs in.
    """
    _require()
    with _connected(settings, root) as session:
        if not settings.bind_dn:
            return False
        _bind_to_look(session, settings, root, "", "")
        if not session.there(settings.base):
            raise DirectoryDownError(
                _("目录里没有 {base}，或查人的账号看不到它。").format(base=settings.base),
                where="[ldap] base",
                remedy=_("请核对 evidence.toml 的 [ldap] base 和 bind_dn 的权限。"),
            )
    return True


def _require() -> None:
    try:
        import ldap3  # noqa: F401 only whether it is there
    except ImportError as error:
        raise IdentityPartMissingError(
            _("没有安装用 LDAP 登录的组件。"),
            remedy=_("请用交付的安装文件运行：{command}").format(command=install_command("ldap")),
        ) from error


@contextmanager
def _connected(settings: LdapSettings, root: Path) -> Iterator[Session]:
    from evidence.identity.ldap_connection import session

    with session(settings, str(root / settings.ca_file) if settings.ca_file else "") as opened:
        yield opened


def _bind_to_look(session: Session, settings: LdapSettings, root: Path, account: str, password: str) -> None:
    """As the account that looks people up, else as the person."""
    if settings.bind_dn:
        if not session.binds(settings.bind_dn, _password(settings, root)):
            raise DirectoryDownError(
                _("目录不接受查人的账号。"),
                where="[ldap] bind_dn",
                remedy=_("请核对 evidence.toml 的 [ldap] bind_dn 和它的密码。"),
            )
        return
    from evidence.identity.ldap_connection import named

    if not session.binds(named(settings.bind_template, account), password):
        raise _wrong()


def _person(session: Session, settings: LdapSettings, account: str) -> Entry:
    """The one entry of an account; two are nobody's."""
    from evidence.identity.ldap_connection import filled

    wanted = (
        settings.subject_attribute,
        settings.name_attribute,
        settings.person_attribute,
        settings.group_attribute,
    )
    filter_ = filled(settings.user_filter, {"account": account})
    found = session.found(settings.base, filter_, [each for each in dict.fromkeys(wanted) if each], 2)
    if len(found) != 1:
        raise _wrong()
    return found[0]


def _counted(groups: list[str], settings: LdapSettings) -> tuple[str, ...]:
    """The groups by DN and by name, as the table of roles is spelt."""
    from evidence.identity.ldap_connection import is_below, short_name

    base = group_spelling(settings.group_base)
    inside = [group for group in groups if is_below(group_spelling(group), base)]
    both = (*inside, *(short_name(group) for group in inside))
    return tuple(dict.fromkeys(group_spelling(each) for each in both if each))


def _password(settings: LdapSettings, root: Path) -> str:
    path = root / settings.password_file
    return credentials.password_of(settings.keyring, path, missing=_("没有查人的账号的密码。"))


def _wrong() -> NotVouchedError:
    return NotVouchedError(
        _("单位的目录不认这个账号和密码。"), remedy=_("请核对后重新输入；忘记密码的，请找单位的系统管理员。")
    )
