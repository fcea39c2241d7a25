"""Every signature of one PDF, judged (ETSI EN 319 142, EN 319 102-1, 5.3 to 5.6).

Our own PDFs must be strict and untouched after the last signature. Other people's are read
leniently and judged fairly, but nothing ever passes unless the last signature or document time
stamp covers the file to its end, validation data (DSS) apart.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import new as new_hash
from typing import BinaryIO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation import DocumentSecurityStore, EmbeddedPdfSignature
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.status import SignatureCoverageLevel

from evidence.verify.cms import Signed, Token, load_signed_data, read_signature, read_token
from evidence.verify.model import Check, Integrity, SignatureRow, failed, note, passed, review
from evidence.verify.pdf_structure import ByteRange, examine_byte_range, size_of, unaccounted
from evidence.verify.trust import Purpose, TrustStore, assess, assess_stamp, describe, is_evaluation

MAX_SIGNATURES = 64
"""Signatures judged in one file; more leave the verdict open."""

_COVERAGE = {
    SignatureCoverageLevel.ENTIRE_FILE: "entire_file",
    SignatureCoverageLevel.ENTIRE_REVISION: "entire_revision",
    SignatureCoverageLevel.CONTIGUOUS_BLOCK_FROM_START: "partial",
    SignatureCoverageLevel.UNCLEAR: "unclear",
}
_MODIFICATIONS = {
    ModificationLevel.NONE: "none",
    ModificationLevel.LTA_UPDATES: "lta_updates",
    ModificationLevel.FORM_FILLING: "form_filling",
    ModificationLevel.ANNOTATIONS: "annotations",
    ModificationLevel.OTHER: "other",
}
_SUBFILTERS = {
    "/ETSI.CAdES.detached": "B",
    "/adbe.pkcs7.detached": "PKCS7",
    "/PBAD.PAdES": "PBAD",
    "/ETSI.RFC3161": "DocTimeStamp",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfVerdict:
    """What one PDF's signatures say."""

    rows: tuple[SignatureRow, ...] = ()
    checks: tuple[Check, ...] = ()
    evaluation_keys: bool = False
    certificates: tuple[bytes, ...] = ()
    """DER of every signer's and authority's certificate, and what came with them."""


@dataclass(slots=True, kw_only=True)
class _Reading:
    """One signature while it is being judged."""

    embedded: EmbeddedPdfSignature
    is_stamp: bool
    range: ByteRange
    coverage: str = "unclear"
    modifications: str = "unknown"
    signed: Signed | None = None
    token: Token | None = None
    visible: bool = False


@dataclass(slots=True, kw_only=True)
class _Court:
    """One file's proceedings."""

    file: str
    store: TrustStore
    now: datetime
    ours: bool
    checks: list[Check] = field(default_factory=list)
    rows: list[SignatureRow] = field(default_factory=list)
    certificates: list[bytes] = field(default_factory=list)
    evaluation: bool = False


def judge_pdf(
    stream: BinaryIO,
    *,
    file: str,
    store: TrustStore,
    now: datetime,
    proven_at: datetime | None = None,
    ours: bool = False,
) -> PdfVerdict:
    """List and judge every signature; never raises, whatever the file holds.

    Args:
        stream: the file, seekable.
        file: name shown in rows and checks.
        store: trust anchors and material.
        now: instant of verification.
        proven_at: instant at which the file provably existed, from a trusted time stamp around it.
        ours: made by this program for a package: read strictly, one signature at least, nothing after.
    """
    court = _Court(file=file, store=store, now=now, ours=ours)
    try:
        _judge(court, stream, proven_at)
    except Exception as error:  # hostile input: whatever breaks, the answer is never a pass
        court.checks.append(
            failed("pdf.structure", f"PDF 无法读取或结构有误（{type(error).__name__}），不能认定签名。", file)
        )
    return PdfVerdict(
        rows=tuple(court.rows),
        checks=tuple(court.checks),
        evaluation_keys=court.evaluation,
        certificates=tuple(dict.fromkeys(court.certificates)),
    )


def _judge(court: _Court, stream: BinaryIO, proven_at: datetime | None) -> None:
    reader = _open(court, stream)
    if reader.encrypted:
        court.checks.append(
            review("pdf.structure", "PDF 已加密，无法判断。", court.file, "SIGNED_DATA_NOT_FOUND")
        )
        return
    readings = _collect(court, stream, reader)
    if not readings:
        return
    _take_validation_data(court, reader, readings)
    for reading in readings:
        _read_coverage(reading, stream)
    _judge_tail(court, stream, reader, readings)
    _judge_certification(court, readings)
    _judge_trust(court, reader, readings, proven_at)


