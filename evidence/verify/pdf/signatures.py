"""Every signature of one PDF, judged (ETSI EN 319 142, EN 319 102-1, 5.3 to 5.6).

Our own PDFs must be strict and untouched after the last signature. Other people's are read
leniently and judged fairly, but nothing ever passes unless the last signature or document time
stamp covers the file to its end, validation data (DSS) apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from pyhanko.pdf_utils.misc import PdfStrictReadError
from pyhanko.pdf_utils.reader import PdfFileReader

from evidence.verify.model import Check, SignatureRow, failed, review
from evidence.verify.pdf.changes import (
    judge_byte_ranges,
    judge_certification,
    judge_modifications,
    judge_tail,
    read_coverage,
)
from evidence.verify.pdf.examination import Examination, Reading
from evidence.verify.pdf.raw import changed_without_structure
from evidence.verify.pdf.reading import LockedError, collect_signatures, open_pdf, take_validation_data
from evidence.verify.pdf.trust import judge_trust
from evidence.verify.trust import TrustStore


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfVerdict:
    """What one PDF's signatures say."""

    rows: tuple[SignatureRow, ...] = ()
    checks: tuple[Check, ...] = ()
    evaluation_keys: bool = False
    certificates: tuple[bytes, ...] = ()
    """DER of every signer's and authority's certificate, and what came with them."""
    signers: tuple[bytes, ...] = ()
    """DER of the certificates behind ordinary signatures, time stamps left out."""
    text: str = ""
    """Printed text, where it was asked for."""


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
    pdf = Examination(file=file, store=store, now=now, ours=ours)
    try:
        _examine(pdf, stream, proven_at, strict=True)
    except _TooStrictError:
        pdf = Examination(file=file, store=store, now=now, ours=ours)
        _examine(pdf, stream, proven_at, strict=False)
    return PdfVerdict(
        rows=tuple(pdf.rows),
        checks=tuple(pdf.checks),
        evaluation_keys=pdf.evaluation,
        certificates=tuple(dict.fromkeys(pdf.certificates)),
        signers=tuple(dict.fromkeys(pdf.signers)),
    )


class _TooStrictError(Exception):
    """Other people's file that can only be read leniently."""


def _examine(pdf: Examination, stream: BinaryIO, proven_at: datetime | None, *, strict: bool) -> None:
    try:
        reader = open_pdf(pdf, stream, strict=strict)
        readings = collect_signatures(pdf, stream, reader)
        if readings:
            _judge(pdf, stream, reader, readings, proven_at)
    except LockedError:
        text = "PDF 需要密码才能打开，无法判断。"
        pdf.checks.append(review("pdf.structure", text, pdf.file, "SIGNED_DATA_NOT_FOUND"))
    except Exception as error:  # hostile input breaks in any way
        if strict and not pdf.ours:
            raise _TooStrictError from error
        _judge_unreadable(pdf, stream)


def _judge(
    pdf: Examination,
    stream: BinaryIO,
    reader: PdfFileReader,
    readings: list[Reading],
    proven_at: datetime | None,
) -> None:
    """Each question apart: one that cannot be answered leaves the answers to the others standing."""
    judge_byte_ranges(pdf, readings)
    take_validation_data(pdf, stream, reader, readings)
    for reading in readings:
        read_coverage(reading, stream)
    questions: tuple[tuple[str, Callable[[], None]], ...] = (
        ("pdf.modified", lambda: judge_modifications(pdf, stream, readings)),
        ("pdf.coverage", lambda: judge_tail(pdf, stream, reader, readings)),
        ("pdf.certification", lambda: judge_certification(pdf, readings)),
        ("pdf.trust", lambda: judge_trust(pdf, reader, readings, proven_at)),
    )
    for id, ask in questions:
        try:
            ask()
        except PdfStrictReadError:
            raise  # read again, leniently
        except Exception:  # as above
            text = f"{_SUBJECTS[id]}分析不出来，未能认定。"
            pdf.checks.append(review(id, text, pdf.file, "GENERIC"))


_SUBJECTS = {
    "pdf.modified": "签名之后的改动",
    "pdf.coverage": "签名之后的内容",
    "pdf.certification": "认证签名的限制",
    "pdf.trust": "签名人的证书",
}


def _judge_unreadable(pdf: Examination, stream: BinaryIO) -> None:
    """A structure that cannot be read decides nothing; a digest that is wrong does."""
    changed = changed_without_structure(stream)
    if changed:
        pdf.checks.append(failed("pdf.signature", f"签名无效：{changed}。", pdf.file, "HASH_FAILURE"))
    text = "PDF 的结构读不出来，不能认定签名。"
    make = failed if pdf.ours else review
    pdf.checks.append(make("pdf.structure", text, pdf.file, "FORMAT_FAILURE" if pdf.ours else "GENERIC"))
