"""Under what circumstances a verdict was reached: when, where, with which program, over which bytes, with
which trust. A report without them can be tied to no package and to no day. Plain values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

POLICY = (
    "ETSI EN 319 102-1 V1.4.1 第 5.6 条（带长期验证资料的签名）；"
    "证书路径按 RFC 5280，只信任所给的证书，不联网；"
    "签名格式 PAdES（ETSI EN 319 142-1）、CAdES（ETSI EN 319 122-1），时间戳 RFC 3161；移交包格式 1"
)
"""The validation policy followed: there is one, and it stands in the documentation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenFile:
    """Something the reader named: what was verified, or a package of an earlier week."""

    name: str
    sha256: str
    """Of the file; of a folder's `tagmanifest-sha256.txt`, which names every other file."""
    digest_of: str
    """`file`, `tagmanifest`; empty when it could not be read."""
    bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenTrust:
    """One certificate or revocation list from a file that the reader trusted."""

    file: str
    option: str
    """`--trust` and its like."""
    kind: str
    """`certificate`, `crl`."""
    subject: str
    """Of a certificate; of a list its issuer."""
    sha256: str
    this_update: datetime | None = None
    """Of a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedPackage:
    """What a package says it is (bag-info.txt): claims, which the signature makes the signer's."""

    id: str = ""
    agency: str = ""
    contract: str = ""
    week: str = ""
    as_of: str = ""
    made_at: str = ""
    """Real time of making when it differs from `as_of`; empty otherwise."""
    supplement_of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """Everything beside the verdict that a court asks for."""

    verified_at: datetime
    """Real time, whatever instant was judged."""
    object: GivenFile
    trust: tuple[GivenTrust, ...]
    previous: tuple[GivenFile, ...]
    program: str
    """Name and version, with the libraries that checked the signatures."""
    system: str
    """Operating system and Python."""
    host: str
    account: str
    policy: str = POLICY


def stated_package(info: Mapping[str, str]) -> StatedPackage:
    """From the labels of bag-info.txt."""
    return StatedPackage(
        id=info.get("External-Identifier", ""),
        agency=info.get("Source-Organization", ""),
        contract=info.get("Bag-Group-Identifier", ""),
        week=info.get("Week", ""),
        as_of=info.get("As-Of", ""),
        made_at=info.get("Real-Time", ""),
        supplement_of=info.get("Supplement-Of", ""),
    )