def _open(court: _Court, stream: BinaryIO) -> PdfFileReader:
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
        if court.ours:
            raise
        reason = "交叉引用表不严格"
    if court.ours:
        raise ValueError("hybrid cross-reference table")
    court.checks.append(note("pdf.structure", f"文件带有{reason}，已按宽松方式读取。", court.file))
    return PdfFileReader(stream, strict=False)


def _collect(court: _Court, stream: BinaryIO, reader: PdfFileReader) -> list[_Reading]:
    """Every filled signature field, oldest revision first."""
    readings: list[_Reading] = []
    unread = 0
    for name, value, sig_field in enumerate_sig_fields(reader, filled_status=True):
        sub_filter = value.get_object().get("/SubFilter", None)
        if sub_filter not in _SUBFILTERS:
            court.checks.append(
                review("pdf.signature", f"签名域“{name}”的签名格式 {sub_filter} 不能判断。", court.file)
            )
            continue
        try:
            embedded = EmbeddedPdfSignature(reader, sig_field, name)
            readings.append(
                _Reading(
                    embedded=embedded,
                    is_stamp=sub_filter == "/ETSI.RFC3161",
                    range=examine_byte_range(stream, embedded),
                    visible=_is_visible(embedded),
                )
            )
        except Exception as error:
            unread += 1
            court.checks.append(
                failed("pdf.signature", f"签名域“{name}”残缺或被改动（{type(error).__name__}）。", court.file)
            )
            court.rows.append(_unreadable_row(court.file, str(name)))
        if len(readings) > MAX_SIGNATURES:
            court.checks.append(review("pdf.signature", "签名过多，未全部判断。", court.file))
            break
    traces = _count_traces(stream)
    if not readings and not unread:
        text = "文件里有签名的痕迹，签名域却不见了。" if traces else "PDF 没有签名。"
        make = failed if court.ours or traces else review
        court.checks.append(make("pdf.signature", text, court.file, "SIGNED_DATA_NOT_FOUND"))
    elif traces > len(readings) + unread:
        text = f"文件里有 {traces} 处签名范围，签名域只有 {len(readings) + unread} 个。"
        court.checks.append(
            failed("pdf.signature", text, court.file)
            if court.ours
            else note("pdf.signature", text, court.file)
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


def _take_validation_data(court: _Court, reader: PdfFileReader, readings: list[_Reading]) -> None:
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
            court.store = court.store.with_material(crls=reading.signed.crls, ocsps=reading.signed.ocsps)
        court.certificates.extend(certificate.dump() for certificate in found if certificate is not None)
    court.store = court.store.with_material(certificates=court.certificates)
    try:
        dss = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return
    court.store = court.store.with_material(
        certificates=[certificate.dump() for certificate in dss.load_certs()],
        crls=[stream.get_object().data for stream in dss.crls],
        ocsps=[stream.get_object().data for stream in dss.ocsps],
    )


def _digest_of(embedded: EmbeddedPdfSignature):  # type: ignore[no-untyped-def]
    def digest(algorithm: str) -> bytes:
        # bound to the file by examine_byte_range; cached by pyHanko per algorithm
        new_hash(algorithm, usedforsecurity=False)
        value: bytes = embedded.compute_digest(algorithm)
        return value

    return digest


def _read_coverage(reading: _Reading, stream: BinaryIO) -> None:
    embedded = reading.embedded
    if reading.range.problem:
        reading.coverage, reading.modifications = "unclear", "unknown"
        return
    if reading.range.end == size_of(stream):
        reading.coverage, reading.modifications = "entire_file", "none"
        return
    coverage: SignatureCoverageLevel = embedded.evaluate_signature_coverage()
    embedded.coverage = coverage  # type: ignore[assignment]  # pyHanko declares it None
    reading.coverage = _COVERAGE[coverage]
    if coverage is not SignatureCoverageLevel.ENTIRE_REVISION:
        reading.modifications = "other"
        return
    try:
        result = embedded.evaluate_modifications(DEFAULT_DIFF_POLICY)
    except Exception:  # an update that cannot be analysed is no harmless update
        reading.modifications = "unknown"
        return
    reading.modifications = (
        _MODIFICATIONS[result.modification_level] if isinstance(result, DiffResult) else "other"
    )


def _judge_tail(court: _Court, stream: BinaryIO, reader: PdfFileReader, readings: list[_Reading]) -> None:
    """The last signature or document time stamp covers the file, or only validation data follows."""
    for reading in readings:
        if reading.range.problem:
            court.checks.append(
                failed("pdf.coverage", f"{reading.range.problem}。", _where(court, reading), "FORMAT_FAILURE")
            )
    usable = [reading for reading in readings if not reading.range.problem]
    if not usable:
        return
    last = max(usable, key=lambda reading: reading.range.end)
    size = size_of(stream)
    where = _where(court, last)
    if last.range.end == size:
        court.checks.append(passed("pdf.coverage", "最后一个签名覆盖到文件末尾，其后没有增加内容。", where))
        return
    stream.seek(last.range.end)
    if not court.ours and size - last.range.end <= 2 and not stream.read(2).strip(b"\r\n"):
        court.checks.append(passed("pdf.coverage", "最后一个签名之后只有换行。", where))
        last.coverage, last.modifications = "entire_file", "none"
        return
    problem = ""
    if last.modifications != "lta_updates":
        problem = {
            "none": "签名之后追加了修订，看不出改动，也可能藏有内容",
            "form_filling": "签名之后填写过表单",
            "annotations": "签名之后加过批注",
        }.get(last.modifications, "签名之后内容被改动")
    else:
        problem = unaccounted(stream, reader, last.range.end, last.embedded.signed_revision)
    if problem and last.modifications in ("form_filling", "annotations") and not court.ours:
        # what a form is made for; a person must look at what was filled in
        text = f"{problem}，属签名所允许的改动，请核对填写的内容。"
        court.checks.append(review("pdf.coverage", text, where, "SIG_CONSTRAINTS_FAILURE"))
    elif problem:
        court.checks.append(failed("pdf.coverage", f"{problem}。", where, "HASH_FAILURE"))
    else:
        court.checks.append(passed("pdf.coverage", "最后一个签名之后只有验证资料（DSS）。", where))


def _judge_certification(court: _Court, readings: list[_Reading]) -> None:
    """What the certifying signature forbids, and visible additions that could cover what it certifies."""
    for position, reading in enumerate(readings):
        level: MDPPerm | None = reading.embedded.docmdp_level
        if reading.modifications == "other" and reading.coverage != "entire_file":
            court.checks.append(
                failed("pdf.modified", "签名之后内容被改动。", _where(court, reading), "HASH_FAILURE")
            )
        elif reading.modifications == "unknown" and not reading.range.problem:
            court.checks.append(
                review(
                    "pdf.modified",
                    "签名之后的改动无法分析。",
                    _where(court, reading),
                    "SIG_CONSTRAINTS_FAILURE",
                )
            )
        if level is None:
            continue
        if level is MDPPerm.NO_CHANGES and reading.modifications in ("form_filling", "annotations"):
            court.checks.append(
                failed(
                    "pdf.certification",
                    "认证签名不允许任何改动，之后仍有改动。",
                    _where(court, reading),
                    "HASH_FAILURE",
                )
            )
        added = [
            later
            for later in readings[position + 1 :]
            if later.visible and _field_is_newer(later.embedded, reading.embedded)
        ]
        court.checks.extend(
            failed(
                "pdf.certification",
                "认证签名之后新增了可见的签名图样，可能遮盖原有内容。",
                _where(court, later),
                "SIG_CONSTRAINTS_FAILURE",
            )
            for later in added
        )


def _field_is_newer(later: EmbeddedPdfSignature, certifying: EmbeddedPdfSignature) -> bool:
    """Whether the field of a later signature did not exist when the certifying one was made."""
    historical = later.reader.get_historical_resolver(certifying.signed_revision)
    names = {name for name, _, _ in enumerate_sig_fields(historical)}
    return later.field_name not in names


def _judge_trust(
    court: _Court, reader: PdfFileReader, readings: list[_Reading], proven_at: datetime | None
) -> None:
    """From the outermost proof of existence inwards; appends rows in document order."""
    rows: list[SignatureRow] = []
    existed, proven = (proven_at, True) if proven_at else (court.now, False)
    has_dss = "/DSS" in reader.root
    archived = False
    for reading in reversed(readings):
        where = _where(court, reading)
        if reading.is_stamp:
            row, trusted_at = _judge_stamp(court, reading, existed, where)
            if trusted_at is not None:
                existed, proven = min(existed, trusted_at), True
            archived = archived or row.integrity is Integrity.PASSED
        else:
            row = _judge_signature(court, reading, existed, where, proven=proven)
            if row.level == "B-T" and has_dss:
                row = replace(row, level="B-LTA" if archived else "B-LT")
        rows.append(row)
    court.rows.extend(reversed(rows))


def _judge_stamp(
    court: _Court, reading: _Reading, existed: datetime, where: str
) -> tuple[SignatureRow, datetime | None]:
    """A document time stamp: its row, and its instant when it can be relied on."""
    token = reading.token or Token(sound=False, problem="时间戳无法解析")
    trusted = _stamp_is_trusted(court, token, existed, where, "文档时间戳")
    sound = token.sound and not reading.range.problem
    row = SignatureRow(
        file=court.file,
        field=str(reading.embedded.field_name),
        signer=describe(token.certificate) if token.certificate else "",
        signed_at=None,
        timestamp=token.gen_time if token.sound else None,
        level="DocTimeStamp",
        integrity=Integrity.PASSED if sound else Integrity.FAILED,
        coverage=reading.coverage,
        modifications=reading.modifications,
        trusted=trusted,
    )
    return row, token.gen_time if trusted else None


def _stamp_is_trusted(court: _Court, token: Token, existed: datetime, where: str, what: str) -> bool:
    """Judge a token's bytes and its authority: at its own instant and for as long as it has to hold."""
    if not token.sound or token.certificate is None or token.gen_time is None:
        court.checks.append(
            failed(
                "pdf.timestamp",
                f"{what}无效：{token.problem}。",
                where,
                token.sub_indication or "FORMAT_FAILURE",
            )
        )
        return False
    court.evaluation = court.evaluation or is_evaluation(token.certificate)
    standing = assess_stamp(court.store, token.certificate, gen_time=token.gen_time, existed=existed)
    if standing.trusted:
        court.checks.append(passed("pdf.timestamp", f"{what}有效。", where))
    else:
        court.checks.append(
            review("pdf.timestamp", f"{what}未获信任：{standing.reason}。", where, standing.sub_indication)
        )
    return standing.trusted


def _judge_signature(
    court: _Court, reading: _Reading, existed: datetime, where: str, *, proven: bool
) -> SignatureRow:
    signed = reading.signed or Signed(integrity=Integrity.FAILED, problem="签名数据无法解析")
    trusted = False
    token = signed.token
    if signed.integrity is not Integrity.PASSED:
        court.checks.append(
            failed(
                "pdf.signature",
                f"签名无效：{signed.problem}。",
                where,
                signed.sub_indication or "FORMAT_FAILURE",
            )
        )
    else:
        court.checks.append(passed("pdf.signature", "签名值与内容相符。", where))
    if token is not None and _stamp_is_trusted(court, token, existed, where, "签名时间戳") and token.gen_time:
        existed, proven = min(existed, token.gen_time), True
    if signed.certificate is not None and signed.integrity is Integrity.PASSED:
        court.evaluation = court.evaluation or is_evaluation(signed.certificate)
        standing = assess(
            court.store, signed.certificate, purpose=Purpose.SIGN, moment=existed, proven=proven
        )
        trusted = standing.trusted and not signed.weak
        if signed.weak:
            court.checks.append(
                review("pdf.trust", "签名的摘要算法强度不足。", where, "CRYPTO_CONSTRAINTS_FAILURE")
            )
        elif trusted:
            court.checks.append(passed("pdf.trust", "签名人证书可信。", where))
        else:
            make = failed if standing.fatal else review
            court.checks.append(
                make("pdf.trust", f"签名人证书未获信任：{standing.reason}。", where, standing.sub_indication)
            )
    base = _SUBFILTERS.get(str(reading.embedded.sig_object.get("/SubFilter")), "")
    stamped = token is not None and token.sound
    return SignatureRow(
        file=court.file,
        field=str(reading.embedded.field_name),
        signer=describe(signed.certificate) if signed.certificate else "",
        signed_at=signed.claimed_at or _claimed_in_dictionary(reading.embedded),
        timestamp=token.gen_time if token is not None and stamped else None,
        level=f"{'B' if base == 'B' else base}-{'T' if stamped else 'B'}",
        integrity=Integrity.FAILED if reading.range.problem else signed.integrity,
        coverage=reading.coverage,
        modifications=reading.modifications,
        trusted=trusted,
    )


def _claimed_in_dictionary(embedded: EmbeddedPdfSignature) -> datetime | None:
    try:
        claimed = generic.parse_pdf_date(embedded.sig_object["/M"], strict=False)
    except (KeyError, PdfError, ValueError, TypeError):
        return None
    return claimed if isinstance(claimed, datetime) and claimed.tzinfo else None


def _where(court: _Court, reading: _Reading) -> str:
    return f"{court.file} · {reading.embedded.field_name}"
