"""Ties the account that runs the tests to a person of the roster, as evidence.toml does it."""

from __future__ import annotations

from pathlib import Path

from evidence.ledger.acting import system_account


def tie(workspace: Path, person: str) -> None:
    """From now on this account is that person; the last word counts."""
    settings = workspace / "evidence.toml"
    kept = settings.read_text(encoding="utf-8").partition("\n[accounts]\n")[0]
    settings.write_text(f'{kept}\n[accounts]\n"{system_account()}" = "{person}"\n', encoding="utf-8")
