"""Finding every signature of a PDF and reading its CMS, strictly for ours, leniently for others'."""

from __future__ import annotations

from typing import Any, BinaryIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.crypt import AuthStatus, StandardSecurityHandler
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation import DocumentSecurityStore, EmbeddedPdfSignature
from pyhanko.sign.validation.errors import NoDSSFoundError

from evidence.verify.algorithms import shown
from evidence.verify.cms import (
    ForeignSignatureError,
    Signed,
    Token,
    load_contents,
    read_signature,
    read_token,
)
from evidence.verify.model import Integrity, SignatureRow, failed, note, review
from evidence.verify.pdf.examination import SUBFILTERS, Examination, Reading, where_of
from evidence.verify.pdf.page_content import compare_pages
from evidence.verify.pdf.raw import changed_without_structure
from evidence.verify.pdf.structure import digest_of_ranges, examine_byte_range, was_rewritten, without_padding

MAX_SIGNATURES = 64
"""Signatures judged in one file; more leave the verdict open."""


class LockedError(Exception):
    """The file cannot be opened without a password."""


def open_pdf(pdf: Examination, stream: BinaryIO, *, strict: bool) -> PdfFileReader:
    """The file, opened; lenient reading is remarked.

    Raises:
        LockedError: it asks for a password.
        Exception: whatever pyHanko raises on a file that it cannot read.
    """
    stream.seek(0)
    if not stream.read(1024).lstrip(b"\0\t\n\f\r ").startswith(b"%PDF-"):
        raise ValueError("not a PDF")
    reader = PdfFileReader(stream, strict=True) if strict else _read_leniently(pdf, stream)
    if strict and reader.xrefs.hybrid_xrefs_present:
        raise ValueError("hybrid cross-reference table")
    if reader.encrypted:
        _unlock(pdf, reader)
    return reader


def _read_leniently(pdf: Examination, stream: BinaryIO) -> PdfFileReader:
    try:
        reader = PdfFileReader(stream, strict=False)
        reason = "混合交叉引用表" if reader.xrefs.hybrid_xrefs_present else "不严格的写法"
    except (PdfError, ValueError):
        cut, padding = without_padding(stream)
        if not padding:
            raise
        reader, reason = PdfFileReader(cut, strict=False), "结束标记之后的填充字节"
    pdf.checks.append(note("pdf.structure", f"文件带有{reason}，已按宽松方式读取。", pdf.file))
    return reader


def _unlock(pdf: Examination, reader: PdfFileReader) -> None:
    """Many platforms lock permissions with an owner password and leave the user password empty."""
    if not isinstance(reader.security_handler, StandardSecurityHandler):
        raise LockedError
    if reader.decrypt("").status is AuthStatus.FAILED:
        raise LockedError
    pdf.checks.append(note("pdf.structure", "文件设了权限限制（空打开密码），已打开判断。", pdf.file))


def collect_signatures(pdf: Examination, stream: BinaryIO, reader: PdfFileReader) -> list[Reading]:
    """Every filled signature field, oldest revision first."""
    readings: list[Reading] = []
    unread = 0
    for name, value, sig_field in enumerate_sig_fields(reader, filled_status=True):
        dictionary = value.get_object()
        if not isinstance(dictionary, generic.DictionaryObject) or "/Contents" not in dictionary:
            unread += 1
            _report_unreadable(pdf, stream, reader, str(name), value)
            continue
        sub_filter = dictionary.get("/SubFilter", None)
        if sub_filter not in SUBFILTERS:
            unread += 1
            text = f"签名域“{name}”的签名格式 {sub_filter} 不能判断。"
            pdf.checks.append(review("pdf.signature", text, pdf.file))
            pdf.rows.append(_unreadable_row(pdf.file, str(name), Signed(integrity=Integrity.INDETERMINATE)))
            continue
        try:
            embedded = EmbeddedPdfSignature(reader, sig_field, name)
            readings.append(
                Reading(
                    embedded=embedded,
                    is_stamp=sub_filter == "/ETSI.RFC3161",
                    range=examine_byte_range(stream, embedded, strict=pdf.ours),
                    visible=_is_visible(embedded),
                )
            )
        except Exception:  # hostile input breaks in any way; why is found out apart
            unread += 1
            _report_unreadable(pdf, stream, reader, str(name), value)
        if len(readings) > MAX_SIGNATURES:
            pdf.checks.append(review("pdf.signature", "签名过多，未全部判断。", pdf.file))
            break
    _compare_with_traces(pdf, stream, reader, len(readings) + unread)
    return sorted(readings, key=lambda reading: (reading.embedded.signed_revision, reading.range.end))


