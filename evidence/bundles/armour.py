"""What others hand over in DER or PEM: certificates, revocation lists, signatures."""

from __future__ import annotations

from asn1crypto import cms, pem


def blocks_of(data: bytes) -> list[bytes]:
    """Every block of a file in DER.

    Raises:
        ValueError: the armour is broken.
        TypeError: likewise.
    """
    return [der for _t, _h, der in pem.unarmor(data, multiple=True)] if pem.detect(data) else [data]


def signed_data(data: bytes) -> cms.ContentInfo:
    """A signature that stands alone, of one block.

    Raises:
        ValueError: it is none.
    """
    try:
        if pem.detect(data):
            _kind, _headers, data = pem.unarmor(data)
        found = cms.ContentInfo.load(data, strict=True)
        if found["content_type"].native == "signed_data":
            return found
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(str(error)) from error
    raise ValueError("no SignedData")
