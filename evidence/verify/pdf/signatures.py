"""Every signature of one PDF, judged (ETSI EN 319 142, EN 319 102-1, 5.3 to 5.6).

Our own PDFs must be strict and untouched after the last signature. Other people's are read
leniently and judged fairly, but nothing ever passes unless the last signature or document time
stamp covers the file to its end, validation data (DSS) apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from evidence.verify.model import Check, SignatureRow, failed, review
from evidence.verify.pdf.changes import judge_certification, judge_tail, read_coverage
from evidence.verify.pdf.examination import Examination
from evidence.verify.pdf.reading import collect_signatures, open_pdf, take_validation_data
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
        _judge(pdf, stream, proven_at)
    except Exception as error:  # hostile input: whatever breaks, the answer is never a pass
        pdf.checks.append(
            failed("pdf.structure", f"PDF 无法读取或结构有误（{type(error).__name__}），不能认定签名。", file)
        )
    return PdfVerdict(
        rows=tuple(pdf.rows),
        checks=tuple(pdf.checks),
        evaluation_keys=pdf.evaluation,
        certificates=tuple(dict.fromkeys(pdf.certificates)),
        signers=tuple(dict.fromkeys(pdf.signers)),
    )


def _judge(pdf: Examination, stream: BinaryIO, proven_at: datetime | None) -> None:
    reader = open_pdf(pdf, stream)
    if reader.encrypted:
        pdf.checks.append(
            review("pdf.structure", "PDF 已加密，无法判断。", pdf.file, "SIGNED_DATA_NOT_FOUND")
        )
        return
    readings = collect_signatures(pdf, stream, reader)
    if not readings:
        return
    take_validation_data(pdf, reader, readings)
    for reading in readings:
        read_coverage(reading, stream)
    judge_tail(pdf, stream, reader, readings)
    judge_certification(pdf, readings)
    judge_trust(pdf, reader, readings, proven_at)
