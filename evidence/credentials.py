"""Passwords of keys, mailboxes and directories: from a file of their owner's, or from the system's keyring.

Never from the command line, where other accounts can read them, and never into a log.
"""

from __future__ import annotations

import stat
from pathlib import Path

from evidence.errors import MissingPartError
from evidence.language import _

SERVICE = "evidence"
"""What the program is called in the keyring."""


class CredentialError(MissingPartError):
    """A password cannot be had, or others can read it."""


def password_of(keyring: str, path: Path, *, missing: str) -> str:
    """The password kept in the keyring under a name, or in the file where there is no name.

    Args:
        keyring: name in the keyring; empty for the file.
        path: the file.
        missing: what to say when there is no such file, or nothing in it.

    Raises:
        CredentialError: it cannot be had.
    """
    if keyring:
        return from_keyring(keyring)
    password = from_file(path)
    if not password:
        raise CredentialError(missing, where=str(path), remedy=_("请把密码写进该文件，权限 600。"))
    return password


def from_file(path: Path) -> str | None:
    """The password in a file, None when there is no such file.

    Raises:
        CredentialError: other accounts can read it, or it cannot be read.
    """
    if not path.is_file():
        return None
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise CredentialError(_("密码文件能被其他账户读取。"), where=str(path), remedy=f"chmod 600 {path}")
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CredentialError(
            _("密码文件读不出来。"), where=str(path), remedy=_("请核对该文件的权限，并以 UTF-8 保存。")
        ) from error


def from_keyring(name: str) -> str:
    """The password that `keyring set evidence NAME` put into the system's keyring.

    Raises:
        CredentialError: no keyring on this machine, it is locked, or it holds nothing under that name.
    """
    where = f"keyring: {SERVICE} {name}"
    remedy = _("请运行 keyring set {service} {name} 存入密码，或改用密码文件。").format(
        service=SERVICE, name=name
    )
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError as error:
        raise CredentialError(_("本机没有安装密钥环支持。"), where=where, remedy=remedy) from error
    try:
        password = keyring.get_password(SERVICE, name)
    except KeyringError as error:
        raise CredentialError(
            _("系统密钥环打不开：{why}").format(why=str(error).splitlines()[0]), where=where, remedy=remedy
        ) from error
    if password is None:
        raise CredentialError(_("系统密钥环里没有这个密码。"), where=where, remedy=remedy)
    return str(password)
