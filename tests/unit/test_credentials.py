"""Where passwords come from: a file only its owner reads, or the system's keyring."""

from __future__ import annotations

from pathlib import Path

import keyring
import pytest
from keyring.backends.fail import Keyring as NoKeyring
from keyring.errors import KeyringLocked

from evidence.credentials import CredentialError, from_file, from_keyring


def test_a_file_gives_its_text_without_the_end_of_line(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text(" 密码 with spaces \r\n", encoding="utf-8")
    path.chmod(0o600)
    assert from_file(path) == " 密码 with spaces "


def test_no_file_is_no_password(tmp_path: Path) -> None:
    assert from_file(tmp_path / "none") is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622])
def test_a_file_that_others_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "password"
    path.write_text("secret")
    path.chmod(mode)
    with pytest.raises(CredentialError, match="其他账户") as refused:
        from_file(path)
    assert "secret" not in str(refused.value)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_bytes(b"\xff\xfe\x00")
    path.chmod(0o600)
    with pytest.raises(CredentialError, match="读不出来"):
        from_file(path)


def test_the_keyring_gives_what_was_stored(system_keyring: dict[tuple[str, str], str]) -> None:
    keyring.set_password("evidence", "mail", "secret")
    assert system_keyring == {("evidence", "mail"): "secret"}
    assert from_keyring("mail") == "secret"


def test_a_machine_without_keyring_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    try:
        with pytest.raises(CredentialError, match="打不开") as refused:
            from_keyring("mail")
    finally:
        keyring.set_keyring(before)
    assert "keyring set evidence mail" in refused.value.remedy


def test_a_locked_keyring_says_so(
    monkeypatch: pytest.MonkeyPatch, system_keyring: dict[tuple[str, str], str]
) -> None:
    def locked(service: str, name: str) -> str:
        raise KeyringLocked("locked")

    monkeypatch.setattr(keyring, "get_password", locked)
    with pytest.raises(CredentialError, match="locked"):
        from_keyring("mail")
