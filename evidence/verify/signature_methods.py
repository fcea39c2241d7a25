"""Signature methods as other programs name them, brought to those that the library checks.

Some write an identifier that the library does not list, a key's algorithm where a method belongs, or a
method where a digest belongs. Others name two digests that differ: the value is made with the one of
`digestAlgorithm` (RFC 5652, 5.4), but readers disagree, so that it is neither right nor wrong.
"""

from __future__ import annotations

import re
from dataclasses import replace

from asn1crypto import algos, cms, core, keys
from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator.sig_validate import (
    DEFAULT_VALIDATION_CONTEXT,
    DefaultSignatureValidator,
    SignatureValidationContext,
)

_METHOD = re.compile(r"rsassa_pkcs1v15|rsassa_pss|\w+_(?:rsa|dsa|ecdsa)|ecdsa|dsa|ed25519|ed448")
_RSA_SHA3 = {
    "2.16.840.1.101.3.4.3.13": "sha3_224",
    "2.16.840.1.101.3.4.3.14": "sha3_256",
    "2.16.840.1.101.3.4.3.15": "sha3_384",
    "2.16.840.1.101.3.4.3.16": "sha3_512",
}
"""RSA PKCS #1 v1.5 with SHA-3 (NIST, Computer Security Objects Register)."""
_PLAIN_ECDSA = {
    "0.4.0.127.0.7.1.1.4.1.2": "sha224",
    "0.4.0.127.0.7.1.1.4.1.3": "sha256",
    "0.4.0.127.0.7.1.1.4.1.4": "sha384",
    "0.4.0.127.0.7.1.1.4.1.5": "sha512",
}
"""ECDSA whose value is r and s side by side, without ASN.1 (BSI TR-03111, 5.2.1)."""
_EC_KEY = "1.2.840.10045.2.1"
"""The identifier of an elliptic-curve key, written where the method belongs."""


class _PlainPair(core.Sequence):  # type: ignore[misc]  # asn1crypto has no types
    _fields = [("r", core.Integer), ("s", core.Integer)]  # noqa: RUF012 - asn1crypto's way


class TwoDigestsError(Exception):
    """The value is right for the digest of `digestAlgorithm`, the method names another."""

    def __init__(self, digest: str) -> None:
        super().__init__()
        self.digest = digest


def can_verify(method: str) -> bool:
    """Whether a signature method, by its asn1crypto name, can be checked here."""
    known = method in _RSA_SHA3 or method in _PLAIN_ECDSA or method == _EC_KEY
    return known or _METHOD.fullmatch(method) is not None


def digest_name(signer: cms.SignerInfo) -> str:
    """The digest of a SignerInfo; a method written in its place names its own digest."""
    return _digest_meant(signer["digest_algorithm"]["algorithm"].native)


class MethodsOfOthers(DefaultSignatureValidator):
    """Checks a signature value by the method that its identifiers mean."""

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: keys.PublicKeyInfo,
        signature_algorithm: algos.SignedDigestAlgorithm,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        """See the library.

        Raises:
            InvalidSignature: the value is wrong by every reading of the identifiers.
            TwoDigestsError: it is right by one of two readings.
        """
        stated = _digest_meant(context.contextual_md_algorithm or "")
        context = replace(context, contextual_md_algorithm=stated)
        oid, written, by_method = signature_algorithm["algorithm"].dotted, signature, context
        if oid in _RSA_SHA3:
            signature_algorithm = _method("rsassa_pkcs1v15")
            by_method = replace(context, contextual_md_algorithm=_RSA_SHA3[oid])
        elif oid in _PLAIN_ECDSA:
            signature_algorithm, written = _method("ecdsa"), _in_asn1(signature)
            by_method = replace(context, contextual_md_algorithm=_PLAIN_ECDSA[oid])
        elif oid == _EC_KEY:
            signature_algorithm = _method("ecdsa")
        try:
            super().validate_signature(written, signed_data, public_key_info, signature_algorithm, by_method)
        except InvalidSignature:
            if _digest_of(signature_algorithm, by_method) in ("", stated):
                raise
            plain = _method(signature_algorithm.signature_algo)
            super().validate_signature(written, signed_data, public_key_info, plain, context)
            raise TwoDigestsError(stated) from None


def _method(name: str) -> algos.SignedDigestAlgorithm:
    return algos.SignedDigestAlgorithm({"algorithm": name})


def _digest_of(method: algos.SignedDigestAlgorithm, context: SignatureValidationContext) -> str:
    """The digest that a method names itself; empty for one of a kind that has only one."""
    if method.signature_algo not in ("rsassa_pkcs1v15", "ecdsa"):
        return ""
    try:
        named: str = method.hash_algo
    except ValueError:
        return context.contextual_md_algorithm or ""
    return named


def _digest_meant(name: str) -> str:
    """What a digest's name means; an identifier that asn1crypto lists as no digest may be a method's."""
    if not name[:1].isdigit():
        return name
    try:
        meant: str = algos.SignedDigestAlgorithm({"algorithm": name}).hash_algo
    except ValueError:  # no method either
        return name
    return meant


def _in_asn1(signature: bytes) -> bytes:
    half = len(signature) // 2
    if not half or len(signature) % 2:
        raise InvalidSignature
    r, s = (int.from_bytes(part, "big") for part in (signature[:half], signature[half:]))
    return bytes(_PlainPair({"r": r, "s": s}).dump())
