"""Which digest and signature algorithms of other people's CMS can be computed and checked here."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import new as new_hash
from typing import Any

from asn1crypto import x509
from cryptography.hazmat.primitives.serialization import load_der_public_key

DigestOf = Callable[[str], bytes]
"""Name of a hash algorithm -> digest of the signed content."""

_SHAKE256 = frozenset({"shake256", "shake256_len"})
"""With the 512 bits that Ed448 asks for (RFC 8419, 3.1)."""
STRONG = frozenset(
    {"sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384", "sha3_512"} | _SHAKE256
)
"""Digests good enough today (ETSI TS 119 312)."""
WEAK = frozenset({"md5", "sha1"})
"""Digests that are computed, and then called weak."""

_CHINESE = "1.2.156.10197."
"""Arc of the Chinese commercial algorithms (GM/T 0006)."""
_SHAKE256_BYTES = 64
_HASHLIB = {"shake256": "shake_256", "shake256_len": "shake_256", "1.2.156.10197.1.401": "sm3"}
"""Names where hashlib's differ beyond SHA-3."""


def is_chinese(oid: str) -> bool:
    """Whether an object identifier belongs to the SM2/SM3 family."""
    return oid.startswith(_CHINESE)


def shown(name: str) -> str:
    """An algorithm as a person reads it."""
    return f"SM2/SM3（国密，{name}）" if is_chinese(name) else name


class Hasher:
    """One digest being computed, by asn1crypto's name for its algorithm.

    Raises:
        ValueError: when made, for an algorithm that is not known here.
    """

    def __init__(self, algorithm: str) -> None:
        self._hasher: Any = new_hash(
            _HASHLIB.get(algorithm, algorithm.replace("sha3_", "sha3-")), usedforsecurity=False
        )
        self._length = (_SHAKE256_BYTES,) if algorithm in _SHAKE256 else ()

    def update(self, data: bytes) -> None:
        self._hasher.update(data)

    def digest(self) -> bytes:
        value: bytes = self._hasher.digest(*self._length)
        return value


def digest_of_bytes(data: bytes) -> DigestOf:
    """Digest of bytes held in memory."""

    def digest(algorithm: str) -> bytes:
        hasher = Hasher(algorithm)
        hasher.update(data)
        return hasher.digest()

    return digest


def key_problem(certificate: x509.Certificate) -> str:
    """Why the certificate's key cannot be used here; empty when it can. Curves are OpenSSL's to know."""
    key = certificate.public_key
    name = key["algorithm"]["algorithm"].dotted
    try:
        name = key.algorithm
        if name in ("rsa", "rsassa_pss"):
            return ""
        if name == "ec":
            kind, curve = key.curve
            name = f"曲线 {shown(curve)}" if kind == "named" else "自定参数的椭圆曲线"
        load_der_public_key(key.dump())
    except Exception:  # how a library says "unknown" differs by algorithm and version
        return f"本程序不能使用证书的公钥（{shown(name)}）"
    return ""