def _report_unreadable(
    pdf: Examination, stream: BinaryIO, reader: PdfFileReader, name: str, value: Any
) -> None:
    """Why pyHanko cannot take up a signature: broken, not yet made, or only not understood here."""
    signed = _read_apart(stream, value.get_object())
    if signed.integrity is Integrity.INDETERMINATE and was_rewritten(reader, value):
        signed = _broken("签名字典在后来的修订中被改写")
    broken = signed.integrity is Integrity.FAILED
    make = failed if broken or pdf.ours else review
    text = f"签名域“{name}”{'残缺' if broken else '不能判断'}：{signed.problem}。"
    pdf.checks.append(make("pdf.signature", text, pdf.file, signed.sub_indication or "GENERIC"))
    pdf.rows.append(_unreadable_row(pdf.file, name, signed))


def _read_apart(stream: BinaryIO, value: generic.PdfObject) -> Signed:
    """A signature dictionary without pyHanko's view of it; never passed."""
    contents, ranges = _raw(value, "/Contents"), _raw(value, "/ByteRange")
    if not isinstance(contents, generic.TextStringObject | generic.ByteStringObject):
        return _broken("没有签名值（/Contents）")
    if not isinstance(ranges, generic.ArrayObject):
        return _broken("没有签名范围（/ByteRange）")
    if contents.original_bytes and not contents.original_bytes.strip(b"\0"):
        return Signed(
            integrity=Integrity.INDETERMINATE,
            problem="已留出签名的位置，还没有签名",
            sub_indication="SIGNED_DATA_NOT_FOUND",
        )
    try:
        data, _ = load_contents(contents.original_bytes)
        signed = read_signature(data, digest_of_ranges(stream, [int(edge) for edge in ranges]))
    except ForeignSignatureError as error:
        return Signed(
            integrity=Integrity.INDETERMINATE,
            problem=f"本程序不能验证 {shown(str(error))} 签名",
            sub_indication="CRYPTO_CONSTRAINTS_FAILURE",
        )
    except Exception:  # whatever its bytes are, they are no CMS
        return _broken("签名数据无法解析")
    if signed.integrity is not Integrity.PASSED:
        return signed
    return Signed(
        integrity=Integrity.INDETERMINATE, problem="签名字典的写法不合规范", sub_indication="GENERIC"
    )


def _raw(value: generic.PdfObject, key: str) -> generic.PdfObject | None:
    try:
        found: generic.PdfObject = value.raw_get(key, decrypt=generic.EncryptedObjAccess.RAW)  # type: ignore[attr-defined]
    except (KeyError, AttributeError):
        return None
    if isinstance(found, generic.IndirectObject):
        found = found.get_object()  # type: ignore[no-untyped-call]
    return found


def _broken(problem: str) -> Signed:
    return Signed(integrity=Integrity.FAILED, problem=problem, sub_indication="FORMAT_FAILURE")


def _compare_with_traces(pdf: Examination, stream: BinaryIO, reader: PdfFileReader, fields: int) -> None:
    """Byte ranges in the file against signature fields: a signature may have been cut off."""
    traces = _count_traces(stream)
    if not traces and not fields:
        make = failed if pdf.ours else review
        pdf.checks.append(make("pdf.signature", "PDF 没有签名。", pdf.file, "SIGNED_DATA_NOT_FOUND"))
    elif not fields:
        changed = changed_without_structure(stream) or _changed_since_signed(reader)
        text = f"文件里有签名的痕迹，签名域却不见了{f'；{changed}' if changed else ''}。"
        make, sub = (failed, "HASH_FAILURE") if changed or pdf.ours else (review, "SIGNED_DATA_NOT_FOUND")
        pdf.checks.append(make("pdf.signature", text, pdf.file, sub))
    elif traces > fields:
        text = f"文件里有 {traces} 处签名范围，签名域只有 {fields} 个。"
        pdf.checks.append((failed if pdf.ours else note)("pdf.signature", text, pdf.file))


