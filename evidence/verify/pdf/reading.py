"""Finding every signature of a PDF and reading its CMS, strictly for ours, leniently for others'."""

from __future__ import annotations

from hashlib import new as new_hash
from typing import BinaryIO

from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import DocumentSecurityStore, EmbeddedPdfSignature
from pyhanko.sign.validation.errors import NoDSSFoundError

from evidence.verify.cms import DigestOf, load_signed_data, read_signature, read_token
from evidence.verify.model import Integrity, SignatureRow, failed, note, review
from evidence.verify.pdf.examination import SUBFILTERS, Examination, Reading
from evidence.verify.pdf.structure import examine_byte_range

MAX_SIGNATURES = 64
"""Signatures judged in one file; more leave the verdict open."""


def open_pdf(pdf: Examination, stream: BinaryIO) -> PdfFileReader:
    """A strict reader; for other people's files a lenient one when strictness refuses."""
    stream.seek(0)
    if not stream.read(1024).lstrip(b"\0\t\n\f\r ").startswith(b"%PDF-"):
        raise ValueError("not a PDF")
    try:
        reader = PdfFileReader(stream, strict=True)
        if not reader.xrefs.hybrid_xrefs_present:
            return reader
        reason = "混合交叉引用表"
    except (PdfError, ValueError):
        if pdf.ours:
            raise
        reason = "交叉引用表不严格"
    if pdf.ours:
        raise ValueError("hybrid cross-reference table")
    pdf.checks.append(note("pdf.structure", f"文件带有{reason}，已按宽松方式读取。", pdf.file))
    return PdfFileReader(stream, strict=False)


def collect_signatures(pdf: Examination, stream: BinaryIO, reader: PdfFileReader) -> list[Reading]:
    """Every filled signature field, oldest revision first."""
    readings: list[Reading] = []
    unread = 0
    for name, value, sig_field in enumerate_sig_fields(reader, filled_status=True):
        sub_filter = value.get_object().get("/SubFilter", None)
        if sub_filter not in SUBFILTERS:
            unread += 1
            pdf.checks.append(
                review("pdf.signature", f"签名域“{name}”的签名格式 {sub_filter} 不能判断。", pdf.file)
            )
            continue
        try:
            embedded = EmbeddedPdfSignature(reader, sig_field, name)
            readings.append(
                Reading(
                    embedded=embedded,
                    is_stamp=sub_filter == "/ETSI.RFC3161",
                    range=examine_byte_range(stream, embedded),
                    visible=_is_visible(embedded),
                )
            )
        except Exception as error:
            unread += 1
            pdf.checks.append(
                failed(
                    "pdf.signature",
                    f"签名域“{name}”残缺或被改动（{type(error).__name__}）。",
                    pdf.file,
                )
            )
            pdf.rows.append(_unreadable_row(pdf.file, str(name)))
        if len(readings) > MAX_SIGNATURES:
            pdf.checks.append(review("pdf.signature", "签名过多，未全部判断。", pdf.file))
            break
    traces = _count_traces(stream)
    if not readings and not unread:
        text = "文件里有签名的痕迹，签名域却不见了。" if traces else "PDF 没有签名。"
        make = failed if pdf.ours or traces else review
        pdf.checks.append(make("pdf.signature", text, pdf.file, "SIGNED_DATA_NOT_FOUND"))
    elif traces > len(readings) + unread:
        text = f"文件里有 {traces} 处签名范围，签名域只有 {len(readings) + unread} 个。"
        pdf.checks.append(
            failed("pdf.signature", text, pdf.file) if pdf.ours else note("pdf.signature", text, pdf.file)
        )
    return sorted(readings, key=lambda reading: (reading.embedded.signed_revision, reading.range.end))


def _count_traces(stream: BinaryIO) -> int:
    """How often a byte range stands in the file, in any revision; signature dictionaries are never packed."""
    count, kept = 0, b""
    stream.seek(0)
    while block := stream.read(1 << 20):
        count += (kept + block).count(b"/ByteRange")
        kept = block[-9:]
    return count


def _is_visible(embedded: EmbeddedPdfSignature) -> bool:
    widget = embedded.sig_field
    rectangle = [float(edge) for edge in widget.get("/Rect", ())]
    return len(rectangle) == 4 and rectangle[0] != rectangle[2] and rectangle[1] != rectangle[3]


def _unreadable_row(file: str, name: str) -> SignatureRow:
    return SignatureRow(
        file=file,
        field=name,
        signer="",
        signed_at=None,
        timestamp=None,
        level="",
        integrity=Integrity.FAILED,
        coverage="unclear",
        modifications="unknown",
        trusted=False,
    )


def take_validation_data(pdf: Examination, reader: PdfFileReader, readings: list[Reading]) -> None:
    """Read each signature's CMS and add the file's certificates and revocation data to the material."""
    for reading in readings:
        embedded = reading.embedded
        # again from the raw bytes: pyHanko tolerates what follows the signature in the gap
        signed_data = load_signed_data(embedded.pkcs7_content, padded=True)
        if reading.is_stamp:
            reading.token = read_token(signed_data, _digest_of(embedded))
            found = (reading.token.certificate, *reading.token.certificates)
        else:
            reading.signed = read_signature(signed_data, _digest_of(embedded))
            token = reading.signed.token
            inner = (token.certificate, *token.certificates) if token else ()
            found = (reading.signed.certificate, *reading.signed.certificates, *inner)
            if reading.signed.certificate is not None:
                pdf.signers.append(reading.signed.certificate.dump())
            pdf.store = pdf.store.with_material(crls=reading.signed.crls, ocsps=reading.signed.ocsps)
        pdf.certificates.extend(certificate.dump() for certificate in found if certificate is not None)
    pdf.store = pdf.store.with_material(certificates=pdf.certificates)
    try:
        dss = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return
    pdf.store = pdf.store.with_material(
        certificates=[certificate.dump() for certificate in dss.load_certs()],
        crls=[stream.get_object().data for stream in dss.crls],
        ocsps=[stream.get_object().data for stream in dss.ocsps],
    )


def _digest_of(embedded: EmbeddedPdfSignature) -> DigestOf:
    def digest(algorithm: str) -> bytes:
        # bound to the file by examine_byte_range; cached by pyHanko per algorithm
        new_hash(algorithm, usedforsecurity=False)
        value: bytes = embedded.compute_digest(algorithm)
        return value

    return digest
