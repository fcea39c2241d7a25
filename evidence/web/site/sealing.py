"""What telephones seal for the server alone: the key, and how it opens (ECIES over P-256, AES-256-GCM).

A sealed message is the public half of a key pair made for it alone (65 bytes), an IV (12 bytes), and the
ciphertext with its tag.
"""

from __future__ import annotations

import os
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from secrets import token_hex

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from evidence.bundles.keys import private

SEALED = "application/x-evidence-sealed"
_INFO = b"evidence-site 1"
_POINT, _IV = 65, 12
OVERHEAD = _POINT + _IV + 16
"""Bytes that sealing adds."""


class UnopenedError(Exception):
    """Not sealed for this key, or changed on the way."""


@dataclass(frozen=True, slots=True)
class SealKey:
    """The server's half."""

    private: ec.EllipticCurvePrivateKey

    @property
    def public(self) -> str:
        """The public half as telephones get it: uncompressed point, Base64."""
        point = self.private.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )
        return b64encode(point).decode("ascii")

    def open(self, message: bytes) -> bytes:
        """What was sealed.

        Raises:
            UnopenedError: it cannot be opened.
        """
        point, iv, body = message[:_POINT], message[_POINT : _POINT + _IV], message[_POINT + _IV :]
        try:
            theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
            secret = self.private.exchange(ec.ECDH(), theirs)
            key = HKDF(algorithm=hashes.SHA256(), length=32, salt=point, info=_INFO).derive(secret)
            return AESGCM(key).decrypt(iv, body, None)
        except (ValueError, InvalidTag) as error:
            raise UnopenedError from error


@lru_cache(maxsize=4)
def seal_key(root: Path) -> SealKey:
    """The key of a workspace, made the first time. It is part of the backup: without it nobody could open
    what a telephone has not handed over yet.
    """
    path = root / "desk" / "site-seal.pem"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    if not path.is_file():
        made = ec.generate_private_key(ec.SECP256R1()).private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        fresh = path.with_name(f"{path.name}.{token_hex(8)}")
        private(fresh, made)
        # whoever else makes one at this moment, the first name stands
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    kept = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(kept, ec.EllipticCurvePrivateKey):
        raise TypeError(str(path))
    return SealKey(kept)