def _changed_since_signed(reader: PdfFileReader) -> str:
    """Chinese: what the pages show now against the last revision with a signature; empty when unknown."""
    last = reader.xrefs.total_revisions - 1
    for revision in range(last - 1, max(-1, last - MAX_SIGNATURES), -1):
        try:
            earlier = reader.get_historical_resolver(revision)
            if any(True for _ in enumerate_sig_fields(earlier, filled_status=True)):
                return compare_pages(earlier, reader.get_historical_resolver(last)).content
        except Exception:  # hostile input: nothing is known from this revision
            return ""
    return ""


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
    rectangle = [float(edge) for edge in widget["/Rect"]] if "/Rect" in widget else []
    return len(rectangle) == 4 and rectangle[0] != rectangle[2] and rectangle[1] != rectangle[3]


def _unreadable_row(file: str, name: str, signed: Signed) -> SignatureRow:
    return SignatureRow(
        file=file,
        field=name,
        signer="",
        signed_at=None,
        timestamp=None,
        level="",
        integrity=signed.integrity,
        coverage="unclear",
        modifications="unknown",
        trusted=False,
    )


def take_validation_data(
    pdf: Examination, stream: BinaryIO, reader: PdfFileReader, readings: list[Reading]
) -> None:
    """Read each signature's CMS and add the file's certificates and revocation data to the material."""
    for reading in readings:
        _read_cms(pdf, stream, reading)
        token = reading.token or (reading.signed.token if reading.signed else None)
        found = [token.certificate, *token.certificates] if token else []
        if reading.signed is not None:
            found = [reading.signed.certificate, *reading.signed.certificates, *found]
            if reading.signed.certificate is not None:
                pdf.signers.append(reading.signed.certificate.dump())
            pdf.store = pdf.store.with_material(crls=reading.signed.crls, ocsps=reading.signed.ocsps)
        pdf.certificates.extend(certificate.dump() for certificate in found if certificate is not None)
    pdf.store = pdf.store.with_material(certificates=pdf.certificates)
    try:
        dss = DocumentSecurityStore.read_dss(reader)
        pdf.store = pdf.store.with_material(
            certificates=[certificate.dump() for certificate in dss.load_certs()],
            crls=[stream.get_object().data for stream in dss.crls],
            ocsps=[stream.get_object().data for stream in dss.ocsps],
        )
    except NoDSSFoundError:
        return
    except Exception:  # material that may help, nothing more
        pdf.checks.append(note("pdf.structure", "随附的验证资料（DSS）读不出来，未采用。", pdf.file))


def _read_cms(pdf: Examination, stream: BinaryIO, reading: Reading) -> None:
    """One signature's CMS against the bytes of its range."""
    embedded = reading.embedded
    digest_of = digest_of_ranges(stream, [int(edge) for edge in embedded.byte_range])
    try:
        data, rest = load_contents(embedded.pkcs7_content)
        if rest and pdf.ours:
            raise ValueError("bytes after the signature")
    except ForeignSignatureError as error:
        reading.signed = Signed(
            integrity=Integrity.INDETERMINATE,
            problem=f"本程序不能验证 {shown(str(error))} 签名",
            sub_indication="CRYPTO_CONSTRAINTS_FAILURE",
        )
        return
    except Exception:
        if reading.is_stamp:
            reading.token = Token(
                integrity=Integrity.FAILED, problem="时间戳无法解析", sub_indication="FORMAT_FAILURE"
            )
        else:
            reading.signed = _broken("签名数据无法解析")
        return
    if rest:
        text = f"签名值之后另有 {rest} 个字节，不参与验证。"
        pdf.checks.append(note("pdf.signature", text, where_of(pdf, reading)))
    if reading.is_stamp:
        reading.token = read_token(data, digest_of)
    else:
        reading.signed = read_signature(data, digest_of)
