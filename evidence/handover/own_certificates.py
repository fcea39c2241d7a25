"""Every certificate the agency ever signed packages with: none of its keys can witness for the others."""

from __future__ import annotations

import base64
import zipfile

from asn1crypto import pem, x509

from evidence.handover.handover_context import HandoverContext
from evidence.handover.signer_change import changes
from evidence.ledger.proof import SIGNED_PARTS

_MEMBER = "certificates/signer-chain.pem"


def own_certificates(context: HandoverContext) -> tuple[x509.Certificate, ...]:
    """The signer's certificate of every package at hand, and of every change; no key is opened for this."""
    found = [one for package in context.ledger.view.packages() for one in _of(context, package.id)]
    for change in changes(context.ledger):
        found += [
            x509.Certificate.load(base64.b64decode(each)) for each in (change.replaced, change.certificate)
        ]
    return tuple({each.dump(): each for each in found}.values())


def signer_of(context: HandoverContext, package: str) -> x509.Certificate | None:
    """The certificate that signed a package, as the package carries it; None when it is not at hand."""
    return next(iter(_of(context, package)), None)


def signed_parts(context: HandoverContext, package: str) -> dict[str, str] | None:
    """The files by which a package's signature stands for its checkpoint, in Base64 (`SIGNED_PARTS`)."""
    parts = {name: _member(context, package, file) for name, file in SIGNED_PARTS.items()}
    if any(part is None for part in parts.values()):
        return None
    return {name: base64.b64encode(part or b"").decode() for name, part in parts.items()}


def _of(context: HandoverContext, package: str) -> list[x509.Certificate]:
    data = _member(context, package, _MEMBER)
    if data is None:
        return []
    chain = [der for _kind, _headers, der in pem.unarmor(data, multiple=True)]
    return [x509.Certificate.load(chain[0])]


def _member(context: HandoverContext, package: str, name: str) -> bytes | None:
    """One file of a package at hand, zip or folder."""
    archive, folder = context.folder / f"{package}.zip", context.folder / package
    try:
        if archive.is_file():
            with zipfile.ZipFile(archive) as opened:
                return opened.read(f"{package}/{name}")
        return (folder / name).read_bytes() if (folder / name).is_file() else None
    except (zipfile.BadZipFile, KeyError, OSError):
        return None  # damaged or moved away: verify and audit say so
