"""Sound signatures of other producers are not rejected; what cannot be judged is left open, not blamed."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from asn1crypto import core
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko.sign.signers import PdfTimeStamper
from pyhanko_certvalidator import ValidationContext

from evidence.verify.model import Indication, Integrity, conclude
from evidence.verify.pdf.signatures import PdfVerdict, judge_pdf
from evidence.verify.trust import TrustStore
from tests.support.forgery import build_pdf, contract, layout
from tests.support.packing import sign_pdf
from tests.support.pki import Pki, make_identity, shared_pki

NOON = datetime(2022, 4, 1, 4, tzinfo=UTC)
NOW = datetime(2022, 4, 2, tzinfo=UTC)


def judge(data: bytes, pki: Pki | None = None) -> tuple[Indication, PdfVerdict]:
    world = pki or shared_pki()
    store = TrustStore(anchors=(world.root.der,), crls=(world.crl,))
    verdict = judge_pdf(io.BytesIO(data), file="别人的.pdf", store=store, now=NOW)
    return conclude(verdict.checks)[0], verdict


def signed(
    data: bytes, *, name: str = "Sig1", md: str = "sha256", strict: bool = True, **kind: object
) -> bytes:
    """A signature as Acrobat writes it: adbe.pkcs7.detached, approval, with a field of its own."""
    metadata = signers.PdfSignatureMetadata(
        field_name=name, md_algorithm=md, subfilter=fields.SigSeedSubFilter.ADOBE_PKCS7_DETACHED
    )
    pki = shared_pki()
    signer = signers.PdfSigner(metadata, pki.signing(), timestamper=pki.stamper(NOON))
    writer = IncrementalPdfFileWriter(io.BytesIO(data), strict=strict)
    return bytes(signer.sign_pdf(writer, bytes_reserved=16384).getbuffer())


def repacked(**options: object) -> bytes:
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(contract())) as pdf:
        pdf.save(target, **options)  # type: ignore[arg-type]
    return target.getvalue()


def restamped() -> bytes:
    """B-LTA whose archive time stamp was renewed an hour later, validation data behind it."""
    pki = shared_pki()
    context = ValidationContext(
        trust_roots=[pki.root.asn1], crls=[pki.crl], moment=NOON, revocation_mode="hard-fail"
    )
    reader = PdfFileReader(io.BytesIO(sign_pdf(contract(), pki, NOON, long_term=True, certify=False)))
    stamper = PdfTimeStamper(pki.stamper(NOON + timedelta(hours=1)))
    return bytes(stamper.update_archival_timestamp_chain(reader, context, in_place=False).getbuffer())


DANGLING = build_pdf(
    {
        1: b"<< /Type /Catalog /Pages 2 0 R /Metadata 77 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    }
)


def hybrid() -> bytes:
    """A file whose cross-reference table is completed by a stream (ISO 32000-2, 7.5.8.4)."""
    data = contract()
    start, previous = data.index(b"1 0 obj"), layout(data).startxref
    extra = data + b"20 0 obj\n<< /Hidden true >>\nendobj\n"
    rows = struct.pack(">BIH", 1, len(data), 0)
    place = len(extra)
    extra += (
        b"21 0 obj\n<< /Type /XRef /Size 22 /W [1 4 2] /Index [20 1] /Length %d >>\n"
        b"stream\n%s\nendstream\nendobj\n" % (len(rows), rows)
    )
    table = len(extra)
    extra += b"xref\n0 1\n0000000000 65535 f \n1 1\n%010d 00000 n \n" % start
    return extra + b"trailer\n<< /Size 22 /Root 1 0 R /Prev %d /XRefStm %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        previous,
        place,
        table,
    )


MAKES: dict[str, Callable[[], bytes]] = {
    "plain": lambda: signed(contract()),
    "sha512": lambda: signed(contract(), md="sha512"),
    "object streams": lambda: signed(repacked(object_stream_mode=pikepdf.ObjectStreamMode.generate)),
    "linearized": lambda: signed(repacked(linearize=True)),
    "two signers": lambda: signed(signed(contract()), name="Sig2"),
    "line break at the end": lambda: signed(contract()) + b"\r\n",
    "dangling reference": lambda: signed(DANGLING, strict=False),
    "size too small": lambda: signed(contract().replace(b"/Size 8 ", b"/Size 5 "), strict=False),
    "hybrid cross-reference table": lambda: signed(hybrid(), strict=False),
    "without time stamp": lambda: sign_pdf(contract(), shared_pki(), NOON, certify=False, stamped=False),
    "archive time stamp renewed": restamped,
    "signed again after that": lambda: sign_pdf(
        restamped(), shared_pki(), NOON + timedelta(hours=2), name="Sig2", certify=False
    ),
}


@pytest.mark.parametrize("make", MAKES)
def test_a_sound_signature_of_another_make_passes(make: str) -> None:
    indication, verdict = judge(MAKES[make]())
    assert indication is Indication.PASSED, verdict.checks
    assert all(row.integrity is Integrity.PASSED and row.trusted for row in verdict.rows)


KEYS = {
    "RSA-3072": lambda: rsa.generate_private_key(public_exponent=65537, key_size=3072),
    "P-256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
}


@pytest.mark.parametrize("kind", KEYS)
def test_common_keys_are_judged(kind: str) -> None:
    base = shared_pki()
    signer = make_identity("别家签名人", issuer=base.root, key=KEYS[kind]())
    pki = Pki(root=base.root, signer=signer, authority=base.authority, crl=base.crl)
    indication, verdict = judge(sign_pdf(contract(), pki, NOON, certify=False))
    assert indication is Indication.PASSED, verdict.checks


def test_an_algorithm_that_cannot_be_checked_here_is_left_open_and_named() -> None:
    data = sign_pdf(contract(), shared_pki(), NOON, certify=False, stamped=False)
    ecdsa = core.ObjectIdentifier("1.2.840.10045.4.3.2").dump().hex().encode()
    sm2 = core.ObjectIdentifier("1.2.156.10197.1.501").dump().hex().encode()
    changed = data
    for old, new in ((ecdsa, sm2), (ecdsa.upper(), sm2.upper())):
        head, middle, tail = changed.rpartition(old)  # the last one is the signer's own
        changed = head + new + tail if middle else changed
    assert changed != data
    indication, verdict = judge(changed)
    assert indication is Indication.INDETERMINATE, verdict.checks
    assert any("SM2" in check.message for check in verdict.checks)


def test_an_unknown_signature_format_is_left_open_and_named() -> None:
    data = signed(contract()).replace(b"/adbe.pkcs7.detached", b"/GM.PKCS7.detached12")
    indication, verdict = judge(data)
    assert indication is Indication.INDETERMINATE, verdict.checks
    assert any("/GM.PKCS7" in check.message for check in verdict.checks)


def test_a_second_signature_on_a_file_with_a_dangling_reference_is_not_blamed() -> None:
    both = signed(signed(DANGLING, strict=False), name="Sig2", strict=False)
    assert judge(both)[0] is not Indication.FAILED


def test_an_encrypted_file_is_left_open() -> None:
    data = repacked(encryption=pikepdf.Encryption(owner="o", user="u"))
    assert judge(data)[0] is Indication.INDETERMINATE


def test_a_hybrid_file_is_never_taken_for_one_of_ours() -> None:
    store = TrustStore(anchors=(shared_pki().root.der,), crls=(shared_pki().crl,))
    data = io.BytesIO(signed(hybrid(), strict=False))
    verdict = judge_pdf(data, file="卷宗.pdf", store=store, now=NOW, ours=True)
    assert conclude(verdict.checks)[0] is Indication.FAILED
