"""SoftHSM in this process: it reads its configuration once, so whoever makes another store says so."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pkcs11

LIBRARY = Path("/usr/lib/softhsm/libsofthsm2.so")


def softhsm(*arguments: str) -> None:
    """One command of softhsm2-util."""
    subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True)


def read_configuration_again() -> None:
    """After SOFTHSM2_CONF names another store, or a token was made there."""
    pkcs11.lib(str(LIBRARY)).reinitialize()
