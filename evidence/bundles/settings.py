"""What evidence.toml says about signing and time stamping. Light: read by every command."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import Literal

LevelName = Literal["B-B", "B-T", "B-LT", "B-LTA"]
"""PAdES baseline levels (ETSI EN 319 142-1), weakest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerSettings:
    """`[signer]`: whose key signs packages. Paths are relative to the workspace."""

    pkcs12: str = "keys/signer.p12"
    """Key and certificate in one file; empty when the key is on a token."""
    password_file: str = "keys/signer.password"  # noqa: S105
    """File with the password of `pkcs12` or the token's PIN, readable by its owner only (0600)."""
    keyring: str = ""
    """Name of that password in the system's keyring (`keyring set evidence NAME`); wins over the file."""
    pkcs11_library: str = ""
    """The token maker's PKCS#11 library, e.g. `/usr/lib/softhsm/libsofthsm2.so`."""
    token_label: str = ""
    """Label of the token that holds the key; empty where there is only one."""
    key_label: str = ""
    """Label of the private key on the token."""
    certificate: str = ""
    """PEM file of the signer's certificate when the token does not hold it."""
    chain: tuple[str, ...] = ("keys/ca.pem",)
    """PEM files of issuing certificates up to the root."""
    crls: tuple[str, ...] = ("keys/ca.crl",)
    """Revocation lists, DER or PEM, refreshed by the person who keeps the key."""
    fetch_revocation: bool = False
    """Fetch CRL and OCSP answers from the addresses in the certificates while signing."""
    evaluation: bool = False
    """Allow a certificate whose subject says EVALUATION ONLY; `init --evaluation-keys` allows its own."""
    list_level: LevelName = "B-LTA"
    """Highest PAdES level tried for 移交清单.pdf (ETSI EN 319 142-1)."""
    dossier_level: LevelName = "B-T"
    """Highest PAdES level tried for each 卷宗.pdf."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampSettings:
    """`[timestamp]`: the RFC 3161 authority. With both addresses empty nothing is stamped (B-B)."""

    url: str = ""
    """HTTP address of the authority; wins over `local`."""
    local: str = "keys/tsa"
    """Folder of an evaluation authority answered by `openssl ts` on this machine. Must be there when it is
    named; empty for none."""
    timeout_s: int = 10
    """Seconds for one attempt."""
    attempts: int = 3
    """Times the authority is asked before the signature goes without a time stamp."""
    max_skew_s: int = 300
    """Largest accepted difference between the authority's clock and ours, seconds."""
    chain: tuple[str, ...] = ("keys/ca.pem",)
    """PEM files of the authority's issuing certificates up to the root."""

    def whatever_its_clock(self) -> TimestampSettings:
        """The same authority for somebody who says that this machine's clock is right."""
        return replace(self, max_skew_s=sys.maxsize)
