"""Photographs and films with a C2PA manifest, signed by a camera of the tests' own making."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache

import c2pa
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.x509.oid import ExtendedKeyUsageOID
from PIL import Image

from tests.support.pki import Identity, make_identity

CAMERA = "现场相机 007"
TOOL = "测试相机 1.0"
_TAKEN = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture"


@dataclass(frozen=True, kw_only=True)
class Camera:
    """A signer below an issuer below a root, as the standard wants them."""

    root: Identity
    issuer: Identity
    signer: Identity

    def signed(
        self, data: bytes, media_type: str = "image/jpeg", *, address: str = "", stamp: str = ""
    ) -> bytes:
        """The file with its manifest; with `address` only that, the manifest being said to lie there.

        `stamp`: where the signature gets its time stamp.
        """
        name, version = TOOL.split()
        created = {"action": "c2pa.created", "digitalSourceType": _TAKEN}
        builder = c2pa.Builder(
            {
                "claim_generator_info": [{"name": name, "version": version}],
                "format": media_type,
                "assertions": [{"label": "c2pa.actions", "data": {"actions": [created]}}],
            }
        )
        if address:
            builder.set_no_embed()
            builder.set_remote_url(address)
        chain = (self.signer.pem + self.issuer.pem).decode()
        signer = c2pa.Signer.from_callback(self._sign, c2pa.C2paSigningAlg.ES256, chain, stamp or None)
        made = io.BytesIO()
        builder.sign(signer, media_type, io.BytesIO(data), made)
        return made.getvalue()

    def _sign(self, data: bytes) -> bytes:
        assert isinstance(self.signer.key, ec.EllipticCurvePrivateKey)
        pair = decode_dss_signature(self.signer.key.sign(data, ec.ECDSA(hashes.SHA256())))
        return b"".join(number.to_bytes(32, "big") for number in pair)


@cache
def shared_camera() -> Camera:
    """The same one for every test."""
    root = make_identity("相机根证书")
    issuer = make_identity("相机签发", issuer=root, authority=True, issuer_key=True)
    uses = (ExtendedKeyUsageOID.EMAIL_PROTECTION,)
    signer = make_identity(CAMERA, issuer=issuer, extended=uses, issuer_key=True)
    return Camera(root=root, issuer=issuer, signer=signer)


def photograph() -> bytes:
    """A JPEG without any manifest."""
    made = io.BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(made, "JPEG")
    return made.getvalue()
