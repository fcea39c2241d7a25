"""A sound signature of another program is judged as such; what cannot be judged is left open and named."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from functools import cache

import pikepdf
import pytest
from asn1crypto import core
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

from evidence.verify.model import CheckKind, Indication, Integrity, conclude
from evidence.verify.pdf.signatures import PdfVerdict, judge_pdf
from evidence.verify.trust import TrustStore
from tests.outside.signed_by_others.ber import indefinite, reencode_signature
from tests.outside.signed_by_others.updates import (
    locked,
    with_comments,
    with_freed_object,
    with_title,
    with_unused_object,
)
from tests.support.forgery import FORGED, append_update, build_pdf, contract, stream
from tests.support.packing import sign_pdf
from tests.support.pki import Pki, make_identity, shared_pki

NOON = datetime(2022, 4, 1, 4, tzinfo=UTC)
NOW = datetime(2022, 4, 2, tzinfo=UTC)
PYTHON_CLASS = re.compile(r"[A-Za-z]+(?:Error|Exception)")


def judge(data: bytes) -> tuple[Indication, str, PdfVerdict]:
    pki = shared_pki()
    store = TrustStore(anchors=(pki.root.der,), crls=(pki.crl,))
    verdict = judge_pdf(io.BytesIO(data), file="来件.pdf", store=store, now=NOW)
    for check in verdict.checks:
        assert not PYTHON_CLASS.search(check.message), check
    return *conclude(verdict.checks), verdict


def said(verdict: PdfVerdict) -> str:
    return "".join(check.message for check in verdict.checks)


@cache
def signed(*, long_term: bool = False) -> bytes:
    return sign_pdf(contract(), shared_pki(), NOON, certify=False, long_term=long_term)


@pytest.mark.parametrize("depth", [1, 2, 3])
@pytest.mark.parametrize("parts", [False, True])
def test_cms_in_ber_is_read(depth: int, parts: bool) -> None:
    indication, _, verdict = judge(reencode_signature(signed(), depth=depth, parts=parts))
    assert indication is Indication.PASSED, verdict.checks


def test_signed_attributes_sent_in_ber_are_checked_in_der() -> None:
    """What is signed is their DER encoding, however they were sent (RFC 5652, 5.4)."""
    data = reencode_signature(signed(), depth=9)
    indication, _, verdict = judge(data)
    assert verdict.rows[0].integrity is Integrity.PASSED, verdict.checks
    assert indication is not Indication.FAILED


def test_a_changed_byte_under_a_ber_signature_fails() -> None:
    data = reencode_signature(signed()).replace(b"(pay 100)", b"(pay 999)")
    indication, sub, verdict = judge(data)
    assert (indication, sub) == (Indication.FAILED, "HASH_FAILURE"), verdict.checks


def test_ber_that_never_ends_is_answered() -> None:
    assert indefinite(b"\x30\x03\x02\x01\x05") == b"\x30\x80\x02\x01\x05\0\0"
    cut = re.sub(rb"/Contents <3082[0-9a-fA-F]{4}", b"/Contents <30800000", signed())
    assert cut != signed()
    assert judge(cut)[0] is not Indication.PASSED


def test_comments_between_objects_are_white_space() -> None:
    commented = with_comments(with_title(signed(), b"changed"), len(signed()))
    assert b"%iText" in commented
    indication, _, verdict = judge(commented)
    assert indication is Indication.PASSED, verdict.checks


def test_a_forged_page_behind_a_comment_still_fails() -> None:
    forged = with_comments(append_update(signed(), {4: stream(FORGED)}), len(signed()))
    indication, sub, verdict = judge(forged)
    assert (indication, sub) == (Indication.FAILED, "HASH_FAILURE")
    assert "第 1 页的内容与签名时不同" in said(verdict)


def test_an_object_in_no_revision_fails_and_is_called_so() -> None:
    hidden = signed() + b"4 0 obj\n" + stream(FORGED) + b"\nendobj\n"
    indication, _, verdict = judge(hidden)
    assert indication is Indication.FAILED
    assert "不属于任何修订的对象" in said(verdict)


@pytest.mark.parametrize("padding", [b"\r\n", b"\0" * 5000, b"\x1a", b"\n" * 3 + b"\0" * 70000])
def test_padding_behind_the_end_is_stated(padding: bytes) -> None:
    indication, _, verdict = judge(signed() + padding)
    assert indication is Indication.PASSED, verdict.checks
    assert f"{len(padding)} 个填充字节" in said(verdict)
    assert "藏有" not in said(verdict)


def test_other_bytes_behind_the_end_are_open() -> None:
    assert judge(signed() + b"--boundary 42--")[0] is Indication.INDETERMINATE


def test_a_changed_title_is_a_metadata_update() -> None:
    indication, _, verdict = judge(with_title(signed(), b"another"))
    assert indication is Indication.PASSED, verdict.checks
    assert "元数据" in said(verdict)
    assert verdict.rows[0].modifications == "metadata_updates"


UNEXPLAINED = {
    "object freed": lambda: with_freed_object(signed(), 7),
    "unused object": lambda: with_unused_object(signed()),
    "field name with a period": lambda: append_update(dotted(), {20: b"<< /Kind /Nothing >>"}),
    "dangling reference": lambda: append_update(
        signed(),
        {1: re.findall(rb"\n1 0 obj\n(<<.*?>>)\nendobj", signed(), re.DOTALL)[-1][:-2] + b"/X 99 0 R >>"},
    ),
}


def dotted() -> bytes:
    """Signed, with a text field whose partial name holds a period."""
    base = build_pdf(
        {
            1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [4 0 R] >> >>",
            2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Annots [4 0 R] >>",
            4: b"<< /Type /Annot /Subtype /Widget /FT /Tx /T (a.b) /V (x) /Rect [9 9 99 29] /P 3 0 R >>",
        }
    )
    return sign_pdf(base, shared_pki(), NOON, certify=False)


@pytest.mark.parametrize("name", UNEXPLAINED)
def test_an_analysis_that_gives_up_accuses_nobody(name: str) -> None:
    indication, _, verdict = judge(UNEXPLAINED[name]())
    assert indication is not Indication.FAILED, verdict.checks
    assert verdict.rows[0].integrity is Integrity.PASSED
    assert "被改动" not in said(verdict)
    if indication is Indication.INDETERMINATE:
        assert any(check.kind is CheckKind.REVIEW and check.message for check in verdict.checks)


def identity(key: object) -> Pki:
    base = shared_pki()
    signer = make_identity("别家签名人", issuer=base.root, key=key)  # type: ignore[arg-type]
    return Pki(root=base.root, signer=signer, authority=base.authority, crl=base.crl)


KEYS = {
    "Brainpool P-256": lambda: ec.generate_private_key(ec.BrainpoolP256R1()),
    "Brainpool P-384": lambda: ec.generate_private_key(ec.BrainpoolP384R1()),
    "secp256k1": lambda: ec.generate_private_key(ec.SECP256K1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate,
    "Ed448": ed448.Ed448PrivateKey.generate,
}


@pytest.mark.parametrize("kind", KEYS)
def test_rarer_keys_are_verified(kind: str) -> None:
    metadata = signers.PdfSignatureMetadata(
        field_name="Sig1",
        md_algorithm={"Ed25519": "sha512", "Ed448": "shake256"}.get(kind, "sha256"),
        subfilter=fields.SigSeedSubFilter.PADES,
    )
    signer = signers.PdfSigner(metadata, identity(KEYS[kind]()).signing())
    data = bytes(signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(contract()))).getbuffer())
    _, _, verdict = judge(data)
    assert verdict.rows[0].integrity is Integrity.PASSED, verdict.checks
    _, sub, broken = judge(data.replace(b"(pay 100)", b"(pay 999)"))
    assert (broken.rows[0].integrity, sub) == (Integrity.FAILED, "HASH_FAILURE")


def with_oid(data: bytes, old: str, new: str) -> bytes:
    """The last occurrence of an identifier in the signature replaced by another, padded to its length."""
    match = list(re.finditer(rb"/Contents <([0-9a-fA-F]+)>", data))[-1]
    raw = bytes.fromhex(match[1].decode())
    was, will = core.ObjectIdentifier(old).dump(), core.ObjectIdentifier(new).dump()
    assert len(was) == len(will), (len(was), len(will))
    at = raw.rindex(was)
    changed = raw[:at] + will + raw[at + len(was) :]
    return data[: match.start(1)] + changed.hex().encode() + data[match.end(1) :]


ECDSA_SHA256 = "1.2.840.10045.4.3.2"


@pytest.mark.parametrize("oid", ["1.2.156.10197.1.501", "1.2.840.10045.4.3.77"], ids=["SM2", "unknown"])
def test_an_unknown_signature_algorithm_is_open_by_etsis_name(oid: str) -> None:
    data = sign_pdf(contract(), shared_pki(), NOON, certify=False, stamped=False)
    indication, sub, verdict = judge(with_oid(data, ECDSA_SHA256, oid))
    assert (indication, sub) == (Indication.INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE"), verdict.checks
    indication, sub, _ = judge(with_oid(data, ECDSA_SHA256, oid).replace(b"(pay 100)", b"(pay 999)"))
    assert (indication, sub) == (Indication.FAILED, "HASH_FAILURE"), "the digest is known all the same"


def test_a_weak_digest_is_open() -> None:
    metadata = signers.PdfSignatureMetadata(
        field_name="Sig1", md_algorithm="sha1", subfilter=fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED
    )
    signer = signers.PdfSigner(metadata, shared_pki().signing())
    data = signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(contract())), bytes_reserved=16384)
    indication, sub, verdict = judge(bytes(data.getbuffer()))
    assert (indication, sub) == (Indication.INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE")
    assert verdict.rows[0].integrity is Integrity.PASSED


def test_a_place_kept_for_a_signature_is_no_broken_signature() -> None:
    digits = re.search(rb"/Contents <([0-9a-fA-F]+)>", signed())
    assert digits is not None
    data = signed().replace(digits[1], b"0" * len(digits[1]))
    indication, sub, verdict = judge(data)
    assert (indication, sub) == (Indication.INDETERMINATE, "SIGNED_DATA_NOT_FOUND"), verdict.checks
    assert "还没有签名" in said(verdict)


@cache
def sign_locked(**how: str) -> bytes:
    """A signature on a file that was encrypted before."""
    writer = IncrementalPdfFileWriter(io.BytesIO(locked(contract(), **how)))
    writer.encrypt("owner")
    metadata = signers.PdfSignatureMetadata(field_name="Sig1", md_algorithm="sha256")
    signer = signers.PdfSigner(metadata, shared_pki().signing(), timestamper=shared_pki().stamper(NOON))
    return bytes(signer.sign_pdf(writer, bytes_reserved=16384).getbuffer())


def test_a_file_with_locked_permissions_is_opened_and_judged() -> None:
    indication, _, verdict = judge(sign_locked())
    assert indication is Indication.PASSED, verdict.checks
    assert verdict.rows[0].coverage == "entire_file"
    data = bytearray(sign_locked())
    data[data.index(b"/MediaBox") + 12] ^= 1
    assert judge(bytes(data))[0] is Indication.FAILED


def test_a_file_with_a_password_is_open() -> None:
    indication, _, verdict = judge(sign_locked(user="secret"))
    assert indication is Indication.INDETERMINATE
    assert "密码" in said(verdict)


def test_a_wrong_digest_is_named_though_the_structure_is_broken() -> None:
    data = signed().replace(b"(pay 100)", b"(pay 999)").replace(b"startxref", b"startxxxx")
    indication, sub, verdict = judge(data)
    assert (indication, sub) == (Indication.FAILED, "HASH_FAILURE"), verdict.checks


def test_a_broken_structure_alone_accuses_nobody() -> None:
    with pikepdf.open(io.BytesIO(contract())) as pdf:
        assert len(pdf.pages) == 1
    assert judge(signed()[:200])[0] is Indication.INDETERMINATE


def test_a_signature_of_an_unknown_format_is_listed_too() -> None:
    both = sign_pdf(signed(), shared_pki(), NOON, name="Second", certify=False)
    at = both.rindex(b"/ETSI.CAdES.detached")
    data = both[:at] + b"/GM.PKCS7.detached01" + both[at + 20 :]
    indication, _, verdict = judge(data)
    assert indication is Indication.INDETERMINATE, verdict.checks
    assert {(row.field, row.integrity) for row in verdict.rows} == {
        ("Sig1", Integrity.PASSED),
        ("Second", Integrity.INDETERMINATE),
    }


def test_signed_data_of_the_chinese_standards_is_open_and_named() -> None:
    """GM/T 0010 has a content type of its own where CMS has signedData."""
    data = reencode_signature(signed(), depth=2)
    match = list(re.finditer(rb"/Contents <([0-9a-fA-F]+)>", data))[-1]
    raw = bytes.fromhex(match[1].decode())
    was = core.ObjectIdentifier("1.2.840.113549.1.7.2").dump()
    will = core.ObjectIdentifier("1.2.156.10197.6.1.4.2.2").dump()
    changed = raw.replace(was, will, 1)[: len(raw)]
    data = data[: match.start(1)] + changed.hex().encode() + data[match.end(1) :]
    indication, sub, verdict = judge(data)
    assert (indication, sub) == (Indication.INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE"), verdict.checks
    assert "国密" in said(verdict)
    assert verdict.rows[0].integrity is Integrity.INDETERMINATE
