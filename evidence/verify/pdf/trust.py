"""Whom to believe about a PDF: from the outermost proof of existence inwards (EN 319 102-1, 5.6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import EmbeddedPdfSignature

from evidence.verify.cms import Signed, Token
from evidence.verify.model import Integrity, SignatureRow, failed, passed, review
from evidence.verify.pdf.examination import SUBFILTERS, Examination, Reading, where_of
from evidence.verify.signature_details import signature_details, stamp_details
from evidence.verify.signature_facts import Proof, ProofOfExistence
from evidence.verify.trust import Purpose, Standing, assess, assess_stamp
from evidence.verify.trust_files import describe, is_evaluation


def judge_trust(
    pdf: Examination, reader: PdfFileReader, readings: list[Reading], proven_at: datetime | None
) -> None:
    """From the outermost proof of existence inwards; appends rows in document order."""
    rows: list[SignatureRow] = []
    existed, proven = (proven_at, True) if proven_at else (pdf.now, False)
    by = Proof.PACKAGE_STAMP if proven else Proof.NOTHING
    has_dss = "/DSS" in reader.root
    archived = False
    for reading in reversed(readings):
        where = where_of(pdf, reading)
        try:
            if reading.is_stamp:
                row, trusted_at = _judge_stamp(pdf, reading, existed, where, by)
                if trusted_at is not None:
                    if trusted_at < existed or not proven:
                        by = Proof.DOCUMENT_STAMP
                    existed, proven = min(existed, trusted_at), True
                archived = archived or row.integrity is Integrity.PASSED
            else:
                row = _judge_signature(pdf, reading, existed, where, proven=proven, by=by)
                if row.level == "B-T" and has_dss:
                    row = replace(row, level="B-LTA" if archived else "B-LT")
        except Exception:  # a certificate that breaks a library takes no other signature with it
            text = "签名人的证书分析不出来，未能认定。"
            pdf.checks.append(review("pdf.trust", text, where, "CERTIFICATE_CHAIN_GENERAL_FAILURE"))
            row = _bare_row(pdf, reading)
        rows.append(row)
    pdf.rows.extend(reversed(rows))


def _bare_row(pdf: Examination, reading: Reading) -> SignatureRow:
    """What is known of a signature without its certificate."""
    read = reading.token if reading.is_stamp else reading.signed
    integrity = read.integrity if read is not None else Integrity.INDETERMINATE
    return SignatureRow(
        file=pdf.file,
        field=str(reading.embedded.field_name),
        signer="",
        signed_at=None,
        timestamp=None,
        level="DocTimeStamp" if reading.is_stamp else "",
        integrity=Integrity.FAILED if reading.range.problem else integrity,
        coverage=reading.coverage,
        modifications=reading.modifications,
        trusted=False,
    )


def _judge_stamp(
    pdf: Examination, reading: Reading, existed: datetime, where: str, by: Proof
) -> tuple[SignatureRow, datetime | None]:
    """A document time stamp: its row, and its instant when it can be relied on."""
    token = reading.token or Token(integrity=Integrity.INDETERMINATE, problem="时间戳无法解析")
    standing = _stamp_standing(pdf, token, existed, where, "文档时间戳")
    row = SignatureRow(
        file=pdf.file,
        field=str(reading.embedded.field_name),
        signer=describe(token.certificate) if token.certificate else "",
        signed_at=None,
        timestamp=token.gen_time if token.sound else None,
        level="DocTimeStamp",
        integrity=Integrity.FAILED if reading.range.problem else token.integrity,
        coverage=reading.coverage,
        modifications=reading.modifications,
        trusted=standing.trusted,
        sub_indication=standing.sub_indication,
        details=stamp_details(pdf.store, token, ProofOfExistence(at=existed, by=by)),
    )
    return row, token.gen_time if standing.trusted else None


def _stamp_standing(
    pdf: Examination, token: Token, existed: datetime, where: str, what: str, *, replaceable: bool = False
) -> Standing:
    """Judge a token's bytes and its authority: at its own instant and for as long as it has to hold.

    Args:
        replaceable: whether it is an unsigned attribute that anybody can exchange. One that does not fit
            proves no instant and says nothing against the signature (EN 319 102-1, 5.5.4).
    """
    if not token.sound or token.certificate is None or token.gen_time is None:
        broken = token.integrity is Integrity.FAILED and not replaceable
        make, word = (failed, "无效") if broken else (review, "不能采用")
        sub = token.sub_indication or ("FORMAT_FAILURE" if broken else "GENERIC")
        if replaceable and token.integrity is Integrity.FAILED:
            sub = "NO_POE"
        pdf.checks.append(make("pdf.timestamp", f"{what}{word}：{token.problem}。", where, sub))
        return Standing(trusted=False, sub_indication=sub)
    pdf.evaluation = pdf.evaluation or is_evaluation(token.certificate)
    standing = assess_stamp(pdf.store, token.certificate, gen_time=token.gen_time, existed=existed)
    if standing.trusted:
        pdf.checks.append(passed("pdf.timestamp", f"{what}有效。", where))
    else:
        pdf.checks.append(
            review("pdf.timestamp", f"{what}未获信任：{standing.reason}。", where, standing.sub_indication)
        )
    return standing


def _judge_signature(
    pdf: Examination, reading: Reading, existed: datetime, where: str, *, proven: bool, by: Proof
) -> SignatureRow:
    signed = reading.signed or Signed(integrity=Integrity.INDETERMINATE, problem="签名数据无法解析")
    trusted, sub = False, signed.sub_indication
    token = signed.token
    if signed.integrity is Integrity.INDETERMINATE:
        pdf.checks.append(review("pdf.signature", f"{signed.problem}。", where, signed.sub_indication))
    elif signed.integrity is Integrity.FAILED:
        pdf.checks.append(
            failed(
                "pdf.signature",
                f"签名无效：{signed.problem}。",
                where,
                signed.sub_indication or "FORMAT_FAILURE",
            )
        )
    else:
        pdf.checks.append(passed("pdf.signature", "签名值与内容相符。", where))
    if token is not None:
        stamped_by = _stamp_standing(pdf, token, existed, where, "签名时间戳", replaceable=True)
        if stamped_by.trusted and token.gen_time:
            if token.gen_time < existed or not proven:
                by = Proof.SIGNATURE_STAMP
            existed, proven = min(existed, token.gen_time), True
    if signed.certificate is not None and signed.integrity is Integrity.PASSED:
        pdf.evaluation = pdf.evaluation or is_evaluation(signed.certificate)
        standing = assess(pdf.store, signed.certificate, purpose=Purpose.SIGN, moment=existed, proven=proven)
        trusted = standing.trusted and not signed.weak
        sub = "CRYPTO_CONSTRAINTS_FAILURE" if signed.weak else standing.sub_indication
        if signed.weak:
            pdf.checks.append(
                review("pdf.trust", "签名的摘要算法强度不足。", where, "CRYPTO_CONSTRAINTS_FAILURE")
            )
        elif trusted:
            pdf.checks.append(passed("pdf.trust", "签名人证书可信。", where))
        else:
            make = failed if standing.fatal else review
            pdf.checks.append(
                make("pdf.trust", f"签名人证书未获信任：{standing.reason}。", where, standing.sub_indication)
            )
    base = SUBFILTERS.get(str(reading.embedded.sig_object.get("/SubFilter")), "")
    stamped = token is not None and token.sound
    return SignatureRow(
        file=pdf.file,
        field=str(reading.embedded.field_name),
        signer=describe(signed.certificate) if signed.certificate else "",
        signed_at=signed.claimed_at or _claimed_in_dictionary(reading.embedded),
        timestamp=token.gen_time if token is not None and stamped else None,
        level=f"{'B' if base == 'B' else base}-{'T' if stamped else 'B'}",
        integrity=Integrity.FAILED if reading.range.problem else signed.integrity,
        coverage=reading.coverage,
        modifications=reading.modifications,
        trusted=trusted,
        sub_indication=sub,
        details=signature_details(pdf.store, signed, ProofOfExistence(at=existed, by=by)),
    )


def _claimed_in_dictionary(embedded: EmbeddedPdfSignature) -> datetime | None:
    try:
        claimed = generic.parse_pdf_date(embedded.sig_object["/M"], strict=False)
    except (KeyError, PdfError, ValueError, TypeError):
        return None
    return claimed if isinstance(claimed, datetime) and claimed.tzinfo else None
