"""Methods and digests that other programs name in their own way are checked all the same."""

from __future__ import annotations

import hashlib
import io
import re
from functools import cache

import pytest
from asn1crypto import algos, cms
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from evidence.verify.model import Integrity
from evidence.verify.pdf.signatures import PdfVerdict
from tests.outside.signed_by_others.test_signatures_of_other_programs import identity, judge
from tests.support.forgery import contract

HASHES: dict[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha3_256": hashes.SHA3_256(),
}


@cache
def key_of(kind: str) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    return rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())


@cache
def _base(kind: str) -> bytes:
    metadata = signers.PdfSignatureMetadata(
        field_name="Sig1", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED
    )
    signer = signers.PdfSigner(metadata, identity(key_of(kind)).signing())
    written = signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(contract())), bytes_reserved=16384)
    return bytes(written.getbuffer())


def signed_as(
    kind: str, method: str, *, digest: str = "sha256", hashed: str = "", plain: bool = False, named: str = ""
) -> bytes:
    """A signature whose identifiers are written as another program writes them.

    Args:
        kind: `rsa` or `ec`.
        method: identifier of the signature method.
        digest: of the content, and of the signature value unless `hashed` says otherwise.
        hashed: digest under the signature value.
        plain: r and s side by side.
        named: what stands for the digest's identifier.
    """
    data = _base(kind)
    match = list(re.finditer(rb"/Contents <([0-9a-fA-F]+)>", data))[-1]
    info = cms.ContentInfo.load(bytes.fromhex(match[1].decode()))
    signer = info["content"]["signer_infos"][0]
    kept = [
        each for each in signer["signed_attrs"] if each["type"].native in ("content_type", "signing_time")
    ]
    covered = data[: match.start(1) - 1] + data[match.end(1) + 1 :]
    stated = hashlib.new(digest.replace("_", "-"), covered).digest()
    kept.append(cms.CMSAttribute({"type": "message_digest", "values": [stated]}))
    signer["signed_attrs"] = attributes = cms.CMSAttributes(kept)
    signer["digest_algorithm"] = algos.DigestAlgorithm({"algorithm": named or digest})
    message = attributes.untag().dump(force=True)
    key, algorithm = key_of(kind), HASHES[hashed or digest]
    if isinstance(key, rsa.RSAPrivateKey):
        value = key.sign(message, padding.PKCS1v15(), algorithm)
    else:
        value = key.sign(message, ec.ECDSA(algorithm))
    if plain:
        value = b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(value))
    signer["signature"] = value
    signer["signature_algorithm"] = algos.SignedDigestAlgorithm({"algorithm": method})
    digits = info.dump(force=True).hex().encode().ljust(len(match[1]), b"0")
    return data[: match.start(1)] + digits + data[match.end(1) :]


AS_OTHERS_WRITE = {
    "RSA with SHA-3": lambda: signed_as("rsa", "2.16.840.1.101.3.4.3.14", digest="sha3_256"),
    "plain ECDSA": lambda: signed_as("ec", "0.4.0.127.0.7.1.1.4.1.3", plain=True),
    "the key's identifier": lambda: signed_as("ec", "1.2.840.10045.2.1"),
    "a method for the digest": lambda: signed_as("rsa", "sha256_rsa", named="1.2.840.113549.1.1.11"),
}
TWO_DIGESTS = {
    "RSA": lambda: signed_as("rsa", "sha256_rsa", digest="sha384"),
    "ECDSA": lambda: signed_as("ec", "sha256_ecdsa", digest="sha384"),
    "RSA with SHA-3": lambda: signed_as("rsa", "2.16.840.1.101.3.4.3.14", digest="sha256"),
}


@pytest.mark.parametrize("name", AS_OTHERS_WRITE)
def test_the_value_is_checked_by_what_the_identifiers_mean(name: str) -> None:
    data = AS_OTHERS_WRITE[name]()
    _, _, verdict = judge(data)
    assert verdict.rows[0].integrity is Integrity.PASSED, verdict.checks
    _, sub, broken = judge(data.replace(b"(pay 100)", b"(pay 999)"))
    assert (broken.rows[0].integrity, sub) == (Integrity.FAILED, "HASH_FAILURE")


@pytest.mark.parametrize("name", TWO_DIGESTS)
def test_a_value_that_two_readers_judge_differently_is_open(name: str) -> None:
    data = TWO_DIGESTS[name]()
    _, sub, verdict = judge(data)
    assert (verdict.rows[0].integrity, sub) == (Integrity.INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE")
    _, sub, broken = judge(data.replace(b"(pay 100)", b"(pay 999)"))
    assert (broken.rows[0].integrity, sub) == (Integrity.FAILED, "HASH_FAILURE")


@pytest.mark.parametrize("name", AS_OTHERS_WRITE | {f"two digests, {key}": key for key in TWO_DIGESTS})
def test_a_value_over_other_attributes_fails(name: str) -> None:
    """One bit of the signed attributes turned: the value is wrong under every reading."""
    made = AS_OTHERS_WRITE.get(name) or TWO_DIGESTS[name.removeprefix("two digests, ")]
    verdict = _with_other_time(made())
    assert verdict.rows[0].integrity is Integrity.FAILED, verdict.checks


def _with_other_time(data: bytes) -> PdfVerdict:
    match = list(re.finditer(rb"/Contents <([0-9a-fA-F]+)>", data))[-1]
    raw = bytes.fromhex(match[1].decode())
    time = cms.ContentInfo.load(raw)["content"]["signer_infos"][0]["signed_attrs"]
    stated = next(each for each in time if each["type"].native == "signing_time")["values"][0].dump()
    at = raw.rindex(stated) + len(stated) - 2
    changed = raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :]
    return judge(data[: match.start(1)] + changed.hex().encode() + data[match.end(1) :])[2]


def test_ecdsa_in_asn1_under_the_name_of_plain_ecdsa_fails() -> None:
    data = signed_as("ec", "0.4.0.127.0.7.1.1.4.1.3", plain=False)
    assert judge(data)[2].rows[0].integrity is Integrity.FAILED
