"""What a report says of one signature so that another validator can compare: certificate, chain,
algorithms, revocation data, proof of existence (ETSI TS 119 102-2, 4.2 and 4.3).

Nothing here decides anything; `trust` does. It tells what the decision rested on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from asn1crypto import crl as asn1_crl
from asn1crypto import keys, x509
from asn1crypto import ocsp as asn1_ocsp

from evidence.verify.cms import Signed, Token
from evidence.verify.signature_facts import (
    CertificateFacts,
    ProofOfExistence,
    RevocationData,
    SignatureDetails,
)
from evidence.verify.trust import TrustStore, parsed_material
from evidence.verify.trust_files import describe

_LONGEST_CHAIN = 8
_MALFORMED = (ValueError, TypeError, KeyError, AttributeError, IndexError, OverflowError)


def signature_details(store: TrustStore, signed: Signed, proof: ProofOfExistence) -> SignatureDetails:
    """Of one signature, with its own time stamp if it has one."""
    own = store.with_material(
        certificates=[one.dump() for one in signed.certificates], crls=signed.crls, ocsps=signed.ocsps
    )
    details = SignatureDetails(
        digest_algorithm=signed.digest_algorithm,
        signature_algorithm=signed.signature_algorithm,
        value=signed.value,
        chain=chain_of(own, signed.certificate),
        proof=proof,
    )
    if signed.token is None:
        return details
    return replace(details, authority=stamp_details(store, signed.token, proof).chain)


def stamp_details(store: TrustStore, token: Token, proof: ProofOfExistence) -> SignatureDetails:
    """Of one time-stamp token."""
    own = store.with_material(certificates=[one.dump() for one in token.certificates])
    return SignatureDetails(
        digest_algorithm=token.digest_algorithm,
        signature_algorithm=token.signature_algorithm,
        value=token.value,
        chain=chain_of(own, token.certificate),
        proof=proof,
    )


def chain_of(store: TrustStore, certificate: x509.Certificate | None) -> tuple[CertificateFacts, ...]:
    """A certificate and its issuers as far as they are at hand, up to an anchor or a root."""
    found: list[CertificateFacts] = []
    try:
        material = parsed_material(store)
        known = [*material.anchors, *material.certificates]
        each = certificate
        while each is not None and len(found) < _LONGEST_CHAIN:
            issuer = _issuer_of(each, known)
            found.append(_facts(store, each, issuer, material.crls, material.ocsps))
            each = None if found[-1].anchor or issuer is None or issuer == each else issuer
    except _MALFORMED:
        pass  # the verdict has its own word about what cannot be parsed
    return tuple(found)


def _issuer_of(certificate: x509.Certificate, known: Sequence[x509.Certificate]) -> x509.Certificate | None:
    named = [one for one in known if one.subject == certificate.issuer]
    wanted = certificate.authority_key_identifier
    return next((one for one in named if wanted and one.key_identifier == wanted), next(iter(named), None))


def _size(key: keys.PublicKeyInfo) -> str:
    """Bits of a key; asn1crypto knows none for Edwards curves."""
    return str(key.bit_size or "") if key.algorithm in ("rsa", "rsassa_pss", "dsa") else ""


def _facts(
    store: TrustStore,
    certificate: x509.Certificate,
    issuer: x509.Certificate | None,
    crls: Sequence[asn1_crl.CertificateList],
    ocsps: Sequence[asn1_ocsp.OCSPResponse],
) -> CertificateFacts:
    der = certificate.dump()
    key = certificate.public_key
    size = str(key.curve[1]) if key.algorithm == "ec" else _size(key)
    own_root = issuer is not None and issuer == certificate
    return CertificateFacts(
        subject=describe(certificate),
        issuer=str(certificate.issuer.human_friendly),
        serial=f"{certificate.serial_number:x}",
        sha256=sha256(der).hexdigest(),
        not_before=certificate.not_valid_before,
        not_after=certificate.not_valid_after,
        key=f"{key.algorithm.upper()} {size}".rstrip(),
        signature_algorithm=str(certificate["signature_algorithm"]["algorithm"].native),
        anchor=der in store.anchors,
        revocation=None if own_root else _revocation(certificate, crls, ocsps),
        der=der,
    )


def _revocation(
    certificate: x509.Certificate,
    crls: Sequence[asn1_crl.CertificateList],
    ocsps: Sequence[asn1_ocsp.OCSPResponse],
) -> RevocationData | None:
    found = [_from_list(each, certificate) for each in crls if each.issuer == certificate.issuer]
    for response in ocsps:
        try:
            found += _from_response(response, certificate)
        except _MALFORMED:
            continue
    return max(found, key=lambda each: (each.revoked_at is not None, each.this_update), default=None)


def _from_list(listed: asn1_crl.CertificateList, certificate: x509.Certificate) -> RevocationData:
    body = listed["tbs_cert_list"]
    number = listed.crl_number_value
    revoked = next(
        (
            entry["revocation_date"].native
            for entry in body["revoked_certificates"] or ()
            if entry["user_certificate"].native == certificate.serial_number
        ),
        None,
    )
    return RevocationData(
        source="CRL",
        this_update=body["this_update"].native,
        next_update=body["next_update"].native,
        number="" if number is None else str(number.native),
        sha256=sha256(listed.dump()).hexdigest(),
        revoked_at=revoked,
    )


def _from_response(response: asn1_ocsp.OCSPResponse, certificate: x509.Certificate) -> list[RevocationData]:
    digest = sha256(response.dump()).hexdigest()
    found = []
    for single in response.response_data["responses"]:
        if single["cert_id"]["serial_number"].native != certificate.serial_number:
            continue
        status = single["cert_status"]
        found.append(
            RevocationData(
                source="OCSP",
                this_update=single["this_update"].native,
                next_update=single["next_update"].native,
                sha256=digest,
                revoked_at=status.chosen["revocation_time"].native if status.name == "revoked" else None,
            )
        )
    return found
