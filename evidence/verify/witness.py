"""Who may witness: a party other than the agency, named by the reader (`--regulator`).

The agency cannot witness itself: none of its keys, former ones included, none of its people, nobody
under its own name. A certificate that the agency recorded for the regulator is only shown.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import x509

from evidence.domain.organization import is_among
from evidence.domain.parties import Role
from evidence.errors import InputError
from evidence.verify.certificate_names import common_names, organizations
from evidence.verify.package import Package
from evidence.verify.trust import Purpose, Standing, TrustStore, assess
from evidence.verify.trust_files import fingerprint, read_trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Regulator:
    """The certificates under which the reader recognises the regulator."""

    store: TrustStore = field(default_factory=TrustStore)

    @property
    def given(self) -> bool:
        """Whether the reader named any."""
        return bool(self.store.anchors)

    def recognises(self, certificate: x509.Certificate, *, moment: datetime, proven: bool = True) -> Standing:
        """Whether a certificate is the regulator's, in force and not revoked at an instant."""
        return assess(self.store, certificate, purpose=Purpose.SIGN, moment=moment, proven=proven)


def read_regulator(blobs: Sequence[bytes], trust: TrustStore) -> Regulator:
    """From the files given as `--regulator`; revocation lists may come with them or with `--trust`.

    Raises:
        InputError: a file holds neither a certificate nor a revocation list.
    """
    try:
        own = read_trust(blobs)
    except InputError as error:
        error.where = error.where.replace("--trust", "--regulator")
        raise
    # anchors of --trust help to build a chain, but do not say who the regulator is
    material = own.with_material(
        certificates=(*trust.certificates, *trust.anchors), crls=trust.crls, ocsps=trust.ocsps
    )
    return Regulator(store=material)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """Everything by which the agency is known in a package."""

    names: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    certificates: frozenset[str] = frozenset()
    """SHA-256 of every certificate it signed with, now or earlier."""
    keys: frozenset[bytes] = frozenset()
    """Public keys of those whose certificate is at hand."""

    def is_own(self, certificate: x509.Certificate) -> str:
        """Why a certificate belongs to the agency; empty when it does not."""
        der = certificate.dump()
        if fingerprint(der) in self.certificates or certificate.public_key.dump() in self.keys:
            return "机构自己的密钥"
        if any(is_among(name, self.names) for name in organizations(certificate)):
            return "机构自己名下的证书"
        if any(is_among(name, (*self.people, *self.names)) for name in common_names(certificate)):
            return "机构自己的人员"
        return ""


def agency_of(package: Package, *kept: Package) -> Agency:
    """What a package, and those the reader kept, tell about the agency."""
    ders = {each.proof.signer for each in (package, *kept) if each.proof.signer}
    digests: set[str] = set()
    names: set[str] = set()
    people: set[str] = set()
    for each in (package, *kept):
        names.add(each.info.get("Source-Organization", ""))
        people |= {
            str(one.get("name", ""))
            for one in each.facts.get("facts", {}).get("people", ())
            if one.get("role") != Role.SUPERVISOR  # the regulator's own officer
        }
        for _line, built in each.journal.packages().values():
            digests.add(str(built.get("signer", "")))
            names.add(str(built.get("organization", "")))
        for line in each.journal.of("signer.changed/1"):
            change = line.payload["change"]
            digests |= {change["before"], change["after"]}
            ders |= {base64.b64decode(change[key]) for key in ("replaced", "certificate")}
    return Agency(
        names=tuple(sorted(names - {""})),
        people=tuple(sorted(people - {""})),
        certificates=frozenset({*digests, *(fingerprint(der) for der in ders)} - {""}),
        keys=frozenset(x509.Certificate.load(der).public_key.dump() for der in ders),
    )
