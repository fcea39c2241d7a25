"""Every certificate the agency ever signed packages with: none of its keys can witness for the others."""

from __future__ import annotations

import base64
import zipfile

from asn1crypto import pem, x509

from evidence.handover.office import Office
from evidence.handover.signer_change import changes

_MEMBER = "certificates/signer-chain.pem"


def own_certificates(office: Office) -> tuple[x509.Certificate, ...]:
    """The signer's certificate of every package at hand, and of every change; no key is opened for this."""
    found = [one for package in office.ledger.view.packages() for one in _of(office, package.id)]
    for change in changes(office.ledger):
        found += [
            x509.Certificate.load(base64.b64decode(each)) for each in (change.replaced, change.certificate)
        ]
    return tuple({each.dump(): each for each in found}.values())


def signer_of(office: Office, package: str) -> x509.Certificate | None:
    """The certificate that signed a package, as the package carries it; None when it is not at hand."""
    return next(iter(_of(office, package)), None)


def _of(office: Office, package: str) -> list[x509.Certificate]:
    archive, folder = office.folder / f"{package}.zip", office.folder / package
    if archive.is_file():
        with zipfile.ZipFile(archive) as opened:
            data = opened.read(f"{package}/{_MEMBER}")
    elif (folder / _MEMBER).is_file():
        data = (folder / _MEMBER).read_bytes()
    else:
        return []
    chain = [der for _kind, _headers, der in pem.unarmor(data, multiple=True)]
    return [x509.Certificate.load(chain[0])]
