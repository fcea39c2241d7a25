"""The password of a mail account: from the system's keyring, or from its owner's file."""

from __future__ import annotations

from pathlib import Path

from evidence import credentials
from evidence.language import _


def password_of(keyring: str, path: Path, *, missing: str) -> str:
    """The password kept in the keyring under a name, or in the file where there is no name.

    Args:
        keyring: name in the keyring; empty for the file.
        path: the file.
        missing: what to say when there is no such file.

    Raises:
        CredentialError: it cannot be had.
    """
    if keyring:
        return credentials.from_keyring(keyring)
    password = credentials.from_file(path)
    if password is None:
        raise credentials.CredentialError(
            missing, where=str(path), remedy=_("请把密码写进该文件，权限 600。")
        )
    return password
